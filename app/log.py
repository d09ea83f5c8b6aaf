"""One event a line on stderr: coloured and readable in development, JSON in production, masked in both.

Lines of third-party libraries go through the same formatter, so the same masking covers them.
"""

import json
import logging
import sys
from collections.abc import MutableMapping
from typing import Any, TextIO

import structlog
from structlog.stdlib import BoundLogger
from structlog.typing import Processor

from app.masking import Masker
from app.settings import Settings

QUIET = ("alembic", "httpx", "httpcore", "telegram", "discord", "urllib3", "asyncio", "hpack")
"""Libraries that write addresses, and with them tokens, at lower levels."""

bind = structlog.contextvars.bind_contextvars
clear = structlog.contextvars.clear_contextvars


def get_logger(name: str) -> BoundLogger:
    logger: BoundLogger = structlog.stdlib.get_logger(name)
    return logger


def configure(settings: Settings, *, stream: TextIO | None = None) -> None:
    """Set up logging for this process. Calling it again replaces the set-up."""
    target = stream or sys.stderr
    masker = Masker(settings.secret_values())
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.stdlib.ExtraAdder(),
    ]
    handler = logging.StreamHandler(target)
    handler.setFormatter(
        _MaskedFormatter(
            masker,
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                *_rendering(settings, masker, target),
            ],
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


class _MaskedFormatter(structlog.stdlib.ProcessorFormatter):
    """Masks the finished line, whatever wrote it; a line that cannot be formatted becomes a short one."""

    def __init__(self, masker: Masker, **options: Any) -> None:
        super().__init__(**options)
        self._masker = masker

    def format(self, record: logging.LogRecord) -> str:
        try:
            line = super().format(record)
        except Exception as error:  # an odd object must not end the work that wants to log it
            line = json.dumps({"level": "error", "event": "log.unformattable", "error": type(error).__name__})
        return self._masker.mask_text(line.encode("utf-8", "backslashreplace").decode("utf-8"))


def _rendering(settings: Settings, masker: Masker, target: TextIO) -> list[Processor]:
    def mask(_logger: Any, _name: str, event: MutableMapping[str, Any]) -> dict[str, Any]:
        return masker.mask_event(event)

    if settings.production:
        return [
            structlog.processors.StackInfoRenderer(),
            structlog.processors.format_exc_info,
            mask,
            structlog.processors.JSONRenderer(default=repr, ensure_ascii=False),
        ]
    return [
        mask,
        structlog.dev.ConsoleRenderer(
            colors=target.isatty(), exception_formatter=structlog.dev.plain_traceback
        ),
    ]
