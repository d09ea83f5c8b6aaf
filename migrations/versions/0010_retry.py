"""The one retry of a payment, and whether a merchant wants it."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
TIME = sa.DateTime(timezone=True)
DUE = sa.text("state = 'planned'")
LEASED = sa.text("state IN ('claimed', 'sending')")


def upgrade() -> None:
    op.create_table(
        "retry",
        sa.Column("case_id", KEY, nullable=False),
        sa.Column("payment_id", KEY, nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("why", JSON, nullable=False),
        sa.Column("outcome_why", JSON, nullable=True),
        sa.Column("refusals", sa.Integer(), nullable=False),
        sa.Column("not_before", TIME, nullable=True),
        sa.Column("decided_at", TIME, nullable=False),
        sa.Column("started_at", TIME, nullable=True),
        sa.Column("ended_at", TIME, nullable=True),
        sa.Column("id", KEY, nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("due_at", TIME, nullable=False),
        sa.Column("lease_until", TIME, nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name=op.f("fk_retry_case_id")),
        sa.ForeignKeyConstraint(["payment_id"], ["payment.id"], name=op.f("fk_retry_payment_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_retry")),
        sa.UniqueConstraint("payment_id", "kind", name=op.f("uq_retry_payment_id_kind")),
        sa.UniqueConstraint("key", name=op.f("uq_retry_key")),
    )
    op.create_index("ix_retry_case_id", "retry", ["case_id"])
    op.create_index("ix_retry_due", "retry", ["due_at"], postgresql_where=DUE, sqlite_where=DUE)
    op.create_index("ix_retry_lease", "retry", ["lease_until"], postgresql_where=LEASED, sqlite_where=LEASED)
    # A release that does not know it goes on inserting merchants.
    op.add_column("merchant", sa.Column("retries_on", sa.Boolean(), nullable=False, server_default=sa.true()))


def downgrade() -> None:
    op.drop_column("merchant", "retries_on")
    op.drop_table("retry")
