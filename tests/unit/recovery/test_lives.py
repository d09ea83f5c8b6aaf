"""One made-up customer at each threshold of the stated assumptions: what is just enough happens, what is not does not."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from app.recovery.decline import DeclineClass
from app.recovery.learning import AS_PLANNED, Choice, Decision, Tally
from app.recovery.simulation.lives import Life, Message, Treatment, live, tally
from app.recovery.simulation.own_past import Past, of_past
from app.recovery.simulation.people import Luck, Person, next_payday
from app.recovery.simulation.ways import OurWay, fixed_reminders, whop_alone
from app.recovery.simulation.world import MIX, Confidence, World

WORLD = World()
LUCKY = Luck(notices=0.0, lag_hours=5.0, cancels=0.9, unsubscribes=0.9, complains=0.9)
FRIDAY = datetime(2026, 1, 9, 12, tzinfo=UTC)
LOST = Life(False, 0, False, False, False, False)


def person(*luck: Luck, **changes: object) -> Person:
    values: dict[str, object] = {
        "name": "one", "decline_class": DeclineClass.CARD_DATA, "failed_at": FRIDAY, "zone": ZoneInfo("UTC"),
        "linked": False, "clears_after": None, "would_act": True, "understands": 0.0, "luck": luck or (LUCKY,) * 3,
        "retry": 1.0, "returns": 1.0,
    }  # fmt: skip
    return Person(**{**values, **changes})  # type: ignore[arg-type]


def mails(*hours: float, fits: bool = True) -> Treatment:
    return Treatment([Message(after, "email", fits=fits) for after in hours])


def lived(treatment: Treatment, luck: Luck = LUCKY, **changes: object) -> Life:
    return live(person(luck, luck, luck, **changes), treatment, WORLD)


def test_whoever_is_left_alone_pays_only_by_themselves_and_hears_nothing() -> None:
    assert lived(whop_alone(person())) == LOST
    assert lived(whop_alone(person()), clears_after=119.9) == replace(LOST, recovered=True)
    assert lived(whop_alone(person()), clears_after=120.0) == LOST


@pytest.mark.parametrize(
    ("name", "hours", "luck", "pays"),
    [
        (DeclineClass.FUNDS, 30, 0.029, True), (DeclineClass.FUNDS, 30, 0.03, False),
        (DeclineClass.TECHNICAL, 6, 0.149, True), (DeclineClass.TECHNICAL, 120, 0.0, False),
        (DeclineClass.CARD_DATA, 6, 0.0, False),
        # In New York the failure is at seven on a Friday, a payday; mornings end at noon.
        (DeclineClass.FUNDS, 4.9, 0.099, True), (DeclineClass.FUNDS, 4.9, 0.1, False),
        (DeclineClass.FUNDS, 5, 0.05, False), (DeclineClass.ISSUER, 4.9, 0.07, False),
    ],
)  # fmt: skip
def test_our_retry_goes_through_as_often_as_is_stated(
    name: DeclineClass, hours: float, luck: float, pays: bool
) -> None:
    found = lived(
        Treatment(retry_after=hours), decline_class=name, zone=ZoneInfo("America/New_York"), retry=luck
    )
    assert found == replace(LOST, recovered=pays)


@pytest.mark.parametrize(
    ("after", "notices", "pays"),
    [
        (24, 0.269, True), (24, 0.27, False),  # noon
        (29, 0.359, True), (29, 0.36, False),  # five in the afternoon
        (20, 0.299, True), (20, 0.3, False),  # eight in the morning
        (10, 0.224, True), (10, 0.225, False),  # ten in the evening
    ],
)  # fmt: skip
def test_a_mail_is_noticed_by_the_hour_of_the_day(after: float, notices: float, pays: bool) -> None:
    assert lived(mails(after), replace(LUCKY, notices=notices)).recovered is pays


def test_no_channel_is_noticed_always_and_the_hour_is_the_customers() -> None:
    loud = replace(WORLD, noticed={"email": 0.9})
    for notices, pays in ((0.969, True), (0.97, False)):
        luck = replace(LUCKY, notices=notices)
        assert live(person(luck), mails(29), loud).recovered is pays
    morning = replace(LUCKY, notices=0.33)
    assert not live(person(morning), mails(20), WORLD).recovered
    assert live(person(morning, zone=ZoneInfo("Asia/Tokyo")), mails(20), WORLD).recovered


@pytest.mark.parametrize(
    ("fits", "understands", "pays"), [(False, 0.849, True), (False, 0.85, False), (True, 0.99, True)]
)
def test_words_that_fit_no_reason_reach_fewer(fits: bool, understands: float, pays: bool) -> None:
    assert lived(mails(24, fits=fits), understands=understands).recovered is pays


def test_who_would_not_act_gets_every_message_and_no_more_than_there_is_luck_for() -> None:
    assert lived(mails(1, 24, 105), would_act=False).messages == 3
    assert live(person(LUCKY, would_act=False), mails(1, 24, 105), WORLD).messages == 1


def test_who_unsubscribes_gets_no_further_message_and_who_complains_does() -> None:
    away = replace(LUCKY, unsubscribes=0.0049, notices=1.0)
    assert lived(mails(1, 24, 105), away) == replace(LOST, messages=1, unsubscribed=True)
    assert lived(mails(1, 24, 105), replace(away, unsubscribes=0.005)).messages == 3
    cross = replace(LUCKY, complains=0.00099, notices=1.0)
    assert lived(mails(1, 24, 105), cross) == replace(LOST, messages=3, complained=True)
    assert not lived(mails(1), replace(cross, complains=0.001)).complained
    early = person(cross, replace(LUCKY, notices=1.0))
    assert live(early, mails(1, 24), WORLD).complained


@pytest.mark.parametrize(
    ("name", "cancels", "unsubscribes", "complains"),
    [(DeclineClass.CARD_DATA, 0.007, 0.005, 0.001), (DeclineClass.CUSTOMER_STOPPED, 0.021, 0.015, 0.003)],
)
def test_messages_drive_more_away_where_the_customer_stopped_the_payment(
    name: DeclineClass, cancels: float, unsubscribes: float, complains: float
) -> None:
    below = Luck(1.0, 5.0, 0.99 * cancels, 0.99 * unsubscribes, 0.99 * complains)
    above = Luck(1.0, 5.0, 1.01 * cancels, 1.01 * unsubscribes, 1.01 * complains)
    assert lived(mails(1), below, decline_class=name) == Life(False, 1, True, True, True, False)
    assert lived(mails(1), above, decline_class=name) == replace(LOST, messages=1)


def test_who_pays_and_cancels_at_one_moment_has_paid() -> None:
    """The message that makes them pay makes them cancel: five hours after it in both cases."""
    both = replace(LUCKY, cancels=0.0)
    assert lived(mails(24), both) == Life(True, 1, False, False, False, False)
    gone = replace(LUCKY, cancels=0.0, notices=1.0)
    assert lived(mails(24, 26), gone, clears_after=28.0) == Life(True, 2, False, False, False, False)
    assert lived(mails(24, 29), gone, clears_after=30.0) == Life(False, 1, True, False, False, False)
    assert not lived(mails(116), gone).cancelled  # only after the membership has ended


@pytest.mark.parametrize(
    ("returns", "recovered", "disputed"), [(0.02, True, False), (0.0199, False, False), (0.0099, False, True)]
)
def test_what_came_in_is_taken_back_as_often_as_is_stated(
    returns: float, recovered: bool, disputed: bool
) -> None:
    found = lived(mails(24), returns=returns)
    assert (found.recovered, found.disputed) == (recovered, disputed)
    assert not lived(mails(), returns=returns).disputed


def test_lives_are_counted_as_the_learner_counts_cases() -> None:
    lives = [
        Life(True, 1, False, True, False, False),
        Life(False, 2, True, True, True, False),
        replace(LOST, disputed=True),
    ]
    assert tally(lives) == Tally(
        resolved=3, recovered=1, cancelled=1, unsubscribed=2, complained=1, disputed=1
    )


@pytest.mark.parametrize(
    ("after", "zone", "morning"),
    [
        (FRIDAY, "UTC", datetime(2026, 1, 15, 8, tzinfo=UTC)),  # this morning is over: the 15th, a Thursday
        (FRIDAY - timedelta(hours=4, seconds=1), "UTC", FRIDAY - timedelta(hours=4)),
        (FRIDAY - timedelta(hours=4), "UTC", datetime(2026, 1, 15, 8, tzinfo=UTC)),
        (FRIDAY, "America/New_York", FRIDAY + timedelta(hours=1)),
    ],
)
def test_the_next_payday_is_a_morning_there(after: datetime, zone: str, morning: datetime) -> None:
    assert next_payday(after, ZoneInfo(zone)) == morning


def test_fixed_reminders_are_mails_that_fit_nobody_and_charge_nothing() -> None:
    found = fixed_reminders(person())
    assert list(found.messages) == [Message(after, "email", fits=False) for after in (24.0, 72.0, 116.0)]
    assert found.retry_after is None


def test_our_way_writes_where_the_customer_is_and_keeps_chats_out_of_the_night() -> None:
    ours = OurWay()
    mailed, linked = person(), person(name="two", linked=True)
    night = person(name="three", linked=True, failed_at=FRIDAY + timedelta(hours=9))
    late = person(name="four", linked=True, failed_at=FRIDAY + timedelta(hours=14), zone=ZoneInfo("UTC"))
    assert list(ours.treat(mailed).messages) == [Message(after, "email", fits=True) for after in (1, 24, 105)]
    assert [(one.after, one.channel) for one in ours.treat(linked).messages] == [
        (1, "linked"),
        (24, "linked"),
        (116, "linked"),
    ]
    assert [one.after for one in ours.treat(night).messages] == [11, 35, 107]
    assert [one.after for one in ours.treat(late).messages] == [6, 30, 105]


def test_our_way_does_what_the_learner_chose_and_forgets_it_for_the_next() -> None:
    ours, funds = OurWay(), person(decline_class=DeclineClass.FUNDS)
    plain = ours.treat(funds)
    assert [(one.after, one.channel) for one in plain.messages] == [
        (24, "email"),
        (72, "email"),
        (105, "email"),
    ]
    chat = ours.treat(funds, {Decision.FIRST_CHANNEL: Choice(Decision.FIRST_CHANNEL, "whop_chat", 0.5)})
    assert {one.channel for one in chat.messages} == {"whop_chat"}
    hour = ours.treat(funds, {Decision.SEND_HOUR: Choice(Decision.SEND_HOUR, "18", 0.5)})
    assert [one.after for one in hour.messages] == [30, 78, 105]
    default = {Decision.FIRST_CHANNEL: Choice(Decision.FIRST_CHANNEL, AS_PLANNED, 0.5)}
    assert ours.treat(funds, default) == plain
    assert plain.retry_after == chat.retry_after == hour.retry_after == 91


def test_few_cases_of_ones_own_move_the_public_figures_a_little_and_say_so() -> None:
    own = of_past(Past(days=90, by_class={DeclineClass.FUNDS: 4}, untouched=199, untouched_paid=50), WORLD)
    assert own.mix[DeclineClass.FUNDS] == pytest.approx((4 + 20 * MIX[DeclineClass.FUNDS]) / 24)
    assert DeclineClass.SENSITIVE in own.mix and DeclineClass.NOT_A_FAILURE not in own.mix
    assert own.mix_source == "4 cases of your last 90 days, and 20 of the public mix"
    assert own.whop_source == "50 of your 199 cases that nobody but Whop touched, and 20 of the public figure"
    assert own.whop_confidence is Confidence.MEDIUM
    enough = of_past(Past(days=90, by_class={}, untouched=200, untouched_paid=50), WORLD)
    assert enough.whop_confidence is Confidence.MEASURED
    none = of_past(Past(days=90, by_class={}, untouched=0, untouched_paid=0), WORLD)
    assert (none.whop_alone, none.whop_source, none.whop_confidence) == (
        WORLD.whop_alone, WORLD.whop_source, WORLD.whop_confidence,
    )  # fmt: skip


def test_whop_alone_brings_in_by_class_what_it_brings_in_at_all() -> None:
    natural = WORLD.natural
    assert sum(share * natural[name] for name, share in MIX.items()) == pytest.approx(WORLD.whop_alone)
    assert natural[DeclineClass.FRAUD] == 0.0
    assert max(replace(WORLD, whop_alone=0.9).natural.values()) == 0.95
    assert set(replace(WORLD, mix={DeclineClass.FRAUD: 1.0}).natural.values()) == {0.0}
