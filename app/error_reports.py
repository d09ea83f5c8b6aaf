"""Sends what went wrong to Sentry where SENTRY_DSN is set: the log's errors, masked as the log is.

A report holds the log line, the exception with its stack, the release and the request's name. It holds no
request body, header, cookie, user or local variable. Without a DSN nothing of Sentry is loaded.
"""

import logging
import sys
from collections.abc import Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from app.log import bound_request_id
from app.masking import Masker
from app.settings import Settings
from app.version import VERSION

if TYPE_CHECKING:
    from sentry_sdk.types import Breadcrumb, BreadcrumbHint, Event, Hint

FLUSH_SECONDS = 0.8
"""At the end of a process, within what its ten seconds leave; a report starts on its way at once."""
LEFT_OUT_OF_REQUEST = ("cookies", "headers", "data", "env", "query_string")
OWN = ("sentry_sdk", "urllib3")
"""Lines about the sending of reports make no reports."""


def start(settings: Settings) -> None:
    """Report from this process; once in each, after a fork."""
    if settings.sentry_dsn is None:
        return
    import sentry_sdk
    from sentry_sdk.integrations.dedupe import DedupeIntegration
    from sentry_sdk.integrations.excepthook import ExcepthookIntegration

    masking = _Masking(Masker(settings.secret_values()))
    sentry_sdk.init(
        dsn=settings.sentry_dsn.get_secret_value(),
        release=VERSION,
        environment=settings.app_env,
        before_send=masking.event,
        before_send_transaction=masking.event,
        before_breadcrumb=masking.breadcrumb,
        send_default_pii=False,
        include_local_variables=False,
        max_request_body_size="never",
        default_integrations=False,
        auto_enabling_integrations=False,
        integrations=[DedupeIntegration(), ExcepthookIntegration()],
        auto_session_tracking=False,
        send_client_reports=False,
    )
    root = logging.getLogger()
    root.handlers = [handler for handler in root.handlers if not isinstance(handler, _Reporter)]
    root.addHandler(_Reporter())


def flush() -> None:
    """Wait a moment for reports on their way: the process ends."""
    sdk = sys.modules.get("sentry_sdk")
    if sdk is not None:
        sdk.flush(timeout=FLUSH_SECONDS)


class _Reporter(logging.Handler):
    """Makes a report of each error and of each warning that carries an exception; of others a trail to it."""

    def emit(self, record: logging.LogRecord) -> None:
        if record.name.startswith(OWN):
            return
        with suppress(Exception):  # an odd object must not end the work that wants to log it
            said = dict(record.msg) if isinstance(record.msg, Mapping) else {"event": record.getMessage()}
            error = _exception(said.pop("exc_info", None) or record.exc_info)
            if record.levelno >= logging.ERROR or (record.levelno >= logging.WARNING and error):
                _report(record, said, error)
            else:
                _leave_trail(record, said)


def _report(record: logging.LogRecord, said: dict[str, Any], error: BaseException | None) -> None:
    import sentry_sdk

    with sentry_sdk.new_scope() as scope:
        scope.set_level("fatal" if record.levelno >= logging.CRITICAL else _level(record))
        scope.set_tag("line", str(said.get("event")))
        request_id = bound_request_id()
        if request_id:
            scope.set_tag("request_id", request_id)
        scope.set_context("log", {"logger": record.name, **said})
        if error is not None:
            scope.capture_exception(error)
        else:
            scope.capture_message(str(said.get("event")))


def _leave_trail(record: logging.LogRecord, said: dict[str, Any]) -> None:
    import sentry_sdk

    sentry_sdk.add_breadcrumb(
        category=record.name,
        message=str(said.get("event")),
        level=_level(record),
        data={"request_id": bound_request_id()},
    )


def _level(record: logging.LogRecord) -> Any:
    return record.levelname.lower()


def _exception(given: object) -> BaseException | None:
    """Of structlog's and logging's ways to say it: True, the exception itself, or the triple."""
    if isinstance(given, BaseException):
        return given
    if isinstance(given, tuple):
        return given[1] if isinstance(given[1], BaseException) else None
    return sys.exc_info()[1] if given else None


class _Masking:
    """Goes over everything right before it leaves, whoever put it there."""

    def __init__(self, masker: Masker) -> None:
        self._masker = masker

    def event(self, event: "Event", _hint: "Hint") -> "Event | None":
        kept: dict[str, Any] = {name: value for name, value in event.items() if name != "user"}
        if isinstance(kept.get("request"), Mapping):
            kept["request"] = {
                name: value for name, value in kept["request"].items() if name not in LEFT_OUT_OF_REQUEST
            }
        return self._masked(kept)  # type: ignore[return-value]

    def breadcrumb(self, crumb: "Breadcrumb", _hint: "BreadcrumbHint") -> "Breadcrumb | None":
        return self._masked(crumb)

    def _masked(self, event: Mapping[str, Any]) -> dict[str, Any]:
        masked = self._names_masked(self._masker.mask_event(event))
        assert isinstance(masked, dict)
        return masked

    def _names_masked(self, value: Any) -> Any:
        """The masker leaves names as they are: in a log line they are our own."""
        if isinstance(value, dict):
            return {self._masker.mask_text(name): self._names_masked(inner) for name, inner in value.items()}
        if isinstance(value, list):
            return [self._names_masked(inner) for inner in value]
        return value
