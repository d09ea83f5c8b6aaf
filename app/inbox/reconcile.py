"""Compares each merchant with Whop's own records every quarter of an hour, for webhooks get lost.

The chore is short: it takes the merchants that have waited longest, a few questions each, and is back in some
seconds. Where it stopped is kept, so that it goes on there, in this worker or in another one.
"""

import time
from collections.abc import Callable
from datetime import timedelta

from sqlalchemy import insert, select, update

from app.clock import Clock
from app.db import Database
from app.inbox.comparing import Comparer, Phase, Place, Stepped, Turn
from app.inbox.hooks import Hooks
from app.inbox.looks import Look
from app.log import get_logger
from app.models import Comparison, Merchant
from app.services import Services
from app.whop.client import WhopClient
from app.whop.errors import (
    WhopAway,
    WhopBadRequest,
    WhopBusy,
    WhopError,
    WhopForbids,
    WhopNotFound,
    WhopRefuses,
    WhopSilent,
)

EVERY = timedelta(minutes=15)
LOOK_EVERY = timedelta(seconds=15)
"""How often the chore asks which merchants are due."""
RUN_SECONDS = 15.0
"""After this no question is begun: with the longest one, of eight seconds, it ends within the chore's lease."""
STEPS_A_TURN = 20
"""Then the next merchant has its turn, so that a large one does not keep the others waiting."""
NEW_AT_ONCE = 500
REST_AWAY = timedelta(minutes=1)
REST_REFUSED = timedelta(hours=1)
"""A key that may not read this account will hardly be allowed to in the next minute."""

log = get_logger(__name__)


class Reconciler:
    def __init__(
        self,
        database: Database,
        whop: WhopClient,
        *,
        clock: Clock,
        host: str,
        stopping: Callable[[], bool] = lambda: False,
    ) -> None:
        """`stopping`: the worker is asked to stop; no further question is begun."""
        self._database, self._clock, self._stopping = database, clock, stopping
        self._comparer = Comparer(database, whop, Hooks(database, whop, host=host))

    @classmethod
    def of(cls, services: Services, *, stopping: Callable[[], bool]) -> "Reconciler | None":
        """None where there is no key to ask with."""
        if services.whop is None:
            return None
        host = services.settings.app_host
        return cls(services.database, services.whop, clock=services.clock, host=host, stopping=stopping)

    def run(self) -> int:
        """Compare who is due; how many events were missing."""
        self._add_new_merchants()
        ends, missing = time.monotonic() + RUN_SECONDS, 0
        while (turn := self._next_turn()) is not None:
            for _ in range(STEPS_A_TURN):
                if time.monotonic() >= ends or self._stopping():
                    return missing
                try:
                    stepped = self._comparer.step(turn)
                except WhopError as error:
                    self._put_off(turn, error)
                    if isinstance(error, WhopBusy | WhopSilent) or type(error) is WhopRefuses:
                        return missing  # the next merchant would fare the same
                    break
                missing += stepped.missing
                self._keep(turn, stepped)
                if stepped.place is None:
                    break
                turn = Turn(turn.look, stepped.place, turn.began_at, turn.compared_until)
            else:
                self._let_others(turn)
        return missing

    def _add_new_merchants(self) -> None:
        wall = self._clock.wall()
        with self._database.reading() as session:
            known = select(Comparison.merchant_id)
            new = session.scalars(
                select(Merchant.id).where(Merchant.id.not_in(known)).limit(NEW_AT_ONCE)
            ).all()
        if new:
            rows = [{"merchant_id": one, "due_at": wall, "found": 0, "healed": 0} for one in new]
            with self._database.transaction() as session:
                session.execute(insert(Comparison), rows)

    def _next_turn(self) -> Turn | None:
        """The merchant that has waited longest, with its pass begun."""
        wall = self._clock.wall()
        with self._database.transaction() as session:
            row = session.scalars(
                select(Comparison)
                .where(Comparison.due_at <= wall)
                .order_by(Comparison.due_at, Comparison.began_at.is_not(None), Comparison.id)
                .limit(1)
                .with_for_update(skip_locked=True)
            ).one_or_none()
            if row is None:
                return None
            if row.began_at is None or row.phase is None:
                row.began_at, row.phase, row.cursor, row.found = wall, Phase.OPEN.value, None, 0
            biz_id = session.scalars(select(Merchant.biz_id).where(Merchant.id == row.merchant_id)).one()
            look = Look(row.merchant_id, biz_id, wall=wall, now=self._clock.now(), first=row.done_at is None)
            return Turn(look, Place(Phase(row.phase), row.cursor), row.began_at, row.compared_until)

    def _keep(self, turn: Turn, stepped: Stepped) -> None:
        """Where the pass is now. A worker that comes back late, after another one ended the pass, changes nothing."""
        place, wall = stepped.place, self._clock.wall()
        found = Comparison.found + stepped.missing
        values: dict[str, object] = {"trouble": None, "trouble_at": None}
        if place is None:
            values |= {"done_at": wall, "healed": found, "compared_until": turn.began_at, "found": 0}
            values |= {"began_at": None, "phase": None, "cursor": None, "due_at": wall + EVERY}
            log.info("reconcile.done", merchant_id=turn.look.merchant_id)
        else:
            values |= {"phase": place.phase.value, "cursor": place.cursor, "found": found}
        self._update(turn, values)

    def _put_off(self, turn: Turn, error: WhopError) -> None:
        trouble, rest = trouble_of(error)
        wall = self._clock.wall()
        values: dict[str, object] = {"trouble": trouble, "trouble_at": wall, "due_at": wall + rest}
        if isinstance(error, WhopBadRequest):  # perhaps a cursor that Whop does not know any more
            values |= {"began_at": None, "phase": None, "cursor": None}
        log.warning("reconcile.put_off", merchant_id=turn.look.merchant_id, reason=trouble, error=str(error))
        self._update(turn, values)

    def _let_others(self, turn: Turn) -> None:
        self._update(turn, {"due_at": self._clock.wall()})

    def _update(self, turn: Turn, values: dict[str, object]) -> None:
        mine = (Comparison.merchant_id == turn.look.merchant_id, Comparison.began_at == turn.began_at)
        with self._database.transaction() as session:
            session.execute(update(Comparison).where(*mine).values(**values))


def trouble_of(error: WhopError) -> tuple[str, timedelta]:
    """Our word for it, and how long to leave the merchant alone."""
    match error:
        case WhopBusy():
            return "busy", timedelta(seconds=error.after)
        case WhopForbids():
            return "forbidden", REST_REFUSED
        case WhopRefuses():
            return "refused", REST_REFUSED
        case WhopNotFound():
            return "not_found", REST_REFUSED
        case WhopAway():
            return "away", REST_AWAY
        case _:
            return "not_understood", EVERY
