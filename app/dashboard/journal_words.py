"""What people did, as the beginning of a line of the log. Lazy message ids."""

from collections.abc import Iterator, Mapping
from typing import Any

from flask_babel import LazyString
from flask_babel import lazy_gettext as _

from app.cases.audit import Act

DEEDS: Mapping[str, LazyString] = {
    Act.CASE_HELD: _("paused a case"),
    Act.CASE_RESUMED: _("resumed a case"),
    Act.CASE_CLOSED_BY_MERCHANT: _("closed a case"),
    Act.CASE_PAID_ELSEWHERE: _("marked a case as paid elsewhere"),
    Act.SEND_ASKED_FOR: _("had the next message of a case sent"),
    Act.NOTE_ADDED: _("wrote a note on a case"),
    Act.RETRY_ASKED: _("had a payment charged again"),
    Act.CUSTOMER_EXCLUDED: _("excluded a customer from reminders"),
    Act.CUSTOMER_READMITTED: _("let reminders go to a customer again"),
    Act.CUSTOMER_EXPORTED: _("exported what is stored about a customer"),
    Act.CUSTOMER_ERASED: _("erased a customer's data"),
    Act.DATA_PRUNED: _("had old data forgotten"),
    Act.POLICY_CHANGED: _("changed a campaign"),
    Act.PROFILE_CHANGED: _("changed the settings"),
    Act.WHOP_WINDOW_CHANGED: _("changed what Whop does with unpaid memberships"),
    Act.WORDING_CHANGED: _("changed the text of a message"),
    Act.WORDING_RESET: _("took back the text of a message"),
    Act.EXPERIMENT_BEGUN: _("began a comparison of two texts"),
    Act.EXPERIMENT_ENDED: _("ended a comparison of two texts"),
    Act.TEST_MESSAGE_SENT: _("sent a test message"),
    Act.SIGNED_IN: _("signed in"),
    Act.SIGNED_OUT: _("signed out"),
    Act.SESSIONS_ENDED: _("signed out other browsers"),
    Act.API_ACCESS_GIVEN: _("made an API token"),
    Act.API_ACCESS_ENDED: _("revoked an API token"),
    Act.ENDPOINT_ADDED: _("added a webhook"),
    Act.ENDPOINT_CHANGED: _("changed a webhook"),
    Act.ENDPOINT_SWITCHED: _("switched a webhook on or off"),
    Act.ENDPOINT_ROTATED: _("made a new secret for a webhook"),
    Act.ENDPOINT_REMOVED: _("removed a webhook"),
    Act.ENDPOINT_TESTED: _("tested a webhook"),
    Act.ENDPOINT_RESENT: _("had a webhook send again"),
}


def deed(action: str) -> str:
    """A later release may have noted what this one has no words for."""
    return str(DEEDS.get(action, action.replace("_", " ")))


def details(detail: Mapping[str, Any]) -> Iterator[str]:
    """The codes and figures of a line, as they are stored; parts within parts are left out."""
    for name, value in detail.items():
        if isinstance(value, list) and all(isinstance(one, str | int) for one in value):
            yield f"{name}: {', '.join(map(str, value))}"
        elif isinstance(value, str | int):
            yield f"{name}: {str(value).lower() if isinstance(value, bool) else value}"
