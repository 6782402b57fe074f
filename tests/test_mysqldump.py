"""Dumps read by stocktake against a real MariaDB that has loaded the same bytes."""

import hashlib
import io
import math
import random
import re
import struct
import zipfile
from datetime import datetime, timedelta
from decimal import Context, Decimal
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dumps import compare, reading
from servers import MariaDB
from stocktake.records import mysqldump
from stocktake.records.raw import UnitWriter

EVIDENCE = Path(__file__).parents[2] / "shared" / "evidence"

TYPES = r"""
CREATE TABLE numbers (
  id INT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
  t TINYINT, tu TINYINT UNSIGNED, t1 TINYINT(1), b1 BOOL, s SMALLINT, su SMALLINT UNSIGNED, m MEDIUMINT,
  mu MEDIUMINT UNSIGNED, i INTEGER, iu INT(10) UNSIGNED ZEROFILL, b BIGINT, bu BIGINT(20) UNSIGNED,
  d DECIMAL(10,2), d0 DECIMAL, d38 DECIMAL(38,18), d65 DECIMAL(65,30), n NUMERIC(5,5), f FLOAT, f2 FLOAT(7,3),
  g DOUBLE, gu DOUBLE(10,4) UNSIGNED, y YEAR, k1 BIT, k5 BIT(5), k64 BIT(64)
);
INSERT INTO numbers VALUES
 (1, 1,2,1,TRUE,3,4,5,6,7,8,9,10, 1.5,2,3.25,4.125,0.12345,1.1,2.345,3.14159,4.5,2024,1,31,255),
 (2, -128,255,0,FALSE,-32768,65535,-8388608,16777215,-2147483648,4294967295,-9223372036854775808,18446744073709551615,
  -99999999.99,-9999999999,-99999999999999999999.999999999999999999,
  -99999999999999999999999999999999999.999999999999999999999999999999,-0.99999,-3.4e38,-9999.999,-1.7976931348623157e308,
  0.0001,1901,0,0,18446744073709551615),
 (3, 127,0,0,1,32767,0,8388607,0,2147483647,0,9223372036854775807,0,99999999.99,9999999999,
  99999999999999999999.999999999999999999,99999999999999999999999999999999999.999999999999999999999999999999,
  0.99999,3.4e38,9999.999,5e-324,123456.7891,2155,b'1',b'10101',b'1000000000000000000000000000000000000000000000000000000000000000'),
 (4, NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL),
 (5, 0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,b'0',x'05',0x5C27220A0D00251A),
 (6, 0,0,0,0,0,0,0,0,0,0,0,0,0.1,0,-0.000000000000000001,-0.000000000000000000000000000001,0.00001,1e-30,0.001,
  51.50735090000001,0.1,0000,0,1,1);
CREATE TABLE moments (
  id INT PRIMARY KEY, d DATE, dt DATETIME, dt6 DATETIME(6), dt3 DATETIME(3), ts TIMESTAMP NULL, ts6 TIMESTAMP(6) NULL,
  t TIME, t6 TIME(6), y YEAR(4)
);
INSERT INTO moments VALUES
 (1,'2024-02-29','2024-02-29 23:59:59','2024-02-29 23:59:59.123456','2024-02-29 23:59:59.120','2024-03-31 00:30:00',
  '2024-10-27 00:30:00.000001','12:34:56','12:34:56.000001',2024),
 (2,'0000-00-00','0000-00-00 00:00:00','0000-00-00 00:00:00.000000','0000-00-00 00:00:00.000','0000-00-00 00:00:00',
  '0000-00-00 00:00:00','-838:59:59','838:59:59.000000',0),
 (3,'2024-00-00','2024-01-00 10:00:00','1000-01-01 00:00:00.000000','9999-12-31 23:59:59.999','1970-01-01 00:00:01',
  '2038-01-19 03:14:07.999999','00:00:00','-00:00:01.5',1970),
 (4,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL),
 (5,'0001-01-01','0001-01-01 00:00:00','1969-12-31 23:59:59.999999','1900-02-28 00:00:00','2000-02-29 00:00:00',
  '2000-02-29 00:00:00','24:00:00','100:00:00.5',2155);
CREATE TABLE texts (
  id INT PRIMARY KEY, c CHAR(20), v VARCHAR(200), tt TINYTEXT, te TEXT, mt MEDIUMTEXT, lt LONGTEXT,
  e ENUM('small','it''s','with,comma','with "quote"','Ünï'), s SET('a','b','c','d'), j JSON,
  bi BINARY(8), vb VARBINARY(64), tb TINYBLOB, bl BLOB, mb MEDIUMBLOB, lb LONGBLOB,
  l1 VARCHAR(50) CHARACTER SET latin1, u2 VARCHAR(50) CHARACTER SET ucs2, l7 VARCHAR(20) CHARACTER SET ascii
) DEFAULT CHARSET=utf8mb4;
INSERT INTO texts VALUES
 (1,'plain','it''s','tab\tnew\nline\r\0zero\Z\b','back\\slash \\n','per\%cent under\_score','),(2,''x'');\nINSERT INTO `texts` VALUES (9',
  'it''s','a,c','{"a": "\\u00e9\\n\\"q\\"", "b": [1, 2.50, null]}', x'0102', x'00FF27225C0A0D1A', x'', x'DEADBEEF', 'abc', repeat('\\''\0',50),
  'café €','ucs2 текст','ascii'),
 (2,'','','','','','','small','','[]','','','','','','','','',''),
 (3,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL),
 (4,'NULL','NULL','0x41','😀🏴‍☠️ 漢字 العربية','/* no comment */ -- no','# no; DELIMITER ;;','Ünï','a,b,c,d','"x"','NULL','NULL','NULL',
  x'EDA080','_binary ''x''',x'FFFEFDFC','ÿ','漢字','~');
CREATE TABLE shapes (id INT PRIMARY KEY, g GEOMETRY, p POINT, l LINESTRING, o POLYGON);
INSERT INTO shapes VALUES (1,ST_GeomFromText('POINT(1 2)'),POINT(39,92),ST_GeomFromText('LINESTRING(0 0,39 34)'),
  ST_GeomFromText('POLYGON((0 0,10 0,10 10,0 10,0 0))')),(2,NULL,NULL,NULL,NULL);
CREATE TABLE derived_columns (a INT, b INT GENERATED ALWAYS AS (a * 2) VIRTUAL, c VARCHAR(10) AS (concat('x', a)) STORED, d INT);
INSERT INTO derived_columns (a, d) VALUES (1, 2), (NULL, 3);
CREATE TABLE hidden (a INT, b INT INVISIBLE DEFAULT 7, c INT);
INSERT INTO hidden (a, b, c) VALUES (1, 2, 3);
CREATE TABLE no_rows (a INT PRIMARY KEY, b TEXT);
CREATE TABLE `odd ``name``; (x),'y'` (`a b` INT, `c``d` INT, `e"f` TEXT, `g.h` INT, `ключ` INT, KEY (`a b`));
INSERT INTO `odd ``name``; (x),'y'` VALUES (1,2,'x',3,4);
CREATE TABLE pair (x INT, y INT, z VARCHAR(5) DEFAULT 'it''s', PRIMARY KEY (y, x)) COMMENT='a '' comment; with (brackets)'
  PARTITION BY HASH (y) PARTITIONS 2;
INSERT INTO pair VALUES (1,2,'a'),(2,3,NULL);
CREATE VIEW a_view AS SELECT id, c FROM texts;
CREATE VIEW first_view AS SELECT x FROM pair;
DELIMITER ;;
CREATE TRIGGER on_pair BEFORE INSERT ON pair FOR EACH ROW BEGIN SET NEW.z = COALESCE(NEW.z, 'don''t; -- '); END;;
CREATE PROCEDURE p() BEGIN -- don't
  INSERT INTO pair VALUES (9,9,'no'); SELECT ';;'' x' ; END;;
CREATE FUNCTION f(a INT) RETURNS INT DETERMINISTIC RETURN a + 1;;
CREATE EVENT ev ON SCHEDULE EVERY 1 YEAR DO INSERT INTO pair VALUES (8,8,'no');;
DELIMITER ;
"""

TABLES = [
    "numbers", "moments", "texts", "shapes", "derived_columns", "hidden", "no_rows", "odd `name`; (x),'y'", "pair",
]  # fmt: skip


@pytest.fixture(scope="session")
def types(mariadb: MariaDB) -> str:
    """A database with a value of every kind."""
    database = mariadb.fresh("types")
    mariadb.load(
        b"SET sql_mode = 'ALLOW_INVALID_DATES'; SET time_zone = '+00:00';\n" + TYPES.encode(), database
    )
    return database


OPTIONS = [
    "", "--skip-extended-insert", "--complete-insert", "--hex-blob", "--replace", "--insert-ignore",
    "--complete-insert --skip-extended-insert --hex-blob", "--compatible=ansi --default-character-set=utf8mb4", "--skip-opt", "--opt", "--quick",
    "--skip-quick --no-autocommit", "--single-transaction", "--net-buffer-length=4096", "--skip-comments",
    "--compact", "--skip-set-charset", "--skip-add-locks --skip-add-drop-table --skip-disable-keys",
    "--skip-dump-date", "--default-character-set=utf8", "--default-character-set=binary", "--routines --events",
    "--skip-triggers", "--order-by-primary", "--tz-utc", "--create-options", "--skip-create-options", "--allow-keywords",
    "--flush-logs", "--delayed-insert", "--insert-ignore --hex-blob --compatible=ansi --skip-extended-insert --default-character-set=utf8mb4",
    "--add-drop-database --databases", "--add-drop-trigger", "--comments --dump-date", "--default-character-set=utf8mb4",
]  # fmt: skip


@pytest.mark.parametrize("options", OPTIONS)
def test_every_option_gives_the_rows_that_the_server_gives(
    mariadb: MariaDB, types: str, options: str
) -> None:
    dump = mariadb.dump(*options.split(), types)
    read = reading(dump)
    # The server loads the very bytes, so that what the option loses on the way is lost for both.
    charset = ["--default-character-set=utf8mb4"]
    target = mariadb.fresh("loaded")
    text = dump
    if "--databases" in options:
        text = re.sub(rb"`types`", b"`loaded`", dump)
    before = b"SET sql_mode='ALLOW_INVALID_DATES'; SET time_zone='+00:00';\n"
    mariadb.load(before + text, target, *charset)
    assert set(read.tables) == set(TABLES)
    for table in TABLES:
        compare(read, mariadb, target, table)
    if "utf8" not in options.replace("utf8mb4", "") and "binary" not in options:
        for table in TABLES:
            compare(read, mariadb, types, table)
    assert all("do not fit" in message for message in read.messages), read.messages
    assert read.facts["complete"]


def test_generated_columns_that_the_dump_leaves_out_are_left_out(mariadb: MariaDB) -> None:
    dump = b"""CREATE TABLE g (a INT, b INT GENERATED ALWAYS AS (a * 2) VIRTUAL, c VARCHAR(10) AS (concat('x', a)) STORED, d INT);
INSERT INTO g (a, d) VALUES (1,2),(3,4);
CREATE TABLE h (a INT, b INT AS (a) VIRTUAL);
INSERT INTO h VALUES (1, DEFAULT), (2, DEFAULT);
"""
    read = reading(dump)
    target = mariadb.fresh("generated")
    mariadb.load(dump, target)
    assert compare(read, mariadb, target, "g", generated=False) == 2
    assert read.rows("h") == [(1, None), (2, None)]
    assert read.tables["h"]["_unread"].to_pylist()[0] == [("b", "DEFAULT")]


def test_rows_keep_their_bytes(mariadb: MariaDB, types: str) -> None:
    """The bytes at a row's place are that row: read alone, behind its table's head, they give it again."""
    for options in ([], ["--skip-extended-insert"], ["--complete-insert", "--hex-blob"]):
        dump = mariadb.dump(*options, types)
        read = reading(dump)
        for name, table in read.tables.items():
            if not table.num_rows:
                continue
            quoted = "`" + name.replace("`", "``") + "`"
            create = dump[dump.index(b"CREATE TABLE " + quoted.encode()) :]
            create = create[: create.index(b"\n) ENGINE")] + b");\n"
            places = list(zip(table["_offset"].to_pylist(), table["_length"].to_pylist(), strict=True))
            assert places == sorted(places)
            slices = [dump[offset : offset + length] for offset, length in places]
            assert all(piece[:1] == b"(" and piece[-1:] == b")" for piece in slices)
            columns = [c for c in table.column_names if c not in ("_offset", "_length", "_row", "_unread")]
            listed = ",".join("`" + c.replace("`", "``") + "`" for c in columns)
            head = f"INSERT INTO {quoted} ({listed}) VALUES ".encode()
            again = reading(create + b"".join(head + piece + b";\n" for piece in slices))
            assert again.rows(name) == read.rows(name)


CHARSETS = {
    "latin1": "café ÄÖÜß € ‘quoted’ \\' naïve",
    "latin2": "Žluťoučký kůň \\",
    "latin5": "ığüşöç",
    "latin7": "ąčęėįšųūž",
    "cp1250": "Příliš “žluťoučký” \\",
    "cp1251": "Съешь ещё этих мягких французских булок №5 \\",
    "cp1256": "مرحبا",
    "cp1257": "ąčęėįšųūž",
    "cp850": "café ½ ñ",
    "cp852": "Žluťoučký",
    "cp866": "Привет Ёё",
    "greek": "Καλημέρα",
    "hebrew": "שלום",
    "koi8r": "Привет, мир",
    "koi8u": "Привіт, їжак",
    "macroman": "café – “ï”",
    "tis620": "สวัสดี",
    "ascii": "plain \\ text",
    "gbk": "誠乗俓 你好 \\ 縗’許功蓋",
    "gb2312": "你好 世界 \\",
    "big5": "許功蓋 \\ 餐廳 珮",
    "sjis": "表示ソース 十能 \\ ｱｲｳ 日本",
    "cp932": "表示ソース ①Ⅳ \\ 日本",
    "euckr": "안녕하세요 \\",
    "ujis": "日本語テキスト \\",
    "eucjpms": "日本語テキスト ～ \\",
    "utf8": "日本 ñ é \\' \" ",
    "utf8mb4": "😀 é \\' \" ",
    "ucs2": "汉字 \\ é",
    "utf16": "😀 汉字 \\ é",
    "utf32": "😀 汉字 \\ é",
    "utf16le": "😀 汉字 \\ é",
}


@pytest.mark.parametrize("charset", CHARSETS)
def test_dumps_in_every_character_set(mariadb: MariaDB, charset: str) -> None:
    """A table in the set, dumped in that set, as UTF-8, as the bytes they are, and with hexadecimal bytes."""
    database = mariadb.fresh("sets")
    mariadb.sql(f"CREATE TABLE t (id INT PRIMARY KEY, v TEXT CHARACTER SET {charset}, b BLOB)", database)
    with mariadb.connect(database) as connection, connection.cursor() as cursor:
        for number, piece in enumerate(
            sorted({*CHARSETS[charset], CHARSETS[charset], CHARSETS[charset] * 20, ""})
        ):
            cursor.execute(
                "INSERT INTO t VALUES (%s, %s, %s)", (number, piece, bytes(range(256)) + piece.encode())
            )
    client = [] if charset in ("ucs2", "utf16", "utf32", "utf16le") else [charset]
    for file_charset in [*client, "utf8mb4", "binary"]:
        for more in ([], ["--hex-blob", "--skip-extended-insert"]):
            read = reading(mariadb.dump(f"--default-character-set={file_charset}", *more, database))
            assert compare(read, mariadb, database, "t") > 3
            assert not read.messages
            assert (
                read.facts["charsets"] == [file_charset if file_charset != "utf8" else "utf8mb3"]
                or file_charset == "utf8"
            )


SINGLE_BYTE = [name for name in CHARSETS if name in (
    "latin1 latin2 latin5 latin7 cp1250 cp1251 cp1256 cp1257 cp850 cp852 cp866 greek hebrew koi8r koi8u macroman"
    " tis620 ascii dec8 hp8 macce"
).split()]  # fmt: skip


@pytest.mark.parametrize("charset", [*SINGLE_BYTE, "dec8", "hp8", "macce"])
def test_every_byte_of_single_byte_sets_is_what_the_server_takes_it_for(
    mariadb: MariaDB, charset: str
) -> None:
    """Where the server knows no character for a byte it gives a question mark; there we say it is no text."""
    from stocktake.records import sqlcharsets

    told = mariadb.sql(
        "SELECT " + ", ".join(f"HEX(CONVERT(_{charset} x'{byte:02X}' USING utf8mb4))" for byte in range(256))
    )[0]
    differing = {}
    for byte, text in enumerate(told):
        server = bytes.fromhex(str(text)).decode()
        ours, _ = sqlcharsets.decode(bytes([byte]), charset)
        if server in ("?", "\ufffd") and byte != 0x3F:
            continue
        if ours != server:
            differing[byte] = (ours, server)
    assert not differing


LITERALS = rb"""
CREATE TABLE l (id INT AUTO_INCREMENT PRIMARY KEY, t TEXT, b BLOB, i BIGINT, u INT UNSIGNED, d DECIMAL(12,4), f DOUBLE,
  k BIT(16), dt DATETIME, da DATE, y YEAR) DEFAULT CHARSET=utf8mb4;
INSERT INTO l (t) VALUES ('a' 'b' "c"), ( 'x''y' ), ("x""y'z"), ("it's"), ('a\'b' ' \\ ' '\n'), (N'national'), (n'n'),
 (_latin1'caf\xe9'), (_utf8mb4'x'), (_utf8mb4 'y' 'z'), (0x414243), (X'414243'), (x'61'), (b'0100000101000010'), (0b01000001),
 (_utf8mb4 X'C3A9'), (_binary 'raw'), (NULL), (null), (Null), ('\%\_\a\"\'\0\Z\b\t\r\x'), (''), ( '' /* c */ ), (12), (-3.50),
 ('),('), (');
INSERT INTO l (t) VALUES (1);'), ('-- x'), ('/* x */'), ('\\'), ('\\\''), ('''');
insert into l(i,u,d,f) values (TRUE,FALSE,+1,- 1),(-0,+0,-.5,.5e1),(- 12,'34','5.6789','7e-3'),(0x10,b'11',1.,1E+5),
	( 1 , 2
 , 3
 , 4 );
INSERT INTO l (i, t, f) VALUES (/* one */ 1, -- two, '(
 'x' # three '
 , 2.5 /* ) */), ( NULL /* n */, 'y' /* ' */, -1 -- z
 );
REPLACE INTO `l` SET i = 5;
INSERT INTO l (k) VALUE (b'1'),(0x0102),('a'),('ab'),(_binary '\0\0'),('\n\''),(513);
INSERT IGNORE INTO l (dt, da) VALUES ('2024-01-02 03:04:05','2024-01-02'),('2024-1-2 3:4:5','2024-1-2'),(20240102030405,20240102),
 ('2024-01-02','2024-01-02 00:00:00'),('2024-01-02T03:04:05','20240102');
INSERT INTO l (y) VALUES (2024),('1999'),(70),(69),(0),('00'),(1);
INSERT INTO l (t) VALUES ('last') ON DUPLICATE KEY UPDATE t = VALUES(t);
INSERT LOW_PRIORITY INTO l PARTITION (p) (t) VALUES ('never loaded');
"""


def test_literals_in_all_their_forms(mariadb: MariaDB) -> None:
    dump = LITERALS.replace(rb"\xe9", b"\xe9").replace(
        b"INSERT LOW_PRIORITY INTO l PARTITION (p) (t) VALUES ('never loaded');", b""
    )
    dump = dump.replace(b"REPLACE INTO `l` SET i = 5;\n", b"")
    target = mariadb.fresh("literals")
    # The id is the server's to give: put it where the dump leaves it out.
    mariadb.load(b"SET sql_mode='ALLOW_INVALID_DATES';" + dump, target)
    names = ["t", "b", "i", "u", "d", "f", "k", "dt", "da", "y"]
    read = reading(dump)
    mariadb.sql("ALTER TABLE l DROP COLUMN id", target)
    read.tables["l"] = read.tables["l"].drop_columns(["id"])
    assert read.tables["l"].column_names[: len(names)] == names
    assert compare(read, mariadb, target, "l") == 59
    assert not read.messages


def test_inserts_without_values_are_told() -> None:
    read = reading(LITERALS)
    assert any("lists no values" in message for message in read.messages)
    assert read.facts["skipped"]["REPLACE"] == 1
    assert read.rows("l")[-1][1] == "never loaded"


def test_sql_mode_without_backslashes_and_with_ansi_quotes(mariadb: MariaDB) -> None:
    dump = rb"""SET @OLD=@@SQL_MODE, SQL_MODE='NO_BACKSLASH_ESCAPES,ANSI_QUOTES';
CREATE TABLE "n" ("a b" INT, "t" TEXT);
INSERT INTO "n" VALUES (1,'\'),(2,'\n'),(3,'it''s \'),(4,'a\\b'),(5,'"'),(6,'');
SET SQL_MODE=@OLD;
CREATE TABLE m (t TEXT);
INSERT INTO m VALUES ('\\'),("\n");
"""
    read = reading(dump)
    target = mariadb.fresh("modes")
    mariadb.load(dump, target)
    assert compare(read, mariadb, target, "n") == 6
    assert compare(read, mariadb, target, "m") == 2


def test_several_databases_in_one_dump(mariadb: MariaDB) -> None:
    for name in ("one", "two"):
        mariadb.fresh(name)
        mariadb.load(
            f"CREATE TABLE t (a TEXT); INSERT INTO t VALUES ('{name}'); CREATE TABLE {name}_only (x INT);".encode(),
            name,
        )
    read = reading_by_database(mariadb.dump("--databases", "one", "two"))
    assert read == {("one", "t"): 1, ("one", "one_only"): 0, ("two", "t"): 1, ("two", "two_only"): 0}
    both = reading_by_database(mariadb.dump("one") + mariadb.dump("two"))
    assert both == read
    every = reading_by_database(mariadb.dump("--all-databases"))
    assert every[("two", "t")] == 1
    assert every[("mysql", "global_priv")] >= 1


def reading_by_database(dump: bytes) -> dict[tuple[str, str], int]:
    from dumps import manifest_of

    return {(table["database"], table["name"]): table["rows"] for table in manifest_of(dump)["tables"]}


def test_the_database_in_use_tells_tables_of_one_name_apart() -> None:
    text = b"USE one;\nINSERT INTO t VALUES (1);\nUSE `two`;\nINSERT INTO t VALUES (2),(3);\nINSERT INTO one.t VALUES (4);\n"
    assert reading_by_database(text) == {("one", "t"): 2, ("two", "t"): 2}


def test_dumps_without_create_table(mariadb: MariaDB, types: str) -> None:
    whole = reading(mariadb.dump(types))
    named = reading(mariadb.dump("--no-create-info", "--complete-insert", types))
    assert named.tables["texts"].column_names[:3] == ["id", "c", "v"]
    assert [row[:9] for row in named.rows("texts")] == [
        tuple(None if value is None else str(value) for value in row[:9]) for row in whole.rows("texts")
    ]
    numbered = reading(mariadb.dump("--no-create-info", "--hex-blob", types))
    assert numbered.tables["moments"].column_names[:3] == ["c1", "c2", "c3"]
    assert numbered.rows("moments")[1][2] == "0000-00-00 00:00:00"
    assert all(pa.types.is_string(field.type) for field in list(numbered.tables["texts"].schema)[:19])
    assert numbered.rows("texts")[0][11] == "0x00FF27225C0A0D1A"
    assert set(named.tables) == set(TABLES) - {"no_rows"}


def test_tables_without_rows_views_and_routines(mariadb: MariaDB, types: str) -> None:
    read = reading(mariadb.dump("--routines", "--events", "--triggers", types))
    empty = next(table for table in read.manifest["tables"] if table["name"] == "no_rows")
    assert empty["rows"] == 0
    assert empty["parts"] == []
    assert empty["key"] == ["a"]
    skipped = read.facts["skipped"]
    assert {kind: skipped[kind] for kind in ("CREATE TRIGGER", "CREATE PROCEDURE", "CREATE FUNCTION", "CREATE EVENT")} == {
        "CREATE TRIGGER": 1, "CREATE PROCEDURE": 1, "CREATE FUNCTION": 1, "CREATE EVENT": 1,
    }  # fmt: skip
    assert {"a_view", "first_view"}.isdisjoint(read.tables)
    assert [view.rpartition(".")[2] for view in read.facts["views"]] == ["a_view", "first_view"]
    keys = {table["name"]: table["key"] for table in read.manifest["tables"]}
    assert keys["pair"] == ["y", "x"]
    assert keys["numbers"] == ["id"]


def test_what_the_header_tells(mariadb: MariaDB, types: str) -> None:
    facts = reading(mariadb.dump(types)).facts
    assert facts["tool"].startswith("MariaDB dump 10.")
    assert facts["server"].startswith("10.")
    assert (facts["host"], facts["database"], facts["zone"]) == ("localhost", "types", "UTC")
    assert re.fullmatch(r"\d{4}-\d\d-\d\d +\d+:\d\d:\d\d", facts["completed_on"])
    assert reading(mariadb.dump("--skip-tz-utc", types)).facts["zone"] is None


def test_types_are_kept(mariadb: MariaDB, types: str) -> None:
    schema = reading(mariadb.dump(types)).tables
    kinds = {field.name: str(field.type) for field in schema["numbers"].schema if field.name != "_unread"}
    assert kinds == {
        "id": "uint32", "t": "int8", "tu": "uint8", "t1": "int8", "b1": "int8", "s": "int16", "su": "uint16", "m": "int32",
        "mu": "uint32", "i": "int32", "iu": "uint32", "b": "int64", "bu": "uint64", "d": "decimal128(10, 2)",
        "d0": "decimal128(10, 0)", "d38": "decimal128(38, 18)", "d65": "string", "n": "decimal128(5, 5)", "f": "float",
        "f2": "float", "g": "double", "gu": "double", "y": "int16", "k1": "uint64", "k5": "uint64", "k64": "uint64",
        "_offset": "int64", "_length": "int64", "_row": "int64",
    }  # fmt: skip
    moments = {field.name: str(field.type) for field in schema["moments"].schema}
    assert (moments["d"], moments["dt6"], moments["ts"], moments["t"]) == (
        "date32[day]",
        "timestamp[us]",
        "timestamp[us]",
        "string",
    )


def test_a_key_added_later_and_a_column_whose_name_means_something_here() -> None:
    read = reading(
        b"CREATE TABLE t (_offset INT, `_Row` INT, x INT);\nINSERT INTO t VALUES (1,2,3);\n"
        b"ALTER TABLE `t`\n  ADD PRIMARY KEY (`_offset`,`x`),\n  ADD KEY `k` (`x`);\nALTER TABLE t MODIFY x int AUTO_INCREMENT;\n"
    )
    table = read.manifest["tables"][0]
    assert table["key"] == ["_offset_", "x"]
    assert [name for name, _, _ in table["columns"]] == ["_offset_", "_Row_", "x"]
    assert sum("has a meaning here" in message for message in read.messages) == 2


def test_a_table_created_twice_is_kept_apart(mariadb: MariaDB) -> None:
    mariadb.fresh("again")
    mariadb.load(b"CREATE TABLE t (a INT); INSERT INTO t VALUES (1),(2);", "again")
    first = mariadb.dump("again")
    mariadb.sql("ALTER TABLE t ADD b INT", "again")
    read = reading(first + mariadb.dump("again"))
    assert read.rows("t") == [(1,), (2,)]
    assert read.rows("t#2") == [(1, None), (2, None)]
    assert any("created again" in message for message in read.messages)
    assert read.facts["dumps"] == 2


def test_values_that_do_not_fit_are_kept_and_told() -> None:
    dump = b"".join(
        (
            b"CREATE TABLE t (i TINYINT, d DATE, m DECIMAL(4,1), s VARCHAR(9), f FLOAT);\n",
            b"INSERT INTO t VALUES (300,'0000-00-00',12345.6,CURRENT_USER(),1e60),",
            b"('abc','soon',1.25,'\\'x',NULL),(1,'2020-02-30','1,5','ok','x');\n",
            b"INSERT INTO t (s) VALUES ('caf\xe9 \xed\xa0\x80');\n",
        )
    )
    read = reading(dump)
    assert read.rows("t") == [
        (None, None, None, None, None), (None, None, None, "'x", None), (1, None, None, "ok", None),
        (None, None, None, r"caf\xe9 \xed\xa0\x80", None),
    ]  # fmt: skip
    assert [dict(entry or []) for entry in read.tables["t"]["_unread"].to_pylist()] == [
        {"i": "300", "d": "0000-00-00", "m": "12345.6", "s": "CURRENT_USER()", "f": "1e60"},
        {"i": "abc", "d": "soon", "m": "1.25"},
        {"d": "2020-02-30", "m": "1,5", "f": "x"},
        {"s": r"caf\xe9 \xed\xa0\x80"},
    ]
    assert len(read.messages) == 6
    first = next(p for p in read.manifest["problems"] if "t.d " in p["message"])
    assert dump[first["offset"] :].startswith(b"(300,'0000-00-00'")
    assert first["message"].startswith("3 values of t.d do not fit")


def test_rows_with_another_number_of_values_are_set_aside() -> None:
    read = reading(b"CREATE TABLE t (a INT, b INT);\nINSERT INTO t VALUES (1,2),(3),(4,5,6),(),(7,8);\n")
    assert read.rows("t") == [(1, 2), (7, 8)]
    assert read.manifest["tables"][0]["set_aside"] == {
        "1 values for 2 columns": 1, "3 values for 2 columns": 1, "0 values for 2 columns": 1,
    }  # fmt: skip
    assert read.tables["t"]["_row"].to_pylist() == [1, 2]


def test_utf16_bom_and_line_ends(mariadb: MariaDB) -> None:
    database = mariadb.fresh("windows")
    mariadb.load(
        "CREATE TABLE t (a INT, b TEXT); INSERT INTO t VALUES (1,'é 😀 \\r\\n'),(2,'漢字'),(3,NULL);".encode(),
        database,
    )
    dump = mariadb.dump("--default-character-set=utf8mb4", database)
    crlf = dump.replace(b"\n", b"\r\n")
    for text in (b"\xef\xbb\xbf" + dump, crlf, b"\xef\xbb\xbf" + crlf):
        read = reading(text)
        assert compare(read, mariadb, database, "t") == 3
        assert text[read.tables["t"]["_offset"][1].as_py() :].startswith(b"(2,'")
    for codec, bom in (("utf-16-le", b"\xff\xfe"), ("utf-16-be", b"\xfe\xff")):
        text = bom + crlf.decode().encode(codec)
        for block in (256, 1 << 20):
            read = reading(text, block=block)
            assert compare(read, mariadb, database, "t") == 3
            for offset, length, row in zip(
                read.tables["t"]["_offset"].to_pylist(),
                read.tables["t"]["_length"].to_pylist(),
                (1, 2, 3),
                strict=True,
            ):
                piece = text[offset : offset + length].decode(codec)
                assert piece.startswith(f"({row},")
                assert piece.endswith(")")


# Other tools, written after their own layouts. Each text is loaded by the real server too.

PHPMYADMIN = r"""-- phpMyAdmin SQL Dump
-- version 5.2.1
-- https://www.phpmyadmin.net/
--
-- Servidor: localhost:3306
-- Tiempo de generación: 01-07-2024 a las 12:00:00
-- Versión del servidor: 10.6.18-MariaDB-cll-lve
-- Versión de PHP: 8.1.29

SET SQL_MODE = "NO_AUTO_VALUE_ON_ZERO";
START TRANSACTION;
SET time_zone = "+00:00";


/*!40101 SET @OLD_CHARACTER_SET_CLIENT=@@CHARACTER_SET_CLIENT */;
/*!40101 SET @OLD_CHARACTER_SET_RESULTS=@@CHARACTER_SET_RESULTS */;
/*!40101 SET @OLD_COLLATION_CONNECTION=@@COLLATION_CONNECTION */;
/*!40101 SET NAMES utf8mb4 */;

--
-- Base de datos: `tienda`
--

DELIMITER $$
--
-- Procedimientos
--
CREATE DEFINER=`root`@`localhost` PROCEDURE `p` ()   BEGIN SELECT 'a;b$'; END$$

DELIMITER ;

-- --------------------------------------------------------

--
-- Estructura de tabla para la tabla `wp_posts`
--

CREATE TABLE `wp_posts` (
  `ID` bigint(20) UNSIGNED NOT NULL,
  `post_date` datetime NOT NULL DEFAULT '0000-00-00 00:00:00',
  `post_content` longtext CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci NOT NULL,
  `price` decimal(10,2) DEFAULT NULL,
  `hidden` bit(1) NOT NULL DEFAULT b'0',
  `picture` blob DEFAULT NULL,
  `place` point DEFAULT NULL
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

--
-- Volcado de datos para la tabla `wp_posts`
--

INSERT INTO `wp_posts` (`ID`, `post_date`, `post_content`, `price`, `hidden`, `picture`, `place`) VALUES
(1, '2024-01-02 03:04:05', 'Línea uno
línea dos; it''s \'quoted\' -- no comment\r\n', '12.50', b'1', 0x89504e470d0a, NULL),
(2, '0000-00-00 00:00:00', '', NULL, b'0', '', 0x000000000101000000000000000000f03f0000000000000040),
(3, '2024-01-02 03:04:06', ');
INSERT INTO `wp_posts` (`ID`) VALUES (9', '-0.01', b'0', 0x00, NULL);

-- --------------------------------------------------------

--
-- Estructura Stand-in para la vista `v`
-- (Véase abajo para la vista actual)
--
CREATE TABLE `v` (
`ID` bigint(20) unsigned
);

-- --------------------------------------------------------

--
-- Estructura para la vista `v`
--
DROP TABLE IF EXISTS `v`;

CREATE ALGORITHM=UNDEFINED DEFINER=`root`@`localhost` SQL SECURITY DEFINER VIEW `v`  AS SELECT `wp_posts`.`ID` AS `ID` FROM `wp_posts` ;

--
-- Índices para tablas volcadas
--

ALTER TABLE `wp_posts`
  ADD PRIMARY KEY (`ID`),
  ADD KEY `d` (`post_date`);

ALTER TABLE `wp_posts`
  MODIFY `ID` bigint(20) UNSIGNED NOT NULL AUTO_INCREMENT, AUTO_INCREMENT=4;
COMMIT;

/*!40101 SET CHARACTER_SET_CLIENT=@OLD_CHARACTER_SET_CLIENT */;
"""

ADMINER = r"""-- Adminer 4.8.1 MySQL 5.5.5-10.6.4-MariaDB-1:10.6.4+maria~focal dump

SET NAMES utf8;
SET time_zone = '+00:00';
SET foreign_key_checks = 0;
SET sql_mode = 'NO_AUTO_VALUE_ON_ZERO';

SET NAMES utf8mb4;

DROP TABLE IF EXISTS `wp_posts`;
CREATE TABLE `wp_posts` (
  `ID` bigint(20) unsigned NOT NULL AUTO_INCREMENT,
  `t` longtext NOT NULL,
  `b` longblob DEFAULT NULL,
  `f` float DEFAULT NULL,
  PRIMARY KEY (`ID`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;

TRUNCATE `wp_posts`;
INSERT INTO `wp_posts` (`ID`, `t`, `b`, `f`) VALUES
(1,	'it\'s \"x\" 😀\nnext',	UNHEX(''),	1.5),
(2,	'raw
line',	NULL,	-1e-10),
(3,	'',	'\0\0',	NULL)
ON DUPLICATE KEY UPDATE `ID` = VALUES(`ID`), `t` = VALUES(`t`), `b` = VALUES(`b`), `f` = VALUES(`f`);

-- 2024-07-01 12:00:00
""".replace("\\t", "\t").replace("UNHEX('')", "x''")

HEIDISQL = r"""-- --------------------------------------------------------
-- Host:                         127.0.0.1
-- Server version:               10.4.32-MariaDB - mariadb.org binary distribution
-- Server OS:                    Win64
-- HeidiSQL Version:             12.6.0.6765
-- --------------------------------------------------------

/*!40101 SET @OLD_CHARACTER_SET_CLIENT=@@CHARACTER_SET_CLIENT */;
/*!40101 SET NAMES utf8 */;
/*!50503 SET NAMES utf8mb4 */;
/*!40103 SET @OLD_TIME_ZONE=@@TIME_ZONE */;
/*!40103 SET TIME_ZONE='+00:00' */;
/*!40014 SET @OLD_FOREIGN_KEY_CHECKS=@@FOREIGN_KEY_CHECKS, FOREIGN_KEY_CHECKS=0 */;
/*!40101 SET @OLD_SQL_MODE=@@SQL_MODE, SQL_MODE='NO_AUTO_VALUE_ON_ZERO' */;

-- Dumping structure for procedure p
DELIMITER //
CREATE PROCEDURE `p`()
BEGIN
  SELECT 1; -- isn't it; //not
END//
DELIMITER ;

-- Dumping structure for table Orders
CREATE TABLE IF NOT EXISTS `Orders` (
  `id` int(11) NOT NULL AUTO_INCREMENT,
  `Note` text DEFAULT NULL,
  `raw` varbinary(20) DEFAULT NULL,
  PRIMARY KEY (`id`)
) ENGINE=InnoDB AUTO_INCREMENT=3 DEFAULT CHARSET=utf8mb4;

-- Dumping data for table Orders: ~2 rows (approximately)
INSERT INTO `Orders` (`id`, `Note`, `raw`) VALUES
	(1, 'a ''quoted'' one\r\n', _binary 0x00ff27),
	(2, NULL, _binary '\'\0');

/*!40103 SET TIME_ZONE=IFNULL(@OLD_TIME_ZONE, 'system') */;
/*!40101 SET SQL_MODE=IFNULL(@OLD_SQL_MODE, '') */;
""".replace("\\t(", "\t(")

SQLYOG = r"""/*
SQLyog Ultimate v12.09 (64 bit)
MySQL - 5.7.33-log : Database - shop
*********************************************************************
*/

/*!40101 SET NAMES utf8 */;

/*!40101 SET SQL_MODE=''*/;

/*Table structure for table `t` */

DROP TABLE IF EXISTS `t`;

CREATE TABLE `t` (
  `id` int(10) NOT NULL,
  `name` varchar(32) DEFAULT 'x',
  PRIMARY KEY (`id`)
) ENGINE=MyISAM DEFAULT CHARSET=utf8;

/*Data for the table `t` */

insert  into `t`(`id`,`name`) values (1,'O\'Neil'),(2,'漢'),(3,NULL);
insert  into `t`(`name`,`id`) values ('turned',4);
insert  into `t`(`id`) values (5);
"""

MYSQL41 = """-- MySQL dump 10.9
--
-- Host: localhost    Database: old
-- ------------------------------------------------------
-- Server version\t4.1.22-standard

/*!40101 SET @OLD_CHARACTER_SET_CLIENT=@@CHARACTER_SET_CLIENT */;
/*!40101 SET NAMES utf8 */;
/*!40014 SET @OLD_UNIQUE_CHECKS=@@UNIQUE_CHECKS, UNIQUE_CHECKS=0 */;
/*!40101 SET @OLD_SQL_MODE=@@SQL_MODE, SQL_MODE='NO_AUTO_VALUE_ON_ZERO' */;

--
-- Table structure for table `c`
--

DROP TABLE IF EXISTS `c`;
CREATE TABLE `c` (
  `id` int(11) NOT NULL auto_increment,
  `n` varchar(40) character set latin1 collate latin1_bin NOT NULL default '',
  `t` timestamp NOT NULL default '0000-00-00 00:00:00' on update CURRENT_TIMESTAMP,
  `k` tinyint(1) unsigned zerofill default '1',
  PRIMARY KEY  (`id`),
  KEY `n` (`n`(10))
) ENGINE=MyISAM DEFAULT CHARSET=latin1 COMMENT='Customers; (old)';

--
-- Dumping data for table `c`
--


/*!40000 ALTER TABLE `c` DISABLE KEYS */;
LOCK TABLES `c` WRITE;
INSERT INTO `c` VALUES (1,'Zoë','2006-01-02 03:04:05',1),(2,'','0000-00-00 00:00:00',NULL);
UNLOCK TABLES;
/*!40000 ALTER TABLE `c` ENABLE KEYS */;

/*!40101 SET SQL_MODE=@OLD_SQL_MODE */;
/*!40101 SET CHARACTER_SET_CLIENT=@OLD_CHARACTER_SET_CLIENT */;
"""

MYSQL80 = """-- MySQL dump 10.13  Distrib 8.0.36, for Linux (x86_64)
--
-- Host: localhost    Database: shop
-- ------------------------------------------------------
-- Server version\t8.0.36

/*!40101 SET @OLD_CHARACTER_SET_CLIENT=@@CHARACTER_SET_CLIENT */;
/*!50503 SET NAMES utf8mb4 */;
/*!40103 SET @OLD_TIME_ZONE=@@TIME_ZONE */;
/*!40103 SET TIME_ZONE='+00:00' */;
/*!40101 SET @OLD_SQL_MODE=@@SQL_MODE, SQL_MODE='NO_AUTO_VALUE_ON_ZERO' */;
SET @MYSQLDUMP_TEMP_LOG_BIN = @@SESSION.SQL_LOG_BIN;

--
-- Current Database: `shop`
--

CREATE DATABASE /*!32312 IF NOT EXISTS*/ `shop` /*!40100 DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_0900_ai_ci */ /*!80016 DEFAULT ENCRYPTION='N' */;

USE `shop`;

--
-- Table structure for table `o`
--

DROP TABLE IF EXISTS `o`;
/*!40101 SET @saved_cs_client     = @@character_set_client */;
/*!50503 SET character_set_client = utf8mb4 */;
CREATE TABLE `o` (
  `id` binary(4) NOT NULL,
  `v` json DEFAULT NULL,
  `u` int unsigned GENERATED ALWAYS AS (1 + 1) STORED,
  `g` geometry NOT NULL /*!80003 SRID 0 */,
  `n` varchar(20) COLLATE utf8mb4_unicode_ci DEFAULT _utf8mb4'x',
  `h` int DEFAULT '3' /*!80023 INVISIBLE */,
  `w` double unsigned zerofill DEFAULT NULL,
  PRIMARY KEY (`id`) /*!80000 INVISIBLE */
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_0900_ai_ci
/*!50100 PARTITION BY KEY (id)
PARTITIONS 2 */;
/*!40101 SET character_set_client = @saved_cs_client */;

LOCK TABLES `o` WRITE;
/*!40000 ALTER TABLE `o` DISABLE KEYS */;
INSERT INTO `o` (`id`, `v`, `g`, `n`, `h`, `w`) VALUES (_binary '\\0\\'é','{\\"a\\": 1}',_binary '\\0\\0\\0\\0\x01\x01\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0',NULL,1,0000000000000000001.5);
/*!40000 ALTER TABLE `o` ENABLE KEYS */;
UNLOCK TABLES;
/*!50001 CREATE VIEW `w` AS SELECT
 1 AS `id`*/;
SET @@SESSION.SQL_LOG_BIN = @MYSQLDUMP_TEMP_LOG_BIN;
/*!40103 SET TIME_ZONE=@OLD_TIME_ZONE */;
/*!40101 SET SQL_MODE=@OLD_SQL_MODE */;

-- Dump completed on 2024-07-01 12:00:00
"""


@pytest.mark.parametrize(
    ("text", "table", "rows", "key", "facts"),
    [
        (
            PHPMYADMIN,
            "wp_posts",
            3,
            ["ID"],
            {
                "tool": "phpMyAdmin 5.2.1",
                "database": "tienda",
                "zone": "UTC",
                "server": "10.6.18-MariaDB-cll-lve",
            },
        ),
        (
            ADMINER,
            "wp_posts",
            3,
            ["ID"],
            {"tool": "Adminer 4.8.1 MySQL 5.5.5-10.6.4-MariaDB-1:10.6.4+maria~focal dump", "zone": "UTC"},
        ),
        (
            HEIDISQL,
            "Orders",
            2,
            ["id"],
            {"tool": "HeidiSQL Version:             12.6.0.6765", "zone": "UTC", "host": "127.0.0.1"},
        ),
        (
            SQLYOG,
            "t",
            5,
            ["id"],
            {"tool": "SQLyog Ultimate v12.09 (64 bit)", "database": "shop", "zone": None},
        ),
        (
            MYSQL41,
            "c",
            2,
            ["id"],
            {"tool": "MySQL dump 10.9", "server": "4.1.22-standard", "zone": None, "host": "localhost"},
        ),
        (
            MYSQL80,
            "o",
            1,
            ["id"],
            {
                "tool": "MySQL dump 10.13  Distrib 8.0.36, for Linux (x86_64)",
                "server": "8.0.36",
                "complete": True,
            },
        ),
    ],
    ids=["phpMyAdmin", "Adminer", "HeidiSQL", "SQLyog", "MySQL 4.1", "MySQL 8.0"],
)
def test_other_tools(
    mariadb: MariaDB, text: str, table: str, rows: int, key: list[str], facts: dict[str, object]
) -> None:
    target = mariadb.fresh("shop")
    # What MariaDB lacks of MySQL 8, and the generated column that MySQL leaves out of its inserts.
    loaded = text.replace("utf8mb4_0900_ai_ci", "utf8mb4_unicode_ci").replace(
        "DEFAULT _utf8mb4'x'", "DEFAULT 'x'"
    )
    loaded = loaded.replace("/*!50100 PARTITION BY KEY (id)\nPARTITIONS 2 */", "")
    loaded = loaded.replace("/*!50001 CREATE VIEW `w`", "/*!50001 CREATE OR REPLACE VIEW `w`")
    mariadb.load(b"SET time_zone='+00:00';" + loaded.encode(), target)
    for dump in (
        text.encode(),
        text.replace("\n", "\r\n").encode()
        if "raw\nline" not in text and "uno\n" not in text
        else text.encode(),
    ):
        for block in (256, 1 << 20):
            read = reading(dump, block=block)
            assert list(read.tables) == [table]
            assert compare(read, mariadb, target, table, generated=False) == rows
            assert read.manifest["tables"][0]["key"] == key
            assert {name: read.facts[name] for name in facts} == facts
            assert all("do not fit" in m or "no footer" in m for m in read.messages), read.messages


def test_sqlite_dump_text(tmp_path: Path) -> None:
    """The values that SQLite itself gives for the same text."""
    import sqlite3

    with sqlite3.connect(":memory:") as database:
        database.executescript(
            "CREATE TABLE t (id INTEGER PRIMARY KEY AUTOINCREMENT, n TEXT, r REAL, b BLOB, [odd name] NUMERIC(10,2));"
            "INSERT INTO t VALUES (1,'it''s \\ \n',1.5,x'00FF27',3),(9223372036854775807,'',-1e300,NULL,2.5),(3,NULL,NULL,x'',NULL);"
            'CREATE TABLE "q;u" (a TEXT);'
        )
        database.execute('INSERT INTO "q;u" VALUES (?)', ("line one\nline two');",))
        text = "PRAGMA foreign_keys=OFF;\n" + "\n".join(database.iterdump()) + "\n"
        rows = database.execute("SELECT * FROM t ORDER BY rowid").fetchall()
    database.close()
    read = reading(text.encode())
    assert [tuple(row[:4]) for row in read.rows("t")] == [tuple(row[:4]) for row in rows]
    assert [row[4] for row in read.rows("t")] == [None if row[4] is None else str(row[4]) for row in rows]
    assert read.rows("q;u") == [("line one\nline two');",)]
    assert read.facts["tool"] == "SQLite .dump"
    assert read.facts["complete"]


# Wild text through the real server and its real dump program.

WILD = st.text(
    st.one_of(
        st.sampled_from("'\"\\`%_;(),\n\r\t\0\x1a\b-#/*nNZ0b"),
        st.characters(exclude_categories=["Cs"]),
        st.sampled_from("é漢😀\u2028"),
    ),
    max_size=30,
)
FRAGMENTS = st.sampled_from(
    [
        "');\nINSERT INTO `wild` VALUES (",
        "),(",
        "\\'",
        "''",
        "\\",
        "NULL",
        "-- ",
        "/*!40101 ",
        "*/",
        ";\n",
        "0x00",
    ]
)
WILD_TEXT = st.lists(st.one_of(WILD, FRAGMENTS), max_size=4).map("".join)
WILD_BYTES = st.lists(
    st.one_of(
        st.binary(max_size=20),
        FRAGMENTS.map(str.encode),
        st.sampled_from([b"\xed\xa0\x80", b"\xff\xfe", b"\xc3"]),
    ),
    max_size=4,
).map(b"".join)


@pytest.mark.parametrize(
    "options",
    [
        "",
        "--hex-blob --skip-extended-insert",
        "--default-character-set=binary",
        "--complete-insert --compatible=ansi",
    ],
)
def test_wild_strings_come_out_as_they_went_in(mariadb: MariaDB, options: str) -> None:
    database = mariadb.fresh("wild")
    mariadb.sql(
        "CREATE TABLE wild (id INT AUTO_INCREMENT PRIMARY KEY, t LONGTEXT, b LONGBLOB) DEFAULT CHARSET=utf8mb4",
        database,
    )

    @settings(
        max_examples=25,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
        derandomize=True,
    )
    @given(
        rows=st.lists(st.tuples(st.none() | WILD_TEXT, st.none() | WILD_BYTES), min_size=1, max_size=12),
        block=st.sampled_from([256, 300, 1 << 20]),
    )
    def holds(rows: list[tuple[str | None, bytes | None]], block: int) -> None:
        with mariadb.connect(database) as connection, connection.cursor() as cursor:
            cursor.execute("TRUNCATE wild")
            for text, binary in rows:
                cursor.execute("INSERT INTO wild (t, b) VALUES (%s, %s)", (text, binary))
        dump = mariadb.dump(
            *options.split(),
            "--default-character-set=utf8mb4" if "binary" not in options else "--quick",
            database,
        )
        read = reading(dump, block=block)
        assert [(row[1], row[2]) for row in read.rows("wild")] == rows
        assert read.messages == []

    holds()


def _small_dump(mariadb: MariaDB, types: str) -> bytes:
    return mariadb.dump("--default-character-set=utf8mb4", types, "texts", "pair", "moments")


def test_block_boundaries_change_nothing(mariadb: MariaDB, types: str) -> None:
    for options in ([], ["--skip-extended-insert", "--complete-insert"], ["--hex-blob", "--routines"]):
        dump = mariadb.dump("--default-character-set=utf8mb4", *options, types)
        whole = reading(dump)
        for block in (256, 257, 301, 1000, 4099):
            pieces = reading(dump, block=block)
            assert set(pieces.tables) == set(whole.tables)
            for name, table in whole.tables.items():
                assert pieces.tables[name].equals(table), (block, name)
            assert pieces.manifest["problems"] == whole.manifest["problems"]
            assert pieces.facts == whole.facts


def test_damaged_bytes_raise_nothing_and_blocks_still_change_nothing(mariadb: MariaDB, types: str) -> None:
    dump = _small_dump(mariadb, types)
    chance = random.Random(7)
    for _ in range(120):
        damaged = bytearray(dump)
        for _ in range(chance.randint(1, 4)):
            at = chance.randrange(len(damaged))
            damaged[at : at + chance.randint(0, 3)] = chance.choice(
                [b"", b"'", b"\\", b"\0", b"(", b"),(", b"/*", b";\n", b"\xff"]
            )
        whole, pieces = reading(bytes(damaged)), reading(bytes(damaged), block=256)
        assert pieces.manifest["problems"] == whole.manifest["problems"]
        assert set(pieces.tables) == set(whole.tables)
        for name, table in whole.tables.items():
            assert pieces.tables[name].equals(table)


def test_many_numbers_come_out_to_the_last_digit(mariadb: MariaDB) -> None:
    database = mariadb.fresh("digits")
    mariadb.sql(
        "CREATE TABLE n (id INT PRIMARY KEY, g DOUBLE, f FLOAT, d DECIMAL(38,18), s DECIMAL(18,4), b BIGINT, u BIGINT UNSIGNED,"
        " t DATETIME(6), a DATE, y YEAR)",
        database,
    )
    chance = random.Random(11)
    rows = []
    for number in range(3000):
        double = struct.unpack("<d", chance.randbytes(8))[0]
        single = struct.unpack("<f", chance.randbytes(4))[0]
        moment = datetime(1000, 1, 1) + timedelta(microseconds=chance.randrange(9000 * 365 * 86400 * 10**6))
        rows.append(
            (
                number, double if math.isfinite(double) else 0.1, single if math.isfinite(single) else 0.5,
                Decimal(chance.randint(-(10**38) + 1, 10**38 - 1)).scaleb(-18, Context(prec=40)), chance.randint(-(10**9), 10**9) / 16,
                chance.randint(-(2**63), 2**63 - 1), chance.getrandbits(64), moment, moment.date(), chance.randint(1901, 2155),
            )
        )  # fmt: skip
    with mariadb.connect(database) as connection, connection.cursor() as cursor:
        cursor.executemany("INSERT INTO n VALUES (" + ",".join(["%s"] * 10) + ")", rows)
    for options in ([], ["--skip-extended-insert"]):
        read = reading(mariadb.dump(*options, database))
        assert compare(read, mariadb, database, "n") == 3000
        assert read.messages == []


def test_duckdb_reads_the_parts_as_arrow_does(mariadb: MariaDB, types: str, tmp_path: Path) -> None:
    dump = mariadb.dump("--default-character-set=utf8mb4", types)
    with UnitWriter(tmp_path / "unit") as unit:
        mysqldump.read(io.BytesIO(dump), unit)
        unit.finish(path="dump.sql")
    engine = duckdb.connect()
    for table in unit.tables.values():
        for part in table.parts:
            file = tmp_path / "unit" / part["file"]
            assert hashlib.sha256(file.read_bytes()).hexdigest() == part["sha256"]
            arrow = pq.read_table(file)
            shown = engine.execute("SELECT * FROM read_parquet(?)", [str(file)]).to_arrow_table()
            assert shown.column_names == arrow.column_names
            for name in arrow.column_names:
                assert shown[name].to_pylist() == arrow[name].to_pylist(), (table.name, name)


def test_a_dump_cut_at_any_byte_gives_the_rows_before_the_cut(mariadb: MariaDB) -> None:
    database = mariadb.fresh("cut")
    mariadb.load(
        "CREATE TABLE t (a INT PRIMARY KEY, b TEXT, c BLOB); INSERT INTO t VALUES (1,'it''s; ),(','x'),(2,'é\\\\',x'FF'),(3,NULL,'');"
        " CREATE TABLE u (d DATETIME); INSERT INTO u VALUES ('2024-01-01 10:00:00');".encode(),
        database,
    )
    for options in ([], ["--skip-extended-insert"]):
        dump = mariadb.dump("--default-character-set=utf8mb4", *options, database)
        whole = reading(dump)
        ends = {
            name: [o + n for o, n in zip(t["_offset"].to_pylist(), t["_length"].to_pylist(), strict=True)]
            for name, t in whole.tables.items()
        }
        first = dump.index(b"CREATE TABLE")
        for cut in [*range(0, first, 7), *range(first, len(dump), 3 if options else 1)]:
            read = reading(dump[:cut])
            for name, table in read.tables.items():
                # A row counts once the byte after its bracket shows that it is whole.
                kept = sum(end <= cut for end in ends[name])
                assert read.rows(name) == whole.rows(name)[:kept] if table.num_rows else kept == 0
            if cut < len(dump) - 40:
                assert len(read.messages) == 1, (cut, read.messages)
                assert not read.facts["complete"], cut


def test_rows_too_long_to_hold_are_set_aside(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mysqldump, "ROW_LIMIT", 10_000)
    long = b"(2,'" + b"x\\'),(" * 5000 + b"')"
    dump = (
        b"CREATE TABLE t (a INT, b TEXT);\nINSERT INTO t VALUES (1,'a'),"
        + long
        + b",(3,'c');\nINSERT INTO t VALUES "
        + long
        + b",(5,'e');\n"
    )
    for block in (1000, 1 << 20):
        read = reading(dump, block=block)
        assert read.rows("t") == [(1, "a"), (3, "c"), (5, "e")]
        assert read.manifest["tables"][0]["set_aside"] == {"row longer than 10000 bytes": 2}
        places = [(p["offset"], p["length"]) for p in read.manifest["problems"]]
        assert [dump[offset : offset + length] for offset, length in places] == [long, long]


@pytest.mark.parametrize(
    "text", [b"", b"\n\n", b"\0" * 5000, bytes(range(256)) * 50, b"not a dump at all", b"a,b,c\n1,2,3\n", b"INSERT INTO", b"'", b"/*", b"--", b"(((((", b"INSERT INTO t VALUES", b"INSERT INTO t VALUES (", b"DELIMITER", b"\xff\xfe", b"\xff\xfea", b"\xef\xbb\xbf", b"\\", b"CREATE TABLE t (", b"CREATE TABLE t ();", b"SET NAMES 'nonsense'; INSERT INTO t VALUES ('\xff');"]
)  # fmt: skip
def test_what_is_no_dump_raises_nothing(text: bytes) -> None:
    read = reading(text)
    assert read.facts["bytes"] == len(text)


@settings(max_examples=150, deadline=None, database=None, derandomize=True)
@given(
    st.lists(
        st.one_of(
            st.binary(max_size=30),
            st.sampled_from([b"INSERT INTO t VALUES ", b"(1,'a')", b",", b";\n", b"CREATE TABLE t (a INT, b TEXT);\n", b"'", b"\\", b"/*", b"*/", b"-- ", b"\n", b"_binary '", b"0x", b"DELIMITER ;;\n", b"NULL", b"USE x;", b"REPLACE INTO t (b) VALUES ", b"`", b"SET NAMES gbk;"]),
        ),
        max_size=25,
    ).map(b"".join),
    st.sampled_from([256, 1 << 16]),
)  # fmt: skip
def test_no_bytes_raise(text: bytes, block: int) -> None:
    reading(text, block=block)


@pytest.mark.skipif(not EVIDENCE.is_dir(), reason="../shared/evidence is absent")
def test_evidence_opencart_installers(mariadb: MariaDB) -> None:
    for name in ("opencart-2013-1.5", "opencart-2017-3.0"):
        dump = (EVIDENCE / "opencart" / f"{name}.sql").read_bytes()
        read = reading(dump)
        target = mariadb.fresh("opencart")
        mariadb.load(b"SET sql_mode='';SET NAMES utf8mb4;" + dump, target)
        # Some inserts leave out columns that have no default: a lax server puts '' or a number of its own there.
        left_out = {
            "opencart-2013-1.5": {
                "category_description",
                "information_description",
                "option_value",
                "product",
                "product_description",
            },
            "opencart-2017-3.0": {"event", "setting"},
        }[name]
        rows = sum(
            compare(read, mariadb, target, table) for table in read.tables if table[3:] not in left_out
        )
        assert rows > 5000
        assert read.facts["complete"]


@pytest.mark.skipif(not EVIDENCE.is_dir(), reason="../shared/evidence is absent")
def test_evidence_pgloader_dumps(mariadb: MariaDB) -> None:
    folder = EVIDENCE / "pgloader"
    with zipfile.ZipFile(folder / "data" / "sakila-db.zip") as sakila:
        schema, data = (sakila.read(f"sakila-db/sakila-{part}.sql") for part in ("schema", "data"))
    read = reading(schema + data)
    mariadb.sql("DROP DATABASE IF EXISTS sakila")
    mariadb.load(schema + data)
    tables = [
        str(row[0])
        for row in mariadb.sql(
            "SELECT table_name FROM information_schema.tables WHERE table_schema='sakila' AND table_type='BASE TABLE'"
        )
    ]
    assert set(read.tables) == set(tables)
    # Its own triggers fill film_text on the server.
    assert sum(compare(read, mariadb, "sakila", table) for table in tables if table != "film_text") > 46000
    for name in ("f1db.circuits.my", "hex"):
        dump = (folder / "mysql" / f"{name}.sql").read_bytes()
        target = mariadb.fresh("pgloader")
        mariadb.load(dump, target)
        for table in (read := reading(dump)).tables:
            assert compare(read, mariadb, target, table) > 0


def test_ten_thousand_tables() -> None:
    one = "DROP TABLE IF EXISTS `t{n}`;\nCREATE TABLE `t{n}` (\n `id` int NOT NULL,\n `v` varchar(20) DEFAULT NULL,\n PRIMARY KEY (`id`)\n);\nLOCK TABLES `t{n}` WRITE;\nINSERT INTO `t{n}` VALUES ({n},'x');\nUNLOCK TABLES;\n"
    from dumps import manifest_of

    tables = manifest_of("".join(one.format(n=n) for n in range(10_000)).encode())["tables"]
    assert len(tables) == 10_000
    assert all(table["rows"] == 1 and table["key"] == ["id"] for table in tables)


def test_a_string_of_a_gigabyte_is_passed_over() -> None:
    from dumps import manifest_of

    class Endless:
        """A dump with one long string, made as it is read."""

        def __init__(self) -> None:
            self.pieces = [
                b"CREATE TABLE t (a INT, b TEXT);\nINSERT INTO t VALUES (1,'a'),(2,'",
                b"x" * (1 << 20),
                b"'),(3,'c');\n",
            ]
            self.left = [1, 1024, 1]

        def read(self, size: int = -1) -> bytes:
            for at, piece in enumerate(self.pieces):
                if self.left[at]:
                    if len(piece) > size >= 0:
                        self.pieces[at] = piece[size:] if self.left[at] == 1 else piece
                        if self.left[at] == 1:
                            return piece[:size]
                        return piece[:size] if self._shorten(at, size) else b""
                    self.left[at] -= 1
                    return piece
            return b""

        def _shorten(self, at: int, size: int) -> bool:
            self.left[at] -= 1
            self.pieces[at + 1] = self.pieces[at][size:] + self.pieces[at + 1]
            return True

    manifest = manifest_of(Endless())
    assert manifest["tables"][0]["rows"] == 2
    assert manifest["tables"][0]["set_aside"] == {"row longer than 67108864 bytes": 1}
    assert manifest["problems"][0]["length"] == (1 << 30) + 6
