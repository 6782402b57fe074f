"""How fast observables are found and checked, beside ripgrep, RE2 and Python's re on the same text.

    .venv/bin/python benchmarks/observables.py [--size MB] [--seed N] [--keep FILE]

The text is written by a seeded generator: two fifths a WooCommerce-like dump, a third web server logs, a
quarter mail (headers, prose, base64 attachments, OpenPGP). The same again with a good deal of it encoded (one
order and one letter in ten, one request in fifty): JSON with escaped characters, compressed values in hexadecimal,
letters in base64, addresses in queries of URLs. The density of hits is printed with the table;
it is that of a shop's server: an order takes some 6 KB of dump and holds about a dozen observables.

Each contender runs on one core, in turn, and the best of the rounds counts (CPU time, so that a busy machine
changes little; ripgrep's from the operating system, on one thread). stocktake finds, validates, normalises and
gives context; the others only find the same forms by one combined expression, and give offset and bytes, with
no check whatever. The compiled search is warmed up first: how long compiling takes is a line of its own.
"""

import argparse
import base64
import gzip
import hashlib
import os
import random
import re
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

KEY = bytes(32)

# The forms that stocktake looks for, as far as an expression can say them.
EXPRESSIONS = {
    "email": r"[A-Za-z0-9._%+-]{1,64}@(?:[A-Za-z0-9-]{1,63}\.)+[A-Za-z]{2,24}",
    "phone": r"(?:\+[1-9]|\b0)[0-9](?:[ .()-]{0,3}[0-9]){7,13}\b",
    "uk_postcode": r"\b[A-Za-z]{1,2}[0-9][A-Za-z0-9]? {0,2}[0-9][A-Za-z]{2}\b",
    "ipv4": r"\b(?:[0-9]{1,3}\.){3}[0-9]{1,3}\b",
    "ipv6": r"\b(?:[0-9A-Fa-f]{1,4}:){2,7}:?(?:[0-9A-Fa-f]{1,4}:?){1,7}\b",
    "url": r"\b(?:https?|ftps?|sftp|ssh|wss?)://[A-Za-z0-9._~:/?#@!$&()*+,;=%|\[\]-]{3,}",
    "domain": r"\b(?:[A-Za-z0-9-]{1,63}\.)+[A-Za-z]{2,24}\b",
    "onion": r"\b(?:[a-z2-7]{56}|[a-z2-7]{16})\.onion\b",
    "pgp": r"(?:[0-9A-F]{4} ){5} ?(?:[0-9A-F]{4} ){4}[0-9A-F]{4}|\b[0-9A-Fa-f]{40}\b|-----BEGIN PGP [A-Z ]+-----",
    "base58": r"\b[123mnLMDA9T][1-9A-HJ-NP-Za-km-z]{25,34}\b",
    "wif": r"\b[569KLcTQ][1-9A-HJ-NP-Za-km-z]{50,51}\b",
    "monero": r"\b[48][1-9A-HJ-NP-Za-km-z]{94}(?:[1-9A-HJ-NP-Za-km-z]{11})?\b",
    "extended_key": r"\b[xyztuvXYZTUV](?:pub|prv)[1-9A-HJ-NP-Za-km-z]{107,108}\b",
    "bech32": r"\b(?:bc|tb|ltc|bcrt)1[02-9ac-hj-np-z]{11,87}\b",
    "cashaddr": r"\b[qp][02-9ac-hj-np-z]{41}\b",
    "ethereum": r"\b0x[0-9A-Fa-f]{40}\b",
    "hex64": r"\b(?:0x)?[0-9A-Fa-f]{64}\b",
    "session": r"\b05[0-9a-f]{64}\b",
    "tracking": r"\b[A-Z]{2} ?[0-9]{3} ?[0-9]{3} ?[0-9]{3} ?[A-Z]{2}\b|\b1Z[0-9A-Z]{16}\b|\b[0-9]{14}[0-9A-Z]\b|\bJ[JV][DG][0-9L]{9,18}\b|\b[A-Z][0-9]{2}[0-9A-Z]{3}[0-9]{10}\b",
    "iban": r"\b[A-Z]{2}[0-9]{2}(?: ?[0-9A-Z]{4}){2,7}(?: ?[0-9A-Z]{1,3})?\b",
    "card": r"\b[2-6](?:[ -]?[0-9]){12,18}\b",
    "handles": r"(?i:telegram|wickr|jabber|xmpp|tg)[^A-Za-z0-9]{1,4}[A-Za-z0-9_.@-]{3,64}|t\.me/[A-Za-z0-9_+/]{4,}|signal\.(?:me|group)/#[A-Za-z0-9+/_=-]{8,}",
    "seed": r"\b(?:[a-z]{3,8} ){11,23}[a-z]{3,8}\b",
}  # fmt: skip

WORDS = (  # noqa: SIM905 - prose
    "about after again all also always and another any are because been before both but call came can come could "
    "day did different does down each even every find first for found from get give good great had has have help "
    "her here him his home house how into its just keep know large last left like line little live long look made "
    "make man many may means men might more most much must name need never new next not now number off often old "
    "one only other our out over own part people place point price product put read right said same saw say see "
    "set she should show small some something soon still such take tell than that the their them then there these "
    "they thing think this those thought three through time to together too two under until use used very want was "
    "water way we well went were what when where which while who will with word work world would year you your "
    "a a a of of of of to to to in in in is is it it I I on at be as so if by or "
    "delivery customer parcel order quality service stealth package received excellent recommend vendor shipping"
).split()
TOWNS = ["LS", "NG", "SW", "EC", "M", "B", "L", "G", "EH", "CF", "BT", "SE", "N", "NW", "BS", "NE", "S", "OX"]
INNER = "ABDEFGHJLNPQRSTUWXYZ"
ALPHABET = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"


class Shop:
    """A made-up shop's people and things, from a seed; ``encoded`` where some of it is to stand encoded."""

    def __init__(self, seed: int, *, encoded: bool = False) -> None:
        self.random = random.Random(seed)
        self.encoded = encoded
        self.addresses = [self.ip() for _ in range(6000)]
        self.pages = [
            f"/product/{self.random.choice(WORDS)}-{self.random.choice(WORDS)}-{n}/" for n in range(400)
        ]
        self.agents = [
            f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/{n}.0.0.0 Safari/537.36"
            for n in range(90, 126)
        ] + ["Mozilla/5.0 (compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm)"]  # fmt: skip

    def ip(self) -> str:
        return ".".join(str(self.random.randrange(1, 255)) for _ in range(4))

    def prose(self, words: int) -> str:
        parts = self.random.choices(WORDS, k=words)
        for place in range(9, words, 13):
            parts[place] += ". " + self.random.choice(WORDS).capitalize()
        return " ".join(parts)

    def mail(self) -> str:
        host = self.random.choice(("example.com", "example.org", "example.net", "mail.example.com"))
        return f"{self.random.choice(WORDS)}.{self.random.choice(WORDS)}{self.random.randrange(999)}@{host}"

    def postcode(self) -> str:
        r = self.random
        return f"{r.choice(TOWNS)}{r.randrange(1, 20)} {r.randrange(10)}{r.choice(INNER)}{r.choice(INNER)}"

    def phone(self) -> str:
        r = self.random
        return r.choice(
            (
                f"07911 {r.randrange(10**6):06d}",
                f"+447911{r.randrange(10**6):06d}",
                f"0161 496 {r.randrange(10**4):04d}",
            )
        )

    def bitcoin(self) -> str:
        payload = b"\0" + self.random.randbytes(20)
        whole = payload + hashlib.sha256(hashlib.sha256(payload).digest()).digest()[:4]
        number, text = int.from_bytes(whole), ""
        while number:
            number, digit = divmod(number, 58)
            text = ALPHABET[digit] + text
        return "1" * (len(whole) - len(whole.lstrip(b"\0"))) + text

    def parcel(self) -> str:
        digits = f"{self.random.randrange(10**8):08d}"
        check = 11 - sum(int(d) * w for d, w in zip(digits, (8, 6, 4, 2, 3, 5, 9, 7), strict=True)) % 11
        return f"RK{digits}{0 if check == 10 else 5 if check == 11 else check}GB"

    def dump(self) -> Iterator[str]:
        """Statements of a dump: an order's meta, its note, options, a session, a user, and now and then a product."""
        r = self.random
        post = 1000
        while True:
            post += r.randrange(1, 9)
            mail, code = self.mail(), self.postcode()
            meta = {
                "_order_key": f"wc_order_{r.randbytes(7).hex()}",
                "_customer_user": str(r.randrange(9999)),
                "_payment_method": "bitcoin" if r.random() < 0.3 else "stripe",
                "_customer_ip_address": r.choice(self.addresses),
                "_customer_user_agent": r.choice(self.agents),
                "_created_via": "checkout",
                "_cart_hash": r.randbytes(16).hex(),
                "_billing_first_name": r.choice(WORDS).capitalize(),
                "_billing_last_name": r.choice(WORDS).capitalize(),
                "_billing_address_1": f"{r.randrange(200)} {r.choice(WORDS).capitalize()} Road",
                "_billing_city": r.choice(WORDS).capitalize(),
                "_billing_postcode": code,
                "_billing_country": "GB",
                "_billing_email": mail,
                "_billing_phone": self.phone(),
                "_shipping_postcode": code,
                "_order_currency": "GBP",
                "_order_total": f"{r.randrange(500)}.{r.randrange(100):02d}",
                "_order_tax": "0",
                "_order_version": "8.2.1",
                "_prices_include_tax": "no",
                "_recorded_sales": "yes",
                "_edit_lock": f"{1700000000 + r.randrange(10**7)}:1",
            }
            if meta["_payment_method"] == "bitcoin":
                meta["_btc_address"] = self.bitcoin()
                meta["_transaction_id"] = r.randbytes(32).hex()
            if r.random() < 0.5:
                meta["_tracking_number"] = self.parcel()
            meta |= {
                f"_{r.choice(WORDS)}_{r.choice(WORDS)}": r.choice(("", "0", "no", self.prose(3)))
                for _ in range(18)
            }
            yield (
                "INSERT INTO `wp_postmeta` VALUES\n"
                + ",\n".join(
                    f"({post * 60 + n},{post},'{name}','{value}')"
                    for n, (name, value) in enumerate(meta.items())
                )
                + ";\n"
            )
            if self.encoded and r.random() < 0.1:
                told = f'{{"mail":"{mail}","note":"{self.prose(12)}","url":"https://shop.example.com/?p={post}"}}'
                packed = gzip.compress(told.encode(), 6, mtime=0).hex()
                escaped = told.replace("@", "\\\\u0040").replace("/", "\\\\/").replace('"', '\\"')
                yield f"INSERT INTO `wp_blobs` VALUES ({post},0x{packed}),({post},'{escaped}');\n"
            count = r.randrange(9)
            line = f'a:3:{{s:8:"quantity";i:{count};s:4:"name";s:9:"Blue 10mg";s:5:"total";d:12.5;}}'
            yield f"INSERT INTO `wp_woocommerce_order_itemmeta` VALUES ({post},{post},'_line','{line}');\n"
            yield f"INSERT INTO `wp_comments` VALUES ({post},'WooCommerce','','','','2024-02-11 10:20:30','{self.prose(25)}',0,'1');\n"
            yield f"INSERT INTO `wp_woocommerce_sessions` VALUES ({post},'{r.randbytes(16).hex()}','{line * 6}',1707000000);\n"
            if r.random() < 0.2:
                yield f"INSERT INTO `wp_posts` VALUES ({post},1,'2024-02-11 10:20:30','<p>{self.prose(220)}</p>','{self.prose(4)}','publish','https://shop.example.com/?p={post}');\n"
            if r.random() < 0.2:
                yield f"INSERT INTO `wp_users` VALUES ({post},'{r.choice(WORDS)}','$P$B{r.randbytes(20).hex()[:31]}','{mail}');\n"

    def log(self) -> Iterator[str]:
        r = self.random
        second = 0
        while True:
            second += r.randrange(3)
            stamp = time.strftime("%d/%b/%Y:%H:%M:%S +0000", time.gmtime(1707000000 + second))
            address = self.addresses[int(len(self.addresses) * r.random() ** 3)]
            page = r.choice(self.pages)
            if self.encoded and r.random() < 0.02:
                page = f"/account/?login={self.mail().replace('@', '%40')}&next=%2Fshop%2F"
            referrer = r.choice(("-", "-", f"https://shop.example.com{r.choice(self.pages)}"))
            yield f'{address} - - [{stamp}] "GET {page}?ref={r.randrange(99)} HTTP/1.1" 200 {r.randrange(90000)} "{referrer}" "{r.choice(self.agents)}"\n'

    def letters(self) -> Iterator[str]:
        r = self.random
        while True:
            sender, host = self.mail(), f"mx{r.randrange(9)}.example.net"
            yield (
                f"From {sender} Sun Feb 11 10:20:30 2024\nReceived: from {host} ({host} [{r.choice(self.addresses)}])\n"
                f"\tby mail.example.com (Postfix) with ESMTPS id {r.randbytes(5).hex().upper()}\n"
                f"Message-ID: <{r.randbytes(8).hex()}@{host}>\nFrom: {sender}\nTo: sales@shop.example.com\n"
                f"Subject: {self.prose(5)}\nContent-Type: text/plain; charset=utf-8\n\n"
            )
            for _ in range(r.randrange(2, 9)):
                yield self.prose(60) + "\n\n"
            if r.random() < 0.1:
                yield "telegram @bluevendor or https://t.me/bluevendor\n"
            if r.random() < 0.15:
                body = base64.encodebytes(b"\xc1\xc0" + r.randbytes(600)).decode()
                yield f"-----BEGIN PGP MESSAGE-----\n\n{body}-----END PGP MESSAGE-----\n"
            if self.encoded and r.random() < 0.1:
                letter = f"{self.prose(120)}\n{self.mail()}\n{self.phone()}, {self.postcode()}\n"
                yield base64.encodebytes(letter.encode()).decode() + "\n"
            if r.random() < 0.25:
                yield base64.encodebytes(r.randbytes(r.randrange(6000))).decode() + "\n"


def make(path: Path, size: int, seed: int, *, encoded: bool = False) -> None:
    shop = Shop(seed, encoded=encoded)
    sources = [(shop.dump(), 0.40), (shop.log(), 0.35), (shop.letters(), 0.25)]
    with path.open("w", encoding="ascii") as file:
        while file.tell() < size:
            for source, share in sources:
                end = file.tell() + int(share * (1 << 20))
                while file.tell() < end:
                    file.writelines(next(source) for _ in range(50))


def cpu(work: Callable[[], object]) -> tuple[float, object]:
    start = time.thread_time()
    result = work()
    return time.thread_time() - start, result


def ripgrep(path: Path, *expressions: str) -> tuple[float, int]:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    command = ["rg", "-aob", "--no-unicode", "--no-mmap", "-j", "1", "--no-config", "-N"]
    for expression in expressions:
        command += ["-e", expression]
    run = subprocess.run([*command, str(path)], stdout=subprocess.PIPE, check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, run.stdout.count(b"\n")


def libraries(path: Path, combined: str, note: Callable[[str, float, float, int], None]) -> None:
    """What RE2 and Python's own expressions find in the beginning of the text."""
    part = path.read_bytes()[: 16 << 20]
    try:
        import re2
    except ImportError:
        print("google-re2 is not installed", file=sys.stderr)
    else:
        settings = re2.Options()
        settings.max_mem = 1 << 30
        settings.encoding = re2.Options.Encoding.LATIN1
        pattern = re2.compile(combined.encode(), settings)
        took, hits = cpu(lambda: sum(1 for _ in pattern.finditer(part)))
        note("google-re2, one combined expression (16 MiB)", took, len(part) / 1e6, hits)
    small = part[: 2 << 20]
    python = re.compile(combined.encode())
    took, hits = cpu(lambda: sum(1 for _ in python.finditer(small)))
    note("Python's re, one combined expression (2 MiB)", took, len(small) / 1e6, hits)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--size", type=int, default=128, help="MB of text")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--keep", type=Path, help="write the text here and leave it")
    parser.add_argument("--text", type=Path, help="scan this file instead")
    options = parser.parse_args()
    os.environ.setdefault("NUMBA_NUM_THREADS", "1")

    with tempfile.TemporaryDirectory() as folder:
        path = options.text or options.keep or Path(folder) / "text"
        if not options.text:
            make(path, options.size * 1_000_000, options.seed)
        megabytes = path.stat().st_size / 1e6

        from stocktake.observables import scan_batches

        took, _ = cpu(lambda: list(scan_batches([b"warm up"], key=KEY)))
        print(f"first call, compiling or loading what was compiled: {took:.1f} s")

        def stocktake(path: Path = path) -> Counter[str]:
            kinds: Counter[str] = Counter()
            with path.open("rb") as file:
                for batch in scan_batches(file, key=KEY):
                    counts = batch.column("kind").value_counts()
                    kinds.update({v["values"].as_py(): v["counts"].as_py() for v in counts})
            return kinds

        combined = "|".join(f"(?:{expression})" for expression in EXPRESSIONS.values())
        rows: dict[str, tuple[float, float, int]] = {}

        def note(name: str, took: float, megabytes: float, hits: int) -> None:
            if name not in rows or took < rows[name][0]:
                rows[name] = (took, megabytes, hits)

        kinds: Counter[str] = Counter()
        for _ in range(options.rounds):
            took, kinds = cpu(stocktake)
            note("stocktake: found, checked, normalised, with context", took, megabytes, kinds.total())
            if shutil.which("rg"):
                note("ripgrep -aob, one combined expression", *_flip(ripgrep(path, combined), megabytes))
            else:
                print("ripgrep is not installed: apt-get install ripgrep", file=sys.stderr)
        if not options.text:
            other = Path(folder) / "encoded"
            make(other, options.size * 1_000_000, options.seed, encoded=True)
            for _ in range(options.rounds):
                took, found = cpu(lambda: stocktake(other))
                size = other.stat().st_size / 1e6
                note("the same, a good deal of it encoded", took, size, found.total())
                if shutil.which("rg"):
                    note("ripgrep on that", *_flip(ripgrep(other, combined), size))
        libraries(path, combined, note)

    print(f"text: {megabytes:.0f} MB, {kinds.total() / megabytes:.0f} hits a MB: {dict(kinds.most_common())}")
    print(
        f"peak memory of this process: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MiB\n"
    )
    print(f"| {'':60} | MB/s | hits a MB |\n|{'-' * 62}|-----:|----------:|")
    for name, (took, size, hits) in rows.items():
        print(f"| {name:60} | {size / took:4.0f} | {hits / size:9.0f} |")


def _flip(result: tuple[float, int], megabytes: float) -> tuple[float, float, int]:
    took, hits = result
    return took, megabytes, hits


if __name__ == "__main__":
    main()
