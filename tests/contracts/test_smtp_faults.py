"""E-mail against servers that misbehave: which side of the final dot decides what may be repeated."""

import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from notifiers.base import Retry, Sent, Unknown
from notifiers.smtp import SmtpNotifier, SmtpSettings
from notifiers.smtp_dialogue import hand_over, name_mailboxes
from notifiers.smtp_line import SmtpLine
from tests.support.certificates import client_context
from tests.support.messages import MEMBER, reminder
from tests.support.smtp_peer import PeerLine, SmtpPeer

DOT = b"\r\n.\r\n"


def settings_of(peer: SmtpPeer, **changes: Any) -> SmtpSettings:
    fitting: dict[str, Any] = {"host": peer.host, "port": peer.port, "sender": "billing@example.com"}
    return SmtpSettings(**(fitting | {"security": "none", "timeout": 5} | changes))


def take_text(line: PeerLine) -> None:
    line.take_envelope()
    line.say(b"354 go on\r\n")
    line.hear(DOT)


def garbage_banner(line: PeerLine) -> None:
    line.say(b"SSH-2.0-OpenSSH_9.6\r\n")


def endless_banner_line(line: PeerLine) -> None:
    line.say(b"220 " + b"x" * 100_000 + b"\r\n")


def endless_reply_lines(line: PeerLine) -> None:
    line.say(b"220-hello\r\n" * 10_000)


def silent_hang_up(line: PeerLine) -> None:
    return


def closed_for_today(line: PeerLine) -> None:
    line.say(b"421 closed\r\n")


def never_for_you(line: PeerLine) -> None:
    line.say(b"554 no service\r\n")


@pytest.mark.parametrize(
    ("script", "reason"),
    [
        (garbage_banner, "smtp_garbage"),
        (endless_banner_line, "smtp_garbage"),
        (endless_reply_lines, "smtp_garbage"),
        (silent_hang_up, "smtp_hung_up"),
        (closed_for_today, "smtp_421"),
        (never_for_you, "smtp_554"),
    ],
)
def test_a_server_that_cannot_greet_pauses_the_channel(
    script: Callable[[PeerLine], None], reason: str
) -> None:
    with SmtpPeer(script) as peer:
        notifier = SmtpNotifier(settings_of(peer))
        assert notifier.send(reminder(), MEMBER) == Retry(reason, whole_channel=True)
        assert peer.connections == 1
        assert not notifier.check().ok


def test_a_line_of_100_kb_after_rcpt_pauses_the_channel() -> None:
    def script(line: PeerLine) -> None:
        line.say(b"220 peer\r\n")
        while not line.hear().startswith(b"RCPT"):
            line.say(b"250 OK\r\n")
        line.say(b"250 " + b"x" * 100_000 + b"\r\n")

    with SmtpPeer(script) as peer:
        assert SmtpNotifier(settings_of(peer)).send(reminder(), MEMBER) == Retry(
            "smtp_garbage", whole_channel=True
        )


def tarpit_banner(line: PeerLine) -> None:
    line.trickle(b"220 " + b"x" * 4000, pause=0.02)


def tarpit_envelope(line: PeerLine) -> None:
    line.say(b"220 peer\r\n")
    while line.hear():
        line.trickle(b"250-slow\r\n" * 20 + b"250 OK\r\n", pause=0.02)


@pytest.mark.parametrize("script", [tarpit_banner, tarpit_envelope])
def test_a_tarpit_cannot_hold_a_send_beyond_its_limit(script: Callable[[PeerLine], None]) -> None:
    with SmtpPeer(script) as peer:
        notifier = SmtpNotifier(settings_of(peer))
        notifier.send_timeout = timedelta(seconds=0.5)
        assert notifier.send(reminder(), MEMBER) == Retry("smtp_timeout", whole_channel=True)


def test_a_tarpit_after_the_dot_is_unknown_within_the_limit() -> None:
    def script(line: PeerLine) -> None:
        take_text(line)
        line.trickle(b"250 " + b"x" * 100 + b"\r\n", pause=0.02)  # taken after two seconds, had one waited

    with SmtpPeer(script) as peer:
        notifier = SmtpNotifier(settings_of(peer))
        notifier.send_timeout = timedelta(seconds=0.7)
        assert notifier.send(reminder(), MEMBER) == Unknown("smtp_timeout")


def test_a_slow_verdict_is_awaited_beyond_the_time_of_one_step() -> None:
    def script(line: PeerLine) -> None:
        take_text(line)
        line.trickle(b"250 taken\r\n", pause=0.05)
        line.hear()

    with SmtpPeer(script) as peer:
        notifier = SmtpNotifier(settings_of(peer, timeout=0.3))
        assert isinstance(notifier.send(reminder(), MEMBER), Sent)
        notifier.close()


def test_cut_in_data_is_certainly_not_delivered() -> None:
    def script(line: PeerLine) -> None:
        line.take_envelope()
        line.say(b"354 go on\r\n")
        line.hear(b"\r\n")

    with SmtpPeer(script) as peer:
        line = SmtpLine(settings_of(peer), ends_at=time.monotonic() + 10)
        assert name_mailboxes(line, sender="a@example.com", recipient="b@example.com") is None
        # More than any socket buffer holds, so that the cut falls before the dot on every machine.
        assert hand_over(line, b"text\r\n" * 3_000_000) == Retry("smtp_hung_up")
        line.close()


def test_a_peer_that_hangs_up_on_a_short_text_is_heard_before_the_dot() -> None:
    def script(line: PeerLine) -> None:
        line.take_envelope()
        line.say_and_hang_up(b"354 go on\r\n")

    with SmtpPeer(script) as peer:
        assert SmtpNotifier(settings_of(peer)).send(reminder(), MEMBER) == Retry("smtp_hung_up")
        assert peer.connections == 1


def test_a_refusal_before_the_dot_counts_as_one() -> None:
    def script(line: PeerLine) -> None:
        line.take_envelope()
        line.say(b"354 go on\r\n452 no room after all\r\n")
        line.hear()

    with SmtpPeer(script) as peer:
        assert SmtpNotifier(settings_of(peer)).send(reminder(), MEMBER) == Retry("smtp_452")


@pytest.mark.parametrize("last_words", [b"", b"25", b"what?\r\n", b"199 hm\r\n", b"354 go on\r\n"])
def test_a_cut_or_nonsense_after_the_dot_is_unknown_and_never_repeated(last_words: bytes) -> None:
    def script(line: PeerLine) -> None:
        take_text(line)
        line.say(last_words)

    with SmtpPeer(script) as peer:
        outcome = SmtpNotifier(settings_of(peer)).send(reminder(), MEMBER)
        assert outcome == Unknown("smtp_hung_up" if len(last_words) < 3 else "smtp_garbage")
        assert peer.connections == 1


def test_a_cut_in_the_envelope_of_a_new_connection_is_not_tried_twice() -> None:
    def script(line: PeerLine) -> None:
        line.say(b"220 peer\r\n")
        while not line.hear().startswith(b"MAIL"):
            line.say(b"250 OK\r\n")

    with SmtpPeer(script) as peer:
        assert SmtpNotifier(settings_of(peer)).send(reminder(), MEMBER) == Retry("smtp_hung_up")
        assert peer.connections == 1


@pytest.mark.parametrize("parting", [b"", b"421 idle too long\r\n"])
def test_a_kept_connection_that_dies_at_mail_is_replaced_once(parting: bytes) -> None:
    texts = 0

    def script(line: PeerLine) -> None:
        nonlocal texts
        take_text(line)
        texts += 1
        line.say(b"250 taken\r\n")
        if line.hear().startswith(b"MAIL"):
            line.say(parting)

    with SmtpPeer(script) as peer:
        notifier = SmtpNotifier(settings_of(peer))
        assert isinstance(notifier.send(reminder(), MEMBER), Sent)
        assert isinstance(notifier.send(reminder(), MEMBER), Sent)
        notifier.close()
        assert (peer.connections, texts) == (2, 2)


def test_what_was_slipped_in_before_tls_is_not_believed() -> None:
    heard: list[bytes] = []

    def script(line: PeerLine) -> None:
        line.say(b"220 peer\r\n")
        line.hear()
        line.say(b"250-peer\r\n250 STARTTLS\r\n")
        line.hear()
        line.say(b"220 go on\r\n250 forged\r\n250 forged\r\n")
        line.encrypt()
        for reply in (b"250 peer\r\n", b"451 later\r\n", b"221 bye\r\n"):
            heard.append(line.hear()[:4])
            line.say(reply)

    with SmtpPeer(script) as peer:
        settings = settings_of(peer, security="starttls", tls_context=client_context())
        assert SmtpNotifier(settings).send(reminder(), MEMBER) == Retry("smtp_451")
    assert heard == [b"ehlo", b"MAIL", b"QUIT"]


def test_reasons_never_hold_the_servers_words() -> None:
    def script(line: PeerLine) -> None:
        line.say(b"220 peer\r\n")
        while not line.hear().startswith(b"RCPT"):
            line.say(b"250 OK\r\n")
        line.say(b"450 maria@example.com is busy\r\n")
        line.hear()

    with SmtpPeer(script) as peer:
        outcome = SmtpNotifier(settings_of(peer)).send(reminder(), MEMBER)
        assert outcome == Retry("smtp_450") and "maria" not in repr(outcome)
