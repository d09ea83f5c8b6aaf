"""Every table of the first release."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TIME = sa.DateTime(timezone=True)
JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def upgrade() -> None:
    op.create_table(
        "chore",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("done_at", TIME, nullable=True),
        sa.Column("failed", sa.String(), nullable=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("due_at", TIME, nullable=False),
        sa.Column("lease_until", TIME, nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("id", KEY, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_chore")),
        sa.UniqueConstraint("name", name=op.f("uq_chore_name")),
    )
    op.create_table(
        "merchant",
        sa.Column("biz_id", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=True),
        sa.Column("zone", sa.String(), nullable=False),
        sa.Column("locale", sa.String(), nullable=False),
        sa.Column("sender_name", sa.String(), nullable=True),
        sa.Column("reply_to", sa.String(), nullable=True),
        sa.Column("hash_key", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("id", KEY, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_merchant")),
        sa.UniqueConstraint("biz_id", name=op.f("uq_merchant_biz_id")),
    )
    op.create_table(
        "user",
        sa.Column("email", sa.String(), nullable=True),
        sa.Column("name", sa.String(), nullable=True),
        sa.Column("whop_user_id", sa.String(), nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("signed_in_at", TIME, nullable=False),
        sa.Column("id", KEY, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_user")),
        sa.UniqueConstraint("whop_user_id", name=op.f("uq_user_whop_user_id")),
    )
    op.create_table(
        "customer",
        sa.Column("merchant_id", KEY, nullable=False),
        sa.Column("identity", sa.String(), nullable=False),
        sa.Column("member_id", sa.String(), nullable=True),
        sa.Column("name", sa.String(), nullable=True),
        sa.Column("username", sa.String(), nullable=True),
        sa.Column("email", sa.String(), nullable=True),
        sa.Column("country", sa.String(), nullable=True),
        sa.Column("locale", sa.String(), nullable=True),
        sa.Column("zone", sa.String(), nullable=True),
        sa.Column("contact_stopped", sa.String(), nullable=True),
        sa.Column("complaints", JSON, nullable=False),
        sa.Column("seen_at", TIME, nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("id", KEY, nullable=False),
        sa.ForeignKeyConstraint(["merchant_id"], ["merchant.id"], name=op.f("fk_customer_merchant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_customer")),
        sa.UniqueConstraint("merchant_id", "identity", name=op.f("uq_customer_merchant_id_identity")),
    )
    op.create_index(
        op.f("ix_customer_merchant_id_member_id"), "customer", ["merchant_id", "member_id"], unique=False
    )

    op.create_table(
        "merchant_user",
        sa.Column("merchant_id", KEY, nullable=False),
        sa.Column("user_id", KEY, nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("id", KEY, nullable=False),
        sa.ForeignKeyConstraint(["merchant_id"], ["merchant.id"], name=op.f("fk_merchant_user_merchant_id")),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_merchant_user_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_merchant_user")),
        sa.UniqueConstraint("merchant_id", "user_id", name=op.f("uq_merchant_user_merchant_id_user_id")),
    )
    op.create_index(op.f("ix_merchant_user_user_id"), "merchant_user", ["user_id"], unique=False)

    op.create_table(
        "session",
        sa.Column("sid_hash", sa.String(), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.Column("user_id", KEY, nullable=True),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("seen_at", TIME, nullable=False),
        sa.Column("expires_at", TIME, nullable=False),
        sa.Column("id", KEY, nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_session_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_session")),
        sa.UniqueConstraint("sid_hash", name=op.f("uq_session_sid_hash")),
    )
    op.create_index(op.f("ix_session_expires_at"), "session", ["expires_at"], unique=False)
    op.create_index(op.f("ix_session_user_id"), "session", ["user_id"], unique=False)

    op.create_table(
        "suppression",
        sa.Column("merchant_id", KEY, nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("address_hash", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("id", KEY, nullable=False),
        sa.ForeignKeyConstraint(["merchant_id"], ["merchant.id"], name=op.f("fk_suppression_merchant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_suppression")),
        sa.UniqueConstraint(
            "merchant_id",
            "channel",
            "address_hash",
            name=op.f("uq_suppression_merchant_id_channel_address_hash"),
        ),
    )
    op.create_table(
        "membership",
        sa.Column("merchant_id", KEY, nullable=False),
        sa.Column("customer_id", KEY, nullable=True),
        sa.Column("membership_id", sa.String(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("cancel_at_period_end", sa.Boolean(), nullable=False),
        sa.Column("manage_url", sa.String(), nullable=True),
        sa.Column("product_title", sa.String(), nullable=True),
        sa.Column("current_period_end", TIME, nullable=True),
        sa.Column("seen_at", TIME, nullable=False),
        sa.Column("endings", JSON, nullable=False),
        sa.Column("id", KEY, nullable=False),
        sa.ForeignKeyConstraint(["customer_id"], ["customer.id"], name=op.f("fk_membership_customer_id")),
        sa.ForeignKeyConstraint(["merchant_id"], ["merchant.id"], name=op.f("fk_membership_merchant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_membership")),
        sa.UniqueConstraint(
            "merchant_id", "membership_id", name=op.f("uq_membership_merchant_id_membership_id")
        ),
    )
    op.create_index(op.f("ix_membership_customer_id"), "membership", ["customer_id"], unique=False)

    op.create_table(
        "payment",
        sa.Column("merchant_id", KEY, nullable=False),
        sa.Column("customer_id", KEY, nullable=True),
        sa.Column("payment_id", sa.String(), nullable=False),
        sa.Column("membership_id", sa.String(), nullable=True),
        sa.Column("billing_reason", sa.String(), nullable=True),
        sa.Column("product_title", sa.String(), nullable=True),
        sa.Column("amount_minor", KEY, nullable=True),
        sa.Column("currency", sa.String(), nullable=True),
        sa.Column("decline_code", sa.String(), nullable=True),
        sa.Column("failure_message", sa.String(), nullable=True),
        sa.Column("retryable", sa.Boolean(), nullable=True),
        sa.Column("payments_failed", sa.Integer(), nullable=True),
        sa.Column("next_attempt_at", TIME, nullable=True),
        sa.Column("recovery_url", sa.String(), nullable=True),
        sa.Column("card_brand", sa.String(), nullable=True),
        sa.Column("card_last4", sa.String(), nullable=True),
        sa.Column("card_exp_month", sa.Integer(), nullable=True),
        sa.Column("card_exp_year", sa.Integer(), nullable=True),
        sa.Column("seen_at", TIME, nullable=False),
        sa.Column("failed_at", TIME, nullable=True),
        sa.Column("last_failed_at", TIME, nullable=True),
        sa.Column("pending_at", TIME, nullable=True),
        sa.Column("paid_at", TIME, nullable=True),
        sa.Column("voided_at", TIME, nullable=True),
        sa.Column("uncollectible_at", TIME, nullable=True),
        sa.Column("refunds", JSON, nullable=False),
        sa.Column("disputes", JSON, nullable=False),
        sa.Column("id", KEY, nullable=False),
        sa.ForeignKeyConstraint(["customer_id"], ["customer.id"], name=op.f("fk_payment_customer_id")),
        sa.ForeignKeyConstraint(["merchant_id"], ["merchant.id"], name=op.f("fk_payment_merchant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payment")),
        sa.UniqueConstraint("merchant_id", "payment_id", name=op.f("uq_payment_merchant_id_payment_id")),
    )
    op.create_index(op.f("ix_payment_customer_id"), "payment", ["customer_id"], unique=False)
    op.create_index(
        op.f("ix_payment_merchant_id_membership_id"),
        "payment",
        ["merchant_id", "membership_id"],
        unique=False,
    )

    op.create_table(
        "attempt",
        sa.Column("payment_id", KEY, nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.Column("outcome", sa.String(), nullable=False),
        sa.Column("trigger", sa.String(), nullable=False),
        sa.Column("decline_code", sa.String(), nullable=True),
        sa.Column("failure_message", sa.String(), nullable=True),
        sa.Column("id", KEY, nullable=False),
        sa.ForeignKeyConstraint(["payment_id"], ["payment.id"], name=op.f("fk_attempt_payment_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attempt")),
        sa.UniqueConstraint("payment_id", "at", "outcome", name=op.f("uq_attempt_payment_id_at_outcome")),
    )
    op.create_table(
        "case",
        sa.Column("merchant_id", KEY, nullable=False),
        sa.Column("customer_id", KEY, nullable=False),
        sa.Column("payment_id", KEY, nullable=False),
        sa.Column("leader_id", KEY, nullable=True),
        sa.Column("token", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("stop", sa.String(), nullable=True),
        sa.Column("held", sa.Boolean(), nullable=False),
        sa.Column("decline_class", sa.String(), nullable=False),
        sa.Column("amount_minor", KEY, nullable=True),
        sa.Column("currency", sa.String(), nullable=True),
        sa.Column("opened_at", TIME, nullable=False),
        sa.Column("closed_at", TIME, nullable=True),
        sa.Column("recovered_at", TIME, nullable=True),
        sa.Column("taken_back_minor", KEY, nullable=False),
        sa.Column("attribution", sa.String(), nullable=True),
        sa.Column("attribution_step_id", KEY, nullable=True),
        sa.Column("policy_version", sa.Integer(), nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("id", KEY, nullable=False),
        sa.ForeignKeyConstraint(["customer_id"], ["customer.id"], name=op.f("fk_case_customer_id")),
        sa.ForeignKeyConstraint(["leader_id"], ["case.id"], name=op.f("fk_case_leader_id")),
        sa.ForeignKeyConstraint(["merchant_id"], ["merchant.id"], name=op.f("fk_case_merchant_id")),
        sa.ForeignKeyConstraint(["payment_id"], ["payment.id"], name=op.f("fk_case_payment_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case")),
        sa.UniqueConstraint("payment_id", name=op.f("uq_case_payment_id")),
        sa.UniqueConstraint("token", name=op.f("uq_case_token")),
    )
    op.create_index(op.f("ix_case_customer_id_state"), "case", ["customer_id", "state"], unique=False)
    op.create_index(op.f("ix_case_leader_id"), "case", ["leader_id"], unique=False)
    op.create_index(
        op.f("ix_case_merchant_id_opened_at_id"), "case", ["merchant_id", "opened_at", "id"], unique=False
    )
    op.create_index(op.f("ix_case_merchant_id_state"), "case", ["merchant_id", "state"], unique=False)
    op.create_index(
        "ix_case_running",
        "case",
        ["opened_at"],
        unique=False,
        postgresql_where=sa.text("closed_at IS NULL"),
        sqlite_where=sa.text("closed_at IS NULL"),
    )

    op.create_table(
        "audit",
        sa.Column("merchant_id", KEY, nullable=True),
        sa.Column("case_id", KEY, nullable=True),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("action", sa.String(), nullable=False),
        sa.Column("detail", JSON, nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.Column("id", KEY, nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name=op.f("fk_audit_case_id")),
        sa.ForeignKeyConstraint(["merchant_id"], ["merchant.id"], name=op.f("fk_audit_merchant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit")),
    )
    op.create_index(op.f("ix_audit_case_id_id"), "audit", ["case_id", "id"], unique=False)
    op.create_index(op.f("ix_audit_merchant_id_id"), "audit", ["merchant_id", "id"], unique=False)

    op.create_table(
        "inbox",
        sa.Column("message_id", sa.String(), nullable=False),
        sa.Column("origin", sa.String(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("received_at", TIME, nullable=False),
        sa.Column("event_type", sa.String(), nullable=True),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("merchant_id", KEY, nullable=True),
        sa.Column("case_id", KEY, nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("done_at", TIME, nullable=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("due_at", TIME, nullable=False),
        sa.Column("lease_until", TIME, nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("id", KEY, nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name=op.f("fk_inbox_case_id")),
        sa.ForeignKeyConstraint(["merchant_id"], ["merchant.id"], name=op.f("fk_inbox_merchant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inbox")),
        sa.UniqueConstraint("message_id", name=op.f("uq_inbox_message_id")),
    )
    op.create_index(op.f("ix_inbox_case_id"), "inbox", ["case_id"], unique=False)
    op.create_index(
        "ix_inbox_due",
        "inbox",
        ["due_at"],
        unique=False,
        postgresql_where=sa.text("state = 'waiting'"),
        sqlite_where=sa.text("state = 'waiting'"),
    )
    op.create_index(
        "ix_inbox_lease",
        "inbox",
        ["lease_until"],
        unique=False,
        postgresql_where=sa.text("state = 'claimed'"),
        sqlite_where=sa.text("state = 'claimed'"),
    )
    op.create_index(op.f("ix_inbox_merchant_id_id"), "inbox", ["merchant_id", "id"], unique=False)

    op.create_table(
        "step",
        sa.Column("case_id", KEY, nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("wording_key", sa.String(), nullable=False),
        sa.Column("wording_version", sa.Integer(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("planned_at", TIME, nullable=False),
        sa.Column("why", JSON, nullable=False),
        sa.Column("outcome_why", JSON, nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("ended_at", TIME, nullable=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("due_at", TIME, nullable=False),
        sa.Column("lease_until", TIME, nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("id", KEY, nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name=op.f("fk_step_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_step")),
        sa.UniqueConstraint("case_id", "position", name=op.f("uq_step_case_id_position")),
    )
    op.create_index(
        "ix_step_due",
        "step",
        ["due_at"],
        unique=False,
        postgresql_where=sa.text("state = 'planned'"),
        sqlite_where=sa.text("state = 'planned'"),
    )
    op.create_index(
        "ix_step_lease",
        "step",
        ["lease_until"],
        unique=False,
        postgresql_where=sa.text("state IN ('claimed', 'sending')"),
        sqlite_where=sa.text("state IN ('claimed', 'sending')"),
    )

    op.create_table(
        "visit",
        sa.Column("case_id", KEY, nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("target", sa.String(), nullable=True),
        sa.Column("at", TIME, nullable=False),
        sa.Column("id", KEY, nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name=op.f("fk_visit_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_visit")),
    )
    op.create_index(op.f("ix_visit_case_id_at"), "visit", ["case_id", "at"], unique=False)

    op.create_table(
        "delivery",
        sa.Column("step_id", KEY, nullable=False),
        sa.Column("case_id", KEY, nullable=False),
        sa.Column("fence", sa.Integer(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("outcome", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("provider_id", sa.String(), nullable=True),
        sa.Column("content", JSON, nullable=False),
        sa.Column("recipient", sa.String(), nullable=False),
        sa.Column("started_at", TIME, nullable=False),
        sa.Column("lease_until", TIME, nullable=False),
        sa.Column("ended_at", TIME, nullable=True),
        sa.Column("id", KEY, nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name=op.f("fk_delivery_case_id")),
        sa.ForeignKeyConstraint(["step_id"], ["step.id"], name=op.f("fk_delivery_step_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_delivery")),
        sa.UniqueConstraint("step_id", "fence", name=op.f("uq_delivery_step_id_fence")),
    )
    op.create_index(
        op.f("ix_delivery_case_id_started_at"), "delivery", ["case_id", "started_at"], unique=False
    )
    op.create_index(
        "ix_delivery_lease",
        "delivery",
        ["lease_until"],
        unique=False,
        postgresql_where=sa.text("outcome = 'in_flight'"),
        sqlite_where=sa.text("outcome = 'in_flight'"),
    )
    op.create_index(op.f("ix_delivery_started_at"), "delivery", ["started_at"], unique=False)


def downgrade() -> None:
    for table in (
        "delivery",
        "visit",
        "step",
        "inbox",
        "audit",
        "case",
        "attempt",
        "payment",
        "membership",
        "suppression",
        "session",
        "merchant_user",
        "customer",
        "user",
        "merchant",
        "chore",
    ):
        op.drop_table(table)
