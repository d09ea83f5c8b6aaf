"""What `autocharge check` looks at: each thing that must work before a payment can be recovered."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from sqlalchemy import select

from app import held_back, migrate, start
from app.cases.tally_recount import put_right
from app.claims import Times
from app.delivery.channels import build_alert_channels, build_channels
from app.errors import SettingsError
from app.hold import Cause, Hold, look
from app.invariants.looking import MOST
from app.invariants.run import Verdict, verdicts
from app.models import Merchant
from app.security.tenancy import MOCK_MERCHANT
from app.services import Services
from app.whop.errors import WhopError, WhopRefuses
from app.whop.permissions import NEEDED, OPTIONAL
from notifiers.base import Notifier

MOST_ACCOUNTS = 100
"""Whop is asked about; an install with an app's key may serve more."""


@dataclass(frozen=True, slots=True)
class Finding:
    name: str
    ok: bool
    text: str

    @property
    def sign(self) -> str:
        return "ok  " if self.ok else "FAIL"


def findings(services: Services, *, fix: bool = False) -> Iterator[Finding]:
    """One for each thing, in the order in which they depend on each other. `fix` mends what we can mend."""
    settings = services.settings
    yield Finding("settings", True, f"{settings.app_env}, {settings.app_host}")
    database = _database(services)
    yield database
    if database.ok and (held := _held(services)) is not None:
        yield held
    yield from _channels(services, fix=fix)
    yield _sign_in(services)
    yield from _whop_api(services, accounts=_accounts(services) if database.ok else ())


def invariant_findings(services: Services, *, fix: bool = False) -> Iterator[Finding]:
    """One for each rule of `app.invariants`, over all records. `fix` counts figures anew that are no sums."""
    database = _database(services)
    yield database
    if not database.ok:
        return
    if fix:
        yield Finding("figures", True, f"{put_right(services.database)} put right")
    times = Times(now=services.clock.now(), wall=services.clock.wall())
    for verdict in verdicts(services.database, services.settings, times=times, whole=True):
        yield Finding(verdict.rule.name, verdict.holds, _of_rule(verdict))


def _of_rule(verdict: Verdict) -> str:
    rule = verdict.rule
    if verdict.trouble is not None:
        return f"{rule.meaning} It could not be looked at ({verdict.trouble}); try again later."
    if not verdict.found:
        return rule.meaning
    number = f"{verdict.found} or more" if verdict.found >= MOST else str(verdict.found)
    return f"{rule.meaning} Not so: {number} ({', '.join(verdict.examples)}). {rule.what_to_do}"


def _database(services: Services) -> Finding:
    try:
        start.wait_for_database(services.database, services.settings, patience=0)
        start.check_tables(services.database)
    except start.StartRefused as refused:
        return Finding("database", False, str(refused))
    kind = "SQLite" if services.database.sqlite else "PostgreSQL"
    return Finding("database", True, f"{kind} at revision {migrate.current(services.database)}")


def _held(services: Services) -> Finding | None:
    with services.database.reading() as read:
        hold = look(read, wall=services.clock.wall())
        if hold is None:
            return None
        counts = held_back.counted(read, now=services.clock.now())
    waits = ", ".join(f"{number} {what.replace('_', ' ')}" for what, number in counts.items())
    return Finding(
        "sending", False, f"{why_held(hold)} Waiting: {waits or 'nothing'}. See `autocharge release`"
    )


def why_held(hold: Hold) -> str:
    """A sentence for whoever runs the install."""
    since = f"since {hold.since:%Y-%m-%d %H:%M} UTC"
    if hold.cause is Cause.BY_HAND:
        return f"Nothing is sent or charged: put on hold by hand {since}."
    return (
        f"Nothing is sent or charged {since}: this database was put back from a copy, and does not know what went out "
        "after that was made."
    )


def _sign_in(services: Services) -> Finding:
    settings, oauth = services.settings, services.oauth
    if settings.mock_login:
        return Finding("sign-in", True, "the mock sign-in is open to whoever reaches it (MOCK_LOGIN)")
    if oauth is None:
        return Finding("sign-in", True, "WHOP_CLIENT_ID is not set: /auth/whop says how to set it up")
    trouble = oauth.check()
    return Finding("sign-in", trouble is None, trouble or "with Whop; its addresses and keys are known")


def _accounts(services: Services) -> tuple[str, ...]:
    """Of the merchants that Whop has told of, or who have signed in."""
    with services.database.reading() as read:
        known = select(Merchant.biz_id).where(Merchant.biz_id != MOCK_MERCHANT)
        return tuple(read.scalars(known.order_by(Merchant.id).limit(MOST_ACCOUNTS)))


def _whop_api(services: Services, *, accounts: tuple[str, ...]) -> Iterator[Finding]:
    """What the key may do with each account; one line for each permission that it lacks."""
    name, client = "whop api", services.whop
    if client is None:
        yield Finding(name, True, "WHOP_API_KEY is not set: decisions rest on webhooks alone")
        return
    if not accounts:
        yield Finding(name, True, "the key is set; what it may do is looked at once an account is known here")
    for biz_id in accounts:
        try:
            granted = client.permissions(biz_id, (*NEEDED, *OPTIONAL))
        except WhopRefuses:
            yield Finding(name, False, "Whop refuses the key; check WHOP_API_KEY")
            return
        except WhopError as error:
            yield Finding(name, False, f"Whop does not say what the key may do ({error}); try again later")
            return
        yield from _permissions(biz_id, granted)


def _permissions(biz_id: str, granted: Mapping[str, bool]) -> Iterator[Finding]:
    name = f"whop api, {biz_id}"
    if not any(granted.values()):
        yield Finding(
            name, False, "the key sees nothing of this account: it belongs to another one, or lacks all"
        )
        return
    for action, without in NEEDED.items():
        if not granted[action]:
            yield Finding(name, False, f"the key lacks {action}: {without}")
    for action, without in OPTIONAL.items():
        if not granted[action]:
            yield Finding(name, True, f"without {action}, which is optional: {without}")
    if all(granted[action] for action in NEEDED):
        yield Finding(name, True, "the key may do all that is needed")


def _channels(services: Services, *, fix: bool) -> Iterator[Finding]:
    try:
        channels = build_channels(services.settings)
        alerts = build_alert_channels(services.settings)
    except SettingsError as error:
        yield from (Finding("channels", False, line) for line in error.lines)
        return
    if not channels:
        yield Finding("channels", False, "none is switched on; nobody can be reminded")
    for name, notifier in (*channels.items(), *alerts.items()):
        checked = notifier.check()
        yield Finding(name, checked.ok, checked.text)
        if name == "telegram" and checked.ok:
            yield _telegram_updates(services, notifier, fix=fix)
        notifier.close()


def _telegram_updates(services: Services, notifier: Notifier, *, fix: bool) -> Finding:
    # Imported only where it is used: its library takes a fifth of a second to load.
    from app.telegram import hook

    return Finding("telegram updates", *hook.state(services.settings, notifier, fix=fix))
