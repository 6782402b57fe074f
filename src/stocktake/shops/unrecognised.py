"""Databases that no shop folder recognises: inferred at once, proposed to a person, accepted by one.

What is inferred is marked so and never counts as takings until a person has accepted the mapping.
"""

import hashlib
import re
import shutil
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from stocktake.case import Case
from stocktake.custody import ledger
from stocktake.custody.exhibit import exhibits
from stocktake.engine.duck import connect
from stocktake.errors import UserError
from stocktake.records.catalogue import RawTable
from stocktake.review.held import open_table
from stocktake.shops.case_folders import accepted_home, inferred_home
from stocktake.shops.folders import FolderError, read_folder, supported
from stocktake.shops.inference.profile import profile
from stocktake.shops.inference.proposal import Proposal, propose
from stocktake.shops.inference.words import fold
from stocktake.shops.inference.writing import folder_files
from stocktake.shops.recognition import Recognition, databases, fits, recognise

_FILES = re.compile(r"(shop\.toml|[a-z_]+\.sql|prepare/\w+\.sql)$")
_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,63}$")
MOST_FILES = 200
MOST_BYTES = 4 << 20


@dataclass(frozen=True)
class Database:
    """One database of an exhibit: its tables, and those that no folder reads or sets aside."""

    exhibit: str
    path: str
    database: str
    tables: tuple[RawTable, ...]
    left: tuple[RawTable, ...]
    shops: tuple[Recognition, ...]

    @property
    def name(self) -> str:
        """What a person calls it: its own name, or its file's where it has none."""
        return self.database or self.path

    @property
    def slug(self) -> str:
        """Its name as that of a folder."""
        text = re.sub(r"[^0-9a-z]+", "-", fold(f"{self.exhibit} {self.name}").lower()).strip("-")
        told = hashlib.sha256(f"{self.exhibit}\n{self.path}\n{self.database}".encode()).hexdigest()[:6]
        return f"{text[:48].strip('-') or 'database'}-{told}"


@dataclass(frozen=True)
class Draft:
    """A proposal written down for a person: where, and its facts."""

    folder: Path
    database: Database
    proposal: Proposal


def databases_of(case: Case, exhibit: str) -> list[Database]:
    """Every database of an exhibit, with what folders recognise in it; unconfirmed mappings do not count."""
    ignored = {software.name: software.ignored for software in supported()}
    confirmed = [shop for shop in recognise(case, exhibit) if not _is_inferred(case, shop)]
    found = []
    for tables in databases(case, exhibit):
        labels = {table.label for table in tables}
        shops = tuple(
            shop for shop in confirmed if any(table.label in labels for table in shop.tables.values())
        )
        read = {table.label for shop in shops for table in shop.tables.values()}
        aside = {
            table.label
            for shop in shops
            for table in tables
            if table.name.lower().removeprefix(shop.prefix.lower()) in ignored.get(shop.software, ())
        }
        left = tuple(table for table in tables if table.label not in read | aside)
        found.append(Database(exhibit, tables[0].path, tables[0].database, tuple(tables), left, shops))
    return found


def _is_inferred(case: Case, shop: Recognition) -> bool:
    home = inferred_home(case, shop.exhibit)
    return home.joinpath(shop.software, "shop.toml").is_file()


def infer(case: Case, exhibit: str) -> list[tuple[Database, str]]:
    """Write a mapping for every unrecognised database of the exhibit that seems to hold a shop.

    What stood there before is replaced. Returns databases that could not be looked at, and why.
    """
    home = inferred_home(case, exhibit)
    shutil.rmtree(home, ignore_errors=True)
    failed = []
    for database in databases_of(case, exhibit):
        if database.shops:
            continue
        try:
            with connect() as connection:
                proposal = propose(profile(connection, database.left))
                if proposal.has_shop:
                    _write(home / database.slug, _files(database, proposal))
        except OSError:
            raise
        except Exception as error:  # one odd database is not to cost the others
            failed.append((database, f"{type(error).__name__}: {' '.join(str(error).split())[:300]}"))
    return failed


def find(case: Case, name: str) -> Database:
    """The database of that name, as ``stocktake shops CASE`` shows it. Raises UserError."""
    every = [one for exhibit in exhibits(case) for one in databases_of(case, exhibit.reference)]
    found = [
        one
        for one in every
        if name in (one.name, one.database or one.path, one.path, f"{one.exhibit}/{one.name}", one.slug)
        or name == f"{one.exhibit}/{one.path}"
    ]
    if not found:
        known = ", ".join(f"{one.exhibit}/{one.name}" for one in every) or "none"
        raise UserError(f"The case has no database {name!r}; it has: {known}.")
    if len(found) > 1:
        raise UserError(
            f"There is more than one database {name!r}; say which: {', '.join(one.slug for one in found)}."
        )
    return found[0]


def draft(case: Case, name: str, out: Path | None) -> Draft:
    """Propose a mapping for a database and write it as a folder, at ``out`` or under the case's mappings.

    Raises UserError where nothing can be proposed, or where the folder holds what somebody changed.
    """
    database = find(case, name)
    # What is held back is in no word of what a person is given to read.
    database = replace(database, left=tuple(open_table(case, table) for table in database.left))
    folder = out or case.path / "mappings" / "draft" / database.slug
    with connect() as connection:
        proposal = propose(profile(connection, database.left))
        if not proposal.mappings:
            raise UserError(f"Nothing in {database.name} that no folder reads looks like part of a shop.")
        files = _files(database, proposal)
    if folder.exists() and not _same(folder, files):
        raise UserError(
            f"{folder} is there already and differs from what is proposed; it may hold your changes. "
            "Accept it with --accept, name another folder with --out, or delete it."
        )
    try:
        _write(folder, files)
    except OSError as error:
        raise UserError(f"{folder} can't be written: {error.strerror or error}.") from error
    return Draft(folder, database, proposal)


def accept(case: Case, name: str, given: Path, by: str) -> dict[str, Any]:
    """Keep a mapping as what a person decided, and record it; the rows follow when the exhibit is mapped.

    ``given`` is the folder, or its shop.toml. Raises UserError where it is no mapping of that database.
    """
    database = find(case, name)
    source = given.parent if given.is_file() else given
    files = _given(source)
    try:
        software = read_folder(source, home=source.name)
    except FolderError as error:
        raise UserError(f"{given} is not a mapping as docs/shops.md describes it: {error}.") from error
    if not _NAME.match(software.name) or software.name in {one.name for one in supported()}:
        raise UserError(f"The name {software.name!r} in {source.name}/shop.toml can't be that of a mapping.")
    if not fits(software, database.tables):
        needed = ", ".join(sorted({table for group in software.groups for table in group.tables}))
        raise UserError(
            f"The mapping in {given} does not fit {database.name}: it needs the tables {needed} with the "
            "columns that it names."
        )
    home = accepted_home(case) / software.name
    beside = home.with_name(f".{software.name}.new")
    shutil.rmtree(beside, ignore_errors=True)
    try:
        _write(beside, files)
        shutil.rmtree(home, ignore_errors=True)
        beside.rename(home)
    except OSError as error:
        raise UserError(f"The mapping can't be kept in the case: {error.strerror or error}.") from error
    digests = {path: hashlib.sha256(text.encode("utf-8")).hexdigest() for path, text in files.items()}
    detail = {
        "exhibit": database.exhibit,
        "path": database.path,
        "database": database.database,
        "folder": home.relative_to(case.path).as_posix(),
        "files": digests,
        "sha256": _digest_of(digests),
    }
    if by:
        detail["by"] = by
    ledger.record(case, "map", detail)
    return detail


def accepted_digest(case: Case) -> str:
    """One hash of all mappings that were accepted; it changes when one of them does."""
    home = accepted_home(case)
    files = sorted(path for path in home.rglob("*") if path.is_file()) if home.is_dir() else []
    digests = {
        path.relative_to(home).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() for path in files
    }
    return _digest_of(digests)


def _digest_of(digests: dict[str, str]) -> str:
    listed = "".join(f"{digest}  {path}\n" for path, digest in sorted(digests.items()))
    return hashlib.sha256(listed.encode("utf-8")).hexdigest()


def _files(database: Database, proposal: Proposal) -> dict[str, str]:
    of = {"exhibit": database.exhibit, "path": database.path, "database": database.database}
    title = f"Mapping of {database.name}"
    return folder_files(proposal, name=database.slug, title=title, of=of)


def _given(source: Path) -> dict[str, str]:
    """The files of a folder that a person gives, those that a mapping has and no others."""
    files: dict[str, str] = {}
    try:
        for path in sorted([*source.glob("*"), *source.glob("prepare/*")]):
            name = path.relative_to(source).as_posix()
            if path.is_file() and _FILES.match(name):
                if path.stat().st_size > MOST_BYTES or len(files) >= MOST_FILES:
                    raise UserError(f"{source} is too large to be a mapping.")
                files[name] = path.read_text("utf-8")
    except UnicodeDecodeError as error:
        raise UserError(f"{source} holds a file that is no UTF-8 text.") from error
    except OSError as error:
        raise UserError(f"{source} can't be read: {error.strerror or error}.") from error
    if "shop.toml" not in files:
        raise UserError(f"{source} is no mapping: it has no shop.toml.")
    return files


def _same(folder: Path, files: dict[str, str]) -> bool:
    there = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    return there <= set(files) and all(
        folder.joinpath(path).read_text("utf-8", "replace") == files[path] for path in there
    )


def _write(folder: Path, files: dict[str, str]) -> None:
    for path, text in files.items():
        folder.joinpath(path).parent.mkdir(parents=True, exist_ok=True)
        folder.joinpath(path).write_text(text, "utf-8")


def facts(proposal: Proposal) -> list[dict[str, Any]]:
    """What a proposal says, a row a column, as ``stocktake map --json`` prints it."""
    return [
        {
            "table": mapping.table,
            "part": mapping.part,
            "from_table": mapping.entity.name,
            "table_confidence": round(mapping.chance, 3),
            "table_reason": mapping.reason,
            "probability": mapping.probability,
            "columns": [
                {
                    "column": choice.slot.canonical,
                    "from": str(choice.column.place),
                    "confidence": choice.chance,
                    "reason": choice.reason,
                }
                for choice in mapping.choices.values()
            ],
        }
        for mapping in proposal.mappings
    ]


def lines(stated: Iterable[dict[str, Any]]) -> list[str]:
    """The same as lines for a terminal."""
    found = []
    for one in stated:
        part = f" ({one['part']})" if one["part"] else ""
        found.append(f"{one['table']}{part} <- {one['from_table']}  {one['probability']:.0%}")
        found.append(f"  {one['table_reason']}")
        found += [
            f"  {column['column']:16} <- {column['from']:36} {column['confidence']:>4.0%}  {column['reason']}"
            for column in one["columns"]
        ]
        found.append("")
    return found
