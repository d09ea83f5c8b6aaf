"""Which group a case was drawn into, where it came from, and what plan and product it was for."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

NEW = (
    ("payment", sa.Column("plan_id", sa.String(), nullable=True)),
    ("payment", sa.Column("product_id", sa.String(), nullable=True)),
    ("membership", sa.Column("plan_id", sa.String(), nullable=True)),
    ("membership", sa.Column("started_at", sa.DateTime(timezone=True), nullable=True)),
    # A release that does not know these goes on inserting cases: it acts for all of them.
    ("case", sa.Column("arm", sa.String(), nullable=False, server_default="treated")),
    ("case", sa.Column("origin", sa.String(), nullable=False, server_default="live")),
)


def upgrade() -> None:
    for table, column in NEW:
        op.add_column(table, column)


def downgrade() -> None:
    for table, column in reversed(NEW):
        op.drop_column(table, column.name)
