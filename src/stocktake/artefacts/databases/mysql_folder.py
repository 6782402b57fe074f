"""What belongs to a MySQL or MariaDB data directory, and what its files say of the server that wrote them.

Layout: MariaDB Knowledge Base "InnoDB File Format", "Aria Storage Engine"; MySQL 8.4 manual 17.6, 17.21.
"""

import re
import struct
from collections.abc import Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass

from stocktake.artefacts.databases.copying import parts_of
from stocktake.evidence import Item

KIND = "mysql-data"

# Files by which a data directory is known: at its top, and in its folder of system tables.
_MARKS = {"ibdata1", "aria_log_control", "mysql.ibd"}
_SYSTEM_MARKS = {"user.frm", "db.frm", "global_priv.frm", "plugin.frm"}

# Not copied, because the server makes them anew or would act on them: temporary tablespaces, the list of the
# buffer pool, persisted settings, triggers, lists of merged tables and links to files elsewhere (.isl).
_TOP = re.compile(
    r"ibdata\d+|ib_logfile\d+|undo_?\d{3}|mysql\.ibd|[\w$@#-]+\.ibd|#ib_\d+_\d+\.dblwr|aria_log_control"
    r"|aria_log\.\d{8}|tc\.log|ddl_recovery\.log|(?:mysql|mariadb)_upgrade_info|auto\.cnf"
)
_IN_FOLDER = re.compile(r".+\.(?:frm|ibd|MYD|MYI|MAD|MAI|CSV|CSM|ARZ|par|opt|cfg|sdi)|db\.opt")
_BINARY_LOG = re.compile(r"[\w.-]+\.\d{6}")
_REDO = re.compile(r"#ib_redo\d+")
_TABLE_FILE = re.compile(r"(.+)\.(?:ibd|MYD|MAD|ARZ|CSV)")
_PARTITION = re.compile(r"#[Pp]#.*")
_NO_TABLE = re.compile(r"FTS_[0-9a-f]{16}_.*")  # a full-text index keeps its lists in tables of its own

_PAGE = 16384
_HEAD = 65536


def roots(items: Iterable[Item]) -> set[str]:
    """Folders (``.`` for the exhibit's own root) that are data directories."""
    found = set()
    for item in items:
        parts = item.path.split("/")
        if parts[-1] in _MARKS:
            found.add("/".join(parts[:-1]) or ".")
        elif parts[-1] in _SYSTEM_MARKS and len(parts) > 1 and parts[-2] == "mysql":
            found.add("/".join(parts[:-2]) or ".")
    return found


def belongs(parts: Sequence[str]) -> bool:
    """Whether the file at these names below a data directory is one that the server needs."""
    if len(parts) == 1:
        return bool(_TOP.fullmatch(parts[0])) or is_binary_log(parts)
    if len(parts) == 2:
        return bool((_REDO if parts[0] == "#innodb_redo" else _IN_FOLDER).fullmatch(parts[1]))
    return False


def is_binary_log(parts: Sequence[str]) -> bool:
    """Whether it is a part of the binary log, of which a crashed server needs the last."""
    return len(parts) == 1 and bool(_BINARY_LOG.fullmatch(parts[0])) and "relay" not in parts[0]


def table_files(items: Iterable[Item], root: str) -> dict[tuple[str, str], list[Item]]:
    """Files that hold tables' rows, by the encoded names of database and table."""
    found: dict[tuple[str, str], list[Item]] = {}
    for item in items:
        parts = parts_of(item.path, root)
        if parts is not None and len(parts) == 2 and (name := _TABLE_FILE.fullmatch(parts[1])):
            table = _PARTITION.sub("", name[1])
            if not _NO_TABLE.fullmatch(table):
                found.setdefault((parts[0], table), []).append(item)
    return found


@dataclass(frozen=True)
class Written:
    """Which server wrote a directory. ``software`` is ``MariaDB``, ``MySQL`` or empty; ``version`` as found.

    ``page_size`` is InnoDB's, in bytes; ``data_files`` are the system tablespace's files with their sizes.
    """

    software: str
    version: str
    page_size: int
    data_files: tuple[tuple[str, int], ...]

    @property
    def needs_mysql(self) -> bool:
        """Whether no MariaDB can open it: MySQL 8 keeps its dictionary in a form of its own."""
        return self.software == "MySQL" and _major(self.version) >= 8


def written_by(items: Iterable[Item], root: str) -> Written:
    """Read the versions that the directory's files state: upgrade notes, the redo log's head, .frm files."""
    here = {parts: item for item in items if (parts := parts_of(item.path, root)) is not None}
    names = {parts[0] for parts in here if len(parts) == 1}
    mysql8 = ("mysql.ibd",) in here
    software = "MySQL" if mysql8 else "MariaDB" if "aria_log_control" in names else ""
    version = ""
    for name in ("mariadb_upgrade_info", "mysql_upgrade_info"):
        if (name,) in here and not mysql8:
            version = _head(here[name,], 64).split(b"\0")[0].decode("ascii", "replace").strip()
            break
    creator = (
        re.match(rb"(MariaDB|MySQL) ([\d.]+)", _head(here["ib_logfile0",], 64)[16:48])
        if (("ib_logfile0",) in here)
        else None
    )
    if mysql8:
        version = _number(struct.unpack(">I", (_head(here["mysql.ibd",], 12) + bytes(12))[8:12])[0])
    elif creator and not version:
        software = software or creator[1].decode()
        version = creator[2].decode()
    if not version:
        # sql/unireg.cc: a table's definition states the version of the server that made it, at byte 51.
        stated = [
            struct.unpack("<I", head[51:55])[0]
            for parts, item in sorted(here.items())
            if parts[0] == "mysql" and parts[-1].endswith(".frm") and len(head := _head(item, 64)) == 64
            if head[:2] == b"\xfe\x01"
        ]
        version = _number(max(stated)) if stated else ""
    if not software and version:
        software = "MariaDB" if "MariaDB" in version or _major(version) >= 10 else "MySQL"
    first = _head(here["ibdata1",], 64) if ("ibdata1",) in here else b""
    files = sorted(
        ((parts[0], item.size or 0) for parts, item in here.items() if re.fullmatch(r"ibdata\d+", parts[0])),
        key=lambda file: int(file[0][6:]),
    )
    return Written(software, version, _page_size(first), tuple(files))


def _page_size(head: bytes) -> int:
    """InnoDB's page size by the system tablespace's flags (fsp0types.h); 16 KiB where they make no sense."""
    if len(head) < 58:
        return _PAGE
    flags = struct.unpack(">I", head[54:58])[0]
    shift = flags & 0xF if flags & 0x10 else flags >> 6 & 0xF
    return 512 << shift if 3 <= shift <= 7 else _PAGE


def _number(version: int) -> str:
    return f"{version // 10000}.{version // 100 % 100}.{version % 100}" if version else ""


def _major(version: str) -> int:
    found = re.match(r"\d+", version)
    return int(found[0]) if found else 0


def _head(item: Item, size: int) -> bytes:
    try:
        with closing(item.open()) as stream:
            return stream.read(min(size, _HEAD))
    except OSError:
        return b""
