"""The parser is total: any bytes, any JSON and any mutation of a real event end in a `Parsed`."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, get_args

from hypothesis import given, settings
from hypothesis import strategies as st

from app.recovery.facts import Ignored, Parsed, Quarantined
from app.whop.events import parse
from tests.support import whop_events as whop
from tests.unit.whop.test_events_shapes import ROWS

RECEIVED = datetime(2026, 12, 1, tzinfo=UTC)

JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**30), 10**30)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=12)
    | st.sampled_from(["49.00", "usd", "pay_1", "2026-11-20T09:00:10Z", "9999-12-31T23:59:59-14:00", 1e300]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["id", "amount", "currency", "card", "user", "title"]) | st.text(max_size=4),
            inner,
            max_size=3,
        )
    ),
    max_leaves=8,
)
PARSED = get_args(Parsed)
TYPES = sorted({row.build(shape="pinned")["type"] for row in ROWS})


def test_every_type_with_an_effect_is_tried() -> None:
    assert len(TYPES) == 30


@given(st.binary(max_size=200))
def test_no_bytes_make_it_raise(body: bytes) -> None:
    assert isinstance(parse(body, received_at=RECEIVED), PARSED)


@given(JSON, st.sampled_from(TYPES))
def test_no_json_makes_it_raise(data: Any, event_type: str) -> None:
    assert isinstance(parse(json.dumps(data).encode(), received_at=RECEIVED), PARSED)
    body = json.dumps({"type": event_type, "account_id": "biz_1", "data": data, "timestamp": data}).encode()
    assert isinstance(parse(body, received_at=RECEIVED), PARSED)


def paths(value: object, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    yield path
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in items:
        yield from paths(inner, (*path, key))


MUTABLE = [
    (name, path) for name in whop.samples() for path in paths(whop.load(name)) if path and "icons" not in path
]


@settings(max_examples=400)
@given(st.sampled_from(MUTABLE), JSON)
def test_no_mutation_of_a_real_event_makes_it_raise(spot: tuple[str, tuple[Any, ...]], value: Any) -> None:
    name, path = spot
    event = whop.load(name)
    target: Any = event
    for key in path[:-1]:
        target = target[key]
    target[path[-1]] = value
    found = parse(json.dumps(event).encode(), received_at=RECEIVED)
    assert isinstance(found, PARSED)
    if not isinstance(found, Ignored | Quarantined):
        assert found.at.utcoffset() == timedelta() and found.at <= RECEIVED + timedelta(days=1)
