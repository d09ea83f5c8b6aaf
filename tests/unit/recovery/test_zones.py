"""Whose clock it is: the customer's own, the only one of their country, or the merchant's."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from app.recovery.zones import LocalZone, ZoneSource, local_zone

AT = datetime(2026, 11, 26, 12, tzinfo=UTC)


def chosen(country: str | None, *, own: str | None = None) -> tuple[str, str]:
    found = local_zone(own=own, country=country, merchants="America/New_York", at=AT)
    return found.zone.key, found.source.value


def test_the_customers_own_zone_is_believed_first() -> None:
    assert chosen("DE", own="Asia/Tokyo") == ("Asia/Tokyo", "customer")


@pytest.mark.parametrize(
    ("country", "zone"),
    [
        ("DE", "Europe/Berlin"),  # and Büsingen, whose clocks show the same
        ("de", "Europe/Berlin"),
        ("JP", "Asia/Tokyo"),
        ("FR", "Europe/Paris"),
        ("IN", "Asia/Kolkata"),
        ("GB", "Europe/London"),
    ],
)
def test_a_country_of_one_time_tells_it(country: str, zone: str) -> None:
    assert chosen(country) == (zone, "country")


@pytest.mark.parametrize("country", ["US", "BR", "RU", "PT", "ES", "AU", None, "", "ZZ", "Germany", "D\0"])
def test_a_country_of_several_times_or_none_tells_nothing(country: str | None) -> None:
    assert chosen(country) == ("America/New_York", "merchant")


def test_the_answer_is_a_zone_and_its_source() -> None:
    assert local_zone(own=None, country="JP", merchants="UTC", at=AT) == LocalZone(
        ZoneInfo("Asia/Tokyo"), ZoneSource.COUNTRY
    )
