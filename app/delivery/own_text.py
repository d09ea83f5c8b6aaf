"""Which of the merchant's own texts a step is written with: the one in force, or the version of an experiment.

Writes down who got which version; decides nothing else.
"""

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from app.models import Case, Exposure, Step
from app.models.base import insert_once
from app.models.experiment import Experiment, running_experiment
from app.models.wording import EVERY_CHANNEL, wording_at, wording_in_force
from app.recovery.experiment import Side, side_of


def own_text_for(
    session: Session, case: Case, step: Step, *, language: str, now: datetime
) -> dict[str, Any] | None:
    """None: the default text."""
    experiment = running_experiment(
        session, case.merchant_id, key=step.wording_key, channel=step.channel, language=language
    )
    if experiment is not None and _takes_part(session, experiment, case, step):
        side = side_of(key=case.merchant.hash_key, experiment=experiment.id, customer=case.customer.identity)
        got = {"experiment_id": experiment.id, "case_id": case.id, "side": side.value, "at": now}
        insert_once(session, Exposure, ("experiment_id", "case_id"), got)
        number = experiment.number_a if side is Side.A else experiment.number_b
        return wording_at(
            session, case.merchant_id, key=experiment.key, channel=experiment.channel,
            language=experiment.language, number=number,
        )  # fmt: skip
    return wording_in_force(
        session,
        case.merchant_id,
        key=step.wording_key,
        channel=step.channel,
        language=language,
        number=step.wording_number,
    )


def _takes_part(session: Session, experiment: Experiment, case: Case, step: Step) -> bool:
    """Cases that ran before keep their texts, and so do channels that have one of their own."""
    if case.opened_at <= experiment.started_at:
        return False
    if experiment.channel != EVERY_CHANNEL:
        return True
    own = wording_at(
        session, case.merchant_id, key=step.wording_key, channel=step.channel,
        language=experiment.language, number=step.wording_number,
    )  # fmt: skip
    return own is None
