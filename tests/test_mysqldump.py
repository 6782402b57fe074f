"""Dumps read by stocktake against a real MariaDB that has loaded the same bytes."""

import os
import re
import zipfile
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dumps import compare, reading
from servers import MariaDB

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
    mariadb.load(b"SET sql_mode = 'ALLOW_INVALID_DATES'; SET time_zone = '+00:00';\n" + TYPES.encode(), database)
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
def test_every_option_gives_the_rows_that_the_server_gives(mariadb: MariaDB, types: str, options: str) -> None:
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
