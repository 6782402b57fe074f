"""A folder of files as a server leaves them, taken in as an exhibit, processed and mapped."""

import os
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from shop_case import Mapped, mapped, new_case
from stocktake.case import Case
from stocktake.custody.exhibit import add
from stocktake.process import process
from stocktake.records.catalogue import raw_tables

SHARED = Path(__file__).parents[1].parent / "shared" / "evidence" / "plaso-logs"
needs_plaso_logs = pytest.mark.skipif(not SHARED.is_dir(), reason=f"{SHARED.name} is not beside the project")


def write(root: Path, files: Mapping[str, bytes | str], mtime: datetime | None = None) -> Path:
    """Lay out files under ``root``; all with the same time of change where one is given."""
    for name, content in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        if mtime is not None:
            os.utime(path, (mtime.timestamp(), mtime.timestamp()))
    return root


class Server(Mapped):
    """What was made of a folder: canonical rows to be asked, raw rows, and the case."""

    case: Case

    def raw(self, table: str, path: str | None = None) -> list[dict[str, Any]]:
        """Rows of the raw tables of that name, by item and row, without what is NULL and the places."""
        return [
            {name: value for name, value in row.items() if value is not None and not name.startswith("_")}
            for row in self.raw_rows(table, path)
        ]

    def raw_rows(self, table: str, path: str | None = None) -> list[dict[str, Any]]:
        found = []
        for one in raw_tables(self.case, "KC/1"):
            if one.name == table and path in (None, one.path):
                for part in one.parts:
                    found += [{**row, "_item": one.path} for row in pq.read_table(part).to_pylist()]
        return found

    def kinds(self) -> dict[str, str]:
        found: pa.Table = pq.read_table(next((self.case.tables / "items").rglob("*.parquet")))
        return {row["path"]: row["kind"] for row in found.to_pylist()}


def taken_in(root: Path, work: Path, time_zone: str = "Europe/London") -> Server:
    """Take the folder in, process it, map it."""
    case = new_case(work, time_zone)
    add(case, root, reference="KC/1")
    process(case, jobs=2)
    found = mapped(case)
    server = Server(found.out, found.connection)
    server.case = case
    return server


def every_byte_is_in_a_row(server: Server, path: str, size: int) -> None:
    """The rows of an item lie end to end and cover it; what its configuration says of it is no part of it."""
    ranges = sorted(
        (row["_offset"], row["_length"])
        for table in {one.name for one in raw_tables(server.case, "KC/1")} - {"log_hosts"}
        for row in server.raw_rows(table, path)
    )
    at = 0
    for offset, length in ranges:
        assert offset == at
        at += length
    assert at == size


@contextmanager
def running(command: list[str], ready: Path, **options: Any) -> Iterator[subprocess.Popen[bytes]]:
    """A server, until its socket takes connections; ended by its own process id."""
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, **options) as server:
        try:
            for _ in range(200):
                with socket.socket(socket.AF_UNIX) as trial:
                    try:
                        trial.connect(str(ready))
                        break
                    except OSError:
                        if server.poll() is not None:
                            assert server.stderr is not None
                            raise AssertionError(server.stderr.read().decode()) from None
                        time.sleep(0.05)
            yield server
        finally:
            server.terminate()
            server.wait(10)


def sent(address: Path, request: bytes) -> bytes:
    """The answer to some bytes sent to a socket."""
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(10)
        connection.connect(str(address))
        connection.sendall(request)
        answer = b""
        try:
            while piece := connection.recv(1 << 16):
                answer += piece
        except TimeoutError:
            pass
    return answer
