"""What is held back, and why: the name of each thing and the line of the list that it meets, no content."""

from starlette.requests import Request
from starlette.responses import Response

from stocktake.findings.holding import held
from stocktake.review.decisions import decisions
from stocktake.web.data import records
from stocktake.web.respond import desk, page

MOST = 2000


def held_back(request: Request) -> Response:
    """The lists of what may be privileged and of what is out of scope. No one's data is on it."""
    at = desk(request)
    with at.tables.cursor() as cursor:
        found = held(cursor)
        things = records(
            cursor,
            "SELECT table_name, reference, reason, exhibit FROM held_back "
            "WHERE kind = 'privilege' LIMIT $most",
            {"most": MOST + 1},
        )
    return page(
        request, "held.html", found=found, decided=decisions(at.case), things=things[:MOST],
        more=len(things) > MOST, most=MOST,
    )  # fmt: skip
