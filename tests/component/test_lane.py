"""A lane begins nothing after it was asked to stop, gives back what it holds, and reports every crash."""

import threading
from collections.abc import Callable

import pytest
from sqlalchemy.exc import OperationalError

from app.claims import Claim
from app.lane import Lane, Work
from tests.support.processes import wait_until


class Told:
    """What a lane under test was given and what it said."""

    def __init__(self) -> None:
        self.stopping = threading.Event()
        self.go_on = threading.Event()
        self.begun: list[Claim] = []
        self.back: list[Claim] = []
        self.away: list[str] = []
        self.crashes: list[BaseException] = []

    def lane(
        self,
        claim: Callable[[int], list[Claim]],
        carry_out: Callable[[Claim], None] | None = None,
        give_back: Callable[[list[Claim]], None] | None = None,
    ) -> Lane:
        return Lane(
            "lane",
            Work(claim, carry_out or self._hold, give_back or self.back.extend),
            threads=2,
            at_once=4,
            stopping=self.stopping,
            on_away=lambda lane, error: self.away.append(lane),
            on_crash=self._crashed,
        )

    def _hold(self, claim: Claim) -> None:
        self.begun.append(claim)
        self.go_on.wait(30)

    def _crashed(self, error: BaseException) -> None:
        self.crashes.append(error)
        self.stopping.set()


@pytest.fixture
def told() -> Told:
    return Told()


def once(claims: list[Claim]) -> Callable[[int], list[Claim]]:
    left = [claims]
    return lambda limit: left.pop() if left else []


def ended(lane: Lane) -> None:
    wait_until(lambda: not lane.busy(), "the lane to end")
    lane.close()


CLAIMS = [Claim(number, 1) for number in range(8)]


def test_what_was_claimed_and_not_begun_is_given_back(told: Told) -> None:
    lane = told.lane(once(CLAIMS))
    lane.start()
    wait_until(lambda: len(told.begun) == 2, "both threads to begin")
    told.stopping.set()
    told.go_on.set()
    ended(lane)
    assert len(told.begun) == 2
    assert sorted(told.back + told.begun, key=lambda claim: claim.row_id) == CLAIMS
    assert told.crashes == []


def test_rows_that_come_from_a_claim_during_the_stop_are_given_back_unbegun(told: Told) -> None:
    def claim(limit: int) -> list[Claim]:
        told.stopping.set()
        return CLAIMS[:limit]

    lane = told.lane(claim)
    lane.start()
    ended(lane)
    assert (told.begun, len(told.back)) == ([], 8)


def test_a_crash_of_the_dispatcher_is_told_once(told: Told) -> None:
    def claim(limit: int) -> list[Claim]:
        raise LookupError("a bug in the claim")

    lane = told.lane(claim)
    lane.start()
    ended(lane)
    assert [type(error) for error in told.crashes] == [LookupError]


def test_a_crash_of_a_thread_is_told_and_its_other_rows_are_given_back(told: Told) -> None:
    def carry_out(claim: Claim) -> None:
        raise SystemExit(3)

    lane = told.lane(once(CLAIMS[:4]), carry_out)
    lane.start()
    ended(lane)
    assert {type(error) for error in told.crashes} == {SystemExit}
    assert len(told.back) + len(told.crashes) == 4


def test_a_database_that_is_away_crashes_nobody(told: Told) -> None:
    def away(_: object) -> None:
        told.stopping.set()
        raise OperationalError("SELECT 1", {}, Exception("gone"))

    lane = told.lane(once(CLAIMS), away, away)
    lane.start()
    ended(lane)
    assert told.crashes == []
    assert set(told.away) == {"lane"}
