"""What a merchant wants to be told, as the form says it, checked. Every fault names its field."""

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation

from flask_babel import gettext as _

from app.cases.profile import AlertSettings
from app.errors import InvalidInput
from app.recovery.money import Money, is_currency
from notifiers.address import one_mailbox

AMOUNT = "amount_"
"""How the fields of amounts begin; the currency follows."""
MOST_CURRENCIES = 20


def alert_settings_of(form: Mapping[str, str]) -> AlertSettings:
    """Raises `InvalidInput` naming every field that cannot be used. Empty texts mean: none."""
    email, hour = form.get("alert_email", "").strip(), form.get("digest_hour", "")
    wrong: dict[str, str] = {}
    if email and one_mailbox(email) is None:
        wrong["alert_email"] = _("Write one e-mail address, such as help@example.com.")
    if not (hour.isascii() and hour.isdigit() and len(hour) <= 2 and int(hour) <= 23):
        wrong["digest_hour"] = _("Choose an hour from the list.")
    amounts = _amounts(form, wrong)
    if wrong:
        raise InvalidInput(wrong)
    return AlertSettings(
        alert_email=email or None,
        alert_amounts=amounts or None,
        digest_on=form.get("digest_on") == "1",
        digest_hour=int(hour),
    )


def _amounts(form: Mapping[str, str], wrong: dict[str, str]) -> dict[str, int]:
    given = {
        name.removeprefix(AMOUNT): (name, text.strip())
        for name, text in form.items()
        if name.startswith(AMOUNT) and text.strip()
    }
    other, other_amount = form.get("other_currency", "").strip().lower(), form.get("other_amount", "").strip()
    if other_amount:
        given.setdefault(other, ("other_amount", other_amount))
    amounts: dict[str, int] = {}
    for currency, (name, text) in list(given.items())[:MOST_CURRENCIES]:
        if not is_currency(currency):
            wrong[name] = _("Write the currency as three letters, such as EUR.")
            continue
        money = money_of(text, currency)
        if money is None or money.minor == 0:
            wrong[name] = _("Write an amount above zero, such as 49.00.")
        else:
            amounts[currency] = money.minor
    return amounts


def money_of(text: str, currency: str) -> Money | None:
    """None where it is no plain decimal number, with a point or a comma."""
    plain = text.replace(",", ".").replace(" ", "").replace("\u00a0", "")
    if len(plain) > 16 or not plain.isascii() or not plain.replace(".", "", 1).isdigit():
        return None
    try:
        return Money.from_major(Decimal(plain), currency)
    except InvalidOperation:
        return None
