"""The published vectors, every acceptance and every refusal by its status."""

import base64
import json
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.whop.signature import Refused, Verified, signature_headers, signing_key, verify

SECRET = b"ws_0f3c9a7be14d5826c0b9e1d2a3f4857690abcdef1234567890fedcba98765432"
OTHER = b"ws_another-secret-that-is-long-enough"
NOW = datetime(2026, 11, 20, 9, 0, 10, tzinfo=UTC)
BODY = b'{"type":"payment.failed","data":{"id":"pay_1"}}'


def headers_of(message_id: str = "msg_1", *, now: datetime = NOW, secret: bytes = SECRET) -> dict[str, str]:
    return signature_headers(message_id=message_id, body=BODY, secret=secret, now=now)


def outcome(headers: dict[str, str], *, body: bytes = BODY, secrets: tuple[bytes, ...] = (SECRET,)) -> object:
    return verify(headers=headers, body=body, secrets=secrets, now=NOW)


def status(headers: dict[str, str]) -> int:
    found = outcome(headers)
    assert isinstance(found, Refused)
    return found.status


VECTORS = [
    (
        signing_key("ws_0123456789abcdef"),
        "msg_1",
        1614265330,
        b'{"type":"payment.failed"}',
        "v1,/HPp8n35tl5AE0RVVqIrzFuVnYABMIDhwgi0ukPnkXQ=",
    ),
    (
        signing_key("ws_0f3c9a7be14d5826c0b9e1d2a3f4857690abcdef1234567890fedcba98765432"),
        "msg_2pQ7xkVd0ZrTn8LwYc4HbM",
        1795165210,
        b'{"id":"msg_2pQ7xkVd0ZrTn8LwYc4HbM","type":"payment.failed","data":{"id":"pay_9Jr3bXw7QeVnTk"}}',
        "v1,AFX4NnLLYX/gzQu7BWYSpPF0BauPNjipvb3IwfuHNsw=",
    ),
    (
        base64.b64decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"),
        "msg_p5jXN8AQM9LWM0D4loKWxJek",
        1614265330,
        b'{"test": 2432232314}',
        "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    ),
]


@pytest.mark.parametrize(("key", "message_id", "seconds", "body", "signature"), VECTORS)
def test_the_published_vectors_hold_both_ways(
    key: bytes, message_id: str, seconds: int, body: bytes, signature: str
) -> None:
    now = datetime.fromtimestamp(seconds, UTC)
    headers = {"webhook-id": message_id, "webhook-timestamp": str(seconds), "webhook-signature": signature}
    assert signature_headers(message_id=message_id, body=body, secret=key, now=now) == headers
    assert verify(headers=headers, body=body, secrets=[key], now=now) == Verified(message_id, now)


@pytest.mark.parametrize(
    "body",
    [
        BODY + b" ",
        b" " + BODY,
        BODY.replace(b"pay_1", b"pay_2"),
        json.dumps(json.loads(BODY)).encode(),
        b"",
    ],
)
def test_a_body_changed_by_one_byte_is_refused(body: bytes) -> None:
    assert outcome(headers_of(), body=body) == Refused(401, "bad_signature")


@pytest.mark.parametrize("name", ["webhook-id", "webhook-timestamp"])
def test_id_and_time_are_part_of_what_is_signed(name: str) -> None:
    changed = {"webhook-id": "msg_2", "webhook-timestamp": str(int(NOW.timestamp()) + 1)}[name]
    assert outcome(headers_of() | {name: changed}) == Refused(401, "bad_signature")


GOOD = headers_of()["webhook-signature"]


@pytest.mark.parametrize(
    "signature",
    [
        None,
        "",
        " ",
        "v1",
        "v1,",
        ",",
        GOOD.removeprefix("v1,"),
        GOOD.replace(",", ",,"),
        GOOD + ",x",
        GOOD.rstrip("="),
        GOOD + "=",
        GOOD.replace("v1,", "v1, "),
        GOOD.replace("v1,", "V1,"),
        "v1,%%%not-base64%%%",
        "v1,é",
        GOOD + " é",
        "\ud800",
        "v1,\x00",
        "v1,x " * 10_000,
        "v1," + "A" * 65_536,
        " ".join([GOOD] * 10_000),
    ],
)
def test_a_faulty_signature_header_is_refused(signature: str | None) -> None:
    headers = headers_of()
    del headers["webhook-signature"]
    if signature is not None:
        headers["webhook-signature"] = signature
    assert status(headers) in (400, 401)


def test_entries_beyond_the_cap_are_not_looked_at() -> None:
    bad = ["v1,AAAA"] * 31
    assert outcome(headers_of() | {"webhook-signature": " ".join([*bad, GOOD])}) == Verified("msg_1", NOW)
    assert outcome(headers_of() | {"webhook-signature": " ".join([*bad, "v1,BBBB", GOOD])}) == Refused(
        401, "bad_signature"
    )


def test_the_first_entries_are_looked_at_however_many_follow() -> None:
    assert outcome(headers_of() | {"webhook-signature": " ".join([GOOD, *["v1,AAAA"] * 40])}) == Verified(
        "msg_1", NOW
    )


def test_only_a_blank_parts_two_entries() -> None:
    for gap in ("\t", "\n", ""):
        assert outcome(headers_of() | {"webhook-signature": f"v1,AAAA{gap}{GOOD}"}) == Refused(
            401, "bad_signature"
        )


@pytest.mark.parametrize(("length", "reason"), [(4096, None), (4097, "unreadable_signature")])
def test_a_signature_header_of_four_kilobytes_is_the_longest_that_is_read(
    length: int, reason: str | None
) -> None:
    header = GOOD + " v1," + "A" * (length - len(GOOD) - 4)
    expected = Refused(400, reason) if reason else Verified("msg_1", NOW)
    assert outcome(headers_of() | {"webhook-signature": header}) == expected


@pytest.mark.parametrize(
    ("name", "value", "refused"),
    [
        ("webhook-id", None, Refused(400, "no_id")),
        ("webhook-id", "", Refused(400, "no_id")),
        ("webhook-id", "msg 1", Refused(400, "bad_id")),
        ("webhook-id", b"msg_1", Refused(400, "bad_id")),
        ("webhook-timestamp", None, Refused(401, "no_timestamp")),
        ("webhook-timestamp", "", Refused(401, "no_timestamp")),
        ("webhook-timestamp", "soon", Refused(401, "bad_timestamp")),
        ("webhook-timestamp", 1795165210, Refused(401, "bad_timestamp")),
        ("webhook-signature", None, Refused(400, "no_signature")),
        ("webhook-signature", "", Refused(400, "no_signature")),
        ("webhook-signature", b"v1,AAAA", Refused(400, "no_signature")),
        ("webhook-signature", "v1,\u00e9", Refused(400, "unreadable_signature")),
        ("webhook-signature", "v1,AAAA", Refused(401, "bad_signature")),
    ],
)
def test_a_refusal_names_its_reason(name: str, value: object, refused: Refused) -> None:
    headers: dict[str, object] = {**headers_of(), name: value}
    assert verify(headers=headers, body=BODY, secrets=(SECRET,), now=NOW) == refused  # type: ignore[arg-type]


def test_the_key_is_the_secret_as_shown_letter_by_letter() -> None:
    assert signing_key("ws_\u00e9") == b"ws_\xc3\xa9"


SECONDS = str(int(NOW.timestamp()))


@pytest.mark.parametrize(
    "timestamp",
    [
        None,
        "",
        "nan",
        "inf",
        "-inf",
        "1e9",
        "1.7e9",
        f"{SECONDS[0]}_{SECONDS[1:]}",
        f" {SECONDS}",
        f"{SECONDS} ",
        f"{SECONDS}\n",
        f"+{SECONDS}",
        f"-{SECONDS}",
        f"{SECONDS}.5",
        f"{SECONDS}.",
        f"0{SECONDS}",
        f"0x{SECONDS}",
        "9" * 400,
        "9" * 12,
        "0",
        "".join(chr(0x660 + int(digit)) for digit in SECONDS),
    ],
)
def test_a_timestamp_that_is_not_plain_seconds_is_refused_with_401(timestamp: str | None) -> None:
    headers = headers_of()
    del headers["webhook-timestamp"]
    if timestamp is not None:
        headers["webhook-timestamp"] = timestamp
    assert status(headers) == 401


@pytest.mark.parametrize(
    ("offset", "accepted"),
    [(-301, False), (-300, True), (-299, True), (299, True), (300, True), (301, False)],
)
def test_five_minutes_of_difference_are_tolerated_both_ways(offset: int, accepted: bool) -> None:
    sent_at = NOW + timedelta(seconds=offset)
    expected = Verified("msg_1", sent_at) if accepted else Refused(401, "timestamp_outside_tolerance")
    assert outcome(headers_of(now=sent_at)) == expected


@pytest.mark.parametrize(
    "message_id", [None, "", " ", "msg 1", "msg.1", "msg_1\n", "\x00", "é", "\ud800", "<b>", "m" * 256]
)
def test_an_unreadable_message_id_is_refused_with_400(message_id: str | None) -> None:
    headers = headers_of()
    del headers["webhook-id"]
    if message_id is not None:
        headers["webhook-id"] = message_id
    assert status(headers) == 400


def test_an_id_of_255_characters_is_accepted() -> None:
    assert outcome(headers_of("m" * 255)) == Verified("m" * 255, NOW)


@pytest.mark.parametrize("secrets", [(SECRET, OTHER), (OTHER, SECRET)])
@pytest.mark.parametrize("signer", [SECRET, OTHER])
def test_while_secrets_rotate_either_is_accepted(secrets: tuple[bytes, ...], signer: bytes) -> None:
    assert outcome(headers_of(secret=signer), secrets=secrets) == Verified("msg_1", NOW)


@pytest.mark.parametrize(
    ("entries", "accepted"),
    [
        (["v1,AAAA", GOOD], True),
        (["garbage", GOOD], True),
        (["v1a,AAAA", GOOD], True),
        ([GOOD, "v1a,AAAA"], True),
        ([GOOD.replace("v1,", "v1a,")], False),
        ([GOOD.replace("v1,", "v2,")], False),
    ],
)
def test_one_good_v1_entry_among_others_is_enough(entries: list[str], accepted: bool) -> None:
    expected = Verified("msg_1", NOW) if accepted else Refused(401, "bad_signature")
    assert outcome(headers_of() | {"webhook-signature": " ".join(entries)}) == expected


@pytest.mark.parametrize("secrets", [(), (b"",), (b"", OTHER)])
def test_an_empty_secret_verifies_nothing(secrets: tuple[bytes, ...]) -> None:
    assert outcome(headers_of(secret=b""), secrets=secrets) == Refused(401, "bad_signature")


HEADER = st.none() | st.text(max_size=40) | st.binary(max_size=8) | st.just(GOOD) | st.just(SECONDS)


@given(message_id=HEADER | st.just("msg_1"), timestamp=HEADER, signature=HEADER, body=st.binary(max_size=40))
def test_no_header_makes_it_raise(
    message_id: object, timestamp: object, signature: object, body: bytes
) -> None:
    headers = {"webhook-id": message_id, "webhook-timestamp": timestamp, "webhook-signature": signature}
    found = verify(headers=headers, body=body, secrets=[SECRET], now=NOW)
    assert isinstance(found, Verified | Refused)
