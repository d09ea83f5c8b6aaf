"""E-mail against a real server: what arrives, and how each refusal is read."""

from collections.abc import Callable, Iterator

import pytest

from notifiers.base import GiveUp, Notifier, Recipient, Retry, Sent
from notifiers.smtp import SmtpNotifier, SmtpSettings
from tests.support.messages import MEMBER, reminder
from tests.support.smtp_server import SmtpServer

from .notifier_contract import NotifierContract


class TestSmtp(NotifierContract):
    @pytest.fixture
    def server(self) -> Iterator[SmtpServer]:
        with SmtpServer() as server:
            yield server

    @pytest.fixture
    def notifier(self, server: SmtpServer) -> Iterator[SmtpNotifier]:
        notifier = SmtpNotifier(server.settings())
        yield notifier
        notifier.close()

    @pytest.fixture
    def recipient(self) -> Recipient:
        return MEMBER

    @pytest.fixture
    def seen(self, server: SmtpServer, notifier: Notifier) -> Callable[[], int]:
        return lambda: len(server.messages)


@pytest.fixture
def server() -> Iterator[SmtpServer]:
    with SmtpServer() as server:
        yield server


@pytest.fixture
def notifier(server: SmtpServer) -> Iterator[SmtpNotifier]:
    notifier = SmtpNotifier(server.settings())
    yield notifier
    notifier.close()


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_mail_goes_out_encrypted_and_signed_in(security: str) -> None:
    with SmtpServer(security=security, user="shop") as server:  # type: ignore[arg-type]
        notifier = SmtpNotifier(server.settings())
        assert notifier.check().ok
        assert isinstance(notifier.send(reminder(), MEMBER), Sent)
        notifier.close()
        assert (len(server.messages), server.sign_ins) == (1, 2)


def test_sends_share_one_connection(server: SmtpServer, notifier: SmtpNotifier) -> None:
    for _ in range(3):
        assert isinstance(notifier.send(reminder(), MEMBER), Sent)
    assert (len(server.messages), server.connections) == (3, 1)


def test_a_server_restart_between_sends_costs_no_message() -> None:
    with SmtpServer() as first:
        notifier = SmtpNotifier(first.settings())
        assert isinstance(notifier.send(reminder(), MEMBER), Sent)
    with SmtpServer(port=first.port) as second:
        assert isinstance(notifier.send(reminder(), MEMBER), Sent)
        notifier.close()
    assert (len(first.messages), len(second.messages)) == (1, 1)


@pytest.mark.parametrize(
    ("reply", "outcome"),
    [
        ("450 mailbox busy", Retry("smtp_450")),
        ("451 greylisted", Retry("smtp_451")),
        ("452 full", Retry("smtp_452")),
        ("421 closing", Retry("smtp_421")),
        ("550 no such user", GiveUp("smtp_550", suppress=True)),
        ("551 not here", GiveUp("smtp_551", suppress=True)),
        ("553 bad name", GiveUp("smtp_553", suppress=True)),
        ("554 5.1.1 unknown", GiveUp("smtp_554", suppress=True)),
        ("550 5.5.0 mailbox unavailable", GiveUp("smtp_550", suppress=True)),
        ("550 5.4.1 recipient address rejected", GiveUp("smtp_550", suppress=True)),
        ("554 5.2.1 this account is disabled", GiveUp("smtp_554", suppress=True)),
        ("552 too full", GiveUp("smtp_552")),
        ("550 5.2.2 mailbox full", GiveUp("smtp_550")),
        ("550 5.2.10 something new", GiveUp("smtp_550", suppress=True)),
        ("550 5.3.0 their own trouble", GiveUp("smtp_550")),
        ("554 no", GiveUp("smtp_554")),
        ("554 5.7.1 relay denied", GiveUp("smtp_554")),
        ("550 5.7.26 sender has no SPF", GiveUp("smtp_550")),
        ("553 5.1.8 bad sender", GiveUp("smtp_553")),
        ("530 5.7.0 sign in first", Retry("smtp_auth_refused", whole_channel=True)),
    ],
)
def test_a_refused_recipient(
    server: SmtpServer, notifier: SmtpNotifier, reply: str, outcome: Retry | GiveUp
) -> None:
    server.replies = {MEMBER.address: reply}
    assert notifier.send(reminder(), MEMBER) == outcome
    assert isinstance(notifier.send(reminder(), Recipient("other@example.com")), Sent)
    assert [message.recipients for message in server.messages] == [("other@example.com",)]


@pytest.mark.parametrize(
    ("reply", "outcome"),
    [
        ("451 try later", Retry("smtp_451")),
        ("421 closing", Retry("smtp_421")),
        ("550 5.1.1 no such user", GiveUp("smtp_550", suppress=True)),
        ("554 5.2.1 this account is disabled", GiveUp("smtp_554", suppress=True)),
        ("550 no spam please", GiveUp("smtp_550")),
        ("550 5.7.1 no spam please", GiveUp("smtp_550")),
        ("550 5.6.0 unreadable", GiveUp("smtp_550")),
        ("550 5.1.8 bad sender", GiveUp("smtp_550")),
        ("552 too big", GiveUp("smtp_552")),
        ("554 looks like spam", GiveUp("smtp_554")),
    ],
)
def test_a_refused_text(
    server: SmtpServer, notifier: SmtpNotifier, reply: str, outcome: Retry | GiveUp
) -> None:
    server.data_replies = {MEMBER.address: reply}
    assert notifier.send(reminder(), MEMBER) == outcome
    assert server.messages == []


@pytest.mark.parametrize(
    ("reply", "outcome"),
    [
        ("451 later", Retry("smtp_451")),
        ("530 sign in", Retry("smtp_auth_refused", whole_channel=True)),
        ("550 not you", GiveUp("smtp_550")),
        ("550 5.1.1 no such sender", GiveUp("smtp_550")),
        ("554 no", GiveUp("smtp_554")),
    ],
)
def test_a_refused_sender(
    server: SmtpServer, notifier: SmtpNotifier, reply: str, outcome: Retry | GiveUp
) -> None:
    server.mail_reply = reply
    assert notifier.send(reminder(), MEMBER) == outcome
    assert server.messages == []


def test_a_wrong_password_pauses_the_channel_and_says_what_to_mend() -> None:
    with SmtpServer(security="starttls", user="shop") as server:
        notifier = SmtpNotifier(server.settings(password="wrong"))
        assert notifier.send(reminder(), MEMBER) == Retry("smtp_auth_refused", whole_channel=True)
        assert (notifier.check().ok, "SMTP_PASS" in notifier.check().text) == (False, True)
        assert server.messages == []


def test_nothing_is_sent_in_clear_where_starttls_is_missing(server: SmtpServer) -> None:
    notifier = SmtpNotifier(server.settings(security="starttls", user="shop", password="right"))
    assert notifier.send(reminder(), MEMBER) == Retry("smtp_no_starttls", whole_channel=True)
    assert "STARTTLS" in notifier.check().text
    assert server.messages == []


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_a_certificate_of_another_host_is_refused(security: str) -> None:
    with SmtpServer(security=security, trusted=False) as server:  # type: ignore[arg-type]
        notifier = SmtpNotifier(server.settings())
        assert notifier.send(reminder(), MEMBER) == Retry("smtp_bad_certificate", whole_channel=True)
        assert "certificate" in notifier.check().text
        assert server.messages == []


def test_a_certificate_of_an_unknown_authority_is_refused() -> None:
    with SmtpServer(security="starttls") as server:
        notifier = SmtpNotifier(server.settings(tls_context=None))
        assert notifier.send(reminder(), MEMBER) == Retry("smtp_bad_certificate", whole_channel=True)
        assert server.messages == []


def test_no_server_at_all_pauses_the_channel(server: SmtpServer) -> None:
    closed = SmtpNotifier(server.settings(host="127.0.0.9"))
    assert closed.send(reminder(), MEMBER) == Retry("smtp_unreachable", whole_channel=True)
    nameless = SmtpNotifier(server.settings(host="no-such-host.invalid", security="starttls"))
    assert nameless.send(reminder(), MEMBER) == Retry("smtp_unreachable", whole_channel=True)
    assert "SMTP_HOST" in nameless.check().text


@pytest.mark.parametrize(
    "address",
    [
        "",
        "a@b.example, c@d.example",
        "a@b.example;c@d.example",
        "a@b@c.example",
        '"quoted local"@b.example',
        "Maria <a@b.example>",
        "<a@b.example>",
        "no-at.example",
        "@b.example",
        "a@",
        "a@[127.0.0.1]",
        "a@-b.example",
        "a@b..example",
        "a..b@c.example",
        "a@b.example\r\nRCPT TO:<c@d.example>",
        "a@b.example\n",
        "a\x00@b.example",
        " a@b.example",
        "мария@b.example",
        "a@" + "b" * 64 + ".example",
        "a" * 65 + "@b.example",
        "a@" + ".".join(["b" * 60] * 6),
    ],
)
def test_what_is_not_one_address_is_refused_without_a_connection(
    server: SmtpServer, notifier: SmtpNotifier, address: str
) -> None:
    assert notifier.send(reminder(), Recipient(address)) == GiveUp("bad_address")
    assert server.connections == 0


def test_an_international_domain_travels_in_ascii(server: SmtpServer, notifier: SmtpNotifier) -> None:
    assert isinstance(notifier.send(reminder(), Recipient("o'neil+x@bücher.example")), Sent)
    assert server.messages[0].recipients == ("o'neil+x@xn--bcher-kva.example",)


def test_a_line_that_starts_with_a_dot_arrives_as_it_was(server: SmtpServer, notifier: SmtpNotifier) -> None:
    assert isinstance(notifier.send(reminder(paragraphs=(".\n..\n.bye",)), MEMBER), Sent)
    assert b"\r\n.\r\n..\r\n.bye\r\n" in server.messages[0].raw


@pytest.mark.parametrize(
    "wrong",
    [
        {"security": "none", "host": "mail.example.com"},
        {"security": "none", "host": "10.0.0.1"},
        {"security": "ssl"},
        {"sender": "Shop <shop@example.com>"},
        {"host": ""},
        {"timeout": 0},
    ],
)
def test_settings_that_would_send_in_clear_or_not_at_all_are_refused(
    server: SmtpServer, wrong: dict[str, object]
) -> None:
    with pytest.raises(ValueError):
        server.settings(**wrong)


def test_the_password_is_not_in_the_settings_text(server: SmtpServer) -> None:
    settings = server.settings(user="shop", password="canary")
    assert isinstance(settings, SmtpSettings) and "canary" not in repr(settings)
