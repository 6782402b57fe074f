"""The demo's disk image: what is true of it, found through stocktake's own way in, and by other tools."""

import hashlib
import html
import io
import ipaddress
import re
import shutil
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from command import stocktake
from images import run
from stocktake import demo
from stocktake.case import Case
from stocktake.commerce.tables import open_case
from stocktake.demo import (
    catalogue,
    clock,
    disk,
    generate,
    identifiers,
    machine,
    opencart_later,
    sessions,
    trade,
    truth,
    visits,
)
from stocktake.evidence import items

pytestmark = pytest.mark.xdist_group("demo server")
KNOWN = demo.known_server()
_ROOT = f"{machine.IMAGE}/{KNOWN['volume']}/"


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    return tmp_path_factory.mktemp("server")


@pytest.fixture(scope="module")
def image(home):
    return next(one.path for one in demo.lay_out(home / "exhibits") if one.reference == "KC/4")


@pytest.fixture(scope="module")
def held(home, image):
    """The tables of a case whose only exhibit is the disk."""
    path = home / "disk.case"
    assert stocktake("new", path, "--ref", "X/1", "--name", "Disk", home=home).code == 0
    assert stocktake("add", path, image, "--ref", "KC/4", home=home).code == 0
    ran = stocktake("process", path, home=home)
    assert ran.code == 0, ran.err
    connection = open_case(Case.open(path))
    yield connection
    connection.close()


@pytest.fixture(scope="module")
def happened():
    """What happened until the search, and until the machine was switched off."""
    before = trade.simulate(generate.SEED)
    return before, trade.carry_on(generate.SEED, 1.0, before)


def _read(item):
    with closing(item.open()) as stream:
        digest = hashlib.sha256()
        while block := stream.read1():
            digest.update(block)
    return digest.hexdigest()


def test_the_image_is_laid_out_whole(image):
    data = image.read_bytes()
    assert (image.name, len(data)) == (KNOWN["image"]["name"], KNOWN["image"]["size"])
    assert hashlib.sha256(data).hexdigest() == KNOWN["image"]["sha256"]


def test_every_file_is_found_with_its_bytes_and_those_deleted_too(image):
    problems = []
    found = {item.path.removeprefix(_ROOT): item for item in items("KC/4", image, problems.append)}
    assert [problem.message for problem in problems if problem.severity != "info"] == []
    there = {path: item for path, item in found.items() if not item.deleted}
    gone = {path: item for path, item in found.items() if item.deleted}
    files = {path: f.get("unpacked_sha256", f["sha256"]) for path, f in KNOWN["files"].items()}
    links = {path: hashlib.sha256(to.encode()).hexdigest() for path, to in KNOWN["links"].items()}
    logo = "var/www/pedlarsgate/image/catalog/logo.png"
    sent = {"var/mail/keeper/2/logo.png": KNOWN["files"][logo]["sha256"]}
    assert {path: _read(item) for path, item in there.items()} == files | links | sent
    assert {path: _read(item) for path, item in gone.items()} == {
        path: f["sha256"] for path, f in KNOWN["deleted"].items()
    }
    assert {item.record.recovered for item in gone.values()} == {"whole"}
    record = there["var/lib/tor/pedlarsgate/hs_ed25519_secret_key"].record
    assert (record.mode, record.uid, record.gid) == (0o600, 107, 113)
    assert there["var/log/wtmp"].mtime == clock.SWITCHED_OFF


def test_lvm_and_ext4_by_their_own_tools(image, tmp_path):
    raw, volume, root = tmp_path / "raw", tmp_path / "pv", tmp_path / "root"
    run("qemu-img", "convert", "-O", "raw", image, raw)
    with raw.open("rb") as source:
        source.seek(2 << 20)
        volume.write_bytes(source.read())
        source.seek(3 << 20)
        root.write_bytes(source.read(100 << 20))
    described = run("pvck", "--dump", "metadata", volume).decode()
    assert f"{machine.GROUP} {{" in described
    assert "swap {" in described
    run("e2fsck", "-fn", root)
    for path, facts in KNOWN["files"].items():
        if path.startswith(("etc/", "home/", "var/log/")):
            assert hashlib.sha256(run("debugfs", "-R", f"cat /{path}", root)).hexdigest() == facts["sha256"]


def test_the_truth_is_that_of_the_generator(happened):
    before, later = happened
    gone = opencart_later.deleted_again(before, later)
    assert visits.facts(visits.simulate(generate.SEED, later.opencart)) == KNOWN["visits"]
    logins = sessions.simulate(generate.SEED, {"quill_onion": machine.QUILL_ONION})
    assert sessions.facts(logins) == KNOWN["sessions"]
    rows = opencart_later.rows(generate.SEED, before, later)
    assert rows.digest() == KNOWN["database"]["rows_sha256_before_the_last_deletions"]
    assert opencart_later.orders_there(later, gone) == KNOWN["database"]["orders"]


def test_orders_that_the_dump_has_too_are_the_same_but_for_the_week(happened):
    before, later = happened
    assert [order.number for order in later.opencart[: len(before.opencart)]] == [
        order.number for order in before.opencart
    ]
    for old, new in zip(before.opencart, later.opencart, strict=False):
        assert new is old or (old.state, new.state) == ("processing", "completed")
    new = later.opencart[len(before.opencart) :]
    assert [order.number for order in new] == list(
        range(before.opencart[-1].number + 1, later.opencart[-1].number + 1)
    )
    for order in new:
        assert clock.OC_DUMPED < order.placed < clock.SWITCHED_OFF
        if order.shipped:
            assert order.placed < order.shipped < clock.SWITCHED_OFF
    coins = [order.coin.address for order in later.opencart if order.coin]
    numbers = [order.tracking for order in later.opencart if order.tracking]
    assert len(set(coins)) == len(coins)
    assert len(set(numbers)) == len(numbers)
    emails = [email for person in later.people for email in set(person.emails)]
    assert len(set(emails)) == len(emails)


def test_visits_are_what_was_asked_for(held):
    truth = KNOWN["visits"]
    logged = "FROM visits WHERE log IS NOT NULL"  # the shop's own tables tell of visits too
    days = held.execute(f"SELECT strftime(\"at\", '%Y-%m-%d'), count(*) {logged} GROUP BY 1").fetchall()
    assert dict(days) == truth["by_day_utc"]
    hosts = held.execute(f"SELECT coalesce(host, ''), count(*) {logged} GROUP BY 1").fetchall()
    assert dict(hosts) == truth["by_host"]
    assert held.execute(f"SELECT count(*) {logged} AND ip = '127.0.0.1'").fetchone() == (truth["over_tor"],)
    logins = held.execute("""
        SELECT strftime("at", '%Y-%m-%d %H:%M:%S'), ip FROM visits
        WHERE method = 'POST' AND path = '/admin/index.php?route=common/login' AND status = 302 ORDER BY ALL
    """).fetchall()
    assert logins == sorted((row["at_utc"], row["ip"]) for row in truth["admin_logins"])
    confirmed = held.execute("""
        SELECT strftime("at", '%Y-%m-%d %H:%M:%S'), ip FROM visits
        WHERE path = '/index.php?route=checkout/confirm' ORDER BY ALL
    """).fetchall()
    assert confirmed == sorted((row["at_utc"], row["ip"]) for row in truth["order_visits"])


def test_orders_of_the_data_directory_are_those_it_holds(held):
    told = held.execute(
        "SELECT number, strftime(placed_at, '%Y-%m-%d %H:%M:%S'), status_recorded FROM orders"
    )
    true = {
        (str(order["number"]), order["placed_utc"], order["status_recorded"])
        for order in KNOWN["database"]["orders"]
    }
    assert {(number, at, status or "0") for number, at, status in told.fetchall()} == true
    placed = held.execute("""
        SELECT count(*) FROM orders o JOIN visits v ON v.at = o.placed_at AND v.path LIKE '%checkout/confirm'
        AND (v.ip = o.ip OR v.ip = '127.0.0.1')
    """).fetchone()
    still = {order["number"] for order in KNOWN["database"]["orders"]}
    assert placed == (sum(row["order"] in still for row in KNOWN["visits"]["order_visits"]),)


def test_the_onion_name_comes_from_its_keys(held):
    names = dict(
        held.execute(
            "SELECT evidence, host FROM site_names WHERE evidence LIKE '%tor/pedlarsgate%'"
        ).fetchall()
    )
    assert len([evidence for evidence in names if "key" in evidence]) == 2
    assert set(names.values()) == {KNOWN["onion"]}
    clearnet = held.execute("SELECT count(*) FROM site_names WHERE host = ?", [KNOWN["clearnet"]]).fetchone()
    assert clearnet > (0,)


def test_logins_and_commands_are_those_of_the_operators(held):
    commands = held.execute("""
        SELECT strftime("at", '%Y-%m-%d %H:%M:%S'), "user", command FROM host_events
        WHERE kind = 'shell command' ORDER BY ALL
    """).fetchall()
    truth = KNOWN["sessions"]
    assert commands == sorted((row["at_utc"], row["user"], row["command"]) for row in truth["commands"])
    for log, which in (("auth.log", "in_auth_log"), ("wtmp", "in_wtmp")):
        told = held.execute(f"""
            SELECT strftime("at", '%Y-%m-%d %H:%M:%S'), "user", ip FROM host_events
            WHERE kind = 'login' AND source_id LIKE '%var/log/{log}%' ORDER BY ALL
        """).fetchall()
        true = sorted((row["at_utc"], row["user"], row["ip"]) for row in truth["logins"] if row[which])
        assert told == true, log
    # One line has no fingerprint of the key: a well-known reader stops there.
    without = [row for row in truth["logins"] if row["method"] == "publickey" and not row["fingerprint"]]
    assert len(without) == 1


def test_mail_is_that_of_the_spool(held):
    told = held.execute("""
        SELECT strftime("at", '%Y-%m-%d %H:%M:%S'), subject FROM messages
        WHERE source_id LIKE '%var/mail/%' ORDER BY ALL
    """).fetchall()
    assert told == sorted((mail["at_utc"], mail["subject"]) for mail in KNOWN["mails"])


def test_addresses_of_the_wallets_are_those_they_watch(held):
    for path, wallet in KNOWN["wallets"].items():
        found = held.execute(
            "SELECT DISTINCT normalised FROM observables WHERE kind = 'btc' AND item_id LIKE '%' || ?", [path]
        ).fetchall()
        assert {address for (address,) in found} == set(wallet["addresses"]), path
    keys = held.execute(
        "SELECT DISTINCT value FROM observables WHERE kind = 'extended_public_key'"
    ).fetchall()
    assert (KNOWN["wallets"]["home/keeper/.electrum/wallets/quill_watch"]["extended_public_key"],) in keys


def test_no_secret_of_the_disk_is_in_any_table(held, home):
    shop = "made-up-shop-password"
    onion = identifiers.onion_v3_folder("stocktake demo pedlarsgate")["hs_ed25519_secret_key"][32:]
    lines = [line for key in sessions.KEYS.values() for line in key.secret_file().splitlines()[2:4]]
    secrets = [shop.encode(), b"made-up-root-password", onion, *(line.encode() for line in lines)]
    files = sorted((home / "disk.case").rglob("*.parquet"))
    assert files
    for file in files:
        for batch in pq.ParquetFile(file).iter_batches():
            text = "\n".join(str(column.to_pylist()) for column in batch.columns).encode()
            assert [secret for secret in secrets if secret in text] == [], file


def test_a_disk_made_twice_has_the_same_bytes(tmp_path):
    tree = tmp_path / "tree"
    (tree / "home").mkdir(parents=True)
    (tree / "home" / "kept.txt").write_text("kept\n" * 900)
    (tree / "home" / "gone.csv").write_text("a,b\n" * 5000)
    (tree / "link").symlink_to("home/kept.txt")
    at = datetime(2025, 7, 22, 6, tzinfo=UTC)
    known = disk.Attributes(0o640, 1001, 1001, at, at)
    attributes = dict.fromkeys(("home/kept.txt", "home/gone.csv"), known)
    made = []
    for name in ("one.qcow2", "two.qcow2"):
        disk.make_ext4(tree, tmp_path / "root", 16 << 20, attributes, ["home/gone.csv"], at, at)
        disk.make_image(tmp_path / "root", tmp_path / name, tmp_path, "group", "host", at)
        made.append((tmp_path / name).read_bytes())
    assert made[0] == made[1]


def test_made_anew_all_but_the_data_directory_is_the_same(tmp_path):
    happened = trade.simulate("a seed", 0.04)
    schema = generate.opencart_schema()
    first = machine.write("a seed", 0.04, happened, schema)
    second = machine.write("a seed", 0.04, happened, schema)
    for _, facts in (first, second):
        del facts["image"]
        facts["files"] = {
            path: f for path, f in facts["files"].items() if not path.startswith("var/lib/mysql/")
        }
    assert first[1] == second[1]
    assert first[1]["visits"]["order_visits"]


def test_hosts_and_addresses_on_the_disk_belong_to_nobody(image):
    place = re.compile(rb"(?<![\d./])(?:\d{1,3}\.){3}\d{1,3}(?![\d.])")
    host = re.compile(rb"[\w.+-]+@([\w-]+(?:\.[\w-]+)+)")
    looked = 0
    for item in items("KC/4", image, lambda _: None):
        path = item.path.removeprefix(_ROOT)
        if not path.startswith(("etc/", "home/", "root/", "usr/", "var/log/", "var/mail/", "var/www/")):
            continue  # the server's own tables hold its manual
        looked += 1
        with closing(item.open()) as stream:
            data = stream.read()
        for found in set(place.findall(data)) - {b"3.0.3.9"}:  # the shop's version
            assert ipaddress.ip_address(found.decode()).is_private, (path, found)  # as documentation's count
        for found in set(host.findall(data)):
            kept = re.search(rb"(^|\.)example(\.(com|net|org))?$|\.onion$|^[\d.]+$", found.lower())
            assert kept, (path, found)
    assert looked > 50


def test_keys_are_what_ssh_and_tor_take(tmp_path):
    keygen = shutil.which("ssh-keygen")
    assert keygen, "ssh-keygen is missing; it comes with `apt install openssh-client`."
    key = sessions.KEYS["moss"]
    secret, public = tmp_path / "key", tmp_path / "key.pub"
    secret.write_text(key.secret_file())
    secret.chmod(0o600)
    public.write_text(key.public_line())
    assert run("ssh-keygen", "-y", "-f", secret).decode().split()[:2] == key.public_line().split()[:2]
    assert key.fingerprint() in run("ssh-keygen", "-l", "-f", public).decode()


def test_the_generator_names_the_program_that_is_missing(monkeypatch, tmp_path):
    from stocktake.errors import UserError

    monkeypatch.setattr(disk.shutil, "which", lambda *_, **__: None)
    with pytest.raises(UserError, match="mke2fs is missing; it comes with `apt install e2fsprogs`"):
        disk.make_ext4(Path(tmp_path), tmp_path / "root", 1 << 20, {}, [], clock.CLOSED, clock.CLOSED)


def test_visits_names_and_the_onion_service_lead_to_the_shop(held):
    (site,) = held.execute("SELECT site_id FROM sites").fetchone()
    hosts = held.execute("SELECT DISTINCT site_id FROM visits WHERE host IS NOT NULL").fetchall()
    assert hosts == [(site,)]
    # requests to no name, which the settings answer with nothing
    assert held.execute("SELECT count(*) FROM visits WHERE site_id IS NULL").fetchone() == (
        held.execute("SELECT count(*) FROM visits WHERE log LIKE '%/nginx/access.log%'").fetchone()
    )
    assert held.execute("SELECT DISTINCT site_id FROM site_names").fetchall() == [(site,)]
    events = "SELECT DISTINCT site_id FROM host_events WHERE kind IN ('onion service key', 'certificate')"
    assert held.execute(events).fetchall() == [(site,)]


# ---- the same shop's backup beside it


@pytest.fixture(scope="module")
def united(home, held):
    """The case of the disk, with the backup of a week before taken in afterwards."""
    path = home / "both.case"
    shutil.copytree(home / "disk.case", path)
    (backup,) = (one.path for one in demo.lay_out(home / "exhibits") if one.reference == "KC/2")
    assert stocktake("add", path, backup, "--ref", "KC/2", home=home).code == 0
    ran = stocktake("process", path, home=home)
    assert ran.code == 0, ran.err
    assert stocktake("verify", path, home=home).code == 0
    connection = open_case(Case.open(path))
    yield connection
    connection.close()


@pytest.fixture(scope="module")
def in_the_end(happened):
    """Every order of Pedlarsgate that the backup or the disk holds, by number, as the newer of them has it."""
    before, later = happened
    there = {order["number"] for order in KNOWN["database"]["orders"]}
    found = {order.number: order for order in before.opencart if order.state != "deleted"}
    return found | {order.number: order for order in later.opencart if order.number in there}


def test_the_backup_and_the_disk_are_one_shop_with_every_order_once(united, in_the_end):
    told = united.execute(
        "SELECT number, status, total, currency FROM orders ORDER BY CAST(number AS INTEGER)"
    )
    assert told.fetchall() == [
        (str(number), truth.canonical_status(order), trade.buyers_money(order.total, order), order.currency)
        for number, order in sorted(in_the_end.items())
    ]
    assert united.execute("SELECT name, software FROM sites").fetchall() == [("Pedlarsgate", "OpenCart")]
    counted = united.execute("SELECT count(*) FROM takings WHERE counted AND amount >= 0").fetchone()
    assert counted == (sum(truth.is_counted(order) for order in in_the_end.values()),)
    assert united.execute("SELECT * FROM completeness WHERE found <> mapped + set_aside").fetchall() == []


def test_orders_that_the_operators_purged_and_deleted_are_told(united, in_the_end):
    there = {order["number"] for order in KNOWN["database"]["orders"]}
    gone = united.execute(
        "SELECT o.number FROM row_changes AS c JOIN orders AS o ON o.order_id = c.row_id "
        "WHERE c.kind = 'vanished' AND c.table_name = 'orders'"
    )
    told = {int(number) for (number,) in gone.fetchall()}
    assert told == in_the_end.keys() - there
    assert told >= set(KNOWN["database"]["deleted_since_the_dump"])
    posted = united.execute(
        "SELECT o.number FROM row_changes AS c JOIN orders AS o ON o.order_id = c.row_id "
        "WHERE c.kind = 'changed' AND c.column_name = 'status'"
    )
    before = {
        order["number"]: order["status"] for order in _rows_of("orders") if order["site"] == "pedlarsgate"
    }
    assert {int(number) for (number,) in posted.fetchall()} == {
        number for number in there & before.keys()
        if before[number] != truth.canonical_status(in_the_end[number])
    }  # fmt: skip


def _rows_of(name):
    return pq.read_table(io.BytesIO(demo.known_rows(name))).to_pylist()


def test_prices_are_explained_by_the_offer_that_was_open(united, in_the_end):
    """Since the last change of prices the tables hold every offer; before it they hold few."""
    told = united.execute(
        "SELECT o.number, l.title, l.variation, p.explanation, p.explained, p.min_quantity, p.customer_group "
        "FROM price_explanations AS p JOIN order_lines AS l ON l.line_id = p.line_id "
        "JOIN orders AS o ON o.order_id = p.order_id"
    ).fetchall()
    titles = {listing.oc_title: listing for listing in catalogue.LISTINGS if listing.oc_title}
    since = datetime(2025, 1, 15, tzinfo=UTC)
    recent = 0
    for number, title, variation, explanation, explained, least, group in told:
        order = in_the_end[int(number)]
        listing = titles.get(html.unescape(title))
        if listing is None:
            continue
        line = next(one for one in order.lines if one.listing is listing)
        reached = [q for q, _ in trade.tiers_at(listing, "opencart", order.placed) if q <= line.quantity]
        if order.placed >= since:
            recent += 1
            assert explained, (number, title)
            if variation:
                # The least weight costs what the product's own row says.
                assert explanation in ("variation", "listing price")
            elif reached:
                assert (explanation, least) == ("tier", max(reached)), (number, title, group)
            else:
                assert explanation == "listing price", (number, title)
        elif explained and explanation == "tier":
            assert reached
            assert least <= line.quantity
    assert recent > 2000
    shares = dict(united.execute("SELECT explained, count(*) FROM price_explanations GROUP BY 1").fetchall())
    assert shares[True] / (shares[True] + shares[False]) > 0.4
