"""Tallies: how many cases and messages are alike, written by triggers in the transaction that changes a case."""

from collections.abc import Iterator
from dataclasses import dataclass

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
BATCH = 50_000
"""Rows that are counted at once."""


@dataclass(frozen=True)
class Spelling:
    """What the two databases write differently; `{at}` and the like are columns."""

    day: str
    month: str
    seconds: str
    differs: str


POSTGRESQL = Spelling(
    day="({at} AT TIME ZONE 'UTC')::date",
    month="date_trunc('month', {at} AT TIME ZONE 'UTC')::date",
    seconds="floor(extract(epoch FROM {late} - {early}))::bigint",
    differs="IS DISTINCT FROM",
)
SQLITE = Spelling(
    day="substr({at}, 1, 10)",
    month="substr({at}, 1, 7) || '-01'",
    seconds="(CAST(strftime('%s', {late}) AS INTEGER) - CAST(strftime('%s', {early}) AS INTEGER))",
    differs="IS NOT",
)

TABLES = {
    "case_tally": (
        ("origin", sa.String()),
        ("state", sa.String()),
        ("decline_class", sa.String()),
        ("touched", sa.Boolean()),
        ("arm", sa.String()),
        ("product_id", sa.String()),
        ("currency", sa.String()),
    ),
    "recovery_tally": (("product_id", sa.String()), ("currency", sa.String()), ("hours", sa.Integer())),
    "drawn_tally": (
        ("arm", sa.String()),
        ("share", sa.Float()),
        ("paid_on", sa.Integer()),
        ("running", sa.Boolean()),
    ),
    "message_tally": (
        ("product_id", sa.String()),
        ("currency", sa.String()),
        ("channel", sa.String()),
        ("wording_key", sa.String()),
        ("what", sa.String()),
    ),
}
"""Beside the merchant and the day."""
MONEY = (("amount_minor", KEY), ("taken_back_minor", KEY))
SUMS = {
    "case_tally": (("cases", sa.Integer()), *MONEY),
    "recovery_tally": (("cases", sa.Integer()),),
    "drawn_tally": (("people", sa.Integer()),),
    "message_tally": (("messages", sa.Integer()), *MONEY),
}
RUNNING = "state IN ('open', 'pending', 'paused')"
ALL = "'*'"
"""Stands for all products together: most questions are about them."""
COUNTED = (
    "merchant_id", "payment_id", "opened_at", "origin", "state", "decline_class", "attribution",
    "attribution_step_id", "arm", "currency", "amount_minor", "taken_back_minor", "recovered_at", "paid_on",
    "draw_share",
)  # fmt: skip
"""Columns of a case that a tally looks at."""
PLACES = ("merchant_id", "payment_id", "opened_at", "origin", "currency")
"""Of them, those that say where its messages are counted."""
TRIGGERS = (
    ("tally_case_made", "case"),
    ("tally_case_changed", "case"),
    ("tally_case_gone", "case"),
    ("tally_case_moved", "case"),
    ("tally_payment_changed", "payment"),
    ("tally_delivery_made", "delivery"),
    ("tally_delivery_changed", "delivery"),
    ("tally_delivery_gone", "delivery"),
)


def upgrade() -> None:
    postgresql = op.get_context().dialect.name == "postgresql"
    spell = POSTGRESQL if postgresql else SQLITE
    for name in TABLES:
        _create(name)
    op.create_index(
        op.f("ix_payment_merchant_id_product_id_seen_at"), "payment", ["merchant_id", "product_id", "seen_at"]
    )
    op.create_index(
        "ix_case_drawn", "case", ["merchant_id", "opened_at"],
        postgresql_where=sa.text("draw_share IS NOT NULL"), sqlite_where=sa.text("draw_share IS NOT NULL"),
    )  # fmt: skip
    # First the triggers, which keep other writers out until this transaction ends, then what is there already.
    for name, table, event, when, body in _triggers(spell):
        op.execute(sa.text(_function(name, body) if postgresql else _sqlite(name, table, event, when, body)))
        if postgresql:
            op.execute(sa.text(_trigger(name, table, event, when)))
    if not op.get_context().as_sql:
        _count(spell)


def downgrade() -> None:
    postgresql = op.get_context().dialect.name == "postgresql"
    for name, table in TRIGGERS:
        op.execute(sa.text(f'DROP TRIGGER {name} ON "{table}"' if postgresql else f"DROP TRIGGER {name}"))
        if postgresql:
            op.execute(sa.text(f"DROP FUNCTION {name}()"))
    op.drop_index("ix_case_drawn", "case")
    op.drop_index(op.f("ix_payment_merchant_id_product_id_seen_at"), "payment")
    for name in TABLES:
        op.drop_table(name)


def _create(name: str) -> None:
    op.create_table(
        name,
        sa.Column("merchant_id", KEY, nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        *(sa.Column(column, kind, nullable=False) for column, kind in (*TABLES[name], *SUMS[name])),
        sa.Column("id", KEY, nullable=False),
        sa.Column("fresh", sa.Boolean(), nullable=False, server_default=sa.true()),
        sa.ForeignKeyConstraint(["merchant_id"], ["merchant.id"], name=op.f(f"fk_{name}_merchant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{name}")),
    )
    _index(name, f"ix_{name}_fresh", "fresh")
    if name == "case_tally":
        _index(name, f"ix_{name}_running", RUNNING)
        columns = ["merchant_id", "origin", "product_id", "day"]
    else:
        columns = ["merchant_id", "day"] if name == "drawn_tally" else ["merchant_id", "product_id", "day"]
    op.create_index(op.f(f"ix_{name}_{'_'.join(columns)}"), name, columns)


def _index(table: str, name: str, condition: str) -> None:
    where = sa.text(condition)
    op.create_index(name, table, ["merchant_id"], postgresql_where=where, sqlite_where=where)


# What a case and a message add to the tallies: `c` is the case, `s` a step, `sign` empty, or a minus to take it back.


def _of_case(spell: Spelling, c: str, sign: str, product: str) -> Iterator[tuple[str, str, str, str]]:
    """Tally, the values of its columns, which other tables they need, and the condition: in its product and in all."""
    yield from _of_case_once(spell, c, sign, product)
    yield from (one for one in _of_case_once(spell, c, sign, ALL) if one[0] != "drawn_tally")


def _of_case_once(spell: Spelling, c: str, sign: str, product: str) -> Iterator[tuple[str, str, str, str]]:
    day, month = spell.day.format(at=f"{c}.opened_at"), spell.month.format(at=f"{c}.opened_at")
    recovered = f"{c}.origin = 'live' AND {c}.state = 'recovered'"
    product, currency = f"coalesce({product}, '')", f"coalesce({c}.currency, '')"
    money = f"{sign}coalesce({c}.amount_minor, 0), {sign}{c}.taken_back_minor"
    yield (
        "case_tally",
        f"{c}.merchant_id, CASE {c}.origin WHEN 'backfill' THEN {month} ELSE {day} END, {c}.origin, {c}.state, "
        f"{c}.decline_class, coalesce({c}.attribution, '') IN ('visit', 'message'), {c}.arm, {product}, {currency}, "
        f"{sign}1, {money}",
        "",
        "true",
    )
    seconds = spell.seconds.format(late=f"{c}.recovered_at", early=f"{c}.opened_at")
    hours = (
        f"CASE WHEN {seconds} < 0 THEN 0 WHEN {seconds} < 172800 THEN {seconds} / 3600"
        f" WHEN {seconds} < 1209600 THEN {seconds} / 21600 * 6"
        f" WHEN {seconds} < 5184000 THEN {seconds} / 86400 * 24 ELSE 1440 END"
    )
    yield (
        "recovery_tally",
        f"{c}.merchant_id, {day}, {product}, {currency}, {hours}, {sign}1",
        "",
        f"{recovered} AND {c}.decline_class <> 'J' AND {c}.recovered_at IS NOT NULL",
    )
    paid_on = f"CASE {c}.state WHEN 'recovered' THEN coalesce({c}.paid_on, -1) ELSE -1 END"
    yield (
        "drawn_tally",
        f"{c}.merchant_id, {day}, {c}.arm, {c}.draw_share, {paid_on}, {c}.{RUNNING}, {sign}1",
        "",
        f"{c}.draw_share IS NOT NULL",
    )
    yield (
        "message_tally",
        f"{c}.merchant_id, {day}, {product}, {currency}, s.channel, s.wording_key, 'recovered', {sign}1, {money}",
        "step AS s",
        f"s.id = {c}.attribution_step_id AND {recovered}",
    )


def _of_message(spell: Spelling, c: str, d: str, sign: str, product: str) -> tuple[str, str, str]:
    day = spell.day.format(at=f"{c}.opened_at")
    return (
        "message_tally",
        f"{c}.merchant_id, {day}, coalesce({product}, ''), coalesce({c}.currency, ''), {d}.channel, s.wording_key, "
        f"{d}.outcome, {sign}1, 0, 0",
        f"s.id = {d}.step_id AND s.kind <> 'winback' AND {c}.origin = 'live'",
    )


def _triggers(spell: Spelling) -> Iterator[tuple[str, str, str, str, str]]:
    """Name, table, event, condition and statements, in the order of `TRIGGERS`."""

    def product_of(c: str) -> str:
        return f"(SELECT product_id FROM payment WHERE id = {c}.payment_id)"  # noqa: S608 - our own words

    def cases(c: str, sign: str, product: str = "", where: str = "true", others: str = "") -> str:
        product = product or product_of(c)
        return "".join(
            _insert(tally, values, ", ".join(filter(None, (others, more))), f"{condition} AND {where}")
            for tally, values, more, condition in _of_case(spell, c, sign, product)
        )

    def messages(c: str, d: str, sign: str, product: str, sources: str, where: str) -> str:
        both = (_of_message(spell, c, d, sign, which) for which in (product, ALL))
        return "".join(
            _insert(tally, values, sources, f"{condition} AND {where}") for tally, values, condition in both
        )

    def differ(*columns: str) -> str:
        return " OR ".join(f"OLD.{column} {spell.differs} NEW.{column}" for column in columns)

    def moved(row: str, sign: str) -> str:
        return messages(row, "d", sign, product_of(row), "delivery AS d, step AS s", f"d.case_id = {row}.id")

    def renamed(row: str, sign: str) -> str:
        product, theirs = f"{row}.product_id", "c.payment_id = NEW.id"
        of_messages = ('"case" AS c, delivery AS d, step AS s', f"{theirs} AND d.case_id = c.id")
        return cases("c", sign, product, theirs, '"case" AS c') + messages(
            "c", "d", sign, product, *of_messages
        )

    def delivered(row: str, sign: str) -> str:
        sources = '"case" AS c, payment AS p, step AS s'
        where = f"c.id = {row}.case_id AND p.id = c.payment_id"
        return messages("c", row, sign, "p.product_id", sources, where)

    yield "tally_case_made", "case", "INSERT", "true", cases("NEW", "")
    changed = cases("OLD", "-") + cases("NEW", "")
    yield "tally_case_changed", "case", "UPDATE", differ(*COUNTED), changed
    yield "tally_case_gone", "case", "DELETE", "true", cases("OLD", "-")
    yield "tally_case_moved", "case", "UPDATE", differ(*PLACES), moved("OLD", "-") + moved("NEW", "")
    of_product = renamed("OLD", "-") + renamed("NEW", "")
    yield "tally_payment_changed", "payment", "UPDATE", differ("product_id"), of_product
    yield "tally_delivery_made", "delivery", "INSERT", "true", delivered("NEW", "")
    again = delivered("OLD", "-") + delivered("NEW", "")
    yield (
        "tally_delivery_changed",
        "delivery",
        "UPDATE",
        differ("outcome", "channel", "case_id", "step_id"),
        again,
    )
    yield "tally_delivery_gone", "delivery", "DELETE", "true", delivered("OLD", "-")


def _count(spell: Spelling) -> None:
    """What was there before, batch by batch; rows of one key are put together later, as those of the triggers."""
    cases = [
        (tally, values, ", ".join(filter(None, ('"case" AS c, payment AS p', more))),
         f"{condition} AND p.id = c.payment_id", "c.id")
        for tally, values, more, condition in _of_case(spell, "c", "", "p.product_id")
    ]  # fmt: skip
    sources = '"case" AS c, payment AS p, delivery AS d, step AS s'
    messages = [
        (tally, values, sources, f"{condition} AND p.id = c.payment_id AND c.id = d.case_id", "d.id")
        for product in ("p.product_id", ALL)
        for tally, values, condition in (_of_message(spell, "c", "d", "", product),)
    ]
    for table, counted in (("case", cases), ("delivery", messages)):
        last = (
            op.get_bind().execute(sa.select(sa.func.max(sa.table(table, sa.column("id")).c.id))).scalar() or 0
        )
        for start in range(0, last, BATCH):
            for tally, values, sources, condition, number in counted:
                batch = f"{condition} AND {number} > {start} AND {number} <= {start + BATCH}"
                op.execute(sa.text(_insert_sums(tally, values, sources, batch)))


def _columns(tally: str) -> tuple[list[str], list[str]]:
    """Those of the key, and those that are summed."""
    return ["merchant_id", "day", *(name for name, _ in TABLES[tally])], [name for name, _ in SUMS[tally]]


def _insert(tally: str, values: str, sources: str, where: str) -> str:
    key, sums = _columns(tally)
    source = f" FROM {sources}" if sources else ""
    return f"INSERT INTO {tally} ({', '.join(key + sums)}) SELECT {values}{source} WHERE {where};\n"


def _insert_sums(tally: str, values: str, sources: str, where: str) -> str:
    key, sums = _columns(tally)
    alike, columns = ", ".join(key), ", ".join(key + sums)
    summed = ", ".join(f"sum({name})" for name in sums)
    each = f"SELECT {values} FROM {sources} WHERE {where}"  # noqa: S608 - our own words
    group = f"SELECT {alike}, {summed} FROM one GROUP BY {alike}"  # noqa: S608 - our own words
    return f"INSERT INTO {tally} ({columns}) WITH one ({columns}) AS ({each}) {group}"


def _sqlite(name: str, table: str, event: str, when: str, body: str) -> str:
    return f'CREATE TRIGGER {name} AFTER {event} ON "{table}" FOR EACH ROW WHEN {when} BEGIN\n{body}END'


def _function(name: str, body: str) -> str:
    return (
        f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN\n{body}RETURN NULL;\nEND $$"
    )


def _trigger(name: str, table: str, event: str, when: str) -> str:
    return f'CREATE TRIGGER {name} AFTER {event} ON "{table}" FOR EACH ROW WHEN ({when}) EXECUTE FUNCTION {name}()'
