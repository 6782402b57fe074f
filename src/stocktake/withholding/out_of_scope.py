"""What the scope of the case's authority keeps out of reach, by the rules of ``scope.toml``.

A raw row is out of reach where a row that is out was read from it, or it belongs to such a row; and where
dates or sites limit the scope, also where no row within the scope was read from it or owns it: what can't be
shown to be allowed is not shown.
"""

from collections.abc import Iterable

import duckdb

from stocktake.engine.duck import literal, quoted
from stocktake.review.scope import Scope
from stocktake.withholding.privileged import follow, raw_into, reference
from stocktake.withholding.raw_rows import Edge, RawRows, rows
from stocktake.withholding.scope_rules import Rule, rules

_NO_SITE, _NO_DATE, _UNCITED = "states no site", "not dated", "no row in the scope was read from it"


def keep_out(connection: duckdb.DuckDBPyConnection, raw: RawRows, scope: Scope, time_zone: str) -> None:
    """Add to ``gone`` and ``raw_gone`` what is out of the scope."""
    connection.execute("CREATE TEMP TABLE allowed_site (site_id VARCHAR)")
    if scope.sites:
        connection.execute(
            "INSERT INTO allowed_site SELECT site_id FROM c_sites "
            "WHERE list_contains($names, lower(site_id)) OR list_contains($names, lower(name)) "
            "UNION SELECT site_id FROM c_site_names WHERE list_contains($names, lower(host))",
            {"names": [name.lower() for name in scope.sites]},
        )
    connection.execute("CREATE TEMP TABLE fate (id VARCHAR, reason VARCHAR)")
    for table, rule in rules().items():
        _judge(connection, table, rule, scope, time_zone)
    for table in rules():
        connection.execute(
            f"INSERT INTO gone SELECT c.file, c.n, {literal(table)}, {reference(table)}, c.source_id, "
            f"c.exhibit, 'scope', NULL, f.reason FROM c_{table} AS c JOIN fate_{table} AS f USING (file, n) "
            "WHERE f.reason IS NOT NULL"
        )
    _raw(connection, raw, scope)


def _judge(
    connection: duckdb.DuckDBPyConnection, table: str, rule: Rule, scope: Scope, time_zone: str
) -> None:
    """``fate_TABLE``: for every row its file and number, its id, and the reason for which it is out."""
    joins, fates = _by_parents(rule)
    site = f"c.{quoted(rule.site)}" if rule.site else "CAST(NULL AS VARCHAR)"
    if rule.site_of:
        parent, column = rule.site_of
        site = "q.site_id"
        joins += (
            f" LEFT JOIN (SELECT {quoted(column)} AS id, min(site_id) AS site_id FROM c_{parent} GROUP BY 1)"
            f" AS q ON q.id = c.{quoted(column)}"
        )
    fates = [*_by_kind(table, scope), *fates, *_by_site(site, scope)]
    fates += [] if rule.standing else _by_date(rule, scope, time_zone)
    fate = f"CASE {' '.join(fates)} END" if fates else "NULL"
    connection.execute(
        f"CREATE TEMP TABLE fate_{table} AS SELECT c.file, c.n, {reference(table)} AS id, "
        f"CAST({fate} AS VARCHAR) AS reason FROM c_{table} AS c{joins}"
    )
    named = " UNION ".join(
        f"SELECT c.{quoted(column)} FROM c_{by} AS c JOIN fate_{by} AS f USING (file, n) "
        "WHERE f.reason IS NULL"
        for by, column in rule.named_by
    )
    if table == "items":  # a file is named by what was read of it
        named = "SELECT 'item:' || exhibit || '/' || path FROM read_into_rows"
    if named:
        connection.execute(
            f"UPDATE fate_{table} SET reason = NULL WHERE id IN ({named}) AND (starts_with(reason, 'dated ') "
            f"OR reason IN ({literal(_NO_DATE)}, {literal(_NO_SITE)}))"
        )
    connection.execute(
        f"INSERT INTO fate SELECT id, reason FROM fate_{table} WHERE NOT starts_with(id, 'source:')"
    )


def _by_kind(table: str, scope: Scope) -> list[str]:
    fates = []
    for kind in scope.without:
        name, _, family = kind.partition(":")
        if name == table:
            of = f"split_part(c.rule, '/', 2) = {literal(family)}" if family else "true"
            fates.append(f"WHEN {of} THEN {literal(f'kind of data: {kind}')}")
    return fates


def _by_parents(rule: Rule) -> tuple[str, list[str]]:
    """Joins to the rows that a row hangs on, and the fates that follow from them."""
    parents = [(f"fate_{parent}", f"its row of {parent}", column) for parent, column in rule.follows]
    parents += [("fate", "the row that it is about", column) for column in rule.about]
    joins, fates = "", []
    for number, (fate, called, column) in enumerate(parents):
        joins += (
            f" LEFT JOIN (SELECT id, min(reason) AS reason FROM {fate} WHERE id IS NOT NULL GROUP BY id)"
            f" AS p{number} ON p{number}.id = c.{quoted(column)}"
        )
        told = literal(f"follows {called}, which is out")
        out = f"CASE WHEN p{number}.reason IS NOT NULL THEN {told} END"
        fates.append(f"WHEN p{number}.id IS NOT NULL THEN {out}")
    return joins, fates


def _by_site(site: str, scope: Scope) -> list[str]:
    if not scope.sites:
        return []
    allowed = "SELECT site_id FROM allowed_site"
    fates = [f"WHEN {site} IS NOT NULL AND {site} NOT IN ({allowed}) THEN 'of another site'"]
    return fates if scope.siteless else [*fates, f"WHEN {site} IS NULL THEN {literal(_NO_SITE)}"]


def _by_date(rule: Rule, scope: Scope, time_zone: str) -> list[str]:
    first, end = scope.bounds(time_zone)
    if not (first or end):
        return []
    date = f"c.{quoted(rule.date)}" if rule.date else "CAST(NULL AS TIMESTAMP)"
    fates = [] if scope.undated else [f"WHEN {date} IS NULL THEN {literal(_NO_DATE)}"]
    if first:
        fates.append(f"WHEN {date} < TIMESTAMP '{first}' THEN 'dated before {scope.first}'")
    if end:
        fates.append(f"WHEN {date} >= TIMESTAMP '{end}' THEN 'dated after {scope.last}'")
    return fates


def _raw(connection: duckdb.DuckDBPyConnection, raw: RawRows, scope: Scope) -> None:
    items = "SELECT source_id FROM c_items"  # a row that cites a whole file says nothing of the file's rows
    within = " UNION ".join(
        f"SELECT c.source_id FROM c_{table} AS c JOIN fate_{table} AS f USING (file, n) WHERE "
        "f.reason IS NULL"
        for table in rules()
        if table not in ("items", "observables")
    )
    connection.execute(
        "CREATE TEMP TABLE out_source AS SELECT source_id, min(reason) AS reason FROM gone "
        f"WHERE kind = 'scope' AND source_id NOT IN ({items}) GROUP BY source_id"
    )
    for table in raw.tables:
        connection.execute(
            f"{raw_into(table)}, 'scope', NULL, o.reason "
            f"FROM ({rows(table)}) AS r JOIN out_source AS o ON o.source_id = 'source:' || r.ref"
        )
    _all_steps(connection, raw.edges, "scope")
    if not scope.to_be_shown:
        return
    connection.execute(f"CREATE TEMP TABLE in_source AS SELECT DISTINCT source_id FROM ({within})")
    for table in raw.tables:
        connection.execute(
            f"{raw_into(table)}, 'within', NULL, NULL "
            f"FROM ({rows(table)}) AS r SEMI JOIN in_source AS i ON i.source_id = 'source:' || r.ref"
        )
    _all_steps(connection, raw.edges, "within")
    connection.execute(
        "CREATE TEMP TABLE within AS SELECT DISTINCT file, n FROM raw_gone WHERE kind = 'within'"
    )
    connection.execute("DELETE FROM raw_gone WHERE kind = 'within'")
    for table in raw.tables:
        connection.execute(
            f"{raw_into(table)}, 'scope', NULL, "
            f"{literal(_UNCITED)} FROM ({rows(table)}) AS r ANTI JOIN within AS w USING (file, n) "
            "WHERE NOT EXISTS (SELECT 1 FROM raw_gone AS g "
            "  WHERE g.file = r.file AND g.n = r.n AND g.kind = 'scope')"
        )


def _all_steps(connection: duckdb.DuckDBPyConnection, edges: Iterable[Edge], kind: str) -> None:
    steps = [(edge.parent, edge.key, edge.child, edge.column) for edge in edges]
    while any([follow(connection, kind, *step) for step in steps]):  # noqa: C419 - every step is taken
        pass
