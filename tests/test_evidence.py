"""What was seized is opened: by content, as far as it can be read, and never written."""

import bz2
import gzip
import hashlib
import io
import lzma
import os
import pickle
import random
import socket
import stat
import struct
import subprocess
import tarfile
import tracemalloc
import zipfile
import zlib

import pytest
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st

from servers import program
from stocktake.evidence import Counted, Limits, items
from stocktake.evidence.streams import FileStream

SQL = b"".join(b"INSERT INTO `t` VALUES (%d,'%032x');\n" % (n, n * 0x9E3779B97F4A7C15) for n in range(60))

TOOLS = {
    "gzip": (["gzip", "-c"], "gzip"),
    "bzip2": (["bzip2", "-c"], "bzip2"),
    "xz": (["xz", "-c"], "xz-utils"),
    "zstd": (["zstd", "-q", "-c"], "zstd"),
}


def packed(tool, data):
    command, package = TOOLS[tool]
    program(command[0], package)
    return subprocess.run(command, input=data, capture_output=True, check=True).stdout


def opened(path, limits=None):
    """Items of an exhibit with their bytes and faults, and the problems told."""
    problems = []
    found = []
    for item in items("R/1", path, problems.append, limits):
        with Counted(item.open()) as stream:
            data = stream.read()
            assert stream.count == len(data)
            assert stream.sha256 == hashlib.sha256(data).hexdigest()
            found.append((item, data, stream.faults))
    return found, problems


def only(path, data, limits=None):
    path.write_bytes(data)
    found, problems = opened(path, limits)
    assert len(found) == 1
    return (*found[0], problems)


@pytest.mark.parametrize("tool", TOOLS)
def test_compression_is_told_by_content_and_all_members_are_read(tmp_path, tool):
    for members in (1, 2, 3):
        item, data, faults, problems = only(tmp_path / "dump.sql", packed(tool, SQL) * members)
        assert data == SQL * members
        assert (item.path, item.container, item.file) == ("dump.sql", tool, None)
        assert faults == []
        assert problems == []


@pytest.mark.parametrize("tool", TOOLS)
def test_an_empty_file_inside_of_compression(tmp_path, tool):
    _, data, faults, _ = only(tmp_path / "x", packed(tool, b""))
    assert (data, faults) == (b"", [])


@pytest.mark.parametrize("tool", TOOLS)
def test_a_file_cut_off_at_any_byte_gives_what_can_be_read(tmp_path, tool):
    whole = packed(tool, SQL)
    lengths = []
    for end in range(12, len(whole)):
        item, data, faults, _ = only(tmp_path / "cut", whole[:end])
        assert item.container == tool
        assert SQL.startswith(data)
        assert len(faults) == 1, end
        assert "cut off" in faults[0].message
        assert faults[0].offset == len(data)
        lengths.append(len(data))
    assert lengths == sorted(lengths)
    if tool == "gzip":
        assert lengths == [
            len(zlib.decompressobj(31).decompress(whole[:end])) for end in range(12, len(whole))
        ]


@pytest.mark.parametrize("tool", TOOLS)
def test_a_changed_byte_is_told_once_and_loses_nothing_before_it(tmp_path, tool):
    whole = packed(tool, SQL * 20)
    for at in range(14, len(whole), max(1, len(whole) // 60)):
        damaged = bytearray(whole)
        damaged[at] ^= 0x55
        _, data, faults, _ = only(tmp_path / "damaged", bytes(damaged))
        assert len(faults) == 1 or data == SQL * 20, at


def test_all_that_zlib_can_give_before_damage_is_given(tmp_path):
    whole = bytearray(gzip.compress(SQL * 2000, mtime=0))
    at = len(whole) * 3 // 4
    whole[at : at + 8] = b"\xff" * 8
    _, data, faults, _ = only(tmp_path / "damaged.gz", bytes(whole))
    decoder, expected = zlib.decompressobj(31), []

    def byte_by_byte():
        for position in range(len(whole)):
            expected.append(decoder.decompress(whole[position : position + 1]))  # noqa: PERF401 - it raises

    with pytest.raises(zlib.error):
        byte_by_byte()
    assert data == b"".join(expected)
    assert len(faults) == 1


@pytest.mark.parametrize("tool", TOOLS)
def test_bytes_after_the_end_are_told(tmp_path, tool):
    _, data, faults, _ = only(tmp_path / "x", packed(tool, SQL) + b"something else, not compressed")
    assert data == SQL
    assert [fault.severity for fault in faults] == ["warning"]
    if tool in ("gzip", "xz"):
        _, data, faults, _ = only(tmp_path / "x", packed(tool, SQL) + b"\0" * 70_000)
        assert (data, faults) == (SQL, [])


def test_zstd_with_skippable_frames(tmp_path):
    skip = b"\x50\x2a\x4d\x18" + struct.pack("<I", 9000) + b"x" * 9000
    frame = zstandard.compress(SQL)
    _, data, faults, _ = only(tmp_path / "x.zst", skip + frame + skip + frame + skip)
    assert (data, faults) == (SQL * 2, [])


def test_wrapping_inside_of_wrapping(tmp_path):
    data = SQL
    for tool in ("gzip", "zstd", "xz", "bzip2"):
        data = packed(tool, data)
    item, found, faults, _ = only(tmp_path / "x", data)
    assert item.container == "bzip2,xz,zstd,gzip"
    assert (found, faults) == (SQL, [])


def test_wrapping_too_deep_is_told_and_left(tmp_path):
    data = SQL
    for _ in range(12):
        data = gzip.compress(data)
    item, _, _, problems = only(tmp_path / "x", data)
    assert item.container == ",".join(["gzip"] * 8)
    assert len(problems) == 1


@pytest.mark.parametrize("pack", [gzip.compress, bz2.compress, lzma.compress, zstandard.compress])
def test_a_bomb_costs_one_fault_and_little_memory(tmp_path, pack):
    limits = Limits(ratio=20, ratio_after=1 << 20)
    path = tmp_path / "bomb"
    path.write_bytes(pack(bytes(100 << 20)))
    tracemalloc.start()
    (item,) = items("R/1", path, pytest.fail, limits)
    with Counted(item.open()) as stream:
        stream.drain()
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert stream.count < 100 << 20
    assert ["bomb" in fault.message for fault in stream.faults] == [True]
    assert peak < 220 << 20


def test_text_is_no_bomb(tmp_path):
    text = b"aaaaaaaaaa\n" * 3_000_000
    _, data, faults, _ = only(tmp_path / "x", gzip.compress(text))
    assert (len(data), faults) == (len(text), [])


# zip


def zip_of(path, files, method=zipfile.ZIP_DEFLATED):
    with zipfile.ZipFile(path, "w", method) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return path


@pytest.mark.parametrize(
    "method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA]
)
def test_zip_members_by_every_method(tmp_path, method):
    inner = {"shop.sql": SQL, "deep/er/shop.sql.gz": packed("gzip", SQL), "empty": b"", "café.txt": b"x"}
    found, problems = opened(zip_of(tmp_path / "backup.zip", inner, method))
    assert [(item.path, item.container, data) for item, data, _ in found] == [
        ("backup.zip/shop.sql", "zip", SQL),
        ("backup.zip/deep/er/shop.sql.gz", "zip,gzip", SQL),
        ("backup.zip/empty", "zip", b""),
        ("backup.zip/café.txt", "zip", b"x"),
    ]
    assert all(faults == [] for _, _, faults in found)
    assert problems == []


def test_the_real_zip_tool(tmp_path):
    program("zip", "zip")
    (tmp_path / "shop.sql").write_bytes(SQL)
    subprocess.run(["zip", "-q", "piped.zip", "-"], cwd=tmp_path, input=SQL, check=True)
    subprocess.run(["zip", "-q", "plain.zip", "shop.sql"], cwd=tmp_path, check=True)
    subprocess.run(["zip", "-q", "-P", "secret", "closed.zip", "shop.sql"], cwd=tmp_path, check=True)
    for name in ("piped.zip", "plain.zip"):
        ((_, data, faults),), problems = opened(tmp_path / name)
        assert (data, faults, problems) == (SQL, [], [])
    found, problems = opened(tmp_path / "closed.zip")
    assert [item.path for item, *_ in found] == ["closed.zip"]  # nothing in it opens, so it is an item itself
    assert any("encrypted" in problem.message for problem in problems)


@pytest.mark.parametrize("piped", [False, True])
def test_a_zip_cut_off_at_any_byte(tmp_path, piped):
    program("zip", "zip")
    (tmp_path / "a.sql").write_bytes(SQL[:600])
    (tmp_path / "b.sql").write_bytes(SQL[600:])
    names = "a.sql\nb.sql\n"
    options = ["-fd"] if piped else []
    subprocess.run(["zip", "-q", *options, "x.zip", "-@"], cwd=tmp_path, input=names, text=True, check=True)
    whole = (tmp_path / "x.zip").read_bytes()
    directory = whole.index(b"PK\x01\x02")
    for end in range(60, len(whole), 7):
        (tmp_path / "cut.zip").write_bytes(whole[:end])
        found, problems = opened(tmp_path / "cut.zip")
        text = b"".join(data for _, data, _ in found)
        assert SQL.startswith(text)
        assert len(problems) == 1
        assert "no readable directory" in problems[0].message
        if end >= directory:
            assert text == SQL
            assert all(faults == [] for _, _, faults in found)
        elif found:
            assert sum(len(faults) for _, _, faults in found) <= 1


def test_a_damaged_member_is_told(tmp_path):
    path = zip_of(tmp_path / "x.zip", {"a": SQL, "b": SQL}, zipfile.ZIP_STORED)
    damaged = bytearray(path.read_bytes())
    damaged[damaged.index(SQL[:20]) + 5] ^= 1
    path.write_bytes(damaged)
    found, _ = opened(path)
    assert [len(data) for _, data, _ in found] == [len(SQL), len(SQL)]
    assert [["CRC" in fault.message for fault in faults] for _, _, faults in found] == [[True], []]


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_names_in_archives_are_only_names(tmp_path):
    names = ["../../escape", "/etc/passwd", "a\nb", "dup", "dup", "C:\\windows\\x"]
    path = tmp_path / "in" / "x.zip"
    path.parent.mkdir()
    with zipfile.ZipFile(path, "w") as archive:
        for name in names:
            archive.writestr(zipfile.ZipInfo(name), name)
    before = sorted(tmp_path.rglob("*"))
    found, _ = opened(path)
    assert [data.decode() for _, data, _ in found] == names
    assert [item.path for item, _, _ in found] == [
        "x.zip/../../escape", "x.zip//etc/passwd", "x.zip/a\\x0ab", "x.zip/dup", "x.zip/dup~2",
        "x.zip/C:\\windows\\x",
    ]  # fmt: skip
    assert sorted(tmp_path.rglob("*")) == before


def test_members_that_share_bytes_are_not_read_twice(tmp_path):
    path = zip_of(tmp_path / "x.zip", {f"f{n}": SQL for n in range(5)})
    data = bytearray(path.read_bytes())
    at = data.index(b"PK\x01\x02")
    for _ in range(5):  # every entry of the directory points to the first file
        data[at + 42 : at + 46] = bytes(4)
        at = data.find(b"PK\x01\x02", at + 4)
    path.write_bytes(data)
    found, problems = opened(path)
    assert len(found) <= 1
    assert len(problems) >= 1


def test_archives_inside_of_archives(tmp_path):
    inner = io.BytesIO()
    with zipfile.ZipFile(inner, "w", zipfile.ZIP_DEFLATED) as archive:
        for n in range(5):
            archive.writestr(f"{n}.sql", SQL[n:])
    tarred = io.BytesIO()
    with tarfile.open(fileobj=tarred, mode="w:gz") as archive:
        for name, data in (("a/shop.sql", SQL), ("b/inner.zip", inner.getvalue()), ("z", b"last")):
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
        link = tarfile.TarInfo("link")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
        archive.addfile(link)
    path = zip_of(tmp_path / "outer.zip", {"site.tar.gz": tarred.getvalue()})
    found, problems = opened(path)
    assert [(item.path, item.container) for item, _, _ in found] == [
        ("outer.zip/site.tar.gz/a/shop.sql", "zip,gzip,tar"),
        *((f"outer.zip/site.tar.gz/b/inner.zip/{n}.sql", "zip,gzip,tar,zip") for n in range(5)),
        ("outer.zip/site.tar.gz/z", "zip,gzip,tar"),
    ]
    assert [data for _, data, _ in found] == [SQL, *(SQL[n:] for n in range(5)), b"last"]
    assert [problem.severity for problem in problems] == ["info"]
    backwards = [item for item, _, _ in reversed(found)]
    for item, (_, data, _) in zip(backwards, reversed(found), strict=True):
        with item.open() as stream:  # in any order, and again
            assert stream.read() == data


def test_a_tar_cut_off(tmp_path):
    whole = io.BytesIO()
    with tarfile.open(fileobj=whole, mode="w") as archive:
        for name in ("a", "b"):
            info = tarfile.TarInfo(name)
            info.size = len(SQL)
            archive.addfile(info, io.BytesIO(SQL))
    path = tmp_path / "x.tar"
    path.write_bytes(whole.getvalue()[: 512 + -(-len(SQL) // 512) * 512 + 512 + 100])
    found, problems = opened(path)
    assert found[0][1] == SQL
    assert found[1][1] == SQL[:100]
    assert len(problems) + sum(len(faults) for _, _, faults in found) >= 1


def test_an_office_document_stays_one_file(tmp_path):
    path = zip_of(tmp_path / "list.xlsx", {"[Content_Types].xml": "<Types/>", "xl/workbook.xml": "<x/>"})
    found, problems = opened(path)
    assert [item.path for item, _, _ in found] == ["list.xlsx"]
    assert found[0][0].file is not None
    assert problems == []


def test_an_item_can_be_sent_to_another_process(tmp_path):
    path = zip_of(tmp_path / "x.zip", {"shop.sql.gz": packed("gzip", SQL)})
    (item,) = items("R/1", path, pytest.fail)
    sent = pickle.loads(pickle.dumps(item))
    with sent.open() as stream:
        assert stream.read() == SQL


# Folders


def test_a_folder_is_walked_in_one_order_and_nothing_but_files_is_opened(tmp_path):
    root = tmp_path / "seized"
    (root / "b/deep").mkdir(parents=True)
    (root / "a").write_bytes(b"a")
    (root / "b/deep/file").write_bytes(b"deep")
    (root / "c.sql.gz").write_bytes(packed("gzip", SQL))
    (root / "in-link").symlink_to("a")
    (root / "out-link").symlink_to("/etc/passwd")
    (root / "b/loop").symlink_to("loop")
    (root / "b/up").symlink_to("../../../../../../etc")
    os.mkfifo(root / "fifo")
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(os.path.relpath(root / "socket"))
        name = os.fsencode(root) + b"/caf\xe9.txt"
        with open(name, "wb") as file:  # noqa: PTH123 - a name that is no text
            file.write(b"e9")
        (root / "caf\\xe9.txt").write_bytes(b"the text of it")
        before = [(path, path.lstat()) for path in sorted(root.rglob("*"))]
        found, problems = opened(root)
    assert [(item.path, data) for item, data, _ in found] == [
        ("a", b"a"),
        ("c.sql.gz", SQL),
        ("caf\\xe9.txt", b"the text of it"),
        ("caf\\xe9.txt~2", b"e9"),
        ("b/deep/file", b"deep"),
    ]
    told = {
        problem.message.split(" ", 1)[1].split(";")[0]: problem.message.split()[0] for problem in problems
    }
    assert told == {
        "symbolic links lead out of the exhibit or nowhere and were not followed": "3",
        "symbolic links lead to other files of the exhibit, which are read there": "1",
        "devices, FIFOs or sockets were not opened": "2",
    }
    after = [(path, path.lstat()) for path in sorted(root.rglob("*"))]
    assert [(p, s.st_mtime_ns, s.st_mode) for p, s in before] == [
        (p, s.st_mtime_ns, s.st_mode) for p, s in after
    ]
    if os.geteuid() == 0:  # only an owner may read without a trace
        files = [(p, s.st_atime_ns) for p, s in before if stat.S_ISREG(s.st_mode)]
        assert files == [(p, s.st_atime_ns) for p, s in after if stat.S_ISREG(s.st_mode)]


def test_what_can_not_be_opened_is_a_problem(tmp_path, monkeypatch):
    (tmp_path / "a").write_bytes(b"a")
    (tmp_path / "b").write_bytes(b"b")
    real = os.open

    def refuses(path, *arguments, **options):
        if str(path).endswith("/a"):
            raise PermissionError(13, "Permission denied")
        return real(path, *arguments, **options)

    monkeypatch.setattr(os, "open", refuses)
    found, problems = opened(tmp_path)
    assert [item.path for item, _, _ in found] == ["b"]
    assert [(problem.path, problem.message) for problem in problems] == [
        ("a", "can't be opened: Permission denied")
    ]


def test_a_read_error_in_the_middle_keeps_what_came_before(tmp_path, monkeypatch):
    path = tmp_path / "x.sql"
    path.write_bytes(SQL * 1000)
    real = os.pread

    def fails(handle, size, offset):
        if offset >= 1 << 20:
            raise OSError(5, "Input/output error")
        return real(handle, size, offset)

    monkeypatch.setattr(os, "pread", fails)
    ((_, data, faults),), _ = opened(path)
    assert data == (SQL * 1000)[: 1 << 20]
    assert len(faults) == 1
    assert "Input/output error" in faults[0].message


# Text


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_utf16_as_powershell_writes_it_is_read_as_utf8(tmp_path, encoding):
    text = "-- MySQL dump\r\nINSERT INTO `t` VALUES ('caf\u00e9 \U0001f600');\r\n" * 5000
    data = ("\ufeff" + text).encode(encoding)
    item, found, faults, problems = only(tmp_path / "dump.sql", data)
    assert (found.decode(), item.container, faults) == (text, "utf-16", [])
    assert len(problems) == 1
    _, found, faults, _ = only(tmp_path / "dump.sql", data[:-1])
    assert found.decode() == text[:-1]
    assert len(faults) == 1


def test_binary_that_begins_like_utf16_is_left_alone(tmp_path):
    data = b"\xff\xfe" + random.Random(1).randbytes(5000)
    item, found, _, _ = only(tmp_path / "x.bin", data)
    assert (item.container, found) == ("", data)


# Streams


@settings(deadline=None, max_examples=40)
@given(sizes=st.lists(st.integers(0, 5000), max_size=30))
def test_reading_by_any_sizes_gives_the_same_bytes(tmp_path_factory, sizes):
    path = tmp_path_factory.getbasetemp() / "streamed"
    path.write_bytes(SQL)
    with Counted(FileStream(path)) as stream:
        pieces = []
        assert stream.peek(100) == SQL[:100]
        for size in sizes:
            assert stream.tell() == sum(map(len, pieces))
            piece = stream.read(size)
            assert len(piece) == min(size, len(SQL) - sum(map(len, pieces)))
            pieces.append(piece)
        buffer = bytearray(700)
        pieces.append(bytes(buffer[: stream.readinto(buffer)]))
        pieces.append(stream.read())
        assert b"".join(pieces) == SQL
        assert stream.read(1) == b""


def test_a_stream_left_early_ends_its_thread(tmp_path):
    path = tmp_path / "x"
    path.write_bytes(bytes(50 << 20))
    stream = Counted(FileStream(path))
    stream.read(10)
    stream.close()
    stream.close()
    assert not stream._thread.is_alive()
