"""Looks after the webhook by which Whop tells us everything: whether it works, and what it could not bring.

A webhook that does not work is told to the merchant once. Once it works again Whop is asked, once, to send what
it could not bring meanwhile: refunds, disputes and complaints, of which no list tells.
"""

from datetime import datetime, timedelta
from urllib.parse import urlsplit

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.cases.alerting import write_alert
from app.db import Database
from app.inbox.looks import Look
from app.models import Comparison, Merchant
from app.recovery.alerts import webhook_down
from app.whop.answers import Webhook
from app.whop.client import WhopClient
from app.whop.errors import WhopAway, WhopError, WhopRefuses

PATH = "/webhooks/whop"
PATIENCE = timedelta(minutes=15)
"""A failure or two are made good by Whop's own next tries."""


class Hooks:
    def __init__(self, database: Database, whop: WhopClient, *, host: str) -> None:
        """`host`: our public address, by which our webhook is told from others."""
        self._database, self._whop = database, whop
        self._host = urlsplit(host).netloc

    def look_after(self, look: Look) -> None:
        """Raises `WhopAway`; a key that may not see webhooks is no trouble."""
        try:
            found = self._whop.webhooks(look.biz_id)
        except WhopRefuses:
            return
        ours = ours_among(found, host=self._host)
        if ours is None:
            return
        trouble = _trouble(ours, look.wall)
        if trouble is not None:
            with self._database.transaction() as session:
                self._tell(session, ours, trouble, look)
        elif ours.failing_since is None:
            self._ask_again(ours, look)

    def _tell(self, session: Session, hook: Webhook, trouble: str, look: Look) -> None:
        row = _row(session, look)
        since = row.webhook_since if row.webhook_id == hook.webhook_id else None
        since = since or hook.failing_since or hook.disabled_at or look.wall
        row.webhook_trouble, row.webhook_id, row.webhook_since = trouble, hook.webhook_id, since
        row.replay_until = None  # it would have to reach further now
        merchant = session.get_one(Merchant, look.merchant_id)
        write_alert(
            session, merchant, webhook_down(hook.webhook_id, trouble=trouble, since=since), now=look.now
        )

    def _ask_again(self, hook: Webhook, look: Look) -> None:
        with self._database.transaction() as session:
            row = _row(session, look)
            since = row.webhook_since if row.webhook_id == hook.webhook_id else None
            if since is None:
                return
            until = row.replay_until = row.replay_until or look.wall
        agreed = self._replay(hook, since=since, until=until)
        with self._database.transaction() as session:
            row = _row(session, look)
            row.webhook_trouble = row.webhook_since = row.replay_until = None
            row.replayed_at = look.wall if agreed else row.replayed_at

    def _replay(self, hook: Webhook, *, since: datetime, until: datetime) -> bool:
        """The same question under the same key however often it is asked: Whop heeds it once."""
        try:
            self._whop.replay(
                hook.webhook_id,
                sent_after=since - PATIENCE,
                sent_before=until,
                failed_only=True,
                key=f"replay_{hook.webhook_id}_{since:%Y%m%dT%H%M%S}_{until:%Y%m%dT%H%M%S}",
            )
        except WhopAway:
            raise
        except WhopError:
            return False  # it will not; what lists tell is compared all the same
        return True


def ours_among(found: tuple[Webhook, ...], *, host: str) -> Webhook | None:
    """The webhook that posts to this install; `host` with its port, if it has one."""
    places = [(hook, urlsplit(hook.url or "")) for hook in found]
    mine = (hook for hook, at in places if (at.netloc, at.path) == (host, PATH))
    return next(mine, None)


def _trouble(hook: Webhook, wall: datetime) -> str | None:
    if not hook.enabled:
        return "disabled"
    failing = hook.failing_since is not None and hook.failing_since < wall - PATIENCE
    return "failing" if failing else None


def _row(session: Session, look: Look) -> Comparison:
    wanted = select(Comparison).where(Comparison.merchant_id == look.merchant_id).with_for_update()
    return session.scalars(wanted).one()
