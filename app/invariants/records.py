"""Rules about what is written down: one case a payment, one merchant a case, and figures that are its sum."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Select, exists, or_, select
from sqlalchemy.orm import aliased

from app.cases.tally_recount import differences
from app.invariants.looking import Found, Look, of
from app.models import (
    Alert,
    Case,
    Customer,
    Delivery,
    Endpoint,
    EndpointDelivery,
    Membership,
    MethodSwitch,
    Payment,
    Policy,
    Retry,
    Step,
)
from app.recovery.machine import CaseState

RUNNING = [state.value for state in CaseState if state.running]


def second_cases(look: Look) -> Iterator[Found]:
    again = aliased(Case)
    earlier = exists().where(again.payment_id == Case.payment_id, again.id < Case.id)
    yield from look.rows(_cases(look).where(earlier))


def half_closed_cases(look: Look) -> Iterator[Found]:
    running = select(*of(Case, Case.merchant_id)).where(Case.closed_at.is_(None))
    over = _cases(look).where(Case.closed_at.is_not(None), Case.state.in_(RUNNING))
    yield from look.rows(running.where(Case.state.not_in(RUNNING)), over)


def settled_cases_that_run(look: Look) -> Iterator[Found]:
    settled = or_(
        Payment.paid_at.is_not(None), Payment.voided_at.is_not(None), Payment.uncollectible_at.is_not(None)
    )
    wanted = select(*of(Case, Case.merchant_id)).join(Payment, Case.payment_id == Payment.id)
    yield from look.rows(wanted.where(Case.closed_at.is_(None), settled))


def torn_cases(look: Look) -> Iterator[Found]:
    """Rows that belong together and are of two merchants, two people or two cases."""
    leader = aliased(Case)
    yield from look.rows(
        _cases(look)
        .join(Customer, Case.customer_id == Customer.id)
        .join(Payment, Case.payment_id == Payment.id)
        .outerjoin(Policy, Case.policy_id == Policy.id)
        .outerjoin(leader, Case.leader_id == leader.id)
        .where(
            or_(
                Customer.merchant_id != Case.merchant_id,
                Payment.merchant_id != Case.merchant_id,
                Policy.merchant_id != Case.merchant_id,
                leader.merchant_id != Case.merchant_id,
                Payment.customer_id.is_distinct_from(Case.customer_id),
            )
        ),
        select(*of(Delivery, Case.merchant_id))
        .join(Case, Delivery.case_id == Case.id)
        .join(Step, Delivery.step_id == Step.id)
        .where(*look.sent(), Step.case_id != Delivery.case_id),
    )
    for table in (Retry, MethodSwitch):
        charges = select(*of(table, Case.merchant_id)).join(Case, table.case_id == Case.id)
        yield from look.rows(charges.where(*look.cases(), table.payment_id != Case.payment_id))
    alerts = select(*of(Alert, Alert.merchant_id)).join(Case, Alert.case_id == Case.id)
    yield from look.rows(alerts.where(*look.cases(), Alert.merchant_id != Case.merchant_id))
    if look.whole:
        yield from look.rows(*_torn_elsewhere())


def wrong_figures(look: Look) -> Iterator[Found]:
    for wrong in differences(look.session, since=look.since.date() if look.since else None):
        yield Found(wrong.line, wrong.key["merchant_id"])


def _cases(look: Look) -> Any:
    return select(*of(Case, Case.merchant_id)).where(*look.cases())


def _torn_elsewhere() -> Iterator[Select[*tuple[Any, ...]]]:
    """What no case leads to."""
    for table in (Payment, Membership):
        people = select(*of(table, table.merchant_id)).join(Customer, table.customer_id == Customer.id)
        yield people.where(Customer.merchant_id != table.merchant_id)
    sent = select(*of(EndpointDelivery, EndpointDelivery.merchant_id))
    yield sent.join(Endpoint).where(Endpoint.merchant_id != EndpointDelivery.merchant_id)
