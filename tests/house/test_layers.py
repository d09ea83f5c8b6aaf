"""The rooms keep their order: a module imports only from rooms below its own."""

import subprocess
import sys

from tests.support.processes import ROOT

# In a process of its own: the linter changes how every library logs.
LINT = (
    "import sys; from importlinter.cli import lint_imports; "
    "sys.exit(lint_imports(config_filename='setup.cfg', no_cache=True))"
)


def test_every_import_contract_is_kept() -> None:
    ended = subprocess.run([sys.executable, "-c", LINT], cwd=ROOT, capture_output=True, text=True)
    assert ended.returncode == 0, ended.stdout
