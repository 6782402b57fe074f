"""The demo's exhibits: made up throughout, the same from the same seed, and true to their truth."""

from __future__ import annotations

import base64
import hashlib
import io
import ipaddress
import lzma
import re
import shutil
import subprocess
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pyarrow.parquet as pq
import pytest
import pytz
import zstandard

from stocktake import demo
from stocktake.demo import (
    clock,
    generate,
    identifiers,
    opencart,
    openpgp,
    php,
    server,
    trade,
    truth,
    woocommerce,
    words,
)

LARGEST = 2 * 1024 * 1024

# The generator and the data directories both work servers hard: one after the other.
pytestmark = pytest.mark.xdist_group("databases")


@pytest.fixture(scope="module")
def laid_out(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    exhibits = demo.lay_out(tmp_path_factory.mktemp("exhibits"))
    return {exhibit.reference: exhibit.path for exhibit in exhibits}


@pytest.fixture(scope="module")
def dumps(laid_out: dict[str, Path]) -> dict[str, bytes]:
    packed = zstandard.ZstdDecompressor().stream_reader(io.BytesIO(laid_out["KC/2"].read_bytes()))
    return {"quillbarrow": lzma.decompress(laid_out["KC/1"].read_bytes()), "pedlarsgate": packed.read()}


@pytest.fixture(scope="module")
def happened() -> trade.Trade:
    return trade.simulate(generate.SEED)


def test_no_shipped_file_is_too_large_for_a_repository() -> None:
    folder = Path(demo.__file__).parent
    sizes = {path: path.stat().st_size for path in folder.rglob("*") if path.is_file()}
    assert sizes
    assert {path: size for path, size in sizes.items() if size >= LARGEST} == {}


def test_exhibits_are_laid_out_whole(laid_out: dict[str, Path], dumps: dict[str, bytes]) -> None:
    files = demo.known_truth()["manifest"]["files"]
    disk = demo.known_server()["image"]["name"]
    assert {path.name for path in laid_out.values()} == {*files, disk}
    for path in laid_out.values():
        if path.name == disk:
            continue  # test_demo_server.py
        assert path.stat().st_size == files[path.name]["size"]
        assert hashlib.sha256(path.read_bytes()).hexdigest() == files[path.name]["sha256"]
    for dump, (name, facts) in zip(dumps.values(), files.items(), strict=False):
        assert hashlib.sha256(dump).hexdigest() == facts["unpacked_sha256"], name
        assert re.search(rb"\n-- Dump completed on 2025-07-15  3:\d\d:00\n$", dump)


def test_shipped_rows_are_those_the_generator_makes(happened: trade.Trade) -> None:
    manifest = demo.known_truth()["manifest"]
    assert manifest["seed"] == generate.SEED
    assert manifest["scale"] == 1.0
    for name, module in (("quillbarrow", woocommerce), ("pedlarsgate", opencart)):
        rows = module.rows(generate.SEED, happened)
        known = {table: count for table, count in manifest["databases"][name]["tables"].items() if count}
        assert rows.counts() == known
        assert rows.digest() == manifest["databases"][name]["rows_sha256"]


def test_truth_is_that_of_the_generator(happened: trade.Trade) -> None:
    known = demo.known_truth()
    made = truth.facts(happened, generate.intercepted(happened))
    del known["manifest"]
    assert made == known
    orders = pq.read_table(io.BytesIO(demo.known_rows("orders")))
    assert orders.to_pylist() == truth.order_rows(happened)
    persons = pq.read_table(io.BytesIO(demo.known_rows("persons")))
    assert persons.to_pylist() == truth.person_rows(happened)


def test_a_real_server_with_the_shipped_dumps_agrees_with_the_truth(
    dumps: dict[str, bytes], tmp_path: Path
) -> None:
    known = demo.known_truth()
    with server.running() as real:
        real.load(["CREATE DATABASE quillbarrow DEFAULT CHARSET=utf8mb4;"])
        for name, dump in dumps.items():
            path = tmp_path / f"{name}.sql"
            path.write_bytes(dump)
            real.load_file(path, "quillbarrow" if name == "quillbarrow" else "")
            expected = known["manifest"]["databases"][name]["tables"]
            query = " UNION ALL ".join(f"SELECT '{table}', COUNT(*) FROM `{table}`" for table in expected)
            assert {table: int(count) for table, count in real.ask(query, name)} == expected
        truth.check(real, known)
        # Text came through the server and the dump's own character set as it was meant.
        [[name]] = real.ask("SELECT name FROM qb7_old_customers WHERE id = 3", "quillbarrow")
        assert name == "Renée O\u2019Dell"
        [[symbol]] = real.ask("SELECT symbol_right FROM oc_currency WHERE code = 'EUR'", "pedlarsgate")
        assert symbol == "€"
        [[view]] = real.ask("SELECT COUNT(*) FROM qb7_to_pack", "quillbarrow")
        assert int(view) == sum(
            row["orders"]
            for row in known["sites"]["quillbarrow"]["totals"]
            if row["status_recorded"] == "wc-processing"
        )


def test_the_same_seed_gives_the_same_bytes_and_another_seed_others(tmp_path: Path) -> None:
    def made(folder: str, seed: str) -> dict[str, bytes]:
        generate.generate(tmp_path / folder, seed, scale=0.04, disk=False)  # test_demo_server.py
        files = (path for path in (tmp_path / folder).rglob("*") if path.is_file())
        return {str(path.relative_to(tmp_path / folder)): path.read_bytes() for path in files}

    first = made("first", "a seed")
    assert made("second", "a seed") == first
    assert made("third", "another seed")["truth/truth.json"] != first["truth/truth.json"]


def test_mail_phones_and_addresses_belong_to_nobody(dumps: dict[str, bytes]) -> None:
    onion = re.compile(r"[a-z2-7]{56}\.onion")
    for name, dump in dumps.items():
        text = dump.decode("cp1252" if name == "pedlarsgate" else "utf-8")
        hosts = set(re.findall(r"[\w.+-]+@([A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+)", text))
        strange = {
            host
            for host in hosts
            if not re.search(r"(^|\.)example\.(com|net|org)$", host.lower())
            and not onion.fullmatch(host.lower())
        }
        assert strange == set()
        for number in set(re.findall(r"'((?:\+44|0)[0-9 ]{9,13})'", text)):
            digits = re.sub(r"^\+44", "0", number).replace(" ", "")
            assert digits[:8] in words.PHONE_RANGES.values(), number
        for found in set(re.findall(r"'(\d{1,3}(?:\.\d{1,3}){3})'", text)):
            address = ipaddress.ip_address(found)
            assert address.is_private, found  # the documentation ranges count as private
        for host in set(onion.findall(text)):
            data = base64.b32decode(host.removesuffix(".onion").upper())
            check = hashlib.sha3_256(b".onion checksum" + data[:32] + b"\x03").digest()[:2]
            assert data[32:] == check + b"\x03"


def test_parcels_know_their_orders(laid_out: dict[str, Path], happened: trade.Trade) -> None:
    parcels = generate.intercepted(happened)
    assert laid_out["KC/3"].read_bytes() == generate.as_csv(parcels)
    assert [parcel.order is None for parcel in parcels].count(True) == 1
    assert len({id(parcel.order) for parcel in parcels}) == len(parcels)
    first = parcels[0]
    assert first.order is not None
    assert first.tracking == first.order.tracking
    assert first.order.number == demo.known_truth()["parcels"][0]["order"]
    for parcel in parcels:
        if parcel.order and parcel.intercepted and parcel.order.shipped:
            assert parcel.order.shipped < parcel.intercepted < parcel.order.shipped + timedelta(days=3)


def test_parcel_numbers_of_orders_are_valid_and_used_once(happened: trade.Trade) -> None:
    numbers = [order.tracking for order in [*happened.woo, *happened.opencart] if order.tracking]
    assert len(set(numbers)) == len(numbers)
    for number in numbers:
        assert identifiers.s10(number[:2], int(number[2:10])) == number


def test_money_of_every_order_adds_up(happened: trade.Trade) -> None:
    for order in [*happened.woo, *happened.opencart]:
        assert order.total == order.subtotal - order.discount + order.shipping_cost
        assert order.total > 0
        assert sum(refund.amount for refund in order.refunds) <= order.total
        if order.paid:
            assert order.placed < order.paid < clock.CLOSED
        if order.shipped:
            assert order.paid is not None
            assert order.paid < order.shipped < clock.CLOSED


def test_people_are_told_apart_by_what_they_give(happened: trade.Trade) -> None:
    emails = [email for person in happened.people for email in set(person.emails)]
    assert len(set(emails)) == len(emails)
    first_numbers = [person.phones[0] for person in happened.people if person.phones[0]]
    shared = len(first_numbers) - len(set(first_numbers))
    assert 0 < shared < len(first_numbers) // 50


def test_one_wallet_gives_every_address_once(happened: trade.Trade) -> None:
    addresses = [order.coin.address for order in [*happened.woo, *happened.opencart] if order.coin]
    assert len(addresses) > 1000
    assert len(set(addresses)) == len(addresses)


def test_british_time_is_that_of_the_time_zone_database() -> None:
    zone = pytz.timezone("Europe/London")
    at = datetime(2023, 1, 1, tzinfo=UTC)
    while at.year < 2026:
        assert clock.london(at) == at.astimezone(zone).replace(tzinfo=None)
        at += timedelta(minutes=30)


def test_item_numbers_have_the_check_digit_of_the_standard() -> None:
    # UPU S10-12 works through 47312482, whose check digit is 9.
    assert identifiers.s10("RR", 47312482, "GB") == "RR473124829GB"
    assert identifiers.s10("AB", 12345678) == "AB123456785GB"


def test_wallet_derives_as_bip_32_and_bip_84_say() -> None:
    # BIP 84, test vector: account 0 and its first two deposit addresses.
    text = "zpub6rFR7y4Q2AijBEqTUquhVz398htDFrtymD9xYYfG1m4wAcvPhXNfE3EfH1r1ADqtfSdVCToUG868RvUUkgDKf31mGDtKsAYz2oz2AGutZYs"
    number = 0
    for letter in text:
        number = number * 58 + "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz".index(letter)
    data = number.to_bytes(82, "big")
    x = int.from_bytes(data[46:78], "big")
    prime = 2**256 - 2**32 - 977
    y = pow(x**3 + 7, (prime + 1) // 4, prime)
    point = (x, y if y % 2 == data[45] - 2 else prime - y)
    key = identifiers.ExtendedKey(point, data[13:45], data[4], data[5:9], int.from_bytes(data[9:13], "big"))
    assert key.serialised() == text
    assert identifiers.deposit_address(key, 0) == "bc1qcr8te4kr609gcawutmrza0j4xv80jy8z306fyu"
    assert identifiers.deposit_address(key, 1) == "bc1qnjg0jd8228aq7egyzacy8cys3knf9xvrerkf9g"


def test_php_counts_bytes_not_letters() -> None:
    assert php.serialize({"a": "é", 2: [True, None, 1.5]}) == (
        'a:2:{s:1:"a";s:2:"é";i:2;a:3:{i:0;b:1;i:1;N;i:2;d:1.5;}}'
    )


def test_sealed_notes_open_with_the_demos_key_and_no_other(happened: trade.Trade, tmp_path: Path) -> None:
    program = shutil.which("gpg")
    assert program, "gpg is missing; it comes with `apt install gnupg`."
    home = tmp_path / "keys"
    home.mkdir(mode=0o700)

    def gpg(*options: str, given: str = "") -> subprocess.CompletedProcess[str]:
        command = [program, "--homedir", str(home), "--batch", "--quiet", *options]
        return subprocess.run(command, input=given, capture_output=True, text=True, check=False)

    sealed = [order for order in happened.woo if order.note.startswith("-----BEGIN PGP MESSAGE")][:5]
    assert len(sealed) == 5
    try:
        listed = gpg("--list-packets", given=sealed[0].note)
        assert f"keyid {trade.OPERATOR_KEY.subkey_id()}" in listed.stdout
        assert gpg("--decrypt", given=sealed[0].note).returncode != 0

        assert gpg("--import", given=trade.OPERATOR_KEY.secret_block()).returncode == 0
        assert trade.OPERATOR_KEY.fingerprint() in gpg("--list-keys", "--with-colons").stdout
        for order in sealed:
            opened = gpg("--decrypt", given=order.note)
            assert opened.returncode == 0, opened.stderr
            assert opened.stdout.splitlines()[0] == f"{order.shipping.first} {order.shipping.last}"

        other = replace(trade.OPERATOR_KEY, seed="another key")
        assert gpg("--decrypt", given=other.encrypt("a", b"b")).returncode != 0
        public = gpg("--show-keys", "--with-colons", given=other.public_block())
        assert other.fingerprint() in public.stdout
    finally:
        subprocess.run(["gpgconf", "--homedir", str(home), "--kill", "all"], check=False)


def test_a_message_differs_with_its_random_choices() -> None:
    key = openpgp.Key("a <a@example.org>", datetime(2023, 5, 1, tzinfo=UTC), "seed")
    assert key.encrypt("text", b"1") == key.encrypt("text", b"1")
    assert key.encrypt("text", b"1") != key.encrypt("text", b"2")
