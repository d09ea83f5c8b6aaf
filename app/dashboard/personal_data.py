"""What is stored about one customer, exported and erased: from their page and by the API."""

import json

from flask import Blueprint, Response, jsonify, render_template
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext

from app.cases.customers import customer_of_merchant
from app.dashboard.desk import Desk, acting
from app.errors import Conflict
from app.privacy.erasing import erase
from app.privacy.leftovers import look_through
from app.privacy.telling import export
from app.security.access import API_RATE, Who, access
from app.security.scopes import Scope
from app.security.tenancy import signed_in
from app.services import services

CUSTOMER = "<int(max=9223372036854775807):customer_id>"
ERASED_ALREADY = lazy_gettext("This customer's data has been erased already.")
PARTS_AT_ONCE = 4
"""Of the raw events: those of a small merchant at once, the others by the worker within minutes."""

blueprint = Blueprint("personal_data", __name__, url_prefix="/api/customers")


@blueprint.get(f"/{CUSTOMER}/export")
@access(who=Who.SIGNED_IN, csrf=False, rate=API_RATE, scope=Scope.READ)
def export_by_api(customer_id: int) -> ResponseReturnValue:
    return export_file(customer_id)


@blueprint.post(f"/{CUSTOMER}/erase")
@access(who=Who.SIGNED_IN, csrf=True, rate=API_RATE, scope=Scope.WRITE_SETTINGS)
def erase_by_api(customer_id: int) -> ResponseReturnValue:
    if not erase_now(customer_id):
        raise Conflict(str(ERASED_ALREADY))
    return jsonify(erased=customer_id)


def export_file(customer_id: int) -> Response:
    """A file to save. Raises `NotFound` for somebody else's customer."""
    with acting() as desk:
        customer = customer_of_merchant(desk.session, desk.merchant, customer_id)
        told = export(desk.session, customer, actor=signed_in().actor, now=desk.now)
    return Response(
        json.dumps(told, ensure_ascii=False, indent=2) + "\n",
        mimetype="application/json",
        headers={"Content-Disposition": f'attachment; filename="customer-{customer_id}.json"'},
    )


def erase_now(customer_id: int) -> bool:
    """False: they were erased already. Raises `NotFound` for somebody else's customer."""
    with acting() as desk:
        customer = customer_of_merchant(desk.session, desk.merchant, customer_id)
        refusal = erase(desk.session, customer, actor=signed_in().actor, now=desk.now, rules=desk.rules)
    if refusal is not None:
        return False
    look_through(services().database, now=services().clock.now(), parts=PARTS_AT_ONCE)
    return True


def confirm_page(desk: Desk, customer_id: int) -> str:
    """Asks before anything is erased. Raises `NotFound` for somebody else's customer, and `Conflict` for nobody."""
    customer = customer_of_merchant(desk.session, desk.merchant, customer_id)
    if customer.erased_at is not None:
        raise Conflict(_("This customer's data has been erased already."))
    return render_template("dashboard/customer_erase.html", customer=customer)
