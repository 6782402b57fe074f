"""How fast a MariaDB data directory becomes Parquet, next to the dump of the same database.

    .venv/bin/python benchmarks/databases.py [--size MB]

A dump of the WooCommerce-like shop of ``dump_reading.py`` is loaded into a real MariaDB, which is then ended in
order, and once more killed. Its data directory is read as an exhibit: copied, hashed, opened by the server,
dumped and parsed. Each reading runs in its own process, with the files in the page cache; the peak is that of
stocktake's process, without the server's (which has a buffer pool of 128 MB). The numbers of rows are compared.
"""

import argparse
import json
import os
import shutil
import signal
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from dump_reading import READ, measured, write_dump

READ_DIRECTORY = """
import shutil, sys
from pathlib import Path
from stocktake.artefacts import databases
from stocktake.evidence import items
from stocktake.records.raw import UnitWriter

(group,) = databases.groups(list(items("KC/1", Path(sys.argv[1]), print)))
with UnitWriter(Path(sys.argv[2]), threads=2) as unit:
    scratch = unit.folder / "scratch"
    scratch.mkdir()
    databases.read_group(group, unit, scratch)
    shutil.rmtree(scratch)
    unit.finish(path=group.path)
"""


def rows_of(unit: Path) -> dict[str, int]:
    manifest = json.loads((unit / "manifest.json").read_text())
    return {table["name"]: table["rows"] for table in manifest["tables"] if table["database"] != "mysql"}


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    options.add_argument("--size", type=int, default=500, help="megabytes of dump (default 500)")
    chosen = options.parse_args()
    load = os.getloadavg()
    from servers import mariadb_server
    from test_databases import end

    lines = []
    with tempfile.TemporaryDirectory(prefix="databases-") as name:
        folder = Path(name)
        dump = folder / "shop.sql"
        write_dump(dump, chosen.size * 1_000_000)
        size = dump.stat().st_size / 1e6
        seconds, peak, busy = measured([sys.executable, "-c", READ, str(dump), str(folder / "from-dump")])
        lines.append(("dump to Parquet", seconds, size, peak, busy))
        told = rows_of(folder / "from-dump")
        for how in (signal.SIGTERM, signal.SIGKILL):
            exhibit = folder / how.name
            with mariadb_server(
                "--innodb-flush-log-at-trx-commit=1", "--innodb-buffer-pool-size=1G"
            ) as server:
                server.fresh("shop")
                server.load(dump, "shop")
                end(server.pid, how)
                shutil.copytree(server.folder / "data", exhibit)
            bytes_ = sum(path.stat().st_size for path in exhibit.rglob("*") if path.is_file()) / 1e6
            unit = folder / f"from-{how.name}"
            seconds, peak, busy = measured([sys.executable, "-c", READ_DIRECTORY, str(exhibit), str(unit)])
            found = rows_of(unit)
            if found != told:
                raise SystemExit(f"{how.name}: {found} instead of {told}")
            recovery = json.loads((unit / "manifest.json").read_text())["facts"]["recovery"]
            lines.append((f"directory to Parquet, {recovery}", seconds, bytes_, peak, busy))
            shutil.rmtree(exhibit)
    print(f"\n{size:.0f} MB of dump, {sum(told.values()):,} rows, {len(os.sched_getaffinity(0))} cores")
    print(f"{'':52}{'seconds':>9}{'MB':>8}{'MB/s':>8}{'peak MiB':>10}{'CPU s':>8}")
    for what, wall, amount, resident, processor in lines:
        print(f"{what:52}{wall:>9.1f}{amount:>8.0f}{amount / wall:>8.1f}{resident:>10.0f}{processor:>8.1f}")
    print(f"load of the machine before the run: {load[0]:.1f}")


if __name__ == "__main__":
    main()
