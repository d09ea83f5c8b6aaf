"""A complete reminder, and the hostile texts that any of its fields may hold: those of the channels' contract."""

from notifiers.base import Recipient
from notifiers.testing import HOSTILE_TEXTS, hostile_reminder, reminder

__all__ = ["HOSTILE_TEXTS", "MEMBER", "hostile_reminder", "reminder"]

MEMBER = Recipient("maria@example.com", "Maria Silva")
