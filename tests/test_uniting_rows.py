"""Made-up histories of a shop, taken as sources at several moments: uniting them against a plain model."""

import shutil
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shop_case import new_case
from stocktake.case import Case
from stocktake.commerce.model import TABLES
from stocktake.commerce.tables import install, open_case, write_rows
from stocktake.commerce.uniting import unite

OPENED = datetime(2024, 1, 1)
DAY = timedelta(days=1)


@dataclass(frozen=True)
class Order:
    number: int
    placed: datetime
    total: int
    customer: int | None
    lines: tuple[int, ...]  # numbers of its lines
    status: str = "completed"


@dataclass(frozen=True)
class Snapshot:
    """The shop at a moment: its orders and its customers' e-mails, by number."""

    moment: datetime
    orders: dict[int, Order]
    customers: dict[int, str]


@st.composite
def histories(draw):
    """Two or three snapshots; between them orders are deleted, changed and placed, customers deleted."""
    customers = {n: f"c{n}@example.test" for n in range(1, draw(st.integers(1, 3)) + 1)}
    orders: dict[int, Order] = {}
    line, number, moment = 1, 1, OPENED
    found = []
    for _ in range(draw(st.integers(2, 3))):
        for old in list(orders.values()):
            fate = draw(st.sampled_from(("stays", "stays", "stays", "goes", "changes", "loses a line")))
            if fate == "goes" and len(orders) > 1 and old.number != 1:
                del orders[old.number]
            elif fate == "changes":
                orders[old.number] = replace(old, status=draw(st.sampled_from(("refunded", "shipped"))))
            elif fate == "loses a line":
                orders[old.number] = replace(old, lines=old.lines[:-1])
        if found and customers and draw(st.booleans()):
            customers.pop(draw(st.sampled_from(sorted(customers))))
        for _ in range(draw(st.integers(1, 3))):
            moment += DAY
            known = draw(st.sampled_from([None, *sorted(customers)]))
            lines = tuple(range(line, line + draw(st.integers(0, 2))))
            line += len(lines)
            orders[number] = Order(number, moment, draw(st.integers(1, 99)), known, lines)
            number += 1
        moment += DAY
        found.append(Snapshot(moment, dict(orders), dict(customers)))
    return found


def rows_of(shop: Snapshot, exhibit: str, base: str) -> dict[str, list[dict]]:
    """The canonical rows as a mapping would give them."""
    site = f"site:{base}options"
    rows: dict[str, list[dict]] = {table: [] for table in TABLES}

    def add(table: str, ref: str, **row) -> None:
        source = f"source:{base}{ref}"
        rows[table].append(
            row | {"exhibit": exhibit, "source_id": source, "basis": "recorded", "rule": "m.sql:1"}
        )
        if source not in {one["source_id"] for one in rows["sources"]}:
            label = f"{base}{ref}".removeprefix(f"{exhibit}/").rpartition("/")[0]
            rows["sources"].append(
                {
                    "source_id": source,
                    "exhibit": exhibit,
                    "table_name": label,
                    "basis": "recorded",
                    "rule": "m",
                }
            )

    add("sites", "options/1", site_id=site, name="Shop", admin_email="boss@shop.test", currency="GBP")
    add("site_names", "options/1", site_id=site, host="shop.test", kind="clearnet", evidence="option siteurl")
    for n, email in shop.customers.items():
        add("accounts", f"users/{n}", account_id=f"account:{base}users/{n}", site_id=site, kind="customer",
            email=email, created_at=OPENED - n * DAY)  # fmt: skip
    for order in shop.orders.values():
        ref = f"posts/{order.number}"
        account = None if order.customer is None else f"account:{base}users/{order.customer}"
        add("orders", ref, order_id=f"order:{base}{ref}", site_id=site, number=str(order.number), account_id=account,
            placed_at=order.placed, status=order.status, total=Decimal(order.total), currency="GBP")  # fmt: skip
        add("payments", ref, payment_id=f"payment:{base}{ref}", order_id=f"order:{base}{ref}", site_id=site,
            amount=Decimal(order.total), currency="GBP", status="confirmed", method="card", at=order.placed)  # fmt: skip
        for line in order.lines:
            add("order_lines", f"items/{line}", line_id=f"line:{base}items/{line}", order_id=f"order:{base}{ref}",
                quantity=Decimal(1), unit_price=Decimal(5), line_total=Decimal(5), currency="GBP")  # fmt: skip
    for table, label in (("orders", "posts"), ("order_lines", "items"), ("accounts", "users")):
        if rows[table]:
            rows["completeness"].append(
                {"site_id": site, "table_name": f"{base}{label}".removeprefix(f"{exhibit}/"), "measure": "rows",
                 "found": len(rows[table]), "mapped": len(rows[table]), "set_aside": 0, "exhibit": exhibit,
                 "basis": "derived", "rule": "c"}
            )  # fmt: skip
    return rows


def laid_out(folder: Path, shops: list[Snapshot], places: list[tuple[str, str]]) -> Case:
    """A case whose exhibits hold the snapshots, each at its (exhibit, base)."""
    case = new_case(folder)
    for exhibit in sorted({exhibit for exhibit, _ in places}):
        made = case.tables / f".new-{exhibit}"
        every: dict[str, list[dict]] = {table: [] for table in TABLES}
        stated = []
        for shop, (where, base) in zip(shops, places, strict=True):
            if where == exhibit:
                for table, rows in rows_of(shop, exhibit, base).items():
                    every[table] += rows
                stated.append(
                    {"software": "s", "base": base, "path": base, "database": "d", "whole": True,
                     "tables": ["items", "options", "posts", "users"], "stated_by": "the end of the dump",
                     "stated_at": shop.moment.isoformat()}
                )  # fmt: skip
        for table, rows in every.items():
            write_rows(made / table / "part-00000.parquet", table, rows)
        install(case, exhibit, made, made_from=exhibit, shops=stated)
        shutil.rmtree(made)
    return case


def said(case: Case, places: list[tuple[str, str]]) -> dict[str, object]:
    """What the case says of the shop, without what tells the exhibits apart."""
    bases = sorted((base for _, base in places), key=len, reverse=True)

    def local(value: object) -> object:
        for base in bases:
            value = value.replace(base, "") if isinstance(value, str) else value
        return value

    with open_case(case) as connection:

        def ask(sql: str) -> list[tuple]:
            return sorted(tuple(map(local, row)) for row in connection.execute(sql).fetchall())

        assert (
            connection.execute("SELECT * FROM completeness WHERE found <> mapped + set_aside").fetchall()
            == []
        )
        return {
            "orders": ask("SELECT order_id, coalesce(account_id, '-'), status, total FROM orders"),
            "lines": ask("SELECT line_id, order_id FROM order_lines"),
            "accounts": ask("SELECT account_id, email FROM accounts"),
            "takings": ask("SELECT order_id, amount FROM takings WHERE counted AND amount >= 0"),
            "payments": ask("SELECT payment_id, order_id FROM payments"),
            "vanished": ask("SELECT old_id, table_name FROM row_changes WHERE kind = 'vanished'"),
            "changed": ask(
                "SELECT old_id, old_value, new_value, from_at FROM row_changes WHERE column_name = 'status'"
            ),
            "sites": ask("SELECT site_id, name FROM sites"),
            "read": ask(
                "SELECT table_name, sum(found)::INT FROM completeness WHERE measure = 'rows' GROUP BY 1"
            )
            and connection.execute(
                "SELECT sum(found)::INT, sum(mapped)::INT FROM completeness WHERE measure = 'rows'"
            ).fetchall(),
            "money": ask(
                "SELECT sum(found) FROM completeness WHERE measure = 'money' AND table_name = 'orders'"
            ),
        }


def expected(shops: list[Snapshot]) -> dict[str, object]:
    """The same from the history alone."""
    orders: dict[int, Order] = {}
    customers: dict[int, str] = {}
    vanished, changed = [], []
    for earlier, later in zip(shops, [*shops[1:], None], strict=True):
        orders |= earlier.orders
        customers |= earlier.customers
        if later is None:
            continue
        for number, order in earlier.orders.items():
            after = later.orders.get(number)
            if after is None:
                vanished.append((f"order:posts/{number}", "orders"))
                continue
            vanished += [(f"line:items/{n}", "order_lines") for n in order.lines if n not in after.lines]
            if after.status != order.status:
                changed.append((f"order:posts/{number}", order.status, after.status, earlier.moment))
        vanished += [(f"account:users/{n}", "accounts") for n in earlier.customers.keys() - later.customers]
    return {
        "orders": sorted(
            (f"order:posts/{n}", f"account:users/{o.customer}" if o.customer else "-", o.status, Decimal(o.total))
            for n, o in orders.items()
        ),
        "lines": sorted((f"line:items/{n}", f"order:posts/{o.number}") for o in orders.values() for n in o.lines),
        "accounts": sorted((f"account:users/{n}", email) for n, email in customers.items()),
        "takings": sorted((f"order:posts/{n}", Decimal(o.total)) for n, o in orders.items()),
        "payments": sorted((f"payment:posts/{n}", f"order:posts/{n}") for n in orders),
        "vanished": sorted(vanished),
        "changed": sorted(changed),
        "sites": [("site:options", "Shop")],
        "read": [
            (
                sum(len(s.orders) + len(s.customers) + sum(len(o.lines) for o in s.orders.values()) for s in shops),
                len(orders) + len(customers) + sum(len(o.lines) for o in orders.values()),
            )
        ],
        "money": [(Decimal(sum(o.total for o in orders.values())),)],
    }  # fmt: skip


@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(histories(), st.randoms(use_true_random=False), st.booleans())
def test_any_history_is_united_to_what_the_model_says(shops, random, together):
    if together:
        places = [("EX-1", f"EX-1/{n}.sql!shop.wp_") for n in range(len(shops))]
    else:
        places = [(f"EX-{n}", f"EX-{n}/wp_") for n in range(len(shops))]
    random.shuffle(places)
    with TemporaryDirectory() as folder:
        case = laid_out(Path(folder), shops, places)
        references = sorted({exhibit for exhibit, _ in places})
        assert unite(case, references, "rules") == [references]
        assert said(case, places) == expected(shops)
        parts = {path: path.read_bytes() for path in case.tables.rglob("*.parquet")}
        assert unite(case, references, "rules") == []
        assert unite(case, references, "other rules") == [references]
        assert {path: path.read_bytes() for path in case.tables.rglob("*.parquet")} == parts
