"""Shop folders, read: ``shop.toml`` and the SQL files beside it. ``docs/shops.md`` describes the format."""

import tomllib
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any

from stocktake.commerce.model import TABLES
from stocktake.commerce.statements import Statement, read_statements


@dataclass(frozen=True)
class Secret:
    """What a column holds that nobody is shown: a ``kind`` (as in ``observables``), in a ``state``.

    With ``like`` only those rows do whose column ``where`` fits one of these SQL LIKE patterns in lower case.
    """

    kind: str
    state: str
    where: str | None
    like: tuple[str, ...]


@dataclass(frozen=True)
class LogicalTable:
    """A table as the folder's SQL sees it: without prefix, with these columns (name to DuckDB type).

    ``called`` are the names that versions of the software have for it; by default its own. The first that is
    there counts. ``names`` gives, for a column that versions call differently, its other names, and ``like``
    patterns of names in lower case, for what people name as they please. ``needs`` are columns without which
    a raw table is not this one. ``html`` are columns whose text the software stores escaped for HTML, ``hex``
    those whose bytes the mapping sees as hexadecimal digits in lower case. A ``shared`` table may stand under
    the base prefix. ``details`` are tables, with the column that holds this one's key, whose rows belong to
    its.
    """

    name: str
    called: tuple[str, ...]
    key: tuple[str, ...]
    columns: dict[str, str]
    names: dict[str, tuple[str, ...]]
    like: dict[str, tuple[str, ...]]
    needs: tuple[str, ...]
    html: frozenset[str]
    hex: frozenset[str]
    shared: bool
    details: dict[str, str]
    of: str | None = None  # the artefact family whose table it is, where that is another
    secrets: dict[str, Secret] = field(default_factory=dict)  # by column


@dataclass(frozen=True)
class Unpack:
    """A column of serialised values that becomes rows before the SQL runs.

    ``leaves`` is a regular expression of the paths that are kept; None keeps all.
    """

    name: str
    table: str
    column: str
    keep: tuple[str, ...]
    where: str
    format: str
    leaves: str | None = None


@dataclass(frozen=True)
class Group:
    """Tables that together tell the software. ``row`` names one that must hold a row ``where`` this holds."""

    tables: tuple[str, ...]
    row: str | None = None
    where: str | None = None


@dataclass(frozen=True)
class VersionRow:
    """Where the shop itself keeps its version: the ``column`` of the row ``where`` this holds."""

    table: str
    column: str
    where: str


@dataclass(frozen=True)
class VersionRule:
    """A version, told by tables (``order_shipment``) and columns (``order.payment_code``) that are there."""

    version: str
    has: tuple[str, ...]


@dataclass(frozen=True)
class ShopSoftware:
    """One folder; ``home`` is its path in the package.

    ``lookups`` are small tables of the TOML: name to (columns, rows). What ``settles`` takes payments for
    shops: it is mapped after them and sees what they hold as ``case_orders`` and ``case_payments``.
    ``inferred`` is there for a mapping that was proposed and nobody confirmed: how likely a row of each
    canonical table is right; ``of`` is the exhibit, path and database that a case's own folder was made for.
    """

    home: str
    name: str
    title: str
    versions: str
    groups: tuple[Group, ...]
    base_prefix: str | None
    version_rules: tuple[VersionRule, ...]
    version_row: VersionRow | None
    tables: dict[str, LogicalTable]
    ignored: dict[str, str]
    unpack: tuple[Unpack, ...]
    lookups: dict[str, tuple[tuple[str, ...], list[tuple[Any, ...]]]]
    prepare: tuple[tuple[str, Statement], ...]
    canonical: dict[str, list[Statement]]
    coverage: list[Statement]
    settles: bool = False
    inferred: dict[str, float] | None = None
    of: tuple[str, str, str] | None = None


# Packages whose folders map raw tables, and the file that states how.
STATED = {"shops": "shop.toml", "artefacts": "mapping.toml"}


class FolderError(Exception):
    """A shop folder is not as it must be; whoever writes the folder sees this, not whoever runs a case."""


def supported() -> list[ShopSoftware]:
    """Every shop software that has a folder, by name."""
    return list(_folders("shops"))


def artefact_families() -> list[ShopSoftware]:
    """Every artefact family whose folder has a mapping, by name."""
    return list(_folders("artefacts"))


@cache
def _folders(within: str) -> tuple[ShopSoftware, ...]:
    return tuple(
        read_folder(folder, within)
        for folder in sorted((files("stocktake") / within).iterdir(), key=lambda folder: folder.name)
        if folder.joinpath(STATED[within]).is_file()
    )


def read_folder(folder: Traversable, within: str = "shops", *, home: str | None = None) -> ShopSoftware:
    """Read one folder of ``shops`` or ``artefacts``, or with ``home`` one of a case, where that is its path.

    Raises FolderError where it is not as it must be.
    """
    own = home is not None
    home = home or f"{within}/{folder.name}"
    try:
        stated = tomllib.loads(folder.joinpath(STATED[within]).read_text("utf-8"))
        made_for = stated.get("inferred", {})
        tables = {name: _table(name, entry) for name, entry in stated["tables"].items()}
        recognise = stated["recognise"]
        canonical: dict[str, list[Statement]] = {}
        for entry in sorted(folder.iterdir(), key=lambda entry: entry.name):
            table, _, kind = entry.name.rpartition(".")
            if kind != "sql" or table == "coverage":
                continue
            if table not in TABLES:
                raise FolderError(f"{home}/{entry.name} names no canonical table")
            canonical[table] = read_statements(entry, f"{home}/{entry.name}")
        prepare = []
        for name in stated.get("prepare", []):
            (statement,) = read_statements(
                folder.joinpath("prepare", f"{name}.sql"), f"{home}/prepare/{name}.sql"
            )
            prepare.append((name, statement))
        unpacked = [entry["name"] for entry in stated.get("unpack", [])]
        names = [*tables, *unpacked, *_lookups(stated), *(name for name, _ in prepare), "shop"]
        if twice := {name for name in names if names.count(name) > 1}:
            raise FolderError(f"{home} gives two tables the name {', '.join(sorted(twice))}")
        return ShopSoftware(
            home=home,
            name=stated["name"],
            title=stated["title"],
            versions=stated["versions"],
            groups=tuple(
                Group(tuple(group["tables"]), group.get("row"), group.get("where"))
                for group in recognise["any"]
            ),
            base_prefix=recognise.get("base_prefix"),
            version_rules=tuple(
                VersionRule(rule["version"], tuple(rule["has"])) for rule in stated.get("version", [])
            ),
            version_row=VersionRow(**recognise["version_row"]) if "version_row" in recognise else None,
            tables=tables,
            ignored=stated.get("ignored", {}),
            unpack=tuple(
                Unpack(
                    name=entry["name"],
                    table=entry["table"],
                    column=entry["column"],
                    keep=tuple(entry.get("keep", ())),
                    where=entry.get("where", "TRUE"),
                    format=entry.get("format", "auto"),
                    leaves=entry.get("leaves"),
                )
                for entry in stated.get("unpack", [])
            ),
            lookups=_lookups(stated),
            prepare=tuple(prepare),
            canonical=canonical,
            coverage=read_statements(folder.joinpath("coverage.sql"), f"{home}/coverage.sql"),
            settles=stated.get("settles", False),
            inferred=made_for.get("probability", {}) if own and "/inferred/" in home else None,
            of=(made_for["exhibit"], made_for["path"], made_for["database"]) if made_for else None,
        )
    except (AttributeError, KeyError, OSError, TypeError, ValueError) as error:
        raise FolderError(f"{home}: {type(error).__name__} {error}") from error


def _table(name: str, entry: dict[str, Any]) -> LogicalTable:
    columns: dict[str, str] = {}
    names: dict[str, tuple[str, ...]] = {}
    like: dict[str, tuple[str, ...]] = {}
    for column, stated in entry["columns"].items():
        if isinstance(stated, str):
            columns[column] = stated
        else:
            columns[column] = stated["type"]
            names[column] = tuple(stated.get("names", ()))
            like[column] = tuple(stated.get("like", ()))
    missing = {*entry["key"], *entry.get("needs", ())} - set(columns)
    if missing:
        raise ValueError(f"the table {name} names {', '.join(sorted(missing))} without a type")
    return LogicalTable(
        name=name,
        called=(called,) if isinstance(called := entry.get("called", name), str) else tuple(called),
        key=tuple(entry["key"]),
        columns=columns,
        names=names,
        like=like,
        needs=tuple(entry.get("needs", entry["key"])),
        html=_marked(entry, "html"),
        hex=_marked(entry, "hex"),
        shared=entry.get("shared", False),
        of=entry.get("of"),
        details=entry.get("details", {}),
        secrets={
            column: _secret(stated["secret"])
            for column, stated in entry["columns"].items()
            if not isinstance(stated, str) and stated.get("secret")
        },
    )


def _marked(entry: dict[str, Any], mark: str) -> frozenset[str]:
    """The columns of a table that carry a mark, such as ``html = true``."""
    columns = entry["columns"].items()
    return frozenset(column for column, stated in columns if not isinstance(stated, str) and stated.get(mark))


def _secret(stated: bool | dict[str, Any]) -> Secret:
    told = {} if stated is True else dict(stated)  # type: ignore[arg-type]
    like = tuple(told.get("like", ()))
    if bool(like) != ("where" in told):
        raise ValueError("a secret has both where and like, or neither")
    return Secret(told.get("kind", "secret"), told.get("state", "not encrypted"), told.get("where"), like)


def _lookups(stated: dict[str, Any]) -> dict[str, tuple[tuple[str, ...], list[tuple[Any, ...]]]]:
    found: dict[str, tuple[tuple[str, ...], list[tuple[Any, ...]]]] = {
        "status_words": (("recorded", "status"), list(stated.get("status", {}).items())),
        "method_patterns": (
            ("pattern", "method", "provider", "asset", "rank"),
            [
                (entry["code"], entry["method"], entry.get("provider"), entry.get("asset"), str(rank))
                for rank, entry in enumerate(stated.get("methods", []), 1)
            ],
        ),
    }
    for name, entry in stated.get("lookup", {}).items():
        found[name] = (tuple(entry["columns"]), [tuple(row) for row in entry["rows"]])
    return found
