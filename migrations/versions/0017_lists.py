"""Lists that stay fast at a million rows: keys to search names by, indexes of each order, views kept by a team."""

import unicodedata

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
TIME = sa.DateTime(timezone=True)
KEY = sa.String().with_variant(sa.String(collation="C"), "postgresql")
ROWS_AT_ONCE = 5_000
RUNNING = "closed_at IS NULL"
BY_AMOUNT = ["merchant_id", "currency", "amount_minor", "id"]
BY_NAME = ["merchant_id", "name_key", "id"]
INDEXES = (
    ("ix_case_by_state", "case", ["merchant_id", "state", "opened_at", "id"], None),
    ("ix_case_by_class", "case", ["merchant_id", "decline_class", "opened_at", "id"], None),
    (
        "ix_case_by_state_and_class",
        "case",
        ["merchant_id", "state", "decline_class", "opened_at", "id"],
        None,
    ),
    ("ix_case_by_amount", "case", [*BY_AMOUNT, "state", "decline_class", "opened_at"], None),
    ("ix_case_no_amount", "case", ["merchant_id", "id"], "amount_minor IS NULL OR currency IS NULL"),
    ("ix_case_in_progress", "case", ["merchant_id", "opened_at", "id", "decline_class"], RUNNING),
    ("ix_case_in_progress_by_amount", "case", [*BY_AMOUNT, "decline_class", "opened_at"], RUNNING),
    ("ix_customer_merchant_id_name_key_id", "customer", BY_NAME, None),
    ("ix_customer_merchant_id_name_turned", "customer", ["merchant_id", "name_turned"], None),
    ("ix_customer_merchant_id_email_key", "customer", ["merchant_id", "email_key"], None),
    ("ix_customer_merchant_id_id", "customer", ["merchant_id", "id"], None),
    (
        "ix_customer_no_contact",
        "customer",
        BY_NAME,
        "contact_stopped IS NOT NULL OR excluded_at IS NOT NULL",
    ),
    ("ix_customer_excluded", "customer", BY_NAME, "excluded_at IS NOT NULL"),
)


def upgrade() -> None:
    op.create_table(
        "saved_view",
        sa.Column("merchant_id", ID, nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("query", JSON, nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("saved_at", TIME, nullable=False),
        sa.Column("id", ID, nullable=False),
        sa.ForeignKeyConstraint(["merchant_id"], ["merchant.id"], name=op.f("fk_saved_view_merchant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_saved_view")),
        sa.UniqueConstraint("merchant_id", "name", name=op.f("uq_saved_view_merchant_id_name")),
    )
    # A release that does not know the keys goes on inserting: such a customer is found from its next event on.
    op.add_column("customer", sa.Column("name_key", KEY, nullable=False, server_default=""))
    op.add_column("customer", sa.Column("name_turned", KEY, nullable=True))
    op.add_column("customer", sa.Column("email_key", KEY, nullable=True))
    if not op.get_context().as_sql:
        _fold_names()
    for name, table, columns, condition in INDEXES:
        where = None if condition is None else sa.text(condition)
        op.create_index(op.f(name), table, columns, postgresql_where=where, sqlite_where=where)
    op.drop_index(op.f("ix_case_merchant_id_state"), table_name="case")


def downgrade() -> None:
    op.create_index(op.f("ix_case_merchant_id_state"), "case", ["merchant_id", "state"])
    for name, table, _columns, _condition in reversed(INDEXES):
        op.drop_index(op.f(name), table_name=table)
    for column in ("email_key", "name_turned", "name_key"):
        op.drop_column("customer", column)
    op.drop_table("saved_view")


def _fold_names() -> None:
    """Before the indexes are there, which would make each change cost more."""
    connection = op.get_bind()
    read = sa.text("SELECT id, name, email FROM customer WHERE id > :last ORDER BY id LIMIT :most")
    write = sa.text(
        "UPDATE customer SET name_key = :name_key, name_turned = :name_turned, email_key = :email_key"
        " WHERE id = :id"
    )
    last = -1
    while rows := connection.execute(read, {"last": last, "most": ROWS_AT_ONCE}).all():
        connection.execute(write, [_keys(*row) for row in rows])
        last = rows[-1].id


def _keys(customer_id: int, name: str | None, email: str | None) -> dict[str, object]:
    return {
        "id": customer_id,
        "name_key": _folded(name or email or ""),
        "name_turned": _turned(name) if name else None,
        "email_key": _folded(email) if email else None,
    }


def _folded(text: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())[:120]


def _turned(name: str) -> str | None:
    before, _, last = _folded(name).rpartition(" ")
    return f"{last} {before}" if before else None
