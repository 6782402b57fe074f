"""The rows of united sources, worked out on the engine: which version stands, what changed, what is gone.

Temporary tables, one of each a canonical table, stand for what is known on the way:

``version_T``  every row of every source of a group: its source, id and *local* id, which all versions share,
               and a print of its values by which versions are compared; dropped once it was used
``best_T``     every local id once, with the row that stands
``gone_T``     ids of rows that leave the table, and the row that stands in their place
``moved_T``    ids that rows may name, and the id that stands now
``lapse``      for every source and table of its database: the next source that holds the table
``renamed``    keys that are another row's: given out twice, or moved to another table of the shop
"""

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from importlib.resources import files
from itertools import combinations
from pathlib import Path
from typing import Any

import duckdb
import pyarrow.parquet as pq

from stocktake.case import folder_name
from stocktake.commerce import prices
from stocktake.commerce.model import TABLES
from stocktake.commerce.sameness import Pair, Source
from stocktake.commerce.statements import Statement, read_statements
from stocktake.commerce.tables import write_rows
from stocktake.engine.duck import empty, literal, parquet, quoted

RULE = "commerce/uniting_rows.py"
MEMORY = f"{min(2048, os.sysconf('SC_PAGE_SIZE') * os.sysconf('SC_PHYS_PAGES') // 2**21)}MiB"
# Columns that hold the id of a row of another table.
REFERENCES = {
    "site_id": "sites",
    "account_id": "accounts",
    "vendor_account_id": "accounts",
    "from_account_id": "accounts",
    "to_account_id": "accounts",
    "listing_id": "listings",
    "order_id": "orders",
    "payment_id": "payments",
}
# Tables of a shop's rows, each with an id of its own; orders first, for what they decide about others.
ROWS = ("orders", "sites", "accounts", "listings", "order_lines", "payments", "postal_addresses", "shipments",
        "messages", "reviews", "variations")  # fmt: skip
NAMED = ("sites", "accounts", "listings", "orders", "payments")
# Rows that are parts of an order.
OF_ORDERS = ("order_lines", "payments", "postal_addresses", "shipments")
# Written here, not by mapping.
OWN = ("same_site", "superseded", "row_changes")
# Tables that name no row of a shop, and those that are laid by rules of their own.
_UNTOUCHED = {
    "items",
    "observables",
    "sources",
    "problems",
    "takings",
    "price_explanations",
    "completeness",
    *OWN,
}
_ITS_OWN_WAY = {"site_names", "price_tiers"}
_NOT_COMPARED = {"first_activity", "last_activity", "rule", "exhibit", "source_id", "basis"}


@dataclass
class Work:
    """Exhibits whose sources are laid together.

    ``mapped`` holds, for every exhibit and table, the parts as mapped; views ``mapped_TABLE`` read them. New
    parts are made under ``out/EXHIBIT/TABLE/`` and stand in ``made``: none where the table is empty now.
    """

    exhibits: Sequence[str]
    mapped: dict[tuple[str, str], tuple[Path, ...]]
    groups: Sequence[Sequence[Source]]
    pairs: Sequence[Pair]
    connection: duckdb.DuckDBPyConnection
    out: Path
    made: dict[tuple[str, str], list[Path]] = field(default_factory=dict)

    @property
    def sources(self) -> list[tuple[int, Source]]:
        """Every source of a group, with the number of that."""
        return [(number, source) for number, group in enumerate(self.groups) for source in group]

    def write(self, exhibit: str, table: str, sql: str) -> None:
        """Make a part of that table and exhibit, in the place of those mapped; the next where one is made."""
        place = self._place(exhibit, table)
        there = {row[0] for row in self.rows(f"DESCRIBE {sql}")}
        columns = ", ".join(
            f"CAST({quoted(column) if column in there else 'NULL'} AS {kind}) AS {quoted(column)}"
            for column, kind in TABLES[table].items()
        )
        self.run(
            f"COPY (SELECT {columns} FROM ({sql}\n)) TO {literal(str(place))} "
            "(FORMAT parquet, COMPRESSION zstd)"
        )
        if pq.read_metadata(place).num_rows:
            self.made[exhibit, table].append(place)

    def _place(self, exhibit: str, table: str) -> Path:
        made = self.made.setdefault((exhibit, table), [])
        place = self.out / folder_name(exhibit) / table / f"united-{len(made):05d}.parquet"
        place.parent.mkdir(parents=True, exist_ok=True)
        return place

    def write_rows(self, exhibit: str, table: str, rows: list[dict[str, Any]]) -> None:
        """Make the part from a few rows that Python holds."""
        place = self._place(exhibit, table)
        write_rows(place, table, rows)
        if rows:
            self.made[exhibit, table].append(place)

    def parts(self, table: str) -> list[Path]:
        """The parts of a table as they are to be."""
        found: list[Path] = []
        for exhibit in self.exhibits:
            found += self.made.get((exhibit, table), self.mapped.get((exhibit, table), ()))
        return found

    def run(self, sql: str) -> None:
        """Run a statement."""
        self.connection.execute(sql)

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        """The rows of a question that has few."""
        return self.connection.execute(sql).fetchall()

    def any(self, sql: str) -> bool:
        """Whether the question has a row."""
        return self.connection.execute(f"SELECT 1 FROM ({sql}) LIMIT 1").fetchone() is not None


def view(connection: duckdb.DuckDBPyConnection, name: str, table: str, parts: Iterable[Path]) -> None:
    """A view ``name`` of the parts of a canonical table."""
    listed = list(parts)
    columns = ", ".join(
        f"CAST({quoted(column)} AS {kind}) AS {quoted(column)}" for column, kind in TABLES[table].items()
    )
    source = f"SELECT {columns} FROM {parquet(listed)}" if listed else empty(TABLES[table])
    connection.execute(f"CREATE OR REPLACE TEMP VIEW {quoted(name)} AS {source}")


def lay(work: Work) -> None:
    """Make every part that is not as it was mapped."""
    for table in TABLES:
        parts = [part for exhibit in work.exhibits for part in work.mapped.get((exhibit, table), ())]
        view(work.connection, f"mapped_{table}", table, parts)
    if work.groups:
        work.run("SET preserve_insertion_order = false")  # what is written is sorted
        _sources(work)
        _renamed(work)
        for table in ROWS:
            _versions(work, table)
            _best(work, table)
            _left(work, table)
            _changes(work, table)
            _moved(work, table)
            if table != "listings":  # by which tiers are told from new ones
                work.run(f"DROP TABLE version_{table}")
            if table not in NAMED:
                work.run(f"DROP TABLE best_{table}")
        for table in ROWS:
            _refilled(work, table)
        for exhibit in work.exhibits:
            for table in TABLES:
                if table not in _UNTOUCHED and table not in _ITS_OWN_WAY:
                    _rows(work, exhibit, table)
            _site_names(work, exhibit)
            _price_tiers(work, exhibit)
            _own_tables(work, exhibit)
        _derived(work)
        _completeness(work)
        _prices(work)
    _same_site(work)
    _problems(work)


# ---- the sources


def _sources(work: Work) -> None:
    """``source_of``, a row a source; ``lapse``, a row a source and table of its database."""
    rows = [
        f"({source.number}, {group}, {literal(source.exhibit)}, {literal(source.base)}, "
        f"{literal(_told(work, source))}, {_moment(source)})"
        for group, source in work.sources
    ]
    work.run(
        "CREATE OR REPLACE TEMP TABLE source_of AS SELECT * FROM "
        f"(VALUES {', '.join(rows)}) AS s(source, grp, exhibit, base, name, moment)"
    )
    lapses = []
    for group in work.groups:
        for place, source in enumerate(group[:-1]):
            for table in sorted(source.tables):
                held = [later for later in group[place + 1 :] if table in later.tables]
                later, kind = (held[0], "vanished" if held[0].whole else "missing") if held else (
                    group[place + 1], "missing")  # fmt: skip
                lapses.append(f"({source.number}, {literal(table)}, {later.number}, {literal(kind)})")
    work.run(
        "CREATE OR REPLACE TEMP TABLE lapse AS SELECT * FROM "
        f"(VALUES {', '.join(lapses)}) AS l(source, tbl, later, kind)"
    )


def _told(work: Work, source: Source) -> str:
    """The source, as short as it is clear: its exhibit, and its path where the exhibit holds several."""
    beside = [other for _, other in work.sources if other.exhibit == source.exhibit]
    return source.exhibit if len(beside) == 1 else source.name


def _moment(source: Source) -> str:
    return f"CAST({literal(source.moment.isoformat()) if source.moment else 'NULL'} AS TIMESTAMP)"


def _renamed(work: Work) -> None:
    """Keys of an earlier source that are not the same row's in a later one.

    An order that was made after the earlier source was, under a key that this gives to an order of another
    time: the database gave the key of a deleted row out again, and the older order gets a key of its own
    (``suffix``). An order under another table's key with the same number and moment, such as WooCommerce's
    once they moved to its newer store: it goes by its later key.
    """
    work.run(
        "CREATE OR REPLACE TEMP TABLE renamed (source INTEGER, ref VARCHAR, new_ref VARCHAR, suffix VARCHAR)"
    )
    told = {(pair.earlier.number, pair.later.number): pair.reused for pair in work.pairs}
    numbers = [[source.number for source in group] for group in work.groups]
    of_tables = " UNION ALL ".join(
        f"SELECT DISTINCT {group} AS grp, split_part({source.local('order_id')}, '/', 1) AS tbl "
        f"FROM mapped_orders WHERE {source.holds('order_id')}"
        for group, source in work.sources
    )
    moved = f"SELECT grp FROM (SELECT DISTINCT * FROM ({of_tables})) GROUP BY grp HAVING COUNT(*) > 1"
    given_again = any(told.get(two, True) for group in numbers for two in combinations(group, 2))
    if not given_again and not work.any(moved):
        return
    every = " UNION ALL ".join(
        f"SELECT {group} AS grp, {source.number} AS source, {source.local('o.order_id')} AS local, "
        "o.number, o.placed_at, o.total, lower(a.email) AS buyer "
        "FROM mapped_orders AS o LEFT JOIN mapped_accounts AS a ON a.account_id = o.account_id "
        f"WHERE o.exhibit = {literal(source.exhibit)} AND {source.holds('o.order_id')}"
        for group, source in work.sources
    )
    work.run(f"CREATE OR REPLACE TEMP TABLE placed AS {every}")
    work.run(
        """
        INSERT INTO renamed
        WITH again AS (
          SELECT a.grp, a.local, MAX(a.source) AS last_source
          FROM placed AS a
          JOIN placed AS b ON b.grp = a.grp AND b.local = a.local AND b.source > a.source
          JOIN source_of AS s ON s.source = a.source
          WHERE b.placed_at <> a.placed_at AND b.placed_at > s.moment
            AND (b.total IS DISTINCT FROM a.total OR b.buyer IS DISTINCT FROM a.buyer)
          GROUP BY a.grp, a.local
        ),
        alone AS (
          SELECT a.* FROM placed AS a
          WHERE a.placed_at IS NOT NULL AND a.number IS NOT NULL AND NOT EXISTS (
            SELECT 1 FROM placed AS b WHERE b.grp = a.grp AND b.local = a.local AND b.source <> a.source)
        ),
        elsewhere AS (
          SELECT a.grp, a.source, a.local, MAX_BY(b.local, b.source) AS later_local
          FROM alone AS a
          JOIN alone AS b ON b.grp = a.grp AND b.number = a.number AND b.placed_at = a.placed_at
            AND b.source > a.source AND SPLIT_PART(b.local, '/', 1) <> SPLIT_PART(a.local, '/', 1)
          GROUP BY a.grp, a.source, a.local
        )
        SELECT p.source, SUBSTR(p.local, 7) AS ref, SUBSTR(p.local, 7) || '@' || again.last_source AS new_ref,
          '@' || again.last_source AS suffix
        FROM placed AS p
        JOIN again ON again.grp = p.grp AND again.local = p.local AND p.source <= again.last_source
        UNION ALL
        SELECT source, SUBSTR(local, 7), SUBSTR(later_local, 7), '' FROM elsewhere
        """
    )
    work.run("DROP TABLE placed")


# ---- which version stands


def _id(table: str) -> str:
    return next(iter(TABLES[table]))


def _versions(work: Work, table: str) -> None:
    own = _id(table)
    belongs = "order_id" in TABLES[table] and table != "orders"

    def parent(source: Source) -> str:
        if not belongs:
            return "CAST(NULL AS VARCHAR)"
        return f"CASE WHEN {source.holds('order_id')} THEN {source.local('order_id')} END"

    def of(group: int, source: Source) -> str:
        values = ", ".join(
            _compared(f"{quoted(column)}", column, literal(source.base)) for column in _columns(table)
        )
        return (
            f"SELECT {'DISTINCT' if source.of_network else ''} {group} AS grp, {source.number} AS source, "
            f"{quoted(own)} AS id, {source.local(quoted(own))} AS local, source_id, "
            f"{parent(source)} AS parent, basis, hash({values}) AS print FROM mapped_{table} "
            f"WHERE exhibit = {literal(source.exhibit)} AND {source.holds(quoted(own))}"
        )

    every = " UNION ALL ".join(of(*one) for one in work.sources)
    if work.any("SELECT * FROM renamed"):
        ref = "split_part({0}, '/', 1) || '/' || split_part({0}, '/', 2)"
        own_ref = ref.format("substr(e.local, strpos(e.local, ':') + 1)")
        every = f"""
            SELECT e.* REPLACE (
              CASE WHEN r.ref IS NOT NULL
                THEN substr(e.local, 1, strpos(e.local, ':')) || r.new_ref
                  || substr(e.local, strpos(e.local, ':') + 1 + length(r.ref))
                ELSE e.local || COALESCE(p.suffix, '') END AS local,
              CASE WHEN p.ref IS NOT NULL THEN 'order:' || p.new_ref ELSE e.parent END AS parent)
            FROM ({every}) AS e
            LEFT JOIN renamed AS r ON r.source = e.source AND r.ref = {own_ref}
            LEFT JOIN renamed AS p ON p.source = e.source AND 'order:' || p.ref = e.parent"""
    work.run(f"CREATE OR REPLACE TEMP TABLE version_{table} AS {every}")


def _best(work: Work, table: str) -> None:
    """Which row stands, and which leave: the newest of each local id; a recorded account before one told of.

    The sources are gone through from the latest on.
    """
    columns = "grp INTEGER, source INTEGER, row_id VARCHAR, source_id VARCHAR"
    work.run(f"CREATE OR REPLACE TEMP TABLE best_{table} ({columns}, local VARCHAR, parent VARCHAR)")
    work.run(f"CREATE OR REPLACE TEMP TABLE gone_{table} ({columns}, id VARCHAR, later INTEGER, how VARCHAR)")
    told = [f"basis {test} 'recorded'" for test in ("=", "<>")] if table == "accounts" else ["true"]
    first = True
    for which in told:
        for number in sorted((source.number for _, source in work.sources), reverse=True):
            own = f"SELECT * FROM version_{table} WHERE source = {number} AND {which}"
            if not first:
                work.run(
                    f"INSERT INTO gone_{table} SELECT v.grp, v.source, b.row_id, v.source_id, v.id, "
                    f"b.source, 'older' FROM ({own}) AS v "
                    f"JOIN best_{table} AS b ON b.local = v.local AND b.grp = v.grp"
                )
                own = (
                    f"SELECT v.* FROM ({own}) AS v ANTI JOIN best_{table} AS b "
                    "ON b.local = v.local AND b.grp = v.grp"
                )
            work.run(
                f"INSERT INTO best_{table} SELECT grp, source, id, source_id, local, parent FROM ({own})"
            )
            first = False


def _raw_table(work: Work, row: str) -> str:
    """SQL: the name of the raw table that a row of ``best_T`` was read from."""
    behind = [(source.number, len(f"source:{source.base}") + 1) for _, source in work.sources]
    whens = " ".join(
        f"WHEN {number} THEN split_part(substr({row}.source_id, {start}), '/', 1)" for number, start in behind
    )
    return f"CASE {row}.source {whens} END"


def _left(work: Work, table: str) -> None:
    """Parts of an order that its newer version no longer has; ``later`` is the source that shows it."""
    if table not in OF_ORDERS:
        return
    work.run(
        f"""
        INSERT INTO gone_{table}
        SELECT b.grp, b.source, o.row_id, b.source_id, b.row_id, l.later, 'left'
        FROM best_{table} AS b
        JOIN best_orders AS o ON o.local = b.parent AND o.grp = b.grp AND o.source > b.source
        JOIN lapse AS l ON l.source = b.source AND l.tbl = {_raw_table(work, "b")} AND l.kind = 'vanished'
        """
    )


def _moved(work: Work, table: str) -> None:
    """Where a row's id leads: from older versions, and from a source that has none to another's."""
    if table not in NAMED:
        return
    work.run(
        f"""
        CREATE OR REPLACE TEMP TABLE moved_{table} AS
        SELECT DISTINCT s.exhibit, g.id AS old_id, g.row_id
        FROM gone_{table} AS g JOIN source_of AS s ON s.source = g.source WHERE g.how = 'older'
        UNION ALL
        SELECT m.exhibit, m.old_id, m.row_id
        FROM (
          SELECT s.exhibit, s.source,
            substr(b.local, 1, strpos(b.local, ':')) || s.base || substr(b.local, strpos(b.local, ':') + 1)
              AS old_id, b.row_id
          FROM best_{table} AS b JOIN source_of AS s ON s.grp = b.grp AND s.source <> b.source
        ) AS m
        WHERE NOT EXISTS (
          SELECT 1 FROM version_{table} AS v WHERE v.id = m.old_id)
        """
    )


def _refilled(work: Work, table: str) -> None:
    """``refilled_T``: ids that a row no longer names because what they lead to is gone from its source.

    A mapping leaves an id empty where the row that it leads to is not there. An older version still names it.
    """
    every = [
        f"""
        SELECT f.row_id AS id, {literal(column)} AS column_name, b.row_id AS leads_to
        FROM (
          SELECT g.row_id, g.later, MAX_BY(o.{quoted(column)}, g.source) AS old_id
          FROM gone_{table} AS g
          JOIN mapped_{table} AS n ON n.{quoted(_id(table))} = g.row_id AND n.{quoted(column)} IS NULL
          JOIN mapped_{table} AS o ON o.{quoted(_id(table))} = g.id AND o.{quoted(column)} IS NOT NULL
          WHERE g.how = 'older'
          GROUP BY g.row_id, g.later
        ) AS f
        LEFT JOIN moved_{REFERENCES[column]} AS m ON m.old_id = f.old_id
        JOIN best_{REFERENCES[column]} AS b
          ON b.row_id = COALESCE(m.row_id, f.old_id) AND b.source < f.later"""
        for column in _named(table)
        if column != "site_id"
    ] or ["SELECT '' AS id, '' AS column_name, '' AS leads_to WHERE false"]
    work.run(f"CREATE OR REPLACE TEMP TABLE refilled_{table} AS {' UNION ALL '.join(every)}")


def _named(table: str) -> list[str]:
    """The columns of a table that name rows of others."""
    own = _id(table) if table in ROWS else None
    return [column for column in TABLES[table] if column in REFERENCES and column != own]


# ---- what changed


def _columns(table: str) -> list[str]:
    """The columns by which versions are compared."""
    return [column for column in TABLES[table] if column not in _NOT_COMPARED and column != _id(table)]


def _compared(value: str, column: str, base: str) -> str:
    """SQL: a value as it is compared, an id without its source's ``base``."""
    if column not in REFERENCES:
        return value
    rest = f"substr({value}, strpos({value}, ':') + 1)"
    return (
        f"CASE WHEN starts_with({rest}, {base}) THEN substr({value}, 1, strpos({value}, ':')) "
        f"|| substr({rest}, length({base}) + 1) ELSE {value} END"
    )


def _changes(work: Work, table: str) -> None:
    """``change_T``: values that differ between a version and the next, and rows that no later source has."""
    own, columns = _id(table), _columns(table)
    recorded = "AND v.basis = 'recorded'" if table == "accounts" else ""
    differ = {
        column: f"{_compared(f'o.{quoted(column)}', column, 'p.old_base')} IS DISTINCT FROM "
        f"{_compared(f'n.{quoted(column)}', column, 'p.new_base')}"
        for column in columns
    }
    work.run(
        f"""
        CREATE OR REPLACE TEMP TABLE differing AS
        WITH chain AS (
          SELECT v.grp, v.local, v.id, v.source, v.print,
            LEAD(v.id) OVER (PARTITION BY v.grp, v.local ORDER BY v.source, v.id) AS next_id,
            LEAD(v.source) OVER (PARTITION BY v.grp, v.local ORDER BY v.source, v.id) AS next_source,
            LEAD(v.print) OVER (PARTITION BY v.grp, v.local ORDER BY v.source, v.id) AS next_print
          FROM version_{table} AS v
          WHERE v.grp IN (SELECT grp FROM source_of GROUP BY grp HAVING COUNT(*) > 2) {recorded}
        ),
        next AS (
          SELECT * FROM chain
          UNION ALL
          SELECT v.grp, v.local, v.id, v.source, v.print, w.id, w.source, w.print
          FROM version_{table} AS v
          JOIN version_{table} AS w ON w.local = v.local AND w.grp = v.grp AND w.source > v.source
          WHERE v.grp NOT IN (SELECT grp FROM source_of GROUP BY grp HAVING COUNT(*) > 2) {recorded}
            {recorded.replace("v.", "w.")}
        ),
        pair AS (
          SELECT next.*, b.row_id, s.base AS old_base, t.base AS new_base
          FROM (SELECT * FROM next WHERE print <> next_print) AS next
          JOIN best_{table} AS b ON b.local = next.local AND b.grp = next.grp
          JOIN source_of AS s ON s.source = next.source
          JOIN source_of AS t ON t.source = next.next_source
          WHERE next.next_source > next.source
        )
        SELECT p.id AS old_id, p.next_id AS new_id, p.row_id, p.source, p.next_source,
          o.source_id AS old_source, n.source_id AS new_source,
          {", ".join(f"{differ[c]} AS {quoted('differs ' + c)}" for c in columns)},
          {", ".join(f"{_text('o', table, c)} AS {quoted('old ' + c)}" for c in columns)},
          {", ".join(f"{_text('n', table, c)} AS {quoted('new ' + c)}" for c in columns)}
        FROM pair AS p
        JOIN mapped_{table} AS o ON o.{quoted(own)} = p.id
        JOIN mapped_{table} AS n ON n.{quoted(own)} = p.next_id
        WHERE {" OR ".join(f"({test})" for test in differ.values())}
        """
    )
    one = " UNION ALL ".join(
        f"SELECT 'changed' AS kind, row_id, {literal(column)} AS column_name, "
        f"{quoted('old ' + column)} AS old_value, {quoted('new ' + column)} AS new_value, "
        "old_id, new_id, old_source, new_source, source, "
        f"next_source AS later FROM differing WHERE {quoted('differs ' + column)}"
        for column in columns
    )
    gone = ""
    nothing = "CAST(NULL AS VARCHAR)"
    if table in OF_ORDERS:
        gone = f"""
            UNION ALL
            SELECT 'vanished', row_id, {nothing}, {nothing}, {nothing}, id, {nothing}, source_id, {nothing},
              source, later
            FROM gone_{table} WHERE how = 'left'"""
    elif table != "sites":
        # What tells of an account by its orders alone goes with them.
        told = "SELECT account_id FROM mapped_accounts WHERE kind = 'guest' OR basis <> 'recorded'"
        own_rows = f"AND b.row_id NOT IN ({told})" if table == "accounts" else ""
        gone = f"""
            UNION ALL
            SELECT COALESCE(l.kind, 'missing'), b.row_id, {nothing}, {nothing}, {nothing}, b.row_id,
              {nothing}, b.source_id, {nothing}, b.source, COALESCE(l.later, b.next_source)
            FROM (
              SELECT b.*, s.next_source, {_raw_table(work, "b")} AS tbl
              FROM best_{table} AS b
              JOIN (
                SELECT source, LEAD(source) OVER (PARTITION BY grp ORDER BY source) AS next_source
                FROM source_of
              ) AS s ON s.source = b.source
              WHERE s.next_source IS NOT NULL
            ) AS b
            LEFT JOIN lapse AS l ON l.source = b.source AND l.tbl = b.tbl
            LEFT JOIN best_orders AS o ON o.local = b.parent AND o.grp = b.grp
            WHERE (o.row_id IS NULL OR o.source > b.source) {own_rows}"""
    work.run(f"CREATE OR REPLACE TEMP TABLE change_{table} AS SELECT DISTINCT * FROM ({one} {gone})")
    work.run("DROP TABLE differing")


def _text(side: str, table: str, column: str) -> str:
    """A value as text; a decimal without the zeros at its end."""
    text = f"CAST({side}.{quoted(column)} AS VARCHAR)"
    return f"rtrim(rtrim({text}, '0'), '.')" if TABLES[table][column].startswith("DECIMAL") else text


# ---- the tables


def _order(table: str) -> str:
    """As mapping sorts: by id, numbers in it by size; all columns where an id may repeat."""
    first = _id(table)
    rest = ["rule", "source_id"] if table in ROWS or first not in REFERENCES else TABLES[table]
    return ", ".join([f"length({quoted(first)})", quoted(first), *map(quoted, rest)])


def _current(exhibit: str, table: str, dropped: str = "") -> tuple[str, list[str]]:
    """SQL of the exhibit's rows with the ids they name as they stand now; and the columns that name some."""
    own = _id(table) if table in ROWS else None
    named = [column for column in TABLES[table] if column in REFERENCES and column != own]
    joins = " ".join(
        f"LEFT JOIN (SELECT old_id, row_id FROM moved_{REFERENCES[column]} "
        f"WHERE exhibit = {literal(exhibit)}) AS {quoted('to ' + column)} "
        f"ON {quoted('to ' + column)}.old_id = t.{quoted(column)}"
        for column in named
    )
    replaced = ", ".join(
        f"COALESCE({quoted('to ' + column)}.row_id, t.{quoted(column)}) AS {quoted(column)}"
        for column in named
    )
    star = f"t.* REPLACE ({replaced})" if named else "t.*"
    return (
        f"SELECT {star} FROM mapped_{table} AS t {joins} WHERE t.exhibit = {literal(exhibit)} {dropped}",
        named,
    )


def _rows(work: Work, exhibit: str, table: str) -> None:
    """The exhibit's part of a table, where a row leaves it or an id in it leads elsewhere now."""
    if not work.mapped.get((exhibit, table)):
        return
    first = _id(table)
    dropped = ""
    if table in ROWS:
        dropped = f"AND NOT EXISTS (SELECT 1 FROM gone_{table} AS g WHERE g.id = t.{quoted(first)})"
    elif first in REFERENCES and first != "site_id":  # a fact about a row goes with it
        dropped = (
            f"AND NOT EXISTS (SELECT 1 FROM gone_{REFERENCES[first]} AS g WHERE g.id = t.{quoted(first)})"
        )
    sql, named = _current(exhibit, table, dropped)
    touched = [
        f"SELECT 1 FROM mapped_{table} WHERE exhibit = {literal(exhibit)} AND {quoted(column)} IN "
        f"(SELECT old_id FROM moved_{REFERENCES[column]} WHERE exhibit = {literal(exhibit)})"
        for column in named
    ]
    if table in ROWS:
        touched.append(
            f"SELECT 1 FROM gone_{table} AS g JOIN source_of AS s ON s.source = g.source "
            f"WHERE s.exhibit = {literal(exhibit)}"
        )
        touched.append(
            f"SELECT 1 FROM refilled_{table} AS f JOIN mapped_{table} AS t ON t.{quoted(first)} = f.id "
            f"WHERE t.exhibit = {literal(exhibit)}"
        )
    if table == "sites":
        sql = f"""
            SELECT t.* REPLACE (COALESCE(a.first_at, t.first_activity) AS first_activity,
              COALESCE(a.last_at, t.last_activity) AS last_activity)
            FROM ({sql}) AS t
            LEFT JOIN (
              SELECT b.row_id, MIN(m.first_activity) AS first_at, MAX(m.last_activity) AS last_at
              FROM (
                SELECT id, row_id FROM gone_sites UNION ALL SELECT row_id, row_id FROM best_sites
              ) AS b
              JOIN mapped_sites AS m ON m.site_id = b.id
              GROUP BY b.row_id
            ) AS a ON a.row_id = t.site_id"""
        touched = ["SELECT 1"]
    if any(work.any(test) for test in touched):
        work.write(exhibit, table, f"SELECT * FROM ({sql}) ORDER BY {_order(table)}")


def _site_names(work: Work, exhibit: str) -> None:
    """Names of the united site; one that a later source states too is stated there."""
    if not work.mapped.get((exhibit, "site_names")):
        return
    sql, _ = _current(exhibit, "site_names")
    ranked = " UNION ALL ".join(
        f"SELECT {source.number} AS source, s.* FROM mapped_site_names AS s "
        f"WHERE s.exhibit = {literal(source.exhibit)} AND {source.holds('s.site_id')}"
        for _, source in work.sources
    )
    work.write(
        exhibit,
        "site_names",
        f"""
        WITH stated AS (
          SELECT r.source, COALESCE(m.row_id, r.site_id) AS site_id, r.host, r.kind, r.evidence, r.source_id
          FROM ({ranked}) AS r LEFT JOIN moved_sites AS m ON m.old_id = r.site_id
        ),
        twice AS (
          SELECT a.source_id, a.site_id, a.host, a.evidence FROM stated AS a
          WHERE EXISTS (
            SELECT 1 FROM stated AS b WHERE b.source > a.source AND b.site_id = a.site_id AND b.host = a.host
              AND b.kind = a.kind AND b.evidence = a.evidence)
        )
        SELECT * FROM ({sql}) AS t
        WHERE NOT EXISTS (
          SELECT 1 FROM twice WHERE twice.source_id = t.source_id AND twice.site_id = t.site_id
            AND twice.host = t.host AND twice.evidence = t.evidence)
        ORDER BY {_order("site_names")}
        """,
    )


def _price_tiers(work: Work, exhibit: str) -> None:
    """Each tier once, with the dates between which the sources show it.

    What only an earlier source has was valid at least until then; what an earlier one lacks, though it has
    the listing, began after that.
    """
    if not any(work.mapped.get((one, "price_tiers")) for one in work.exhibits):
        return
    same = ("min_quantity", "price_kind", "price", "currency", "customer_group", "valid_from", "valid_to")
    ranked = " UNION ALL ".join(
        f"SELECT {group} AS grp, {source.number} AS source, {source.local('t.listing_id')} AS local, t.* "
        f"FROM mapped_price_tiers AS t "
        f"WHERE t.exhibit = {literal(source.exhibit)} AND {source.holds('t.listing_id')}"
        for group, source in work.sources
    )
    keys = ", ".join(["grp", "local", *same])
    joined = " AND ".join(f"f.{column} IS NOT DISTINCT FROM r.{column}" for column in ("grp", "local", *same))
    outside = " ".join(
        f"AND NOT ({source.holds('t.listing_id')})" for _, source in work.sources if source.exhibit == exhibit
    )
    current, _ = _current(exhibit, "price_tiers", outside)
    later = ("gone_by", "valid_from", "valid_to", "basis")
    own = ", ".join(f"r.{quoted(column)}" for column in TABLES["price_tiers"] if column not in later)
    listed = ", ".join(f"x.{quoted(column)}" for column in TABLES["price_tiers"] if column not in
                       ("listing_id", "site_id", "valid_from", "valid_to", "gone_by", "basis"))  # fmt: skip
    work.write(
        exhibit,
        "price_tiers",
        f"""
        WITH ranked AS ({ranked}),
        shown AS (
          SELECT {keys}, MIN(source) AS first_source, MAX(source) AS last_source FROM ranked GROUP BY {keys}
        ),
        known AS (
          SELECT f.*,
            (SELECT MAX(s.moment) FROM version_listings AS v JOIN source_of AS s ON s.source = v.source
              WHERE v.grp = f.grp AND v.local = f.local AND v.source < f.first_source) AS not_before,
            (SELECT MIN_BY(s.moment, s.source) FROM source_of AS s
              WHERE s.grp = f.grp AND s.source > f.last_source) AS gone_by,
            (SELECT s.moment FROM source_of AS s WHERE s.source = f.last_source) AS last_shown
          FROM shown AS f
        ),
        united AS (
          SELECT {own},
            COALESCE(r.valid_from, f.not_before) AS valid_from,
            CASE WHEN f.gone_by IS NULL THEN r.valid_to
              WHEN r.valid_to < f.last_shown THEN r.valid_to ELSE f.last_shown END AS valid_to,
            CASE WHEN r.valid_to <= f.last_shown THEN NULL ELSE f.gone_by END AS gone_by,
            CASE WHEN f.gone_by IS NULL AND (f.not_before IS NULL OR r.valid_from IS NOT NULL) THEN r.basis
              ELSE 'derived' END AS basis
          FROM ranked AS r
          JOIN known AS f ON {joined} AND f.last_source = r.source
          WHERE r.exhibit = {literal(exhibit)}
        ),
        placed AS (
          SELECT COALESCE(ml.row_id, x.listing_id) AS listing_id, COALESCE(ms.row_id, x.site_id) AS site_id,
            {listed}, x.valid_from, x.valid_to, x.gone_by, x.basis
          FROM united AS x
          LEFT JOIN moved_listings AS ml ON ml.old_id = x.listing_id
          LEFT JOIN moved_sites AS ms ON ms.old_id = x.site_id
        )
        SELECT * FROM (
          SELECT * FROM placed
          UNION ALL BY NAME
          SELECT * FROM ({current})
        ) ORDER BY {_order("price_tiers")}
        """,
    )


def _own_tables(work: Work, exhibit: str) -> None:
    """What left its table, and what changed, in this exhibit's rows."""
    site = "(SELECT grp, MAX_BY(row_id, source) AS site_id FROM best_sites GROUP BY grp HAVING COUNT(*) = 1)"
    stamped = f"{literal(exhibit)} AS exhibit, 'derived' AS basis, {literal(RULE)} AS rule"
    for table in sorted(ROWS):
        work.write(
            exhibit,
            "superseded",
            f"""
            SELECT g.id AS superseded_id, {literal(table)} AS table_name, g.row_id, b.site_id,
              CASE WHEN g.how = 'left' THEN 'no part of its order any more in '
                ELSE 'older version of a row in ' END || l.name AS reason,
              g.source_id, {stamped}
            FROM gone_{table} AS g
            JOIN source_of AS s ON s.source = g.source AND s.exhibit = {literal(exhibit)}
            JOIN source_of AS l ON l.source = g.later
            LEFT JOIN {site} AS b ON b.grp = g.grp
            ORDER BY length(superseded_id), superseded_id
            """,
        )
    changed = " UNION ALL ".join(
        f"SELECT {literal(table)} AS table_name, c.* FROM change_{table} AS c "
        f"LEFT JOIN refilled_{table} AS f ON f.id = c.row_id AND f.column_name = c.column_name "
        "AND c.new_value IS NULL WHERE f.id IS NULL"
        for table in ROWS
    )
    work.write(
        exhibit,
        "row_changes",
        f"""
        SELECT
          'change:' || substr(c.old_id, strpos(c.old_id, ':') + 1) || '/'
            || substr(c.old_id, 1, strpos(c.old_id, ':') - 1) || COALESCE('/' || c.column_name, '')
            AS change_id,
          c.kind, c.table_name, c.row_id, b.site_id, c.column_name, c.old_value, c.new_value, c.old_id,
          c.new_id, c.new_source AS new_source_id, f.name AS from_source, t.name AS to_source,
          f.moment AS from_at,
          t.moment AS to_at, c.old_source AS source_id, {stamped}
        FROM ({changed}) AS c
        JOIN source_of AS f ON f.source = c.source AND f.exhibit = {literal(exhibit)}
        JOIN source_of AS t ON t.source = c.later
        LEFT JOIN {site} AS b ON b.grp = f.grp
        ORDER BY c.table_name, length(c.old_id), c.old_id, c.column_name NULLS FIRST
        """,
    )


# ---- what follows from the rows


def _derived(work: Work) -> None:
    """Takings over all exhibits together, for an order and its payments may lie in different ones."""
    for table in ("orders", "payments", "accounts", "sites"):
        view(work.connection, table, table, work.parts(table))
    for table in ("takings", "payments"):  # whatever has to do with these orders lies in these exhibits
        view(work.connection, f"{table}_elsewhere", table, ())
    home = files("stocktake.commerce")
    (judged,) = read_statements(home.joinpath("judged_orders.sql"), "commerce/judged_orders.sql")
    work.run(f"CREATE OR REPLACE TEMP TABLE judged_orders AS {judged.sql}")
    takings = read_statements(home.joinpath("takings.sql"), "commerce/takings.sql")
    _laid_out(work, "takings", takings, "LEFT JOIN payments AS p ON p.payment_id = s.payment_id")


def _prices(work: Work) -> None:
    """What explains the price of each line, with the earlier prices that the sources show together."""
    for table in ("order_lines", "listings", "price_tiers", "variations", "row_changes"):
        view(work.connection, table, table, work.parts(table))
    *before, (name, last) = prices.steps()
    for step, statement in before:
        work.run(f"CREATE OR REPLACE TEMP TABLE {step} AS {statement.sql}")
    _laid_out(work, name, [last])
    for step, _ in before:
        work.run(f"DROP TABLE {step}")


def _laid_out(work: Work, table: str, statements: Sequence[Statement], other: str = "") -> None:
    """Rows of a derived table, each in the part of the exhibit in which its order, or ``other`` row, lies."""
    every = []
    for statement in statements:
        columns = {row[0] for row in work.rows(f"DESCRIBE {statement.sql}")}
        chosen = ", ".join(
            f"CAST({f's.{quoted(column)}' if column in columns else 'NULL'} AS {kind}) AS {quoted(column)}"
            for column, kind in TABLES[table].items()
            if column not in ("exhibit", "rule")
        )
        exhibit = "COALESCE(o.exhibit, p.exhibit)" if other else "o.exhibit"
        every.append(
            f"SELECT {chosen}, {exhibit} AS exhibit, {literal(statement.rule)} AS rule "
            f"FROM ({statement.sql}\n) AS s LEFT JOIN orders AS o ON o.order_id = s.order_id {other}"
        )
    work.run(f"CREATE OR REPLACE TEMP TABLE laid_out AS {' UNION ALL BY NAME '.join(every)}")
    for exhibit in work.exhibits:
        rows = f"SELECT * FROM laid_out WHERE exhibit = {literal(exhibit)}"
        work.write(exhibit, table, f"{rows} ORDER BY {_order(table)}")
    if table == "takings":  # which the account of money reads
        work.run("CREATE OR REPLACE TEMP TABLE takings AS SELECT * FROM laid_out")
    work.run("DROP TABLE laid_out")


def _completeness(work: Work) -> None:
    """The accounts: what left the tables is set aside, by the source that has it newer; money is new."""
    moved = dict(work.rows("SELECT old_id, row_id FROM moved_sites"))
    money = _money(work)
    for exhibit in work.exhibits:
        columns = list(TABLES["completeness"])
        listed = ", ".join(map(quoted, columns))
        before = [
            dict(zip(columns, row, strict=True))
            for row in work.rows(
                f"SELECT {listed} FROM mapped_completeness WHERE exhibit = {literal(exhibit)}"
            )
        ]
        left = _left_raw_rows(work, exhibit)
        after = []
        for row in before:
            row["site_id"] = moved.get(row["site_id"], row["site_id"])
            if row["measure"] == "money":
                continue
            after.append(row)
            if row["measure"] != "rows" or row["reason"] is not None:
                continue
            for reason, count in left.pop(row["table_name"], []):
                taken = min(count, row["mapped"])
                row["mapped"] -= taken
                row["found"] -= taken
                if taken:
                    after.append(
                        {
                            **row,
                            "found": taken,
                            "mapped": 0,
                            "set_aside": taken,
                            "reason": reason,
                            "rule": RULE,
                        }
                    )
        after = [row for row in after if row["found"] or row["mapped"] or row["set_aside"] or row["reason"]]
        after += [row for row in money if row["exhibit"] == exhibit]
        after.sort(key=lambda row: [str(row[column] or "") for column in columns])
        work.write_rows(exhibit, "completeness", after)


def _left_raw_rows(work: Work, exhibit: str) -> dict[str, list[tuple[str, int]]]:
    """Raw rows of the exhibit that only rows cite which left, by raw table: reason and number of rows."""
    superseded = work.made.get((exhibit, "superseded"))
    if not superseded:
        return {}
    standing = " UNION ALL ".join(
        f"SELECT source_id FROM {parquet(parts)}" for table in ROWS if (parts := work.parts(table))
    )
    view(work.connection, "mapped_sources", "sources", work.mapped.get((exhibit, "sources"), ()))
    found: dict[str, list[tuple[str, int]]] = {}
    for table, reason, count in work.rows(
        f"""
        SELECT s.table_name, u.reason, COUNT(*)
        FROM (
          SELECT source_id, MIN(reason) AS reason FROM {parquet(superseded)}
          WHERE source_id NOT IN (SELECT source_id FROM ({standing}) WHERE source_id IS NOT NULL)
          GROUP BY source_id
        ) AS u
        JOIN mapped_sources AS s ON s.source_id = u.source_id
        GROUP BY s.table_name, u.reason ORDER BY s.table_name, u.reason
        """
    ):
        found.setdefault(table, []).append((reason, count))
    return found


def _money(work: Work) -> list[dict[str, Any]]:
    """The money account of every site, of united rows; what older versions of orders came to, set aside."""
    exhibit_of = dict(work.rows("SELECT site_id, exhibit FROM sites"))
    found = []
    for statement in read_statements(
        files("stocktake.commerce").joinpath("completeness.sql"), "commerce/completeness.sql"
    ):
        rows = work.connection.execute(statement.sql)
        columns = [column[0] for column in rows.description or ()]
        for row in rows.fetchall():
            told = dict.fromkeys(TABLES["completeness"]) | dict(zip(columns, row, strict=True))
            told["exhibit"] = exhibit_of.get(told["site_id"], work.exhibits[0])
            found.append({**told, "rule": statement.rule})
    older = work.rows(
        """
        SELECT s.exhibit, b.site_id, o.currency, SUM(COALESCE(o.total, 0)), l.name, MIN(s2.source_id)
        FROM gone_orders AS g
        JOIN mapped_orders AS o ON o.order_id = g.id
        JOIN source_of AS s ON s.source = g.source
        JOIN source_of AS l ON l.source = g.later
        LEFT JOIN orders AS b ON b.order_id = g.row_id
        LEFT JOIN mapped_sites AS s2 ON s2.site_id = o.site_id
        GROUP BY s.exhibit, b.site_id, o.currency, l.name ORDER BY ALL
        """
    )
    for exhibit, site_id, currency, total, later, source_id in older:
        found.append(
            dict.fromkeys(TABLES["completeness"])
            | {"exhibit": exhibit, "site_id": site_id, "table_name": "older versions of orders",
               "measure": "money", "currency": currency, "found": total, "mapped": 0, "set_aside": total,
               "reason": f"older version of a row in {later}", "source_id": source_id, "basis": "derived",
               "rule": RULE}
        )  # fmt: skip
    return found


# ---- what is said of the sources


def _same_site(work: Work) -> None:
    """A row a pair of sources that share rows, whether they were united or not, with the reasons."""
    by_exhibit: dict[str, list[dict[str, Any]]] = {exhibit: [] for exhibit in work.exhibits}
    together = {source.number: number for number, source in work.sources}
    for pair in work.pairs:
        earlier, later = _site_ids(work, pair.earlier), _site_ids(work, pair.later)
        alike = sorted(set(earlier) & set(later)) or sorted(earlier)[:1]
        one_group = pair.later.number in together and (
            together.get(pair.later.number) == together.get(pair.earlier.number)
        )
        for local in alike:
            site_id, source_id = later.get(local) or next(iter(sorted(later.values())), (None, None))
            by_exhibit[pair.later.exhibit].append(
                {
                    "site_id": site_id,
                    "other_site_id": earlier[local][0],
                    "united": one_group,
                    "score": pair.score,
                    "agreeing": pair.agreeing,
                    "conflicting": pair.conflicting,
                    "moment": pair.later.moment,
                    "other_moment": pair.earlier.moment,
                    "reasons": list(pair.reasons),
                    "exhibit": pair.later.exhibit,
                    "source_id": source_id,
                    "basis": "derived",
                    "rule": "commerce/sameness.py",
                }
            )
    for exhibit, rows in by_exhibit.items():
        if rows:
            work.write_rows(exhibit, "same_site", rows)


def _site_ids(work: Work, source: Source) -> dict[str, tuple[str, str]]:
    """The sites of a source, local id to id and source id; it may lie outside of ``work``."""
    return {
        local: (site_id, source_id)
        for local, site_id, source_id in work.rows(
            f"SELECT {source.local('site_id')}, site_id, source_id FROM every_site "
            f"WHERE exhibit = {literal(source.exhibit)} AND {source.holds('site_id')} ORDER BY ALL"
        )
    }


def _problems(work: Work) -> None:
    """Sources that share most of their rows and were not united: sums over both count those twice."""
    together = {source.number: number for number, source in work.sources}
    for exhibit in work.exhibits:
        told: list[dict[str, Any]] = []
        for pair in work.pairs:
            apart = together.get(pair.earlier.number) is None or (
                together.get(pair.earlier.number) != together.get(pair.later.number)
            )
            if pair.later.exhibit != exhibit or not apart:
                continue
            told.append(
                {
                    "problem_id": f"problem:{exhibit}/uniting/{len(told) + 1}",
                    "path": pair.later.path,
                    "stage": "commerce",
                    "severity": "warning",
                    "message": (
                        f"{pair.later.name} and {pair.earlier.name} share rows but were not taken for one "
                        f"shop, so sums over both count these twice: {'; '.join(pair.reasons)}."
                    ),
                    "exhibit": exhibit,
                    "basis": "derived",
                    "rule": "commerce/sameness.py",
                }
            )
        if told:
            columns = ", ".join(map(quoted, TABLES["problems"]))
            before = [
                dict(zip(TABLES["problems"], row, strict=True))
                for row in work.rows(
                    f"SELECT {columns} FROM mapped_problems WHERE exhibit = {literal(exhibit)}"
                )
            ]
            work.write_rows(exhibit, "problems", before + told)
