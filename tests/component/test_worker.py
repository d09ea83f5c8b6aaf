"""A worker beside another package's channel that does not behave, and with and without a key of Whop's."""

import threading
from pathlib import Path

import pytest

from app.chores import reconciling
from app.db import Database
from app.services import Services
from app.worker import Worker, connections_needed
from tests.conftest import MakeSettings
from tests.support.clock import FixedClock
from tests.support.plugin import GOOD, Installer


def test_a_channel_that_breaks_at_the_end_makes_no_crash_of_a_stop(
    database: Database,
    clock: FixedClock,
    make_settings: MakeSettings,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    folder = tmp_path / "packages"
    folder.mkdir()
    monkeypatch.syspath_prepend(folder)
    source = GOOD + "    def close(self): raise RuntimeError('the loft is locked')\n"
    Installer(folder)(f"plugin_locked_{database.engine.dialect.name}", source)
    worker = Worker(Services.make(make_settings(ENABLE_PIGEON="true"), clock, database=database))
    worker.stop()
    assert worker.run() == 0


def test_only_a_worker_with_a_key_compares_and_it_has_a_thread_for_that(
    clock: FixedClock, make_settings: MakeSettings
) -> None:
    without, with_key = make_settings(), make_settings(WHOP_API_KEY="an-api-key")
    chores = []
    for settings in (without, with_key):
        services = Services.make(settings, clock)
        chores.append(list(reconciling(services, threading.Event())))
        services.close()
    assert chores == [[], ["reconcile", "read_back", "look_at_key"]]
    assert connections_needed(with_key) == connections_needed(without) + 2
