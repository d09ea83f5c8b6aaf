"""The customer's pages say the same in every language: each sentence is there, with the same places."""

from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from string import Formatter

import pytest

from app.customer.frame import WORDS
from app.customer.pages import Situation
from app.customer.words import Ended, Told
from app.customer.words_en import ENGLISH
from app.recovery.decline import DeclineClass
from app.recovery.wording import LANGUAGES


def sentences(words: object, path: str = "") -> Iterator[tuple[str, str]]:
    """Each text by where it stands."""
    if isinstance(words, str):
        yield path, words
    elif isinstance(words, tuple):
        for number, text in enumerate(words):
            yield from sentences(text, f"{path}.{number}")
    elif isinstance(words, Mapping):
        for name, part in words.items():
            yield from sentences(part, f"{path}.{name}")
    elif is_dataclass(words):
        for field in fields(words):
            yield from sentences(getattr(words, field.name), f"{path}.{field.name}".strip("."))


LOAN_WORDS = {
    "de": {"preferences.name"},
    "pt": {"preferences.email"},
    "fr": {"preferences.email", "preferences.date"},
}
"""The same word in both languages."""


def places(text: str) -> set[str | None]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}


def test_whoever_gets_messages_in_a_language_has_the_pages_in_it() -> None:
    assert set(WORDS) == set(LANGUAGES)
    assert all(words.language == code for code, words in WORDS.items())


@pytest.mark.parametrize("language", WORDS)
def test_every_sentence_is_there_with_the_places_of_the_english_one(language: str) -> None:
    words = WORDS[language]
    assert set(words.declines) == set(DeclineClass)
    assert set(words.endings) == {situation.value for situation in Situation} - {"open"}
    assert all(isinstance(one, Told) for one in words.declines.values())
    assert all(isinstance(one, Ended) for one in words.endings.values())
    english = dict(sentences(ENGLISH))
    translated = dict(sentences(words))
    assert set(translated) == set(english)
    for name, text in translated.items():
        assert text.strip() == text and text and "  " not in text, name
        assert "'" not in text and '"' not in text, name
        assert places(text) == places(english[name]), name


@pytest.mark.parametrize("language", [code for code in WORDS if code != "en"])
def test_no_sentence_was_left_in_english(language: str) -> None:
    english = dict(sentences(ENGLISH))
    same = {name for name, text in sentences(WORDS[language]) if text == english[name]}
    assert same <= LOAN_WORDS.get(language, set())
