"""A proposal as a shop folder: the same TOML and SQL that a person would write, to be read and changed.

``docs/shops.md`` describes the format. Beside each column stands what it was taken for, how likely, and why.
"""

import re
from collections.abc import Iterable
from functools import cache
from importlib.resources import files
from tomllib import loads
from typing import Any

import tomli_w

from stocktake.engine.duck import literal, parquet, quoted
from stocktake.shops.inference.expressions import Rows
from stocktake.shops.inference.folder import Folder, prepare_view
from stocktake.shops.inference.profile import Column, Entity, KeyValue
from stocktake.shops.inference.proposal import Choice, Proposal
from stocktake.shops.inference.statements import WRITERS
from stocktake.shops.inference.words import fold, words_of

MOST_STATES = 200


def folder_files(proposal: Proposal, *, name: str, title: str, of: dict[str, str]) -> dict[str, str]:
    """The files of a shop folder that maps the proposal's database: relative path to text.

    ``of`` says which database it is: exhibit, path, database.
    """
    folder = Folder(proposal)
    entities = {mapping.entity.name: mapping.entity for mapping in proposal.mappings}
    for mapping in proposal.mappings:
        for choice in mapping.choices.values():
            if choice.target is not None:
                entities.setdefault(choice.target[0].name, choice.target[0])
    for entity in entities.values():
        prepare_view(folder, entity)
    _site(folder)
    _secrets(folder)
    for mapping in proposal.mappings:
        statement = WRITERS[mapping.table](folder, mapping)
        remark = f"-- {mapping.entity.name}: {mapping.reason}."
        folder.files.setdefault(f"{mapping.table}.sql", []).append(f"{remark}\n{statement};")
    _coverage(folder, entities.values())
    made = {path: "\n\n".join(statements) + "\n" for path, statements in folder.files.items()}
    made |= {f"prepare/{view}.sql": f"{sql}\n" for view, sql in folder.prepared.items()}
    made["coverage.sql"] = "\n\n".join(folder.coverage) + "\n"
    made["problems.sql"] = _problems(folder)
    made["shop.toml"] = _toml(folder, name, title, of)
    return dict(sorted(made.items()))


# Words of a column's name that say it holds a secret, and of what kind.
_SECRETS = {
    "private": "private_key", "privkey": "private_key", "privatekey": "private_key", "wif": "private_key",
    "xprv": "private_key", "seed": "seed", "mnemonic": "seed", "secret": "secret", "passphrase": "password",
    "apikey": "api_key", "token": "token", "otp": "second_factor", "pin": "password",
}  # fmt: skip


def secret_kind(column: Column) -> str | None:
    """The kind of secret that a column holds by its name, or since it holds passwords that are not hashed."""
    words = words_of(column.name)
    kind = next((_SECRETS[word] for word in words if word in _SECRETS), None)
    if kind is None and any("password" in token for token in column.words):
        flags = column.looks.get("time", 0) + column.looks.get("unix", 0) + column.looks.get("flag", 0)
        kind = "password" if column.looks.get("hash", 0) < 0.5 and flags < 0.5 else None
    return kind if column.values else None


def _secrets(folder: Folder) -> None:
    """Declare the columns that hold secrets, in tables that are not read too, so that nothing shows them."""
    for entity in folder.proposal.profile.entities:
        for column in entity.columns:
            place = column.place
            kind = secret_kind(column) if place.key is None and place.table == entity.table.label else None
            if kind is not None:
                folder.use(entity.table, place.column)
                folder.hidden[folder.table(entity.table), place.column] = kind


def _site(folder: Folder) -> None:
    """The one site of the database. Its zone and currency are for a person to state in shop.toml."""
    first = (folder.proposal.of("orders") or folder.proposal.mappings)[0].entity.table
    table = folder.table(first)
    ref = f"(SELECT MIN(ref) FROM shop_table WHERE name = {literal(table)})"
    folder.prepared["site"] = (
        f"SELECT\n  'site:' || {ref} AS site_id,\n"
        "  NULLIF(stated.currency, '') AS currency,\n"
        "  known_zone(NULLIF(stated.time_zone, '')) AS time_zone,\n"
        "  COALESCE(known_zone(NULLIF(stated.time_zone, '')), shop.case_time_zone) AS zone,\n"
        "  COALESCE(NULLIF(shop.database, ''), shop.path) AS name,\n"
        f"  (SELECT MIN(_ref) FROM {quoted(table)} WHERE _row = 1) AS ref\n"
        "FROM shop\nCROSS JOIN stated"
    )
    folder.files["sites.sql"] = [
        (
            "SELECT\n  site.site_id, site.name, 'not recognised' AS software,\n"
            "  site.currency, site.time_zone,\n"
            "  'source:' || site.ref AS source_id\nFROM site;"
        )
    ]


def _coverage(folder: Folder, entities: Iterable[Entity]) -> None:
    """For each table that is read, what became of its rows."""
    profile = folder.proposal.profile
    by_table: dict[str, list[Entity]] = {}
    for entity in entities:
        by_table.setdefault(entity.table.label, []).append(entity)
    for name, raw in folder.raw.items():
        here = by_table.get(raw.label, [])
        pairs = profile.key_value.get(raw.label)
        reason = "CAST(NULL AS VARCHAR)" if name in _read(folder) else "'secrets, which are shown to nobody'"
        if pairs is not None:
            reason = _reason_of_keys(folder, pairs)
        elif here and all(entity.where is not None for entity in here):
            column = folder.use(raw, (here[0].where or ("", ""))[0])
            kinds = ", ".join(sorted({literal(e.where[1]) for e in here if e.where is not None}))
            reason = f"CASE WHEN {column} IN ({kinds}) THEN NULL ELSE 'rows of other kinds' END"
        group = "" if not reason.startswith("CASE") else "\nGROUP BY 2"
        folder.coverage.append(
            f"SELECT {literal(name)} AS table_name, {reason} AS reason, COUNT(*) AS rows\n"
            f"FROM {quoted(name)}{group};"
        )


def _read(folder: Folder) -> set[str]:
    """The tables that the statements read."""
    every = " ".join([*folder.prepared.values(), *(sql for sqls in folder.files.values() for sql in sqls)])
    return {name for name in folder.raw if quoted(name) in every}


def _reason_of_keys(folder: Folder, pairs: KeyValue) -> str:
    used = {
        str(choice.column.place.key)
        for mapping in folder.proposal.mappings
        for choice in mapping.choices.values()
        if choice.column.place.table == pairs.table.label and choice.column.place.key is not None
    }
    listed = ", ".join(literal(key) for key in sorted(used))
    return (
        f"CASE WHEN {folder.use(pairs.table, pairs.key)} IN ({listed}) THEN NULL\n"
        "  ELSE 'details that the canonical tables have no place for' END"
    )


def _problems(folder: Folder) -> str:
    zone = (
        "SELECT\n  'warning' AS severity,\n"
        "  'The time zone of a shop that was not recognised is not known: '\n"
        "    || shop.case_time_zone || ' was assumed for its local times.' AS message,\n"
        "  'source:' || site.ref AS source_id\nFROM site\nCROSS JOIN shop\nWHERE site.time_zone IS NULL;\n"
    )
    orders = next(iter(folder.proposal.of("orders")), None)
    if orders is None or "status" not in orders.choices:
        return zone
    rows = Rows(folder, orders)
    state = rows.text("status")
    joins = "\n".join(rows.joins)
    return (
        f"{zone}\nSELECT\n  'warning' AS severity,\n  'The state ' || {state} || ' of '\n"
        "    || CAST(COUNT(*) AS VARCHAR)\n"
        "    || ' orders has no meaning in shop.toml, section [status].' AS message,\n"
        f"  'source:' || MIN(t._ref) AS source_id\nFROM {folder.views[orders.entity.name]} AS t\n{joins}\n"
        f"LEFT JOIN status_words AS w ON w.recorded = LOWER({state})\n"
        f"WHERE {state} IS NOT NULL AND COALESCE(w.status, 'unknown') = 'unknown'\nGROUP BY {state};\n"
    )


def _toml(folder: Folder, name: str, title: str, of: dict[str, str]) -> str:
    proposal = folder.proposal
    probability: dict[str, float] = {}
    for mapping in proposal.mappings:
        probability[mapping.table] = min(mapping.probability, probability.get(mapping.table, 1.0))
    anchors = sorted({folder.table(m.entity.table) for m in proposal.mappings})
    prepared = ["site", *(view for view in folder.prepared if view != "site")]
    lines = [
        "# Proposed by stocktake from what the tables and their values look like. Read it, change what is",
        "# wrong, and give it back with: stocktake map CASE DATABASE --accept THIS-FOLDER",
        f"name = {_text(name)}",
        f"title = {_text(title)}",
        'versions = ""',
        f"prepare = [{', '.join(map(_text, prepared))}]",
        "",
        "[inferred]  # what it was worked out from, and how likely a row of each table is right",
        *(f"{key} = {_text(value)}" for key, value in of.items()),
        f"probability = {{ {', '.join(f'{t} = {p}' for t, p in probability.items())} }}",
        "",
        "[recognise]",
        f"any = [{{ tables = [{', '.join(map(_text, anchors))}] }}]",
        "",
        "[lookup.stated]  # for you, where the tables do not say: a zone as Europe/Berlin, a code as EUR",
        'columns = ["time_zone", "currency"]',
        'rows = [["", ""]]',
    ]
    remarks = _remarks(folder)
    for table, columns in folder.columns.items():
        raw = folder.raw[table]
        key = [column for column in raw.key if column in columns]
        lines += ["", f"[tables.{_key(table)}]", f"key = [{', '.join(map(_text, key))}]"]
        needs = [column for column in columns if column not in key] if table in anchors else []
        lines.append(f"needs = [{', '.join(map(_text, [*key, *needs]))}]")
        lines.append(f"[tables.{_key(table)}.columns]")
        for column, kind in columns.items():
            lines += [f"# {remark}" for remark in remarks.get((raw.label, column), ())]
            secret = folder.hidden.get((table, column))
            told = (
                f"{{ type = {_text(kind)}, secret = {{ kind = {_text(secret)} }} }}"
                if secret
                else _text(kind)
            )
            lines.append(f"{_key(column)} = {told}")
    for (table, column), unpacked in folder.unpacked.items():
        lines += [
            "",
            "[[unpack]]",
            f"name = {_text(unpacked)}",
            f"table = {_text(table)}",
            f"column = {_text(column)}",
        ]
    lines += ["", "# Recorded state, in lower case -> " + ", ".join(_CANONICAL_STATES), "[status]"]
    lines += [f"{_key(word)} = {_text(meant)}" for word, meant in _states(folder, "orders", "order").items()]
    paid = _states(folder, "payments", "payment")
    lines += [
        "",
        "[lookup.payment_words]  # confirmed, pending, failed, refunded",
        'columns = ["recorded", "status"]',
    ]
    lines.append(f"rows = [{', '.join(f'[{_text(word)}, {_text(meant)}]' for word, meant in paid.items())}]")
    for pattern, method, provider, asset in _states_file()["methods"]["patterns"]:
        lines += ["", "[[methods]]", f"code = {_text(pattern)}", f"method = {_text(method)}"]
        lines += [f"provider = {_text(provider)}"] if provider else []
        lines += [f"asset = {_text(asset)}"] if asset else []
    return "\n".join(lines) + "\n"


_CANONICAL_STATES = (
    "pending", "paid", "processing", "shipped", "completed", "cancelled", "refunded", "part_refunded",
    "failed", "disputed", "abandoned", "trashed", "unknown",
)  # fmt: skip


def _remarks(folder: Folder) -> dict[tuple[str, str], list[str]]:
    found: dict[tuple[str, str], list[str]] = {}
    for mapping in folder.proposal.mappings:
        for choice in mapping.choices.values():
            place = choice.column.place
            of = f" of {mapping.part}" if mapping.part else ""
            key = f" where {place.key_column or 'the key'} is {place.key}" if place.key is not None else ""
            said = f"{mapping.table}.{choice.slot.canonical}{of}{key}, {choice.chance:.0%}: {choice.reason}"
            found.setdefault((place.table, place.column), []).append(_one_line(said))
    return found


def _one_line(text: str) -> str:
    return re.sub(r"[\x00-\x1f\x7f]+", " ", text)


def _states(folder: Folder, table: str, section: str) -> dict[str, str]:
    """Every state that is recorded, with what the word means, or `unknown` where it is no known word."""
    found: dict[str, str] = {}
    known = {word: meant for meant, words in _states_file()[section].items() for word in words}
    for mapping in folder.proposal.of(table):
        choice = mapping.choices.get("status")
        if choice is None:
            continue
        for word in _recorded(folder, choice):
            bare = re.sub(r"\s+", " ", fold(word).lower().replace("_", " ").replace("-", " ")).strip()
            plain = bare.removeprefix("wc ")
            spelled = {re.sub(r"[_-]", " ", one): meant for one, meant in known.items()}
            found[word.lower()] = spelled.get(plain) or _inside(plain, spelled) or "unknown"
    if table == "payments":
        return {word: meant for word, meant in found.items() if meant != "unknown"}
    return found


def _inside(text: str, known: dict[str, str]) -> str | None:
    """What the longest known word means that stands in ``text`` as a word of its own."""
    there = [word for word in known if len(word) > 3 and re.search(rf"\b{re.escape(word)}\b", text)]
    return known[max(there, key=len)] if there else None


def _recorded(folder: Folder, choice: Choice) -> list[str]:
    if choice.lookup is not None:
        raw, column = choice.lookup.table, choice.lookup.name
    else:
        place = choice.column.place
        if place.key is not None:
            return sorted({str(value) for value in choice.column.values})[:MOST_STATES]
        raw = next(e.table for e in folder.proposal.profile.entities if e.table.label == place.table)
        column = place.column
    rows = folder.proposal.profile.connection.execute(
        f"SELECT DISTINCT TRIM(CAST({quoted(column)} AS VARCHAR)) AS word FROM {parquet(raw.parts)} "
        f"WHERE {quoted(column)} IS NOT NULL ORDER BY 1 LIMIT {MOST_STATES}"
    ).fetchall()
    return [word for (word,) in rows if word]


@cache
def _states_file() -> dict[str, Any]:
    stated: dict[str, Any] = loads((files(__package__) / "states.toml").read_text("utf-8"))
    return stated


def _text(value: str) -> str:
    return tomli_w.dumps({"v": value})[4:].strip()


def _key(name: str) -> str:
    return name if re.fullmatch(r"[A-Za-z0-9_-]+", name) else _text(name)
