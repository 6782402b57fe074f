"""The shops that have folders, filled with made-up trade by what their own SQL says that each column means.

A folder with its real schema beside the tests (``schema/NAME.sql``) is measured without a line for it: the
lineage of its SQL (``mapping_truth``) tells which raw column is which canonical one, and so what to put there.
"""

import re
from pathlib import Path

from made_up_shop import NAMED, Column, Schema, Table
from mapping_truth import Edges, Instance, truth_and_edges
from stocktake.records.catalogue import RawTable
from stocktake.shops.folders import ShopSoftware
from stocktake.shops.inference.words import meaning
from stocktake.shops.recognition import Recognition

FILES = Path(__file__).parent / "schema"
# Canonical table -> what its rows are in made_up_shop, the first that fits a table counts.
_ROWS = (
    ("orders", "order"), ("order_lines", "line"), ("payments", "payment"), ("listings", "listing"),
    ("accounts", "account"), ("shipments", "shipment"), ("reviews", "review"), ("messages", "message"),
    ("price_tiers", "tier"), ("postal_addresses", "address"),
)  # fmt: skip
_REF = {"order": "order", "line": "line", "account": "account", "listing": "listing", "payment": "payment",
        "address": "account"} | {name: name for name in NAMED}  # fmt: skip


def schema_text(name: str, prefix: str) -> str | None:
    """The real schema of a software, where the tests have it."""
    path = FILES / f"{name}.sql"
    return (
        path.read_text("utf-8").replace("{p}", prefix).replace("{c}", "ENGINE=InnoDB")
        if path.is_file()
        else None
    )


def filled(software: ShopSoftware, found: Recognition, tables: list[RawTable]) -> Schema:
    """The software's schema with what each column means, by its folder's SQL."""
    instances, edges = truth_and_edges(software)
    rows = _rows(software, instances, edges)
    by_label = {table.label: name for name, table in found.tables.items()}
    made = []
    for table in tables:
        name = by_label.get(table.label)
        of = rows.get(name, "other") if name else "other"
        columns = [
            Column(
                name=column,
                type=_type(declared),
                key=table.key == (column,),
                to=None,
                meanings=_meanings(name, column, of, instances, edges, rows, software, _type(declared))
                if name
                else [],
                optional=[],
            )
            for column, declared, _ in table.columns
        ]
        for column in columns:
            if column.meanings and column.meanings[0].startswith("ref."):
                column.key = False
        made.append(Table(table.name, of, 12, columns))
    return Schema(software.name, software.title, f"shops/{software.name}", True, made, _states())


def _states() -> list[str]:
    return [
        "Awaiting payment",
        "Payment accepted",
        "Processing in progress",
        "Shipped",
        "Delivered",
        "Canceled",
        "Refunded",
    ]


def _rows(software: ShopSoftware, instances: list[Instance], edges: Edges) -> dict[str, str]:
    rows: dict[str, str] = {}
    for canonical, of in _ROWS:
        for instance in (one for one in instances if one.table == canonical):
            of_order = canonical == "postal_addresses" and "order_id" in instance.columns
            for anchor in instance.anchors:
                rows.setdefault(anchor, "order_address" if of_order else of)
    for name in software.tables:
        if re.search(r"employee|admin_user|staff", name) or name == "user":
            rows[name] = "staff"
    for instance in instances:
        for column, leaves in instance.columns.items():
            for leaf in leaves:
                if leaf.table in rows or leaf.key is not None:
                    continue
                if column in NAMED:
                    rows[leaf.table] = column
                    continue
                anchor = min(instance.anchors & set(rows), default=None)
                if anchor is not None and _joined(leaf.table, anchor, edges, software):
                    rows[leaf.table] = rows[anchor]
    return rows


def _joined(one: str, anchor: str, edges: Edges, software: ShopSoftware) -> str | None:
    """The column of ``one`` that the SQL compares with the key of ``anchor``."""
    for key in software.tables[anchor].key:
        for table, column, text in edges.get((anchor, key, None), ()):
            if table == one and text is None:
                return column
    return None


def _meanings(
    name: str, column: str, of: str, instances: list[Instance], edges: Edges, rows: dict[str, str],
    software: ShopSoftware, kind: str,
) -> list[str]:  # fmt: skip
    logical = software.tables[name]
    called = {c for c in logical.columns if c.lower() == column.lower() or column.lower() in
              (n.lower() for n in logical.names.get(c, ()))}  # fmt: skip
    found = []
    for canonical, own in _ROWS:
        for instance in instances:
            fits = instance.table == canonical and (name in instance.anchors or rows.get(name) == own)
            for target, leaves in sorted(instance.columns.items()) if fits else ():
                if any(leaf.table == name and leaf.column in called and leaf.key is None for leaf in leaves):
                    found.append(_meaning(canonical, target, column, of, kind))
    if not found and of in NAMED and ("code" if of == "currency" else "name") in column:
        return ["lookup.name"]
    if not found:
        for one in called:
            for table, other, _ in sorted(edges.get((name, one, None), ()), key=str):
                if table in rows and rows[table] in _REF and software.tables[table].key == (other,):
                    found.append(f"ref.{_REF[rows[table]]}")
    ranked = sorted(found, key=lambda one: _fits(one, of))
    return [one for one in ranked if _fits(one, of) < 2][:1]


def _fits(meaning_: str, of: str) -> int:
    table = meaning_.partition(".")[0]
    own = {"order": "orders", "line": "order_lines", "account": "accounts", "staff": "accounts", "listing": "listings",
           "payment": "payments", "shipment": "shipments", "message": "messages", "review": "reviews",
           "tier": "price_tiers"}.get(of)  # fmt: skip
    if table == own or (
        table in ("address", "shipping", "billing") and of in ("address", "order_address", "order", "account")
    ):
        return 0
    if table in ("ref", "lookup") or (of == "order" and table in ("payments", "accounts", "shipments")):
        return 1
    return 2


def _meaning(canonical: str, target: str, column: str, of: str, kind: str) -> str:
    concepts = {concept for token in meaning(column) for concept in token}
    if target in ("display_name", "name"):
        target = "first_name" if "first" in concepts else "last_name" if "last" in concepts else "full_name"
    table = canonical
    if canonical == "postal_addresses":
        table = "address"
        if of == "order":
            table = "shipping" if concepts & {"shipped", "recipient"} else "billing"
    how = ""
    if kind in ("int", "bigint", "smallint", "tinyint") and target in NAMED:
        how = "=id"
    if canonical == "price_tiers" and target not in (
        "listing_id",
        "min_quantity",
        "price",
        "valid_from",
        "valid_to",
        "customer_group",
    ):
        return "none.none"
    return f"{table}.{target}{how}"


def _type(declared: str) -> str:
    word = declared.lower().partition("(")[0].split()[0]
    return {"integer": "int", "mediumint": "int", "double": "double", "numeric": "decimal", "longtext": "text",
            "mediumtext": "text", "json": "text"}.get(word, word)  # fmt: skip
