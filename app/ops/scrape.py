"""Answers a scrape: who may ask, and what they are told. The web and a worker's own port share it.

In production nobody may without METRICS_TOKEN; where that is not set the page does not exist.
"""

import hmac
from enum import StrEnum

from app import metrics
from app.ops.gauges import DatabaseGauges
from app.services import Services
from app.settings import Settings


class Asker(StrEnum):
    WELCOME = "welcome"
    REFUSED = "refused"
    """The token is missing or another one."""
    NOBODY = "nobody"
    """No token is set, so there is none that could be right."""


class Scrape:
    def __init__(self, services: Services) -> None:
        self._settings = services.settings
        self._gauges = DatabaseGauges(services)

    def asker(self, authorization: str | None) -> Asker:
        """`authorization` as WSGI has it: each character one byte of the header."""
        return _judge(self._settings, authorization or "")

    def text(self) -> tuple[bytes, str]:
        """The body and its content type."""
        return metrics.text(self._gauges.readings())


def _judge(settings: Settings, authorization: str) -> Asker:
    if not settings.production:
        return Asker.WELCOME
    if settings.metrics_token is None:
        return Asker.NOBODY
    scheme, _, given = authorization.partition(" ")
    wanted = settings.metrics_token.get_secret_value().encode()
    same = hmac.compare_digest(given.strip().encode("latin-1", "replace"), wanted)
    return Asker.WELCOME if same and scheme.lower() == "bearer" else Asker.REFUSED
