"""Which shops an exhibit's raw tables belong to: software, database and prefix."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import PurePosixPath

from stocktake.case import Case
from stocktake.engine.duck import connect, parquet, quoted
from stocktake.records.catalogue import RawTable, raw_tables
from stocktake.shops.case_folders import accepted, folders_by_name, inferred
from stocktake.shops.folders import Group, LogicalTable, ShopSoftware, artefact_families, supported


@dataclass(frozen=True)
class Recognition:
    """A shop found in an exhibit.

    ``tables`` maps the folder's logical names to the raw tables. ``sure`` is from 0 to 1 and ``reasons`` says
    what it rests on. ``uncovered`` are labels of raw tables under the shop's prefix that no mapping reads.
    ``ref`` is what stands before a table's name in the shop's ids: ``KC/1/wp_``.
    """

    software: str
    title: str
    version: str | None
    exhibit: str
    database: str
    path: str
    prefix: str
    sure: float
    reasons: tuple[str, ...]
    tables: dict[str, RawTable]
    uncovered: tuple[str, ...]
    ref: str


def recognise(case: Case, exhibit: str) -> list[Recognition]:
    """The shops in one exhibit, in the order of item, database and prefix."""
    found = []
    for tables in databases(case, exhibit):
        here = [shop for software in supported() for shop in _find(software, tables)]
        found += here + _by_own_folders(case, exhibit, tables, here)
    read = {table.label for shop in found for table in shop.tables.values()}
    return [
        replace(shop, uncovered=tuple(label for label in shop.uncovered if label not in read))
        for shop in found
    ]


def databases(case: Case, exhibit: str) -> list[list[RawTable]]:
    """The exhibit's raw tables that belong to no artefact family, a list a database."""
    mapped_apart = {family.name for family in artefact_families()}
    return _databases(table for table in raw_tables(case, exhibit) if family_of(table) not in mapped_apart)


def _by_own_folders(
    case: Case, exhibit: str, tables: list[RawTable], known: list[Recognition]
) -> list[Recognition]:
    """What the case's own folders recognise of what no other does: accepted ones, then unconfirmed ones."""
    found: list[Recognition] = []
    for software in [*accepted(case), *inferred(case, exhibit)]:
        read = {table.label for shop in [*known, *found] for table in shop.tables.values()}
        left = [table for table in tables if table.label not in read]
        if software.inferred is not None and software.of != (exhibit, tables[0].path, tables[0].database):
            continue
        for shop in _find(software, left):
            if software.inferred is None:
                told = "a person accepted this mapping (the ledger says who and when)"
                found.append(replace(shop, reasons=(told, *shop.reasons)))
            else:
                sure = round(software.inferred.get("orders", 0.0), 2)
                told = "no folder recognises it; proposed from names and values, and not confirmed"
                found.append(replace(shop, sure=sure, reasons=(told, *shop.reasons)))
    return found


def fits(software: ShopSoftware, tables: Iterable[RawTable]) -> bool:
    """Whether the folder finds its tables, with the columns that they need, in this database."""
    return bool(_find(software, list(tables)))


def settling(case: Case, exhibit: str) -> int:
    """When an exhibit is to be mapped: 0 with no payment processor in it, 1 with a shop beside it, 2 alone.

    A processor's payments are tied to the orders of shops that are mapped before it.
    """
    folders = folders_by_name(case, exhibit)
    settles = {folders[shop.software].settles for shop in recognise(case, exhibit)}
    return (1 if False in settles else 2) if True in settles else 0


def family_of(table: RawTable) -> str | None:
    """The artefact family that read the table; None where it is a table of a database."""
    family, colon, _ = table.kind.partition(":")
    return family if colon and table.database == family else None


def of_family(
    family: ShopSoftware, tables: Iterable[RawTable]
) -> tuple[Recognition, dict[str, tuple[RawTable, ...]]] | None:
    """A family's raw tables in a whole exhibit, by logical name; None where it read nothing.

    Unlike a shop, a family is mapped once for all its items, so that what one file says (the system's time
    zone) can be used for another (a log). A family all of whose tables are others' is there with any of them.
    """
    there = list(tables)
    owners = {(logical.of or family.name, name) for name, logical in family.tables.items()}
    reads_others = all(logical.of for logical in family.tables.values())
    own = [
        table
        for table in there
        if family_of(table) == family.name or (reads_others and (family_of(table), table.name) in owners)
    ]
    if not own:
        return None
    here: dict[str, tuple[RawTable, ...]] = {}
    for name, logical in family.tables.items():
        owner = logical.of or family.name
        found = tuple(table for table in there if family_of(table) == owner and table.name == name)
        if found:
            here[name] = found
    recognition = Recognition(
        software=family.name,
        title=family.title,
        version=None,
        exhibit=own[0].exhibit,
        database=family.name,
        path="",
        prefix="",
        sure=1.0,
        reasons=(f"{len({table.path for table in own})} items were read as {family.title}",),
        tables={},
        uncovered=(),
        ref=f"{own[0].exhibit}/",
    )
    return recognition, here


def _databases(tables: Iterable[RawTable]) -> list[list[RawTable]]:
    """Raw tables that stood in one database: one item's, or those of a folder with a file a table."""
    beside: dict[tuple[str, str], list[RawTable]] = {}
    for table in tables:
        parent = str(PurePosixPath(table.path).parent)
        beside.setdefault((parent, table.database), []).append(table)
    databases = []
    for together in beside.values():
        if len({table.name for table in together}) == len(together):
            databases.append(together)
            continue
        by_path: dict[str, list[RawTable]] = {}
        for table in together:
            by_path.setdefault(table.path, []).append(table)
        databases += by_path.values()
    return sorted(databases, key=lambda tables: (tables[0].path, tables[0].database))


def _find(software: ShopSoftware, tables: list[RawTable]) -> list[Recognition]:
    by_name = {table.name.lower(): table for table in tables}
    prefixes = {
        name[: len(name) - len(anchor)]
        for group in software.groups
        for table in group.tables
        for anchor in software.tables[table].called
        for name in by_name
        if name.endswith(anchor.lower())
    }
    found = []
    for prefix in sorted(prefixes):
        here = _logical(software, by_name, prefix)
        group = next((group for group in software.groups if _holds(group, here)), None)
        if group is None:
            continue
        base = re.fullmatch(software.base_prefix, prefix) if software.base_prefix else None
        if base:
            for name, table in _logical(software, by_name, base["base"]).items():
                if software.tables[name].shared:
                    here.setdefault(name, table)
        first = here[group.tables[0]]
        anchor = len(first.name) - len(prefix)
        found.append(
            Recognition(
                software=software.name,
                title=software.title,
                version=_version(software, here),
                exhibit=first.exhibit,
                database=first.database,
                path=first.path,
                prefix=first.name[:-anchor],
                sure=round(0.6 + 0.4 * len(here) / len(software.tables), 2),
                reasons=(
                    f"the tables {', '.join(group.tables)} are there with the columns of {software.title}",
                    f"{len(here)} of the {len(software.tables)} tables that its mapping reads are there",
                ),
                tables=here,
                uncovered=tuple(
                    table.label
                    for name, table in sorted(by_name.items())
                    if name.startswith(prefix) and table not in here.values()
                ),
                ref=f"{first.exhibit}/{first.label[:-anchor]}",
            )
        )
    return found


def _logical(software: ShopSoftware, by_name: dict[str, RawTable], prefix: str) -> dict[str, RawTable]:
    here = {}
    for name, logical in software.tables.items():
        for called in logical.called:
            table = by_name.get((prefix + called).lower())
            if table is not None and _has_columns(table, logical):
                here[name] = table
                break
    return here


def _has_columns(table: RawTable, logical: LogicalTable) -> bool:
    there = {name.lower() for name, _, _ in table.columns}
    return all(
        any(name.lower() in there for name in (column, *logical.names.get(column, ())))
        for column in logical.needs
    )


def _holds(group: Group, here: dict[str, RawTable]) -> bool:
    if not all(name in here for name in group.tables):
        return False
    if group.row is None:
        return True
    table = here[group.row]
    if not table.parts:
        return False
    with connect() as connection:
        rows = connection.execute(f"SELECT 1 FROM {parquet(table.parts)} WHERE {group.where} LIMIT 1")
        return rows.fetchone() is not None


def _version(software: ShopSoftware, here: dict[str, RawTable]) -> str | None:
    stated = software.version_row
    if stated is not None and stated.table in here and here[stated.table].parts:
        with connect() as connection:
            row = connection.execute(
                f"SELECT CAST({quoted(stated.column)} AS VARCHAR) FROM {parquet(here[stated.table].parts)} "
                f"WHERE {stated.where} LIMIT 1"
            ).fetchone()
        if row and row[0]:
            return str(row[0])
    columns = {name: {column.lower() for column, _, _ in table.columns} for name, table in here.items()}

    def is_there(part: str) -> bool:
        table, dot, column = part.partition(".")
        return table in columns and (not dot or column.lower() in columns[table])

    for rule in software.version_rules:
        if all(is_there(part) for part in rule.has):
            return rule.version
    return None
