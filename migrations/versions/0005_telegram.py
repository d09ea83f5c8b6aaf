"""The updates of a Telegram bot that were handled."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "telegram_update",
        sa.Column("bot_id", KEY, nullable=False),
        sa.Column("update_id", KEY, nullable=False),
        sa.Column("handled_at", TIME, nullable=False),
        sa.Column("id", KEY, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_telegram_update")),
        sa.UniqueConstraint("bot_id", "update_id", name=op.f("uq_telegram_update_bot_id_update_id")),
    )
    op.create_index(op.f("ix_telegram_update_handled_at"), "telegram_update", ["handled_at"])


def downgrade() -> None:
    op.drop_table("telegram_update")
