"""The lines of the set-up page: what each thing stands at, its last proof, and the exact next step.

Reads only. What lives in the environment is named by its variables, never by their values.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from flask_babel import gettext as _

from app.alerts.listing import open_faults
from app.cases.proofs import evidence, proofs
from app.cases.queries import ReadBack, compared, read_back
from app.dashboard import permission_words, setup_words
from app.dashboard.desk import Desk
from app.dashboard.setup_channels import CHANNELS, channel_line
from app.dashboard.setup_line import Copied, Line, Standing
from app.dashboard.show import Show
from app.models import Proof
from app.services import services
from app.whop.permissions import NEEDED, OPTIONAL

WORKER_LATE = timedelta(minutes=1)
"""A worker ends a chore every few seconds."""


@dataclass(frozen=True, slots=True)
class Checklist:
    lines: tuple[Line, ...]
    back: ReadBack | None

    @property
    def needed(self) -> Sequence[Line]:
        return [line for line in self.lines if line.needed]

    @property
    def left(self) -> int:
        return sum(not line.works for line in self.needed)


def checklist(desk: Desk) -> Checklist:
    wall = services().clock.wall()
    tested = proofs(desk.session, desk.merchant)
    faults, found = open_faults(desk.session), evidence(desk.session, desk.merchant)
    showing = replace(desk.show, now=wall)  # tests are timed by the machine
    lines = (
        _worker(found.worker_seen, showing),
        _webhook(desk, tested.get("webhook"), found.last_webhook),
        _key(tested.get("key"), showing),
        *(channel_line(name, tested.get(name), faults.get(name), showing) for name in CHANNELS),
        _profile(desk, tested.get("profile")),
        _control(desk),
        _first_payment(found.first_case, desk.show),
    )
    return Checklist(lines, read_back(desk.session, desk.merchant))


def _worker(seen: datetime | None, showing: Show) -> Line:
    runs = seen is not None and showing.now - seen <= WORKER_LATE
    return Line(
        name="worker",
        title=_("The program’s worker"),
        standing=Standing.WORKS if runs else Standing.BROKEN,
        needed=True,
        told=_("It works on events and sends what is due.") if runs else setup_words.NO_WORKER,
        proof="" if seen is None else _("Last seen %(ago)s.", ago=showing.away(seen)),
        steps=() if runs else (_("Start it where the program is installed:"),),
        copied=() if runs else (Copied(_("Command"), "autocharge worker"),),
    )


def _webhook(desk: Desk, proof: Proof | None, last: datetime | None) -> Line:
    settings = services().settings
    trouble = compared(desk.session, desk.merchant).webhook_trouble
    refused = proof is not None and not proof.ok and (last is None or last < proof.at)
    standing = Standing.WORKS if last else Standing.TODO
    if trouble or refused:
        standing = Standing.BROKEN
    told = setup_words.webhook(trouble or (proof.code if refused and proof else None), heard=last is not None)
    open_address = settings.app_host.startswith("https://")
    steps = () if standing is Standing.WORKS else setup_words.webhook_steps(open_address=open_address)
    return Line(
        name="webhook",
        title=_("Whop’s webhook reaches us"),
        standing=standing,
        needed=True,
        told=told,
        proof=_("Last event: %(when)s.", when=desk.show.moment(last)) if last else _("No event yet."),
        steps=steps,
        copied=()
        if not steps
        else (
            Copied(_("Webhook address"), f"{settings.app_host}/webhooks/whop"),
            Copied(_("Events to choose"), "\n".join(setup_words.EVENTS)),
        ),
        variables=("APP_HOST", "WHOP_WEBHOOK_SECRET") if steps else (),
        test=_("Send a test event") if services().whop is not None else None,
    )


def _key(proof: Proof | None, showing: Show) -> Line:
    title = _("A key for Whop’s API, with its permissions")
    permissions = Copied(_("Permissions to choose"), "\n".join([*NEEDED, *OPTIONAL]))
    if services().whop is None:
        return Line(
            name="key",
            title=title,
            standing=Standing.TODO,
            needed=True,
            told=setup_words.NO_KEY,
            steps=(setup_words.MAKE_KEY,),
            copied=(permissions,),
            variables=("WHOP_API_KEY",),
        )
    lacking = tuple(proof.code.split()) if proof and proof.code and ":" in proof.code else ()
    costs = tuple((name, str(permission_words.WITHOUT.get(name, ""))) for name in lacking)
    works = proof is not None and proof.ok
    standing = Standing.TODO if proof is None else Standing.WORKS if works else Standing.BROKEN
    return Line(
        name="key",
        title=title,
        standing=standing,
        needed=True,
        told=setup_words.key(proof, needed=len(NEEDED)),
        proof=setup_words.tested(proof, showing),
        lacking=costs,
        steps=(setup_words.MORE_PERMISSIONS,) if lacking and not works else (),
        copied=(permissions,) if lacking and not works else (),
        variables=("WHOP_API_KEY",) if proof is not None and not works and not lacking else (),
        test=_("Look at its permissions"),
    )


def _profile(desk: Desk, proof: Proof | None) -> Line:
    merchant = desk.merchant
    named, chosen = merchant.public_name is not None, merchant.zone != "UTC" or proof is not None
    told = _(
        "Customers see “%(name)s”. Times are of %(zone)s; messages are in %(language)s where a customer’s own "
        "language is unknown.",
        name=merchant.public_name or _("a seller on Whop"),
        zone=merchant.zone.replace("_", " "),
        language=setup_words.language(merchant.locale),
    )
    return Line(
        name="profile",
        title=_("Your name, time zone and language"),
        standing=Standing.WORKS if named and chosen else Standing.TODO,
        needed=True,
        told=told,
        steps=() if named else (_("Set the name that your customers know you by."),),
        test=_("It is right as it is") if named and not chosen else None,
        leads=(("dashboard.settings", _("Change it")),),
    )


def _control(desk: Desk) -> Line:
    own = desk.merchant.control_share
    share = services().settings.control_share if own is None else own
    told = (
        _(
            "Chance leaves %(share)s of customers to Whop alone, so that you can see what the reminders bring.",
            share=desk.show.rate(share),
        )
        if share
        else _("Nobody is left to Whop alone: nobody can prove what the reminders bring.")
    )
    return Line(
        name="control",
        title=_("Control group"),
        standing=Standing.WORKS if share else Standing.OPTIONAL,
        told=told,
        leads=(("dashboard.settings#control", _("Change the share")),),
    )


def _first_payment(first: datetime | None, show: Show) -> Line:
    return Line(
        name="first",
        title=_("The first protected payment"),
        standing=Standing.WORKS if first else Standing.TODO,
        told=_("Failed renewals are being looked after.") if first else setup_words.NO_CASE,
        proof=_("The first failed on %(when)s.", when=show.moment(first)) if first else "",
        leads=(("dashboard.cases", _("See the cases")),) if first else (),
    )


def anything_left(desk: Desk, *, heard: bool) -> bool:
    """Whether the overview leads to the list: one question to the database, not the list's dozen."""
    if not heard or desk.merchant.public_name is None:
        return True
    tested = proofs(desk.session, desk.merchant)
    wanted = ["key"] + ["email"] * services().settings.enable_email
    return not all(name in tested and tested[name].ok for name in wanted)


def nothing_done(desk: Desk) -> bool:
    """Nobody has tested anything yet."""
    return not proofs(desk.session, desk.merchant)
