"""Every language says everything, with the same places, and no longer than a message may be."""

import string
from dataclasses import asdict

import pytest

from app.customer.frame import WORDS as PAGES
from app.recovery.wording import LANGUAGES
from app.telegram.bot_words import Words
from app.telegram.words import ENGLISH, RUSSIAN, WORDS, words_in

COMMANDS = ("/start", "/stop", "/status")


def places(text: str) -> list[str]:
    return sorted(name for _, name, _, _ in string.Formatter().parse(text) if name)


def test_there_is_every_language_of_the_messages() -> None:
    assert set(WORDS) == set(LANGUAGES)


@pytest.mark.parametrize("words", WORDS.values(), ids=WORDS.keys())
def test_a_language_says_the_same_with_the_same_places_and_commands(words: Words) -> None:
    english, theirs = asdict(ENGLISH), asdict(words)
    for name, text in theirs.items():
        assert text.strip() == text and 0 < len(text) < 800
        assert places(text) == places(english[name]), name
        for command in COMMANDS:
            assert (command in text) == (command in english[name]), (name, command)


@pytest.mark.parametrize(
    ("wishes", "words"),
    [
        (["ru"], RUSSIAN),
        (["ru-RU", "en"], RUSSIAN),
        (["RU_ru"], RUSSIAN),
        ([None, "", "xx", "ru"], RUSSIAN),
        (["en-GB", "ru"], ENGLISH),
        (["xx"], ENGLISH),
        ([], ENGLISH),
    ],
)
def test_the_first_language_that_we_have_is_used(wishes: list[str | None], words: Words) -> None:
    assert words_in(wishes) is words


@pytest.mark.parametrize("language", WORDS)
def test_the_way_to_a_link_is_named_as_the_page_names_it(language: str) -> None:
    for text in (WORDS[language].how_to_link, WORDS[language].old_link):
        assert PAGES[language].preferences.go in text
