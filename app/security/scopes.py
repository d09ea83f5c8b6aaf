"""What a personal token may be allowed to do. A route that takes tokens names the one scope that it needs."""

from enum import StrEnum


class Scope(StrEnum):
    """None of them includes another."""

    READ = "read"
    WRITE_CASES = "write-cases"
    WRITE_SETTINGS = "write-settings"


def stored(scopes: frozenset[Scope]) -> str:
    """In the order of the list above, so that equal sets are equal texts."""
    return " ".join(scope for scope in Scope if scope in scopes)


def read(text: str) -> frozenset[Scope]:
    """Words that this release does not know allow nothing."""
    words = text.split()
    return frozenset(scope for scope in Scope if scope in words)
