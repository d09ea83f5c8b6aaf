"""Another saved card for a failed renewal: the merchant's switch, the customer's consent, and each change of a card."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
TIME = sa.DateTime(timezone=True)
DUE = sa.text("state = 'planned'")
LEASED = sa.text("state IN ('claimed', 'sending')")


def upgrade() -> None:
    op.create_table(
        "method_switch",
        sa.Column("case_id", KEY, nullable=False),
        sa.Column("payment_id", KEY, nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("method_id", sa.String(), nullable=True),
        sa.Column("former_id", sa.String(), nullable=True),
        sa.Column("card_brand", sa.String(), nullable=True),
        sa.Column("card_last4", sa.String(), nullable=True),
        sa.Column("card_exp_month", sa.Integer(), nullable=True),
        sa.Column("card_exp_year", sa.Integer(), nullable=True),
        sa.Column("former_brand", sa.String(), nullable=True),
        sa.Column("former_last4", sa.String(), nullable=True),
        sa.Column("former_exp_month", sa.Integer(), nullable=True),
        sa.Column("former_exp_year", sa.Integer(), nullable=True),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("why", JSON, nullable=False),
        sa.Column("outcome_why", JSON, nullable=True),
        sa.Column("told", sa.String(), nullable=True),
        sa.Column("not_before", TIME, nullable=True),
        sa.Column("decided_at", TIME, nullable=False),
        sa.Column("started_at", TIME, nullable=True),
        sa.Column("ended_at", TIME, nullable=True),
        sa.Column("id", KEY, nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("due_at", TIME, nullable=False),
        sa.Column("lease_until", TIME, nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name=op.f("fk_method_switch_case_id")),
        sa.ForeignKeyConstraint(["payment_id"], ["payment.id"], name=op.f("fk_method_switch_payment_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_method_switch")),
        sa.UniqueConstraint("payment_id", "kind", name=op.f("uq_method_switch_payment_id_kind")),
        sa.UniqueConstraint("key", name=op.f("uq_method_switch_key")),
    )
    op.create_index("ix_method_switch_case_id", "method_switch", ["case_id"])
    op.create_index(
        "ix_method_switch_due", "method_switch", ["due_at"], postgresql_where=DUE, sqlite_where=DUE
    )
    op.create_index(
        "ix_method_switch_lease",
        "method_switch",
        ["lease_until"],
        postgresql_where=LEASED,
        sqlite_where=LEASED,
    )
    op.add_column("payment", sa.Column("method_id", sa.String(), nullable=True))
    op.add_column("customer", sa.Column("card_consent_at", TIME, nullable=True))
    op.add_column("customer", sa.Column("card_consent_version", sa.Integer(), nullable=True))
    op.add_column("customer", sa.Column("card_consent_language", sa.String(), nullable=True))
    # A release that does not know it goes on inserting merchants: nobody has it on.
    op.add_column(
        "merchant", sa.Column("other_card_on", sa.Boolean(), nullable=False, server_default=sa.false())
    )


def downgrade() -> None:
    op.drop_column("merchant", "other_card_on")
    for name in ("card_consent_language", "card_consent_version", "card_consent_at"):
        op.drop_column("customer", name)
    op.drop_column("payment", "method_id")
    op.drop_table("method_switch")
