"""What becomes of one made-up customer under one treatment: paid or not, written to how often, driven away."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from app.recovery.decline import DeclineClass
from app.recovery.ladder import HOUR, payday
from app.recovery.learning import Tally

from .people import RUNWAY, Luck, Person
from .world import HOURS, NIGHT, ONE_RETRY, World

NEVER = math.inf
BEST = 0.97
"""No channel is noticed more surely than that."""


@dataclass(frozen=True, slots=True)
class Message:
    after: float
    """Hours after the failure."""
    channel: str
    fits: bool
    """Its words fit the reason of the decline."""


@dataclass(frozen=True, slots=True)
class Treatment:
    messages: Sequence[Message] = ()
    retry_after: float | None = None
    """Hours after the failure at which we charge once more."""


@dataclass(frozen=True, slots=True)
class Life:
    recovered: bool
    """Paid within Whop's five days and not taken back."""
    messages: int
    cancelled: bool
    unsubscribed: bool
    complained: bool
    disputed: bool


def live(person: Person, treatment: Treatment, world: World) -> Life:
    paid = min(_by_itself(person), _by_our_retry(person, treatment, world))
    sent = 0
    gone = NEVER
    unsubscribed = complained = False
    for message, luck in zip(treatment.messages, person.luck, strict=False):
        if message.after >= min(paid, gone) or unsubscribed:
            break
        sent += 1
        if person.would_act and _tells(person, message, luck, world):
            paid = min(paid, message.after + luck.lag_hours)
        times = world.unwanted if person.decline_class is DeclineClass.CUSTOMER_STOPPED else 1.0
        if luck.cancels < world.cancels * times:
            gone = min(gone, message.after + luck.lag_hours)
        unsubscribed = unsubscribed or luck.unsubscribes < world.unsubscribes * times
        complained = complained or luck.complains < world.complains * times
    in_time = paid < RUNWAY and paid <= gone
    taken_back = in_time and person.returns < world.taken_back
    return Life(
        recovered=in_time and not taken_back,
        messages=sent,
        cancelled=gone < min(paid, RUNWAY),
        unsubscribed=unsubscribed,
        complained=complained,
        disputed=taken_back and person.returns < world.taken_back / 2,
    )


def _by_itself(person: Person) -> float:
    return NEVER if person.clears_after is None else person.clears_after


def _by_our_retry(person: Person, treatment: Treatment, world: World) -> float:
    if treatment.retry_after is None:
        return NEVER
    chance = ONE_RETRY.get(person.decline_class, 0.0)
    if person.decline_class is DeclineClass.FUNDS and _on_payday(person, treatment.retry_after):
        chance = world.payday_retry
    return treatment.retry_after if person.retry < chance else NEVER


def _on_payday(person: Person, after: float) -> bool:
    local = (person.failed_at + after * HOUR).astimezone(person.zone)
    return payday(local.date()) is not None and local.hour < 12


def _tells(person: Person, message: Message, luck: Luck, world: World) -> bool:
    """The message is noticed in time, and says what this person needs to know."""
    if not message.fits and person.understands >= world.same_words:
        return False
    hour = (person.failed_at + message.after * HOUR).astimezone(person.zone).hour
    by_hour = next((times for since, until, times in HOURS if since <= hour < until), NIGHT)
    return luck.notices < min(BEST, world.noticed[message.channel] * by_hour)


def tally(lives: Sequence[Life]) -> Tally:
    return Tally(
        resolved=len(lives),
        recovered=sum(life.recovered for life in lives),
        cancelled=sum(life.cancelled for life in lives),
        unsubscribed=sum(life.unsubscribed for life in lives),
        complained=sum(life.complained for life in lives),
        disputed=sum(life.disputed for life in lives),
    )
