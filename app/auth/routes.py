"""Signing in with Whop or, where it is open, by the mock sign-in; choosing an account; signing out."""

from flask import (
    Blueprint,
    Response,
    abort,
    flash,
    g,
    jsonify,
    redirect,
    render_template,
    request,
    session,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.auth import connect
from app.auth import sign_in as session_of
from app.auth.trouble import no_account_page, trouble_page
from app.cases.audit import Act, note
from app.errors import NotFound
from app.log import get_logger
from app.models import Merchant, MerchantUser
from app.security.access import SIGN_IN_RATE, Who, access
from app.security.signed_in_browsers import end_browser, end_other_browsers
from app.security.tenancy import inside_whop, signed_in, somebody_signed_in
from app.security.urls import own_page
from app.services import services
from app.settings import CALLBACK, CALLBACKS
from app.whop.errors import WhopAway, WhopRefuses
from app.whop.oauth import SignInFailed, Trouble

WANTED = "wanted"
"""In the session: the page that a person wanted before they were sent to Whop."""

blueprint = Blueprint("auth", __name__)
log = get_logger(__name__)


@blueprint.get("/auth/whop")
@access(who=Who.ANYONE, csrf=False, rate=SIGN_IN_RATE)
def sign_in() -> ResponseReturnValue:
    settings, oauth = services().settings, services().oauth
    wanted = request.args.get("next")
    if settings.mock_login:
        return redirect(session_of.way_in(own_page(wanted) if wanted else None))
    if oauth is None:
        callback = settings.whop_redirect_uri or f"{settings.app_host}{CALLBACK}"
        return render_template("auth/not_set_up.html", callback=callback), 501
    try:
        answer = oauth.begin()
    except SignInFailed as error:
        return _failed(error)
    session[WANTED] = own_page(wanted)
    return answer


@blueprint.get("/auth/connect/<token>", endpoint="connect")
@access(who=Who.CUSTOMER, csrf=False, rate=SIGN_IN_RATE)
def connect_customer(token: str) -> ResponseReturnValue:
    """On from a merchant's connect page, which sets no cookie: here what must come back is kept in one."""
    if request.method == "HEAD":
        abort(405)
    return connect.begin(token)


@blueprint.get(CALLBACKS[0])
@blueprint.get(CALLBACKS[1])
@access(who=Who.ANYONE, csrf=False, rate=SIGN_IN_RATE)
def callback() -> ResponseReturnValue:
    """Whop sends people back here. It ends in a session or in a page, never in another redirect to Whop."""
    oauth = services().oauth
    if oauth is None:
        raise NotFound
    if request.method == "HEAD":
        abort(405)  # it would use up the state and sign nobody in
    customers = connect.token_of_callback()
    if customers is not None:
        return connect.finish(customers)
    try:
        identity, tokens = oauth.finish()
    except SignInFailed as error:
        return _failed(error)
    try:
        rights = services().accounts.rights(tokens.access, identity.user_id)
    except (WhopAway, WhopRefuses) as error:
        oauth.revoke(tokens.refresh)
        return _failed(SignInFailed(Trouble.AWAY, str(error)))
    if not rights:
        log.warning("auth.no_account", whop_user=identity.user_id)
        oauth.revoke(tokens.refresh)
        return no_account_page(identity.name)
    wanted = own_page(session.get(WANTED))
    session_of.begin(identity, tokens, rights)
    log.info("auth.signed_in", whop_user=identity.user_id, accounts=len(rights))
    if len(rights) > 1 and not wanted.startswith("/dashboard/biz_"):
        return redirect(url_for(".accounts"))
    return redirect(own_page(wanted))


def _failed(error: SignInFailed) -> ResponseReturnValue:
    log.warning("auth.sign_in_failed", trouble=error.trouble.value, cause=error.cause)
    return trouble_page(error.trouble)


@blueprint.get("/auth/accounts")
@access(who=Who.SIGNED_IN, csrf=False, rate=None)
def accounts() -> ResponseReturnValue:
    """The accounts that the person may see, each a link: choosing changes nothing that another tab uses."""
    theirs = (
        select(Merchant, MerchantUser.role)
        .join(MerchantUser, MerchantUser.merchant_id == Merchant.id)
        .where(MerchantUser.user_id == signed_in().user_id)
        .order_by(Merchant.title, Merchant.id)
    )
    with services().database.reading() as read:
        return render_template("auth/accounts.html", accounts=read.execute(theirs).all())


@blueprint.get("/auth/dev")
@access(who=Who.MOCK_LOGIN, csrf=False, rate=SIGN_IN_RATE)
def dev() -> ResponseReturnValue:
    if inside_whop():
        raise NotFound  # there Whop says who it is
    person = session_of.mock_person(email=request.args.get("email", ""), whop=request.args.get("whop", ""))
    session_of.begin_mock(person)
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
    return render_template("auth/bye.html", again=session_of.way_in())


@blueprint.post("/auth/sessions/<int(max=9223372036854775807):row_id>/end")
@access(who=Who.SIGNED_IN, csrf=True, rate=None)
def end_session(row_id: int) -> ResponseReturnValue:
    with services().database.transaction() as write:
        if not end_browser(write, signed_in().user_id, row_id):
            raise NotFound
        _note_ended(write, 1)
    flash(_("That browser is signed out."), "success")
    return redirect(url_for("team.index"), 303)


@blueprint.post("/auth/sessions/end-others")
@access(who=Who.SIGNED_IN, csrf=True, rate=None)
def end_other_sessions() -> ResponseReturnValue:
    with services().database.transaction() as write:
        ended = end_other_browsers(write, signed_in().user_id)
        if ended:
            _note_ended(write, ended)
    flash(ngettext("%(num)s browser is signed out.", "%(num)s browsers are signed out.", ended), "success")
    return redirect(url_for("team.index"), 303)


def _note_ended(write: Session, count: int) -> None:
    person = signed_in()
    note(
        write,
        Act.SESSIONS_ENDED,
        merchant_id=person.merchant_id,
        actor=person.actor,
        at=services().clock.now(),
        detail={"sessions": count},
    )


@blueprint.get("/debug/session")
@access(who=Who.DEVELOPMENT, csrf=False, rate=None)
def debug_session() -> Response:
    """What this install knows of the visitor; no id, no token."""
    person = g.signed_in
    return jsonify(
        signed_in=person is not None,
        user={"id": person.user_id, "email": person.email, "name": person.name} if person else None,
        merchant={"id": person.merchant_id, "name": person.merchant_name, "role": person.role}
        if person
        else None,
        accounts=person.accounts if person else 0,
        inside_whop=inside_whop(),
        keys=sorted(key for key in session if not key.startswith("_")),
    )
