"""What the page about Whop's own window says: the setting, what it means, and what is in the way.

Each kind of error of Whop's API has a sentence that says what to do about it.
"""

from collections.abc import Mapping

from flask_babel import LazyString
from flask_babel import lazy_gettext as _

from app.whop.answers import FailureBehavior
from app.whop.errors import (
    WhopBusy,
    WhopError,
    WhopForbids,
    WhopNotFound,
    WhopRefuses,
    WhopSilent,
    WhopUnclear,
)

NOW: Mapping[FailureBehavior, LazyString] = {
    FailureBehavior.CANCEL: _(
        "Set at Whop now: cancel. After its last retry, about five days after the failure, Whop cancels the "
        "membership, and nobody can pay that renewal any more."
    ),
    FailureBehavior.NONE: _(
        "Set at Whop now: keep. After its last retry Whop leaves the membership past due and bills it again each "
        "period, so the customer can still pay."
    ),
}

CHANGES: Mapping[FailureBehavior, LazyString] = {
    FailureBehavior.NONE: _("Keep unpaid memberships past due"),
    FailureBehavior.CANCEL: _("Let Whop cancel unpaid memberships"),
}
"""What the button that sets it says."""

NO_KEY = _(
    "This install has no key for Whop's API, so the setting cannot be read or changed here. Whoever runs the install "
    "sets WHOP_API_KEY and starts again."
)
NO_PERMISSION = _(
    "It cannot be changed here: the key in WHOP_API_KEY lacks the permission company:manage_checkout. Add it to the "
    "key in Whop's dashboard under Developer, or change the setting at Whop."
)
UNKNOWN = _("Whop names a setting that this release does not know. Look at it in Whop's dashboard.")

_TROUBLES: tuple[tuple[type[WhopError], LazyString], ...] = (
    (
        WhopForbids,
        _(
            "Whop does not let the key in WHOP_API_KEY see or change this: it lacks the permission "
            "company:manage_checkout for this account. Add it to the key in Whop's dashboard under Developer."
        ),
    ),
    (
        WhopRefuses,
        _("Whop does not accept the key in WHOP_API_KEY any more. Whoever runs the install sets a new one."),
    ),
    (
        WhopNotFound,
        _("Whop does not show this account to the key in WHOP_API_KEY: the key belongs to another account."),
    ),
    (
        WhopUnclear,
        _("Whop did not say whether it made the change. What stands below is what Whop says now."),
    ),
    (WhopBusy, _("Whop is asked too often at the moment. Nothing was changed; look again in a minute.")),
    (WhopSilent, _("Whop does not answer at the moment. Nothing was changed; look again in a few minutes.")),
)


def trouble(error: WhopError) -> LazyString:
    """The sentence for what went wrong. Names no word of Whop's that could be about a person."""
    for kind, sentence in _TROUBLES:
        if isinstance(error, kind):
            return sentence
    return _(
        "Whop's answer cannot be used (%(cause)s). Look at the setting in Whop's dashboard.", cause=str(error)
    )
