"""The registry of channels, with real package metadata on the path."""

from pathlib import Path

import pytest

from notifiers import GROUP, NotifierError, available
from notifiers.smtp import SmtpNotifier

GOOD = """
from notifiers.base import Capabilities, Check, Notifier, Rendering, Sent

class Pigeon(Notifier):
    name = "pigeon"
    capabilities = Capabilities(markup="plain", max_length=40, needs_linking=False)
    def send(self, message, recipient): return Sent()
    def render(self, message): return Rendering("", "")
    def check(self): return Check(True, "Fed.")
"""
BROKEN = {
    "does not load": "raise RuntimeError('no seed')",
    "is not a Notifier": "class Pigeon: name = 'pigeon'",
    "lacks check": GOOD.replace("    def check", "    def look"),
    "must set name": GOOD.replace('    name = "pigeon"\n', ""),
    "lacks capabilities": GOOD.replace("    capabilities", "    abilities"),
}


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> "Installer":
    monkeypatch.syspath_prepend(tmp_path)
    return Installer(tmp_path)


class Installer:
    """Puts a package with one entry point where Python finds it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def __call__(self, module: str, source: str, *, name: str = "pigeon") -> None:
        self._folder.joinpath(f"{module}.py").write_text(source)
        metadata = self._folder / f"{module}-1.0.dist-info"
        metadata.mkdir()
        metadata.joinpath("METADATA").write_text(f"Metadata-Version: 2.1\nName: {module}\nVersion: 1.0\n")
        metadata.joinpath("entry_points.txt").write_text(f"[{GROUP}]\n{name} = {module}:Pigeon\n")


def test_email_is_built_in() -> None:
    assert available()["email"] is SmtpNotifier


def test_a_notifier_of_another_package_is_found(install: Installer) -> None:
    install("pigeon_post_good", GOOD)
    assert available()["pigeon"].name == "pigeon"
    assert available()["email"] is SmtpNotifier


@pytest.mark.parametrize("complaint", BROKEN)
def test_a_broken_notifier_is_named(install: Installer, complaint: str) -> None:
    install(f"pigeon_post_{list(BROKEN).index(complaint)}", BROKEN[complaint])
    with pytest.raises(NotifierError, match=f"pigeon.*{complaint}"):
        available()


def test_two_classes_cannot_share_a_name(install: Installer) -> None:
    install("pigeon_post_clash", GOOD.replace('"pigeon"', '"email"'), name="email")
    with pytest.raises(NotifierError, match="two notifiers are named 'email'"):
        available()
