"""Every marked point that a test may name is in the code, and nothing else is."""

import re

from app.faults import POINTS
from tests.support.processes import ROOT

PASSED = re.compile(r'faults\.point\("([a-z_]+)"\)')


def test_the_points_in_the_code_are_the_points_on_the_list() -> None:
    passed = {
        name for path in (ROOT / "app").rglob("*.py") for name in PASSED.findall(path.read_text("utf-8"))
    }
    assert passed == POINTS
