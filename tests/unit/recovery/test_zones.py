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


@pytest.mark.parametrize(
    ("country", "year", "source"),
    [
        ("KZ", 2024, "merchant"),  # two times until March
        ("KZ", 2025, "country"),
        ("PS", 2008, "country"),  # the same days in both parts
        ("PS", 2010, "merchant"),  # one night apart in spring
        ("PG", 2014, "country"),  # Bougainville left the common time in the last days of the year
    ],
)
def test_a_country_has_one_time_if_its_zones_agree_all_the_year(country: str, year: int, source: str) -> None:
    at = datetime(year, 7, 1, tzinfo=UTC)
    assert local_zone(own=None, country=country, merchants="UTC", at=at).source.value == source
