"""An index by which a merchant's customers are counted without reading their memberships."""

from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

NAME = "ix_membership_merchant_id_customer_id"


def upgrade() -> None:
    op.create_index(op.f(NAME), "membership", ["merchant_id", "customer_id"])


def downgrade() -> None:
    op.drop_index(op.f(NAME), table_name="membership")
