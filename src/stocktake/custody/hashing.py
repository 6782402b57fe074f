"""Reads a file once: its size, its digests and, if asked, its copy, all from the same pass."""

import hashlib
import os
import stat
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from stocktake.custody.disk import write_whole
from stocktake.errors import UserError

BLOCK = 4 << 20


@dataclass(frozen=True)
class Reading:
    """What one pass over a file found: bytes read, hex digests by algorithm, and the file's status."""

    size: int
    digests: dict[str, str]
    status: os.stat_result


def read_once(
    path: Path,
    algorithms: tuple[str, ...],
    *,
    copy_to: Path | None = None,
    tick: Callable[[int], None] | None = None,
) -> Reading:
    """Read the regular file at ``path`` from first byte to last, and say what was found.

    ``copy_to`` must not exist; it gets the same bytes, the time of last change, and no right to write.
    ``tick`` is called with the bytes of every block. A file that cannot be read, or that changes while it
    is read, is a UserError. An OSError comes from writing the copy and from nothing else.
    """
    with _opened(path) as source:
        before = os.fstat(source)
        if not stat.S_ISREG(before.st_mode):
            raise UserError(f"{path} is not a regular file.")
        hashes = [hashlib.new(name, usedforsecurity=False) for name in algorithms]
        size = 0
        copy = os.open(copy_to, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600) if copy_to else -1
        try:
            for block in _hashed(_blocks(path, source, before.st_size), hashes):
                size += len(block)
                if copy >= 0:
                    write_whole(copy, block)
                if tick:
                    tick(len(block))
            if copy >= 0:
                os.utime(copy, ns=(before.st_atime_ns, before.st_mtime_ns))
                os.fchmod(copy, 0o444)
                os.fsync(copy)
        finally:
            if copy >= 0:
                os.close(copy)
        after = os.fstat(source)
    if size != before.st_size or _stamp(before) != _stamp(after):
        raise UserError(f"{path} changed while it was being read; nothing was added.")
    return Reading(size, {hash_.name: hash_.hexdigest() for hash_ in hashes}, before)


def _stamp(status: os.stat_result) -> tuple[int, int, int]:
    return status.st_size, status.st_mtime_ns, status.st_ctime_ns


@contextmanager
def _opened(path: Path) -> Iterator[int]:
    # O_NOATIME leaves even the time of last access as it was; only the file's owner and root may ask for it.
    # O_NONBLOCK keeps a pipe that took the file's place from holding us up.
    flags = os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK
    try:
        try:
            handle = os.open(path, flags | os.O_NOATIME)
        except PermissionError:
            handle = os.open(path, flags)
    except OSError as error:
        raise UserError(f"{path} can't be read: {error.strerror}.") from error
    try:
        yield handle
    finally:
        os.close(handle)


def _blocks(path: Path, handle: int, size: int) -> Iterator[memoryview]:
    """The file's blocks, in two buffers that take turns: one is read while the other is hashed."""
    length = min(BLOCK, size + 1)
    buffers = (bytearray(length), bytearray(length))
    turn = 0
    while True:
        try:
            got = os.readv(handle, [buffers[turn]])
        except OSError as error:
            raise UserError(f"{path} can't be read to its end: {error.strerror}.") from error
        if not got:
            return
        yield memoryview(buffers[turn])[:got]
        turn ^= 1


def _hashed(blocks: Iterator[memoryview], hashes: "list[hashlib._Hash]") -> Iterator[memoryview]:
    """Pass the blocks on while every hash takes them in, each in its own thread for large blocks.

    hashlib lets go of the interpreter while it works, so the threads run side by side. A block is read
    while the one before it is being hashed.
    """
    pool: ThreadPoolExecutor | None = None
    hashing: list[Future[None]] = []
    try:
        for block in blocks:
            for future in hashing:
                future.result()
            hashing = []
            if len(block) < BLOCK and pool is None:
                for hash_ in hashes:
                    hash_.update(block)
            else:
                pool = pool or ThreadPoolExecutor(len(hashes), thread_name_prefix="hash")
                hashing = [pool.submit(hash_.update, block) for hash_ in hashes]
            yield block
        for future in hashing:
            future.result()
    finally:
        if pool:
            pool.shutdown(wait=True)
