"""The `autocharge` commands about what has been: living events through again, reading the months before.

They are added to the others by `app.cli`, which also lends them its settings and services.
"""

import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import click

from app.cases.rules import Rules
from app.delivery.message import Links
from app.inbox.backfill import Baseline, Reader, known_accounts
from app.log import configure, masked
from app.ops.replay.disorder import Disorder, clean
from app.ops.replay.heard import BadLine, Heard, of_inbox, of_lines
from app.ops.replay.rehearsal import Rehearsal, empty_install
from app.services import Services
from app.settings import Settings
from app.whop.client import WhopClient
from app.whop.errors import WhopAway, WhopBusy, WhopError

MOST_SHOWN = 10
"""Differences of one order; the rest is counted."""
PARTS = 1000
"""Of a progress bar."""
MOST_PAUSES = 20
"""Then a read that makes no way is given up, and goes on there when it is begun again."""
AWAY_SECONDS = 3.0


class WithServices(Protocol):
    def __call__(self, settings: Settings, work: Callable[[Services], object], /) -> None: ...


@dataclass(frozen=True, slots=True)
class Desk:
    """What a command gets from the program that it is part of."""

    settings: Callable[[], Settings]
    with_services: WithServices


@click.command()
@click.argument("file", required=False, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--from-inbox", metavar="BIZ_ID", help="The events of this install's merchant, not of a file.")
@click.option("--shuffle", is_flag=True, help="Mix what came within one hour.")
@click.option("--double", is_flag=True, help="Let every event come twice, at once or later.")
@click.option("--drop", default=0.0, type=click.FloatRange(0, 1), help="Share of events that never come.")
@click.option("--late", default=0.0, type=click.FloatRange(0, 1), help="Share that comes hours or days late.")
@click.option("--seed", default=1, show_default=True, help="The same seed makes the same disorder.")
@click.option("--times", default=1, show_default=True, type=click.IntRange(1, 100_000), help="Orders to try.")
@click.pass_obj
def replay(
    desk: Desk, /, file: Path | None, from_inbox: str | None, seed: int, times: int, **disorder: float
) -> None:
    """Live the events of FILE through again, out of order, and compare what would have been done.

    FILE has one webhook body a line, or {"body": …, "received_at": …}. Nothing is sent to anybody: it all happens
    in a database that is thrown away. Exit status 1 where an order makes a difference.
    """
    settings = desk.settings()
    configure(settings.model_copy(update={"log_level": "WARNING"}))
    if (file is None) == (from_inbox is None):
        raise click.ClickException("Name a file, or a merchant with --from-inbox.")
    history = _of_file(file) if file else _of_merchant(desk, settings, from_inbox or "")
    if not history:
        raise click.ClickException("There are no events to live through.")
    given = any(disorder.values())
    wanted = Disorder(**disorder) if given else Disorder(shuffle=True, double=True)  # type: ignore[arg-type]
    click.echo("Nothing is sent to anybody: this happens in a database of its own, which is thrown away.")
    if _differ(settings, history, wanted, seeds=range(seed, seed + times)):
        sys.exit(1)


@click.command()
@click.option("--months", default=12, show_default=True, type=click.IntRange(1, 60))
@click.option(
    "--merchant", "merchants", multiple=True, metavar="BIZ_ID", help="Default: all that are known here."
)
@click.pass_obj
def backfill(desk: Desk, /, months: int, merchants: tuple[str, ...]) -> None:
    """Read the failed renewals of the months before from Whop, to measure against them.

    Nobody is written to about them. It may be stopped and begun again at any time: it goes on where it was.
    """
    settings = desk.settings()

    def read(services: Services) -> None:
        whop = services.whop
        if whop is None:
            raise click.ClickException("Set WHOP_API_KEY: without it Whop tells nothing of the past.")
        wanted = merchants or tuple(known_accounts(services))
        if not wanted:
            raise click.ClickException("No merchant is known here yet. Name one with --merchant.")
        failed = [biz_id for biz_id in wanted if not _read_back(services, whop, biz_id, months=months)]
        if failed:
            sys.exit(1)

    desk.with_services(settings, read)


def _read_back(services: Services, whop: WhopClient, biz_id: str, *, months: int) -> bool:
    """Whether it came to its end; else why not is told."""
    reader = Reader(services, whop, biz_id=biz_id)
    with click.progressbar(length=PARTS, label=f"Reading {biz_id} back", show_pos=False) as bar:
        for patience in range(MOST_PAUSES, -1, -1):
            try:
                for reached in reader.read(months=months):
                    bar.update(int(PARTS * reached.share) - bar.pos)
                bar.update(PARTS - bar.pos)
                break
            except WhopError as error:
                pause = error.after if isinstance(error, WhopBusy) else AWAY_SECONDS
                if not patience or not isinstance(error, WhopAway):
                    click.echo(f"\n{biz_id} could not be read back ({error}). Begin again later.", err=True)
                    return False
                time.sleep(pause)
    _tell(biz_id, reader.baseline())
    return True


def _tell(biz_id: str, before: Baseline) -> None:
    if before.percent is None:
        click.echo(f"{biz_id}: no renewal had failed.")
        return
    click.echo(
        f"{biz_id}: {before.failed:,} failed renewals before, {before.percent} % of them paid within 14 days. "
        "Nobody was written to."
    )


def _differ(settings: Settings, history: Sequence[Heard], disorder: Disorder, *, seeds: range) -> int:
    """Tell of each order; how many are not like the clean one."""
    wrong = 0
    with empty_install() as template:
        rehearsal = Rehearsal(template, rules=Rules.of(settings), links=Links.of(settings))
        as_clean = rehearsal.live(clean(history))
        click.echo(
            f"{len(history)} events in the clean order: {len(as_clean.sent)} messages, "
            f"{len(as_clean.charged)} charges, {len(as_clean.effects['alerts'])} alerts."
        )
        for number, seed in enumerate(seeds, start=1):
            found = rehearsal.compare(history, as_clean, disorder, seed=seed)
            wrong += bool(found)
            verdict = f"{len(found)} differences" if found else "the same"
            click.echo(f"Order {number} of {len(seeds)}, seed {seed}: {verdict}.")
            for line in found[:MOST_SHOWN]:
                click.echo(masked(f"  {line}"))
            if len(found) > MOST_SHOWN:
                click.echo(f"  … and {len(found) - MOST_SHOWN} more.")
    return wrong


def _of_file(file: Path) -> list[Heard]:
    try:
        return of_lines(file.read_text(encoding="utf-8").splitlines())
    except (BadLine, UnicodeDecodeError) as error:
        raise click.ClickException(str(error)) from None


def _of_merchant(desk: Desk, settings: Settings, biz_id: str) -> list[Heard]:
    found: list[Heard] = []

    def read(services: Services) -> None:
        with services.database.reading() as session:
            found.extend(of_inbox(session, biz_id))

    desk.with_services(settings, read)
    return found
