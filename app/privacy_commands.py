"""The `autocharge` commands about customers' data: export, erase, prune.

They are added to the others by `app.cli`, which also lends them its settings and services.
"""

import json
from pathlib import Path

import click
from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from app.cases.audit import Actor
from app.cases.rules import Rules
from app.log import masked
from app.models import Customer, Merchant
from app.past_commands import Desk
from app.privacy import retention
from app.privacy.erasing import erase as erase_customer
from app.privacy.leftovers import AT_ONCE, look_through, unfinished
from app.privacy.telling import export as export_customer
from app.recovery.folding import folded
from app.services import Services

person = click.argument("who")
account = click.argument("biz_id")


@click.command()
@account
@person
@click.option(
    "--output", type=click.Path(dir_okay=False, path_type=Path), help="Write to this file, not to the screen."
)
@click.pass_obj
def export(desk: Desk, /, biz_id: str, who: str, output: Path | None) -> None:
    """Tell all that is stored about one customer, as JSON.

    BIZ_ID is the account at Whop. WHO is the customer: Whop's user_… or mber_… id, the e-mail address, or the number
    in the address of their page.
    """

    def write(services: Services) -> None:
        with services.database.transaction() as session:
            customer = _customer(session, biz_id, who)
            told = export_customer(session, customer, actor=Actor.COMMAND, now=services.clock.now())
            text = json.dumps(told, ensure_ascii=False, indent=2)
            if output is None:
                click.echo(text)
            else:
                _write(output, text)
                click.echo(f"Written to {output}.", err=True)

    desk.with_services(desk.settings(), write)


@click.command()
@account
@person
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.pass_obj
def erase(desk: Desk, /, biz_id: str, who: str, yes: bool) -> None:
    """Erase one customer's data for good; amounts and totals stay.

    BIZ_ID is the account at Whop. WHO is the customer: Whop's user_… or mber_… id, the e-mail address, or the number
    in the address of their page. Nothing more is sent or charged, and what Whop tells of them later is not stored.
    """
    settings = desk.settings()

    def work(services: Services) -> None:
        with services.database.reading() as session:
            customer_id = _customer(session, biz_id, who).id
        if not yes:
            click.confirm(f"Erase customer {customer_id} of {biz_id}? It cannot be taken back.", abort=True)
        with services.database.transaction() as session:
            customer = session.get_one(Customer, customer_id)
            now, rules = services.clock.now(), Rules.of(settings)
            if erase_customer(session, customer, actor=Actor.COMMAND, now=now, rules=rules) is not None:
                raise click.ClickException("This customer has been erased already.")
        _finish(services)
        click.echo(f"Customer {customer_id} is erased. Amounts and totals have stayed.", err=True)

    desk.with_services(settings, work)


@click.command()
@click.pass_obj
def prune(desk: Desk, /) -> None:
    """Forget now what is old by the settings RETENTION_…, as the worker does at night."""
    settings = desk.settings()
    kept = retention.Kept.of(settings)

    def work(services: Services) -> None:
        now, done = services.clock.now(), retention.Pruned()
        _finish(services)
        with services.database.reading() as session:
            length = retention.left(session, kept, now=now)
        with click.progressbar(length=length, label="Forgetting what is old") as bar:
            for part in retention.at_ease(retention.prune(services.database, kept, now=now)):
                done += part
                bar.update(part.rows)
        if done.rows:
            with services.database.transaction() as session:
                retention.tell(session, done, actor=Actor.COMMAND, now=now)
        click.echo(
            f"Emptied {done.events:,} raw events and {done.messages:,} messages; {done.cases:,} closed cases lead to"
            " nobody any more."
        )

    desk.with_services(settings, work)


def _finish(services: Services) -> None:
    """Raw events that name erased people."""
    with services.database.reading() as session:
        length = unfinished(session)
    with click.progressbar(length=length, label="Emptying raw events") as bar:
        while look_through(services.database, now=services.clock.now(), parts=1):
            bar.update(AT_ONCE)


def _customer(session: Session, biz_id: str, who: str) -> Customer:
    merchant = session.scalars(select(Merchant).where(Merchant.biz_id == biz_id)).one_or_none()
    if merchant is None:
        raise click.ClickException(f"The account {masked(biz_id)} is not known here.")
    named = or_(Customer.identity == who, Customer.member_id == who, Customer.email_key == folded(who))
    if who.isascii() and who.isdigit() and len(who) < len(str(2**63)):
        named = or_(named, Customer.id == int(who))
    theirs = (Customer.merchant_id == merchant.id, Customer.erased_at.is_(None))
    found = session.scalars(select(Customer).where(named, *theirs).limit(2)).all()
    if not found:
        raise click.ClickException("No such customer is stored for this account.")
    if len(found) > 1:
        raise click.ClickException("Several customers have this address. Name one by Whop's user_… id.")
    return found[0]


def _write(output: Path, text: str) -> None:
    try:
        output.touch(mode=0o600)  # before there is anything to read in it
        output.write_text(text + "\n", encoding="utf-8")
    except OSError as error:
        raise click.ClickException(f"{output} cannot be written ({error.strerror}).") from None
