"""Agreement with the reference library, `standardwebhooks`, apart from where ours is stricter on purpose."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st
from standardwebhooks import Webhook

from app.clock import SystemClock
from app.whop.signature import Verified, signature_headers, verify

SECRET = b"ws_0f3c9a7be14d5826c0b9e1d2a3f4857690abcdef1234567890fedcba98765432"
OTHER = b"ws_another-secret-that-is-long-enough"
NOW = datetime(2026, 11, 20, 9, 0, 10, tzinfo=UTC)
BODY = "{}"

ENTRY = st.sampled_from(["good", "other", "v1,AAAA", "v1a,AAAA", "v2,AAAA", "v1,=", "v1", "a,b,c", ""])
OFFSET = st.integers(-280, 280) | st.sampled_from([-100_000, -400, 400, 100_000])


@given(
    message_id=st.from_regex(r"[A-Za-z0-9_-]{1,40}", fullmatch=True),
    body=st.text(st.characters(exclude_categories=["Cs"]), max_size=60).map(str.encode),
    offset=OFFSET,
    entries=st.lists(ENTRY, max_size=4),
)
def test_the_reference_library_agrees_on_every_well_formed_message(
    message_id: str, body: bytes, offset: int, entries: list[str]
) -> None:
    now = SystemClock().wall()
    sent_at = now + timedelta(seconds=offset)
    headers = signature_headers(message_id=message_id, body=body, secret=SECRET, now=sent_at)
    good = headers["webhook-signature"]
    other = signature_headers(message_id=message_id, body=body, secret=OTHER, now=sent_at)[
        "webhook-signature"
    ]
    spelled = [{"good": good, "other": other}.get(entry, entry) for entry in entries]
    headers["webhook-signature"] = " ".join(spelled)
    ours = isinstance(verify(headers=headers, body=body, secrets=[SECRET], now=now), Verified)
    # The reference gives up at an entry it cannot split or decode, even beside a good one; we go on.
    readable = [entry for entry in spelled if entry.count(",") == 1 and entry != "v1,="]
    assert ours == reference_accepts(headers | {"webhook-signature": " ".join(readable)}, body)
    if reference_accepts(headers, body):
        assert ours


@given(
    message_id=st.from_regex(r"[A-Za-z0-9_-]{1,40}", fullmatch=True), key=st.binary(min_size=1, max_size=80)
)
def test_the_reference_library_makes_the_same_signature(message_id: str, key: bytes) -> None:
    ours = signature_headers(message_id=message_id, body=BODY.encode(), secret=key, now=NOW)[
        "webhook-signature"
    ]
    assert ours == Webhook(key).sign(msg_id=message_id, timestamp=NOW, data=BODY)


def reference_accepts(headers: dict[str, str], body: bytes) -> bool:
    try:
        Webhook(SECRET).verify(body, headers, json_parse=False)
    except Exception:
        return False
    return True
