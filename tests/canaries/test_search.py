"""The search itself finds a mark in each form: a search that finds nothing would prove nothing."""

import base64
import json
from urllib.parse import quote

import pytest

from tests.support import canaries

SECRET = canaries.secret("search")


@pytest.mark.parametrize(
    "form",
    [
        SECRET,
        SECRET.lower(),
        SECRET[:14],
        SECRET[-10:],
        repr(SECRET),
        json.dumps(SECRET),
        quote(SECRET, safe=""),
        base64.b64encode(SECRET.encode()).decode(),
        base64.b64encode(f"u{SECRET}".encode()).decode(),
        base64.urlsafe_b64encode(f"me{SECRET}".encode()).decode(),
        canaries.NAME,
        canaries.EMAIL,
        canaries.PHONE,
        canaries.PHONE.replace(" ", ""),
        canaries.IP_ADDRESS,
        f'"last4": "{canaries.LAST4}"',
        base64.b64encode(canaries.EMAIL.encode()).decode(),
    ],
    ids=range(17),  # the marks are new in each process
)
def test_each_form_of_a_mark_is_found(form: str) -> None:
    assert canaries.traces(f"a line with {form} in it")


def test_what_has_no_mark_is_not_found() -> None:
    assert canaries.traces("request.done method=GET path=/r/*** status=200 ms=12.5 from 127.0.0.1") == []


def test_people_may_be_left_out() -> None:
    assert canaries.traces(canaries.EMAIL, people=False) == []
    assert canaries.traces(f"{canaries.EMAIL} {SECRET}", people=False)
