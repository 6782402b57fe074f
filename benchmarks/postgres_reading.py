"""How fast a shop's PostgreSQL dump becomes Parquet, next to loading the same file into PostgreSQL.

    .venv/bin/python benchmarks/postgres_reading.py [--size MB] [--form copy|inserts|rows] [--skip-load]

The rows are made by the server itself (orders, order lines, and events with JSON and text over several lines),
and dumped by the real pg_dump. Each reading runs in its own process, with the file in the page cache; the peak
is the process's resident memory, libraries and all. Both sides' numbers of rows are compared.
"""

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

FORMS = {"copy": [], "inserts": ["--inserts"], "rows": ["--rows-per-insert=500"]}
# About 1 MB of dump a unit.
TABLES = """
CREATE TABLE orders (
    id bigint PRIMARY KEY, number text, customer_id integer, placed_at timestamptz, status varchar(20),
    total numeric(18,8), currency char(3), paid boolean, ip inet, note text);
INSERT INTO orders SELECT n, 'ORD-' || n, n % 9973, timestamptz '2024-01-01' + n * interval '37 seconds',
    (ARRAY['pending','paid','shipped','completed'])[1 + n % 4], (n % 100000) / 100.0, 'GBP', n % 3 = 0,
    ('10.1.2.' || n % 250)::inet, CASE WHEN n % 4 = 0 THEN E'Leave at back\\n"door" \\\\ thanks' END
    FROM generate_series(1, 2400 * {size}) n;
CREATE TABLE order_lines (
    id bigint PRIMARY KEY, order_id bigint, title text, quantity integer, price double precision);
INSERT INTO order_lines SELECT n, n / 3, 'Listing number ' || n % 97 || ' in a jiffy bag', 1 + n % 9, n % 1000 / 10.0
    FROM generate_series(1, 6000 * {size}) n;
CREATE TABLE events (id bigint PRIMARY KEY, at timestamp, kind text, data jsonb, body text);
INSERT INTO events SELECT n, timestamp '2024-01-01' + n * interval '11 seconds', 'kind' || n % 7,
    jsonb_build_object('invoice', md5(n::text), 'amount', n % 1000, 'text', 'a "quoted" word'),
    repeat('Some words of a message. ', 1 + n % 6)
    FROM generate_series(1, 1500 * {size}) n;
"""


def read_once(path: Path) -> None:
    """In a process of its own: read the file and print what it took."""
    from stocktake.evidence import items
    from stocktake.records.raw import UnitWriter
    from stocktake.records.reading import read_item

    with tempfile.TemporaryDirectory() as folder:
        (item,) = items("B/1", path, print)
        began = time.perf_counter()
        with UnitWriter(Path(folder) / "unit", threads=os.cpu_count() or 1) as unit:
            read_item(item, unit)
        seconds = time.perf_counter() - began
        rows = {table.name: table.rows for table in unit.tables.values()}
        problems = [problem.message for problem in unit.problems]
    used = resource.getrusage(resource.RUSAGE_SELF)
    cpu = used.ru_utime + used.ru_stime
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"seconds": seconds, "cpu": cpu, "peak_mib": peak, "rows": rows, "problems": problems}))


def main() -> None:
    arguments = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    arguments.add_argument("--size", type=int, default=1000, help="of the dump, in MB, about")
    arguments.add_argument("--form", choices=FORMS, default="copy")
    arguments.add_argument("--skip-load", action="store_true")
    arguments.add_argument("--read", type=Path, help=argparse.SUPPRESS)
    chosen = arguments.parse_args()
    if chosen.read:
        read_once(chosen.read)
        return
    from servers import postgresql_server

    with postgresql_server() as server, tempfile.TemporaryDirectory() as folder:
        server.fresh("made")
        server.sql(TABLES.format(size=chosen.size), "made")
        dump = Path(folder) / "dump.sql"
        dump.write_bytes(server.dump("made", *FORMS[chosen.form]))
        size = dump.stat().st_size
        print(f"dump: {size / 1e6:.0f} MB, form {chosen.form}")
        best = None
        for _ in range(2):
            command = [sys.executable, __file__, "--read", str(dump)]
            told = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
            best = told if best is None or told["seconds"] < best["seconds"] else best
        rate = size / 1e6 / best["seconds"]
        print(
            f"stocktake: {best['seconds']:.1f} s, {rate:.0f} MB/s, {best['cpu']:.1f} s of CPU with start-up, peak {best['peak_mib']:.0f} MiB, {best['problems']}"
        )
        if not chosen.skip_load:
            server.fresh("loaded")
            began = time.perf_counter()
            server.sql(dump.read_bytes(), "loaded")
            seconds = time.perf_counter() - began
            print(
                f"psql: {seconds:.1f} s, {size / 1e6 / seconds:.1f} MB/s; stocktake is {seconds / best['seconds']:.1f} times as fast"
            )
            for table, rows in best["rows"].items():
                assert int(server.sql(f"SELECT count(*) FROM {table}", "loaded")) == rows
            print("rows agree:", best["rows"])


if __name__ == "__main__":
    main()
