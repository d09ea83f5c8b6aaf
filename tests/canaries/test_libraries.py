"""Whatever a library raises, and whoever logs it: no secret and no person in a line, in either format."""

import asyncio
import io
import json
import logging
import sys
import threading
import warnings
from collections.abc import Callable, Iterator

import pytest
import structlog
from gunicorn.config import Config
from sqlalchemy import create_engine, text

from app import log
from app.db import Database
from app.web_server import _OurLines
from tests.conftest import MakeSettings
from tests.support import canaries, library_errors
from tests.support.canaries import EMAIL, NAME
from tests.support.library_errors import BOT, CLIENT, ERRORS, FOREIGN, HOOK, KEY, SETTINGS
from tests.unit.test_settings import PRODUCTION

FORMATS = {"development": SETTINGS, "production": {**PRODUCTION, **SETTINGS}}
LOGGERS = ("discord.client", "httpx", "sqlalchemy.engine.Engine", "telegram.Bot")


@pytest.fixture(params=FORMATS)
def stream(request: pytest.FixtureRequest, make_settings: MakeSettings) -> Iterator[io.StringIO]:
    """Where this process's lines go, at the lowest level."""
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    levels = {name: logging.getLogger(name).level for name in log.QUIET}
    hooks = sys.excepthook, threading.excepthook, sys.unraisablehook
    stream = io.StringIO()
    log.configure(make_settings(**FORMATS[request.param]), stream=stream)
    yield stream
    sys.excepthook, threading.excepthook, sys.unraisablehook = hooks
    root.handlers = handlers
    root.setLevel(level)
    for name, was in levels.items():
        logging.getLogger(name).setLevel(was)
    logging.captureWarnings(False)
    structlog.reset_defaults()


def log_in_every_way(error: BaseException) -> int:
    """As our code and libraries do it, also as a cause, in a group and inside other things; how often."""
    try:
        try:
            raise error
        except BaseException as caught:
            raise RuntimeError("it failed") from caught
    except RuntimeError as outer:
        log.get_logger("app").exception("peer.failed", error=error, seen=[repr(error)], about={"name": NAME})
        for name in LOGGERS:
            logging.getLogger(name).exception("failed: %s", error)
            logging.getLogger(name).error(
                "%r", error, exc_info=ExceptionGroup("all", [outer, ValueError(str(error))])
            )
            logging.getLogger(name).critical({"error": str(error), "told": repr(error)}, extra={"why": error})
    return 1 + 3 * len(LOGGERS)


@pytest.mark.parametrize("make", ERRORS, ids=lambda make: make.__name__)
def test_an_error_of_a_library_is_logged_without_its_secrets(
    make: Callable[[], None], stream: io.StringIO
) -> None:
    with pytest.raises(Exception) as raised:
        make()
    before = stream.getvalue()
    logged = log_in_every_way(raised.value)
    assert canaries.traces(before) == []
    assert canaries.traces(stream.getvalue()) == []
    assert stream.getvalue().count("it failed") >= logged // 3
    assert type(raised.value).__name__ in stream.getvalue()


def test_the_errors_hold_what_must_not_be_shown() -> None:
    """Else the masking of them would prove nothing: nearly each has a mark in its text or its traceback."""
    marked = []
    for make in ERRORS:
        with pytest.raises(Exception) as raised:
            make()
        causes = (raised.value, raised.value.__cause__, raised.value.__context__)
        if canaries.traces(" ".join(f"{cause} {cause!r}" for cause in causes)):
            marked.append(make.__name__)
    unmarked = {make.__name__ for make in ERRORS} - set(marked)
    assert unmarked <= {
        "httpx_away", "httpx_invalid_url", "redis_away", "redis_unreadable", "psycopg2_away", "telegram_away",
        "telegram_invalid_token", "discord_refused", "authlib_wrong_state",
    }  # fmt: skip


def people_on(dsn: str) -> None:
    """A row that another row forbids, one that a check forbids, and a value of the wrong type."""
    engine = create_engine(dsn)
    person = {"email": EMAIL, "name": f"{NAME}\n{NAME}", "token": FOREIGN}
    statements = (
        "INSERT INTO people VALUES (:email, :name, :token), (:email, :name, :token)",
        "INSERT INTO people VALUES (:email, 'short', :token)",
        "SELECT CAST(:name AS integer)",
        "SELECT nothing FROM people WHERE name = :name",
    )
    for statement in statements:
        try:
            with engine.begin() as connection:
                table = "email text UNIQUE, name text CHECK (length(name) > 8), token text"
                connection.execute(text(f"CREATE TEMPORARY TABLE people ({table})"))
                connection.execute(text(statement), person)
        except Exception as error:
            log_in_every_way(error)
            log_in_every_way(getattr(error, "orig", error))
    engine.dispose()


def test_a_foreign_engine_shows_no_row_of_postgresql(stream: io.StringIO, postgres_server: str) -> None:
    people_on(postgres_server)
    assert canaries.traces(stream.getvalue()) == []
    for named in ("UniqueViolation", "CheckViolation", "InvalidTextRepresentation", "UndefinedColumn"):
        assert named in stream.getvalue()


def test_our_engine_shows_what_went_wrong_and_no_row(stream: io.StringIO, database: Database) -> None:
    person = {"zone": f"{NAME}\n\n{NAME}", "title": EMAIL}
    columns = "biz_id, title, zone, locale, hash_key, created_at"
    insert = text(f"INSERT INTO merchant ({columns}) VALUES ('biz_1', :title, :zone, 'en', '', '2026-01-01')")
    with pytest.raises(Exception) as raised, database.transaction() as session:
        session.execute(insert, [person, person])
    log_in_every_way(raised.value)
    assert canaries.traces(f"{raised.value} {raised.value.orig!r}") == []  # type: ignore[attr-defined]
    assert canaries.traces(stream.getvalue()) == []
    assert "biz_id" in str(raised.value) and "merchant" in str(raised.value)


def test_a_thread_that_dies_is_told_without_secrets(
    stream: io.StringIO, capsys: pytest.CaptureFixture[str]
) -> None:
    def die() -> None:
        local = CLIENT
        raise LookupError(f"{local} of {EMAIL}")

    thread = threading.Thread(target=die, name=f"lane-{EMAIL}")
    thread.start()
    thread.join()
    assert "thread.crashed" in stream.getvalue() and "LookupError" in stream.getvalue()
    assert canaries.traces(stream.getvalue() + "".join(capsys.readouterr())) == []


def test_an_error_that_nobody_caught_is_told_without_secrets(
    stream: io.StringIO, capsys: pytest.CaptureFixture[str]
) -> None:
    class Dying:
        def __del__(self) -> None:
            raise LookupError(f"{CLIENT} of {EMAIL}")

    try:
        raise LookupError(f"{CLIENT} of {EMAIL}")
    except LookupError as error:
        sys.excepthook(type(error), error, error.__traceback__)
    dying = Dying()
    del dying
    told = stream.getvalue()
    assert told.count("process.crashed") == 1 and told.count("process.unraisable") == 1
    assert told.count("LookupError: ") == 2
    assert canaries.traces(told + "".join(capsys.readouterr())) == []


def test_an_interrupt_from_the_keyboard_is_no_crash(
    stream: io.StringIO, capsys: pytest.CaptureFixture[str]
) -> None:
    sys.excepthook(KeyboardInterrupt, KeyboardInterrupt(CLIENT), None)
    assert stream.getvalue() + "".join(capsys.readouterr()) == ""


def test_a_loop_in_debug_mode_names_no_argument(stream: io.StringIO) -> None:
    def slow(_secret: str, _email: str) -> None:
        raise LookupError(_secret)

    async def work() -> None:
        loop = asyncio.get_running_loop()
        loop.slow_callback_duration = 0
        loop.call_soon(slow, BOT, EMAIL)
        loop.call_soon(slow, KEY, f"token={FOREIGN}")
        task = asyncio.ensure_future(asyncio.sleep(0, result=HOOK))
        await task
        loop.call_exception_handler({"message": f"lost {CLIENT}", "task": task, "exception": OSError(EMAIL)})

    asyncio.run(work(), debug=True)
    assert "Executing" in stream.getvalue() and "lost ***" in stream.getvalue()
    assert canaries.traces(stream.getvalue()) == []


def test_a_warning_names_nobody(stream: io.StringIO) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        logging.captureWarnings(True)
        warnings.warn(f"{CLIENT} of {EMAIL} at ?code={FOREIGN}", stacklevel=1)
    assert "UserWarning" in stream.getvalue()
    assert canaries.traces(stream.getvalue()) == []


def test_the_web_servers_own_errors_name_nobody(stream: io.StringIO) -> None:
    lines = _OurLines(Config())
    try:
        raise LookupError(f"{CLIENT} of {EMAIL}")
    except LookupError:
        lines.exception("Error handling request %s %s", "GET", f"/r/{FOREIGN}?q={NAME}&code={FOREIGN}")
        lines.exception("Exception in worker process")
    lines.warning(f"Invalid request from ip=203.0.113.77: Invalid HTTP Header: '{NAME} {EMAIL}'")
    assert canaries.traces(stream.getvalue()) == []
    assert "Error handling request GET /r/***" in stream.getvalue()
    assert "Invalid request: Invalid HTTP Header" in stream.getvalue()


def test_a_stream_that_is_gone_does_not_show_the_bare_line_elsewhere(
    stream: io.StringIO, capsys: pytest.CaptureFixture[str]
) -> None:
    stream.close()
    logging.getLogger("lib").error("lost %s", CLIENT)
    assert "".join(capsys.readouterr()) == ""


def test_every_line_of_production_stays_readable_for_programs(make_settings: MakeSettings) -> None:
    stream = io.StringIO()
    log.configure(make_settings(**FORMATS["production"]), stream=stream)
    for secret in library_errors.SECRETS.values():
        logging.getLogger("lib").error(
            '{"token": "%s', secret, extra={secret: {f'"{secret}': [secret + '\\"']}}
        )
    lines = [json.loads(line) for line in stream.getvalue().splitlines()]
    assert len(lines) == len(library_errors.SECRETS)
    assert canaries.traces(stream.getvalue()) == []
