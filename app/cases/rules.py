"""The install's settings that decisions depend on, as one value."""

from dataclasses import dataclass
from datetime import timedelta

from app.settings import Settings


@dataclass(frozen=True, slots=True)
class Rules:
    first_delay: timedelta
    attribution_window: timedelta

    @classmethod
    def of(cls, settings: Settings) -> "Rules":
        return cls(
            first_delay=timedelta(minutes=settings.first_message_delay_minutes),
            attribution_window=timedelta(days=settings.attr_window_days),
        )
