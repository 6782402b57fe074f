"""Telegram shop bots: databases in real SQLite and PostgreSQL, with the tables that the bots make."""

import hashlib
import sqlite3
from contextlib import closing
from datetime import datetime
from decimal import Decimal

from shop_case import mapped, new_case, take_in
from stocktake.case import folder_name
from stocktake.records import postgres, sqlite
from stocktake.records.raw import UnitWriter, unit_name

SEED = "legal winner thank year wave sausage worth useful legal winner thank yellow"
AIOGRAM = """
CREATE TABLE users (id INTEGER NOT NULL PRIMARY KEY, telegram_username VARCHAR UNIQUE, telegram_id INTEGER NOT NULL,
  btc_address VARCHAR NOT NULL UNIQUE, ltc_address VARCHAR NOT NULL UNIQUE, trx_address VARCHAR NOT NULL UNIQUE,
  last_balance_refresh DATETIME, top_up_amount FLOAT, consume_records FLOAT, registered_at DATETIME,
  seed VARCHAR NOT NULL UNIQUE, can_receive_messages BOOLEAN);
CREATE TABLE categories (id INTEGER NOT NULL PRIMARY KEY, name VARCHAR NOT NULL UNIQUE);
CREATE TABLE subcategories (id INTEGER NOT NULL PRIMARY KEY, name VARCHAR NOT NULL UNIQUE);
CREATE TABLE items (id INTEGER NOT NULL PRIMARY KEY, category_id INTEGER NOT NULL, subcategory_id INTEGER NOT NULL,
  private_data VARCHAR NOT NULL, price FLOAT NOT NULL, is_sold BOOLEAN NOT NULL, is_new BOOLEAN NOT NULL,
  description VARCHAR NOT NULL);
CREATE TABLE buys (id INTEGER NOT NULL PRIMARY KEY, buyer_id INTEGER, quantity INTEGER NOT NULL,
  total_price FLOAT NOT NULL, buy_datetime DATETIME, is_refunded BOOLEAN);
CREATE TABLE "buyItem" (id INTEGER NOT NULL PRIMARY KEY, buy_id INTEGER NOT NULL, item_id INTEGER NOT NULL);
CREATE TABLE deposits (id INTEGER NOT NULL PRIMARY KEY, tx_id VARCHAR NOT NULL UNIQUE, user_id INTEGER NOT NULL,
  network VARCHAR NOT NULL, token_name VARCHAR, amount BIGINT NOT NULL, is_withdrawn BOOLEAN, vout INTEGER,
  deposit_datetime DATETIME);
"""
GOODS = """
CREATE TABLE roles (id INTEGER PRIMARY KEY, name VARCHAR(64) UNIQUE, "default" BOOLEAN, permissions INTEGER);
CREATE TABLE users (telegram_id BIGINT NOT NULL PRIMARY KEY, role_id INTEGER, balance BIGINT NOT NULL,
  referral_id BIGINT, registration_date VARCHAR NOT NULL);
CREATE TABLE categories (name VARCHAR(100) NOT NULL PRIMARY KEY);
CREATE TABLE goods (name VARCHAR(100) NOT NULL PRIMARY KEY, price BIGINT NOT NULL, description TEXT NOT NULL,
  category_name VARCHAR(100) NOT NULL);
CREATE TABLE item_values (id INTEGER NOT NULL PRIMARY KEY, item_name VARCHAR(100) NOT NULL, value TEXT,
  is_infinity BOOLEAN NOT NULL);
CREATE TABLE bought_goods (id INTEGER NOT NULL PRIMARY KEY, item_name VARCHAR(100) NOT NULL, value TEXT NOT NULL,
  price BIGINT NOT NULL, buyer_id BIGINT NOT NULL, bought_datetime VARCHAR NOT NULL, unique_id BIGINT NOT NULL UNIQUE);
CREATE TABLE operations (id INTEGER NOT NULL PRIMARY KEY, user_id BIGINT NOT NULL, operation_value BIGINT NOT NULL,
  operation_time VARCHAR NOT NULL);
"""
GOODS_LATER = """
CREATE TABLE roles (id integer PRIMARY KEY, name varchar(64) UNIQUE, "default" boolean, permissions integer);
CREATE TABLE users (telegram_id bigint PRIMARY KEY, role_id integer, balance numeric(12,2) NOT NULL,
  registration_date timestamptz NOT NULL, is_blocked boolean);
CREATE TABLE categories (id integer PRIMARY KEY, name varchar(100) UNIQUE NOT NULL);
CREATE TABLE goods (id integer PRIMARY KEY, name varchar(100) UNIQUE NOT NULL, price numeric(12,2) NOT NULL,
  description text NOT NULL, category_id integer NOT NULL);
CREATE TABLE item_values (id integer PRIMARY KEY, item_id integer NOT NULL, value text, is_infinity boolean NOT NULL);
CREATE TABLE bought_goods (id integer PRIMARY KEY, item_name varchar(100) NOT NULL, value text NOT NULL,
  price numeric(12,2) NOT NULL, buyer_id bigint, bought_datetime timestamptz NOT NULL, unique_id bigint NOT NULL UNIQUE);
CREATE TABLE operations (id integer PRIMARY KEY, user_id bigint, operation_value numeric(12,2) NOT NULL,
  operation_time timestamptz NOT NULL);
CREATE TABLE payments (id integer PRIMARY KEY, provider varchar(32) NOT NULL, external_id varchar(128) NOT NULL,
  user_id bigint, amount numeric(12,2) NOT NULL, currency varchar(8) NOT NULL, status varchar(16) NOT NULL,
  created_at timestamptz NOT NULL, updated_at timestamptz NOT NULL);
"""


def take_in_sqlite(case, path, exhibit="KC/1"):
    with UnitWriter(case.raw / folder_name(exhibit) / unit_name(path.name)) as unit:
        unit.fingerprint_key = case.fingerprint_key()
        data = path.read_bytes()
        sqlite.read(path, unit)
        unit.finish(exhibit=exhibit, path=path.name, container="", sha256=hashlib.sha256(data).hexdigest(),
                    bytes=len(data), kind="sqlite")  # fmt: skip


def asked(path, sql):
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute(sql).fetchall()


def test_aiogramshopbot_in_sqlite(tmp_path):
    path = tmp_path / "bot.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(AIOGRAM)
        connection.execute("INSERT INTO users VALUES (1, 'ann', 555001, 'bc1ann', 'ltc1ann', 'TAnn', NULL, 50.5, 30.25,"
                           " '2024-01-02 03:04:05', ?, 1)", [SEED])  # fmt: skip
        connection.execute("INSERT INTO users VALUES (2, NULL, 555002, 'bc1bob', 'ltc1bob', 'TBob', NULL, 0, 0,"
                           " '2024-01-03 03:04:05', 'another seed phrase of bob', 1)")  # fmt: skip
        connection.execute("INSERT INTO categories VALUES (1, 'Accounts')")
        connection.execute("INSERT INTO subcategories VALUES (1, 'Gold'), (2, 'Never stocked')")
        for number in range(1, 6):
            connection.execute("INSERT INTO items VALUES (?, 1, 1, ?, 10.0, ?, 0, 'an account')",
                               [number, f"login{number}", number < 4])  # fmt: skip
        connection.execute(
            "INSERT INTO buys VALUES (1, 1, 2, 20.0, '2024-02-01 10:00:00', 0),"
            " (2, 1, 1, 10.25, '2024-02-02 10:00:00', 1), (3, 9, 1, 10.0, '2024-02-03 10:00:00', 0)"
        )
        connection.execute('INSERT INTO "buyItem" VALUES (1, 1, 1), (2, 1, 2), (3, 2, 3), (4, 77, 3)')
        connection.execute("INSERT INTO deposits VALUES (1, 'aa', 1, 'BTC', NULL, 150000, 0, 0, '2024-01-20 10:00:00'),"
                           " (2, 'bb', 1, 'TRX', 'USDT_TRC20', 25500000, 0, NULL, '2024-01-21 10:00:00')")  # fmt: skip
        connection.commit()
    case = new_case(tmp_path)
    take_in_sqlite(case, path)
    result = mapped(case)
    assert result.all("SELECT order_id, account_id, status, total, placed_at FROM orders ORDER BY 1") == [
        ("order:KC/1/buys/1", "account:KC/1/users/1", "completed", Decimal(20), datetime(2024, 2, 1, 10)),
        ("order:KC/1/buys/2", "account:KC/1/users/1", "refunded", Decimal("10.25"), datetime(2024, 2, 2, 10)),
        ("order:KC/1/buys/3", "account:KC/1/users/9", "completed", Decimal(10), datetime(2024, 2, 3, 10)),
    ]
    ((total,),) = asked(path, "SELECT sum(total_price) FROM buys WHERE NOT is_refunded")
    assert result.one("SELECT sum(amount) FROM takings WHERE counted") == Decimal(str(total))
    assert result.all("SELECT title, category, price, stock, status FROM listings") == [
        ("Gold", "Accounts", Decimal(10), Decimal(2), "in stock")
    ]
    assert result.one("SELECT count(*) FROM order_lines") == 3
    assert result.all("SELECT username, display_name, balance FROM accounts ORDER BY 1") == [
        ("555002", "Telegram 555002", Decimal(0)),
        ("ann", "Telegram 555001", Decimal("20.25")),
    ]
    assert result.all(
        "SELECT txid, asset, asset_amount, address FROM payments WHERE method = 'crypto' ORDER BY 1"
    ) == [("aa", "BTC", Decimal("0.0015"), "bc1ann"), ("bb", "USDTTRC20", Decimal("25.5"), "TAnn")]
    assert result.one("SELECT count(*) FROM observables WHERE kind = 'seed_phrase'") == 2
    assert SEED not in repr([result.all(f"SELECT * FROM '{part}'") for part in result.out.rglob("*.parquet")])
    assert any("currency that the bot keeps" in message for message in result.messages("warning"))


def test_aiogramshopbot_with_shipping_in_postgresql(postgresql, tmp_path):
    database = postgresql.fresh("bot_later")
    postgresql.sql(
        """
        CREATE TABLE users (id integer PRIMARY KEY, telegram_username varchar, telegram_id bigint NOT NULL,
          top_up_amount float, consume_records float, registered_at timestamp, is_banned boolean);
        CREATE TABLE categories (id integer PRIMARY KEY, name varchar NOT NULL);
        CREATE TABLE subcategories (id integer PRIMARY KEY, name varchar NOT NULL);
        CREATE TABLE items (id integer PRIMARY KEY, item_type varchar, category_id integer, subcategory_id integer,
          private_data varchar, price float NOT NULL, is_sold boolean, is_new boolean, description varchar);
        CREATE TABLE buys (id integer PRIMARY KEY, buyer_id integer, total_price float NOT NULL, buy_datetime timestamp,
          status varchar, discount float, shipping_address varchar, track_number varchar, shipping_option_id integer);
        CREATE TABLE "buyItem" (id integer PRIMARY KEY, buy_id integer NOT NULL, item_ids integer[] NOT NULL);
        CREATE TABLE reviews (id integer PRIMARY KEY, "buyItem_id" integer, text varchar, rating smallint NOT NULL,
          create_datetime timestamptz NOT NULL);
        CREATE TABLE payments (id integer PRIMARY KEY, user_id integer, processing_payment_id integer NOT NULL,
          message_id integer NOT NULL, is_paid boolean NOT NULL, expire_datetime timestamp);
        INSERT INTO users VALUES (1, 'ann', 5550010000, 40, 35, '2025-01-02 03:04:05', false);
        INSERT INTO categories VALUES (1, 'Tea'); INSERT INTO subcategories VALUES (1, 'Green');
        INSERT INTO items SELECT n, 'PHYSICAL', 1, 1, '', 10, n < 3, false, 'tea' FROM generate_series(1, 3) n;
        INSERT INTO buys VALUES (1, 1, 18, '2025-02-01 10:00:00', 'SHIPPED', 2, '1 High St, York', 'AB123456789GB', 1);
        INSERT INTO "buyItem" VALUES (5, 1, '{1,2}');
        INSERT INTO reviews VALUES (1, 5, 'good', 5, '2025-02-10 10:00:00+00');
        INSERT INTO payments VALUES (1, 1, 7001, 3, true, '2025-01-01'), (2, 1, 7002, 4, false, '2025-01-02');
        """,
        database,
    )
    case = new_case(tmp_path)
    take_in(case, postgresql.dump(database), "KC/1", "bot.sql", postgres.read)
    result = mapped(case)
    assert result.all("SELECT status, total, discount FROM orders") == [("shipped", Decimal(18), Decimal(2))]
    assert result.all("SELECT title, line_total FROM order_lines") == [("Green", Decimal(10))] * 2
    assert result.all("SELECT line1 FROM postal_addresses") == [("1 High St, York",)]
    assert result.all("SELECT tracking_number FROM shipments") == [("AB123456789GB",)]
    assert result.all("SELECT order_id, rating, body FROM reviews") == [
        ("order:KC/1/buys/1", Decimal(5), "good")
    ]
    assert result.all("SELECT reference, status FROM payments WHERE reference IS NOT NULL") == [
        ("7002", "failed")
    ]
    assert result.one("SELECT software_version FROM sites") == "with shipping"


def test_goods_and_item_values_in_sqlite(tmp_path):
    path = tmp_path / "database.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(GOODS)
        connection.execute("INSERT INTO roles VALUES (1, 'USER', 1, 1), (2, 'OWNER', 0, 127)")
        connection.execute("INSERT INTO users VALUES (100, 1, 15, NULL, '2024-01-02 03:04:05'),"
                           " (200, 2, 0, NULL, '2024-01-01 03:04:05')")  # fmt: skip
        connection.execute("INSERT INTO categories VALUES ('Keys')")
        connection.execute("INSERT INTO goods VALUES ('Key A', 25, 'a key', 'Keys')")
        connection.execute("INSERT INTO item_values VALUES (1, 'Key A', 'k1', 0), (2, 'Key A', 'k2', 0)")
        connection.execute("INSERT INTO bought_goods VALUES (1, 'Key A', 'k0', 25, 100, '2024-07-01 12:00:00', 9001),"
                           " (2, 'Renamed since', 'k9', 30, 0, '2024-07-02 12:00:00', 9002)")  # fmt: skip
        connection.execute("INSERT INTO operations VALUES (1, 100, 40, '2024-06-30 12:00:00')")
        connection.commit()
    case = new_case(tmp_path)
    take_in_sqlite(case, path)
    result = mapped(case)
    assert result.all(
        "SELECT number, account_id, total, placed_at, placed_at_recorded FROM orders ORDER BY number"
    ) == [
        ("9001", "account:KC/1/users/100", Decimal(25), datetime(2024, 7, 1, 11), "2024-07-01 12:00:00"),
        ("9002", None, Decimal(30), datetime(2024, 7, 2, 11), "2024-07-02 12:00:00"),
    ]
    ((total,),) = asked(path, "SELECT sum(price) FROM bought_goods")
    assert result.one("SELECT sum(amount) FROM takings WHERE counted") == total
    assert result.all("SELECT listing_id FROM order_lines ORDER BY line_total") == [
        ("listing:KC/1/goods/Key A",),
        (None,),
    ]
    assert result.all("SELECT title, category, price, stock FROM listings") == [
        ("Key A", "Keys", Decimal(25), Decimal(2))
    ]
    assert result.dict("SELECT username, kind FROM accounts") == {"100": "customer", "200": "admin"}
    assert result.all("SELECT amount, status FROM payments WHERE method <> 'balance'") == [
        (Decimal(40), "confirmed")
    ]


def test_goods_and_item_values_with_payments_in_postgresql(postgresql, tmp_path):
    database = postgresql.fresh("bot_goods")
    postgresql.sql(GOODS_LATER, database)
    postgresql.sql(
        """
        INSERT INTO roles VALUES (1, 'USER', true, 1); INSERT INTO categories VALUES (3, 'Keys');
        INSERT INTO users VALUES (100, 1, 5.50, '2025-01-02 03:04:05+00', false);
        INSERT INTO goods VALUES (7, 'Key A', 25.50, 'a key', 3);
        INSERT INTO item_values VALUES (1, 7, 'k1', false);
        INSERT INTO bought_goods VALUES (1, 'Key A', 'k0', 25.50, 100, '2025-07-01 12:00:00+00', 9001);
        INSERT INTO operations VALUES (1, 100, 40, '2025-06-30 12:00:05+00'), (2, 100, 5, '2025-06-30 13:00:00+00');
        INSERT INTO payments VALUES
          (1, 'cryptopay', 'inv1', 100, 40, 'USD', 'succeeded', '2025-06-30 12:00:00+00', '2025-06-30 12:00:05+00'),
          (2, 'stars', 'inv2', 100, 9, 'XTR', 'expired', '2025-06-30 12:00:00+00', '2025-06-30 12:00:05+00');
        """,
        database,
    )
    case = new_case(tmp_path)
    take_in(case, postgresql.dump(database), "KC/1", "bot.sql", postgres.read)
    result = mapped(case)
    assert result.all("SELECT placed_at, placed_at_recorded FROM orders") == [
        (datetime(2025, 7, 1, 12), None)
    ]
    assert result.all(
        "SELECT provider, amount, currency, reference, status FROM payments WHERE method <> 'balance' ORDER BY amount"
    ) == [
        (None, Decimal(5), None, None, "confirmed"),
        ("stars", Decimal(9), "XTR", "inv2", "failed"),
        ("cryptopay", Decimal(40), "USD", "inv1", "confirmed"),
    ]
    assert result.all("SELECT category, stock FROM listings") == [("Keys", Decimal(1))]
