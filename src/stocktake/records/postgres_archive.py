"""PostgreSQL's dump archives (custom, tar and directory format) as plain text, through pg_restore.

pg_restore is given no server to restore to, so it writes SQL text to the pipe that is read here.
"""

import os
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import IO

from stocktake.evidence import Fault, Stream

_BLOCK_BYTES = 1 << 20


def find_pg_restore() -> Path | None:
    """The newest pg_restore there is: of Debian's folders, one a version, else the one in PATH."""
    versions = sorted(
        Path("/usr/lib/postgresql").glob("*/bin/pg_restore"), key=lambda path: float(path.parts[-3])
    )
    found = shutil.which("pg_restore")
    return versions[-1] if versions else Path(found) if found else None


class Restored(Stream):
    """What pg_restore writes for ``dump``: an open file that can seek, or a folder in directory format.

    The file is closed with the stream. pg_restore's complaints become faults at the end. ``version`` is what
    it says of itself.
    """

    def __init__(self, dump: IO[bytes] | Path, pg_restore: Path) -> None:
        super().__init__()
        folder = dump if isinstance(dump, Path) else None
        self._dump = dump
        environment = {k: v for k, v in os.environ.items() if not k.startswith("PG")} | {"LC_ALL": "C"}
        told = subprocess.run(  # noqa: S603 - a program of the system, found by its name
            [pg_restore, "--version"], capture_output=True, text=True, check=False, env=environment
        )
        self.version = told.stdout.strip()
        self._errors = tempfile.TemporaryFile()  # noqa: SIM115 - closed with the stream
        self._process = subprocess.Popen(  # noqa: S603
            [pg_restore, *_to_standard_output(self.version), *([folder.absolute()] if folder else [])],
            stdin=subprocess.DEVNULL if isinstance(dump, Path) else dump,
            stdout=subprocess.PIPE,
            stderr=self._errors,
            env=environment,
            cwd="/",
        )
        self._ended = False

    def _next(self) -> bytes:
        if self._ended or self._process.stdout is None:
            return b""
        block = os.read(self._process.stdout.fileno(), _BLOCK_BYTES)
        if not block:
            self._ended = True
            code = self._process.wait()
            self._errors.seek(0)
            said = self._errors.read(4096).decode("utf-8", "backslashreplace").split("\n")
            message = "; ".join(line.removeprefix("pg_restore: ") for line in said if line.strip())
            if code or message:
                severity = "error" if code else "warning"
                self.faults.append(Fault(severity, f"pg_restore says: {message or code}", self._given))
        return block

    def close(self) -> None:
        """End pg_restore where it still runs."""
        if not self.closed:
            if self._process.poll() is None:
                self._process.kill()
            self._process.wait()
            if self._process.stdout is not None:
                self._process.stdout.close()
            self._errors.close()
            if not isinstance(self._dump, Path):
                self._dump.close()
        super().close()


def _to_standard_output(version: str) -> list[str]:
    """Options for text on standard output: from version 12 on it has to be asked for."""
    numbers = [part for part in version.replace(".", " ").split() if part.isdecimal()]
    return [] if numbers and int(numbers[0]) < 12 else ["--file=-"]
