"""What is due is found by an index of what waits: the rows that are over, however many, are not read."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import event, text

from app.claims import JobRow, Times, claim_due
from app.db import Database
from app.models import AlertDelivery, InboxRow, Retry, Step

NOW = datetime(2026, 11, 20, 9, tzinfo=UTC)
WAITING: list[tuple[JobRow, str, str]] = [
    (Step, "planned", "ix_step_due"),
    (Retry, "planned", "ix_retry_due"),
    (AlertDelivery, "planned", "ix_alert_delivery_due"),
    (InboxRow, "waiting", "ix_inbox_due"),
]


@pytest.mark.parametrize(("row", "waiting", "index"), WAITING)
def test_due_work_is_found_by_the_index_of_what_waits(
    database: Database, row: JobRow, waiting: str, index: str
) -> None:
    asked: list[tuple[str, Any]] = []

    def note(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        if statement.startswith("WITH due"):
            asked.append((statement, parameters))

    event.listen(database.engine, "before_cursor_execute", note)
    with database.transaction() as session:
        claim_due(session, row, waiting=waiting, times=Times(NOW, NOW), lease=timedelta(minutes=1), limit=8)
        if not database.sqlite:  # a table of a few rows is read as a whole, which says nothing of a large one
            session.execute(text("SET LOCAL enable_seqscan = off"))
        ((statement, parameters),) = asked
        explain = "EXPLAIN QUERY PLAN " if database.sqlite else "EXPLAIN "
        found = session.connection().exec_driver_sql(explain + statement, parameters)
        plan = " ".join(str(line) for line in found)
    event.remove(database.engine, "before_cursor_execute", note)
    assert index in plan, plan
