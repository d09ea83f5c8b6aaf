"""The rooms keep their order: a module imports only from rooms below its own."""

from importlinter.cli import lint_imports

from tests.support.processes import ROOT


def test_every_import_contract_is_kept() -> None:
    assert lint_imports(config_filename=str(ROOT / "setup.cfg"), no_cache=True) == 0
