"""Shops in a real MariaDB, dumped by the real mariadb-dump, read and mapped; and what the mapping made."""

import hashlib
import io
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib.resources import files
from itertools import count
from pathlib import Path
from typing import Any, BinaryIO

import duckdb

from servers import MariaDB
from stocktake.case import Case, Settings, folder_name
from stocktake.commerce.model import TABLES
from stocktake.engine import duck
from stocktake.records import mysqldump
from stocktake.records.raw import UnitWriter, unit_name
from stocktake.shops.mapping import map_exhibit


def new_case(folder: Path, time_zone: str = "Europe/London") -> Case:
    settings = Settings("R/1", "Operation Test", "", "", time_zone, datetime(2026, 1, 2, tzinfo=UTC))
    return Case.create(folder / "test.case", settings)


def take_in(
    case: Case,
    dump: bytes,
    exhibit: str = "KC/1",
    path: str = "shop.sql",
    read: Callable[[BinaryIO, UnitWriter], None] = mysqldump.read,
) -> None:
    """One dump as one unit of the exhibit."""
    with UnitWriter(case.raw / folder_name(exhibit) / unit_name(path)) as unit:
        read(io.BytesIO(dump), unit)
        unit.finish(
            exhibit=exhibit,
            path=path,
            container="",
            sha256=hashlib.sha256(dump).hexdigest(),
            bytes=len(dump),
            kind="mysqldump",
        )


@dataclass
class Mapped:
    """The canonical rows of an exhibit, to be asked."""

    out: Path
    connection: duckdb.DuckDBPyConnection

    def all(self, sql: str) -> list[tuple[Any, ...]]:
        return self.connection.execute(sql).fetchall()

    def one(self, sql: str) -> Any:
        (row,) = self.all(sql)
        return row[0] if len(row) == 1 else row

    def dict(self, sql: str) -> dict[Any, Any]:
        return dict(self.all(sql))

    def messages(self, severity: str | None = None) -> list[str]:
        return [m for s, m in self.all("SELECT severity, message FROM problems") if severity in (None, s)]


def mapped(case: Case, exhibit: str = "KC/1", elsewhere: dict[str, list[Path]] | None = None) -> Mapped:
    """Map the exhibit, and check what must hold of every mapping. ``elsewhere`` as for `map_exhibit`."""
    out = case.path.parent / f"mapped-{folder_name(exhibit)}"
    out.mkdir(exist_ok=True)
    map_exhibit(case, exhibit, out, elsewhere)
    connection = duck.connect()
    for table, columns in TABLES.items():
        parts = sorted((out / table).glob("*.parquet"))
        source = f"SELECT * FROM {duck.parquet(parts)}" if parts else duck.empty(columns)
        connection.execute(f"CREATE VIEW {duck.quoted(table)} AS {source}")
    result = Mapped(out, connection)
    assert_sound(result, case, exhibit)
    return result


def assert_sound(result: Mapped, case: Case, exhibit: str) -> None:
    """Every row has a source that is there, a rule that is there; the books balance; ids are unique."""
    from stocktake.records.catalogue import manifests, raw_tables

    # Items of an inventory have their sources from `process`, which writes them beside the mapping's.
    listed = [item["path"] for unit in manifests(case, exhibit) for item in unit.get("items", ())]
    items = {f"source:{exhibit}/{path}" for path in listed}
    made = [table for table in TABLES if list((result.out / table).glob("*.parquet"))]
    for table in made:
        dangling = result.all(
            f"SELECT DISTINCT source_id FROM {table} WHERE source_id IS NOT NULL "
            "AND source_id NOT IN (SELECT source_id FROM sources)"
        )
        assert {source_id for (source_id,) in dangling} <= items, table
        described = result.all(f"DESCRIBE {table}")
        assert {name: kind for name, kind, *_ in described} == TABLES[table], table
        for (rule,) in result.all(f"SELECT DISTINCT rule FROM {table}"):
            file, _, line = rule.partition(":")
            if file.endswith(".sql"):
                home = case.path if file.startswith("mappings/") else files("stocktake")
                text = (home / file).read_text("utf-8").splitlines()[int(line) - 1]
                assert re.match(r"(SELECT|WITH)\b", text), (rule, text)
        if table not in ("takings", "problems", "site_names", "price_tiers"):
            assert not result.all(f"SELECT 1 FROM {table} WHERE source_id IS NULL"), table
    assert not result.all("SELECT * FROM completeness WHERE found <> mapped + set_aside")
    books = result.dict(
        "SELECT table_name, CAST(sum(found) AS BIGINT) FROM completeness WHERE measure = 'rows' GROUP BY 1"
    )
    for table in raw_tables(case, exhibit):
        assert books[table.label] == table.rows + sum(table.set_aside.values()), table.label
    assert result.one("SELECT count(*) FROM sources") == result.one(
        "SELECT count(DISTINCT source_id) FROM sources"
    )
    totals = result.dict("SELECT site_id, sum(total) FROM orders GROUP BY 1")
    money = result.dict(
        "SELECT site_id, sum(found) FROM completeness WHERE measure = 'money' AND table_name = 'orders' GROUP BY 1"
    )
    assert {site: total or 0 for site, total in totals.items()} == money
    failed = [m for m in result.messages("error") if "could not be applied" in m or "account" in m]
    assert not failed, failed


@dataclass
class Shop:
    """A database of a shop on the real server, that tests put rows into."""

    server: MariaDB
    database: str
    prefix: str
    keys: "count[int]" = field(default_factory=lambda: count(1))
    waiting: list[tuple[str, tuple[Any, ...]]] = field(default_factory=list)

    def insert(self, table: str, **row: Any) -> None:
        """Put in a row; columns that are not named get whatever the server gives them."""
        names = ", ".join(f"`{name}`" for name in row)
        marks = ", ".join(["%s"] * len(row))
        statement = f"INSERT INTO `{self.prefix}{table}` ({names}) VALUES ({marks})"
        self.waiting.append((statement, tuple(row.values())))

    def _put_in(self) -> None:
        if not self.waiting:
            return
        with (
            self.server.connect(self.database, autocommit=False) as connection,
            connection.cursor() as cursor,
        ):
            cursor.execute("SET sql_mode = ''")
            for statement, values in self.waiting:
                cursor.execute(statement, values)
            connection.commit()
        self.waiting.clear()

    def sql(self, statement: str) -> list[tuple[Any, ...]]:
        self._put_in()
        return self.server.sql(statement.replace("{p}", self.prefix), self.database)

    def dump(self, *options: str) -> bytes:
        self._put_in()
        return self.server.dump("--skip-dump-date", *options, self.database)

    def mapped(self, folder: Path, time_zone: str = "Europe/London") -> Mapped:
        case = new_case(folder, time_zone)
        take_in(case, self.dump())
        return mapped(case)


class WooCommerce(Shop):
    """WordPress with WooCommerce, by the real schema."""

    @classmethod
    def fresh(cls, server: MariaDB, database: str, prefix: str = "wp_", **options: str) -> "WooCommerce":
        shop = cls(server, server.fresh(database), prefix)
        shop.tables(prefix)
        settings = {
            "siteurl": "http://example.test/shop",
            "home": "http://example.test",
            "blogname": "Test Shop",
            "blogdescription": "a tag line",
            "admin_email": "boss@example.test",
            "woocommerce_currency": "GBP",
            "timezone_string": "Europe/London",
            "gmt_offset": "0",
            "woocommerce_version": "9.9.5",
        }
        for name, value in {**settings, **options}.items():
            shop.option(name, value)
        return shop

    def tables(self, prefix: str) -> None:
        schema = (files("stocktake.demo") / "schema" / "woocommerce.sql").read_text("utf-8")
        schema = schema.replace("{p}", prefix).replace("{c}", "ENGINE=Aria DEFAULT CHARSET=utf8mb4")
        self.server.load(f"SET sql_mode = '';\n{schema}".encode(), self.database)

    def option(self, name: str, value: str) -> None:
        self.insert("options", option_name=name, option_value=value)

    def user(self, number: int, login: str, role: str = "customer", **meta: str) -> None:
        self.insert(
            "users",
            ID=number,
            user_login=login,
            user_email=f"{login}@example.test",
            user_registered="2024-01-02 03:04:05",
            display_name=login.title(),
        )
        capabilities = f'a:1:{{s:{len(role)}:"{role}";b:1;}}'
        for key, value in {f"{self.prefix}capabilities": capabilities, **meta}.items():
            self.insert("usermeta", user_id=number, meta_key=key, meta_value=value)

    def post(self, number: int, kind: str, status: str, **row: Any) -> None:
        texts = dict.fromkeys(
            (
                "post_content",
                "post_title",
                "post_excerpt",
                "to_ping",
                "pinged",
                "post_content_filtered",
            ),
            "",
        )
        times = {
            "post_date": "2024-07-01 13:00:00",
            "post_date_gmt": "2024-07-01 12:00:00",
            "post_modified": "2024-07-01 13:00:00",
            "post_modified_gmt": "2024-07-01 12:00:00",
        }
        self.insert("posts", ID=number, post_type=kind, post_status=status, **{**texts, **times, **row})

    def meta(self, number: int, **meta: str) -> None:
        for key, value in meta.items():
            self.insert("postmeta", post_id=number, meta_key=key, meta_value=value)

    def order(self, number: int, status: str, total: str, *, post: Any = None, **meta: str) -> None:
        """An order in the posts store; keyword names are meta keys without their first underscore."""
        self.post(number, "shop_order", status, **(post or {}))
        given = {"order_total": total, "order_currency": "GBP", "payment_method": "stripe", **meta}
        self.meta(number, **{f"_{key}": value for key, value in given.items()})

    def refund(self, number: int, order: int, amount: str, **row: Any) -> None:
        self.post(number, "shop_order_refund", "wc-completed", post_parent=order, **row)
        self.meta(number, _order_total=f"-{amount}", _refund_amount=amount, _order_currency="GBP")

    def hpos(self, number: int, status: str, total: str, *, paid: str | None = None, **row: Any) -> None:
        """An order in the high-performance store."""
        given = {"type": "shop_order", "currency": "GBP", "date_created_gmt": "2024-07-01 12:00:00"}
        self.insert("wc_orders", id=number, status=status, total_amount=total, **{**given, **row})
        self.insert("wc_order_operational_data", order_id=number, date_paid_gmt=paid)

    def line(self, order: int, title: str, quantity: str, total: str, **meta: str) -> int:
        number = next(self.keys)
        self.insert(
            "woocommerce_order_items",
            order_item_id=number,
            order_item_name=title,
            order_item_type="line_item",
            order_id=order,
        )
        given = {"_qty": quantity, "_line_subtotal": total, "_line_total": total, **meta}
        for key, value in given.items():
            self.insert("woocommerce_order_itemmeta", order_item_id=number, meta_key=key, meta_value=value)
        return number


@dataclass
class OpenCart(Shop):
    """OpenCart, by the real schema of 3.0, changed to what another version has."""

    version: str = "3"

    @classmethod
    def fresh(cls, server: MariaDB, database: str, prefix: str = "oc_", version: str = "3") -> "OpenCart":
        shop = cls(server, server.fresh(database), prefix, version=version)
        schema = (
            (files("stocktake.demo") / "schema" / "opencart.sql").read_text("utf-8").replace("{p}", prefix)
        )
        server.load(f"SET sql_mode = '';\n{schema}".encode(), database)
        shop.change()
        shop.settings(config_name="Test Shop", config_currency="GBP", config_email="boss@example.test")
        shop.settings(config_language="en-gb", config_complete_status='["5","3"]')
        shop.insert("language", language_id=1, name="English", code="en-gb", status=1)
        for number, name in {
            1: "Pending", 2: "Processing", 3: "Shipped", 5: "Complete", 7: "Canceled", 10: "Failed",
            11: "Refunded", 13: "Chargeback", 17: "Part Refunded",
        }.items():  # fmt: skip
            shop.insert("order_status", order_status_id=number, language_id=1, name=name)
        for code, places, value in (("GBP", "2", 1), ("EUR", "2", 1.17), ("JPY", "0", 190)):
            shop.insert("currency", code=code, decimal_place=places, value=value, title=code, status=1)
        return shop

    def change(self) -> None:
        """The columns and tables that differ from 3.0, as the installers of these versions have them."""
        changes = {
            "1.5": [
                "ALTER TABLE {p}setting CHANGE `code` `group` varchar(32) NOT NULL",
                "ALTER TABLE {p}order_total ADD `text` varchar(255) NOT NULL DEFAULT '' AFTER title",
                "ALTER TABLE {p}customer DROP custom_field, DROP safe, DROP code, DROP language_id",
                "ALTER TABLE {p}customer ADD approved tinyint(1) NOT NULL DEFAULT 1",
                "ALTER TABLE {p}order DROP custom_field, DROP payment_custom_field, DROP shipping_custom_field",
                "DROP TABLE {p}order_shipment, {p}shipping_courier, {p}customer_activity",
            ],
            "2": ["ALTER TABLE {p}customer ADD approved tinyint(1) NOT NULL DEFAULT 1"],
            "3": [],
            "4.0": [
                "ALTER TABLE {p}order_product ADD master_id int(11) NOT NULL DEFAULT 0 AFTER product_id",
                "ALTER TABLE {p}order DROP payment_code, DROP shipping_code, DROP fax, "
                "MODIFY payment_method text NOT NULL, MODIFY shipping_method text NOT NULL, "
                "ADD transaction_id varchar(100) NOT NULL DEFAULT ''",
                "ALTER TABLE {p}customer DROP salt, DROP fax, MODIFY password varchar(255) NOT NULL",
            ],
        }
        changes["4.1"] = [
            *changes["4.0"],
            "ALTER TABLE {p}product_discount ADD `type` char(1) NOT NULL DEFAULT 'F' AFTER price, "
            "ADD special tinyint(1) NOT NULL DEFAULT 0",
            "DROP TABLE {p}product_special",
        ]
        for change in changes[self.version]:
            self.sql(f"SET STATEMENT sql_mode = '' FOR {change}")

    def settings(self, store: int = 0, **settings: str) -> None:
        for key, value in settings.items():
            group = {"group" if self.version == "1.5" else "code": "config"}
            serialised = int(value[:1] == "[" or value[:2] == "a:")
            self.insert("setting", store_id=store, key=key, value=value, serialized=serialised, **group)

    def order(self, number: int, status: int, total: str, *, code: str = "stripe", **row: Any) -> None:
        given: dict[str, Any] = {
            "store_id": 0, "store_name": "Test Shop", "store_url": "http://example.test/", "firstname": "Ann",
            "lastname": "Lee", "email": f"ann{number}@example.test", "currency_code": "GBP",
            "currency_value": "1.0", "date_added": "2024-07-01 13:00:00", "payment_method": code.title(),
        }  # fmt: skip
        if self.version.startswith("4"):
            given["payment_method"] = f'{{"name":"{code.title()}","code":"{code}.{code}"}}'
        else:
            given["payment_code"] = code
        self.insert("order", order_id=number, order_status_id=status, total=total, **{**given, **row})

    def history(self, order: int, status: int, at: str, comment: str = "", notify: int = 0) -> None:
        self.insert(
            "order_history",
            order_id=order,
            order_status_id=status,
            date_added=at,
            comment=comment,
            notify=notify,
        )
