"""Merchants' own message texts in all their versions, and which of them a step was planned with."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
TIME = sa.DateTime(timezone=True)
UNIQUE = ("merchant_id", "key", "channel", "language", "number")


def upgrade() -> None:
    op.create_table(
        "wording",
        sa.Column("merchant_id", KEY, nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("text", JSON, nullable=True),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("saved_at", TIME, nullable=False),
        sa.Column("id", KEY, nullable=False),
        sa.ForeignKeyConstraint(["merchant_id"], ["merchant.id"], name=op.f("fk_wording_merchant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_wording")),
        sa.UniqueConstraint(*UNIQUE, name=op.f(f"uq_wording_{'_'.join(UNIQUE)}")),
    )
    # A release that does not know these columns goes on inserting rows: its steps have the default texts.
    op.add_column("merchant", sa.Column("wording_number", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("step", sa.Column("wording_number", sa.Integer(), nullable=False, server_default="0"))


def downgrade() -> None:
    op.drop_column("step", "wording_number")
    op.drop_column("merchant", "wording_number")
    op.drop_table("wording")
