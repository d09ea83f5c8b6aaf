"""Whop's limits are kept by the minute and by the kind of call, and its wish to be left alone is granted."""

from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from app.services import Services
from app.whop.asking import UNTOLD_WAIT_S, wait_of
from app.whop.client import WhopClient
from app.whop.errors import WhopBusy
from tests.conftest import MakeSettings
from tests.support.json_peer import Reply
from tests.support.whop_api import ACCOUNT, API, KEY, WhopApi, a_payment
from tests.support.whop_objects import PAYMENT

READ = f"GET {API}/payments/{PAYMENT}"
DATE = "Thu, 26 Nov 2026 07:00:00 GMT"
UNIX = "1795676410"
"""Ten seconds after that date."""


def test_a_kind_of_call_over_its_limit_is_held_back_and_no_other(client: WhopClient, api: WhopApi) -> None:
    api.add(a_payment())
    api.busy.add(READ)
    with pytest.raises(WhopBusy) as refused:
        client.payment(PAYMENT)
    assert refused.value.after == 7
    api.busy.clear()
    with pytest.raises(WhopBusy) as held:
        client.payment(PAYMENT)
    assert 6 < held.value.after <= 7
    assert api.count("GET", f"{API}/payments/{PAYMENT}") == 1, "held back here, not at Whop"
    assert client.payments(ACCOUNT).rows


def test_no_more_calls_of_a_kind_begin_within_a_minute_than_whop_allows(api: WhopApi) -> None:
    api.add(a_payment())
    client = WhopClient(api.url, KEY, calls_a_minute=2)
    client.payment(PAYMENT)
    client.payment(PAYMENT)
    with pytest.raises(WhopBusy) as held:
        client.payment(PAYMENT)
    client.payments(ACCOUNT)
    client.close()
    assert 50 < held.value.after <= 60
    assert len(api.calls) == 3


def test_processes_that_share_a_key_have_its_parts(make_settings: MakeSettings, api: WhopApi) -> None:
    api.add(a_payment())
    services = Services.make(make_settings(WHOP_API_KEY=KEY, WHOP_API_URL=api.url, WORKER_PROCESSES="300"))
    assert services.whop is not None
    services.whop.payment(PAYMENT)
    services.whop.payment(PAYMENT)
    with pytest.raises(WhopBusy):
        services.whop.payment(PAYMENT)
    services.close()


def test_many_threads_keep_one_limit(api: WhopApi) -> None:
    api.add(a_payment())
    client = WhopClient(api.url, KEY, calls_a_minute=5)

    def ask(_: int) -> bool:
        try:
            return client.payment(PAYMENT).data["id"] == PAYMENT
        except WhopBusy:
            return False

    with ThreadPoolExecutor(12) as threads:
        served = sum(threads.map(ask, range(40)))
    client.close()
    assert (served, len(api.calls)) == (5, 5)


def test_a_refused_change_is_not_repeated(client: WhopClient, api: WhopApi) -> None:
    api.busy.add(f"POST {API}/payments/{PAYMENT}/retry")
    with pytest.raises(WhopBusy):
        client.retry(PAYMENT, key="k")
    assert (len(api.calls), api.charges) == (1, [])


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"Retry-After": "12"}, 12),
        ({"Retry-After-Ms": "1500", "Retry-After": "12"}, 1.5),
        ({"Retry-After": "Thu, 26 Nov 2026 07:00:30 GMT", "Date": DATE}, 30),
        ({"X-RateLimit-Reset": UNIX, "Date": DATE}, 10),
        ({"Retry-After": "5", "X-RateLimit-Reset": UNIX, "Date": DATE}, 5),
        ({"Retry-After": "999999999"}, 3600),
        ({}, UNTOLD_WAIT_S),
        ({"X-RateLimit-Reset": UNIX}, UNTOLD_WAIT_S),
        ({"X-RateLimit-Reset": "soon", "Date": DATE}, UNTOLD_WAIT_S),
        ({"Retry-After": "soon", "Date": "now"}, UNTOLD_WAIT_S),
        ({"Retry-After": "Thu, 26 Nov 2026 06:00:30 GMT", "Date": DATE}, UNTOLD_WAIT_S),
    ],
)
def test_the_wait_is_read_from_whatever_names_it(headers: dict[str, str], seconds: float) -> None:
    assert wait_of(httpx.Headers(headers)) == seconds


def test_a_wait_that_whop_names_is_the_callers(client: WhopClient, api: WhopApi) -> None:
    api.replies[READ] = Reply(429, None, {"X-RateLimit-Reset": UNIX, "Date": DATE})
    with pytest.raises(WhopBusy) as caught:
        client.payment(PAYMENT)
    assert caught.value.after == 10
