"""Rules for our own sources that no linter has. Each is a search with a bad example that it must find.

`python` searches syntax trees, `templates` searches HTML; `test_rules` runs both over the whole program.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

Source = TypeVar("Source")


@dataclass(frozen=True, slots=True)
class Rule(Generic[Source]):
    name: str
    search: Callable[[Source], Iterator[Any]]
    """Yields what is wrong, by line."""
    bad: tuple[str, ...]
    """Each must be found."""
    good: tuple[str, ...] = ()
    """None may be found."""
    allowed: Mapping[str, str] = field(default_factory=dict)
    """Files that may all the same, each with its reason."""
