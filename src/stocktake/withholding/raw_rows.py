"""The raw tables of a case as this package reads them: every row with its file, its number in it, its ref."""

import hashlib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb

from stocktake.case import Case, folder_name
from stocktake.custody.exhibit import exhibits
from stocktake.engine.duck import parquet, quoted
from stocktake.records.catalogue import RawTable, manifests, raw_tables
from stocktake.shops.case_folders import folders_by_name
from stocktake.shops.folders import ShopSoftware, artefact_families
from stocktake.shops.logical import keyed, row_ref
from stocktake.shops.recognition import of_family, recognise

_TEXTS = ("string", "large_string", "binary", "large_binary", "list", "map", "struct")


# Whether a source is bytes of a file, and no row: ``source:KC/1/shop.sql@1024+12``.
AT_BYTES = "regexp_matches({}, '@[0-9]+[+][0-9]+$')"


@dataclass(frozen=True)
class Unit:
    """A unit as it stands on disk, and the items that it was read from."""

    folder: Path
    manifest: dict[str, Any]
    items: tuple[str, ...]

    @property
    def addressed(self) -> bool:
        """Whether offsets count the item's own bytes, and not those that a tool made of it."""
        return "pg_restore" not in self.manifest["facts"]

    @property
    def alone(self) -> bool:
        """Whether the unit is one item under the item's own path."""
        return self.items == (self.manifest["path"],)


@dataclass(frozen=True)
class Edge:
    """Rows of ``child`` whose ``column`` is the key of a row of ``parent`` belong to it.

    ``key`` is the parent's key column, ``_row`` where it has none. ``both`` says that the parent is nothing
    without the child either: a letter and the people it names.
    """

    parent: RawTable
    key: str
    child: RawTable
    column: str
    both: bool


@dataclass
class RawRows:
    """All raw tables of a case. ``tables`` have their keys; ``units`` are by (exhibit, path)."""

    tables: list[RawTable] = field(default_factory=list)
    edges: list[Edge] = field(default_factory=list)
    units: dict[tuple[str, str], Unit] = field(default_factory=dict)

    def unit(self, table: RawTable) -> Unit:
        """The unit that a table was read into."""
        return self.units[table.exhibit, table.path]

    def digests(self, case: Case) -> dict[str, str]:
        """The SHA-256 of every unit's manifest, by its folder's path in the case."""
        return {
            unit.folder.relative_to(case.path).as_posix(): hashlib.sha256(
                (unit.folder / "manifest.json").read_bytes()
            ).hexdigest()
            for unit in self.units.values()
        }


def read(case: Case) -> RawRows:
    """Look at what raw tables there are."""
    found = RawRows()
    for exhibit in exhibits(case):
        reference = exhibit.reference
        if not (case.raw / folder_name(reference)).is_dir():
            continue
        _add_units(found, case, reference)
        tables = [table for table in raw_tables(case, reference) if table.parts and table.path]
        by_label = {table.label: table for table in tables}
        _add_shops(found, case, reference, by_label)
        for family in artefact_families():
            _add_family(found, family, tables, by_label)
        found.tables += by_label.values()
    return found


def _add_units(found: RawRows, case: Case, reference: str) -> None:
    read_units = manifests(case, reference)
    of_unit: dict[str, list[str]] = {}
    for manifest in read_units:
        for entry in manifest.get("items", ()):
            if entry["unit"]:
                of_unit.setdefault(entry["unit"], []).append(entry["path"])
    for manifest in read_units:
        folder = manifest.pop("folder")
        if manifest["path"]:
            unit = Unit(folder, manifest, tuple(of_unit.get(folder.name, ())))
            found.units[reference, manifest["path"]] = unit


def _add_shops(found: RawRows, case: Case, reference: str, by_label: dict[str, RawTable]) -> None:
    folders = folders_by_name(case, reference)
    for shop in recognise(case, reference):
        logical = folders[shop.software].tables
        for name, table in shop.tables.items():
            if table.label in by_label:
                by_label[table.label] = keyed(logical[name], table)
        for name, table in shop.tables.items():
            for detail, column in logical[name].details.items():
                if detail in shop.tables:
                    _edge(found, by_label, table, shop.tables[detail], column, both=False)


def _add_family(
    found: RawRows, family: ShopSoftware, tables: list[RawTable], by_label: dict[str, RawTable]
) -> None:
    whole = of_family(family, tables)
    read_as = whole[1] if whole else {}
    for name, raws in read_as.items():
        if family.tables[name].of is None:
            for table in raws:
                by_label[table.label] = keyed(family.tables[name], table)
        for detail, column in family.tables[name].details.items():
            for table in raws:
                for child in read_as.get(detail, ()):
                    if child.path == table.path:
                        _edge(found, by_label, table, child, column, both=True)


def is_page(unit: Unit, path: str) -> bool:
    """Whether the item is a page of a web capture: read with it, and a file of its own all the same."""
    return str(unit.manifest["kind"]).startswith("captures:") and path != unit.manifest["path"]


def name_items(connection: duckdb.DuckDBPyConnection, raw: RawRows) -> None:
    """Fill ``read_into_rows`` with the files that rows were read from."""
    in_rows = [
        (exhibit, path)
        for (exhibit, _), unit in raw.units.items()
        if any(table["rows"] for table in unit.manifest["tables"])
        for path in unit.items
        if not is_page(unit, path)
    ]
    values(connection, "read_into_rows", {"exhibit": "VARCHAR", "path": "VARCHAR"}, in_rows)


def _edge(
    found: RawRows,
    by_label: dict[str, RawTable],
    parent: RawTable,
    child: RawTable,
    column: str,
    *,
    both: bool,
) -> None:
    if parent.label not in by_label or child.label not in by_label:
        return
    parent, child = by_label[parent.label], by_label[child.label]
    spelled = next((name for name, _, _ in child.columns if name.lower() == column.lower()), None)
    if spelled is not None and len(parent.key) <= 1:
        found.edges.append(Edge(parent, parent.key[0] if parent.key else "_row", child, spelled, both))


def rows(table: RawTable, *columns: str) -> str:
    """SQL of the table's rows: ``file``, ``n`` in it, ``ref``, ``begin``, ``reach``, and SQL ``columns``."""
    chosen = ", ".join(
        [
            "filename AS file",
            "file_row_number AS n",
            f"{row_ref(table)} AS ref",
            "_offset AS begin",
            "_offset + _length AS reach",
            *columns,
        ]
    )
    source = parquet(table.parts).removesuffix(")")
    return f"SELECT {chosen} FROM {source}, filename = true, file_row_number = true)"


def text(table: RawTable) -> str | None:
    """SQL of all text that a row of the table holds; None where it holds none."""
    values = []
    for name, _, kind in table.columns:
        if kind.startswith(("binary", "large_binary")):
            values.append(f"COALESCE(TRY(decode({quoted(name)})), CAST({quoted(name)} AS VARCHAR))")
        elif kind.startswith(_TEXTS):
            values.append(f"CAST({quoted(name)} AS VARCHAR)")
    values.append("CAST(_unread AS VARCHAR)")
    return f"concat_ws(chr(10), {', '.join(values)})"


def placed(connection: duckdb.DuckDBPyConnection, raw: RawRows, unit: Unit) -> bool:
    """Whether every row of the unit has its bytes in the unit's own item."""
    if not unit.addressed or not unit.alone:
        return False
    path, reference = unit.manifest["path"], unit.manifest["exhibit"]
    for table in raw.tables:
        if table.path == path and table.exhibit == reference:
            row = connection.execute(
                f"SELECT 1 FROM {parquet(table.parts)} WHERE _offset IS NULL LIMIT 1"
            ).fetchone()
            if row is not None:
                return False
    return True


def values(connection: duckdb.DuckDBPyConnection, name: str, columns: dict[str, str], given: Any) -> None:
    """A temporary table of rows that Python has."""
    import pyarrow as pa

    listed = list(given)
    table = pa.table(
        {
            column: pa.array([row[place] for row in listed], pa.int64() if kind == "BIGINT" else pa.string())
            for place, (column, kind) in enumerate(columns.items())
        }
    )
    connection.register("_given", table)
    connection.execute(f"CREATE OR REPLACE TEMP TABLE {quoted(name)} AS SELECT * FROM _given")
    connection.unregister("_given")


def table_name(table: RawTable) -> str:
    """How a raw table is called where what is held of it is counted: as ``ask`` takes it."""
    return f"{quoted(table.exhibit)}.{quoted(table.label)}"
