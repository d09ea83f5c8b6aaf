"""Of which hours' failures a merchant's reminders wait, because far more of their renewals failed at once than ever do."""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for name in ("flood_since", "flood_until"):
        op.add_column("merchant", sa.Column(name, sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    for name in ("flood_until", "flood_since"):
        op.drop_column("merchant", name)
