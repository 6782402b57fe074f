"""Hash sets as they are published: lists of digests, NSRL's, WordPress' checksums, programs' own archives.

Sources: md5sum(1) and its kin, with ``--tag`` too; hashdeep(1), "%%%% HASHDEEP-1.0"; NIST's "NSRL RDSv3
Schema" (views FILE and PKG of a SQLite database) and "RDS data format" (NSRLFile.txt); WordPress' answer to
``api.wordpress.org/core/checksums/1.0/?version=…``.
"""

import csv
import json
import re
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

from stocktake.artefacts.gathering import clean
from stocktake.errors import UserError
from stocktake.evidence import Counted, items
from stocktake.evidence.archives import archive
from stocktake.evidence.unwrapping import compression

_BY_LENGTH = {32: "md5", 40: "sha1", 64: "sha256"}
_SUM = re.compile(r"\\?([0-9A-Fa-f]{32}|[0-9A-Fa-f]{40}|[0-9A-Fa-f]{64})(?: [ *]?(.+))?")
_TAGGED = re.compile(r"(?:MD5|SHA1|SHA256) ?\((.+)\) ?= ?([0-9A-Fa-f]{32}|[0-9A-Fa-f]{40}|[0-9A-Fa-f]{64})")
_HASHDEEP = b"%%%% HASHDEEP-"
_LARGEST_JSON = 1 << 26


class Entry(NamedTuple):
    """A file of a hash set, with a digest at least, in lower case; ``path`` is from the program's own top."""

    path: str | None = None
    size: int | None = None
    md5: str | None = None
    sha1: str | None = None
    sha256: str | None = None
    package: str | None = None


Wanted = Callable[[], Iterable[tuple[str | None, str | None, str | None]]]


def read(path: Path, wanted: Wanted) -> tuple[str, Iterator[Entry]]:
    """What kind of hash set the file is, and its entries.

    ``wanted`` gives the digests (md5, sha1, sha256) of the case's files: of NSRL's database, which holds
    hundreds of millions, only what is among them is taken. Raises UserError where it is no hash set.
    """
    try:
        with path.open("rb") as file:
            head = file.read(1 << 16)
    except OSError as error:
        raise UserError(f"{path} can't be read: {error.strerror}.") from error
    if head.startswith(b"SQLite format 3\0"):
        return "NSRL RDSv3", _rds(path, wanted)
    if head.startswith(_HASHDEEP):
        return "hashdeep", _hashdeep(path)
    if head.lstrip()[:1] == b"{":
        return "checksums of WordPress", _wordpress(path)
    if b'"SHA-1"' in head[:200] and b'"MD5"' in head[:200]:
        return "NSRLFile.txt", _nsrl_file(path)
    if archive(head) or compression(head):
        return "archive", _archive(path)
    first = next((line for line in head.decode("utf-8", "replace").splitlines() if line.strip()), "")
    if _SUM.fullmatch(first) or _TAGGED.fullmatch(first):
        return "list of digests", _sums(path)
    raise UserError(f"{path} is no hash set that stocktake reads, and no archive.")


def _sums(path: Path) -> Iterator[Entry]:
    with path.open(encoding="utf-8", errors="backslashreplace") as lines:
        for line in lines:
            text = line.rstrip("\r\n")
            found = _SUM.fullmatch(text)
            if found:
                name, digest = found[2], found[1].lower()
            elif found := _TAGGED.fullmatch(text):
                name, digest = found[1], found[2].lower()
            else:
                continue
            yield _entry(_relative(name), {_BY_LENGTH[len(digest)]: digest})


def _hashdeep(path: Path) -> Iterator[Entry]:
    names: list[str] = []
    with path.open(encoding="utf-8", errors="backslashreplace", newline="") as lines:
        for line in lines:
            if line.startswith("%%%% ") and not line.startswith("%%%% HASHDEEP"):
                names = line[5:].strip().split(",")
            elif names and not line.startswith(("#", "%")):
                values = dict(zip(names, line.rstrip("\r\n").split(",", len(names) - 1), strict=False))
                size = values.get("size", "")
                digests = {name: values[name].lower() for name in _BY_LENGTH.values() if values.get(name)}
                if digests:
                    yield _entry(
                        _relative(values.get("filename")), digests, int(size) if size.isdecimal() else None
                    )


def _nsrl_file(path: Path) -> Iterator[Entry]:
    with path.open(encoding="utf-8", errors="backslashreplace", newline="") as file:
        for row in csv.DictReader(file):
            size = row.get("FileSize") or ""
            yield Entry(
                None,
                int(size) if size.isdecimal() else None,
                (row.get("MD5") or "").lower() or None,
                (row.get("SHA-1") or "").lower() or None,
                None,
                f"product {row.get('ProductCode')}: {row.get('FileName')}",
            )


def _wordpress(path: Path) -> Iterator[Entry]:
    try:
        if path.stat().st_size > _LARGEST_JSON:
            raise ValueError("too large")
        stated = json.loads(path.read_text("utf-8"))["checksums"]
        versions = stated.values() if all(isinstance(each, dict) for each in stated.values()) else [stated]
        listed = [(str(name), str(md5)) for version in versions for name, md5 in version.items()]
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise UserError(f"{path} is no answer of WordPress' checksums service.") from error
    for name, md5 in listed:
        if re.fullmatch(r"[0-9a-f]{32}", md5):
            yield Entry(path=_relative(name), md5=md5)


def _rds(path: Path, wanted: Wanted) -> Iterator[Entry]:
    """Entries of NSRL's database whose digest is one of ``wanted``. The database is not written."""
    try:
        address = f"{path.resolve().as_uri()}?mode=ro&immutable=1"
        with closing(sqlite3.connect(address, uri=True)) as connection:
            connection.execute("PRAGMA trusted_schema = OFF")
            there = {row[1].lower() for row in connection.execute("PRAGMA table_info(FILE)")}
            by = next((name for name in ("sha256", "sha1", "md5") if name in there), None)
            if by is None:
                raise UserError(f"{path} has no table FILE with digests, as NSRL's database has.")
            packages: dict[object, str] = {}
            if {"package_id", "name"} <= {r[1].lower() for r in connection.execute("PRAGMA table_info(PKG)")}:
                packages = {
                    key: " ".join(str(part) for part in (name, version) if part)
                    for key, name, version in connection.execute("SELECT package_id, name, version FROM PKG")
                }
            connection.execute("ATTACH ':memory:' AS wanted")
            connection.execute(
                "CREATE TABLE wanted.digest(value TEXT PRIMARY KEY COLLATE NOCASE) WITHOUT ROWID"
            )
            place = ("md5", "sha1", "sha256").index(by)
            connection.executemany(
                "INSERT OR IGNORE INTO wanted.digest VALUES (?)",
                ((digests[place],) for digests in wanted() if digests[place]),
            )
            package = "package_id" if "package_id" in there else "NULL"
            found = connection.execute(
                f"SELECT lower(f.{by}), min({package}), min(f.file_name) FROM main.FILE AS f "
                f"JOIN wanted.digest AS w ON w.value = f.{by} GROUP BY 1 ORDER BY 1"
            )
            for digest, key, name in found:
                what = packages.get(key) or "NSRL"
                yield _entry(None, {by: digest}, package=clean(f"{what}: {name}"))
    except sqlite3.Error as error:
        raise UserError(f"{path} can't be read as NSRL's database: {error}.") from error


def _archive(path: Path) -> Iterator[Entry]:
    """The files of a program's own archive, under the folder that is installed.

    A single top folder (``wordpress/``) is left away, and of OpenCart's archives, whose program lies in
    ``upload/`` beside texts for who installs it, only that folder is taken.
    """
    found: list[Entry] = []
    for item in items("hash set", path, lambda _: None):
        inside = item.path.removeprefix(path.name).lstrip("/")
        if not inside or item.record.entry == "symlink":
            continue
        with closing(Counted(item.open(), ("md5", "sha1"))) as stream:
            stream.drain()
            found.append(_entry(inside, {"sha256": stream.sha256, **stream.digests}, stream.count))
    tops = {(entry.path or "").partition("/")[0] for entry in found}
    if len(tops) == 1 and all("/" in (entry.path or "") for entry in found):
        found = [entry._replace(path=(entry.path or "").partition("/")[2]) for entry in found]
    if any(entry.path == "upload/index.php" for entry in found):
        found = [
            entry._replace(path=entry.path.removeprefix("upload/"))
            for entry in found
            if entry.path and entry.path.startswith("upload/")
        ]
    yield from found


def _entry(
    path: str | None, digests: dict[str, str], size: int | None = None, package: str | None = None
) -> Entry:
    return Entry(path, size, digests.get("md5"), digests.get("sha1"), digests.get("sha256"), package)


def _relative(name: str | None) -> str | None:
    if not name:
        return None
    return clean(re.sub(r"^(?:\./|/|[A-Za-z]:\\)+", "", name)) or None
