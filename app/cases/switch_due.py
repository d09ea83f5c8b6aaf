"""The last word on a switch whose time has come: by what Whop has just shown, is it made now, and to which card?"""

from dataclasses import replace
from datetime import datetime

from sqlalchemy.orm import Session

from app.cases.rules import Rules
from app.cases.switching import outlook_of, write
from app.models import Case, MethodSwitch
from app.recovery import switch as pure


def begin_switch(
    session: Session,
    case: Case,
    row: MethodSwitch,
    *,
    methods: tuple[pure.Method, ...],
    reachable: bool,
    now: datetime,
    rules: Rules,
) -> bool:
    """True: the row names the card, and may be marked. Else another decision has taken its place.

    The row is claimed and locked, the case is locked and open as far as is known.
    """
    known = outlook_of(session, case, row, now=now, rules=rules)
    # It is decided anew by what Whop names, not by what it named before.
    outlook = replace(known, methods=methods, reachable=reachable, none_at=None)
    at_once = pure.decide(replace(outlook, share=0.0))
    if isinstance(at_once, pure.Switch) and at_once.at <= now and at_once.method is not None:
        _name(row, at_once.method, case)
        return True
    write(session, case, row, at_once if isinstance(at_once, pure.Keep) else pure.decide(outlook), now=now)
    return False


def _name(row: MethodSwitch, method: pure.Method, case: Case) -> None:
    payment = case.payment
    row.method_id, row.former_id = method.method_id, payment.method_id
    row.card_brand, row.card_last4 = method.brand, method.last4
    row.card_exp_month, row.card_exp_year = method.exp_month, method.exp_year
    row.former_brand, row.former_last4 = payment.card_brand, payment.card_last4
    row.former_exp_month, row.former_exp_year = payment.card_exp_month, payment.card_exp_year
