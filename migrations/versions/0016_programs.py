"""Personal tokens for programs, webhooks to merchants' own, and an index of what people did."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "api_token",
        sa.Column("merchant_id", KEY, nullable=False),
        sa.Column("user_id", KEY, nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("token_hash", sa.String(), nullable=False),
        sa.Column("hint", sa.String(), nullable=False),
        sa.Column("scopes", sa.String(), nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("expires_at", TIME, nullable=True),
        sa.Column("used_at", TIME, nullable=True),
        sa.Column("ended_at", TIME, nullable=True),
        sa.Column("ended_why", sa.String(), nullable=True),
        sa.Column("id", KEY, nullable=False),
        sa.ForeignKeyConstraint(["merchant_id"], ["merchant.id"], name=op.f("fk_api_token_merchant_id")),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_api_token_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_api_token")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_api_token_token_hash")),
    )
    op.create_index(op.f("ix_api_token_merchant_id_id"), "api_token", ["merchant_id", "id"])
    op.create_index(op.f("ix_api_token_user_id"), "api_token", ["user_id"])
    op.create_table(
        "endpoint",
        sa.Column("merchant_id", KEY, nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("events", sa.String(), nullable=False),
        sa.Column("on", sa.Boolean(), nullable=False, server_default=sa.true()),
        sa.Column("off_why", sa.String(), nullable=True),
        sa.Column("secret", sa.LargeBinary(), nullable=False),
        sa.Column("old_secret", sa.LargeBinary(), nullable=True),
        sa.Column("old_until", TIME, nullable=True),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("failing_since", TIME, nullable=True),
        sa.Column("last_ok_at", TIME, nullable=True),
        sa.Column("removed_at", TIME, nullable=True),
        sa.Column("id", KEY, nullable=False),
        sa.ForeignKeyConstraint(["merchant_id"], ["merchant.id"], name=op.f("fk_endpoint_merchant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_endpoint")),
    )
    op.create_index(op.f("ix_endpoint_merchant_id"), "endpoint", ["merchant_id"])
    _deliveries()
    people = sa.text("substr(actor, 1, 5) = 'user:'")
    op.create_index(
        "ix_audit_people", "audit", ["merchant_id", "id"], postgresql_where=people, sqlite_where=people
    )


def _deliveries() -> None:
    op.create_table(
        "endpoint_delivery",
        sa.Column("endpoint_id", KEY, nullable=False),
        sa.Column("merchant_id", KEY, nullable=False),
        sa.Column("case_id", KEY, nullable=True),
        sa.Column("message_id", sa.String(), nullable=False),
        sa.Column("event", sa.String(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("at", TIME, nullable=False),
        sa.Column("ended_at", TIME, nullable=True),
        sa.Column("id", KEY, nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("due_at", TIME, nullable=False),
        sa.Column("lease_until", TIME, nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["endpoint_id"], ["endpoint.id"], name=op.f("fk_endpoint_delivery_endpoint_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_endpoint_delivery")),
        sa.UniqueConstraint("message_id", name=op.f("uq_endpoint_delivery_message_id")),
    )
    op.create_index(op.f("ix_endpoint_delivery_endpoint_id_id"), "endpoint_delivery", ["endpoint_id", "id"])
    op.create_index(op.f("ix_endpoint_delivery_ended_at"), "endpoint_delivery", ["ended_at"])
    for name, column, state in (
        ("ix_endpoint_delivery_due", "due_at", "planned"),
        ("ix_endpoint_delivery_lease", "lease_until", "claimed"),
    ):
        only = sa.text(f"state = '{state}'")
        op.create_index(name, "endpoint_delivery", [column], postgresql_where=only, sqlite_where=only)
    op.create_table(
        "endpoint_try",
        sa.Column("delivery_id", KEY, nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("milliseconds", sa.Integer(), nullable=False),
        sa.Column("id", KEY, nullable=False),
        sa.ForeignKeyConstraint(
            ["delivery_id"],
            ["endpoint_delivery.id"],
            name=op.f("fk_endpoint_try_delivery_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_endpoint_try")),
    )
    op.create_index(op.f("ix_endpoint_try_delivery_id"), "endpoint_try", ["delivery_id"])


def downgrade() -> None:
    op.drop_index("ix_audit_people", "audit")
    for table in ("endpoint_try", "endpoint_delivery", "endpoint", "api_token"):
        op.drop_table(table)
