"""What is read for a replay, and what disorder does to it."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from app.ops.replay.compare import broken_promises, differences
from app.ops.replay.disorder import Disorder, clean, disordered
from app.ops.replay.effects import Charge, SentMessage
from app.ops.replay.heard import BadLine, Heard, of_lines
from app.recovery.machine import Known, learn
from app.whop.events import parse
from tests.support import whop_events as whop

AT = datetime(2026, 11, 20, 9, 5, tzinfo=UTC)
HOUR = timedelta(hours=1)
END = AT.replace(minute=0) + HOUR


def lines(*events: object) -> list[str]:
    return [json.dumps(event) for event in events]


def some(count: int) -> list[Heard]:
    return of_lines(lines(*(whop.payment_failed(payment_id=f"pay_{n}", at=AT) for n in range(count))))


def test_a_bare_body_came_when_it_was_sent_and_keeps_its_bytes() -> None:
    (line,) = lines(whop.payment_failed(at=AT, message_id="msg_1"))
    assert of_lines([line, "", " "]) == [Heard(line.encode(), AT + timedelta(seconds=1), "msg_1")]


def test_a_wrapped_body_may_be_text_or_an_object() -> None:
    event = whop.payment_failed(at=AT, message_id="msg_1", shape="legacy")
    wrapped = [{"body": body, "received_at": whop.iso(AT + HOUR)} for body in (event, json.dumps(event))]
    first, second = of_lines(lines(*wrapped))
    assert (first.at, first.message_id) == (second.at, second.message_id) == (AT + HOUR, "msg_1")
    assert json.loads(first.body) == json.loads(second.body) == event


@pytest.mark.parametrize("line", ["3", "{", '{"body": 3}', '{"a": NaN}'])
def test_a_line_that_is_no_event_is_named(line: str) -> None:
    with pytest.raises(BadLine, match="Line 2 is no event"):
        of_lines(["{}", line])


def test_the_clean_order_is_that_of_time_and_each_comes_at_the_end_of_its_hour() -> None:
    early, late = of_lines(lines(whop.payment_failed(at=AT), whop.payment_succeeded(at=AT + 3 * HOUR)))
    assert [(one.heard, one.at) for one in clean([late, early])] == [(early, END), (late, END + 3 * HOUR)]


def test_the_same_seed_makes_the_same_disorder() -> None:
    wild = Disorder(shuffle=True, double=True, drop=0.3, late=0.3)
    assert disordered(some(9), wild, seed=5) == disordered(some(9), wild, seed=5)
    assert disordered(some(9), wild, seed=5) != disordered(some(9), wild, seed=6)


def test_each_kind_of_disorder_does_what_it_says() -> None:
    events = some(9)
    mixed, _ = disordered(events, Disorder(shuffle=True), seed=1)
    assert mixed != clean(events) and sorted(mixed, key=clean(events).index) == clean(events)
    doubled, _ = disordered(events, Disorder(double=True), seed=1)
    assert sorted(one.heard.body for one in doubled) == sorted(one.body for one in events * 2)
    assert len({one.heard.message_id for one in doubled}) > len(events)
    assert {one.at for one in disordered(events, Disorder(late=1), seed=1)[0]}.isdisjoint({END})
    came, missing = disordered(events, Disorder(drop=1), seed=1)
    assert (came, missing) == ([], clean(events))


def test_what_no_look_can_bring_back_is_never_left_out() -> None:
    refund = of_lines(lines(whop.refund_created(at=AT)))
    assert disordered(refund, Disorder(drop=1), seed=1) == (clean(refund), [])


def test_a_message_after_the_success_was_heard_or_said_twice_is_named() -> None:
    (arrival,) = clean(of_lines(lines(whop.payment_succeeded(payment_id="pay_1", account_id="biz_1", at=AT))))
    late = SentMessage(END, ("biz_1", "pay_1"), "funds.first")
    told = list(broken_promises([arrival], [late, late]))
    assert len(told) == 3 and "after the success was heard" in told[0] and "sent 2 times" in told[2]
    early = SentMessage(END - HOUR, ("biz_1", "pay_1"), "funds.first")
    assert list(broken_promises([arrival], [early], [Charge(END - HOUR, ("biz_1", "pay_1"))])) == []


def test_a_charge_after_the_success_was_heard_is_named() -> None:
    (arrival,) = clean(of_lines(lines(whop.payment_succeeded(payment_id="pay_1", account_id="biz_1", at=AT))))
    (told,) = broken_promises([arrival], [], [Charge(END, ("biz_1", "pay_1"))])
    assert told.startswith("promise: charged after the success was heard") and told.endswith("biz_1 pay_1")


def test_without_its_time_only_the_end_is_compared() -> None:
    ours = {"cases": [("biz_1", "lost")], "money": [], "people": [], "messages": [("biz_1", "pay_1")]}
    theirs = {**ours, "messages": [], "cases": [("biz_1", "paid")]}
    assert len(list(differences(ours, theirs, same_time=True))) == 3
    assert list(differences(ours, theirs, same_time=False)) == [
        "cases: only in the clean order: biz_1 lost",
        "cases: only in this order:      biz_1 paid",
    ]


def test_the_first_failure_has_one_time_whichever_event_tells_of_it() -> None:
    made = {"created_at": whop.iso(AT)}
    first = whop.payment_failed(at=AT + timedelta(seconds=4), payments_failed=1, data=made)
    second = whop.payment_failed(at=AT + HOUR, payments_failed=2, data=made)
    late = whop.payment_failed(at=AT + 72 * HOUR, payments_failed=1, data=made)
    told = [
        learn(Known(), parse(whop.encoded(event), received_at=AT + 80 * HOUR))
        for event in (first, second, late)
    ]
    assert [known.failed_at for known in told] == [AT, AT, AT + 72 * HOUR]
