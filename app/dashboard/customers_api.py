"""Customers by the API: their list, all that is known of one, and the switch to leave one alone."""

from flask import Blueprint, jsonify, request
from flask.typing import ResponseReturnValue

from app.cases.customers import (
    CustomerRow,
    accounts_of_many,
    addresses,
    case_ids_of,
    customer_of_merchant,
    memberships_of,
)
from app.cases.queries import rows_of
from app.dashboard import answers
from app.dashboard.answers import Answer, moment
from app.dashboard.customer_page import MOST_CASES, Suppressed, page_of, suppressed
from app.dashboard.customers import carry_out
from app.dashboard.deeds import Deed
from app.dashboard.desk import Desk, acting, reading
from app.delivery.suppression import suppressed_among
from app.errors import Conflict
from app.models import Customer, LinkedAccount, Membership
from app.models.contact import zone_of
from app.security.access import API_RATE, Who, access
from app.security.scopes import Scope

ONE = "<int(max=9223372036854775807):customer_id>"

blueprint = Blueprint("customers_api", __name__, url_prefix="/api/customers")


@blueprint.get("")
@access(who=Who.SIGNED_IN, csrf=False, rate=API_RATE, scope=Scope.READ)
def index() -> ResponseReturnValue:
    with reading() as desk:
        page = page_of(desk, request.args)
        closed = suppressed(desk, page)
        return jsonify(
            customers=[_row(row, closed) for row in page.rows], next=page.next, previous=page.previous
        )


@blueprint.get(f"/{ONE}")
@access(who=Who.SIGNED_IN, csrf=False, rate=API_RATE, scope=Scope.READ)
def show(customer_id: int) -> ResponseReturnValue:
    with reading() as desk:
        return jsonify(_whole(desk, customer_id))


@blueprint.post(f"/{ONE}/<any(exclude, readmit):deed>")
@access(who=Who.SIGNED_IN, csrf=True, rate=API_RATE, scope=Scope.WRITE_CASES)
def change(customer_id: int, deed: str) -> ResponseReturnValue:
    with acting() as desk:
        refused = carry_out(desk, Deed(deed), customer_id)
        if refused is not None:
            raise Conflict(refused)
        return jsonify(_whole(desk, customer_id))


def _row(found: CustomerRow, closed: Suppressed) -> Answer:
    return {
        **_person(found.customer, found.accounts, closed),
        "cases": found.cases,
        "cases_in_progress": found.running,
    }


def _whole(desk: Desk, customer_id: int) -> Answer:
    """Raises `NotFound` for one that does not exist or is another merchant's."""
    customer = customer_of_merchant(desk.session, desk.merchant, customer_id)
    accounts = tuple(accounts_of_many(desk.session, [customer.id]).get(customer.id, ()))
    closed = suppressed_among(desk.session, desk.merchant, addresses(customer, accounts))
    ids = case_ids_of(desk.session, customer, most=MOST_CASES)
    local = zone_of(customer, desk.now)
    return {
        **_person(customer, accounts, closed),
        "whop_id": customer.identity,
        "member_id": customer.member_id,
        "locale": customer.locale,
        "zone": {"name": local.zone.key, "known_by": local.source.value},
        "preferred_channel": customer.preferred_channel,
        "offers_asked_for_at": moment(customer.winback_consent_at),
        "known_since": moment(customer.created_at),
        "memberships": list(map(_membership, memberships_of(desk.session, customer))),
        "cases": list(map(answers.row, rows_of(desk.session, desk.merchant, ids[:MOST_CASES]))),
        "more_cases": len(ids) > MOST_CASES,
    }


def _person(customer: Customer, accounts: tuple[LinkedAccount, ...], closed: Suppressed) -> Answer:
    return {
        "id": customer.id,
        "name": customer.name,
        "username": customer.username,
        "email": customer.email,
        "country": customer.country,
        "contact_stopped": customer.no_contact,
        "excluded_at": moment(customer.excluded_at),
        "accounts": [
            {"channel": one.channel, "label": one.label, "linked_at": moment(one.linked_at)}
            for one in accounts
        ],
        "closed": [
            {"channel": channel, "reason": closed[channel, address]}
            for channel, address in addresses(customer, accounts)
            if (channel, address) in closed
        ],
    }


def _membership(found: Membership) -> Answer:
    return {
        "membership_id": found.membership_id,
        "status": found.status,
        "product": found.product_title,
        "started_at": moment(found.started_at),
        "paid_until": moment(found.current_period_end),
        "ends_with_the_period": found.cancel_at_period_end,
    }
