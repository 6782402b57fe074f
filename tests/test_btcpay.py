"""BTCPay Server: old and new invoices in a real PostgreSQL, dumped by pg_dump, beside the shop that they are for."""

import gzip
import json
from datetime import datetime
from decimal import Decimal

import pytest

from command import stocktake
from servers import PostgreSQL
from shop_case import WooCommerce, mapped, new_case, take_in
from stocktake.case import Case
from stocktake.commerce.tables import open_case
from stocktake.process import process
from stocktake.records import postgres

# Tables, columns, types and keys as BTCPay's own migrations leave them, as far as they are read.
COMMON = """
CREATE TABLE "Stores" ("Id" text PRIMARY KEY, "StoreName" text, "StoreWebsite" text, "DerivationStrategy" text,
  "DerivationStrategies" {json}, "StoreBlob" {json}, "SpeedPolicy" integer NOT NULL DEFAULT 0, "DefaultCrypto" text,
  "StoreCertificate" bytea);
CREATE TABLE "AspNetUsers" ("Id" text PRIMARY KEY, "Email" varchar(256), "UserName" varchar(256), "PasswordHash" text,
  "PhoneNumber" text, "SecurityStamp" text, "TwoFactorEnabled" boolean NOT NULL DEFAULT false,
  "Created" timestamptz);
CREATE TABLE "AspNetRoles" ("Id" text PRIMARY KEY, "Name" varchar(256));
CREATE TABLE "AspNetUserRoles" ("UserId" text, "RoleId" text, PRIMARY KEY ("UserId", "RoleId"));
CREATE TABLE "UserStore" ("ApplicationUserId" text, "StoreDataId" text, "Role" text,
  PRIMARY KEY ("ApplicationUserId", "StoreDataId"));
CREATE TABLE "ApiKeys" ("Id" varchar(50) PRIMARY KEY, "StoreId" varchar(50), "Type" integer NOT NULL DEFAULT 0,
  "UserId" varchar(50), "Label" text);
CREATE TABLE "Apps" ("Id" text PRIMARY KEY, "AppType" text, "Name" text, "Settings" {json}, "StoreDataId" text);
CREATE TABLE "Settings" ("Id" text PRIMARY KEY, "Value" {json});
CREATE TABLE "Refunds" ("InvoiceDataId" text, "PullPaymentDataId" varchar(30),
  PRIMARY KEY ("InvoiceDataId", "PullPaymentDataId"));
CREATE TABLE "__EFMigrationsHistory" ("MigrationId" varchar(150) PRIMARY KEY, "ProductVersion" varchar(32) NOT NULL);
"""
OLD = """
CREATE TABLE "Invoices" ("Id" text PRIMARY KEY, "Blob" bytea, "Created" timestamptz NOT NULL, "CustomerEmail" text,
  "ExceptionStatus" text, "ItemCode" text, "OrderId" text, "Status" text, "StoreDataId" text);
CREATE TABLE "Payments" ("Id" text PRIMARY KEY, "Blob" bytea, "InvoiceDataId" text,
  "Accounted" boolean NOT NULL DEFAULT false);
CREATE TABLE "AddressInvoices" ("Address" text PRIMARY KEY, "InvoiceDataId" text, "CreatedTime" timestamptz);
CREATE TABLE "PaymentRequests" ("Id" text PRIMARY KEY, "StoreDataId" text, "Status" integer NOT NULL, "Blob" bytea,
  "Created" timestamptz NOT NULL DEFAULT '1970-01-01 00:00:00+00');
CREATE TABLE "PullPayments" ("Id" varchar(30) PRIMARY KEY, "StoreId" varchar(50), "StartDate" timestamptz,
  "Archived" boolean NOT NULL DEFAULT false, "Blob" bytea);
CREATE TABLE "Payouts" ("Id" varchar(30) PRIMARY KEY, "Date" timestamptz NOT NULL, "PullPaymentDataId" varchar(30),
  "State" varchar(20) NOT NULL, "PaymentMethodId" varchar(20) NOT NULL, "Destination" text, "Blob" bytea,
  "Proof" bytea);
"""
NEW = """
CREATE TABLE "Invoices" ("Id" text PRIMARY KEY, "Blob" bytea, "Blob2" jsonb, "Created" timestamptz NOT NULL,
  "Currency" text, "Amount" numeric, "ExceptionStatus" text, "Status" text, "StoreDataId" text,
  "Archived" boolean NOT NULL DEFAULT false);
CREATE TABLE "Payments" ("Id" text, "PaymentMethodId" text, "InvoiceDataId" text, "Created" timestamptz,
  "Currency" text, "Amount" numeric, "Status" text, "Accounted" boolean, "Blob" bytea, "Blob2" jsonb,
  PRIMARY KEY ("Id", "PaymentMethodId"));
CREATE TABLE "AddressInvoices" ("Address" text, "PaymentMethodId" text, "InvoiceDataId" text,
  PRIMARY KEY ("Address", "PaymentMethodId"));
CREATE TABLE "PaymentRequests" ("Id" text PRIMARY KEY, "StoreDataId" text, "Created" timestamptz NOT NULL,
  "Expiry" timestamptz, "Currency" text, "Amount" numeric, "Title" text, "ReferenceId" text, "Status" text,
  "Archived" boolean NOT NULL DEFAULT false, "Blob" bytea, "Blob2" jsonb);
CREATE TABLE "PullPayments" ("Id" varchar(30) PRIMARY KEY, "StoreId" varchar(50), "Currency" text, "Limit" numeric,
  "Blob" jsonb);
CREATE TABLE "Payouts" ("Id" varchar(30) PRIMARY KEY, "Date" timestamptz NOT NULL, "PullPaymentDataId" varchar(30),
  "StoreDataId" text, "State" varchar(20) NOT NULL, "PayoutMethodId" varchar(20) NOT NULL, "DedupId" text,
  "Currency" text NOT NULL, "Amount" numeric, "OriginalCurrency" text NOT NULL, "OriginalAmount" numeric NOT NULL,
  "Blob" jsonb, "Proof" jsonb);
CREATE TABLE "WalletObjects" ("WalletId" text, "Type" text, "Id" text, "Data" jsonb,
  PRIMARY KEY ("WalletId", "Type", "Id"));
CREATE TABLE "WalletObjectLinks" ("WalletId" text, "AType" text, "AId" text, "BType" text, "BId" text, "Data" jsonb,
  PRIMARY KEY ("WalletId", "AType", "AId", "BType", "BId"));
"""
XPUB = "xpub6CUGRUonZSQ4TWtTMmzXdrXDtypWKiKrhko4egpiMZbpiaQL2jkwSB1icqYh2cfDfVxdx4df189oLKnC5fSwqPfgyP3hooxujYzAu3fDVmz"
MACAROON = "0201036c6e640247030a10b493608461fb6e64810053fa31ef27991201301a0c0a04696e666f120472656164"
ADDRESS = "bc1qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdq"
OLD_ADDRESS = "1BvBMSEYstWetqTFn5Au4m4GFg7xJaNVN2"


def money(text):
    return Decimal(text)


def literal(value):
    if value is None:
        return "NULL"
    if isinstance(value, bytes):
        return f"'\\x{value.hex()}'"
    if isinstance(value, dict):
        value = json.dumps(value)
    text = str(value).replace("'", "''")
    return f"'{text}'"


class BTCPay:
    """A BTCPay database on the real server, of one version or the other."""

    def __init__(self, server: PostgreSQL, database: str, tables: str):
        self.server, self.database = server, server.fresh(database)
        server.sql(COMMON.format(json="jsonb" if tables is NEW else "text") + tables, database)

    def insert(self, table, **row):
        names = ", ".join(f'"{name}"' for name in row)
        values = ", ".join(literal(value) for value in row.values())
        self.server.sql(f'INSERT INTO "{table}" ({names}) VALUES ({values})', self.database)

    def store(self, identity="S1", **row):
        self.insert(
            "Stores", Id=identity, **{"StoreName": "Till", "StoreWebsite": "http://example.test", **row}
        )

    def invoice(self, identity, amount, status, *, exception="", created="2024-07-01 12:00:00+00", **blob):
        told = {"version": 3, "metadata": blob.pop("metadata", {}), "rates": {"BTC": "50000.0"}, **blob}
        self.insert("Invoices", Id=identity, StoreDataId="S1", Created=created, Currency="GBP", Amount=amount,
                    Status=status, ExceptionStatus=exception, Blob2=told)  # fmt: skip

    def payment(self, invoice, number, amount, status="Settled", method="BTC-CHAIN", **row):
        identity = f"{number:064x}-0" if method == "BTC-CHAIN" else f"{number:064x}"
        self.insert("Payments", Id=identity, PaymentMethodId=method, InvoiceDataId=invoice, Currency="BTC", Amount=amount,
                    Status=status, Created="2024-07-01 12:05:00+00",
                    Blob2={"version": 2, "destination": row.pop("destination", ADDRESS), "divisibility": 8, "details":
                           {"outpoint": identity, "confirmationCount": 3}}, **row)  # fmt: skip

    def dump(self):
        return self.server.dump(self.database)


def read(case, btcpay, exhibit="KC/2"):
    take_in(case, btcpay.dump(), exhibit, "btcpay.sql", postgres.read)


def test_new_invoices_payments_and_refunds_equal_what_the_database_says(postgresql, tmp_path):
    btcpay = BTCPay(postgresql, "btcpay_new", NEW)
    btcpay.store(DerivationStrategies={"BTC-CHAIN": {"accountDerivation": f"{XPUB}-[p2sh]"}})
    for number in range(1, 25):
        state, exception = [
            ("Settled", ""),
            ("Expired", "PaidPartial"),
            ("Processing", ""),
            ("Settled", "PaidOver"),
        ][number % 4]
        btcpay.invoice(f"I{number}", f"{number}.50", state, exception=exception)
        status = "Processing" if state == "Processing" else "Settled"
        btcpay.payment(f"I{number}", number, f"0.000{number:02}", status)
        if number % 6 == 0:
            btcpay.payment(f"I{number}", 100 + number, "0.00001", "Unaccounted")
    btcpay.payment("I1", 77, "0.0000000123456", "Settled", "BTC-LN", destination="lnbc1")
    case = new_case(tmp_path)
    read(case, btcpay)
    result = mapped(case, "KC/2")
    told = result.all(
        "SELECT status, count(*), sum(asset_amount) FROM payments WHERE txid IS NOT NULL OR address = 'lnbc1' GROUP BY 1"
    )
    asked = btcpay.server.sql(
        """SELECT CASE "Status" WHEN 'Settled' THEN 'confirmed' WHEN 'Processing' THEN 'pending' ELSE 'failed' END,
           count(*), sum("Amount") FROM "Payments" GROUP BY 1""",
        btcpay.database,
    )
    assert sorted((s, str(n), Decimal(a)) for s, n, a in told) == sorted(
        (s, n, Decimal(a)) for s, n, a in (line.split("|") for line in asked.split())
    )
    paid = result.one(
        "SELECT amount, currency, asset, address, reference, basis FROM payments WHERE reference = 'I4'"
    )
    assert paid == (money("4.5"), "GBP", "BTC", ADDRESS, "I4", "recorded")
    over = result.one("SELECT amount, basis FROM payments WHERE reference = 'I3'")
    assert over == (
        money("1.5"),
        "derived",
    )  # 0.00003 at 50,000: the price was 3.50, yet this is what came in
    assert result.all("SELECT count(*) FROM orders") == [(0,)]
    assert result.all("SELECT host, kind FROM site_names") == [("example.test", "clearnet")]
    assert result.one("SELECT software_version FROM sites") == "2"
    assert result.all("SELECT value FROM observables WHERE kind = 'extended_public_key'") == [(XPUB,)]
    (told,) = [m for m in result.messages("warning") if "not in the case" in m]
    assert told.startswith("18 invoices with confirmed payments, GBP ")


def test_an_old_gzip_invoice_and_its_payments(postgresql, tmp_path):
    btcpay = BTCPay(postgresql, "btcpay_old", OLD)
    btcpay.store(DerivationStrategy=XPUB)
    blob = {
        "orderId": "77",
        "productInformation": {"price": 100.0, "currency": "GBP", "itemDesc": "Order 77"},
        "buyerInformation": {"buyerName": "Ann Lee", "buyerEmail": "ann@example.test", "buyerAddress1": "1 High St",
                             "buyerCity": "York", "buyerZip": "YO1 7AA", "buyerCountry": "GB"},
        "cryptoData": {"BTC": {"rate": 20000.0, "depositAddress": OLD_ADDRESS},
                       "XMR_MoneroLike": {"rate": 100.0, "depositAddress": "4A"}},
    }  # fmt: skip
    btcpay.insert("Invoices", Id="OLD1", StoreDataId="S1", Created="2019-03-01 10:00:00+00", Status="complete",
                  ExceptionStatus="paidOver", OrderId="77", Blob=gzip.compress(json.dumps(blob).encode()))  # fmt: skip
    btcpay.insert("Invoices", Id="OLD2", StoreDataId="S1", Created="2019-03-02 10:00:00+00", Status="expired",
                  OrderId="78", Blob=gzip.compress(json.dumps(blob).encode()))  # fmt: skip

    def payment(identity, accounted=True, **told):
        told["cryptoPaymentData"] = json.dumps(told["cryptoPaymentData"])
        btcpay.insert("Payments", Id=identity, InvoiceDataId="OLD1", Accounted=accounted,
                      Blob=gzip.compress(json.dumps(told).encode()))  # fmt: skip

    payment("a" * 64 + "-1", cryptoCode="BTC", cryptoPaymentDataType="BTCLike", receivedTime=1551434400,
            cryptoPaymentData={"value": 250000, "confirmationCount": 6})  # fmt: skip
    payment(
        "b" * 64 + "-0",
        receivedTimeMs=1551434460123,
        cryptoPaymentData={"value": 250001, "confirmationCount": 0},
    )
    payment("c" * 64 + "#1", cryptoCode="XMR", cryptoPaymentDataType="MoneroLike", receivedTimeMs=1551434460123,
            cryptoPaymentData={"amount": 500000000000, "address": "4B", "confirmationCount": 10,
                               "transactionId": "c" * 64})  # fmt: skip
    payment("d" * 64, cryptoCode="BTC", cryptoPaymentDataType="LightningLike", receivedTimeMs=1551434460123,
            cryptoPaymentData={"amount": 1000000000, "BOLT11": "lnbc10"})  # fmt: skip
    payment("e" * 64 + "-0", accounted=False, receivedTime=1551434400, cryptoPaymentData={"value": 5})
    btcpay.insert("AddressInvoices", Address=f"{OLD_ADDRESS}#BTC", InvoiceDataId="OLD1")
    btcpay.insert("AddressInvoices", Address="1unused#BTC", InvoiceDataId="OLD2",
                  CreatedTime="2019-03-02 10:00:01+00")  # fmt: skip
    btcpay.insert("PullPayments", Id="PP", StoreId="S1", StartDate="2019-03-05 10:00:00+00",
                  Blob=json.dumps({"Currency": "GBP", "Limit": "40.0"}).encode())  # fmt: skip
    btcpay.insert("Refunds", InvoiceDataId="OLD1", PullPaymentDataId="PP")
    btcpay.insert("Payouts", Id="PO", Date="2019-03-05 11:00:00+00", PullPaymentDataId="PP", State="Completed",
                  PaymentMethodId="BTC", Destination="dedup",
                  Blob=json.dumps({"Amount": "40.0", "CryptoAmount": "0.002", "Destination": "1back"}).encode(),
                  Proof=json.dumps({"TransactionId": "f" * 64}).encode())  # fmt: skip
    case = new_case(tmp_path)
    read(case, btcpay)
    result = mapped(case, "KC/2")
    rows = result.all(
        "SELECT coalesce(txid, address), status, asset, asset_amount, amount, payments.at FROM payments ORDER BY source_id"
    )
    assert sorted(rows, key=str) == sorted(
        [
            ("a" * 64, "confirmed", "BTC", money("0.0025"), money("50"), datetime(2019, 3, 1, 10)),
            ("b" * 64, "pending", "BTC", money("0.00250001"), money("50"), datetime(2019, 3, 1, 10, 1)),
            ("c" * 64, "confirmed", "XMR", money("0.5"), money("50"), datetime(2019, 3, 1, 10, 1)),
            ("lnbc10", "confirmed", "BTC", money("0.01"), money("200"), datetime(2019, 3, 1, 10, 1)),
            ("e" * 64, "failed", "BTC", money("0.00000005"), money("0"), datetime(2019, 3, 1, 10)),
            ("1unused", "failed", "BTC", None, money("100"), datetime(2019, 3, 2, 10, 0, 1)),
            ("f" * 64, "refunded", "BTC", money("-0.002"), money("-40"), datetime(2019, 3, 5, 11)),
        ],
        key=str,
    )
    addresses = result.all(
        "SELECT DISTINCT address FROM payments WHERE txid = repeat('a', 64) OR status = 'refunded'"
    )
    assert sorted(addresses) == [(OLD_ADDRESS,), ("1back",)]
    assert result.all(
        "SELECT DISTINCT name, line1, city, postcode, country, email FROM postal_addresses"
    ) == [("Ann Lee", "1 High St", "York", "YO1 7AA", "GB", "ann@example.test")]
    assert result.one("SELECT reason FROM takings") == "refund of an order that is not there"
    assert result.one("SELECT software_version FROM sites") == "1"


def shop_with_orders(mariadb):
    shop = WooCommerce.fresh(mariadb, "btcpay_shop", "wp_")
    shop.order(11, "wc-completed", "20.00", payment_method="btcpaygf_default", date_paid="1719835500")
    shop.meta(11, BTCPay_id="I11")
    shop.order(12, "wc-pending", "30.00", payment_method="btcpaygf_default")
    shop.order(13, "wc-pending", "40.00", payment_method="btcpaygf_default")
    shop.order(14, "wc-refunded", "50.00", payment_method="btcpaygf_default", date_paid="1719835500")
    shop.refund(15, 14, "50.00")
    return shop


def processor(postgresql):
    btcpay = BTCPay(postgresql, "btcpay_beside", NEW)
    btcpay.store()
    btcpay.invoice("I11", "20.00", "Settled", metadata={"orderId": "11"})
    btcpay.payment("I11", 11, "0.0004")
    btcpay.invoice("I12", "30.00", "Settled", metadata={"orderId": "12"})
    btcpay.payment("I12", 12, "0.0006")
    btcpay.invoice("I13", "40.00", "Expired", exception="PaidPartial", metadata={"orderId": "13"})
    btcpay.payment("I13", 13, "0.0002")
    btcpay.invoice("I14", "50.00", "Settled", metadata={"orderId": "14"})
    btcpay.payment("I14", 14, "0.001")
    btcpay.insert("PullPayments", Id="PP", StoreId="S1", Currency="GBP", Limit="50", Blob={})
    btcpay.insert("Refunds", InvoiceDataId="I14", PullPaymentDataId="PP")
    btcpay.insert("Payouts", Id="PO", Date="2024-07-02 11:00:00+00", PullPaymentDataId="PP", State="Completed",
                  PayoutMethodId="BTC-CHAIN", Currency="BTC", Amount="0.001", OriginalCurrency="GBP",
                  OriginalAmount="50", Blob={"Destination": "bc1back"}, Proof={})  # fmt: skip
    btcpay.insert("WalletObjectLinks", WalletId="W", AType="payout", AId="PO", BType="tx", BId="9" * 64)
    # Number and total of an order, months after it: not that order's.
    btcpay.invoice("I15", "20.00", "Settled", created="2024-11-01 12:00:00+00", metadata={"orderId": "11"})
    btcpay.payment("I15", 15, "0.0004")
    return btcpay


def assert_counted_once(result):
    counted = result.dict("SELECT order_id, sum(amount) FROM takings WHERE counted GROUP BY 1")
    assert counted == {
        "order:KC/1/wp_posts/11": money("20"),
        "order:KC/1/wp_posts/12": money("30"),
        "order:KC/1/wp_posts/14": money("0"),
    }
    reasons = result.all("SELECT reason FROM takings WHERE NOT counted ORDER BY 1")
    assert reasons == [("paid in part",), ("recorded by the shop itself too",)]


def test_an_invoice_for_an_order_of_the_same_exhibit_is_tied_to_it_and_counts_once(
    mariadb, postgresql, tmp_path
):
    case = new_case(tmp_path)
    take_in(case, shop_with_orders(mariadb).dump())
    read(case, processor(postgresql), "KC/1")
    result = mapped(case)
    ties = result.all(
        "SELECT reference, order_id FROM payments WHERE provider = 'BTCPay Server' AND reference LIKE 'I%' "
        "AND source_id LIKE '%Payments%' ORDER BY 1"
    )
    assert ties == [
        ("I11", "order:KC/1/wp_posts/11"),
        ("I12", "order:KC/1/wp_posts/12"),
        ("I13", "order:KC/1/wp_posts/13"),
        ("I14", "order:KC/1/wp_posts/14"),
        ("I15", None),
    ]
    assert result.one("SELECT count(*) FROM orders") == 4
    assert result.all("SELECT txid, address FROM payments WHERE amount = -50 AND provider = 'BTCPay Server'"
                      " AND asset IS NOT NULL") == [("9" * 64, "bc1back")]  # fmt: skip
    assert_counted_once(result)


def test_an_invoice_for_an_order_of_another_exhibit_is_tied_to_it(mariadb, postgresql, tmp_path):
    case = new_case(tmp_path)
    take_in(case, shop_with_orders(mariadb).dump())
    read(case, processor(postgresql))
    shop = mapped(case)
    elsewhere = {
        table: sorted((shop.out / table).glob("*.parquet")) for table in ("orders", "payments", "takings")
    }
    result = mapped(case, "KC/2", elsewhere)
    assert result.all("SELECT order_id, reason FROM takings") == [
        ("order:KC/1/wp_posts/14", "recorded by the shop itself too")
    ]
    told = [m for m in result.messages("warning") if "own record" in m]
    assert told == [
        "2 orders of shops have a confirmed payment here and do not count as proceeds by the shop's own record (unpaid)."
    ]
    tied = result.dict("SELECT reference, order_id FROM payments WHERE amount > 0")
    assert tied["I12"] == "order:KC/1/wp_posts/12"
    assert result.one("SELECT count(*) FROM orders") == 0


def test_the_whole_way_maps_a_processor_after_the_shop_whatever_the_order_of_exhibits(
    mariadb, postgresql, tmp_path
):
    (tmp_path / "btcpay.sql").write_bytes(processor(postgresql).dump())
    (tmp_path / "shop.sql").write_bytes(shop_with_orders(mariadb).dump())
    path = tmp_path / "op.case"
    stocktake("new", path, "--ref", "R/1", "--name", "Test", home=tmp_path)
    for reference, name in (("KC/1", "btcpay.sql"), ("KC/2", "shop.sql")):
        stocktake("add", path, tmp_path / name, "--ref", reference, home=tmp_path)
    case = Case.open(path)
    assert sorted(process(case).exhibits) == ["KC/1", "KC/2"]
    with open_case(case) as connection:
        ties = connection.execute(
            "SELECT reference, order_id FROM payments WHERE exhibit = 'KC/1' AND amount > 0 ORDER BY reference"
        ).fetchall()
        counted = connection.execute(
            "SELECT order_id, sum(amount) FROM takings WHERE counted GROUP BY 1 HAVING sum(amount) > 0 ORDER BY 1"
        ).fetchall()
    assert ties == [
        *((f"I{number}", f"order:KC/2/wp_posts/{number}") for number in (11, 12, 13, 14)),
        ("I15", None),
    ]
    assert counted == [("order:KC/2/wp_posts/11", money("20"))]
    assert process(case).exhibits == []


def test_what_btcpay_itself_sold_is_an_order(postgresql, tmp_path):
    btcpay = BTCPay(postgresql, "btcpay_sold", NEW)
    btcpay.store()
    cart = {"cart": [{"id": "tea", "title": "Green tea", "price": {"type": 2, "value": 4.5}, "count": 2},
                     {"id": "cup", "title": "Cup", "price": 3, "quantity": 1}], "total": 12}  # fmt: skip
    btcpay.invoice("POS1", "12.00", "Settled", internalTags=["APP#APP1"],
                   metadata={"orderId": "xyz", "posData": cart, "buyerEmail": "bob@example.test"})  # fmt: skip
    btcpay.payment("POS1", 1, "0.00024")
    btcpay.invoice("POS2", "5.00", "Expired", internalTags=["APP#APP1"], metadata={"itemDesc": "Tip"})
    btcpay.insert("AddressInvoices", Address="bc1tip", PaymentMethodId="BTC-CHAIN", InvoiceDataId="POS2")
    btcpay.insert("PaymentRequests", Id="PR1", StoreDataId="S1", Created="1970-01-01 00:00:00+00", Currency="GBP",
                  Amount="500", Title="Bulk order", ReferenceId="B-1", Status="Completed", Blob2={"email": ""})  # fmt: skip
    btcpay.invoice(
        "PRI", "500.00", "Settled", metadata={"paymentRequestId": "PR1", "orderId": "PAY_REQUEST_PR1"}
    )
    btcpay.payment("PRI", 2, "0.01")
    case = new_case(tmp_path)
    read(case, btcpay, "KC/1")
    result = mapped(case)
    assert result.all("SELECT order_id, number, status, total, placed_at FROM orders ORDER BY 1") == [
        ("order:KC/1/Invoices/POS1", "xyz", "paid", money("12"), datetime(2024, 7, 1, 12)),
        ("order:KC/1/Invoices/POS2", "POS2", "cancelled", money("5"), datetime(2024, 7, 1, 12)),
        ("order:KC/1/PaymentRequests/PR1", "B-1", "paid", money("500"), None),
    ]
    assert result.all(
        "SELECT title, quantity, unit_price, line_total FROM order_lines ORDER BY line_total"
    ) == [
        ("Cup", money("1"), money("3"), money("3")),
        ("Tip", money("1"), money("5"), money("5")),
        ("Green tea", money("2"), money("4.5"), money("9")),
        ("Bulk order", money("1"), money("500"), money("500")),
    ]
    assert result.dict("SELECT order_id, sum(amount) FROM takings WHERE counted GROUP BY 1") == {
        "order:KC/1/Invoices/POS1": money("12"),
        "order:KC/1/PaymentRequests/PR1": money("500"),
    }
    assert result.all("SELECT kind, email FROM accounts") == [("guest", "bob@example.test")]


def test_users_of_the_server_and_no_secret_of_it(postgresql, tmp_path):
    btcpay = BTCPay(postgresql, "btcpay_users", NEW)
    connection = f"type=lnd-rest;server=https://lnd.example.test;macaroon={MACAROON}"
    btcpay.store(DerivationStrategies={"BTC-LN": {"connectionString": connection},
                                       "BTC-CHAIN": {"accountDerivation": XPUB}})  # fmt: skip
    btcpay.insert("AspNetUsers", Id="U1", Email="boss@example.test", UserName="boss@example.test",
                  PasswordHash="AQAAhash", SecurityStamp="STAMPSTAMP", Created="2023-01-01 00:00:00+00")  # fmt: skip
    btcpay.insert("AspNetRoles", Id="R1", Name="ServerAdmin")
    btcpay.insert("AspNetUserRoles", UserId="U1", RoleId="R1")
    btcpay.insert("UserStore", ApplicationUserId="U1", StoreDataId="S1", Role="Owner")
    btcpay.insert("ApiKeys", Id="apikey0123456789", UserId="U1", Label="shop")
    btcpay.insert("Settings", Id="Email", Value={"Login": "x", "Password": "hunter2hunter2"})
    case = new_case(tmp_path)
    read(case, btcpay, "KC/1")
    result = mapped(case)
    assert result.all("SELECT kind, email, password_hash, created_at, site_id FROM accounts") == [
        ("admin", "boss@example.test", "AQAAhash", datetime(2023, 1, 1), "site:KC/1/Stores/S1")
    ]
    kinds = result.dict("SELECT kind, count(*) FROM observables GROUP BY 1")
    assert kinds == {"extended_public_key": 1, "lightning_credential": 1, "session_secret": 1, "api_key": 1,
                     "password": 1}  # fmt: skip
    for path in result.out.rglob("*.parquet"):
        data = repr(result.all(f"SELECT * FROM '{path}'"))
        assert not [s for s in (MACAROON, "STAMPSTAMP", "apikey0123456789", "hunter2hunter2") if s in data]


@pytest.mark.parametrize(
    "damaged",
    [b"\x1f\x8bbroken", gzip.compress(b"[1"), b"\xff\xfe"],
    ids=["no gzip", "cut-off JSON", "no text"],  # the same in every process, as gzip with its time is not
)
def test_a_damaged_blob_costs_one_problem(postgresql, tmp_path, damaged):
    btcpay = BTCPay(postgresql, "btcpay_damaged", OLD)
    btcpay.store()
    btcpay.insert(
        "Invoices", Id="X", StoreDataId="S1", Created="2019-03-01 10:00:00+00", Status="new", Blob=damaged
    )
    case = new_case(tmp_path)
    read(case, btcpay, "KC/1")
    result = mapped(case)
    assert any("are damaged" in message for message in result.messages("warning"))
