"""Accounts that customers link, the codes for it, their preferred channel, and a name for their own links."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "linked_account",
        sa.Column("customer_id", KEY, nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("label", sa.String(), nullable=True),
        sa.Column("linked_at", TIME, nullable=False),
        sa.Column("id", KEY, nullable=False),
        sa.ForeignKeyConstraint(["customer_id"], ["customer.id"], name=op.f("fk_linked_account_customer_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_linked_account")),
        sa.UniqueConstraint("customer_id", "channel", name=op.f("uq_linked_account_customer_id_channel")),
    )
    op.create_index(op.f("ix_linked_account_channel_address"), "linked_account", ["channel", "address"])
    op.create_table(
        "link_code",
        sa.Column("code_hash", sa.String(), nullable=False),
        sa.Column("customer_id", KEY, nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("expires_at", TIME, nullable=False),
        sa.Column("used_at", TIME, nullable=True),
        sa.Column("id", KEY, nullable=False),
        sa.ForeignKeyConstraint(["customer_id"], ["customer.id"], name=op.f("fk_link_code_customer_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_link_code")),
        sa.UniqueConstraint("code_hash", name=op.f("uq_link_code_code_hash")),
    )
    op.create_index(op.f("ix_link_code_customer_id"), "link_code", ["customer_id"])
    op.create_index(op.f("ix_link_code_expires_at"), "link_code", ["expires_at"])
    op.add_column("customer", sa.Column("preferred_channel", sa.String(), nullable=True))
    op.add_column("customer", sa.Column("token", sa.String(), nullable=True))
    op.create_index(op.f("ix_customer_token"), "customer", ["token"], unique=True)


def downgrade() -> None:
    op.drop_index(op.f("ix_customer_token"), table_name="customer")
    op.drop_column("customer", "token")
    op.drop_column("customer", "preferred_channel")
    op.drop_table("link_code")
    op.drop_table("linked_account")
