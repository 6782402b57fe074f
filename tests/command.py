"""Run the command line as a person would, in a process of its own."""

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Ran:
    """What a command left: exit code, standard output, standard error."""

    code: int
    out: str
    err: str


def environment(home: Path) -> dict[str, str]:
    """The caller's environment with a home of its own, so that keys and caches stay in the test's folder."""
    return {**os.environ, "HOME": str(home), "XDG_DATA_HOME": str(home / "share"), "COLUMNS": "200"}


def command(*arguments: object) -> list[str]:
    return [sys.executable, "-m", "stocktake", *map(str, arguments)]


def stocktake(*arguments: object, home: Path, timeout: float = 300, **options: object) -> Ran:
    """Run ``stocktake ARGUMENTS`` to its end. No command may ever show a traceback."""
    ended = subprocess.run(
        command(*arguments),
        check=False,
        capture_output=True,
        text=True,
        env=environment(home),
        timeout=timeout,
        **options,
    )
    assert "Traceback" not in ended.stderr, ended.stderr
    return Ran(ended.returncode, ended.stdout, ended.stderr)
