"""`autocharge simulate`: what ways of dealing with failed renewals would bring in, by stated assumptions.

Reads a merchant's past where one is named; it changes nothing and writes to nobody.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import click
from sqlalchemy import select

from app.cases.past import past_of
from app.models import Merchant
from app.recovery.simulation.own_past import of_past
from app.recovery.simulation.picture import picture
from app.recovery.simulation.report import as_json, report
from app.recovery.simulation.run import simulate
from app.recovery.simulation.world import World
from app.services import Services

YEAR = 365.0
Command = TypeVar("Command", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What the command line asks for."""

    customers: int
    seed: int
    json_: bool
    svg: Path | None


@dataclass(frozen=True, slots=True)
class Setting:
    """Whom and what the simulation is about."""

    world: World
    a_day: float | None = None
    """Failures; None: as many as fill a year."""
    about: str = ""


def options(command: Command) -> Command:
    """The options of the command, the first at the top of its help."""
    for option in (
        click.option("--svg", type=click.Path(path_type=Path, dir_okay=False), help="Draw the charts into a file."),
        click.option("--json", "json_", is_flag=True, help="Print JSON instead of the page."),
        click.option("--seed", default=1, show_default=True, help="The same seed makes the same customers."),
        click.option("--customers", default=10_000, show_default=True, type=click.IntRange(100, 200_000),
                     help="How many failed renewals to live through."),
        click.option("--days", default=90, show_default=True, type=click.IntRange(7, 365),
                     help="How much of the merchant's past to take."),
        click.option("--merchant", metavar="BIZ", help="Account id: take mix, pace and Whop's own share from its past."),
    ):  # fmt: skip
        command = option(command)
    return command


def own_setting(services: Services, *, biz_id: str, days: int) -> Setting:
    """From a merchant's past. Raises `click.ClickException` where there is none."""
    with services.database.reading() as session:
        merchant = session.scalars(select(Merchant).where(Merchant.biz_id == biz_id)).one_or_none()
        if merchant is None:
            raise click.ClickException(f"No merchant {biz_id} is known here.")
        past = past_of(session, merchant, now=services.clock.now(), days=days)
    if not past.cases:
        raise click.ClickException(f"{biz_id} has no failed renewal in the last {days} days to learn from.")
    return Setting(
        of_past(past, World()),
        past.cases / days,
        f" like the {past.cases} of {biz_id} in its last {days} days",
    )


def run(setting: Setting, wish: Wish) -> str:
    """The page or the JSON; draws the picture where one is wanted."""
    days = wish.customers / setting.a_day if setting.a_day else YEAR
    title = (
        f"{wish.customers:,} made-up failed renewals{setting.about}, over {days:,.0f} days (seed {wish.seed})"
    )
    result = simulate(setting.world, count=wish.customers, days=days, seed=wish.seed)
    if wish.svg is not None:
        wish.svg.write_text(picture(result, title=title), encoding="utf-8")
    if wish.json_:
        return json.dumps(as_json(result, setting.world, title=title), indent=2)
    return report(result, setting.world, title=title)
