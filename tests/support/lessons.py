"""Lessons as the daily chore would have written them, for tests of what follows from them."""

from datetime import date

from sqlalchemy.orm import Session

from app.models import Learned, Merchant
from app.recovery.learning import ARMS, Decision


def lesson(
    session: Session, owner: Merchant, decision: Decision, *, day: date, resolved: int = 0, **used: float
) -> None:
    """`used`: probabilities by arm, an hour's written `at_18`; arms that are not named have none."""
    wanted = {name.removeprefix("at_"): probability for name, probability in used.items()}
    for arm in ARMS[decision]:
        session.add(
            Learned(
                merchant_id=owner.id, day=day, decision=decision.value, arm=arm, resolved=resolved,
                recovered=resolved // 2, cancelled=0, unsubscribed=0, complained=0, disputed=0,
                probability=wanted.get(arm, 0.0),
            )
        )  # fmt: skip
    session.flush()
