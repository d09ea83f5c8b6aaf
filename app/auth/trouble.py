"""The pages on which a sign-in ends that came to nothing: what happened, and what the person can do."""

from flask import render_template
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _

from app.security.tracing import request_id
from app.whop.oauth import Trouble

STATUS = {
    Trouble.DENIED: 403,
    Trouble.STATE: 400,
    Trouble.CODE: 400,
    Trouble.AWAY: 503,
    Trouble.UNTRUSTED: 502,
}
TITLES = {
    Trouble.DENIED: _("You did not give your consent"),
    Trouble.STATE: _("This sign-in was not begun here"),
    Trouble.CODE: _("This sign-in is over"),
    Trouble.AWAY: _("Whop does not answer right now"),
    Trouble.UNTRUSTED: _("Whop's answer could not be trusted"),
}
TEXTS = {
    Trouble.DENIED: _(
        "Whop told us that you said no. Nothing was stored. To use these pages, sign in and agree."
    ),
    Trouble.STATE: _(
        "It was begun in another browser, too long ago, or twice; or this browser keeps no cookies. Nobody was signed in."
    ),
    Trouble.CODE: _(
        "Whop's permission to sign in works once and for ten minutes. Nobody was signed in; begin again."
    ),
    Trouble.AWAY: _("Nobody was signed in. Reminders go on by themselves meanwhile. Try again in a moment."),
    Trouble.UNTRUSTED: _(
        "Its signature or what it says does not fit this install, so nobody was signed in. "
        "If it stays so, tell whoever runs this install the number below: WHOP_CLIENT_ID or WHOP_API_URL may be wrong."
    ),
}


def trouble_page(trouble: Trouble) -> ResponseReturnValue:
    page = render_template(
        "auth/trouble.html", title=TITLES[trouble], text=TEXTS[trouble], request_id=request_id()
    )
    return page, STATUS[trouble], ({"Retry-After": "20"} if trouble is Trouble.AWAY else {})


def no_account_page(name: str | None) -> ResponseReturnValue:
    return render_template("auth/no_account.html", name=name, request_id=request_id()), 403
