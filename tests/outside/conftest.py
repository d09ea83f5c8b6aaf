"""One install for all: https outside, one trusted proxy, one web process so that its counts are exact."""

from collections.abc import Callable, Iterator

import pytest

from tests.support.production import Install, installed
from tests.support.visitor import OUTSIDE, Visitor

OUTSIDE_ENV = {"APP_HOST": OUTSIDE, "WEB_WORKERS": "1"}


@pytest.fixture(scope="session")
def install(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Install]:
    with installed(tmp_path_factory.mktemp("outside") / "instance", cases=24, **OUTSIDE_ENV) as running:
        yield running


@pytest.fixture
def visitor(install: Install) -> Iterator[Visitor]:
    with Visitor(install.address) as somebody:
        yield somebody


@pytest.fixture
def merchant(install: Install) -> Iterator[Visitor]:
    """Signed in, as the owner of the merchant with the cases."""
    with Visitor(install.address) as somebody:
        yield somebody.sign_in()


@pytest.fixture
def another(install: Install) -> Iterator[Callable[..., Visitor]]:
    """Makes more people."""
    made: list[Visitor] = []

    def make(**options: str) -> Visitor:
        made.append(Visitor(install.address, **options))
        return made[-1]

    yield make
    for one in made:
        one.__exit__()
