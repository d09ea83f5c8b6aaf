"""What the learner wishes for the times of a case's messages, and how far such a wish may go.

Only moves a moment; whether the moved one is allowed is up to the plan, whose limits come after it. Where
the customer must act before any charge can work, the message goes out at once and no wish moves it.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from .decline import POLICIES, Angle, DeclineClass
from .learning import ARMS, AS_PLANNED, Choice, Decision

FIRST_BEFORE = timedelta(hours=48)
"""After the failure. A customer who is told later has no time left to act."""
SECOND_BEFORE = timedelta(hours=96)
"""The last notice still fits after it, with its gap and before the cutoff."""
DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Wish:
    hour: Choice | None = None
    """Local hour at which the first two messages go out."""
    delay: Choice | None = None
    """Hours by which the first message is later than the campaign has it."""
    channel: Choice | None = None
    """Asked first at each send; it moves nothing."""

    @classmethod
    def of(cls, choices: Iterable[Choice]) -> "Wish":
        """Choices of the default wish for nothing."""
        wanted = {choice.decision: choice for choice in choices if choice.arm != AS_PLANNED}
        return cls(
            wanted.get(Decision.SEND_HOUR),
            wanted.get(Decision.FIRST_DELAY),
            wanted.get(Decision.FIRST_CHANNEL),
        )

    @property
    def plain(self) -> tuple[str | None, str | None]:
        """The arms alone: what they do does not hang on how probable they were."""
        return self.hour.arm if self.hour else None, self.delay.arm if self.delay else None

    def moved(
        self, at: datetime, position: str, *, decline_class: DeclineClass, failed_at: datetime, zone: ZoneInfo
    ) -> tuple[datetime, tuple[Choice, ...]]:
        """When the message goes out that the campaign wants at `at`, and which choices moved it."""
        if not has_time_to_choose(decline_class):
            return at, ()
        if position == "first":
            return self._first(at, failed_at=failed_at, zone=zone)
        if position == "second":
            return self._second(at, failed_at=failed_at, zone=zone)
        return at, ()

    def _first(
        self, at: datetime, *, failed_at: datetime, zone: ZoneInfo
    ) -> tuple[datetime, tuple[Choice, ...]]:
        before = failed_at + FIRST_BEFORE
        moved: list[Choice] = []
        wanted = at
        if self.delay is not None and at + timedelta(hours=int(self.delay.arm)) < before:
            wanted = at + timedelta(hours=int(self.delay.arm))
            moved.append(self.delay)
        if self.hour is not None:
            hour = int(self.hour.arm)
            struck = next_hour(wanted, hour, zone)
            if struck < before:
                return struck, (*moved, self.hour)
            struck = next_hour(at, hour, zone)
            if struck < before:
                return struck, (self.hour,)
        return wanted, tuple(moved)

    def _second(
        self, at: datetime, *, failed_at: datetime, zone: ZoneInfo
    ) -> tuple[datetime, tuple[Choice, ...]]:
        if self.hour is None:
            return at, ()
        struck = next_hour(at, int(self.hour.arm), zone)
        return (struck, (self.hour,)) if struck < failed_at + SECOND_BEFORE else (at, ())


NO_WISH = Wish()


def has_time_to_choose(decline_class: DeclineClass) -> bool:
    """True where waiting for a better hour costs nothing: the charge may clear by itself meanwhile."""
    policy = POLICIES[decline_class]
    return policy.messages and not policy.needs_customer and policy.angle is not Angle.STOPPED


def open_decisions(
    decline_class: DeclineClass, *, channels: tuple[str, ...] | None = None
) -> tuple[Decision, ...]:
    """What there is to choose for such a case, whose campaign uses these channels (None: all)."""
    if not has_time_to_choose(decline_class) and not POLICIES[decline_class].needs_customer:
        return ()
    found = tuple(Decision) if has_time_to_choose(decline_class) else (Decision.FIRST_CHANNEL,)
    return tuple(one for one in found if one is not Decision.FIRST_CHANNEL or _channel_is_open(channels))


def _channel_is_open(channels: tuple[str, ...] | None) -> bool:
    """Every channel that is tried is one of the campaign's, and not its first: else nothing would be tried."""
    tried = [arm for arm in ARMS[Decision.FIRST_CHANNEL] if arm != AS_PLANNED]
    return channels is None or all(channel in channels[1:] for channel in tried)


def next_hour(at: datetime, hour: int, zone: ZoneInfo) -> datetime:
    """The first moment, not before `at`, at which it is `hour` o'clock there."""
    day = at.astimezone(zone).date()
    struck = datetime.combine(day, time(hour), tzinfo=zone).astimezone(at.tzinfo)
    if struck >= at:
        return struck
    return datetime.combine(day + DAY, time(hour), tzinfo=zone).astimezone(at.tzinfo)
