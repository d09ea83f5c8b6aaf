"""What the API answers, as plain values for JSON: codes for programs, beside them the words of the pages.

Money is written in major units with its currency, times in ISO 8601 UTC, shares from 0 to 1.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from app.cases.journal import JournalLine
from app.cases.listing import amount_of_case
from app.cases.queries import Analytics, CaseRow, CaseView, ChannelFigures, Entry
from app.dashboard import measure_words, sentences
from app.dashboard.difference import baseline, incremental, share
from app.dashboard.show import Show
from app.dashboard.story import Line, lines
from app.endpoints.listing import DeliveryRow
from app.models import Case, Endpoint, Merchant
from app.recovery.decline import DeclineClass
from app.recovery.machine import CaseReason
from app.recovery.measure import Measure
from app.recovery.money import Money
from app.recovery.period import Period, iso_week
from app.security.team import Member
from app.security.tenancy import SignedIn

Answer = dict[str, Any]


def me(person: SignedIn, merchant: Merchant) -> Answer:
    return {
        "user": {"id": person.user_id, "name": person.name, "email": person.email, "role": person.role},
        "merchant": {
            "id": merchant.id,
            "biz_id": merchant.biz_id,
            "name": merchant.display_name,
            "zone": merchant.zone,
            "locale": merchant.locale,
        },
    }


def analytics(found: Analytics) -> Answer:
    whole = found.whole
    return {
        **_days(found.period),
        "definition": str(sentences.DEFINITION),
        "definitions": {
            "recovered": str(sentences.DEFINITION),
            "touched_then_recovered": str(measure_words.TOUCHED_DEFINITION),
            "incremental": str(measure_words.INCREMENTAL_DEFINITION),
        },
        **_measure(whole),
        "touched_then_recovered": _moneys(whole.touched_money),
        "incremental": incremental(found, since=moment(found.incremental.since)),
        "baseline": baseline(found.baseline),
        "median_hours_to_recover": None if found.median_hours is None else round(found.median_hours, 2),
        "by_decline_class": [
            {"class": name.value, "title": str(sentences.CLASS_TITLES[name]), **_measure(part)}
            for name, part in found.by_class
        ],
        "by_week": [
            {"week": iso_week(monday), "monday": monday.isoformat(), **_measure(part)}
            for monday, part in found.by_week
        ],
    }


def channels(period: Period, figures: Iterable[ChannelFigures]) -> Answer:
    return {
        **_days(period),
        "channels": [
            {
                "channel": one.channel,
                "messages": one.outcomes,
                "cases": one.cases,
                "recovered_after": one.recovered_after,
                "recovered": _moneys(one.recovered_money),
            }
            for one in figures
        ],
    }


def row(found: CaseRow) -> Answer:
    """A case as it stands in a list."""
    return {
        "id": found.id,
        "payment_id": found.payment_id,
        "state": found.state.value,
        "reason": found.reason.value if found.reason else None,
        "decline_class": found.decline_class.value,
        "decline_code": found.decline_code,
        "amount": _money(found.amount),
        "customer": {"name": found.customer_name, "email": found.customer_email},
        "product": found.product_title,
        "opened_at": moment(found.opened_at),
        "closed_at": moment(found.closed_at),
        "recovered_at": moment(found.recovered_at),
        "attribution": found.attribution,
        "arm": found.arm,
        "origin": found.origin,
    }


def case(view: CaseView, show: Show) -> Answer:
    """A case with everything that happened to it, oldest first, and what is planned, soonest first."""
    found, customer, payment = view.case, view.customer, view.payment
    return {
        "id": found.id,
        "payment_id": payment.payment_id,
        "membership_id": payment.membership_id,
        "state": found.state,
        "reason": found.reason,
        **_explained(found),
        "decline_code": payment.decline_code,
        "amount": _money(amount_of_case(found)),
        "customer": {
            "id": customer.id,
            "name": customer.name,
            "email": customer.email,
            "contact_stopped": customer.no_contact,
            "other_running_cases": view.other_running,
        },
        "product": payment.product_title,
        "opened_at": moment(found.opened_at),
        "closed_at": moment(found.closed_at),
        "recovered_at": moment(found.recovered_at),
        "attribution": found.attribution,
        "arm": found.arm,
        "origin": found.origin,
        "timeline": _entries(view.timeline.past, show),
        "planned": _entries(view.timeline.planned, show),
    }


def webhook(found: Endpoint) -> Answer:
    """An address of the merchant's own; its secret is in no list."""
    return {
        "id": found.id,
        "name": found.name,
        "url": found.url,
        "events": found.events.split(),
        "on": found.on,
        "off_why": found.off_why,
        "failing_since": moment(found.failing_since),
        "last_ok_at": moment(found.last_ok_at),
        "created_at": moment(found.created_at),
        "old_secret_until": moment(found.old_until) if found.old_secret is not None else None,
    }


def webhook_delivery(found: DeliveryRow) -> Answer:
    """One event to one address, with every try, the oldest first."""
    sent = found.delivery
    return {
        "id": sent.id,
        "webhook_id": sent.message_id,
        "event": sent.event,
        "case_id": sent.case_id,
        "state": "planned" if sent.state == "claimed" else sent.state,
        "status": sent.status,
        "reason": sent.reason,
        "at": moment(sent.at),
        "next_try_at": moment(sent.due_at) if sent.ended_at is None else None,
        "ended_at": moment(sent.ended_at),
        "body": sent.body,
        "tries": [
            {
                "at": moment(one.at),
                "status": one.status,
                "reason": one.reason,
                "milliseconds": one.milliseconds,
            }
            for one in found.tries
        ],
    }


def member(found: Member) -> Answer:
    return {
        "user": {"id": found.user_id, "name": found.name, "email": found.email, "role": found.role},
        "role_confirmed_at": moment(found.checked_at),
        "seen_at": moment(found.seen_at),
        "sessions": [{"browser": one.browser, "seen_at": moment(one.seen_at)} for one in found.sittings],
        "tokens": found.tokens,
    }


def journal_line(found: JournalLine) -> Answer:
    return {
        "id": found.id,
        "at": moment(found.at),
        "user": {"id": found.user_id, "name": found.who},
        "action": found.action,
        "case_id": found.case_id,
        "detail": dict(found.detail),
        "token": found.token,
    }


def _explained(found: Case) -> Answer:
    """The codes of a case in words."""
    decline_class = DeclineClass(found.decline_class)
    return {
        "reason_text": str(sentences.REASONS[CaseReason(found.reason)]) if found.reason else None,
        "decline_class": decline_class.value,
        "decline_class_title": str(sentences.CLASS_TITLES[decline_class]),
        "decline_class_text": str(sentences.CLASS_SENTENCES[decline_class]),
    }


def _entries(entries: Sequence[Entry], show: Show) -> list[Answer]:
    return [_entry(entry, line) for entry, line in zip(entries, lines(entries, show), strict=True)]


def _entry(entry: Entry, line: Line) -> Answer:
    return {
        "at": moment(entry.at),
        "kind": entry.kind.value,
        "code": entry.code,
        "actor": entry.actor,
        "text": line.title,
        "notes": list(line.notes),
        "detail": dict(entry.detail),
        "why": dict(entry.why) if entry.why else None,
        "message": {"to": line.mail.recipient, "subject": line.mail.subject, "text": line.mail.text}
        if line.mail
        else None,
    }


def _measure(found: Measure) -> Answer:
    return {
        "cases": {
            "opened": found.opened,
            "recovered": found.recovered,
            "lost": found.lost,
            "in_progress": found.in_progress,
            "control": found.control,
            "touched_then_recovered": found.touched_then_recovered,
        },
        "recovery_rate": share(found.recovery_rate),
        "recovered": _moneys(found.recovered_money),
        "lost": _moneys(found.lost_money),
        "at_risk": _moneys(found.at_risk),
    }


def _days(period: Period) -> Mapping[str, str]:
    return {"from": period.first.isoformat(), "to": period.last.isoformat()}


def _money(amount: Money | None) -> Answer | None:
    return None if amount is None else {"amount": amount.plain(), "currency": amount.currency}


def _moneys(amounts: Sequence[Money]) -> list[Answer | None]:
    return [_money(amount) for amount in amounts]


def moment(at: datetime | None) -> str | None:
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z") if at else None
