"""What merchants are told without asking: once, in the transaction of its cause, and only what is worth it."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from app.alerts.destinations import Place
from app.alerts.faults import Watch, close_fault, open_fault
from app.db import Database
from app.inbox.process import MOST_TRIES, claim_events, process_event
from app.models import ChannelFault, Merchant
from notifiers.base import Retry, Sent
from notifiers.memory import MemoryNotifier
from tests.component.broken import without_table
from tests.support import seeded
from tests.support import whop_events as whop
from tests.support.alerted import OWNER, AlertedWorld
from tests.support.clock import FixedClock

SECOND = timedelta(seconds=1)
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


@pytest.fixture
def world(database: Database, clock: FixedClock) -> AlertedWorld:
    """One merchant, already heard of, who wants to know of 40 dollars and more."""
    made = AlertedWorld(database, clock)
    made.hear(whop.membership_activated(at=clock.now() - DAY))
    made.set_merchant(alert_email=OWNER, alert_amounts={"usd": 4000})
    return made


def failure(world: AlertedWorld, number: int = 1, **changes: object) -> whop.Event:
    names = {
        "payment_id": f"pay_{number}",
        "user_id": f"user_{number}",
        "member_id": f"mber_{number}",
        "membership_id": f"mem_{number}",
        "email": f"customer{number}@example.com",
        "at": world.now,
    }
    return whop.payment_failed(**{**names, **changes})  # type: ignore[arg-type]


def test_a_failed_payment_from_the_chosen_amount_on_is_told_at_once(world: AlertedWorld) -> None:
    world.hear(failure(world))
    assert world.keys() == [f"large_failure:{world.case().id}"]
    assert world.send_alerts() == [Sent()]
    ((message, recipient),) = world.post.sent
    assert recipient.address == OWNER
    assert message.subject.startswith("$49.00 did not go through")
    assert message.action is not None
    biz_id = whop.payment_failed()["account_id"]
    page = f"/dashboard/{biz_id}/dashboard/cases/{world.case().id}"
    assert message.action.url == f"http://localhost:3000{page}"
    assert world.ends() == [("sent", None)]


def test_an_alert_names_no_customer(world: AlertedWorld) -> None:
    world.hear(failure(world, email="ada@example.net"))
    world.send_alerts()
    (message,) = world.told
    assert "ada@example.net" not in repr(message) and "Maria" not in repr(message)


@pytest.mark.parametrize("amounts", [None, {}, {"usd": 4901}, {"eur": 1}])
def test_a_smaller_amount_or_another_currency_is_not(
    world: AlertedWorld, amounts: dict[str, int] | None
) -> None:
    world.set_merchant(alert_amounts=amounts)
    world.hear(failure(world))
    assert (world.keys(), world.send_alerts()) == ([], [])


def test_the_same_failure_is_told_once_however_often_it_is_heard(world: AlertedWorld) -> None:
    for _ in range(3):
        world.hear(failure(world))
        world.send_alerts()
        world.clock.advance(HOUR)
    assert len(world.told) == 1


def test_a_failure_of_long_ago_is_history(world: AlertedWorld) -> None:
    world.hear(failure(world, at=world.now - 3 * DAY))
    assert world.keys() == []


def test_a_reported_death_is_told_calmly_and_nobody_is_written_to(world: AlertedWorld) -> None:
    world.hear(failure(world, decline_code="bank_account_holder_deceased"))
    world.send_alerts()
    world.pass_time(5 * DAY)
    (message,) = world.told
    assert message.subject.startswith("A bank reports a death")
    assert "Nothing was sent to anyone" in message.paragraphs[0]
    assert (world.messages, world.steps()) == ([], [])
    assert world.keys() == [f"sensitive:{world.case().id}"]


def test_a_death_that_is_reported_after_a_reminder_does_not_say_that_nothing_was_sent(
    world: AlertedWorld,
) -> None:
    world.set_merchant(alert_amounts=None)
    world.hear(failure(world, decline_code="expired_card"))
    world.pass_time(3 * HOUR)
    assert len(world.messages) == 1
    world.hear(failure(world, decline_code="bank_account_holder_deceased"))
    world.send_alerts()
    (message,) = world.told
    assert "Nothing was sent" not in message.paragraphs[0]
    assert "nothing more is sent to anyone" in message.paragraphs[0]


def test_an_unknown_reason_waits_for_the_digest(world: AlertedWorld) -> None:
    world.set_merchant(alert_amounts=None)
    world.hear(failure(world, decline_code="brand_new_code"))
    assert [(alert.key, alert.state) for alert in world.written()] == [
        (f"unknown_reason:{world.case().id}", "kept")
    ]
    assert world.send_alerts() == []


def test_a_final_loss_is_told_and_one_that_the_merchant_made_is_not(world: AlertedWorld) -> None:
    world.set_merchant(alert_amounts=None)
    world.hear(failure(world, 1), failure(world, 2))
    world.set_merchant(alert_amounts={"usd": 4900})
    world.clock.advance(HOUR)
    world.hear(
        whop.membership_deactivated(membership_id="mem_1", user_id="user_1", member_id="mber_1", at=world.now)
    )
    assert world.keys() == [f"large_loss:{world.cases()[0].id}"]
    world.send_alerts()
    (message,) = world.told
    assert message.subject.startswith("$49.00 is lost")


def test_money_that_comes_before_the_alert_is_sent_leaves_nothing_to_tell(world: AlertedWorld) -> None:
    world.hear(failure(world))
    world.clock.advance(MINUTE)
    world.hear(whop.payment_succeeded(payment_id="pay_1", user_id="user_1", at=world.now))
    assert world.send_alerts() == []
    assert world.ends() == [("skipped", "case_over")]


def test_money_that_comes_before_a_loss_is_told_takes_the_loss_back(world: AlertedWorld) -> None:
    world.hear(failure(world))
    world.send_alerts()
    gone = whop.membership_deactivated(
        membership_id="mem_1", user_id="user_1", member_id="mber_1", at=world.now
    )
    paid = whop.payment_succeeded(payment_id="pay_1", user_id="user_1", at=world.now + MINUTE)
    world.hear(gone, paid)
    assert world.send_alerts() == []
    assert world.ends()[-1] == ("skipped", "no_loss")


def test_a_loss_that_came_to_nothing_and_comes_true_later_is_told_once(world: AlertedWorld) -> None:
    world.hear(failure(world))
    world.send_alerts()
    member = {"membership_id": "mem_1", "user_id": "user_1", "member_id": "mber_1"}
    paid = whop.payment_succeeded(payment_id="pay_1", user_id="user_1", at=world.now + MINUTE)
    world.hear(whop.membership_deactivated(**member, at=world.now), paid)
    world.send_alerts()
    world.clock.advance(HOUR)
    for _ in range(2):
        world.hear(whop.dispute_created(payment_id="pay_1", user_id="user_1", at=world.now))
    assert len(world.send_alerts()) == 1
    assert world.told[-1].subject.startswith("$49.00 is lost")
    assert [end for end in world.ends() if end[0] == "skipped"] == []
    world.clock.advance(HOUR)
    world.hear(whop.dispute_created(payment_id="pay_1", user_id="user_1", at=world.now))
    assert world.send_alerts() == []


@pytest.mark.parametrize("order", [1, -1])
def test_a_death_is_told_in_whatever_order_two_declines_are_heard_and_alone(
    world: AlertedWorld, order: int
) -> None:
    death = failure(world, decline_code="bank_account_holder_deceased", payments_failed=1)
    other = failure(world, at=world.now + MINUTE, decline_code="expired_card", payments_failed=2)
    other |= {"id": "msg_other"}
    world.clock.advance(MINUTE)
    world.hear(*(death, other)[::order])
    world.send_alerts()
    (message,) = world.told
    assert message.subject.startswith("A bank reports a death")


def test_events_that_cannot_be_used_are_told_once_a_day_of_the_merchants_zone(world: AlertedWorld) -> None:
    world.set_merchant(zone="America/New_York")
    bad = {"type": "payment.failed", "account_id": whop.payment_failed()["account_id"], "data": 3}
    for number in range(3):
        world.hear({**bad, "id": f"msg_bad_{number}"})
    assert world.keys() == ["events_amiss:2026-11-20"]
    world.clock.advance(20 * HOUR)  # 05:00 UTC: midnight has passed there too
    world.hear({**bad, "id": "msg_bad_9"})
    assert world.keys() == ["events_amiss:2026-11-20", "events_amiss:2026-11-21"]


def test_an_event_that_is_given_up_is_told_to_whom_it_belongs(world: AlertedWorld) -> None:
    world.store(failure(world))
    with without_table(world.database, "attempt"):
        for _ in range(MOST_TRIES):
            for claim in claim_events(world.database, times=world.times, limit=1):
                process_event(world.database, claim, times=world.times, rules=world.rules)
            world.clock.advance(2 * HOUR)
    assert world.events()[-1].state == "dead"
    assert [alert.kind for alert in world.written()] == ["events_amiss"]


def test_without_an_address_the_alert_is_kept_and_told_to_nobody(world: AlertedWorld) -> None:
    world.set_merchant(alert_email=None)
    world.hear(failure(world))
    assert world.send_alerts() == []
    assert [alert.state for alert in world.written()] == ["told"]
    assert world.rows() == []


def spiking(world: AlertedWorld, count: int, *, first: int = 1) -> None:
    world.set_merchant(alert_amounts=None)
    world.hear(*(failure(world, number, at=world.now - MINUTE) for number in range(first, first + count)))
    world.chores()


def test_a_spike_of_failures_is_told_once_while_it_lasts(world: AlertedWorld) -> None:
    spiking(world, 10)
    assert world.keys() == []
    spiking(world, 1, first=11)
    assert [alert.kind for alert in world.written()] == ["spike"]
    world.clock.advance(10 * MINUTE)
    spiking(world, 15, first=20)
    assert len(world.keys()) == 1
    world.send_alerts()
    assert world.told[0].subject == "11 renewals failed within one hour"


def test_what_is_usual_for_a_large_merchant_is_no_spike(world: AlertedWorld) -> None:
    world.set_merchant(alert_amounts=None)
    with world.database.transaction() as session:
        shop = session.scalars(select(Merchant)).one()
        for _ in range(3 * 24 * 7):  # three an hour
            seeded.case(session, shop, at=world.now - 2 * DAY)
    spiking(world, 15, first=100_000)
    assert world.keys() == []
    spiking(world, 1, first=200_000)
    assert [alert.kind for alert in world.written()] == ["spike"]


REFUSED = Retry("smtp_auth_refused", whole_channel=True)


def test_a_channel_that_stopped_working_is_told_once_until_it_works_again(
    database: Database, clock: FixedClock
) -> None:
    chat = MemoryNotifier("telegram")
    world = AlertedWorld(database, clock, more={"telegram": Place("telegram", chat, "42")})
    world.hear(failure(world, decline_code="expired_card"))
    world.set_merchant(alert_email=OWNER)
    world.customers_peer = REFUSED

    def hours(count: int) -> None:
        for _ in range(count * 6):
            world.clock.advance(10 * MINUTE)
            world.send_due()
            world.send_alerts()
            world.chores()
            world.send_alerts()

    hours(6)
    assert [alert.key for alert in world.written() if alert.kind == "channel_down"] == [
        "channel_down:email:1"
    ]
    ((message, recipient),) = chat.sent
    assert (recipient.address, "refuses the sign-in" in message.paragraphs[0]) == ("42", True)
    assert world.told == []  # that mail is down cannot be told by mail
    world.customers_peer = Sent()
    hours(1)
    world.customers_peer = REFUSED
    world.hear(failure(world, 2, decline_code="expired_card"))
    hours(6)
    down = [alert.key for alert in world.written() if alert.kind == "channel_down"]
    assert down == ["channel_down:email:1", "channel_down:email:2"]
    assert len(chat.sent) == 2


def test_a_merchant_whose_messages_do_not_wait_hears_nothing_of_a_channel(world: AlertedWorld) -> None:
    with world.database.transaction() as session:
        open_fault(session, "email", "smtp_timeout", wall=world.clock.wall())
    world.chores()
    assert world.keys() == []


def test_a_fault_that_comes_back_at_once_is_the_same_one(world: AlertedWorld) -> None:
    for _ in range(3):
        with world.database.transaction() as session:
            open_fault(session, "email", "smtp_timeout", wall=world.clock.wall())
            close_fault(session, "email", wall=world.clock.wall())
        world.clock.advance(MINUTE)
    with world.database.reading() as session:
        assert session.scalars(select(ChannelFault)).one().times == 1
    world.clock.advance(2 * HOUR)
    with world.database.transaction() as session:
        open_fault(session, "email", "smtp_timeout", wall=world.clock.wall())
    with world.database.reading() as session:
        assert session.scalars(select(ChannelFault)).one().times == 2


def test_keeping_a_rate_is_no_fault_of_a_channel(world: AlertedWorld) -> None:
    watch = Watch()
    watch.note("email", Retry("pace", after=MINUTE, whole_channel=True, busy=True))
    watch.keep(world.database, wall=world.clock.wall())
    with world.database.reading() as session:
        assert session.scalars(select(ChannelFault)).all() == []


def test_a_worker_that_gets_a_message_through_ends_the_fault_that_another_one_saw(
    world: AlertedWorld,
) -> None:
    mine, theirs = Watch(), Watch()
    mine.note("email", Sent())
    mine.keep(world.database, wall=world.clock.wall())
    theirs.note("email", REFUSED)
    theirs.keep(world.database, wall=world.clock.wall())  # and that worker dies

    def open_now() -> bool:
        with world.database.reading() as session:
            return session.scalars(select(ChannelFault)).one().ended_at is None

    world.clock.advance(2 * MINUTE)
    mine.keep(world.database, wall=world.clock.wall())
    assert open_now()  # nothing was sent since
    mine.note("email", Sent())
    mine.keep(world.database, wall=world.clock.wall())
    assert not open_now()
