"""From an exhibit's raw tables to its canonical rows, with their sources and the accounts of completeness."""

import os
import shutil
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib.resources import files
from pathlib import Path
from types import MappingProxyType
from typing import Any

import duckdb
import pyarrow.parquet as pq

from stocktake.case import Case
from stocktake.commerce import completeness, prices
from stocktake.commerce.model import TABLES
from stocktake.commerce.statements import Statement, read_statements
from stocktake.commerce.tables import write_rows
from stocktake.engine.duck import connect, empty, literal, parquet, quoted
from stocktake.records.catalogue import RawTable, manifests, raw_tables
from stocktake.shops import logical, secrets
from stocktake.shops.case_folders import folders_by_name
from stocktake.shops.folders import LogicalTable, ShopSoftware, artefact_families
from stocktake.shops.recipients import with_recipients
from stocktake.shops.recognition import Recognition, of_family, recognise
from stocktake.shops.source import described
from stocktake.shops.unpack import unpack
from stocktake.shops.unrecognised import infer

# Tables that are filled here, after the folders' SQL has run.
_OWN = ("sites", "takings", "price_explanations", "completeness", "problems", "sources")
# Tables whose first column may repeat.
_WITHOUT_ID = {
    "site_names",
    "site_links",
    "price_tiers",
    "takings",
    "price_explanations",
    "completeness",
    "person_members",
    "substances",
    "proceeds",
}
_WITHOUT_ID |= {"parcel_matches", "timeline"}
# What DuckDB may hold before it spills: 2 GiB, or half of a small machine's memory. The process takes about
# a third more at its peak.
_MEMORY = f"{min(2048, os.sysconf('SC_PAGE_SIZE') * os.sysconf('SC_PHYS_PAGES') // 2**21)}MiB"
# What software that settles for others sees of the shops: view and the canonical table behind it.
OF_SHOPS = {"case_orders": "orders", "case_payments": "payments", "case_takings": "takings"}
# Not a folder's doing: these end the run.
_OUR_TROUBLE = (duckdb.IOException, duckdb.OutOfMemoryException, duckdb.InterruptException)


@dataclass
class _Problem:
    stage: str
    severity: str
    message: str
    path: str | None = None
    source_id: str | None = None
    rule: str = "shops/mapping.py"


@dataclass
class _Shop:
    """A recognised shop, its folder, and the accounts that its mapping gives, by label of raw table.

    ``raw`` are the raw tables behind each logical one: one for a shop, one an item for an artefact family.
    """

    found: Recognition
    software: ShopSoftware
    raw: dict[str, tuple[RawTable, ...]]
    coverage: dict[str, list[completeness.Class]] = field(default_factory=dict)


@dataclass
class _Work:
    """One exhibit's mapping: files that are being made, and what is to be told at the end.

    ``elsewhere`` are parts of other exhibits' canonical tables. ``fingerprints`` is a SQL function
    (`secrets.fingerprints`). ``places`` are sources that are no row of a raw table.
    """

    exhibit: str
    folder: Path
    out: Path
    connection: duckdb.DuckDBPyConnection
    raw: list[RawTable]
    elsewhere: dict[str, list[Path]]
    fingerprints: str
    fragments: dict[str, list[Path]] = field(default_factory=lambda: {table: [] for table in TABLES})
    problems: list[_Problem] = field(default_factory=list)
    places: dict[str, dict[str, Any]] = field(default_factory=dict)
    made: int = 0

    def file(self, name: str) -> Path:
        """A new Parquet file of the work folder."""
        self.made += 1
        return self.folder / f"{self.made:05d}-{name}.parquet"

    def copy(self, sql: str, file: Path) -> None:
        """Write the rows of ``sql`` to ``file``."""
        self.connection.execute(f"COPY ({sql}\n) TO {literal(str(file))} (FORMAT parquet, COMPRESSION zstd)")

    def view(self, name: str, file: Path) -> None:
        """Let SQL read ``file`` by ``name``."""
        self.connection.execute(f"CREATE VIEW {quoted(name)} AS SELECT * FROM {parquet([file])}")


def map_exhibit(
    case: Case, exhibit: str, out: Path, elsewhere: dict[str, list[Path]] | None = None
) -> list[dict[str, Any]]:
    """Write ``out/TABLE/part-00000.parquet`` for every canonical table that has rows for the exhibit.

    Returns the facts of each shop's source (`shops.source.described`).

    ``elsewhere`` gives parts of orders, payments and takings of other exhibits, for software that settles.
    The same raw tables give the same rows in the same order. What can't be mapped is a row of ``problems``;
    what ``out`` held before is replaced. ``out/.work`` holds intermediate files while this runs.
    """
    for table in TABLES:
        shutil.rmtree(out / table, ignore_errors=True)
    folder = out / ".work"
    shutil.rmtree(folder, ignore_errors=True)
    (folder / "spill").mkdir(parents=True)
    connection = connect(spill=folder / "spill", memory=_MEMORY)
    try:
        connection.execute(files("stocktake.engine").joinpath("functions.sql").read_text("utf-8"))
        others = {table: (elsewhere or {}).get(table, []) for table in OF_SHOPS.values()}
        function = secrets.fingerprints(connection, case.fingerprint_key())
        work = _Work(exhibit, folder, out, connection, raw_tables(case, exhibit), others, function)
        units = manifests(case, exhibit)
        for database, why in infer(case, exhibit):
            told = f"No mapping could be proposed for {database.name}, which no folder recognises: {why}."
            work.problems.append(
                _Problem("shops", "warning", told, database.path, rule="shops/unrecognised.py")
            )
        folders = folders_by_name(case, exhibit)
        shops = [
            _Shop(found, folders[found.software], {name: (table,) for name, table in found.tables.items()})
            for found in recognise(case, exhibit)
        ]
        shops += [
            _Shop(whole[0], family, whole[1])
            for family in artefact_families()
            if (whole := of_family(family, work.raw)) is not None
        ]
        for number, shop in enumerate(sorted(shops, key=lambda shop: shop.software.settles)):
            _map_shop(work, shop, f"shop{number}", case.settings.time_zone)
        connection.execute("SET search_path = 'main'")
        _name_recipients(work)
        for table in TABLES:
            if table not in _OWN:
                _finish(work, table)
        _date_sites(work)
        _finish(work, "sites")
        _takings(work)
        _explain_prices(work)
        _account(work, units, shops)
        _told_by_units(work, units)
        _finish_problems(work)
        _sources(work, shops)
        return [
            described(shop.found, _shared_with(shop), units, case.settings.time_zone)
            for shop in shops
            if not shop.software.home.startswith("artefacts/")
        ]
    finally:
        connection.close()
        shutil.rmtree(folder, ignore_errors=True)


def _map_shop(work: _Work, shop: _Shop, schema: str, time_zone: str) -> None:
    """Everything that one shop's folder says, against that shop's raw tables."""
    work.connection.execute(f"CREATE SCHEMA {schema}; SET search_path = '{schema},main'")
    _define(work, shop, time_zone)
    _unpack(work, shop)
    for name, statement in shop.software.prepare:
        with _costing_a_problem(work, statement, shop):
            file = work.file(name)
            work.copy(statement.sql, file)
            work.view(name, file)
    for table, statements in shop.software.canonical.items():
        for statement in statements:
            with _costing_a_problem(work, statement, shop):
                if table == "problems":
                    _told_by_sql(work, statement, shop)
                else:
                    facts = _place_of(shop) if table == "sites" else {}
                    _fragment(work, table, statement, facts, shop.software.inferred)
    _tell_secrets(work, shop)
    for statement in shop.software.coverage:
        with _costing_a_problem(work, statement, shop):
            _cover(work, statement, shop)


@contextmanager
def _costing_a_problem(work: _Work, statement: Statement, shop: _Shop) -> Iterator[None]:
    """A folder's statement that fails costs one problem, not the run."""
    try:
        yield
    except _OUR_TROUBLE:
        raise
    except duckdb.Error as error:
        fault = str(error).splitlines()[0]
        message = f"The rule {statement.rule} could not be applied to {shop.found.title} in {shop.found.ref}"
        work.problems.append(
            _Problem("shops", "error", f"{message}: {fault}", shop.found.path, rule=statement.rule)
        )


def _define(work: _Work, shop: _Shop, time_zone: str) -> None:
    """The views that the folder's SQL reads: logical tables, lookups, and facts about the shop."""
    for name, table in shop.software.tables.items():
        raw = shop.raw.get(name, ())
        work.connection.execute(f"CREATE VIEW {quoted(name)} AS {logical.view(table, raw)}")
        for misfit in (misfit for one in raw for misfit in logical.misfits(work.connection, table, one)):
            told = (
                f"{misfit.rows} values of {misfit.table.label}.{misfit.column} are no {misfit.declared}; "
                "the mapping sees nothing there and the raw table keeps them."
            )
            work.problems.append(
                _Problem("shops", "warning", told, misfit.table.path, f"source:{misfit.first_ref}")
            )
    found = shop.found
    facts = {
        "exhibit": found.exhibit,
        "ref": found.ref,
        "prefix": found.prefix,
        "database": found.database,
        "path": found.path,
        "version": found.version,
        "case_time_zone": time_zone,
        "shared_with": _shared_with(shop),
    }
    _values(work.connection, "shop", tuple(facts), [tuple(facts.values())])
    if shop.software.settles:
        for name, table_behind in OF_SHOPS.items():
            work.connection.execute(f"CREATE VIEW {name} AS {_of_shops(work, table_behind)}")
    named = [(name, f"{table.exhibit}/{table.label}") for name, table in found.tables.items()]
    _values(work.connection, "shop_table", ("name", "ref"), named)
    for name, (columns, rows) in shop.software.lookups.items():
        _values(work.connection, name, columns, rows)


def _of_shops(work: _Work, table: str) -> str:
    """SQL of a canonical table's rows in the case as far as they are mapped already."""
    parts = [*work.elsewhere[table], *work.fragments[table]]
    return f"SELECT * FROM {parquet(parts)}" if parts else empty(TABLES[table])


def _shared_with(shop: _Shop) -> str | None:
    """The base prefix, where this shop reads shared tables that stand under it."""
    for name, table in shop.found.tables.items():
        (called, *_) = shop.software.tables[name].called
        if shop.software.tables[name].shared and table.name.lower() != f"{shop.found.prefix}{called}".lower():
            return table.name[: len(table.name) - len(called)]
    return None


def _values(
    connection: duckdb.DuckDBPyConnection, name: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]
) -> None:
    """A view of a few rows of text."""
    listed = [
        f"({', '.join('NULL' if value is None else literal(str(value)) for value in row)})" for row in rows
    ]
    sql = empty(dict.fromkeys(columns, "VARCHAR"))
    if listed:
        chosen = ", ".join(f"CAST({quoted(c)} AS VARCHAR) AS {quoted(c)}" for c in columns)
        names = ", ".join(map(quoted, columns))
        sql = f"SELECT {chosen} FROM (VALUES {', '.join(listed)}) AS v({names})"
    connection.execute(f"CREATE VIEW {quoted(name)} AS {sql}")


def _unpack(work: _Work, shop: _Shop) -> None:
    for stated in shop.software.unpack:
        file = work.file(stated.name)
        broken = unpack(work.connection, stated, shop.software.tables[stated.table], file)
        work.view(stated.name, file)
        if broken.rows:
            table = shop.raw[stated.table][0]
            told = (
                f"{broken.rows} values of {table.label}.{stated.column}, to be unpacked as {stated.name}, "
                f"are damaged ({broken.first_fault}); their text is kept in the raw table."
            )
            work.problems.append(_Problem("shops", "warning", told, table.path, f"source:{broken.first_ref}"))


def _place_of(shop: _Shop) -> dict[str, str]:
    """What an application's settings would name to reach this shop's tables; nothing for a family."""
    if shop.software.home.startswith("artefacts/"):
        return {}
    return {"database_name": shop.found.database, "table_prefix": shop.found.prefix}


def _fragment(
    work: _Work,
    table: str,
    statement: Statement,
    facts: Mapping[str, str] = MappingProxyType({}),
    inferred: Mapping[str, float] | None = None,
) -> None:
    """Rows of a canonical table from one statement: cast, completed, stamped, ``facts`` by column.

    Rows of a mapping that nobody confirmed are ``inferred``, whatever its SQL says of them.
    """
    columns = [row[0] for row in work.connection.execute(f"DESCRIBE {statement.sql}").fetchall()]
    unknown = set(columns) - set(TABLES[table])
    if unknown:
        raise duckdb.BinderException(f"{table} has no column {', '.join(sorted(unknown))}")
    stamped = {"exhibit": literal(work.exhibit), "rule": literal(statement.rule)}
    stamped |= {column: literal(value) for column, value in facts.items()}
    if "rule" in columns:  # what a reader went by, before the statement
        stamped["rule"] = f"concat_ws(', ', s.rule, {literal(statement.rule)})"
    if inferred is not None:
        stamped |= {
            "basis": "'inferred'",
            "probability": str(inferred.get(table, min(inferred.values(), default=0.0))),
        }
    elif "basis" not in columns:
        stamped["basis"] = "'recorded'"
    chosen = []
    for column, kind in TABLES[table].items():
        value = stamped.get(column) or (f"s.{quoted(column)}" if column in columns else "NULL")
        chosen.append(f"TRY_CAST({value} AS {kind}) AS {quoted(column)}")
    file = work.file(table)
    work.copy(f"SELECT {', '.join(chosen)} FROM ({statement.sql}\n) AS s", file)
    work.fragments[table].append(file)


def _tell_secrets(work: _Work, shop: _Shop) -> None:
    """Place, kind, state and fingerprint of every secret in the shop's columns, as rows of `observables`."""
    for name, tables in shop.raw.items():
        for one in (one for table in tables for one in secrets.held_in(shop.software.tables[name], table)):
            keyed = logical.keyed(shop.software.tables[name], one.table)
            ref, kind, column = (
                logical.row_ref(keyed),
                literal(one.secret.kind),
                f"{one.table.label}.{one.column}",
            )
            _fragment(
                work,
                "observables",
                Statement(
                    "shops/secrets.py",
                    f"SELECT 'observable:' || {ref} || '/' || {literal(one.column)} AS observable_id, "
                    f"{kind} AS kind, "
                    f"{literal(f'[{one.secret.kind}, {one.secret.state}]')} AS value, "
                    f"{literal(f'item:{work.exhibit}/{one.table.path}')} AS item_id, "
                    f"{literal(f'secret in {column}; ')} || {secrets.fingerprint_of(one, work.fingerprints)} "
                    f"AS context, 'source:' || {ref} AS source_id "
                    f"FROM {parquet(one.table.parts)} WHERE {secrets.is_secret(one)}",
                ),
            )


def _told_by_sql(work: _Work, statement: Statement, shop: _Shop) -> None:
    found = work.connection.execute(
        f"SELECT severity, message, source_id FROM ({statement.sql}\n) ORDER BY ALL"
    )
    for severity, message, source_id in found.fetchall():
        work.problems.append(
            _Problem("shops", severity, message, shop.found.path or None, source_id, statement.rule)
        )


def _cover(work: _Work, statement: Statement, shop: _Shop) -> None:
    """What one statement of coverage.sql says of a table's rows, for the site where there is but one."""
    site_id = None
    if any(name == "site" for name, _ in shop.software.prepare):
        sites = work.connection.execute("SELECT site_id FROM site LIMIT 2").fetchall()
        site_id = str(sites[0][0]) if len(sites) == 1 else None
    named = [row[0] for row in work.connection.execute(f"DESCRIBE {statement.sql}").fetchall()]
    path = "path" if "path" in named else "NULL"
    found = work.connection.execute(
        f"SELECT table_name, {path}, reason, CAST(rows AS BIGINT) FROM ({statement.sql}\n) "
        "WHERE rows > 0 ORDER BY ALL"
    )
    for name, of_path, reason, rows in found.fetchall():
        for table in shop.raw.get(name, ()):
            if of_path in (None, table.path):
                share = rows if of_path or len(shop.raw[name]) == 1 else table.rows
                classes = shop.coverage.setdefault(table.label, [])
                classes.append(completeness.Class(site_id, reason, share))


def _finish(work: _Work, table: str) -> None:
    """Put a table's fragments together in order, and make it a view for what comes after."""
    fragments = work.fragments[table]
    if fragments:
        part = work.out / table / "part-00000.parquet"
        part.parent.mkdir()
        work.copy(f"SELECT * FROM {parquet(fragments)} ORDER BY {_order(table)}", part)
        for fragment in fragments:
            fragment.unlink()
        if pq.read_metadata(part).num_rows:
            work.view(table, part)
            _check_ids(work, table)
            return
        shutil.rmtree(part.parent)
    work.connection.execute(f"CREATE VIEW {quoted(table)} AS {empty(TABLES[table])}")


def _order(table: str) -> str:
    """The order of a table's rows: by id, numbers in it by size; all columns where an id may repeat."""
    first = _id_column(table) or next(iter(TABLES[table]))
    rest = ["rule", "source_id"] if _id_column(table) else TABLES[table]
    return ", ".join([f"length({quoted(first)})", quoted(first), *map(quoted, rest)])


def _id_column(table: str) -> str | None:
    """The column whose value names a row and is that row's only; None for a table without one."""
    if table == "sources":
        return "source_id"
    return None if table in _WITHOUT_ID else next(iter(TABLES[table]))


def _check_ids(work: _Work, table: str) -> None:
    """An id that two rows share would count twice: say so, whatever made it."""
    column = _id_column(table)
    if column is None:
        return
    row = work.connection.execute(
        f"SELECT count({column}) - count(DISTINCT {column}) FROM {quoted(table)}"
    ).fetchone()
    if not row or not row[0]:
        return
    first = work.connection.execute(
        f"SELECT {column}, min(source_id) FROM {quoted(table)} GROUP BY 1 HAVING count(*) > 1 "
        f"ORDER BY length({column}), {column} LIMIT 1"
    ).fetchone() or ("", None)
    told = (
        f"{row[0]} rows of {table} have an id that another row has too, the first of them {first[0]}: "
        "sums over this table count them again."
    )
    work.problems.append(_Problem("commerce", "error", told, None, first[1]))


def _date_sites(work: _Work) -> None:
    """Give every site the first and last moment that its own records state."""
    home = files("stocktake.commerce")
    (activity,) = read_statements(home.joinpath("activity.sql"), "commerce/activity.sql")
    dated = work.file("activity")
    work.copy(activity.sql, dated)
    for place, fragment in enumerate(work.fragments["sites"]):
        file = work.file("sites")
        work.copy(
            "SELECT s.* REPLACE (a.first_at AS first_activity, a.last_at AS last_activity) "
            f"FROM {parquet([fragment])} AS s LEFT JOIN {parquet([dated])} AS a ON a.site_id = s.site_id",
            file,
        )
        fragment.unlink()
        work.fragments["sites"][place] = file


def _name_recipients(work: _Work) -> None:
    for place, fragment in enumerate(work.fragments["messages"]):
        named = with_recipients(work.connection, fragment, work.file("recipients"))
        if named:
            file = work.file("messages")
            work.copy(named, file)
            fragment.unlink()
            work.fragments["messages"][place] = file


def _takings(work: _Work) -> None:
    home = files("stocktake.commerce")
    for table in ("takings", "payments"):
        parts = work.elsewhere[table]
        there = f"SELECT * FROM {parquet(parts)}" if parts else empty(TABLES[table])
        work.connection.execute(f"CREATE VIEW {table}_elsewhere AS {there}")
    (judged,) = read_statements(home.joinpath("judged_orders.sql"), "commerce/judged_orders.sql")
    file = work.file("judged_orders")
    work.copy(judged.sql, file)
    work.view("judged_orders", file)
    for statement in read_statements(home.joinpath("takings.sql"), "commerce/takings.sql"):
        _fragment(work, "takings", statement)
    _finish(work, "takings")


def _explain_prices(work: _Work) -> None:
    for name, statement in prices.steps()[:-1]:
        file = work.file(name)
        work.copy(statement.sql, file)
        work.view(name, file)
    name, statement = prices.steps()[-1]
    _fragment(work, name, statement)
    _finish(work, name)


def _account(work: _Work, units: list[dict[str, Any]], shops: list[_Shop]) -> None:
    """Rows, bytes and money: what was found, what was mapped, and what was set aside and why."""
    coverage: dict[str, list[completeness.Class]] = {}
    reasons: dict[str, str] = {}
    for shop in shops:
        for label, classes in shop.coverage.items():
            coverage.setdefault(label, classes)
        for label in shop.found.uncovered:
            name = f"{shop.found.exhibit}/{label}".lower().removeprefix(shop.found.ref.lower())
            if name in shop.software.ignored:
                reasons.setdefault(label, shop.software.ignored[name])
        for name, tables in shop.raw.items():
            for table in tables if shop.software.tables[name].of is None else ():
                reasons.setdefault(table.label, completeness.NOT_ACCOUNTED)
    rows, unbalanced = completeness.of_rows(work.raw, coverage, reasons)
    for table, told in unbalanced:
        work.problems.append(_Problem("commerce", "error", told, table.path, rule="commerce/completeness.py"))
    rows += completeness.of_bytes(work.connection, units, work.raw)
    _rows(work, "completeness", [{**row, "rule": "commerce/completeness.py"} for row in rows])
    _place_units(work, units, {str(row["source_id"]) for row in rows})
    for statement in read_statements(
        files("stocktake.commerce").joinpath("completeness.sql"), "commerce/completeness.sql"
    ):
        _fragment(work, "completeness", statement)
    _finish(work, "completeness")


def _place_units(work: _Work, units: list[dict[str, Any]], cited: set[str]) -> None:
    """Sources for cited units that are no item of the inventory: a data directory that a server read.

    Those that are items have their sources from where the items are written.
    """
    items = {item["path"] for unit in units for item in unit.get("items", ())}
    for unit in units:
        source_id = f"source:{work.exhibit}/{unit['path']}"
        if source_id in cited and unit["path"] not in items:
            place = {name: unit[name] for name in ("path", "container", "sha256")}
            work.places[source_id] = {"source_id": source_id, **place}


def _told_by_units(work: _Work, units: list[dict[str, Any]]) -> None:
    """Take over what the readers of the exhibit's items could not read."""
    for unit in units:
        path = str(unit["path"])
        for told in unit["problems"]:
            source_id = None
            if told["offset"] is not None:
                source_id = f"source:{work.exhibit}/{path}@{told['offset']}"
                work.places[source_id] = {
                    "source_id": source_id,
                    "path": path,
                    "container": unit["container"],
                    "table_name": told["table"],
                    "offset": told["offset"],
                    "length": told["length"],
                    "sha256": unit["sha256"],
                }
            work.problems.append(
                _Problem(told["stage"], told["severity"], told["message"], path, source_id, "records")
            )


def _finish_problems(work: _Work) -> None:
    numbers: dict[str, int] = {}
    rows = []
    for problem in work.problems:
        numbers[problem.stage] = numbers.get(problem.stage, 0) + 1
        problem_id = f"problem:{work.exhibit}/{problem.stage}/{numbers[problem.stage]}"
        rows.append({**vars(problem), "problem_id": problem_id})
    _rows(work, "problems", rows)
    _finish(work, "problems")


def _rows(work: _Work, table: str, rows: list[dict[str, Any]]) -> None:
    """Rows that were made here, as a fragment of a canonical table."""
    if rows:
        file = work.file(table)
        write_rows(file, table, [{"exhibit": work.exhibit, "basis": "derived", **row} for row in rows])
        work.fragments[table].append(file)


def _sources(work: _Work, shops: list[_Shop]) -> None:
    """One row for every place that a canonical row cites."""
    every = " UNION ALL ".join(
        f"SELECT source_id FROM {quoted(table)}" for table in TABLES if table != "sources"
    )
    cited = work.file("cited")
    work.copy(f"SELECT DISTINCT source_id FROM ({every}) WHERE source_id IS NOT NULL", cited)
    done: set[str] = set()
    for shop in shops:
        for name, tables in shop.raw.items():
            left = [table for table in tables if table.parts and table.label not in done]
            done |= {table.label for table in left}
            if left:
                _sources_in(work, left, shop.software.tables[name], cited)
    _rows(
        work, "sources", [{**place, "basis": "recorded", "rule": "records"} for place in work.places.values()]
    )
    _finish(work, "sources")


def _sources_in(work: _Work, tables: list[RawTable], read_as: LogicalTable, cited: Path) -> None:
    wanted = f"SELECT source_id FROM {parquet([cited])}"
    if len(tables) == 1:
        home = f"source:{tables[0].exhibit}/{tables[0].label}/"
        wanted += f" WHERE starts_with(source_id, {literal(home)})"
        if not work.connection.execute(f"{wanted} LIMIT 1").fetchone():
            return
    items = ", ".join(
        f"({number}, {literal(t.container)}, {literal(t.label)}, {literal(t.sha256)})"
        for number, t in enumerate(tables)
    )
    value = {
        "path": "_path",
        "container": "_container",
        "table_name": "_label",
        "row_key": f"substr(source_id, {len(f'source:{work.exhibit}/')} + length(_label) + 2)",
        "offset": "_offset",
        "length": "_length",
        "sha256": "_sha256",
        "exhibit": literal(work.exhibit),
        "source_id": "source_id",
        "basis": "'recorded'",
        "rule": "'records'",
        "probability": "NULL",
    }
    chosen = ", ".join(
        f"CAST({value[column]} AS {kind}) AS {quoted(column)}" for column, kind in TABLES["sources"].items()
    )
    file = work.file("sources")
    work.copy(
        f"SELECT {chosen} FROM (SELECT 'source:' || _ref AS source_id, _path, _item, _offset, _length "
        f"FROM ({logical.rows(read_as, tables)})) "
        f"JOIN (VALUES {items}) AS _items(_number, _container, _label, _sha256) ON _number = _item "
        f"WHERE source_id IN ({wanted})",
        file,
    )
    work.fragments["sources"].append(file)
