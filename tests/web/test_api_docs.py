"""The page of the API says all that the description says, to anyone, without a script."""

import re

from flask.testing import FlaskClient

from tests.support.description import operations


def test_every_operation_stands_on_the_page_with_its_scope_and_a_call(client: FlaskClient) -> None:
    answer = client.get("/api/docs")
    assert answer.status_code == 200 and "Set-Cookie" not in answer.headers
    page = answer.text
    for path, method, operation in operations():
        assert f'id="{operation["operationId"]}"' in page, (path, method)
        assert f"{path}</code>" in page
    for scope in ("read", "write-cases", "write-settings"):
        assert f"scope {scope}</span>" in page
    assert "curl -X POST http://localhost:3000/api/cases/{case_id}/note" in page
    assert "webhook-signature" in page and "What arrives" in page


def test_it_runs_nothing_and_names_no_operation_twice(client: FlaskClient) -> None:
    page = client.get("/api/docs").text
    assert re.findall(r"<script(?![^>]*src=\"/static/theme.js)", page) == []
    ids = re.findall(r'id="([^"]+)"', page)
    assert len(ids) == len(set(ids))
    links = set(re.findall(r'href="#([^"]+)"', page))
    assert links <= set(ids) and len(links) > 15
    assert len(page.encode()) < 250_000
    titles = re.findall(r"<h3[^>]*>([^<]+)</h3>", page)
    assert len(titles) == len(set(titles)), "each is the name of a part of the page"
