"""Several sources of one shop, made by real servers: dumps of two moments and the live data directory."""

import hashlib
import re
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from command import environment
from servers import mariadb_server
from shop_case import OpenCart, WooCommerce, new_case
from stocktake.case import Case
from stocktake.commerce.tables import MAPPED, open_case
from stocktake.commerce.uniting import unite
from stocktake.custody.exhibit import add
from stocktake.custody.verification import verify
from stocktake.findings.why import why
from stocktake.process import process

pytestmark = pytest.mark.xdist_group("uniting")


@dataclass(frozen=True)
class Held:
    """A processed case, to be asked."""

    case: Case
    opened: list[duckdb.DuckDBPyConnection] = field(default_factory=list)

    def all(self, sql):
        if not self.opened:
            self.opened.append(open_case(self.case))
        return self.opened[0].execute(sql).fetchall()

    def one(self, sql):
        (row,) = self.all(sql)
        return row[0] if len(row) == 1 else row


def dated(dump: bytes, at: str) -> bytes:
    """The dump, ended at that time: a dump of an earlier night."""
    ended = re.sub(rb"-- Dump completed.*\n", b"-- Dump completed on " + at.encode() + b"\n", dump)
    assert ended != dump
    return ended


def held(folder: Path, *exhibits: dict[str, bytes | Path]) -> Held:
    """A case with these exhibits, a folder of files each, processed and sound."""
    folder.mkdir(exist_ok=True)
    case = new_case(folder)
    for number, files in enumerate(exhibits, 1):
        take_in(case, folder / f"exhibit-{number}", files)
    process(case)
    sound(Held(case))
    return Held(case)


def take_in(case: Case, home: Path, files: dict[str, bytes | Path]) -> None:
    for name, content in files.items():
        (home / name).parent.mkdir(parents=True, exist_ok=True)
        if isinstance(content, Path):
            shutil.copytree(content, home / name)
        else:
            (home / name).write_bytes(content)
    add(case, home)


def sound(found: Held) -> None:
    """What must hold of every case: the books balance, ids lead to rows, every older row is named once."""
    assert found.all("SELECT * FROM completeness WHERE found <> mapped + set_aside") == []
    for column, (table, key) in {
        "order_id": ("orders", "order_id"), "account_id": ("accounts", "account_id"),
        "listing_id": ("listings", "listing_id"), "site_id": ("sites", "site_id"),
    }.items():  # fmt: skip
        for other in ("orders", "order_lines", "payments", "postal_addresses", "reviews", "messages", "takings",
                      "shipments", "price_tiers", "accounts", "listings", "site_names"):  # fmt: skip
            columns = {name for name, *_ in found.all(f"DESCRIBE {other}")}
            if column in columns and other != table:
                lost = (
                    f"SELECT {column} FROM {other} WHERE {column} IS NOT NULL "
                    f"AND {column} NOT IN (SELECT {key} FROM {table})"
                )
                assert found.all(lost) == [], (other, column)
    money = found.all(
        "SELECT site_id, currency, sum(found) FROM completeness WHERE measure = 'money' "
        "AND table_name = 'orders' GROUP BY ALL ORDER BY ALL"
    )
    assert money == found.all("SELECT site_id, currency, sum(total) FROM orders GROUP BY ALL ORDER BY ALL")
    assert found.all("SELECT order_id FROM orders GROUP BY 1 HAVING count(*) > 1") == []
    assert found.all("SELECT superseded_id FROM superseded GROUP BY 1 HAVING count(*) > 1") == []
    assert found.all(
        "SELECT superseded_id FROM superseded WHERE superseded_id IN (SELECT order_id FROM orders)"
    ) == []  # fmt: skip
    assert found.all("SELECT change_id FROM row_changes GROUP BY 1 HAVING count(*) > 1") == []
    for table in ("orders", "superseded", "row_changes"):
        where = f"SELECT source_id FROM {table} WHERE source_id NOT IN (SELECT source_id FROM sources)"
        assert found.all(where) == [], table
    with found.case.locked("verify"):
        checked = verify(found.case)
    assert checked.exit_code == 0, checked.lines()


# ---- a shop whose operators delete, change and go on

MONTH, NIGHT = "2024-06-30 23:00:00", "2024-07-15  3:10:00"


def opened(server, database="shop") -> OpenCart:
    """Pedlar's shop: ten orders of two customers and of guests, with prices by quantity."""
    shop = OpenCart.fresh(server, database)
    shop.settings(config_url="http://pedlar.onion/", config_email="boss@pedlar.onion", config_name="Pedlar")
    for number in (1, 2):
        shop.insert(
            "customer", customer_id=number, customer_group_id=1, firstname=f"Ann{number}", lastname="Lee",
            email=f"ann{number}@example.test", telephone="0", password="x", salt="y", status=1,
            date_added=f"2024-01-0{number} 10:00:00",
        )  # fmt: skip
        shop.insert(
            "address", address_id=number, customer_id=number, firstname=f"Ann{number}", lastname="Lee",
            address_1=f"{number} Old Road", city="Town", postcode="AB1 2CD", country_id=222,
        )  # fmt: skip
    shop.insert("product", product_id=1, model="P1", price="10.0000", quantity=90, status=1,
                date_added="2024-01-01 09:00:00", date_modified="2024-01-01 09:00:00")  # fmt: skip
    shop.insert("product_description", product_id=1, language_id=1, name="Tea", description="leaf")
    shop.insert("product_to_store", product_id=1, store_id=0)
    for number, (quantity, price) in enumerate(((10, "9.0000"), (20, "8.0000")), 1):
        shop.insert("product_discount", product_discount_id=number, product_id=1, customer_group_id=1,
                    quantity=quantity, priority=1, price=price)  # fmt: skip
    for number in range(1, 11):
        order(shop, number, f"2024-06-{number:02d} 12:00:00", customer=number % 3)
    return shop


def order(shop: OpenCart, number: int, at: str, customer: int = 0, status: int = 5, **row) -> None:
    total = f"{number * 10}.0000"
    shop.order(
        number, status, total, customer_id=customer, date_added=at, shipping_firstname="Ann",
        shipping_address_1=f"{number} High Street", shipping_postcode="AB1 2CD", shipping_city="Town",
        payment_address_1=f"{number} High Street", **row,
    )  # fmt: skip
    for line in (1, 2):
        shop.insert("order_product", order_product_id=number * 2 + line, order_id=number, product_id=1,
                    name="Tea", model="P1", quantity=1, price=f"{number * 5}.0000",
                    total=f"{number * 5}.0000")  # fmt: skip
    shop.insert("order_total", order_id=number, code="total", title="Total", value=total, sort_order=9)
    shop.history(number, status, at, comment=f"note of {number}")


def go_on(shop: OpenCart) -> None:
    """Between the month's end and the raid: deleted, changed, raised, sold."""
    delete(shop, 3)
    shop.sql("UPDATE {p}order SET shipping_address_1 = '5 New Street' WHERE order_id = 5")
    shop.sql("DELETE FROM {p}order_product WHERE order_product_id = 14")  # the second line of order 6
    shop.sql("DELETE FROM {p}customer WHERE customer_id = 2")
    shop.sql("UPDATE {p}product SET price = 12 WHERE product_id = 1")
    shop.sql("UPDATE {p}product_discount SET price = 10.5 WHERE product_discount_id = 1")
    order(shop, 11, "2024-07-10 12:00:00", customer=1)
    order(shop, 12, "2024-07-14 12:00:00")


def delete(shop: OpenCart, number: int) -> None:
    for table in ("order", "order_product", "order_total", "order_history"):
        shop.sql(f"DELETE FROM {{p}}{table} WHERE order_id = {number}")


@pytest.fixture(scope="module")
def seized(tmp_path_factory):
    """Last month's backup, last night's dump, and the data directory of the server as it was switched off."""
    folder = tmp_path_factory.mktemp("seized")
    with mariadb_server() as server:
        shop = opened(server)
        month = dated(shop.dump(), MONTH)
        go_on(shop)
        night = dated(shop.dump(), NIGHT)
        delete(shop, 11)  # in the small hours of the raid
        order(shop, 13, "2024-07-15 05:00:00")
        shop.sql("SELECT 1")
        server.sql("SET GLOBAL innodb_fast_shutdown = 0")
        data = server.folder / "data"
        subprocess.run(
            ["mariadb-admin", "--no-defaults", f"--socket={server.socket}", "--user=root", "shutdown"],
            check=True,
        )
        shutil.copytree(data, folder / "data")
    return {"month": month, "night": night, "live": folder / "data"}


def told(found: Held) -> dict[str, object]:
    """What a case says of the shop, whatever its exhibits are called and in whatever order they came."""
    local = "regexp_replace({0}, '^([a-z]+):.*oc_', '\\1:')"
    return {
        "orders": found.all("SELECT number, total, status, placed_at FROM orders ORDER BY placed_at"),
        "lines": found.all(f"SELECT {local.format('line_id')}, line_total FROM order_lines ORDER BY ALL"),
        "takings": found.all("SELECT counted, reason, sum(amount) FROM takings GROUP BY ALL ORDER BY ALL"),
        "accounts": found.all(
            f"SELECT {local.format('account_id')}, kind, email, basis FROM accounts ORDER BY ALL"
        ),
        "tiers": found.all(
            "SELECT min_quantity, price, valid_from, valid_to, gone_by FROM price_tiers ORDER BY ALL"
        ),
        "changes": found.all(
            f"SELECT kind, table_name, {local.format('old_id')}, column_name, old_value, new_value, from_at, "
            "to_at FROM row_changes WHERE column_name IS DISTINCT FROM 'stock' ORDER BY ALL"
        ),
        "sites": found.one("SELECT count(*) FROM sites"),
    }


@pytest.fixture(scope="module")
def two(tmp_path_factory, seized):
    return held(
        tmp_path_factory.mktemp("two"), {"month.sql": seized["month"]}, {"night.sql": seized["night"]}
    )


def test_a_backup_and_last_nights_dump_are_one_shop_with_every_order_once(two):
    orders = two.all("SELECT number, total, exhibit FROM orders ORDER BY CAST(number AS INTEGER)")
    assert orders == [
        (str(number), Decimal(number * 10), "EX/1" if number == 3 else "EX/2") for number in range(1, 13)
    ]
    assert two.one("SELECT count(DISTINCT site_id) FROM orders") == 1
    assert two.one("SELECT sum(amount) FROM takings WHERE counted") == sum(range(1, 13)) * 10
    (united, score, agreeing, conflicting, reasons) = two.one(
        "SELECT united, score, agreeing, conflicting, reasons FROM same_site"
    )
    assert (united, score, agreeing, conflicting) == (True, 1.0, 10, 0)  # nine orders, one customer
    assert (
        "EX/2 night.sql is the newer: it is as of 2024-07-15 02:10:00 UTC by the end of the dump"
        in reasons[-1]
    )


def test_what_changed_and_what_vanished_is_kept(two):
    changes = two.all(
        "SELECT kind, table_name, old_id, column_name, old_value, new_value FROM row_changes "
        "ORDER BY kind, table_name, old_id, column_name"
    )
    assert changes == [
        ("changed", "listings", "listing:EX/1/oc_product/1", "price", "10", "12"),
        ("changed", "postal_addresses", "address:EX/1/oc_order/5/shipping", "line1", "5 High Street",
         "5 New Street"),
        ("vanished", "accounts", "account:EX/1/oc_customer/2", None, None, None),
        ("vanished", "order_lines", "line:EX/1/oc_order_product/14", None, None, None),
        ("vanished", "orders", "order:EX/1/oc_order/3", None, None, None),
    ]  # fmt: skip
    assert two.all("SELECT DISTINCT from_source, to_source, from_at, to_at FROM row_changes") == [
        ("EX/1", "EX/2", *two.one("SELECT other_moment, moment FROM same_site"))
    ]


def test_ids_of_rows_lead_to_the_row_that_stands(two):
    # The customer was deleted: the later dump knows of him from orders alone, the earlier one has his row.
    deleted = two.all("SELECT kind, email, basis, exhibit FROM accounts WHERE account_id LIKE '%customer/2'")
    assert deleted == [("customer", "ann2@example.test", "recorded", "EX/1")]
    assert two.all("SELECT DISTINCT account_id FROM orders WHERE number IN ('2', '5', '8')") == [
        ("account:EX/1/oc_customer/2",)
    ]
    # The order that vanished is of the united site, with its lines, and its product is the one that stands.
    assert (
        two.all(
            "SELECT l.listing_id, o.site_id FROM orders AS o JOIN order_lines AS l USING (order_id) "
            "WHERE o.number = '3'"
        )
        == [("listing:EX/2/oc_product/1", "site:EX/2/oc_store/0")] * 2
    )
    assert (
        two.one("SELECT count(*) FROM order_lines AS l JOIN orders USING (order_id) WHERE number = '6'") == 1
    )


def test_tiers_have_the_dates_for_which_the_sources_show_them(two):
    later, earlier = two.one("SELECT moment, other_moment FROM same_site")
    assert two.all(
        "SELECT min_quantity, price, valid_from, valid_to, gone_by, basis FROM price_tiers ORDER BY 1, 2"
    ) == [
        (10, Decimal(9), None, earlier, later, "derived"),
        (10, Decimal("10.5"), earlier, None, None, "derived"),
        (20, Decimal(8), None, None, None, "recorded"),
    ]


def test_older_versions_are_set_aside_in_the_accounts(two):
    assert two.all(
        "SELECT exhibit, table_name, found, mapped, set_aside, reason FROM completeness "
        "WHERE measure = 'rows' AND table_name IN ('oc_order', 'oc_order_product') ORDER BY ALL"
    ) == [
        ("EX/1", "oc_order", 1, 1, 0, None),
        ("EX/1", "oc_order", 9, 0, 9, "older version of a row in EX/2"),
        ("EX/1", "oc_order_product", 1, 0, 1, "no part of its order any more in EX/2"),
        ("EX/1", "oc_order_product", 2, 2, 0, None),
        ("EX/1", "oc_order_product", 17, 0, 17, "older version of a row in EX/2"),
        ("EX/2", "oc_order", 11, 11, 0, None),
        ("EX/2", "oc_order_product", 21, 21, 0, None),
    ]


def test_the_order_of_exhibits_and_their_number_make_no_difference(two, seized, tmp_path):
    turned = held(tmp_path / "turned", {"night.sql": seized["night"]}, {"month.sql": seized["month"]})
    assert told(turned) == told(two)
    together = held(tmp_path / "one", {"a/month.sql": seized["month"], "b/night.sql": seized["night"]})
    assert told(together) == told(two)


def test_live_data_dump_and_backup_in_one_exhibit_or_three(seized, tmp_path):
    parts = [{"month.sql": seized["month"]}, {"mysql": seized["live"]}, {"night.sql": seized["night"]}]
    apart = held(tmp_path / "three", *parts)
    assert apart.all("SELECT number, exhibit FROM orders ORDER BY CAST(number AS INTEGER)") == [
        (str(number), {3: "EX/1", 11: "EX/3"}.get(number, "EX/2")) for number in range(1, 14)
    ]
    assert apart.all(
        "SELECT table_name, old_id, from_source, to_source FROM row_changes WHERE kind = 'vanished' ORDER BY ALL"
    ) == [
        ("accounts", "account:EX/1/oc_customer/2", "EX/1", "EX/3"),
        ("order_lines", "line:EX/1/oc_order_product/14", "EX/1", "EX/3"),
        ("orders", "order:EX/1/oc_order/3", "EX/1", "EX/3"),
        ("orders", "order:EX/3/oc_order/11", "EX/3", "EX/2"),
    ]
    together = held(tmp_path / "one", {name: data for part in parts for name, data in part.items()})
    assert told(together)["orders"] == told(apart)["orders"]
    assert told(together)["changes"] == told(apart)["changes"]


# ---- runs


def tables(case: Case) -> dict[str, str]:
    return {
        str(path.relative_to(case.tables)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(case.tables.rglob("*"))
        if path.is_file()
    }


def test_a_source_that_comes_later_gives_what_one_run_gives_and_a_second_run_nothing(two, seized, tmp_path):
    case = new_case(tmp_path)
    take_in(case, tmp_path / "exhibit-1", {"month.sql": seized["month"]})
    process(case)
    before = Held(case).all("SELECT * FROM orders ORDER BY ALL")
    assert len(before) == 10
    take_in(case, tmp_path / "exhibit-2", {"night.sql": seized["night"]})
    assert process(case).exhibits == ["EX/2"]
    sound(Held(case))
    assert told(Held(case)) == told(two)
    assert rows_of(case) == rows_of(two.case)
    once = tables(case)
    assert process(case).exhibits == []
    assert tables(case) == once


def rows_of(case: Case) -> dict[str, str]:
    """The tables by part, but for what tells the times of the exhibits' files."""
    return {
        name: digest
        for name, digest in tables(case).items()
        if name.endswith(".parquet") and not name.startswith(("items", MAPPED))
    }


class Killed(BaseException):
    """The end of a run, wherever it was."""


def test_a_kill_at_any_moment_of_the_exchange_leaves_a_case_that_the_next_run_completes(
    two, seized, tmp_path, monkeypatch
):
    case = new_case(tmp_path)
    for number, part in enumerate(("month", "night"), 1):
        take_in(case, tmp_path / f"exhibit-{number}", {f"{part}.sql": seized[part]})
    process(case)
    for moment in (1, 4, 15, 30):
        for part in case.tables.glob("*.json"):  # as if another version had mapped: all is laid anew
            part.write_text(part.read_text().replace('"united_from"', '"united_before"'))
        left = [moment]

        def killed(act, left=left):
            def done(self, *given, **named):
                left[0] -= 1
                if left[0] == 0:
                    raise Killed
                return act(self, *given, **named)

            return done

        with monkeypatch.context() as patched:
            for name in ("replace", "rename", "unlink"):
                patched.setattr(Path, name, killed(getattr(Path, name)))
            with pytest.raises(Killed):
                unite(case, ["EX/1", "EX/2"], "rules")
        process(case)
        assert rows_of(case) == rows_of(two.case)
    sound(Held(case))


def test_a_run_that_is_killed_outright_is_completed(two, seized, tmp_path):
    case = new_case(tmp_path)
    for number, part in enumerate(("month", "night"), 1):
        take_in(case, tmp_path / f"exhibit-{number}", {f"{part}.sql": seized[part]})
    run = subprocess.Popen(
        [sys.executable, "-m", "stocktake", "process", case.path], env=environment(tmp_path),
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    while run.poll() is None and not (case.tables / MAPPED).exists():
        time.sleep(0.002)
    run.kill()
    run.wait()
    process(case)
    assert rows_of(case) == rows_of(two.case)
    sound(Held(case))


# ---- what must not be united


def test_a_clone_that_went_its_own_way_is_not_united(mariadb, tmp_path):
    shop = opened(mariadb, "first")
    old = shop.dump()
    mariadb.load(old, mariadb.fresh("second"))
    clone = OpenCart(mariadb, "second", "oc_")
    for number in (11, 12):
        order(shop, number, f"2024-07-{number} 12:00:00", email=f"here{number}@example.test")
        order(clone, number, f"2024-07-{number} 14:30:00", email=f"there{number}@example.test")
    files = ({"first.sql": dated(shop.dump(), NIGHT)}, {"second.sql": dated(clone.dump(), NIGHT)})
    found = held(tmp_path, *files)
    assert found.one("SELECT count(*) FROM orders") == 24
    united, conflicting, reasons = found.one("SELECT united, conflicting, reasons FROM same_site")
    assert (united, conflicting) == (False, 2)
    assert "went ways of their own" in " ".join(reasons)
    (message,) = [
        m for (m,) in found.all("SELECT message FROM problems WHERE severity = 'warning'") if "share" in m
    ]
    assert "sums over both count these twice" in message
    assert found.all("SELECT * FROM superseded") == []


def test_a_shop_set_up_from_anothers_copy_under_its_own_name_is_not_united(mariadb, tmp_path):
    shop = opened(mariadb, "template")
    mariadb.load(shop.dump(), mariadb.fresh("second"))
    second = OpenCart(mariadb, "second", "oc_")
    for key, value in {"url": "http://other.onion/", "name": "Other", "email": "boss@other.onion"}.items():
        second.sql(f"UPDATE {{p}}setting SET value = '{value}' WHERE `key` = 'config_{key}'")
    order(second, 11, "2024-07-12 12:00:00")
    found = held(tmp_path, {"a.sql": dated(shop.dump(), MONTH)}, {"b.sql": dated(second.dump(), NIGHT)})
    assert found.one("SELECT united FROM same_site") is False
    assert found.one("SELECT count(*) FROM sites") == 2
    assert found.one("SELECT count(*) FROM orders") == 21


def test_shops_that_share_nothing_but_numbers_are_not_compared(mariadb, tmp_path):
    first, second = opened(mariadb, "first"), OpenCart.fresh(mariadb, "second")
    for number in range(1, 11):
        order(second, number, f"2024-06-{number:02d} 12:00:01", customer=0)
    found = held(tmp_path, {"a.sql": dated(first.dump(), MONTH)}, {"b.sql": dated(second.dump(), NIGHT)})
    assert found.all("SELECT * FROM same_site") == []
    assert found.one("SELECT count(*) FROM orders") == 20


def test_a_number_that_was_given_out_again_is_another_order(mariadb, tmp_path):
    shop = opened(mariadb, "reused")
    month = dated(shop.dump(), MONTH)
    delete(shop, 10)
    shop.order(10, 5, "77.0000", date_added="2024-07-09 09:00:00", email="new@example.test")
    found = held(tmp_path, {"month.sql": month}, {"night.sql": dated(shop.dump(), NIGHT)})
    assert found.all("SELECT order_id, total FROM orders WHERE number = '10' ORDER BY 1") == [
        ("order:EX/1/oc_order/10", Decimal(100)),
        ("order:EX/2/oc_order/10", Decimal(77)),
    ]
    assert found.all("SELECT kind, old_id FROM row_changes WHERE table_name = 'orders'") == [
        ("vanished", "order:EX/1/oc_order/10")
    ]
    assert found.all(
        "SELECT o.total, count(l.line_id) FROM orders AS o LEFT JOIN order_lines AS l USING (order_id) "
        "WHERE number = '10' GROUP BY ALL ORDER BY ALL"
    ) == [(Decimal(77), 0), (Decimal(100), 2)]


def test_orders_that_moved_to_another_table_are_the_same_orders(mariadb, tmp_path):
    shop = WooCommerce.fresh(mariadb, "moved", siteurl="http://quill.onion", home="http://quill.onion")
    shop.user(1, "boss", "administrator")
    for number in (11, 12):
        shop.order(number, "wc-completed", f"{number}.00", billing_email=f"b{number}@example.test",
                   billing_address_1=f"{number} Road", billing_last_name="Lee", date_paid="1719835200")  # fmt: skip
        shop.line(number, "Tea", "1", f"{number}.00")
    month = dated(shop.dump(), MONTH)
    for number in (11, 12):
        shop.sql(f"DELETE FROM {{p}}posts WHERE ID = {number}")
        shop.sql(f"DELETE FROM {{p}}postmeta WHERE post_id = {number}")
        shop.hpos(number, "wc-completed", f"{number}.00", paid="2024-07-01 12:00:00",
                  billing_email=f"b{number}@example.test")  # fmt: skip
        shop.insert("wc_order_addresses", order_id=number, address_type="billing", last_name="Lee",
                    address_1=f"{number} Road", email=f"b{number}@example.test")  # fmt: skip
    shop.option("woocommerce_custom_orders_table_enabled", "yes")
    found = held(tmp_path, {"month.sql": month}, {"night.sql": dated(shop.dump(), NIGHT)})
    assert found.all("SELECT order_id FROM orders ORDER BY 1") == [
        ("order:EX/2/wp_wc_orders/11",),
        ("order:EX/2/wp_wc_orders/12",),
    ]
    assert found.one("SELECT count(*) FROM order_lines") == 2
    assert found.one("SELECT count(*) FROM accounts WHERE kind = 'guest'") == 2
    assert found.one("SELECT sum(amount) FROM takings WHERE counted") == 23


def test_a_dump_without_a_table_shows_no_deletion(mariadb, tmp_path):
    shop = opened(mariadb, "partial")
    month = dated(shop.dump(), MONTH)
    order(shop, 11, "2024-07-10 12:00:00")
    night = dated(shop.dump("--ignore-table=partial.oc_order_product"), NIGHT)
    found = held(tmp_path, {"month.sql": month}, {"night.sql": night})
    assert found.all("SELECT kind, count(*) FROM row_changes WHERE kind <> 'changed' GROUP BY 1") == []
    assert found.one("SELECT count(*) FROM order_lines") == 20  # those of the backup, in the newer orders


def test_an_old_id_says_what_stands_in_its_place(two):
    old = why(two.case, "order:EX/1/oc_order/4")
    assert old.rows[0]["row_id"] == "order:EX/2/oc_order/4"
    assert old.rows[0]["reason"] == "older version of a row in EX/2"
    assert [source.source_id for source in old.sources] == ["source:EX/1/oc_order/4"]
    assert b"ann4@example.test" in (old.sources[0].data or b"")
    now = why(two.case, "order:EX/2/oc_order/4")
    assert [source.source_id for source in now.sources] == [
        "source:EX/2/oc_order/4",
        "source:EX/1/oc_order/4",
    ]
