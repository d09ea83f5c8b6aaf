"""What the pages of message texts are asked for: which text, its words, and how it is to be shown."""

from collections.abc import Mapping
from dataclasses import dataclass

from app.cases.wordings import Slot
from app.dashboard.message_words import channels
from app.errors import NotFound
from app.recovery.wording import LANGUAGES, OwnText
from app.recovery.wording.check import LONGEST, Field
from notifiers.text import clean_text

AS_TEXT = "email_text"
"""The e-mail's plain text part, beside the renderings of every channel."""
_LONGER = {field: most * 2 for field, most in LONGEST.items()}


@dataclass(frozen=True, slots=True)
class Shown:
    """How a text is looked at: as which channel shows it, and with which case's values."""

    rendering: str
    case: str
    """A case's number; anything else means the made-up one."""


def slot_of(key: str, values: Mapping[str, str], *, language: str) -> Slot:
    """Raises `NotFound` for a language or a channel that no install has. `language` stands where none is asked for."""
    slot = Slot(key, values.get("channel", ""), values.get("language") or language)
    if slot.language not in LANGUAGES or slot.channel not in channels():
        raise NotFound
    return slot


def text_of(form: Mapping[str, str]) -> OwnText:
    """The four fields without what cannot be seen; a text that is far too long stays as it is."""
    return OwnText.written(
        subject=_cleaned(form, Field.SUBJECT),
        preview=_cleaned(form, Field.PREVIEW),
        body=_cleaned(form, Field.BODY),
        button=_cleaned(form, Field.BUTTON),
    )


def fields_of(text: OwnText) -> dict[str, str]:
    """As a form shows it."""
    return {
        Field.SUBJECT.value: text.subject,
        Field.PREVIEW.value: text.preview,
        Field.BODY.value: text.body,
        Field.BUTTON.value: text.button,
    }


def shown_of(values: Mapping[str, str], slot: Slot) -> Shown:
    wanted = values.get("rendering", "")
    known = wanted == AS_TEXT or (wanted and wanted in channels())
    return Shown(wanted if known else slot.channel or "email", values.get("case", ""))


def _cleaned(form: Mapping[str, str], field: Field) -> str:
    text = form.get(field.value, "")
    if len(text) > _LONGER[field]:
        return text
    cleaned = clean_text(text, limit=_LONGER[field])
    return cleaned if field is Field.BODY else " ".join(cleaned.split())
