"""Which of a bot's updates were handled: each has its effect once, and asking goes on behind the newest."""

from datetime import datetime

from sqlalchemy import Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from .base import Base, BigInt


class TelegramUpdate(Base):
    """Forgotten after some days: Telegram itself keeps an update for one."""

    __tablename__ = "telegram_update"
    __table_args__ = (UniqueConstraint("bot_id", "update_id"), Index(None, "handled_at"))

    bot_id: Mapped[int] = mapped_column(BigInt)
    """Each bot numbers its updates by itself."""
    update_id: Mapped[int] = mapped_column(BigInt)
    handled_at: Mapped[datetime]
    """By the machine's time."""
