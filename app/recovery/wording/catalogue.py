"""Finds a text by its key and language. A key never changes its meaning: it is stored with every step."""

from collections.abc import Mapping

from app.recovery.decline import Angle

from . import de, en, es, fr, pt, ru
from .switched import SAID, laid_out
from .texts import Phrases, Wording

VERSION = 1
"""Stored with every step; a change of any text gets a new number."""

_FILES = {"en": en, "ru": ru, "es": es, "pt": pt, "fr": fr, "de": de}
_TEXTS: Mapping[str, tuple[Phrases, Mapping[str, Wording]]] = {
    name: (file.PHRASES, file.WORDINGS | laid_out(SAID[name], like=file.WORDINGS["funds.first"]))
    for name, file in _FILES.items()
}
LANGUAGES = tuple(_TEXTS)
DRAFTS = frozenset(LANGUAGES) - {"en", "ru"}
"""Languages whose texts nobody who grew up with them has read yet."""
KEYS = tuple(_TEXTS["en"][1])


def known_language(language: str) -> str:
    """The language itself where its texts exist, else English."""
    return language if language in _TEXTS else "en"


def wording(key: str, language: str) -> Wording:
    """The text of "funds.first"; English where the language has none. KeyError for a key that never was."""
    return _TEXTS[known_language(language)][1][key]


def phrases(language: str) -> Phrases:
    """What the texts of a language share; English where the language has none."""
    return _TEXTS[known_language(language)][0]


def keys_for(angle: Angle) -> tuple[str, ...]:
    """The keys of an angle in the order of the conversation; none for `Angle.NONE`."""
    return tuple(key for key in KEYS if key.startswith(f"{angle.value}."))
