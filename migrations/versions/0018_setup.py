"""Events found by state, kind and time; what the set-up page has tested; reading back that the worker carries out."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TIME = sa.DateTime(timezone=True)
OWNED = sa.text("merchant_id IS NOT NULL")
FILTERED = ("state", "event_type")
BACKFILL = (
    sa.Column("months", sa.Integer(), nullable=True),
    sa.Column("due_at", TIME, nullable=True),
    sa.Column("trouble", sa.String(), nullable=True),
)


def upgrade() -> None:
    op.create_index("ix_inbox_received", "inbox", ["merchant_id", "received_at", "id"])
    for name in FILTERED:
        op.create_index(
            f"ix_inbox_by_{name}",
            "inbox",
            ["merchant_id", name, "received_at", "id"],
            postgresql_where=OWNED,
            sqlite_where=OWNED,
        )
    op.drop_index("ix_inbox_merchant_id_id", table_name="inbox")
    for column in BACKFILL:
        op.add_column("backfill", column)
    op.create_table(
        "proof",
        sa.Column("merchant_id", KEY, nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("ok", sa.Boolean(), nullable=False),
        sa.Column("code", sa.String(), nullable=True),
        sa.Column("text", sa.String(), nullable=True),
        sa.Column("at", TIME, nullable=False),
        sa.Column("id", KEY, nullable=False),
        sa.ForeignKeyConstraint(["merchant_id"], ["merchant.id"], name=op.f("fk_proof_merchant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_proof")),
        sa.UniqueConstraint("merchant_id", "name", name=op.f("uq_proof_merchant_id_name")),
    )


def downgrade() -> None:
    op.drop_table("proof")
    for column in reversed(BACKFILL):
        op.drop_column("backfill", column.name)
    op.create_index("ix_inbox_merchant_id_id", "inbox", ["merchant_id", "id"])
    for name in reversed(FILTERED):
        op.drop_index(f"ix_inbox_by_{name}", table_name="inbox")
    op.drop_index("ix_inbox_received", table_name="inbox")
