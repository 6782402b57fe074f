"""What the pages of one order, one account and one listing share."""

from typing import Any

import duckdb
from starlette.datastructures import QueryParams

from stocktake.web.data import records
from stocktake.web.table import BadRequestError

MOST = 200  # rows of one kind on a page
LONG = 20_001  # characters fetched of a free text; one more than is shown

# Messages and reviews with the names of what their ids stand for; a WHERE clause on m or r follows.
MESSAGES = f"""
SELECT m.* REPLACE (left(m.subject, {LONG}) AS subject, left(m.body, {LONG}) AS body),
       coalesce(f.username, f.display_name, f.email) AS from_name,
       coalesce(t.username, t.display_name, t.email) AS to_name, o.number AS order_number
  FROM messages AS m
  LEFT JOIN accounts AS f ON f.account_id = m.from_account_id
  LEFT JOIN accounts AS t ON t.account_id = m.to_account_id
  LEFT JOIN orders AS o ON o.order_id = m.order_id
"""
REVIEWS = f"""
SELECT r.* REPLACE (left(r.body, {LONG}) AS body), l.title AS listing_title,
       coalesce(a.username, a.display_name, a.email) AS account_name
  FROM reviews AS r
  LEFT JOIN listings AS l ON l.listing_id = r.listing_id
  LEFT JOIN accounts AS a ON a.account_id = r.account_id
"""


class UnknownIdError(Exception):
    """The case has nothing under an id; the message says so."""


def asked_id(given: QueryParams) -> str:
    """The one parameter that such a page takes. Raises BadRequestError."""
    if [name for name, _ in given.multi_items()] != ["id"]:
        raise BadRequestError("This page takes one parameter, “id”.")
    identifier = given["id"].strip()
    if ":" not in identifier or "\0" in identifier or len(identifier) > 4000:
        raise BadRequestError("That is not an id: ids are KIND:EXHIBIT/TABLE/KEY.")
    return identifier


def ids(rows: list[dict[str, Any]], column: str) -> list[str]:
    """The ids in a column of rows."""
    return [str(row[column]) for row in rows if row[column]]


def sources(cursor: duckdb.DuckDBPyConnection, *groups: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The places in the evidence that rows were read from: each once, in the order of the rows."""
    wanted = list(dict.fromkeys(row["source_id"] for group in groups for row in group if row["source_id"]))
    found = records(
        cursor,
        'SELECT source_id, exhibit, path, container, table_name, row_key, "offset", length, sha256 '
        "FROM sources WHERE source_id IN (SELECT unnest($ids))",
        {"ids": wanted},
    )
    place = {source_id: at for at, source_id in enumerate(wanted)}
    return sorted(found, key=lambda row: place[row["source_id"]])


def rules(*groups: list[dict[str, Any]]) -> list[str]:
    """The rules (SQL file and line) that made rows, each once, in order."""
    return sorted({str(row["rule"]) for group in groups for row in group if row["rule"]})
