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
from app.dashboard.desk import acting, reading
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
    told = DEEDS[Deed(deed)]
    command = exclude_customer if deed == Deed.EXCLUDE else readmit_customer
    with acting() as desk:
        customer = customer_of_merchant(desk.session, desk.merchant, row_id)
        refusal = command(desk.session, customer, actor=signed_in().actor, now=desk.now, rules=desk.rules)
    if refusal is None:
        flash(str(told.done), "success")
    elif refusal is Refusal.CONTROL_GROUP:
        flash(str(IN_CONTROL_GROUP), "warning")
    else:
        flash(str(REFUSALS.get(refusal, told.refused)), "warning")
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
