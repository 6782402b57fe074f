"""Databases that no folder recognises: inferred, proposed, accepted."""

import json
from pathlib import Path

import pytest

from shop_case import mapped, new_case, take_in

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
    return f"-- MariaDB dump 10.19\n-- Host: localhost    Database: kundenshop\n{HOME_MADE}{inserts}\n".encode()


@pytest.fixture
def case(tmp_path: Path):
    made = new_case(tmp_path)
    take_in(made, home_made())
    return made


def test_an_unrecognised_shop_is_inferred_at_once_and_counts_for_nothing(case):
    result = mapped(case)
    assert result.one("SELECT count(*) FROM orders") == 24
    assert result.all("SELECT DISTINCT basis, probability > 0.5 FROM orders") == [("inferred", True)]
    assert result.one("SELECT count(*) FROM takings WHERE counted") == 0
    assert result.one(
        "SELECT CAST(sum(amount) AS DOUBLE) > 0 FROM takings WHERE reason = 'inferred, not confirmed'"
    )
    assert json
