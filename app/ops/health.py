"""Says that this process answers, and whether the install does its work: for load balancers and watchdogs."""

from datetime import timedelta

from flask import Blueprint, Response, jsonify
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from app.db import Database
from app.ops import vitals
from app.presence import within
from app.security.access import Who, access
from app.services import services

WORKER_SILENT = timedelta(seconds=60)
"""A worker runs chores every few seconds; after this long without one nobody works."""
INBOX_BEHIND = timedelta(minutes=2)
ANSWER_SECONDS = 1.5
"""What the database may take: those who ask give up soon."""
OK = "ok"

blueprint = Blueprint("health", __name__)


@blueprint.get("/healthz")
@access(who=Who.ANYONE, csrf=False, rate=None)
def healthz() -> Response:
    """Touches nothing else, so it is true even when the database is away."""
    return jsonify(status=OK, timestamp=services().clock.wall().isoformat())


@blueprint.get("/api/health")
@access(who=Who.ANYONE, csrf=False, rate=None)
def api_health() -> Response:
    return healthz()


@blueprint.get("/readyz")
@access(who=Who.ANYONE, csrf=False, rate=None)
def readyz() -> ResponseReturnValue:
    database = services().database
    try:
        with within(ANSWER_SECONDS), database.reading() as read:
            checks = {"database": _database(database, read), "worker": _worker(read), "inbox": _inbox(read)}
    except SQLAlchemyError:
        checks = {"database": "away", "worker": "unknown", "inbox": "unknown"}
    ready = all(state == OK for state in checks.values())
    return jsonify(status=OK if ready else "not_ready", checks=checks), 200 if ready else 503


def _database(database: Database, read: Session) -> str:
    if database.read_only(read):
        return "read_only"
    return "refusing" if database.refusing() else OK


def _worker(read: Session) -> str:
    newest = vitals.worker_seen_at(read)
    return OK if newest and services().clock.wall() - newest < WORKER_SILENT else "silent"


def _inbox(read: Session) -> str:
    oldest = vitals.oldest_event(read)
    return OK if oldest is None or services().clock.now() - oldest < INBOX_BEHIND else "behind"
