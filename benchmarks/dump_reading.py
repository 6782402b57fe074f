"""How fast a WooCommerce-like dump becomes Parquet, next to loading the same file into MariaDB.

    .venv/bin/python benchmarks/dump_reading.py [--size MB] [--dump FILE] [--skip-load]

The dump is text in the layout of mariadb-dump 10.11 (extended inserts, one row a line, statements of about
1 MB), written by a seeded generator straight to a file: posts, postmeta, order items and their meta, comments,
options, with WordPress's and WooCommerce's own table definitions, keys included. Each reading runs in its own
process, with the file in the page cache; the peak is the process's resident memory, libraries and all. The
numbers of rows that both sides hold are compared.
"""

import argparse
import json
import os
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

TABLES = {
    "wp_posts": """
  `ID` bigint(20) unsigned NOT NULL AUTO_INCREMENT,
  `post_author` bigint(20) unsigned NOT NULL DEFAULT 0,
  `post_date` datetime NOT NULL DEFAULT '0000-00-00 00:00:00',
  `post_date_gmt` datetime NOT NULL DEFAULT '0000-00-00 00:00:00',
  `post_content` longtext NOT NULL,
  `post_title` text NOT NULL,
  `post_excerpt` text NOT NULL,
  `post_status` varchar(20) NOT NULL DEFAULT 'publish',
  `comment_status` varchar(20) NOT NULL DEFAULT 'open',
  `ping_status` varchar(20) NOT NULL DEFAULT 'open',
  `post_password` varchar(255) NOT NULL DEFAULT '',
  `post_name` varchar(200) NOT NULL DEFAULT '',
  `to_ping` text NOT NULL,
  `pinged` text NOT NULL,
  `post_modified` datetime NOT NULL DEFAULT '0000-00-00 00:00:00',
  `post_modified_gmt` datetime NOT NULL DEFAULT '0000-00-00 00:00:00',
  `post_content_filtered` longtext NOT NULL,
  `post_parent` bigint(20) unsigned NOT NULL DEFAULT 0,
  `guid` varchar(255) NOT NULL DEFAULT '',
  `menu_order` int(11) NOT NULL DEFAULT 0,
  `post_type` varchar(20) NOT NULL DEFAULT 'post',
  `post_mime_type` varchar(100) NOT NULL DEFAULT '',
  `comment_count` bigint(20) NOT NULL DEFAULT 0,
  PRIMARY KEY (`ID`),
  KEY `post_name` (`post_name`(191)),
  KEY `type_status_date` (`post_type`,`post_status`,`post_date`,`ID`),
  KEY `post_parent` (`post_parent`),
  KEY `post_author` (`post_author`)""",
    "wp_postmeta": """
  `meta_id` bigint(20) unsigned NOT NULL AUTO_INCREMENT,
  `post_id` bigint(20) unsigned NOT NULL DEFAULT 0,
  `meta_key` varchar(255) DEFAULT NULL,
  `meta_value` longtext DEFAULT NULL,
  PRIMARY KEY (`meta_id`),
  KEY `post_id` (`post_id`),
  KEY `meta_key` (`meta_key`(191))""",
    "wp_woocommerce_order_items": """
  `order_item_id` bigint(20) unsigned NOT NULL AUTO_INCREMENT,
  `order_item_name` text NOT NULL,
  `order_item_type` varchar(200) NOT NULL DEFAULT '',
  `order_id` bigint(20) unsigned NOT NULL,
  PRIMARY KEY (`order_item_id`),
  KEY `order_id` (`order_id`)""",
    "wp_woocommerce_order_itemmeta": """
  `meta_id` bigint(20) unsigned NOT NULL AUTO_INCREMENT,
  `order_item_id` bigint(20) unsigned NOT NULL,
  `meta_key` varchar(255) DEFAULT NULL,
  `meta_value` longtext DEFAULT NULL,
  PRIMARY KEY (`meta_id`),
  KEY `order_item_id` (`order_item_id`),
  KEY `meta_key` (`meta_key`(32))""",
    "wp_comments": """
  `comment_ID` bigint(20) unsigned NOT NULL AUTO_INCREMENT,
  `comment_post_ID` bigint(20) unsigned NOT NULL DEFAULT 0,
  `comment_author` tinytext NOT NULL,
  `comment_author_email` varchar(100) NOT NULL DEFAULT '',
  `comment_author_url` varchar(200) NOT NULL DEFAULT '',
  `comment_author_IP` varchar(100) NOT NULL DEFAULT '',
  `comment_date` datetime NOT NULL DEFAULT '0000-00-00 00:00:00',
  `comment_date_gmt` datetime NOT NULL DEFAULT '0000-00-00 00:00:00',
  `comment_content` text NOT NULL,
  `comment_karma` int(11) NOT NULL DEFAULT 0,
  `comment_approved` varchar(20) NOT NULL DEFAULT '1',
  `comment_agent` varchar(255) NOT NULL DEFAULT '',
  `comment_type` varchar(20) NOT NULL DEFAULT 'comment',
  `comment_parent` bigint(20) unsigned NOT NULL DEFAULT 0,
  `user_id` bigint(20) unsigned NOT NULL DEFAULT 0,
  PRIMARY KEY (`comment_ID`),
  KEY `comment_post_ID` (`comment_post_ID`),
  KEY `comment_approved_date_gmt` (`comment_approved`,`comment_date_gmt`),
  KEY `comment_date_gmt` (`comment_date_gmt`),
  KEY `comment_parent` (`comment_parent`),
  KEY `comment_author_email` (`comment_author_email`(10)),
  KEY `woo_idx_comment_type` (`comment_type`)""",
    "wp_options": """
  `option_id` bigint(20) unsigned NOT NULL AUTO_INCREMENT,
  `option_name` varchar(191) NOT NULL DEFAULT '',
  `option_value` longtext NOT NULL,
  `autoload` varchar(20) NOT NULL DEFAULT 'yes',
  PRIMARY KEY (`option_id`),
  UNIQUE KEY `option_name` (`option_name`),
  KEY `autoload` (`autoload`)""",
}
SYLLABLES = [
    "an",
    "ar",
    "be",
    "bo",
    "ca",
    "co",
    "da",
    "de",
    "di",
    "en",
    "er",
    "fa",
    "fi",
    "ga",
    "go",
    "ha",
    "in",
    "is",
    "ka",
    "ki",
    "la",
    "le",
    "li",
    "lo",
    "ma",
    "me",
    "mi",
    "na",
    "no",
    "o",
    "pa",
    "per",
    "po",
    "ra",
    "re",
    "ri",
    "ro",
    "sa",
    "se",
    "si",
    "so",
    "ta",
    "te",
    "ti",
    "to",
    "tra",
    "u",
    "va",
    "ve",
    "vi",
    "wa",
    "za",
]
STREETS = [
    "Mill Lane",
    "Station Road",
    "High Street",
    "St John's Terrace",
    "Church Walk",
    "Queen's Parade",
    "The Crescent",
]


class Writer:
    """Made-up shop rows; no real person or shop."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)
        pick = self.chance.choice
        self.words = ["".join(pick(SYLLABLES) for _ in range(self.chance.randint(1, 4))) for _ in range(4000)]
        self.names = [pick(self.words).title() for _ in range(600)]
        self.sentences = [self._sentence() for _ in range(20000)]
        self.ids = dict.fromkeys(TABLES, 0)

    def _sentence(self) -> str:
        words = [self.chance.choice(self.words) for _ in range(self.chance.randint(4, 18))]
        text = " ".join(words).capitalize()
        ending = self.chance.random()
        if ending < 0.08:
            return text + ", don't worry - it's 3.5g"
        if ending < 0.12:
            return text + ' said "next day" - £20 😀'
        if ending < 0.16:
            return f'<p class="note">{text}</p>\n'
        return text + "."

    def text(self, least: int, most: int) -> str:
        count = self.chance.randint(least, most)
        at = self.chance.randrange(len(self.sentences) - count)
        return " ".join(self.sentences[at : at + count])

    def moment(self) -> str:
        c = self.chance
        return (
            f"{c.randint(2017, 2024)}-{c.randint(1, 12):02d}-{c.randint(1, 28):02d}"
            f" {c.randint(0, 23):02d}:{c.randint(0, 59):02d}:{c.randint(0, 59):02d}"
        )

    def token(self, length: int) -> str:
        return f"{self.chance.getrandbits(4 * length):0{length}x}"

    def next(self, table: str) -> int:
        self.ids[table] += 1
        return self.ids[table]

    def order_meta(self) -> Iterator[tuple[str, str]]:
        c = self.chance
        first, last = c.choice(self.names), c.choice(self.names)
        total = c.randint(500, 60000) / 100
        yield "_order_key", f"wc_order_{self.token(13)}"
        yield "_customer_user", str(c.randint(0, 9000))
        yield "_payment_method", c.choice(["bacs", "cod", "stripe", "btcpaygf_default"])
        yield "_customer_ip_address", f"10.{c.randint(0, 255)}.{c.randint(0, 255)}.{c.randint(0, 255)}"
        yield (
            "_customer_user_agent",
            (
                f"Mozilla/5.0 (Windows NT 10.0; rv:{c.randint(60, 120)}.0) Gecko/20100101 Firefox/{c.randint(60, 120)}.0"
            ),
        )
        yield "_created_via", "checkout"
        for kind in ("billing", "shipping"):
            yield f"_{kind}_first_name", first
            yield f"_{kind}_last_name", last
            yield f"_{kind}_address_1", f"{c.randint(1, 300)} {c.choice(STREETS)}"
            yield f"_{kind}_address_2", ""
            yield f"_{kind}_city", c.choice(self.names)
            yield f"_{kind}_state", ""
            yield f"_{kind}_postcode", f"ZZ{c.randint(1, 99)} {c.randint(1, 9)}ZZ"
            yield f"_{kind}_country", "GB"
        yield "_billing_email", f"{first.lower()}.{last.lower()}{c.randint(1, 999)}@example.com"
        yield "_billing_phone", f"+4470000{c.randint(10000, 99999)}"
        yield "_order_currency", "GBP"
        yield "_cart_discount", "0"
        yield "_order_shipping", "4.99"
        yield "_order_tax", "0"
        yield "_order_total", f"{total:.2f}"
        yield "_order_version", "8.2.1"
        yield "_date_paid", str(c.randint(1_500_000_000, 1_720_000_000))
        note = self.text(1, 1)
        yield (
            "_wc_shipment_tracking_items",
            (
                f'a:1:{{i:0;a:3:{{s:17:"tracking_provider";s:10:"royal-mail";s:15:"tracking_number";s:13:"ZZ{c.randint(10**8, 10**9 - 1)}GB";'
                f's:4:"note";s:{len(note.encode())}:"{note}";}}}}'
            ),
        )

    def rows(self) -> Iterator[tuple[str, tuple[object, ...]]]:
        """Rows of all tables, one order after the other."""
        c = self.chance
        while True:
            post = self.next("wp_posts")
            placed = self.moment()
            kind = c.random()
            product = kind < 0.15
            yield "wp_posts", (
                post, c.randint(1, 9), placed, "0000-00-00 00:00:00" if kind < 0.05 else placed,
                self.text(3, 25) if product else "", self.text(1, 1)[:60] if product else f"Order &ndash; {placed}",
                "" if c.random() < 0.7 else self.text(1, 2), "publish" if product else c.choice(["wc-completed", "wc-processing", "wc-cancelled"]),
                "open", "closed", self.token(13), f"order-{self.token(10)}", "", "", placed, placed, "", 0,
                f"http://shop.example/?post_type=shop_order&#038;p={post}", 0, "product" if product else "shop_order", "", c.randint(0, 9),
            )  # fmt: skip
            for key, value in self.order_meta():
                yield "wp_postmeta", (self.next("wp_postmeta"), post, key, value)
            for _ in range(c.randint(1, 4)):
                item = self.next("wp_woocommerce_order_items")
                yield (
                    "wp_woocommerce_order_items",
                    (item, self.text(1, 1)[:50], c.choice(["line_item", "line_item", "shipping"]), post),
                )
                price = f"{c.randint(100, 30000) / 100:.2f}"
                for key, value in (
                    ("_product_id", str(c.randint(1, 5000))), ("_variation_id", str(c.randint(0, 900))), ("_qty", str(c.randint(1, 28))),
                    ("_tax_class", ""), ("_line_subtotal", price), ("_line_subtotal_tax", "0"), ("_line_total", price), ("_line_tax", "0"),
                    ("_line_tax_data", 'a:2:{s:5:"total";a:0:{}s:8:"subtotal";a:0:{}}'), ("pa_weight", c.choice(["1g", "3.5g", "7g", "28g"])),
                ):  # fmt: skip
                    yield (
                        "wp_woocommerce_order_itemmeta",
                        (self.next("wp_woocommerce_order_itemmeta"), item, key, value),
                    )
            for _ in range(c.randint(1, 3)):
                yield "wp_comments", (
                    self.next("wp_comments"), post, "WooCommerce", "woocommerce@shop.example", "", "", self.moment(), self.moment(),
                    self.text(1, 4), 0, "1", "WooCommerce", "order_note", 0, 0,
                )  # fmt: skip
            if c.random() < 0.1:
                option = self.next("wp_options")
                yield (
                    "wp_options",
                    (
                        option,
                        f"_transient_{option}_{self.token(8)}",
                        f's:{c.randint(9, 99)}:"{self.text(2, 20)}";',
                        c.choice(["yes", "no"]),
                    ),
                )


def literal(value: object) -> str:
    """A value as mariadb-dump writes it."""
    if isinstance(value, int):
        return str(value)
    text = str(value)
    if "\\" in text or "'" in text or '"' in text or "\n" in text:
        text = text.replace("\\", "\\\\").replace("'", "\\'").replace('"', '\\"').replace("\n", "\\n")
    return f"'{text}'"


def write_dump(path: Path, size: int, seed: int = 20240701) -> None:
    """Write a dump of about ``size`` bytes: every table in one piece, as the real dump has them."""
    writer = Writer(seed)
    with tempfile.TemporaryDirectory(dir=path.parent) as folder:
        parts = {table: (Path(folder) / table).open("w", encoding="utf-8", newline="") for table in TABLES}
        statement = dict.fromkeys(TABLES, 0)
        total = 0
        for count, (table, row) in enumerate(writer.rows()):
            text = f"({','.join(map(literal, row))})"
            head = f"INSERT INTO `{table}` VALUES\n"
            if statement[table] == 0:
                text = head + text
            elif statement[table] > 1_000_000:
                text = f";\n{head}{text}"
                statement[table] = 0
            else:
                text = f",\n{text}"
            statement[table] += len(text)
            total += len(text)
            parts[table].write(text)
            if count % 1000 == 0 and total > size:
                break
        with path.open("wb") as dump:
            dump.write(
                b"/*M!999999\\- enable the sandbox mode */ \n-- MariaDB dump 10.19  Distrib 10.11.19-MariaDB, for debian-linux-gnu"
                b" (x86_64)\n--\n-- Host: localhost    Database: shop\n-- ------------------------------------------------------\n"
                b"-- Server version\t10.11.19-MariaDB-0+deb12u1\n\n/*!40101 SET NAMES utf8mb4 */;\n"
                b"/*!40103 SET @OLD_TIME_ZONE=@@TIME_ZONE */;\n/*!40103 SET TIME_ZONE='+00:00' */;\n"
                b"/*!40014 SET @OLD_UNIQUE_CHECKS=@@UNIQUE_CHECKS, UNIQUE_CHECKS=0 */;\n"
                b"/*!40014 SET @OLD_FOREIGN_KEY_CHECKS=@@FOREIGN_KEY_CHECKS, FOREIGN_KEY_CHECKS=0 */;\n"
                b"/*!40101 SET @OLD_SQL_MODE=@@SQL_MODE, SQL_MODE='NO_AUTO_VALUE_ON_ZERO' */;\n\n"
            )
            for table, columns in TABLES.items():
                parts[table].close()
                dump.write(
                    f"--\n-- Table structure for table `{table}`\n--\n\nDROP TABLE IF EXISTS `{table}`;\nCREATE TABLE `{table}` ("
                    f"{columns}\n) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci;\n\n"
                    f"--\n-- Dumping data for table `{table}`\n--\n\nLOCK TABLES `{table}` WRITE;\n"
                    f"/*!40000 ALTER TABLE `{table}` DISABLE KEYS */;\n".encode()
                )
                with (Path(folder) / table).open("rb") as rows:
                    written = False
                    while piece := rows.read(1 << 24):
                        dump.write(piece)
                        written = True
                dump.write(b";\n" if written else b"")
                dump.write(f"/*!40000 ALTER TABLE `{table}` ENABLE KEYS */;\nUNLOCK TABLES;\n\n".encode())
            dump.write(
                b"/*!40103 SET TIME_ZONE=@OLD_TIME_ZONE */;\n\n-- Dump completed on 2024-07-01 12:00:00\n"
            )


READ = """
import sys, time
from pathlib import Path
from stocktake.records import mysqldump
from stocktake.records.raw import UnitWriter
began = time.perf_counter()
with UnitWriter(Path(sys.argv[2]), threads=2) as unit, open(sys.argv[1], "rb", buffering=0) as dump:
    mysqldump.read(dump, unit)
    unit.finish(path=sys.argv[1])
print(time.perf_counter() - began)
"""


def measured(command: list[str], **options: object) -> tuple[float, float, float]:
    """Wall seconds, peak resident MiB and processor seconds of a process that must succeed."""
    began = time.perf_counter()
    process = subprocess.Popen(command, **options)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{command[0]} ended with {process.returncode}")
    return time.perf_counter() - began, usage.ru_maxrss / 1024, usage.ru_utime + usage.ru_stime


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    options.add_argument("--size", type=int, default=1100, help="megabytes of dump (default 1100)")
    options.add_argument("--dump", type=Path, help="where the dump is kept; made if absent")
    options.add_argument("--skip-load", action="store_true", help="do not load the dump into MariaDB")
    chosen = options.parse_args()
    load = os.getloadavg()
    with tempfile.TemporaryDirectory(prefix="dump-reading-") as folder:
        dump = chosen.dump or Path(folder) / "shop.sql"
        if not dump.exists():
            print(f"writing {chosen.size} MB of dump …", flush=True)
            write_dump(dump, chosen.size * 1_000_000)
        size = dump.stat().st_size / 1e6
        subprocess.run(["cat", str(dump)], stdout=subprocess.DEVNULL, check=True)
        small = Path(folder) / "small.sql"
        write_dump(small, 2_000_000)
        first, _, _ = measured(
            [sys.executable, "-c", READ, str(small), f"{folder}/first"], stdout=subprocess.DEVNULL
        )
        again, _, _ = measured(
            [sys.executable, "-c", READ, str(small), f"{folder}/again"], stdout=subprocess.DEVNULL
        )
        seconds, peak, busy = measured(
            [sys.executable, "-c", READ, str(dump), f"{folder}/unit"], stdout=subprocess.DEVNULL
        )
        manifest = json.loads((Path(folder) / "unit" / "manifest.json").read_text())
        rows = {table["name"]: table["rows"] for table in manifest["tables"]}
        parquet = sum(part["bytes"] for table in manifest["tables"] for part in table["parts"]) / 1e6
        lines = [("stocktake: dump to Parquet", seconds, size / seconds, peak, busy)]
        if not chosen.skip_load:
            from servers import mariadb_server

            with mariadb_server("--skip-innodb-doublewrite", "--innodb-buffer-pool-size=1G") as server:
                server.fresh("shop")
                command = [
                    "mariadb",
                    "--no-defaults",
                    f"--socket={server.socket}",
                    "--user=root",
                    "--default-character-set=utf8mb4",
                    "shop",
                ]
                with dump.open("rb") as text:
                    loading, _, client = measured(command, stdin=text)
                ticks = Path(f"/proc/{server.pid}/stat").read_text().rsplit(")", 1)[1].split()
                server_busy = (int(ticks[11]) + int(ticks[12])) / os.sysconf("SC_CLK_TCK")
                status = Path(f"/proc/{server.pid}/status").read_text()
                server_peak = int(status.split("VmHWM:")[1].split()[0]) / 1024
                for table, count in rows.items():
                    told = server.sql(f"SELECT count(*) FROM `{table}`", "shop")[0][0]
                    if told != count:
                        raise SystemExit(f"{table}: {count} rows read, {told} loaded")
            lines.append(("mariadb < dump", loading, size / loading, server_peak, client + server_busy))
        cores = len(os.sched_getaffinity(0))
        print(
            f"\n{size:.0f} MB of dump, {sum(rows.values()):,} rows, {parquet:.0f} MB of Parquet, {cores} cores"
        )
        print(f"{'':32}{'seconds':>10}{'MB/s':>10}{'peak MiB':>10}{'CPU s':>10}")
        for name, wall, speed, resident, processor in lines:
            print(f"{name:32}{wall:>10.1f}{speed:>10.1f}{resident:>10.0f}{processor:>10.1f}")
        if len(lines) == 2:
            print(f"{'ratio':32}{lines[1][1] / lines[0][1]:>10.1f}")
        print(f"load of the machine before the run: {load[0]:.1f}")
        print(
            f"start-up with 2 MB: {first:.1f} s when kernels may have to be compiled, {again:.1f} s after that"
        )


if __name__ == "__main__":
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    main()
