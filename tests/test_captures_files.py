"""Web captures opened: WARC, WACZ, ARC, HAR, MHTML and saved pages, whole, damaged, and made to mislead."""

import gzip
import hashlib
import http.client
import io
import json
import shutil
import subprocess
import zipfile
import zlib
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import brotli
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from warcio.archiveiterator import ArchiveIterator
from warcio.capture_http import capture_http
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from artefact_case import evidence
from browser import chromium
from captured import PAGE, body, case_of, opened, rows, serving, warc
from stocktake.evidence import Limits
from stocktake.evidence.captures import records, saved_page
from stocktake.evidence.opening import Opening
from stocktake.evidence.streams import Stream
from stocktake.evidence.unwrapping import Unwrapped

URL = "http://shop.example/product/tea/"


def _file(tmp_path: Path, data: bytes, name: str = "crawl.warc.gz") -> Path:
    path = tmp_path / name
    path.write_bytes(data)
    return path


def _bodies(path: Path) -> dict[str, bytes]:
    found, _ = opened(path)
    return {item.path[len(path.name) + 1 :]: body(item) for item in found if item.holds is None}


def _told(path: Path) -> list[str]:
    return [problem.message for problem in opened(path)[1] if problem.severity != "info"]


def _as_warcio_reads(path: Path) -> list[tuple[str, bytes]]:
    with path.open("rb") as stream:
        return [
            (record.rec_headers.get_header("WARC-Target-URI") or record.rec_headers.get_header("uri"),
             record.content_stream().read())
            for record in ArchiveIterator(stream, arc2warc=False)
            if record.rec_type in ("response", "resource")
        ]  # fmt: skip


@pytest.mark.parametrize(
    "name",
    ["example.warc", "example.warc.gz", "example.arc", "example.arc.gz", "example-iana.org-chunked.warc",
     "example-resource.warc.gz", "example-space-in-url.arc", "post-test.warc.gz"],
)  # fmt: skip
def test_real_captures_in_shared_evidence_give_what_warcio_gives(name):
    path = evidence("warcio") / "data" / "data" / name
    found, _ = opened(path)
    ours = [(item.capture.url, body(item)) for item in found if item.holds is None]
    theirs = _as_warcio_reads(path)
    assert {url.replace("%20", " ") for url, _ in ours} == {url.replace("%20", " ") for url, _ in theirs}
    for url, content in theirs:
        assert any(
            content == mine for other, mine in ours if other.replace("%20", " ") == url.replace("%20", " ")
        )


def test_real_captures_in_shared_evidence_state_what_is_wrong_with_them():
    folder = evidence("warcio") / "data" / "data"
    assert "error" in [problem.severity for problem in opened(folder / "bad.arc")[1]]
    assert "was cut off" in _told(folder / "example-space-in-url.arc")[0]
    revisited = [item for item in opened(folder / "example.warc.gz")[0] if item.holds is None]
    assert [item.capture.at for item in revisited] == [
        datetime(2017, 3, 6, 4, 2, 6, tzinfo=UTC), datetime(2017, 3, 6, 4, 3, 48, tzinfo=UTC),
    ]  # fmt: skip
    assert body(revisited[0]) == body(revisited[1]), "the second is a revisit of the first"


@pytest.mark.parametrize(("name", "wrong"), [("example.warc.gz", 0), ("example-digest.warc", 1)])
def test_digests_of_real_captures_in_shared_evidence_are_checked_as_warcio_checks_them(name, wrong):
    path = evidence("warcio") / "data" / "data" / name
    found = list(records("warc", Opening(path, Limits()), Limits(), lambda *_: None))
    assert [record.digest for record in found].count("differs") == wrong
    with path.open("rb") as stream:
        theirs = 0
        for record in ArchiveIterator(stream, check_digests=True):
            record.content_stream().read()
            theirs += record.digest_checker.passed is False
    assert theirs == wrong


def test_a_record_becomes_an_item_with_its_url_and_time(tmp_path):
    path = _file(tmp_path, warc((URL, PAGE), (URL, PAGE + b"later", "2025-06-21T10:00:00.25Z")))
    whole, first, second = opened(path)[0]
    assert (whole.path, whole.holds, body(whole)) == ("crawl.warc.gz", "warc", path.read_bytes())
    assert first.path == "crawl.warc.gz/20250620T100000Z/shop.example/product/tea/"
    assert first.container == "gzip,warc"
    assert (first.capture.url, first.capture.status, first.capture.media_type) == (URL, 200, "text/html")
    assert second.capture.at == datetime(2025, 6, 21, 10, 0, 0, 250_000, tzinfo=UTC)
    assert (body(first), body(second)) == (PAGE, PAGE + b"later")


@pytest.mark.parametrize("packing", ["records", "whole", "none"])
def test_however_a_warc_is_packed_it_holds_the_same(tmp_path, packing):
    pages = [(f"{URL}?n={n}", PAGE * (n + 1)) for n in range(20)]
    data = warc(*pages, packed=packing == "records")
    path = _file(tmp_path, gzip.compress(data) if packing == "whole" else data)
    assert sorted(_bodies(path).values()) == sorted(page for _, page in pages)


def test_what_a_server_packed_is_unpacked_and_what_the_crawler_unpacked_is_left(tmp_path):
    codings = {
        "gzip": gzip.compress(PAGE), "x-gzip": gzip.compress(PAGE), "br": brotli.compress(PAGE),
        "deflate": zlib.compress(PAGE), "gzip, identity": gzip.compress(PAGE),
        "br, gzip": gzip.compress(brotli.compress(PAGE)),
    }  # fmt: skip
    raw = zlib.compressobj(wbits=-15)
    codings["Deflate"] = raw.compress(PAGE) + raw.flush()
    for number, (coding, sent) in enumerate(codings.items()):
        for content in (sent, PAGE):
            path = _file(tmp_path, warc((URL, content), Content_Encoding=coding), f"{number}.warc.gz")
            assert list(_bodies(path).values()) == [PAGE], coding
            cut = len(content) // 3
            chunks = b"%x\r\n%s\r\n%X;ext=1\r\n%s\r\n0\r\n\r\n" % (
                cut,
                content[:cut],
                len(content) - cut,
                content[cut:],
            )
            path = _file(
                tmp_path,
                warc((URL, chunks), Content_Encoding=coding, Transfer_Encoding="chunked"),
                "c.warc.gz",
            )
            assert list(_bodies(path).values()) == [PAGE], coding
    path = _file(tmp_path, warc((URL, b"\x01\x02"), Content_Encoding="compress"), "u.warc.gz")
    assert list(_bodies(path).values()) == [b"\x01\x02"]
    assert "can't be undone" in _told(path)[0]


def test_a_bomb_in_a_body_is_cut_off(tmp_path):
    path = _file(
        tmp_path, warc((URL, brotli.compress(b"\0" * (100 << 20), quality=1)), Content_Encoding="br")
    )
    item = opened(path)[0][1]
    with item.open() as stream:
        length = 0
        while block := stream.read(1 << 20):
            length += len(block)
        assert length < 80 << 20
        assert "bomb" in stream.faults[0].message


def test_a_real_crawl_by_warcio_of_a_real_server(tmp_path):
    pages = {f"/{how}": PAGE + how.encode() for how in ("plain", "gzip", "brotli-chunked", "gzip-chunked")}
    path = tmp_path / "crawl.warc.gz"
    with serving(pages) as address, capture_http(str(path)):
        connection = http.client.HTTPConnection(address.removeprefix("http://"))
        for page in [*pages, "/missing", "/plain"]:
            connection.request("GET", page)
            connection.getresponse().read()
        connection.close()
    found = [item for item in opened(path)[0] if item.holds is None]
    assert [item.capture.url.removeprefix(address) for item in found] == [*pages, "/missing", "/plain"]
    assert [item.capture.status for item in found] == [200, 200, 200, 200, 404, 200]
    assert [body(item) for item in found[:4]] == list(pages.values())
    assert len({item.path for item in found}) == len(found)
    assert _told(path) == []


def test_a_real_crawl_by_wget_of_a_real_server(tmp_path):
    program = shutil.which("wget")
    assert program, "This test needs wget: apt-get install wget"
    links = (
        b"<html><head><title>x</title></head><body><a href='/a'>a</a><a href='/chunked'>b</a></body></html>"
    )
    with serving({"/": links, "/a": PAGE, "/chunked": PAGE + b"!"}) as address:
        command = [
            program,
            "-q",
            "-r",
            "-l",
            "1",
            "-e",
            "robots=off",
            "--warc-file=crawl",
            "--warc-cdx",
            f"{address}/",
        ]
        subprocess.run(command, cwd=tmp_path, check=False, timeout=60)
    path = tmp_path / "crawl.warc.gz"
    bodies = {
        item.capture.url.removeprefix(address): body(item)
        for item in opened(path)[0]
        if item.holds is None and item.capture.url.startswith(address)
    }
    assert bodies == {"/": links, "/a": PAGE, "/chunked": PAGE + b"!"}
    assert _told(path) == []
    assert all(
        r.digest != "differs" for r in records("warc", Opening(path, Limits()), Limits(), lambda *_: None)
    )


def test_a_wacz_is_opened_and_its_hashes_are_checked(tmp_path):
    data = warc((URL, PAGE))
    for number, stated in enumerate((hashlib.sha256(data).hexdigest(), "0" * 64)):
        path = tmp_path / f"{number}.wacz"
        package = {
            "profile": "data-package", "wacz_version": "1.1.1",
            "resources": [
                {"name": "d", "path": "archive/d.warc.gz", "hash": f"sha256:{stated}", "bytes": len(data)},
                {"name": "e", "path": "archive/e.warc.gz", "hash": "sha256:00", "bytes": 0},
            ],
        }  # fmt: skip
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("archive/d.warc.gz", data)
            archive.writestr("datapackage.json", json.dumps(package))
        found, told = opened(path)
        page = next(item for item in found if item.capture)
        assert (page.path, page.container, body(page)) == (
            f"{path.name}/archive/d.warc.gz/20250620T100000Z/shop.example/product/tea/", "zip,gzip,warc", PAGE
        )  # fmt: skip
        messages = [problem.message for problem in told]
        assert any("e.warc.gz" in message for message in messages)
        assert any("is not the one that the WACZ states" in message for message in messages) is bool(number)


def test_a_wrong_digest_costs_one_problem(tmp_path):
    data = bytearray(warc((URL, PAGE), (URL + "2", PAGE), packed=False))
    data[data.index(b"text text") + 2] ^= 1
    connection = case_of(_file(tmp_path, bytes(data), "crawl.warc"), tmp_path)
    told = rows(connection, "SELECT message FROM problems WHERE severity <> 'info'")
    assert told == [(f"{URL}: the digest of its block and payload is not as stated",)]
    assert rows(connection, "SELECT count(*) FROM items WHERE url IS NOT NULL") == [(2,)]


def test_a_revisit_of_a_page_that_is_not_there_is_told(tmp_path):
    out = io.BytesIO()
    writer = WARCWriter(out, gzip=True)
    answer = StatusAndHeaders("200 OK", [("Content-Type", "text/html")], protocol="HTTP/1.1")
    writer.write_record(
        writer.create_revisit_record(
            URL, "sha1:" + "A" * 32, URL, "2020-01-01T00:00:00Z", http_headers=answer
        )
    )
    path = _file(tmp_path, out.getvalue())
    assert len(opened(path)[0]) == 1
    assert "is not in this file" in _told(path)[0]


def test_records_behind_a_damaged_one_are_found(tmp_path):
    pages = [(f"{URL}?n={n}", PAGE + bytes([n]) * 3000) for n in range(6)]
    parts = [warc(page) for page in pages]
    starts = [sum(map(len, parts[:n])) for n in range(7)]
    data = bytearray(b"".join(parts))
    data[starts[2] + 60 : starts[2] + 120] = b"\xff" * 60
    del data[starts[5] - 40 : starts[5]]  # and one whose end is gone
    path = _file(tmp_path, bytes(data))
    bodies = _bodies(path)
    kept = [name for name in bodies if bodies[name] in [page for _, page in pages]]
    assert {name[-1] for name in kept} == {"0", "1", "3", "5"}
    assert any("damaged" in message for message in _told(path))


def test_a_plain_file_goes_on_behind_bytes_that_are_no_record(tmp_path):
    data = (
        warc((URL, PAGE), packed=False)
        + b"\0\xffrubbish\nWARC/x\n" * 50
        + warc((URL + "2", PAGE), packed=False)
    )
    path = _file(tmp_path, data, "crawl.warc")
    assert list(_bodies(path).values()) == [PAGE, PAGE]
    assert "belong to no record" in _told(path)[0]


@pytest.mark.parametrize(
    "length", ["-1", "9" * 30, "", "abc", "1e9", "0x10", "99999999999999999"]
)  # fmt: skip
def test_a_length_that_can_t_be_is_told_and_the_rest_is_read(tmp_path, length):
    hostile = f"WARC/1.0\r\nWARC-Type: response\r\nWARC-Target-URI: {URL}\r\nContent-Length: {length}\r\n\r\n"
    data = hostile.encode() + b"HTTP/1.1 200 OK\r\n\r\nx\r\n\r\n" + warc((URL + "2", PAGE), packed=False)
    path = _file(tmp_path, data, "crawl.warc")
    assert _told(path)
    if length.isdecimal() and len(length) < 19:
        assert len(_bodies(path)) == 1  # the record says that all of the file is its own
    else:
        assert PAGE in _bodies(path).values()


def test_headers_without_end_and_hostile_names_stay_within_bounds(tmp_path):
    data = b"WARC/1.0\r\n" + b"X: " + b"y" * (3 << 20) + b"\r\n\r\n" + warc((URL, PAGE), packed=False)
    assert PAGE in _bodies(_file(tmp_path, data, "long.warc")).values()
    urls = [
        "http://shop.example/../../../etc/passwd", "http://shop.example/a/%2e%2e/b", "file:///etc/shadow",
        "http://shop.example/\u202egnp.exe", "http://shop.example/" + "a" * 5000, "http://shop.example/?q=<script>",
        "javascript:alert(1)", "", "http://[::1", "http://shop.example/x\\..\\y",
    ]  # fmt: skip
    path = _file(tmp_path, warc(*((url, PAGE) for url in urls)), "names.warc.gz")
    found = [item for item in opened(path)[0] if item.holds is None]
    assert len(found) == len({item.path for item in found}) == len(urls)
    for item in found:
        assert ".." not in item.path.split("/")
        assert len(item.path) < 400
        assert item.path.isprintable()
        assert body(item) == PAGE


_PAGES = [(f"{URL}?n={n}", PAGE[:n] + b"</html>") for n in (0, 40, 900)]
_WHOLE = {packed: warc(*_PAGES, packed=packed) for packed in (True, False)}


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_a_mangled_warc_never_breaks_reading(tmp_path, data):
    whole = bytearray(_WHOLE[data.draw(st.booleans())])
    for _ in range(data.draw(st.integers(0, 4))):
        at = data.draw(st.integers(0, len(whole) - 1))
        whole[at : at + data.draw(st.integers(0, 40))] = data.draw(st.binary(max_size=40))
    cut = data.draw(st.integers(0, len(whole)))
    path = _file(tmp_path, bytes(whole[:cut] if data.draw(st.booleans()) else whole))
    for item in opened(path)[0]:
        body(item)
    list(records("warc", Opening(path, Limits()), Limits(), lambda *_: None))


@settings(max_examples=60, deadline=None)
@given(
    st.binary(max_size=400), st.sampled_from(["chunked", "br", "base64", "quoted-printable", "json", "zlib"])
)
def test_no_bytes_break_a_coding(coded, name):
    class Pieces(Stream):
        def __init__(self) -> None:
            super().__init__()
            self.left = coded

        def _next(self) -> bytes:
            piece, self.left = self.left[:7], self.left[7:]
            return piece

    Unwrapped(Pieces, name, Limits()).read()


@settings(max_examples=25, deadline=None)
@given(st.text(max_size=300), st.booleans(), st.integers(1, 90_000))
def test_a_json_string_is_undone_whole(text, escaped, repeats):
    text = (text + '\\"\U0001f600\n') * max(1, min(repeats, 140_000 // (len(text) + 5)))
    stored = json.dumps(text, ensure_ascii=escaped)[1:-1].encode("utf-8", "surrogatepass")

    class Whole(Stream):
        def __init__(self) -> None:
            super().__init__()
            self.left = stored

        def _next(self) -> bytes:
            piece, self.left = self.left[:65_521], self.left[65_521:]
            return piece

    expected = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    assert Unwrapped(Whole, "json", Limits()).read() == expected.encode()


def _har(*entries: dict) -> bytes:
    return json.dumps({"log": {"version": "1.2", "creator": {"name": "t"}, "entries": entries}}).encode()


def _entry(url: str, text: str, **content: str) -> dict:
    return {
        "startedDateTime": "2025-06-20T12:00:00.000+02:00", "request": {"method": "GET", "url": url},
        "response": {"status": 200, "content": {"mimeType": "text/html; charset=utf-8", "text": text, **content}},
        "serverIPAddress": "127.0.0.1",
    }  # fmt: skip


def test_a_har_holds_its_bodies_where_they_lie(tmp_path):
    long = "<html>" + 'é"\\\n\U0001f600' * 40_000
    path = _file(
        tmp_path,
        _har(_entry(URL, "<html>short"), _entry(URL, long), _entry(URL, "PGh0bWw+eA==", encoding="base64"),
             {"request": {"url": URL}, "response": {"status": 304, "content": {}}}),
        "session.har",
    )  # fmt: skip
    found, told = opened(path)
    assert [body(item).decode() for item in found[1:]] == ["<html>short", long, "<html>x"]
    assert found[1].capture.at == datetime(2025, 6, 20, 10, tzinfo=UTC)
    assert [problem.message for problem in told] == ["1 entries have no body in the file"]
    cut = _file(tmp_path, path.read_bytes()[:-60_000], "cut.har")
    assert len(opened(cut)[0]) >= 2
    assert "can't be read to its end" in _told(cut)[0]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_a_mangled_har_never_breaks_reading(tmp_path, data):
    whole = bytearray(_har(_entry(URL, "<html>a\\u0041"), _entry(URL, "é" * 50)))
    for _ in range(data.draw(st.integers(0, 3))):
        at = data.draw(st.integers(0, len(whole) - 1))
        whole[at : at + 5] = data.draw(st.binary(max_size=6))
    path = _file(tmp_path, bytes(whole), "x.har")
    for item in opened(path)[0]:
        body(item)


def test_what_a_real_browser_saves_and_records(tmp_path):
    product = (
        b'<!doctype html><html><head><meta charset="utf-8"><title>Tea \xe2\x80\x93 shop</title>'
        b'<script type="application/ld+json">{"@type":"Product","name":"Oolong","offers":'
        b'{"@type":"Offer","price":"8.50","priceCurrency":"GBP"}}</script></head><body><h1>Oolong</h1>'
        b"<img src='/picture'><script>document.title = 'was run'</script></body></html>"
    )
    folder = tmp_path / "captures"
    folder.mkdir()
    with serving({"/product/oolong": product, "/picture": b"x"}) as address, chromium() as browser:
        context = browser.new_context(record_har_path=folder / "session.har", record_har_content="embed")
        page = context.new_page()
        page.goto(f"{address}/product/oolong")
        page.screenshot(path=folder / "screenshot.png")
        session = context.new_cdp_session(page)
        (folder / "page.mhtml").write_bytes(session.send("Page.captureSnapshot")["data"].encode())
        context.close()
    connection = case_of(folder, tmp_path)
    kinds = dict(rows(connection, "SELECT path, kind FROM items WHERE path NOT LIKE '%/%'"))
    assert kinds == {
        "session.har": "captures:har", "page.mhtml": "captures:mhtml", "screenshot.png": "image/png"
    }  # fmt: skip
    urls = rows(connection, "SELECT DISTINCT url FROM items WHERE url LIKE '%/oolong'")
    assert urls == [(f"{address}/product/oolong",)]
    assert rows(
        connection, "SELECT count(*) FROM items WHERE url LIKE '%/oolong' AND captured_at IS NULL"
    ) == [(0,)]
    # Saved pages leave scripts out, so that only the HAR has the structured data.
    assert rows(connection, "SELECT title, price, currency FROM listings") == [
        ("Oolong", Decimal("8.5"), "GBP")
    ]
    assert rows(connection, "SELECT severity, message FROM problems WHERE severity <> 'info'") == []


def test_pages_that_say_that_they_were_saved(tmp_path):
    chrome = b"<!DOCTYPE html>\n<!-- saved from url=(0037)http://shop.example/product/oolong -->\n<html><body>x</body></html>"
    single = (
        b"<!DOCTYPE html> <html><!--\n Page saved with SingleFile \n url: http://shop.example/s \n"
        b" saved date: Fri Jun 20 2025 12:00:00 GMT+0200 (CEST)\n--><body>x</body></html>"
    )
    track = (
        b"<html>\n<!-- Mirrored from shop.example/ by HTTrack Website Copier/3.x [XR&CO'2014], "
        b"Fri, 20 Jun 2025 10:00:00 GMT -->\n<body>x</body></html>"
    )
    assert saved_page(chrome).url == "http://shop.example/product/oolong"
    at = datetime(2025, 6, 20, 10, tzinfo=UTC)
    assert (saved_page(single).url, saved_page(single).at) == ("http://shop.example/s", at)
    assert (saved_page(track).url, saved_page(track).at) == ("http://shop.example/", at)
    assert saved_page(b"<html><!-- a comment --><body>x</body></html>") is None
    folder = tmp_path / "saved"
    (folder / "tea_files").mkdir(parents=True)
    (folder / "chrome.html").write_bytes(chrome)
    # Firefox leaves no mark, but a folder beside the page; the page itself says where it is from.
    (folder / "tea.html").write_bytes(
        b"<!DOCTYPE html><html><head><link rel='canonical' href='http://shop.example/product/tea'></head><body>"
        b"<div itemscope itemtype='https://schema.org/Product'><b itemprop='name'>Tea</b>"
        b"<span itemprop='offers' itemscope itemtype='https://schema.org/Offer'><meta itemprop='price' content='3.20'>"
        b"<meta itemprop='priceCurrency' content='GBP'></span></div></body></html>"
    )
    (folder / "tea_files" / "style.css").write_bytes(b"b { color: red }")
    (folder / "plain.html").write_bytes(b"<!DOCTYPE html><html><body>of a web root</body></html>")
    connection = case_of(folder, tmp_path)
    assert dict(rows(connection, "SELECT path, kind FROM items WHERE path LIKE '%.html'")) == {
        "chrome.html": "captures:saved-page", "tea.html": "captures:saved-page", "plain.html": "text/html"
    }  # fmt: skip
    assert rows(connection, "SELECT listing_id, title, price FROM listings") == [
        ("listing:KC/1/captures/shop.example//product/tea", "Tea", Decimal("3.2"))
    ]


def test_a_letter_with_pictures_is_no_saved_page(tmp_path):
    letter = (
        b"From: a@example.org\r\nTo: b@example.org\r\nMessage-ID: <1@example.org>\r\nDate: Fri, 20 Jun 2025 10:00:00 +0000\r\n"
        b'Content-Type: multipart/related; boundary="x"\r\n\r\n--x\r\nContent-Type: text/html\r\n'
        b"Content-Location: http://shop.example/\r\n\r\n<html></html>\r\n--x--\r\n"
    )
    assert "mhtml" not in {item.holds for item in opened(_file(tmp_path, letter, "letter.eml"))[0]}
    saved = letter.replace(b"To: b@example.org\r\nMessage-ID: <1@example.org>\r\n", b"")
    found = opened(_file(tmp_path, saved, "saved.mht"))[0]
    assert [item.holds for item in found] == ["mhtml", None]
    assert (found[1].capture.url, body(found[1])) == ("http://shop.example/", b"<html></html>")
