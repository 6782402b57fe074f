"""The rows that a row is made of besides itself: an order's meta, items and totals.

A folder states them with its tables: ``[tables.posts] details = { postmeta = "post_id" }`` says that the rows
of ``postmeta`` whose ``post_id`` is the key of a row of ``posts`` belong to it.
"""

from dataclasses import dataclass

from stocktake.case import Case
from stocktake.custody.exhibit import exhibits
from stocktake.engine.duck import connect, parquet, quoted
from stocktake.records.catalogue import RawTable, raw_tables
from stocktake.review.held import open_table
from stocktake.shops.case_folders import folders_by_name
from stocktake.shops.logical import BYTES, key_text, keyed, row_ref
from stocktake.shops.recognition import recognise

# What one row may have of them before the rest is only counted.
MOST = 200


@dataclass(frozen=True)
class Detail:
    """A raw row's place: as in ``sources``, offsets and lengths in bytes of the unwrapped file."""

    source_id: str
    exhibit: str
    path: str
    container: str
    table_name: str
    row_key: str
    offset: int | None
    length: int | None
    sha256: str


def details(case: Case, exhibit: str, label: str, key: str) -> list[Detail]:
    """The detail rows of the row ``key`` of the raw table ``label``, in the order of the evidence."""
    folders = folders_by_name(case, exhibit)
    found: list[Detail] = []
    for shop in recognise(case, exhibit):
        folder = folders[shop.software]
        for name, table in shop.tables.items():
            if table.label != label:
                continue
            for detail, column in folder.tables[name].details.items():
                if detail in shop.tables:
                    raw = keyed(folder.tables[detail], open_table(case, shop.tables[detail]))
                    found += _rows(raw, column, key, MOST - len(found))
    return sorted(found, key=lambda row: (row.path, row.offset or 0, row.source_id))


def raw_row(case: Case, source_id: str) -> Detail | None:
    """The place of any raw row by its source id, whether or not a canonical row cites it."""
    ref = source_id.removeprefix("source:")
    for exhibit in exhibits(case):
        if not ref.startswith(f"{exhibit.reference}/"):
            continue
        folders = folders_by_name(case, exhibit.reference)
        keys = {
            table.label: folders[shop.software].tables[name]
            for shop in recognise(case, exhibit.reference)
            for name, table in shop.tables.items()
        }
        for table in raw_tables(case, exhibit.reference):
            if ref.startswith(f"{exhibit.reference}/{table.label}/") and table.parts:
                shown = open_table(case, table)
                raw = keyed(keys[table.label], shown) if table.label in keys else shown
                found = _select(raw, f"{row_ref(raw)} = ?", ref, 1)
                if found:
                    return found[0]
    return None


def _rows(table: RawTable, column: str, key: str, most: int) -> list[Detail]:
    spelled = next(((name, kind) for name, _, kind in table.columns if name.lower() == column.lower()), None)
    if spelled is None or not table.parts or most <= 0:
        return []
    name, kind = spelled
    own = quoted(name) if kind not in BYTES else key_text(name, kind)
    return _select(table, f"{own} = ?", key, most)


def _select(table: RawTable, condition: str, value: str, most: int) -> list[Detail]:
    home = f"{table.exhibit}/{table.label}/"
    with connect() as connection:
        rows = connection.execute(
            f"SELECT {row_ref(table)}, _offset, _length FROM {parquet(table.parts)} "
            f"WHERE {condition} ORDER BY _row LIMIT {most}",
            [value],
        ).fetchall()
    return [
        Detail(
            source_id=f"source:{ref}",
            exhibit=table.exhibit,
            path=table.path,
            container=table.container,
            table_name=table.label,
            row_key=ref.removeprefix(home),
            offset=offset,
            length=length,
            sha256=table.sha256,
        )
        for ref, offset, length in rows
    ]
