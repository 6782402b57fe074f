"""For whom the OpenPGP messages that people left in a shop's own messages are encrypted."""

from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from stocktake.artefacts.keys.openpgp import recipients
from stocktake.engine.duck import parquet

_ARMOUR = "-----BEGIN PGP MESSAGE"
_BATCH = 1_000


def with_recipients(connection: duckdb.DuckDBPyConnection, messages: Path, scratch: Path) -> str | None:
    """SQL of the rows of ``messages`` with ``encrypted_to`` filled in, key ids with a space between.

    What a shop's own mapping said stays. None where no message is encrypted. ``scratch`` is a Parquet file to
    write what was found to.
    """
    found = connection.execute(
        f"SELECT message_id, body FROM {parquet([messages])} "
        f"WHERE encrypted_to IS NULL AND contains(body, '{_ARMOUR}')"
    ).to_arrow_reader(_BATCH)
    schema = pa.schema([pa.field("message_id", pa.string()), pa.field("key_ids", pa.string())])
    any_found = False
    with pq.ParquetWriter(scratch, schema) as writer:
        for batch in found:
            key_ids = [" ".join(recipients(body)) or None for body in batch.column(1).to_pylist()]
            any_found = any_found or any(key_ids)
            writer.write_batch(
                pa.RecordBatch.from_arrays([batch.column(0), pa.array(key_ids)], schema=schema)
            )
    if not any_found:
        return None
    return (
        "SELECT m.* REPLACE (COALESCE(m.encrypted_to, r.key_ids) AS encrypted_to) "
        f"FROM {parquet([messages])} AS m LEFT JOIN {parquet([scratch])} AS r ON r.message_id = m.message_id"
    )
