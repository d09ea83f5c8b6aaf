"""Names of Whop's webhook events: how other spellings map to the dotted name, and which mean nothing to us.

Source: whop-sdk 2.6.0 `types/webhook_event.py` and `types/webhook_events_item.py`.
"""

from collections.abc import Iterable

_NO_EFFECT = {
    "account": "updated financing_approved financing_denied financing_disabled",
    "ad": "created updated",
    "ad_campaign": "created updated payment_failed events",
    "ad_group": "created updated",
    "app_membership": "went_valid went_invalid cancel_at_period_end_changed",
    "app_payment": "created succeeded failed pending requires_action",
    "card": "created updated frozen canceled",
    "card_application": "created updated approved denied",
    "card_transaction": "created updated completed declined reversed",
    "chat": "message.created reaction.created",
    "course_lesson_interaction": "completed",
    "deposit": "succeeded",
    "entry": "created approved denied deleted",
    "export": "completed failed",
    "financial_activity": "funds_available",
    "identity_profile": "approved rejected needs_action updated",
    "ledger_account": "funds_available",
    "membership": "metadata_updated experience_claimed",
    "payment": "affiliate_reward_created",
    "payout": "created updated reversed",
    "payout_account": "status_updated",
    "payout_method": "created",
    "plan": "created updated deleted",
    "product": "created updated deleted published unpublished",
    "shipment": "created updated",
    "swap": "completed",
    "transfer": "created completed failed",
    "verification": "succeeded",
    "withdrawal": "created updated reversed",
}

NO_EFFECT = frozenset(
    f"{resource}.{verb}" for resource, verbs in _NO_EFFECT.items() for verb in verbs.split()
)

ALIASES = {
    "membership.went_valid": "membership.activated",
    "membership.went_invalid": "membership.deactivated",
    "resolution.created": "resolution_center_case.created",
    "resolution.updated": "resolution_center_case.updated",
    "resolution.decided": "resolution_center_case.decided",
}
"""Names that old webhooks still send."""


def flat(name: str) -> str:
    """The spelling in which `payment.failed`, `payment_failed` and `PAYMENT_FAILED` are one."""
    return name.lower().replace(".", "_")


def by_flat_name(names: Iterable[str]) -> dict[str, str]:
    """Dotted names by flat ones, for these names, the ones without effect and the aliases."""
    return {flat(name): name for name in (*NO_EFFECT, *names)} | {
        flat(old): new for old, new in ALIASES.items()
    }
