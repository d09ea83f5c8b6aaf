"""The registry of channels, with real package metadata on the path."""

import subprocess
import sys
from pathlib import Path

import pytest

from notifiers import NotifierError, available, foreign
from notifiers.smtp import SmtpNotifier
from tests.support.plugin import GOOD, Installer
from tests.support.processes import ROOT

BROKEN = {
    "does not load": "raise RuntimeError('no seed')",
    "is not a Notifier": "class Pigeon: name = 'pigeon'",
    "lacks check": GOOD.replace("    def check", "    def look"),
    "must set name": GOOD.replace('    name = "pigeon"\n', ""),
    "lacks capabilities": GOOD.replace("    capabilities", "    abilities"),
    "lacks settings_model": GOOD.replace("    settings_model = Loft\n", ""),
    "must set settings_model to a pydantic model": GOOD.replace("Loft(BaseModel)", "Loft"),
    "must set variables": GOOD.replace('    variables = "PIGEON_"\n', ""),
    "must set variables to a prefix": GOOD.replace('"PIGEON_"', '"pigeon"'),
    "must take its settings": GOOD + "    def __init__(self): pass\n",
}


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Installer:
    monkeypatch.syspath_prepend(tmp_path)
    return Installer(tmp_path)


def test_email_is_built_in() -> None:
    assert available()["email"] is SmtpNotifier


def test_without_other_packages_there_are_our_own_channels_alone() -> None:
    assert foreign() == frozenset()


def test_a_notifier_of_another_package_is_found(install: Installer) -> None:
    install("pigeon_post_good", GOOD)
    assert available()["pigeon"].name == "pigeon"
    assert available()["email"] is SmtpNotifier
    assert foreign() == {"pigeon"}


def test_a_name_must_fit_into_a_variable(install: Installer) -> None:
    install("pigeon_post_name", GOOD.replace('"pigeon"', '"Pigeon-Post"'), name="Pigeon-Post")
    with pytest.raises(NotifierError, match=r"Pigeon-Post.*must be named in small letters"):
        available()


def test_loading_a_channel_loads_no_library_that_only_senders_need() -> None:
    code = "import sys, notifiers; notifiers.available(); print([m for m in ('discord', 'apprise') if m in sys.modules])"
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=True)
    assert told.stdout.strip() == "[]"


@pytest.mark.parametrize("complaint", BROKEN)
def test_a_broken_notifier_is_named(install: Installer, complaint: str) -> None:
    install(f"pigeon_post_{list(BROKEN).index(complaint)}", BROKEN[complaint])
    with pytest.raises(NotifierError, match=f"pigeon.*{complaint}"):
        available()


def test_two_classes_cannot_share_a_name(install: Installer) -> None:
    install("pigeon_post_clash", GOOD.replace('"pigeon"', '"email"'), name="email")
    with pytest.raises(NotifierError, match="two notifiers are named 'email'"):
        available()
