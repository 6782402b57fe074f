"""Sentences on what several sources of one shop say of a row: older versions, what changed or vanished."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import duckdb

# What a table's rows are called, one of them.
_THINGS = {
    "accounts": "account",
    "listings": "listing",
    "messages": "message",
    "order_lines": "line",
    "orders": "order",
    "payments": "payment",
    "postal_addresses": "postal address",
    "reviews": "review",
    "shipments": "shipment",
    "sites": "site",
}
_COLUMNS = (
    "kind, table_name, column_name, old_value, new_value, old_id, from_source, to_source, from_at, to_at"
)


def superseded(connection: duckdb.DuckDBPyConnection, identifier: str) -> dict[str, Any] | None:
    """The row of ``superseded`` of an id in whose place another stands."""
    found = connection.execute("SELECT * FROM superseded WHERE superseded_id = ?", [identifier])
    names = [column[0] for column in found.description or ()]
    row = found.fetchone()
    return dict(zip(names, row, strict=True)) if row else None


def older_sources(connection: duckdb.DuckDBPyConnection, identifier: str) -> list[str]:
    """The source ids of the older versions of a row, and of what was part of it."""
    rows = connection.execute(
        "SELECT source_id FROM superseded WHERE row_id = ? ORDER BY superseded_id", [identifier]
    ).fetchall()
    return list(dict.fromkeys(source_id for (source_id,) in rows if source_id))


def price(connection: duckdb.DuckDBPyConnection, line_id: str) -> tuple[str, str | None] | None:
    """What explains the price of an order line, and the source of that price or tier."""
    found = connection.execute(
        "SELECT sentence, price_source_id FROM price_explanations WHERE line_id = ?", [line_id]
    ).fetchone()
    return (str(found[0]), found[1]) if found and found[0] else None


def history(connection: duckdb.DuckDBPyConnection, identifiers: Sequence[str]) -> list[str]:
    """Sentences on what became of these rows between the sources, in the order of the sources."""
    if not identifiers:
        return []
    marks = ", ".join("?" * len(identifiers))
    older = connection.execute(
        f"SELECT superseded_id, row_id, reason FROM superseded "
        f"WHERE row_id IN ({marks}) OR superseded_id IN ({marks}) ORDER BY ALL",
        [*identifiers, *identifiers],
    ).fetchall()
    told = [
        f"{old} is an {reason}; {row_id} stands in its place."
        if reason.startswith("older")
        else f"{old} is {reason}, {row_id}."
        for old, row_id, reason in older
    ]
    changes = connection.execute(
        f"SELECT {_COLUMNS} FROM row_changes WHERE row_id IN ({marks}) OR old_id IN ({marks}) "
        "ORDER BY from_at, table_name, old_id, column_name",
        [*identifiers, *identifiers],
    ).fetchall()
    return told + [_sentence(*change) for change in changes]


def _sentence(
    kind: str,
    table: str,
    column: str | None,
    old_value: str | None,
    new_value: str | None,
    old_id: str,
    from_source: str,
    to_source: str,
    from_at: datetime | None,
    to_at: datetime | None,
) -> str:
    thing = _THINGS.get(table, table)
    between = f"between {_source(from_source, from_at)} and {_source(to_source, to_at)}"
    if kind == "vanished":
        return f"This {thing} ({old_id}) vanished {between}."
    if kind == "missing":
        return (
            f"This {thing} ({old_id}) is in {_source(from_source, from_at)} and not in "
            f"{_source(to_source, to_at)}, which need not have held it."
        )
    became = f"{_value(old_value)} became {_value(new_value)}"
    return f"{_shown(column)} of the {thing} changed {between}: {became}."


def _source(name: str, at: datetime | None) -> str:
    return f"{name} ({at:%Y-%m-%d %H:%M} UTC)" if at else name


def _shown(column: str | None) -> str:
    return (column or "").replace("_", " ").capitalize()


def _value(value: str | None) -> str:
    if value is None:
        return "nothing"
    shown = value if len(value) <= 120 else f"{value[:120]}\u2026"
    return f"\u201c{shown}\u201d"
