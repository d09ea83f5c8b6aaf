"""By which channel: the customer's choice first, one at a time, the next where one gives up, and no chat at night."""

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

import pytest
from sqlalchemy import select, update

from app.cases import links
from app.cases.policies import Draft, create_policy
from app.db import Database
from app.delivery.suppression import suppress
from app.models import Case, Customer, Delivery, Merchant, Step
from app.recovery.campaign import DEFAULT_CAMPAIGN
from app.recovery.card_notice import KIND as NOTICE
from app.recovery.segments import Matches
from notifiers.base import GiveUp, Message, Outcome, Recipient, Retry, Sent, Unknown
from notifiers.memory import MemoryNotifier, Script
from tests.support import whop_events as whop
from tests.support.clock import FixedClock
from tests.support.world import World

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
ALL = ("email", "telegram", "discord", "whop_chat")
TOOK: Outcome = Sent()


class Channels:
    """Peers that answer as they are told, and one case whose first reminder is due at noon."""

    def __init__(self, database: Database, clock: FixedClock, answers: dict[str, Script]) -> None:
        self.peers = {name: MemoryNotifier(name, outcome=answers.get(name, TOOK)) for name in ALL}
        clock.set(NOON - HOUR)
        self.world = World(database, clock, channels=self.peers)
        self.world.hear(whop.payment_failed(decline_code="expired_card", at=clock.now()))
        clock.set(NOON)

    def link(self, *channels: str) -> None:
        for channel in channels:
            with self.world.database.transaction() as session:
                customer = session.scalars(select(Customer)).one()
                address = f"{channel}-7"
                links.link(session, customer, channel, address=address, label=None, now=self.world.now)

    def set(self, **values: object) -> None:
        with self.world.database.transaction() as session:
            session.execute(update(Customer).values(**values))

    def uses(self, *names: str) -> None:
        """The case was opened with a campaign that uses these, best first."""
        with self.world.database.transaction() as session:
            merchant = session.scalars(select(Merchant)).one()
            draft = Draft("Own", Matches(), replace(DEFAULT_CAMPAIGN, channels=names))
            policy = create_policy(session, merchant, draft, actor="user:1", now=self.world.now)
            assert policy is not None
            session.execute(update(Case).values(policy_id=policy.id))

    @property
    def by(self) -> dict[str, dict[str, object]]:
        """Of the first step, why by each channel that it went by."""
        found: dict[str, dict[str, object]] = self.first.why["by"]
        return found

    @property
    def sent(self) -> list[tuple[str, str]]:
        """Channel and address of what every peer has or may have."""
        return [(name, to.address) for name, peer in self.peers.items() for _, to in peer.sent]

    @property
    def tried(self) -> list[str]:
        with self.world.database.reading() as session:
            return list(session.scalars(select(Delivery.channel).order_by(Delivery.id)))

    @property
    def first(self) -> Step:
        return self.world.steps()[0]

    @property
    def why(self) -> dict[str, object]:
        return self.first.outcome_why or {}


@pytest.fixture
def channels(database: Database, clock: FixedClock) -> Channels:
    return Channels(database, clock, {})


def build(database: Database, clock: FixedClock, **answers: Script) -> Channels:
    return Channels(database, clock, answers)


def test_who_has_linked_nothing_gets_a_letter(channels: Channels) -> None:
    channels.world.send_due()
    assert channels.sent == [("email", "dana.reyes@example.com")]


def test_a_linked_account_comes_before_the_letter_and_the_newest_before_others(channels: Channels) -> None:
    channels.link("telegram")
    channels.world.clock.advance(MINUTE)
    channels.link("discord")
    channels.world.clock.advance(MINUTE)
    channels.link("telegram")
    channels.world.send_due()
    assert channels.sent == [("telegram", "telegram-7")]
    assert channels.first.channel == "telegram"


@pytest.mark.parametrize("preferred", ["email", "discord", "telegram"])
def test_what_the_customer_prefers_comes_first(channels: Channels, preferred: str) -> None:
    channels.link("discord", "telegram")
    channels.set(preferred_channel=preferred)
    channels.world.send_due()
    assert [channel for channel, _ in channels.sent] == [preferred]


def test_the_campaigns_order_decides_where_the_customer_has_chosen_none(channels: Channels) -> None:
    channels.uses("email", "telegram", "whop_chat")
    channels.link("telegram")
    channels.world.send_due()
    assert channels.sent == [("email", "dana.reyes@example.com")]
    assert channels.by == {"email": {"code": "channel_of_campaign", "channel": "email"}}


def test_what_the_customer_prefers_comes_before_the_campaigns_order(channels: Channels) -> None:
    channels.uses("email", "telegram")
    channels.link("telegram")
    channels.set(preferred_channel="telegram")
    channels.world.send_due()
    assert channels.sent == [("telegram", "telegram-7")]
    assert channels.by == {"telegram": {"code": "channel_preferred", "channel": "telegram"}}


def test_no_preference_makes_a_campaign_use_what_it_leaves_out(channels: Channels) -> None:
    channels.uses("whop_chat", "email")
    channels.link("telegram")
    channels.set(preferred_channel="telegram")
    channels.world.send_due()
    assert [channel for channel, _ in channels.sent] == ["whop_chat"]
    assert channels.by["whop_chat"] == {
        "code": "channel_of_campaign", "channel": "whop_chat", "left_out": ["telegram"],
    }  # fmt: skip


def test_where_only_what_the_campaign_leaves_out_reaches_them_nothing_goes_and_it_says_so(
    channels: Channels,
) -> None:
    channels.uses("telegram", "postal")
    channels.world.pass_time(timedelta(days=5))
    assert (channels.sent, channels.tried) == ([], [])
    assert channels.why == {"code": "channels_left_out", "left_out": ["email", "whop_chat"]}
    assert {step.state for step in channels.world.steps()} == {"skipped"}


def test_a_channel_that_gives_up_is_never_followed_by_one_that_the_campaign_leaves_out(
    database: Database, clock: FixedClock
) -> None:
    channels = build(database, clock, telegram=GiveUp("telegram_blocked"))
    channels.uses("telegram", "whop_chat")
    channels.link("telegram")
    channels.world.send_due()
    assert channels.tried == ["telegram", "whop_chat"]
    assert set(channels.by) == {"telegram", "whop_chat"}


def test_a_closed_address_stays_closed_whatever_the_campaign_prefers(channels: Channels) -> None:
    channels.uses("telegram")
    channels.link("telegram")
    with channels.world.database.transaction() as session:
        merchant = session.scalars(select(Merchant)).one()
        suppress(
            session, merchant, channel="telegram", address="telegram-7", reason="x", now=channels.world.now
        )
    channels.world.send_due()
    assert channels.sent == []
    assert channels.why == {
        "code": "suppressed", "channel": "telegram", "cause": "x", "left_out": ["email", "whop_chat"],
    }  # fmt: skip


def test_what_was_done_with_their_card_a_customer_hears_by_whatever_reaches_them(channels: Channels) -> None:
    channels.uses("telegram")
    with channels.world.database.transaction() as session:
        session.execute(update(Step).where(Step.position == 1).values(kind=NOTICE))
    channels.world.send_due()
    assert [channel for channel, _ in channels.sent] == ["email"]
    assert channels.by == {"email": {"code": "channel_usual", "channel": "email"}}


def test_a_preference_for_an_account_that_is_gone_is_no_hindrance(channels: Channels) -> None:
    channels.set(preferred_channel="discord")
    channels.world.send_due()
    assert [channel for channel, _ in channels.sent] == ["email"]


def test_whop_chat_reaches_who_has_no_address_and_names_the_account(channels: Channels) -> None:
    channels.set(email=None)
    channels.world.send_due()
    with channels.world.database.reading() as session:
        biz = session.scalars(select(Merchant.biz_id)).one()
        identity = session.scalars(select(Customer.identity)).one()
    assert channels.sent == [("whop_chat", f"{biz}/{identity}")]


def test_a_channel_of_another_package_writes_to_e_mail_addresses_where_mail_cannot(
    database: Database, clock: FixedClock
) -> None:
    channels = build(database, clock, email=GiveUp("smtp_552"))
    channels.peers["postal"] = MemoryNotifier("postal")
    channels.world.send_due()
    assert channels.tried == ["email", "postal"]
    assert channels.sent == [("postal", "dana.reyes@example.com")]


def test_a_channel_that_gives_up_is_followed_by_the_next_at_the_same_step(
    database: Database, clock: FixedClock
) -> None:
    channels = build(database, clock, telegram=GiveUp("telegram_blocked", suppress=True))
    channels.link("telegram")
    channels.world.send_due()
    assert channels.tried == ["telegram", "email"]
    assert [channel for channel, _ in channels.sent] == ["email"]
    assert (channels.first.state, channels.first.channel) == ("sent", "email")
    assert [step.state for step in channels.world.steps()[1:]] == ["planned", "planned"]


def test_what_was_refused_and_by_whom_stays_on_record(database: Database, clock: FixedClock) -> None:
    channels = build(database, clock, telegram=GiveUp("no"), email=GiveUp("smtp_552"), whop_chat=GiveUp("x"))
    channels.link("telegram")
    channels.world.send_due()
    assert channels.tried == ["telegram", "email", "whop_chat"]
    assert channels.first.state == "gave_up"
    assert [row.reason for row in channels.world.deliveries()] == ["no", "smtp_552", "x"]
    assert channels.sent == []


def test_while_another_waits_its_reason_says_which_channel_failed(
    database: Database, clock: FixedClock
) -> None:
    channels = build(database, clock, telegram=GiveUp("no"))
    channels.link("telegram")
    (claim,) = channels.world.sender.claim(times=channels.world.times, limit=5)
    outcome = channels.world.sender.carry_out(claim, times=channels.world.times)
    assert outcome is not None
    channels.world.sender.record(claim, outcome, times=channels.world.times)
    assert channels.first.state == "planned"
    assert channels.first.due_at == channels.world.now
    assert channels.why == {"code": "other_channel", "channel": "telegram", "cause": "no"}


def test_after_an_unclear_outcome_no_other_channel_is_tried(database: Database, clock: FixedClock) -> None:
    channels = build(database, clock, telegram=Unknown("torn"))
    channels.link("telegram")
    channels.world.send_due()
    assert channels.tried == ["telegram"]
    assert channels.first.state == "unknown"


def test_a_channel_that_never_gets_through_is_followed_by_the_next_with_tries_of_its_own(
    database: Database, clock: FixedClock
) -> None:
    letters = [Retry("smtp_451"), Sent()]
    channels = build(database, clock, telegram=Retry("telegram_500"), email=letters)
    channels.link("telegram")
    channels.world.pass_time(10 * HOUR - MINUTE, tick=MINUTE)
    assert channels.tried == ["telegram"] * 5 + ["email"] * 2
    assert channels.first.state == "sent"


def test_a_long_rest_of_one_channel_is_not_waited_for_and_a_short_one_is(
    database: Database, clock: FixedClock
) -> None:
    refused = Retry("telegram_token_refused", after=timedelta(minutes=10), whole_channel=True)
    channels = build(database, clock, telegram=refused)
    channels.link("telegram")
    channels.world.send_due()
    assert channels.tried == ["telegram", "email"]
    assert channels.first.state == "sent"


def test_a_short_rest_is_waited_for(database: Database, clock: FixedClock) -> None:
    busy = [Retry("telegram_flood", after=timedelta(seconds=35), whole_channel=True), Sent()]
    channels = build(database, clock, telegram=busy)
    channels.link("telegram")
    channels.world.send_due()
    assert channels.tried == ["telegram"]
    assert channels.first.due_at >= channels.world.now + timedelta(seconds=35)
    assert channels.why == {"code": "put_off", "cause": "telegram_flood"}
    channels.world.pass_time(2 * MINUTE, tick=MINUTE)
    assert channels.tried == ["telegram", "telegram"]
    assert channels.sent == [("telegram", "telegram-7")]


def test_a_channel_that_gives_up_while_the_next_one_rests_waits_for_that_one(
    database: Database, clock: FixedClock
) -> None:
    away = Retry("smtp_unreachable", after=timedelta(minutes=30), whole_channel=True)
    channels = build(database, clock, email=[away, Sent()], telegram=GiveUp("telegram_blocked"))
    channels.set(identity="mail:no-user-id")  # nothing else reaches them
    channels.world.send_due()
    channels.link("telegram")
    channels.world.clock.set(channels.first.due_at - 10 * MINUTE)
    with channels.world.database.transaction() as session:
        session.execute(update(Step).where(Step.id == channels.first.id).values(due_at=channels.world.now))
    channels.world.send_due()
    assert channels.tried == ["email", "telegram"]
    assert (channels.first.state, channels.why["code"]) == ("planned", "channel_down")
    channels.world.pass_time(HOUR, tick=MINUTE)
    assert channels.tried == ["email", "telegram", "email"]
    assert channels.first.state == "sent"


@pytest.mark.parametrize("after", [timedelta(0), timedelta(microseconds=-1)])
def test_a_rest_of_no_length_is_over_at_once(database: Database, clock: FixedClock, after: timedelta) -> None:
    busy = [Retry("pace", after=after, whole_channel=True, busy=True), Sent()]
    channels = build(database, clock, telegram=busy)
    channels.link("telegram")
    channels.world.send_due()
    assert channels.tried == ["telegram", "telegram"]
    assert channels.first.state == "sent"


@pytest.mark.parametrize("outcome", [GiveUp("no"), Retry("away", whole_channel=True)])
def test_a_payment_that_lands_during_the_send_is_not_followed_by_another_channel(
    database: Database, clock: FixedClock, outcome: Outcome
) -> None:
    def pays(_message: Message, _recipient: Recipient) -> Outcome:
        channels.world.hear(whop.payment_succeeded(at=clock.now()))
        return outcome

    channels = build(database, clock, telegram=pays)
    channels.link("telegram")
    channels.world.send_due()
    channels.world.pass_time(12 * HOUR)
    assert channels.first.state == "cancelled"
    assert (channels.tried, channels.sent) == (["telegram"], [])


def test_a_suppressed_account_is_passed_over(channels: Channels) -> None:
    channels.link("telegram")
    with channels.world.database.transaction() as session:
        merchant = session.scalars(select(Merchant)).one()
        suppress(
            session, merchant, channel="telegram", address="telegram-7", reason="x", now=channels.world.now
        )
    channels.world.send_due()
    assert channels.sent == [("email", "dana.reyes@example.com")]


@pytest.mark.parametrize(
    ("now", "loud"),
    [
        (time(20, 59), True),
        (time(21, 0), False),
        (time(23, 30), False),
        (time(0, 0), False),
        (time(7, 59), False),
        (time(8, 0), True),
    ],
)
def test_chats_are_silent_at_night_in_the_customers_country(
    channels: Channels, now: time, loud: bool
) -> None:
    channels.link("telegram")
    channels.set(country="JP")  # nine hours before UTC
    at = datetime.combine(NOON.date(), now, tzinfo=UTC) - timedelta(hours=9)
    channels.world.clock.set(at if at >= NOON else at + timedelta(days=1))
    channels.world.send_due()
    assert bool(channels.sent) == loud
    if not loud:
        assert channels.first.state == "planned"
        local = channels.first.due_at + timedelta(hours=9)
        assert (local.hour, local.minute) == (8, 0)
        assert timedelta(0) < channels.first.due_at - channels.world.now <= timedelta(hours=11)
        assert channels.why == {
            "code": "quiet_hours",
            "channel": "telegram",
            "zone": "Asia/Tokyo",
            "zone_from": "country",
        }
        channels.world.clock.set(channels.first.due_at)
        channels.world.send_due()
        assert channels.sent == [("telegram", "telegram-7")]


def test_letters_are_sent_at_any_hour(channels: Channels) -> None:
    channels.world.clock.set(NOON + 12 * HOUR)
    channels.world.send_due()
    assert channels.sent == [("email", "dana.reyes@example.com")]


def test_a_night_that_outlasts_the_payment_does_not_swallow_the_message(channels: Channels) -> None:
    channels.link("telegram")
    late = channels.first.planned_at + timedelta(days=4, hours=20)
    with channels.world.database.transaction() as session:
        session.execute(update(Step).where(Step.position == 1).values(planned_at=late, due_at=late))
        session.execute(update(Step).where(Step.position > 1).values(state="skipped"))
    channels.set(zone="Asia/Kamchatka")
    channels.world.clock.set(late + 2 * HOUR)  # 22:00 there, and an hour before the five days are over
    assert channels.world.now < channels.world.case().opened_at + timedelta(hours=120)
    channels.world.send_due()
    assert channels.sent == [("email", "dana.reyes@example.com")]
    assert channels.by == {"email": {"code": "channel_wakes_nobody"}}


@pytest.mark.parametrize("turn", range(4))
def test_no_two_channels_ever_carry_one_step(database: Database, clock: FixedClock, turn: int) -> None:
    flaky: list[Outcome] = [Retry("x"), GiveUp("y"), Unknown("z"), Sent()]
    answers = {name: flaky[(turn + n) % 4 :] + flaky[: (turn + n) % 4] for n, name in enumerate(ALL)}
    channels = Channels(database, clock, dict(answers))
    channels.link("telegram", "discord")
    channels.world.pass_time(timedelta(days=5), tick=10 * MINUTE)
    reached = [row.step_id for row in channels.world.deliveries() if row.outcome in ("sent", "unknown")]
    assert reached
    assert len(reached) == len(set(reached))
