"""MySQL and MariaDB data directories, read by the real server from a copy.

A copy of the files is opened by ``mariadbd`` or ``mysqld`` (`confinement`), read only where the directory was
left in order, else by its own crash recovery, else at the lowest ``innodb_force_recovery`` that works. What
``mariadb-dump`` then writes goes straight to the reader of dumps, so a table reads the same whether it lay in
a dump or in its server's own files. Nothing of the seized configuration, no trigger, routine, event or plugin
is run, and no view is asked.
"""

import io
import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from subprocess import PIPE
from typing import BinaryIO, cast

import pyarrow as pa

from stocktake.artefacts.databases import mysql_folder, programs
from stocktake.artefacts.databases.confinement import Confinement, said
from stocktake.artefacts.databases.copying import copy_out, parts_of
from stocktake.artefacts.databases.mysql_folder import Written
from stocktake.artefacts.databases.mysql_server import LEFT_OUT, READ_ONLY, Server, cause, level_name
from stocktake.artefacts.databases.piped import ENDLESS, SILENT, Piped, most_bytes
from stocktake.artefacts.databases.unplaced import Unplaced
from stocktake.artefacts.rows import write_rows
from stocktake.evidence import Item
from stocktake.records import mysqldump
from stocktake.records.raw import Column, UnitWriter

# From the end of a damaged index towards its damage, the server may be silent this long.
WALK_SECONDS = 30.0
# Tables that one run of the dump program is asked for, and restarts after a table brought the server down.
TABLES_AT_ONCE = 200
MOST_CRASHES = 25

_SYSTEM = ("mysql", "sys", "performance_schema", "information_schema", "ndbinfo")
# Why a table is given up though the server goes on.
IN_A_CIRCLE = "a damaged link leads back to rows that were read before"
_STOPPED = (IN_A_CIRCLE, ENDLESS, SILENT)
_WHEN_DUMPING = re.compile(r"when dumping table `((?:[^`]|``)*)` at row: (\d+)")
_REPAIRED = ("MyISAM", "Aria")


@dataclass(frozen=True)
class _Table:
    """A table that the server lists. ``files`` are its database's and its own encoded names."""

    database: str
    name: str
    files: tuple[str, str]
    engine: str
    parted: bool

    @property
    def quoted(self) -> str:
        """Its name in a statement."""
        return f"{_quoted(self.database)}.{_quoted(self.name)}"


@dataclass
class _Damage:
    """A table that could not be read, or not to its end, and what was said of it."""

    table: _Table
    why: str
    crashed: bool = False
    repaired: bool = False
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
        for name in ("work", "plugins"):
            confinement.make(name)
        data = confinement.make("data")
        placed = [
            (item, parts)
            for item in items
            if (parts := parts_of(item.path, path)) is not None and not mysql_folder.is_binary_log(parts)
        ]
        unit.facts["items"] = copy_out(placed, data, confinement, unit)
        started = Server(server, written, path, items, confinement, unit)
        if started.start():
            _Reading(path, items, unit, confinement, started).run()
        else:
            _tell_not_started(started, written, unit)


def _missing(written: Written) -> str:
    found = f" {written.version}" if written.version else ""
    if written.needs_mysql:
        return (
            f"this is a data directory of MySQL{found}, which only a MySQL server opens: install MySQL"
            f" {'.'.join((written.version or '8.0').split('.')[:2])} or newer of the same series, or set"
            " STOCKTAKE_MYSQLD to the path of its mysqld, and process the case again"
        )
    return (
        f"this is a data directory of {written.software or 'MySQL or MariaDB'}{found}; no server is here to"
        " open it: run apt-get install mariadb-server and process the case again"
    )


def _tell_not_started(server: Server, written: Written, unit: UnitWriter) -> None:
    causes = {name: cause(log) for name, log in server.failed.items()}
    unit.facts["attempts"] = causes
    first, last = next(iter(causes.values()), ""), next(reversed(causes.values()), "")
    both = f"read only: {first}; at the last recovery level: {last}" if last != first else first
    unit.problem(
        f"{server.program.software} {server.program.version} can't open this data directory"
        f" of {written.software or 'MySQL or MariaDB'} {written.version or '(version unknown)'}"
        f" in any way ({both or 'it did not say why'})",
        severity="error",
    )


class _Reading:
    """One directory whose server is up, to the last table."""

    def __init__(
        self, path: str, items: Sequence[Item], unit: UnitWriter, confinement: Confinement, server: Server
    ) -> None:
        self.path = path
        self.items = items
        self.unit = unit
        self.confinement = confinement
        self.server = server
        self.opened_at = server.level
        self.most = most_bytes(item.size for item in items)
        self.crashes = 0
        self.damaged: list[_Damage] = []
        self.facts: list[dict[str, object]] = []
        self.last: dict[tuple[str, str], int] = {}

    def run(self) -> None:
        """List, read, and account for what was not read."""
        self._tell_opened()
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

    # What it holds.

    def _list(self) -> list[_Table] | None:
        hidden = ", ".join(f"'{name}'" for name in _SYSTEM)
        encoded = "HEX(CONVERT(CONVERT({0} USING filename) USING binary))"
        rows, wrong = self.server.sql(
            f"SELECT HEX(table_schema), HEX(table_name), {encoded.format('table_schema')},"
            f" {encoded.format('table_name')}, COALESCE(engine, ''),"
            " COALESCE(create_options, '') LIKE '%partitioned%' FROM information_schema.tables"
            f" WHERE table_schema NOT IN ({hidden})"
            " AND COALESCE(table_type, '') NOT IN ('VIEW', 'SYSTEM VIEW', 'SEQUENCE')"
            " ORDER BY BINARY table_schema, BINARY table_name"
        )
        if wrong:
            self.unit.problem(f"the server can't list its tables: {_short(wrong)}", severity="error")
            return None
        return [
            _Table(_text(schema), _text(name), (_text(schema_file), _text(name_file)), engine, parted == "1")
            for schema, name, schema_file, name_file, engine, parted in rows
        ]

    def _accounts(self) -> None:
        """Who could connect, from where and how; never with what password."""
        columns, where = "HEX(User), HEX(Host), HEX(COALESCE(plugin, ''))", "mysql.user"
        if self.server.program.software == "MariaDB":
            rows, wrong = self.server.sql(
                "SELECT HEX(User), HEX(Host), HEX(COALESCE(JSON_VALUE(Priv, '$.plugin'), ''))"
                " FROM mysql.global_priv ORDER BY 1, 2"
            )
            # A view of this name belongs to global_priv; only a table is asked.
            if wrong:
                kind, _ = self.server.sql(
                    "SELECT 1 FROM information_schema.tables"
                    " WHERE table_schema = 'mysql' AND table_name = 'user' AND table_type = 'BASE TABLE'"
                )
                rows = self.server.sql(f"SELECT {columns} FROM {where} ORDER BY 1, 2")[0] if kind else []
        else:
            rows, _ = self.server.sql(f"SELECT {columns} FROM {where} ORDER BY 1, 2")
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
        waiting = [list(tables)]
        while waiting:
            left = waiting.pop(0)
            failed, read = self._dump(database, left)
            stopped = next((table for table in left if failed.get(table.name) in _STOPPED), None)
            crashed = self.server.crashed() if failed else ""
            if stopped is None and not crashed:
                self.damaged += [_Damage(table, failed[table.name]) for table in left if table.name in failed]
                continue
            # Those that were read to their end are done; the first that was not is what it fell over.
            done = [table for table in left if table.name in read and table.name not in failed]
            rest = [table for table in left if table not in done and table is not stopped]
            if stopped is not None and failed[stopped.name] == SILENT and len(left) > 1:
                # Silence may be of the table that was read last or of the next one: each is asked for alone.
                waiting[:0] = [[stopped], rest[:1], rest[1:]]
            elif stopped is not None:
                self.damaged.append(_Damage(stopped, failed[stopped.name]))
                waiting.insert(0, rest)
            elif rest:
                told = f"the server crashes when it reads the table, {crashed}"
                self.damaged.append(_Damage(rest[0], told, crashed=True))
                waiting.insert(0, rest[1:])
            waiting = [tables for tables in waiting if tables]
            self.crashes += 1
            if self.crashes > MOST_CRASHES or not self.server.start_again():
                told = "the server could not be started again"
                self.damaged += [_Damage(table, told) for tables in waiting for table in tables]
                return

    def _dump(
        self, database: str, tables: Sequence[_Table], where: str = ""
    ) -> tuple[dict[str, str], set[str]]:
        """Read tables through the dump program: what is said of those that failed, and the names it wrote."""
        names = [table.name for table in tables]
        with (self.confinement.folder / "errors").open("w+b") as errors:
            process = self.confinement.run(
                self.server.dump(database, names, where), inside="data", output=PIPE, errors=errors
            )
            # InnoDB keeps rows in the order of their key; partitions follow one another.
            into = Unplaced(
                self.unit,
                again=not where,
                in_order={table.name for table in tables if table.engine == "InnoDB" and not table.parted},
                stop=process.kill,
            )
            piped = Piped(process, self.most, f"USE {_quoted(database)};\n".encode("utf-8", "surrogatepass"))
            with io.BufferedReader(piped, 1 << 20) as stream:
                mysqldump.read(cast("BinaryIO", stream), cast("UnitWriter", into))
            code = process.wait()
            self.confinement.end(process)
            lines = [line for line in said(errors).splitlines() if line.strip()]
        self.facts.append(into.facts)
        self.last |= into.last
        failed = self._failed(names, lines, {name for _, name in into.tables})
        for name in into.circling:
            failed[name] = IN_A_CIRCLE
        if piped.stopped:
            failed[_last(into, names)] = piped.stopped
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
        """Read damaged tables again where that may give more: after a repair, or behind the damage."""
        if not self.damaged:
            return
        self.server.sends_at_once = True
        repairable = any(damage.table.engine in _REPAIRED for damage in self.damaged)
        if repairable and self.server.level == READ_ONLY:
            up = self.server.start(least=0)
        else:
            up = not self.server.crashed() or self.server.start_again()
        for damage in self.damaged:
            table = damage.table
            if up and table.engine in _REPAIRED:
                damage.repaired = self._repair(damage)
            elif up and table.engine == "InnoDB" and not table.parted and damage.why not in (ENDLESS, SILENT):
                self._read_behind(damage)
            up = up and (not self.server.crashed() or self.server.start_again())
            self._tell_damaged(damage)

    def _repair(self, damage: _Damage) -> bool:
        """Repair a table on the copy and read the rest of it: whether it was read to its end."""
        table = damage.table
        rows, wrong = self.server.sql(f"REPAIR TABLE {table.quoted}")
        damage.notes += [row[3] for row in rows if len(row) > 3 and row[2] in ("warning", "error", "info")]
        failed, _ = self._dump(table.database, [table])
        return not wrong and not failed

    def _read_behind(self, damage: _Damage) -> None:
        """Read the rows behind the damaged page: the index is walked from its end to find where they begin.

        Only where the key is one whole number: its order is that of the pages.
        """
        table = damage.table
        kept = self.unit.tables.get((table.database, table.name))
        last = self.last.get((table.database, table.name))
        # The server remembers that it met damage, and answers no more for the table until it is started anew.
        if kept is None or last is None or not self.server.start_again():
            return
        if damage.crashed:
            self._dump(table.database, [table])
            last = self.last[table.database, table.name]
            if not self.server.start_again():
                return
        key = _quoted(kept.key[0])
        behind = self._lowest_behind(table, key, last)
        if behind is None or not self.server.start_again():
            return
        before = kept.rows
        # Looking for "at least" or "equal" leads through the damaged page before it; these two do not.
        for where in (f"{key} < {behind + 1} ORDER BY {key} DESC LIMIT 1", f"{key} > {behind}"):
            self._dump(table.database, [table], where)
        if kept.rows > before:
            lost = f"; keys between {last} and {behind} are lost" if behind > last + 1 else ""
            damage.notes.append(f"{kept.rows - before} of these lie behind the damage{lost}")

    def _lowest_behind(self, table: _Table, key: str, last: int) -> int | None:
        """The lowest key above ``last`` that can be reached from the end of the index."""
        # Without a condition, which the server would look up, and so meet the damaged page at once.
        statement = f"SELECT {key} FROM {table.quoted} FORCE INDEX (PRIMARY) ORDER BY {key} DESC"
        lowest: int | None = None
        limit = math.inf
        with (self.confinement.folder / "errors").open("w+b") as errors:
            process = self.confinement.run(
                self.server.client(statement), inside="data", output=PIPE, errors=errors
            )
            with io.BufferedReader(Piped(process, self.most, silent=WALK_SECONDS), 1 << 20) as stream:
                for line in stream:
                    if not re.fullmatch(rb"-?\d+\n", line) or not last < int(line) < limit:
                        break
                    lowest = limit = int(line)
            self.confinement.end(process)
        return lowest

    # What is told.

    def _tell_opened(self) -> None:
        causes = {name: cause(log) for name, log in self.server.failed.items()}
        self.unit.facts |= {"recovery": level_name(self.opened_at), "attempts": causes}
        if self.opened_at == 0:
            self.unit.problem(
                "the server was not shut down in order: its own crash recovery was run on the copy, and"
                " rolled back what had not been committed",
                severity="info",
            )
        elif self.opened_at > 0:
            meaning = "; ".join(text for number, text in LEFT_OUT.items() if number <= self.opened_at)
            self.unit.problem(
                f"the data directory could be opened at innodb_force_recovery={self.opened_at} only"
                f" ({causes.get(level_name(0), '')}): {meaning}"
            )

    def _tell_damaged(self, damage: _Damage) -> None:
        table = damage.table
        kept = self.unit.tables.get((table.database, table.name))
        rows = kept.rows if kept is not None else 0
        read = f"{rows} rows of it were read" if rows else "no row of it was read"
        told = [f"the table {table.database}.{table.name} is damaged ({damage.why})"]
        if damage.repaired:
            told.append("it was repaired on the copy")
        self.unit.problem(
            "; ".join([*told, read, *map(_short, damage.notes[:3])]),
            severity="warning" if damage.repaired else "error",
            table=table.name,
        )

    def _conclude(self, listed: list[_Table]) -> None:
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


def _text(hexadecimal: str) -> str:
    return bytes.fromhex(hexadecimal).decode("utf-8", "surrogateescape")


def _quoted(name: str) -> str:
    return "`" + name.replace("`", "``") + "`"


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
