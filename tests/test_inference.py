"""Databases that no folder recognises: inferred, proposed, accepted."""

import json
from decimal import Decimal
from pathlib import Path

import pytest
import sqlglot

import made_up_shop
from command import stocktake
from mapping_measure import Measured, measure
from shop_case import mapped, new_case, take_in
from stocktake.case import Case
from stocktake.engine.duck import connect
from stocktake.errors import UserError
from stocktake.records.catalogue import raw_tables
from stocktake.shops.case_folders import inferred
from stocktake.shops.inference.profile import profile
from stocktake.shops.inference.proposal import Proposal, propose
from stocktake.shops.inference.shapes import shapes
from stocktake.shops.inference.words import meaning, words_of
from stocktake.shops.unrecognised import accept, draft

HOME_MADE = """
CREATE TABLE `kunden` (
  `kundennr` int(11) NOT NULL AUTO_INCREMENT, `vorname` varchar(60), `nachname` varchar(60),
  `email` varchar(120), `telefon` varchar(40), `strasse` varchar(80), `hausnr` varchar(10), `plz` varchar(10),
  `ort` varchar(60), `land` char(2), `passwort` varchar(255), `angelegt_am` datetime, PRIMARY KEY (`kundennr`)
) ENGINE=InnoDB;
CREATE TABLE `artikel` (
  `artikelnr` int(11) NOT NULL, `bezeichnung` varchar(120), `beschreibung` text, `preis` decimal(10,2),
  `lagerbestand` int(11), PRIMARY KEY (`artikelnr`)
) ENGINE=InnoDB;
CREATE TABLE `bestellungen` (
  `bestellnr` int(11) NOT NULL, `kundennr` int(11), `bestelldatum` int(11), `status` varchar(30),
  `versandkosten` decimal(10,2), `gesamtsumme` decimal(10,2), `waehrung` char(3), `zahlungsart` varchar(40),
  `bezahlt_am` int(11), `sendungsnummer` varchar(40), `ip` varchar(45), `bemerkung` text,
  PRIMARY KEY (`bestellnr`)
) ENGINE=InnoDB;
CREATE TABLE `bestellpositionen` (
  `id` int(11) NOT NULL, `bestellnr` int(11), `artikelnr` int(11), `artikelname` varchar(120), `menge` int(11),
  `einzelpreis` decimal(10,2), PRIMARY KEY (`id`)
) ENGINE=InnoDB;
CREATE TABLE `wallets` (`id` int(11) NOT NULL, `kundennr` int(11), `private_key` varchar(120), PRIMARY KEY (`id`)) ENGINE=InnoDB;
INSERT INTO `wallets` VALUES (1,3,'5HueCGU8rMjxEXxiPuD5BDku4MkFqeZyd4dZ1jvhTVqvbTLvyTJ');
"""
STATES = ["offen", "bezahlt", "versendet", "storniert"]


def home_made(orders: int = 24) -> bytes:
    """A dump of a home-made German shop; every fourth order is open, paid, sent, cancelled."""
    names = ["Müller", "Schmidt", "O'Neill", "Weiß", "van Dyk", "García"]
    customers = [
        f"({n},'Anna','{names[n % 6].replace(chr(39), chr(39) * 2)}','kunde{n}@example.test','0301234{n:03}',"
        f"'Lange Straße','{n}a','{10115 + n}','Berlin','DE','$2y$10${'x' * 53}','2023-01-{n:02} 10:00:00')"
        for n in range(1, 13)
    ]
    products = [f"({n},'Ware Nummer {n}','Eine lange Beschreibung der Ware mit vielen Worten','{n}.50',{n * 3})"
                for n in range(1, 9)]  # fmt: skip
    rows, lines = [], []
    for n in range(1, orders + 1):
        state = STATES[n % 4]
        paid = "NULL" if state == "offen" else str(1_700_003_600 + n * 86_400)
        number = f"'RM{n:09}GB'" if state == "versendet" else "NULL"
        rows.append(
            f"({1000 + n},{n % 12 + 1},{1_700_000_000 + n * 86_400},'{state}','4.90','{2 * (n % 8 + 1)}.90','EUR',"
            f"'{['Vorkasse', 'Bitcoin', 'Nachnahme'][n % 3]}',{paid},{number},'203.0.113.{n}','Bitte klingeln bei Nachbar')"
        )
        lines.append(f"({n},{1000 + n},{n % 8 + 1},'Ware Nummer {n % 8 + 1}',2,'{n % 8 + 1}.50')")
    inserts = "\n".join(
        f"INSERT INTO `{table}` VALUES\n{','.join(values)};"
        for table, values in (
            ("kunden", customers), ("artikel", products), ("bestellungen", rows), ("bestellpositionen", lines)
        )
    )  # fmt: skip
    footer = "-- Dump completed on 2026-01-02  3:04:05"
    return f"-- MariaDB dump 10.19\n-- Host: localhost    Database: kundenshop\n{HOME_MADE}{inserts}\n{footer}\n".encode()


def proposed(folder: Path, dump: bytes) -> Proposal:
    case = new_case(folder)
    take_in(case, dump)
    return propose(profile(connect(), raw_tables(case, "KC/1")))


# ------------------------------------------------------------------------------------------- names and values


@pytest.mark.parametrize(
    ("name", "concepts"),
    [
        ("bestelldatum", ["order", "date"]),
        ("orderDate", ["order", "date"]),
        ("date_commande", ["date", "order"]),
        ("lieferstrasse", ["shipped", "street"]),
        ("dingdan_hao", ["order", "number"]),
        ("id_zakaza", ["id", "order"]),
        ("Straße", ["street"]),
        ("total_tax_incl", ["total", "gross"]),
        ("xyzzy", ["xyzzy"]),
        ("", []),
    ],
)
def test_a_name_is_read_in_several_languages(name, concepts):
    read = meaning(name)
    assert len(read) == len(concepts)
    assert all(concept in token for concept, token in zip(concepts, read, strict=True))


def test_any_name_can_be_read():
    for name in ("日本", "🙂", "a" * 5000, "x1_2_3", "__", "\x00", "İstanbul"):
        assert isinstance(words_of(name), tuple)


@pytest.mark.parametrize(
    ("value", "look"),
    [
        ("ann@example.test", "email"), ("203.0.113.4", "ip"), ("2001:db8::1", "ip"), (1_700_000_000, "unix"),
        (1_700_000_000_000, "unix_ms"), ("2024-01-02 03:04:05", "time"), ("31.12.2023 08:15", "time"),
        ("12,50 €", "money"), (Decimal("12.50"), "money"), ("bc1qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdq", "wallet"),
        ("$2y$10$" + "x" * 53, "hash"), ("a" * 64, "txid"), ("SW1A 1AA", "postcode"), ("10115", "postcode"),
        ("-----BEGIN PGP MESSAGE-----\n", "pgp_message"), ('{"a":1}', "json"), ('a:1:{i:0;s:1:"x";}', "php"),
        ("Mozilla/5.0 (X11)", "agent"), ("GBP", "currency"), ("RM123456789GB", "tracking"), ("Visa", "card_brand"),
        ("XXXX-XXXX-XXXX-1234", "last4"), ("42 High Street", "street"), ("Anna-Maria O'Neill", "person"),
    ],
)  # fmt: skip
def test_a_value_looks_like_what_it_is(value, look):
    assert shapes([value])[look] == 1.0


# ---------------------------------------------------------------------------------------- inferred at once


@pytest.fixture
def case(tmp_path: Path):
    made = new_case(tmp_path)
    take_in(made, home_made())
    return made


def test_an_unrecognised_shop_is_inferred_at_once_and_counts_for_nothing(case):
    result = mapped(case)
    assert result.one("SELECT count(*) FROM orders") == 24
    for table in ("orders", "order_lines", "accounts", "payments", "takings", "sites"):
        told = result.all(f"SELECT DISTINCT basis, probability BETWEEN 0.5 AND 1 FROM {table}")
        assert told == [("inferred", True)], table
    assert result.one("SELECT count(*) FROM takings WHERE counted") == 0
    assert result.dict("SELECT reason, CAST(sum(amount) AS DOUBLE) FROM takings GROUP BY 1") == {
        "inferred, not confirmed": pytest.approx(118.8),
        "cancelled": pytest.approx(77.4),
        "unpaid": pytest.approx(41.4),
    }
    assert result.one("SELECT sum(found) FROM completeness WHERE measure = 'money'") == Decimal("237.6")


def test_what_is_inferred_says_what_the_rows_say(case):
    result = mapped(case)
    assert result.all(
        "SELECT number, account_id, CAST(placed_at AS VARCHAR), CAST(paid_at AS VARCHAR), status, status_recorded, "
        "total, shipping, currency, ip, customer_note FROM orders WHERE number = '1001'"
    ) == [
        ("1001", "account:KC/1/kunden/2", "2023-11-15 22:13:20", "2023-11-15 23:13:20", "paid", "bezahlt",
         Decimal("4.9"), Decimal("4.9"), "EUR", "203.0.113.1", "Bitte klingeln bei Nachbar")
    ]  # fmt: skip
    assert result.all(
        "SELECT order_id, listing_id, title, quantity, unit_price, line_total FROM order_lines WHERE line_id LIKE '%/1'"
    ) == [
        (
            "order:KC/1/bestellungen/1001",
            "listing:KC/1/artikel/2",
            "Ware Nummer 2",
            2,
            Decimal("2.5"),
            Decimal(5),
        )
    ]
    assert result.all(
        "SELECT display_name, email, phone, kind, created_at IS NOT NULL FROM accounts WHERE account_id LIKE '%/2'"
    ) == [("Anna O'Neill", "kunde2@example.test", "0301234002", "customer", True)]
    assert result.all(
        "SELECT line1, city, postcode, country, account_id FROM postal_addresses WHERE address_id LIKE '%/2/address'"
    ) == [("Lange Straße 2a", "Berlin", "10117", "DE", "account:KC/1/kunden/2")]
    assert result.dict("SELECT method, count(*) FROM payments GROUP BY 1") == {
        "bank": 8,
        "crypto": 8,
        "cash": 8,
    }
    assert result.one("SELECT count(*) FROM shipments WHERE tracking_number LIKE 'RM%GB'") == 6


def test_inferring_again_gives_the_same(case, tmp_path):
    first = mapped(case)
    rows = first.all("SELECT * FROM orders")
    (folder,) = (case.path / "mappings" / "inferred" / "KC-1").iterdir()
    texts = {path.name: path.read_text() for path in folder.rglob("*.sql")}
    (folder / "orders.sql").write_text("SELECT 1;")  # derived: it is made anew
    second = mapped(case)
    assert second.all("SELECT * FROM orders") == rows
    assert {path.name: path.read_text() for path in folder.rglob("*.sql")} == texts


def test_secrets_of_an_unknown_database_are_declared(case):
    result = mapped(case)
    (software,) = inferred(case, "KC/1")
    assert software.tables["wallets"].secrets["private_key"].kind == "private_key"
    assert result.all("SELECT reason FROM completeness WHERE table_name = 'wallets'") == [
        ("secrets, which are shown to nobody",)
    ]


def test_passwords_that_are_not_hashed_go_into_no_table(tmp_path):
    plain = home_made().replace(b"$2y$10$" + b"x" * 53, b"geheim123")
    case = new_case(tmp_path)
    take_in(case, plain)
    result = mapped(case)
    assert result.all("SELECT DISTINCT password_hash FROM accounts") == [(None,)]
    (software,) = inferred(case, "KC/1")
    assert software.tables["kunden"].secrets["passwort"].kind == "password"


def test_a_database_without_a_shop_is_left_alone(tmp_path):
    case = new_case(tmp_path)
    take_in(case, b"CREATE TABLE `messwerte` (`id` int, `grad` double, PRIMARY KEY (`id`));\n"
                  b"INSERT INTO `messwerte` VALUES (1,20.5),(2,21.0);\n-- Dump completed on 2026-01-02  3:04:05\n")  # fmt: skip
    result = mapped(case)
    assert result.one("SELECT count(*) FROM orders") == 0
    assert not (case.path / "mappings").exists()


@pytest.mark.parametrize(
    "name", ["tbl_en", "winkel_nl", "magazin_ru", "shangdian_zh", "tienda_es", "oscommerce"]
)
def test_made_up_shops_are_inferred_and_their_books_balance(tmp_path, name):
    schema = made_up_shop.read(made_up_shop.SCHEMAS / f"{name}.toml")
    case = new_case(tmp_path)
    take_in(case, made_up_shop.dump(schema, orders=60))
    result = mapped(case)  # sources, rules and books are checked there
    made = made_up_shop.world(7, 60)
    assert result.one("SELECT count(*) FROM orders") == 60
    assert result.one("SELECT count(*) FROM order_lines WHERE order_id IS NOT NULL") == len(made.lines)
    assert result.one("SELECT sum(total) FROM orders") == sum(order["total"] for order in made.orders)
    assert result.one("SELECT min(placed_at) FROM orders").year == 2024
    (software,) = inferred(case, "KC/1")
    for statements in software.canonical.values():
        for statement in statements:
            assert sqlglot.transpile(statement.sql, read="duckdb", write="spark")[0]


def test_serialised_lists_become_lines(tmp_path):
    rows = ",".join(
        f"({n},'2024-02-{n % 27 + 1:02} 10:00:00','{n}.50','paid',"
        f'\'[{{"product":"Green tea","qty":2,"price":"1.25"}},{{"product":"Cup","qty":1,"price":"{n - 2}.00"}}]\','
        f"'buyer{n}@example.test')"
        for n in range(3, 40)
    )
    dump = (
        "CREATE TABLE `orders` (`id` int NOT NULL, `created_at` datetime, `total` decimal(10,2), `status` varchar(20), "
        f"`items` text, `email` varchar(80), PRIMARY KEY (`id`));\nINSERT INTO `orders` VALUES {rows};\n"
        "-- Dump completed on 2026-01-02  3:04:05\n"
    )
    case = new_case(tmp_path)
    take_in(case, dump.encode())
    result = mapped(case)
    assert result.all(
        "SELECT title, quantity, unit_price FROM order_lines WHERE order_id = 'order:KC/1/orders/9' ORDER BY 1"
    ) == [("Cup", 1, 7), ("Green tea", 2, Decimal("1.25"))]
    assert result.one("SELECT count(*) FROM accounts WHERE kind = 'guest'") == 37


# ------------------------------------------------------------------------------------------ a floor of quality


def test_schemas_that_were_looked_at_are_inferred_well(tmp_path):
    together = Measured()
    for schema in made_up_shop.schemas():
        if schema.seen:
            (tmp_path / schema.name).mkdir()
            made = proposed(tmp_path / schema.name, made_up_shop.dump(schema, orders=80))
            together.add(measure(schema.wanted, made))
    for table in ("orders", "order_lines", "accounts", "postal_addresses", "payments"):
        assert together.of(table).f1 >= 0.9, (table, together.missed, together.wrong)


# -------------------------------------------------------------------------------- proposed, changed, accepted


@pytest.fixture(scope="module")
def processed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A case with the home-made shop and a database without one, processed by the command."""
    home = tmp_path_factory.mktemp("map")
    (home / "werte.sql").write_text(
        "-- MariaDB dump 10.19\n-- Host: x    Database: werte\nCREATE TABLE `m` (`id` int, `g` double);\n"
        "INSERT INTO `m` VALUES (1,2.5);\n-- Dump completed on 2026-01-02  3:04:05\n"
    )
    (home / "shop.sql").write_bytes(home_made())
    for arguments in (
        ("new", "c.case", "--ref", "R/1", "--name", "Op"),
        ("add", "c.case", "shop.sql", "werte.sql", "--ref", "KC/1"),
        ("process", "c.case"),
    ):
        ran = stocktake(*arguments, home=home, cwd=home)
        assert ran.code == 0, ran.err
    return home


def test_a_person_reads_changes_and_confirms_a_mapping(processed):
    def run(*arguments: object):
        return stocktake(*arguments, home=processed, cwd=processed)

    shown = json.loads(run("shops", "c.case", "--json").out)
    assert [(one["database"], one["sure"] > 0.5) for one in shown] == [("kundenshop", True)]
    assert "not confirmed" in shown[0]["reasons"][0]
    assert "KC/2/werte (tables: 1)" in run("shops", "c.case").out

    facts = json.loads(run("map", "c.case", "kundenshop", "--json").out)
    columns = {f"{m['table']}.{c['column']}": c for m in facts["mappings"] for c in m["columns"]}
    assert columns["orders.total"]["from"] == "bestellungen.gesamtsumme"
    assert columns["orders.total"]["confidence"] > 0.85
    assert "order date" in columns["orders.placed_at"]["reason"]
    toml = Path(facts["file"])
    assert "# orders.total" in toml.read_text("utf-8")

    # Changed by hand: the draft is not written over, and what was changed is what counts.
    toml.write_text(toml.read_text("utf-8").replace('offen = "pending"', 'offen = "paid"'), "utf-8")
    refused = run("map", "c.case", "kundenshop")
    assert refused.code == 2
    assert "your changes" in refused.err
    accepted = run("map", "c.case", "kundenshop", "--accept", facts["folder"], "--by", "DC 1234", "--json")
    assert accepted.code == 0, accepted.err
    kept = json.loads(accepted.out)
    told = run(
        "ask",
        "c.case",
        "SELECT basis, status, count(*) AS n FROM orders GROUP BY ALL ORDER BY 2",
        "--format",
        "csv",
    )
    assert told.out.splitlines() == [
        "basis,status,n",
        "recorded,cancelled,6",
        "recorded,paid,12",
        "recorded,shipped,6",
    ]
    counted = run("ask", "c.case", "SELECT sum(amount) AS gbp FROM takings WHERE counted", "--format", "csv")
    assert Decimal(counted.out.splitlines()[1]) > 100
    why = run("why", "c.case", "order:KC/1/bestellungen/1001").out
    assert f"{kept['folder']}/orders.sql" in why
    assert "SELECT" in why

    # It survives a rebuild, is in the ledger, and verify watches over it.
    ledger = [json.loads(line) for line in (processed / "c.case" / "ledger.jsonl").read_text().splitlines()]
    (entry,) = [one for one in ledger if one["action"] == "map"]
    assert entry["detail"]["by"] == "DC 1234"
    assert entry["detail"]["sha256"] == kept["sha256"]
    assert run("verify", "c.case").code == 0
    orders = processed / "c.case" / kept["folder"] / "orders.sql"
    before = orders.read_text("utf-8")
    orders.write_text(before + "-- \n", "utf-8")
    failed = run("verify", "c.case")
    assert failed.code == 1
    assert "orders.sql was changed" in failed.out
    orders.write_text(before, "utf-8")
    for derived in ("tables", "raw"):
        for path in sorted((processed / "c.case" / derived).rglob("*"), reverse=True):
            path.unlink() if path.is_file() else path.rmdir()
    assert run("process", "c.case").code == 0
    again = run("ask", "c.case", "SELECT DISTINCT basis, probability FROM orders", "--format", "csv")
    assert again.out.splitlines()[1:] == ["recorded,"]
    assert run("verify", "c.case").code == 0


BROKEN = {"broken": {"shop.toml": "name = ["}, "other": {
    "shop.toml": 'name = "other"\ntitle = "Other"\nversions = ""\n[recognise]\nany = [{ tables = ["a"] }]\n'
    '[tables.a]\nkey = ["id"]\ncolumns = { id = "BIGINT" }\n',
    "coverage.sql": "SELECT 'a' AS table_name, NULL AS reason, 1 AS rows;",
}}  # fmt: skip


@pytest.mark.parametrize(
    ("database", "given", "sentence"),
    [
        ("nosuch", "broken", "no database 'nosuch'"),
        ("kundenshop", "missing", "no mapping"),
        ("kundenshop", "broken", "not a mapping"),
        ("kundenshop", "other", "does not fit kundenshop"),
    ],
)
def test_what_is_no_mapping_is_refused_in_a_sentence(processed, tmp_path, database, given, sentence):
    case = Case.open(processed / "c.case")
    for name, files in BROKEN.items():
        (tmp_path / name).mkdir()
        for file, text in files.items():
            (tmp_path / name / file).write_text(text)
    with pytest.raises(UserError, match=sentence):
        accept(case, database, tmp_path / given, "")
    assert not (case.path / "mappings" / "accepted" / "other").exists()


def test_nothing_is_proposed_where_nothing_looks_like_a_shop(processed):
    with pytest.raises(UserError, match="looks like part of a shop"):
        draft(Case.open(processed / "c.case"), "werte", None)
