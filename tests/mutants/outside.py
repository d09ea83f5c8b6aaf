"""Mutants of what mutmut passes over: tables, defaults, and functions with a decorator such as `property`.

Owns their making and their trial: mutmut's own operators change one node, a child process runs the tests with the
changed module in the place of the true one. It writes nothing into the tree.
"""

import importlib.abc
import importlib.machinery
import importlib.util
import os
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from difflib import unified_diff
from pathlib import Path
from types import ModuleType

import libcst as cst
import pytest
from libcst.metadata import MetadataWrapper
from mutmut.mutation.file_mutation import Mutation, MutationVisitor, deep_replace
from mutmut.mutation.mutators import mutation_operators
from mutmut.mutation.pragma_handling import get_ignored_lines

TEXTS = ("ABOUT", "DEFINITION", "DEFINITIONS")
"""Tables of sentences for people: a changed word is no changed decision."""
LONGEST_TRIAL = 120
"""Seconds; a mutant that is not through by then hangs, and counts as killed."""


@dataclass(frozen=True, slots=True)
class Outsider:
    path: Path
    code: str
    diff: str

    @property
    def module(self) -> str:
        return ".".join(self.path.with_suffix("").parts)


class _EveryNode(MutationVisitor):
    """mutmut's visitor, which also enters decorated functions."""

    def _skip_node_and_children(self, node: cst.CSTNode) -> bool:
        if isinstance(node, cst.FunctionDef) and node.decorators:
            return False
        if isinstance(node, cst.Assign | cst.AnnAssign) and _named(node) & {*TEXTS, "__slots__"}:
            return True
        return super()._skip_node_and_children(node)


def outsiders(path: Path) -> Iterator[Outsider]:
    code = path.read_text(encoding="utf-8")
    wrapper = MetadataWrapper(cst.parse_module(code))
    visitor = _EveryNode(mutation_operators, get_ignored_lines(str(path), code, wrapper))
    module = wrapper.visit(visitor)
    for mutation in visitor.mutations:
        if _is_mutmuts(mutation) or _only_types(mutation) or _says_the_same(mutation):
            continue
        changed = deep_replace(module, mutation.original_node, mutation.mutated_node)
        assert isinstance(changed, cst.Module)
        if changed.code != code:
            lines = unified_diff(code.splitlines(), changed.code.splitlines(), lineterm="", n=0)
            yield Outsider(path, changed.code, "\n".join(list(lines)[2:]))


def survivors(
    mutants: Sequence[Outsider], tests: Sequence[str], *, workers: int, told: Callable[[int], None]
) -> list[Outsider]:
    """Those with which all tests pass. `told` hears of every trial that has ended.

    RuntimeError where the true code does not live either: then a trial says nothing.
    """
    for path in {mutant.path for mutant in mutants}:
        true = Outsider(path, path.read_text(encoding="utf-8"), "")
        _, status = os.waitpid(_begin(true, _nearest_first(true, tests)), 0)
        if status != 0:
            raise RuntimeError(f"the tests fail for the true code of {path}")
    running: dict[int, Outsider] = {}
    alive: list[Outsider] = []
    waiting = list(reversed(mutants))
    ended = 0
    while waiting or running:
        while waiting and len(running) < workers:
            mutant = waiting.pop()
            running[_begin(mutant, _nearest_first(mutant, tests))] = mutant
        pid, status = os.wait()
        mutant = running.pop(pid)
        ended += 1
        told(ended)
        if status == 0:
            alive.append(mutant)
    return alive


def _is_mutmuts(mutation: Mutation) -> bool:
    inside = mutation.contained_by_top_level_function
    if not isinstance(inside, cst.FunctionDef):
        return False
    names = [d.decorator.value for d in inside.decorators if isinstance(d.decorator, cst.Name)]
    return not inside.decorators or names in (["staticmethod"], ["classmethod"])


def _only_types(mutation: Mutation) -> bool:
    """A name for a type, or a type variable: nothing at run time reads it."""
    node = mutation.original_node
    if isinstance(node, cst.Assign):
        return isinstance(node.value, cst.BinaryOperation) and isinstance(node.value.operator, cst.BitOr)
    call = isinstance(node, cst.Call) and isinstance(node.func, cst.Name) and node.func.value
    return call in ("TypeVar", "dataclass")


def _says_the_same(mutation: Mutation) -> bool:
    """Of a word mutmut makes three others; whoever sees one of them sees each."""
    changed = mutation.mutated_node
    return isinstance(changed, cst.SimpleString) and "XX" not in changed.value


def _named(node: cst.Assign | cst.AnnAssign) -> set[str]:
    targets = [node.target] if isinstance(node, cst.AnnAssign) else [each.target for each in node.targets]
    return {target.value for target in targets if isinstance(target, cst.Name)}


def _nearest_first(mutant: Outsider, tests: Sequence[str]) -> list[str]:
    """Test files that name the module come first: most mutants are killed by them."""
    files = [file for test in tests for file in _files_of(Path(test))]
    name = mutant.path.stem
    return [str(file) for file in sorted(files, key=lambda file: _distance(file, name))]


def _files_of(path: Path) -> list[Path]:
    return sorted(path.rglob("test_*.py")) if path.is_dir() else [path]


def _distance(file: Path, name: str) -> int:
    if file.stem.startswith(f"test_{name}"):
        return 0
    text = file.read_text(encoding="utf-8")
    return 1 if f".{name} import" in text else 2


def _begin(mutant: Outsider, tests: list[str]) -> int:
    pid = os.fork()
    if pid:
        return pid
    signal.alarm(LONGEST_TRIAL)
    silent = os.open(os.devnull, os.O_WRONLY)
    os.dup2(silent, 1)
    os.dup2(silent, 2)
    sys.meta_path.insert(0, _InPlaceOf(mutant))
    loaded = "ignore::pytest.PytestAssertRewriteWarning"  # plugins were loaded before the fork, on purpose
    code = pytest.main(["-x", "-q", "-W", loaded, "-p", "no:cacheprovider", *tests])
    os._exit(int(code))


class _InPlaceOf(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    def __init__(self, mutant: Outsider) -> None:
        self._mutant = mutant

    def find_spec(
        self, name: str, path: object = None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        if name != self._mutant.module:
            return None
        return importlib.util.spec_from_loader(name, self, origin=str(self._mutant.path))

    def exec_module(self, module: ModuleType) -> None:
        exec(compile(self._mutant.code, str(self._mutant.path), "exec"), module.__dict__)
