"""Deny by default: every view says who may call it, and whoever changes something says how it is protected."""

import pytest
from flask import Flask

from app import create_app
from app.security.access import Access, Who, declared
from tests.conftest import MakeSettings

SAFE = {"GET", "HEAD", "OPTIONS"}
WITHOUT_CSRF = {
    "webhooks.whop",
    "webhooks.telegram",
    "customer.go_on",
    "customer.stop",
    "customer.change_preferences",
    "customer.begin_connect",
}
"""A signature or a token in the address stands in; no cookie is read."""


@pytest.fixture
def app(make_settings: MakeSettings) -> Flask:
    return create_app(make_settings())


def rules(app: Flask) -> list[tuple[str, set[str], Access | None]]:
    with app.app_context():
        return [
            (rule.endpoint, set(rule.methods or ()), declared(rule.endpoint))
            for rule in app.url_map.iter_rules()
        ]


def test_every_view_declares_who_may_call_it(app: Flask) -> None:
    assert [endpoint for endpoint, _, access in rules(app) if access is None] == []


def test_whatever_changes_something_is_protected_against_forged_requests(app: Flask) -> None:
    changing = {(endpoint, access) for endpoint, methods, access in rules(app) if methods - SAFE}
    assert {endpoint for endpoint, access in changing if access and not access.csrf} == WITHOUT_CSRF


def test_only_named_pages_are_open_to_everybody(app: Flask) -> None:
    open_to_all = {endpoint for endpoint, _, access in rules(app) if access and access.who is Who.ANYONE}
    assert open_to_all == {
        "static",
        "auth.sign_in",
        "auth.callback",
        "auth.ask",
        "auth.logout",
        "auth.bye",
        "health.healthz",
        "health.api_health",
        "health.readyz",
        "metrics.metrics",  # in production it asks for a token of its own
        "openapi.show",
        "api_docs.show",
    }


def test_the_programming_interface_has_a_rate(app: Flask) -> None:
    programs = [access for endpoint, _, access in rules(app) if endpoint.startswith("api.")]
    assert programs and all(access and access.rate for access in programs)


def test_an_undeclared_view_is_refused(app: Flask) -> None:
    app.add_url_rule("/forgotten", view_func=lambda: "open", endpoint="forgotten")
    assert app.test_client().get("/forgotten").status_code == 404
