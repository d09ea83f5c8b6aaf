"""The example of the channels' README: installed as a package, found, switched on, checked and sent with."""

import json
import re
import subprocess
import sys
import tomllib
from pathlib import Path
from zipfile import ZipFile

import pytest

from tests.support.json_peer import Call, JsonPeer, Reply
from tests.support.processes import ROOT

README = (ROOT / "notifiers" / "README.md").read_text("utf-8")
FILES = dict(re.findall(r"^`([\w.]+)`:\n\n```\w+\n(.*?)^```", README, re.MULTILINE | re.DOTALL))
CONTRACT = """
import os
import pytest
from pigeon_post import Loft, Pigeon
from notifiers.base import Recipient
from notifiers.testing import NotifierContract
from tests.contracts.test_readme import LoftPeer

class TestPigeon(NotifierContract):
    @pytest.fixture
    def loft(self):
        with LoftPeer() as loft:
            yield loft

    @pytest.fixture
    def notifier(self, loft):
        notifier = Pigeon(Loft(url=loft.url, key="a-key"))
        yield notifier
        notifier.close()

    @pytest.fixture
    def recipient(self):
        return Recipient("maria@example.com")

    @pytest.fixture
    def seen(self, loft, notifier):
        return lambda: len(loft.calls)
"""
SEND = """
import json
from app.delivery.channels import build_channels
from app.settings import Settings
from notifiers.base import Recipient
from notifiers.testing import reminder

settings = Settings.load()
channels = build_channels(settings)
outcome = channels["pigeon"].send(reminder(), Recipient("maria@example.com"))
print(json.dumps([sorted(channels), repr(outcome), sorted(settings.secret_values())]))
for channel in channels.values():
    channel.close()
"""


class LoftPeer(JsonPeer):
    def answer(self, call: Call) -> Reply:
        return (
            Reply(200, {}) if call.headers.get("authorization", "").startswith("Bearer ") else Reply(401, {})
        )


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the example, put there by pip."""
    target = tmp_path_factory.mktemp("installed")
    wheel = wheel_of(tmp_path_factory.mktemp("wheel"))
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    offline = ["--no-deps", "--no-index", "--target", str(target), str(wheel)]
    made = subprocess.run([*pip, *offline], capture_output=True, text=True, timeout=120)
    assert made.returncode == 0, made.stderr
    return target


def wheel_of(folder: Path) -> Path:
    """What a build makes of the two files. Made here, as not every environment of ours can build offline."""
    project = tomllib.loads(FILES["pyproject.toml"])
    name, version = project["project"]["name"].replace("-", "_"), project["project"]["version"]
    (points,) = project["project"]["entry-points"].items()
    inside = {f"{module}.py": FILES[f"{module}.py"] for module in project["tool"]["setuptools"]["py-modules"]}
    info = f"{name}-{version}.dist-info"
    inside |= {
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n",
        f"{info}/WHEEL": "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        f"{info}/entry_points.txt": "\n".join(
            [f"[{points[0]}]", *(f"{key} = {value}" for key, value in points[1].items())]
        ),
    }
    inside[f"{info}/RECORD"] = "".join(f"{path},,\n" for path in [*inside, f"{info}/RECORD"])
    wheel = folder / f"{name}-{version}-py3-none-any.whl"
    with ZipFile(wheel, "w") as archive:
        for path, text in inside.items():
            archive.writestr(path, text)
    return wheel


def run(code: list[str], installed: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    env = {
        "PATH": "/usr/bin:/bin",
        "PYTHONPATH": f"{installed}:{ROOT}",
        "INSTANCE_DIR": str(installed / "instance"),
        **variables,
    }
    return subprocess.run(
        [sys.executable, *code], env=env, cwd=ROOT, capture_output=True, text=True, timeout=120
    )


def test_it_is_about_forty_lines_and_two_files() -> None:
    assert set(FILES) == {"pigeon_post.py", "pyproject.toml"}
    assert len([line for line in FILES["pigeon_post.py"].splitlines() if line.strip()]) <= 45


def test_it_is_installed_found_switched_on_and_sends(installed: Path) -> None:
    with LoftPeer() as loft:
        told = run(
            ["-c", SEND], installed, ENABLE_PIGEON="true", PIGEON_URL=loft.url, PIGEON_KEY="a-key-of-the-loft"
        )
    assert told.returncode == 0, told.stderr
    channels, outcome, secrets = json.loads(told.stdout)
    assert channels == ["email", "pigeon"]
    assert outcome == "Sent(provider_id=None)"
    assert "a-key-of-the-loft" in secrets
    (call,) = loft.calls
    assert call.path == "/fly" and call.headers["authorization"] == "Bearer a-key-of-the-loft"
    assert "https://pay.example.com/r/" in call.body["text"]


def test_it_stays_silent_where_nobody_switched_it_on(installed: Path) -> None:
    told = run(["-c", SEND.replace('channels["pigeon"]', 'channels["email"]')], installed)
    assert json.loads(told.stdout)[0] == ["email"], told.stderr


def test_it_keeps_the_contract(installed: Path, tmp_path: Path) -> None:
    tmp_path.joinpath("test_pigeon.py").write_text(CONTRACT)
    told = run(
        [
            "-m",
            "pytest",
            "-q",
            "-p",
            "no:cacheprovider",
            "-c",
            "/dev/null",
            "--rootdir",
            str(tmp_path),
            str(tmp_path),
        ],
        installed,
    )
    assert told.returncode == 0, told.stdout
    assert re.search(r"\b\d\d passed\b", told.stdout)


def test_wrong_settings_end_the_start_with_their_names_and_not_their_values(installed: Path) -> None:
    told = run(
        ["-c", "from app.cli import main; main()", "check"],
        installed,
        ENABLE_PIGEON="true",
        PIGEON_URL="ftp://secret-place.example",
    )
    assert told.returncode != 0
    assert "PIGEON_URL: " in told.stderr and "PIGEON_KEY: it must be set" in told.stderr
    assert "secret-place" not in told.stderr + told.stdout
