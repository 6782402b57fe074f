"""The machine of Pedlarsgate, as its hosting firm handed over its disk: exhibit KC/4 and what is true of it.

Its settings lie as files in `pg2/`, what the operators did and wrote in `pg2.toml`; logs, keys, mail, wallets
and the database are made from what happened in the model.
"""

from __future__ import annotations

import csv
import gzip
import hashlib
import io
import json
import shutil
import tempfile
import zlib
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ed25519
from cryptography.x509.oid import NameOID

from stocktake.demo import (
    clock,
    disk,
    identifiers,
    opencart,
    opencart_later,
    server,
    sessions,
    visits,
    wallet_files,
)
from stocktake.demo.opencart_stock import CLEARNET, ONION, ONION_SEED
from stocktake.demo.tables import pounds
from stocktake.demo.trade import OPERATOR_KEY, WALLET, carry_on
from stocktake.demo.woocommerce_stock import ONION as QUILL_ONION

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable

    from stocktake.demo.tables import Tables
    from stocktake.demo.trade import Order, Trade

IMAGE = "pedlarsgate-server.qcow2"
GROUP = "pg2-vg"
_SIZE = 100 << 20  # of the file system
_INSTALLED = datetime(2024, 1, 29, 19, 31, 8, tzinfo=UTC)
_DEPLOYED = datetime(2025, 5, 18, 20, 14, 55, tzinfo=UTC)
_REMOVED = datetime(2025, 7, 21, 21, 22, 4, tzinfo=UTC)
_WEB = "var/www/pedlarsgate"
# Folders whose files belong to others than root: numbers of owner and group, permission bits of files.
_OWNERS = (
    ("var/lib/mysql", 106, 112, 0o660),
    ("var/lib/tor/pedlarsgate", 107, 113, 0o600),
    ("var/www", 33, 33, 0o644),
    ("var/log/nginx", 33, 4, 0o640),
    ("var/log", 0, 4, 0o640),
    ("var/spool/cron/crontabs", 1001, 104, 0o600),
    ("var/mail/keeper", 1000, 8, 0o660),
    ("var/mail/moss", 1001, 8, 0o660),
    ("home/keeper", 1000, 1000, 0o600),
    ("home/moss", 1001, 1001, 0o600),
    ("root", 0, 0, 0o600),
    ("etc/letsencrypt", 0, 0, 0o600),
    ("etc/shadow", 0, 42, 0o640),
    ("", 0, 0, 0o644),
)


@dataclass
class _Tree:
    """The files of the machine on their way to its disk; `modified` where a file's own time is known."""

    root: Path
    modified: dict[str, datetime] = field(default_factory=dict)
    deleted: list[str] = field(default_factory=list)

    def add(self, path: str, content: bytes | str, at: datetime | None = None) -> None:
        target = self.root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content.encode() if isinstance(content, str) else content)
        if at:
            self.modified[path] = at

    def attributes(self) -> dict[str, disk.Attributes]:
        """What the file system says of each file and folder; a folder is as old as its youngest entry."""
        found: dict[str, disk.Attributes] = {}
        for path in sorted(self.root.rglob("*"), reverse=True):
            name = path.relative_to(self.root).as_posix()
            _, uid, gid, mode = next(o for o in _OWNERS if not o[0] or f"{name}/".startswith(f"{o[0]}/"))
            if path.is_symlink():
                mode = 0o777
            elif path.is_dir():
                mode |= 0o700 | mode >> 2 & 0o111
            elif path.read_bytes()[:2] == b"#!":
                mode |= 0o755
            inside = [known for other, known in found.items() if other.rpartition("/")[0] == name]
            at = max((known.modified for known in inside), default=self.modified.get(name, _INSTALLED))
            created = min((known.created for known in inside), default=min(at, _INSTALLED))
            found[name] = disk.Attributes(mode, uid, gid, at, created if path.is_dir() else at)
        return found


def _words() -> dict[str, str]:
    return {
        "onion": ONION,
        "quill_onion": QUILL_ONION,
        "clearnet": CLEARNET,
        "wallet": WALLET.serialised(),
        "pgp": OPERATOR_KEY.public_block(),
        "shop_format": "'"
        + visits.FORMAT.replace(' "$http_referer"', "'\n                    ' \"$http_referer\"")
        + "'",
    }


def _settings(tree: _Tree) -> None:
    def copy(folder: Traversable, path: str) -> None:
        for entry in sorted(folder.iterdir(), key=lambda entry: entry.name):
            name = f"{path}{entry.name}".replace(
                "/dotgit", "/.git"
            )  # no repository may hold a folder of that name
            if entry.is_dir():
                copy(entry, f"{name}/")
            else:
                text = entry.read_text(encoding="utf-8")
                for word, meant in _words().items():
                    text = text.replace(f"{{{word}}}", meant)
                tree.add(name, text, _DEPLOYED if name.startswith(_WEB) else _INSTALLED)

    copy(resources.files("stocktake.demo") / "pg2", "")
    (tree.root / "etc/localtime").symlink_to("/usr/share/zoneinfo/Europe/Amsterdam")
    commits = (
        "clone: from ssh://git@203.0.113.40/srv/git/pedlarsgate.git",
        "pull: Fast-forward",
        "commit: slots for tor",
    )
    at, before, log = _INSTALLED, "0" * 40, ""
    for number, (who, what) in enumerate(zip(("keeper", "moss", "keeper"), commits, strict=True)):
        after = hashlib.sha1(f"commit {number}".encode(), usedforsecurity=False).hexdigest()
        when = at + timedelta(days=240 * number)
        zone = clock.amsterdam_offset(when)
        author = f"{who.title()} <{who}@saltbox.example.net> {int(when.timestamp())} {zone}"
        log += f"{before} {after} {author}\t{what}\n"
        before = after
    tree.add(f"{_WEB}/.git/logs/HEAD", log, _DEPLOYED)
    tree.add(f"{_WEB}/image/catalog/logo.png", _logo(), _DEPLOYED)


def _logo() -> bytes:
    """A gate in 48 by 48 points (PNG, ISO/IEC 15948)."""
    rows = b""
    for y in range(48):
        rows += b"\0"
        for x in range(48):
            bar = (x % 8 < 3 and y > 8) or y in range(16, 20) or y in range(36, 40)
            rows += bytes((90, 62, 27) if bar else (253, 248, 239))

    def chunk(kind: bytes, data: bytes) -> bytes:
        return len(data).to_bytes(4, "big") + kind + data + zlib.crc32(kind + data).to_bytes(4, "big")

    head = (48).to_bytes(4, "big") * 2 + bytes((8, 2, 0, 0, 0))
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + chunk(b"IDAT", zlib.compress(rows, 9))
        + chunk(b"IEND", b"")
    )


def _keys(tree: _Tree) -> None:
    keys = sessions.KEYS
    tree.add("etc/ssh/ssh_host_ed25519_key.pub", keys["host"].public_line())
    tree.add("etc/ssh/ssh_host_ed25519_key", keys["host"].secret_file())
    fetching = 'command="/usr/bin/rrsync -ro /var/backups" ' + keys["backup"].public_line()
    tree.add("root/.ssh/authorized_keys", keys["keeper"].public_line())
    tree.add("var/backups/.ssh/authorized_keys", fetching)
    tree.add("home/keeper/.ssh/authorized_keys", keys["keeper"].public_line())
    tree.add("home/moss/.ssh/authorized_keys", keys["moss"].public_line())
    tree.add("home/moss/.ssh/id_ed25519", keys["moss here"].secret_file())
    tree.add("home/moss/.ssh/id_ed25519.pub", keys["moss here"].public_line())
    other = keys["other host"].public_line().rsplit(" ", 1)[0]
    for home in ("root", "home/moss"):
        tree.add(f"{home}/.ssh/known_hosts", f"quill,{sessions.OTHER_SERVER} {other}\n")
    for name, content in identifiers.onion_v3_folder(ONION_SEED).items():
        tree.add(f"var/lib/tor/pedlarsgate/{name}", content)
    tree.add("home/keeper/keeper.asc", OPERATOR_KEY.public_block() + "\n")
    secret = ed25519.Ed25519PrivateKey.from_private_bytes(
        hashlib.sha256(b"stocktake demo certificate").digest()
    )
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, CLEARNET)])
    since = datetime(2025, 6, 2, 3, 14, 7, tzinfo=UTC)
    alternative = x509.SubjectAlternativeName([x509.DNSName(CLEARNET), x509.DNSName(f"www.{CLEARNET}")])
    certificate = (
        x509.CertificateBuilder(
            subject, subject, secret.public_key(), 0x7E57_0041, since, since + timedelta(days=90)
        )
        .add_extension(alternative, critical=False)
        .sign(secret, None)
    )
    live = f"etc/letsencrypt/live/{CLEARNET}"
    tree.add(f"{live}/fullchain.pem", certificate.public_bytes(serialization.Encoding.PEM), since)
    none = serialization.NoEncryption()
    pem = secret.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, none)
    tree.add(f"{live}/privkey.pem", pem, since)


def _packed_name(log: str) -> str:
    """The name that logrotate gives a log: from the second turn on it is packed."""
    back = log.rpartition(".")[2]
    return f"{log}.gz" if back.isdigit() and int(back) > 1 else log


def _packed(log: str, content: bytes) -> bytes:
    return gzip.compress(content, 9, mtime=0) if _packed_name(log) != log else content


def _logs(tree: _Tree, seed: str, requests: list[visits.Visit], logins: list[sessions.Session]) -> None:
    for log, (content, at) in visits.log_files(requests, clock.SWITCHED_OFF).items():
        tree.add(f"var/log/nginx/{_packed_name(log)}", _packed(log, content), at)
    errors = visits.error_lines(requests)
    tree.add("var/log/nginx/error.log", "".join(text for _, text in errors), errors[-1][0])
    for log, (text, at) in sessions.auth_logs(seed, logins).items():
        tree.add(f"var/log/{_packed_name(log)}", _packed(log, text.encode()), at)
    tree.add("var/log/wtmp", sessions.wtmp(logins), clock.SWITCHED_OFF)
    tree.add("var/log/dpkg.log", sessions.dpkg_log(), sessions.STORY["dpkg"]["upgraded"])
    for user, text in sessions.histories(logins).items():
        home = "root" if user == "root" else f"home/{user}"
        last = max(at for one in logins if one.user == user for at, _ in one.commands)
        tree.add(f"{home}/.bash_history", text, last)


def _mail(tree: _Tree) -> None:
    boxes: dict[str, list[tuple[datetime, bytes]]] = {}
    for number, told in enumerate(sessions.STORY["mail"]):
        text = told["text"].lstrip("\n")
        if told.get("sealed"):
            text = OPERATOR_KEY.encrypt(text, f"mail {number}".encode()) + "\n"
        mail = EmailMessage()
        mail["From"] = told["from"]
        mail["To"] = f"{told['to']}@saltbox.example.net"
        mail["Subject"] = told["subject"]
        mail["Date"] = told["at"]
        host = told["from"].rpartition("@")[2].rstrip(">")
        mail["Message-ID"] = f"<{hashlib.sha256(told['subject'].encode()).hexdigest()[:20]}.{number}@{host}>"
        mail.set_content(text)
        if "file" in told:
            content = (tree.root / told["file"]).read_bytes()
            mail.add_attachment(
                content, maintype="image", subtype="png", filename=told["file"].rpartition("/")[2]
            )
            mail.set_boundary(f"==={number:015d}==")
        sender = told["from"].rpartition("<")[2].rstrip(">")
        stamp = told["at"]
        head = f"From {sender} {stamp:%a %b} {stamp.day:2d} {stamp:%H:%M:%S %Y}\n".encode()
        body = mail.as_bytes().replace(b"\nFrom ", b"\n>From ")
        boxes.setdefault(told["to"], []).append((stamp, head + body.rstrip(b"\n") + b"\n\n"))
    for name, found in boxes.items():
        tree.add(f"var/mail/{name}", b"".join(data for _, data in found), found[-1][0])


def _wallets(tree: _Tree, trade: Trade, later: Trade) -> dict[str, Any]:
    """The wallet files; returns what is true of them, by path."""
    first = "home/keeper/.electrum/wallets/quill_watch"
    second = "home/moss/.electrum/wallets/pg_july"
    recent = [
        order for order in later.opencart if order.coin and order.placed >= datetime(2025, 7, 1, tzinfo=UTC)
    ]
    tree.add(first, wallet_files.watching_account(clock.WOO_OPENED, trade.woo), clock.OC_DUMPED)
    tree.add(second, wallet_files.watching_addresses(clock.OC_OPENED, recent), _REMOVED - timedelta(hours=3))
    receiving, change = wallet_files.addresses_of_account()
    return {
        first: {
            "addresses": receiving + change,
            "extended_public_key": WALLET.serialised(),
            "encrypted": False,
        },
        second: {"addresses": [order.coin.address for order in recent if order.coin], "encrypted": False},
    }


def _deleted(tree: _Tree, later: Trade) -> None:
    """Files that are removed from the file system once it is made."""

    def table(path: str, head: tuple[str, ...], rows: list[tuple[object, ...]], at: datetime) -> None:
        text = io.StringIO()
        csv.writer(text, lineterminator="\n").writerows([head, *rows])
        tree.add(path, text.getvalue(), at)
        tree.deleted.append(path)

    at = datetime(2025, 7, 10, 9, 24, 30, tzinfo=UTC)
    known = [order for order in later.opencart if order.placed < at and order.person and order.billing.first]
    buyers = {order.email: order for order in known[-220:]}.values()
    rows: list[tuple[object, ...]] = [
        (o.billing.first, o.billing.last, o.email, o.phone, o.billing.postcode) for o in buyers
    ]
    table("home/moss/customers.csv", ("firstname", "lastname", "email", "telephone", "postcode"), rows, at)
    june = [order for order in later.opencart if order.paid and f"{order.paid:%Y-%m}" == "2025-06"]
    days: dict[str, int] = {}
    for order in june:
        days[f"{order.paid:%Y-%m-%d}"] = days.get(f"{order.paid:%Y-%m-%d}", 0) + order.total
    table(
        "home/moss/takings-june.csv",
        ("day", "gbp"),
        [(day, pounds(total)) for day, total in sorted(days.items())],
        datetime(2025, 7, 1, 8, 2, 19, tzinfo=UTC),
    )
    drops = "old drops, do not use\n" + "".join(
        f"{order.shipping.line1}, {order.shipping.city}, {order.shipping.postcode}\n"
        for order in known
        if order.shipping.last != order.billing.last and order.shipping.first
    )
    tree.add("home/moss/bin/old-drops.txt", drops[:6000], datetime(2025, 5, 2, 17, 30, 0, tzinfo=UTC))
    old = "SELECT order_id FROM oc_order WHERE date_added < '2025-06-10'"
    purge = "".join(
        f"DELETE FROM oc_{name} WHERE order_id IN ({old});\n"
        for name in ("order_product", "order_option", "order_total", "order_history", "worldpay_order")
    )
    tree.add(
        "root/purge.sql",
        purge + "DELETE FROM oc_order WHERE date_added < '2025-06-10';\n",
        opencart_later.PURGED,
    )
    tree.deleted += ["home/moss/bin/old-drops.txt", "root/purge.sql"]


def _database(tree: _Tree, tables: Tables, gone: list[Order], schema: str) -> dict[str, int]:
    """The data directory that a real server leaves when it is shut down; the rows of each table in the end.

    Its bytes differ from one run to the next: the server keeps times and numbers of its own in them.
    """
    there = tree.root / "var/lib/mysql"
    there.parent.mkdir(parents=True, exist_ok=True)
    with server.running("--innodb-log-file-size=4M", keep=there) as running:
        running.load(
            ["CREATE DATABASE pedlarsgate DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci;\n"]
        )
        running.load([schema], "pedlarsgate")
        running.load(["SET autocommit=0;\n", *tables.statements(), "COMMIT;\n"], "pedlarsgate")
        running.load([opencart_later.deletions(gone)], "pedlarsgate")
        running.load(
            (
                "CREATE USER pedlar@localhost IDENTIFIED BY 'made-up-shop-password';\n",
                "GRANT ALL ON pedlarsgate.* TO pedlar@localhost;\n",
            )
        )
        names = [
            name for name, kind in running.ask("SHOW FULL TABLES", "pedlarsgate") if kind == "BASE TABLE"
        ]
        query = " UNION ALL ".join(f"SELECT '{name}', COUNT(*) FROM `{name}`" for name in names)
        counted = {name: int(count) for name, count in running.ask(query, "pedlarsgate")}
    for path in there.rglob("*"):
        tree.modified[path.relative_to(tree.root).as_posix()] = clock.SWITCHED_OFF
    return dict(sorted(counted.items()))


def write(seed: str, scale: float, trade: Trade, schema: str) -> tuple[bytes, dict[str, Any]]:
    """The image and what is true of it, as `server.json` holds it. `schema` creates the shop's tables.

    Raises UserError where a program is missing, RuntimeError where one fails.
    """
    later = carry_on(seed, scale, trade)
    gone = opencart_later.deleted_again(trade, later)
    requests = visits.simulate(seed, later.opencart)
    logins = sessions.simulate(seed, {"quill_onion": QUILL_ONION})
    tables = opencart_later.rows(seed, trade, later)
    with tempfile.TemporaryDirectory() as temporary:
        work = Path(temporary)
        tree = _Tree(work / "tree")
        _settings(tree)
        _keys(tree)
        _logs(tree, seed, requests, logins)
        _mail(tree)
        wallets = _wallets(tree, trade, later)
        _deleted(tree, later)
        counted = _database(tree, tables, gone, schema)
        files, links = _listed(tree)
        root, image = work / "root", work / IMAGE
        disk.make_ext4(tree.root, root, _SIZE, tree.attributes(), tree.deleted, clock.SWITCHED_OFF, _REMOVED)
        shutil.rmtree(tree.root)
        disk.make_image(root, image, work, GROUP, sessions.HOST, _INSTALLED)
        data = image.read_bytes()
    numbers = {order.number for order in trade.opencart}
    there = opencart_later.orders_there(later, gone)
    return data, {
        "about": "What is true of the disk of Pedlarsgate's machine, exhibit KC/4. Times are UTC.",
        "image": {"name": IMAGE, "size": len(data), "sha256": hashlib.sha256(data).hexdigest()},
        "seed": seed,
        "scale": scale,
        "volume": f"vol2/{GROUP}/root",
        "host": {
            "hostname": sessions.HOST,
            "time_zone": "Europe/Amsterdam",
            "switched_off_utc": clock.utc_text(clock.SWITCHED_OFF),
        },
        "files": {path: known for path, known in files.items() if path not in tree.deleted},
        "links": links,
        "deleted": {path: files[path] for path in tree.deleted},
        "onion": ONION,
        "clearnet": CLEARNET,
        "pgp_fingerprint": OPERATOR_KEY.fingerprint(),
        "wallets": wallets,
        "visits": visits.facts(requests),
        "sessions": sessions.facts(logins),
        "mails": [
            {
                "at_utc": clock.utc_text(told["at"]),
                "from": told["from"],
                "to": told["to"],
                "subject": told["subject"],
                "sealed": told.get("sealed", False),
                "attachment": told.get("file", "").rpartition("/")[2],
            }
            for told in sessions.STORY["mail"]
        ],
        "database": {
            "name": "pedlarsgate",
            "prefix": opencart.PREFIX,
            "rows_sha256_before_the_last_deletions": tables.digest(),
            "tables": counted,
            "kept_from_utc": clock.utc_text(opencart_later.KEPT_FROM),
            "orders": there,
            "new_since_the_dump": [row["number"] for row in there if row["number"] not in numbers],
            "deleted_since_the_dump": [order.number for order in gone if order.number in numbers],
            "deleted_of_the_week": [order.number for order in gone if order.number not in numbers],
        },
    }  # fmt: skip


def _listed(tree: _Tree) -> tuple[dict[str, dict[str, Any]], dict[str, str]]:
    """Size and SHA-256 of every file, and where the links lead, by path."""
    files, links = {}, {}
    for path in sorted(tree.root.rglob("*")):
        name = path.relative_to(tree.root).as_posix()
        if path.is_symlink():
            links[name] = str(path.readlink())
        elif path.is_file():
            data = path.read_bytes()
            files[name] = {"size": len(data), "sha256": hashlib.sha256(data).hexdigest()}
            if name.endswith(".gz"):
                files[name]["unpacked_sha256"] = hashlib.sha256(gzip.decompress(data)).hexdigest()
    return files, links


def as_json(facts: dict[str, Any]) -> str:
    """The truth as `server.json` holds it: a line a fact."""
    return json.dumps(facts, indent=1, ensure_ascii=False) + "\n"
