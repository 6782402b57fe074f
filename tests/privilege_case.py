"""A case of real parts that holds what is between lawyer and client, each with a marker of its own.

A WooCommerce shop in a real MariaDB, dumped; an mbox and a Maildir by Python's own mailbox; a SQLite chat; a
system log; files. Whatever holds ``MARKED`` is privileged by ``LIST``, and nothing else is.
"""

import io
import mailbox
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from email.message import EmailMessage
from functools import cache
from pathlib import Path

import pytest

from servers import MariaDB
from shop_case import WooCommerce
from stocktake.case import Case
from stocktake.cli import app
from stocktake.errors import UserError

MARKED = "Zq7secret"
LIST = """
domains = ["firm.example"]
addresses = ["counsel@mail.example"]
words = ["legal advice", "solicitor*", "Ravenscroft"]
paths = ["*defence file*"]
"""


def shop_dump(server: MariaDB, database: str = "woo_privilege") -> bytes:
    """Three orders: one with a note to a solicitor, one billed to one, one of no such thing."""
    shop = WooCommerce.fresh(server, database)
    shop.user(7, "bob")
    for number, month in ((10, 3), (11, 6), (12, 9)):
        shop.order(
            number,
            "wc-completed",
            f"{number}.50",
            post={
                "post_date_gmt": f"2024-{month:02}-15 12:00:00",
                "post_date": f"2024-{month:02}-15 12:00:00",
            },
            customer_user="7",
            billing_email=f"{MARKED}3@firm.example" if number == 11 else f"guest{number}@example.test",
            billing_first_name="Ann",
            billing_postcode="M1 1AE",
        )
        shop.line(number, f"Tea {number}", "1", f"{number}.50")
    note(shop, 10, 3, f"Ask our solicitors, {MARKED}1 the police were here")
    note(shop, 12, 9, "Parcel sent by first class, phone +44 7700 900123")
    return shop.dump()


def note(shop: WooCommerce, order: int, month: int, text: str) -> None:
    shop.insert(
        "comments", comment_post_ID=order, comment_author="bob", comment_type="order_note", comment_content=text,
        comment_date=f"2024-{month:02}-16 12:00:00", comment_date_gmt=f"2024-{month:02}-16 12:00:00",
    )  # fmt: skip


def letter(number: int, to: str, text: str, subject: str = "Order") -> EmailMessage:
    made = EmailMessage()
    made["From"] = "Till <till@shop.example.test>"
    made["To"] = to
    made["Subject"] = f"{subject} {number}"
    made["Date"] = f"Tue, 0{number} Jul 2025 14:30:05 +0100"
    made["Message-ID"] = f"<{number}@example.test>"
    made.set_content(text, cte="base64" if number % 2 else "7bit")
    return made


def evidence(folder: Path, dump: bytes) -> Path:
    """The seized folder."""
    folder.mkdir(parents=True)
    (folder / "shop.sql").write_bytes(dump)
    box = mailbox.mbox(folder / "inbox")
    box.add(letter(1, "Ann <ann@firm.example>", f"{MARKED}4 our defence"))
    box.add(letter(2, "cat@example.test", "An ordinary letter, phone +44 7700 900456"))
    sent = letter(4, "cat@example.test", "See attached")
    sent.add_attachment(
        f"For my solicitor {MARKED}2".encode(), maintype="text", subtype="plain", filename="x.txt"
    )
    box.add(sent)
    box.add(letter(3, "cat@example.test", f"This is Legal\nAdvice: {MARKED}5"))
    box.close()
    kept = mailbox.Maildir(folder / "Maildir", create=True)
    kept.add(letter(4, "dan@example.test", "An ordinary letter too"))
    kept.add(letter(5, "counsel@mail.example, eve@example.test", f"{MARKED}6 as instructed"))
    chat = sqlite3.connect(folder / "bot.sqlite")
    chat.execute("CREATE TABLE lines (id INTEGER PRIMARY KEY, said TEXT, at TEXT)")
    chat.executemany(
        "INSERT INTO lines VALUES (?, ?, ?)",
        [
            (1, "order is ready, mail fay@example.test", "2024-05-01"),
            (2, f"Ravenscroft says {MARKED}7", "2024-05-02"),
            (3, "thank you", "2024-05-03"),
        ],
    )
    chat.commit()
    chat.close()
    logs = folder / "var" / "log"
    logs.mkdir(parents=True)
    (logs / "auth.log").write_text(
        "2024-06-01T10:00:00.000000+01:00 shop sshd[12]: Accepted password for bob from 198.51.100.7 port 22 ssh2\n"
        f"2024-06-02T10:00:00.000000+01:00 shop sudo: bob : COMMAND=/usr/bin/mail {MARKED}8@firm.example\n"
        "2024-06-03T10:00:00.000000+01:00 shop sshd[13]: Accepted password for eve from 198.51.100.8 port 22 ssh2\n"
    )
    (folder / "plain.txt").write_text("Rota for the week: gil@example.test on Monday\n")
    (folder / "draft.txt").write_text(f"For my SOLICITOR only: {MARKED}9, call +44 7700 900789\n")
    (folder / "wide.txt").write_bytes(f"Legal advice {MARKED}10\r\n".encode("utf-16"))
    (folder / "the defence file.txt").write_text(f"{MARKED}11 hal@example.test\n")
    return folder


@cache
def made_case(server: MariaDB, where: Path) -> Path:
    """A folder with the case, the shop's folder taken in and processed, and nothing held back yet."""
    home = where / "privilege-made"
    home.mkdir()
    path = home / "privilege.case"
    run("new", path, "--ref", "R/1", "--name", "Operation Wig")
    run("add", path, evidence(home / "seized", shop_dump(server)), "--ref", "KC/1")
    run("process", path, "--max-problems", "99")
    return home


@contextmanager
def set_home(folder: Path) -> Iterator[None]:
    """The tests' own signing key, where a fixture comes before the one that sets it for every test."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_DATA_HOME", str(folder / "installation"))
        yield


def run(*arguments: object, code: int = 0) -> str:
    """What the command prints, run in this process. A UserError comes as it is."""
    told = io.StringIO()
    with redirect_stdout(told):
        ended = app([str(argument) for argument in arguments], standalone_mode=False)
    assert (ended or 0) == code, told.getvalue()
    return told.getvalue()


def refusal(*arguments: object) -> str:
    """The sentence with which the command refuses, which `stocktake` prints before it ends with code 2."""
    with pytest.raises(UserError) as told:
        run(*arguments)
    assert "\n" not in str(told.value)
    return str(told.value)


def hold(where: Path, case: Case, listed: str = LIST) -> None:
    """Take the list in and apply it."""
    file = where / "list.toml"
    file.write_text(listed)
    run("privilege", case.path, "--list", file, "--by", "DI Holt")
    run("process", case.path, "--max-problems", "99")
