"""What the privilege list holds back: files, rows and passages that meet it, and all that follows from them.

A *root* is what meets the list itself, and what a person releases:

- a file, by its path, or by its content where no reader made rows of it: ``item:KC/1/letters/advice.txt``;
- a row of a raw table, by its text or by its bytes: ``source:KC/1/wp_comments/12``;
- a passage of a file outside of every row that was read of it: ``source:KC/1/shop.sql@1024+12``;
- a canonical row whose text meets the list though no raw row's does: an address that was put together.

What follows from a file: its bytes, all rows that were read of it, the observables in it. From a raw row: its
bytes, the rows that belong to it (an order's meta, the people that a letter names), the canonical rows that
were read from it, and what hangs on those.
"""

import json
import re
from collections.abc import Iterable, Iterator

import duckdb

from stocktake.case import Case, folder_name
from stocktake.commerce.model import TABLES
from stocktake.custody.exhibit import exhibits
from stocktake.engine.duck import literal, parquet, quoted
from stocktake.records.catalogue import INSPECTION, RawTable
from stocktake.review.privilege_list import PrivilegeList, Term
from stocktake.withholding.raw_rows import AT_BYTES, Edge, RawRows, is_page, placed, rows, text, values
from stocktake.withholding.scope_rules import NEVER_OUT, rules

# An observable that was seen in a file's bytes is judged by those, which its context shows, unless it was
# seen in what they mean once decoded.
_NOT_BY_TEXT = {"observables": f" WHERE unwrapped IS NOT NULL OR NOT {AT_BYTES.format('source_id')}"}


def hold(
    connection: duckdb.DuckDBPyConnection,
    case: Case,
    raw: RawRows,
    listed: PrivilegeList,
    released: frozenset[str],
) -> None:
    """Fill ``item_held``, ``passage_held``, ``raw_gone`` and ``gone`` with what the list holds back."""
    values(connection, "released", {"name": "VARCHAR"}, [(root,) for root in released])
    _marks(connection, case)
    _items(connection, listed)
    for table in raw.tables:
        _rows_by_text(connection, table, listed)
    _rows_by_bytes(connection, raw)
    _rows_of_items(connection, raw)
    _letters_of_attachments(connection, raw)
    _with_what_belongs(connection, raw.edges)
    _items_within(connection, raw)
    _canonical(connection, listed)
    # Only now: what hangs on a released row was held for that row, and not for its own words.
    for filled in ("item_held", "passage_held", "raw_gone", "gone"):
        connection.execute(f"DELETE FROM {filled} WHERE root IN (SELECT name FROM released)")


def _marks(connection: duckdb.DuckDBPyConnection, case: Case) -> None:
    """Where the bytes of items meet the list, as they were seen when the items were looked at."""
    connection.execute(
        "CREATE TEMP TABLE mark (exhibit VARCHAR, path VARCHAR, begin BIGINT, reach BIGINT, reason VARCHAR)"
    )
    for exhibit in exhibits(case):
        for path in sorted((case.raw / folder_name(exhibit.reference)).glob("inspected-*/manifest.json")):
            manifest = json.loads(path.read_text("utf-8"))
            parts = [
                path.parent / part["file"]
                for table in manifest["tables"]
                if manifest["kind"] == INSPECTION and table["database"] == "privilege"
                for part in table["parts"]
            ]
            if parts:
                connection.execute(
                    f"INSERT INTO mark SELECT {literal(exhibit.reference)}, path, _offset, "
                    f"_offset + _length, reason FROM {parquet(parts)}"
                )


def _items(connection: duckdb.DuckDBPyConnection, listed: PrivilegeList) -> None:
    """Whole files: by path, and by content where they were not read into rows."""
    quick = re.compile("|".join(_path_expression(term) for term in listed.terms), re.IGNORECASE | re.DOTALL)
    found = []
    for exhibit, path in connection.execute("SELECT exhibit, path FROM c_items").fetchall():
        reason = listed.met_by_path(path) if quick.search(path) else None
        if reason:
            found.append((exhibit, path, f"item:{exhibit}/{path}", reason))
    values(connection, "item_held", dict.fromkeys(("exhibit", "path", "root", "reason"), "VARCHAR"), found)
    connection.execute(
        "INSERT INTO item_held SELECT exhibit, path, 'item:' || exhibit || '/' || path, min(reason) "
        "FROM mark ANTI JOIN read_into_rows USING (exhibit, path) GROUP BY exhibit, path"
    )


def _path_expression(term: Term) -> str:
    return f"(?:{term.expression})" if term.kind != "path" else f"(?:\\A{term.expression}\\Z)"


def _rows_by_text(connection: duckdb.DuckDBPyConnection, table: RawTable, listed: PrivilegeList) -> None:
    found = _matching(f"({rows(table, f'{text(table)} AS said')})", listed)
    if found is None:
        return
    connection.execute(f"{raw_into(table)}, 'privilege', 'source:' || r.ref, matched FROM ({found}) AS r")
    _name_reasons(connection, "raw_gone", listed)


def _matching(source: str, listed: PrivilegeList) -> str | None:
    """SQL of the rows whose column ``said`` meets the list, with what ``matched``."""
    if not listed.expressions:
        return None
    said = [literal(expression) for expression in listed.expressions]
    condition = " OR ".join(f"regexp_matches(said, {one})" for one in said)
    matched = ", ".join(f"nullif(regexp_extract(said, {one}), '')" for one in said)
    return f"SELECT *, 'matched:' || COALESCE({matched}) AS matched FROM {source} WHERE {condition}"


def _name_reasons(connection: duckdb.DuckDBPyConnection, table: str, listed: PrivilegeList) -> None:
    """Put the list's own term in the place of what matched: evidence's words are never a reason."""
    found = connection.execute(
        f"SELECT DISTINCT reason FROM {table} WHERE starts_with(reason, 'matched:')"
    ).fetchall()
    named = [(reason, listed.named(reason.removeprefix("matched:"))) for (reason,) in found]
    values(connection, "named", {"reason": "VARCHAR", "term": "VARCHAR"}, named)
    connection.execute(f"UPDATE {table} SET reason = term FROM named WHERE {table}.reason = named.reason")


def _rows_by_bytes(connection: duckdb.DuckDBPyConnection, raw: RawRows) -> None:
    """Rows whose bytes meet the list, and passages of their files outside of every row."""
    marked = connection.execute(
        "SELECT DISTINCT exhibit, path FROM mark SEMI JOIN read_into_rows USING (exhibit, path)"
    ).fetchall()
    for exhibit, path in marked:
        unit = next(one for (owner, _), one in raw.units.items() if owner == exhibit and path in one.items)
        tables = [t for t in raw.tables if t.exhibit == exhibit and t.path == unit.manifest["path"]]
        here = f"exhibit = {literal(exhibit)} AND path = {literal(path)}"
        name = literal(f"item:{exhibit}/{path}")
        if not placed(connection, raw, unit):
            by_file = _by_file(tables, unit.manifest["kind"])
            if by_file is not None:
                connection.execute(_of_file(by_file, unit.manifest["path"], path, here))
            else:
                # Its rows were judged by their text. What else lies in the file can't be told from them.
                connection.execute(
                    f"INSERT INTO passage_held SELECT exhibit, path, NULL, NULL, {name}, "
                    "min(reason) FROM mark "
                    f"WHERE {here} GROUP BY exhibit, path"
                )
            continue
        connection.execute(f"CREATE OR REPLACE TEMP TABLE here AS SELECT * FROM mark WHERE {here}")
        for table in tables:
            connection.execute(
                f"{raw_into(table)}, 'privilege', 'source:' || r.ref, min(h.reason) FROM "
                f"({rows(table)}) AS r "
                "JOIN here AS h ON r.begin < h.reach AND r.reach > h.begin GROUP BY ALL"
            )
        every = " UNION ALL ".join(f"SELECT begin, reach FROM ({rows(table)})" for table in tables)
        connection.execute(
            "INSERT INTO passage_held SELECT exhibit, path, begin, reach, "
            "'source:' || exhibit || '/' || path || '@' || begin || '+' || (reach - begin), reason "
            "FROM here AS h "
            f"WHERE NOT EXISTS (SELECT 1 FROM ({every}) AS r WHERE r.begin < h.reach AND r.reach > h.begin)"
        )


def _by_file(tables: list[RawTable], kind: str) -> RawTable | None:
    """The table of a folder of letters whose column ``file`` says in which file each row lies."""
    own = [table for table in tables if kind == "mail:maildir" and table.name == "mail_messages"]
    return own[0] if own else None


def _of_file(table: RawTable, home: str, path: str, marked: str) -> str:
    name = literal(path.removeprefix(home).lstrip("/"))
    source = rows(table, '"file" AS letter')
    return (
        f"{raw_into(table)}, 'privilege', 'source:' || r.ref, "
        f"(SELECT min(reason) FROM mark WHERE {marked}) FROM ({source}) AS r WHERE letter = {name}"
    )


def _rows_of_items(connection: duckdb.DuckDBPyConnection, raw: RawRows) -> None:
    """All rows that were read from the files that are held as a whole; a root of theirs is the file."""
    held = connection.execute("SELECT exhibit, path, root, reason FROM item_held").fetchall()
    owner = {(exhibit, path): unit for (exhibit, _), unit in raw.units.items() for path in unit.items}
    for exhibit, path, root, reason in held:
        unit = owner.get((exhibit, path))
        if unit is None or is_page(unit, path):
            continue
        home = unit.manifest["path"]
        tables = [table for table in raw.tables if table.exhibit == exhibit and table.path == home]
        lay_in = unit.manifest["facts"].get("table_files", {})
        if lay_in:  # the server that read a data directory says in which files each table lay
            names = {name for name, files in lay_in.items() if any(file["path"] == path for file in files)}
            tables = [table for table in tables if f"{table.database}.{table.name}" in names]
        by_file = _by_file(tables, unit.manifest["kind"])
        for table in [by_file] if by_file is not None else tables:
            why = f"'privilege', {literal(root)}, {literal(reason)}"
            source, condition = rows(table), "true"
            if by_file is not None:
                source = rows(table, '"file" AS letter')
                condition = f"letter = {literal(path.removeprefix(home).lstrip('/'))}"
            connection.execute(f"{raw_into(table)}, {why} FROM ({source}) AS r WHERE {condition}")


def _letters_of_attachments(connection: duckdb.DuckDBPyConnection, raw: RawRows) -> None:
    """The letters with which files that are held were sent."""
    for table, inside in letters(raw):
        connection.execute(
            f"{raw_into(table)}, 'privilege', i.root, i.reason FROM "
            f"({rows(table, f'{inside} AS inside')}) AS r JOIN item_held AS i "
            f"ON i.exhibit = {literal(table.exhibit)} AND starts_with(i.path, r.inside)"
        )


def _items_within(connection: duckdb.DuckDBPyConnection, raw: RawRows) -> None:
    """The files that lie within files, or were sent with letters, that are held."""
    connection.execute(
        "INSERT INTO item_held SELECT c.exhibit, c.path, i.root, i.reason FROM c_items AS c "
        "JOIN item_held AS i ON i.exhibit = c.exhibit AND starts_with(c.path, i.path || '/')"
    )
    for table, inside in letters(raw):
        connection.execute(
            "INSERT INTO item_held SELECT DISTINCT c.exhibit, c.path, g.root, g.reason "
            f"FROM ({rows(table, f'{inside} AS inside')}) AS r JOIN raw_gone AS g ON g.file = "
            "r.file AND g.n = r.n "
            f"AND g.kind = 'privilege' JOIN c_items AS c ON c.exhibit = {literal(table.exhibit)} "
            "AND starts_with(c.path, r.inside)"
        )
    connection.execute("CREATE OR REPLACE TEMP TABLE item_held AS SELECT DISTINCT * FROM item_held")


def letters(raw: RawRows) -> Iterator[tuple[RawTable, str]]:
    """Tables of letters, and SQL of the path under which the files lie that were sent with a letter."""
    for table in raw.tables:
        home = literal(f"{table.path}/")
        inside = {
            "mail:mbox": f"{home} || _row || '/'",
            "mail:message": home,
            "mail:maildir": f"ltrim({home} || \"file\" || '/', '/')",
        }
        if table.name == "mail_messages" and table.kind in inside:
            yield table, inside[table.kind]


def _with_what_belongs(connection: duckdb.DuckDBPyConnection, edges: Iterable[Edge]) -> None:
    """The rows that belong to rows that are held, and to those again, until there are no more."""
    steps = [(edge.parent, edge.key, edge.child, edge.column) for edge in edges]
    steps += [(edge.child, edge.column, edge.parent, edge.key) for edge in edges if edge.both]
    while any([follow(connection, "privilege", *step) for step in steps]):  # noqa: C419 - every step is taken
        pass


def raw_into(table: RawTable) -> str:
    """SQL that puts rows ``r`` of a raw table into ``raw_gone``; kind, root and reason follow."""
    place = ", ".join(literal(one) for one in (table.exhibit, table.path, table.label))
    return f"INSERT INTO raw_gone SELECT DISTINCT r.file, r.n, r.ref, {place}, r.begin, r.reach"


def follow(
    connection: duckdb.DuckDBPyConnection,
    kind: str,
    first: RawTable,
    key: str,
    then: RawTable,
    column: str,
) -> bool:
    """Hold the rows of ``then`` whose ``column`` is the ``key`` of a held row of ``first``, for its reason.

    Returns whether there were any that were not held for that already.
    """
    files = ", ".join(literal(str(part)) for part in first.parts)
    there = connection.execute(
        f"SELECT 1 FROM raw_gone WHERE kind = {literal(kind)} AND file IN ({files}) LIMIT 1"
    ).fetchone()
    if there is None:
        return False
    row = connection.execute(
        f"{raw_into(then)}, {literal(kind)}, p.root, p.reason "
        f"FROM ({rows(then, f'CAST({quoted(column)} AS VARCHAR) AS own')}) AS r "
        f"JOIN (SELECT DISTINCT k.own, g.root, g.reason "
        f"  FROM ({rows(first, f'CAST({quoted(key)} AS VARCHAR) AS own')}) AS k "
        f"  JOIN raw_gone AS g ON g.file = k.file AND g.n = k.n AND g.kind = {literal(kind)}) AS p "
        "ON p.own = r.own "
        "WHERE NOT EXISTS (SELECT 1 FROM raw_gone AS g "
        "  WHERE g.file = r.file AND g.n = r.n AND g.root IS NOT DISTINCT FROM p.root)"
    ).fetchone()
    return bool(row and row[0])


def _canonical(connection: duckdb.DuckDBPyConnection, listed: PrivilegeList) -> None:
    """Canonical rows read from what is held, those that meet the list themselves, and what hangs on them."""
    for table, columns in TABLES.items():
        if table in NEVER_OUT or table == "items":
            continue
        for column in columns:
            if not column.endswith("source_id"):
                continue
            connection.execute(
                f"{into(table)}, g.root, g.reason FROM c_{table} AS c "
                f"JOIN raw_gone AS g ON c.{quoted(column)} = 'source:' || g.ref AND g.kind = 'privilege'"
            )
            connection.execute(
                f"{into(table)}, i.root, i.reason FROM c_{table} AS c "
                f"JOIN c_sources AS s ON s.source_id = c.{quoted(column)} "
                "JOIN item_held AS i ON i.exhibit = s.exhibit AND i.path = s.path"
            )
        said = [
            f"CAST({quoted(name)} AS VARCHAR)"
            for name, kind in columns.items()
            if kind.startswith("VARCHAR")
            and not name.endswith("_id")
            and name not in ("exhibit", "basis", "rule", "password_hash")
        ]
        _by_own_text(connection, table, said, listed)
    _by_own_text(connection, "problems", ["message"], listed)
    connection.execute(
        f"{into('observables')}, i.root, i.reason FROM c_observables AS c "
        "JOIN item_held AS i ON c.item_id = 'item:' || i.exhibit || '/' || i.path"
    )
    connection.execute(
        f"{into('problems')}, i.root, i.reason FROM c_problems AS c "
        "JOIN item_held AS i ON i.exhibit = c.exhibit AND i.path = c.path"
    )
    for table, rule in rules().items():
        hangs_on = [(f"g.table_name = {literal(parent)}", column) for parent, column in rule.follows]
        hangs_on += [("true", column) for column in rule.about]
        for of, column in hangs_on:
            connection.execute(
                f"{into(table)}, g.root, g.reason FROM c_{table} AS c "
                f"JOIN gone AS g ON {of} AND g.reference = c.{quoted(column)} AND g.kind = 'privilege'"
            )
    connection.execute("CREATE OR REPLACE TEMP TABLE gone AS SELECT DISTINCT * FROM gone")


def into(table: str) -> str:
    """SQL that puts rows ``c`` of a canonical table into ``gone``; root and reason follow."""
    return (
        f"INSERT INTO gone SELECT DISTINCT c.file, c.n, {literal(table)}, {reference(table)}, c.source_id, "
        "c.exhibit, 'privilege'"
    )


def _by_own_text(
    connection: duckdb.DuckDBPyConnection, table: str, said: list[str], listed: PrivilegeList
) -> None:
    if not said:
        return
    found = _matching(
        f"(SELECT *, concat_ws(chr(10), {', '.join(said)}) AS said FROM c_{table} "
        f"ANTI JOIN gone USING (file, n){_NOT_BY_TEXT.get(table, '')})",
        listed,
    )
    if found is not None:
        connection.execute(f"{into(table)}, {reference(table)}, matched FROM ({found}) AS c")
        _name_reasons(connection, "gone", listed)


def reference(table: str) -> str:
    """SQL of what a canonical row ``c`` is called: its id, or its source where it has none of its own."""
    first = next(iter(TABLES[table]))
    own = first if first.endswith("_id") and table not in _SHARED_IDS else "source_id"
    return f"c.{quoted(own)}"


_SHARED_IDS = {
    "site_names", "price_tiers", "takings", "proceeds", "person_members", "substances", "parcel_matches",
}  # fmt: skip
