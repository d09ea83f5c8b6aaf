"""What the pages of customers say of codes that stand nowhere else: filters, membership states, closed addresses."""

from collections.abc import Mapping

from flask_babel import LazyString, gettext
from flask_babel import lazy_gettext as _

from app.cases.customers import Shown
from app.recovery.facts import MembershipStatus

MEMBERSHIPS: Mapping[MembershipStatus, LazyString] = {
    MembershipStatus.TRIALING: _("Trial"),
    MembershipStatus.ACTIVE: _("Active"),
    MembershipStatus.PAST_DUE: _("Past due"),
    MembershipStatus.COMPLETED: _("Completed"),
    MembershipStatus.CANCELED: _("Cancelled"),
    MembershipStatus.EXPIRED: _("Expired"),
    MembershipStatus.UNRESOLVED: _("Unresolved"),
    MembershipStatus.DRAFTED: _("Draft"),
    MembershipStatus.CANCELING: _("Ends with the paid period"),
    MembershipStatus.PAUSED: _("Paused"),
    MembershipStatus.UNKNOWN: _("Unknown"),
}


def shows() -> Mapping[Shown, str]:
    """The filter's values, in the order of the page."""
    return {
        Shown.IN_PROGRESS: gettext("With a case in progress"),
        Shown.LINKED: gettext("With a linked account"),
        Shown.NO_CONTACT: gettext("Not to be written to"),
        Shown.EXCLUDED: gettext("Left alone by you"),
    }


def membership(status: str) -> str:
    return str(MEMBERSHIPS[MembershipStatus(status)]) if status in list(MembershipStatus) else status


def closed_address(reason: str) -> str:
    """Why nothing may go to an address."""
    if reason == "opted_out":
        return str(gettext("stopped by the customer"))
    return str(gettext("closed by the receiving side: %(code)s", code=reason))
