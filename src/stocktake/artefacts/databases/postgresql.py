"""PostgreSQL clusters, read by the real server of the same major version from a copy.

The copy is opened with a configuration of our own (nothing of the seized one is used), recovers by itself
where the server had crashed, and is dumped by ``pg_dump`` straight into the reader of dumps. Where its
write-ahead log is too damaged for that, ``pg_resetwal`` on the copy is the last resort, and told.
"""

import io
import re
import signal
import time
from collections.abc import Sequence
from pathlib import Path
from subprocess import PIPE
from typing import BinaryIO, cast

import pyarrow as pa

from stocktake.artefacts.databases import postgresql_folder, programs
from stocktake.artefacts.databases.confinement import HOME, Confinement, Process, said
from stocktake.artefacts.databases.copying import copy_out, parts_of
from stocktake.artefacts.databases.piped import Piped, most_bytes
from stocktake.artefacts.databases.unplaced import Unplaced
from stocktake.artefacts.rows import write_rows
from stocktake.evidence import Item
from stocktake.records import postgres
from stocktake.records.raw import Column, Problem, UnitWriter

UP_SECONDS = 120.0
RECOVERED_BYTES_A_SECOND = 5 << 20
# Tables of one database whose damage is worked around before the rest is given up.
MOST_DAMAGED = 50

_READY = "database system is ready to accept"
_LOCALE = re.compile(r'initialized with LC_(?:COLLATE|CTYPE) "([\w.@-]+)"')
_COPYING = re.compile(r'Command was: COPY ((?:"(?:[^"]|"")+"|[\w$]+)\.(?:"(?:[^"]|"")+"|[\w$]+)) ')
_PART = re.compile(r'"((?:[^"]|"")+)"|([\w$]+)')


def read(path: str, items: Sequence[Item], unit: UnitWriter, scratch: Path) -> None:
    """Read the cluster at ``path`` of which ``items`` are the files that a server needs."""
    version = next((item for item in items if parts_of(item.path, path) == ("PG_VERSION",)), None)
    major = postgresql_folder.major_version(version) if version else ""
    unit.facts |= {
        "reader": "postgresql-server",
        "software_found": "PostgreSQL",
        "version_found": major or "unknown",
    }
    folder = programs.postgresql_programs(major) if major else None
    if folder is None:
        unit.facts["items"] = {}
        unit.problem(
            f"this is a cluster of PostgreSQL {major}, which only a server of that version opens:"
            f" run apt-get install postgresql-{major} (from apt.postgresql.org where Debian has another"
            " version) and process the case again"
            if major
            else "PG_VERSION of this cluster states no version, so that no server can be chosen for it",
            severity="error",
        )
        if major:
            programs.read_again(unit)
        return
    most = max([4 << 30, *(2 * (item.size or 0) for item in items)])
    reads = [] if folder.parts[1:2] == ("usr",) else [folder.parent]
    with Confinement(scratch, reads=reads, file_bytes=most) as confinement:
        data = confinement.make("data")
        for name in ("run", "locale", "settings"):
            confinement.make(name)
        later = int(major.split(".")[0]) >= 10
        for name in (
            *postgresql_folder.EMPTY,
            *(postgresql_folder.EMPTY_FROM_10 if later else postgresql_folder.EMPTY_BEFORE_10),
        ):
            confinement.make(f"data/{name.split('/')[0]}")
            confinement.make(f"data/{name}")
        placed = [(item, parts) for item in items if (parts := parts_of(item.path, path)) is not None]
        unit.facts["items"] = copy_out(placed, data, confinement, unit)
        _Reading(path, items, unit, confinement, folder, major).run()


class _Reading:
    """One cluster, from starting the server to the last table."""

    def __init__(
        self,
        path: str,
        items: Sequence[Item],
        unit: UnitWriter,
        confinement: Confinement,
        folder: Path,
        major: str,
    ) -> None:
        self.path = path
        self.items = items
        self.unit = unit
        self.confinement = confinement
        self.folder = folder
        self.major = major
        self.number = int(major.split(".")[0])
        self.process: Process | None = None
        self.most = most_bytes(item.size for item in items)
        self.superuser = "postgres"
        self.places: dict[str, list[dict[str, str]]] = {}

    def run(self) -> None:
        """Start, list, read."""
        if not self._start():
            return
        try:
            databases = self._databases()
            if databases is None:
                return
            for name, open_to_all in databases:
                if open_to_all:
                    self._read(name)
                else:
                    told = f"the database {name} takes no connections and was not read"
                    self.unit.problem(told, severity="info")
            self.unit.facts["table_files"] = self.places
        finally:
            self._stop()

    # The server.

    def _start(self) -> bool:
        """Start the server: as it is, then without backup_label, then after pg_resetwal."""
        data = self.confinement.folder / "data"
        (self.confinement.folder / "settings" / "postgresql.conf").write_text(_settings(self.number))
        (self.confinement.folder / "settings" / "pg_hba.conf").write_text("local all all trust\n")
        (self.confinement.folder / "settings" / "pg_ident.conf").write_text("")
        for name in ("postgresql.conf", "pg_hba.conf", "pg_ident.conf"):
            self.confinement.give(self.confinement.folder / "settings" / name)
        log = self._up()
        recovery = "as it was"
        if log is not None and "automatic recovery in progress" in log:
            recovery = "crash recovery"
            self.unit.problem(
                "the server was not shut down in order: its own crash recovery was run on the copy, and left"
                " out what had not been committed",
                severity="info",
            )
        first = self._error()
        if log is None and (data / "backup_label").exists():
            (data / "backup_label").unlink()
            log = self._up()
            recovery = "without backup_label"
            if log is not None:
                self.unit.problem(f"the cluster could be opened without its backup_label only ({first})")
        if log is None:
            reset = "pg_resetwal" if self.number >= 10 else "pg_resetxlog"
            done = self.confinement.text([str(self.folder / reset), "-f", "-D", "."], inside="data")
            log = self._up()
            recovery = reset
            if log is not None:
                self.unit.problem(
                    f"the cluster could be opened only after {reset} on the copy ({first}): changes of the"
                    " last moments may be missing or half there"
                )
            else:
                said_by_reset = f"; {reset}: {_short(done.errors)}" if done.errors else ""
                self.unit.problem(
                    f"PostgreSQL {self.major} can't open this cluster in any way ({first}{said_by_reset})",
                    severity="error",
                )
                return False
        self.unit.facts["recovery"] = recovery
        return True

    def _up(self) -> str | None:
        """Start the server once; what it logged, or None where it did not come up."""
        log_path = self.confinement.folder / "log"
        seconds = UP_SECONDS + sum(item.size or 0 for item in self.items) / RECOVERED_BYTES_A_SECOND
        with log_path.open("w+b") as log:
            self.process = self.confinement.run(
                [
                    str(self.folder / "postgres"),
                    "-D",
                    f"{HOME}/data",
                    f"--config-file={HOME}/settings/postgresql.conf",
                    "-c",
                    f"hba_file={HOME}/settings/pg_hba.conf",
                    "-c",
                    f"ident_file={HOME}/settings/pg_ident.conf",
                    "-c",
                    f"unix_socket_directories={HOME}/run",
                ],
                inside="data",
                output=log,
                errors=log,
                server=True,
                environment=self._locales(),
            )
            until = time.monotonic() + seconds
            while self.process.poll() is None and time.monotonic() < until:
                if _READY in (told := said(log)):
                    return told
                time.sleep(0.05)
        self._stop()
        return None

    def _stop(self) -> None:
        if self.process is not None:
            self.confinement.end(self.process, signal.SIGQUIT)
            self.process = None

    def _error(self) -> str:
        """The first complaint in the server's log."""
        with (self.confinement.folder / "log").open("rb") as log:
            lines = said(log).splitlines()
        found = [line for line in lines if re.search(r"PANIC|FATAL|ERROR|invalid|could not", line)]
        return _short(re.sub(r"^\S+ \S+ \S+ \[\d+\] ", "", (found or lines or [""])[0]), 200)

    def _locales(self) -> dict[str, str]:
        """Locales that this system lacks stand in for by C.UTF-8: no order of text is asked for here."""
        here = self.confinement.folder / "locale"
        return {"LOCPATH": f"{HOME}/locale"} if any(here.iterdir()) else {}

    def _stand_in_for(self, locale: str) -> bool:
        original = Path("/usr/lib/locale/C.utf8")
        target = self.confinement.folder / "locale" / locale
        if not original.is_dir() or target.exists():
            return False
        made = self.confinement.make(f"locale/{locale}")
        for source in sorted(original.rglob("*")):
            if source.is_file():
                copy = made / source.relative_to(original)
                if not copy.parent.exists():
                    self.confinement.make(str(copy.parent.relative_to(self.confinement.folder)))
                copy.write_bytes(source.read_bytes())
                self.confinement.give(copy)
        return True

    # What it holds.

    def _environment(self, **settings: str) -> dict[str, str]:
        options = {
            "session_preload_libraries": "",
            "local_preload_libraries": "",
            "default_transaction_read_only": "on",
            "synchronize_seqscans": "off",
            **({"event_triggers": "off"} if self.number >= 17 else {}),
            **settings,
        }
        return {
            # Every client works in the folder of the socket, whose own path may be too long for one.
            "PGHOST": "/proc/self/cwd",
            "PGUSER": self.superuser,
            "PGCONNECT_TIMEOUT": "30",
            "PGOPTIONS": " ".join(f"-c {name}={value}" for name, value in options.items()),
        }

    def _sql(self, database: str, statement: str) -> tuple[list[list[str]], str]:
        """Rows of a query whose values are all printed in hexadecimal or as numbers; what went wrong."""
        for _ in range(8):
            done = self.confinement.text(
                [
                    str(self.folder / "psql"),
                    "-XAqt",
                    "-F,",
                    "-v",
                    "ON_ERROR_STOP=1",
                    "-c",
                    statement,
                    f"dbname='{_quoted(database)}'",
                ],
                inside="run",
                environment=self._environment(),
            )
            if done.code == 0:
                return [line.split(",") for line in done.output.decode("ascii", "replace").splitlines()], ""
            if not self._put_right(done.errors):
                return [], done.errors
        return [], done.errors

    def _put_right(self, complaint: str) -> bool:
        """Do what can be done about a refused connection: another superuser, a locale that is not here."""
        if f'role "{self.superuser}" does not exist' in complaint and self.superuser == "postgres":
            found = self._first_superuser()
            if found:
                self.superuser = found
                return True
        locale = _LOCALE.search(complaint)
        if locale and self._stand_in_for(locale[1]):
            self._stop()
            told = f"the locale {locale[1]} is not here; C.UTF-8 stood in for it, which changes no value"
            self.unit.problem(told, severity="info")
            return self._up() is not None
        return False

    def _first_superuser(self) -> str:
        """The name of the role that initdb made; asked of the server in single-user mode."""
        self._stop()
        with (self.confinement.folder / "said").open("w+b") as output:
            process = self.confinement.run(
                [
                    str(self.folder / "postgres"),
                    "--single",
                    "-D",
                    f"{HOME}/data",
                    "-c",
                    f"config_file={HOME}/settings/postgresql.conf",
                    "template1",
                ],
                inside="data",
                output=output,
                errors=output,
                server=True,
                given=b"SELECT rolname FROM pg_catalog.pg_authid WHERE oid = 10\n",
                environment=self._locales(),
            )
            process.wait(UP_SECONDS)
            found = re.search(r'rolname = "(.*)"\s*\(typeid', said(output))
        return found[1] if found and self._up() is not None else ""

    def _databases(self) -> list[tuple[str, bool]] | None:
        rows, wrong = self._sql(
            "postgres",
            "SELECT encode(convert_to(datname, 'UTF8'), 'hex'), datallowconn::int FROM pg_catalog.pg_database"
            ' WHERE NOT datistemplate ORDER BY datname COLLATE "C"',
        )
        if wrong:
            rows, wrong = self._sql(
                "template1",
                "SELECT encode(convert_to(datname, 'UTF8'), 'hex'), datallowconn::int"
                ' FROM pg_catalog.pg_database WHERE NOT datistemplate ORDER BY datname COLLATE "C"',
            )
        if wrong:
            self.unit.problem(f"the server can't list its databases: {_short(wrong)}", severity="error")
            return None
        version, _ = self._sql("template1", "SHOW server_version_num")
        number = int(version[0][0]) if version else 0
        after_10 = f"{number // 10000}.{number % 10000}"
        before_10 = f"{number // 10000}.{number // 100 % 100}.{number % 100}"
        self.unit.facts["server"] = f"PostgreSQL {after_10 if number >= 100000 else before_10}"
        self._roles()
        return [(_text(name), allowed == "1") for name, allowed in rows]

    def _roles(self) -> None:
        """Who could connect; never with what password."""
        rows, _ = self._sql(
            "template1",
            "SELECT encode(convert_to(rolname, 'UTF8'), 'hex'), rolcanlogin::int, rolsuper::int"
            " FROM pg_catalog.pg_authid WHERE rolname !~ '^pg_' ORDER BY oid",
        )
        columns = [
            Column("rolname", "name", pa.string()),
            Column("rolcanlogin", "boolean", pa.bool_()),
            Column("rolsuper", "boolean", pa.bool_()),
        ]
        if rows:
            table = self.unit.table("pg_catalog", "server_roles", columns, ["rolname"])
            write_rows(
                self.unit,
                table,
                [
                    {"rolname": _text(name), "rolcanlogin": login == "1", "rolsuper": most == "1"}
                    for name, login, most in rows
                ],
            )

    # Tables.

    def _read(self, database: str) -> None:
        """Read one database; a damaged table is read as far as it goes, and the others wholly."""
        self._find_files(database)
        leave_out: list[str] = []
        for _ in range(MOST_DAMAGED):
            into, complaint = self._dump(database, [f"--exclude-table={name}" for name in leave_out])
            damaged = _COPYING.search(complaint)
            if not complaint or damaged is None:
                break
            names = [(quoted or plain).replace('""', '"') for quoted, plain in _PART.findall(damaged[1])]
            for schema, name in into:
                if [schema, name] != names:
                    leave_out.append(_pattern(schema, name))
            leave_out.append(_pattern(*names))
            self._read_damaged(database, names, complaint)
        if complaint:
            self.unit.problem(
                f"the database {database} could not be read to its end: {_short(complaint)}", severity="error"
            )

    def _read_damaged(self, database: str, names: list[str], complaint: str) -> None:
        """Read a table once more with its damaged pages taken as empty, and tell what that gave."""
        _, again = self._dump(database, [f"--table={_pattern(*names)}"], zero_damaged_pages="on")
        kept = self.unit.tables.get((f"{database}.{names[0]}", names[1]))
        read = (
            f"{kept.rows} rows of it were read" if kept is not None and kept.rows else "no row of it was read"
        )
        with (self.confinement.folder / "log").open("rb") as log:
            pages = len(set(re.findall(r"invalid page in block \d+ of relation \S+; zeroing", said(log))))
        lost = f"; {pages} damaged pages of the cluster were taken as empty" if pages and not again else ""
        self.unit.problem(
            f"the table {database}.{'.'.join(names)} is damaged ({_reason(complaint)}): {read}{lost}"
            + (f"; beyond the damage: {_reason(again)}" if again else ""),
            severity="error",
            table=names[1],
        )

    def _dump(self, database: str, options: list[str], **settings: str) -> tuple[list[tuple[str, str]], str]:
        """Read a database through pg_dump: schema and name of the tables it wrote, and its complaints."""
        into = Unplaced(self.unit)
        name = database.replace('"', '""')
        with (self.confinement.folder / "errors").open("w+b") as errors:
            process = self.confinement.run(
                [
                    str(self.folder / "pg_dump"),
                    *_DUMP_OPTIONS,
                    *options,
                    f"--dbname=dbname='{_quoted(database)}'",
                ],
                inside="run",
                output=PIPE,
                errors=errors,
                environment=self._environment(**settings),
            )
            piped = Piped(process, self.most, f'\\connect "{name}"\n'.encode("utf-8", "surrogatepass"))
            with io.BufferedReader(piped, 1 << 20) as stream:
                postgres.read(cast("BinaryIO", stream), cast("UnitWriter", into))
            code = process.wait()
            self.confinement.end(process)
            complaint = said(errors)
        if piped.stopped:
            complaint = piped.stopped
        elif not code:
            if complaint:
                self.unit.problem(f"pg_dump says of {database}: {_short(complaint)}", severity="info")
            complaint = ""
        else:
            complaint = complaint or f"pg_dump ended with {code}"
        self.unit.problems += [
            Problem(told.stage, told.severity, told.message, told.table)
            for told in into.told
            if not (complaint and told.table is None)
        ]
        prefix = f"{database}."
        return [(schema.removeprefix(prefix), table) for schema, table in into.tables], complaint

    def _find_files(self, database: str) -> None:
        """Which files hold each table; a file that is shorter than the server noted last is told."""
        rows, _ = self._sql(
            database,
            "SELECT encode(convert_to(n.nspname, 'UTF8'), 'hex'),"
            " encode(convert_to(c.relname, 'UTF8'), 'hex'),"
            " encode(convert_to(pg_relation_filepath(c.oid), 'UTF8'), 'hex'), c.relpages,"
            " pg_relation_size(c.oid) / current_setting('block_size')::bigint"
            " FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace"
            " WHERE c.relkind IN ('r', 'm') AND n.nspname NOT IN ('pg_catalog', 'information_schema')"
            " AND n.nspname !~ '^pg_toast' ORDER BY 1, 2",
        )
        copied = self.unit.facts["items"]
        for schema, name, place, noted, there in rows:
            path = _text(place) if self.path == "." else f"{self.path}/{_text(place)}"
            segment = re.compile(re.escape(path) + r"(?:\.\d+)?")
            label = f"{database}.{_text(schema)}.{_text(name)}"
            self.places[label] = [
                {"path": one, "sha256": str(copied[one]["sha256"])}
                for one in sorted(path for path in copied if segment.fullmatch(path))
            ]
            if int(noted) > int(there):
                self.unit.problem(
                    f"the table {label} has {there} pages and its server noted {noted} last:"
                    " its file was cut short",
                    table=_text(name),
                )


_DUMP_OPTIONS = (
    "--no-owner",
    "--no-privileges",
    "--no-comments",
    "--no-security-labels",
    "--no-publications",
    "--no-subscriptions",
    "--no-tablespaces",
    "--no-blobs",
    "--lock-wait-timeout=60000",
)


def _settings(major: int) -> str:
    """A configuration that serves one private socket, writes nothing back and loads nothing."""
    settings = {
        "listen_addresses": "",
        "port": "5432",
        "max_connections": "20",
        "unix_socket_permissions": "0700",
        "ssl": "off",
        "autovacuum": "off",
        "archive_mode": "off",
        "max_wal_senders": "0",
        "max_prepared_transactions": "64",
        "shared_preload_libraries": "",
        "session_preload_libraries": "",
        "local_preload_libraries": "",
        "default_transaction_read_only": "on",
        "synchronize_seqscans": "off",
        "fsync": "off",
        "full_page_writes": "off",
        "shared_buffers": "64MB",
        "huge_pages": "off",
        "dynamic_shared_memory_type": "mmap",
        "logging_collector": "off",
        "log_destination": "stderr",
        "lc_messages": "C",
        "checkpoint_timeout": "1h",
    }
    if major >= 10:
        settings |= {"max_parallel_workers": "0", "max_logical_replication_workers": "0"}
    if major >= 11:
        settings["jit"] = "off"
    if major >= 17:
        settings["event_triggers"] = "off"
    return "".join(f"{name} = '{value}'\n" for name, value in settings.items())


def _quoted(value: str) -> str:
    """Text inside of a quoted value of a connection string."""
    return value.replace("\\", "\\\\").replace("'", "\\'")


def _pattern(schema: str, name: str) -> str:
    """A pattern of pg_dump's that is this table only."""
    return ".".join('"' + part.replace('"', '""') + '"' for part in (schema, name))


def _text(hexadecimal: str) -> str:
    return bytes.fromhex(hexadecimal).decode("utf-8", "backslashreplace")


def _reason(complaint: str) -> str:
    found = re.search(r"ERROR:\s*(.*)", complaint)
    return _short(found[1] if found else complaint, 200)


def _short(text: str, most: int = 300) -> str:
    text = " ".join(text.split())
    return text if len(text) <= most else text[: most - 1] + "…"
