"""Market scripts with many vendors, by the tables of their own migrations, in a real MariaDB."""

from datetime import datetime
from decimal import Decimal
from uuid import UUID

from shop_case import Shop

TIMES = "created_at timestamp NULL DEFAULT NULL, updated_at timestamp NULL DEFAULT NULL"
ECKMAR = f"""
CREATE TABLE users (id char(36) PRIMARY KEY, username varchar(191) NOT NULL UNIQUE, password varchar(191) NOT NULL,
  session_id varchar(191), mnemonic text NOT NULL, last_seen timestamp NULL DEFAULT NULL, login_2fa tinyint(1) NOT NULL
  DEFAULT 0, referral_code varchar(191) NOT NULL DEFAULT '', referred_by char(36), pgp_key text, msg_public_key longtext,
  msg_private_key longtext, {TIMES});
CREATE TABLE vendors (id char(36) PRIMARY KEY, vendor_level int unsigned NOT NULL, experience int NOT NULL DEFAULT 0,
  about text, trusted tinyint(1) NOT NULL DEFAULT 0, {TIMES});
CREATE TABLE admins (id char(36) PRIMARY KEY, {TIMES});
CREATE TABLE categories (id char(36) PRIMARY KEY, parent_id char(36), name varchar(191) NOT NULL, {TIMES});
CREATE TABLE products (id char(36) PRIMARY KEY, name varchar(100) NOT NULL, description text NOT NULL, rules text NOT NULL,
  quantity int NOT NULL, mesure varchar(191) NOT NULL, active tinyint(1) NOT NULL DEFAULT 1, coins text NOT NULL,
  category_id char(36) NOT NULL, user_id char(36) NOT NULL, types varchar(191) NOT NULL DEFAULT 'normal', {TIMES});
CREATE TABLE offers (id char(36) PRIMARY KEY, product_id char(36) NOT NULL, min_quantity int NOT NULL,
  price decimal(16,2) NOT NULL, deleted tinyint(1) NOT NULL DEFAULT 0, {TIMES});
CREATE TABLE shippings (id char(36) PRIMARY KEY, product_id char(36) NOT NULL, name varchar(191) NOT NULL,
  price decimal(16,2) NOT NULL, duration varchar(30) NOT NULL, from_quantity int NOT NULL, to_quantity int NOT NULL,
  deleted tinyint(1) NOT NULL DEFAULT 0, {TIMES});
CREATE TABLE purchases (id char(36) PRIMARY KEY, offer_id char(36) NOT NULL, shipping_id char(36), buyer_id char(36),
  vendor_id char(36) NOT NULL, dispute_id char(36), feedback_id char(36), quantity int unsigned NOT NULL, address text
  NOT NULL, to_pay decimal(24,12) NOT NULL, message text NOT NULL,
  state enum('purchased','sent','delivered','disputed','canceled') NOT NULL DEFAULT 'purchased',
  type enum('fe','normal','multisig') NOT NULL DEFAULT 'normal', coin_name varchar(5) NOT NULL DEFAULT 'btc',
  marketplace_address text, multisig_address text, redeem_script text, private_key text, hex text,
  `read` tinyint(1) NOT NULL DEFAULT 0, delivered_product text, {TIMES});
CREATE TABLE feedback (id char(36) PRIMARY KEY, vendor_id char(36) NOT NULL, buyer_id char(36), product_id char(36),
  product_name text NOT NULL, product_value decimal(16,2) NOT NULL, type enum('positive','neutral','negative') NOT NULL,
  quality_rate tinyint NOT NULL, communication_rate tinyint NOT NULL, shipping_rate tinyint NOT NULL, comment text NOT NULL,
  {TIMES});
CREATE TABLE disputes (id char(36) PRIMARY KEY, winner_id char(36), {TIMES});
CREATE TABLE dispute_messages (id char(36) PRIMARY KEY, message text NOT NULL, author_id char(36) NOT NULL,
  dispute_id char(36) NOT NULL, {TIMES});
CREATE TABLE messages (id char(36) PRIMARY KEY, content_sender longtext NOT NULL, nonce_sender longtext NOT NULL,
  content_receiver longtext NOT NULL, nonce_receiver longtext NOT NULL, conversation_id char(36) NOT NULL,
  sender_id char(36), receiver_id char(36) NOT NULL, `read` tinyint(1) NOT NULL DEFAULT 0, {TIMES});
CREATE TABLE addresses (id char(36) PRIMARY KEY, user_id char(36) NOT NULL, address text NOT NULL, pubkey text,
  coin varchar(10) NOT NULL, {TIMES});
CREATE TABLE vendor_purchases (id char(36) PRIMARY KEY, user_id char(36) NOT NULL, address text NOT NULL,
  coin varchar(10) NOT NULL, amount decimal(24,12) NOT NULL DEFAULT 0, {TIMES});
"""
KABUS = f"""
CREATE TABLE users (id char(36) PRIMARY KEY, username varchar(255) NOT NULL UNIQUE, password varchar(255) NOT NULL,
  mnemonic text, last_login timestamp NULL DEFAULT NULL, password_reset_token varchar(255), reference_id text,
  referred_by char(36), remember_token varchar(100), {TIMES});
CREATE TABLE roles (id bigint unsigned PRIMARY KEY, name varchar(255) NOT NULL UNIQUE, {TIMES});
CREATE TABLE role_user (id bigint unsigned PRIMARY KEY, user_id char(36) NOT NULL, role_id bigint unsigned NOT NULL,
  {TIMES});
CREATE TABLE categories (id bigint unsigned PRIMARY KEY, name varchar(255) NOT NULL, {TIMES});
CREATE TABLE products (id char(36) PRIMARY KEY, user_id char(36) NOT NULL, category_id bigint unsigned NOT NULL,
  name varchar(255) NOT NULL, slug varchar(80) NOT NULL, description text, price decimal(10,2) NOT NULL,
  delivery_options json NOT NULL, bulk_options json, type varchar(255) NOT NULL, active tinyint(1) NOT NULL DEFAULT 1,
  stock_amount int unsigned NOT NULL DEFAULT 0, measurement_unit varchar(255) NOT NULL, {TIMES},
  deleted_at timestamp NULL DEFAULT NULL);
CREATE TABLE orders (id char(36) PRIMARY KEY, user_id char(36) NOT NULL, vendor_id char(36) NOT NULL,
  unique_url varchar(30) NOT NULL, subtotal decimal(10,2) NOT NULL, commission decimal(10,2) NOT NULL,
  total decimal(10,2) NOT NULL, status varchar(255) NOT NULL, payment_address varchar(255), payment_address_index int,
  required_xmr_amount decimal(18,12), total_received_xmr decimal(18,12) NOT NULL DEFAULT 0, xmr_usd_rate decimal(10,2),
  shipping_address text, delivery_option text, encrypted_message text, is_paid tinyint(1) NOT NULL DEFAULT 0,
  is_sent tinyint(1) NOT NULL DEFAULT 0, is_completed tinyint(1) NOT NULL DEFAULT 0, {TIMES},
  paid_at timestamp NULL DEFAULT NULL, sent_at timestamp NULL DEFAULT NULL, completed_at timestamp NULL DEFAULT NULL,
  vendor_payment_amount decimal(18,12), vendor_payment_address varchar(255), vendor_payment_at timestamp NULL DEFAULT NULL,
  buyer_refund_amount decimal(18,12), buyer_refund_address varchar(255), buyer_refund_at timestamp NULL DEFAULT NULL);
CREATE TABLE order_items (id char(36) PRIMARY KEY, order_id char(36) NOT NULL, product_id char(36) NOT NULL,
  product_name varchar(255) NOT NULL, product_description text NOT NULL, price decimal(10,2) NOT NULL, quantity int NOT NULL,
  measurement_unit varchar(255), delivery_option json, bulk_option json, delivery_text text, {TIMES});
CREATE TABLE product_reviews (id char(36) PRIMARY KEY, product_id char(36) NOT NULL, user_id char(36) NOT NULL,
  order_id char(36) NOT NULL, order_item_id char(36) NOT NULL, review_text text NOT NULL,
  sentiment enum('positive','mixed','negative') NOT NULL, {TIMES});
CREATE TABLE disputes (id char(36) PRIMARY KEY, order_id char(36) NOT NULL, status varchar(255) NOT NULL DEFAULT 'active',
  reason text, resolved_at timestamp NULL DEFAULT NULL, resolved_by char(36), {TIMES});
CREATE TABLE dispute_messages (id char(36) PRIMARY KEY, dispute_id char(36) NOT NULL, user_id char(36) NOT NULL,
  message text NOT NULL, {TIMES});
CREATE TABLE messages (id bigint unsigned PRIMARY KEY, conversation_id varchar(30) NOT NULL, sender_id char(36) NOT NULL,
  content text NOT NULL, is_read tinyint(1) NOT NULL DEFAULT 0, {TIMES});
CREATE TABLE return_addresses (id bigint unsigned PRIMARY KEY, user_id char(36) NOT NULL, monero_address varchar(255) NOT NULL,
  {TIMES});
CREATE TABLE vendor_payment_subaddresses (id bigint unsigned PRIMARY KEY, identifier varchar(30) NOT NULL,
  address varchar(255) NOT NULL, address_index int unsigned NOT NULL, user_id char(36) NOT NULL,
  total_received decimal(18,12) NOT NULL DEFAULT 0, created_at timestamp NOT NULL DEFAULT CURRENT_TIMESTAMP,
  expires_at timestamp NULL DEFAULT NULL, application_text text, application_status enum('waiting','accepted','denied'));
"""
AT = "2024-07-01 12:00:00"
MOMENT = datetime(2024, 7, 1, 12)
SEED = "legal winner thank year wave sausage worth useful legal winner thank yellow"


def key(number):
    return str(UUID(int=number))


def market(mariadb, database, schema):
    shop = Shop(mariadb, mariadb.fresh(database), "")
    mariadb.load(schema.encode(), database)
    shop.waiting.append(("SET time_zone = '+00:00'", ()))
    return shop


def test_eckmar_market(mariadb, tmp_path):
    shop = market(mariadb, "market_eckmar", ECKMAR)
    for number, name in enumerate(["boss", "seller", "ann"], 1):
        shop.insert("users", id=key(number), username=name, password=f"hash{number}", mnemonic=f"{SEED} {number}",
                    msg_private_key="sealed", last_seen=AT, created_at=AT)  # fmt: skip
    shop.insert("admins", id=key(1), created_at=AT)
    shop.insert("vendors", id=key(2), vendor_level=1, created_at=AT)
    shop.insert("categories", id=key(10), name="Tea")
    shop.insert("products", id=key(20), name="Green tea", description="fresh", rules="", quantity=40, mesure="g",
                coins="btc", category_id=key(10), user_id=key(2), created_at=AT, updated_at=AT)  # fmt: skip
    for number, (least, price, gone) in enumerate([(1, "10.00", 0), (10, "8.00", 0), (100, "5.00", 1)]):
        shop.insert("offers", id=key(30 + number), product_id=key(20), min_quantity=least, price=price, deleted=gone,
                    created_at=AT, updated_at="2024-08-01 12:00:00")  # fmt: skip
    shop.insert("shippings", id=key(40), product_id=key(20), name="Post", price="4.50", duration="3 days",
                from_quantity=1, to_quantity=99, created_at=AT)  # fmt: skip
    pgp = "-----BEGIN PGP MESSAGE-----\n\nhQEMA\n-----END PGP MESSAGE-----"
    for number, state in enumerate(["purchased", "sent", "delivered", "disputed", "canceled"]):
        shop.insert("purchases", id=key(50 + number), offer_id=key(31), shipping_id=key(40) if number else None,
                    buyer_id=key(3), vendor_id=key(2), quantity=10 + number, address=f"bc1qescrow{number}",
                    to_pay="0.001250000000", message=pgp, state=state, type="fe" if number == 2 else "normal",
                    dispute_id=key(60) if state == "disputed" else None, private_key=f"KxPrivateKey{number}",
                    feedback_id=key(70) if number == 2 else None, created_at=AT, updated_at=AT)  # fmt: skip
    shop.insert("disputes", id=key(60), created_at=AT)
    shop.insert(
        "dispute_messages",
        id=key(61),
        message="not here",
        author_id=key(3),
        dispute_id=key(60),
        created_at=AT,
    )
    shop.insert("feedback", id=key(70), vendor_id=key(2), buyer_id=key(3), product_id=key(20), product_name="Green tea",
                product_value="96.00", type="positive", quality_rate=5, communication_rate=4, shipping_rate=4,
                comment="good", created_at=AT)  # fmt: skip
    shop.insert("messages", id=key(80), content_sender="x", nonce_sender="x", content_receiver="x", nonce_receiver="x",
                conversation_id=key(81), sender_id=key(3), receiver_id=key(2), created_at=AT)  # fmt: skip
    shop.insert("addresses", id=key(90), user_id=key(2), address="bc1qpayout", coin="btc", created_at=AT)
    shop.insert("vendor_purchases", id=key(95), user_id=key(2), address="bc1qbond", coin="btc", amount="0.01",
                created_at=AT)  # fmt: skip
    result = shop.mapped(tmp_path)
    asked = shop.sql(
        "SELECT p.state, SUM(p.quantity * o.price + IFNULL(s.price, 0)) FROM purchases p JOIN offers o ON o.id = p.offer_id "
        "LEFT JOIN shippings s ON s.id = p.shipping_id GROUP BY 1"
    )
    told = result.dict("SELECT split_part(status_recorded, ',', 1), sum(total) FROM orders GROUP BY 1")
    assert told == dict(asked)
    assert result.dict("SELECT split_part(status_recorded, ',', 1), status FROM orders") == {
        "purchased": "pending", "sent": "shipped", "delivered": "completed", "disputed": "disputed",
        "canceled": "cancelled",
    }  # fmt: skip
    assert result.dict("SELECT username, kind FROM accounts") == {
        "boss": "admin",
        "seller": "vendor",
        "ann": "customer",
    }
    assert result.all("SELECT min_quantity, price, price_kind, valid_to FROM price_tiers ORDER BY 1") == [
        (Decimal(1), Decimal(10), "unit", None),
        (Decimal(10), Decimal(8), "unit", None),
        (Decimal(100), Decimal(5), "unit", datetime(2024, 8, 1, 12)),
    ]
    assert result.all("SELECT title, price, category, stock FROM listings") == [
        ("Green tea", Decimal(10), "Tea", Decimal(40))
    ]
    vendor = f"account:KC/1/users/{key(2)}"
    assert result.all("SELECT DISTINCT vendor_account_id FROM orders") == [(vendor,)]
    assert result.all(
        "SELECT address, asset, asset_amount, status FROM payments WHERE provider = 'vendor bond'"
    ) == [("bc1qbond", "BTC", Decimal("0.01"), "confirmed")]
    assert result.dict("SELECT address, status FROM payments WHERE address LIKE '%escrow%'") == {
        "bc1qescrow0": "pending", "bc1qescrow1": "confirmed", "bc1qescrow2": "confirmed", "bc1qescrow3": "confirmed",
        "bc1qescrow4": "failed",
    }  # fmt: skip
    assert result.dict("SELECT thread, count(*) FROM messages GROUP BY 1") == {
        "purchase": 5,
        "dispute": 1,
        "sealed": 1,
    }
    assert (
        result.one("SELECT order_id FROM messages WHERE thread = 'dispute'")
        == f"order:KC/1/purchases/{key(53)}"
    )
    assert result.all("SELECT round(rating, 2), body, order_id FROM reviews") == [
        (Decimal("4.33"), "positive: good", f"order:KC/1/purchases/{key(52)}")
    ]
    assert result.all("SELECT value, context FROM observables WHERE kind = 'btc'") == [
        ("bc1qpayout", "payout address of seller")
    ]
    everything = repr([result.all(f"SELECT * FROM '{part}'") for part in result.out.rglob("*.parquet")])
    assert SEED not in everything
    assert "KxPrivateKey" not in everything
    assert result.one("SELECT count(*) FROM observables WHERE kind = 'private_key'") == 8


def test_kabus_market(mariadb, tmp_path):
    shop = market(mariadb, "market_kabus", KABUS)
    for number, name in enumerate(["boss", "seller", "ann"], 1):
        shop.insert("users", id=key(number), username=name, password=f"hash{number}", mnemonic=f"eyJpdiI6{number}",
                    remember_token=f"remember{number}", last_login=AT, created_at=AT)  # fmt: skip
    for number, name in ((1, "admin"), (2, "vendor")):
        shop.insert("roles", id=number, name=name)
        shop.insert("role_user", id=number, user_id=key(number), role_id=number)
    shop.insert("categories", id=1, name="Tea")
    shop.insert("products", id=key(20), user_id=key(2), category_id=1, name="Green tea", slug="green", price="10.00",
                delivery_options="[]", bulk_options='[{"amount": 10, "price": 80.5}, {"amount": 100, "price": 600}]',
                type="cargo", stock_amount=7, measurement_unit="g", created_at=AT, updated_at=AT)  # fmt: skip

    def order(number, status, **row):
        shop.insert("orders", id=key(number), user_id=key(3), vendor_id=key(2), unique_url=f"url{number}", subtotal="20.00",
                    commission="1.00", total="21.00", status=status, payment_address=f"8addr{number}",
                    required_xmr_amount="0.140000000000", xmr_usd_rate="150.00", created_at=AT, **row)  # fmt: skip

    paid = {"is_paid": 1, "paid_at": "2024-07-01 13:00:00", "total_received_xmr": "0.140000000000"}
    order(50, "completed", **paid, completed_at="2024-07-05 12:00:00", vendor_payment_amount="0.13",
          vendor_payment_address="8vendor", vendor_payment_at="2024-07-05 12:00:00",
          shipping_address="Ann Lee, 1 High St, York")  # fmt: skip
    order(51, "disputed", **paid, buyer_refund_amount="0.07", buyer_refund_address="8back",
          buyer_refund_at="2024-07-06 12:00:00",
          shipping_address="-----BEGIN PGP MESSAGE-----\n\nhQ\n-----END PGP MESSAGE-----")  # fmt: skip
    order(52, "waiting_payment")
    order(53, "cancelled")
    shop.insert("order_items", id=key(60), order_id=key(50), product_id=key(20), product_name="Green tea (old)",
                product_description="x", price="10.00", quantity=2, measurement_unit="g", bulk_option="null")  # fmt: skip
    shop.insert("product_reviews", id=key(61), product_id=key(20), user_id=key(3), order_id=key(50), order_item_id=key(60),
                review_text="good", sentiment="positive", created_at=AT)  # fmt: skip
    shop.insert("disputes", id=key(70), order_id=key(51), reason="not here", created_at=AT)
    shop.insert(
        "dispute_messages", id=key(71), dispute_id=key(70), user_id=key(2), message="sent it", created_at=AT
    )
    shop.insert(
        "messages", id=1, conversation_id="c", sender_id=key(3), content="eyJpdiI6sealed", created_at=AT
    )
    shop.insert("return_addresses", id=1, user_id=key(3), monero_address="8return", created_at=AT)
    shop.insert("vendor_payment_subaddresses", id=1, identifier="i", address="8bond", address_index=1, user_id=key(2),
                total_received="0.5", created_at=AT, application_text="I sell tea", application_status="accepted")  # fmt: skip
    result = shop.mapped(tmp_path)
    asked = shop.sql("SELECT SUM(total) FROM orders WHERE is_paid")
    assert (
        result.one("SELECT sum(amount) FROM payments WHERE status = 'confirmed' AND order_id IS NOT NULL")
        == asked[0][0]
    )
    assert result.dict("SELECT order_id, sum(amount) FROM takings WHERE counted GROUP BY 1") == {
        f"order:KC/1/orders/{key(50)}": Decimal(21),
        f"order:KC/1/orders/{key(51)}": Decimal("10.50"),  # half of it went back
    }
    assert result.all("SELECT min_quantity, price, price_kind FROM price_tiers ORDER BY 1") == [
        (Decimal(10), Decimal("80.5"), "total"),
        (Decimal(100), Decimal(600), "total"),
    ]
    assert result.all("SELECT title, quantity, line_total, listing_id FROM order_lines") == [
        ("Green tea (old)", Decimal(2), Decimal(20), f"listing:KC/1/products/{key(20)}")
    ]
    assert result.all(
        "SELECT asset_amount, address, reference FROM payments WHERE provider = 'payout to vendor'"
    ) == [(Decimal("-0.13"), "8vendor", "url50")]
    assert result.all("SELECT line1 FROM postal_addresses") == [("Ann Lee, 1 High St, York",)]
    assert result.dict("SELECT thread, count(*) FROM messages GROUP BY 1") == {
        "order": 1, "dispute": 2, "sealed": 1, "vendor application, accepted": 1,
    }  # fmt: skip
    assert result.dict("SELECT username, kind FROM accounts") == {
        "boss": "admin",
        "seller": "vendor",
        "ann": "customer",
    }
    assert result.all("SELECT body FROM reviews") == [("positive: good",)]
    assert result.all("SELECT paid_at FROM orders WHERE number = 'url50'") == [(datetime(2024, 7, 1, 13),)]
    assert result.one("SELECT count(*) FROM observables WHERE kind = 'seed_phrase'") == 3
