"""Which shop a visit, a name, a message or a row of a host's records is of: across tables and exhibits.

The mapping of an exhibit says what its settings lead to (``site_links``). Here, once all exhibits are mapped,
the shops of the whole case are held against that, by the rules in ``site_links/*.sql``, and ``site_id`` is
filled in rows of artefacts. Rows of a shop's own tables keep theirs. The same exhibits give the same answer,
in whatever order they came.
"""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import partial
from importlib.resources import files
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from stocktake.case import Case
from stocktake.commerce.model import TABLES
from stocktake.commerce.statements import read_statements
from stocktake.commerce.tables import parts, read_manifest, replace_parts
from stocktake.engine import duck

_STEPS = ("shop_host", "candidate", "application_shop", "settled", "host_shop", "source_shop", "mail_shop")
_READ = ("sites", "site_names", "site_links")
_FILLED = ("site_links", "site_names", "visits", "messages", "host_events")
_BATCH = 200_000  # rows


@dataclass(frozen=True)
class _Shops:
    """What leads to a shop in one exhibit: hosts, logs, cited sources and addresses of mail, to site ids."""

    hosts: dict[str, str] = field(default_factory=dict)
    logs: dict[str, str] = field(default_factory=dict)
    sources: dict[str, str] = field(default_factory=dict)
    addresses: dict[str, str] = field(default_factory=dict)

    def digest(self) -> str:
        """One hash over all of it."""
        return hashlib.sha256(json.dumps(vars(self), sort_keys=True).encode()).hexdigest()


def link_sites(case: Case, references: Iterable[str]) -> list[str]:
    """Fill ``site_id`` where it follows from settings; returns the exhibits whose tables were written anew.

    ``references`` are the exhibits of the case. What an exhibit's rows were filled from is in its manifest,
    as ``sites_from``.
    """
    written = []
    shops = _shops(case)
    nothing = _Shops()
    for exhibit in references:
        manifest = read_manifest(case, exhibit)
        if manifest is None:
            continue
        known = shops.get(exhibit, nothing)
        if manifest.get("sites_from", nothing.digest()) != known.digest():
            fill = partial(_write_filled, known)
            replace_parts(case, exhibit, _FILLED, fill, sites_from=known.digest())
            written.append(exhibit)
    return written


def _shops(case: Case) -> dict[str, _Shops]:
    """What leads to a shop, for each exhibit that has something to be filled."""
    home = files(__package__) / "site_links"
    there = parts(case)
    with duck.connect() as connection:
        for table in _READ:
            columns = ", ".join(map(duck.quoted, TABLES[table]))
            source = f"SELECT {columns} FROM {duck.parquet(there[table])}" if there[table] else ""
            connection.execute(f"CREATE VIEW {table} AS {source or duck.empty(TABLES[table])}")
        for step in _STEPS:
            (statement,) = read_statements(home / f"{step}.sql", f"commerce/site_links/{step}.sql")
            connection.execute(f"CREATE TEMP TABLE {step} AS {statement.sql}")

        def ask(sql: str) -> list[tuple[Any, ...]]:
            return connection.execute(sql).fetchall()

        hosts = ask("SELECT exhibit, host, site_id FROM host_shop")
        told = ask("SELECT exhibit, source_id, log, site_id FROM source_shop")
        addresses = dict(ask("SELECT address, site_id FROM mail_shop"))
    anywhere = {host: site_id for exhibit, host, site_id in hosts if not exhibit}
    found: dict[str, _Shops] = {}
    for table in _FILLED:
        for part in there[table]:
            found.setdefault(_exhibit_of(part), _Shops(dict(anywhere), addresses=addresses))
    for exhibit, host, site_id in hosts:
        if exhibit in found:
            found[exhibit].hosts[host] = site_id
    for exhibit, source_id, log, site_id in told:
        if exhibit in found:
            found[exhibit].sources[source_id] = site_id
            if log:
                found[exhibit].logs[log] = site_id
    return found


def _exhibit_of(part: Path) -> str:
    """The exhibit that a part's rows are of, as every row says."""
    first = next(pq.ParquetFile(part).iter_batches(1, columns=["exhibit"]))
    return str(first.column(0)[0].as_py())


def _write_filled(shops: _Shops, table: str, old: Path, new: Path) -> None:
    """Write the part's rows, those of artefacts with the shop that they lead to."""
    read = pq.ParquetFile(old)
    with pq.ParquetWriter(new, read.schema_arrow, compression="zstd") as writer:
        for batch in read.iter_batches(_BATCH):
            found = _shops_of(table, batch, shops)
            of_artefact = pc.starts_with(batch.column("rule"), "artefacts/")
            filled = pc.if_else(of_artefact, found, batch.column("site_id"))
            place = batch.schema.get_field_index("site_id")
            writer.write_batch(batch.set_column(place, batch.schema.field(place), filled))


def _shops_of(table: str, batch: pa.RecordBatch, shops: _Shops) -> pa.Array:
    """The site of each row: by its host, else its log; by its source, else its host; by its addresses."""
    if table == "messages":
        return _of_addresses(batch.column("addresses"), shops)
    if table == "visits":
        of_host = _looked_up(pc.utf8_lower(batch.column("host")), shops.hosts)
        return pc.coalesce(of_host, _looked_up(batch.column("log"), shops.logs))
    of_source = _looked_up(batch.column("source_id"), shops.sources)
    if table == "host_events":
        return of_source
    return pc.coalesce(of_source, _looked_up(batch.column("host"), shops.hosts))


def _looked_up(keys: pa.Array, known: dict[str, str]) -> pa.Array:
    places = pc.index_in(keys, value_set=pa.array(list(known), pa.string()), skip_nulls=True)
    return pa.array(known.values(), pa.string()).take(places)


def _of_addresses(column: pa.Array, shops: _Shops) -> pa.Array:
    """The one shop that an address of the message is of: one that its settings name, or one at its host."""
    found = []
    for addresses in column.to_pylist():
        sites = set()
        for address in (addresses or "").lower().split():
            sites |= {shops.addresses.get(address), shops.hosts.get(address.rpartition("@")[2])}
        sites -= {None}
        found.append(sites.pop() if len(sites) == 1 else None)
    return pa.array(found, pa.string())
