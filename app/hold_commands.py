"""The `autocharge` commands about the hold: see docs/deployment.md, "Restore".

They are added to the others by `app.cli`, which also lends them its settings and services.
"""

import click

from app import held_back, hold
from app.checks import why_held
from app.held_back import Waiting
from app.past_commands import Desk
from app.services import Services

MOST_LISTED = 50


@click.command(name="hold")
@click.pass_obj
def put_on_hold(desk: Desk, /) -> None:
    """Send and charge nothing from now on, until `autocharge release`; events are still taken."""

    def work(services: Services) -> None:
        with services.database.transaction() as session:
            hold.put_on(session, wall=services.clock.wall())
        click.echo("On hold. Workers see it within a second; what is being sent at this moment ends.")

    desk.with_services(desk.settings(), work)


@click.command()
@click.option("--send-due", is_flag=True, help="Send and charge what is due already, too.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.pass_obj
def release(desk: Desk, /, send_due: bool, yes: bool) -> None:
    """List what an install on hold would send, and let it go on.

    Messages and charges that are due already are skipped unless --send-due is given: after a restore they may have
    gone out before.
    """
    desk.with_services(desk.settings(), lambda services: _release(services, send_due=send_due, yes=yes))


def _release(services: Services, *, send_due: bool, yes: bool) -> None:
    now = services.clock.now()
    with services.database.reading() as read:
        found = hold.look(read, wall=services.clock.wall())
        if found is None:
            click.echo("This install is not on hold.")
            return
        counts = held_back.counted(read, now=now)
        rows = held_back.listed(read, now=now, limit=MOST_LISTED)
    click.echo(why_held(found))
    for row in rows:
        click.echo(_line(row))
    if (more := sum(counts.values()) - len(rows)) > 0:
        click.echo(f"  and {more} more")
    if not yes:
        fate = "sent and charged" if send_due else "skipped, as they may have gone out before"
        click.confirm(f"Messages and charges that are due will be {fate}. Let the install go on?", abort=True)
    with services.database.transaction() as session:
        hold.release(session, now=now, send_due=send_due)
    click.echo("The install goes on.")


def _line(row: Waiting) -> str:
    what = row.what.replace("_", " ") + (
        f" by {row.via}" if row.what == "message" else f" ({row.via})" if row.via else ""
    )
    case = f", case {row.case_id}" if row.case_id else ""
    return f"  {row.due_at:%Y-%m-%d %H:%M} UTC  {row.biz_id}{case}: {what}"
