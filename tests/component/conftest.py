"""Log lines are kept and not printed: a traceback with colours costs more than the test around it."""

from collections.abc import Iterator

import pytest
from structlog.testing import capture_logs
from structlog.typing import EventDict


@pytest.fixture(autouse=True)
def logged() -> Iterator[list[EventDict]]:
    with capture_logs() as lines:
        yield lines
