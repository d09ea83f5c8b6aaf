"""The mutants: every small change that mutmut's operators know, in functions, tables, class bodies and defaults.

Owns what is changed and what is left alone. It runs nothing and writes nothing into the tree.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import unified_diff
from functools import cached_property
from pathlib import Path

import libcst as cst
from libcst.metadata import MetadataWrapper
from mutmut.mutation.file_mutation import Mutation, MutationVisitor, deep_replace
from mutmut.mutation.mutators import mutation_operators
from mutmut.mutation.pragma_handling import get_ignored_lines

TEXTS = ("ABOUT", "DEFINITION", "DEFINITIONS")
"""Tables of sentences for people: a changed word is no changed decision."""
ONLY = {Path("app/claims.py"): "backoff"}
"""Of a file that is mostly queries, the one pure function. Its tests need no database, those of the rest do."""
ENDS = re.compile(r",?\s*(?:strict=\w+)?\s*\)")


@dataclass(frozen=True)
class Mutant:
    path: Path
    function: str | None
    """Its qualified name; None: a table, a class body or anything else that is run at the import."""
    whole: cst.Module
    change: Mutation

    @property
    def module(self) -> str:
        return module_of(self.path)

    @cached_property
    def code(self) -> str:
        changed = deep_replace(self.whole, self.change.original_node, self.change.mutated_node)
        assert isinstance(changed, cst.Module)
        return changed.code

    @property
    def changes_nothing(self) -> bool:
        """Also where only `strict` of a `zip` is another: it is an assertion, which no input of ours can break."""
        true, changed = (ENDS.sub(")", code) for code in (self.whole.code, self.code))
        return true == changed

    @property
    def diff(self) -> str:
        lines = unified_diff(self.whole.code.splitlines(), self.code.splitlines(), lineterm="", n=0)
        return "\n".join(list(lines)[2:])


def module_of(path: Path) -> str:
    return ".".join(path.with_suffix("").parts)


def mutants_of(path: Path) -> Iterator[Mutant]:
    code = path.read_text(encoding="utf-8")
    wrapper = MetadataWrapper(cst.parse_module(code))
    visitor = _EveryNode(mutation_operators, get_ignored_lines(str(path), code, wrapper))
    whole = wrapper.visit(visitor)
    names = dict(_functions(whole))
    for change in visitor.mutations:
        inside = change.contained_by_top_level_function
        function = names[inside] if isinstance(inside, cst.FunctionDef) else None
        left_alone = _only_types(change) or _says_the_same(change)
        if not left_alone and ONLY.get(path, function) == function:
            yield Mutant(path, function, whole, change)


class _EveryNode(MutationVisitor):
    """mutmut's visitor, which also enters decorated functions."""

    def _skip_node_and_children(self, node: cst.CSTNode) -> bool:
        if isinstance(node, cst.FunctionDef) and node.decorators:
            return False
        if isinstance(node, cst.Assign | cst.AnnAssign) and _named(node) & {*TEXTS, "__slots__"}:
            return True
        if _calls(node, "TypeVar"):
            return True
        return super()._skip_node_and_children(node)


def _functions(whole: cst.Module) -> Iterator[tuple[cst.FunctionDef, str]]:
    for child in whole.body:
        if isinstance(child, cst.FunctionDef):
            yield child, child.name.value
        elif isinstance(child, cst.ClassDef):
            for method in child.body.body:
                if isinstance(method, cst.FunctionDef):
                    yield method, f"{child.name.value}.{method.name.value}"


def _only_types(change: Mutation) -> bool:
    """A name for a type, or how a dataclass is made: nothing that decides reads it."""
    node = change.original_node
    if isinstance(node, cst.Assign):
        union = isinstance(node.value, cst.BinaryOperation) and isinstance(node.value.operator, cst.BitOr)
        return union or _calls(node.value, "TypeVar")
    return _calls(node, "dataclass")


def _calls(node: cst.CSTNode, name: str) -> bool:
    return isinstance(node, cst.Call) and isinstance(node.func, cst.Name) and node.func.value == name


def _says_the_same(change: Mutation) -> bool:
    """Of a word mutmut makes three others; whoever sees one of them sees each."""
    changed = change.mutated_node
    return isinstance(changed, cst.SimpleString) and "XX" not in changed.value


def _named(node: cst.Assign | cst.AnnAssign) -> set[str]:
    targets = [node.target] if isinstance(node, cst.AnnAssign) else [each.target for each in node.targets]
    return {target.value for target in targets if isinstance(target, cst.Name)}
