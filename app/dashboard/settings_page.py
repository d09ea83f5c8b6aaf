"""The settings page with all its parts: how customers see the merchant, alerts and channels."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass

from flask import render_template

from app.alerts.destinations import EMAIL, install_places
from app.alerts.listing import open_faults
from app.cases.profile import AlertSettings, Profile, currencies_of, zones
from app.dashboard import alert_words, message_words
from app.dashboard.alert_inputs import AMOUNT
from app.dashboard.control_inputs import control_part
from app.dashboard.desk import Desk
from app.delivery.channels import has_settings
from app.models import ChannelFault, Merchant
from app.recovery.money import Money
from app.security.tenancy import signed_in
from app.services import services

FIRST_CURRENCY = "usd"
ME, ALERTS = "me", "alerts"
"""Whom a test message goes to: the person who asks for it, or where alerts go."""


@dataclass(frozen=True, slots=True)
class Channel:
    """One of the install's channels as the page shows it."""

    name: str
    state: str
    """on, off, down or missing."""
    fault: ChannelFault | None
    can_check: bool
    variable: str


def settings_page(
    desk: Desk,
    *,
    given: Mapping[str, str | None] | None = None,
    alerts_given: Mapping[str, str] | None = None,
    control_given: Mapping[str, str] | None = None,
    wrong: Mapping[str, str] | None = None,
) -> str:
    """`given`, `alerts_given` and `control_given`: what somebody has just written into one of the forms, and what is wrong."""
    faults = open_faults(desk.session)
    return render_template(
        "dashboard/settings.html",
        given=given or asdict(Profile.of(desk.merchant)),
        alerts=alerts_given or alerts_form(AlertSettings.of(desk.merchant)),
        currencies=currencies_of(desk.session, desk.merchant, now=desk.now) or (FIRST_CURRENCY,),
        places={name: addresses(desk.merchant, name) for name in _places()},
        control=control_part(desk, control_given),
        channels=[channel_of(name, faults) for name in alert_words.SWITCHES],
        wrong=wrong or {},
        zones=zones(),
        languages=message_words.languages(),
        title=desk.merchant.title,
        retries_on=desk.merchant.retries_on,
        other_card_on=desk.merchant.other_card_on,
        asks_whop=services().whop is not None,
        show=desk.show,
        words=alert_words,
    )


def addresses(merchant: Merchant, place: str) -> dict[str, str]:
    """Where a test message can go: by the word that the form sends."""
    if place == EMAIL:
        found = {ALERTS: merchant.alert_email, ME: signed_in().email}
    else:
        found = {ALERTS: install_places(services().settings).get(place)}
    return {to: address for to, address in found.items() if address}


def channel_of(name: str, faults: Mapping[str, ChannelFault]) -> Channel:
    settings = services().settings
    variable = alert_words.SWITCHES[name]
    on, known = bool(getattr(settings, variable.lower())), has_settings(name, settings)
    fault = faults.get(name) if on else None
    state = "down" if fault else "on" if on else "off" if known else "missing"
    return Channel(name, state, fault, known, variable)


def _places() -> list[str]:
    settings = services().settings
    mail = [EMAIL] if has_settings(EMAIL, settings) else []
    return [*mail, *install_places(settings)]


def alerts_form(stored: AlertSettings) -> dict[str, str]:
    amounts = {
        f"{AMOUNT}{currency}": Money(currency, minor).plain()
        for currency, minor in (stored.alert_amounts or {}).items()
    }
    return {
        "alert_email": stored.alert_email or "",
        "digest_on": "1" if stored.digest_on else "",
        "digest_hour": str(stored.digest_hour),
        **amounts,
    }
