"""One event a line on stderr: coloured and readable in development, JSON in production, masked in both.

Lines of third-party libraries go through the same formatter, so the same masking covers them; so do the
tracebacks of what nobody caught, which Python would print past the logger.
"""

import json
import logging
import sys
import threading
from collections.abc import Mapping, MutableMapping
from contextlib import suppress
from types import TracebackType
from typing import Any, TextIO

import structlog
from structlog.stdlib import BoundLogger
from structlog.typing import Processor

from app.masking import Masker
from app.settings import Settings

QUIET = (
    "aiohttp", "alembic", "apprise", "asyncio", "authlib", "discord", "flask-limiter", "hpack", "httpcore", "httpx",
    "limits", "redis", "requests", "sentry_sdk", "sqlalchemy", "telegram", "urllib3",
)  # fmt: skip
"""Libraries that write addresses at lower levels, and with them tokens, or the rows that they read."""

bind = structlog.contextvars.bind_contextvars
bound = structlog.contextvars.bound_contextvars
clear = structlog.contextvars.clear_contextvars


def bound_request_id() -> str | None:
    """Of the request or row in whose work this thread is; it goes along with calls to other programs."""
    found = structlog.contextvars.get_contextvars().get("request_id")
    return str(found) if found else None


_masker = Masker()
"""Of the last set-up; before it, secrets are known by key and pattern alone."""


def masked(text: str) -> str:
    """For what people see on a terminal or a page without its being a log line."""
    return _masker.mask_text(text)


def masked_event(event: Mapping[str, Any]) -> dict[str, Any]:
    """The same of something with keys, such as the body of an event."""
    return _masker.mask_event(event)


def get_logger(name: str) -> BoundLogger:
    logger: BoundLogger = structlog.stdlib.get_logger(name)
    return logger


def configure(settings: Settings, *, stream: TextIO | None = None) -> None:
    """Set up logging for this process. Calling it again replaces the set-up."""
    global _masker
    _masker = Masker(settings.secret_values())
    target = stream or sys.stderr
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.stdlib.ExtraAdder(),
    ]
    handler = _Handler(target)
    handler.setFormatter(
        _MaskedFormatter(
            _masker,
            production=settings.production,
            foreign_pre_chain=shared,
            processors=_rendering(settings, _masker, target),
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(settings.log_level)
    for name in QUIET:
        logging.getLogger(name).setLevel(max(logging.WARNING, root.level))
    logging.captureWarnings(True)
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            structlog.stdlib.PositionalArgumentsFormatter(),
            *shared,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )
    sys.excepthook = _on_uncaught
    threading.excepthook = _on_uncaught_in_thread
    sys.unraisablehook = _on_unraisable


class _Handler(logging.StreamHandler[TextIO]):
    def handleError(self, record: logging.LogRecord) -> None:
        """A stream that is gone loses the line: the library would print the bare record instead."""


class _MaskedFormatter(structlog.stdlib.ProcessorFormatter):
    """Ends each line masked; a line that cannot be formatted becomes a short one."""

    def __init__(self, masker: Masker, *, production: bool, **options: Any) -> None:
        super().__init__(**options)
        self._masker = masker
        self._production = production

    def format(self, record: logging.LogRecord) -> str:
        try:
            line = super().format(record)
        except Exception as error:  # an odd object must not end the work that wants to log it
            line = json.dumps({"level": "error", "event": "log.unformattable", "error": type(error).__name__})
        line = line.encode("utf-8", "backslashreplace").decode("utf-8")
        # JSON holds masked texts alone; masking between its quotes could break it.
        return line if self._production else self._masker.mask_text(line)


def _rendering(settings: Settings, masker: Masker, target: TextIO) -> list[Processor]:
    def mask(_logger: Any, _name: str, event: MutableMapping[str, Any]) -> dict[str, Any]:
        return masker.mask_event(event)

    if settings.production:
        render: Processor = structlog.processors.JSONRenderer(ensure_ascii=False)
    else:
        render = structlog.dev.ConsoleRenderer(
            colors=target.isatty(), exception_formatter=structlog.dev.plain_traceback
        )
    return [
        structlog.stdlib.ProcessorFormatter.remove_processors_meta,
        structlog.processors.StackInfoRenderer(),
        structlog.processors.format_exc_info,
        mask,
        render,
    ]


def _on_uncaught(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    if not issubclass(kind, KeyboardInterrupt):
        get_logger(__name__).critical("process.crashed", exc_info=(kind, error, trace))


def _on_uncaught_in_thread(args: threading.ExceptHookArgs) -> None:
    if not issubclass(args.exc_type, SystemExit):
        name = args.thread.name if args.thread else None
        found = (args.exc_type, args.exc_value, args.exc_traceback)
        get_logger(__name__).critical("thread.crashed", thread=name, exc_info=found)


def _on_unraisable(args: "sys.UnraisableHookArgs") -> None:
    # Also called while the interpreter ends, when little is left to log with.
    with suppress(Exception):
        found = (args.exc_type, args.exc_value, args.exc_traceback)
        get_logger(__name__).error("process.unraisable", about=args.err_msg, exc_info=found)
