"""Merchants' alerts: what is told, where and with which outcome, and the settings for it."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TIME = sa.DateTime(timezone=True)
JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
MERCHANT = ("digest_from", "digest_after_id", "digest_due_at", "digest_hour", "digest_on", "alert_amounts")


def upgrade() -> None:
    op.create_table(
        "alert",
        sa.Column("merchant_id", KEY, nullable=False),
        sa.Column("case_id", KEY, nullable=True),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("urgency", sa.String(), nullable=False),
        sa.Column("detail", JSON, nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.Column("id", KEY, nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name=op.f("fk_alert_case_id")),
        sa.ForeignKeyConstraint(["merchant_id"], ["merchant.id"], name=op.f("fk_alert_merchant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alert")),
        sa.UniqueConstraint("merchant_id", "key", name=op.f("uq_alert_merchant_id_key")),
    )
    op.create_index(op.f("ix_alert_case_id"), "alert", ["case_id"])
    op.create_index(op.f("ix_alert_merchant_id_id"), "alert", ["merchant_id", "id"])
    _partial("ix_alert_waiting", "alert", "id", "state = 'waiting'")
    _partial("ix_alert_kept", "alert", "merchant_id", "state = 'kept'")
    op.create_table(
        "alert_delivery",
        sa.Column("alert_id", KEY, nullable=False),
        sa.Column("place", sa.String(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("ended_at", TIME, nullable=True),
        sa.Column("id", KEY, nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("due_at", TIME, nullable=False),
        sa.Column("lease_until", TIME, nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["alert_id"], ["alert.id"], name=op.f("fk_alert_delivery_alert_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alert_delivery")),
        sa.UniqueConstraint("alert_id", "place", name=op.f("uq_alert_delivery_alert_id_place")),
    )
    _partial("ix_alert_delivery_due", "alert_delivery", "due_at", "state = 'planned'")
    _partial("ix_alert_delivery_lease", "alert_delivery", "lease_until", "state IN ('claimed', 'sending')")
    op.create_table(
        "channel_fault",
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("times", sa.Integer(), nullable=False),
        sa.Column("since", TIME, nullable=False),
        sa.Column("ended_at", TIME, nullable=True),
        sa.Column("id", KEY, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_channel_fault")),
        sa.UniqueConstraint("channel", name=op.f("uq_channel_fault_channel")),
    )
    op.add_column("merchant", sa.Column("alert_email", sa.String(), nullable=True))
    op.add_column("merchant", sa.Column("alert_amounts", JSON, nullable=True))
    # With values of their own: an earlier release goes on inserting without them.
    op.add_column("merchant", sa.Column("digest_on", sa.Boolean(), nullable=False, server_default=sa.true()))
    op.add_column("merchant", sa.Column("digest_hour", sa.Integer(), nullable=False, server_default="9"))
    op.add_column("merchant", sa.Column("digest_due_at", TIME, nullable=True))
    op.add_column("merchant", sa.Column("digest_after_id", KEY, nullable=True))
    op.add_column("merchant", sa.Column("digest_from", TIME, nullable=True))
    op.create_index(op.f("ix_merchant_digest_due_at"), "merchant", ["digest_due_at"])


def downgrade() -> None:
    op.drop_index(op.f("ix_merchant_digest_due_at"), table_name="merchant")
    for name in (*MERCHANT, "alert_email"):
        op.drop_column("merchant", name)
    op.drop_table("channel_fault")
    op.drop_table("alert_delivery")
    op.drop_table("alert")


def _partial(name: str, table: str, column: str, condition: str) -> None:
    only = sa.text(condition)
    op.create_index(name, table, [column], postgresql_where=only, sqlite_where=only)
