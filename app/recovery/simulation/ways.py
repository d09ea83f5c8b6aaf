"""The ways of dealing with a failed renewal that are compared: each turns a customer into a treatment.

Our own way is the real one: the campaign, the decision about the one retry, and perhaps the learner.
"""

from collections.abc import Mapping
from datetime import timedelta
from enum import StrEnum
from types import MappingProxyType

from app.recovery.campaign import LIMITS
from app.recovery.ladder import HOUR
from app.recovery.learning import AS_PLANNED, Choice, Decision
from app.recovery.plan import PlannedStep, Situation, after_quiet_hours, plan
from app.recovery.retry import Outlook, Retry, decide
from app.recovery.wish import Wish

from .lives import Message, Treatment
from .people import Person

FIRST_DELAY = timedelta(minutes=20)
FIXED_AFTER = (24.0, 72.0, 116.0)
"""Hours: days 1, 3 and 5, the last while the membership still lives."""
EMAIL, LINKED = "email", "linked"
NOTHING = Treatment()
NO_CHOICES: Mapping[Decision, Choice] = MappingProxyType({})
WHOP_TRIES_AFTER = timedelta(days=1)
"""Whop's next attempt, as it would be announced at the failure."""


class Way(StrEnum):
    WHOP_ALONE = "whop_alone"
    FIXED = "fixed"
    DEFAULT = "default"
    LEARNING = "learning"


NAMES: Mapping[Way, str] = {
    Way.WHOP_ALONE: "Whop alone",
    Way.FIXED: "Fixed reminders, days 1, 3, 5",
    Way.DEFAULT: "Our default",
    Way.LEARNING: "Our default with learning",
}


def whop_alone(person: Person) -> Treatment:
    """Nothing of ours; Whop's own retries and mails are in what clears by itself."""
    return NOTHING


def fixed_reminders(person: Person) -> Treatment:
    """The same mail to everybody, whatever the reason, and no charge of ours."""
    return Treatment([Message(after, EMAIL, fits=False) for after in FIXED_AFTER])


class OurWay:
    """The real campaign and the real decision about the one retry, each made once for the same customer."""

    def __init__(self) -> None:
        self._treatments: dict[tuple[object, ...], Treatment] = {}
        self._retries: dict[str, float | None] = {}

    def treat(self, person: Person, choices: Mapping[Decision, Choice] = NO_CHOICES) -> Treatment:
        """Perhaps with what the learner has chosen."""
        wish = Wish.of(choices.values())
        channel = LINKED if person.linked else EMAIL
        chosen = choices.get(Decision.FIRST_CHANNEL)
        if chosen is not None and chosen.arm != AS_PLANNED:
            channel = chosen.arm
        key = (person.name, *wish.plain, channel)
        if key not in self._treatments:
            self._treatments[key] = Treatment(_messages(person, wish, channel), self._retry(person))
        return self._treatments[key]

    def _retry(self, person: Person) -> float | None:
        if person.name not in self._retries:
            self._retries[person.name] = _retry_after(person)
        return self._retries[person.name]


def _messages(person: Person, wish: Wish, channel: str) -> list[Message]:
    situation = Situation(
        decline_class=person.decline_class,
        failed_at=person.failed_at,
        now=person.failed_at,
        first_delay=FIRST_DELAY,
        zone=person.zone,
        wish=wish,
    )
    return [_message(person, step, channel) for step in plan(situation).steps]


def _message(person: Person, step: PlannedStep, channel: str) -> Message:
    at = step.due_at
    if channel != EMAIL:
        morning = after_quiet_hours(at, person.zone)
        at = morning if morning < person.failed_at + LIMITS.runway else at
    return Message((at - person.failed_at) / HOUR, channel, fits=True)


def _retry_after(person: Person) -> float | None:
    """Hours after the failure at which our one charge is made, decided on what is known at the failure."""
    decided = decide(
        Outlook(
            decline_class=person.decline_class,
            failed_at=person.failed_at,
            last_attempt_at=person.failed_at,
            next_attempt_at=person.failed_at + WHOP_TRIES_AFTER,
            now=person.failed_at,
            zone=person.zone,
        )
    )
    return (decided.at - person.failed_at) / HOUR if isinstance(decided, Retry) else None
