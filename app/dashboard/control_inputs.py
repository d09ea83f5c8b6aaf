"""The control group as the settings page shows it: what the form says, checked, and what a share costs in time."""

from collections.abc import Mapping
from dataclasses import dataclass

from flask_babel import gettext as _

from app.cases.profile import ControlGroup, failures_a_month
from app.dashboard.desk import Desk
from app.errors import InvalidInput
from app.recovery.control import LAUNCH_SHARE, MOST_SHARE
from app.recovery.power import cases_needed, months_needed
from app.services import services

MOST_LAUNCH = 10_000
SUGGESTED_LAUNCH = 800
"""Enough, half and half, to see ten points more."""
UPLIFTS = (0.05, 0.10, 0.20)
SHARES = (0.10, 0.20, LAUNCH_SHARE)


@dataclass(frozen=True, slots=True)
class Wait:
    """What it takes to see one difference with one share."""

    cases: int
    months: int | None
    """None: nothing has failed yet, so nobody can say."""


@dataclass(frozen=True, slots=True)
class ControlPart:
    """What the settings page shows of the control group."""

    given: Mapping[str, str]
    launch_drawn: int
    usual: int
    """Percent that counts where the merchant has chosen none."""
    monthly: int
    waits: Mapping[int, Mapping[int, Wait]]
    """By points of difference, then by percent of the control group."""
    suggested: int = SUGGESTED_LAUNCH
    most: int = round(MOST_SHARE * 100)
    most_launch: int = MOST_LAUNCH


def control_group_of(form: Mapping[str, str]) -> ControlGroup:
    """Raises `InvalidInput` naming every field that cannot be used. An empty share means: the install's."""
    share, launch = form.get("control_percent", "").strip(), form.get("launch_cases", "").strip() or "0"
    most, wrong = round(MOST_SHARE * 100), {}
    if share and not _whole(share, most):
        wrong["control_percent"] = _("Write a whole number from 0 to %(most)s.", most=most)
    if not _whole(launch, MOST_LAUNCH):
        wrong["launch_cases"] = _("Write a whole number from 0 to %(most)s.", most=MOST_LAUNCH)
    if wrong:
        raise InvalidInput(wrong)
    return ControlGroup(control_share=int(share) / 100 if share else None, launch_cases=int(launch))


def control_part(desk: Desk, given: Mapping[str, str] | None) -> ControlPart:
    merchant, monthly = desk.merchant, failures_a_month(desk.session, desk.merchant, now=desk.now)
    return ControlPart(
        given=given or form_of(ControlGroup.of(merchant)),
        launch_drawn=min(merchant.launch_drawn, merchant.launch_cases),
        usual=round(services().settings.control_share * 100),
        monthly=round(monthly),
        waits={
            round(uplift * 100): {round(share * 100): _wait(uplift, share, monthly) for share in SHARES}
            for uplift in UPLIFTS
        },
    )


def _wait(uplift: float, share: float, monthly: float) -> Wait:
    cases = cases_needed(uplift=uplift, share=share)
    assert cases is not None
    return Wait(cases, months_needed(cases=cases, monthly=monthly))


def form_of(stored: ControlGroup) -> dict[str, str]:
    share = stored.control_share
    return {
        "control_percent": "" if share is None else str(round(share * 100)),
        "launch_cases": str(stored.launch_cases),
    }


def _whole(text: str, most: int) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= 6 and int(text) <= most
