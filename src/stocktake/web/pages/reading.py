"""What was read and what was not: the problems, and the books of completeness."""

from starlette.requests import Request
from starlette.responses import Response

from stocktake.web.data import records
from stocktake.web.pages import tables
from stocktake.web.respond import desk, page
from stocktake.web.table import Column, Filter, Table, counted

TABLE = Table(
    path="/problems",
    title="Problems",
    one="problem",
    many="problems",
    key="p.problem_id",
    rows="problems AS p",
    detail="SELECT p.* REPLACE (left(message, 4000) AS message) FROM problems AS p "
    "WHERE p.problem_id IN (SELECT unnest($keys))",
    export="SELECT p.* FROM problems AS p",
    columns=(
        Column(
            "severity",
            "Severity",
            "severity",
            ("CASE p.severity WHEN 'error' THEN 3 WHEN 'warning' THEN 2 ELSE 1 END",),
        ),
        Column("message", "What is wrong", "long"),
        Column("stage", "Stage", "text", ("p.stage",)),
        Column("exhibit", "Exhibit", "text", ("p.exhibit",)),
        Column("path", "File", "path", ("p.path",)),
        Column("problem_id", "Source", "why"),
    ),
    filters=(
        Filter(
            "text",
            "Text",
            "contains(lower(concat_ws(chr(10), p.problem_id, p.message, p.path)), $text)",
            "text",
            hint="message or file",
        ),
        Filter("severity", "Severity", "p.severity = $severity", options=counted("problems", "severity")),
        Filter("stage", "Stage", "p.stage = $stage", options=counted("problems", "stage")),
        Filter("exhibit", "Exhibit", "p.exhibit = $exhibit", options=counted("problems", "exhibit")),
    ),
    sort="-severity",
)

MOST_TABLES = 2000


def problems(request: Request) -> Response:
    """The table of problems. Their messages quote places, not people, so no look is recorded."""
    return tables.show(request, TABLE, personal=False)


def download_problems(request: Request) -> Response:
    """The filtered problems as CSV."""
    return tables.download(request, TABLE, personal=False)


def completeness(request: Request) -> Response:
    """The books: for every table and site, found = mapped + set aside, and why what was set aside was."""
    with desk(request).tables.cursor() as cursor:
        totals = records(
            cursor,
            "SELECT measure, currency, sum(found) AS found, sum(mapped) AS mapped, "
            "sum(set_aside) AS set_aside, "
            "count(*) FILTER (found IS DISTINCT FROM mapped + set_aside) AS unbalanced "
            "FROM completeness GROUP BY measure, currency ORDER BY measure DESC, currency",
        )
        books = records(
            cursor,
            "SELECT exhibit, table_name, site_id, measure, currency, sum(found) AS found, "
            "sum(mapped) AS mapped, sum(set_aside) AS set_aside, "
            "bool_and(found IS NOT DISTINCT FROM mapped + set_aside) AS balanced, "
            "list({'reason': reason, 'amount': set_aside} ORDER BY set_aside DESC, reason) "
            "  FILTER (reason IS NOT NULL) AS reasons "
            "FROM completeness GROUP BY exhibit, table_name, site_id, measure, currency "
            "ORDER BY measure DESC, exhibit, table_name, site_id, currency LIMIT $most",
            {"most": MOST_TABLES + 1},
        )
        by_severity = records(
            cursor, "SELECT severity, count(*) AS n FROM problems GROUP BY severity ORDER BY severity"
        )
        names = {
            row["site_id"]: row["name"]
            for row in records(cursor, "SELECT site_id, coalesce(name, site_id) AS name FROM sites")
        }
    measures = [
        {"measure": measure, "books": [book for book in books[:MOST_TABLES] if book["measure"] == measure]}
        for measure in dict.fromkeys(total["measure"] for total in totals)
    ]
    return page(
        request, "completeness.html", totals=totals, measures=measures, more=len(books) > MOST_TABLES,
        most=MOST_TABLES, by_severity=by_severity, names=names,
    )  # fmt: skip
