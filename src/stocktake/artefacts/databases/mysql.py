"""MySQL and MariaDB data directories, read by the real server from a copy.

A copy of the files is opened by ``mariadbd`` or ``mysqld`` (`confinement`), read only where the directory was
left in order, else by its own crash recovery, else at the lowest ``innodb_force_recovery`` that works. What
``mariadb-dump`` then writes goes straight to the reader of dumps, so a table reads the same whether it lay in
a dump or in its server's own files. Nothing of the seized configuration, no trigger, routine, event or plugin
is run, and no view is asked.
"""

import io
import os
import re
import socket
import subprocess
import time
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO, cast

import pyarrow as pa

from stocktake.artefacts.databases import mysql_folder, programs
from stocktake.artefacts.databases.confinement import HOME, Confinement, Process, said
from stocktake.artefacts.databases.copying import copy_out, parts_of
from stocktake.artefacts.databases.mysql_folder import Written
from stocktake.artefacts.databases.piped import Piped
from stocktake.artefacts.databases.programs import MySQLServer
from stocktake.artefacts.databases.unplaced import Unplaced
from stocktake.artefacts.rows import write_rows
from stocktake.evidence import Item
from stocktake.records import mysqldump
from stocktake.records.raw import Column, UnitWriter

# A server is given this long to come up, and more by the size of what it may have to recover.
UP_SECONDS = 120.0
RECOVERED_BYTES_A_SECOND = 5 << 20
# Tables that one run of the dump program is asked for, and restarts after a table brought the server down.
TABLES_AT_ONCE = 200
MOST_CRASHES = 25

_SYSTEM = ("mysql", "sys", "performance_schema", "information_schema", "ndbinfo")
_LEVELS = {
    1: "corrupt pages are not checked for",
    2: "background clean-up does not run",
    3: "transactions that were not ended are left as they are, and not rolled back",
    4: "changes that were waiting to be merged into indexes are left out",
    5: "unfinished transactions count as if they had been committed",
    6: "the redo log is not applied: changes of the last moments may be missing or half there",
}
_WHEN_DUMPING = re.compile(r"when dumping table `((?:[^`]|``)*)` at row: (\d+)")
_CAUSE = re.compile(r"(?:\[ERROR\]|\[FATAL\]|ERROR:?)\s*(.*)")


@dataclass(frozen=True)
class _Table:
    """A table that the server lists. ``files`` are its database's and its own encoded names."""

    database: str
    name: str
    files: tuple[str, str]
    engine: str


@dataclass
class _Damage:
    """A table that could not be read, or not to its end, and what was said of it."""

    table: _Table
    why: str
    notes: list[str] = field(default_factory=list)


def read(path: str, items: Sequence[Item], unit: UnitWriter, scratch: Path) -> None:
    """Read the data directory at ``path`` of which ``items`` are the files that a server needs."""
    written = mysql_folder.written_by(items, path)
    unit.facts |= {
        "reader": "mysql-server",
        "software_found": written.software or "unknown",
        "version_found": written.version or "unknown",
        "page_size": written.page_size,
    }
    server = programs.fitting(programs.mysql_servers(), written)
    if server is None:
        unit.facts["items"] = {}
        unit.problem(_missing(written), severity="error")
        programs.read_again(unit)
        return
    unit.facts["server"] = f"{server.software} {server.version}"
    most = max([4 << 30, *(2 * (item.size or 0) for item in items)])
    reads = [server.installed_in] if server.installed_in else []
    with Confinement(scratch, reads=reads, file_bytes=most) as confinement:
        for name in ("tmp", "plugins"):
            confinement.make(name)
        data = confinement.make("data")
        placed = [
            (item, parts)
            for item in items
            if (parts := parts_of(item.path, path)) is not None and not mysql_folder.is_binary_log(parts)
        ]
        unit.facts["items"] = copy_out(placed, data, confinement, unit)
        reading = _Reading(path, items, unit, confinement, server, written)
        reading.run()


def _missing(written: Written) -> str:
    found = f" {written.version}" if written.version else ""
    if written.needs_mysql:
        return (
            f"this is a data directory of MySQL{found}, which only a MySQL server opens: install MySQL"
            f" {'.'.join((written.version or '8.0').split('.')[:2])} or newer of the same series, or set"
            " STOCKTAKE_MYSQLD to the path of its mysqld, and process the case again"
        )
    return (
        f"this is a data directory of {written.software or 'MySQL or MariaDB'}{found}; no server is here to open"
        " it: run apt-get install mariadb-server and process the case again"
    )


class _Reading:
    """One directory, from starting the server to the last table."""

    def __init__(
        self,
        path: str,
        items: Sequence[Item],
        unit: UnitWriter,
        confinement: Confinement,
        server: MySQLServer,
        written: Written,
    ) -> None:
        self.path = path
        self.items = items
        self.unit = unit
        self.confinement = confinement
        self.server = server
        self.written = written
        self.process: Process | None = None
        self.more: tuple[str, ...] = ()  # options that what it told has made needful
        self.level: int | None = None  # None is read only
        self.said_at: dict[str, str] = {}
        self.crashes = 0
        self.damaged: list[_Damage] = []
        self.facts: list[dict[str, object]] = []
        self.last: dict[tuple[str, str], int] = {}

    def run(self) -> None:
        """Start, list, read, and account for what was not read."""
        if not self.start():
            self._tell_not_started()
            return
        listed = self._list()
        if listed is None:
            return
        self._accounts()
        by_database: dict[str, list[_Table]] = {}
        for table in listed:
            by_database.setdefault(table.database, []).append(table)
        for database, tables in by_database.items():
            for at in range(0, len(tables), TABLES_AT_ONCE):
                self._read(database, tables[at : at + TABLES_AT_ONCE])
        self._retry()
        self._conclude(listed)

    # The server.

    def start(self, above: int = -2) -> bool:
        """Start the server in the most careful way that works, of those after ``above`` (-1 is read only)."""
        for level in range(above + 1, 7):
            if self._start(None if level < 0 else level):
                self.level = None if level < 0 else level
                return True
        return False

    def _start(self, level: int | None) -> bool:
        """Start it once; when the files say so, once more after what stands in the way was set aside."""
        if self._up(level):
            return True
        told = self.said_at[_name(level)]
        if level is not None and ("Plugin 'Aria' registration" in told or "Aria recovery failed" in told):
            # Without its log, Aria takes each table as it is; those that are damaged are repaired on opening.
            for log in (self.confinement.folder / "data").glob("aria_log*"):
                log.unlink()
            self.unit.problem("Aria's log could not be applied and was left out: changes may be half there")
            return self._up(level)
        if level is not None and "prepared transactions" in told and not self.more:
            return self._with_prepared(level)
        return False

    def _with_prepared(self, level: int) -> bool:
        """Start it where commits were under way: its binary log tells which of them were meant to last."""
        logs = sorted(
            (parts[0], item)
            for item in self.items
            if (parts := parts_of(item.path, self.path)) is not None and mysql_folder.is_binary_log(parts)
        )[-2:]
        if logs:
            data = self.confinement.folder / "data"
            self.unit.facts["items"] |= copy_out(
                [(item, (name,)) for name, item in logs], data, self.confinement, self.unit
            )
            # Written here, because the seized list names paths of the seized server.
            index = data / "recovered.index"
            index.write_text("".join(f"./{name}\n" for name, _ in logs))
            self.confinement.give(index)
            base = logs[-1][0].rpartition(".")[0]
            self.more = (f"--log-bin={base}", f"--log-bin-index={index.name}")
            if self._up(level):
                return True
        self.more = ("--tc-heuristic-recover=COMMIT",)
        if self._up(level):
            self.unit.problem(
                "transactions were being committed when the server ended, and no binary log tells whether they"
                " were: they were committed on the copy"
            )
            return True
        self.more = ()
        return False

    def _up(self, level: int | None) -> bool:
        self.stop()
        data = self.confinement.folder / "data"
        (data / "s.sock").unlink(missing_ok=True)
        mode = ["--innodb-read-only=ON"] if level is None else [f"--innodb-force-recovery={level}"]
        log_path = self.confinement.folder / "log"
        with log_path.open("w+b") as log:
            self.process = self.confinement.run(
                [str(self.server.path), *_options(self.server, self.written), *mode, *self.more],
                inside="data",
                output=log,
                errors=log,
                server=True,
            )
            up = self._wait(
                UP_SECONDS + sum(item.size or 0 for item in self.items) / RECOVERED_BYTES_A_SECOND
            )
            if not up:
                self.said_at[_name(level)] = said(log)
        if not up:
            self.stop()
        return up

    def _wait(self, seconds: float) -> bool:
        """Wait until the server greets whoever connects."""
        until = time.monotonic() + seconds
        folder = os.open(self.confinement.folder / "data", os.O_PATH | os.O_DIRECTORY)
        try:
            while self.process is not None and self.process.poll() is None and time.monotonic() < until:
                with suppress(OSError), socket.socket(socket.AF_UNIX) as connection:
                    connection.settimeout(10)
                    # A socket's path has room for 107 bytes only, and the case may lie deep.
                    connection.connect(f"/proc/self/fd/{folder}/s.sock")
                    if len(connection.recv(5)) == 5:
                        return True
                time.sleep(0.05)
        finally:
            os.close(folder)
        return False

    def stop(self) -> None:
        """End the server; nothing of the copy is needed again, so there is nothing for it to tidy up."""
        if self.process is not None:
            self.confinement.end(self.process)
            self.process = None

    def _alive(self, *, moment: bool = False) -> bool:
        """Whether the server runs; after a connection was lost it is given a ``moment`` to end."""
        if self.process is not None and moment:
            with suppress(subprocess.TimeoutExpired):
                self.process.wait(1.0)
        return self.process is not None and self.process.poll() is None

    def _log(self) -> str:
        with (self.confinement.folder / "log").open("rb") as log:
            return said(log)

    # What it holds.

    def _sql(self, statement: str) -> tuple[list[list[str]], str]:
        """Rows of a query as text, and what went wrong."""
        done = self.confinement.text(
            [
                str(self.server.client),
                "--no-defaults",
                "--socket=s.sock",
                "--user=root",
                "--default-character-set=utf8mb4",
                "--batch",
                "--skip-column-names",
                "--quick",
                f"--execute={statement}",
            ],
            inside="data",
        )
        text = done.output.decode("utf-8", "backslashreplace")
        return [line.split("\t") for line in text.splitlines()], done.errors if done.code else ""

    def _list(self) -> list[_Table] | None:
        hidden = ", ".join(f"'{name}'" for name in _SYSTEM)
        encoded = "HEX(CONVERT(CONVERT({0} USING filename) USING binary))"
        rows, wrong = self._sql(
            f"SELECT HEX(table_schema), HEX(table_name), {encoded.format('table_schema')},"  # noqa: S608
            f" {encoded.format('table_name')}, COALESCE(engine, '') FROM information_schema.tables"
            f" WHERE table_schema NOT IN ({hidden})"
            " AND COALESCE(table_type, '') NOT IN ('VIEW', 'SYSTEM VIEW', 'SEQUENCE')"
            " ORDER BY BINARY table_schema, BINARY table_name"
        )
        if wrong:
            self.unit.problem(f"the server can't list its tables: {_short(wrong)}", severity="error")
            return None
        return [
            _Table(_text(schema), _text(name), (_text(schema_file), _text(name_file)), engine)
            for schema, name, schema_file, name_file, engine in rows
        ]

    def _accounts(self) -> None:
        """Who could connect, from where and how; never with what password."""
        columns, where = "HEX(User), HEX(Host), HEX(COALESCE(plugin, ''))", "mysql.user"
        if self.server.software == "MariaDB":
            rows, wrong = self._sql(
                "SELECT HEX(User), HEX(Host), HEX(COALESCE(JSON_VALUE(Priv, '$.plugin'), ''))"
                " FROM mysql.global_priv ORDER BY 1, 2"
            )
            # A view of this name belongs to global_priv; only a table is asked.
            if wrong:
                kind, _ = self._sql(
                    "SELECT 1 FROM information_schema.tables WHERE table_schema = 'mysql' AND table_name = 'user'"
                    " AND table_type = 'BASE TABLE'"
                )
                rows = self._sql(f"SELECT {columns} FROM {where} ORDER BY 1, 2")[0] if kind else []  # noqa: S608
        else:
            rows, _ = self._sql(f"SELECT {columns} FROM {where} ORDER BY 1, 2")  # noqa: S608
        found = [[_text(value) for value in row] for row in rows if len(row) == 3]
        if found:
            kept = [Column(name, "text", pa.string()) for name in ("User", "Host", "plugin")]
            table = self.unit.table("mysql", "server_accounts", kept, ["User", "Host"])
            write_rows(
                self.unit, table, [dict(zip(("User", "Host", "plugin"), row, strict=True)) for row in found]
            )

    # Tables.

    def _read(self, database: str, tables: list[_Table]) -> None:
        """Read tables of one database; what brings the server down is set aside and the rest goes on."""
        left = list(tables)
        while left:
            failed, read = self._dump(database, left)
            if not failed or self._alive(moment=True):
                self.damaged += [_Damage(table, failed[table.name]) for table in left if table.name in failed]
                return
            # Those that were read to their end are done; the first that was not is what the server fell over.
            done = [table for table in left if table.name in read and table.name not in failed]
            rest = [table for table in left if table not in done]
            if not rest:
                return
            self.damaged.append(
                _Damage(rest[0], f"the server ends when it reads the table ({self._cause()})")
            )
            left = rest[1:]
            self.crashes += 1
            if self.crashes > MOST_CRASHES or not self._start(self.level):
                self.damaged += [_Damage(table, "the server could not be started again") for table in left]
                return

    def _dump(
        self, database: str, tables: Iterable[_Table], where: str = ""
    ) -> tuple[dict[str, str], set[str]]:
        """Read tables through the dump program: what is said of those that failed, and the names it wrote."""
        names = [table.name for table in tables]
        quoted = database.replace("`", "``")
        into = Unplaced(self.unit, again=not where)
        with (self.confinement.folder / "errors").open("w+b") as errors:
            process = self.confinement.run(
                [
                    str(self.server.dump),
                    *_dump_options(self.server),
                    *([f"--where={where}"] if where else []),
                    "--",
                    database,
                    *names,
                ],
                inside="data",
                output=-1,
                errors=errors,
            )
            piped = Piped(process, f"USE `{quoted}`;\n".encode("utf-8", "surrogatepass"))
            with io.BufferedReader(piped, 1 << 20) as stream:
                mysqldump.read(cast("BinaryIO", stream), cast("UnitWriter", into))
            code = process.wait()
            self.confinement.end(process)
            lines = [line for line in said(errors).splitlines() if line.strip()]
        self.facts.append(into.facts)
        self.last |= into.last
        failed = self._failed(names, lines, {name for _, name in into.tables})
        if piped.silent:
            failed.setdefault(_last(into, names), "nothing more came from the server")
        elif code and not failed:
            failed[_last(into, names)] = _short("; ".join(lines)) or f"the dump program ended with {code}"
        cut = {name for name in failed if failed[name]}
        self.unit.problems += [told for told in into.told if told.table is not None and told.table not in cut]
        return failed, {name for _, name in into.tables}

    @staticmethod
    def _failed(names: list[str], lines: list[str], written: set[str]) -> dict[str, str]:
        failed = {}
        for line in lines:
            if found := _WHEN_DUMPING.search(line):
                failed[found[1].replace("``", "`")] = _said_of_table(line)
        for name in names:
            if name not in written:
                own = [
                    line
                    for line in lines
                    if f"`{name}`" in line or f'"{name}"' in line or f"'{name}'" in line
                ]
                failed.setdefault(name, _said_of_table((own or lines or ["it is not there"])[-1]))
        return failed

    def _retry(self) -> None:
        """Read damaged tables again where that may give more: after a repair, or on the far side of the damage."""
        if not self.damaged:
            return
        repairable = [damage for damage in self.damaged if damage.table.engine in ("MyISAM", "Aria")]
        if repairable and self.level is None and not self.start(above=-1):
            return
        if not self._alive() and not self._start(self.level):
            return
        still = []
        for damage in self.damaged:
            table = damage.table
            name = f"`{_tick(table.database)}`.`{_tick(table.name)}`"
            if damage in repairable:
                rows, wrong = self._sql(f"REPAIR TABLE {name}")
                damage.notes += [
                    row[3] for row in rows if len(row) > 3 and row[2] in ("warning", "error", "info")
                ]
                failed, _ = self._dump(table.database, [table])
                if not wrong and table.name not in failed:
                    self._tell_repaired(damage)
                    continue
            elif table.engine == "InnoDB":
                self._read_beyond(damage, name)
            still.append(damage)
            if not self._alive() and not self._start(self.level):
                break
        told = {id(damage) for damage in still}
        for damage in still:
            self._tell_damaged(damage)
        for damage in self.damaged:
            if id(damage) not in told and damage not in repairable:
                self._tell_damaged(damage)
        self.damaged = still

    def _read_beyond(self, damage: _Damage, name: str) -> None:
        """Read the rows behind the damaged page: the index is walked from its end to find where they begin.

        Only where the key is one whole number: its order is that of the pages.
        """
        table = damage.table
        kept = self.unit.tables.get((table.database, table.name))
        last = self.last.get((table.database, table.name))
        # The server remembers that it met damage, and answers no more for the table until it is started anew.
        if kept is None or last is None or not self._start(self.level):
            return
        key = f"`{_tick(kept.key[0])}`"
        behind = self._lowest_behind(name, key, last)
        if behind is None or not self._start(self.level):
            return
        before = kept.rows
        # Looking for "at least" or "equal" leads through the damaged page before it; these two do not.
        for where in (f"{key} < {behind + 1} ORDER BY {key} DESC LIMIT 1", f"{key} > {behind}"):
            self._dump(table.database, [table], where)
        if kept.rows > before:
            damage.notes.append(
                f"{kept.rows - before} of these lie behind the damage; keys between {last} and {behind} are lost"
            )

    def _lowest_behind(self, name: str, key: str, last: int) -> int | None:
        """The lowest key above ``last`` that can be reached from the end of the index."""
        with (self.confinement.folder / "errors").open("w+b") as errors:
            process = self.confinement.run(
                [
                    str(self.server.client),
                    "--no-defaults",
                    "--socket=s.sock",
                    "--user=root",
                    "--batch",
                    "--skip-column-names",
                    "--quick",
                    f"--execute=SELECT {key} FROM {name} FORCE INDEX (PRIMARY)"  # noqa: S608
                    f" WHERE {key} > {last} ORDER BY {key} DESC",
                ],
                inside="data",
                output=-1,
                errors=errors,
            )
            lowest = None
            with io.BufferedReader(Piped(process), 1 << 20) as stream:
                for line in stream:
                    if line.endswith(b"\n") and line.strip().lstrip(b"-").isdigit():
                        lowest = int(line)
            process.wait()
            self.confinement.end(process)
        return lowest

    # What is told.

    def _rows_read(self, table: _Table) -> int:
        kept = self.unit.tables.get((table.database, table.name))
        return kept.rows if kept is not None else 0

    def _tell_damaged(self, damage: _Damage) -> None:
        table, rows = damage.table, self._rows_read(damage.table)
        read = f"{rows} rows of it were read" if rows else "no row of it was read"
        notes = f"; {'; '.join(_short(note) for note in damage.notes[:3])}" if damage.notes else ""
        self.unit.problem(
            f"the table {table.database}.{table.name} is damaged ({damage.why}): {read}{notes}",
            severity="error",
            table=table.name,
        )

    def _tell_repaired(self, damage: _Damage) -> None:
        table = damage.table
        notes = f" ({'; '.join(_short(note) for note in damage.notes[:3])})" if damage.notes else ""
        self.unit.problem(
            f"the table {table.database}.{table.name} is damaged ({damage.why}); it was repaired on the copy{notes}"
            f" and {self._rows_read(table)} rows were read",
            table=table.name,
        )

    def _tell_not_started(self) -> None:
        causes = {name: self._cause_in(text) for name, text in self.said_at.items()}
        first = causes.get("read only", "")
        last = causes.get(_name(6), "")
        both = f"read only: {first}; at the last recovery level: {last}" if last and last != first else first
        self.unit.facts["attempts"] = causes
        self.unit.problem(
            f"{self.server.software} {self.server.version} can't open this data directory"
            f" of {self.written.software or 'MySQL or MariaDB'} {self.written.version or '(version unknown)'}"
            f" in any way ({both or 'it did not say why'})",
            severity="error",
        )

    def _cause(self) -> str:
        return self._cause_in(self._log())

    @staticmethod
    def _cause_in(log: str) -> str:
        """The first error in the server's log that says what is wrong."""
        lines = [found[1] for line in log.splitlines() if (found := _CAUSE.search(line))]
        lines = [line for line in lines if not re.match(r"Can't init|Aborting|Unknown/unsupported", line)]
        told = lines[0] if lines else next(iter(reversed(log.splitlines())), "")
        return _short(told, 200)

    def _conclude(self, listed: list[_Table]) -> None:
        level = self.level
        self.unit.facts["recovery"] = _name(level)
        self.unit.facts["attempts"] = {name: self._cause_in(text) for name, text in self.said_at.items()}
        if level == 0 and "read only" in self.said_at:
            self.unit.problem(
                "the server was not shut down in order: its own crash recovery was run on the copy, which"
                " rolled back what had not been committed",
                severity="info",
            )
        elif level is not None and level > 0:
            meaning = "; ".join(text for number, text in _LEVELS.items() if number <= level)
            self.unit.problem(
                f"the data directory could be opened at innodb_force_recovery={level} only"
                f" ({self.unit.facts['attempts'].get(_name(0), '')}): {meaning}"
            )
        self._take_facts()
        files = mysql_folder.table_files(self.items, self.path)
        copied = self.unit.facts["items"]
        shared = [
            item.path for item in self.items if re.fullmatch(r"ibdata\d+", item.path.rpartition("/")[2])
        ]
        places = {}
        for table in listed:
            own = [item.path for item in files.pop(table.files, [])]
            if (table.database, table.name) in self.unit.tables:
                places[f"{table.database}.{table.name}"] = [
                    {"path": path, "sha256": str(copied[path]["sha256"])}
                    for path in own or shared
                    if path in copied
                ]
        self.unit.facts["table_files"] = places
        unknown = [
            item.path for (database, _), of in sorted(files.items()) if database not in _SYSTEM for item in of
        ]
        if unknown:
            self.unit.problem(
                f"{len(unknown)} files hold tables that the server does not know (left over, or without their"
                f" definition), and were not read; the first is {unknown[0]}"
            )
        if not listed:
            self.unit.problem("the server knows no table but its own", severity="warning")

    def _take_facts(self) -> None:
        """What the reader of dumps says of character sets and zones, over all its readings."""
        for name in ("zones_recorded", "charsets"):
            found = {value: None for facts in self.facts for value in cast("list[str]", facts.get(name, []))}
            self.unit.facts[name] = list(found)
        self.unit.facts["zone"] = "UTC" if self.unit.facts["zones_recorded"] == ["+00:00"] else None


def _options(server: MySQLServer, written: Written) -> list[str]:
    """How the server is started: nothing but files is read, nothing else is served."""
    sizes = [f"{name}:{size >> 20}M" for name, size in written.data_files[:-1]]
    last = [f"{name}:{max(5, min(12, size >> 20))}M:autoextend" for name, size in written.data_files[-1:]]
    options = [
        "--no-defaults",
        f"--datadir={HOME}/data",
        f"--tmpdir={HOME}/tmp",
        f"--plugin-dir={HOME}/plugins",
        f"--pid-file={HOME}/tmp/pid",
        "--socket=s.sock",
        "--skip-networking",
        "--skip-grant-tables",
        "--loose-skip-slave-start",
        "--event-scheduler=OFF",
        "--skip-log-bin",
        "--loose-skip-symbolic-links",
        "--secure-file-priv=/sys",  # a folder that no server can write and that its confinement hides
        "--local-infile=OFF",
        "--general-log=OFF",
        "--slow-query-log=OFF",
        "--loose-performance-schema=OFF",
        "--loose-persisted-globals-load=OFF",
        "--loose-mysqlx=OFF",
        "--loose-feedback=OFF",
        "--read-only=ON",
        "--character-set-server=utf8mb4",
        "--max-allowed-packet=1G",
        "--table-open-cache=400",
        "--key-buffer-size=16M",
        "--loose-aria-pagecache-buffer-size=32M",
        "--myisam-recover-options=FORCE",
        "--loose-aria-recover-options=FORCE",
        "--innodb-buffer-pool-size=128M",
        "--innodb-buffer-pool-load-at-startup=OFF",
        "--innodb-buffer-pool-dump-at-shutdown=OFF",
        "--innodb-flush-log-at-trx-commit=0",
        "--innodb-use-native-aio=OFF",
        f"--innodb-page-size={written.page_size}",
        *([f"--innodb-data-file-path={';'.join([*sizes, *last])}"] if last else []),
    ]
    if server.installed_in:
        options.insert(1, f"--basedir={server.installed_in}")
    return options


def _dump_options(server: MySQLServer) -> list[str]:
    own = ["--loose-column-statistics=0", "--loose-set-gtid-purged=OFF"] if server.software == "MySQL" else []
    return [
        "--no-defaults",
        "--socket=s.sock",
        "--user=root",
        "--default-character-set=utf8mb4",
        "--max-allowed-packet=1G",
        "--hex-blob",
        "--tz-utc",
        "--force",
        "--skip-lock-tables",
        "--skip-add-locks",
        "--skip-add-drop-table",
        "--skip-disable-keys",
        "--skip-triggers",
        "--skip-comments",
        "--no-tablespaces",
        *own,
    ]


def _name(level: int | None) -> str:
    return "read only" if level is None else f"innodb_force_recovery={level}"


def _text(hexadecimal: str) -> str:
    return bytes.fromhex(hexadecimal).decode("utf-8", "surrogateescape")


def _tick(name: str) -> str:
    return name.replace("`", "``")


def _last(into: Unplaced, names: list[str]) -> str:
    """The table that was being read: the last that was begun, or the first of all."""
    return next(reversed([name for _, name in into.tables]), names[0])


def _said_of_table(line: str) -> str:
    """What a line of the dump program's complaints says, without its own name and the place it adds."""
    text = re.sub(r"^\S*dump: (?:Error \d+: )?", "", line)
    return _short(_WHEN_DUMPING.sub("", text).strip())


def _short(text: str, most: int = 300) -> str:
    text = " ".join(text.split())
    return text if len(text) <= most else text[: most - 1] + "…"
