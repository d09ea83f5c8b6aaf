"""A world whose merchant has a program that listens: the real sender of webhooks, on a real database."""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from sqlalchemy import select, update

from app.endpoints import changes
from app.endpoints.addresses import GuardedNetwork
from app.endpoints.calling import Called, Caller
from app.endpoints.changes import Hand, WantedEndpoint
from app.endpoints.keys import seal_of
from app.endpoints.sending import EndpointSender
from app.models import Alert, Case, Endpoint, EndpointDelivery, Merchant
from app.recovery.announced import OF_CASES, Announced
from tests.support.world import SECRET, World


@dataclass
class ListeningWorld(World):
    production: bool = False
    network: GuardedNetwork = field(default_factory=lambda: GuardedNetwork(private_too=True))
    seconds: float = 5.0

    def __post_init__(self) -> None:
        super().__post_init__()
        self.seal = seal_of((SECRET,))
        self.endpoints = self.worker()

    def worker(self) -> EndpointSender:
        """One more of the workers that share the deliveries."""
        caller = Caller(self.network, seconds=self.seconds)
        return EndpointSender(self.database, caller, self.seal, production=self.production)

    def listen(self, url: str, *events: Announced) -> tuple[int, str]:
        """The first merchant's new address: its number and its secret."""
        wanted = WantedEndpoint(name="n8n", url=url, events=frozenset(events or OF_CASES))
        with self.database.transaction() as session:
            row, secret = changes.add(self.hand(session), wanted, self.seal)
            return row.id, secret

    def hand(self, session: Any) -> Hand:
        merchant = session.scalars(select(Merchant).order_by(Merchant.id).limit(1)).one()
        return Hand(session, merchant, "user:1", self.times)

    def deliver(self) -> list[Called]:
        called: list[Called] = []
        while claims := self.endpoints.claim(times=self.times, limit=10):
            for claim in claims:
                one = self.endpoints.carry_out(claim, times=self.times)
                if one is not None:
                    self.endpoints.record(claim, one, times=self.times)
                    called.append(one)
        return called

    def deliver_for(self, span: timedelta, *, tick: timedelta = timedelta(minutes=30)) -> None:
        until = self.now + span
        while self.now < until:
            self.deliver()
            self.clock.advance(tick)

    def deliveries(self) -> list[EndpointDelivery]:
        with self.database.reading() as session:
            return list(session.scalars(select(EndpointDelivery).order_by(EndpointDelivery.id)))

    def ends(self) -> list[tuple[str, str | None]]:
        return [(row.state, row.reason) for row in self.deliveries()]

    def endpoint(self) -> Endpoint:
        with self.database.reading() as session:
            return session.scalars(select(Endpoint)).one()

    def alerts(self) -> list[str]:
        with self.database.reading() as session:
            found = session.scalars(select(Alert.key).where(Alert.kind == "endpoint_down").order_by(Alert.id))
            return [key.split(":")[2] for key in found]

    def set_cases(self, **values: Any) -> None:
        with self.database.transaction() as session:
            session.execute(update(Case).values(**values))
