"""Views of the cases: kept under a name for the whole team, shown as tabs, renamed, deleted, nobody else's."""

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from app.db import Database
from app.models import Audit, SavedView
from tests.web.conftest import csrf_token, signed_in

VIEWS = "/dashboard/cases/views"


def post(client: FlaskClient, path: str, **form: str) -> str:
    """What the list says next."""
    answer = client.post(path, data={"csrf_token": csrf_token(client), **form})
    assert answer.status_code == 303
    return client.get(answer.headers["Location"]).get_data(as_text=True)


def kept(database: Database) -> list[tuple[int, str, dict[str, str]]]:
    with database.reading() as read:
        return [
            (view.id, view.name, view.query)
            for view in read.scalars(select(SavedView).order_by(SavedView.id))
        ]


def test_a_kept_view_is_a_tab_that_asks_the_same_again(
    app: Flask, signed_in_client: FlaskClient, database: Database
) -> None:
    text = post(
        signed_in_client, VIEWS, name="Big & lost", state="lost", sort="largest", after="x", days="30"
    )
    ((view_id, name, query),) = kept(database)
    assert (name, query) == ("Big & lost", {"state": "lost", "sort": "largest", "days": "30"})
    address = f'href="/dashboard/cases?state=lost&amp;days=30&amp;sort=largest&amp;view={view_id}"'
    assert f'<a class="tab active" {address} aria-current="true"><bdi>Big &amp; lost</bdi>' in text
    # A colleague sees it as well, and on the plain list it is not the open one.
    colleague = app.test_client()
    colleague.get("/auth/dev", query_string={"email": "two@example.com", "whop": "biz_A"})
    assert f'<a class="tab" {address}><bdi>Big &amp; lost</bdi>' in colleague.get("/dashboard/cases").text


def test_views_are_renamed_and_deleted_each_with_a_line(
    signed_in_client: FlaskClient, database: Database
) -> None:
    post(signed_in_client, VIEWS, name="One", state="lost")
    view_id = kept(database)[0][0]
    assert "The view is renamed." in post(signed_in_client, f"{VIEWS}/{view_id}/rename", name="Two")
    assert kept(database)[0][1] == "Two"
    assert "The view is deleted." in post(signed_in_client, f"{VIEWS}/{view_id}/delete", state="lost")
    assert kept(database) == []
    with database.reading() as read:
        lines = read.execute(select(Audit.action, Audit.detail).where(Audit.action.startswith("view_")))
        assert [tuple(line) for line in lines] == [
            (action, {"view": view_id}) for action in ("view_saved", "view_renamed", "view_deleted")
        ]


@pytest.mark.parametrize("name", ["", "   ", "x" * 41, "a\nb", "a\x00b"])
def test_a_name_that_is_none_is_refused(signed_in_client: FlaskClient, database: Database, name: str) -> None:
    assert "write a name of 1 to 40" in post(signed_in_client, VIEWS, name=name, state="lost")
    assert kept(database) == []


def test_a_name_is_given_once_and_there_are_not_too_many(
    signed_in_client: FlaskClient, database: Database
) -> None:
    for number in range(20):
        post(signed_in_client, VIEWS, name=f"View {number}", state="lost")
    assert "there is a view of this name already" in post(
        signed_in_client, VIEWS, name="VIEW 1", state="open"
    )
    assert "20 views already" in post(signed_in_client, VIEWS, name="One more", state="open")
    first = kept(database)[0][0]
    assert "of this name already" in post(signed_in_client, f"{VIEWS}/{first}/rename", name="view 2")
    assert len(kept(database)) == 20


def test_what_cannot_be_asked_for_is_not_kept(signed_in_client: FlaskClient, database: Database) -> None:
    form = {"csrf_token": csrf_token(signed_in_client), "name": "Odd", "state": "none"}
    assert signed_in_client.post(VIEWS, data=form).status_code == 400
    assert kept(database) == []


def test_another_merchants_view_is_neither_seen_nor_touched(
    app: Flask, signed_in_client: FlaskClient, database: Database
) -> None:
    post(signed_in_client, VIEWS, name="Mine alone", state="lost")
    before = kept(database)
    other = signed_in(app, "biz_B")
    token = csrf_token(other)
    for deed in ("rename", "delete"):
        path = f"{VIEWS}/{before[0][0]}/{deed}"
        assert other.post(path, data={"csrf_token": token, "name": "Theirs"}).status_code == 404
    assert "Mine alone" not in other.get("/dashboard/cases").text
    assert kept(database) == before
