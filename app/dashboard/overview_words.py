"""Texts of the overview: how much time is left, and what the messages' figures mean."""

from flask_babel import lazy_gettext as _

LEFT = (
    _("None: Whop's five days are over"),
    _("Up to a day"),
    _("One to three days"),
    _("More than three days"),
)
"""In the order of `app.cases.at_risk.LEFT`."""

LEFT_DEFINITION = _(
    "Whop tries for five days after the first failure; then the membership usually ends. All cases in progress "
    "are here, whenever they began. A payment that comes later still counts."
)
RECOVERED_AFTER = _(
    "Recovered after = payments whose last message was this one, at most a few days before. That is no proof that "
    "it was the cause."
)
COHORTS_DEFINITION = _(
    "Of the cases of each week, the share that had been paid so many days after the first failure. A dash: these "
    "days are not over for all of them."
)
