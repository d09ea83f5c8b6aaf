"""The list of cases and its file: filters, search, pages without gaps, cells that no spreadsheet runs."""

import csv
import io
import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
from flask.testing import FlaskClient

from app.dashboard.export import COLUMNS, harmless
from app.db import Database
from app.models import Merchant
from tests.support import seeded
from tests.support.clock import FixedClock

DAY = timedelta(days=1)
CASE = re.compile(r'class="row-link" href="/dashboard/cases/(\d+)"')
NEXT = re.compile(r'rel="next" href="([^"]+)"')


def found(client: FlaskClient, address: str) -> list[int]:
    answer = client.get(address)
    assert answer.status_code == 200
    return [int(number) for number in CASE.findall(answer.get_data(as_text=True))]


def pages(client: FlaskClient, address: str) -> Iterator[list[int]]:
    while True:
        text = client.get(address).get_data(as_text=True)
        yield [int(number) for number in CASE.findall(text)]
        onward = NEXT.search(text)
        if onward is None:
            return
        address = onward[1].replace("&amp;", "&")


def test_the_pages_show_every_case_once_newest_first(
    signed_in_client: FlaskClient, merchant: Merchant, database: Database, clock: FixedClock
) -> None:
    with database.transaction() as session:
        ids = [
            seeded.case(session, merchant, at=clock.now() - timedelta(hours=number // 3)).id
            for number in range(57)
        ]
    sheets = list(pages(signed_in_client, "/dashboard/cases"))
    assert [len(sheet) for sheet in sheets] == [25, 25, 7]
    seen = [number for sheet in sheets for number in sheet]
    assert sorted(seen) == sorted(ids)
    assert seen == sorted(ids, key=lambda number: ((number - ids[0]) // 3, -number))


def test_filters_stay_on_the_next_page_and_in_the_file(
    signed_in_client: FlaskClient, merchant: Merchant, database: Database, clock: FixedClock
) -> None:
    with database.transaction() as session:
        for _ in range(30):
            seeded.case(session, merchant, at=clock.now() - DAY, decline_class="D")
            seeded.case(session, merchant, at=clock.now() - DAY)
    sheets = list(pages(signed_in_client, "/dashboard/cases?class=D"))
    assert [len(sheet) for sheet in sheets] == [25, 5]
    text = signed_in_client.get("/dashboard/cases?class=D").get_data(as_text=True)
    assert 'href="/dashboard/cases.csv?class=D"' in text


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", 4),
        ("state=in_progress", 2),
        ("state=open", 1),
        ("state=lost", 1),
        ("class=D", 1),
        ("q=grace", 1),
        ("q=hopper@navy", 1),
        ("q=Hopper", 1),
        ("q=%25", 0),
        ("from=2026-11-19&to=2026-11-19", 3),
        ("to=2026-11-12", 1),
        ("state=in_progress&class=D", 0),
    ],
)
def test_filters_narrow_the_list(
    signed_in_client: FlaskClient, merchant: Merchant, database: Database, clock: FixedClock,
    query: str, expected: int,
) -> None:  # fmt: skip
    at = clock.now() - DAY
    with database.transaction() as session:
        seeded.case(session, merchant, at=at, name="Grace Hopper", email="hopper@navy.mil")
        seeded.case(session, merchant, at=at, state="paused", reason="held_by_merchant")
        seeded.case(session, merchant, at=at, state="lost", reason="window_ended", decline_class="D")
        seeded.case(session, merchant, at=at - 9 * DAY, state="recovered", reason="paid", recovered_after=DAY)
    assert len(found(signed_in_client, f"/dashboard/cases?{query}")) == expected


def test_what_was_asked_for_stays_in_the_form(signed_in_client: FlaskClient) -> None:
    text = signed_in_client.get('/dashboard/cases?q="><b>&state=lost').get_data(as_text=True)
    assert 'value="&#34;&gt;&lt;b&gt;"' in text
    assert '<option value="lost" selected>' in text
    assert "No case matches" in text


def test_a_merchant_without_cases_is_told_so(signed_in_client: FlaskClient) -> None:
    text = signed_in_client.get("/dashboard/cases").get_data(as_text=True)
    assert "No cases yet" in text and "No case matches" not in text


def test_another_merchants_cases_are_not_listed(
    signed_in_client: FlaskClient, database: Database, clock: FixedClock
) -> None:
    with database.transaction() as session:
        other = seeded.merchant(session, "biz_B", now=clock.now())
        seeded.case(session, other, at=clock.now())
    assert found(signed_in_client, "/dashboard/cases") == []
    assert "ada@example.com" not in signed_in_client.get("/dashboard/cases.csv").get_data(as_text=True)


def rows_of(client: FlaskClient, query: str = "") -> list[dict[str, str]]:
    answer = client.get(f"/dashboard/cases.csv{query}")
    assert answer.status_code == 200
    assert answer.data.startswith(b"\xef\xbb\xbf")
    return list(csv.DictReader(io.StringIO(answer.data.decode("utf-8-sig"))))


def test_the_file_has_every_case_whatever_the_number(
    signed_in_client: FlaskClient, merchant: Merchant, database: Database, clock: FixedClock
) -> None:
    with database.transaction() as session:
        ids = [seeded.case(session, merchant, at=clock.now() - DAY).id for _ in range(450)]
    assert sorted(int(row["case_id"]) for row in rows_of(signed_in_client)) == ids


def test_a_row_of_the_file_says_what_the_case_says(
    signed_in_client: FlaskClient, merchant: Merchant, database: Database, clock: FixedClock
) -> None:
    at = clock.now() - DAY
    with database.transaction() as session:
        case = seeded.case(
            session, merchant, at=at, state="recovered", reason="paid", recovered_after=DAY,
            name="Жанна, «Ким»", payment_id="pay_1", amount_minor=4900, taken_back_minor=900,
        )  # fmt: skip
    answer = signed_in_client.get("/dashboard/cases.csv")
    assert answer.content_type == "text/csv; charset=utf-8"
    assert answer.headers["Content-Disposition"] == 'attachment; filename="cases-2026-11-20.csv"'
    (row,) = rows_of(signed_in_client)
    assert list(row) == list(COLUMNS)
    assert (row["case_id"], row["payment_id"], row["customer_name"]) == (
        str(case.id),
        "pay_1",
        "Жанна, «Ким»",
    )
    assert (row["amount"], row["currency"], row["taken_back"]) == ("49.00", "usd", "9.00")
    assert (row["state"], row["opened_at"]) == ("recovered", "2026-11-19T09:00:10Z")


@pytest.mark.parametrize("sign", ["=", "+", "-", "@", "\t", "\r"])
def test_no_cell_of_the_file_is_a_formula(
    signed_in_client: FlaskClient, merchant: Merchant, database: Database, clock: FixedClock, sign: str
) -> None:
    with database.transaction() as session:
        seeded.case(session, merchant, at=clock.now(), name=f"{sign}1+1", product=f"{sign}cmd|' /C calc'!A0")
    (row,) = rows_of(signed_in_client)
    assert row["customer_name"].startswith("'")
    assert row["product"].startswith("'")


def test_a_harmless_cell_stays_as_it_is() -> None:
    assert [harmless(cell) for cell in ("", "49.00", "Ada", "a=b")] == ["", "49.00", "Ada", "a=b"]
