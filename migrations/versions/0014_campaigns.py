"""Campaigns for some customers, notes on cases, customers who are left alone, and offers to come back."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "policy",
        sa.Column("merchant_id", KEY, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("key", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("matches", JSON, nullable=False),
        sa.Column("campaign", JSON, nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("saved_at", TIME, nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("id", KEY, nullable=False),
        sa.ForeignKeyConstraint(["merchant_id"], ["merchant.id"], name=op.f("fk_policy_merchant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_policy")),
        sa.UniqueConstraint("merchant_id", "number", name=op.f("uq_policy_merchant_id_number")),
    )
    op.create_table(
        "note",
        sa.Column("case_id", KEY, nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.Column("id", KEY, nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name=op.f("fk_note_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_note")),
    )
    op.create_index(op.f("ix_note_case_id"), "note", ["case_id"])
    # A release that does not know these goes on inserting: its cases have the default campaign.
    op.add_column("case", sa.Column("policy_id", KEY, nullable=True))
    op.add_column("customer", sa.Column("excluded_at", TIME, nullable=True))
    op.add_column("customer", sa.Column("winback_consent_at", TIME, nullable=True))
    op.add_column(
        "merchant", sa.Column("winback_on", sa.Boolean(), nullable=False, server_default=sa.false())
    )
    op.add_column("merchant", sa.Column("winback_url", sa.String(), nullable=True))
    op.add_column("merchant", sa.Column("winback_code", sa.String(), nullable=True))


def downgrade() -> None:
    for name in ("winback_code", "winback_url", "winback_on"):
        op.drop_column("merchant", name)
    op.drop_column("customer", "winback_consent_at")
    op.drop_column("customer", "excluded_at")
    op.drop_column("case", "policy_id")
    op.drop_table("note")
    op.drop_table("policy")
