"""Database servers that are installed here, and which of them can open what was seized."""

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from stocktake.artefacts.databases.mysql_folder import Written
from stocktake.records.raw import UnitWriter

# Where servers lie that are not in an ordinary user's PATH.
MYSQL_FOLDERS = ("/usr/sbin", "/usr/local/sbin", "/usr/libexec", "/usr/local/mysql/bin")
POSTGRESQL_FOLDERS = "/usr/lib/postgresql/{major}/bin", "/usr/pgsql-{major}/bin"
_VERSION = re.compile(r"Ver ([\d.]+)(\S*)")


@dataclass(frozen=True)
class MySQLServer:
    """A server program, its clients, and the folder outside of /usr that all of it needs, if any."""

    path: Path
    software: str
    version: str
    dump: Path
    client: Path
    installed_in: Path | None

    @property
    def number(self) -> tuple[int, ...]:
        """The version's numbers."""
        return tuple(int(part) for part in self.version.split("."))


def mysql_servers() -> list[MySQLServer]:
    """MySQL and MariaDB servers here: that of ``STOCKTAKE_MYSQLD``, then those in PATH and usual folders."""
    found: dict[Path, MySQLServer] = {}
    stated = os.environ.get("STOCKTAKE_MYSQLD", "")
    for path in [*([Path(stated)] if stated else []), *_candidates(("mariadbd", "mysqld"))]:
        server = _mysql_server(path.resolve(), os.environ.get("PATH", ""))
        if server is not None:
            found.setdefault(server.path, server)
    return list(found.values())


def fitting(servers: list[MySQLServer], written: Written) -> MySQLServer | None:
    """The server to open the directory with: the same software, and the nearest version from its own up."""
    want = tuple(int(part) for part in re.findall(r"\d+", written.version)[:3])

    def rank(server: MySQLServer) -> tuple[bool, bool, tuple[int, ...]]:
        older = server.number[:2] < want[:2]
        return server.software != (written.software or "MariaDB"), older, server.number

    able = [
        server
        for server in servers
        if not (written.needs_mysql and server.software != "MySQL")
        and not (written.software == "MariaDB" and server.software == "MySQL")
    ]
    return min(able, key=rank) if able else None


def _candidates(names: tuple[str, ...]) -> Iterator[Path]:
    path = os.pathsep.join(filter(None, [os.environ.get("PATH"), *MYSQL_FOLDERS]))
    for name in names:
        if found := shutil.which(name, path=path):
            yield Path(found)


@cache
def _mysql_server(path: Path, search: str) -> MySQLServer | None:
    try:
        said = subprocess.run(  # noqa: S603 - a program of the system, or the one that its user names
            [path, "--no-defaults", "--version"], capture_output=True, text=True, check=False, timeout=30
        ).stdout
    except (OSError, subprocess.TimeoutExpired):
        return None
    version = _VERSION.search(said)
    if version is None:
        return None
    software = "MariaDB" if "MariaDB" in version[2] else "MySQL"
    beside = os.pathsep.join(filter(None, [str(path.parent), str(path.parent.parent / "bin"), search]))
    own, other = ("mariadb", "mysql") if software == "MariaDB" else ("mysql", "mariadb")
    dump = shutil.which(f"{own}-dump" if own == "mariadb" else "mysqldump", path=beside)
    dump = dump or shutil.which("mysqldump", path=beside) or shutil.which("mariadb-dump", path=beside)
    client = shutil.which(own, path=beside) or shutil.which(other, path=beside)
    if dump is None or client is None:
        return None
    outside = path.parts[1:2] != ("usr",)
    return MySQLServer(
        path,
        software,
        version[1],
        Path(dump),
        Path(client),
        path.parent.parent if outside else None,
    )


def postgresql_programs(major: str) -> Path | None:
    """The folder of PostgreSQL's programs of that major version (``15``, ``9.6``), or None."""
    for pattern in POSTGRESQL_FOLDERS:
        folder = Path(pattern.format(major=major))
        if all((folder / name).is_file() for name in ("postgres", "pg_dump", "psql")):
            return folder
    found = shutil.which("postgres")
    if found:
        folder = Path(found).resolve().parent
        try:
            said = subprocess.run(  # noqa: S603
                [found, "--version"], capture_output=True, text=True, check=False, timeout=30
            ).stdout
        except (OSError, subprocess.TimeoutExpired):
            return None
        if re.search(rf"\) {re.escape(major)}(?:\.|\D|$)", said) and (folder / "pg_dump").is_file():
            return folder
    return None


def read_again(unit: UnitWriter) -> None:
    """Let the next run make this unit anew, when the server that it lacks may be there.

    A unit stands as long as its facts name the readers that made it; this one names none.
    """
    unit.facts["readers"] = "none: the server is not installed"
