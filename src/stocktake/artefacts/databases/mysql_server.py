"""A MySQL or MariaDB server on a copy of a data directory: started as carefully as works, asked, ended."""

import os
import re
import socket
import subprocess
import time
from collections.abc import Sequence
from contextlib import suppress

from stocktake.artefacts.databases import mysql_folder
from stocktake.artefacts.databases.confinement import HOME, Confinement, Process, said
from stocktake.artefacts.databases.copying import copy_out, parts_of
from stocktake.artefacts.databases.mysql_folder import Written
from stocktake.artefacts.databases.programs import MySQLServer
from stocktake.evidence import Item
from stocktake.records.raw import UnitWriter

# A server is given this long to come up, and more by the size of what it may have to recover.
UP_SECONDS = 120.0
RECOVERED_BYTES_A_SECOND = 5 << 20
READ_ONLY = -1
HIGHEST = 6

# What innodb_force_recovery leaves out, by level (MariaDB Knowledge Base, "InnoDB Recovery Modes").
LEFT_OUT = {
    1: "corrupt pages are not checked for",
    2: "background clean-up does not run",
    3: "transactions that were not ended are left as they are, and not rolled back",
    4: "changes that were waiting to be merged into indexes are left out",
    5: "unfinished transactions count as if they had been committed",
    6: "the redo log is not applied: changes of the last moments may be missing or half there",
}
_ERROR = re.compile(r"(?:\[ERROR\]|\[FATAL\]|ERROR:?)\s*(.*)")
_AFTERMATH = re.compile(r"Can't init|Aborting|Unknown/unsupported|.*got signal")


class Server:
    """The server of one copy. ``level`` is the ``innodb_force_recovery`` it runs at, ``READ_ONLY`` below 0.

    ``sends_at_once`` makes it, from its next start on, hold back no more than a kilobyte of rows, which
    is what is lost when it crashes. ``failed`` holds, by the name of a level, why the server did not
    come up at it.
    """

    def __init__(
        self,
        program: MySQLServer,
        written: Written,
        path: str,
        items: Sequence[Item],
        confinement: Confinement,
        unit: UnitWriter,
    ) -> None:
        self.program = program
        self.level = READ_ONLY
        self.sends_at_once = False
        self.failed: dict[str, str] = {}
        self._written = written
        self._path = path
        self._items = items
        self._confinement = confinement
        self._unit = unit
        self._data = confinement.folder / "data"
        self._process: Process | None = None
        self._more: tuple[str, ...] = ()  # options that what it told has made needful

    def start(self, least: int = READ_ONLY) -> bool:
        """Start it at the lowest level that works, from ``least`` up."""
        for level in range(least, HIGHEST + 1):
            self.level = level
            if self.start_again():
                return True
        return False

    def start_again(self) -> bool:
        """Start it at its level; where need be once more, with what stands in the way set aside."""
        if self._up():
            return True
        told = self.failed[level_name(self.level)]
        if self.level < 0:
            return False
        if "Plugin 'Aria' registration" in told or "Aria recovery failed" in told:
            # Without its log, Aria takes each table as it is; those that are damaged are repaired on opening.
            for log in self._data.glob("aria_log*"):
                log.unlink()
            self._unit.problem("Aria's log could not be applied and was left out: changes may be half there")
            return self._up()
        return "prepared transactions" in told and not self._more and self._start_with_prepared()

    def _start_with_prepared(self) -> bool:
        """Start it where commits were under way: its binary log tells which of them were meant to last."""
        logs = sorted(
            (parts[0], item)
            for item in self._items
            if (parts := parts_of(item.path, self._path)) is not None and mysql_folder.is_binary_log(parts)
        )[-2:]
        if logs:
            wanted = [(item, (name,)) for name, item in logs]
            self._unit.facts["items"] |= copy_out(wanted, self._data, self._confinement, self._unit)
            # Written here, because the seized list names paths of the seized server.
            index = self._data / "recovered.index"
            index.write_text("".join(f"./{name}\n" for name, _ in logs))
            self._confinement.give(index)
            self._more = (f"--log-bin={logs[-1][0].rpartition('.')[0]}", f"--log-bin-index={index.name}")
            if self._up():
                return True
        self._more = ("--tc-heuristic-recover=COMMIT",)
        if self._up():
            self._unit.problem(
                "transactions were being committed when the server ended, and no binary log tells which of"
                " them were: they were committed on the copy"
            )
            return True
        self._more = ()
        return False

    def _up(self) -> bool:
        self.stop()
        (self._data / "s.sock").unlink(missing_ok=True)
        mode = [f"--innodb-force-recovery={self.level}" if self.level >= 0 else "--innodb-read-only=ON"]
        mode += ["--net-buffer-length=1024"] if self.sends_at_once else []
        seconds = UP_SECONDS + sum(item.size or 0 for item in self._items) / RECOVERED_BYTES_A_SECOND
        with (self._confinement.folder / "log").open("w+b") as log:
            self._process = self._confinement.run(
                [str(self.program.path), *_options(self.program, self._written), *mode, *self._more],
                inside="data",
                output=log,
                errors=log,
                server=True,
            )
            up = self._greets(self._process, seconds)
            if not up:
                self.failed[level_name(self.level)] = said(log)
        if not up:
            self.stop()
        return up

    def _greets(self, process: Process, seconds: float) -> bool:
        """Wait until the server greets whoever connects."""
        until = time.monotonic() + seconds
        folder = os.open(self._data, os.O_PATH | os.O_DIRECTORY)
        try:
            while process.poll() is None and time.monotonic() < until:
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
        if self._process is not None:
            self._confinement.end(self._process)
            self._process = None

    def crashed(self) -> str:
        """How the server ended, empty while it runs; after a lost connection it is given a moment to end."""
        if self._process is None:
            return "it did not run"
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(1.0)
        code = self._process.poll()
        return "" if code is None else f"signal {-code}" if code < 0 else f"exit code {code}"

    def sql(self, statement: str) -> tuple[list[list[str]], str]:
        """Rows of a query as text, and what went wrong."""
        done = self._confinement.text(self.client(statement), inside="data")
        text = done.output.decode("utf-8", "backslashreplace")
        return [line.split("\t") for line in text.splitlines()], done.errors if done.code else ""

    def client(self, statement: str) -> list[str]:
        """The command that prints the rows of ``statement``, to be run in the data directory."""
        return [
            str(self.program.client),
            "--no-defaults",
            "--socket=s.sock",
            "--user=root",
            "--default-character-set=utf8mb4",
            "--batch",
            "--skip-column-names",
            "--quick",
            f"--execute={statement}",
        ]

    def dump(self, database: str, tables: Sequence[str], where: str = "") -> list[str]:
        """The command that writes these tables as SQL, to be run in the data directory."""
        mysql = ["--loose-column-statistics=0", "--loose-set-gtid-purged=OFF"]
        return [
            str(self.program.dump),
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
            *(mysql if self.program.software == "MySQL" else []),
            *([f"--where={where}"] if where else []),
            "--",
            database,
            *tables,
        ]


def level_name(level: int) -> str:
    """How the level is called in facts and problems."""
    return "read only" if level < 0 else f"innodb_force_recovery={level}"


def cause(log: str) -> str:
    """The first error in a server's log that says what is wrong."""
    lines = [found[1] for line in log.splitlines() if (found := _ERROR.search(line))]
    lines = [line for line in lines if not _AFTERMATH.match(line)]
    return " ".join((lines or log.splitlines()[-1:] or [""])[0].split())[:200]


def _options(program: MySQLServer, written: Written) -> list[str]:
    """How the server is started: nothing but the copy is read, and nobody else is served."""
    sizes = [f"{name}:{size >> 20}M" for name, size in written.data_files[:-1]]
    sizes += [f"{name}:{max(5, min(12, size >> 20))}M:autoextend" for name, size in written.data_files[-1:]]
    return [
        "--no-defaults",
        *([f"--basedir={program.installed_in}"] if program.installed_in else []),
        f"--datadir={HOME}/data",
        f"--tmpdir={HOME}/work",
        f"--plugin-dir={HOME}/plugins",
        f"--pid-file={HOME}/work/pid",
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
        *([f"--innodb-data-file-path={';'.join(sizes)}"] if sizes else []),
    ]
