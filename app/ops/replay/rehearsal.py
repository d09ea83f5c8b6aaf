"""The whole of a replay: one clean run, then disordered ones beside it. Sends nothing to anybody."""

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from app.cases.rules import Rules
from app.db import Database
from app.delivery.message import Links
from app.migrate import upgrade
from app.ops.replay.compare import broken_promises, differences
from app.ops.replay.disorder import Arrival, Disorder, clean, disordered
from app.ops.replay.effects import Charge, Effects, SentMessage, charges_made, effects_of, sent_messages
from app.ops.replay.heard import Heard
from app.ops.replay.looks import healed
from app.ops.replay.run import Install, throw_away


@dataclass(frozen=True, slots=True)
class Life:
    """What one run has brought about."""

    effects: Effects
    sent: Sequence[SentMessage]
    charged: Sequence[Charge]


class Rehearsal:
    def __init__(self, template: Path, *, rules: Rules, links: Links) -> None:
        """`template`: a migrated, empty SQLite file."""
        self._template, self._rules, self._links = template, rules, links

    def live(self, arrivals: Sequence[Arrival]) -> Life:
        with throw_away(self._template) as database:
            install = Install(database, rules=self._rules, links=self._links)
            install.live(arrivals)
            with database.reading() as session:
                return Life(
                    effects_of(session, install.outside.alerts), sent_messages(session), charges_made(session)
                )

    def compare(
        self, history: Sequence[Heard], as_clean: Life, disorder: Disorder, *, seed: int
    ) -> list[str]:
        """What differs from the clean life; empty: nothing."""
        came, missing = disordered(history, disorder, seed=seed)
        arrivals = healed(came, missing, clean(history))
        life = self.live(arrivals)
        return [
            *broken_promises(arrivals, life.sent, life.charged),
            *differences(as_clean.effects, life.effects, same_time=disorder.keeps_time),
        ]


@contextmanager
def empty_install() -> Iterator[Path]:
    """A migrated, empty SQLite file."""
    with tempfile.TemporaryDirectory(prefix="autocharge-template-") as folder:
        path = Path(folder) / "template.db"
        database = Database(f"sqlite:///{path}")
        upgrade(database)
        database.close()
        yield path
