"""rpm's database of installed packages, where it is SQLite (rpm 4.16 and later, as on Red Hat 9).

Source: rpm's manual, "RPM header format", and rpmtag.h. The table ``Packages`` holds a header a package:
counts of entries and bytes, big-endian; entries of tag, type, offset and count; then the values.
"""

import re
import sqlite3
import struct
from collections.abc import Iterator
from contextlib import closing
from typing import Any, BinaryIO

from stocktake.artefacts.gathering import Gathering, clean
from stocktake.artefacts.software.tables import FAMILY, TABLES
from stocktake.evidence import Item
from stocktake.records.raw import UnitWriter
from stocktake.records.reading import private_copy

_NAME, _VERSION, _RELEASE, _EPOCH = 1000, 1001, 1002, 1003
_DIGESTS, _FLAGS, _DIR_INDEXES, _BASE_NAMES, _DIR_NAMES, _ALGORITHM = 1035, 1037, 1116, 1117, 1118, 5011
_WANTED = {
    _NAME, _VERSION, _RELEASE, _EPOCH, _DIGESTS, _FLAGS, _DIR_INDEXES, _BASE_NAMES, _DIR_NAMES, _ALGORITHM,
}  # fmt: skip
_INT32, _STRING, _STRINGS = 4, (6, 9), 8
_CONFIGURATION = 1  # RPMFILE_CONFIG
_ALGORITHMS = {1: "md5", 2: "sha1", 8: "sha256", 9: "sha384", 10: "sha512"}  # RFC 4880, section 9.4
_MOST_ENTRIES = 1 << 16
_LARGEST = 1 << 28
_ROOT = re.compile(r"(?:usr/lib/sysimage|var/lib)/rpm/[^/]+$")


def read(stream: BinaryIO, item: Item, unit: UnitWriter) -> None:
    """Write a row a file that a package declares with a digest."""
    rows = Gathering(unit, FAMILY, TABLES)
    root = _ROOT.sub("", item.path)
    database = private_copy(stream, item, unit)  # type: ignore[arg-type]
    odd = 0
    with closing(sqlite3.connect(f"file:{database}?mode=rw", uri=True)) as connection:
        connection.execute("PRAGMA trusted_schema = OFF")
        for (header,) in connection.execute("SELECT blob FROM Packages ORDER BY hnum"):
            try:
                found = _header(header)
                version = f"{found[_VERSION][0]}-{found[_RELEASE][0]}"
                if _EPOCH in found:
                    version = f"{found[_EPOCH][0]}:{version}"
                for path, algorithm, digest, flags in _files(found):
                    rows.add(
                        "declared_files", root=root, path=path, algorithm=algorithm, digest=digest,
                        package=found[_NAME][0], version=version, origin="rpm",
                        configuration=bool(flags & _CONFIGURATION), file=item.path,
                    )  # fmt: skip
            except (struct.error, KeyError, IndexError, ValueError, TypeError):
                odd += 1
    if odd:
        unit.problem(f"{odd} entries are no headers of packages", severity="warning")
    rows.finish()


def _header(data: bytes) -> dict[int, list[Any]]:
    """The wanted values of a header by tag."""
    entries, size = struct.unpack_from(">II", data)
    if entries > _MOST_ENTRIES or size > _LARGEST:
        raise ValueError("a header too large")
    store = data[8 + 16 * entries :]
    found: dict[int, list[Any]] = {}
    for number in range(entries):
        tag, kind, offset, count = struct.unpack_from(">IIII", data, 8 + 16 * number)
        if tag not in _WANTED:
            continue
        if kind == _INT32:
            found[tag] = list(struct.unpack_from(f">{count}I", store, offset))
        elif kind in _STRING or kind == _STRINGS:
            found[tag] = list(_strings(store, offset, 1 if kind in _STRING else count))
    return found


def _strings(store: bytes, offset: int, count: int) -> Iterator[str]:
    for _ in range(count):
        end = store.index(b"\0", offset)
        yield clean(store[offset:end].decode("utf-8", "backslashreplace"))
        offset = end + 1


def _files(found: dict[int, list[Any]]) -> Iterator[tuple[str, str, str, int]]:
    """Path from the root, algorithm, digest and flags of each file that has a digest."""
    algorithm = _ALGORITHMS.get(found.get(_ALGORITHM, [1])[0])
    if algorithm is None or _DIGESTS not in found:
        return
    names, folders, places = found[_BASE_NAMES], found[_DIR_NAMES], found[_DIR_INDEXES]
    flags = found.get(_FLAGS, [0] * len(names))
    for number, digest in enumerate(found[_DIGESTS]):
        if digest:
            yield (
                (folders[places[number]] + names[number]).lstrip("/"),
                algorithm,
                digest.lower(),
                flags[number],
            )
