"""The icon and the tone of each line of a case's timeline. They only repeat what the words say."""

from collections.abc import Mapping

from app.cases.queries import Entry, EntryKind

LOOKS: Mapping[str, tuple[str, str]] = {
    "attempt.failed": ("card-off", "red"),
    "attempt.paid": ("check", "green"),
    "delivery.sent": ("mail", "blue"),
    "delivery.in_flight": ("mail", "blue"),
    "delivery.retry": ("clock", "yellow"),
    "delivery.gave_up": ("mail-off", "red"),
    "delivery.unknown": ("help", "yellow"),
    "visit.seen": ("eye", "secondary"),
    "visit.continued": ("pointer", "blue"),
    "act.payment_succeeded": ("check", "green"),
    "act.payment_failed": ("card-off", "red"),
    "act.payment_needs_action": ("shield", "yellow"),
    "act.payment_pending": ("clock", "blue"),
    "act.payment_refunded": ("back", "red"),
    "act.payment_disputed": ("alert", "red"),
    "act.complaint_changed": ("alert", "yellow"),
    "act.merchant_alert": ("alert", "yellow"),
    "act.case_opened": ("flag", "blue"),
    "act.case_changed": ("swap", "secondary"),
    "act.plan_made": ("calendar", "secondary"),
    "act.case_held": ("pause", "yellow"),
    "act.case_resumed": ("play", "blue"),
    "act.case_closed_by_merchant": ("close", "secondary"),
    "act.case_paid_elsewhere": ("close", "secondary"),
    "act.send_asked_for": ("mail", "blue"),
    "act.customer_excluded": ("bell-off", "yellow"),
    "act.customer_readmitted": ("bell", "blue"),
    "act.policy_chosen": ("swap", "secondary"),
    "act.opted_out": ("bell-off", "yellow"),
    "act.retry_asked": ("refresh", "blue"),
    "retry.taken": ("refresh", "blue"),
    "retry.refused": ("card-off", "yellow"),
    "retry.unknown": ("help", "yellow"),
    "switch.taken": ("refresh", "blue"),
    "switch.refused": ("card-off", "yellow"),
    "switch.unknown": ("help", "yellow"),
    "undo.taken": ("back", "blue"),
    "undo.refused": ("card-off", "yellow"),
    "undo.unknown": ("help", "yellow"),
    "act.undo_asked": ("back", "blue"),
    "act.card_consent_given": ("check", "blue"),
    "act.card_consent_withdrawn": ("close", "yellow"),
    "act.case_stopped_by_customer": ("bell-off", "yellow"),
}
KIND_LOOKS: Mapping[EntryKind, tuple[str, str]] = {
    EntryKind.ACT: ("dot", "secondary"),
    EntryKind.ATTEMPT: ("card-off", "secondary"),
    EntryKind.DELIVERY: ("mail", "secondary"),
    EntryKind.NOT_SENT: ("mail-off", "secondary"),
    EntryKind.VISIT: ("eye", "secondary"),
    EntryKind.NOTE: ("note", "blue"),
    EntryKind.RETRY: ("refresh", "secondary"),
    EntryKind.SWITCH: ("swap", "secondary"),
    EntryKind.UNDO: ("back", "secondary"),
    EntryKind.STEP: ("mail", "blue"),
    EntryKind.WHOP_TRIES: ("refresh", "secondary"),
    EntryKind.WINDOW_ENDS: ("flag", "secondary"),
}


def look_of(entry: Entry) -> tuple[str, str]:
    """An icon's name and a colour's."""
    return LOOKS.get(f"{entry.kind.value}.{entry.code}", KIND_LOOKS[entry.kind])
