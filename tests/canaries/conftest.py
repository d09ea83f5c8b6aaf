"""Two databases for real processes, reached by a marked password."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support import canaries, postgres


@pytest.fixture
def dsn(request: pytest.FixtureRequest, postgres_server: str, tmp_path: Path) -> Iterator[str]:
    """The address of an empty database; `request.param` is its kind."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'canaries.db'}"
        return
    with postgres.fresh_database(postgres.make_url(postgres_server)) as url:
        marked = url.set(drivername="postgresql", password=canaries.secret("database"))
        yield marked.render_as_string(hide_password=False)
