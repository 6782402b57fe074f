"""How fast access logs become raw tables, next to a plain regular expression on the same file.

    .venv/bin/python benchmarks/weblogs.py [--lines N] [--dissect PYTHON]

The log is nginx's combined format, written by a seeded generator: IPv4 and IPv6, browsers, referrers, escaped
quotes, requests that are none. Each reading runs in its own process on one core, with the file in the page
cache: stocktake from the bytes to finished Parquet, the regular expression from the bytes to Python tuples in
memory with the time parsed by ``strptime``, and, where ``--dissect`` names a Python that has dissect.target, its
nginx plugin's records. The same again for JSON lines as Caddy writes them, beside ``json.loads``.
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
from datetime import UTC, datetime, timedelta
from pathlib import Path

LEAST = 100_000  # lines a second on one core

AGENTS = [
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36",
    "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0",
    "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
    r"curl/7.88.1 \x22quoted\x22",
    "-",
]


def write_log(path: Path, lines: int, *, as_json: bool) -> None:
    chance = random.Random(11)
    start = datetime(2024, 1, 1, tzinfo=UTC)
    with path.open("w", encoding="utf-8") as file:
        for number in range(lines):
            at = start + timedelta(seconds=number * 0.7)
            ip = (
                f"203.0.113.{chance.randrange(256)}"
                if number % 9
                else f"2001:db8::{chance.randrange(65536):x}"
            )
            uri = f"/product/{chance.randrange(5000)}?ref={chance.randrange(10**6)}"
            agent = chance.choice(AGENTS)
            status, size = chance.choice((200, 200, 200, 301, 404)), chance.randrange(60000)
            if as_json:
                entry = {
                    "level": "info", "ts": at.timestamp(), "logger": "http.log.access.log0", "msg": "handled request",
                    "request": {
                        "remote_ip": ip, "remote_port": "5000", "client_ip": ip, "proto": "HTTP/2.0", "method": "GET",
                        "host": "shop.example", "uri": uri, "headers": {"User-Agent": [agent], "Accept": ["*/*"]},
                    },
                    "bytes_read": 0, "duration": 0.001, "size": size, "status": status,
                }  # fmt: skip
                file.write(json.dumps(entry) + "\n")
                continue
            request = f"GET {uri} HTTP/1.1" if number % 500 else r"\x16\x03\x01\x02\x00"
            stamp = at.strftime("%d/%b/%Y:%H:%M:%S")
            file.write(
                f'{ip} - - [{stamp} +0000] "{request}" {status} {size} "https://shop.example/" "{agent}"\n'
            )


def stocktake(path: Path, *, as_json: bool) -> int:
    from stocktake.artefacts.weblogs import access, json_lines
    from stocktake.records.raw import UnitWriter

    def once(folder: Path, file: Path) -> int:
        with UnitWriter(folder) as unit, file.open("rb") as stream:
            if as_json:
                json_lines.read(stream, unit)
            else:
                access.read(stream, "access.log", unit)
            unit.finish(
                exhibit="KC/1", path="access.log", container="", sha256="", bytes=0, kind="weblogs:access-log"
            )
            return unit.tables["weblogs", "access_log"].rows

    with tempfile.TemporaryDirectory() as folder:
        short = Path(folder) / "short.log"
        with path.open("rb") as whole:
            short.write_bytes(whole.readline() * 10)
        once(Path(folder) / "warm", short)  # loads what numba compiled
        started = time.perf_counter()
        rows = once(Path(folder) / "unit", path)
        print(f"seconds {time.perf_counter() - started}")
    return rows


def regular_expression(path: Path, *, as_json: bool) -> int:
    import re

    pattern = re.compile(
        r'(\S+) (\S+) (\S+) \[([^\]]+)\] "((?:[^"\\]|\\.)*)" (\d{3}) (\d+|-) "((?:[^"\\]|\\.)*)" "((?:[^"\\]|\\.)*)"'
    )
    started = time.perf_counter()
    rows = []
    with path.open(encoding="utf-8") as file:
        for line in file:
            if as_json:
                entry = json.loads(line)
                request = entry["request"]
                rows.append(
                    (
                        entry["ts"],
                        request["remote_ip"],
                        request["method"],
                        request["uri"],
                        entry["status"],
                        entry["size"],
                        request["headers"]["User-Agent"][0],
                    )
                )
                continue
            found = pattern.match(line)
            if found:
                at = datetime.strptime(found[4], "%d/%b/%Y:%H:%M:%S %z")
                rows.append((found[1], found[3], at, found[5], int(found[6]), found[7], found[8], found[9]))
    print(f"seconds {time.perf_counter() - started}")
    return len(rows)


DISSECT = """
import sys, time
from dissect.target import Target
target = Target.open(sys.argv[1])
started = time.perf_counter()
rows = sum(1 for _ in target.nginx.access())
print("seconds", time.perf_counter() - started)
print("rows", rows)
"""


def dissect(python: str, log: Path) -> tuple[int, float, float]:
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        for name, text in {
            "etc/hostname": "web\n",
            "etc/os-release": "ID=debian\nNAME=Debian\n",
            "etc/passwd": "root:x:0:0::/root:/bin/sh\n",
        }.items():
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            (root / name).write_text(text)
        (root / "var/log/nginx").mkdir(parents=True)
        (root / "opt").mkdir()
        os.link(log, root / "var/log/nginx/access.log")
        return measured([python, "-c", DISSECT, str(root)])


def measured(command: list[str]) -> tuple[int, float, float]:
    """Rows, seconds as the process itself counts them, and the peak of its memory in MiB."""
    with subprocess.Popen(["taskset", "-c", "1", *command], stdout=subprocess.PIPE, text=True) as process:
        said = process.stdout.read()
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{command[0]} ended with {process.returncode}")
    facts = dict(line.split(" ", 1) for line in said.strip().splitlines())
    return int(facts["rows"]), float(facts["seconds"]), used.ru_maxrss / 1024


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--lines", type=int, default=1_000_000)
    parser.add_argument("--dissect", metavar="PYTHON", help="a Python with dissect.target installed")
    parser.add_argument("--one", nargs=2, metavar=("WHICH", "FILE"), help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.one:
        which, _, form = given.one[0].partition("-")
        run = {"stocktake": stocktake, "plain": regular_expression}[which]
        print(f"rows {run(Path(given.one[1]), as_json=form == 'json')}")
        return
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    print(f"{'':34}{'lines':>10}{'seconds':>9}{'lines/s':>10}{'MB/s':>7}{'peak MiB':>10}")
    slow = False
    with tempfile.TemporaryDirectory() as folder:
        for form, lines in (("combined", given.lines), ("json", given.lines // 2)):
            log = Path(folder) / f"{form}.log"
            write_log(log, lines, as_json=form == "json")
            size = log.stat().st_size / 1e6
            runs = [
                ("stocktake, to Parquet", [sys.executable, __file__, "--one", f"stocktake-{form}", str(log)])
            ]
            runs.append(
                (
                    "re and strptime" if form == "combined" else "json.loads",
                    [sys.executable, __file__, "--one", f"plain-{form}", str(log)],
                )
            )
            results = {name: measured(command) for name, command in runs}
            if given.dissect and form == "combined":
                results["dissect.target, nginx.access"] = dissect(given.dissect, log)
            for name, (rows, seconds, peak) in results.items():
                print(
                    f"{form + ': ' + name:34}{rows:>10}{seconds:>9.2f}{rows / seconds:>10.0f}{size / seconds:>7.0f}{peak:>10.0f}"
                )
            rows, seconds, _ = results["stocktake, to Parquet"]
            if rows != lines:
                raise SystemExit(f"{rows} rows of {lines} lines")
            slow = slow or rows / seconds < LEAST
    if slow:
        raise SystemExit(f"below {LEAST} lines a second on one core")


if __name__ == "__main__":
    main()
