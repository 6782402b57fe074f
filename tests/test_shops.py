"""The engine that maps shops: folders, recognition, logical tables, unpacking, and what each mapping must keep."""

import shutil
from datetime import datetime
from decimal import Decimal
from importlib.resources import files
from pathlib import Path

import pytest
import sqlglot
from sqlglot.errors import ErrorLevel

from shop_case import OpenCart, WooCommerce, mapped, new_case, take_in
from stocktake.commerce.model import ORDER_STATUSES, TABLES
from stocktake.commerce.statements import read_statements
from stocktake.engine.duck import connect
from stocktake.shops import case_folders, mapping, recognition
from stocktake.shops.folders import FolderError, read_folder, supported
from stocktake.shops.recognition import recognise

COMMERCE = ("judged_orders", "takings", "completeness")


def _statements():
    for software in supported():
        yield from (statement for _, statement in software.prepare)
        yield from (s for listed in software.canonical.values() for s in listed)
        yield from software.coverage
    home = files("stocktake.commerce")
    for name in COMMERCE:
        yield from read_statements(home / f"{name}.sql", f"commerce/{name}.sql")


@pytest.mark.parametrize("statement", _statements(), ids=lambda statement: statement.rule)
def test_every_statement_has_a_spark_form(statement):
    (spark,) = sqlglot.transpile(
        statement.sql, read="duckdb", write="spark", unsupported_level=ErrorLevel.RAISE
    )
    assert sqlglot.parse_one(spark, read="spark")


@pytest.mark.parametrize("software", supported(), ids=lambda software: software.name)
def test_folders_keep_to_the_vocabulary(software):
    words = {status for _, status in software.lookups["status_words"][1]}
    assert words <= set(ORDER_STATUSES)
    methods = {row[1] for row in software.lookups["method_patterns"][1]}
    assert methods <= {"card", "crypto", "bank", "voucher", "cash", "balance", "other"}
    assert set(software.canonical) <= set(TABLES)
    folder = files("stocktake") / software.home
    assert not list(Path(str(folder)).rglob("*.py"))
    # every table that the mapping reads is accounted for, and none of them is called unmapped
    text = (folder / "coverage.sql").read_text("utf-8")
    assert [name for name in software.tables if f"'{name}'" not in text] == []
    assert not set(software.tables) & set(software.ignored)


def test_statements_are_cut_and_numbered(tmp_path):
    file = tmp_path / "x.sql"
    file.write_text(
        "-- one; not a cut\nSELECT ';' AS a;\n\n\n/* two */ WITH b AS (SELECT 1)\nSELECT * FROM b\n"
    )
    first, second = read_statements(file, "shops/x/x.sql")
    assert (first.rule, first.sql) == ("shops/x/x.sql:2", "SELECT ';' AS a")
    assert second.rule == "shops/x/x.sql:5"
    assert second.sql.endswith("SELECT * FROM b")


def _functions():
    connection = connect()
    connection.execute(files("stocktake.engine").joinpath("functions.sql").read_text("utf-8"))
    return connection


@pytest.mark.parametrize(
    ("sql", "value"),
    [
        ("to_money('12.30')", Decimal("12.3")),
        ("to_money(' 1e3 ')", Decimal(1000)),
        ("to_money('0.1') + to_money('0.2')", Decimal("0.3")),
        ("to_money(CAST(0.1 AS DOUBLE))", Decimal("0.1")),
        ("to_money('1,5')", None),
        ("to_money('')", None),
        ("to_money('NaN')", None),
        ("to_money('999999999999999999999999')", None),
        ("unix_to_utc('1700000000')", datetime(2023, 11, 14, 22, 13, 20)),
        ("unix_to_utc(1700000000)", datetime(2023, 11, 14, 22, 13, 20)),
        ("unix_to_utc('99999999999999999999')", None),
        ("unix_to_utc('soon')", None),
        ("known_zone('Europe/London')", "Europe/London"),
        ("known_zone('+05:30')", "+05:30"),
        ("known_zone('+25:30')", None),
        ("known_zone('Moon')", None),
        ("known_zone(NULL)", None),
        ("local_to_utc(TIMESTAMP '2024-07-01 12:00', 'Europe/London')", datetime(2024, 7, 1, 11)),
        ("local_to_utc(TIMESTAMP '2024-01-01 12:00', 'Europe/London')", datetime(2024, 1, 1, 12)),
        ("local_to_utc(TIMESTAMP '2024-01-01 12:00', '-03:30')", datetime(2024, 1, 1, 15, 30)),
        # happened twice: the later; skipped: as if the clocks had not gone forward
        ("local_to_utc(TIMESTAMP '2024-10-27 01:30', 'Europe/London')", datetime(2024, 10, 27, 1, 30)),
        ("local_to_utc(TIMESTAMP '2024-03-31 01:30', 'Europe/London')", datetime(2024, 3, 31, 1, 30)),
        ("local_to_utc(CAST(NULL AS TIMESTAMP), 'Europe/London')", None),
        ("local_to_utc(TIMESTAMP '2024-01-01', NULL)", None),
        ("round_to(CAST('1.005' AS DECIMAL(38,12)), 2)", Decimal("1.01")),
        ("round_to(CAST('-1.005' AS DECIMAL(38,12)), 2)", Decimal("-1.01")),
        ("round_to(CAST('1.5' AS DECIMAL(38,12)), 0)", Decimal(2)),
        ("round_to(CAST('1.2345' AS DECIMAL(38,12)), 3)", Decimal("1.235")),
        ("round_to(CAST('1.2345' AS DECIMAL(38,12)), -1)", Decimal("1.23")),
        ("ratio(to_money('10'), to_money('3'))", Decimal("3.33333333")),
        ("ratio(to_money('-20'), to_money('3'))", Decimal("-6.66666667")),
        ("ratio(to_money('2.5'), to_money('0.5'))", Decimal(5)),
        ("ratio(to_money('1'), to_money('0'))", None),
        ("ratio(NULL, to_money('1'))", None),
        ("unescape_html('a &lt;b&gt; &amp;amp; &quot;c&#039;')", "a <b> &amp; \"c'"),
        ("unescape_html('plain')", "plain"),
        ("hex_to_ip('c0a801ff')", "192.168.1.255"),
        ("hex_to_ip('4142000A')", "65.66.0.10"),
        ("hex_to_ip('20010db8000000000000000000000001')", "2001:0db8:0000:0000:0000:0000:0000:0001"),
        ("hex_to_ip('61626')", None),
        ("hex_to_ip(NULL)", None),
    ],
)
def test_engine_functions(sql, value):
    (found,) = _functions().execute(f"SELECT {sql}").fetchone()
    assert found == value


def test_several_shops_in_one_dump_are_told_apart(mariadb, tmp_path):
    first = WooCommerce.fresh(mariadb, "many", "a_")
    first.order(1, "wc-completed", "10.00")
    second = WooCommerce(mariadb, "many", "b_")
    second.tables("b_")
    second.option("siteurl", "http://b.test")
    second.order(1, "wc-completed", "20.00", order_currency="USD")
    first.dump()
    second.dump()
    third = OpenCart.fresh(mariadb, "many2", "oc_")
    third.order(1, 5, "30.0000")
    third.dump()
    case = new_case(tmp_path)
    take_in(case, mariadb.dump("--skip-dump-date", "--databases", "many", "many2"))
    found = [(shop.software, shop.database, shop.prefix) for shop in recognise(case, "KC/1")]
    assert found == [
        ("woocommerce", "many", "a_"),
        ("woocommerce", "many", "b_"),
        ("opencart", "many2", "oc_"),
    ]
    result = mapped(case)
    assert result.all("SELECT order_id, total FROM orders ORDER BY total") == [
        ("order:KC/1/a_posts/1", Decimal(10)),
        ("order:KC/1/b_posts/1", Decimal(20)),
        ("order:KC/1/oc_order/1", Decimal(30)),
    ]
    assert result.one("SELECT count(DISTINCT site_id) FROM orders") == 3


def test_two_dumps_of_one_shop_do_not_share_ids(mariadb, tmp_path):
    shop = WooCommerce.fresh(mariadb, "twice")
    shop.order(1, "wc-completed", "10.00")
    case = new_case(tmp_path)
    dump = shop.dump()
    take_in(case, dump, path="monday.sql")
    take_in(case, dump, path="sunday.sql")
    result = mapped(case)
    assert result.one("SELECT count(DISTINCT order_id) FROM orders") == 2


def test_a_dump_with_a_file_a_table_is_one_shop(mariadb, tmp_path):
    shop = WooCommerce.fresh(mariadb, "split")
    shop.user(7, "bob")
    shop.order(1, "wc-completed", "10.00", customer_user="7")
    shop.dump()
    case = new_case(tmp_path)
    for table in ("posts", "postmeta", "users", "usermeta", "options"):
        take_in(case, mariadb.dump("--skip-dump-date", "split", f"wp_{table}"), path=f"dump/{table}.sql")
    result = mapped(case)
    assert result.all("SELECT account_id, total FROM orders") == [("account:KC/1/wp_users/7", Decimal(10))]
    assert result.dict("SELECT table_name, path FROM sources")["wp_users"] == "dump/users.sql"


def test_rows_without_a_key_are_named_by_their_place(mariadb, tmp_path):
    shop = WooCommerce.fresh(mariadb, "keyless")
    shop.order(5, "wc-completed", "10.00")
    for table in ("posts", "postmeta"):
        shop.sql(f"CREATE TABLE {{p}}new AS SELECT * FROM {{p}}{table}")
        shop.sql(f"DROP TABLE {{p}}{table}")
        shop.sql(f"RENAME TABLE {{p}}new TO {{p}}{table}")
    result = shop.mapped(tmp_path)
    # no primary key is declared, so the folder's own tells the row
    assert result.all("SELECT order_id FROM orders") == [("order:KC/1/wp_posts/5",)]
    shop.sql("ALTER TABLE {p}postmeta DROP meta_id")
    result = shop.mapped(tmp_path / "again")
    assert result.all("SELECT source_id, amount FROM payments") == [
        ("source:KC/1/wp_postmeta/#1", Decimal(10))
    ]


def test_a_dump_without_definitions_is_mapped_by_its_column_lists(mariadb, tmp_path):
    shop = WooCommerce.fresh(mariadb, "bare")
    shop.order(5, "wc-completed", "10.00")
    case = new_case(tmp_path)
    shop.dump()
    take_in(case, mariadb.dump("--skip-dump-date", "--no-create-info", "--complete-insert", "bare"))
    result = mapped(case)
    assert result.all("SELECT status, total, placed_at FROM orders") == [
        ("completed", Decimal(10), datetime(2024, 7, 1, 12))
    ]


def test_text_that_is_no_number_is_told(mariadb, tmp_path):
    shop = WooCommerce.fresh(mariadb, "misfit")
    shop.order(5, "wc-completed", "10.00")
    shop.sql("ALTER TABLE {p}postmeta MODIFY post_id varchar(20)")
    shop.meta(6, _x="1")
    shop.sql("UPDATE {p}postmeta SET post_id = 'six' WHERE post_id = '6'")
    result = shop.mapped(tmp_path)
    assert result.one("SELECT total FROM orders") == Decimal(10)
    assert [message for message in result.messages("warning") if "are no BIGINT" in message] == [
        "1 values of wp_postmeta.post_id are no BIGINT; the mapping sees nothing there and the raw table keeps them."
    ]


def test_tables_that_no_mapping_covers_are_in_the_books(mariadb, tmp_path):
    shop = WooCommerce.fresh(mariadb, "books")
    shop.order(1, "wc-completed", "10.00")
    shop.sql("CREATE TABLE {p}parrots (id int)")
    shop.sql("INSERT INTO {p}parrots VALUES (1), (2)")
    shop.sql("CREATE TABLE hens (id int)")
    shop.sql("INSERT INTO {p}wc_tax_rate_classes (name, slug) VALUES ('a', 'b')")
    result = shop.mapped(tmp_path)
    rows = "SELECT reason, CAST(found AS BIGINT), CAST(mapped AS BIGINT) FROM completeness WHERE table_name = '{}'"
    assert result.all(rows.format("wp_parrots")) == [("no mapping covers this table", 2, 0)]
    assert result.all(rows.format("hens")) == [("the table is empty", 0, 0)]
    assert result.all(rows.format("wp_wc_tax_rate_classes")) == [("tax rates set for the shop", 1, 0)]
    found, mapped_bytes = result.one(
        "SELECT sum(found), sum(mapped) FROM completeness WHERE measure = 'bytes' AND table_name = 'shop.sql'"
    )
    assert found == len(shop.dump())
    assert 0 < mapped_bytes < found


def test_an_exhibit_without_a_shop_still_has_books_and_problems(tmp_path):
    case = new_case(tmp_path)
    take_in(case, b"CREATE TABLE t (a int);\nINSERT INTO t VALUES (1),('x")
    result = mapped(case)
    assert recognise(case, "KC/1") == []
    assert result.one("SELECT count(*) FROM orders") == 0
    assert result.messages()
    assert result.one("SELECT count(*) FROM completeness WHERE measure = 'rows'") >= 1


def test_wordpress_alone_is_no_shop(mariadb, tmp_path):
    shop = WooCommerce.fresh(mariadb, "blog")
    shop.post(1, "post", "publish")
    for (table,) in shop.sql("SHOW TABLES"):
        if "woocommerce" in str(table) or "wc_" in str(table):
            shop.sql(f"DROP TABLE `{table}`")
    case = new_case(tmp_path)
    take_in(case, shop.dump())
    assert recognise(case, "KC/1") == []


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A copy of OpenCart's folder, to be spoilt."""
    copy = tmp_path / "folder" / "opencart"
    shutil.copytree(str(files("stocktake") / "shops" / "opencart"), copy)
    return copy


def test_a_rule_that_fails_costs_a_problem_and_no_more(mariadb, tmp_path, folder, monkeypatch):
    (folder / "reviews.sql").write_text("SELECT nothing AS review_id FROM review;\n")
    (folder / "listings.sql").write_text("SELECT 1 AS no_such_column;\n")
    spoilt = read_folder(folder)
    monkeypatch.setattr(case_folders, "supported", lambda: [spoilt])
    monkeypatch.setattr(recognition, "supported", lambda: [spoilt])
    shop = OpenCart.fresh(mariadb, "spoilt")
    shop.order(1, 5, "10.0000")
    case = new_case(tmp_path)
    take_in(case, shop.dump())
    out = tmp_path / "out"
    out.mkdir()
    mapping.map_exhibit(case, "KC/1", out)
    connection = connect()
    told = connection.execute(
        f"SELECT message FROM '{out}/problems/part-00000.parquet' WHERE severity = 'error' ORDER BY 1"
    ).fetchall()
    assert len(told) == 2
    assert "shops/opencart/listings.sql:1" in told[0][0]
    assert "no_such_column" in told[0][0]
    assert "shops/opencart/reviews.sql:1" in told[1][0]
    assert connection.execute(f"SELECT total FROM '{out}/orders/part-00000.parquet'").fetchall() == [(10,)]


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda folder: (folder / "pears.sql").write_text("SELECT 1"), "pears.sql names no canonical table"),
        (lambda folder: (folder / "coverage.sql").unlink(), "coverage.sql"),
        (lambda folder: (folder / "prepare" / "site.sql").write_text(""), "ValueError"),
        (
            lambda folder: (folder / "shop.toml").write_text(
                (folder / "shop.toml").read_text("utf-8").replace('needs = ["code"]', 'needs = ["kode"]'),
                "utf-8",
            ),
            "kode",
        ),
        (
            lambda folder: (folder / "shop.toml").write_text(
                (folder / "shop.toml").read_text("utf-8").replace('name = "method_json"', 'name = "order"'),
                "utf-8",
            ),
            "two tables the name order",
        ),
    ],
)
def test_a_folder_that_is_not_as_it_must_be_is_refused(folder, change, says):
    change(folder)
    with pytest.raises((FolderError, FileNotFoundError), match=says):
        read_folder(folder)


def test_recognition_says_what_it_rests_on(mariadb, tmp_path):
    shop = OpenCart.fresh(mariadb, "known", "zz")
    shop.sql("CREATE TABLE zzextra (id int)")
    case = new_case(tmp_path)
    take_in(case, shop.dump())
    (found,) = recognise(case, "KC/1")
    assert isinstance(found, recognition.Recognition)
    assert (found.software, found.prefix, found.version, found.ref) == ("opencart", "zz", "3", "KC/1/zz")
    assert 0.9 < found.sure <= 1
    assert "order" in found.reasons[0]
    assert "zzextra" in found.uncovered
