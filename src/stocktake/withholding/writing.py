"""From what is held back to files: the parts that are read instead, the places, the list and its counts."""

import hashlib
from importlib.resources import files
from pathlib import Path
from typing import Any

import duckdb

from stocktake.case import Case
from stocktake.commerce.model import TABLES
from stocktake.commerce.statements import read_statements
from stocktake.engine.duck import literal, parquet, quoted
from stocktake.review.held import AROUND
from stocktake.withholding.raw_rows import AT_BYTES, RawRows, Unit, placed, rows, table_name, values

# What SQLite keeps beside a database, and holds rows of it.
_BESIDE = ("-wal", "-journal", "-shm")
_MOST_REASONS = 5


def write(connection: duckdb.DuckDBPyConnection, case: Case, raw: RawRows, made: Path) -> dict[str, Any]:
    """Write everything under ``made``; returns what the manifest says of it."""
    _places(connection, raw)
    _in_places(connection)
    _sources(connection)
    _copy(
        connection,
        'SELECT exhibit, path, begin AS "offset", '
        "max(reach) OVER (PARTITION BY exhibit, path ORDER BY begin, "
        "reach ROWS UNBOUNDED PRECEDING) AS reach FROM (SELECT DISTINCT exhibit, path, begin, "
        "reach FROM place) "
        "ORDER BY exhibit, path, begin NULLS FIRST, reach",
        made / "places.parquet",
    )
    _list(connection, raw, made)
    instead: dict[str, str] = {}
    _canonical(connection, case, made, instead)
    _raw(connection, case, made, instead)
    listed = [
        {"file": file.relative_to(made.parent).as_posix(), "sha256": _digest(file)}
        for file in sorted(made.glob("*.parquet"))
    ]
    return {"instead": instead, "counts": _counts(connection), "parts": listed}


def _places(connection: duckdb.DuckDBPyConnection, raw: RawRows) -> None:
    """``place``: the bytes that are held; where rows have no bytes of their own, the files that hold them."""
    connection.execute(
        "CREATE TEMP TABLE place AS "
        "SELECT exhibit, path, begin, reach, 'privilege' AS kind, root, reason FROM passage_held UNION ALL "
        "SELECT exhibit, path, NULL, NULL, 'privilege', root, reason FROM item_held UNION ALL "
        "SELECT c.exhibit, c.path, NULL, NULL, 'scope', NULL, g.reason FROM gone AS g "
        "JOIN c_items AS c USING (file, n) WHERE g.table_name = 'items'"
    )
    whole: list[tuple[str, str, str]] = []
    for exhibit, path in connection.execute("SELECT DISTINCT exhibit, path FROM raw_gone").fetchall():
        here = f"exhibit = {literal(exhibit)} AND path = {literal(path)}"
        unit = raw.units[exhibit, path]
        if placed(connection, raw, unit):
            connection.execute(
                "INSERT INTO place SELECT DISTINCT exhibit, path, begin, reach, kind, root, reason "
                "FROM raw_gone "
                f"WHERE {here}"
            )
        elif unit.manifest["kind"] == "mail:maildir":
            _letters(connection, raw, unit, here)
        else:
            items = [*unit.items, *(f"{item}{suffix}" for item in unit.items for suffix in _BESIDE)]
            whole += [(exhibit, path, item) for item in items]
    whole += _around(connection)
    values(connection, "whole", dict.fromkeys(("exhibit", "path", "item"), "VARCHAR"), whole)
    connection.execute(
        "INSERT INTO place SELECT DISTINCT w.exhibit, w.item, NULL::BIGINT, NULL::BIGINT, g.kind, "
        "g.root, g.reason "
        "FROM whole AS w JOIN raw_gone AS g ON g.exhibit = w.exhibit AND g.path = w.path UNION ALL "
        "SELECT DISTINCT w.exhibit, w.item, NULL, NULL, p.kind, p.root, p.reason FROM whole AS w "
        "JOIN place AS p ON p.exhibit = w.exhibit AND p.path = w.path AND p.begin IS NULL"
    )


def _around(connection: duckdb.DuckDBPyConnection) -> list[tuple[str, str, str]]:
    """Files in which held files lie: exhibit, the inner path, the outer. Letters are told by their rows."""
    outer = set(
        connection.execute(
            "SELECT exhibit, path FROM c_items WHERE NOT starts_with(kind, 'mail:')"
        ).fetchall()
    )
    found = []
    for exhibit, path in connection.execute(
        "SELECT DISTINCT exhibit, path FROM place WHERE begin IS NULL"
    ).fetchall():
        above = path.rpartition("/")[0]
        while above:
            if (exhibit, above) in outer:
                found.append((exhibit, path, above))
            above = above.rpartition("/")[0]
    return found


def _letters(connection: duckdb.DuckDBPyConnection, raw: RawRows, unit: Unit, here: str) -> None:
    """The files of a Maildir whose letters are held; and the letters are files that are held."""
    exhibit, home = unit.manifest["exhibit"], unit.manifest["path"]
    (table,) = [t for t in raw.tables if (t.exhibit, t.path, t.name) == (exhibit, home, "mail_messages")]
    source = rows(table, '"file" AS letter')
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE letter AS SELECT DISTINCT exhibit, "
        f"ltrim({literal(home)} || '/' || letter, '/') AS path, kind, root, reason FROM raw_gone AS g "
        f"JOIN ({source}) AS r ON r.file = g.file AND r.n = g.n WHERE {here.replace('path', 'g.path')}"
    )
    connection.execute("INSERT INTO place SELECT exhibit, path, NULL, NULL, kind, root, reason FROM letter")
    connection.execute(
        "INSERT INTO item_held SELECT exhibit, path, root, reason FROM letter WHERE kind = 'privilege'"
    )
    connection.execute("CREATE OR REPLACE TEMP TABLE item_held AS SELECT DISTINCT * FROM item_held")


def _in_places(connection: duckdb.DuckDBPyConnection) -> None:
    """Observables and problems whose bytes, or what is shown around them, are held."""
    connection.execute("CREATE TEMP TABLE whole_place AS SELECT * FROM place WHERE begin IS NULL")
    connection.execute(
        "CREATE TEMP TABLE reach AS SELECT exhibit, path, begin, max(reach) OVER (PARTITION BY exhibit, path "
        "ORDER BY begin, reach ROWS UNBOUNDED PRECEDING) AS reach FROM place WHERE begin IS NOT NULL"
    )
    at_bytes = AT_BYTES.format("c.source_id")
    for table, own in (("observables", "observable_id"), ("problems", "problem_id")):
        connection.execute(
            f"CREATE OR REPLACE TEMP TABLE seen AS SELECT c.file, c.n, c.{own} AS reference, c.source_id, "
            f'c.exhibit, s.path, s."offset" - {AROUND} AS lo, '
            f's."offset" + COALESCE(s.length, 1) + {AROUND} AS hi '
            f"FROM c_{table} AS c JOIN c_sources AS s ON s.source_id = c.source_id AND s.exhibit = c.exhibit "
            f'WHERE {at_bytes} AND s."offset" IS NOT NULL'
        )
        chosen = f"s.file, s.n, '{table}', s.reference, s.source_id, s.exhibit, p.kind, p.root, p.reason"
        connection.execute(
            f"INSERT INTO gone SELECT DISTINCT {chosen} FROM seen AS s "
            "JOIN whole_place AS p ON p.exhibit = s.exhibit AND p.path = s.path"
        )
        connection.execute(
            "CREATE OR REPLACE TEMP TABLE near AS SELECT s.* FROM seen AS s ASOF JOIN reach AS r "
            "ON s.exhibit = r.exhibit AND s.path = r.path AND s.hi > r.begin WHERE r.reach > s.lo"
        )
        connection.execute(
            f"INSERT INTO gone SELECT DISTINCT {chosen} FROM near AS s JOIN place AS p "
            "ON p.exhibit = s.exhibit AND p.path = s.path AND p.begin < s.hi AND p.reach > s.lo "
            "WHERE p.kind = 'privilege'"
        )
        connection.execute(
            f"INSERT INTO gone SELECT DISTINCT s.file, s.n, '{table}', s.reference, s.source_id, s.exhibit, "
            "'scope', NULL, 'lies in bytes that are out' FROM near AS s ANTI JOIN gone AS g USING (file, n)"
        )
    # One that was seen in a row goes with the row.
    for column in TABLES["observables"]:
        if column.endswith("source_id"):
            connection.execute(
                "INSERT INTO gone SELECT DISTINCT c.file, c.n, 'observables', c.observable_id, c.source_id, "
                "c.exhibit, 'scope', NULL, g.reason FROM c_observables AS c JOIN raw_gone AS g "
                f"ON c.{column} = 'source:' || g.ref AND g.kind = 'scope' "
                "ANTI JOIN gone AS d ON d.file = c.file AND d.n = c.n"
            )
    _one_reason(connection)


def _one_reason(connection: duckdb.DuckDBPyConnection) -> None:
    """Each row once for each root; one that is out of scope for several reasons counts under the first."""
    for table in ("gone", "raw_gone"):
        connection.execute(
            f"CREATE OR REPLACE TEMP TABLE {table} AS SELECT DISTINCT * FROM {table} WHERE kind <> 'scope' "
            f"UNION ALL SELECT * REPLACE (min(reason) AS reason) FROM {table} WHERE kind = 'scope' "
            "GROUP BY ALL"
        )


def _sources(connection: duckdb.DuckDBPyConnection) -> None:
    """Places that only rows cite which are held back."""
    connection.execute(
        "CREATE TEMP TABLE doubtful AS SELECT DISTINCT source_id FROM gone WHERE table_name <> 'items' "
        "UNION SELECT DISTINCT 'source:' || ref FROM raw_gone"
    )
    still = " UNION ".join(
        f"SELECT c.source_id FROM c_{table} AS c SEMI JOIN doubtful AS d USING (source_id) "
        "ANTI JOIN gone AS g USING (file, n)"
        for table in TABLES
        if table not in ("sources", "held_back")
    )
    connection.execute(f"CREATE TEMP TABLE still AS {still}")
    connection.execute(
        "INSERT INTO gone SELECT c.file, c.n, 'sources', c.source_id, c.source_id, c.exhibit, "
        "'place', NULL, NULL "
        "FROM c_sources AS c SEMI JOIN doubtful AS d USING (source_id) ANTI JOIN still AS s USING (source_id)"
    )


def _list(connection: duckdb.DuckDBPyConnection, raw: RawRows, made: Path) -> None:
    """``held.parquet`` and ``roots.parquet``."""
    called = [(table.exhibit, table.label, table_name(table)) for table in raw.tables]
    values(connection, "called", dict.fromkeys(("exhibit", "label", "name"), "VARCHAR"), called)
    connection.execute(
        "CREATE TEMP TABLE thing AS "
        "SELECT exhibit, table_name, reference, source_id, kind, root, reason, file, n FROM gone "
        "WHERE kind <> 'place' UNION ALL "
        "SELECT g.exhibit, c.name, 'source:' || ref, 'source:' || ref, kind, root, reason, file, n "
        "FROM raw_gone AS g JOIN called AS c ON c.exhibit = g.exhibit AND c.label = g.label UNION ALL "
        "SELECT exhibit, 'items', 'item:' || exhibit || '/' || path, 'source:' || exhibit || '/' || path, "
        "'privilege', root, reason, path, 0 FROM item_held UNION ALL "
        "SELECT exhibit, 'bytes', root, 'source:' || exhibit || '/' || path, 'privilege', root, "
        "reason, path, "
        "begin FROM passage_held"
    )
    columns = {
        "kind": "kind",
        "table_name": "table_name",
        "reference": "reference",
        "rows": "rows",
        "reason": "reason",
        "exhibit": "exhibit",
        "source_id": "source_id",
        "basis": "'derived'",
        "rule": "'withholding'",
    }
    chosen = ", ".join(
        f"CAST({columns.get(name, 'NULL')} AS {kind}) AS {quoted(name)}"
        for name, kind in TABLES["held_back"].items()
    )
    reasons = f"array_to_string(list_sort(list(DISTINCT reason))[1:{_MOST_REASONS}], '; ')"
    _copy(
        connection,
        f"SELECT {chosen} FROM ("
        f"SELECT 'privilege' AS kind, exhibit, table_name, reference, min(source_id) AS source_id, "
        f"count(DISTINCT (file, n)) AS rows, {reasons} AS reason FROM thing WHERE kind = 'privilege' "
        "GROUP BY exhibit, table_name, reference UNION ALL "
        "SELECT 'scope', exhibit, table_name, NULL, NULL, count(DISTINCT (file, n)), reason FROM thing "
        "WHERE kind = 'scope' GROUP BY exhibit, table_name, reason) "
        "ORDER BY kind, exhibit, table_name, length(reference), reference, reason",
        made / "held.parquet",
    )
    _copy(
        connection,
        "SELECT DISTINCT reference, root FROM thing WHERE kind = 'privilege' ORDER BY reference, root",
        made / "roots.parquet",
    )


def _canonical(
    connection: duckdb.DuckDBPyConnection, case: Case, made: Path, instead: dict[str, str]
) -> None:
    """The parts of canonical tables without what is held."""
    for table in TABLES:
        if table == "held_back":
            continue
        kept = ", ".join(map(quoted, TABLES[table]))
        if table == "items":
            kept = kept.replace(
                '"privileged"',
                "(privileged OR (c.exhibit, c.path) IN (SELECT (exhibit, path) FROM item_held)) AS "
                "privileged",
            )
        touched = f"SELECT file FROM gone WHERE table_name = {literal(table)}"
        if table == "items":
            touched += " UNION SELECT c.file FROM c_items AS c SEMI JOIN item_held AS i USING (exhibit, path)"
        elif table == "completeness":
            touched = (
                "SELECT c.file FROM c_completeness AS c WHERE c.exhibit IN "
                "(SELECT exhibit FROM gone WHERE table_name = 'takings')"
            )
        elif table == "sites":
            touched += (
                " UNION SELECT file FROM c_sites WHERE EXISTS (SELECT 1 FROM gone WHERE kind = 'scope')"
            )
        for (file,) in connection.execute(f"SELECT DISTINCT file FROM ({touched}) ORDER BY 1").fetchall():
            out = made / f"{len(instead):05d}-{table}.parquet"
            sql = (
                f"SELECT {kept} FROM c_{table} AS c ANTI JOIN gone AS g USING (file, n) "
                f"WHERE c.file = {literal(file)} ORDER BY c.n"
            )
            if table == "completeness":
                sql = _money(connection, file, kept)
            elif table == "sites":
                sql = _dated(connection, sql)
            _copy(connection, sql, out)
            instead[Path(file).relative_to(case.path).as_posix()] = out.relative_to(made.parent).as_posix()


def _money(connection: duckdb.DuckDBPyConnection, file: str, kept: str) -> str:
    """The accounts, those of money anew from what is in view."""
    _see(connection, "takings", "orders", "sites")
    (first, *_) = read_statements(files("stocktake.commerce").joinpath("takings.sql"), "commerce/takings.sql")
    connection.execute(f"CREATE OR REPLACE TEMP VIEW first_rule AS SELECT {literal(first.rule)} AS rule")
    anew = []
    for statement in read_statements(
        files("stocktake.withholding").joinpath("money.sql"), "withholding/money.sql"
    ):
        there = [row[0] for row in connection.execute(f"DESCRIBE {statement.sql}").fetchall()]
        value = {name: quoted(name) for name in there} | {"rule": literal(statement.rule)}
        chosen = ", ".join(
            f"CAST({value.get(name, 'NULL')} AS {kind}) AS {quoted(name)}"
            for name, kind in TABLES["completeness"].items()
        )
        anew.append(
            f"SELECT {chosen} FROM ({statement.sql}\n) "
            f"WHERE exhibit IN (SELECT exhibit FROM c_completeness WHERE file = {literal(file)})"
        )
    return (
        f"SELECT {kept} FROM c_completeness AS c WHERE c.file = {literal(file)} AND measure <> 'money' "
        f"UNION ALL {' UNION ALL '.join(anew)} ORDER BY ALL"
    )


def _dated(connection: duckdb.DuckDBPyConnection, sql: str) -> str:
    """Sites with the first and last moment of what is in view."""
    _see(connection, "orders", "accounts", "messages", "listings", "reviews", "shipments")
    (activity,) = read_statements(
        files("stocktake.commerce").joinpath("activity.sql"), "commerce/activity.sql"
    )
    seen = ", ".join(
        f"{table} AS (SELECT * FROM seen_{table})"
        for table in ("orders", "accounts", "messages", "listings", "reviews", "shipments")
    )
    return (
        f"SELECT s.* REPLACE (a.first_at AS first_activity, a.last_at AS last_activity) FROM ({sql}) AS s "
        f"LEFT JOIN (WITH {seen} SELECT * FROM ({activity.sql}\n)) AS a ON a.site_id = s.site_id"
    )


def _see(connection: duckdb.DuckDBPyConnection, *tables: str) -> None:
    for table in tables:
        connection.execute(
            f"CREATE OR REPLACE TEMP VIEW seen_{table} AS "
            f"SELECT c.* FROM c_{table} AS c ANTI JOIN gone AS g USING (file, n)"
        )


def _raw(connection: duckdb.DuckDBPyConnection, case: Case, made: Path, instead: dict[str, str]) -> None:
    """The parts of raw tables without what is held."""
    connection.execute("CREATE TEMP TABLE without AS SELECT DISTINCT file, n FROM raw_gone")
    for (file,) in connection.execute("SELECT DISTINCT file FROM without ORDER BY 1").fetchall():
        out = made / f"{len(instead):05d}-raw.parquet"
        source = parquet([Path(file)]).removesuffix(")")
        _copy(
            connection,
            f"SELECT r.* EXCLUDE (file_row_number) FROM {source}, file_row_number = true) AS r "
            f"WHERE r.file_row_number NOT IN (SELECT n FROM without WHERE file = {literal(file)}) "
            "ORDER BY r.file_row_number",
            out,
        )
        instead[Path(file).relative_to(case.path).as_posix()] = out.relative_to(made.parent).as_posix()


def _counts(connection: duckdb.DuckDBPyConnection) -> dict[str, Any]:
    """How many rows of what are held back, by kind and table."""
    found = connection.execute(
        "SELECT kind, table_name, count(DISTINCT (file, n)) FROM thing GROUP BY ALL ORDER BY ALL"
    ).fetchall()
    counts: dict[str, Any] = {"privilege": {}, "scope": {}}
    for kind, table, rows_held in found:
        counts[kind][table] = rows_held
    return counts


def _copy(connection: duckdb.DuckDBPyConnection, sql: str, file: Path) -> None:
    connection.execute(f"COPY ({sql}) TO {literal(str(file))} (FORMAT parquet, COMPRESSION zstd)")


def _digest(file: Path) -> str:
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()
