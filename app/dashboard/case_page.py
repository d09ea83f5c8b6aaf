"""The page of one case: its standing, what can be done to it, its campaign, and its whole story."""

from collections.abc import Mapping

from flask import render_template

from app.cases.audit import Act
from app.cases.commands import for_anything
from app.cases.listing import amount_of_case
from app.cases.notes import LONGEST
from app.cases.other_card import undoing_of
from app.cases.queries import case_view
from app.cases.retrying import retry_budget
from app.cases.rules import Rules
from app.dashboard import measure_words, sentences
from app.dashboard.deeds import REFUSALS
from app.dashboard.desk import Desk
from app.dashboard.policy_words import why_matched
from app.dashboard.story import lines, whys
from app.recovery.money import Money
from app.recovery.switch import why_no_undo
from app.services import services


def case_page(desk: Desk, case_id: int, *, note: str = "", wrong: Mapping[str, str] | None = None) -> str:
    """`note`: what somebody has just written, and `wrong` what is wrong with it."""
    view = case_view(desk.session, desk.merchant, case_id)
    case = view.case
    amount = amount_of_case(case)
    hands_off = for_anything(case)
    budget = None
    if case.closed_at is None and hands_off is None:
        budget = retry_budget(desk.session, case, now=desk.now, rules=Rules.of(services().settings))
    rules = Rules.of(services().settings)
    # Without a change of the card there is nothing to ask.
    undoing = undoing_of(desk.session, case, now=desk.now, rules=rules) if case.switches else None
    chosen = any(entry.code == Act.POLICY_CHOSEN for entry in view.timeline.past)
    return render_template(
        "dashboard/case.html",
        view=view,
        case=case,
        amount=amount,
        taken_back=Money(amount.currency, case.taken_back_minor) if amount else None,
        planned=lines(view.timeline.planned, desk.show),
        past=lines(reversed(view.timeline.past), desk.show),
        hands_off=REFUSALS[hands_off] if hands_off else None,
        why_matched=why_matched(case.policy) if chosen else None,
        budget=budget,
        no_retry=" ".join(whys(budget.why.stored())) if budget and budget.why else None,
        may_undo=hands_off is None and undoing is not None and why_no_undo(undoing) is None,
        note=note,
        wrong=wrong or {},
        longest_note=LONGEST,
        show=desk.show,
        measured=measure_words,
        words=sentences,
    )
