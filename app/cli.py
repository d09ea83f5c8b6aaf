"""The `autocharge` commands. Errors are one sentence on stderr and a status other than zero."""

import gc
import os
import sys
from collections.abc import Callable, Sequence
from datetime import timedelta
from functools import partial
from typing import Any

import click
from sqlalchemy.exc import DBAPIError

from app import create_app, error_reports, metrics_server, migrate, start
from app.checks import Finding, findings, invariant_findings
from app.clock import MovableClock
from app.errors import SettingsError
from app.hold_commands import put_on_hold, release
from app.log import configure, masked
from app.metrics import directory
from app.ops import what_if
from app.ops.demo import Demo
from app.past_commands import Desk, backfill, replay
from app.privacy_commands import erase, export, prune
from app.recovery.simulation.world import World
from app.security.tenancy import MOCK_MERCHANT
from app.serve import ProcessTree, end_at_once_on_signal, run_worker
from app.services import Services
from app.settings import Settings
from app.version import VERSION
from app.web_server import WebServer
from app.worker import Worker, connections_needed

UNITS = {"m": "minutes", "h": "hours", "d": "days"}


def _settings() -> Settings:
    settings = Settings.load()
    configure(settings)
    return settings


@click.group()
@click.version_option(VERSION, prog_name="autocharge")
def cli() -> None:
    """AutoChargeSaver: recovers failed membership payments on Whop."""


@cli.command()
def up() -> None:
    """Bring the database up to date, then run web and worker in one process tree."""
    end_at_once_on_signal()
    settings = _settings()
    _migrate(settings)
    if not settings.production:
        address = settings.app_host
        click.echo(
            f"\n  AutoChargeSaver is starting. Open {address}/auth/dev\n  Ctrl-C stops it.\n", err=True
        )
    with directory.shared(settings.instance_dir):
        status = ProcessTree({part: partial(main, [part]) for part in ("web", "worker")}).run()
    sys.exit(status)


@cli.command()
def web() -> None:
    """Run the web server."""
    end_at_once_on_signal()
    settings = _settings()
    _with_services(settings, lambda services: start.check_tables(services.database))

    def make_app() -> Any:
        configure(settings)
        error_reports.start(settings)
        return create_app(settings)

    with directory.shared(settings.instance_dir):
        WebServer(settings, make_app).run()


@cli.command()
def worker() -> None:
    """Run one worker. Start as many as you like against one PostgreSQL."""
    end_at_once_on_signal()
    settings = _settings()
    error_reports.start(settings)
    with directory.shared(settings.instance_dir):
        services = Services.make(settings, connections=connections_needed(settings))
        start.wait_for_database(services.database, settings)
        start.check_tables(services.database)
        with metrics_server.listening(services):
            status = run_worker(Worker(services))
    error_reports.flush()
    if status:
        os._exit(status)  # a send that had to be cut would hold the process for as long as it likes
    services.close()


@cli.command(name="migrate")
@click.option("--to", "revision", default="head", show_default=True, help="Revision to go up to.")
@click.option(
    "--down", "down", metavar="REVISION", help="Go back to that revision; `base` drops every table."
)
def migrate_command(revision: str, down: str | None) -> None:
    """Bring the database's tables to this release, or back."""
    settings = _settings()
    if down is None:
        _migrate(settings, revision)
        return
    click.confirm(f"Going back to {down} deletes what later revisions store. Go on?", abort=True)
    _with_services(settings, lambda services: migrate.downgrade(services.database, down))


@cli.command()
@click.option(
    "--merchant", default=MOCK_MERCHANT, show_default=True, help="Account id of the merchant to fill."
)
@click.option("--cases", default=240, show_default=True, type=click.IntRange(1, 20_000))
@click.option("--seed", default=1, show_default=True, help="The same seed makes the same merchant.")
def demo(merchant: str, cases: int, seed: int) -> None:
    """Fill a merchant with 90 days of lively cases. Development only; nobody is written to."""
    settings = _settings()
    if settings.production:
        raise click.ClickException("The demo is for development: it would mix made-up cases with real ones.")
    _migrate(settings)

    def fill(services: Services) -> None:
        lives = Demo(services, biz_id=merchant, cases=cases, seed=seed)
        with click.progressbar(length=cases, label=f"Filling {merchant}") as bar:
            for _ in lives.live():
                bar.update(1)
        click.echo(f"Done. Open {settings.app_host}/auth/dev?whop={merchant}")

    _with_services(settings, fill)


@cli.command()
@what_if.options
def simulate(*, merchant: str | None, days: int, **wish: Any) -> None:
    """Compare ways of dealing with failed renewals on made-up customers; needs no settings without --merchant."""
    settings = [what_if.Setting(World())]
    if merchant is not None:
        own = partial(what_if.own_setting, biz_id=merchant, days=days)
        _with_services(_settings(), lambda services: settings.append(own(services)))
    click.echo(what_if.run(settings[-1], what_if.Wish(**wish)))


@cli.command()
@click.option(
    "--fix",
    is_flag=True,
    help="Mend what can be mended: tell Telegram where to post what customers write to the bot;"
    " with --invariants, count anew the figures that are wrong.",
)
@click.option(
    "--invariants",
    is_flag=True,
    help="Look at all records instead: do the rules hold that must always hold? Minutes on a large install.",
)
def check(fix: bool, invariants: bool) -> None:
    """Try settings, database and channels; exit status 1 and a list where something is wrong."""
    settings = _settings()
    found: list[Finding] = []

    def look(services: Services) -> None:
        for finding in (invariant_findings if invariants else findings)(services, fix=fix):
            click.echo(masked(f"{finding.sign} {finding.name}: {finding.text}"))
            found.append(finding)

    _with_services(settings, look, wait=False)
    sys.exit(0 if all(finding.ok for finding in found) else 1)


@cli.group()
def clock() -> None:
    """Look at and move the development clock; web and worker follow within a second."""


@clock.command(name="show")
def clock_show() -> None:
    """Print the campaign's time and how far it is from the machine's."""
    _tell(_movable())


@clock.command(name="advance")
@click.argument("span")
def clock_advance(span: str) -> None:
    """Move the clock forward by SPAN: 30m, 6h or 2d."""
    moved = _movable()
    moved.advance(_span(span))
    _tell(moved)


@clock.command(name="reset")
def clock_reset() -> None:
    """Back to the machine's time."""
    moved = _movable()
    moved.reset()
    _tell(moved)


def _movable() -> MovableClock:
    settings = _settings()
    if settings.production:
        raise click.ClickException("The clock can be moved in development only.")
    return MovableClock(settings.clock_file)


def _tell(moved: MovableClock) -> None:
    click.echo(f"{moved.now():%Y-%m-%d %H:%M:%S} UTC ({moved.offset()} ahead of the machine)")


def _span(text: str) -> timedelta:
    number, unit = text[:-1], text[-1:]
    if unit not in UNITS or not number.isascii() or not number.isdigit() or not 0 < int(number) <= 10_000:
        raise click.ClickException(f"{text!r} is no span of time. Write 30m, 6h or 2d.")
    return timedelta(**{UNITS[unit]: int(number)})


def _migrate(settings: Settings, revision: str = "head") -> None:
    try:
        _with_services(settings, lambda services: migrate.upgrade(services.database, revision))
    except DBAPIError as error:
        if getattr(error.orig, "pgcode", None) != migrate.TABLE_IN_USE:
            raise
        raise click.ClickException(
            "A table was in use for too long, and nothing was changed. Run it again, at a quieter time if need be."
        ) from error


def _with_services(settings: Settings, work: Callable[[Services], object], *, wait: bool = True) -> None:
    services = Services.make(settings)
    try:
        if wait:
            start.wait_for_database(services.database, settings)
        work(services)
    finally:
        services.close()


for command in (backfill, erase, export, prune, put_on_hold, release, replay):
    cli.add_command(command)


def main(arguments: Sequence[str] | None = None) -> None:
    try:
        cli.main(arguments, prog_name="autocharge", obj=Desk(_settings, _with_services))
    except SettingsError as error:
        click.echo("The settings cannot be used:", err=True)
        for line in error.lines:
            click.echo(f"  {line}", err=True)
        sys.exit(2)
    except start.StartRefused as refused:
        click.echo(str(refused), err=True)
        sys.exit(1)
    except DBAPIError as error:
        reason = str(error.orig).splitlines()[0] if error.orig else type(error).__name__
        click.echo(masked(f"The database cannot be used ({reason}). Check DATABASE_URL."), err=True)
        sys.exit(1)
    finally:
        gc.freeze()  # a last search for garbage would take half a second of the ten that a stop may take


if __name__ == "__main__":
    main()
