"""Lines as libraries really write them: what is masked in them, and what must stay readable."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.masking import Masker, mask_path

HIDDEN = "hidden7value"


@pytest.mark.parametrize(
    "line",
    [
        "GET /auth/whop/callback?code=hidden7value&state=hidden7value HTTP/1.1",
        "GET /cb?error=x&id_token=hidden7value&nonce=hidden7value",
        "refresh_token=hidden7value&code_verifier=hidden7value&client_secret=hidden7value",
        "code=hidden7value&grant_type=authorization_code",
        "next=%2Fr%2Fhidden7value%3Fcode%3Dhidden7value%26token%3Dhidden7value%26x",
        "GET /dashboard/cases?q=hidden7value&page=2",
        "GET /r/hidden7value!and'more 404",
        "https://x.io/UNSUBSCRIBE/hidden7value",
        "b'GET / HTTP/1.1\\r\\nCookie: sid=hidden7value\\r\\nX-Api-Key: hidden7value\\r\\n'",
        "x-whop-user-token: hidden7value",
        'Proxy-Authorization: Digest username="hidden7value", response="hidden7value"',
        "sid=hidden7value; Path=/",
        "jwt eyJhbGciOiJIUzI1NiJ9.eyJoaWRkZW43dmFsdWUiOjF9.hidden7value sent",
        "https://api.telegram.org/bot123456789:hidden7value-hidden7value-hidden7value/sendMessage",
        "POST /api/webhooks/123456789012345678/hidden7value?wait=true",
        "http://hidden7value@sentry.example.com/1",
        "postgresql://me:hidden7value@more@db.example.com/x",
        "('authorization', 'hidden7value')",
        "[(b'cookie', b'hidden7value')]",
        "ImmutableMultiDict([('code', 'hidden7value'), ('state', 'hidden7value')])",
        '{\\"access_token\\": \\"hidden7value\\"}',
        "'password': 'hidden7value that is cut sh",
        '{"customer_email": "hidden7value", "phone": "hidden7value", "last4": "hidden7value"}',
        '{"user": {"name": "hidden7value", "username": "hidden7value"}}',
        "Person(full_name='hidden7value', email='hidden7value')",
        "DETAIL:  Key (email, name)=(hidden7value, hidden7value) already exists.",
        'DETAIL:  Failing row contains (1, hidden7value, "hidden7value\nhidden7value").',
        'invalid input syntax for type integer: "hidden7value\nhidden7value"',
        "LINE 1: INSERT INTO customer VALUES ('hidden7value')",
        "[parameters: {'zone': 'hidden7value', 'x': 'hidden7value'}]",
        "invalid literal for int() with base 10: 'hidden7value'",
        "[type=int_parsing, input_value='hidden7value', input_type=str]",
        '550 5.1.1 <"hidden7value,x"@example.com>',
        "550 5.1.1 <hidden7value@example.com>: no such user",
        "\\u0434hidden7value@example.com",
    ],
)
def test_what_must_not_be_read_is_masked_wherever_a_library_writes_it(line: str) -> None:
    shown = Masker().mask_text(line)
    assert HIDDEN not in shown and "***" in shown


@pytest.mark.parametrize(
    "phone", ["+49 1577 7310246", "+4915777310246", "+1 (555) 010-9999", "+7-912-345-67-89"]
)
def test_a_phone_number_is_masked(phone: str) -> None:
    assert Masker().mask_text(f"call {phone}, now") == "call ***, now"


@pytest.mark.parametrize(
    "line",
    [
        "request.done method=GET path=/dashboard/cases/12 status=200 ms=12.3 request_id=0a1b2c3d4e5f",
        "request.done method=POST path=/webhooks/whop status=401 ms=0.7",
        "delivery.recorded step_id=10 outcome=Retry reason=smtp_450 kept_state=False",
        "inbox.processed row_id=4 state=done reason=None type=payment.failed",
        "worker.started channels=['discord', 'email', 'telegram']",
        "up.child_ended statuses=[1, None]",
        "2026-11-25T23:31:59.787265Z [error    ] Connection in use: ('127.0.0.1', 39701) [gunicorn.error]",
        'File "/srv/app/delivery/send.py", line 80, in carry_out',
        'connection to server at "127.0.0.1", port 5432 failed: Connection refused',
        'duplicate key value violates unique constraint "uq_user_whop_user_id"',
        "[SQL: SELECT customer.name, customer.email FROM customer WHERE customer.id = ?]",
        "[SQL parameters hidden due to hide_parameters=True]",
        "(Background on this error at: https://sqlalche.me/e/21/gkpj)",
        "Worker (pid:4711) was sent SIGKILL! Perhaps out of memory?",
        "ValueError: a time without a zone cannot be stored",
        "The CSRF token is invalid.",
        "the basic settings need bearers, and basic authentication is off",
        "retried at 2026-11-20 09:00:08+00:00, in +15 minutes, version 3.11.7+local",
        "GET /r/ and /report/abcdefghijk and /api/cases/12/pause",
        "icons/app@2x and pkg@1.2.3",
        "amount=49.00 currency=usd tries=2 due_at=2026-11-21T09:00:00Z",
        "code=insufficient_funds state=open",
        "{'code': 'peer_took_it', 'cause': 'smtp_550'}",
        "https://x.io/dashboard?page=2&sort=state",
    ],
)
def test_ordinary_lines_stay_as_they_are(line: str) -> None:
    assert Masker(("s3cret-value-of-a-setting", "postgresql://u:pw@h/db")).mask_text(line) == line


@pytest.mark.parametrize(
    ("path", "shown"),
    [
        ("/dashboard/cases/12", "/dashboard/cases/12"),
        ("/static/vendor/tabler.min.css", "/static/vendor/tabler.min.css"),
        ("/dashboard/cases/Dana Reyes", "/dashboard/cases/***"),
        ("/dana@example.com/x", "/***/x"),
        ("/Ана/x", "/***/x"),
        ("/a'b//", "/***//"),
        ("", ""),
    ],
)
def test_a_path_is_shown_without_what_only_people_type(path: str, shown: str) -> None:
    assert mask_path(path) == shown


JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=60),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=20), inner, max_size=3),
    max_leaves=6,
)
PIECES = st.lists(
    st.sampled_from(
        ["token", "=", '"', "'", "\\", "\n", ":", " ", "Cookie", "(", ",", "a@b.de", "x", "%3D", "&"]
    ),
    max_size=25,
).map("".join)


@given(st.dictionaries(st.text(max_size=20), JSON_VALUES | PIECES, max_size=4))
def test_an_event_of_anything_becomes_a_line_that_programs_can_read(event: dict[str, Any]) -> None:
    masked = Masker(('quoted"secret',)).mask_event(event)
    assert json.loads(json.dumps(masked)) == masked


@given(PIECES)
def test_masking_twice_shows_no_more_than_masking_once(text: str) -> None:
    masker = Masker()
    once = masker.mask_text(text + f' "token": "{HIDDEN}"')
    assert HIDDEN not in masker.mask_text(once)


def test_a_number_that_is_personal_is_masked() -> None:
    assert Masker().mask_text('{"last4": 4242, "phone": 4915777310246, "n": 7}') == (
        '{"last4": ***, "phone": ***, "n": 7}'
    )


def test_an_object_is_masked_as_it_shows_itself() -> None:
    class Grant:
        def __repr__(self) -> str:
            return "<Grant token='hidden7value' of dana@example.com>"

    assert Masker().mask_event({"grant": Grant(), "raw": b"token=hidden7value"}) == {
        "grant": "<Grant token='***' of ***>",
        "raw": "b'token=***'",
    }


def test_a_key_that_is_an_address_is_masked_too() -> None:
    assert Masker().mask_event({"refused": {"dana@example.com": 550}}) == {"refused": {"***": 550}}


def test_a_name_is_personal_inside_an_object_only() -> None:
    event = {"name": "free_leases", "user": {"name": "Dana Reyes"}}
    assert Masker().mask_event(event) == {"name": "free_leases", "user": {"name": "***"}}
