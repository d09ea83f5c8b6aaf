"""The customer's pages: what happened to the payment and on to Whop, and no more reminders.

Whoever holds the token in the address may see its page; no session is read and no cookie set. Only the
press of a button counts as a visit or an opt-out: mail scanners fetch every link.
"""

from flask import Blueprint, Response, make_response, redirect, render_template, request, url_for
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from app.cases.commands import opt_out, record_visit
from app.customer.pages import fix_page, seller, situation_of
from app.customer.targets import MEMBERSHIPS, target_of
from app.customer.visits import CONTINUED, note_seen
from app.customer.words import Words
from app.customer.words_en import ENGLISH
from app.customer.words_ru import RUSSIAN
from app.delivery.message import Links, language_of
from app.delivery.suppression import suppress
from app.language import language
from app.models import Case
from app.security.access import Who, access
from app.security.tokens import Purpose
from app.services import services

CUSTOMER_RATE = "120 per 15 minutes"
WORDS = {words.language: words for words in (ENGLISH, RUSSIAN)}

blueprint = Blueprint("customer", __name__)


@blueprint.get("/r/<token>")
@access(who=Who.CUSTOMER, csrf=False, rate=CUSTOMER_RATE)
def fix(token: str) -> AnyResponse:
    wired = services()
    with wired.database.reading() as read:
        case = _case(read, Purpose.FIX, token)
        if case is None:
            return _unknown("unknown_lead")
        words = _words(case)
        page = fix_page(read, case, words=words, links=Links.of(wired.settings), now=wired.clock.now())
        case_id = case.id
    if request.method == "GET":
        note_seen(wired.database, case_id, now=wired.clock.now())
    return _page("customer/fix.html", words, page=page)


@blueprint.post("/r/<token>")
@access(who=Who.CUSTOMER, csrf=False, rate=CUSTOMER_RATE)
def go_on(token: str) -> AnyResponse:
    wired = services()
    with wired.database.transaction() as write:
        case = _case(write, Purpose.FIX, token)
        if case is None:
            return _unknown("unknown_lead")
        if not situation_of(case).leads_on:
            return redirect(url_for("customer.fix", token=token, lang=request.args.get("lang")), 303)
        target = target_of(write, case)
        record_visit(write, case, CONTINUED, target=target, now=wired.clock.now())
    return redirect(target, 303)


@blueprint.get("/unsubscribe/<token>")
@access(who=Who.CUSTOMER, csrf=False, rate=CUSTOMER_RATE)
def unsubscribe(token: str) -> AnyResponse:
    with services().database.reading() as read:
        case = _case(read, Purpose.UNSUBSCRIBE, token)
        if case is None:
            return _unknown("unknown_unsubscribe")
        return _unsubscribe_page(case, stopped=case.customer.contact_stopped is not None)


@blueprint.post("/unsubscribe/<token>")
@access(who=Who.CUSTOMER, csrf=False, rate=CUSTOMER_RATE)
def stop(token: str) -> AnyResponse:
    """Also the one-click POST that mail programs send (RFC 8058): no redirect, no cookie, no question."""
    wired = services()
    now = wired.clock.now()
    with wired.database.transaction() as write:
        case = _case(write, Purpose.UNSUBSCRIBE, token)
        if case is None:
            return _unknown("unknown_unsubscribe")
        opt_out(write, case, now=now)
        if case.customer.email:
            suppress(
                write,
                case.merchant,
                channel="email",
                address=case.customer.email,
                reason="opted_out",
                now=now,
            )
        return _unsubscribe_page(case, stopped=True)


def _case(session: Session, purpose: Purpose, token: str) -> Case | None:
    name = Links.of(services().settings).tokens.read(purpose, token)
    return session.scalars(select(Case).where(Case.token == name)).one_or_none() if name else None


def _words(case: Case | None) -> Words:
    """What the reader asked for, else the language of their messages."""
    asked = request.args.get("lang")
    if asked in WORDS:
        return WORDS[asked]
    return WORDS[language_of(case) if case else language()]


def _unsubscribe_page(case: Case, *, stopped: bool) -> Response:
    fix_url = None if case.closed_at else Links.of(services().settings).fix(case.token)
    words = _words(case)
    return _page(
        "customer/unsubscribe.html", words, merchant=seller(case, words), stopped=stopped, fix_url=fix_url
    )


def _unknown(lead: str) -> Response:
    words = _words(None)
    answer = _page("customer/unknown.html", words, lead=getattr(words, lead))
    answer.status_code = 404
    return answer


def _page(template: str, words: Words, **values: object) -> Response:
    other = next(code for code in WORDS if code != words.language)
    answer = make_response(
        render_template(
            template,
            words=words,
            language=words.language,
            asked_language=request.args.get("lang") if request.args.get("lang") in WORDS else None,
            may_switch=True,
            other_code=other,
            memberships_url=MEMBERSHIPS,
            **values,
        )
    )
    answer.headers["X-Robots-Tag"] = "noindex, nofollow"
    return answer
