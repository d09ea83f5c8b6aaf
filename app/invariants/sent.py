"""Rules about what has reached people: messages, and charges of theirs that we asked for."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import ScalarSelect, and_, exists, func, or_, select
from sqlalchemy.orm import aliased

from app.cases.audit import Act
from app.invariants.looking import Found, Look, charges_of, of
from app.models import Audit, Case, Customer, Delivery, MethodSwitch, Retry, Step
from app.models.case import BACKFILL, Arm
from app.models.contact import REACHED
from app.models.method_switch import DONE
from app.models.retry import SPENT
from app.recovery import card_notice, switch, winback

AFTER_THE_END = (winback.KIND, card_notice.KIND)
"""Kinds of messages that are for cases which are over."""


def repeated_messages(look: Look) -> Iterator[Found]:
    again = aliased(Delivery)
    earlier = exists().where(
        again.step_id == Delivery.step_id, again.id < Delivery.id, again.outcome.in_(REACHED)
    )
    yield from look.rows(_messages(look).where(Delivery.outcome.in_(REACHED), earlier))


def repeated_charges(look: Look) -> Iterator[Found]:
    again = aliased(Retry)
    earlier = and_(
        again.payment_id == Retry.payment_id, again.id < Retry.id, again.state.in_(SPENT)
    )  # fmt: skip
    yield from look.rows(charges_of(look).where(Retry.state.in_(SPENT), exists().where(earlier)))
    other_card = (MethodSwitch.payment_id == Retry.payment_id, MethodSwitch.kind != switch.UNDO)
    yield from look.too_late(
        charges_of(look)
        .add_columns(MethodSwitch.started_at, Retry.started_at)
        .join(MethodSwitch, and_(*other_card, MethodSwitch.state.in_(DONE)))
        .where(Retry.state.in_(SPENT), MethodSwitch.started_at < Retry.started_at)
    )


def repeated_changes_of_card(look: Look) -> Iterator[Found]:
    again = aliased(MethodSwitch)
    done = (MethodSwitch.state.in_(DONE), MethodSwitch.kind != switch.UNDO)
    earlier = exists().where(
        again.payment_id == MethodSwitch.payment_id,
        again.id < MethodSwitch.id,
        again.state.in_(DONE),
        again.kind != switch.UNDO,
    )
    yield from look.rows(charges_of(look, MethodSwitch).where(*done, earlier))


def messages_after_the_end(look: Look) -> Iterator[Found]:
    yield from look.too_late(
        _messages(look)
        .add_columns(Case.closed_at, Delivery.started_at)
        .join(Step, Delivery.step_id == Step.id)
        .where(Case.closed_at < Delivery.started_at, Step.kind.not_in(AFTER_THE_END))
    )


def charges_after_the_end(look: Look) -> Iterator[Found]:
    for table in (Retry, MethodSwitch):
        yield from look.too_late(
            charges_of(look, table)
            .add_columns(Case.closed_at, table.started_at)
            .where(table.kind != switch.UNDO, Case.closed_at < table.started_at)
        )


def touched_although_left_alone(look: Look) -> Iterator[Found]:
    """A case may have followed its person into the control group; what came before that was right."""
    alone = or_(Case.arm == Arm.CONTROL.value, Case.origin == BACKFILL)
    since = _newest(Act.ARM_FOLLOWED)
    messages = _messages(look).add_columns(since, Delivery.started_at)
    yield from look.too_late(messages.where(alone))
    for table in (Retry, MethodSwitch):
        charges = charges_of(look, table).add_columns(since, table.started_at)
        asked = (table.started_at.is_not(None), table.kind != switch.UNDO)
        yield from look.too_late(charges.where(alone, *asked))


def messages_to_the_gone(look: Look) -> Iterator[Found]:
    """After somebody was erased; or excluded, with this very case, and not admitted again."""
    messages = _messages(look).join(Customer, Case.customer_id == Customer.id)
    at = Delivery.started_at
    yield from look.too_late(
        messages.add_columns(Customer.erased_at, at).where(Customer.erased_at < at)
    )  # fmt: skip
    excluded, readmitted = _newest(Act.CUSTOMER_EXCLUDED), _newest(Act.CUSTOMER_READMITTED)
    still = (Customer.excluded_at.is_not(None), excluded < at, func.coalesce(readmitted < excluded, True))
    yield from look.too_late(messages.add_columns(excluded, at).where(*still))


def _messages(look: Look) -> Any:
    return select(*of(Delivery, Case.merchant_id)).join(Case, Delivery.case_id == Case.id).where(*look.sent())


def _newest(act: Act) -> ScalarSelect[Any]:
    """When the case's own story last told of it."""
    return (
        select(func.max(Audit.at))
        .where(Audit.case_id == Case.id, Audit.action == act.value)
        .scalar_subquery()
    )
