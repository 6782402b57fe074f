"""How long two sources of one shop take to be united, and how much memory.

    python benchmarks/uniting.py [ORDERS …]

Canonical tables of a shop are made as mapping would leave them, twice: a backup, and the live data in which
one order in a thousand is gone, one in a hundred has another status, and as many again are new. Each order has two
lines, a payment, two addresses and an account. Uniting runs in a process of its own. Prints orders, rows in
both, seconds, those of the processors, seconds for one order, and peak memory.
"""

import argparse
import multiprocessing
import resource
import shutil
import tempfile
import time
from datetime import UTC, datetime
from multiprocessing.queues import Queue  # noqa: TC003
from pathlib import Path

import duckdb

from stocktake.case import Case, Settings
from stocktake.commerce.model import TABLES
from stocktake.commerce.tables import install
from stocktake.commerce.uniting import unite


def tables(exhibit: str, orders: int, *, live: bool) -> dict[str, str]:
    """The SQL of each table's rows, by name; columns that are not named are NULL."""
    base = f"{exhibit}/wp_"
    last = orders + orders // 1000 if live else orders
    there = f"FROM range(1, {last} + 1) AS r(n) WHERE {'n % 1000 <> 7' if live else 'true'}"
    status = "CASE WHEN n % 100 = 3 THEN 'refunded' ELSE 'completed' END" if live else "'completed'"
    common = (
        f"'site:{base}options' AS site_id, '{exhibit}' AS exhibit, 'recorded' AS basis, 'made.sql:1' AS rule"
    )
    source = f"'source:{base}posts/' || n AS source_id"
    at = "TIMESTAMP '2023-01-01' + to_seconds(CAST(n * 61 AS BIGINT))"
    order_id, account_id = (
        f"'order:{base}posts/' || n AS order_id",
        f"'account:{base}users/' || (n % {orders // 3 + 1})",
    )
    return {
        "sites": f"SELECT 'Shop' AS name, 'boss@example.test' AS admin_email, 'woocommerce' AS software, "
        f"max({at}) AS last_activity, any_value('source:{base}options/1') AS source_id, "
        f"any_value('site:{base}options') AS site_id, any_value('{exhibit}') AS exhibit, "
        f"'recorded' AS basis, 'made.sql:1' AS rule {there}",
        "site_names": f"SELECT 'shop.onion' AS host, 'onion' AS kind, 'option siteurl' AS evidence, "
        f"'source:{base}options/1' AS source_id, {common}",
        "orders": f"SELECT {order_id}, CAST(n AS VARCHAR) AS number, {account_id} AS account_id, {at} AS placed_at, "
        f"{at} AS paid_at, {status} AS status, {status} AS status_recorded, n % 300 AS total, 'GBP' AS currency, "
        f"'10.0.0.' || (n % 255) AS ip, 'A browser of some length, as they are' AS user_agent, {source}, {common} {there}",
        "accounts": f"SELECT 'account:{base}users/' || n AS account_id, 'customer' AS kind, 'user' || n AS username, "
        f"'user' || n || '@example.test' AS email, TIMESTAMP '2022-01-01' + to_seconds(CAST(n * 61 AS BIGINT)) "
        f"AS created_at, 'source:{base}users/' || n AS source_id, {common} FROM range(0, {orders // 3 + 1}) AS r(n)",
        "order_lines": f"SELECT 'line:{base}items/' || (2 * n + l) AS line_id, {order_id}, "
        f"'listing:{base}posts/' || (n % 100) AS listing_id, 'Goods' AS title, 1 AS quantity, n % 150 AS unit_price, "
        f"n % 150 AS line_total, 'GBP' AS currency, 'source:{base}items/' || (2 * n + l) AS source_id, {common} "
        f"FROM range(1, {last} + 1) AS r(n), range(2) AS s(l) WHERE {'n % 1000 <> 7' if live else 'true'}",
        "payments": f"SELECT 'payment:{base}posts/' || n AS payment_id, {order_id}, 'card' AS method, n % 300 AS amount, "
        f"'GBP' AS currency, 'confirmed' AS status, {at} AS at, {source}, {common} {there}",
        "postal_addresses": f"SELECT 'address:{base}posts/' || n || '/' || k AS address_id, {order_id}, k AS kind, "
        f"'Name ' || n AS name, n || ' Long Street' AS line1, 'Town' AS city, 'AB1 2CD' AS postcode, {source}, {common} "
        f"FROM range(1, {last} + 1) AS r(n), (VALUES ('billing'), ('shipping')) AS s(k) "
        f"WHERE {'n % 1000 <> 7' if live else 'true'}",
        "completeness": f"SELECT '{base.partition('/')[2]}' AS table_name, 'rows' AS measure, 1 AS found, 1 AS mapped, "
        f"0 AS set_aside, {common}",
    }


def make(case: Case, exhibit: str, orders: int, *, live: bool) -> int:
    """The exhibit's canonical tables, as mapping leaves them; how many rows."""
    made = case.tables / f".new-{exhibit.replace('/', '-')}"
    count = 0
    connection = duckdb.connect()
    connection.execute("SET preserve_insertion_order = true")
    for table, sql in tables(exhibit, orders, live=live).items():
        (made / table).mkdir(parents=True)
        there = {row[0] for row in connection.execute(f"DESCRIBE {sql}").fetchall()}
        columns = ", ".join(
            f'CAST({chr(34) + name + chr(34) if name in there else "NULL"} AS {kind}) AS "{name}"'
            for name, kind in TABLES[table].items()
        )
        place = made / table / "part-00000.parquet"
        connection.execute(
            f"COPY (SELECT {columns} FROM ({sql})) TO '{place}' (FORMAT parquet, COMPRESSION zstd)"
        )
        count += connection.execute(f"SELECT count(*) FROM '{place}'").fetchall()[0][0]
    stated = {
        "software": "woocommerce", "base": f"{exhibit}/wp_", "path": "shop.sql", "database": "shop",
        "tables": ["items", "options", "posts", "users"], "stated_by": "the end of the dump", "whole": True,
        "stated_at": "2026-01-02T03:00:00" if live else "2025-12-01T03:00:00",
    }  # fmt: skip
    install(case, exhibit, made, made_from=exhibit, shops=[stated])
    shutil.rmtree(made)
    return count


def run(case: Case, answer: "Queue[tuple[float, float, float]]") -> None:
    """Unite; answer with the seconds on the clock, those of the processors, and the peak memory in MiB."""
    start = time.perf_counter()
    done = unite(case, ["EX/1", "EX/2"], "benchmark")
    seconds = time.perf_counter() - start
    assert done == [["EX/1", "EX/2"]], done
    used = resource.getrusage(resource.RUSAGE_SELF)
    answer.put((seconds, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024))


def main() -> int:
    """Make the tables, unite them, print what it took."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("orders", nargs="*", type=int, default=[10_000, 100_000, 1_000_000])
    given = parser.parse_args()
    print(f"{'orders':>10} {'rows':>12} {'seconds':>10} {'CPU s':>8} {'µs an order':>12} {'peak MiB':>10}")
    for orders in given.orders:
        with tempfile.TemporaryDirectory(prefix="uniting-") as folder:
            settings = Settings("B", "Benchmark", "", "", "Europe/London", datetime.now(UTC))
            case = Case.create(Path(folder) / "b.case", settings)
            rows = make(case, "EX/1", orders, live=False) + make(case, "EX/2", orders, live=True)
            spawned = multiprocessing.get_context("spawn")
            answer = spawned.Queue()
            process = spawned.Process(target=run, args=(case, answer))
            process.start()
            seconds, busy, peak = answer.get()
            process.join()
            print(
                f"{orders:>10,} {rows:>12,} {seconds:>10.1f} {busy:>8.1f} {seconds / orders * 1e6:>12.0f} {peak:>10.0f}",
                flush=True,
            )
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
