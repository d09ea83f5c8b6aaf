"""A secret is found however a library has written it, also where it was cut short."""

import base64
import html
import json
import reprlib
from collections.abc import Callable
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.masking_forms import SHORTEST_VALUE, pattern_of

SECRET = "kä\"n'a/r+i %&\\#<x>\tÿ€😀-end"


def shown(text: str, *secrets: str) -> str:
    pattern = pattern_of(secrets)
    assert pattern is not None
    return pattern.sub("***", text)


FORMS: dict[str, Callable[[str], str]] = {
    "plain": str,
    "repr": lambda text: repr(text)[1:-1],
    "ascii": lambda text: ascii(text)[1:-1],
    "bytes": lambda text: repr(text.encode())[2:-1],
    "json": lambda text: json.dumps(text)[1:-1],
    "json in json": lambda text: json.dumps(json.dumps(text)),
    "json in json in repr": lambda text: repr(json.dumps(json.dumps(text))),
    "percent": lambda text: quote(text, safe=""),
    "percent in small letters": lambda text: quote(text, safe="").lower(),
    "percent twice": lambda text: quote(quote(text, safe=""), safe=""),
    "percent, some left": lambda text: quote(text, safe="/+&'#<>"),
    "form": lambda text: quote(text, safe="").replace("%20", "+"),
    "html": html.escape,
}


@pytest.mark.parametrize("form", FORMS)
def test_each_form_is_found_whole(form: str) -> None:
    line = shown(f"before {FORMS[form](SECRET)} after", SECRET)
    assert "***" in line and not any(piece in line for piece in ("end", "😀", "r+i", "n'a"))


@given(st.text(min_size=SHORTEST_VALUE, max_size=20), st.sampled_from(sorted(FORMS)))
def test_any_secret_is_found_in_any_form(secret: str, form: str) -> None:
    if form == "percent in small letters":
        secret = secret.lower()
    assert "***" in shown(f"before {FORMS[form](secret)} after", secret)


@pytest.mark.parametrize("before", ["", "u", "me"])
def test_base64_is_found_in_both_alphabets(before: str) -> None:
    secret = "?>?>~~hunter22~~?>?>"
    for encode in (base64.b64encode, base64.urlsafe_b64encode):
        line = shown(encode((before + secret).encode()).decode(), secret)
        assert "***" in line and len(line) < 12


def test_a_secret_that_was_cut_short_is_found_by_its_beginning() -> None:
    secret = "abcdefghijklmnopqrstuvwxyz0123456789"
    assert shown(f"args {reprlib.repr(secret)}, more", secret) == "args '***', more"
    assert shown(f"sent {secret[:20]}", secret) == "sent ***"
    assert shown("sent abcdefghijk and postgresql://", secret, "postgresql://user:pw@host/db").startswith(
        "sent abc"
    )


def test_without_secrets_there_is_nothing_to_look_for() -> None:
    assert pattern_of(()) is None
    assert pattern_of(("short", "")) is None
