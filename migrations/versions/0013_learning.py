"""What cases were given to try, what they taught on each day, and two versions of a text compared."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TIME = sa.DateTime(timezone=True)
COUNTS = ("resolved", "recovered", "cancelled", "unsubscribed", "complained", "disputed")
ARM_OF_DAY = ("merchant_id", "day", "decision", "arm")
ARM = ("merchant_id", "decision", "arm")
TEXT = ("merchant_id", "key", "language")


def upgrade() -> None:
    op.create_table(
        "choice",
        sa.Column("merchant_id", KEY, nullable=False),
        sa.Column("case_id", KEY, nullable=False),
        sa.Column("decision", sa.String(), nullable=False),
        sa.Column("arm", sa.String(), nullable=False),
        sa.Column("probability", sa.Float(), nullable=False),
        sa.Column("day", sa.Date(), nullable=True),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("id", KEY, nullable=False),
        sa.ForeignKeyConstraint(["merchant_id"], ["merchant.id"], name=op.f("fk_choice_merchant_id")),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name=op.f("fk_choice_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_choice")),
        sa.UniqueConstraint("case_id", "decision", name=op.f("uq_choice_case_id_decision")),
    )
    op.create_index(op.f(f"ix_choice_{'_'.join(ARM)}"), "choice", list(ARM))
    op.create_table(
        "learned",
        sa.Column("merchant_id", KEY, nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("decision", sa.String(), nullable=False),
        sa.Column("arm", sa.String(), nullable=False),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in COUNTS),
        sa.Column("dropped", sa.String(), nullable=True),
        sa.Column("probability", sa.Float(), nullable=False),
        sa.Column("id", KEY, nullable=False),
        sa.ForeignKeyConstraint(["merchant_id"], ["merchant.id"], name=op.f("fk_learned_merchant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_learned")),
        sa.UniqueConstraint(*ARM_OF_DAY, name=op.f(f"uq_learned_{'_'.join(ARM_OF_DAY)}")),
    )
    op.create_table(
        "experiment",
        sa.Column("merchant_id", KEY, nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("number_a", sa.Integer(), nullable=False),
        sa.Column("number_b", sa.Integer(), nullable=False),
        sa.Column("planned", sa.Integer(), nullable=False),
        sa.Column("started_at", TIME, nullable=False),
        sa.Column("ended_at", TIME, nullable=True),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("id", KEY, nullable=False),
        sa.ForeignKeyConstraint(["merchant_id"], ["merchant.id"], name=op.f("fk_experiment_merchant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_experiment")),
    )
    op.create_index(op.f(f"ix_experiment_{'_'.join(TEXT)}"), "experiment", list(TEXT))
    op.create_table(
        "exposure",
        sa.Column("experiment_id", KEY, nullable=False),
        sa.Column("case_id", KEY, nullable=False),
        sa.Column("side", sa.String(), nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.Column("id", KEY, nullable=False),
        sa.ForeignKeyConstraint(["experiment_id"], ["experiment.id"], name=op.f("fk_exposure_experiment_id")),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name=op.f("fk_exposure_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_exposure")),
        sa.UniqueConstraint("experiment_id", "case_id", name=op.f("uq_exposure_experiment_id_case_id")),
    )
    op.create_index(op.f("ix_exposure_case_id"), "exposure", ["case_id"])
    # A release that does not know this goes on inserting merchants: none of theirs learns.
    op.add_column(
        "merchant", sa.Column("learning_on", sa.Boolean(), nullable=False, server_default=sa.false())
    )


def downgrade() -> None:
    op.drop_column("merchant", "learning_on")
    op.drop_index(op.f("ix_exposure_case_id"), "exposure")
    op.drop_table("exposure")
    op.drop_index(op.f(f"ix_experiment_{'_'.join(TEXT)}"), "experiment")
    op.drop_table("experiment")
    op.drop_table("learned")
    op.drop_index(op.f(f"ix_choice_{'_'.join(ARM)}"), "choice")
    op.drop_table("choice")
