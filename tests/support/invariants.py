"""The rules that must hold at the end of any story, asked of the records that it left."""

from app.claims import Times
from app.clock import SystemClock
from app.db import Database
from app.invariants.run import verdicts
from app.settings import Settings


def broken_rules(
    database: Database, settings: Settings, *, times: Times | None = None
) -> dict[str, tuple[str, ...]]:
    """By name, with some rows of each; also one that could not be looked at. `times`: default now."""
    at = SystemClock().wall()
    found = verdicts(database, settings, times=times or Times(now=at, wall=at), whole=True)
    return {
        verdict.rule.name: verdict.examples or (str(verdict.trouble),)
        for verdict in found
        if not verdict.holds
    }
