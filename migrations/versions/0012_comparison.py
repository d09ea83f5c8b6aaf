"""How far each merchant has been compared with Whop's own records, and when payments and memberships were last found there."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "comparison",
        sa.Column("merchant_id", KEY, nullable=False),
        sa.Column("due_at", TIME, nullable=False),
        sa.Column("began_at", TIME, nullable=True),
        sa.Column("phase", sa.String(), nullable=True),
        sa.Column("cursor", sa.String(), nullable=True),
        sa.Column("found", sa.Integer(), nullable=False),
        sa.Column("done_at", TIME, nullable=True),
        sa.Column("compared_until", TIME, nullable=True),
        sa.Column("healed", sa.Integer(), nullable=False),
        sa.Column("trouble", sa.String(), nullable=True),
        sa.Column("trouble_at", TIME, nullable=True),
        sa.Column("webhook_trouble", sa.String(), nullable=True),
        sa.Column("webhook_id", sa.String(), nullable=True),
        sa.Column("webhook_since", TIME, nullable=True),
        sa.Column("replay_until", TIME, nullable=True),
        sa.Column("replayed_at", TIME, nullable=True),
        *_of_a_merchant("comparison"),
    )
    op.create_index(op.f("ix_comparison_due_at"), "comparison", ["due_at"])
    op.create_table(
        "backfill",
        sa.Column("merchant_id", KEY, nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("begins_at", TIME, nullable=False),
        sa.Column("ends_at", TIME, nullable=False),
        sa.Column("month_at", TIME, nullable=False),
        sa.Column("cursor", sa.String(), nullable=True),
        sa.Column("listed", sa.Integer(), nullable=False),
        sa.Column("kept", sa.Integer(), nullable=False),
        sa.Column("started_at", TIME, nullable=False),
        sa.Column("done_at", TIME, nullable=True),
        *_of_a_merchant("backfill"),
    )
    for table in ("payment", "membership"):
        op.add_column(table, sa.Column("looked_at", TIME, nullable=True))


def downgrade() -> None:
    for table in ("membership", "payment"):
        op.drop_column(table, "looked_at")
    op.drop_table("backfill")
    op.drop_index(op.f("ix_comparison_due_at"), table_name="comparison")
    op.drop_table("comparison")


def _of_a_merchant(table: str) -> tuple[sa.schema.SchemaItem, ...]:
    return (
        sa.Column("id", KEY, nullable=False),
        sa.ForeignKeyConstraint(["merchant_id"], ["merchant.id"], name=op.f(f"fk_{table}_merchant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
        sa.UniqueConstraint("merchant_id", name=op.f(f"uq_{table}_merchant_id")),
    )
