"""A policy as its form says it, checked, and as the form shows it. Every fault names its field."""

import re
from collections.abc import Mapping
from typing import Any

from flask_babel import gettext as _

from app.cases.policies import Draft
from app.dashboard import channel_inputs, policy_words
from app.dashboard.alert_inputs import money_of
from app.errors import InvalidInput
from app.recovery.campaign import DEFAULT_CAMPAIGN, Campaign, positions_of
from app.recovery.campaign_json import campaign_from_json, campaign_to_json
from app.recovery.decline import DeclineClass
from app.recovery.money import Money, is_currency
from app.recovery.segments import LONGEST_TENURE, Condition, Matches, faults
from notifiers.text import clean_line

LONGEST_NAME = 60
MOST_PLANS = 100
MOST_COUNTRIES = 60
OFFSETS = "offsets"
"""Fields of messages are `offsets.<class>.<position>`, as the faults of a campaign name them."""

_LIST = re.compile(r"[\s,;]+")
_PLAN = re.compile(r"[A-Za-z0-9_-]{1,64}")
_COUNTRY = re.compile(r"[A-Z]{2}")


def draft_of(form: Mapping[str, str], *, before: Campaign = DEFAULT_CAMPAIGN) -> Draft:
    """Raises `InvalidInput` naming every field that cannot be used. Empty fields are no condition, or no message.

    `before` is the campaign that it takes the place of.
    """
    wrong: dict[str, str] = {}
    name = form.get("name", "").strip()
    if not name or clean_line(name, limit=LONGEST_NAME) != name:
        wrong["name"] = _("Write from 1 to %(most)s plain characters on one line.", most=LONGEST_NAME)
    matches = _matches(form, wrong)
    channels = channel_inputs.chosen(form, channel_inputs.choosable(before), wrong)
    campaign = campaign_from_json({**_campaign(form), "channels": channels})
    if not isinstance(campaign, Campaign):
        for one in campaign:
            wrong.setdefault(one.name, policy_words.told(one))
    if wrong or not isinstance(campaign, Campaign):
        raise InvalidInput(wrong)
    return Draft(name, matches, campaign)


def form_of(draft: Draft) -> dict[str, str]:
    """As the form's fields hold it."""
    matches, written = draft.matches, campaign_to_json(draft.campaign)
    return {
        "name": draft.name,
        "plans": "\n".join(matches.plans),
        "countries": ", ".join(matches.countries),
        "currency": (matches.currency or "").upper(),
        "min_price": _plain(matches.currency, matches.min_minor),
        "max_price": _plain(matches.currency, matches.max_minor),
        "min_days": _text(matches.min_days),
        "max_days": _text(matches.max_days),
        "first_renewal_only": "1" if matches.first_renewal_only else "",
        "messages": str(written["messages"]),
        "gap_hours": str(written["gap_hours"]),
        "quiet_from": written["quiet_from"],
        "quiet_until": written["quiet_until"],
        "quiet_email": "1" if written["quiet_email"] else "",
        **channel_inputs.form_of(draft.campaign.channels),
        **{
            f"{OFFSETS}.{name}.{position}": str(hours)
            for name, places in written["offsets"].items()
            for position, hours in places.items()
        },
    }


def _matches(form: Mapping[str, str], wrong: dict[str, str]) -> Matches:
    plans = _items(form, "plans")
    if len(plans) > MOST_PLANS or not all(map(_PLAN.fullmatch, plans)):
        wrong["plans"] = _("Write Whop's plan ids, such as plan_1a2B, at most %(most)s.", most=MOST_PLANS)
    countries = tuple(dict.fromkeys(country.upper() for country in _items(form, "countries")))
    if len(countries) > MOST_COUNTRIES or not all(map(_COUNTRY.fullmatch, countries)):
        wrong["countries"] = _("Write countries as two letters, such as DE, FR.")
    currency = form.get("currency", "").strip().lower()
    if currency and not is_currency(currency):
        wrong["price"] = _("Write the currency as three letters, such as EUR.")
    matches = Matches(
        plans=plans,
        currency=currency or None,
        min_minor=_amount(form, "min_price", currency, wrong),
        max_minor=_amount(form, "max_price", currency, wrong),
        min_days=_days(form, "min_days", wrong),
        max_days=_days(form, "max_days", wrong),
        countries=countries,
        first_renewal_only=form.get("first_renewal_only") == "1",
    )
    for condition, fault in faults(matches).items():
        field = {Condition.PRICE: "price", Condition.TENURE: "tenure"}[condition]
        wrong.setdefault(field, str(policy_words.SEGMENT_FAULTS[fault]))
    return matches


def _campaign(form: Mapping[str, str]) -> dict[str, Any]:
    offsets: dict[str, dict[str, Any]] = {
        decline_class.value: {
            position.value: _whole(text)
            for position in positions_of(decline_class)
            if (text := form.get(f"{OFFSETS}.{decline_class.value}.{position.value}", "").strip())
        }
        for decline_class in DeclineClass
        if positions_of(decline_class)
    }
    return {
        "offsets": offsets,
        "messages": _whole(form.get("messages", "")),
        "gap_hours": _whole(form.get("gap_hours", "")),
        "quiet_from": form.get("quiet_from", ""),
        "quiet_until": form.get("quiet_until", ""),
        "quiet_email": form.get("quiet_email") == "1",
    }


def _items(form: Mapping[str, str], field: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(filter(None, _LIST.split(form.get(field, "")))))


def _whole(text: str) -> int | str:
    """The text itself where it is no whole number: what reads it says so."""
    text = text.strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 6 else text


def _days(form: Mapping[str, str], field: str, wrong: dict[str, str]) -> int | None:
    text = form.get(field, "").strip()
    if not text:
        return None
    number = _whole(text)
    if not isinstance(number, int) or number > LONGEST_TENURE:
        wrong["tenure"] = _("Write a number of days, such as 30.")
        return None
    return number


def _amount(form: Mapping[str, str], field: str, currency: str, wrong: dict[str, str]) -> int | None:
    text = form.get(field, "").strip()
    if not text:
        return None
    if not is_currency(currency):
        wrong["price"] = _("Write the currency as three letters, such as EUR.")
        return None
    money = money_of(text, currency)
    if money is None:
        wrong["price"] = _("Write an amount such as 49.00.")
    return money.minor if money else None


def _plain(currency: str | None, minor: int | None) -> str:
    return "" if currency is None or minor is None else Money(currency, minor).plain()


def _text(number: int | None) -> str:
    return "" if number is None else str(number)
