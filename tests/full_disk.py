"""Run a program on a disk that is really full, or where none may be mounted, under a limit on file sizes."""

import resource
import signal
import subprocess
import sys
from dataclasses import dataclass
from functools import cache
from pathlib import Path

_NAMESPACE = ("unshare", "--mount", "--map-root-user", "sh", "-ec")


@dataclass(frozen=True)
class SmallDisk:
    """How the program ran: on a ``tmpfs`` of its own, or under ``RLIMIT_FSIZE``; and what it printed."""

    means: str
    out: str


@cache
def _may_mount() -> bool:
    try:
        script = "mount -t tmpfs -o size=1m tmpfs /mnt"
        return subprocess.run([*_NAMESPACE, script], check=False, capture_output=True).returncode == 0
    except FileNotFoundError:
        return False


def run_on_small_disk(program: str, folder: Path, size: int, *arguments: object) -> SmallDisk:
    """Run Python text with ``folder`` (made here) as its first argument, where at most ``size`` bytes fit."""
    folder.mkdir()
    python = [sys.executable, "-c", program, str(folder), *map(str, arguments)]
    if _may_mount():
        script = f'mount -t tmpfs -o size={size} tmpfs "$1"; shift; exec "$@"'
        ran = subprocess.run(
            [*_NAMESPACE, script, "sh", str(folder), *python], check=False, capture_output=True, text=True
        )
        means = "tmpfs"
    else:

        def limit() -> None:
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))

        ran = subprocess.run(python, check=False, capture_output=True, text=True, preexec_fn=limit)
        means = "RLIMIT_FSIZE"
    assert ran.returncode == 0, f"{means}: {ran.stderr}"
    return SmallDisk(means, ran.stdout)
