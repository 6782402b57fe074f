"""How long a WooCommerce shop takes from raw tables to canonical ones, and how much memory.

    python benchmarks/mapping.py [ORDERS …] [--mariadb]

Raw tables of each number of ORDERS (default 10,000, 100,000 and 1,000,000; 25 rows of postmeta each, two
lines) are made in a temporary folder, then mapped in a process of its own. Prints a row of a table for each:
orders, raw rows, seconds, the same for one order, peak memory. With --mariadb the largest shop is also loaded
into a MariaDB with WordPress's own indexes, and asked for the orders, lines, addresses and payments that the
mapping gives; the loading stands apart, and the answers are compared.
"""

import argparse
import multiprocessing
import resource
import sys
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, datetime
from decimal import Decimal
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
            f"SELECT row_number() OVER () AS {key}, * FROM (SELECT n AS {owner}, unnest([{keys}]) AS meta_key, "
            f"unnest([{values}]) AS meta_value FROM {source})"
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


def run(case: Case, out: Path) -> tuple[float, float]:
    """Map; the seconds it took and the peak resident memory in MiB."""
    start = time.perf_counter()
    map_exhibit(case, "B/1", out)
    seconds = time.perf_counter() - start
    return seconds, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def mapped(folder: Path, orders: int) -> list[tuple[str, int, Decimal]]:
    """Make a shop, map it, print what it took; status, number and sum of its orders."""
    settings = Settings("B", "Benchmark", "", "", "Europe/London", datetime.now(UTC))
    case = Case.create(folder / "b.case", settings)
    rows = make(case, orders)
    out = folder / "out"
    out.mkdir()
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as pool:
        seconds, peak = pool.submit(run, case, out).result()
    print(
        f"{orders:>10,} {rows:>12,} {seconds:>10.1f} {seconds / orders * 1e6:>12.0f} {peak:>10.0f}",
        flush=True,
    )
    found = duckdb.execute(
        f"SELECT status_recorded, count(*), sum(total) FROM '{out}/orders/*.parquet' GROUP BY 1 ORDER BY 1"
    )
    return found.fetchall()


DEFINED = {
    "options": "option_id BIGINT PRIMARY KEY, option_name VARCHAR(191), option_value LONGTEXT",
    "posts": "ID BIGINT PRIMARY KEY, post_date DATETIME, post_date_gmt DATETIME, post_excerpt TEXT, "
    "post_status VARCHAR(20), post_parent BIGINT, post_type VARCHAR(20), post_title TEXT, "
    "post_content LONGTEXT, KEY type_status_date (post_type, post_status, post_date, ID)",
    "postmeta": "meta_id BIGINT PRIMARY KEY, post_id BIGINT, meta_key VARCHAR(255), meta_value LONGTEXT, "
    "KEY post_id (post_id), KEY meta_key (meta_key(191))",
    "users": "ID BIGINT PRIMARY KEY, user_login VARCHAR(60), user_email VARCHAR(100), user_registered DATETIME",
    "usermeta": "umeta_id BIGINT PRIMARY KEY, user_id BIGINT, meta_key VARCHAR(255), meta_value LONGTEXT, "
    "KEY user_id (user_id), KEY meta_key (meta_key(191))",
    "woocommerce_order_items": "order_item_id BIGINT PRIMARY KEY, order_item_name TEXT, "
    "order_item_type VARCHAR(200), order_id BIGINT, KEY order_id (order_id)",
    "woocommerce_order_itemmeta": "meta_id BIGINT PRIMARY KEY, order_item_id BIGINT, meta_key VARCHAR(255), "
    "meta_value LONGTEXT, KEY order_item_id (order_item_id), KEY meta_key (meta_key(32))",
}


def _pivoted(keys: list[str]) -> str:
    return ", ".join(f"MAX(CASE WHEN m.meta_key = '{key}' THEN m.meta_value END) AS `{key}`" for key in keys)


def _of_orders(keys: list[str]) -> str:
    return (
        f"SELECT p.ID, p.post_status, p.post_date_gmt, {_pivoted(keys)} FROM wp_posts AS p "
        "JOIN wp_postmeta AS m ON m.post_id = p.ID WHERE p.post_type = 'shop_order' GROUP BY p.ID"
    )


QUESTIONS = {
    "orders": _of_orders([key for key in META if "billing" not in key and "shipping_" not in key]),
    "lines": f"SELECT i.order_item_id, i.order_id, i.order_item_name, {_pivoted([*LINE])} "
    "FROM wp_woocommerce_order_items AS i "
    "JOIN wp_woocommerce_order_itemmeta AS m ON m.order_item_id = i.order_item_id GROUP BY i.order_item_id",
    "addresses": _of_orders([key for key in META if "billing" in key or "shipping_" in key]),
    "payments": _of_orders([key for key in META if "paid" in key or "payment" in key or "total" in key]),
}


def asked(folder: Path, orders: int) -> list[tuple[str, int, Decimal]]:
    """Load the shop into a MariaDB and ask it the same; status, number and sum of its orders."""
    sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))
    from servers import mariadb_server

    folder.chmod(0o755)
    with mariadb_server("--skip-innodb-doublewrite", "--innodb-buffer-pool-size=2G") as server:
        server.sql("CREATE DATABASE shop")
        loading = 0.0
        for name, sql in tables(orders).items():
            described = duckdb.execute(f"DESCRIBE {sql}").fetchall()
            text = folder / f"{name}.tsv"
            duckdb.execute(
                f"COPY ({sql}) TO '{text}' (FORMAT csv, HEADER false, DELIMITER '\t', QUOTE '', ESCAPE '', "
                "NULLSTR '\\N')"
            )
            text.chmod(0o644)
            server.sql(f"CREATE TABLE shop.wp_{name} ({DEFINED[name]})")
            start = time.perf_counter()
            columns = ", ".join(column for column, *_ in described)
            server.sql(f"LOAD DATA INFILE '{text}' INTO TABLE shop.wp_{name} ({columns})")
            loading += time.perf_counter() - start
            text.unlink()
        print(f"\nMariaDB: {loading:.1f} s to load {orders:,} orders (LOAD DATA, faster than a dump)")
        whole = 0.0
        for name, question in QUESTIONS.items():
            start = time.perf_counter()
            server.sql(f"CREATE TABLE shop.asked_{name} AS {question.replace('wp_', 'shop.wp_')}")
            seconds = time.perf_counter() - start
            whole += seconds
            print(f"MariaDB: {seconds:.1f} s for the {name}", flush=True)
        print(f"MariaDB: {whole:.1f} s for these four questions")
        told = server.sql(
            "SELECT post_status, count(*), sum(CAST(_order_total AS DECIMAL(30,2))) FROM shop.asked_orders "
            "GROUP BY 1 ORDER BY 1"
        )
        return [tuple(row) for row in told]


def main() -> int:
    """Make the raw tables, map them, print what it took."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("orders", nargs="*", type=int, default=[10_000, 100_000, 1_000_000])
    parser.add_argument("--mariadb", action="store_true", help="ask a MariaDB the same")
    given = parser.parse_args()
    print(f"{'orders':>10} {'raw rows':>12} {'seconds':>10} {'µs an order':>12} {'peak MiB':>10}")
    for orders in given.orders:
        with tempfile.TemporaryDirectory() as folder:
            found = mapped(Path(folder), orders)
    if given.mariadb:
        with tempfile.TemporaryDirectory() as folder:
            same = asked(Path(folder), orders) == found
        print("The answers are the same." if same else "The answers DIFFER.")
        return 0 if same else 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
