"""A visitor of a production install that follows the redirects to the fake Whop and back, as a browser would."""

from urllib.parse import urlsplit

import httpx
from flask import Flask, Response
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from app.db import Database
from app.models import SessionRow

BASE = "https://recover.example.com"


class Browser:
    def __init__(self, app: Flask, *, headers: dict[str, str] | None = None) -> None:
        self.client: FlaskClient = app.test_client()
        self.headers = headers or {}

    def get(self, path: str, **headers: str) -> TestResponse:
        return self.client.get(path, base_url=BASE, headers=self.headers | headers)

    def post(self, path: str, *, of: str | None = None, **form: str) -> TestResponse:
        """Post a form with the CSRF token that stands on the page `of`."""
        if of is not None:
            form["csrf_token"] = csrf_token(self.get(of))
        headers = self.headers | {"Referer": BASE}
        return self.client.post(path, base_url=BASE, data=form, headers=headers)

    def to_whop(self, path: str = "/auth/whop") -> str:
        """Where our sign-in sends the browser."""
        answer = self.get(path)
        assert answer.status_code == 302, answer.text
        return answer.headers["Location"]

    def back_from(self, address: str) -> str:
        """What Whop's answer sends the browser to, as a path of ours."""
        answer = httpx.get(address)
        assert answer.status_code == 302, answer.text
        parts = urlsplit(answer.headers["Location"])
        assert f"{parts.scheme}://{parts.netloc}" == BASE
        return f"{parts.path}?{parts.query}"

    def sign_in(self, path: str = "/auth/whop", *, look: bool = True) -> TestResponse:
        """`look`: at the overview too, which leads whoever has nothing yet to the set-up once."""
        answer = self.get(self.back_from(self.to_whop(path)))
        if look:
            self.get("/dashboard")
        return answer

    def sid(self) -> str | None:
        cookie = self.client.get_cookie("sid", domain="recover.example.com")
        return cookie.value if cookie else None


def csrf_token(page: TestResponse) -> str:
    found = page.text.partition('name="csrf_token" value="')[2].partition('"')[0]
    assert found
    return found


def nobody_signed_in(database: Database) -> bool:
    with database.reading() as read:
        return read.scalars(select(SessionRow).where(SessionRow.user_id.is_not(None))).all() == []


def broken(status: int) -> Response:
    """A provider's answer that is of no use."""
    return Response("<h1>oops</h1>", status)
