"""The trials: pytest collects once, then a child process for each mutant runs the tests that can notice it.

A function is changed in place, so nothing is imported again. What runs at the import is tried by importing the
heart and its tests anew, in the child. The tests of a trial end at the first that fails.
"""

import importlib.abc
import importlib.machinery
import importlib.util
import os
import pickle
import resource
import sys
import tempfile
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from enum import IntEnum
from itertools import pairwise
from pathlib import Path
from time import perf_counter
from types import CodeType, FunctionType, ModuleType
from typing import Any

import pytest

from tests.mutants.making import Mutant

LONGEST = 30
"""Seconds of a processor; a mutant that is not through by then hangs."""
MOST_MEMORY = 4 << 30
AGAIN = ("app.recovery", "tests.unit")
"""Packages that are imported anew for a change that happens at the import."""

TABLES = "test_tables"
"""It looks through all modules."""


class Outcome(IntEnum):
    """What became of a mutant; how its process ends."""

    SURVIVED = 0
    KILLED = 1
    TIMEOUT = 2
    NO_CHANGE = 3


class Trials:
    """A plugin: where pytest would run the tests, it runs them for each mutant."""

    def __init__(
        self, mutants: Sequence[Mutant], *, workers: int, told: Callable[[Mutant, Outcome], None]
    ) -> None:
        self._mutants = mutants
        self._workers = workers
        self._told = told
        self._failed = False
        self._setting_up = True

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_call(self) -> None:
        self._setting_up = False

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_makereport(self, call: pytest.CallInfo[None]) -> None:
        """Ends the trial right here: to write down how the test failed would take longer than the test."""
        if call.excinfo is not None and not call.excinfo.errisinstance(pytest.skip.Exception):
            os._exit(Outcome.KILLED)

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        self._failed = self._failed or report.failed

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        if self._failed:
            raise RuntimeError("the tests cannot be collected")
        seconds, seen = self._watched(session)
        session.items.sort(key=lambda item: seconds[item.nodeid])
        self._seen = seen
        running: dict[int, Mutant] = {}
        waiting = list(reversed(self._mutants))
        while waiting or running:
            while waiting and len(running) < self._workers:
                mutant = waiting.pop()
                running[_forked(lambda mutant=mutant: self._tried(session, mutant))] = mutant  # type: ignore[misc]
            pid, status = os.wait()
            ended = Outcome(os.WEXITSTATUS(status)) if os.WIFEXITED(status) else Outcome.TIMEOUT
            self._told(running.pop(pid), ended)
        return True

    def _watched(self, session: pytest.Session) -> tuple[dict[str, float], dict[tuple[str, str], set[str]]]:
        """How long each test takes and which functions it passes through, with the true code.

        In a child too: what a test leaves behind in a cache would hide a mutant. RuntimeError where a test fails.
        """
        with tempfile.NamedTemporaryFile() as file:

            def watch() -> Outcome:
                Path(file.name).write_bytes(pickle.dumps(self._watch(session.items)))
                return Outcome.SURVIVED

            _, status = os.waitpid(_forked(watch, limited=False), 0)
            if status != 0:
                raise RuntimeError("the tests fail for the true code")
            found: tuple[dict[str, float], dict[tuple[str, str], set[str]]] = pickle.loads(
                Path(file.name).read_bytes()
            )
        return found

    def _watch(
        self, items: Sequence[pytest.Item]
    ) -> tuple[dict[str, float], dict[tuple[str, str], set[str]]]:
        paths = {str(mutant.path.resolve()): str(mutant.path) for mutant in self._mutants}
        seconds: dict[str, float] = {}
        seen: dict[tuple[str, str], set[str]] = defaultdict(set)
        of_file: dict[Path, list[str]] = defaultdict(list)
        for item in items:
            of_file[item.path].append(item.nodeid)
        current, file = "", Path()

        def called(frame: Any, event: str, argument: object) -> None:
            if event == "call" and (path := paths.get(frame.f_code.co_filename)):
                # What is set up once serves every test of the file.
                seen[path, frame.f_code.co_qualname].update(of_file[file] if self._setting_up else [current])

        for item, following in _in_turn(items):
            current, file, began = item.nodeid, item.path, perf_counter()
            self._setting_up = True
            sys.setprofile(called)
            item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
            sys.setprofile(None)
            seconds[item.nodeid] = perf_counter() - began
        return seconds, dict(seen)

    def _tried(self, session: pytest.Session, mutant: Mutant) -> Outcome:
        if mutant.changes_nothing:
            return Outcome.NO_CHANGE
        names = self._seen.get((str(mutant.path), mutant.function or ""), set())
        items = [item for item in session.items if item.nodeid in names]
        if items and mutant.function and _changed_in_place(mutant, mutant.function):
            return _run(items)
        order = {item.nodeid: place for place, item in enumerate(session.items)}
        first, second = self._files(session, mutant)
        sys.meta_path.insert(0, _InPlaceOf(mutant))
        for files in filter(None, (first, second)):
            for name in [name for name in sys.modules if name.startswith(AGAIN) or name == mutant.module]:
                del sys.modules[name]
            found = session.perform_collect([str(file) for file in files])
            if self._failed:
                return Outcome.KILLED
            _run(sorted(found, key=lambda item: order.get(item.nodeid, 0)))
        return Outcome.SURVIVED

    def _files(self, session: pytest.Session, mutant: Mutant) -> tuple[list[Path], list[Path]]:
        """Of the tests that have to do with the module: those that are named after it, and the others."""
        path, name = str(mutant.path), mutant.path.stem
        passing = {
            test.split("::")[0] for (seen, _), tests in self._seen.items() if seen == path for test in tests
        }
        first, second = [], []
        for file in sorted({item.path for item in session.items}):
            if file.stem == TABLES or file.stem.startswith(f"test_{name}"):
                first.append(file)
            elif (
                str(file.relative_to(session.config.rootpath)) in passing
                or f".{name} import" in file.read_text()
            ):
                second.append(file)
        return first, second


def _run(items: Sequence[pytest.Item]) -> Outcome:
    for item, following in _in_turn(items):
        item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
    return Outcome.SURVIVED


def _in_turn(items: Iterable[pytest.Item]) -> Iterator[tuple[pytest.Item, pytest.Item | None]]:
    return pairwise([*items, None])  # type: ignore[arg-type]


def _forked(run: Callable[[], Outcome], *, limited: bool = True) -> int:
    pid = os.fork()
    if pid:
        return pid
    silent = os.open(os.devnull, os.O_WRONLY)
    os.dup2(silent, 1)
    os.dup2(silent, 2)
    if limited:
        resource.setrlimit(resource.RLIMIT_CPU, (LONGEST, LONGEST + 1))
        resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    outcome = Outcome.KILLED
    try:
        outcome = run()
    finally:
        os._exit(outcome)


def _changed_in_place(mutant: Mutant, function: str) -> bool:
    """False where its own code is the same: a default has changed, which is made at the import."""
    true, changed = (
        _code_of(compile(code, str(mutant.path), "exec"), function)
        for code in (mutant.whole.code, mutant.code)
    )
    if (true.co_code, true.co_consts, true.co_names) == (
        changed.co_code,
        changed.co_consts,
        changed.co_names,
    ):
        return False
    _live(sys.modules[mutant.module], function).__code__ = changed
    return True


def _code_of(within: CodeType, function: str) -> CodeType:
    for constant in within.co_consts:
        if isinstance(constant, CodeType):
            if constant.co_qualname == function:
                return constant
            if function.startswith(f"{constant.co_qualname}."):
                return _code_of(constant, function)
    raise LookupError(function)


def _live(module: ModuleType, function: str) -> FunctionType:
    owner: Any = module
    *classes, name = function.split(".")
    for each in classes:
        owner = getattr(owner, each)
    found = vars(owner)[name]
    for wrapped in ("fget", "__func__", "__wrapped__"):
        found = getattr(found, wrapped, found)
    assert isinstance(found, FunctionType)
    return found


class _InPlaceOf(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    def __init__(self, mutant: Mutant) -> None:
        self._mutant = mutant

    def find_spec(
        self, name: str, path: object = None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        if name != self._mutant.module:
            return None
        return importlib.util.spec_from_loader(name, self, origin=str(self._mutant.path))

    def exec_module(self, module: ModuleType) -> None:
        exec(compile(self._mutant.code, str(self._mutant.path), "exec"), module.__dict__)
