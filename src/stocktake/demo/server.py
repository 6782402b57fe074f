"""A real MariaDB of one's own: in a temporary folder, on a private socket, without a network."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
import time
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING

from stocktake.errors import UserError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator


def _program(name: str) -> str:
    found = shutil.which(name, path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin")
    if found is None:
        raise UserError(f"{name} is missing; it comes with `apt install mariadb-server`.")
    return found


def _run(command: list[str], source: IO[bytes] | int, target: IO[bytes] | int) -> bytes:
    """Run a program of MariaDB to its end; what it printed, if `target` is a pipe."""
    done = subprocess.run(command, stdin=source, stdout=target, stderr=subprocess.PIPE, check=False)  # noqa: S603
    if done.returncode:
        said = done.stderr.decode(errors="replace").strip()
        raise RuntimeError(f"{Path(command[0]).name} failed: {said}")
    return done.stdout or b""


@dataclass(frozen=True)
class Server:
    """A running MariaDB, reached over its socket."""

    socket: Path

    def _client(self, program: str, *options: str) -> list[str]:
        return [_program(program), "--no-defaults", f"--socket={self.socket}", "--user=root", *options]

    def load(self, statements: Iterable[str], database: str = "") -> None:
        """Run SQL text, UTF-8, with zero dates allowed as old shops need them."""
        options = [
            "--default-character-set=utf8mb4",
            "--max-allowed-packet=64M",
            *([database] if database else []),
        ]
        with tempfile.TemporaryFile() as text:
            text.write(b"SET sql_mode='NO_ENGINE_SUBSTITUTION'; SET foreign_key_checks=0, unique_checks=0;\n")
            text.writelines(statement.encode() for statement in statements)
            text.seek(0)
            _run(self._client("mariadb", *options), text, subprocess.DEVNULL)

    def load_file(self, path: Path, database: str = "") -> None:
        """Run a dump as its owner would: `mariadb DATABASE < dump`."""
        options = ["--max-allowed-packet=64M", *([database] if database else [])]
        with path.open("rb") as dump:
            _run(self._client("mariadb", *options), dump, subprocess.DEVNULL)

    def ask(self, query: str, database: str) -> list[list[str]]:
        """The rows of a query, every value as text."""
        options = [
            "--default-character-set=utf8mb4",
            "--batch",
            "--skip-column-names",
            f"--execute={query}",
            database,
        ]
        answer = _run(self._client("mariadb", *options), subprocess.DEVNULL, subprocess.PIPE)
        return [line.split("\t") for line in answer.decode().splitlines()]

    def dump(self, target: Path, *options: str) -> None:
        """What mariadb-dump writes with these options."""
        with target.open("wb") as out:
            _run(self._client("mariadb-dump", *options), subprocess.DEVNULL, out)


@contextmanager
def running(*settings: str, keep: Path | None = None) -> Iterator[Server]:
    """Start a server with nothing in it; end it by its process id and remove its folder afterwards.

    `settings` are further options of the server. `keep` is where its data directory goes once it has ended
    in good order; nothing is to be there yet.
    """
    folder = Path(tempfile.mkdtemp(prefix="stocktake-mariadb-"))
    user: list[str] = []
    try:
        if os.geteuid() == 0:  # the server refuses to run as root
            account = pwd.getpwnam("mysql")
            os.chown(folder, account.pw_uid, account.pw_gid)
            user = ["--user=mysql"]
        data, socket = folder / "data", folder / "sock"
        prepare = [
            _program("mariadb-install-db"),
            "--no-defaults",
            *user,
            f"--datadir={data}",
            # A server deletes another's temporary tables where they share a folder; the installer runs one.
            f"--tmpdir={folder}",
            "--skip-test-db",
            *settings,
        ]
        prepare.append("--auth-root-authentication-method=normal")
        _run(prepare, subprocess.DEVNULL, subprocess.DEVNULL)
        log = (folder / "log").open("wb")
        process = subprocess.Popen(  # noqa: S603 - a program of the system
            [_program("mariadbd"), "--no-defaults", *user, f"--datadir={data}", f"--tmpdir={folder}",
             f"--socket={socket}", "--skip-networking",
             f"--pid-file={folder / 'pid'}", "--default-time-zone=+00:00",
             "--innodb-flush-log-at-trx-commit=0",
             "--innodb-doublewrite=0", "--innodb-buffer-pool-size=256M", "--innodb-log-file-size=128M",
             "--max-allowed-packet=64M",
             "--character-set-server=utf8mb4", "--skip-log-bin", *settings],
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
        if keep is not None:
            shutil.move(data, keep)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _wait(server: Server, process: subprocess.Popen[bytes], log: Path) -> None:
    for _ in range(600):
        if process.poll() is not None:
            raise UserError(f"MariaDB ended at once: {log.read_text(errors='replace')[-500:]}")
        if server.socket.exists():
            try:
                server.ask("SELECT 1", "mysql")
            except RuntimeError:
                pass
            else:
                return
        time.sleep(0.1)
    raise UserError("MariaDB did not start within a minute.")
