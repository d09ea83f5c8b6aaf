"""What people do in the bot's chat: link it, stop it, ask how things stand. One update is one transaction.

Behind the webhook and behind polling alike. An update has its effect once; told again, it is answered again.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from app.cases import links, preferences
from app.claims import Times
from app.db import Database
from app.delivery.message import Links
from app.delivery.suppression import lift
from app.models import Case, Customer, TelegramUpdate
from app.models.base import insert_once
from app.models.merchant import lock_merchant
from app.security.tokens import Purpose
from app.settings import Settings
from app.telegram.bot_words import Words
from app.telegram.incoming import Blocked, Said, number_of, read
from app.telegram.words import words_in
from notifiers.telegram_text import quiet_line

CHANNEL = "telegram"
REMEMBERED = timedelta(days=2)
"""Telegram keeps an update for a day. After a week without any it numbers them anew, from anywhere."""
MOST_SHOWN = 10
MERCHANT_NAME = 80


@dataclass(frozen=True, slots=True)
class Reply:
    chat_id: int
    text: str

    def as_call(self) -> dict[str, Any]:
        """As Telegram takes it in the answer to its own post."""
        return {
            "method": "sendMessage",
            "chat_id": self.chat_id,
            "text": self.text,
            "link_preview_options": {"is_disabled": True},
        }


class Updates:
    """The updates of one bot."""

    def __init__(self, database: Database, settings: Settings) -> None:
        self._database = database
        self._bot_id = _bot_id(settings)
        self._links = Links.of(settings)

    def take(self, update: object, *, times: Times) -> Reply | None:
        """Let it have its effect; what to answer. Raises SQLAlchemy's errors alone: then nothing has happened."""
        number = number_of(update)
        if number is None:
            return None
        happened = read(update)
        with self._database.transaction() as session:
            fresh = self._note(session, number, times.wall)
            match happened:
                case Blocked(chat_id=chat_id) if fresh:
                    _unlink(session, chat_id, now=times.now)
                case Said(command="start"):
                    return self._start(session, happened, times)
                case Said(command="stop"):
                    return self._stop(session, happened, times, fresh=fresh)
                case Said(command="status"):
                    return _status(session, happened)
                case Said():
                    linked = links.customers_with(session, CHANNEL, str(happened.chat_id))
                    return Reply(happened.chat_id, _words(linked, happened).other)
        return None

    def skip(self, update: object, *, wall: datetime) -> None:
        """Count it as handled, whatever it was."""
        number = number_of(update)
        if number is not None:
            with self._database.transaction() as session:
                self._note(session, number, wall)

    def next_number(self, *, wall: datetime) -> int | None:
        """Behind the newest that was handled lately; None where none was."""
        newest = select(func.max(TelegramUpdate.update_id)).where(
            TelegramUpdate.bot_id == self._bot_id, TelegramUpdate.handled_at > wall - REMEMBERED
        )
        with self._database.reading() as session:
            found = session.scalar(newest)
        return found + 1 if found is not None else None

    def _note(self, session: Session, number: int, wall: datetime) -> bool:
        """False: it was handled before."""
        values = {"bot_id": self._bot_id, "update_id": number, "handled_at": wall}
        return insert_once(session, TelegramUpdate, ("bot_id", "update_id"), values) is not None

    def _start(self, session: Session, said: Said, times: Times) -> Reply:
        linked = links.customers_with(session, CHANNEL, str(said.chat_id))
        if not said.argument:
            return _status(session, said) if linked else Reply(said.chat_id, _words((), said).how_to_link)
        customer = _link(session, said, times)
        if customer is None:
            return Reply(said.chat_id, _words(linked, said).old_link)
        words = _words((customer,), said)
        shown = _linked_text(customer, words).format(
            merchant=_name(customer, words), preferences=self._preferences(customer)
        )
        return Reply(said.chat_id, shown)

    def _stop(self, session: Session, said: Said, times: Times, *, fresh: bool) -> Reply | None:
        linked = links.customers_with(session, CHANNEL, str(said.chat_id))
        words = _words(linked, said)
        if not linked:
            return Reply(said.chat_id, words.nothing_linked)
        if not fresh:
            return None  # they have linked the chat again since
        _unlink(session, said.chat_id, now=times.now)
        pages = "\n".join(self._preferences(customer) for customer in linked[:MOST_SHOWN])
        return Reply(said.chat_id, words.stopped.format(preferences=pages))

    def _preferences(self, customer: Customer) -> str:
        token = self._links.tokens.sign(Purpose.PREFERENCES, links.name_of(customer))
        return f"{self._links.base}/preferences/{token}"


def prune_updates(session: Session, *, wall: datetime, limit: int) -> int:
    """Forget what Telegram has forgotten; how many there were, at most `limit`."""
    old = select(TelegramUpdate.id).where(TelegramUpdate.handled_at <= wall - REMEMBERED).limit(limit)
    gone = delete(TelegramUpdate).where(TelegramUpdate.id.in_(old)).returning(TelegramUpdate.id)
    return len(session.scalars(gone).all())


def _link(session: Session, said: Said, times: Times) -> Customer | None:
    """Whose the chat is now, or was before, by this code; None where the code links it to nobody."""
    address = str(said.chat_id)
    customer = links.whose_code(session, said.argument, CHANNEL)
    if customer is None:
        return None
    lock_merchant(session, customer.merchant_id)
    fresh = links.use_code(session, said.argument, CHANNEL, wall=times.wall)
    if fresh is None:
        account = links.account_of(session, customer, CHANNEL)
        return customer if account is not None and account.address == address else None
    # Not `customer`: two rows may have become one before the lock was ours.
    links.link(session, fresh, CHANNEL, address=address, label=said.label, now=times.now)
    lift(session, fresh.merchant, channel=CHANNEL, address=address)
    return fresh


def _linked_text(customer: Customer, words: Words) -> str:
    """Nobody is told that reminders come, or may be switched on, where they may not."""
    match customer.contact_stopped:
        case None:
            return words.linked
        case preferences.OPTED_OUT:
            return words.linked_but_off
        case _:
            return words.linked_but_ended


def _unlink(session: Session, chat_id: int, *, now: datetime) -> None:
    linked = links.customers_with(session, CHANNEL, str(chat_id))
    for customer in sorted(linked, key=lambda one: one.merchant_id):  # one order of locks for everybody
        preferences.forget_account(session, customer, CHANNEL, now=now)


def _status(session: Session, said: Said) -> Reply:
    """In general words: no amount, no product."""
    linked = links.customers_with(session, CHANNEL, str(said.chat_id))
    words = _words(linked, said)
    if not linked:
        return Reply(said.chat_id, f"{words.nothing_linked}\n\n{words.how_to_link}")
    running = select(Case.customer_id).where(
        Case.customer_id.in_(customer.id for customer in linked), Case.closed_at.is_(None)
    )
    owing = set(session.scalars(running))
    lines = [
        (words.status_open if customer.id in owing else words.status_clear).format(
            merchant=_name(customer, words)
        )
        for customer in linked[:MOST_SHOWN]
    ]
    if len(linked) > MOST_SHOWN:
        lines.append(words.more.format(count=len(linked) - MOST_SHOWN))
    return Reply(said.chat_id, words.status.format(lines="\n".join(lines)))


def _words(linked: Sequence[Customer], said: Said) -> Words:
    wishes = [wish for customer in linked for wish in (customer.locale, customer.merchant.locale)]
    return words_in([*wishes, said.language])


def _name(customer: Customer, words: Words) -> str:
    return quiet_line(customer.merchant.public_name or "", limit=MERCHANT_NAME) or words.nameless


def _bot_id(settings: Settings) -> int:
    """The number before the colon of its token is the bot's own, and no secret."""
    token = settings.telegram_bot_token
    number = token.get_secret_value().partition(":")[0] if token else ""
    return int(number) if number.isascii() and number.isdigit() and len(number) < 19 else 0
