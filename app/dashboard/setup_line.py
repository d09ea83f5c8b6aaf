"""A line of the set-up page as a value: what it is about, how it stands, its proof and the next step."""

from dataclasses import dataclass
from enum import StrEnum


class Standing(StrEnum):
    WORKS = "works"
    TODO = "todo"
    BROKEN = "broken"
    OPTIONAL = "optional"


@dataclass(frozen=True, slots=True)
class Copied:
    """A text to copy."""

    label: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    name: str
    title: str
    standing: Standing
    needed: bool = False
    told: str = ""
    """How it stands."""
    proof: str = ""
    """The last real evidence."""
    steps: tuple[str, ...] = ()
    """What to do, in their order."""
    copied: tuple[Copied, ...] = ()
    variables: tuple[str, ...] = ()
    """Of the environment; each takes effect when the program is started again."""
    lacking: tuple[tuple[str, str], ...] = ()
    """Permissions that a key lacks, and what each costs."""
    test: str | None = None
    """What the button that tests it says."""
    leads: tuple[tuple[str, str], ...] = ()
    """Endpoint or anchor of the page where it is changed, and the link's text."""

    @property
    def works(self) -> bool:
        return self.standing is Standing.WORKS
