"""An index of the events that somebody must look at, so that counting them does not read all events."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

AMISS = sa.text("state IN ('quarantined', 'dead')")


def upgrade() -> None:
    op.create_index("ix_inbox_amiss", "inbox", ["state"], postgresql_where=AMISS, sqlite_where=AMISS)


def downgrade() -> None:
    op.drop_index("ix_inbox_amiss", table_name="inbox")
