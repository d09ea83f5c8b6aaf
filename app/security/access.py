"""Who may call what. Every view declares it; one hook enforces it before the view runs.

A view without a declaration is refused: nothing is open by accident. What the declaration says of methods
is left to the router, what it says of a signature or a customer's token to the view that reads it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypeVar
from urllib.parse import urlsplit

from flask import Flask, abort, current_app, g, request
from flask_wtf.csrf import CSRFProtect

from app.errors import (
    AppError,
    InvalidToken,
    MissingScope,
    NoRight,
    NotFound,
    NotSignedIn,
    TooMany,
    Unavailable,
)
from app.log import get_logger
from app.security import limits
from app.security.bearer import bearer_of, load_bearer, token_of
from app.security.scopes import Scope
from app.security.tenancy import inside_whop, load_signed_in, session_lost
from app.services import services

API_RATE = "100 per 15 minutes"
SIGN_IN_RATE = "20 per 15 minutes"
OURS = ("same-origin", "none")
"""What browsers say of a request from our own pages, or from the person directly."""

log = get_logger(__name__)
csrf = CSRFProtect()
View = TypeVar("View", bound=Callable[..., Any])


class Who(StrEnum):
    ANYONE = "anyone"
    SIGNATURE = "signature"
    """Whoever can sign with the webhook's secret; the view verifies."""
    CUSTOMER = "customer"
    """Whoever holds the token in the address; the view reads it."""
    SIGNED_IN = "signed_in"
    MOCK_LOGIN = "mock_login"
    """Anyone in development, and elsewhere where MOCK_LOGIN is true."""
    DEVELOPMENT = "development"
    """Anyone in development; in production the page does not exist."""


@dataclass(frozen=True, slots=True)
class Access:
    who: Who
    csrf: bool
    """Requests that change something carry a CSRF token."""
    rate: str | None
    """Of one person where they are signed in, else of one address."""
    scope: Scope | None
    """What a personal token must be allowed to do; None: no token opens this."""


def install(app: Flask) -> None:
    csrf.init_app(app)
    app.before_request(enforce)
    access(who=Who.ANYONE, csrf=False, rate=None)(app.view_functions["static"])


def access(*, who: Who, csrf: bool, rate: str | None, scope: Scope | None = None) -> Callable[[View], View]:
    """Declare who may call a view. Put it right below the route."""

    def declare(view: View) -> View:
        vars(view)["access"] = Access(who, csrf, rate, scope)
        return view

    return declare


def declared(endpoint: str) -> Access | None:
    """What the view of this endpoint declares."""
    found = getattr(current_app.view_functions[endpoint], "access", None)
    return found if isinstance(found, Access) else None


def enforce() -> None:
    """Refuse the request, or let it pass. Runs before every view."""
    if request.endpoint is None:
        return  # the router has its own answer: 404, or 405
    rule = declared(request.endpoint)
    if rule is None:
        log.error("access.undeclared", endpoint=request.endpoint)
        raise NotFound
    if not _exists_here(rule.who):
        log.warning("access.not_here", endpoint=request.endpoint)
        raise NotFound
    token = token_of(request) if rule.scope is not None else None
    refused = _load(rule, token)
    _keep_rate(rule)
    if refused is not None:
        raise refused
    if rule.csrf and token is None:  # a token is sent by a program, never by a browser of itself
        _refuse_other_sites()
        if not session_lost():  # a lost session has nobody signed in whose rights could be abused
            csrf.protect()


def _load(rule: Access, token: str | None) -> AppError | None:
    """Who it is, into `g.signed_in`; why they are refused, to be said once the try has been counted."""
    if rule.who not in (Who.SIGNED_IN, Who.DEVELOPMENT):
        return None
    if token is not None:
        return _load_bearer(rule, token)
    if rule.who is Who.SIGNED_IN and session_lost():
        raise Unavailable
    g.signed_in = load_signed_in()
    if rule.who is Who.DEVELOPMENT or g.signed_in is not None:
        return None
    if inside_whop():
        return NoRight()
    if rule.scope is not None and bearer_of(request) is not None:
        return InvalidToken("This is no token of this program: they begin with acs_pat_.")
    return NotSignedIn()


def _load_bearer(rule: Access, token: str) -> AppError | None:
    try:
        person = load_bearer(token)
    except (InvalidToken, NoRight, NotFound) as error:
        return error
    g.signed_in = person
    assert rule.scope is not None and person.scopes is not None
    return None if rule.scope in person.scopes else MissingScope(rule.scope)


def _refuse_other_sites() -> None:
    """The browser itself says whose page a request comes from: a token that leaked is of no use elsewhere."""
    if request.method in ("GET", "HEAD", "OPTIONS"):
        return
    from_where = request.headers.get("Sec-Fetch-Site", OURS[0])
    origin = request.headers.get("Origin") or request.headers.get("Referer")
    if inside_whop():
        origin = None  # Whop's proxy stands between the browser and us: there its pages have another host
    if from_where not in OURS or (origin is not None and urlsplit(origin).netloc != request.host):
        log.warning("access.other_site", endpoint=request.endpoint)
        abort(400, "This request comes from a page of another site.")


def _exists_here(who: Who) -> bool:
    settings = services().settings
    if who is Who.DEVELOPMENT:
        return not settings.production
    if who is Who.MOCK_LOGIN:
        return not settings.production or settings.mock_login
    return True


def _keep_rate(rule: Access) -> None:
    if rule.rate is None:
        return
    person = g.get("signed_in")
    key = person.actor if person else request.remote_addr or "unknown"
    # The API is one thing to whoever calls it, however many blueprints it is made of.
    scope = "api" if rule.rate == API_RATE else request.blueprint or "page"
    wait = limits.hit(rule.rate, scope=scope, key=key)
    if wait is not None:
        raise TooMany(retry_after=wait)
