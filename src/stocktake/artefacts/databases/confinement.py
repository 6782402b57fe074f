"""A folder that a foreign program may work in, and the programs that see nothing else.

`confined.py` says what is taken away from them. As root they run under a user number of their own that no
account has; otherwise under the examiner's own account, held to the folder by Landlock.
"""

import hashlib
import json
import os
import pwd
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from stocktake.artefacts.databases import confined
from stocktake.artefacts.databases.confined import HOME

__all__ = ["HOME", "Confinement"]

MEMORY_BYTES = 6 << 30
PROCESSOR_SECONDS = 12 * 3600
FILE_BYTES = 64 << 30
# systemd hands these out to services without an account of their own; no account may be made in the range.
_USERS = range(61184, 65520)
_NOBODY = 65534

Process = subprocess.Popen[bytes]


@dataclass
class Confinement:
    """The folder, its owner, and the processes begun in it. ``reads`` are programs' folders outside of /usr.

    Use as a context manager: at its end no process is left that has the folder, or one in it, as its working
    directory.
    """

    folder: Path
    reads: Sequence[Path] = ()
    file_bytes: int = FILE_BYTES
    _user: int = 0
    _begun: list[Process] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.folder = self.folder.absolute()
        if os.geteuid() == 0:
            self._user = _free_user(self.folder)
            try:
                os.chown(self.folder, self._user, self._user)
            except OSError:  # a container may know no such user
                self._user = _NOBODY
                os.chown(self.folder, self._user, self._user)
        self.folder.chmod(0o700)

    def __enter__(self) -> "Confinement":
        return self

    def __exit__(self, *_: object) -> None:
        for process in self._begun:
            self.end(process)
        self._sweep()

    def make(self, name: str) -> Path:
        """Make a folder ``name`` that the programs can write."""
        path = self.folder / name
        path.mkdir(parents=True, exist_ok=True)
        path.chmod(0o700)
        self.give(path)
        return path

    def give(self, path: Path) -> None:
        """Make the programs' user the owner."""
        if self._user:
            os.chown(path, self._user, self._user, follow_symlinks=False)

    def run(
        self,
        command: Sequence[str],
        *,
        inside: str,
        output: int | IO[bytes],
        errors: IO[bytes],
        server: bool = False,
        given: bytes = b"",
        environment: Mapping[str, str] | None = None,
    ) -> Process:
        """Begin a program with the folder ``inside`` as its working directory; it reads the text ``given``.

        ``HOME`` in arguments and environment of a ``server`` stands for the path at which it sees the folder.
        """
        settings = {
            "folder": str(self.folder),
            "inside": inside,
            "uid": self._user,
            "parent": os.getpid(),
            "memory_bytes": MEMORY_BYTES,
            "processor_seconds": PROCESSOR_SECONDS,
            "file_bytes": self.file_bytes,
            "reads": [str(path) for path in self.reads],
            "marked": server,
            "environment": {
                "PATH": "/usr/bin:/bin",
                "HOME": "/nonexistent",
                "LC_ALL": "C",
                "TZ": "UTC",
                **(environment or {}),
            },
        }
        process = subprocess.Popen(  # noqa: S603 - a program of the system, by its path
            [sys.executable, "-I", confined.__file__, json.dumps(settings), *command],
            stdin=subprocess.PIPE if given else subprocess.DEVNULL,
            stdout=output,
            stderr=errors,
            start_new_session=True,
            cwd="/",
        )
        self._begun.append(process)
        if process.stdin is not None:
            process.stdin.write(given)
            process.stdin.close()
        return process

    def text(
        self,
        command: Sequence[str],
        *,
        inside: str,
        seconds: float = 300,
        environment: Mapping[str, str] | None = None,
    ) -> "Said":
        """Run a short program to its end; what it wrote."""
        with (self.folder / "said").open("w+b") as output, (self.folder / "errors").open("w+b") as errors:
            process = self.run(command, inside=inside, output=output, errors=errors, environment=environment)
            with suppress(subprocess.TimeoutExpired):
                process.wait(seconds)
            self.end(process)
            output.seek(0)
            return Said(process.returncode, output.read(64 << 20), said(errors))

    def end(self, process: Process, first: signal.Signals | None = None) -> None:
        """End a program and wait until it is gone; one that heeds the signal ``first`` may end by itself."""
        if process.poll() is None and first is not None:
            process.send_signal(first)
            with suppress(subprocess.TimeoutExpired):
                process.wait(10)
        if process.poll() is None:
            process.kill()
        process.wait()
        if process.stdout is not None:
            process.stdout.close()
        if process in self._begun:
            self._begun.remove(process)

    def _sweep(self) -> None:
        """End what the programs began: whatever works in the folder, told by its working directory."""
        until = time.monotonic() + 10
        while (left := _working_in(self.folder)) and time.monotonic() < until:
            for number in left:
                with suppress(ProcessLookupError):
                    os.kill(number, signal.SIGKILL)
            time.sleep(0.02)


@dataclass(frozen=True)
class Said:
    """How a program ended and what it wrote; ``errors`` without what its confinement said."""

    code: int
    output: bytes
    errors: str


def said(errors: IO[bytes], most: int = 1 << 20) -> str:
    """The last ``most`` bytes of what a program wrote on standard error, without the confinement's line."""
    size = errors.seek(0, os.SEEK_END)
    errors.seek(max(0, size - most))
    text = errors.read(most).decode("utf-8", "backslashreplace")
    return "\n".join(line for line in text.splitlines() if not line.startswith('{"own_network"')).strip()


def _free_user(folder: Path) -> int:
    """A user number without an account, the same for the same folder."""
    digest = hashlib.sha256(os.fsencode(folder)).digest()
    start = int(digest[:8].hex(), 16) % len(_USERS)
    for step in range(len(_USERS)):
        number = _USERS[(start + step) % len(_USERS)]
        try:
            pwd.getpwuid(number)
        except KeyError:
            return number
    return _NOBODY


def _working_in(folder: Path) -> list[int]:
    """Processes whose working directory is the folder or one in it."""
    places = set()
    for path in (folder, *folder.iterdir()):
        with suppress(OSError):
            found = path.stat(follow_symlinks=False)
            places.add((found.st_dev, found.st_ino))
    working = []
    for entry in os.scandir("/proc"):
        if not entry.name.isdecimal():
            continue
        with suppress(OSError):
            found = os.stat(f"/proc/{entry.name}/cwd")  # noqa: PTH116 - a link of the kernel's, not a path
            if (found.st_dev, found.st_ino) in places:
                working.append(int(entry.name))
    return working
