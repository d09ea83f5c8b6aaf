"""Who was drawn into which group, with which case and share, and what share a merchant wants."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

# A release that does not know these goes on inserting: it draws nobody.
NEW = (
    ("merchant", sa.Column("control_share", sa.Float(), nullable=True)),
    ("merchant", sa.Column("launch_cases", sa.Integer(), nullable=False, server_default="0")),
    ("merchant", sa.Column("launch_drawn", sa.Integer(), nullable=False, server_default="0")),
    ("customer", sa.Column("arm", sa.String(), nullable=True)),
    ("customer", sa.Column("drawn_at", sa.DateTime(timezone=True), nullable=True)),
    ("case", sa.Column("draw_share", sa.Float(), nullable=True)),
    ("case", sa.Column("paid_on", sa.Integer(), nullable=True)),
)
BACKFILLED = "origin = 'backfill'"


def upgrade() -> None:
    for table, column in NEW:
        op.add_column(table, column)
    op.create_index(
        "ix_case_backfilled",
        "case",
        ["merchant_id"],
        postgresql_where=sa.text(BACKFILLED),
        sqlite_where=sa.text(BACKFILLED),
    )


def downgrade() -> None:
    op.drop_index("ix_case_backfilled", "case")
    for table, column in reversed(NEW):
        op.drop_column(table, column.name)
