"""No secret and no address survives in a line, in whatever form; ordinary words do."""

import base64
import json
from dataclasses import dataclass
from urllib.parse import quote, quote_plus, urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.masking import Masker

SECRET = "pä\"ss/w+o rd\\42'x"
PLAIN = "hunter22-plain-secret"


@dataclass
class Grant:
    access_token: str
    scope: str


def masked(text: str, *secrets: str) -> str:
    return Masker(secrets).mask_text(text)


@pytest.mark.parametrize(
    "form",
    [
        SECRET,
        repr(SECRET),
        json.dumps({"x": SECRET}),
        json.dumps({"x": SECRET}, ensure_ascii=False),
        quote(SECRET, safe=""),
        quote(SECRET),
        quote_plus(SECRET),
        urlencode({"q": SECRET}),
    ],
)
def test_a_secret_setting_is_masked_in_every_form_it_is_written_in(form: str) -> None:
    line = masked(f"peer said: {form} (end)", SECRET)
    assert line.startswith("peer said: ") and line.endswith(" (end)")
    assert "***" in line
    assert not any(part in line for part in ("ss/w", "ss%2Fw", "rd", "42"))


@pytest.mark.parametrize("before", ["", "u", "me", "you", "user:", "\0name\0"])
@pytest.mark.parametrize("after", ["", "!", ":x"])
def test_a_secret_inside_base64_is_masked_wherever_it_begins(before: str, after: str) -> None:
    line = base64.b64encode((before + PLAIN + after).encode()).decode()
    shown = masked(f"AUTH PLAIN {line}", PLAIN)
    assert "***" in shown
    left = shown.removeprefix("AUTH PLAIN ").replace("***", "").rstrip("=")
    assert len(left) <= len(base64.b64encode((before + after).encode())) + 4


def test_the_longest_of_overlapping_secrets_is_masked_whole() -> None:
    assert masked("x abcdef123456 y abcdef z", "abcdef", "abcdef123456") == "x *** y *** z"


def test_a_value_too_short_to_be_a_secret_masks_no_words() -> None:
    assert masked("the cat sat", "cat", "") == "the cat sat"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ('{"access_token": "abc", "n": 1}', '{"access_token": "***", "n": 1}'),
        ("{'client_secret': 'a\\'b', 'n': 1}", "{'client_secret': '***', 'n': 1}"),
        ('"password":"a \\" b"', '"password":"***"'),
        ("('Set-Cookie', 'sid=abc; Path=/')", "('Set-Cookie', '***')"),
        ("(b'cookie', b'sid=abc')", "(b'cookie', b'***')"),
        ("smtp_pass='two words'", "smtp_pass='***'"),
        ('api_key="two words", n=1', 'api_key="***", n=1'),
        ("GET /cb?code=1&token=abc&state=2", "GET /cb?code=***&token=***&state=***"),
        ("x-api-key=abc; y=1", "x-api-key=***; y=1"),
        ("apikey=abc)", "apikey=***)"),
        ("EMAIL=dana HTTP/1.1", "EMAIL=*** HTTP/1.1"),
        ("Authorization: Digest a, b", "Authorization: ***"),
        ("Cookie: sid=abc; other=1\nHost: x", "Cookie: ***\nHost: x"),
        ("set-cookie: sid=abc", "set-cookie: ***"),
        ("sent Bearer abc.def-ghi to peer", "sent Bearer *** to peer"),
        ("sent basic dXNlcjpwYXNz", "sent basic ***"),
        ("postgresql://me:pw@db:5432/x", "postgresql://***@db:5432/x"),
        ("redis://:pw12@cache/0", "redis://***@cache/0"),
        ("GET /r/abcdefgh.SIG-1_2 200", "GET /r/*** 200"),
        ("https://x.io/unsubscribe/abcdefghi", "https://x.io/unsubscribe/***"),
        ("/preferences/abcdefghi and /connect/abcdefghi", "/preferences/*** and /connect/***"),
        ("to dana.reyes+x@mail.example.com.", "to ***."),
        ("to=dana%40example.com&n=1", "to=***&n=1"),
        ("<Анна@почта.рф>", "<***>"),
        (f"{'a' * 120}@example.com", "***"),
    ],
)
def test_what_looks_secret_or_personal_is_masked(text: str, shown: str) -> None:
    assert masked(text) == shown


@pytest.mark.parametrize(
    "text",
    [
        "passenger 5 passes the compass; cookies are fine",
        "the token bucket is full and the secretary knows no password",
        "an email was sent, one authorization is open",
        "GET /r/ and /r/short and /report/abcdefghijk 200",
        "3 @ 5, a@b, @everyone, user@localhost",
        "retry in 5:30 at http://host:8080/path",
        '{"event": "delivery.recorded", "reason": "peer_took_it", "step_id": 7}',
        "state=done reason=already_known type=payment.failed row_id=9",
    ],
)
def test_ordinary_words_stay(text: str) -> None:
    assert masked(text) == text


@pytest.mark.parametrize(
    "key",
    [
        "secret", "client_secret", "SESSION_SECRETS", "password", "new_password2", "smtp_pass", "pass",
        "token", "tokens", "x-csrf-token", "api_key", "whop_api_key", "Authorization", "cookie",
        "Set-Cookie", "email",
    ],
)  # fmt: skip
def test_a_secret_key_hides_its_value_at_any_depth(key: str) -> None:
    masker = Masker()
    assert masker.mask_event({"a": [{"b": ({key: 12},)}], key: "x"}) == {
        "a": [{"b": [{key: "***"}]}],
        key: "***",
    }


@pytest.mark.parametrize(
    "key", ["passenger", "emails", "secre", "author", "cookies", "step_id", "compassion"]
)
def test_an_ordinary_key_hides_nothing(key: str) -> None:
    assert Masker().mask_event({key: "plain"}) == {key: "plain"}


def test_nothing_is_not_hidden_so_that_a_missing_secret_can_be_seen() -> None:
    assert Masker().mask_event({"token": None, 3: {"x"}}) == {"token": None, "3": ["x"]}


def test_a_text_inside_an_event_is_masked_before_json_escapes_its_quotes() -> None:
    event = Masker().mask_event({"body": '{"access_token": "abc"}', "seen": ["a@example.com"]})
    assert event == {"body": '{"access_token": "***"}', "seen": ["***"]}


def test_a_dataclass_that_shows_itself_shows_no_secret() -> None:
    assert masked(repr(Grant("abc def", "read"))) == "Grant(access_token='***', scope='read')"


@given(st.text(min_size=6, max_size=40), st.text(max_size=20), st.text(max_size=20))
def test_no_secret_is_left_in_any_surrounding(secret: str, before: str, after: str) -> None:
    for form in (secret, json.dumps(secret)[1:-1], quote(secret, safe="")):
        assert (
            form not in masked(f"{before}{form}{after}", secret).replace("***", "\x00" * 7) or form in "***"
        )


@given(st.text(max_size=2_000))
def test_any_text_can_be_masked(text: str) -> None:
    assert isinstance(masked(text, PLAIN), str)


def test_a_long_word_is_masked_in_a_bounded_number_of_steps() -> None:
    """Quadratic work on a hostile line of this length would run into the suite's time limit."""
    for word in ("a" * 1_000_000, "token" * 200_000, "=" * 1_000_000, "a." * 500_000, "://" * 300_000):
        assert len(masked(word + " end")) > 0


@pytest.mark.parametrize("secret", [f"acs_pat_{'aB3' * 14}", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw+/="])
def test_tokens_and_webhook_keys_are_known_wherever_they_stand(secret: str) -> None:
    for line in (secret, f"copied {secret}, then", f"/x/{secret}?y", f"['{secret}']", quote(f"a={secret}")):
        assert secret[8:20] not in masked(line)
    assert masked("acs_pat_ is how they begin") == "acs_pat_ is how they begin"
