"""What every page of a merchant says while the install is on hold: why, and which of their rows wait."""

from flask import Flask
from flask_babel import gettext as _
from flask_babel import lazy_gettext, ngettext

from app import held_back
from app.dashboard.desk import Desk, reading
from app.held_back import Waiting, What
from app.hold import Cause, Guard, Hold, look
from app.services import Services

GUARD = "autocharge-hold"
MOST_LISTED = 20
SENTENCES = {
    What.MESSAGE: lazy_gettext("a message"),
    What.CHARGE: lazy_gettext("a charge"),
    What.OTHER_CARD: lazy_gettext("a charge to another card"),
    What.ALERT: lazy_gettext("an alert to you"),
    What.WEBHOOK: lazy_gettext("a webhook to your program"),
}


def install(app: Flask, services: Services) -> None:
    """For the templates: `on_hold()` is the hold or None, and costs a look at the database once a second."""

    def see() -> Hold | None:
        with services.database.reading() as session:
            return look(session, wall=services.clock.wall())

    app.extensions[GUARD] = guard = Guard(see)
    app.context_processor(lambda: {"on_hold": guard.hold, "hold_notice": notice})


def notice(hold: Hold) -> dict[str, object]:
    with reading() as desk:
        merchant = desk.merchant.id
        counts = held_back.counted(desk.session, now=desk.now, merchant_id=merchant)
        rows = held_back.listed(desk.session, now=desk.now, limit=MOST_LISTED, merchant_id=merchant)
        number = sum(counts.values())
        return {
            "why": _why(hold, desk),
            "waits": _waits(number, desk),
            "rows": [(row.case_id, _row(row, desk)) for row in rows],
        }


def _why(hold: Hold, desk: Desk) -> str:
    since = desk.show.moment(hold.since)
    if hold.cause is Cause.BY_HAND:
        return str(
            _(
                "Nothing is sent and nothing is charged since %(since)s: whoever runs this has put it on hold.",
                since=since,
            )
        )
    return str(
        _(
            "Nothing is sent and nothing is charged since %(since)s: the database was put back from a copy, and does "
            "not know what went out after that was made.",
            since=since,
        )
    )


def _waits(number: int, desk: Desk) -> str:
    if not number:
        return str(_("Nothing of yours waits to go out."))
    return str(
        ngettext(
            "%(number)s thing of yours would go out now.",
            "%(number)s things of yours would go out now.",
            number,
            number=desk.show.number(number),
        )
    )


def _row(row: Waiting, desk: Desk) -> str:
    due = desk.show.moment(row.due_at)
    return str(_("%(what)s, due %(due)s", what=SENTENCES[row.what], due=due))
