"""Signing in and out. Only the mock sign-in exists so far; elsewhere a page says how to open it."""

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.auth import sign_in as session_of
from app.security.access import SIGN_IN_RATE, Who, access
from app.security.tenancy import somebody_signed_in
from app.security.urls import own_page
from app.services import services

blueprint = Blueprint("auth", __name__)


@blueprint.get("/auth/whop")
@access(who=Who.ANYONE, csrf=False, rate=SIGN_IN_RATE)
def sign_in() -> ResponseReturnValue:
    settings = services().settings
    if settings.production and not settings.mock_login:
        return render_template("auth/not_set_up.html"), 501
    wanted = request.args.get("next")
    return redirect(url_for("auth.dev", next=own_page(wanted)) if wanted else url_for("auth.dev"))


@blueprint.get("/auth/dev")
@access(who=Who.MOCK_LOGIN, csrf=False, rate=SIGN_IN_RATE)
def dev() -> ResponseReturnValue:
    person = session_of.mock_person(email=request.args.get("email", ""), whop=request.args.get("whop", ""))
    session_of.begin(person)
    return redirect(own_page(request.args.get("next")))


@blueprint.get("/logout")
@access(who=Who.ANYONE, csrf=False, rate=None)
def ask() -> ResponseReturnValue:
    if not somebody_signed_in():
        return redirect(url_for("auth.bye"))
    return render_template("auth/logout.html")


@blueprint.post("/auth/logout")
@access(who=Who.ANYONE, csrf=True, rate=None)
def logout() -> ResponseReturnValue:
    session_of.end()
    return redirect(url_for("auth.bye"))


@blueprint.get("/auth/bye")
@access(who=Who.ANYONE, csrf=False, rate=None)
def bye() -> ResponseReturnValue:
    return render_template("auth/bye.html", may_sign_in=_may_sign_in())


def _may_sign_in() -> bool:
    settings = services().settings
    return not settings.production or settings.mock_login
