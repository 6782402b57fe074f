"""Real database servers for tests: private socket, no network, own temporary folder, ended by process id."""

import os
import pwd
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pymysql


def program(name: str, package: str, *folders: str) -> str:
    """The path of ``name``; a test fails with how to install it where it is absent."""
    path = os.pathsep.join([*folders, os.environ.get("PATH", ""), "/usr/sbin", "/usr/local/sbin"])
    found = shutil.which(name, path=path)
    if found is None:
        raise AssertionError(f"{name} is not installed: run apt-get install {package}")
    return found


def _folder_for(user: str) -> Path:
    """A new folder that ``user`` may write. Its path is short: a socket's may have 107 bytes only."""
    folder = Path(tempfile.mkdtemp(prefix="st-", dir="/tmp"))
    if os.geteuid() == 0:
        account = pwd.getpwnam(user)
        os.chown(folder, account.pw_uid, account.pw_gid)
    folder.chmod(0o755)
    return folder


def _user_options(user: str) -> list[str]:
    return [f"--user={user}"] if os.geteuid() == 0 else []


def _end(process: "subprocess.Popen[bytes]") -> None:
    process.terminate()
    try:
        process.wait(20)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


@dataclass(frozen=True)
class MariaDB:
    """A running MariaDB: its socket, and its real clients. The user is ``root`` without a password."""

    folder: Path
    socket: Path
    pid: int

    def connect(self, database: str | None = None, **options: object) -> pymysql.connections.Connection:
        """A PyMySQL connection (utf8mb4 and UTC unless said otherwise)."""
        settings: dict[str, object] = {
            "charset": "utf8mb4",
            "autocommit": True,
            "init_command": "SET time_zone = '+00:00'",
            **options,
        }
        return pymysql.connect(unix_socket=str(self.socket), user="root", database=database, **settings)

    def sql(
        self, statement: str, database: str | None = None, args: object = None
    ) -> list[tuple[object, ...]]:
        """Run one statement; its rows."""
        with self.connect(database) as connection, connection.cursor() as cursor:
            cursor.execute(statement, args)
            return list(cursor.fetchall())

    def fresh(self, database: str, options: str = "") -> str:
        """Make ``database`` anew and empty."""
        self.sql(f"DROP DATABASE IF EXISTS `{database}`")
        self.sql(f"CREATE DATABASE `{database}` {options}")
        return database

    def load(self, sql: bytes | Path, database: str | None = None, *options: str) -> None:
        """Feed SQL text to the real ``mariadb`` client."""
        command = [
            program("mariadb", "mariadb-client"),
            "--no-defaults",
            f"--socket={self.socket}",
            "--user=root",
            "--default-character-set=utf8mb4",
            "--binary-mode",
            *options,
            *([database] if database else []),
        ]
        if isinstance(sql, Path):
            with sql.open("rb") as file:
                done = subprocess.run(command, stdin=file, capture_output=True, check=False)
        else:
            done = subprocess.run(command, input=sql, capture_output=True, check=False)
        assert done.returncode == 0, done.stderr.decode("utf-8", "replace")

    def dump(self, *options: str) -> bytes:
        """The output of the real ``mariadb-dump`` with these options and names."""
        command = [
            program("mariadb-dump", "mariadb-client"),
            "--no-defaults",
            f"--socket={self.socket}",
            "--user=root",
            *options,
        ]
        done = subprocess.run(command, capture_output=True, check=False)
        assert done.returncode == 0, done.stderr.decode("utf-8", "replace")
        return done.stdout


@contextmanager
def mariadb_server(*options: str) -> Iterator[MariaDB]:
    """A MariaDB of its own while the context lasts. ``options`` go to the server."""
    server = program("mariadbd", "mariadb-server")
    installer = program("mariadb-install-db", "mariadb-server")
    folder = _folder_for("mysql")
    process = None
    try:
        made = subprocess.run(
            [
                installer,
                "--no-defaults",
                f"--datadir={folder / 'data'}",
                f"--tmpdir={folder}",  # a server deletes another's temporary tables where they share a folder
                "--auth-root-authentication-method=normal",
                "--skip-test-db",
                *_user_options("mysql"),
            ],
            capture_output=True,
            check=False,
        )
        assert made.returncode == 0, (made.stdout + made.stderr).decode("utf-8", "replace")
        socket = folder / "s.sock"
        with (folder / "server.log").open("wb") as log:
            process = subprocess.Popen(
                [
                    server,
                    "--no-defaults",
                    f"--datadir={folder / 'data'}",
                    f"--tmpdir={folder}",
                    f"--socket={socket}",
                    f"--pid-file={folder / 'server.pid'}",
                    "--skip-networking",
                    "--skip-log-bin",
                    "--innodb-flush-log-at-trx-commit=0",
                    "--innodb-buffer-pool-size=128M",
                    "--max-allowed-packet=1G",
                    "--character-set-server=utf8mb4",
                    "--secure-file-priv=",
                    *_user_options("mysql"),
                    *options,
                ],
                stdout=log,
                stderr=log,
            )
        running = MariaDB(folder, socket, process.pid)
        until = time.monotonic() + 60
        while True:
            try:
                # PyMySQL leaks the socket of a failed attempt, so none is made before the server listens.
                if socket.exists():
                    running.sql("SELECT 1")
                    break
            except pymysql.err.OperationalError:
                pass
            if process.poll() is not None or time.monotonic() > until:
                raise AssertionError((folder / "server.log").read_text("utf-8", "replace"))
            time.sleep(0.1)
        yield running
    finally:
        if process is not None:
            _end(process)
        shutil.rmtree(folder, ignore_errors=True)


@dataclass(frozen=True)
class PostgreSQL:
    """A running PostgreSQL: its socket folder and its programs. The user is ``postgres``, no password."""

    folder: Path
    socket_folder: Path
    programs: Path
    pid: int

    def _client(self, name: str, *options: str) -> list[str]:
        return [
            str(self.programs / name),
            f"--host={self.socket_folder}",
            "--port=5432",
            "--username=postgres",
            *options,
        ]

    def _run(self, command: list[str], sql: bytes | None = None) -> bytes:
        environment = {key: value for key, value in os.environ.items() if not key.startswith("PG")}
        done = subprocess.run(command, input=sql, capture_output=True, check=False, env=environment)
        assert done.returncode == 0, done.stderr.decode("utf-8", "replace")
        return done.stdout

    def sql(self, statement: str | bytes, database: str = "postgres") -> str:
        """Run SQL text; what psql prints, unaligned: columns parted by ``|``, one row a line."""
        text = statement.encode() if isinstance(statement, str) else statement
        command = self._client("psql", "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-f", "-", database)
        return self._run(command, text).decode("utf-8")

    def fresh(self, database: str, options: str = "") -> str:
        """Make ``database`` anew and empty."""
        self.sql(f'DROP DATABASE IF EXISTS "{database}"')
        self.sql(f'CREATE DATABASE "{database}" {options}')
        return database

    def dump(self, database: str, *options: str) -> bytes:
        """The output of the real ``pg_dump``."""
        return self._run(self._client("pg_dump", *options, database))


@contextmanager
def postgresql_server(*options: str) -> Iterator[PostgreSQL]:
    """A PostgreSQL of its own while the context lasts; ``options`` are ``-c`` settings, ``name=value``."""
    versions = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name))
    initdb = Path(program("initdb", "postgresql", *(str(path) for path in reversed(versions))))
    programs = initdb.parent
    folder = _folder_for("postgres")
    as_user: dict[str, object] = {"cwd": "/"}
    if os.geteuid() == 0:
        account = pwd.getpwnam("postgres")
        as_user |= {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}
    process = None
    try:
        subprocess.run(
            [
                str(initdb),
                "--auth=trust",
                "--encoding=UTF8",
                "--locale=C",
                "--username=postgres",
                "--no-sync",
                "-D",
                str(folder / "data"),
            ],
            check=True,
            capture_output=True,
            **as_user,
        )
        settings = ["listen_addresses=", f"unix_socket_directories={folder}", "fsync=off", *options]
        log_path = folder / "server.log"
        with log_path.open("wb") as log:
            process = subprocess.Popen(
                [
                    str(programs / "postgres"),
                    "-D",
                    str(folder / "data"),
                    *(part for setting in settings for part in ("-c", setting)),
                ],
                stdout=log,
                stderr=log,
                **as_user,
            )
        running = PostgreSQL(folder, folder, programs, process.pid)
        until = time.monotonic() + 60
        while True:
            try:
                running.sql("SELECT 1")
                break
            except AssertionError:
                if process.poll() is not None or time.monotonic() > until:
                    raise AssertionError(log_path.read_text("utf-8", "replace")) from None
            time.sleep(0.1)
        yield running
    finally:
        if process is not None:
            _end(process)
        shutil.rmtree(folder, ignore_errors=True)
