"""What is worth telling, as plain decisions: thresholds, classes, losses, spikes and the digest's hour."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.recovery.alert_words import AlertValues, compose, compose_test
from app.recovery.alert_words.content import PHRASES
from app.recovery.alerts import (
    FRESH,
    LOSSES_TOLD,
    URGENCY,
    AlertKind,
    CaseNow,
    Urgency,
    failing,
    of_case,
    spike,
)
from app.recovery.decline import POLICIES, DeclineClass
from app.recovery.digest import CaseChange, Counted, Digest, digest, next_digest
from app.recovery.machine import CaseReason, CaseState
from app.recovery.money import Money

NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
OPEN = CaseNow(
    case_id=7,
    new=True,
    changed=False,
    state=CaseState.OPEN,
    reason=CaseReason.COLLECTING,
    decline_class=DeclineClass.FUNDS,
    amount=Money("usd", 4900),
    opened_at=NOW,
    now=NOW,
)
LOST = replace(OPEN, new=False, changed=True, state=CaseState.LOST, reason=CaseReason.WINDOW_ENDED)


def keys(case: CaseNow, **amounts: int) -> list[str]:
    return [wanted.key for wanted in of_case(case, amounts=amounts)]


def test_every_kind_has_an_urgency_and_words_in_every_language() -> None:
    assert set(URGENCY) == set(AlertKind)
    told = set(AlertKind) - {kind for kind, urgency in URGENCY.items() if urgency is Urgency.DIGEST}
    for shared in PHRASES.values():
        assert set(shared.texts) == told
        assert set(shared.classes) == set(DeclineClass)
        assert set(shared.losses) == LOSSES_TOLD
        assert set(shared.needs) == {"sensitive", "unknown_reason", "unreached", "paused"}
        for text in (*shared.texts.values(), shared.test):
            assert set(text.details) <= set(shared.labels)


def test_both_languages_have_the_same_parts() -> None:
    english, russian = PHRASES["en"], PHRASES["ru"]
    for name in ("texts", "labels", "channels", "causes", "rules", "news", "needs"):
        assert set(getattr(english, name)) == set(getattr(russian, name))
    for kind, text in english.texts.items():
        assert len(text.paragraphs) == len(russian.texts[kind].paragraphs)


def test_every_class_that_alerts_the_merchant_is_told_of() -> None:
    for name, policy in POLICIES.items():
        assert bool(keys(replace(OPEN, decline_class=name))) == policy.alert_merchant


@pytest.mark.parametrize(
    ("amount", "limits", "told"),
    [
        (Money("usd", 4900), {"usd": 4900}, True),
        (Money("usd", 4899), {"usd": 4900}, False),
        (Money("eur", 9900), {"usd": 4900}, False),
        (Money("jpy", 4900), {"usd": 1, "jpy": 4900}, True),
        (None, {"usd": 1}, False),
    ],
)
def test_an_amount_counts_in_its_own_currency_alone(
    amount: Money | None, limits: dict[str, int], told: bool
) -> None:
    assert keys(replace(OPEN, amount=amount), **limits) == (["large_failure:7"] if told else [])
    assert keys(replace(LOST, amount=amount), **limits) == (["large_loss:7"] if told else [])


def test_of_a_death_nothing_else_is_told() -> None:
    assert keys(replace(OPEN, decline_class=DeclineClass.SENSITIVE), usd=1) == ["sensitive:7"]


@pytest.mark.parametrize("reason", CaseReason)
def test_only_endings_from_outside_are_told(reason: CaseReason) -> None:
    for state in (CaseState.LOST, CaseState.REVERSED):
        told = keys(replace(LOST, state=state, reason=reason), usd=1)
        assert told == (["large_loss:7"] if reason in LOSSES_TOLD else [])


def test_history_is_not_told() -> None:
    assert keys(replace(OPEN, opened_at=NOW - FRESH - HOUR), usd=1) == []
    assert keys(replace(LOST, new=True, opened_at=NOW - FRESH - HOUR), usd=1) == []
    assert keys(replace(LOST, changed=False), usd=1) == []


@pytest.mark.parametrize(
    ("failures", "before", "told"),
    [(10, 0, False), (11, 0, True), (15, 3 * 168, False), (16, 3 * 168, True), (500, 100 * 168, False)],
)
def test_a_spike_is_more_than_both_limits(failures: int, before: int, told: bool) -> None:
    assert (spike(failures=failures, before=before, told_at=None, now=NOW) is not None) == told


def test_a_spike_rests_after_it_was_told() -> None:
    for hours, told in ((1, False), (11, False), (12, True)):
        wanted = spike(failures=99, before=0, told_at=NOW - hours * HOUR, now=NOW)
        assert (wanted is not None) == told


@pytest.mark.parametrize(
    ("refused", "sends", "told"), [(9, 9, False), (5, 10, True), (4, 10, False), (60, 100, True)]
)
def test_a_channel_that_refuses_half_fails(refused: int, sends: int, told: bool) -> None:
    assert failing(refused=refused, sends=sends) == told


def change(**values: object) -> CaseChange:
    base = CaseChange(
        opened=False, opened_at=NOW, was=CaseState.OPEN, state=CaseState.RECOVERED, amount=Money("usd", 4900)
    )
    return replace(base, **values)  # type: ignore[arg-type]


def summed(*changes: CaseChange, **needs: int) -> Digest:
    return digest(changes, at_risk=Counted(), needs=needs, since=NOW - DAY)


def test_money_is_kept_by_currency_and_net_of_what_was_taken_back() -> None:
    told = summed(change(taken_back_minor=900), change(amount=Money("eur", 100)), change(amount=None))
    assert told.recovered == Counted(3, (Money("usd", 4000), Money("eur", 100)))


def test_a_case_that_went_to_and_fro_counts_as_it_ended() -> None:
    told = summed(
        change(was=CaseState.RECOVERED, state=CaseState.RECOVERED),
        change(was=CaseState.LOST, state=CaseState.RECOVERED),
        change(was=CaseState.RECOVERED, state=CaseState.REVERSED),
        change(was=CaseState.LOST, state=CaseState.REVERSED),
        change(was=CaseState.OPEN, state=CaseState.PAUSED),
    )
    assert (told.opened.cases, told.recovered.cases, told.lost.cases) == (0, 1, 1)


def test_a_back_filled_case_is_no_news() -> None:
    told = summed(change(opened=True, opened_at=NOW - 30 * DAY))
    assert not told.worth_telling()
    assert summed(change(opened=True, opened_at=NOW - 3 * DAY)).worth_telling()


def test_without_news_there_is_no_digest_and_a_standing_need_alone_is_none() -> None:
    assert not summed().worth_telling()
    assert not summed(sensitive=1, paused=3).worth_telling()
    assert summed(unreached=1).worth_telling() and summed(unknown_reason=1).worth_telling()


def test_what_is_stored_can_be_read_again() -> None:
    told = summed(change(), change(opened=True), sensitive=1, paused=0)
    assert Digest.read(told.stored()) == told
    assert told.needs == {"sensitive": 1}


NEW_YORK = ZoneInfo("America/New_York")


@pytest.mark.parametrize(
    ("now", "zone", "hour", "expected"),
    [
        ("2026-11-20T08:59Z", "UTC", 9, "2026-11-20T09:00Z"),
        ("2026-11-20T09:00Z", "UTC", 9, "2026-11-21T09:00Z"),
        ("2026-11-20T09:00Z", "Asia/Tokyo", 9, "2026-11-21T00:00Z"),
        ("2026-03-07T15:00Z", "America/New_York", 9, "2026-03-08T13:00Z"),  # summer time has begun
        ("2026-03-08T05:00Z", "America/New_York", 2, "2026-03-08T07:00Z"),  # 02:00 is left out: 03:00
        ("2026-11-01T04:30Z", "America/New_York", 1, "2026-11-01T05:00Z"),  # 01:00 comes twice: the first
        ("2026-11-01T05:30Z", "America/New_York", 1, "2026-11-02T06:00Z"),
        ("2026-12-31T23:30Z", "Europe/London", 0, "2027-01-01T00:00Z"),
        ("2028-02-28T12:00Z", "UTC", 9, "2028-02-29T09:00Z"),
    ],
)
def test_the_hour_strikes_in_the_merchants_zone(now: str, zone: str, hour: int, expected: str) -> None:
    found = next_digest(now=datetime.fromisoformat(now), zone=ZoneInfo(zone), hour=hour, told_on=None)
    assert found == datetime.fromisoformat(expected)


@given(
    start=st.integers(0, 3 * 365 * 24 * 60).map(lambda minutes: NOW + timedelta(minutes=minutes)),
    zone=st.sampled_from(sorted(name for name in available_timezones() if "/" in name)),
    hour=st.integers(0, 23),
)
def test_a_day_has_at_most_one_digest_and_no_day_is_left_out(start: datetime, zone: str, hour: int) -> None:
    there, now, told = ZoneInfo(zone), start, None
    days: list[date] = []
    for _ in range(5):
        now = next_digest(now=now, zone=there, hour=hour, told_on=told)
        told = now.astimezone(there).date()
        days.append(told)
    # A zone may drop a whole day, as Samoa did in 2011; none does so in these years.
    assert days == [days[0] + number * DAY for number in range(5)]


def test_a_day_that_was_told_is_told_no_more_after_the_hour_was_moved() -> None:
    found = next_digest(now=NOW, zone=ZoneInfo("UTC"), hour=15, told_on=NOW.date())
    assert found == NOW + DAY + 6 * HOUR


HOSTILE = "<b>\u202e{amount}{untold}\x00\n" + "x" * 500


@pytest.mark.parametrize("language", ["en", "ru", "xx"])
@pytest.mark.parametrize("kind", AlertKind)
def test_hostile_and_missing_values_never_break_a_text(kind: AlertKind, language: str) -> None:
    bare = AlertValues(zone=NEW_YORK, merchant="", digest=Digest.read(summed().stored()))
    full = replace(
        bare, merchant=HOSTILE, product=HOSTILE, amount=Money("kwd", 1), decline_class=DeclineClass.FUNDS,
        loss=CaseReason.DISPUTED, failed_at=NOW, next_attempt_at=NOW, failures=1, usual=0, channel=HOSTILE,
        cause=HOSTILE, since=NOW, digest=summed(change(), unreached=2),
    )  # fmt: skip
    for values in (bare, full):
        said = compose(kind, values, language=language)
        texts = (said.subject, *said.paragraphs, said.button, said.footer)
        assert all("\x00" not in text and "\u202e" not in text for text in texts)
    assert said.subject and "{product}" not in said.subject
    assert compose_test(bare, language=language).subject
