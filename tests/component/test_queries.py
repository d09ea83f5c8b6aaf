"""What a merchant reads: right figures, right order, nothing of anybody else. On both databases."""

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import event, select
from sqlalchemy.orm import Session

from app.cases.queries import (
    CaseRow,
    EntryKind,
    Filters,
    Sort,
    all_cases,
    analytics,
    case_view,
    channels,
    events,
    list_cases,
    overview,
)
from app.cases.search import find_cases
from app.db import Database
from app.errors import NotFound
from app.models import Case, Customer, Merchant
from app.recovery.decline import DeclineClass
from app.recovery.machine import CaseState
from app.recovery.money import Money
from app.recovery.period import Period
from tests.support import seeded
from tests.support.world import RULES

NOW = datetime(2026, 11, 20, 9, tzinfo=UTC)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
NOVEMBER = Period(date(2026, 11, 1), date(2026, 11, 30), ZoneInfo("UTC"))


@pytest.fixture
def session(database: Database) -> Iterator[Session]:
    with database.transaction() as opened:
        yield opened


@pytest.fixture
def shop(session: Session) -> Merchant:
    return seeded.merchant(session, "biz_A", now=NOW)


def every_case(session: Session, merchant: Merchant) -> list[CaseRow]:
    return list(all_cases(lambda: nullcontext(session), merchant, Filters()))


@contextmanager
def counted(session: Session) -> Iterator[list[str]]:
    seen: list[str] = []
    engine = session.get_bind()

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        seen.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    yield seen
    event.remove(engine, "before_cursor_execute", note)


def test_the_figures_are_those_of_the_rows(session: Session, shop: Merchant) -> None:
    at = NOW - 3 * DAY
    seeded.case(
        session,
        shop,
        at=at,
        state="recovered",
        reason="paid",
        recovered_after=2 * HOUR,
        attribution="message",
    )
    seeded.case(
        session, shop, at=at, state="recovered", reason="paid", recovered_after=10 * HOUR,
        attribution="neither", taken_back_minor=900, decline_class="B",
    )  # fmt: skip
    seeded.case(session, shop, at=at, state="lost", reason="customer_canceled")
    seeded.case(session, shop, at=at, state="void", reason="voided")
    seeded.case(session, shop, at=NOW - 9 * DAY, currency="eur", amount_minor=1000)
    seeded.case(session, shop, at=NOW - 40 * DAY, state="lost", reason="window_ended")

    found = analytics(session, shop, NOVEMBER, now=NOW, rules=RULES)

    assert (found.whole.opened, found.whole.recovered, found.whole.lost, found.whole.in_progress) == (
        4,
        2,
        1,
        1,
    )
    assert (found.whole.left_out, found.whole.touched_then_recovered) == (1, 1)
    assert found.whole.recovery_rate == 0.5
    assert found.whole.recovered_money == (Money("usd", 8900),)
    assert found.whole.touched_money == (Money("usd", 4900),)
    assert found.whole.at_risk == (Money("eur", 1000),)
    assert found.median_hours == pytest.approx(6.0)
    assert [(name.value, part.opened) for name, part in found.by_class] == [("A", 3), ("B", 1)]
    assert [part.opened for _, part in found.by_week] == [0, 0, 1, 3, 0, 0]
    # Nobody was drawn: who is treated by default proves nothing.
    assert (found.incremental.status, found.incremental.people) == ("not_enough_data", 0)


def test_the_median_of_an_odd_number_is_the_one_in_the_middle(session: Session, shop: Merchant) -> None:
    for hours in (1, 50, 3):
        seeded.case(
            session, shop, at=NOW - 3 * DAY, state="recovered", reason="paid", recovered_after=hours * HOUR
        )
    assert analytics(session, shop, NOVEMBER, now=NOW, rules=RULES).median_hours == pytest.approx(3.0)


def test_a_case_belongs_to_the_week_of_its_hour_in_the_merchants_zone(
    session: Session, shop: Merchant
) -> None:
    # Sunday 23:30 in London is Monday in Tokyo.
    seeded.case(session, shop, at=datetime(2026, 11, 8, 23, 30, tzinfo=UTC))
    for zone, weeks in (("Europe/London", [0, 1, 0, 0, 0, 0]), ("Asia/Tokyo", [0, 0, 1, 0, 0, 0])):
        period = Period(NOVEMBER.first, NOVEMBER.last, ZoneInfo(zone))
        assert [
            part.opened for _, part in analytics(session, shop, period, now=NOW, rules=RULES).by_week
        ] == weeks


def test_a_long_period_has_every_week_and_every_case_once(session: Session, shop: Merchant) -> None:
    for days in range(0, 700, 7):
        seeded.case(session, shop, at=NOW - timedelta(days=days))
    period = Period.last_days(731, now=NOW, zone=ZoneInfo("UTC"))
    found = analytics(session, shop, period, now=NOW, rules=RULES)
    assert found.whole.opened == 100
    assert [part.opened for _, part in found.by_week][-100:] == [1] * 100


def test_the_overview_shows_the_newest_cases_whatever_the_period(session: Session, shop: Merchant) -> None:
    ids = [seeded.case(session, shop, at=NOW - days * DAY).id for days in range(40, 50)]
    shown = overview(session, shop, Period.last_days(7, now=NOW, zone=ZoneInfo("UTC")), now=NOW, rules=RULES)
    assert [row.id for row in shown.latest] == ids[:6]
    assert (shown.analytics.whole.opened, shown.heard) == (0, True)


def test_a_merchant_that_whop_never_spoke_of_is_not_heard(session: Session, shop: Merchant) -> None:
    seeded.event(session, owner=None, at=NOW, state="quarantined", reason="not_json", event_type=None)
    assert not overview(session, shop, NOVEMBER, now=NOW, rules=RULES).heard
    seeded.event(session, owner=shop, at=NOW, state="ignored", reason="no_effect")
    assert overview(session, shop, NOVEMBER, now=NOW, rules=RULES).heard


def test_pages_follow_each_other_without_a_gap_or_a_repeat(session: Session, shop: Merchant) -> None:
    # Several of one instant: the id decides.
    ids = [seeded.case(session, shop, at=NOW - timedelta(hours=number // 3)).id for number in range(11)]
    seen: list[int] = []
    page = list_cases(session, shop, Filters(), size=4)
    while True:
        seen += [row.id for row in page.rows]
        if page.next is None:
            break
        page = list_cases(session, shop, Filters(), cursor=page.next, size=4)
    assert len(seen) == 11
    assert set(seen) == set(ids)
    assert seen == [row.id for row in every_case(session, shop)]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("grace", ["Grace Hopper"]),
        ("  GRACE  hop", ["Grace Hopper"]),
        ("hopper", ["Grace Hopper"]),
        ("hopper gr", ["Grace Hopper"]),
        ("HOPPER@navy", ["Grace Hopper"]),
        ("pay_special", ["Grace Hopper"]),
        ("mem_1", ["Grace Hopper"]),
        ("mber_1", ["Grace Hopper"]),
        ("жан", ["Жанна Ким"]),
        ("ЖАННА", ["Жанна Ким"]),
        ("ким", ["Жанна Ким"]),
        ("100%", ["100% Bob_x"]),
        ("bob_x", ["100% Bob_x"]),
        ("race", []),
        ("pay_spec", []),
        ("\\", []),
        ("_", []),
        ("%", []),
        ("nobody", []),
    ],
)
def test_a_search_finds_beginnings_and_whole_ids_and_takes_every_sign_as_it_is(
    session: Session, shop: Merchant, text: str, found: list[str]
) -> None:
    seeded.case(session, shop, at=NOW, name="Жанна Ким", email=None, payment_id="P1")
    grace = seeded.case(
        session, shop, at=NOW, name="Grace Hopper", email="hopper@navy.mil", payment_id="pay_special",
        payment={"membership_id": "mem_1"},
    )  # fmt: skip
    session.get_one(Customer, grace.customer_id).member_id = "mber_1"
    seeded.case(session, shop, at=NOW, name="100% Bob_x", email=None, product="Chess", payment_id="P2")
    session.flush()
    rows = list_cases(session, shop, Filters(text=text)).rows
    assert sorted(row.customer_name or "" for row in rows) == sorted(found)


def test_a_search_that_fits_too_many_to_name_asks_each_case_and_finds_the_same(
    session: Session, shop: Merchant
) -> None:
    cases = [
        seeded.case(session, shop, at=NOW, name="Ada Lovelace" if number % 3 else "Bob", email=None).id
        for number in range(12)
    ]
    few, many = (find_cases(session, shop, "ada", most=most) for most in (100, 3))
    assert many.ids is None
    tested = session.scalars(select(Case.id).where(many.where(Case.id))).all()
    assert sorted(few.ids or ()) == sorted(tested) == [one for n, one in enumerate(cases) if n % 3]


@pytest.mark.parametrize("sort", Sort)
def test_each_order_gives_every_case_once_forward_and_the_same_pages_back(
    session: Session, shop: Merchant, sort: Sort
) -> None:
    amounts = [
        (4900, "usd"),
        (4900, "usd"),
        (100, "eur"),
        (None, None),
        (9900, "usd"),
        (5, "usd"),
        (None, None),
    ]
    for hours, (minor, currency) in enumerate(amounts):
        at = NOW - hours // 2 * HOUR
        seeded.case(session, shop, at=at, amount_minor=minor, currency=currency)
    forward, page = [], list_cases(session, shop, Filters(), sort=sort, size=2)
    assert page.previous is None
    while True:
        forward.append(page.rows)
        if page.next is None:
            break
        page = list_cases(session, shop, Filters(), sort=sort, cursor=page.next, size=2)
    ids = [row.id for rows in forward for row in rows]
    assert (len(ids), len(set(ids)), [len(rows) for rows in forward]) == (7, 7, [2, 2, 2, 1])
    back = [page.rows]
    while page.previous is not None:
        page = list_cases(session, shop, Filters(), sort=sort, cursor=page.previous, size=2)
        back.append(page.rows)
    assert back == forward[::-1]


def test_amounts_are_ordered_within_their_currency_and_those_without_come_last(
    session: Session, shop: Merchant
) -> None:
    for minor, currency in ((5, "usd"), (None, None), (9900, "usd"), (100, "eur")):
        seeded.case(session, shop, at=NOW, amount_minor=minor, currency=currency)

    def amounts(sort: Sort) -> list[str]:
        rows = list_cases(session, shop, Filters(), sort=sort).rows
        return [f"{row.amount.minor} {row.amount.currency}" if row.amount else "none" for row in rows]

    assert amounts(Sort.LARGEST) == ["9900 usd", "5 usd", "100 eur", "none"]
    assert amounts(Sort.SMALLEST) == ["100 eur", "5 usd", "9900 usd", "none"]


def test_filters_narrow_the_list_together(session: Session, shop: Merchant) -> None:
    wanted = seeded.case(session, shop, at=NOW - DAY, state="lost", reason="window_ended", decline_class="D")
    seeded.case(session, shop, at=NOW - DAY, state="lost", reason="window_ended")
    seeded.case(session, shop, at=NOW - DAY, decline_class="D")
    seeded.case(session, shop, at=NOW - 9 * DAY, state="lost", reason="window_ended", decline_class="D")
    filters = Filters(
        states=(CaseState.LOST, CaseState.REVERSED),
        decline_class=DeclineClass.CARD_DATA,
        start=NOW - 2 * DAY,
        end=NOW,
    )
    assert [row.id for row in list_cases(session, shop, filters).rows] == [wanted.id]


def test_nothing_of_another_merchant_is_read(session: Session, shop: Merchant) -> None:
    other = seeded.merchant(session, "biz_B", now=NOW)
    theirs = seeded.case(session, other, at=NOW - DAY, state="recovered", reason="paid", recovered_after=HOUR)
    seeded.delivery(session, seeded.step(session, theirs, due_at=NOW), at=NOW)
    seeded.event(session, owner=other, at=NOW, case_id=theirs.id)
    seeded.event(session, owner=None, at=NOW, state="waiting", event_type=None)

    shown = overview(session, shop, NOVEMBER, now=NOW, rules=RULES)
    assert (shown.analytics.whole.opened, shown.analytics.median_hours, shown.latest) == (0, None, ())
    assert list_cases(session, shop, Filters(text="ada")).rows == ()
    assert every_case(session, shop) == []
    assert channels(session, shop, NOVEMBER) == ()
    assert events(session, shop).rows == ()
    with pytest.raises(NotFound):
        case_view(session, shop, theirs.id)


def test_an_event_that_names_nobody_shows_only_that_it_came(session: Session, shop: Merchant) -> None:
    seeded.event(session, owner=None, at=NOW, state="quarantined", reason="no_account")
    (row,) = events(session, shop).rows
    assert (row.reason, row.event_type, row.case_id, row.attributed) == ("no_account", None, None, False)


def test_events_are_paged_newest_first_over_both_kinds(session: Session, shop: Merchant) -> None:
    for number in range(9):
        seeded.event(
            session, owner=shop if number % 2 else None, at=NOW, state="done" if number % 2 else "dead"
        )
    page = events(session, shop, size=4)
    seen = [row.id for row in page.rows]
    while page.next is not None:
        page = events(session, shop, after=page.next, size=4)
        seen += [row.id for row in page.rows]
    assert len(seen) == 9
    assert seen == sorted(seen, reverse=True)


def test_a_case_tells_its_whole_story_in_the_order_of_time(session: Session, shop: Merchant) -> None:
    case = seeded.case(session, shop, at=NOW - 2 * DAY, payment={"next_attempt_at": NOW + DAY})
    first = seeded.step(session, case, position=1, due_at=NOW - DAY)
    seeded.delivery(session, first, at=NOW - DAY)
    seeded.visit(session, case, at=NOW - HOUR)
    seeded.step(
        session, case, position=2, due_at=NOW - 2 * HOUR, state="skipped", ended_at=NOW - 2 * HOUR,
        wording_key="funds.second", outcome_why={"code": "no_address", "channel": "email"},
    )  # fmt: skip
    seeded.step(session, case, position=3, due_at=NOW + 2 * DAY, wording_key="funds.last")

    shown = case_view(session, shop, case.id).timeline

    assert [(entry.kind, entry.code) for entry in shown.past] == [
        (EntryKind.ACT, "case_opened"),
        (EntryKind.DELIVERY, "sent"),
        (EntryKind.NOT_SENT, "second"),
        (EntryKind.VISIT, "continued"),
    ]
    assert [(entry.kind, entry.code) for entry in shown.planned] == [
        (EntryKind.WHOP_TRIES, "whop_tries"),
        (EntryKind.STEP, "last"),
        (EntryKind.WINDOW_ENDS, "window_ends"),
    ]
    assert shown.past[1].message == seeded.MESSAGE


def test_a_closed_case_has_nothing_to_come(session: Session, shop: Merchant) -> None:
    case = seeded.case(
        session, shop, at=NOW - 2 * DAY, state="lost", reason="customer_canceled",
        payment={"next_attempt_at": NOW + DAY},
    )  # fmt: skip
    assert case_view(session, shop, case.id).timeline.planned == ()


def test_a_channel_is_credited_with_the_last_message_before_the_money(
    session: Session, shop: Merchant
) -> None:
    for outcome, state in (("sent", "recovered"), ("unknown", "open"), ("gave_up", "open")):
        case = seeded.case(session, shop, at=NOW - DAY, state=state, recovered_after=HOUR)
        step = seeded.step(session, case, due_at=NOW)
        seeded.delivery(session, step, at=NOW, outcome=outcome)
        case.attribution_step_id = step.id
    (email,) = channels(session, shop, NOVEMBER)
    assert email.outcomes == {"sent": 1, "unknown": 1, "gave_up": 1}
    assert (email.channel, email.cases, email.recovered_after) == ("email", 2, 1)
    assert email.recovered_money == (Money("usd", 4900),)


def test_no_read_takes_more_queries_than_it_has_parts(session: Session, shop: Merchant) -> None:
    for _ in range(30):
        case = seeded.case(session, shop, at=NOW - DAY, state="recovered", recovered_after=HOUR)
        seeded.delivery(session, seeded.step(session, case, due_at=NOW), at=NOW)
    session.flush()
    session.expire_all()
    session.refresh(shop)
    with counted(session) as seen:
        overview(session, shop, NOVEMBER, now=NOW, rules=RULES)
    assert len(seen) <= 8
    with counted(session) as seen:
        assert len(list_cases(session, shop, Filters()).rows) == 25
    assert len(seen) == 2
    with counted(session) as seen:
        list_cases(session, shop, Filters(text="ada"), sort=Sort.LARGEST)
    assert len(seen) <= 4
    with counted(session) as seen:
        case_view(session, shop, case.id)
    assert len(seen) <= 10
