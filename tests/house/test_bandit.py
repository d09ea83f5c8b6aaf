"""bandit finds nothing in our code but what is known and has its reason here."""

import json
import subprocess
import sys
from collections import Counter

from tests.support.processes import ROOT

KNOWN = {
    ("app/alerts/sending.py", "B311"): (1, "spreads retries over time; no secret hangs on it"),
    ("app/delivery/outcomes.py", "B311"): (1, "spreads retries over time; no secret hangs on it"),
    ("app/delivery/aftermath.py", "B311"): (1, "spreads retries over time; no secret hangs on it"),
    ("app/fresh_look.py", "B311"): (1, "spreads retries over time; no secret hangs on it"),
    ("app/inbox/process.py", "B311"): (1, "spreads retries over time; no secret hangs on it"),
    ("app/metrics/directory.py", "B108"): (1, "a folder of our own in it, of which we check the owner"),
    ("app/ops/demo.py", "B311"): (1, "the same seed makes the same made-up merchant"),
    ("app/ops/replay/disorder.py", "B311"): (1, "the same seed makes the same disorder"),
    ("app/ops/replay/run.py", "B108"): (1, "a fresh folder of our own is made in it"),
    ("app/recovery/simulation/people.py", "B311"): (1, "the same seed makes the same made-up customers"),
    ("app/settings.py", "B104"): (1, "in production the address in front is the proxy's; HOST narrows it"),
}
"""How often, and why that is right."""


def test_bandit_finds_only_what_is_known() -> None:
    command = [
        sys.executable,
        "-m",
        "bandit",
        "-q",
        "-f",
        "json",
        "-c",
        "pyproject.toml",
        "-r",
        "app",
        "notifiers",
    ]
    told = json.loads(subprocess.run(command, cwd=ROOT, capture_output=True, timeout=120).stdout)
    assert told["errors"] == []
    assert told["metrics"]["_totals"]["loc"] > 5000
    found = Counter((one["filename"].removeprefix("./"), one["test_id"]) for one in told["results"])
    assert found == {key: times for key, (times, _reason) in KNOWN.items()}
