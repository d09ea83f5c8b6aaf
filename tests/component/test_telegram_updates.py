"""What customers do in the bot's chat has its effect once, in their language, and touches nobody else."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from app.cases import links
from app.cases.standing import stop_contact
from app.db import Database
from app.delivery.suppression import suppress, suppressed
from app.models import Customer, LinkedAccount, Merchant, TelegramUpdate
from app.models.base import insert_once
from app.security.tokens import Purpose, Tokens
from app.telegram.updates import REMEMBERED, Reply, Updates, prune_updates
from app.telegram.words import ENGLISH, RUSSIAN, WORDS
from tests.conftest import MakeSettings
from tests.support import whop_events as whop
from tests.support.clock import FixedClock
from tests.support.telegram_server import TOKEN
from tests.support.telegram_updates import CHAT, GROUP, became, said
from tests.support.world import SECRET, World

HOUR = timedelta(hours=1)
MERCHANT = "Options Lab"


@pytest.fixture
def world(database: Database, clock: FixedClock) -> World:
    world = World(database, clock)
    world.hear(whop.payment_failed(at=clock.now()))
    with database.transaction() as session:
        session.scalars(select(Merchant)).one().sender_name = MERCHANT
    return world


@pytest.fixture
def updates(database: Database, make_settings: MakeSettings) -> Updates:
    settings = make_settings(
        ENABLE_TELEGRAM="true", TELEGRAM_BOT_TOKEN=TOKEN, SESSION_SECRET=SECRET, APP_HOST="https://x.example"
    )
    return Updates(database, settings)


def code_for(world: World, number: int = 1) -> str:
    with world.database.transaction() as session:
        return links.fresh_code(session, session.get_one(Customer, number), "telegram", wall=world.now)


def take(world: World, updates: Updates, update: object) -> str | None:
    reply = updates.take(update, times=world.times)
    assert reply is None or (isinstance(reply, Reply) and reply.chat_id == CHAT)
    return reply.text if reply else None


def accounts(world: World) -> list[tuple[int, str, str | None]]:
    with world.database.reading() as session:
        found = session.scalars(select(LinkedAccount).order_by(LinkedAccount.customer_id))
        return [(account.customer_id, account.address, account.label) for account in found]


def second_customer(world: World, *, name: str | None = "Fox Cooking") -> None:
    """Of another merchant."""
    with world.database.transaction() as session:
        values = Merchant.fresh("biz_B", title=name, now=world.now)
        merchant_id = insert_once(session, Merchant, ("biz_id",), values)
        session.add(
            Customer(merchant_id=merchant_id, identity="user_2", seen_at=world.now, created_at=world.now)
        )


def change(world: World, **columns: object) -> None:
    with world.database.transaction() as session:
        customer = session.get_one(Customer, 1)
        for name, value in columns.items():
            setattr(customer, name, value)


def test_a_fresh_link_links_the_chat_and_says_whose_reminders_come(world: World, updates: Updates) -> None:
    text = take(world, updates, said(1, f"/start {code_for(world)}"))
    assert text == ENGLISH.linked.format(merchant=MERCHANT)
    assert accounts(world) == [(1, str(CHAT), "@maria")]
    assert "account_linked" in world.acts()


def test_the_same_link_from_the_same_chat_is_answered_as_linked_and_links_once(
    world: World, updates: Updates
) -> None:
    code = code_for(world)
    texts = [take(world, updates, said(number, f"/start {code}")) for number in (1, 1, 2)]
    assert texts == [ENGLISH.linked.format(merchant=MERCHANT)] * 3
    assert world.acts().count("account_linked") == 1


def test_a_used_link_links_no_other_chat(world: World, updates: Updates) -> None:
    code = code_for(world)
    take(world, updates, said(1, f"/start {code}"))
    reply = updates.take(said(2, f"/start {code}", chat=99), times=world.times)
    assert reply == Reply(99, ENGLISH.old_link)
    assert accounts(world) == [(1, str(CHAT), "@maria")]


def test_an_old_or_made_up_link_is_explained(world: World, updates: Updates) -> None:
    code = code_for(world)
    world.clock.advance(HOUR)
    for number, wrong in enumerate((code, "made-up", "x" * 64, "\ud800", "a b")):
        assert take(world, updates, said(number, f"/start {wrong}")) == ENGLISH.old_link
    assert accounts(world) == []


def test_a_start_without_a_link_says_how_to_get_one(world: World, updates: Updates) -> None:
    assert take(world, updates, said(1, "/start")) == ENGLISH.how_to_link
    assert take(world, updates, said(2, "/start", language="ru-RU")) == RUSSIAN.how_to_link


def test_a_second_account_takes_the_place_of_the_first(world: World, updates: Updates) -> None:
    updates.take(said(1, f"/start {code_for(world)}", chat=99), times=world.times)
    take(world, updates, said(2, f"/start {code_for(world)}"))
    assert accounts(world) == [(1, str(CHAT), "@maria")]


def test_who_has_switched_reminders_off_is_told_so_and_where_to_switch_them_on(
    world: World, updates: Updates
) -> None:
    with world.database.transaction() as session:
        stop_contact(session, session.get_one(Customer, 1), "opted_out", now=world.now)
    text = take(world, updates, said(1, f"/start {code_for(world)}")) or ""
    with world.database.reading() as session:
        name = session.get_one(Customer, 1).token
    address, _, token = text.rpartition("/")
    assert text.startswith(f"This chat is linked to {MERCHANT}, but")
    assert address.endswith("https://x.example/preferences")
    assert Tokens((SECRET,)).read(Purpose.PREFERENCES, token) == name


@pytest.mark.parametrize("cause", ["disputed", "deceased"])
def test_nobody_is_told_to_switch_on_what_is_not_theirs_to_switch_on(
    world: World, updates: Updates, cause: str
) -> None:
    with world.database.transaction() as session:
        stop_contact(session, session.get_one(Customer, 1), cause, now=world.now)
    text = take(world, updates, said(1, f"/start {code_for(world)}"))
    assert text == ENGLISH.linked_but_ended.format(merchant=MERCHANT)


def test_a_customer_is_answered_in_the_language_that_they_chose(world: World, updates: Updates) -> None:
    with world.database.transaction() as session:
        session.scalars(select(Merchant)).one().locale = "ru"
    change(world, locale="de")
    text = take(world, updates, said(1, f"/start {code_for(world)}"))
    assert text == WORDS["de"].linked.format(merchant=MERCHANT)


def test_who_leaves_the_chat_does_not_go_on_preferring_it(world: World, updates: Updates) -> None:
    for number, leave in ((1, said(2, "/stop")), (3, became(4, "kicked"))):
        take(world, updates, said(number, f"/start {code_for(world)}"))
        change(world, preferred_channel="telegram")
        take(world, updates, leave)
        with world.database.reading() as session:
            assert session.get_one(Customer, 1).preferred_channel is None


def test_linking_again_lifts_what_a_refusal_had_suppressed(world: World, updates: Updates) -> None:
    address = str(CHAT)
    with world.database.transaction() as session:
        merchant = session.scalars(select(Merchant)).one()
        for one in (address, "99"):
            suppress(
                session, merchant, channel="telegram", address=one, reason="telegram_blocked", now=world.now
            )
    take(world, updates, said(1, f"/start {code_for(world)}"))
    with world.database.reading() as session:
        merchant = session.scalars(select(Merchant)).one()
        assert suppressed(session, merchant, channel="telegram", address=address) is None
        assert suppressed(session, merchant, channel="telegram", address="99") == "telegram_blocked"


def test_stop_forgets_the_chat_for_every_merchant_and_says_how_to_stop_mail(
    world: World, updates: Updates
) -> None:
    second_customer(world)
    take(world, updates, said(1, f"/start {code_for(world)}"))
    take(world, updates, said(2, f"/start {code_for(world, 2)}"))
    updates.take(said(3, f"/start {code_for(world, 2)}", chat=99), times=world.times)
    updates.take(said(4, "/stop", chat=98), times=world.times)
    take(world, updates, said(5, f"/start {code_for(world, 2)}"))
    text = take(world, updates, said(6, "/stop")) or ""
    assert text.startswith("Done. No more reminders come to this chat.")
    assert text.count("https://x.example/preferences/") == 2
    assert "e-mail" in text
    assert accounts(world) == []
    with world.database.reading() as session:
        assert session.get_one(Customer, 1).contact_stopped is None


def test_stop_leaves_other_chats_alone(world: World, updates: Updates) -> None:
    take(world, updates, said(1, f"/start {code_for(world)}"))
    reply = updates.take(said(2, "/stop", chat=99), times=world.times)
    assert reply == Reply(99, ENGLISH.nothing_linked)
    assert accounts(world) == [(1, str(CHAT), "@maria")]


def test_a_stop_that_is_told_again_undoes_no_newer_link(world: World, updates: Updates) -> None:
    take(world, updates, said(1, f"/start {code_for(world)}"))
    take(world, updates, said(2, "/stop"))
    assert take(world, updates, said(2, "/stop")) == ENGLISH.nothing_linked
    take(world, updates, said(3, f"/start {code_for(world)}"))
    assert take(world, updates, said(2, "/stop")) is None
    assert accounts(world) == [(1, str(CHAT), "@maria")]


def test_who_blocks_the_bot_is_unlinked_once(world: World, updates: Updates) -> None:
    take(world, updates, said(1, f"/start {code_for(world)}"))
    assert take(world, updates, became(2, "member")) is None
    assert accounts(world) != []
    assert take(world, updates, became(3, "kicked")) is None
    assert accounts(world) == []
    take(world, updates, said(4, f"/start {code_for(world)}"))
    take(world, updates, became(3, "kicked"))
    assert accounts(world) != []


def test_status_names_the_merchants_and_whether_a_payment_is_open_without_an_amount(
    world: World, updates: Updates
) -> None:
    second_customer(world)
    assert take(world, updates, said(1, "/status")) == f"{ENGLISH.nothing_linked}\n\n{ENGLISH.how_to_link}"
    take(world, updates, said(2, f"/start {code_for(world)}"))
    take(world, updates, said(3, f"/start {code_for(world, 2)}"))
    text = take(world, updates, said(4, "/status")) or ""
    assert f"• {MERCHANT}: a payment is open." in text
    assert "• Fox Cooking: no payment is open" in text
    assert not any(digit in text for digit in "0123456789") and "$" not in text
    assert take(world, updates, said(5, "/start")) == text
    world.hear(whop.payment_succeeded(at=world.now))
    assert f"• {MERCHANT}: no payment is open" in (take(world, updates, said(6, "/status")) or "")


def test_many_merchants_fit_into_one_message(world: World, updates: Updates) -> None:
    with world.database.transaction() as session:
        for number in range(30):
            values = Merchant.fresh(f"biz_{number}", title="ы" * 300 + str(number), now=world.now)
            merchant_id = insert_once(session, Merchant, ("biz_id",), values)
            customer = Customer(
                merchant_id=merchant_id, identity="user_9", seen_at=world.now, created_at=world.now
            )
            session.add(customer)
            session.flush()
            links.link(session, customer, "telegram", address=str(CHAT), label=None, now=world.now)
    for number, command in enumerate(("/status", "/stop")):
        assert len(take(world, updates, said(number, command)) or "") < 4096
    assert accounts(world) == []


def test_a_merchants_hostile_name_stays_a_short_text(world: World, updates: Updates) -> None:
    with world.database.transaction() as session:
        session.scalars(select(Merchant)).one().sender_name = "{preferences} @all /stop\nx\u202e" + "y" * 500
    text = take(world, updates, said(1, f"/start {code_for(world)}")) or ""
    assert text.startswith("Done! Payment reminders from {preferences} @\u2060all /\u2060stop xyyy")
    assert len(text) < 600


def test_a_nameless_merchant_is_no_account_id(world: World, updates: Updates) -> None:
    second_customer(world, name=None)
    text = take(world, updates, said(1, f"/start {code_for(world, 2)}")) or ""
    assert ENGLISH.nameless in text and "biz_" not in text


def test_the_language_is_the_customers_else_the_merchants_else_that_of_their_telegram(
    world: World, updates: Updates
) -> None:
    take(world, updates, said(1, f"/start {code_for(world)}", language="ru"))
    assert (take(world, updates, said(2, "hi", language="ru")) or "") == ENGLISH.other
    change(world, locale="ru-RU")
    assert take(world, updates, said(3, "hi", language="en")) == RUSSIAN.other
    text = take(world, updates, said(4, f"/start {code_for(world)}", language="en"))
    assert text == RUSSIAN.linked.format(merchant=MERCHANT)
    reply = updates.take(said(5, "hi", chat=99, language="ru"), times=world.times)
    assert reply == Reply(99, RUSSIAN.other)


def test_groups_are_neither_linked_nor_answered(world: World, updates: Updates) -> None:
    code = code_for(world)
    for kind in ("group", "supergroup", "channel"):
        assert updates.take(said(1, f"/start {code}", chat=GROUP, kind=kind), times=world.times) is None
    assert accounts(world) == []
    assert take(world, updates, said(2, f"/start {code}")) is not None


@pytest.mark.parametrize(
    "rubbish", [None, [], "x", 7, {}, {"update_id": "1"}, {"update_id": 1, "message": 5}]
)
def test_rubbish_has_no_effect(world: World, updates: Updates, rubbish: object) -> None:
    assert updates.take(rubbish, times=world.times) is None
    updates.skip(rubbish, wall=world.now)


def test_asking_goes_on_behind_the_newest_and_forgets_after_days(world: World, updates: Updates) -> None:
    assert updates.next_number(wall=world.now) is None
    for update in (said(41, "/status"), became(43, "member"), {"update_id": 42}):
        updates.take(update, times=world.times)
    updates.skip({"update_id": 44}, wall=world.now)
    updates.skip({"update_id": 44}, wall=world.now)
    assert updates.next_number(wall=world.now) == 45
    assert updates.next_number(wall=world.now + REMEMBERED) is None
    with world.database.transaction() as session:
        assert prune_updates(session, wall=world.now + REMEMBERED - HOUR, limit=9) == 0
        assert prune_updates(session, wall=world.now + REMEMBERED, limit=3) == 3
        assert session.scalar(select(func.count()).select_from(TelegramUpdate)) == 1


def test_each_bot_has_its_own_numbers(world: World, updates: Updates, make_settings: MakeSettings) -> None:
    updates.take(said(41, "/status"), times=world.times)
    for token in ("777:another", "nonsense", "9" * 30 + ":x"):
        other = Updates(
            world.database,
            make_settings(ENABLE_TELEGRAM="true", TELEGRAM_BOT_TOKEN=token, SESSION_SECRET=SECRET),
        )
        assert other.next_number(wall=world.now) is None
    assert updates.next_number(wall=world.now) == 42
