"""The chores of this install alone: those that ask Telegram or Whop, where they are set up."""

import threading
from collections.abc import Mapping
from datetime import timedelta

from app.alerts.keys import look_at_key
from app.claims import Times
from app.inbox.reading_back import EVERY as READ_BACK_EVERY
from app.inbox.reading_back import ReadingBack
from app.inbox.reconcile import LOOK_EVERY, Reconciler
from app.services import Services
from app.settings import Settings
from app.sweeps import NO_CHORES, Periodic
from app.telegram.ways import polls
from notifiers.base import Notifier

KEY_EVERY = timedelta(minutes=1)


def chore_threads(settings: Settings) -> int:
    """The look at the invariants, asking Telegram and the two that ask Whop take seconds: each has a thread beside the
    other chores'."""
    return 2 + polls(settings) + 2 * (settings.whop_api_key is not None)


def polling(services: Services, channels: Mapping[str, Notifier]) -> Mapping[str, Periodic]:
    """The chore that asks Telegram for updates, where Telegram cannot post them to us."""
    if not polls(services.settings):
        return NO_CHORES
    # Imported only where it is used: its library takes a fifth of a second to load.
    from app.telegram.poll import EVERY, Poller

    return {"poll_telegram": Periodic(EVERY, Poller.of(services, channels["telegram"]).poll)}


def reconciling(services: Services, stopping: threading.Event) -> Mapping[str, Periodic]:
    """The chores that read Whop's records, of the present and of the past, and tell whom it refuses; with a key only."""
    reconciler = Reconciler.of(services, stopping=stopping.is_set)
    if reconciler is None or services.whop is None:
        return NO_CHORES
    back = ReadingBack(services, services.whop, stopping=stopping.is_set)

    def tell_of_key() -> int:
        times = Times(now=services.clock.now(), wall=services.clock.wall())
        return look_at_key(services.database, times=times)

    return {
        "reconcile": Periodic(LOOK_EVERY, reconciler.run),
        "read_back": Periodic(READ_BACK_EVERY, back.run),
        "look_at_key": Periodic(KEY_EVERY, tell_of_key),
    }
