"""The shop in memory does what inbox, cases and sender do on a database, event by event."""

import shutil
from datetime import timedelta

from hypothesis import example, given
from hypothesis import strategies as st
from structlog.testing import capture_logs

from app.models import Case as CaseRow
from app.recovery.money import Money
from app.whop.events import parse
from tests.properties.lively import (
    HOUR,
    PATIENCE,
    REAL_CODES,
    START,
    Told,
    events_about,
    failure,
    fresh_database,
    how_many,
    of_membership,
    of_payment,
)
from tests.support import whop_events as whop
from tests.support.clock import FixedClock
from tests.support.shop import LIVE, Account, Send
from tests.support.whop_events import Event, encoded
from tests.support.world import RULES, World

pytestmark = PATIENCE

Moment = tuple[Told, int, int]
moments = st.tuples(
    events_about("pay_1", REAL_CODES), st.sampled_from([0, 1, 5, 25, 50]), st.sampled_from([0, 0, 2, 30])
)
histories = st.lists(moments, min_size=3, max_size=8)


def send_due(account: Account, world: World) -> None:
    """As a worker that is never cut off."""
    while due := [step for step in account.living() if step.due_at <= world.now]:
        step = min(due, key=lambda one: one.due_at)
        step.state, step.fence = "claimed", step.fence + 1
        if account.allow(step, now=world.now) and account.case is not None:
            account.case.sends.append(Send(world.now, step, step.fence, "sent"))
            step.state = "sent"


def of_rows(world: World, case: CaseRow | None) -> dict[str, object]:
    if case is None:
        return {}
    return {
        "standing": (case.state, case.reason, case.decline_class, case.opened_at, case.closed_at),
        "waiting": [(step.kind, step.due_at) for step in world.steps() if step.state in LIVE],
        "sent": [delivery.started_at for delivery in world.deliveries()],
        "stopped": case.customer.contact_stopped,
    }


def of_objects(account: Account) -> dict[str, object]:
    case = account.case
    if case is None:
        return {}
    return {
        "standing": (
            case.state.value, case.reason.value, case.decline_class.value, case.opened_at, case.closed_at,
        ),
        "waiting": [
            ("note" if step.position == "note" else "remind", step.due_at) for step in account.living()
        ],
        "sent": [send.at for send in case.sends],
        "stopped": account.contact_stopped,
    }  # fmt: skip


def see_the_same(world: World, account: Account) -> None:
    with world.database.reading() as session:
        cases = [session.get_one(CaseRow, case.id) for case in world.cases()]
        assert of_rows(world, cases[0] if cases else None) == of_objects(account)


@how_many(30, 500)
@example(
    [
        (of_membership(whop.membership_cancel_at_period_end_changed, "pay_1"), 0, 2),
        (failure("pay_1", "insufficient_funds", 1), 0, 0),
        (of_payment(whop.payment_pending, "pay_1"), 25, 0),
    ]
)
@given(histories)
def test_the_shop_in_memory_and_the_one_on_a_database_live_the_same_life(history: list[Moment]) -> None:
    database, folder = fresh_database()
    try:
        with capture_logs():
            world = World(database, FixedClock(START))
            account = Account(Money("usd", 4900))
            events: list[Event] = []
            moments = [(failure("pay_1", "insufficient_funds", 1), 0, 0), *history]
            for number, (tell, hours, ago) in enumerate(moments):
                world.clock.advance(hours * HOUR + timedelta(minutes=1))
                world.send_due()
                send_due(account, world)
                see_the_same(world, account)
                # Of two events of one moment neither is newer; that is another test's matter.
                events.append(tell(world.now - ago * HOUR + timedelta(seconds=number)))
                world.hear(events[-1])
                fact = parse(encoded(events[-1]), received_at=world.now)
                account.hear(fact, now=world.now, first_delay=RULES.first_delay)  # type: ignore[arg-type]
                see_the_same(world, account)
    finally:
        database.close()
        shutil.rmtree(folder)
