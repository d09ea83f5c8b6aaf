"""A clock that stands still until a test moves it. Both its times are one."""

from datetime import UTC, datetime, timedelta


class FixedClock:
    def __init__(self, at: datetime = datetime(2026, 11, 20, 9, 0, 10, tzinfo=UTC)) -> None:
        self._at = at

    def now(self) -> datetime:
        return self._at

    def wall(self) -> datetime:
        return self._at

    def set(self, at: datetime) -> None:
        self._at = at

    def advance(self, by: timedelta) -> None:
        self._at += by


def midday_zone(at: datetime) -> str:
    """Where it is between one and two in the afternoon then: for what real processes do only by daylight."""
    ahead = 13 - at.astimezone(UTC).hour
    return f"Etc/GMT{-ahead:+d}"  # the sign is turned in these names
