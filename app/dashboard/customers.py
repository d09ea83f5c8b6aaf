"""The addresses of the merchant's customers: their list, each one's page, and the switch to leave one alone."""

from flask import Blueprint, flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext

from app.cases.commands import Refusal
from app.cases.customers import customer_of_merchant
from app.cases.exclusion import exclude_customer, readmit_customer
from app.dashboard.customer_page import customer_page, list_page
from app.dashboard.deeds import DEEDS, REFUSALS, Deed
from app.dashboard.desk import Desk, acting, reading
from app.dashboard.personal_data import ERASED_ALREADY, confirm_page, erase_now, export_file
from app.security.access import Who, access
from app.security.tenancy import signed_in

ROW = "<int(max=9223372036854775807):row_id>"

IN_CONTROL_GROUP = lazy_gettext(
    "This customer is in the control group. Nothing is done to them by hand either, "
    "or the comparison would be worth nothing."
)

blueprint = Blueprint("customers", __name__, url_prefix="/dashboard/customers")


@blueprint.get("", endpoint="index")
@access(who=Who.SIGNED_IN, csrf=False, rate=None)
def show_customers() -> ResponseReturnValue:
    with reading() as desk:
        return list_page(desk)


@blueprint.get(f"/{ROW}", endpoint="customer")
@access(who=Who.SIGNED_IN, csrf=False, rate=None)
def show_customer(row_id: int) -> ResponseReturnValue:
    with reading() as desk:
        return customer_page(desk, row_id)


@blueprint.post(f"/{ROW}/<any(exclude, readmit):deed>", endpoint="change")
@access(who=Who.SIGNED_IN, csrf=True, rate=None)
def change_customer(row_id: int, deed: str) -> ResponseReturnValue:
    with acting() as desk:
        refused = carry_out(desk, Deed(deed), row_id)
    flash(refused or str(DEEDS[Deed(deed)].done), "warning" if refused else "success")
    return redirect(url_for(".customer", row_id=row_id), 303)


@blueprint.post(f"/{ROW}/export", endpoint="export")
@access(who=Who.SIGNED_IN, csrf=True, rate=None)
def export_customer(row_id: int) -> ResponseReturnValue:
    return export_file(row_id)


@blueprint.get(f"/{ROW}/erase", endpoint="confirm")
@access(who=Who.SIGNED_IN, csrf=False, rate=None)
def confirm_erasing(row_id: int) -> ResponseReturnValue:
    with reading() as desk:
        return confirm_page(desk, row_id)


@blueprint.post(f"/{ROW}/erase", endpoint="erase")
@access(who=Who.SIGNED_IN, csrf=True, rate=None)
def erase_customer(row_id: int) -> ResponseReturnValue:
    if erase_now(row_id):
        flash(_("The customer's data is erased. Nothing more is sent to them."), "success")
    else:
        flash(str(ERASED_ALREADY), "warning")
    return redirect(url_for(".index"), 303)


def carry_out(desk: Desk, deed: Deed, customer_id: int) -> str | None:
    """Leave a customer alone, or no more; why not, where it cannot be done. Raises `NotFound` for a foreign one."""
    command = exclude_customer if deed is Deed.EXCLUDE else readmit_customer
    customer = customer_of_merchant(desk.session, desk.merchant, customer_id)
    refusal = command(desk.session, customer, actor=signed_in().actor, now=desk.now, rules=desk.rules)
    if refusal is None:
        return None
    if refusal is Refusal.CONTROL_GROUP:
        return str(IN_CONTROL_GROUP)
    return str(REFUSALS.get(refusal, DEEDS[deed].refused))
