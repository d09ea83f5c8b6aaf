"""Makes things happen to payments in development: builds Whop's event, signs it and posts it at our own door.

Nothing is short-circuited: the event is verified, stored, parsed and applied like any other.
"""

from dataclasses import dataclass, replace
from decimal import Decimal, InvalidOperation

from flask import current_app

from app.errors import InvalidInput
from app.models import Case, Merchant
from app.ops.dev_charge import Charge, Shape, new_charge
from app.ops.dev_events import Happening, event_of, signed
from app.recovery.decline import CODES
from app.recovery.money import Money, is_currency
from app.services import services
from notifiers.address import one_mailbox

PEOPLE = (
    ("Dana Reyes", "dana.reyes@example.com"),
    ("Mikhail Orlov", "mikhail.orlov@example.com"),
    ("Aiko Tanaka", "aiko.tanaka@example.com"),
    ("Luca Conti", "luca.conti@example.com"),
)
PRODUCTS = ("Options Lab Pro", "Morning Notes", "Design Circle")
LONGEST = 80


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What the simulator's form asks for."""

    decline_code: str
    amount: str
    currency: str
    product: str
    name: str
    email: str
    shape: Shape

    @classmethod
    def of(cls, form: dict[str, str]) -> "Wish":
        """Raises `InvalidInput` naming every field that cannot be used."""
        given = {name: form.get(name, "").strip() for name in ("amount", "product", "name", "email")}
        code, currency = form.get("code", ""), form.get("currency", "usd").strip().lower()
        wrong: dict[str, str] = {}
        if code not in CODES:
            wrong["code"] = "choose one of Whop's decline codes"
        if not is_currency(currency):
            wrong["currency"] = "write a currency such as usd, eur or jpy"
        elif _amount(given["amount"], currency) is None:
            wrong["amount"] = "write an amount such as 49.00"
        if given["email"] and one_mailbox(given["email"]) is None:
            wrong["email"] = "write one address, or leave it empty to try a customer without one"
        for name in ("product", "name"):
            if not given[name] or len(given[name]) > LONGEST:
                wrong[name] = f"write 1 to {LONGEST} characters"
        shape = form.get("shape", Shape.PINNED.value)
        if shape not in list(Shape):
            wrong["shape"] = "choose pinned or legacy"
        if wrong:
            raise InvalidInput(wrong)
        return cls(decline_code=code, currency=currency, shape=Shape(shape), **given)


def fail_renewal(merchant: Merchant, wish: Wish) -> None:
    """A renewal of a new customer fails now, in the campaign's time."""
    charge = new_charge(
        biz_id=merchant.biz_id,
        merchant_title=merchant.display_name,
        product=wish.product,
        name=wish.name,
        email=wish.email or None,
        amount=wish.amount,
        currency=wish.currency,
        decline_code=wish.decline_code,
    )
    _post(Happening.FAILS, charge, wish.shape)


def happen(case: Case, happening: Happening) -> None:
    """Something happens to the payment of a case, now."""
    charge = _charge_of(case)
    if happening is Happening.FAILS:
        charge = replace(charge, payments_failed=charge.payments_failed + 1)
    _post(happening, charge, Shape.PINNED)


def _post(happening: Happening, charge: Charge, shape: Shape) -> None:
    wired = services()
    event = event_of(happening, charge, shape=shape, at=wired.clock.now())
    body, headers = signed(event, key=wired.settings.webhook_keys[0], wall=wired.clock.wall())
    host = wired.settings.app_host
    answer = current_app.test_client().post("/webhooks/whop", base_url=host, data=body, headers=headers)
    if answer.status_code != 200:
        raise InvalidInput({"event": f"the door answered {answer.status_code}"})


def _charge_of(case: Case) -> Charge:
    payment, customer = case.payment, case.customer
    money = Money(payment.currency or "usd", payment.amount_minor or 0)
    user = customer.identity if customer.identity.startswith("user_") else None
    return Charge(
        biz_id=case.merchant.biz_id,
        merchant_title=case.merchant.display_name,
        payment_id=payment.payment_id,
        membership_id=payment.membership_id,
        user_id=user,
        member_id=customer.member_id,
        product=payment.product_title or PRODUCTS[0],
        name=customer.name,
        email=customer.email,
        amount=money.plain(),
        currency=money.currency,
        decline_code=payment.decline_code,
        payments_failed=payment.payments_failed or 1,
        created_at=case.opened_at,
    )


def _amount(text: str, currency: str) -> Money | None:
    try:
        return Money.from_major(Decimal(text), currency)
    except InvalidOperation:
        return None
