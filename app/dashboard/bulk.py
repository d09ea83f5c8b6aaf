"""One deed for many cases. Each case has a transaction of its own, so nobody waits for the last one's end."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask_babel import gettext as _

from app.cases.queries import CaseRow, rows_of
from app.dashboard.deeds import Deed, carry_out
from app.dashboard.desk import Desk, acting, reading
from app.errors import InvalidInput, NotFound

BULK_DEEDS = (Deed.PAUSE, Deed.RESUME, Deed.CLOSE)
MOST_AT_ONCE = 100


@dataclass(frozen=True, slots=True)
class Refused:
    case_id: int
    why: str


def chosen_rows(desk: Desk, ids: Sequence[int]) -> tuple[CaseRow, ...]:
    """Raises `NotFound` where one of them does not exist or is another merchant's."""
    rows = rows_of(desk.session, desk.merchant, ids)
    if len(rows) != len(ids):
        raise NotFound
    return rows


def carry_out_all(deed: Deed, ids: Sequence[int]) -> list[Refused]:
    """Those to which it could not be done, with the reason; to all others it is done.

    Raises `NotFound` before anything is done where one is not the merchant's.
    """
    with reading() as desk:
        chosen_rows(desk, ids)
    refused: list[Refused] = []
    for case_id in ids:
        with acting() as desk:
            why = carry_out(desk, deed, case_id)
        if why is not None:
            refused.append(Refused(case_id, why))
    return refused


def deed_of(given: object) -> Deed:
    """Raises `InvalidInput`."""
    for deed in BULK_DEEDS:
        if given == deed.value:
            return deed
    raise InvalidInput({"deed": _("one of: %(values)s", values=", ".join(BULK_DEEDS))})


def ids_of(given: object) -> list[int]:
    """Case numbers, each once, in the given order. Raises `InvalidInput`."""
    ids = list(dict.fromkeys(given)) if isinstance(given, list) and all(map(_is_id, given)) else []
    if not 0 < len(ids) <= MOST_AT_ONCE:
        raise InvalidInput({"case_ids": _("from 1 to %(most)s numbers of cases", most=MOST_AT_ONCE)})
    return ids


def _is_id(given: object) -> bool:
    return isinstance(given, int) and not isinstance(given, bool) and 0 < given < 2**63
