"""The Russian catalogue is complete, keeps every place for a value, and is the one that runs."""

import re
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

import app

ROOT = Path(app.__file__).parent
RUSSIAN = ROOT / "translations/ru/LC_MESSAGES"
PLACE = re.compile(r"%\((\w+)\)s")
KEYWORDS = {"_": None, "gettext": None, "lazy_gettext": None, "ngettext": (1, 2)}


def used() -> set[str | tuple[str, str]]:
    """Every message id in the code and the templates."""
    with (ROOT / "translations/babel.cfg").open() as file:
        methods, options = parse_mapping_cfg(file, "babel.cfg")
    found = extract_from_dir(ROOT, methods, options, KEYWORDS)
    return {tuple(message) if isinstance(message, tuple) else message for _f, _l, message, _c, _x in found}


def russian() -> Catalog:
    with (RUSSIAN / "messages.po").open("rb") as file:
        return read_po(file, locale="ru")


def texts(message: Message) -> tuple[str, ...]:
    return message.string if isinstance(message.string, tuple) else (message.string,)


def ids(message: Message) -> tuple[str, ...]:
    return message.id if isinstance(message.id, tuple) else (message.id,)


def test_every_text_of_the_pages_is_in_the_russian_catalogue_and_no_other() -> None:
    assert {message.id for message in russian() if message.id} == used()


def test_every_russian_text_is_there_in_all_its_forms() -> None:
    catalogue = russian()
    assert catalogue.num_plurals == 3
    for message in catalogue:
        forms = texts(message)
        assert all(forms), message.id
        assert len(forms) == (3 if message.pluralizable else 1), message.id
        assert not message.fuzzy or not message.id, message.id


def test_a_russian_text_has_the_places_of_the_english_one() -> None:
    for message in russian():
        wanted = set(PLACE.findall(ids(message)[-1]))
        for form in texts(message):
            assert set(PLACE.findall(form)) == wanted, message.id


def test_the_compiled_catalogue_is_made_of_this_one() -> None:
    compiled = BytesIO()
    write_mo(compiled, russian())
    assert (RUSSIAN / "messages.mo").read_bytes() == compiled.getvalue()
