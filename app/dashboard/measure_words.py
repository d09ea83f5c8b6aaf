"""Texts around the numbers: what the second and the third one mean, and the names of the two groups.

The definitions repeat those of `app.recovery`, marked for translation; a test compares them.
"""

from collections.abc import Mapping

from flask_babel import LazyString
from flask_babel import lazy_gettext as _

from app.models.case import Arm

TOUCHED_DEFINITION = _(
    "Touched, then recovered = the recovered cases in which something of ours came shortly before the payment: "
    "a reminder, a visit to the fix page, or a charge of ours. That is no proof: the payment may have come anyway."
)

INCREMENTAL_DEFINITION = _(
    "Incremental = the share of people with our reminders who pay, minus the share of those left to Whop alone. "
    "Chance draws the groups, by person, before anything is decided. "
    "Each person counts once, in their group: with the first payment that fails after the draw, "
    "as paid if it comes within 14 days and is not taken back. "
    "Nobody is dropped: lost and voided cases count as not paid, young ones for the days that are over. "
    "All people drawn up to the end of the period are compared."
)

ARMS: Mapping[Arm, LazyString] = {
    Arm.TREATED: _("With our reminders"),
    Arm.CONTROL: _("Control group: left to Whop alone"),
}
