"""What it takes for bytes and names to be on the disk and not on their way to it."""

import os
from pathlib import Path


def write_whole(handle: int, stored: bytes | memoryview) -> None:
    """Write all of it: in one write, unless the disk fills up within it, which is an OSError."""
    rest = memoryview(stored)
    while rest:
        rest = rest[os.write(handle, rest) :]


def sync_folder(path: Path) -> None:
    """Bring the names in a folder to the disk."""
    handle = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
