"""A real MariaDB of one's own: in a temporary folder, on a private socket, without a network."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from stocktake.errors import UserError


def _program(name: str) -> str:
    found = shutil.which(name, path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin")
    if found is None:
        raise UserError(f"{name} is missing; it comes with `apt install mariadb-server`.")
    return found


@dataclass(frozen=True)
class Server:
    """A running MariaDB, reached over its socket."""

    socket: Path

    def _client(self, program: str) -> list[str]:
        return [_program(program), "--no-defaults", f"--socket={self.socket}", "--user=root"]

    def load(self, statements: Iterable[str], database: str = "") -> None:
        """Run SQL text, UTF-8, with zero dates allowed as old shops need them."""
        command = [*self._client("mariadb"), "--default-character-set=utf8mb4", "--max-allowed-packet=64M"]
        if database:
            command.append(database)
        with subprocess.Popen(command, stdin=subprocess.PIPE) as client:
            assert client.stdin is not None
            client.stdin.write(
                b"SET sql_mode='NO_ENGINE_SUBSTITUTION'; SET foreign_key_checks=0, unique_checks=0;\n"
            )
            for statement in statements:
                client.stdin.write(statement.encode())
            client.stdin.close()
            if client.wait():
                raise RuntimeError("MariaDB refused the SQL, see above")

    def load_file(self, path: Path, database: str = "") -> None:
        """Run a dump as its owner would: `mariadb DATABASE < dump`."""
        command = [*self._client("mariadb"), "--max-allowed-packet=64M", *([database] if database else [])]
        with path.open("rb") as dump:
            subprocess.run(command, stdin=dump, check=True)

    def ask(self, query: str, database: str) -> list[list[str]]:
        """The rows of a query, every value as text."""
        command = [
            *self._client("mariadb"),
            "--default-character-set=utf8mb4",
            "--batch",
            "--skip-column-names",
        ]
        answer = subprocess.run([*command, database], input=query, capture_output=True, check=True, text=True)
        return [line.split("\t") for line in answer.stdout.splitlines()]

    def dump(self, target: Path, *options: str) -> None:
        """What mariadb-dump writes with these options."""
        with target.open("wb") as out:
            subprocess.run([*self._client("mariadb-dump"), *options], stdout=out, check=True)


@contextmanager
def running() -> Iterator[Server]:
    """Start a server with nothing in it; end it by its process id and remove its folder afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="stocktake-mariadb-"))
    user: list[str] = []
    try:
        if os.geteuid() == 0:  # the server refuses to run as root
            account = pwd.getpwnam("mysql")
            os.chown(folder, account.pw_uid, account.pw_gid)
            user = ["--user=mysql"]
        data, socket = folder / "data", folder / "sock"
        subprocess.run(
            [_program("mariadb-install-db"), "--no-defaults", *user, f"--datadir={data}", "--skip-test-db",
             "--auth-root-authentication-method=normal"],
            check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        log = (folder / "log").open("wb")
        process = subprocess.Popen(
            [_program("mariadbd"), "--no-defaults", *user, f"--datadir={data}", f"--socket={socket}", "--skip-networking",
             f"--pid-file={folder / 'pid'}", "--default-time-zone=+00:00", "--innodb-flush-log-at-trx-commit=0",
             "--innodb-doublewrite=0", "--innodb-buffer-pool-size=256M", "--innodb-log-file-size=128M", "--max-allowed-packet=64M",
             "--character-set-server=utf8mb4", "--skip-log-bin"],
            stdout=log, stderr=log, stdin=subprocess.DEVNULL,
        )  # fmt: skip
        try:
            server = Server(socket)
            _wait(server, process, folder / "log")
            yield server
        finally:
            process.terminate()
            process.wait(60)
            log.close()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _wait(server: Server, process: subprocess.Popen[bytes], log: Path) -> None:
    ping = [_program("mariadb-admin"), "--no-defaults", f"--socket={server.socket}", "--user=root", "ping"]
    for _ in range(600):
        if process.poll() is not None:
            raise UserError(f"MariaDB ended at once: {log.read_text(errors='replace')[-500:]}")
        if server.socket.exists() and subprocess.run(ping, capture_output=True, check=False).returncode == 0:
            return
        time.sleep(0.1)
    raise UserError("MariaDB did not start within a minute.")
