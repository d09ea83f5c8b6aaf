"""The merchant's customers as pages: who can be reached how, who must not be, and all that is stored about one."""

from collections.abc import Mapping

from babel.core import Locale
from flask import render_template, request
from flask_babel import gettext as _

from app.cases.customers import (
    CustomerPage,
    CustomerSort,
    Shown,
    accounts_of_many,
    addresses,
    case_ids_of,
    customer_of_merchant,
    list_customers,
    memberships_of,
)
from app.cases.queries import rows_of
from app.dashboard import customer_words, sentences
from app.dashboard.case_inputs import text_of
from app.dashboard.desk import Desk
from app.dashboard.inputs import row_id
from app.delivery.suppression import suppressed_among
from app.errors import InvalidInput
from app.models import Customer
from app.models.contact import zone_of

MOST_CASES = 25
ASKED = ("q", "show", "sort")
Suppressed = Mapping[tuple[str, str], str]


def list_page(desk: Desk) -> str:
    """Raises `InvalidInput` naming what cannot be asked for."""
    args = request.args
    sort, shown, page = sort_of(args), shown_of(args), page_of(desk, args)
    return render_template(
        "dashboard/customers.html",
        rows=page.rows,
        suppressed=suppressed(desk, page),
        next=page.next,
        previous=page.previous,
        asked={name: args[name] for name in ASKED if args.get(name)},
        filtered=bool(args.get("q") or shown),
        sort=sort,
        shows=customer_words.shows(),
        show=desk.show,
        words=sentences,
        told=customer_words,
    )


def page_of(desk: Desk, args: Mapping[str, str]) -> CustomerPage:
    """Raises `InvalidInput` naming what cannot be asked for."""
    return list_customers(
        desk.session,
        desk.merchant,
        text=text_of(args),
        shown=shown_of(args),
        sort=sort_of(args),
        after=_row_id(args, "after"),
        before=_row_id(args, "before"),
    )


def customer_page(desk: Desk, customer_id: int) -> str:
    """Raises `NotFound` for one that does not exist or is another merchant's."""
    customer = customer_of_merchant(desk.session, desk.merchant, customer_id)
    accounts = accounts_of_many(desk.session, [customer.id]).get(customer.id, ())
    ids = case_ids_of(desk.session, customer, most=MOST_CASES)
    return render_template(
        "dashboard/customer.html",
        customer=customer,
        accounts=accounts,
        suppressed=suppressed_among(desk.session, desk.merchant, addresses(customer, accounts)),
        memberships=memberships_of(desk.session, customer),
        rows=rows_of(desk.session, desk.merchant, ids[:MOST_CASES]),
        more_cases=len(ids) > MOST_CASES,
        local=zone_of(customer, desk.now),
        spoken=_language(customer),
        show=desk.show,
        words=sentences,
        told=customer_words,
    )


def suppressed(desk: Desk, page: CustomerPage) -> Suppressed:
    every = [pair for row in page.rows for pair in addresses(row.customer, row.accounts)]
    return suppressed_among(desk.session, desk.merchant, every)


def _language(customer: Customer) -> str | None:
    """In the language itself; None where they have not chosen one."""
    if customer.locale is None:
        return None
    return Locale.parse(customer.locale).get_language_name(customer.locale) or customer.locale


def sort_of(args: Mapping[str, str]) -> CustomerSort:
    asked = args.get("sort") or CustomerSort.NAME.value
    if asked not in list(CustomerSort):
        raise InvalidInput({"sort": _("one of: %(values)s", values=", ".join(CustomerSort))})
    return CustomerSort(asked)


def shown_of(args: Mapping[str, str]) -> Shown | None:
    asked = args.get("show", "")
    if asked and asked not in list(Shown):
        raise InvalidInput({"show": _("one of: %(values)s", values=", ".join(Shown))})
    return Shown(asked) if asked else None


def _row_id(args: Mapping[str, str], field: str) -> int | None:
    text = args.get(field, "")
    return row_id(text, field=field) if text else None
