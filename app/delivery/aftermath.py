"""How a step goes on after a send: it has ended, or when it is tried again. Columns as values; it writes nothing."""

import random
from datetime import timedelta

from app.claims import Times, backoff
from app.delivery.outcomes import rest
from app.recovery.reasons import Reason, Why
from notifiers.base import GiveUp, Outcome, Retry, Sent, Unknown

MOST_TRIES = 5


def after_send(outcome: Outcome, *, tries: int, times: Times) -> dict[str, object]:
    """`tries`: how often a peer has put it off before."""
    match outcome:
        case Sent():
            return _ended("sent", Reason(Why.PEER_TOOK_IT), times)
        case Unknown(reason=reason):
            return _ended("unknown", Reason(Why.PEER_UNCLEAR, {"cause": reason}), times)
        case GiveUp(reason=reason):
            return _ended("gave_up", Reason(Why.PEER_REFUSED, {"cause": reason}), times)
        case Retry(reason=reason, busy=True):
            return put_off(rest(outcome), Reason(Why.PUT_OFF, {"cause": reason}), times)
        case Retry(reason=reason) if tries + 1 >= MOST_TRIES:
            return _ended("dead", Reason(Why.OUT_OF_TRIES, {"cause": reason}), times) | {"tries": tries + 1}
        case Retry(reason=reason, after=after):
            why = Reason(Why.PUT_OFF, {"cause": reason, "tries": tries + 1})
            pause = backoff(tries + 1, share=random.random(), wish=after)  # noqa: S311  a spread
            return put_off(pause, why, times) | {"tries": tries + 1}


def put_off(pause: timedelta, why: Reason, times: Times) -> dict[str, object]:
    return {"state": "planned", "due_at": times.now + pause, "outcome_why": why.stored()}


def _ended(state: str, why: Reason, times: Times) -> dict[str, object]:
    return {"state": state, "outcome_why": why.stored(), "ended_at": times.now}
