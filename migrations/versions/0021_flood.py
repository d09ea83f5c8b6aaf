"""Since when a merchant's reminders wait, because far more of their renewals failed at once than ever do."""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("merchant", sa.Column("flood_since", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    op.drop_column("merchant", "flood_since")
