"""What goes wrong at Whop, by kind: who may ask again, with which key, and what nobody can know."""

import gzip
from collections.abc import Callable

import pytest

from app.whop.client import WhopClient
from app.whop.errors import (
    WhopAway,
    WhopBadRequest,
    WhopConflict,
    WhopError,
    WhopForbids,
    WhopNotFound,
    WhopRefuses,
    WhopSilent,
    WhopUnclear,
)
from tests.support.json_peer import Reply
from tests.support.whop_api import ACCOUNT, API, WhopApi, a_membership, a_payment
from tests.support.whop_objects import MEMBERSHIP, PAYMENT

READ = f"GET {API}/payments/{PAYMENT}"
RETRY = f"POST {API}/payments/{PAYMENT}/retry"
SWITCH = f"PATCH {API}/memberships/{MEMBERSHIP}"
CHANGES: dict[str, Callable[[WhopClient], object]] = {
    RETRY: lambda client: client.retry(PAYMENT, key="k"),
    SWITCH: lambda client: client.switch_method(MEMBERSHIP, "payt_1", key="k"),
}
BROKEN = (Reply(fault="cut"), Reply(fault="torn"), Reply(500), Reply(502), Reply(504))
PACKED = {"Content-Encoding": "gzip"}
UNREADABLE = (
    Reply(200, b"<html>"),
    Reply(200, b"[]"),
    Reply(200, b""),
    Reply(200, b"{}", PACKED),
    Reply(200, gzip.compress(b"{}")[:9], PACKED),
)


@pytest.fixture(autouse=True)
def a_failed_payment(api: WhopApi) -> None:
    api.add(a_payment(), a_membership())


@pytest.mark.parametrize("reply", BROKEN)
def test_a_read_that_broke_off_is_tried_once_more(client: WhopClient, api: WhopApi, reply: Reply) -> None:
    api.replies[READ] = [reply]
    assert client.payment(PAYMENT).data["id"] == PAYMENT
    assert len(api.calls) == 2


@pytest.mark.parametrize("reply", [*BROKEN, Reply(503), Reply(408)])
def test_a_whop_that_stays_away_is_asked_twice_at_most(
    client: WhopClient, api: WhopApi, reply: Reply
) -> None:
    api.replies[READ] = reply
    with pytest.raises(WhopSilent):
        client.payment(PAYMENT)
    assert len(api.calls) == (1 if reply.status == 408 else 2)


def test_a_whop_that_asks_for_time_is_not_asked_at_once(client: WhopClient, api: WhopApi) -> None:
    api.replies[READ] = Reply(503, None, {"Retry-After": "30"})
    with pytest.raises(WhopSilent):
        client.payment(PAYMENT)
    assert len(api.calls) == 1


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("reply", [*BROKEN, *UNREADABLE])
def test_a_change_without_a_whole_answer_is_unclear_and_not_repeated(
    client: WhopClient, api: WhopApi, change: str, reply: Reply
) -> None:
    api.replies[change] = reply
    with pytest.raises(WhopUnclear):
        CHANGES[change](client)
    assert len(api.calls) == 1


def test_after_a_lost_answer_the_same_key_charges_no_second_time(client: WhopClient, api: WhopApi) -> None:
    api.outcomes[PAYMENT] = "paid"
    client.retry(PAYMENT, key="k")
    api.replies[RETRY] = [Reply(fault="cut")]
    with pytest.raises(WhopUnclear):
        client.retry(PAYMENT, key="k")
    assert client.retry(PAYMENT, key="k").data["status"] == "paid"
    assert len(api.charges) == 1


def test_a_whop_that_never_ends_its_answer_is_left_in_time(api: WhopApi) -> None:
    client = WhopClient(api.url, "an-api-key-of-the-tests", seconds=1.0)
    api.replies = {READ: Reply(fault="silent"), RETRY: Reply(fault="silent"), SWITCH: Reply(fault="silent")}
    with pytest.raises(WhopSilent):
        client.payment(PAYMENT)
    for change in CHANGES.values():
        with pytest.raises(WhopUnclear):
            change(client)
    assert len(api.calls) == 3
    client.close()


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("reply", [Reply(503), Reply(408)])
def test_a_change_that_whop_did_not_take_on_is_certainly_not_made(
    client: WhopClient, api: WhopApi, change: str, reply: Reply
) -> None:
    api.replies[change] = reply
    with pytest.raises(WhopSilent):
        CHANGES[change](client)
    assert len(api.calls) == 1


def test_without_a_connection_nothing_is_unclear() -> None:
    client = WhopClient("http://127.0.0.1:9", "key")
    try:
        for ask in (*CHANGES.values(), lambda client: client.payment(PAYMENT)):
            with pytest.raises(WhopSilent):
                ask(client)
    finally:
        client.close()


@pytest.mark.parametrize("reply", [*UNREADABLE, Reply(302, None, {"Location": "https://elsewhere.example"})])
def test_an_answer_that_makes_no_sense_is_no_answer(client: WhopClient, api: WhopApi, reply: Reply) -> None:
    api.replies[READ] = reply
    with pytest.raises(WhopAway) as caught:
        client.payment(PAYMENT)
    assert not isinstance(caught.value, WhopSilent), "another question may fare better"


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, WhopBadRequest), (401, WhopRefuses), (402, WhopBadRequest), (403, WhopForbids),
        (404, WhopNotFound), (409, WhopConflict), (422, WhopBadRequest),
    ],
)  # fmt: skip
def test_each_refusal_has_its_kind_and_its_words(
    client: WhopClient, api: WhopApi, status: int, kind: type[WhopError]
) -> None:
    body = {"error": {"type": "invalid_request", "code": "not_retryable", "message": "Dana has\nleft."}}
    api.replies[RETRY] = Reply(status, body)
    with pytest.raises(kind) as caught:
        client.retry(PAYMENT, key="k")
    assert type(caught.value) is kind
    assert (caught.value.code, caught.value.said) == ("not_retryable", "Dana has left.")
    assert str(caught.value) == f"payments.retry answered {status}", "it may stand in a log"


@pytest.mark.parametrize("body", [b"<html>", {"error": "no"}, {"error": {"code": {}, "message": 7}}, None])
def test_a_refusal_needs_no_words(client: WhopClient, api: WhopApi, body: object) -> None:
    api.replies[RETRY] = Reply(409, body)
    with pytest.raises(WhopConflict) as caught:
        client.retry(PAYMENT, key="k")
    assert (caught.value.code, caught.value.said, caught.value.replayed) == (None, None, False)


def test_a_key_without_a_permission_is_another_thing_than_a_wrong_key(api: WhopApi) -> None:
    api.grants.clear()
    for key, kind in (("an-api-key-of-the-tests", WhopForbids), ("another", WhopRefuses)):
        client = WhopClient(api.url, key)
        with pytest.raises(WhopRefuses) as caught:
            client.payment(PAYMENT)
        assert type(caught.value) is kind
        client.close()


def test_a_refusal_is_repeated_for_its_key_until_another_is_used(client: WhopClient, api: WhopApi) -> None:
    api.outcomes[PAYMENT] = "refused"
    with pytest.raises(WhopConflict) as first:
        client.retry(PAYMENT, key="k")
    api.outcomes[PAYMENT] = "paid"
    with pytest.raises(WhopConflict) as second:
        client.retry(PAYMENT, key="k")
    assert (first.value.replayed, second.value.replayed) == (False, True)
    assert client.retry(PAYMENT, key="another").data["status"] == "paid"


def test_one_key_is_for_one_question(client: WhopClient, api: WhopApi) -> None:
    api.add(a_payment("pay_2"))
    client.retry(PAYMENT, key="k")
    with pytest.raises(WhopBadRequest):
        client.retry("pay_2", key="k")
    api.running.add("still")
    with pytest.raises(WhopConflict):
        client.retry("pay_2", key="still")
    assert [payment for payment, _ in api.charges] == [PAYMENT]


def test_a_cursor_that_leads_nowhere_ends_the_list(client: WhopClient, api: WhopApi) -> None:
    info = {"end_cursor": "same", "has_next_page": True}
    api.replies[f"GET {API}/payments"] = Reply(200, {"data": [{"id": "pay_1"}, 7], "page_info": info})
    assert client.payments(ACCOUNT).next == "same"
    page = client.payments(ACCOUNT, after="same")
    assert (page.next, page.rows) == (None, ({"id": "pay_1"},))


def test_a_short_list_without_an_end_is_left_some_time(client: WhopClient, api: WhopApi) -> None:
    pages = [{"data": [], "page_info": {"end_cursor": str(one), "has_next_page": True}} for one in range(99)]
    api.replies[f"GET {API}/webhooks"] = [Reply(200, page) for page in pages]
    assert client.webhooks(ACCOUNT) == ()
    assert len(api.calls) == 20
