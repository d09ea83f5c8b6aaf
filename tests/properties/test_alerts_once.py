"""Whatever happens in whatever order and however often: nobody is told the same thing twice."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from shutil import copy
from tempfile import TemporaryDirectory

from hypothesis import given, settings
from hypothesis import strategies as st

from app.db import Database
from app.recovery.machine import CaseState
from notifiers.base import Retry, Sent, Unknown
from tests.support import whop_events as whop
from tests.support.alerted import OWNER, AlertedWorld
from tests.support.clock import FixedClock

HOUR = timedelta(hours=1)
PEOPLE = (1, 2)
ENDED = {"sent", "unknown", "gave_up", "skipped", "dead"}
DEEDS = st.sampled_from(
    [
        *("fail", "deceased", "unknown", "pay", "leave", "refund", "dispute", "again", "bad_event"),
        *("send", "send_unclear", "send_later", "send_torn", "hour", "day", "chores", "channel_down", "channel_up"),
    ]
)  # fmt: skip


@contextmanager
def world_of(template: Path) -> Iterator[AlertedWorld]:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "world.db"
        copy(template, path)
        database = Database(f"sqlite:///{path}")
        world = AlertedWorld(database, FixedClock())
        world.hear(whop.membership_activated(at=world.now - 100 * HOUR))
        world.set_merchant(alert_email=OWNER, alert_amounts={"usd": 1})
        world.chores()
        yield world
        database.close()


def do(world: AlertedWorld, deed: str, number: int, heard: list[whop.Event]) -> None:
    person = {"user_id": f"user_{number}", "member_id": f"mber_{number}"}
    bill = {"payment_id": f"pay_{number}", "membership_id": f"mem_{number}", "at": world.now, **person}
    codes = {"fail": "expired_card", "deceased": "bank_account_holder_deceased", "unknown": "brand_new"}
    event = None
    match deed:
        case "fail" | "deceased" | "unknown":
            event = whop.payment_failed(decline_code=codes[deed], **bill)  # type: ignore[arg-type]
        case "pay":
            event = whop.payment_succeeded(**bill)  # type: ignore[arg-type]
        case "leave":
            event = whop.membership_deactivated(membership_id=f"mem_{number}", at=world.now, **person)
        case "refund":
            event = whop.refund_created(payment_id=f"pay_{number}", at=world.now)
        case "dispute":
            event = whop.dispute_created(payment_id=f"pay_{number}", at=world.now)
        case "bad_event":
            account = whop.payment_failed()["account_id"]
            event = {"type": "payment.failed", "account_id": account, "data": 3, "id": f"msg_{len(heard)}"}
        case "again" if heard:
            event = {**heard[number % len(heard)], "id": f"msg_again_{world.now.isoformat()}"}
        case "send":
            world.peer = Sent()
            world.send_alerts()
        case "send_unclear":
            world.peer = Unknown("torn")
            world.send_alerts()
        case "send_later":
            world.peer = Retry("smtp_450")
            world.send_alerts()
        case "send_torn":  # the worker dies between the send and its record
            world.peer = Sent()
            for claim in world.alerts.claim(times=world.times, limit=9):
                world.alerts.carry_out(claim, times=world.times)
        case "channel_down" | "channel_up":
            down = Retry("smtp_timeout", whole_channel=True)
            world.customers_peer = down if deed == "channel_down" else Sent()
            world.send_due()
        case "hour" | "day":
            world.clock.advance(HOUR if deed == "hour" else 24 * HOUR)
            world.sweep()
            world.chores()
        case _:
            world.chores()
    if event is not None:
        heard.append(event)
        world.hear(event)


@settings(max_examples=25)
@given(deeds=st.lists(st.tuples(DEEDS, st.sampled_from(PEOPLE)), min_size=3, max_size=25))
def test_the_same_thing_is_told_once(sqlite_template: Path, deeds: list[tuple[str, int]]) -> None:
    with world_of(sqlite_template) as world:
        heard: list[whop.Event] = []
        for deed, number in deeds:
            do(world, deed, number, heard)
        world.peer = Sent()
        for _ in range(18):
            world.clock.advance(3 * HOUR)
            world.chores()
            world.send_alerts()
        keys = Counter(world.keys())
        told = Counter(message.message_id for message in world.told)
        assert set(keys.values()) <= {1}
        assert set(told.values()) <= {1}
        assert {row.state for row in world.rows()} <= ENDED
        assert {alert.state for alert in world.written()} <= {"told", "kept"}
        running = [case for case in world.cases() if CaseState(case.state).running]
        for case in running:
            if case.decline_class == "I":
                assert f"sensitive:{case.id}" in keys
