"""What belongs to a PostgreSQL cluster (PostgreSQL 17 manual, chapter 65.1, "Database File Layout")."""

import re
from collections.abc import Iterable, Sequence
from contextlib import closing

from stocktake.evidence import Item

KIND = "postgresql-cluster"

# The configuration is the seized server's and is not used; tablespace_map would make links as it says.
_TOP = {"PG_VERSION", "backup_label"}
_FOLDERS = {
    "base",
    "global",
    "pg_wal",
    "pg_xlog",
    "pg_xact",
    "pg_clog",
    "pg_multixact",
    "pg_subtrans",
    "pg_commit_ts",
    "pg_twophase",
}
_MADE_ANEW = re.compile(r"pg_internal\.init(?:\.\d+)?|pgsql_tmp.*|t\d+_\d+.*|.*\.(?:conf|pid|done|ready)")
# Folders that the server wants to be there, though nothing in them is needed.
EMPTY = (
    "base",
    "global",
    "pg_commit_ts",
    "pg_dynshmem",
    "pg_logical/mappings",
    "pg_logical/snapshots",
    "pg_multixact/members",
    "pg_multixact/offsets",
    "pg_notify",
    "pg_replslot",
    "pg_serial",
    "pg_snapshots",
    "pg_stat",
    "pg_stat_tmp",
    "pg_subtrans",
    "pg_tblspc",
    "pg_twophase",
)
EMPTY_FROM_10 = ("pg_wal/archive_status", "pg_xact")
EMPTY_BEFORE_10 = ("pg_xlog/archive_status", "pg_clog")


def roots(items: Iterable[Item]) -> set[str]:
    """Folders (``.`` for the exhibit's own root) that are clusters."""
    versions, controls = set(), set()
    for item in items:
        parts = item.path.split("/")
        if parts[-1] == "PG_VERSION":
            versions.add("/".join(parts[:-1]) or ".")
        elif parts[-2:] == ["global", "pg_control"]:
            controls.add("/".join(parts[:-2]) or ".")
    return versions & controls


def belongs(parts: Sequence[str]) -> bool:
    """Whether the file at these names below a cluster is one that the server needs."""
    if len(parts) == 1:
        return parts[0] in _TOP
    return len(parts) <= 3 and parts[0] in _FOLDERS and not _MADE_ANEW.fullmatch(parts[-1])


def major_version(item: Item) -> str:
    """The major version that PG_VERSION states (``15``, ``9.6``), empty where it states none."""
    try:
        with closing(item.open()) as stream:
            found = re.fullmatch(rb"\s*(\d{1,2}(?:\.\d{1,2})?)\s*", stream.read(32))
    except OSError:
        return ""
    return found[1].decode() if found else ""
