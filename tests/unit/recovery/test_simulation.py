"""The simulation: same seed, same customers; what it claims follows from what it states."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from xml.etree import ElementTree
from zoneinfo import ZoneInfo

import pytest

from app.recovery.campaign import LIMITS
from app.recovery.decline import DeclineClass
from app.recovery.learning import MINIMUM, Decision
from app.recovery.simulation.lives import Message, Treatment, live
from app.recovery.simulation.own_past import Past, of_past
from app.recovery.simulation.people import Luck, Person, people
from app.recovery.simulation.picture import picture
from app.recovery.simulation.report import as_json, report
from app.recovery.simulation.run import Result, simulate
from app.recovery.simulation.ways import OurWay, Way, fixed_reminders
from app.recovery.simulation.world import MIX, World, stated

WORLD = World()
CASES = 3000
LUCKY = Luck(notices=0.0, lag_hours=5.0, cancels=0.9, unsubscribes=0.9, complains=0.9)
FRIDAY = datetime(2026, 1, 9, 12, tzinfo=UTC)


@pytest.fixture(scope="module")
def result() -> Result:
    return simulate(WORLD, count=CASES, days=150, seed=3)


def person(**changes: object) -> Person:
    values: dict[str, object] = {
        "name": "one",
        "decline_class": DeclineClass.CARD_DATA,
        "failed_at": FRIDAY,
        "zone": ZoneInfo("UTC"),
        "linked": False,
        "clears_after": None,
        "would_act": True,
        "understands": 0.0,
        "luck": (LUCKY, LUCKY, LUCKY),
        "retry": 1.0,
        "returns": 1.0,
    }
    return Person(**{**values, **changes})  # type: ignore[arg-type]


def mails(*hours: float) -> Treatment:
    return Treatment([Message(after, "email", fits=True) for after in hours])


def test_the_same_seed_makes_the_same_customers_and_another_one_others() -> None:
    first, again, other = (list(people(WORLD, count=50, days=30, seed=seed)) for seed in (1, 1, 2))
    assert first == again != other
    assert [one.failed_at for one in first] == sorted(one.failed_at for one in first)


def test_the_mix_is_whole() -> None:
    assert sum(MIX.values()) == pytest.approx(1)


@pytest.mark.long
def test_whop_alone_brings_in_what_is_assumed(result: Result) -> None:
    alone = result.summaries[0]
    assert alone.way is Way.WHOP_ALONE
    assert alone.low < WORLD.whop_alone * (1 - WORLD.taken_back) < alone.high
    assert (alone.messages, alone.cancelled, alone.complained) == (0, 0, 0)


@pytest.mark.long
def test_on_the_stated_assumptions_the_default_beats_fixed_reminders_without_their_words_too(
    result: Result,
) -> None:
    by_way = {summary.way: summary for summary in result.summaries}
    assert by_way[Way.DEFAULT].low > by_way[Way.FIXED].high
    assert by_way[Way.DEFAULT].rate > result.fixed_full_words > by_way[Way.FIXED].rate


@pytest.mark.long
def test_the_learner_misses_less_and_less(result: Result) -> None:
    regrets = [block.regret for block in result.blocks]
    quarter = len(regrets) // 4
    assert sum(regrets[-quarter:]) < 0.6 * sum(regrets[:quarter])


@pytest.mark.long
def test_learning_brings_nothing_before_two_hundred_cases_and_something_in_thousands(result: Result) -> None:
    assert result.gained_by[60] == result.gained_by[MINIMUM] == 0.0
    assert result.gained_by[2000] > 0.3
    assert abs(result.flat) < 0.01


def test_a_paid_customer_is_not_written_to_again() -> None:
    assert live(person(), mails(1, 24, 105), WORLD).messages == 1
    assert live(person(clears_after=0.5), mails(1, 24, 105), WORLD).messages == 0


def test_a_message_after_the_five_days_brings_nothing_in() -> None:
    runway = LIMITS.runway.total_seconds() / 3600
    assert live(person(), mails(24), WORLD).recovered
    assert not live(person(), mails(runway), WORLD).recovered
    assert not live(person(), mails(runway - LUCKY.lag_hours), WORLD).recovered


def test_whoever_cancels_first_is_lost_and_whoever_takes_the_money_back_too() -> None:
    leaves = replace(LUCKY, cancels=0.0, notices=1.0)
    gone = live(person(luck=(leaves,), clears_after=60.0, would_act=False), mails(24), WORLD)
    assert (gone.recovered, gone.cancelled) == (False, True)
    back = live(person(returns=0.0), mails(24), WORLD)
    assert (back.recovered, back.disputed) == (False, True)


def test_our_way_is_the_real_campaign_and_the_real_retry() -> None:
    ours = OurWay()
    hours = [message.after for message in ours.treat(person()).messages]
    assert hours == [1, 24, 105]
    assert ours.treat(person()).retry_after is None
    funds = ours.treat(person(name="two", decline_class=DeclineClass.FUNDS))
    assert funds.retry_after is not None
    assert [message.after for message in fixed_reminders(person()).messages] == [24, 72, 116]


@pytest.mark.long
def test_the_page_states_every_assumption_with_source_and_confidence(result: Result) -> None:
    page = " ".join(report(result, WORLD, title="A simulation").split())
    for one in stated(WORLD):
        assert " ".join(one.text.split()) in page
        assert f"Source: {one.source}. Confidence: {one.confidence.value}." in page
    assert "proves nothing about real customers" in page


@pytest.mark.long
def test_the_json_has_what_the_page_has(result: Result) -> None:
    answer = json.loads(json.dumps(as_json(result, WORLD, title="A simulation")))
    assert [way["way"] for way in answer["ways"]] == [way.value for way in Way]
    assert set(answer["learner"]["truth"]) == {decision.value for decision in Decision}
    assert len(answer["assumptions"]) == len(stated(WORLD))


@pytest.mark.long
def test_the_picture_is_one_whole_drawing(result: Result) -> None:
    drawing = ElementTree.fromstring(picture(result, title="<Rates & regret>"))
    assert drawing.find("{*}title").text == "<Rates & regret>"  # type: ignore[union-attr]
    assert len(drawing.findall("{*}polyline")) == 1


def test_a_merchants_own_past_takes_the_place_of_public_figures_as_far_as_it_goes() -> None:
    past = Past(days=90, by_class={DeclineClass.CARD_DATA: 180}, untouched=80, untouched_paid=8)
    own = of_past(past, WORLD)
    assert own.mix[DeclineClass.CARD_DATA] == pytest.approx((180 + 20 * 0.13) / 200)
    assert sum(own.mix.values()) == pytest.approx(1)
    assert own.whop_alone == pytest.approx((8 + 20 * 0.26) / 100)
    assert "8 of your 80 cases" in own.whop_source
    without = of_past(replace(past, untouched=0, untouched_paid=0), WORLD)
    assert without.whop_alone == WORLD.whop_alone
