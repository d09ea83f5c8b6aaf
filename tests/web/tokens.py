"""A program that calls the API with a personal token, which its owner makes on the settings page."""

import re
from collections.abc import Sequence

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.web.conftest import csrf_token

PAGE = "/dashboard/settings/tokens"
TOKEN = re.compile(r"acs_pat_[0-9A-Za-z]{42}")


def ask_for_token(
    owner: FlaskClient, *scopes: str, name: str = "n8n", life: str = "90", of: str = ""
) -> TestResponse:
    data = {"name": name, "life": life, "scope": list(scopes), "csrf_token": csrf_token(owner)}
    return owner.post(f"{of}{PAGE}", data=data)


def token_for(owner: FlaskClient, *scopes: str, life: str = "90") -> str:
    answer = ask_for_token(owner, *(scopes or ("read",)), life=life)
    assert answer.status_code == 201
    found = TOKEN.search(answer.text)
    assert found is not None
    return found[0]


def bearer(token: str, scheme: str = "Bearer") -> dict[str, str]:
    return {"Authorization": f"{scheme} {token}"}


def program(app: Flask, token: str) -> FlaskClient:
    """No browser: it keeps no cookie and knows no CSRF token."""
    client = app.test_client(use_cookies=False)
    client.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {token}"
    return client


def error(answer: TestResponse) -> tuple[int, str]:
    return answer.status_code, answer.get_json()["error"]["type"]


def statuses(answers: Sequence[TestResponse]) -> list[int]:
    return [answer.status_code for answer in answers]
