"""Two times: the campaign's, which development may move, and the machine's, which nobody moves."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from app.clock import Clock, MovableClock, SystemClock
from app.services import default_clock
from tests.conftest import MakeSettings
from tests.unit.test_settings import PRODUCTION

HOUR = timedelta(hours=1)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "made" / "clock-offset"


def shown_ahead(clock: Clock) -> int:
    """How many hours the campaign's time is ahead of the machine's."""
    return round((clock.now() - clock.wall()) / HOUR)


def test_productions_times_are_the_machines_and_aware() -> None:
    clock = SystemClock()
    before = datetime.now(UTC)
    times = (clock.now(), clock.wall())
    assert all(before <= at <= datetime.now(UTC) and at.tzinfo is UTC for at in times)


def test_a_clock_that_nobody_moved_shows_the_machines_time(path: Path) -> None:
    clock = MovableClock(path)
    assert (clock.offset(), shown_ahead(clock)) == (timedelta(), 0)
    assert not path.exists()


def test_moves_add_up_and_are_seen_at_once_by_who_moved(path: Path) -> None:
    clock = MovableClock(path)
    assert shown_ahead(clock) == 0
    clock.advance(6 * HOUR)
    clock.advance(timedelta(minutes=-60))
    assert (shown_ahead(clock), clock.offset()) == (5, 5 * HOUR)
    assert abs(clock.wall() - datetime.now(UTC)) < timedelta(minutes=1)


def test_another_process_follows_and_adds_to_the_same_clock(path: Path) -> None:
    here = MovableClock(path)
    here.advance(6 * HOUR)
    there = MovableClock(path)
    assert shown_ahead(there) == 6
    there.advance(2 * HOUR)
    assert MovableClock(path).offset() == 8 * HOUR


def test_a_move_elsewhere_is_followed_when_the_last_look_is_old(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seconds = [100.0]
    monkeypatch.setattr("time.monotonic", lambda: seconds[0])
    clock = MovableClock(path)
    assert clock.offset() == timedelta()
    MovableClock(path).advance(6 * HOUR)
    seconds[0] += 0.24
    assert clock.offset() == timedelta()
    seconds[0] += 0.02
    assert clock.offset() == 6 * HOUR


def test_reset_brings_everybody_back(path: Path) -> None:
    clock = MovableClock(path)
    clock.advance(30 * HOUR)
    clock.reset()
    assert (shown_ahead(clock), MovableClock(path).offset()) == (0, timedelta())


def test_parts_of_a_second_are_kept_and_nothing_is_left_beside_the_file(path: Path) -> None:
    clock = MovableClock(path)
    clock.advance(timedelta(microseconds=1_500_000))
    assert clock.offset() == timedelta(seconds=1.5)
    assert [found.name for found in path.parent.iterdir()] == ["clock-offset"]


@pytest.mark.parametrize(
    "content", [b"", b"soon", b"nan", b"inf", b"-inf", b"1e300", b"1e12", b"-1e12", b"\xff\xfe", b"1 2"]
)
def test_a_broken_file_is_a_clock_that_was_not_moved(content: bytes, path: Path) -> None:
    path.parent.mkdir()
    path.write_bytes(content)
    clock = MovableClock(path)
    assert (clock.offset(), shown_ahead(clock)) == (timedelta(), 0)
    clock.advance(HOUR)
    assert shown_ahead(clock) == 1


def test_only_development_has_a_clock_that_moves(make_settings: MakeSettings, tmp_path: Path) -> None:
    moved = default_clock(make_settings())
    assert isinstance(moved, MovableClock)
    moved.advance(HOUR)
    assert (tmp_path / "instance" / "clock-offset").exists()
    assert isinstance(default_clock(make_settings(**PRODUCTION)), SystemClock)
