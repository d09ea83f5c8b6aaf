"""The quiet hours over every zone and every change of the clocks: moved to the morning, never into another night."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as some

from app.recovery.campaign import DEFAULT_CAMPAIGN as CAMPAIGN
from app.recovery.plan import after_quiet_hours

ZONES = (
    "UTC",
    "America/New_York",
    "Europe/Berlin",
    "Asia/Kolkata",
    "Pacific/Auckland",
    "America/Sao_Paulo",
    "Asia/Tehran",
)
MOMENTS = some.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31)).map(lambda at: at.replace(tzinfo=UTC))  # noqa: DTZ001
LONGEST_NIGHT = timedelta(hours=12)


def loud(at: datetime, zone: ZoneInfo) -> bool:
    return CAMPAIGN.quiet_until <= at.astimezone(zone).time() < CAMPAIGN.quiet_from


@given(at=MOMENTS, name=some.sampled_from(ZONES))
def test_a_message_moves_to_the_end_of_its_night_and_no_further(at: datetime, name: str) -> None:
    zone = ZoneInfo(name)
    moved = after_quiet_hours(at, zone)
    assert loud(moved, zone)
    if loud(at, zone):
        assert moved == at
    else:
        assert at < moved <= at + LONGEST_NIGHT
        assert moved.astimezone(zone).time() == CAMPAIGN.quiet_until
    assert after_quiet_hours(moved, zone) == moved
