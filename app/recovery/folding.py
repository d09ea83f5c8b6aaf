"""Names and addresses as they are searched and sorted by: one spelling whatever the case, on every database.

The keys are stored beside the texts, since SQLite folds the case of ASCII letters alone and PostgreSQL by its locale.
"""

import unicodedata

LONGEST_KEY = 120
"""Characters; an index takes no more than some hundred bytes."""
AFTER_ALL = "\U0010ffff"
"""Sorts after every character that a text can have."""


def folded(text: str) -> str:
    """One spelling for all that a reader takes for the same."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())[:LONGEST_KEY]


def turned(name: str) -> str | None:
    """The last word first, so that a search by surname is one by a beginning; None where there is one word."""
    before, _, last = folded(name).rpartition(" ")
    return f"{last} {before}" if before else None
