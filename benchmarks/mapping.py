"""How long a WooCommerce shop takes from raw tables to canonical ones, and how much memory.

    python benchmarks/mapping.py [ORDERS]

Raw tables of ORDERS orders (default 1,000,000; 25 rows of postmeta each, two lines) are made in a temporary
folder, then mapped in a process of its own. Prints a row of a table: orders, rows, seconds, peak memory.
"""

import argparse
import multiprocessing
import resource
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pyarrow as pa

from stocktake.case import Case, Settings
from stocktake.records.raw import PLACE, Column, UnitWriter, unit_name
from stocktake.shops.mapping import map_exhibit

KINDS = {"BIGINT": ("bigint(20)", pa.int64()), "VARCHAR": ("longtext", pa.string())}
KINDS["TIMESTAMP"] = ("datetime", pa.timestamp("us"))

STATES = "list_value('wc-completed', 'wc-completed', 'wc-processing', 'wc-cancelled', 'wc-refunded', 'trash')"
META = {
    "_order_total": "CAST(n % 9973 AS VARCHAR) || '.' || CAST(n % 90 + 10 AS VARCHAR)",
    "_order_currency": "'GBP'",
    "_order_tax": "'0'",
    "_order_shipping": "'3.95'",
    "_cart_discount": "'0'",
    "_customer_user": "CAST(n % 7 * (n % 50000) AS VARCHAR)",
    "_payment_method": "list_value('stripe', 'bacs', 'blockonomics')[CAST(n % 3 + 1 AS INTEGER)]",
    "_payment_method_title": "'Card'",
    "_transaction_id": "md5(CAST(n AS VARCHAR))",
    "_date_paid": "CAST(1600000000 + n * 60 AS VARCHAR)",
    "_customer_ip_address": "'203.0.113.' || CAST(n % 250 AS VARCHAR)",
    "_customer_user_agent": "'Mozilla/5.0 (X11; Linux x86_64) ' || CAST(n % 1000 AS VARCHAR)",
    "_billing_first_name": "'First' || CAST(n % 5000 AS VARCHAR)",
    "_billing_last_name": "'Last' || CAST(n % 9000 AS VARCHAR)",
    "_billing_address_1": "CAST(n % 200 AS VARCHAR) || ' High Street'",
    "_billing_city": "'Town' || CAST(n % 700 AS VARCHAR)",
    "_billing_postcode": "'AB' || CAST(n % 90 AS VARCHAR) || ' 1CD'",
    "_billing_country": "'GB'",
    "_billing_email": "'buyer' || CAST(n % 300000 AS VARCHAR) || '@example.test'",
    "_billing_phone": "'07700900' || CAST(n % 1000 AS VARCHAR)",
    "_shipping_address_1": "CAST(n % 200 AS VARCHAR) || ' High Street'",
    "_shipping_city": "'Town' || CAST(n % 700 AS VARCHAR)",
    "_order_key": "'wc_order_' || CAST(n AS VARCHAR)",
    "_edit_lock": "'x'",
    "_wc_shipment_tracking_items": (
        '\'a:1:{i:0;a:2:{s:17:"tracking_provider";s:10:"royal-mail";s:15:"tracking_number";s:13:"AB\''
        " || lpad(CAST(n % 1000000000 AS VARCHAR), 9, '0') || 'GB\";}}'"
    ),
}
LINE = {"_product_id": "CAST(n % 500 + 1 AS VARCHAR)", "_qty": "'2'", "_line_subtotal": "'9.90'"}
LINE["_line_total"] = "'9.90'"


def tables(orders: int) -> dict[str, str]:
    """The SQL of every raw table's rows, key first."""

    def pivot(source: str, owner: str, meta: dict[str, str], key: str) -> str:
        keys = ", ".join(f"'{name}'" for name in meta)
        values = ", ".join(meta.values())
        return (
            f"SELECT row_number() OVER () AS {key}, n AS {owner}, unnest([{keys}]) AS meta_key, "
            f"unnest([{values}]) AS meta_value FROM {source}"
        )

    sold = f"range(1000, {orders + 1000}) AS o(n)"
    return {
        "options": "SELECT * FROM (VALUES (1::BIGINT, 'siteurl', 'http://shop.test'), (2, 'blogname', 'Shop'), "
        "(3, 'woocommerce_currency', 'GBP'), (4, 'timezone_string', 'Europe/London')) "
        "AS v(option_id, option_name, option_value)",
        "posts": "SELECT n AS ID, TIMESTAMP '2020-09-13 12:26:40' + to_minutes(CAST(n AS INTEGER)) AS post_date, "
        "TIMESTAMP '2020-09-13 12:26:40' + to_minutes(CAST(n AS INTEGER)) AS post_date_gmt, '' AS post_excerpt, "
        f"{STATES}[CAST(n % 6 + 1 AS INTEGER)] AS post_status, 0::BIGINT AS post_parent, 'shop_order' AS post_type, "
        f"'Order' AS post_title, '' AS post_content FROM {sold} UNION ALL BY NAME "
        "SELECT n AS ID, 'publish' AS post_status, 'product' AS post_type, 'Thing ' || n AS post_title "
        "FROM range(1, 501) AS p(n)",
        "postmeta": pivot(sold, "post_id", META, "meta_id"),
        "users": "SELECT n AS ID, 'user' || n AS user_login, 'user' || n || '@example.test' AS user_email, "
        "TIMESTAMP '2020-01-01' AS user_registered FROM range(1, 50001) AS u(n)",
        "usermeta": "SELECT n AS umeta_id, n AS user_id, 'wp_capabilities' AS meta_key, "
        "'a:1:{s:8:\"customer\";b:1;}' AS meta_value FROM range(1, 50001) AS u(n)",
        "woocommerce_order_items": "SELECT 2 * n + k AS order_item_id, 'Thing' AS order_item_name, "
        f"'line_item' AS order_item_type, n AS order_id FROM {sold}, range(0, 2) AS l(k)",
        "woocommerce_order_itemmeta": pivot(
            f"range(2000, {2 * orders + 2000}) AS o(n)", "order_item_id", LINE, "meta_id"
        ),
    }


def make(case: Case, orders: int) -> int:
    """Write the raw tables; returns how many rows."""
    connection = duckdb.connect()
    connection.execute("SET preserve_insertion_order = true; SET memory_limit = '2GB'")
    place = [PLACE.field(name) for name in ("_offset", "_length", "_unread")]
    with UnitWriter(case.raw / "B-1" / unit_name("shop.sql"), threads=2) as unit:
        for name, sql in tables(orders).items():
            described = connection.execute(f"DESCRIBE {sql}").fetchall()
            columns = [Column(column, *KINDS[kind]) for column, kind, *_ in described]
            table = unit.table("shop", f"wp_{name}", columns, [columns[0].name])
            schema = pa.schema([*(pa.field(column.name, column.type) for column in columns), *place])
            for batch in connection.execute(sql).to_arrow_reader(200_000):
                count = batch.num_rows
                start = table.rows * 100
                arrays = [array.cast(c.type) for array, c in zip(batch.columns, columns, strict=True)]
                arrays += [
                    pa.array(range(start, start + count * 100, 100), pa.int64()),
                    pa.array([99] * count, pa.int64()),
                    pa.nulls(count, place[2].type),
                ]
                unit.write(table, pa.RecordBatch.from_arrays(arrays, schema=schema))
        unit.finish(exhibit="B/1", path="shop.sql", container="", sha256="0" * 64, bytes=0, kind="mysqldump")
        return sum(table.rows for table in unit.tables.values())


def run(case: Case, out: Path) -> None:
    """Map, and print the seconds and the peak resident memory."""
    start = time.perf_counter()
    map_exhibit(case, "B/1", out)
    seconds = time.perf_counter() - start
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    size = sum(part.stat().st_size for part in out.glob("*/*.parquet")) / 2**20
    print(f"{seconds:8.1f} s   peak {peak:7.0f} MiB   canonical tables {size:7.0f} MiB", flush=True)


def main() -> int:
    """Make the raw tables, map them, print what it took."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("orders", nargs="?", type=int, default=1_000_000)
    orders = parser.parse_args().orders
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings("B", "Benchmark", "", "", "Europe/London", datetime.now(UTC))
        case = Case.create(Path(folder) / "b.case", settings)
        rows = make(case, orders)
        print(f"{orders} orders, {rows} raw rows:", end=" ", flush=True)
        out = Path(folder) / "out"
        out.mkdir()
        process = multiprocessing.get_context("spawn").Process(target=run, args=(case, out))
        process.start()
        process.join()
        return process.exitcode or 0


if __name__ == "__main__":
    sys.exit(main())
