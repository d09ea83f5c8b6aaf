"""What really reaches stderr: one line an event, masked in both formats, whoever wrote it."""

import io
import json
import logging
import sys
import threading
import warnings
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
import structlog
from sqlalchemy import create_engine, text

from app import log
from tests.conftest import MakeSettings
from tests.unit.test_settings import PRODUCTION

CANARY = "canary-secret-5712"
FORMATS = {
    "development": {"SMTP_PASS": CANARY},
    "production": {**PRODUCTION, "SMTP_PASS": CANARY},
}


class Odd:
    def __repr__(self) -> str:
        raise RuntimeError(CANARY)


class Lines:
    """Logging as one process has it, written into memory."""

    def __init__(self, make_settings: MakeSettings, **given: str) -> None:
        self.stream = io.StringIO()
        log.configure(make_settings(**given), stream=self.stream)
        (self.handler,) = logging.getLogger().handlers

    @property
    def text(self) -> str:
        return self.stream.getvalue()

    @property
    def events(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.text.splitlines()]


@pytest.fixture(autouse=True)
def _restored() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    levels = {name: logging.getLogger(name).level for name in log.QUIET}
    hooks = sys.excepthook, threading.excepthook, sys.unraisablehook
    yield
    sys.excepthook, threading.excepthook, sys.unraisablehook = hooks
    root.handlers = handlers
    root.setLevel(level)
    for name, was in levels.items():
        logging.getLogger(name).setLevel(was)
    logging.captureWarnings(False)
    structlog.reset_defaults()
    structlog.contextvars.clear_contextvars()


@pytest.fixture(params=FORMATS)
def lines(request: pytest.FixtureRequest, make_settings: MakeSettings) -> Lines:
    return Lines(make_settings, **FORMATS[request.param])


@pytest.fixture
def json_lines(make_settings: MakeSettings) -> Lines:
    return Lines(make_settings, **FORMATS["production"])


def test_production_writes_one_json_object_an_event(json_lines: Lines) -> None:
    log.bind(request_id="req-1")
    log.get_logger("app.door").info("door.stored", size=3, name_of="Ünïcode", at=json_lines.__class__)
    log.clear()
    logging.getLogger("werkzeug").warning("slow %s", "peer")
    first, second = json_lines.events
    assert first["timestamp"].endswith("Z")
    assert (first["event"], first["level"], first["logger"]) == ("door.stored", "info", "app.door")
    assert (first["request_id"], first["size"], first["name_of"]) == ("req-1", 3, "Ünïcode")
    assert first["at"].startswith("<class ")
    assert (second["event"], second["level"], second["logger"]) == ("slow peer", "warning", "werkzeug")
    assert "request_id" not in second
    assert "Ünïcode" in json_lines.text


def test_development_writes_a_line_for_people(make_settings: MakeSettings) -> None:
    lines = Lines(make_settings, **FORMATS["development"])
    log.get_logger("app.door").warning("door.refused", reason="old")
    assert "door.refused" in lines.text and "reason=old" in lines.text
    assert lines.text.count("\n") == 1 and "\x1b" not in lines.text


def test_a_secret_is_masked_by_key_by_value_and_by_pattern(lines: Lines) -> None:
    log.get_logger("app").info(
        f"said {CANARY}",
        token="t-1",
        nested={"authorization": "t-2", "deep": [{"cookie": "t-3"}]},
        about="dana@example.com",
        url=f"https://x.io/?q={CANARY}&api_key=t-4",
        body='{"access_token": "t-5"}',
    )
    assert not any(piece in lines.text for piece in (CANARY, "dana", "t-1", "t-2", "t-3", "t-4", "t-5"))
    assert lines.text.count("***") == 8


def test_an_exception_is_shown_without_its_secrets(lines: Lines) -> None:
    try:
        raise ValueError(f"no answer for dana@example.com with {CANARY} from password='t 1'")
    except ValueError:
        log.get_logger("app").exception("peer.failed")
        logging.getLogger("lib").exception("lib failed")
    assert lines.text.count("ValueError: no answer for *** with *** from password='***'") == 2
    assert lines.text.count("Traceback (most recent call last)") == 2
    assert CANARY not in lines.text and "dana" not in lines.text


def test_an_exception_in_production_stays_on_one_line(json_lines: Lines) -> None:
    try:
        raise ValueError("broken")
    except ValueError:
        log.get_logger("app").exception("peer.failed")
    (event,) = json_lines.events
    assert "ValueError: broken" in event["exception"]


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("httpx", f'HTTP Request: POST https://api.telegram.org/bot{CANARY}/sendMessage "HTTP/1.1 200 OK"'),
        ("smtplib", "send: 'AUTH PLAIN AHVzZXIAY2FuYXJ5LXNlY3JldC01NzEy\\r\\n' for dana@example.com"),
        ("sqlalchemy.engine", f"connect postgresql://user:{CANARY}@db/name"),
        ("discord.http", f"headers {{'Authorization': 'Bot {CANARY}'}}"),
        ("py.warnings", f"DeprecationWarning: {CANARY}"),
        ("gunicorn.access", "GET /r/abcdefghijkl.sig HTTP/1.1 cookie: sid=dana"),
    ],
)
def test_lines_of_libraries_are_masked_like_our_own(lines: Lines, name: str, said: str) -> None:
    logging.getLogger(name).warning("%s", said)
    assert "***" in lines.text
    hidden = (CANARY, "dana", "abcdefghijkl", "Y2FuYXJ5LXNlY3JldC01NzE")
    assert not any(piece in lines.text for piece in hidden)


def test_extras_of_a_librarys_line_are_masked_by_key(lines: Lines) -> None:
    logging.getLogger("lib").warning("said", extra={"password": "t-1", "count": 4711})
    assert "t-1" not in lines.text and "4711" in lines.text


@pytest.mark.parametrize("name", log.QUIET)
def test_libraries_that_write_addresses_say_nothing_below_a_warning(lines: Lines, name: str) -> None:
    logging.getLogger(name).info("GET https://x.io/secret-path")
    assert lines.text == ""
    logging.getLogger(name).warning("away")
    assert lines.text.count("\n") == 1


def test_a_real_request_leaves_no_address_in_the_log(lines: Lines) -> None:
    transport = httpx.MockTransport(lambda _request: httpx.Response(200))
    with httpx.Client(transport=transport) as client:
        client.get(f"https://api.example.com/{CANARY}?token=t-1")
    assert lines.text == ""


def test_a_real_database_error_shows_no_parameter(lines: Lines) -> None:
    engine = create_engine("sqlite://", hide_parameters=True)
    with engine.connect() as connection:
        try:
            connection.execute(
                text("select * from nowhere where a = :a"), {"a": "-".join(("dana", "parameter"))}
            )
        except Exception:
            log.get_logger("app").exception("database.failed")
    engine.dispose()
    assert "no such table" in lines.text and "dana-parameter" not in lines.text


def test_warnings_become_masked_lines(lines: Lines) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        logging.captureWarnings(True)
        warnings.warn(f"do not use {CANARY}", stacklevel=1)
    assert "do not use ***" in lines.text


def test_a_line_that_cannot_be_formatted_ends_nothing(lines: Lines) -> None:
    logging.getLogger().handlers = [lines.handler]  # pytest's own would raise
    log.get_logger("app").info("odd", thing=Odd())
    logging.getLogger("lib").warning("%s and %s", "one")
    assert lines.text.count("log.unformattable") == 2
    assert CANARY not in lines.text


def test_half_a_surrogate_pair_and_controls_break_no_line(lines: Lines) -> None:
    log.get_logger("app").info("name", who="a\ud800b\nc")
    assert "\\ud800" in lines.text
    assert lines.text.encode("utf-8")


def test_an_error_of_another_moment_is_shown_with_its_traceback(lines: Lines) -> None:
    """A crash is logged where the error was kept, not where it was caught."""
    try:
        raise ValueError(f"with {CANARY}")
    except ValueError as error:
        kept = error
    log.get_logger("app").critical("worker.crashed", exc_info=kept)
    logging.getLogger("lib").error("later", exc_info=(ValueError, kept, kept.__traceback__))
    assert lines.text.count("ValueError: with ***") == 2
    assert lines.text.count("Traceback (most recent call last)") == 2


def test_what_is_shown_outside_of_the_log_is_masked_too(lines: Lines) -> None:
    assert log.masked(f"cannot be used ({CANARY} of dana@example.com)") == "cannot be used (*** of ***)"


def test_a_line_of_production_stays_whole_whatever_stands_in_it(json_lines: Lines) -> None:
    for said in ('token="abc', "Cookie: a\nHost: b", '"secret": "', "password='", f'{CANARY}"', "\\"):
        logging.getLogger("lib").warning("%s", said, extra={"said": [said], "about": {said: said}})
    assert [event["level"] for event in json_lines.events] == ["warning"] * 6
    assert "Host: b" in json_lines.text and "abc" not in json_lines.text


def test_nothing_below_the_level_is_written(make_settings: MakeSettings) -> None:
    lines = Lines(make_settings, LOG_LEVEL="ERROR")
    log.get_logger("app").warning("quiet")
    logging.getLogger("httpx").warning("quiet")
    log.get_logger("app").error("loud")
    assert "quiet" not in lines.text and "loud" in lines.text


def test_a_second_set_up_replaces_the_first(make_settings: MakeSettings) -> None:
    first, second = Lines(make_settings), Lines(make_settings)
    log.get_logger("app").info("once")
    assert (first.text, second.text.count("once")) == ("", 1)


def test_without_a_stream_lines_go_to_stderr(
    make_settings: MakeSettings, capsys: pytest.CaptureFixture[str]
) -> None:
    log.configure(make_settings())
    log.get_logger("app").info("here")
    out, err = capsys.readouterr()
    assert out == "" and "here" in err
