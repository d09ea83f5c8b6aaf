"""Alerts through Apprise, to a JSON endpoint of our own. Without the extra these tests are skipped."""

from collections.abc import Callable, Iterator
from importlib.util import find_spec

import pytest

from notifiers.apprise import AppriseNotifier, AppriseSettings
from notifiers.base import Notifier, Recipient, Sent, Unknown
from tests.support.json_peer import Call, JsonPeer, Reply
from tests.support.messages import reminder

from .notifier_contract import NotifierContract

pytestmark = [
    pytest.mark.skipif(find_spec("apprise") is None, reason="the extra `apprise` is not installed"),
    # Its plug-ins read attributes that their own libraries are about to drop.
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
]


class Endpoint(JsonPeer):
    def answer(self, call: Call) -> Reply:
        return Reply(200, {})


@pytest.fixture
def endpoint() -> Iterator[Endpoint]:
    with Endpoint() as endpoint:
        yield endpoint


def notifier_of(*endpoints: Endpoint) -> AppriseNotifier:
    urls = ", ".join(one.url.replace("http://", "json://") for one in endpoints)
    return AppriseNotifier(AppriseSettings(urls=urls))  # type: ignore[arg-type]


class TestApprise(NotifierContract):
    @pytest.fixture
    def endpoint(self) -> Iterator[Endpoint]:
        with Endpoint() as endpoint:
            yield endpoint

    @pytest.fixture
    def notifier(self, endpoint: Endpoint) -> Notifier:
        return notifier_of(endpoint)

    @pytest.fixture
    def recipient(self) -> Recipient:
        return Recipient("")

    @pytest.fixture
    def seen(self, endpoint: Endpoint, notifier: Notifier) -> Callable[[], int]:
        return lambda: len(endpoint.calls)


def test_every_address_gets_the_message(endpoint: Endpoint) -> None:
    with Endpoint() as other:
        assert isinstance(notifier_of(endpoint, other).send(reminder(), Recipient("")), Sent)
        assert len(other.calls) == 1
    (call,) = endpoint.calls
    assert call.body["title"] == "Your payment for Options Lab Pro did not go through"
    assert "https://pay.example.com/r/k3JmX0vQe8w2TzLr5YbNf7" in call.body["message"]


@pytest.mark.parametrize(
    "reply", [Reply(500, {}), Reply(404, {}), Reply(302, b"", {"Location": "/inner"}), Reply(fault="cut")]
)
def test_a_failure_may_have_arrived_somewhere(endpoint: Endpoint, reply: Reply) -> None:
    endpoint.replies["POST /"] = reply
    assert notifier_of(endpoint).send(reminder(), Recipient("")) == Unknown("apprise_failed")
    assert len(endpoint.calls) == 1


@pytest.mark.parametrize("urls", ["", " , ", "nonsense", "json://127.0.0.1, pigeon://post"])
def test_addresses_that_apprise_does_not_know_are_refused(urls: str) -> None:
    with pytest.raises(ValueError, match="addresses that Apprise knows"):
        AppriseSettings(urls=urls)  # type: ignore[arg-type]
