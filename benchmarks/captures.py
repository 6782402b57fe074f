"""Speed of reading a WARC: warcio alone, our listing of records, the items' bodies, and the pages' listings.

``python benchmarks/captures.py [MB]`` makes a packed capture of product pages of about 30 kB each, and reads it.
MB/s count the unpacked bytes of the file, on one thread.
"""

import gzip
import io
import sys
import tempfile
import time
from pathlib import Path

from warcio.archiveiterator import ArchiveIterator
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from stocktake.artefacts.captures.document import parsed
from stocktake.artefacts.captures.reading import offered
from stocktake.artefacts.captures.selectors import shipped
from stocktake.demo import web_capture
from stocktake.evidence import Limits, items
from stocktake.evidence.captures import records
from stocktake.evidence.opening import Opening

FILLING = "Loose tea, from the leaf, packed twice and posted the day it is asked for. " * 350


def _write(path: Path, size: int) -> tuple[int, int]:
    """A capture of ``size`` bytes or more; its unpacked length and its records."""
    pages = [
        page.html.replace("</body>", f"<p>{FILLING}</p></body>")
        for page in web_capture.pages(web_capture.DAYS[0])
    ]
    unpacked = count = 0
    with path.open("wb") as out:
        writer = WARCWriter(out, gzip=True)
        while unpacked < size:
            page = pages[count % len(pages)].encode() + b"<!-- %d -->" % count
            answer = StatusAndHeaders("200 OK", [("Content-Type", "text/html")], protocol="HTTP/1.1")
            url = f"http://shop.example/product/{count}/"
            writer.write_record(
                writer.create_warc_record(
                    url, "response", io.BytesIO(page), length=len(page), http_headers=answer
                )
            )
            unpacked += len(page) + 500
            count += 1
    with gzip.open(path) as whole:
        length = sum(len(block) for block in iter(lambda: whole.read(1 << 20), b""))
    return length, count


def _warcio(path: Path, check: bool) -> None:
    with path.open("rb") as stream:
        for record in ArchiveIterator(stream, check_digests=check):
            while record.raw_stream.read(1 << 16):
                pass


def _items(path: Path) -> None:
    for item in items("X/1", path, lambda _: None):
        with item.open() as stream:
            while stream.read1():
                pass


def _pages(path: Path) -> None:
    for item in items("X/1", path, lambda _: None):
        if item.capture is not None:
            with item.open() as stream:
                offered(parsed(stream.read()), item.capture.url, shipped())


def main() -> None:
    size = int(sys.argv[1]) << 20 if len(sys.argv) > 1 else 64 << 20
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "crawl.warc.gz"
        length, count = _write(path, size)
        print(f"{length / 1e6:.0f} MB unpacked, {path.stat().st_size / 1e6:.1f} MB packed, {count} records")
        quiet = Limits()
        ways = {
            "warcio, records": lambda: _warcio(path, False),
            "warcio, records and digests": lambda: _warcio(path, True),
            "stocktake, records": lambda: list(
                records("warc", Opening(path, quiet), quiet, lambda *_: None, check_digests=False)
            ),
            "stocktake, records and digests": lambda: list(
                records("warc", Opening(path, quiet), quiet, lambda *_: None)
            ),
            "stocktake, items and their bodies": lambda: _items(path),
            "stocktake, items, pages and listings": lambda: _pages(path),
        }
        for name, way in ways.items():
            begun, used = time.perf_counter(), time.process_time()
            way()
            taken, used = time.perf_counter() - begun, time.process_time() - used
            print(
                f"{name:38} {length / 1e6 / used:7.0f} MB/s of processor time, {length / 1e6 / taken:7.0f} by the clock"
            )


if __name__ == "__main__":
    main()
