"""The customer's pages: what happened to the payment, on to Whop, and how they want to be reminded, if at all.

Whoever holds the token in the address may see its page; no session is read and no cookie set. Only the
press of a button changes anything or counts as a visit: mail scanners fetch every link.
"""

from typing import Any

from flask import Blueprint, redirect, request, url_for
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from app.cases import links as accounts
from app.cases.commands import opt_out, record_visit
from app.cases.preferences import locked
from app.cases.rules import Rules
from app.customer.choices import Press, carry_out
from app.customer.connect import connect_page
from app.customer.discord import CALLBACK, Discord
from app.customer.frame import asked_language, links, page, unknown, words_for
from app.customer.linking import TELEGRAM, link_discord, linkable, preferences_url
from app.customer.other_card import ACTS as CARD_ACTS
from app.customer.other_card import carry_out_on_case, of_case
from app.customer.pages import fix_page, seller, situation_of
from app.customer.preferences import preferences_page
from app.customer.targets import target_of
from app.customer.telegram import start_link, telegram_bot_name
from app.customer.visits import CONTINUED, note_seen
from app.delivery.suppression import OPTED_OUT, suppress
from app.models import Case, Customer, Merchant
from app.security.access import Who, access
from app.security.tokens import Purpose
from app.services import services

CUSTOMER_RATE = "120 per 15 minutes"

blueprint = Blueprint("customer", __name__)


@blueprint.get("/r/<token>")
@access(who=Who.CUSTOMER, csrf=False, rate=CUSTOMER_RATE)
def fix(token: str) -> AnyResponse:
    wired = services()
    with wired.database.reading() as read:
        case = _case(read, Purpose.FIX, token)
        if case is None:
            return unknown("unknown_lead")
        words, customer = words_for(case.customer), case.customer
        shown = fix_page(read, case, words=words, links=links(), now=wired.clock.now())
        now, rules = wired.clock.now(), Rules.of(wired.settings)
        card = of_case(read, case, merchant=shown.merchant, words=words, now=now, rules=rules)
        case_id = case.id
    if request.method == "GET":
        note_seen(wired.database, case_id, now=wired.clock.now())
    told = card.words.done.get(request.args.get("done", "")) if card else None
    return page(
        "customer/fix.html",
        words,
        page=shown,
        card=card,
        told=told,
        preferences_url=preferences_url(customer),
    )


@blueprint.post("/r/<token>")
@access(who=Who.CUSTOMER, csrf=False, rate=CUSTOMER_RATE)
def go_on(token: str) -> AnyResponse:
    wired = services()
    with wired.database.transaction() as write:
        case = _case(write, Purpose.FIX, token)
        if case is None:
            return unknown("unknown_lead")
        if request.form.get("act") in CARD_ACTS:
            now, rules = wired.clock.now(), Rules.of(wired.settings)
            language = words_for(case.customer).language
            done = carry_out_on_case(write, case, request.form, language=language, now=now, rules=rules)
            back = url_for("customer.fix", token=token, done=done, lang=asked_language())
            return redirect(back + "#other-card", 303)
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
            return unknown("unknown_unsubscribe")
        stopped, customer = case.customer.contact_stopped is not None, case.customer
        told = _told_of(case)
    return page(
        "customer/unsubscribe.html", stopped=stopped, preferences_url=preferences_url(customer), **told
    )


@blueprint.post("/unsubscribe/<token>")
@access(who=Who.CUSTOMER, csrf=False, rate=CUSTOMER_RATE)
def stop(token: str) -> AnyResponse:
    """Also the one-click POST that mail programs send (RFC 8058): no redirect, no cookie, no question."""
    wired = services()
    now = wired.clock.now()
    with wired.database.transaction() as write:
        case = _case(write, Purpose.UNSUBSCRIBE, token)
        if case is None:
            return unknown("unknown_unsubscribe")
        opt_out(write, case, now=now)
        if case.customer.email:
            suppress(
                write,
                case.merchant,
                channel="email",
                address=case.customer.email,
                reason=OPTED_OUT,
                now=now,
            )
        told, customer = _told_of(case), case.customer
    return page("customer/unsubscribe.html", stopped=True, preferences_url=preferences_url(customer), **told)


@blueprint.get("/preferences/<token>")
@access(who=Who.CUSTOMER, csrf=False, rate=CUSTOMER_RATE)
def preferences(token: str) -> AnyResponse:
    wired, name, accounts_here = services(), _name(token), linkable()
    with wired.database.reading() as read:
        wanted = select(Customer).where(Customer.token == name)
        customer = read.scalars(wanted).one_or_none() if name else None
        if customer is None:
            return unknown("unknown_lead")
        words = words_for(customer)
        shown = preferences_page(
            read,
            customer,
            words=words,
            links=links(),
            linkable=accounts_here,
            now=wired.clock.now(),
            rules=Rules.of(wired.settings),
        )
        return page("customer/preferences.html", words, page=shown, done=request.args.get("done"))


@blueprint.post("/preferences/<token>")
@access(who=Who.CUSTOMER, csrf=False, rate=CUSTOMER_RATE)
def change_preferences(token: str) -> AnyResponse:
    """A press for another service leads there with a code that links one account, once and within the hour."""
    wired, act, name = services(), request.form.get("act", ""), _name(token)
    leads_out = act in linkable()
    with wired.database.transaction() as write:
        customer = locked(write, name) if name else None
        if customer is None:
            return unknown("unknown_lead")
        if leads_out:
            code = accounts.fresh_code(write, customer, act, wall=wired.clock.wall())
        else:
            rules = Rules.of(wired.settings)
            language = words_for(customer).language
            done = carry_out(Press(write, customer, request.form, wired.clock.now(), rules, language))
            back = url_for("customer.preferences", token=token, done=done, lang=asked_language())
            return redirect(back, 303)
    return redirect(_way_out(act, code), 303)


def _way_out(channel: str, code: str) -> str:
    wired = services()
    bot, discord = telegram_bot_name(wired), Discord.of(wired.settings)
    if channel == TELEGRAM and bot is not None:
        return start_link(bot, code)
    assert discord is not None
    return discord.address(code)


@blueprint.get(CALLBACK)
@access(who=Who.CUSTOMER, csrf=False, rate=CUSTOMER_RATE)
def discord_callback() -> AnyResponse:
    """Discord sends people back here; the state is the code that their own page gave them."""
    discord = Discord.of(services().settings)
    if discord is None or request.method == "HEAD":  # which would use up the code and link nothing
        return unknown("unknown_lead")
    outcome = link_discord(discord, request.args.to_dict())
    if outcome.trouble is None and outcome.token is not None:
        return redirect(url_for("customer.preferences", token=outcome.token, done="linked"), 303)
    return outcome.page()


@blueprint.get("/connect/<token>")
@access(who=Who.CUSTOMER, csrf=False, rate=CUSTOMER_RATE)
def connect(token: str) -> AnyResponse:
    channels = linkable()
    with services().database.reading() as read:
        merchant = _merchant(read, token)
        if merchant is None:
            return unknown("unknown_lead")
        return connect_page(merchant, channels=channels, trouble=request.args.get("trouble"))


@blueprint.post("/connect/<token>")
@access(who=Who.CUSTOMER, csrf=False, rate=CUSTOMER_RATE)
def begin_connect(token: str) -> AnyResponse:
    """On to the sign-in, which keeps in a session what must come back unchanged; here none is read."""
    with services().database.reading() as read:
        if _merchant(read, token) is None:
            return unknown("unknown_lead")
    if services().connecting is None:
        return redirect(url_for("customer.connect", token=token, lang=asked_language()), 303)
    return redirect(url_for("auth.connect", token=token), 303)


def _name(token: str) -> str | None:
    return links().tokens.read(Purpose.PREFERENCES, token)


def _merchant(session: Session, token: str) -> Merchant | None:
    biz_id = links().tokens.read(Purpose.CONNECT, token)
    wanted = select(Merchant).where(Merchant.biz_id == biz_id)
    return session.scalars(wanted).one_or_none() if biz_id else None


def _case(session: Session, purpose: Purpose, token: str) -> Case | None:
    name = links().tokens.read(purpose, token)
    return session.scalars(select(Case).where(Case.token == name)).one_or_none() if name else None


def _told_of(case: Case) -> dict[str, Any]:
    words = words_for(case.customer)
    fix_url = None if case.closed_at else links().fix(case.token)
    return {"words": words, "merchant": seller(case, words), "fix_url": fix_url}
