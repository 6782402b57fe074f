"""Mark the items of a case that are known software, once its exhibits are mapped."""

import hashlib
import json
from collections.abc import Iterable
from functools import partial
from importlib.resources import files
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from stocktake.case import Case
from stocktake.commerce.statements import read_statements
from stocktake.commerce.tables import read_manifest, replace_parts
from stocktake.engine import duck
from stocktake.known.hash_sets import HashSet, hash_sets, looked_at, parquet_of
from stocktake.records.catalogue import RawTable, raw_tables

OWN_LIST = "the seized system's own package list"
FROM_OUTSIDE = "a hash set from outside"
_DIGESTS = ("md5", "sha1", "sha256")
_BATCH = 200_000


class _Mark(NamedTuple):
    """What declares a file's content, on whose word, and what the file in its place should be."""

    known: str | None = None
    known_by: str | None = None
    changed_from: str | None = None


def mark_known(case: Case, references: Iterable[str], rules: str) -> list[str]:
    """Fill ``known``, ``known_by`` and ``changed_from`` of ``items``; returns the exhibits written anew.

    ``references`` are the exhibits of the case, ``rules`` a digest of the code here. What the marks of an
    exhibit were made from is in its manifest, as ``known_from``.
    """
    sets = hash_sets(case)
    written = []
    for exhibit in references:
        manifest = read_manifest(case, exhibit)
        if manifest is None:
            continue
        declared = [one for one in raw_tables(case, exhibit) if one.kind.startswith("software:")]
        declared = [one for one in declared if one.name == "declared_files" and one.parts]
        stated = {
            "rules": rules,
            "made_from": manifest.get("made_from"),
            "sets": [(one.name, one.parquet_sha256) for one in sets],
        }
        digest = hashlib.sha256(json.dumps(stated, sort_keys=True).encode()).hexdigest()
        if not declared and not sets:
            digest = ""
        if manifest.get("known_from", "") != digest:
            marks = _marks(case, exhibit, declared, sets) if digest else {}
            replace_parts(case, exhibit, ["items"], partial(_write_marked, marks), known_from=digest)
            written.append(exhibit)
    return written


def _marks(case: Case, exhibit: str, declared: list[RawTable], sets: list[HashSet]) -> dict[str, _Mark]:
    """The marks of each path: what declares the content, on whose word, and from what it was changed."""
    found: dict[str, _Mark] = {}
    with duck.connect() as connection:
        connection.register("looked", _looked(case, exhibit))
        parts = [part for one in declared for part in one.parts]
        columns = ("root", "path", "algorithm", "digest", "package", "version", "origin", "configuration")
        source = (
            f"SELECT * FROM {duck.parquet(parts)}" if parts else duck.empty(dict.fromkeys(columns, "VARCHAR"))
        )
        connection.execute(
            "CREATE VIEW declared AS SELECT * REPLACE (CAST(configuration AS BOOLEAN) AS configuration) "
            f"FROM ({source})"
        )
        of_digest = " UNION ".join(
            f"SELECT path, {column} AS digest FROM looked WHERE {column} IS NOT NULL AND size > 0"
            for name in _DIGESTS
            for column in (name, f"stored_{name}")
        )
        connection.execute(f"CREATE TEMP TABLE hashed AS {of_digest}")
        named = {"number": [one.number for one in sets], "name": [one.name for one in sets]}
        connection.register(
            "hash_set", pa.table(named, pa.schema([("number", pa.int64()), ("name", pa.string())]))
        )
        entries = [
            f"SELECT {one.number} AS number, path, package, {one.algorithms[0]} AS digest "
            f"FROM {duck.parquet([parquet_of(case, one)])}"
            for one in sets
            if one.algorithms
        ]
        none = duck.empty({"path": "VARCHAR", "package": "VARCHAR", "digest": "VARCHAR"})
        empty = f"SELECT 0 AS number, * FROM ({none})"
        connection.execute(f"CREATE VIEW entry AS {' UNION ALL '.join([empty, *entries])}")

        def ask(name: str) -> list[tuple[Any, ...]]:
            (statement,) = read_statements(files(__package__) / f"{name}.sql", f"known/{name}.sql")
            return connection.execute(statement.sql).fetchall()

        for path, known, changed in ask("by_package"):
            found[path] = _Mark(known, OWN_LIST if known else None, changed)
        for path, known in ask("by_set"):
            found[path] = _Mark(known, FROM_OUTSIDE, found.get(path, _Mark()).changed_from)
        for path, changed in ask("changed"):
            own = found.get(path, _Mark())
            found[path] = own._replace(changed_from="; ".join(filter(None, (own.changed_from, changed))))
    return found


def _looked(case: Case, exhibit: str) -> pa.Table:
    """Path, size and digests of every item, as it is and as it is stored where it was unwrapped."""
    there = looked_at(case, exhibit)
    columns: dict[str, list[object]] = {
        "path": list(there),
        "size": [facts["bytes"] for facts in there.values()],
    }
    for name in _DIGESTS:
        columns[name] = [facts.get(name) for facts in there.values()]
        columns[f"stored_{name}"] = [(facts.get("stored") or {}).get(name) for facts in there.values()]
    columns["wrapped"] = [bool(facts.get("wrapped")) for facts in there.values()]
    kinds = {"size": pa.int64(), "wrapped": pa.bool_()}
    return pa.table(
        {name: pa.array(values, kinds.get(name, pa.string())) for name, values in columns.items()}
    )


def _write_marked(marks: dict[str, _Mark], _table: str, old: Path, new: Path) -> None:
    """Write the part's rows with their marks. A link and a deleted file have none."""
    paths = pa.array(marks, pa.string())
    columns = {
        name: pa.array([mark[place] for mark in marks.values()], pa.string())
        for place, name in enumerate(_Mark._fields)
    }
    read = pq.ParquetFile(old)
    with pq.ParquetWriter(new, read.schema_arrow, compression="zstd") as writer:
        for batch in read.iter_batches(_BATCH):
            places = pc.index_in(batch.column("path"), value_set=paths)
            apart = pc.or_kleene(batch.column("deleted"), pc.equal(batch.column("kind"), "inode/symlink"))
            places = pc.if_else(pc.fill_null(apart, False), pa.scalar(None, places.type), places)
            marked = batch
            for name in _Mark._fields:
                place = batch.schema.get_field_index(name)
                marked = marked.set_column(place, marked.schema.field(place), columns[name].take(places))
            writer.write_batch(marked)
