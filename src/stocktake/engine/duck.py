"""DuckDB as stocktake runs it: no extension is fetched, nothing is read that a caller did not name."""

import os
from collections.abc import Iterable, Mapping
from pathlib import Path

import duckdb


def quoted(name: str) -> str:
    """``name`` as a quoted SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    """``text`` as a SQL string literal."""
    return "'" + text.replace("'", "''") + "'"


def connect(
    *, spill: Path | None = None, threads: int | None = None, memory: str | None = None
) -> duckdb.DuckDBPyConnection:
    """An in-memory database with stocktake's SQL functions, that fetches no extension.

    ``spill`` is a folder for what does not fit in memory. ``threads`` defaults to all cores and
    ``memory`` to 3 GiB, or half of the machine's where that is less.
    """
    physical = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    config: dict[str, str | bool | int | float | list[str]] = {
        "autoinstall_known_extensions": "false",
        "autoload_known_extensions": "false",
        "allow_community_extensions": "false",
        "python_enable_replacements": "false",
        "preserve_insertion_order": "true",
        "memory_limit": memory or f"{min(3072, physical // 2**21)}MiB",
        "temp_directory": str(spill) if spill else "",
    }
    if threads:
        config["threads"] = str(threads)
    connection = duckdb.connect(":memory:", config=config)
    connection.execute("SET TimeZone = 'UTC'; SET enable_progress_bar = false")
    return connection


def parquet(files: Iterable[Path]) -> str:
    """SQL that reads these Parquet parts, in this order, as one table."""
    listed = ", ".join(literal(str(file)) for file in files)
    return f"read_parquet([{listed}], union_by_name = true, hive_partitioning = false)"


def empty(columns: Mapping[str, str]) -> str:
    """SQL of a table with these columns (name to DuckDB type) and no row."""
    listed = ", ".join(f"CAST(NULL AS {kind}) AS {quoted(name)}" for name, kind in columns.items())
    return f"SELECT {listed} WHERE false"
