"""Personal API tokens: made for oneself, listed for the whole account, ended by anybody of it.

No route here takes a token: one that leaked must not make others.
"""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict

from app.cases.audit import Act, note
from app.dashboard.desk import Desk, acting, reading
from app.dashboard.token_inputs import LIFE_TEXTS, SCOPE_TEXTS, USUAL_LIFE, wanted_token
from app.errors import InvalidInput, NotFound
from app.security.access import Who, access
from app.security.api_tokens import MOST, create, live, revoke, tokens_of
from app.security.scopes import Scope
from app.security.tenancy import signed_in
from app.services import services

blueprint = Blueprint("tokens", __name__, url_prefix="/dashboard/settings/tokens")
NOTHING_WRITTEN = MultiDict([("life", USUAL_LIFE), ("scope", Scope.READ.value)])


@blueprint.get("")
@access(who=Who.SIGNED_IN, csrf=False, rate=None)
def index() -> ResponseReturnValue:
    with reading() as desk:
        return _page(desk)


@blueprint.post("")
@access(who=Who.SIGNED_IN, csrf=True, rate=None)
def make() -> ResponseReturnValue:
    """The page with the new token on it: it is kept nowhere, so no later page could show it."""
    wall, person = services().clock.wall(), signed_in()
    try:
        wanted = wanted_token(request.form, wall=wall)
        with acting() as desk:
            if live(desk.session, person.merchant_id, wall=wall) >= MOST:
                raise InvalidInput({"name": _("There are %(most)s tokens. Revoke one first.", most=MOST)})
            token_id, text = create(
                desk.session, wanted, merchant_id=person.merchant_id, user_id=person.user_id, wall=wall
            )
            _note(desk, Act.API_ACCESS_GIVEN, {"made": token_id, "scopes": sorted(wanted.scopes)})
            return _page(desk, made=text), 201
    except InvalidInput as error:
        with reading() as desk:
            return _page(desk, given=request.form, wrong=error.fields), error.status


@blueprint.post("/<int(max=9223372036854775807):row_id>/revoke")
@access(who=Who.SIGNED_IN, csrf=True, rate=None)
def end(row_id: int) -> ResponseReturnValue:
    with acting() as desk:
        name = revoke(desk.session, desk.merchant.id, row_id, wall=services().clock.wall())
        if name is None:
            raise NotFound
        _note(desk, Act.API_ACCESS_ENDED, {"revoked": row_id})
    flash(
        _("The token %(name)s is revoked. Programs that use it are refused from now on.", name=name),
        "success",
    )
    return redirect(url_for(".index"), 303)


def _note(desk: Desk, act: Act, detail: dict[str, object]) -> None:
    person = signed_in()
    note(desk.session, act, merchant_id=person.merchant_id, actor=person.actor, at=desk.now, detail=detail)


def _page(
    desk: Desk,
    *,
    given: MultiDict[str, str] = NOTHING_WRITTEN,
    wrong: dict[str, str] | None = None,
    made: str | None = None,
) -> str:
    return render_template(
        "dashboard/settings_tokens.html",
        tokens=tokens_of(desk.session, desk.merchant.id, wall=services().clock.wall()),
        given=given,
        wrong=wrong or {},
        made=made,
        base=services().settings.app_host,
        lives=LIFE_TEXTS,
        scopes=SCOPE_TEXTS,
        show=desk.show,
        me=signed_in().user_id,
    )
