"""Sign-in with Whop: grants, rights with the time they were checked, named browsers; requests' names in the inbox."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "whop_grant",
        sa.Column("user_id", KEY, nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("expires_at", TIME, nullable=False),
        sa.Column("held_until", TIME, nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", KEY, nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_whop_grant_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_whop_grant")),
        sa.UniqueConstraint("user_id", name=op.f("uq_whop_grant_user_id")),
    )
    op.add_column("merchant_user", sa.Column("checked_at", TIME, nullable=True))
    op.add_column("session", sa.Column("label", sa.String(), nullable=True))
    op.add_column("inbox", sa.Column("request_id", sa.String(), nullable=True))


def downgrade() -> None:
    op.drop_column("inbox", "request_id")
    op.drop_column("session", "label")
    op.drop_column("merchant_user", "checked_at")
    op.drop_table("whop_grant")
