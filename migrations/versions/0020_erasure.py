"""Erased people, anonymised cases, and how far old data has been emptied."""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TIME = sa.DateTime(timezone=True)
OPEN = sa.text("ended_at IS NULL")
WHOLE = sa.text("closed_at IS NOT NULL AND anonymised_at IS NULL")


def upgrade() -> None:
    op.add_column("merchant", sa.Column("erasures", sa.Integer(), server_default="0", nullable=False))
    op.add_column("customer", sa.Column("erased_at", TIME, nullable=True))
    op.add_column("case", sa.Column("anonymised_at", TIME, nullable=True))
    op.create_index("ix_case_to_anonymise", "case", ["closed_at"], postgresql_where=WHOLE, sqlite_where=WHOLE)
    op.create_table(
        "erasure",
        sa.Column("merchant_id", KEY, nullable=False),
        sa.Column("customer_id", KEY, nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.Column("after_id", KEY, nullable=False),
        sa.Column("until_id", KEY, nullable=False),
        sa.Column("ended_at", TIME, nullable=True),
        sa.Column("id", KEY, nullable=False),
        sa.ForeignKeyConstraint(["merchant_id"], ["merchant.id"], name=op.f("fk_erasure_merchant_id")),
        sa.ForeignKeyConstraint(["customer_id"], ["customer.id"], name=op.f("fk_erasure_customer_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_erasure")),
        sa.UniqueConstraint("customer_id", name=op.f("uq_erasure_customer_id")),
    )
    op.create_index("ix_erasure_open", "erasure", ["id"], postgresql_where=OPEN, sqlite_where=OPEN)
    op.create_table(
        "erased_name",
        sa.Column("merchant_id", KEY, nullable=False),
        sa.Column("customer_id", KEY, nullable=False),
        sa.Column("name_hash", sa.String(), nullable=False),
        sa.Column("id", KEY, nullable=False),
        sa.ForeignKeyConstraint(["merchant_id"], ["merchant.id"], name=op.f("fk_erased_name_merchant_id")),
        sa.ForeignKeyConstraint(["customer_id"], ["customer.id"], name=op.f("fk_erased_name_customer_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_erased_name")),
        sa.UniqueConstraint("merchant_id", "name_hash", name=op.f("uq_erased_name_merchant_id_name_hash")),
    )
    op.create_index(op.f("ix_erased_name_customer_id"), "erased_name", ["customer_id"])
    op.create_table(
        "retention_mark",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("after_id", KEY, nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.Column("id", KEY, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_retention_mark")),
        sa.UniqueConstraint("name", name=op.f("uq_retention_mark_name")),
    )


def downgrade() -> None:
    for table in ("retention_mark", "erased_name", "erasure"):
        op.drop_table(table)
    op.drop_index("ix_case_to_anonymise", table_name="case")
    op.drop_column("case", "anonymised_at")
    op.drop_column("customer", "erased_at")
    op.drop_column("merchant", "erasures")
