"""PostgreSQL dumps against a real PostgreSQL: the rows read are the rows that the server holds."""

import io
import json
import subprocess
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from stocktake.evidence import items
from stocktake.records import postgres, postgres_archive
from stocktake.records.raw import UnitWriter
from stocktake.records.reading import addressed, read_item

FORMS = {
    "copy": (),
    "inserts": ("--inserts",),
    "column-inserts": ("--column-inserts",),
    "several rows an insert": ("--rows-per-insert=7",),
    "on conflict": ("--inserts", "--on-conflict-do-nothing"),
    "with the database's name": ("--create",),
}


class Unit:
    """A finished unit: its manifest and the rows of its tables."""

    def __init__(self, folder):
        self.manifest = json.loads((folder / "manifest.json").read_text())
        self.tables = {}
        for table in self.manifest["tables"]:
            parts = [pq.read_table(folder / part["file"]) for part in table["parts"]]
            self.tables[table["database"], table["name"]] = (
                table,
                pa.concat_tables(parts).to_pylist() if parts else [],
            )

    def rows(self, name, database="public"):
        return self.tables[database, name][1]

    @property
    def problems(self):
        return [problem["message"] for problem in self.manifest["problems"]]


def read(dump, folder):
    with UnitWriter(folder) as unit:
        postgres.read(io.BytesIO(dump), unit)
        unit.finish()
    return Unit(folder)


def read_file(path, folder):
    (item,) = items("R/1", path, pytest.fail)
    with UnitWriter(folder) as unit:
        read_item(item, unit)
    return item, Unit(folder)


def stored(server, database, table, order="1"):
    """The rows as the server itself gives them, as JSON."""
    found = server.sql(
        f"SET TimeZone='UTC'; SELECT coalesce(json_agg(the_row), '[]')"
        f" FROM (SELECT * FROM {table} ORDER BY {order}) the_row",
        database,
    )
    return json.loads(found, parse_float=Decimal)


def plain(value, recorded):
    """A value read, in the form in which the server's JSON gives it."""
    if isinstance(value, bytes):
        return "\\x" + value.hex()
    if isinstance(value, datetime):
        text = value.isoformat()
        return datetime.fromisoformat(text) if isinstance(recorded, str) else text
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float):
        return value
    return value


def same(read_rows, server_rows):
    assert len(read_rows) == len(server_rows)
    for found, expected in zip(read_rows, server_rows, strict=True):
        for column, recorded in expected.items():
            value = found[column]
            if isinstance(value, datetime):
                assert value == datetime.fromisoformat(recorded), column
            elif isinstance(value, float):
                assert value in (float(recorded), float(np.float32(recorded))), column
            elif isinstance(recorded, list):  # arrays are kept as PostgreSQL writes them
                assert value.startswith("{"), column
            elif isinstance(recorded, dict):
                assert json.loads(value) == json.loads(json.dumps(recorded, default=float)), column
            elif isinstance(recorded, (Decimal, int)) and isinstance(value, str):
                assert Decimal(value) == recorded, column
            else:
                assert plain(value, recorded) == recorded, column


WILD = [
    "",
    "plain",
    "tab\there",
    "line\nbreak",
    "cr\rlf\r\n",
    "back\\slash",
    "\\",
    "\\\\n",
    "\\N",
    "\\.",
    "\n\\.\n",
    "'quoted'",
    "''",
    '"',
    "\b\f\v",
    "emoji \U0001f600 ﷽",
    "\ufeffbom first",
    ");\nINSERT INTO public.goods VALUES (1, 'x');\n",
    "$$dollar$$",
    "E'\\''",
    "-- comment",
    "/* */",
    "a,b(c)d",
    "\x7f\x01",
]


@pytest.fixture(scope="session")
def goods(postgresql):
    database = postgresql.fresh("goods")
    strings = ", ".join(f"({n}, {literal(text)})" for n, text in enumerate(WILD))
    postgresql.sql(
        f"""
        CREATE TYPE mood AS ENUM ('sad', 'it''s');
        CREATE DOMAIN positive AS integer CHECK (VALUE > 0);
        CREATE TABLE goods (
            id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY, s smallint, b bigint,
            n numeric(12,3), wide numeric, f double precision, r real, ok boolean,
            d date, t timestamp, tz timestamp(3) with time zone, tm time, iv interval,
            raw bytea, txt text, vc character varying(20), ch character(5), u uuid, j json, jb jsonb,
            arr integer[], tarr text[], m mood, p positive, bits bit(4), ip inet, pt point,
            "CamelCase" text DEFAULT 'a,b)', "we""ird, (name)" text,
            doubled bigint GENERATED ALWAYS AS (s + 1) STORED
        );
        INSERT INTO goods (s, b, n, wide, f, r, ok, d, t, tz, tm, iv, raw, txt, vc, ch, u, j, jb, arr, tarr,
            m, p, bits, ip, pt, "CamelCase", "we""ird, (name)") VALUES
        (-32768, 9223372036854775807, 123456789.125, 1e30, 1.5e-300, 0.1, true, '2024-02-29',
         '2024-02-29 23:59:59.999999', '2024-06-01 12:00:00.123+05:30', '12:34:56.7', '1 day 02:00',
         '\\x00ff5c27', 'text', 'vc', 'ab', '6f1ed002-ab5d-4b2d-8c5c-0242ac120002', '{{"a": "b\\\\n"}}',
         '{{"k": [1, 2]}}', '{{1,2}}',
         '{{"a,b",NULL,"q\\"q"}}', 'it''s', 5, B'1010', '10.0.0.1', '(1,2)', 'Camel', 'w'),
        ({", ".join(["NULL"] * 28)}),
        (0, -1, -0.001, 0.10, -0.0, 1e10, false, '0001-01-01', '1970-01-01', '1850-01-01 00:00:00+00',
         '00:00', '0', '', '', '', '', NULL, '{{"q": 1}}', '0', '{{}}', '{{}}', 'sad', 1, B'0000', '::1',
         '(0,0)', '', '');
        CREATE TABLE wild (id integer, v text); ALTER TABLE wild ADD PRIMARY KEY (id);
        INSERT INTO wild VALUES {strings};
        CREATE TABLE empty_one (a integer, b text, PRIMARY KEY (b, a));
        CREATE TABLE single (only_one text); INSERT INTO single VALUES (''), (NULL), ('x'), ('');
        CREATE TABLE nothing (); INSERT INTO nothing DEFAULT VALUES; INSERT INTO nothing DEFAULT VALUES;
        CREATE TABLE parent (a integer, name text);
        CREATE TABLE child (extra text) INHERITS (parent);
        INSERT INTO child VALUES (1, 'n', 'e');
        CREATE SCHEMA "Other";
        CREATE TABLE "Other"."Invoices" ("Id" text PRIMARY KEY, "Amount" numeric(20,8));
        INSERT INTO "Other"."Invoices" VALUES ('BTC;1', 0.00012345);
        CREATE TABLE parted (k integer, v text) PARTITION BY LIST (k);
        CREATE TABLE parted_1 PARTITION OF parted FOR VALUES IN (1); INSERT INTO parted VALUES (1, 'in part');
        CREATE FUNCTION f() RETURNS integer LANGUAGE plpgsql AS $body$ BEGIN
            INSERT INTO wild VALUES (1, 'not a row'); -- it's not
            RETURN 1; END $body$;
        CREATE FUNCTION g() RETURNS integer LANGUAGE sql BEGIN ATOMIC; SELECT 1; SELECT 2; END;
        CREATE VIEW w AS SELECT * FROM wild;
        COMMENT ON TABLE wild IS 'it''s; a -- trap /* INSERT INTO wild VALUES (2, ''x'') */';
        """,
        database,
    )
    return database


def literal(text):
    return "E'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"


@pytest.mark.parametrize("form", FORMS)
def test_every_form_gives_the_servers_rows(postgresql, goods, tmp_path, form):
    unit = read(postgresql.dump(goods, *FORMS[form]), tmp_path / "unit")
    public = "goods.public" if form == "with the database's name" else "public"
    other = public.replace("public", "Other")
    server = stored(postgresql, goods, "goods")
    for row in server:
        del row["doubled"]  # computed by the server, not in the dump
    same(unit.rows("goods", public), server)
    assert [row["arr"] for row in unit.rows("goods", public)] == ["{1,2}", None, "{}"]
    assert unit.rows("goods", public)[0]["tarr"] == '{"a,b",NULL,"q\\"q"}'
    assert [row["doubled"] for row in unit.rows("goods", public)] == [None] * 3
    same(unit.rows("wild", public), stored(postgresql, goods, "wild"))
    assert [row["v"] for row in unit.rows("wild", public)] == WILD
    assert unit.rows("empty_one", public) == []
    assert unit.tables[public, "empty_one"][0]["key"] == ["b", "a"]
    assert unit.tables[public, "goods"][0]["key"] == ["id"]
    assert [row["only_one"] for row in unit.rows("single", public)] == ["", None, "x", ""]
    same(unit.rows("child", public), [{"a": 1, "name": "n", "extra": "e"}])
    same(unit.rows("Invoices", other), [{"Id": "BTC;1", "Amount": Decimal("0.00012345")}])
    assert unit.tables[other, "Invoices"][0]["key"] == ["Id"]
    same(unit.rows("parted_1", public), [{"k": 1, "v": "in part"}])
    if form == "copy":
        assert len(unit.rows("nothing", public)) == 2
        assert unit.problems == []


@pytest.mark.parametrize("form", ["copy", "inserts", "several rows an insert"])
def test_offsets_lead_to_the_rows_own_bytes(postgresql, goods, tmp_path, form):
    dump = postgresql.dump(goods, *FORMS[form])
    unit = read(dump, tmp_path / "unit")
    for row, text in zip(unit.rows("wild"), WILD, strict=True):
        piece = dump[row["_offset"] : row["_offset"] + row["_length"]].decode()
        if form == "copy":
            assert dump[row["_offset"] - 1 : row["_offset"]] == b"\n"
            assert dump[row["_offset"] + row["_length"] :][:1] == b"\n"
            assert piece.startswith(f"{row['id']}\t")
        else:
            quoted = text.replace("'", "''")
            assert piece == f"({row['id']}, '{quoted}')"
    assert [row["_row"] for row in unit.rows("wild")] == list(range(1, len(WILD) + 1))


@pytest.mark.parametrize("block", [1 << 10, 1 << 14])
@pytest.mark.parametrize("form", ["copy", "inserts", "several rows an insert"])
def test_the_size_of_blocks_changes_nothing(postgresql, goods, tmp_path, monkeypatch, form, block):
    dump = postgresql.dump(goods, *FORMS[form])
    whole = read(dump, tmp_path / "whole")
    monkeypatch.setattr(postgres, "BLOCK_BYTES", block)
    monkeypatch.setattr(postgres, "_LOOK_AHEAD", block)
    pieces = read(dump, tmp_path / "pieces")
    assert pieces.tables.keys() == whole.tables.keys()
    for name, (table, rows) in whole.tables.items():
        assert pieces.tables[name][1] == rows
        assert pieces.tables[name][0]["columns"] == table["columns"]


@pytest.mark.parametrize("archive", ["custom", "tar", "directory"])
def test_archives_are_read_through_pg_restore(postgresql, goods, tmp_path, archive):
    target = tmp_path / "dumped"
    target.mkdir()
    target.chmod(0o777)
    path = target / "shop.backup"
    postgresql.dump(goods, f"--format={archive}", f"--file={path}")
    path = path / "toc.dat" if archive == "directory" else path
    item, unit = read_file(path, tmp_path / "unit")
    assert unit.problems == []
    assert [row["v"] for row in unit.rows("wild")] == WILD
    assert unit.manifest["kind"] == f"pgdump-{archive}"
    assert unit.manifest["bytes"] == path.stat().st_size
    assert unit.problems == []
    row = unit.rows("wild")[1]
    with addressed(item, unit.manifest["facts"]) as text:
        text.skip(row["_offset"])
        assert text.read(row["_length"]) == b"1\tplain"
    assert unit.problems == []


def test_an_archive_inside_of_gzip_is_read_too(postgresql, goods, tmp_path):
    packed = subprocess.run(
        ["gzip"], input=postgresql.dump(goods, "--format=custom"), stdout=-1, check=True
    ).stdout
    path = tmp_path / "backup.gz"
    path.write_bytes(packed)
    item, unit = read_file(path, tmp_path / "unit")
    assert item.container == "gzip"
    assert [row["v"] for row in unit.rows("wild")] == WILD


def test_without_pg_restore_an_archive_costs_one_clear_problem(postgresql, goods, tmp_path, monkeypatch):
    path = tmp_path / "shop.backup"
    path.write_bytes(postgresql.dump(goods, "--format=custom"))
    monkeypatch.setattr(postgres, "find_pg_restore", lambda: None)
    _, unit = read_file(path, tmp_path / "unit")
    assert len(unit.problems) == 1
    assert "apt-get install postgresql-client" in unit.problems[0]


def test_a_damaged_or_newer_archive_is_told_in_pg_restores_words(postgresql, goods, tmp_path):
    dump = postgresql.dump(goods, "--format=custom")
    newer = tmp_path / "newer.backup"
    newer.write_bytes(dump[:5] + bytes([1, 99]) + dump[7:])
    _, unit = read_file(newer, tmp_path / "unit")
    assert any("unsupported version" in problem for problem in unit.problems)
    half = tmp_path / "half.backup"
    half.write_bytes(dump[: len(dump) // 2])
    _, unit = read_file(half, tmp_path / "other")
    assert any("pg_restore says" in problem for problem in unit.problems)


TEXT = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=30)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(values=st.lists(st.one_of(st.none(), TEXT, st.sampled_from(WILD)), min_size=1, max_size=30))
def test_any_text_comes_back(postgresql, tmp_path_factory, values):
    database = postgresql.fresh("any")
    rows = ", ".join(f"({n}, {'NULL' if v is None else literal(v)}, {n})" for n, v in enumerate(values))
    postgresql.sql(f"CREATE TABLE t (id integer, v text, w integer); INSERT INTO t VALUES {rows}", database)
    for form in ("copy", "inserts", "several rows an insert"):
        unit = read(postgresql.dump(database, *FORMS[form]), tmp_path_factory.mktemp("any") / "unit")
        assert [row["v"] for row in unit.rows("t")] == values


@pytest.mark.parametrize("form", ["copy", "inserts", "several rows an insert"])
def test_a_dump_cut_off_anywhere_keeps_the_rows_before(postgresql, tmp_path, form):
    database = postgresql.fresh("cut")
    postgresql.sql(
        "CREATE TABLE t (id integer PRIMARY KEY, v text);"
        " INSERT INTO t SELECT n, E'it''s\\n\\\\ ' || n FROM generate_series(1, 12) n",
        database,
    )
    dump = postgresql.dump(database, *FORMS[form])
    whole = read(dump, tmp_path / "whole").rows("t")
    for length in range(whole[0]["_offset"] - 150, dump.index(b"dump complete"), 3):
        unit = read(dump[:length], tmp_path / f"cut-{length}")
        rows = unit.tables.get(("public", "t"), ({}, []))[1]
        expected = [row for row in whole if row["_offset"] + row["_length"] + (form == "copy") <= length]
        assert rows == expected, length
        assert len(unit.problems) == 1, (length, unit.problems)
        assert "cut off" in unit.problems[0]


def test_what_does_not_fit_is_kept_as_text_and_told(postgresql, tmp_path):
    database = postgresql.fresh("misfits")
    postgresql.sql(
        """CREATE TABLE t (id integer, d date, ts timestamp, tz timestamptz, n numeric(10,2), f float8);
        INSERT INTO t VALUES (1, 'infinity', '-infinity', 'infinity', 'NaN', 'NaN'),
        (2, '0044-03-15 BC', '20240-01-01', '0044-03-15 BC', 1.5, '-Infinity'),
        (3, '2024-01-01', '2024-01-01', '1800-01-01 00:00:00+00:01:15', 2, 1)""",
        database,
    )
    for form in ("copy", "inserts"):
        unit = read(postgresql.dump(database, *FORMS[form]), tmp_path / form)
        first, second, third = unit.rows("t")
        assert (first["d"], first["ts"], first["tz"], first["n"]) == (None,) * 4
        assert dict(first["_unread"]) == {"d": "infinity", "ts": "-infinity", "tz": "infinity", "n": "NaN"}
        assert str(first["f"]) == "nan"
        assert dict(second["_unread"])["d"] == "0044-03-15 BC"
        assert dict(second["_unread"])["ts"] == "20240-01-01 00:00:00"
        assert second["n"] == Decimal("1.50")
        assert third["_unread"] is None
        assert len(unit.problems) == 4
        assert any("2 values of t.d do not fit" in problem for problem in unit.problems)


@pytest.mark.parametrize(
    ("encoding", "column", "text"),
    [("LATIN1", "naïve", "Zürich £5"), ("WIN1251", "имя", "Привет"), ("EUC_JP", "名前", "日本語")],
)
def test_other_client_encodings(postgresql, tmp_path, encoding, column, text):
    database = postgresql.fresh("coded")
    postgresql.sql(f'CREATE TABLE t (id integer, "{column}" text)', database)
    postgresql.sql(f"INSERT INTO t VALUES (1, '{text}')", database)
    for form in ("copy", "inserts"):
        unit = read(postgresql.dump(database, f"--encoding={encoding}", *FORMS[form]), tmp_path / form)
        assert [row[column] for row in unit.rows("t")] == [text]


def test_sjis_whose_second_bytes_can_be_backslashes(postgresql, tmp_path):
    database = postgresql.fresh("sjis")
    postgresql.sql("CREATE TABLE t (id integer, v text); INSERT INTO t VALUES (1, '表示ソ\n\\')", database)
    for form in ("copy", "inserts"):
        unit = read(postgresql.dump(database, "--encoding=SJIS", *FORMS[form]), tmp_path / form)
        assert unit.rows("t")[0]["v"] == "表示ソ\n\\"


def test_bytes_that_are_no_text_are_shown_and_told(tmp_path):
    dump = (
        b"SET client_encoding = 'SQL_ASCII';\nCREATE TABLE public.t (id integer, v text);\n"
        b"COPY public.t (id, v) FROM stdin;\n1\tcaf\xe9\n2\tfine\n\\.\n"
    )
    unit = read(dump, tmp_path / "unit")
    assert [row["v"] for row in unit.rows("t")] == ["caf\\xe9", "fine"]
    assert dict(unit.rows("t")[0]["_unread"]) == {"v": "caf\\xe9"}
    assert len(unit.problems) == 1


def test_old_dumps_without_standard_strings(tmp_path):
    dump = rb"""SET standard_conforming_strings = off;
SET search_path = shop, pg_catalog;
CREATE TABLE t (id integer, v text, b bytea);
INSERT INTO t VALUES (1, 'it''s a \\ back\nslash \'q\' \101', '\\000a\\\\');
INSERT INTO t VALUES (2, E'x\ty', NULL);
"""
    unit = read(dump, tmp_path / "unit")
    rows = unit.rows("t", "shop")
    assert [row["v"] for row in rows] == ["it's a \\ back\nslash 'q' A", "x\ty"]
    assert rows[0]["b"] == b"\0a\\"
    assert unit.problems == []


def test_what_other_tools_write(tmp_path):
    dump = rb"""insert into "public"."t" ("id", "v", "n", "when") values
(1, E'it\'s\n', -1.5e3, '2024-01-01'::date), (2, N'nat', NULL, now()),
(3, $$dollar 'q'$$, +7, CAST('x' AS text)), (4, 'a''b'::character varying(10), 0, null);
"""
    unit = read(dump, tmp_path / "unit")
    assert [row["v"] for row in unit.rows("t")][:2] == ["it's\n", "nat"]
    assert unit.rows("t")[3]["v"] == "a'b"
    assert [row["n"] for row in unit.rows("t")] == ["-1.5e3", None, "+7", "0"]
    assert [row["when"] for row in unit.rows("t")] == ["2024-01-01", None, None, None]
    assert dict(unit.rows("t")[1]["_unread"]) == {"when": "now()"}
    assert dict(unit.rows("t")[2]["_unread"]) == {"when": "CAST('x' AS text)"}
    assert unit.rows("t")[2]["v"] == "dollar 'q'"


def test_dumps_without_create_table(postgresql, goods, tmp_path):
    unit = read(postgresql.dump(goods, "--data-only", "--table=wild"), tmp_path / "copy")
    assert [row["v"] for row in unit.rows("wild")] == WILD
    assert unit.tables["public", "wild"][0]["columns"] == [["id", "", "string"], ["v", "", "string"]]
    unit = read(postgresql.dump(goods, "--data-only", "--table=wild", "--inserts"), tmp_path / "inserts")
    assert [row["c2"] for row in unit.rows("wild")] == WILD


def test_several_databases_in_one_dump(postgresql, tmp_path):
    for name in ("one", "Two d"):
        postgresql.fresh(name)
        postgresql.sql(f"CREATE TABLE t (v text); INSERT INTO t VALUES ('of {name}')", name)
    dump = postgresql._run(postgresql._client("pg_dumpall"))
    unit = read(dump, tmp_path / "unit")
    assert [row["v"] for row in unit.rows("t", "one.public")] == ["of one"]
    assert [row["v"] for row in unit.rows("t", "Two d.public")] == ["of Two d"]


def test_lines_that_end_as_on_windows(postgresql, goods, tmp_path):
    dump = postgresql.dump(goods, "--table=single").replace(b"\n", b"\r\n")
    unit = read(dump, tmp_path / "unit")
    assert [row["only_one"] for row in unit.rows("single")] == ["", None, "x", ""]
    row = unit.rows("single")[2]
    assert dump[row["_offset"] : row["_offset"] + row["_length"]] == b"x"


def test_rows_of_another_width_are_set_aside(tmp_path):
    dump = b"CREATE TABLE t (a integer, b text);\nCOPY t (a, b) FROM stdin;\n1\tx\n2\n3\ty\tz\n4\tw\n\\.\n"
    unit = read(dump, tmp_path / "unit")
    assert [row["a"] for row in unit.rows("t")] == [1, 4]
    assert sum(unit.tables["public", "t"][0]["set_aside"].values()) == 2
    assert len(unit.problems) == 1
    dump = (
        b"CREATE TABLE t (a integer, b text);\nINSERT INTO t VALUES (1, 'x'), (2), (3, 'y', 4), (4, 'w');\n"
    )
    unit = read(dump, tmp_path / "inserts")
    assert [row["a"] for row in unit.rows("t")] == [1, 2, 4] or [row["a"] for row in unit.rows("t")] == [1, 4]


def test_a_row_too_long_is_told_and_passed(tmp_path, monkeypatch):
    monkeypatch.setattr(postgres, "ROW_BYTES", 1 << 16)
    monkeypatch.setattr(postgres, "BLOCK_BYTES", 1 << 14)
    monkeypatch.setattr(postgres, "_LOOK_AHEAD", 1 << 14)
    dump = (
        b"CREATE TABLE t (a integer, b text);\nCOPY t (a, b) FROM stdin;\n1\tx\n2\t"
        + b"y" * (1 << 20)
        + b"\n3\tz\n\\.\n"
    )
    unit = read(dump, tmp_path / "unit")
    assert [row["a"] for row in unit.rows("t")] == [1, 3]
    assert len(unit.problems) == 1


def test_the_shared_evidence_dump_of_postgresql(tmp_path):
    path = Path(__file__).parents[1] / "../shared/evidence/pgloader/mysql/f1db.circuits.pg.sql"
    if not path.exists():
        pytest.skip("../shared/evidence is absent")
    _, unit = read_file(path, tmp_path / "unit")
    assert unit.manifest["kind"] == "pgdump-text"
    assert unit.tables["f1db", "circuits"][0]["key"] == ["circuitid"]


def test_pg_restore_is_the_newest():
    found = postgres_archive.find_pg_restore()
    assert found is not None, "pg_restore is not installed: run apt-get install postgresql-client"
