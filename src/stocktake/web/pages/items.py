"""The table of files, with what declares each: known software can be left out, and what was changed shown."""

from starlette.requests import Request
from starlette.responses import Response

from stocktake.web.pages import tables
from stocktake.web.table import Column, Filter, Table, counted

_STATES = """
SELECT * FROM (VALUES
  ('unknown', 'not known software'), ('known', 'known software'),
  ('changed', 'changed from what was declared'), ('configuration', 'configuration that was changed'),
  ('deleted', 'deleted')
) AS v(value, label)"""

_IS = """CASE $state
  WHEN 'unknown' THEN i.known IS NULL
  WHEN 'known' THEN i.known IS NOT NULL
  WHEN 'changed' THEN i.changed_from IS NOT NULL AND i.changed_from NOT LIKE '%a file of configuration'
  WHEN 'configuration' THEN i.changed_from LIKE '%a file of configuration'
  WHEN 'deleted' THEN i.deleted
  ELSE FALSE END"""

TABLE = Table(
    path="/files",
    title="Files",
    one="file",
    many="files",
    key="i.item_id",
    rows="items AS i",
    detail="SELECT item_id, path, exhibit, size, mtime, kind, known, known_by, changed_from FROM items "
    "WHERE item_id IN (SELECT unnest($keys))",
    export="SELECT i.* FROM items AS i",
    columns=(
        Column("path", "Path", "text", ("i.path",)),
        Column("exhibit", "Exhibit", "text", ("i.exhibit",), wide=True),
        Column("size", "Bytes", "number", ("i.size",)),
        Column("mtime", "Changed at", "moment", ("i.mtime",), wide=True),
        Column("kind", "Kind", "text", ("i.kind",)),
        Column("known", "Known software", "text", ("i.known",)),
        Column("known_by", "On whose word", "text", ("i.known_by",), wide=True),
        Column("changed_from", "Changed from", "text", ("i.changed_from",)),
        Column("item_id", "Source", "why"),
    ),
    filters=(
        Filter(
            "text",
            "Text",
            "contains(lower(concat_ws(chr(10), i.path, i.sha256, i.md5, i.sha1, i.known, i.changed_from)), "
            "$text)",
            "text",
            hint="path, hash, software",
        ),
        Filter("state", "State", _IS, options=_STATES),
        Filter(
            "kind",
            "Kind",
            "i.kind = $kind",
            options=counted("items", "kind"),
        ),
        Filter(
            "exhibit",
            "Exhibit",
            "i.exhibit = $exhibit",
            options="SELECT DISTINCT exhibit AS value, exhibit AS label FROM items ORDER BY 1",
        ),
        Filter("from", "Changed from", "i.mtime >= $from", "from"),
        Filter("to", "Changed to", "i.mtime < $to", "to"),
    ),
    sort="path",
)


def table(request: Request) -> Response:
    """The table of files."""
    return tables.show(request, TABLE, personal=False)


def download(request: Request) -> Response:
    """The filtered files as CSV."""
    return tables.download(request, TABLE, personal=False)
