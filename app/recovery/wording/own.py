"""A merchant's own text in the place of a default one: plain sentences, each in one form.

Where something is not known, a default line stands in for the subject, the preview and the button, and a
paragraph is left out. Who edits only some of it keeps the default's variants everywhere else.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from app.recovery.placeholders import missing, paragraphs_in

from .texts import Line, Wording


@dataclass(frozen=True, slots=True)
class OwnText:
    subject: str
    preview: str
    paragraphs: tuple[str, ...]
    button: str

    @classmethod
    def of(cls, stored: Mapping[str, Any]) -> "OwnText":
        """From what `stored` made."""
        return cls(stored["subject"], stored["preview"], tuple(stored["paragraphs"]), stored["button"])

    @classmethod
    def written(cls, *, subject: str, preview: str, body: str, button: str) -> "OwnText":
        """From fields of a form; blank lines part the paragraphs."""
        return cls(subject.strip(), preview.strip(), paragraphs_in(body), button.strip())

    @classmethod
    def shown(cls, text: Wording) -> "OwnText":
        """A default text as a merchant begins with it: of each line the variant that says most."""
        return cls(
            _first(text.subject),
            _first(text.preview),
            tuple(map(_first, text.paragraphs)),
            _first(text.button),
        )

    @property
    def body(self) -> str:
        return "\n\n".join(self.paragraphs)

    def stored(self) -> dict[str, Any]:
        return {
            "subject": self.subject,
            "preview": self.preview,
            "paragraphs": list(self.paragraphs),
            "button": self.button,
        }


def lines_of(default: Wording, own: OwnText) -> tuple[Line, ...]:
    """The own paragraphs; one that is a default's keeps the variants for what is not known."""
    kept = {_first(line): line for line in default.paragraphs}
    return tuple(kept.get(paragraph, paragraph) for paragraph in own.paragraphs)


def instead_of(default: Wording, own: OwnText) -> Wording:
    """The own text with the default's closing, footer and rows, which are not the merchant's to change."""
    return replace(
        default,
        subject=(own.subject, *variants(default.subject)),
        preview=(own.preview, *variants(default.preview)),
        paragraphs=lines_of(default, own),
        button=(own.button, *variants(default.button)),
    )


def left_out(default: Wording, own: OwnText, words: Mapping[str, str | None]) -> tuple[frozenset[str], ...]:
    """For each paragraph that these words leave out, the placeholders of which nothing is known."""
    lines = lines_of(default, own)
    return tuple(
        missing(variants(line)[-1], words)
        for line in lines
        if all(missing(variant, words) for variant in variants(line))
    )


def variants(line: Line) -> tuple[str, ...]:
    return (line,) if isinstance(line, str) else line


def _first(line: Line) -> str:
    return variants(line)[0]
