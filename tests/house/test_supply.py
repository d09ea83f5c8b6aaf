"""What the program is made of is known: locked by hash, licensed, and as its makers shipped it."""

import re
import tomllib
from collections.abc import Iterator, Mapping
from configparser import ConfigParser
from functools import cache
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from supply.licences import PAGE, of_packages, page, unknown
from supply.vendored import FOLDERS, Vendored, listed, sha256
from tests.support.processes import ROOT

LOCKS = ("requirements.lock", "requirements-test.lock")
RUNNING = ("redis", "sentry", "apprise")
ENTRY = re.compile(
    r"([a-z0-9-]+)(?:\[[a-z,]+\])?==([\w.]+)( ; [^\\]+)?((?: \\\n    --hash=sha256:[0-9a-f]{64})+)\n"
)
TITLES = {"MIT": "MIT License", "0BSD": "Zero-Clause BSD", "MPL-2.0": "Mozilla Public License, version 2.0"}
VENDORED = [one for folder in FOLDERS for one in listed(folder)]


@cache
def locked(lock: str) -> Mapping[str, tuple[str, str, str]]:
    """Version, marker and hashes by name. Whatever else stands there fails: an address, an option, a line without hash."""
    text = (ROOT / lock).read_text("utf-8")
    found = {name: (version, marker, hashes) for name, version, marker, hashes in ENTRY.findall(text)}
    assert ENTRY.sub("", text) == "" and found
    return found


def asked(*extras: str) -> list[Requirement]:
    """By setup.cfg and by whatever builds it."""
    parser = ConfigParser()
    parser.read(ROOT / "setup.cfg")
    lists = [parser["options"]["install_requires"]]
    lists += [parser["options.extras_require"][extra] for extra in extras]
    built = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["build-system"]["requires"]
    return [Requirement(line) for text in lists for line in text.split("\n") if line] + [
        Requirement(it) for it in built
    ]


def with_theirs(requirements: list[Requirement]) -> Iterator[Requirement]:
    """These and all that they need here, as the installed packages say."""
    waiting, seen = list(requirements), set()
    while waiting:
        requirement = waiting.pop()
        key = (canonicalize_name(requirement.name), frozenset(requirement.extras))
        yield requirement
        if key in seen:
            continue
        seen.add(key)
        for line in distribution(requirement.name).requires or []:
            needed = Requirement(line)
            extras = [{"extra": extra} for extra in ("", *requirement.extras)]
            if needed.marker is None or any(needed.marker.evaluate(extra) for extra in extras):
                waiting.append(needed)


@pytest.mark.parametrize(
    ("lock", "extras"), [(LOCKS[0], RUNNING), (LOCKS[1], (*RUNNING, "test"))], ids=["running", "testing"]
)
def test_a_lock_holds_all_that_is_asked_for_and_what_that_needs(lock: str, extras: tuple[str, ...]) -> None:
    missing = [
        str(requirement)
        for requirement in with_theirs(asked(*extras))
        if not requirement.specifier.contains(
            locked(lock).get(canonicalize_name(requirement.name), ("0.dev0",))[0], prereleases=True
        )
    ]
    assert missing == []


def test_production_installs_nothing_else() -> None:
    needed = {canonicalize_name(requirement.name) for requirement in with_theirs(asked(*RUNNING))}
    elsewhere = {name for name, (_, marker, _) in locked(LOCKS[0]).items() if marker}
    assert set(locked(LOCKS[0])) - elsewhere <= needed


def test_what_is_tested_is_what_runs() -> None:
    assert locked(LOCKS[0]).items() <= locked(LOCKS[1]).items()


def test_what_is_installed_is_what_is_locked() -> None:
    """The shared names only: a package of another platform is not here."""
    other = {}
    for name, (version, _, _) in locked(LOCKS[1]).items():
        try:
            here = distribution(name).version
        except PackageNotFoundError:
            continue
        if here != version:
            other[name] = here
    assert other == {}


def test_every_licence_of_production_is_allowed_and_listed() -> None:
    assert unknown(of_packages()) == []
    assert PAGE.read_text("utf-8") == page(), "run python -m supply.licences"


def test_a_licence_that_nobody_has_looked_at_is_refused_by_the_name_of_its_package(tmp_path: Path) -> None:
    lock = tmp_path / "requirements.lock"
    lock.write_text("flask==3.1.3 \\\nyamllint==1.0 \\\nnot-here==1.0 \\\n", "utf-8")
    refused = unknown(of_packages(lock))
    assert [line.partition(":")[0] for line in refused] == ["yamllint", "not-here"]


@pytest.mark.parametrize("one", VENDORED, ids=[one.package for one in VENDORED])
def test_a_vendored_file_is_what_its_table_says(one: Vendored) -> None:
    folder = one.file.parent if one.file else FOLDERS[0] / "tabler-icons"
    assert TITLES[one.licence] in (folder / "LICENSE").read_text("utf-8")[:80]
    assert sha256(one.file or folder / "LICENSE") == one.sha256
    assert one.file is None or one.version in one.file.read_text("utf-8")


def test_no_file_is_vendored_past_the_tables() -> None:
    there = {file for folder in FOLDERS for file in folder.glob("*/*") if "LICENSE" not in file.name}
    assert there == {one.file for one in VENDORED if one.file}
