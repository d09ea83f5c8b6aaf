"""Each alert reaches each place at most once, and every failure ends in a state that can be seen."""

from datetime import timedelta

import pytest

from app.alerts.destinations import Place, build_places
from app.alerts.sending import MOST_TRIES, free_expired_alerts
from app.db import Database
from app.errors import SettingsError
from notifiers.base import GiveUp, Message, Outcome, Recipient, Retry, Sent, Unknown
from notifiers.memory import MemoryNotifier
from tests.component.broken import without_table
from tests.conftest import MakeSettings
from tests.support import whop_events as whop
from tests.support.alerted import OWNER, AlertedWorld
from tests.support.clock import FixedClock

SECOND = timedelta(seconds=1)
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)


@pytest.fixture
def chat() -> MemoryNotifier:
    return MemoryNotifier("telegram")


@pytest.fixture
def world(database: Database, clock: FixedClock, chat: MemoryNotifier) -> AlertedWorld:
    """One alert is due, by mail and in a chat."""
    made = AlertedWorld(database, clock, more={"telegram": Place("telegram", chat, "42")})
    made.hear(whop.membership_activated(at=clock.now() - HOUR))
    made.set_merchant(alert_email=OWNER, alert_amounts={"usd": 1})
    made.hear(whop.payment_failed(at=clock.now()))
    return made


def by_place(world: AlertedWorld) -> dict[str, tuple[str, str | None]]:
    return {row.place: (row.state, row.reason) for row in world.rows()}


@pytest.mark.parametrize(
    ("outcome", "end"),
    [
        (Sent("id-1"), ("sent", None)),
        (Unknown("torn"), ("unknown", "torn")),
        (GiveUp("smtp_550", suppress=True), ("gave_up", "smtp_550")),
    ],
)
def test_an_outcome_ends_the_row_and_a_place_that_fails_repeats_nothing_at_the_others(
    world: AlertedWorld, chat: MemoryNotifier, outcome: Outcome, end: tuple[str, str | None]
) -> None:
    world.peer = outcome
    world.send_alerts()
    world.clock.advance(HOUR)
    assert world.send_alerts() == []
    assert by_place(world) == {"email": end, "telegram": ("sent", None)}
    assert (len(world.post.attempts), len(chat.attempts)) == (1, 1)


def test_a_peer_that_puts_off_is_asked_five_times_and_then_no_more(world: AlertedWorld) -> None:
    world.peer = Retry("smtp_450")
    for _ in range(MOST_TRIES + 3):
        world.send_alerts()
        world.clock.advance(2 * HOUR)
    assert by_place(world)["email"] == ("dead", "smtp_450")
    assert len(world.post.attempts) == MOST_TRIES


def test_a_place_that_is_down_rests_and_news_of_two_days_ago_is_dropped(world: AlertedWorld) -> None:
    world.peer = Retry("smtp_unreachable", whole_channel=True)
    world.send_alerts()
    world.clock.advance(SECOND)
    assert world.send_alerts() == []
    for _ in range(49):
        world.clock.advance(HOUR)
        world.send_alerts()
    assert by_place(world)["email"] == ("dead", "too_late")
    assert world.rows()[0].tries == 0


@pytest.mark.parametrize("whole", [True, False])
def test_a_place_that_only_keeps_its_rate_is_waited_for_no_longer_than_it_asks(
    world: AlertedWorld, chat: MemoryNotifier, whole: bool
) -> None:
    world.peer = Retry("pace", after=SECOND, whole_channel=whole, busy=True)
    for _ in range(MOST_TRIES + 3):
        world.send_alerts()
        world.clock.advance(SECOND)
    world.peer = Sent()
    world.send_alerts()
    assert by_place(world)["email"] == ("sent", None)
    assert world.rows()[0].tries == 0


def test_a_place_that_answers_nonsense_may_have_sent(world: AlertedWorld) -> None:
    world.peer = lambda *_: None  # type: ignore[assignment, return-value]
    world.send_alerts()
    assert by_place(world)["email"] == ("unknown", "notifier_no_outcome")


def test_a_place_that_works_again_gets_what_waited(world: AlertedWorld) -> None:
    world.peer = Retry("smtp_unreachable", whole_channel=True)
    world.send_alerts()
    world.peer = Sent()
    world.clock.advance(10 * MINUTE)
    world.send_alerts()
    assert by_place(world)["email"] == ("sent", None)


def test_a_worker_that_dies_in_mid_send_leaves_unknown_and_nobody_repeats_it(world: AlertedWorld) -> None:
    claims = world.alerts.claim(times=world.times, limit=1)
    world.alerts.carry_out(claims[0], times=world.times)
    assert len(world.post.attempts) == 1  # and its worker dies before it records that
    world.clock.advance(world.alerts.lease + SECOND)
    assert free_expired_alerts(world.database, times=world.times) == 1
    world.send_alerts()
    assert by_place(world)["email"] == ("unknown", "worker_lost")
    assert len(world.post.attempts) == 1


def test_a_worker_that_dies_before_the_send_loses_nothing(world: AlertedWorld) -> None:
    assert len(world.alerts.claim(times=world.times, limit=2)) == 2
    world.clock.advance(world.alerts.lease + SECOND)
    assert free_expired_alerts(world.database, times=world.times) == 2
    world.send_alerts()
    assert set(by_place(world).values()) == {("sent", None)}
    assert len(world.post.attempts) == 1


def test_a_late_worker_changes_nothing(world: AlertedWorld) -> None:
    (claim,) = world.alerts.claim(times=world.times, limit=1)
    outcome = world.alerts.carry_out(claim, times=world.times)
    assert outcome is not None
    world.clock.advance(world.alerts.lease + SECOND)
    free_expired_alerts(world.database, times=world.times)
    world.alerts.record(claim, outcome, times=world.times)
    assert by_place(world)["email"] == ("unknown", "worker_lost")


def test_two_workers_never_have_the_same_row(world: AlertedWorld) -> None:
    mine = world.alerts.claim(times=world.times, limit=1)
    theirs = world.worker().claim(times=world.times, limit=9)
    assert {claim.row_id for claim in mine}.isdisjoint(claim.row_id for claim in theirs)
    assert len(mine) + len(theirs) == 2


def test_a_notifier_that_raises_may_have_sent(world: AlertedWorld) -> None:
    def burst(_message: Message, _recipient: Recipient) -> Outcome:
        raise ValueError("a secret")

    world.peer = burst
    world.send_alerts()
    assert by_place(world)["email"] == ("unknown", "notifier_raised_ValueError")


def test_a_row_that_fails_before_its_send_is_put_off(world: AlertedWorld) -> None:
    (claim,) = world.alerts.claim(times=world.times, limit=1)
    with without_table(world.database, "payment"), pytest.raises(Exception) as failed:
        world.alerts.carry_out(claim, times=world.times)
    assert isinstance(failed.value, Exception)
    world.alerts.put_off(claim, failed.value, times=world.times)
    row = world.rows()[0]
    assert (row.state, row.tries, row.lease_until) == ("planned", 1, None)
    assert row.due_at > world.now


def test_an_address_that_is_taken_away_gets_nothing_more(world: AlertedWorld) -> None:
    (claim,) = world.alerts.claim(times=world.times, limit=1)
    world.set_merchant(alert_email=None)
    assert world.alerts.carry_out(claim, times=world.times) is None
    assert by_place(world)["email"] == ("skipped", "no_place")


SMTP = {"SMTP_HOST": "127.0.0.1", "SMTP_SECURITY": "none", "SMTP_FROM": "a@example.com"}


BOT = {"TELEGRAM_BOT_TOKEN": "1:a-token-of-a-bot-that-nobody-asks"}
WEBHOOK = {"DISCORD_WEBHOOK_URL": f"https://discord.com/api/webhooks/123456789012345678/{'t' * 68}"}


def test_only_what_is_set_up_is_a_place(make_settings: MakeSettings) -> None:
    assert list(build_places(make_settings(**SMTP), {})) == ["email"]
    chat = MemoryNotifier("telegram")
    settings = make_settings(**SMTP, TELEGRAM_CHAT_ID="-100")
    assert list(build_places(settings, {})) == ["email"]
    settings = make_settings(**SMTP, **BOT, TELEGRAM_CHAT_ID="-100")
    places = build_places(settings, {"telegram": chat})
    assert (places["telegram"].notifier, places["telegram"].address) == (chat, "-100")
    assert list(build_places(make_settings(**SMTP, **BOT), {"telegram": chat})) == ["email"]


def test_the_installs_places_are_made_from_its_settings_where_customers_do_not_use_them(
    make_settings: MakeSettings,
) -> None:
    places = build_places(make_settings(**SMTP, **BOT, **WEBHOOK, TELEGRAM_CHAT_ID="-100"), {})
    assert [(name, place.notifier.name) for name, place in places.items()] == [
        ("email", "email"),
        ("telegram", "telegram"),
        ("discord_webhook", "discord_webhook"),
    ]
    for place in places.values():
        place.notifier.close()


def test_a_place_whose_settings_are_wrong_is_refused_at_start(make_settings: MakeSettings) -> None:
    with pytest.raises(SettingsError, match="DISCORD_WEBHOOK_URL"):
        build_places(make_settings(**SMTP, DISCORD_WEBHOOK_URL="https://discord.com/somewhere"), {})


def test_mail_to_merchants_goes_on_where_reminders_by_mail_are_off(make_settings: MakeSettings) -> None:
    assert list(build_places(make_settings(**SMTP, ENABLE_EMAIL="false"), {})) == ["email"]
