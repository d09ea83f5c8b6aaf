"""What an alert says, word for word as it is stored, and the last case in which none is wanted."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from app.recovery.alerts import (
    FRESH,
    AlertKind,
    FailingRule,
    SpikeRule,
    Urgency,
    Wanted,
    channel_down,
    endpoint_down,
    events_amiss,
    failing,
    flood,
    key_refused,
    of_case,
    rules_broken,
    spike,
    webhook_down,
)
from app.recovery.decline import DeclineClass
from app.recovery.digest import Counted, Digest, digest
from app.recovery.machine import CaseReason, CaseState

from .test_alerts import HOUR, LOST, NOW, OPEN


def test_a_failure_of_exactly_two_days_is_still_news() -> None:
    old = replace(OPEN, now=NOW + FRESH)
    assert of_case(old, amounts={"usd": 1}) == (Wanted(AlertKind.LARGE_FAILURE, "7", {}),)
    assert of_case(replace(old, now=NOW + FRESH + timedelta(seconds=1)), amounts={"usd": 1}) == ()


def test_an_alert_about_a_case_is_known_by_its_kind_and_the_case() -> None:
    unknown = replace(OPEN, decline_class=DeclineClass.UNKNOWN)
    found = of_case(unknown, amounts={"usd": 4900})
    assert [(wanted.key, wanted.urgency) for wanted in found] == [
        ("unknown_reason:7", Urgency.DIGEST),
        ("large_failure:7", Urgency.INSTANT),
    ]
    death = replace(OPEN, decline_class=DeclineClass.SENSITIVE)
    assert of_case(death, amounts={"usd": 1}) == (Wanted(AlertKind.SENSITIVE, "7"),)
    hidden = replace(
        OPEN, deceased=True
    )  # a decline that came later, or was heard first, says something else
    assert of_case(hidden, amounts={"usd": 1}) == (Wanted(AlertKind.SENSITIVE, "7"),)


def test_a_large_loss_says_how_it_was_lost() -> None:
    assert of_case(LOST, amounts={"usd": 4900}) == (
        Wanted(AlertKind.LARGE_LOSS, "7", {"reason": "window_ended"}),
    )
    assert of_case(LOST, amounts={"usd": 4901}) == ()
    assert of_case(replace(LOST, amount=None), amounts={"usd": 1}) == ()
    assert of_case(replace(LOST, new=True, opened_at=NOW - FRESH - HOUR), amounts={"usd": 1}) == ()
    assert of_case(replace(LOST, changed=False), amounts={"usd": 1}) == ()


@pytest.mark.parametrize(("new", "age"), [(True, FRESH), (False, FRESH + HOUR), (False, 60 * FRESH)])
def test_a_loss_is_news_where_its_case_is_young_or_was_known_before(new: bool, age: timedelta) -> None:
    lost = replace(LOST, new=new, opened_at=NOW - age)
    assert [wanted.key for wanted in of_case(lost, amounts={"usd": 1})] == ["large_loss:7"]


def test_money_taken_back_by_a_dispute_is_a_loss_and_a_merchants_refund_is_none() -> None:
    taken = replace(LOST, state=CaseState.REVERSED, reason=CaseReason.DISPUTED)
    assert [wanted.kind for wanted in of_case(taken, amounts={"usd": 1})] == [AlertKind.LARGE_LOSS]
    assert of_case(replace(taken, reason=CaseReason.REFUNDED), amounts={"usd": 1}) == ()
    assert of_case(replace(LOST, state=CaseState.RECOVERED), amounts={"usd": 1}) == ()


@pytest.mark.parametrize(("before", "usual"), [(0, 0), (1, 1), (168, 1), (169, 2)])
def test_a_spike_tells_the_failures_and_what_is_usual_rounded_up(before: int, usual: int) -> None:
    found = spike(failures=60, before=before, told_at=None, now=NOW)
    assert found == Wanted(AlertKind.SPIKE, "2026-11-20T09:00:00+00:00", {"failures": 60, "usual": usual})


@pytest.mark.parametrize(
    ("failures", "before", "told"), [(10, 0, False), (11, 0, True), (15, 504, False), (16, 504, True)]
)
def test_a_spike_begins_above_both_limits(failures: int, before: int, told: bool) -> None:
    assert (spike(failures=failures, before=before, told_at=None, now=NOW) is not None) is told


def test_only_whole_spans_of_the_week_count_as_usual() -> None:
    rule = SpikeRule(span=5 * HOUR, usual_over=24 * HOUR)
    assert spike(failures=20, before=16, told_at=None, now=NOW, rule=rule) is None
    assert spike(failures=21, before=16, told_at=None, now=NOW, rule=rule) is not None


def test_a_spike_is_told_again_when_its_rest_is_over() -> None:
    assert spike(failures=60, before=0, told_at=NOW - 12 * HOUR, now=NOW) is not None
    assert spike(failures=60, before=0, told_at=NOW - 12 * HOUR + timedelta(seconds=1), now=NOW) is None


@pytest.mark.parametrize(("before", "usual"), [(0, "0"), (1, "1"), (168, "1"), (169, "2")])
def test_a_flood_tells_the_failures_and_what_is_usual_as_whole_numbers(before: int, usual: str) -> None:
    found = flood(failures=1000, before=before, told_at=None, now=NOW)
    assert found is not None
    assert (found.key, found.urgency) == ("flood:2026-11-20T09:00:00+00:00", Urgency.INSTANT)
    # As JSON, in which it is stored: 2.0 is another number there than 2, and a letter would show it.
    assert json.dumps(found.detail) == f'{{"failures": 1000, "usual": {usual}}}'


@pytest.mark.parametrize(
    ("failures", "before", "told"),
    [(999, 0, False), (1000, 0, True), (1000, 16_800, False), (1001, 16_800, True), (9999, 168_000, False)],
)
def test_a_flood_is_a_thousand_failures_and_more_than_ten_usual_hours(
    failures: int, before: int, told: bool
) -> None:
    assert (flood(failures=failures, before=before, told_at=None, now=NOW) is not None) is told


def test_a_flood_is_told_again_when_its_rest_is_over() -> None:
    assert flood(failures=1000, before=0, told_at=NOW - 12 * HOUR, now=NOW) is not None
    assert flood(failures=1000, before=0, told_at=NOW - 12 * HOUR + timedelta(seconds=1), now=NOW) is None


@pytest.mark.parametrize(
    ("refused", "sends", "fails"),
    [(9, 9, False), (4, 10, False), (5, 10, True), (50, 101, False), (51, 101, True)],
)
def test_a_channel_fails_from_half_of_ten_sends_on(refused: int, sends: int, fails: bool) -> None:
    assert failing(refused=refused, sends=sends) is fails


@pytest.mark.parametrize(("refused", "fails"), [(6, False), (7, True)])
def test_a_rule_of_two_in_three_is_two_in_three(refused: int, fails: bool) -> None:
    assert failing(refused=refused, sends=10, rule=FailingRule(refused_share=(2, 3))) is fails


def test_events_that_cannot_be_read_are_told_once_a_day() -> None:
    assert events_amiss("2026-11-20") == Wanted(AlertKind.EVENTS_AMISS, "2026-11-20", {})


def test_a_channel_that_is_down_is_told_by_its_number_with_reason_and_time() -> None:
    found = channel_down("telegram", number=3, reason="away", since=datetime(2026, 11, 20, 8, tzinfo=UTC))
    assert found == Wanted(
        AlertKind.CHANNEL_DOWN,
        "telegram:3",
        {"channel": "telegram", "reason": "away", "since": "2026-11-20T08:00:00+00:00"},
    )
    assert (found.key, found.urgency) == ("channel_down:telegram:3", Urgency.INSTANT)


@pytest.mark.parametrize("part", ["opened", "recovered", "lost"])
def test_one_case_is_worth_a_digest_whichever_way_it_went(part: str) -> None:
    nothing = {name: Counted() for name in ("opened", "recovered", "lost", "at_risk")}
    made = Digest(since=NOW, needs={}, **{**nothing, part: Counted(1)})
    assert made.worth_telling()
    both = {"recovered": Counted(1), "lost": Counted(1)}
    assert Digest(since=NOW, needs={}, **{**nothing, **both}).worth_telling()
    assert not Digest(since=NOW, needs={}, **nothing).worth_telling()
    assert not Digest(since=NOW, needs={}, **{**nothing, "at_risk": Counted(9)}).worth_telling()


def test_a_need_that_is_new_is_news_and_one_of_none_is_left_out() -> None:
    needs = {"unreached": 1, "paused": 0, "sensitive": 2}
    made = digest([], at_risk=Counted(), needs=needs, since=NOW)
    assert made.needs == {"unreached": 1, "sensitive": 2}
    assert made.worth_telling()
    assert not digest([], at_risk=Counted(), needs={"sensitive": 2, "paused": 1}, since=NOW).worth_telling()


def test_a_webhook_is_told_of_once_for_each_time_that_it_goes_silent() -> None:
    since = datetime(2026, 11, 20, 9, tzinfo=UTC)
    told = webhook_down("hook_1", trouble="disabled", since=since)
    assert told == Wanted(
        AlertKind.WEBHOOK_DOWN,
        "hook_1:2026-11-20T09:00:00+00:00",
        {"trouble": "disabled", "since": "2026-11-20T09:00:00+00:00"},
    )


@pytest.mark.parametrize(("trouble", "permission"), [("refused", None), ("forbidden", "payment:basic:read")])
def test_a_key_that_is_refused_is_told_once_a_day_with_the_permission_it_wants(
    trouble: str, permission: str | None
) -> None:
    told = key_refused("2026-11-20", trouble=trouble, permission=permission)
    detail = {"trouble": trouble, "permission": permission}
    assert told == Wanted(AlertKind.KEY_REFUSED, "2026-11-20", detail)
    assert (told.key, told.urgency) == ("key_refused:2026-11-20", Urgency.INSTANT)


def test_an_endpoint_is_told_of_once_for_each_cause_and_each_beginning() -> None:
    since = datetime(2026, 11, 20, 9, tzinfo=UTC)
    told = endpoint_down(4, name="Books", cause="failing", since=since)
    assert told == Wanted(
        AlertKind.ENDPOINT_DOWN,
        "4:failing:2026-11-20T09:00:00+00:00",
        {"name": "Books", "cause": "failing", "since": "2026-11-20T09:00:00+00:00"},
    )
    renamed = endpoint_down(4, name="Ledger", cause="failing", since=since)
    others = [
        endpoint_down(5, name="Books", cause="failing", since=since),
        endpoint_down(4, name="Books", cause="off_failing", since=since),
        endpoint_down(4, name="Books", cause="failing", since=since + HOUR),
    ]
    assert renamed.key == told.key
    assert len({told.key, *(other.key for other in others)}) == 4


def test_broken_rules_are_told_once_a_day_each_with_its_number_of_rows() -> None:
    told = rules_broken("2026-11-20", rules={"one_message_a_step": 3, "one_case_a_payment": 1})
    assert told == Wanted(
        AlertKind.RULES_BROKEN, "2026-11-20", {"rules": {"one_message_a_step": 3, "one_case_a_payment": 1}}
    )
    assert told.key == rules_broken("2026-11-20", rules={"one_case_a_payment": 9}).key
