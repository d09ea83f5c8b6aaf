"""Turns an alert into the message that its merchant reads, with what is true of its case at this moment.

No customer's name or address is put in: product, amount, reason and a link say what is needed.
"""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import exists, select
from sqlalchemy.orm import Session, joinedload

from app.alerts.keys import still_refused
from app.models import Alert, BrokenRule, Case, ChannelFault, Delivery, Merchant
from app.models.contact import REACHED
from app.recovery.alert_words import AlertContent, AlertValues, compose, compose_test
from app.recovery.alerts import NO_LOSS, AlertKind, is_loss
from app.recovery.decline import DeclineClass
from app.recovery.digest import Digest
from app.recovery.machine import CaseReason, CaseState
from app.recovery.money import Money
from notifiers.base import Action, Message

SENDER = "AutoChargeSaver"
PAGES: Mapping[AlertKind, str] = {
    AlertKind.DIGEST: "/dashboard",
    AlertKind.SPIKE: "/dashboard/cases",
    AlertKind.FLOOD: "/dashboard",
    AlertKind.CHANNEL_DOWN: "/dashboard/settings",
    AlertKind.EVENTS_AMISS: "/dashboard/events",
    AlertKind.WEBHOOK_DOWN: "/dashboard/events",
    AlertKind.KEY_REFUSED: "/dashboard/events",
    AlertKind.ENDPOINT_DOWN: "/dashboard/settings/webhooks",
    AlertKind.RULES_BROKEN: "/dashboard/alerts",
}
"""Where the button leads where there is no case."""


def letter(session: Session, alert: Alert, merchant: Merchant, *, base: str) -> Message:
    """`base`: the configured address that links are made from."""
    content = compose(AlertKind(alert.kind), values_of(session, alert, merchant), language=merchant.locale)
    page = f"/dashboard/cases/{alert.case_id}" if alert.case_id else PAGES[AlertKind(alert.kind)]
    return _message(f"alert.{alert.id}", content, merchant, _address(base, merchant, page))


def test_letter(merchant: Merchant, *, base: str, name: str) -> Message:
    """`name` makes each test a message of its own."""
    values = AlertValues(zone=ZoneInfo(merchant.zone), merchant=merchant.display_name)
    content = compose_test(values, language=merchant.locale)
    return _message(f"alert-test.{name}", content, merchant, _address(base, merchant, "/dashboard/settings"))


def out_of_date(session: Session, alert: Alert) -> str | None:
    """Why there is nothing to tell any more, as a reason code; None: it is still true."""
    kind = AlertKind(alert.kind)
    if kind in (AlertKind.LARGE_FAILURE, AlertKind.SENSITIVE):
        state = session.scalar(select(Case.state).where(Case.id == alert.case_id))
        if not state or not CaseState(state).running:
            return "case_over"
        # Who hears of a death must not read beside it that reminders go on.
        death = exists().where(Alert.case_id == alert.case_id, Alert.kind == AlertKind.SENSITIVE.value)
        return "told_otherwise" if kind is AlertKind.LARGE_FAILURE and session.scalar(select(death)) else None
    if kind is AlertKind.LARGE_LOSS:
        case = session.get(Case, alert.case_id)
        return None if case is not None and _is_loss(case) else NO_LOSS
    if kind is AlertKind.KEY_REFUSED:
        return None if still_refused(session, alert.merchant_id) else "key_works"
    if kind is AlertKind.RULES_BROKEN:
        broken = exists().where(BrokenRule.name.in_(alert.detail["rules"]), BrokenRule.ended_at.is_(None))
        return None if session.scalar(select(broken)) else "rules_hold"
    if kind is AlertKind.CHANNEL_DOWN:
        channel, number = alert.detail["channel"], int(alert.key.rpartition(":")[2])
        fault = session.scalars(select(ChannelFault).where(ChannelFault.channel == channel)).one_or_none()
        still = fault is not None and fault.ended_at is None and fault.times == number
        return None if still else "works_again"
    return None


def values_of(
    session: Session, alert: Alert, merchant: Merchant, *, written: Collection[int] | None = None
) -> AlertValues:
    """`written`: cases with a message that reached somebody, where the caller knows them already."""
    known: dict[str, Any] = {"zone": ZoneInfo(merchant.zone), "merchant": merchant.display_name}
    detail = alert.detail
    match AlertKind(alert.kind):
        case AlertKind.DIGEST:
            known["digest"] = Digest.read(detail)
        case AlertKind.SPIKE | AlertKind.FLOOD:
            known |= {"failures": detail["failures"], "usual": detail["usual"]}
        case AlertKind.CHANNEL_DOWN:
            known |= {"channel": detail["channel"], "cause": detail["reason"]}
            known["since"] = datetime.fromisoformat(detail["since"])
        case AlertKind.WEBHOOK_DOWN:
            known |= {"cause": f"webhook_{detail['trouble']}"}
            known["since"] = datetime.fromisoformat(detail["since"])
        case AlertKind.KEY_REFUSED:
            known["permission"] = detail["permission"]
        case AlertKind.ENDPOINT_DOWN:
            known |= {"channel": detail["name"], "cause": f"endpoint_{detail['cause']}"}
            known["since"] = datetime.fromisoformat(detail["since"])
        case AlertKind.RULES_BROKEN:
            known["rules"] = detail["rules"]
        case _:
            known |= _of_case(session, alert, written)
    return AlertValues(**known)


def _of_case(session: Session, alert: Alert, written: Collection[int] | None) -> dict[str, Any]:
    case = session.get(Case, alert.case_id, options=[joinedload(Case.payment)]) if alert.case_id else None
    if case is None:
        return {}
    payment = case.payment
    # As it stands now: of several reasons that came together the last one heard need not be the one that counts.
    reason = case.reason if _is_loss(case) else alert.detail.get("reason")
    has_amount = case.amount_minor is not None and case.currency is not None
    next_attempt = payment.next_attempt_at
    return {
        "product": payment.product_title,
        "amount": Money(case.currency, case.amount_minor) if has_amount else None,  # type: ignore[arg-type]
        "decline_class": DeclineClass(case.decline_class),
        "loss": CaseReason(reason) if reason else None,
        "failed_at": case.opened_at,
        "next_attempt_at": next_attempt if next_attempt and next_attempt > alert.at else None,
        "written": case.id in (written_to(session, [case.id]) if written is None else written),
    }


def _is_loss(case: Case) -> bool:
    return case.reason is not None and is_loss(CaseState(case.state), CaseReason(case.reason))


def written_to(session: Session, case_ids: Collection[int]) -> frozenset[int]:
    """Those of the cases of which a message has reached their customer, or may have."""
    reached = select(Delivery.case_id).where(Delivery.case_id.in_(case_ids), Delivery.outcome.in_(REACHED))
    return frozenset(session.scalars(reached.distinct()))


def _address(base: str, merchant: Merchant, page: str) -> str:
    """The page of this account, whichever one its reader looked at last."""
    return f"{base}/dashboard/{merchant.biz_id}{page}"


def _message(message_id: str, content: AlertContent, merchant: Merchant, url: str) -> Message:
    return Message(
        message_id=message_id,
        language=content.language,
        subject=content.subject,
        preview=content.paragraphs[0] if content.paragraphs else "",
        greeting="",
        paragraphs=content.paragraphs,
        details=content.details,
        action=Action(content.button, url),
        closing=(),
        footer=(content.footer,),
        # Several accounts may tell at one place: each says first whose it is.
        sender_name=f"{SENDER}: {merchant.display_name}",
    )
