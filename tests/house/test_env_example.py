"""`.env.example` knows every setting, and no other."""

import re

from app.environment import ALIASES
from app.settings import Settings
from tests.support.processes import ROOT

EXAMPLE = (ROOT / ".env.example").read_text("utf-8")
ASSIGNED = re.compile(r"^([A-Z][A-Z0-9_]*)=(.*)$", re.MULTILINE)


def test_it_has_exactly_the_settings_there_are() -> None:
    assert sorted(name for name, _ in ASSIGNED.findall(EXAMPLE)) == sorted(
        name.upper() for name in Settings.model_fields
    )


def test_every_other_name_of_a_setting_is_mentioned() -> None:
    assert [alias for names in ALIASES.values() for alias in names if alias not in EXAMPLE] == []


def test_each_setting_has_a_meaning_above_it() -> None:
    """A comment, or a neighbour in the same block that has one."""
    blocks = re.split(r"\n\s*\n", EXAMPLE)
    bare = [block for block in blocks if ASSIGNED.search(block) and "#" not in block]
    assert [block for block in bare if not block.startswith("ENABLE_")] == []


def test_copied_as_it_is_it_starts_a_development_install(tmp_path: object) -> None:
    values = {name: value for name, value in ASSIGNED.findall(EXAMPLE) if value}
    defaults = Settings.load({"INSTANCE_DIR": str(tmp_path)}, env_file=None)
    copied = Settings.load({**values, "INSTANCE_DIR": str(tmp_path)}, env_file=None)
    assert copied == defaults
