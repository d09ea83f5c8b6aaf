"""The install's settings that decisions depend on, as one value."""

from dataclasses import dataclass
from datetime import timedelta

from app.settings import Settings


@dataclass(frozen=True, slots=True)
class Rules:
    first_delay: timedelta
    attribution_window: timedelta
    retries: bool = False
    """Whether Whop's API can be asked to charge again: it takes a key."""
    control_share: float = 0.0
    """Of merchants who have chosen none, from 0 to 0.5."""
    whop_chat: bool = False
    """This install can write to customers by Whop's chat."""

    @classmethod
    def of(cls, settings: Settings) -> "Rules":
        return cls(
            first_delay=timedelta(minutes=settings.first_message_delay_minutes),
            attribution_window=timedelta(days=settings.attr_window_days),
            retries=settings.whop_api_key is not None,
            control_share=settings.control_share,
            whop_chat=settings.enable_whop_chat,
        )
