"""A case for tests of the pages: two made-up shops with real exhibits, and rows that mean harm."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from canonical import START, Rows, add_files, canonical_tables, shop_rows
from stocktake.case import Case, Settings, folder_name
from stocktake.commerce.model import TABLES
from stocktake.commerce.tables import install
from stocktake.custody import exhibit, ledger

# Everything a page could be tempted to run, follow, hide or be turned round by.
HOSTILE = (
    '"\'><script>window.ran = 1</script><img src=x onerror="window.ran = 2"><svg onload=window.ran=3>'
    "<a href='javascript:window.ran=4'>x</a>{{ 7 * 7 }}{% raw %}"
    "\u202egnp.exe\u2066\u200b\x00\x1b[31m&lt;b&gt;"
)
ORDER = "order:KC/1/wp_orders/66.6?<b>#%2e%2e/../x&y=\"'"
ACCOUNT = "account:KC/1/wp_users/<i>666</i>"
LISTING = "listing:KC/1/wp_posts/<u>666</u>"
MESSAGE = "message:KC/1/wp_comments/666"
SITE = "site:KC/1/wp_settings/1"
_RULE = "findings/figures/orders.sql:5"


def made_case(path: Path, *, orders: int = 60) -> Case:
    """The case at ``path``: exhibits KC/1 and KC/2 taken in for real, and their canonical rows."""
    settings = Settings(
        "OP/TEST 1", "Operation <b>Lantern</b>", "Testshire Police", "Warrant 1/2026", "Europe/London",
        datetime(2026, 1, 2, tzinfo=UTC),
    )  # fmt: skip
    case = Case.create(path, settings)
    ledger.record(case, "new", {"reference": settings.reference})
    rows = shop_rows(orders=orders)
    _add_hostile(rows)
    add_files(rows)
    for reference in ("KC/1", "KC/2"):
        _add_sources(rows, reference, path.parent / f"{folder_name(reference)}.sql", case)
    for table in rows.values():
        for row in table:
            row["rule"] = _RULE
    connection = canonical_tables(rows)
    for reference in ("KC/1", "KC/2"):
        made = path / f".made-{folder_name(reference)}"
        for table in TABLES:
            (made / table).mkdir(parents=True)
            connection.execute(
                f"COPY (FROM {table} WHERE exhibit = '{reference}') TO "
                f"'{made / table}/part-00000.parquet' (FORMAT parquet)"
            )
        install(case, reference, made)
    connection.close()
    return case


def _add_hostile(rows: Rows) -> None:
    """An order, account and listing whose every text is hostile, on the first site."""
    common = {"exhibit": "KC/1", "basis": "inferred"}

    def add(table: str, **given: Any) -> None:
        row: dict[str, Any] = {
            name: HOSTILE for name, kind in TABLES[table].items() if kind == "VARCHAR"
        } | common
        row["source_id"] = f"source:KC/1/{table}/<b>666</b>"
        rows[table].append(row | given)

    moment = START + timedelta(days=40, hours=13, minutes=5)
    ids = {"order_id": ORDER, "account_id": ACCOUNT, "site_id": SITE}
    add("orders", **ids, status="unknown", placed_at=moment, total=Decimal("-1234.5678"), currency="GBP")
    add(
        "accounts", account_id=ACCOUNT, site_id=SITE, kind="customer", created_at=moment, password_hash="$P$x"
    )
    add("listings", listing_id=LISTING, site_id=SITE, vendor_account_id=ACCOUNT, price=Decimal("9.99"))
    add("price_tiers", listing_id=LISTING, site_id=SITE, price_kind="unit", price=Decimal(5), currency="EUR")
    add("order_lines", line_id="line:KC/1/l/666", order_id=ORDER, listing_id=LISTING, quantity=Decimal("1.5"))
    add(
        "payments",
        payment_id="payment:KC/1/p/666",
        order_id=ORDER,
        site_id=SITE,
        amount=Decimal(1),
        at=moment,
    )
    add(
        "takings", order_id=ORDER, payment_id="payment:KC/1/p/666", site_id=SITE, at=moment,
        amount=Decimal(1), counted=False, currency="GBP",
    )  # fmt: skip
    add("postal_addresses", address_id="address:KC/1/a/666", **ids, kind="shipping", postcode="le1 1aa")
    add("shipments", shipment_id="shipment:KC/1/s/666", order_id=ORDER)
    add("messages", message_id=MESSAGE, site_id=SITE, order_id=ORDER, from_account_id=ACCOUNT, at=moment)
    add("reviews", review_id="review:KC/1/r/666", listing_id=LISTING, order_id=ORDER, account_id=ACCOUNT)
    add("problems", problem_id="problem:KC/1/666", severity="error")
    add(
        "completeness",
        site_id=SITE,
        measure="rows",
        found=Decimal(3),
        mapped=Decimal(1),
        set_aside=Decimal(1),
    )
    rows["sites"][0] |= {"tagline": HOSTILE, "admin_email": HOSTILE}


def _add_sources(rows: Rows, reference: str, dump: Path, case: Case) -> None:
    """Write a dump that holds a line a source, take it in, and say where each line stands."""
    wanted = dict.fromkeys(
        row["source_id"] for table in rows.values() for row in table if row["exhibit"] == reference
    )
    text = b"-- a dump\n"
    places = []
    for source_id in wanted:
        table, _, key = source_id.removeprefix(f"source:{reference}/").partition("/")
        line = f"INSERT INTO `{table}` VALUES ('{key}','{HOSTILE}');\n".encode()
        places.append((source_id, table, key, len(text), len(line) - 1))
        text += line
    dump.write_bytes(text)
    taken = exhibit.add(
        case, dump, reference=reference, seized_at="2026-01-05T07:30", seized_by="DC 1234 <b>"
    )
    for source_id, table, key, offset, length in places:
        rows["sources"].append(
            {
                "source_id": source_id, "exhibit": reference, "basis": "recorded", "path": dump.name,
                "container": "", "table_name": table, "row_key": key, "offset": offset, "length": length,
                "sha256": taken.sha256,
            }
        )  # fmt: skip
