"""A filterable table as a page and as a download; the same for every kind of row."""

import re
from collections.abc import Iterator

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from stocktake.web.data import DOWNLOAD_SECONDS
from stocktake.web.respond import consulted, desk, page
from stocktake.web.table import ROWS, BadRequestError, Table, asked, choices, count, csv_lines
from stocktake.web.table import page as rows_of


def show(request: Request, table: Table, *, personal: bool = True) -> Response:
    """One page of ``table``; where it is ``personal`` data, the look is recorded."""
    at = desk(request)
    wanted = asked(table, request.query_params, at.zone)
    options = at.tables.once(f"choices {table.path}", lambda cursor: choices(cursor, table))
    with at.tables.cursor() as cursor:
        total = count(cursor, wanted)
        pages = max(1, -(-total // ROWS))
        if wanted.page > pages:
            raise BadRequestError(f"There is no page {wanted.page}: these rows fill {pages}.")
        rows = rows_of(cursor, wanted)
    if personal:
        key = table.key.rpartition(".")[2]
        consulted(request, dict(request.query_params), [str(row[key]) for row in rows], rows=total)
    return page(
        request, "table.html", table=table, asked=wanted, options=options, rows=rows, total=total,
        pages=pages, first=(wanted.page - 1) * ROWS + 1,
    )  # fmt: skip


def download(request: Request, table: Table, *, personal: bool = True) -> Response:
    """All rows of ``table`` that the filters let through, as CSV."""
    at = desk(request)
    wanted = asked(table, request.query_params, at.zone)
    with at.tables.cursor() as cursor:
        total = count(cursor, wanted)
    if personal:
        consulted(request, dict(request.query_params), [], rows=total, download=True)

    def lines() -> Iterator[bytes]:
        with at.tables.cursor(DOWNLOAD_SECONDS) as cursor:
            yield from csv_lines(cursor, wanted)

    name = re.sub(r"[^A-Za-z0-9]+", "-", at.case.settings.reference).strip("-") or "case"
    return StreamingResponse(
        lines(),
        media_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}{table.path.replace("/", "-")}.csv"'},
    )
