"""Free questions in SQL, over the case's tables and nothing else.

A question is one SELECT. It is checked as DuckDB itself parses it: every table must be one of the case's
(canonical, or raw as ``"KC/1".wp_posts``) or the question's own WITH, and no function that reads from
elsewhere may stand where a table does. Then the connection is shut off from all files but the parts of
the tables named, and its settings are locked.
"""

import json
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb

from stocktake.case import Case
from stocktake.commerce.model import TABLES
from stocktake.commerce.tables import define_views
from stocktake.custody.exhibit import exhibits
from stocktake.engine import duck
from stocktake.errors import UserError
from stocktake.findings.figures import figures
from stocktake.records.catalogue import RawTable, raw_tables
from stocktake.review.held import open_table
from stocktake.shops import secrets

# Figures whose rows can be asked for by a name of their own.
VIEWS = {"seen_and_stored": "seen-and-stored"}
# Functions that make rows out of their arguments alone.
_TABLE_FUNCTIONS = {"unnest", "range", "generate_series"}
# Functions of one value that tell of the machine or of the engine, and so of no case.
_OTHER_FUNCTIONS = {
    "current_setting",
    "getenv",
    "write_log",
    "current_schemas",
    "current_database",
    "version",
}


@contextmanager
def ask(case: Case, question: str) -> Iterator[duckdb.DuckDBPyConnection]:
    """Run ``question``; the connection that is yielded has its result ready to fetch.

    Raises UserError where the question is not one SELECT over the case's tables, or DuckDB refuses it.
    """
    raw_named = _tables_named(_parse(question))
    spill = _spill_folder(case)
    connection = duck.connect(spill=spill)
    try:
        files = define_views(connection, case)
        for view, figure in VIEWS.items():
            connection.execute(f"CREATE VIEW {duck.quoted(view)} AS {figures()[figure].sql}")
        files += _define_raw_views(connection, case, raw_named)
        connection.execute("SET allowed_paths = " + _list(files))
        connection.execute("SET enable_external_access = false; SET lock_configuration = true")
        try:
            connection.execute(question)
        except duckdb.Error as error:
            raise UserError(_sentence(error)) from error
        yield connection
    finally:
        connection.close()
        if spill:
            shutil.rmtree(spill, ignore_errors=True)


def _parse(question: str) -> dict[str, Any]:
    """The one SELECT that the question is, as DuckDB's parser gives it."""
    with duck.connect() as parser:
        try:
            row = parser.execute("SELECT json_serialize_sql(?::VARCHAR)", [question]).fetchone()
        except duckdb.Error as error:
            raise UserError(_sentence(error)) from error
    parsed: dict[str, Any] = json.loads(row[0]) if row else {}
    if parsed.get("error"):
        message = " ".join(str(parsed.get("error_message")).split())
        if "SELECT" in message:
            message = "ask changes nothing and reads only the case's tables, so a question must be a SELECT"
        raise UserError(f"The question can't be asked: {message}.")
    if len(parsed["statements"]) != 1:
        raise UserError("Ask one question at a time: one SELECT, with no second statement after it.")
    return parsed


def _tables_named(parsed: dict[str, Any]) -> set[tuple[str, str]]:
    """The (exhibit, table) pairs of raw tables that the question names, once it is found to be harmless."""
    own_names: set[str] = set()
    named: set[tuple[str, str]] = set()
    for node in _nodes(parsed):
        if isinstance(node.get("cte_map"), dict):
            own_names |= {str(entry["key"]).lower() for entry in node["cte_map"].get("map", [])}
        if node.get("type") == "BASE_TABLE":
            if node.get("catalog_name"):
                raise UserError(f"There is no database {node['catalog_name']} in a case.")
            named.add((str(node.get("schema_name") or "main"), str(node["table_name"])))
        elif node.get("class") == "FUNCTION" and str(node.get("function_name")).lower() in _OTHER_FUNCTIONS:
            raise UserError(f"{node['function_name']} tells nothing of the case, so ask does not run it.")
        elif node.get("type") == "TABLE_FUNCTION":
            name = str(node["function"]["function_name"]).lower()
            if name not in _TABLE_FUNCTIONS:
                raise UserError(f"{name} reads from outside of the case's tables, so ask does not run it.")
    with duck.connect() as engine:
        known = {row[0].lower() for row in engine.execute("SELECT view_name FROM duckdb_views()").fetchall()}
    if strange := sorted(own_names & known):
        raise UserError(f"A WITH can't be called {strange[0]}, which is a name of the engine's own.")
    canonical = {(schema, table) for schema, table in named if schema.lower() == "main"}
    for _, table in sorted(canonical):
        if table.lower() not in {*TABLES, *VIEWS, *own_names}:
            raise UserError(
                f"The case has no table {table}. Canonical tables are named as in the documentation, "
                f'raw ones with their exhibit before them, as in "KC/1".wp_posts.'
            )
    return named - canonical


def _nodes(value: Any) -> Iterator[dict[str, Any]]:
    """Every JSON object inside of ``value``; by a list, not by recursion, for a question may nest deeply."""
    waiting = [value]
    while waiting:
        value = waiting.pop()
        if isinstance(value, dict):
            yield value
            waiting.extend(value.values())
        elif isinstance(value, list):
            waiting.extend(value)


def _define_raw_views(
    connection: duckdb.DuckDBPyConnection, case: Case, named: set[tuple[str, str]]
) -> list[Path]:
    files: list[Path] = []
    by_exhibit: dict[str, dict[str, RawTable]] = {}
    held_in: dict[str, list[secrets.Held]] = {}
    function = secrets.fingerprints(connection, case.fingerprint_key()) if named else ""
    known = {exhibit.reference.lower(): exhibit.reference for exhibit in exhibits(case)}
    for schema, name in sorted(named):
        if schema.lower() not in known:
            raise UserError(f"The case has no exhibit {schema}.")
        reference = known[schema.lower()]
        if reference not in by_exhibit:
            by_exhibit[reference] = {table.label.lower(): table for table in raw_tables(case, reference)}
            held_in[reference] = secrets.held(case, reference)
        table = by_exhibit[reference].get(name.lower())
        if table is None:
            raise UserError(f"Exhibit {reference} has no raw table {name}.")
        table = open_table(case, table)
        if table.parts:
            hidden = [one for one in held_in[reference] if one.table.label == table.label]
            source = secrets.masked(table, hidden, function)
        else:
            source = duck.empty({column: "VARCHAR" for column, _, _ in table.columns})
        connection.execute(f"CREATE SCHEMA IF NOT EXISTS {duck.quoted(reference)}")
        connection.execute(f"CREATE VIEW {duck.quoted(reference)}.{duck.quoted(table.label)} AS {source}")
        files += table.parts
    return files


def _list(files: list[Path]) -> str:
    return "[" + ", ".join(duck.literal(str(file)) for file in files) + "]"


def _spill_folder(case: Case) -> Path | None:
    """Where DuckDB may put what does not fit in memory: inside the case, for it is people's data."""
    try:
        return Path(tempfile.mkdtemp(prefix=".spill-", dir=case.path))
    except OSError:
        return None


def _sentence(error: Exception) -> str:
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return f"The question can't be answered: {lines[0] if lines else error}"
