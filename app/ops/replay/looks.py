"""What a look at Whop's records would have found of events that never came, made of the events that tell of it.

A look comes a spell after the event that is missing, and sees each object as it stands by then.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from app.ops.replay.disorder import SPELL, Arrival, can_be_looked_up
from app.ops.replay.heard import Heard, Told, told_of
from app.whop.retold import retold
from app.whop.snapshots import membership_event


def healed(
    came: Sequence[Arrival],
    missing: Sequence[Arrival],
    everything: Sequence[Arrival],
    *,
    spell: timedelta = SPELL,
) -> list[Arrival]:
    """What came, with a look after every spell in which something went missing; in the order of time."""
    looks = [
        Arrival(at, found, "reconcile")
        for at in sorted({arrival.at + spell for arrival in missing})
        for found in _found(missing, everything, at=at)
    ]
    return sorted([*came, *looks], key=lambda arrival: arrival.at)


def _found(missing: Iterable[Arrival], everything: Iterable[Arrival], *, at: datetime) -> list[Heard]:
    wanted = {told_of(arrival.heard).subject for arrival in missing if arrival.at <= at}
    newest: dict[str, Told] = {}
    for arrival in everything:
        told = told_of(arrival.heard)
        if arrival.at > at or told.subject not in wanted or not can_be_looked_up(arrival.heard):
            continue
        if told.subject not in newest or newest[told.subject].at <= told.at:
            newest[told.subject] = told
    return [heard for told in newest.values() for heard in _looked_up(told, at)]


def _looked_up(told: Told, at: datetime) -> list[Heard]:
    if told.event_type.startswith("membership."):
        seen = membership_event(told.data, biz_id=told.biz_id, read_at=at)
        found = [seen] if seen else []
    else:
        found = list(retold(told.data, biz_id=told.biz_id, read_at=at))
    return [Heard(snapshot.body, at, snapshot.message_id) for snapshot in found]
