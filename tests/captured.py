"""For tests of web captures: records written by warcio, a real server on loopback, and a case made of files."""

import gzip
import io
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import brotli
import duckdb
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from shop_case import new_case
from stocktake.commerce.tables import open_case
from stocktake.custody import exhibit
from stocktake.evidence import EvidenceProblem, Item, items
from stocktake.process import process

AT = "2025-06-20T10:00:00Z"
PAGE = b"<!doctype html><html><head><title>A page</title></head><body>" + b"text " * 400 + b"</body></html>"


def warc(*pages: tuple[str, bytes, str] | tuple[str, bytes], packed: bool = True, **headers: str) -> bytes:
    """A WARC of responses: address, body and time of each; ``headers`` are HTTP's."""
    out = io.BytesIO()
    writer = WARCWriter(out, gzip=packed)
    for url, body, *at in pages:
        stated = [
            ("Content-Type", "text/html; charset=utf-8"),
            *((k.replace("_", "-"), v) for k, v in headers.items()),
        ]
        answer = StatusAndHeaders("200 OK", stated, protocol="HTTP/1.1")
        writer.write_record(
            writer.create_warc_record(
                url, "response", payload=io.BytesIO(body), length=len(body), http_headers=answer,
                warc_headers_dict={"WARC-Date": at[0] if at else AT},
            )
        )  # fmt: skip
    return out.getvalue()


def opened(file: Path) -> tuple[list[Item], list[EvidenceProblem]]:
    """The items of a file, and what was told of it."""
    told: list[EvidenceProblem] = []
    return list(items("KC/1", file, told.append)), told


def body(item: Item) -> bytes:
    with item.open() as stream:
        return stream.read()


def case_of(folder: Path, where: Path, *more: Path) -> duckdb.DuckDBPyConnection:
    """A case of these exhibits, processed; a connection that sees its tables."""
    case = new_case(where)
    for number, path in enumerate((folder, *more), 1):
        exhibit.add(case, path, reference=f"KC/{number}")
    process(case, jobs=2)
    return open_case(case)


def rows(connection: duckdb.DuckDBPyConnection, sql: str) -> list[tuple[Any, ...]]:
    return connection.execute(sql).fetchall()


class _Answering(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        pages: dict[str, bytes] = self.server.pages  # type: ignore[attr-defined]
        page = pages.get(self.path.split("?")[0].split("#")[0])
        self.send_response(200 if page is not None else 404)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        page = page or b"<html><body>nothing here</body></html>"
        if "gzip" in self.path:
            page = gzip.compress(page)
            self.send_header("Content-Encoding", "gzip")
        elif "brotli" in self.path:
            page = brotli.compress(page)
            self.send_header("Content-Encoding", "br")
        if "chunked" in self.path:
            self.send_header("Transfer-Encoding", "chunked")
            self.end_headers()
            for start in range(0, len(page), 700):
                piece = page[start : start + 700]
                self.wfile.write(b"%x\r\n%s\r\n" % (len(piece), piece))
            self.wfile.write(b"0\r\n\r\n")
        else:
            self.send_header("Content-Length", str(len(page)))
            self.end_headers()
            self.wfile.write(page)

    def log_message(self, *_: Any) -> None:
        pass


@contextmanager
def serving(pages: dict[str, bytes]) -> Iterator[str]:
    """A real server on loopback; a path with ``gzip``, ``brotli`` or ``chunked`` in it is sent so."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Answering)
    server.pages = pages  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
