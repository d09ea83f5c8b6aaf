"""Chooses the time zone by which a customer's hours and days are reckoned, and says where it is from."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from functools import cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from babel.core import get_global

_LOOKS_A_YEAR = 26
"""Every fortnight: no change of the clocks lasts less."""


class ZoneSource(StrEnum):
    CUSTOMER = "customer"
    COUNTRY = "country"
    """The billing country, where all of it has one time."""
    MERCHANT = "merchant"


@dataclass(frozen=True, slots=True)
class LocalZone:
    zone: ZoneInfo
    source: ZoneSource


def local_zone(*, own: str | None, country: str | None, merchants: str, at: datetime) -> LocalZone:
    """The customer's own zone, else their country's where it has one, else the merchant's.

    `country` is ISO 3166's two letters; which zones it has is from Unicode's CLDR.
    """
    if own:
        return LocalZone(ZoneInfo(own), ZoneSource.CUSTOMER)
    of_country = _only_zone(country.upper(), at.year) if country else None
    if of_country:
        return LocalZone(ZoneInfo(of_country), ZoneSource.COUNTRY)
    return LocalZone(ZoneInfo(merchants), ZoneSource.MERCHANT)


@cache
def _only_zone(country: str, year: int) -> str | None:
    """A zone of the country, where all of them show the same time throughout the year; else None."""
    first = datetime(year, 1, 1, tzinfo=UTC)
    moments = [first + timedelta(days=14) * number for number in range(_LOOKS_A_YEAR)]
    names: dict[tuple[timedelta | None, ...], str] = {}
    for name, territory in sorted(get_global("zone_territories").items()):
        if territory != country:
            continue
        try:
            zone = ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError):
            continue
        names.setdefault(tuple(moment.astimezone(zone).utcoffset() for moment in moments), name)
    return next(iter(names.values())) if len(names) == 1 else None
