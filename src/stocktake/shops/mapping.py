"""From an exhibit's raw tables to its canonical rows, with their sources and the accounts of completeness."""

import shutil
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from importlib.resources import files
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from stocktake.case import Case
from stocktake.commerce import completeness
from stocktake.commerce.model import TABLES
from stocktake.commerce.statements import Statement, read_statements
from stocktake.engine.duck import connect, empty, literal, parquet, quoted
from stocktake.records.catalogue import RawTable, manifests, raw_tables
from stocktake.shops import logical
from stocktake.shops.folders import ShopSoftware, supported
from stocktake.shops.recognition import Recognition, recognise
from stocktake.shops.unpack import unpack

# Tables that the engine fills itself, after the folders' SQL has run.
OWN = ("takings", "completeness", "problems", "sources")


@dataclass
class _Problem:
    stage: str
    severity: str
    message: str
    path: str | None = None
    source_id: str | None = None
    rule: str = "shops/mapping.py"


@dataclass
class _Place:
    """A source that is no row of a raw table."""

    source_id: str
    path: str
    container: str
    table_name: str | None
    offset: int | None
    length: int | None
    sha256: str


@dataclass
class _Work:
    exhibit: str
    folder: Path
    connection: duckdb.DuckDBPyConnection
    fragments: dict[str, list[Path]] = field(default_factory=lambda: {table: [] for table in TABLES})
    problems: list[_Problem] = field(default_factory=list)
    places: list[_Place] = field(default_factory=list)

    def file(self, name: str) -> Path:
        """A new Parquet file of the work folder."""
        return self.folder / f"{len(list(self.folder.iterdir())):05d}-{name}.parquet"


def map_exhibit(case: Case, exhibit: str, out: Path) -> None:
    """Write ``out/TABLE/part-00000.parquet`` for every canonical table that has rows for the exhibit.

    The same raw tables give the same rows in the same order. What can't be mapped is a row of ``problems``;
    what ``out`` held before is replaced. ``out/.work`` holds intermediate files while this runs.
    """
    for table in TABLES:
        shutil.rmtree(out / table, ignore_errors=True)
    folder = out / ".work"
    shutil.rmtree(folder, ignore_errors=True)
    (folder / "spill").mkdir(parents=True)
    connection = connect(spill=folder / "spill")
    try:
        connection.execute(files("stocktake.engine").joinpath("functions.sql").read_text("utf-8"))
        work = _Work(exhibit, folder, connection)
        raw = raw_tables(case, exhibit)
        shops = recognise(case, exhibit)
        software = {entry.name: entry for entry in supported()}
        _told_by_units(work, case)
        coverage: dict[str, list[completeness.Class]] = {}
        for number, shop in enumerate(shops):
            _map_shop(work, software[shop.software], shop, f"shop{number}", case.settings.time_zone, coverage)
        connection.execute("SET search_path = 'main'")
        for table in TABLES:
            if table not in OWN:
                _finish(work, table, out)
        _takings(work, out)
        _account(work, case, raw, shops, software, coverage, out)
        _finish_problems(work, out)
        _sources(work, raw, shops, software, out)
    finally:
        connection.close()
        shutil.rmtree(folder, ignore_errors=True)


def _told_by_units(work: _Work, case: Case) -> None:
    """Take over what the readers of the exhibit's items could not read."""
    for manifest in manifests(case, work.exhibit):
        path = str(manifest["path"])
        for told in manifest["problems"]:
            source_id = None
            if told.get("offset") is not None:
                source_id = f"source:{work.exhibit}/{path}@{told['offset']}"
                work.places.append(
                    _Place(
                        source_id,
                        path,
                        manifest["container"],
                        told.get("table"),
                        told["offset"],
                        told.get("length"),
                        manifest["sha256"],
                    )
                )
            work.problems.append(
                _Problem(told["stage"], told["severity"], told["message"], path, source_id, "records")
            )


def _map_shop(
    work: _Work,
    software: ShopSoftware,
    shop: Recognition,
    schema: str,
    time_zone: str,
    coverage: dict[str, list[completeness.Class]],
) -> None:
    connection = work.connection
    connection.execute(f"CREATE SCHEMA {schema}; SET search_path = '{schema},main'")
    for name, table in software.tables.items():
        connection.execute(f"CREATE VIEW {quoted(name)} AS {logical.view(table, shop.tables.get(name))}")
        if name in shop.tables:
            for misfit in logical.misfits(connection, table, shop.tables[name]):
                work.problems.append(_misfit(misfit))
    _values(
        connection,
        "shop",
        ("exhibit", "ref", "prefix", "database", "path", "version", "case_time_zone", "shared_with"),
        [
            (
                shop.exhibit,
                shop.ref,
                shop.prefix,
                shop.database,
                shop.path,
                shop.version,
                time_zone,
                _shared_with(software, shop),
            )
        ],
    )
    for name, (columns, rows) in software.lookups.items():
        _values(connection, name, columns, rows)
    for stated in software.unpack:
        file = work.file(stated.name)
        broken = unpack(connection, stated, software.tables[stated.table], file)
        connection.execute(f"CREATE VIEW {quoted(stated.name)} AS SELECT * FROM {parquet([file])}")
        if broken.rows:
            table = shop.tables[stated.table]
            work.problems.append(
                _Problem(
                    "shops",
                    "warning",
                    f"{broken.rows} values of {table.label}.{stated.column} that should unpack as {stated.name} "
                    f"are damaged ({broken.first_fault}); their text is kept in the raw table.",
                    table.path,
                    f"source:{broken.first_ref}",
                    f"shops/{software.name}/shop.toml:1",
                )
            )
    for name, statement in software.prepare:
        file = work.file(name)
        if _run(work, statement, lambda sql, file=file: _copy(connection, sql, file), shop):
            connection.execute(f"CREATE VIEW {quoted(name)} AS SELECT * FROM {parquet([file])}")
    for table_name, statements in software.canonical.items():
        for statement in statements:
            if table_name == "problems":
                _run(
                    work,
                    statement,
                    lambda sql, rule=statement.rule: _told_by_sql(work, sql, rule, shop),
                    shop,
                )
            else:
                _run(
                    work,
                    statement,
                    lambda sql, table_name=table_name, rule=statement.rule: _fragment(
                        work, table_name, sql, rule
                    ),
                    shop,
                )
    covered: dict[str, list[completeness.Class]] = {}
    for statement in software.coverage:
        _run(work, statement, lambda sql: _covered(connection, sql, covered, shop), shop)
    for label, classes in covered.items():
        coverage.setdefault(label, classes)


def _misfit(misfit: logical.Misfit) -> _Problem:
    return _Problem(
        "shops",
        "warning",
        f"{misfit.rows} values of {misfit.table.label}.{misfit.column} are no {misfit.declared}; "
        "the mapping sees nothing there and the raw table keeps them.",
        misfit.table.path,
        f"source:{misfit.first_ref}",
    )


def _shared_with(software: ShopSoftware, shop: Recognition) -> str | None:
    """The base prefix, where this shop reads shared tables of another one."""
    for name, table in shop.tables.items():
        if software.tables[name].shared and not table.name.lower().startswith(shop.prefix.lower() + name):
            return table.name[: len(table.name) - len(name)]
    return None


def _values(
    connection: duckdb.DuckDBPyConnection, name: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]
) -> None:
    """A view of a few text rows; lookups and the shop's own facts."""
    listed = [
        f"({', '.join('NULL' if value is None else literal(str(value)) for value in row)})" for row in rows
    ]
    kinds = dict.fromkeys(columns, "VARCHAR")
    if not listed:
        connection.execute(f"CREATE VIEW {quoted(name)} AS {empty(kinds)}")
        return
    chosen = ", ".join(f"CAST({quoted(c)} AS VARCHAR) AS {quoted(c)}" for c in columns)
    names = ", ".join(map(quoted, columns))
    connection.execute(
        f"CREATE VIEW {quoted(name)} AS SELECT {chosen} FROM (VALUES {', '.join(listed)}) AS v({names})"
    )


def _run(work: _Work, statement: Statement, act: Callable[[str], None], shop: Recognition) -> bool:
    """Do ``act`` with a folder's statement; a statement that fails costs one problem, not the run."""
    try:
        act(statement.sql)
    except duckdb.Error as error:
        work.problems.append(
            _Problem(
                "shops",
                "error",
                f"The rule {statement.rule} could not be applied to {shop.title} in {shop.ref}: "
                f"{str(error).splitlines()[0]}",
                shop.path,
                rule=statement.rule,
            )
        )
        return False
    return True


def _copy(connection: duckdb.DuckDBPyConnection, sql: str, file: Path) -> None:
    connection.execute(f"COPY ({sql}) TO {literal(str(file))} (FORMAT parquet, COMPRESSION zstd)")


def _fragment(work: _Work, table: str, sql: str, rule: str) -> None:
    """Rows of a canonical table from one statement: cast, completed, stamped."""
    columns = [row[0] for row in work.connection.execute(f"DESCRIBE {sql}").fetchall()]
    unknown = set(columns) - set(TABLES[table])
    if unknown:
        raise duckdb.BinderException(f"{table} has no column {', '.join(sorted(unknown))}")
    stamped = {"exhibit": literal(work.exhibit), "rule": literal(rule)}
    if "basis" not in columns:
        stamped["basis"] = "'recorded'"
    chosen = []
    for column, kind in TABLES[table].items():
        value = stamped.get(column) or (f"s.{quoted(column)}" if column in columns else "NULL")
        chosen.append(f"TRY_CAST({value} AS {kind}) AS {quoted(column)}")
    file = work.file(table)
    _copy(work.connection, f"SELECT {', '.join(chosen)} FROM ({sql}\n) AS s", file)
    work.fragments[table].append(file)


def _told_by_sql(work: _Work, sql: str, rule: str, shop: Recognition) -> None:
    found = work.connection.execute(f"SELECT severity, message, source_id FROM ({sql}\n) ORDER BY ALL")
    for severity, message, source_id in found.fetchall():
        work.problems.append(_Problem("shops", severity, message, shop.path, source_id, rule))


def _covered(
    connection: duckdb.DuckDBPyConnection,
    sql: str,
    covered: dict[str, list[completeness.Class]],
    shop: Recognition,
) -> None:
    sites = connection.execute("SELECT site_id FROM site ORDER BY ALL LIMIT 2").fetchall()
    site_id = str(sites[0][0]) if len(sites) == 1 else None
    found = connection.execute(
        f"SELECT table_name, reason, CAST(rows AS BIGINT) FROM ({sql}\n) WHERE rows > 0 ORDER BY ALL"
    )
    for name, reason, rows in found.fetchall():
        if name in shop.tables:
            table = shop.tables[name]
            covered.setdefault(table.label, []).append(completeness.Class(site_id, reason, rows))


def _order(table: str) -> str:
    """The order of a table's rows: by id, numbers in it by size; all columns where an id may repeat."""
    columns = TABLES[table]
    first = quoted(next(iter(columns)))
    if table in ("price_tiers", "site_names", "takings", "completeness"):
        rest = ", ".join(quoted(column) for column in columns)
        return f"length({first}), {first}, {rest}"
    return f"length({first}), {first}, rule, source_id"


def _finish(work: _Work, table: str, out: Path) -> None:
    """Put a table's fragments together in order, and make it a view for what comes after."""
    connection, fragments = work.connection, work.fragments[table]
    if fragments:
        part = out / table / "part-00000.parquet"
        part.parent.mkdir()
        _copy(connection, f"SELECT * FROM {parquet(fragments)} ORDER BY {_order(table)}", part)
        for fragment in fragments:
            fragment.unlink()
        if pq.read_metadata(part).num_rows:
            connection.execute(f"CREATE VIEW {quoted(table)} AS SELECT * FROM {parquet([part])}")
            _check_ids(work, table)
            return
        shutil.rmtree(part.parent)
    connection.execute(f"CREATE VIEW {quoted(table)} AS {empty(TABLES[table])}")


def _check_ids(work: _Work, table: str) -> None:
    """An id that two rows share would count twice: say so, whatever made it."""
    column = next(iter(TABLES[table]))
    if column == "site_id" and table != "sites":
        return
    if not column.endswith("_id") or table in ("price_tiers", "takings", "completeness", "substances"):
        return
    row = work.connection.execute(
        f"SELECT count({column}) - count(DISTINCT {column}) FROM {quoted(table)}"
    ).fetchone()
    if row and row[0]:
        first = work.connection.execute(
            f"SELECT {column}, min(source_id) FROM {quoted(table)} GROUP BY 1 HAVING count(*) > 1 "
            f"ORDER BY length({column}), {column} LIMIT 1"
        ).fetchone() or ("", None)
        work.problems.append(
            _Problem(
                "commerce",
                "error",
                f"{row[0]} rows of {table} have an id that another row has too, the first of them {first[0]}: "
                "sums over this table count them again.",
                None,
                first[1],
            )
        )


def _takings(work: _Work, out: Path) -> None:
    home = files("stocktake.commerce")
    (judged,) = read_statements(home.joinpath("judged_orders.sql"), "commerce/judged_orders.sql")
    file = work.file("judged_orders")
    _copy(work.connection, judged.sql, file)
    work.connection.execute(f"CREATE VIEW judged_orders AS SELECT * FROM {parquet([file])}")
    for statement in read_statements(home.joinpath("takings.sql"), "commerce/takings.sql"):
        _fragment(work, "takings", statement.sql, statement.rule)
    _finish(work, "takings", out)


def _account(
    work: _Work,
    case: Case,
    raw: list[RawTable],
    shops: list[Recognition],
    software: dict[str, ShopSoftware],
    coverage: dict[str, list[completeness.Class]],
    out: Path,
) -> None:
    """Rows, bytes and money: what was found, what was mapped, and what was set aside and why."""
    unmapped = {
        label: next(
            (
                reason
                for shop in shops
                for name, reason in software[shop.software].ignored.items()
                if label in shop.uncovered
                and f"{shop.exhibit}/{label}".lower() == f"{shop.ref}{name}".lower()
            ),
            completeness.NO_MAPPING,
        )
        for label in (table.label for table in raw)
    }
    rows, unbalanced = completeness.of_rows(raw, coverage, unmapped)
    for table, message in unbalanced:
        work.problems.append(
            _Problem("commerce", "error", message, table.path, rule="commerce/completeness.py")
        )
    rows += completeness.of_bytes(work.connection, manifests(case, work.exhibit), raw)
    _table(work, "completeness", [{**row, "rule": "commerce/completeness.py"} for row in rows])
    for statement in read_statements(
        files("stocktake.commerce").joinpath("completeness.sql"), "commerce/completeness.sql"
    ):
        _fragment(work, "completeness", statement.sql, statement.rule)
    _finish(work, "completeness", out)


def _finish_problems(work: _Work, out: Path) -> None:
    numbers: dict[str, int] = {}
    rows = []
    for problem in work.problems:
        numbers[problem.stage] = numbers.get(problem.stage, 0) + 1
        rows.append(
            {
                "problem_id": f"problem:{work.exhibit}/{problem.stage}/{numbers[problem.stage]}",
                "path": problem.path,
                "stage": problem.stage,
                "severity": problem.severity,
                "message": problem.message,
                "source_id": problem.source_id,
                "rule": problem.rule,
            }
        )
    _table(work, "problems", rows)
    _finish(work, "problems", out)


def _table(work: _Work, table: str, rows: list[dict[str, Any]]) -> None:
    """Rows that Python made, as a fragment of a canonical table."""
    if not rows:
        return
    columns = TABLES[table]
    common = {"exhibit": work.exhibit, "basis": "derived"}
    arrays = {
        column: pa.array(
            [None if (v := (common | row).get(column)) is None else str(v) for row in rows], pa.string()
        )
        for column in columns
    }
    file = work.file(table)
    plain = file.with_suffix(".text.parquet")
    pq.write_table(pa.table(arrays), plain)
    chosen = ", ".join(f"CAST({quoted(c)} AS {kind}) AS {quoted(c)}" for c, kind in columns.items())
    _copy(work.connection, f"SELECT {chosen} FROM {parquet([plain])}", file)
    plain.unlink()
    work.fragments[table].append(file)


def _sources(
    work: _Work,
    raw: list[RawTable],
    shops: list[Recognition],
    software: dict[str, ShopSoftware],
    out: Path,
) -> None:
    """One row for every place that a canonical row cites."""
    connection = work.connection
    cited = " UNION ".join(f"SELECT source_id FROM {quoted(table)}" for table in TABLES if table != "sources")
    file = work.file("cited")
    _copy(connection, f"SELECT DISTINCT source_id FROM ({cited}) WHERE source_id IS NOT NULL", file)
    logical_tables = {
        table.label: software[shop.software].tables[name]
        for shop in shops
        for name, table in shop.tables.items()
    }
    for table in raw:
        home = f"source:{table.exhibit}/{table.label}/"
        if table.label not in logical_tables or not table.parts:
            continue
        if not connection.execute(
            f"SELECT 1 FROM {parquet([file])} WHERE starts_with(source_id, {literal(home)}) LIMIT 1"
        ).fetchone():
            continue
        ref = logical.row_ref(logical.keyed(logical_tables[table.label], table))
        place = {
            "path": table.path,
            "container": table.container,
            "table_name": table.label,
            "sha256": table.sha256,
            "exhibit": table.exhibit,
            "basis": "recorded",
            "rule": "records",
        }
        chosen = {
            "row_key": f"substr(source_id, {len(home) + 1})",
            "offset": "_offset",
            "length": "_length",
            "source_id": "source_id",
        }
        listed = ", ".join(
            f"CAST({chosen.get(column) or literal(place[column])} AS {kind}) AS {quoted(column)}"
            for column, kind in TABLES["sources"].items()
        )
        part = work.file("sources")
        _copy(
            connection,
            f"SELECT {listed} FROM (SELECT 'source:' || {ref} AS source_id, _offset, _length "
            f"FROM {parquet(table.parts)}) WHERE source_id IN "
            f"(SELECT source_id FROM {parquet([file])} WHERE starts_with(source_id, {literal(home)}))",
            part,
        )
        work.fragments["sources"].append(part)
    _table(
        work,
        "sources",
        [{**vars(place), "basis": "recorded", "rule": "records"} for place in _once(work.places)],
    )
    fragments = work.fragments["sources"]
    if fragments:
        part = out / "sources" / "part-00000.parquet"
        part.parent.mkdir()
        _copy(
            connection,
            f'SELECT * FROM {parquet(fragments)} ORDER BY length(source_id), source_id, "offset"',
            part,
        )


def _once(places: list[_Place]) -> list[_Place]:
    return list({place.source_id: place for place in places}.values())
