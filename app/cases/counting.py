"""What the tallies' keys are made of, asked of the cases themselves: the day, the month and the hours to the money."""

from datetime import date

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Date,
    String,
    case,
    cast,
    extract,
    func,
    literal_column,
    type_coerce,
)
from sqlalchemy.orm import Session

from app.models import Case
from app.recovery.attribution import Attribution
from app.recovery.waiting import HOUR_SECONDS, LONGEST, STEPS

TOUCHED = tuple(one.value for one in Attribution if one is not Attribution.NEITHER)


def on_postgresql(session: Session) -> bool:
    return session.get_bind().dialect.name == "postgresql"


def day_of_case(*, postgresql: bool) -> ColumnElement[date]:
    if postgresql:
        return cast(func.timezone("UTC", Case.opened_at), Date)
    return func.substr(Case.opened_at, 1, 10, type_=Date)


def month_of_case(*, postgresql: bool) -> ColumnElement[date]:
    """Its first day."""
    if postgresql:
        return cast(func.date_trunc("month", func.timezone("UTC", Case.opened_at)), Date)
    return type_coerce(func.substr(Case.opened_at, 1, 7, type_=String) + "-01", Date)


def hours_of_case(*, postgresql: bool) -> ColumnElement[int]:
    """As `app.recovery.waiting.span_of`, by the database."""
    seconds: ColumnElement[int] = extract("epoch", Case.recovered_at) - extract("epoch", Case.opened_at)
    whole = cast(func.floor(seconds), BigInteger) if postgresql else seconds
    hours = case((whole < 0, 0), else_=whole.op("/", precedence=8)(literal_column(str(HOUR_SECONDS))))
    return case(*((hours < end, hours - hours % step) for end, step in STEPS), else_=LONGEST)


def was_touched() -> ColumnElement[bool]:
    return func.coalesce(Case.attribution, "").in_(TOUCHED)
