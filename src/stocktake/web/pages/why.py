"""Where a row or a figure comes from, down to the bytes."""

from typing import Any

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from stocktake.errors import UserError
from stocktake.findings.figures import figures
from stocktake.findings.why import KINDS, Source, Why
from stocktake.findings.why import why as walk
from stocktake.web.format import hex_dump
from stocktake.web.pages.subject import UnknownIdError, asked_id
from stocktake.web.respond import Desk, consulted, desk, page
from stocktake.web.table import BadRequestError


def why(request: Request) -> Response:
    """Everything known about one id or figure; without an id, the page to ask from."""
    if not request.query_params:
        return page(request, "why_ask.html", kinds=list(KINDS), figures=figures())
    identifier = _known_kind(request)
    at = desk(request)
    found = _walked(at, identifier)
    figure = found.figure
    if figure is None:
        consulted(request, {}, [identifier])
    elif figure.subjects:
        consulted(request, {}, [identifier, *figure.subjects])
    return page(
        request, "why.html", found=found, figure=figure, kind=identifier.partition(":")[0],
        sources=[_drawn(source) for source in found.sources],
        details=[_drawn(source) for source in found.details],
    )  # fmt: skip


def row_bytes(request: Request) -> Response:
    """The bytes of one source as a plain hex dump, for a page that shows them where they are asked for."""
    identifier = _known_kind(request)
    if not identifier.startswith("source:"):
        raise BadRequestError("Bytes are those of a source: its id begins with “source:”.")
    at = desk(request)
    found = _walked(at, identifier)
    consulted(request, {}, [identifier])
    source = found.sources[0] if found.sources else None
    if source is None or source.data is None:
        return PlainTextResponse(source.note if source else "The case has no such source.")
    return PlainTextResponse(hex_dump(source.data, source.offset or 0))


def _known_kind(request: Request) -> str:
    identifier = asked_id(request.query_params)
    kind = identifier.partition(":")[0]
    if kind not in KINDS and kind != "figure":
        raise BadRequestError(f"“{kind[:40]}” is no kind of id: there are {', '.join([*KINDS, 'figure'])}.")
    return identifier


def _walked(at: Desk, identifier: str) -> Why:
    with at.tables.cursor() as cursor:
        try:
            return walk(at.case, identifier, connection=cursor)
        except UserError as error:
            raise UnknownIdError(str(error)) from error


def _drawn(source: Source) -> dict[str, Any]:
    """A source with its bytes as text and as a hex dump."""
    drawn: dict[str, Any] = dict(source.__dict__)
    drawn["text"] = drawn["hex"] = None
    if source.data is not None:
        drawn["text"] = source.data.decode("utf-8", "backslashreplace")
        drawn["hex"] = hex_dump(source.data, source.offset or 0)
        drawn["cut"] = max(0, (source.length or 0) - len(source.data))
    return drawn
