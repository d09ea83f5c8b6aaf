"""A line to a peer that is cut after any number of bytes, either way: what is tried again has certainly not arrived.

Each peer stands behind a proxy. A clean call tells how many bytes it takes; then the line is cut at points all along.
"""

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

import pytest

from app.whop.client import WhopClient
from app.whop.errors import WhopError, WhopUnclear
from notifiers.base import Message, Notifier, Outcome, Recipient, Retry, Sent, Unknown
from notifiers.discord import DiscordNotifier, DiscordSettings
from notifiers.smtp import SmtpNotifier, SmtpSettings
from notifiers.telegram import TelegramNotifier, TelegramSettings
from tests.faults.figures import Figures
from tests.support import discord_server
from tests.support.discord_server import DiscordServer
from tests.support.fault_proxy import Fault, FaultProxy
from tests.support.messages import MEMBER, reminder
from tests.support.smtp_server import SmtpServer
from tests.support.telegram_server import telegram_server
from tests.support.whop_api import KEY, WhopApi, a_membership, a_payment

pytestmark = pytest.mark.timeout(900)

CUTS, APART = (100, 4) if "AUTOCHARGE_MANY" in os.environ else (4, 12)
"""Of one line, each way; and bytes between those close to its end."""


@dataclass(frozen=True)
class Channel:
    proxy: FaultProxy
    fresh: Callable[[], Notifier]
    recipient: Recipient
    taken: Callable[[], list[str]]
    """What the peer has, each message as text."""

    def send(self, message: Message, fault: Fault) -> Outcome:
        """On a new line, as after a rest."""
        self.proxy.fault = fault
        notifier = self.fresh()
        try:
            return notifier.send(message, self.recipient)
        finally:
            notifier.close()


@contextmanager
def email() -> Iterator[Channel]:
    with SmtpServer() as server, FaultProxy((server.host, server.port)) as proxy:
        settings = SmtpSettings(
            host=proxy.host, port=proxy.port, sender="billing@example.com", security="none", timeout=2
        )
        yield Channel(
            proxy, lambda: SmtpNotifier(settings), MEMBER,
            lambda: [one.raw.decode("latin-1") for one in list(server.messages)],
        )  # fmt: skip


@contextmanager
def telegram() -> Iterator[Channel]:
    with telegram_server() as fake, FaultProxy.before(fake.address) as proxy:
        settings = TelegramSettings(
            bot_token=fake.token,  # type: ignore[arg-type]
            api_url=proxy.url,
            messages_per_second=None,
            chat_seconds=None,
        )
        yield Channel(proxy, lambda: TelegramNotifier(settings), Recipient("4711", "Maria"), fake.texts)


@contextmanager
def discord() -> Iterator[Channel]:
    with DiscordServer() as server, FaultProxy.before(server.url) as proxy:
        settings = DiscordSettings(
            bot_token=discord_server.TOKEN,  # type: ignore[arg-type]
            api_url=f"{proxy.url}{discord_server.API}",
            requests_per_second=None,
        )
        yield Channel(
            proxy, lambda: DiscordNotifier(settings), Recipient(discord_server.ALICE, "Alice"),
            lambda: [str(one) for one in list(server.messages)],
        )  # fmt: skip


def places(length: int) -> list[int]:
    """All along the line, and often close to its end, where the peer has it and we are not told."""
    near_its_end = range(max(length - 48, 0), length, APART)
    return sorted({length * number // CUTS for number in range(CUTS)} | {*near_its_end, length - 1})


def faults(proxy: FaultProxy) -> list[Fault]:
    out, back = proxy.passed["out"], proxy.passed["back"]
    cuts = [Fault(cut_out=at) for at in places(out)] + [Fault(cut_back=at) for at in places(back)]
    return [*cuts, *(Fault(cut_back=at, reset=True) for at in (back // 2, back - 1))]


@pytest.mark.parametrize("channel", [email, telegram, discord])
def test_a_message_that_will_be_tried_again_has_not_arrived(
    channel: Callable[[], Iterator[Channel]], figures: Figures
) -> None:
    outcomes: dict[str, Outcome] = {}
    with ExitStack() as stack:
        line = stack.enter_context(channel())  # type: ignore[arg-type]
        assert isinstance(line.send(reminder(paragraphs=("the clean one",)), Fault()), Sent)
        for number, fault in enumerate(faults(line.proxy)):
            word = f"word{number}x"
            message = reminder(message_id=word, paragraphs=(word,))
            outcomes[word] = line.send(message, fault)
        line.proxy.fault = Fault()
        assert isinstance(line.send(reminder(paragraphs=("the last one",)), Fault()), Sent)
        taken = line.taken()
    copies = {word: sum(word in one for one in taken) for word in outcomes}
    again = [word for word, outcome in outcomes.items() if isinstance(outcome, Retry)]
    assert {word: copies[word] for word in again if copies[word]} == {}
    assert all(copies[word] == 1 for word, outcome in outcomes.items() if isinstance(outcome, Sent))
    assert max(copies.values()) == 1
    assert {type(outcome) for outcome in outcomes.values()} >= {Retry, Unknown}
    figures.add(
        cut_lines=len(outcomes), tried_again=len(again), of_these_arrived=0,
        unknown=sum(isinstance(outcome, Unknown) for outcome in outcomes.values()),
    )  # fmt: skip


def test_a_charge_that_is_told_as_not_made_was_not_made(figures: Figures) -> None:
    unclear = refused = 0
    with WhopApi() as api, FaultProxy.before(api.url) as proxy:

        def charge(number: int, fault: Fault) -> WhopError | None:
            api.add(a_payment(f"pay_{number}"), a_membership())
            proxy.fault = fault
            client = WhopClient(proxy.url, KEY)
            try:
                client.retry(f"pay_{number}", key=f"key_{number}")
            except WhopError as error:
                return error
            finally:
                client.close()
            return None

        assert charge(0, Fault()) is None
        for number, fault in enumerate(faults(proxy), start=1):
            told = charge(number, fault)
            made = sum(payment_id == f"pay_{number}" for payment_id, _ in api.charges)
            assert made <= 1
            if isinstance(told, WhopUnclear):
                unclear += 1
            elif told is not None:
                refused += 1
                assert made == 0, fault
            else:
                assert made == 1
    assert unclear > 0
    figures.add(cut_lines=number, charges_told_as_not_made=refused, unknown=unclear)
