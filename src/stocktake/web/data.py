"""Read-only sight of the case's canonical tables, for pages; a slow question is stopped."""

import os
import secrets
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Lock, Timer
from typing import Any, TypeVar

import duckdb

from stocktake.case import Case
from stocktake.commerce.tables import define_views
from stocktake.engine import duck
from stocktake.review.decisions import decisions
from stocktake.review.held import manifest_path

# Seconds that a page's questions may take together, and a download's.
PAGE_SECONDS = 30.0
DOWNLOAD_SECONDS = 900.0

_SPILL = ".spill-serve-"

Answer = TypeVar("Answer")


class TooSlowError(Exception):
    """A page's questions were stopped because they took longer than they may."""


class ChangingError(Exception):
    """The tables were exchanged while they were read: the case is being processed."""


class Tables:
    """The case's tables as one locked-down connection, opened anew when processing has exchanged them."""

    def __init__(self, case: Case) -> None:
        self._case = case
        self._lock = Lock()
        self._seen: object = None
        self._connection: duckdb.DuckDBPyConnection | None = None
        self._kept: dict[str, Any] = {}  # answers that hold for as long as the connection does
        # Inside of the case, for what spills is people's data. DuckDB makes it when it is needed and takes
        # it away with the connection; what a killed server left is cleared by the next.
        self._spill = case.path / f"{_SPILL}{os.getpid()}-{secrets.token_hex(4)}"
        _clear_spill(case)

    @contextmanager
    def cursor(self, seconds: float = PAGE_SECONDS) -> Iterator[duckdb.DuckDBPyConnection]:
        """A cursor of its own for the calling thread. Raises TooSlowError and ChangingError."""
        cursor = self._current()[0].cursor()
        late = Timer(seconds, cursor.interrupt)
        late.daemon = True
        late.start()
        try:
            yield cursor
        except duckdb.InterruptException as error:
            raise TooSlowError from error
        except (duckdb.IOException, duckdb.InvalidInputException) as error:
            if self._seen != self._on_disk():
                raise ChangingError from error
            raise
        finally:
            late.cancel()
            cursor.close()

    def once(self, name: str, make: Callable[[duckdb.DuckDBPyConnection], Answer]) -> Answer:
        """What ``make`` gives, made once for the tables as they stand; ``name`` tells answers apart."""
        kept = self._current()[1]
        if name not in kept:
            with self.cursor() as cursor:
                made = make(cursor)
            if self._kept is kept:
                kept[name] = made
            return made
        answer: Answer = kept[name]
        return answer

    def close(self) -> None:
        """Let go of the files and of what was spilt."""
        with self._lock:
            if self._connection is not None:
                self._connection.close()
                self._connection = None
            shutil.rmtree(self._spill, ignore_errors=True)

    def _on_disk(self) -> object:
        tables = sorted(self._case.tables.glob("*.json"))
        held = [path for path in (manifest_path(self._case),) if path.exists()]
        # A decision counts from when it is recorded: what it may hold back is not shown until it is applied.
        decided = decisions(self._case).digest
        return decided, [(path.name, path.stat().st_mtime_ns) for path in [*tables, *held]]

    def _current(self) -> tuple[duckdb.DuckDBPyConnection, dict[str, Any]]:
        with self._lock:
            try:
                on_disk = self._on_disk()
                if self._connection is None or self._seen != on_disk:
                    # The old connection is not closed: other threads may be reading through it.
                    self._connection = self._open()
                    self._seen = on_disk
                    self._kept = {}
            except FileNotFoundError as error:
                raise ChangingError from error
            return self._connection, self._kept

    def _open(self) -> duckdb.DuckDBPyConnection:
        connection = duck.connect(spill=self._spill)
        files = define_views(connection, self._case)
        listed = ", ".join(duck.literal(str(file)) for file in files)
        connection.execute(f"SET allowed_paths = [{listed}]")
        connection.execute("SET enable_external_access = false; SET lock_configuration = true")
        return connection


def _clear_spill(case: Case) -> None:
    for left in case.path.glob(_SPILL + "*"):
        process = left.name.removeprefix(_SPILL).partition("-")[0]
        if process.isdecimal() and not Path(f"/proc/{process}").exists():
            shutil.rmtree(left, ignore_errors=True)


def records(
    cursor: duckdb.DuckDBPyConnection, sql: str, values: dict[str, Any] | None = None
) -> list[dict[str, Any]]:
    """All rows that ``sql`` gives, as dicts by column name. For questions whose answers are few rows."""
    found = cursor.execute(sql, values or {})
    names = [description[0] for description in found.description or []]
    return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


def record(
    cursor: duckdb.DuckDBPyConnection, sql: str, values: dict[str, Any] | None = None
) -> dict[str, Any] | None:
    """The first row that ``sql`` gives; None where it gives none."""
    found = records(cursor, sql, values)
    return found[0] if found else None
