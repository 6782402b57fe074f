"""Make the demo exhibit anew: `python -m stocktake.demo.generate OUT [--scale S] [--seed TEXT]`.

A real MariaDB, of its own and private, is filled with both shops and dumped by the real `mariadb-dump`. The
same seed, scale and MariaDB give the same bytes.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import lzma
import sys
import tempfile
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq
import zstandard

from stocktake.demo import clock, machine, opencart, truth, web_capture, woocommerce
from stocktake.demo.parcels import as_csv, intercepted
from stocktake.demo.server import Server, running
from stocktake.demo.trade import Trade, simulate

if TYPE_CHECKING:
    from datetime import datetime

    from stocktake.demo.tables import Tables

SEED = "Operation Saltmarsh"
PART_BYTES = 1_900_000  # no file of the package is larger
_UTF8 = "DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci"


def _schema(name: str, prefix: str) -> str:
    text = (resources.files("stocktake.demo") / "schema" / f"{name}.sql").read_text(encoding="utf-8")
    return text.replace("{p}", prefix).replace("{c}", _UTF8)


def opencart_schema() -> str:
    """The statements that create the tables of the OpenCart site."""
    return _schema("opencart", opencart.PREFIX) + opencart.OWN_TABLES.replace("{p}", opencart.PREFIX)


def _fill(server: Server, database: str, schema: str, tables: Tables, afterwards: str = "") -> dict[str, int]:
    """Create and fill a database; rows of each of its tables, counted by the server."""
    server.load([f"CREATE DATABASE {database} {_UTF8};\n"])
    server.load([schema], database)
    server.load(["SET autocommit=0;\n", *tables.statements(), "COMMIT;\n"], database)
    if afterwards:
        server.load([afterwards], database)
    names = [name for name, kind in server.ask("SHOW FULL TABLES", database) if kind == "BASE TABLE"]
    query = " UNION ALL ".join(f"SELECT '{name}', COUNT(*) FROM `{name}`" for name in names)
    counted = {name: int(count) for name, count in server.ask(query, database)}
    if {name: count for name, count in counted.items() if count} != tables.counts():
        raise RuntimeError(f"{database} does not hold the rows that were sent")
    return dict(sorted(counted.items()))


def _date_the_end(dump: Path, at: datetime) -> None:
    """Date the end of a dump: not today, but the night before the made-up search."""
    data = dump.read_bytes()
    end = b"-- Dump completed\n"
    if not data.endswith(end):
        raise RuntimeError("the dump has no end")
    stamp = clock.london(at)
    dump.write_bytes(
        data[: -len(end)] + f"-- Dump completed on {stamp:%Y-%m-%d} {stamp.hour:2d}:{stamp:%M:%S}\n".encode()
    )


def _fill_and_dump(server: Server, trade: Trade, seed: str, folder: Path) -> tuple[truth.Facts, Path, Path]:
    woo, oc = woocommerce.rows(seed, trade), opencart.rows(seed, trade)
    woo_schema = _schema("woocommerce", woocommerce.PREFIX) + woocommerce.OWN_TABLES.replace(
        "{p}", woocommerce.PREFIX
    )
    oc_schema = opencart_schema()
    woo_objects = woocommerce.OWN_OBJECTS.replace("{p}", woocommerce.PREFIX)
    manifest = {
        "quillbarrow": {
            "rows_sha256": woo.digest(),
            "tables": _fill(server, "quillbarrow", woo_schema, woo, woo_objects),
        },
        "pedlarsgate": {"rows_sha256": oc.digest(), "tables": _fill(server, "pedlarsgate", oc_schema, oc)},
    }
    first, second = folder / "quillbarrow.sql", folder / "pedlarsgate.sql"
    server.dump(
        first,
        "--skip-dump-date",
        "--single-transaction",
        "--triggers",
        "--default-character-set=utf8mb4",
        "quillbarrow",
    )
    server.dump(
        second,
        "--skip-dump-date",
        "--complete-insert",
        "--hex-blob",
        "--default-character-set=latin1",
        "--databases",
        "pedlarsgate",
    )
    _date_the_end(first, clock.WOO_DUMPED)
    _date_the_end(second, clock.OC_DUMPED)
    return manifest, first, second


def _write_parts(path: Path, data: bytes) -> None:
    """The file in parts small enough for a repository; joined again when the demo is laid out."""
    for index, start in enumerate(range(0, len(data), PART_BYTES), 1):
        path.with_name(f"{path.name}.part{index}").write_bytes(data[start : start + PART_BYTES])


def generate(out: Path, seed: str = SEED, scale: float = 1.0, *, disk: bool = True) -> truth.Facts:
    """Write `exhibit/` and `truth/` into a folder; the truth as `truth.json` holds it.

    Without `disk` the image of Pedlarsgate's machine, whose bytes are not the same each time, is left out.
    Raises UserError where MariaDB is missing, RuntimeError where the server's answers differ from the truth.
    """
    trade = simulate(seed, scale)
    parcels = intercepted(trade)
    found = truth.facts(trade, parcels)
    exhibit, known = out / "exhibit", out / "truth"
    for folder in (exhibit, known):
        folder.mkdir(parents=True, exist_ok=True)
        for old in folder.iterdir():
            old.unlink()
    with tempfile.TemporaryDirectory() as temporary, running() as server:
        manifest, woo_dump, oc_dump = _fill_and_dump(server, trade, seed, Path(temporary))
        truth.check(server, found)
        filters = [
            {"id": lzma.FILTER_LZMA2, "preset": 6, "pb": 0, "lc": 4, "nice_len": 64, "dict_size": 1 << 26}
        ]
        packed = {
            "quillbarrow-2025-07-15.sql.xz": lzma.compress(
                woo_dump.read_bytes(), format=lzma.FORMAT_XZ, filters=filters
            ),
            "pedlarsgate-2025-07-15.sql.zst": zstandard.ZstdCompressor(19).compress(oc_dump.read_bytes()),
            "intercepted-parcels.csv": as_csv(parcels),
            web_capture.FILE: web_capture.write(seed),
        }
        plain = {
            "quillbarrow-2025-07-15.sql.xz": woo_dump.read_bytes(),
            "pedlarsgate-2025-07-15.sql.zst": oc_dump.read_bytes(),
        }
        for name, data in packed.items():
            _write_parts(exhibit / name, data)
        found["manifest"] = {
            "seed": seed, "scale": scale, "databases": manifest,
            "files": {
                name: {
                    "size": len(data), "sha256": hashlib.sha256(data).hexdigest(),
                    "unpacked_size": len(plain.get(name, data)),
                    "unpacked_sha256": hashlib.sha256(plain.get(name, data)).hexdigest(),
                }
                for name, data in packed.items()
            },
        }  # fmt: skip
    (known / "truth.json").write_text(
        json.dumps(found, indent=1, ensure_ascii=False) + "\n", encoding="utf-8"
    )
    (known / "captures.json").write_text(
        json.dumps(web_capture.facts(), indent=1, ensure_ascii=False) + "\n", encoding="utf-8"
    )
    if disk:
        image, facts = machine.write(seed, scale, trade, opencart_schema())
        _write_parts(exhibit / machine.IMAGE, image)
        (known / "server.json").write_text(machine.as_json(facts), encoding="utf-8")
    for name, rows in (("orders", truth.order_rows(trade)), ("persons", truth.person_rows(trade))):
        pq.write_table(
            pa.Table.from_pylist(rows), known / f"{name}.parquet", compression="zstd", compression_level=15
        )
    return found


def main(arguments: list[str] | None = None) -> int:
    """The command line of the generator."""
    parser = argparse.ArgumentParser(prog="python -m stocktake.demo.generate", description=__doc__)
    parser.add_argument("out", type=Path)
    parser.add_argument("--scale", type=float, default=1.0, help="share of the full number of orders")
    parser.add_argument("--seed", default=SEED)
    given = parser.parse_args(arguments)
    found = generate(given.out, given.seed, given.scale)
    for name, site in found["sites"].items():
        takings = site["takings"]
        print(f"{name}: {site['orders']} orders, counted {takings['orders']} for £{takings['total_base']}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
