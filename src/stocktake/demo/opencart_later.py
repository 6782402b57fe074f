"""Pedlarsgate's database as its machine held it when it was switched off, a week after the dump KC/2.

Orders older than KEPT_FROM were purged by the operators; those since are there with what became of them, and
the orders of the week. Rows that KC/2 has too have the same keys and, unless the week changed them, values.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from stocktake.demo import clock
from stocktake.demo.opencart import PREFIX, add_customer
from stocktake.demo.opencart import rows as rows_at_the_dump
from stocktake.demo.opencart_orders import STATUSES, Till, add_order, status_id
from stocktake.demo.opencart_stock import products
from stocktake.demo.tables import Tables

if TYPE_CHECKING:
    from stocktake.demo.tables import Cell
    from stocktake.demo.trade import Order, Trade

KEPT_FROM = datetime(2025, 6, 10, tzinfo=UTC)  # keeper purged what was older, on 19 July
PURGED = datetime(2025, 7, 19, 20, 41, 7, tzinfo=UTC)
DELETED = datetime(2025, 7, 21, 21, 17, 40, tzinfo=UTC)

# Tables whose rows belong to an order, with the column that names it and the column that numbers the rows.
_OF_ORDERS = {
    "order": ("order_id", "order_id"),
    "order_product": ("order_id", "order_product_id"),
    "order_option": ("order_id", "order_option_id"),
    "order_total": ("order_id", "order_total_id"),
    "order_history": ("order_id", "order_history_id"),
    "blockonomics_bitcoin_orders": ("id_order", "id"),
    "worldpay_order": ("order_id", "worldpay_order_id"),
    "worldpay_card": ("order_id", "card_id"),
}
_COUNTERS = {
    "blockonomics_bitcoin_orders": "blockonomics",
    "worldpay_order_transaction": "worldpay_order_transaction",
}
# What OpenCart's own deleteOrder empties (admin/model/sale/order.php); the payment extensions' rows stay.
_EMPTIED = ("order", "order_product", "order_option", "order_total", "order_history")


def deleted_again(trade: Trade, later: Trade) -> list[Order]:
    """Orders that the operators deleted on their last evening: some that KC/2 has, and some of the week."""
    kept = [order for order in later.opencart if order.placed >= KEPT_FROM and order.state == "completed"]
    known = trade.opencart[-1].number
    old = [order for order in kept if order.number <= known and not order.test]
    new = [order for order in kept if order.number > known]
    return [*old[-9::4], *new[1:8:3]]


def rows(seed: str, trade: Trade, later: Trade) -> Tables:
    """All rows before the last deletions (`deletions`), which the server is to carry out itself."""
    tables = rows_at_the_dump(seed, trade)
    till = _till(tables)
    old = {order.number: order for order in trade.opencart}
    purged = {order.number for order in trade.opencart if order.placed < KEPT_FROM}
    for table, (column, _) in _OF_ORDERS.items():
        tables.replace(table, [row for row in tables.of(table) if row[column] not in purged])
    cards = {row["worldpay_order_id"] for row in tables.of("worldpay_order")}
    moves = tables.of("worldpay_order_transaction")
    tables.replace("worldpay_order_transaction", [m for m in moves if m["worldpay_order_id"] in cards])
    for order in later.opencart:
        before = old.get(order.number)
        if before is None:
            add_order(till, order)
        elif before is not order and order.placed >= KEPT_FROM:
            _posted(tables, till, order)
    accounts = set(trade.oc_accounts.values())
    made: dict[int, Order] = {}
    for order in later.opencart:
        if order.account and order.account not in accounts and order.billing.first:
            made.setdefault(order.account, order)
    for account, order in sorted(made.items()):
        add_customer(tables, account + 1, order)
    return tables


def _till(tables: Tables) -> Till:
    """A till that goes on numbering where the dump's rows end."""
    numbers, options = products(Tables(PREFIX))
    last = {}
    numbered = {table: key for table, (_, key) in _OF_ORDERS.items()}
    numbered["worldpay_order_transaction"] = "worldpay_order_transaction_id"
    for table, key in numbered.items():
        last[_COUNTERS.get(table, table)] = max((_whole(row[key]) for row in tables.of(table)), default=0)
    return Till(tables, numbers, options, last)


def _whole(cell: Cell) -> int:
    if not isinstance(cell, int):
        raise TypeError(f"{cell!r} numbers no row")
    return cell


def _posted(tables: Tables, till: Till, order: Order) -> None:
    """What changes in an order's rows when it is posted."""
    if order.shipped is None:
        return
    found = tables.of("order")
    for row in found:
        if row["order_id"] == order.number:
            row |= {"order_status_id": status_id(order), "date_modified": clock.local_text(order.shipped)}
    tables.replace("order", found)
    text = f"Royal Mail {order.tracking}" if order.tracking else "2nd class, no tracking"
    till.history(order.number, status_id(order), order.shipped, text, notify=int(bool(order.tracking)))


def deletions(gone: list[Order]) -> str:
    """The statements by which the server deletes orders, as OpenCart's own page does."""
    return "".join(
        f"DELETE FROM {PREFIX}{table} WHERE order_id = {order.number};\n"
        for order in gone
        for table in _EMPTIED
    )


def orders_there(later: Trade, gone: list[Order]) -> list[dict[str, str | int]]:
    """The truth a row an order that the database holds in the end."""
    numbers = {order.number for order in gone}
    return [
        {
            "number": order.number,
            "placed_utc": clock.utc_text(order.placed),
            "status_recorded": STATUSES.get(status_id(order), "0"),
            "person": order.person.key if order.person else 0,
            "total_pence": order.total,
            "currency": order.currency,
            "tracking_number": order.tracking,
        }
        for order in later.opencart
        if order.placed >= KEPT_FROM and order.state != "deleted" and order.number not in numbers
    ]
