from collections.abc import Iterator

import pytest

from app.whop.client import WhopClient
from tests.support.whop_api import KEY, WhopApi


@pytest.fixture
def api() -> Iterator[WhopApi]:
    with WhopApi() as peer:
        yield peer


@pytest.fixture
def client(api: WhopApi) -> Iterator[WhopClient]:
    made = WhopClient(api.url, KEY)
    yield made
    made.close()
