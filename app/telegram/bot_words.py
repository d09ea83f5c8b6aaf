"""All that the bot can say, as one value a language, so that no text can be forgotten."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    nameless: str
    """Stands for a merchant who has told nobody their name."""
    linked: str
    linked_but_off: str
    """By their own wish, which they may take back."""
    linked_but_ended: str
    """Nobody writes to them for a reason that is not theirs to take back."""
    how_to_link: str
    old_link: str
    stopped: str
    nothing_linked: str
    status: str
    status_open: str
    status_clear: str
    more: str
    """How many there are that do not fit in."""
    other: str
