"""The message of a step says what is true of its case at that moment, in the reader's language."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import update

from app.db import Database
from app.delivery.message import Links, message_for, message_from
from app.models import Case, Customer, Merchant, Payment, Step
from app.security.tokens import Purpose, Tokens
from notifiers.base import Action, Message
from tests.conftest import MakeSettings
from tests.support import whop_events as whop
from tests.support.clock import FixedClock
from tests.support.world import SECRET, World

HOUR = timedelta(hours=1)
LINKS = Links("https://recover.example.com", Tokens((SECRET,)))


@pytest.fixture
def world(sqlite_database: Database, clock: FixedClock) -> World:
    return World(sqlite_database, clock)


def set_all(world: World, table: type[Any], **values: object) -> None:
    with world.database.transaction() as session:
        session.execute(update(table).values(**values))


def message(world: World, *, number: int = 0) -> Message:
    """That of the first step of the first case."""
    with world.database.reading() as session:
        case = session.get_one(Case, world.cases()[0].id)
        step = session.get_one(Step, world.steps()[number].id)
        return message_for(session, case, step, links=LINKS, now=world.now)


def words(found: Message) -> str:
    return " ".join((found.subject, found.preview, *found.paragraphs, *map(str, found.details)))


def test_a_message_carries_the_merchants_name_and_the_cases_own_links(world: World) -> None:
    world.hear(whop.payment_failed(at=world.now))
    set_all(world, Merchant, sender_name="Options Lab", reply_to="help@example.com")
    found, token = message(world), world.case().token
    assert (found.sender_name, found.reply_to, found.message_id) == (
        "Options Lab", "help@example.com", f"{token}.1",
    )  # fmt: skip
    assert found.action is not None and found.unsubscribe is not None
    for action, path, purpose in (
        (found.action, "r", Purpose.FIX),
        (found.unsubscribe, "unsubscribe", Purpose.UNSUBSCRIBE),
    ):
        base, _, signed = action.url.rpartition("/")
        assert base == f"https://recover.example.com/{path}"
        assert LINKS.tokens.read(purpose, signed) == token
        assert not any(LINKS.tokens.read(other, signed) for other in Purpose if other is not purpose)


def test_links_are_made_from_the_configured_base(make_settings: MakeSettings) -> None:
    links = Links.of(
        make_settings(APP_HOST="https://pay.example.com/", SESSION_SECRET=f"{SECRET},{'t' * 32}")
    )
    assert links.base == "https://pay.example.com"
    assert Tokens((SECRET,)).read(Purpose.FIX, links.fix("abc").rpartition("/")[2]) == "abc"


@pytest.mark.parametrize(
    ("customer", "merchant", "language"),
    [
        (None, "en", "en"), ("ru", "en", "ru"), ("ru-RU", "en", "ru"), (None, "ru", "ru"),
        ("pt-BR", "ru", "pt"), ("xx", "ru", "ru"), ("!!", "ru", "ru"), ("", "ru-RU", "ru"),
        ("ja", "ja", "en"), ("?", "?", "en"), ("en-GB", "ru", "en"), ("es-MX", "en", "es"),
        ("fr-CA", "en", "fr"), ("de-AT", "en", "de"),
    ],
)  # fmt: skip
def test_the_language_is_the_customers_else_the_merchants_else_english(
    world: World, customer: str | None, merchant: str, language: str
) -> None:
    world.hear(whop.payment_failed(at=world.now))
    set_all(world, Customer, locale=customer)
    set_all(world, Merchant, locale=merchant)
    assert message(world).language == language


def test_a_next_attempt_is_promised_only_while_it_lies_ahead(world: World) -> None:
    world.hear(whop.payment_failed(at=world.now, next_attempt_at=world.now + 48 * HOUR))
    assert "Nov 22" in words(message(world))
    world.clock.advance(48 * HOUR)
    assert "Nov 22" not in words(message(world))


@pytest.mark.parametrize(
    ("amount", "currency", "shown"),
    [
        (4900, "usd", "$49.00"), (500, "jpy", "¥500"), (4900, "kwd", "KWD"),
        (0, "usd", None), (-4900, "usd", None), (None, "usd", None), (4900, None, None),
    ],
)  # fmt: skip
def test_an_amount_is_shown_only_where_it_is_sure(
    world: World, amount: int | None, currency: str | None, shown: str | None
) -> None:
    world.hear(whop.payment_failed(at=world.now))
    set_all(world, Payment, amount_minor=amount, currency=currency)
    labels = [label for label, _ in message(world).details]
    assert ("Amount" in labels) is (shown is not None)
    assert shown is None or shown in words(message(world))


def test_other_open_payments_of_the_same_person_are_counted(world: World) -> None:
    world.hear(whop.payment_failed(at=world.now))
    assert "more open payment" not in words(message(world))
    for name in ("pay_2", "pay_3"):
        world.hear(whop.payment_failed(at=world.now, payment_id=name))
    assert "2 more open payments" in words(message(world))
    world.hear(whop.payment_succeeded(at=world.now + HOUR, payment_id="pay_2"))
    assert "1 more open payment " in words(message(world))


@pytest.mark.parametrize(
    ("code", "url", "offered"),
    [
        ("authentication_required", "https://whop.com/pay/confirm/1", True),
        ("authentication_required", None, False),
        ("insufficient_funds", "https://whop.com/pay/confirm/1", False),
    ],
)
def test_the_banks_page_is_offered_only_where_the_bank_asked(
    world: World, code: str, url: str | None, offered: bool
) -> None:
    world.hear(whop.payment_failed(at=world.now, decline_code=code, data={"recovery_url": url}))
    action = message(world).action
    assert action is not None and (action.label == "Open the confirmation page") is offered


def test_each_step_has_the_text_of_its_own_key(world: World) -> None:
    world.hear(whop.payment_failed(at=world.now))
    subjects = [message(world, number=number).subject for number in range(3)]
    assert len(set(subjects)) == 3
    assert [step.wording_key for step in world.steps()] == ["funds.first", "funds.second", "funds.last"]


def test_a_stored_message_without_links_is_read_back_without_them() -> None:
    stored = {
        "message_id": "a.1", "language": "en", "subject": "s", "preview": "p", "greeting": "g",
        "paragraphs": ["one", "two"], "details": [["Card", "Visa"]], "closing": [], "footer": ["f"],
        "action": {"label": "Pay", "url": "https://x.io"}, "unsubscribe": None, "sender_name": "Shop",
        "reply_to": None,
    }  # fmt: skip
    found = message_from(stored)
    assert (found.paragraphs, found.details) == (("one", "two"), (("Card", "Visa"),))
    assert (found.action, found.unsubscribe) == (Action("Pay", "https://x.io"), None)
