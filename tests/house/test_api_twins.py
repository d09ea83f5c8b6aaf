"""Whatever a page does, a program can do as well, but for what is named here with its reason."""

from collections.abc import Iterator

from flask import Flask
from werkzeug.routing import AnyConverter, Rule

from app.recovery.wording import KEYS
from tests.house.test_routes import app
from tests.support.description import operations

__all__ = ["app"]

TWINS: dict[str, tuple[str, ...]] = {
    "alerts.change_settings": ("/api/settings/alerts",),
    "alerts.check": ("/api/settings/channels/{name}/check",),
    "alerts.test": ("/api/settings/alerts/test/{name}",),
    "campaign.create": ("/api/policies", "/api/policies/preview"),
    "campaign.edit": ("/api/policies/{key}", "/api/policies/{key}/preview"),
    "campaign.move": ("/api/policies/{key}/{deed}",),
    "campaign.reset": ("/api/policies/{key}/{deed}",),
    "campaign.restore": ("/api/policies/{key}/restore/{number}",),
    "campaign.switch": ("/api/policies/{key}/{deed}",),
    "charges.change": ("/api/settings/charges",),
    "compare.start": ("/api/messages/{key}/compare",),
    "compare.stop": ("/api/messages/{key}/compare/end",),
    "control.change": ("/api/settings/control",),
    "customers.change": ("/api/customers/{customer_id}/{deed}",),
    "customers.export": ("/api/customers/{customer_id}/export",),
    "customers.erase": ("/api/customers/{customer_id}/erase",),
    "dashboard.change_case": ("/api/cases/{case_id}/{deed}",),
    "dashboard.change_settings": ("/api/settings/profile",),
    "dashboard.note_on_case": ("/api/cases/{case_id}/note",),
    "endpoints.act": ("/api/webhooks/{webhook_id}/{deed}",),
    "endpoints.edit": ("/api/webhooks/{webhook_id}",),
    "endpoints.make": ("/api/webhooks",),
    "endpoints.send_again": ("/api/webhooks/deliveries/{delivery_id}/resend",),
    "events.again": ("/api/events/{event_id}/again",),
    "events.all_again": ("/api/events/again",),
    "flood.release": ("/api/flood",),
    "learning.switch": ("/api/settings/learning",),
    "messages.letter": ("/api/messages/{key}/preview",),
    "messages.preview": ("/api/messages/{key}/preview",),
    "messages.reset": ("/api/messages/{key}/reset",),
    "messages.restore": ("/api/messages/{key}/restore/{number}",),
    "messages.use": ("/api/messages/{key}", "/api/messages/{key}/preview", "/api/messages/{key}/test"),
    "selected.change": ("/api/cases/bulk",),
    "setup.read_months": ("/api/setup/months",),
    "setup.test": ("/api/setup/test/{name}",),
    "views.delete": ("/api/views/{view_id}/delete",),
    "views.rename": ("/api/views/{view_id}/rename",),
    "views.save": ("/api/views",),
    "whop_window.change": ("/api/whop",),
    "winback.change": ("/api/settings/winback",),
}
"""By the endpoint of a page's form, all operations by which a program does the same."""
WITHOUT = {
    "auth.end_other_sessions": "browsers are signed out by the person at one of them",
    "auth.end_session": "as all of them",
    "auth.logout": "a program has no session: its token is revoked",
    "tokens.end": "a token that leaked must not end the others",
    "tokens.make": "a token must not make tokens that outlive it",
}
ELSEWHERE = {"send": "/api/notify-failed"}
"""Deeds whose operation has an address of its own."""
PAGES = ("/dashboard", "/auth/")


def deeds(app: Flask) -> Iterator[tuple[str, str | None]]:
    """The endpoint of each form, and where one address does several things, each of them."""
    for rule in app.url_map.iter_rules():
        if rule.rule.startswith(PAGES) and "POST" in (rule.methods or ()):
            yield from ((rule.endpoint, deed) for deed in names_in(rule) or (None,))


def names_in(rule: Rule) -> list[str]:
    """What a part of the address may be, but for the names of message texts."""
    found = (one.items for one in rule._converters.values() if isinstance(one, AnyConverter))
    return sorted(name for items in found for name in items if name not in KEYS)


def described() -> dict[str, list[str]]:
    """By path, the deeds that its operations take in the address."""
    found: dict[str, list[str]] = {}
    for path, _, operation in operations():
        named = [one for one in operation.get("parameters", ()) if one.get("name") == "deed"]
        found.setdefault(path, []).extend(name for one in named for name in one["schema"]["enum"])
    return found


def without_twin(app: Flask) -> set[tuple[str, str | None]]:
    known = described()

    def has(path: str, deed: str | None) -> bool:
        return path in known and (deed is None or deed in known[path] or ELSEWHERE.get(deed) in known)

    return {
        (endpoint, deed)
        for endpoint, deed in deeds(app)
        if endpoint not in WITHOUT
        and not (endpoint in TWINS and all(has(path, deed) for path in TWINS[endpoint]))
    }


def test_every_deed_of_a_page_has_a_twin_or_a_reason_why_not(app: Flask) -> None:
    assert without_twin(app) == set()
    assert {endpoint for endpoint, _ in deeds(app)} == {*TWINS, *WITHOUT}, (
        "named, and no form does it any more"
    )


def test_a_deed_that_is_new_is_noticed(app: Flask) -> None:
    for address in ("/dashboard/new", "/dashboard/new/<any(up, down):way>"):
        app.add_url_rule(address, endpoint=f"new{len(address)}", methods=["POST"], view_func=str)
    app.add_url_rule("/dashboard/campaign/<any(up, aside):way>", endpoint="campaign.move", methods=["POST"])
    assert without_twin(app) == {
        ("new14", None),
        ("new34", "down"),
        ("new34", "up"),
        ("campaign.move", "aside"),
    }
