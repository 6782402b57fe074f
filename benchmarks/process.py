"""How fast a whole server becomes tables, in how much memory, and what a kill costs.

    .venv/bin/python benchmarks/process.py FOLDER [--megabytes 2000] [--no-kills] [--no-beside]

FOLDER keeps the image, which is made once: a GPT disk with an ext4 file system that holds a WordPress-like web
root of thousands of small files, uploads that do not compress, rotated nginx logs (the older ones gzip'd), a
mail box, and the data directory that a real MariaDB left, loaded with the shop of ``dump_reading.py``. The
files are the same each time; the server's own differ in the times and numbers that it keeps.

``stocktake process`` runs on it with the image in the page cache. Memory is what /proc states for it and all
of its children, ten times a second: what each has resident, where a page that several share counts for its part
only (the proportional set size); the plain sum stands beside it. Then a new case is killed several times on the
way (the whole process group, with SIGKILL) and run again: its tables must be those of the first, and no unit
that was finished before a kill may be made again.

Beside it runs what is there without stocktake, in the same image and the same minutes: ``tsk_recover`` to get
the files out, ``gunzip`` for the packed logs, ``sha256sum`` to hash them, ``rg`` with the expressions of
``observables.py`` to search them. It is a lower bound: nothing is unwrapped any deeper, no database is opened,
no line of a log read, nothing mapped, and nobody knows where anything came from.
"""

import argparse
import gzip
import hashlib
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from dump_reading import write_dump
from observables import EXPRESSIONS, Shop
from weblogs import write_log

SEED = 7
NOON = 1_720_000_000  # the files' time
LEAST_SPEED, MOST_MEMORY = 60, 2048  # MB/s of image on two cores, MiB
STOCKTAKE = [sys.executable, "-m", "stocktake"]


def make_image(image: Path, megabytes: int) -> None:
    """A disk of ``megabytes``, nine tenths full."""
    from servers import mariadb_server
    from test_databases import end

    work = image.parent / "making"
    shutil.rmtree(work, ignore_errors=True)
    tree = work / "tree"
    share = megabytes / 2000
    data = tree / "var/lib/mysql"
    data.parent.mkdir(parents=True)
    dump = work / "shop.sql"
    write_dump(dump, int(200_000_000 * share))
    with mariadb_server("--innodb-buffer-pool-size=1G") as server:
        server.fresh("shop")
        server.load(dump, "shop")
        end(server.pid, signal.SIGTERM)
        shutil.copytree(server.folder / "data", data)
    write_logs(tree / "var/log/nginx", int(100_000 * share))
    write_mail(tree / "var/mail/shop", int(50_000_000 * share))
    write_web_root(tree / "var/www/shop", int(12_000 * share))
    (tree / "etc").mkdir()
    (tree / "etc/hostname").write_text("shop1\n")
    (tree / "etc/timezone").write_text("Europe/London\n")
    here = sum(path.stat().st_size for path in tree.rglob("*") if path.is_file())
    write_uploads(tree / "var/www/shop/wp-content/uploads", int(megabytes * 0.9e6) - here)
    for path in [tree, *tree.rglob("*")]:
        os.utime(path, (NOON, NOON))
    root = work / "root"
    with root.open("wb") as file:
        file.truncate((megabytes * 1_000_000 - (3 << 20)) // 4096 * 4096)
    options = (
        "root_owner=0:0,lazy_itable_init=0,lazy_journal_init=0,hash_seed=0f1e2d3c-4b5a-4697-8877-665544332211"
    )
    run(
        "mke2fs", "-q", "-F", "-t", "ext4", "-b", "4096", "-N", "40000", "-J", "size=8", "-m", "0",
        "-U", "a4d2b1c6-7e3f-4a58-9b0d-2c6e8f1a3b57", "-E", options, "-d", tree, root,
        env=os.environ | {"E2FSPROGS_FAKE_TIME": str(NOON)},
    )  # fmt: skip
    disk = work / "disk"
    with disk.open("wb") as file:
        file.truncate(root.stat().st_size + (2 << 20))
    table = "label: gpt\nlabel-id: 6F0C2E5A-5A1B-4C62-9D0E-7A41C9B3D210\nunit: sectors\n"
    table += f"start=2048, size={root.stat().st_size // 512}, uuid=B1A7E2C4-10D3-4E5F-8A6B-0C9D8E7F6A51\n"
    run("sfdisk", "--quiet", "--no-reread", "--no-tell-kernel", disk, data=table.encode())
    run("dd", f"if={root}", f"of={disk}", "bs=1M", "seek=1", "conv=notrunc,sparse", "status=none")
    disk.rename(image)
    shutil.rmtree(work)


def write_web_root(folder: Path, files: int) -> None:
    """PHP, JavaScript, style sheets and translations, of the sizes that WordPress and its plugins have."""
    chance = random.Random(SEED)
    shop = Shop(SEED)
    for number in range(files):
        kind = chance.choices(("php", "js", "css", "po", "json"), (60, 22, 8, 6, 4))[0]
        place = (
            folder
            / f"wp-content/plugins/plugin-{number % 40:02d}/{chance.choice(('includes', 'assets', 'src'))}"
        )
        place.mkdir(parents=True, exist_ok=True)
        size = min(int(chance.lognormvariate(8.6, 1.3)), 800_000)
        lines = ["<?php\n"] if kind == "php" else []
        have = 0
        while have < size:
            words = shop.prose(7).split()
            line = f"\t$this->{words[0]}_{words[1]} = apply_filters( '{words[2]}_{words[3]}', ${words[4]}, {number} ); // {words[5]}\n"
            lines.append(line)
            have += len(line)
        (place / f"{chance.choice(('class', 'view', 'abstract'))}-{number:05d}.{kind}").write_text(
            "".join(lines)
        )


def write_uploads(folder: Path, size: int) -> None:
    """Pictures: the head of a JPEG and bytes that do not compress."""
    chance = random.Random(SEED)
    number = 0
    while size > 0:
        place = folder / f"2024/{number % 12 + 1:02d}"
        place.mkdir(parents=True, exist_ok=True)
        length = min(size, int(chance.lognormvariate(11.8, 0.8)))
        head = bytes.fromhex("ffd8ffe000104a46494600010101004800480000")
        (place / f"picture-{number:05d}.jpg").write_bytes(head + chance.randbytes(length))
        size -= length + len(head)
        number += 1


def write_logs(folder: Path, lines: int) -> None:
    """Eight days' access logs in nginx's combined format; from the third on they are packed."""
    folder.mkdir(parents=True)
    for day in range(8):
        log = folder / ("access.log" if day == 0 else f"access.log.{day}")
        write_log(log, lines, as_json=False)
        if day > 1:
            log.with_name(f"{log.name}.gz").write_bytes(gzip.compress(log.read_bytes(), 6, mtime=NOON))
            log.unlink()


def write_mail(box: Path, size: int) -> None:
    box.parent.mkdir(parents=True)
    letters = Shop(SEED).letters()
    with box.open("w") as file:
        while file.tell() < size:
            file.writelines(next(letters) + "\n" for _ in range(100))


def run(program: str, *arguments: object, data: bytes = b"", env: dict[str, str] | None = None) -> bytes:
    found = shutil.which(program, path=f"{os.environ['PATH']}:/usr/sbin:/sbin")
    if found is None:
        raise SystemExit(f"{program} is not installed")
    command = [found, *map(str, arguments)]
    return subprocess.run(command, input=data, stdout=subprocess.PIPE, env=env, check=True).stdout


@dataclass
class Watched:
    """A command that ran: seconds, processor seconds of it and its children, and its peaks in MiB."""

    seconds: float = 0.0
    busy: float = 0.0
    resident: float = 0.0
    proportional: float = 0.0
    at_peak: dict[str, int] = field(default_factory=dict)


@contextmanager
def watching(pid: int) -> Iterator[Watched]:
    """Look at the memory of a process and its descendants ten times a second."""
    seen = Watched()
    ended = threading.Event()

    def look() -> None:
        while not ended.wait(0.1):
            parts = {one: memory(one) for one in descendants(pid)}
            seen.resident = max(seen.resident, sum(part[0] for part in parts.values()) / 1024)
            proportional = sum(part[1] for part in parts.values()) / 1024
            if proportional > seen.proportional:
                seen.proportional = proportional
                seen.at_peak = {name(one): part[1] // 1024 for one, part in parts.items()}

    thread = threading.Thread(target=look)
    thread.start()
    try:
        yield seen
    finally:
        ended.set()
        thread.join()


def descendants(pid: int) -> list[int]:
    children: dict[int, list[int]] = {}
    for entry in os.scandir("/proc"):
        if entry.name.isdecimal():
            try:
                stat = Path(f"/proc/{entry.name}/stat").read_text("utf-8", "replace")
            except OSError:
                continue
            children.setdefault(int(stat.rpartition(")")[2].split()[1]), []).append(int(entry.name))
    found, waiting = [], [pid]
    while waiting:
        one = waiting.pop()
        found.append(one)
        waiting += children.get(one, [])
    return found


def memory(pid: int) -> tuple[int, int]:
    """Resident and proportional KiB of a process, 0 where it has ended or not begun its own program yet."""
    try:
        text = Path(f"/proc/{pid}/smaps_rollup").read_text()
    except OSError:
        return 0, 0
    facts = {line.split(":")[0]: int(line.split()[1]) for line in text.splitlines()[1:]}
    return facts.get("Rss", 0), facts.get("Pss", 0)


def name(pid: int) -> str:
    try:
        words = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
    except OSError:
        return str(pid)
    return f"{pid} {b' '.join(words[:3]).decode(errors='replace')[-60:]}"


def new_case(folder: Path, image: Path) -> Path:
    case = folder / "bench.case"
    shutil.rmtree(case, ignore_errors=True)
    for arguments in (
        ("new", case, "--ref", "B/1", "--name", "Benchmark"),
        ("add", case, image, "--ref", "KC/1"),
    ):
        subprocess.run([*STOCKTAKE, *map(str, arguments)], stdout=subprocess.DEVNULL, check=True)
    return case


def process(case: Path, log: Path) -> subprocess.Popen[bytes]:
    with log.open("ab") as said:
        return subprocess.Popen(
            [*STOCKTAKE, "process", str(case), "--jobs", "2"],
            stdout=said,
            stderr=said,
            start_new_session=True,
        )


def finished(process_: subprocess.Popen[bytes]) -> None:
    if process_.wait() not in (0, 1):
        raise SystemExit(f"stocktake process ended with {process_.returncode}")


def whole_run(case: Path, log: Path) -> Watched:
    before = os.times()
    began = time.perf_counter()
    started = process(case, log)
    with watching(started.pid) as seen:
        finished(started)
    after = os.times()
    seen.seconds = time.perf_counter() - began
    seen.busy = sum(after[2:4]) - sum(before[2:4])
    return seen


def tables(case: Path) -> dict[str, str]:
    """SHA-256 of every part of the case's tables."""
    return {
        path.relative_to(case).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted((case / "tables").rglob("*.parquet"))
    }


def finished_units(case: Path) -> dict[str, int]:
    return {str(path.parent): path.stat().st_mtime_ns for path in (case / "raw").glob("*/*/manifest.json")}


def killed(case: Path, log: Path, seconds: float, moments: tuple[float, ...]) -> tuple[int, int]:
    """Kill the run at parts of the time that it takes; returns how many units stood then, and were made again."""
    stood: dict[str, int] = {}
    for moment in moments:
        started = process(case, log)
        try:
            started.wait(seconds * moment)
        except subprocess.TimeoutExpired:
            os.killpg(started.pid, signal.SIGKILL)
            started.wait()
        stood = finished_units(case)
    finished(process(case, log))
    now = finished_units(case)
    return len(stood), sum(now.get(unit) != made for unit, made in stood.items())


def beside(image: Path, folder: Path) -> list[tuple[str, float]]:
    """Seconds that the parts of the usual way take."""
    out = folder / "recovered"
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir()
    pattern = "|".join(f"(?:{expression})" for expression in EXPRESSIONS.values())
    steps = (
        ("tsk_recover: the files", f"tsk_recover -a -o 2048 {image} {out} > /dev/null"),
        ("gunzip: the packed logs", f"find {out} -name '*.gz' -print0 | xargs -0 -n 1 -P 2 gunzip"),
        (
            "sha256sum, two at once",
            f"find {out} -type f -print0 | xargs -0 -n 200 -P 2 sha256sum > /dev/null",
        ),
        (
            "rg -aob, two threads",
            f'rg -aob --no-unicode --no-config -N -j 2 --no-ignore --hidden -e "$PATTERN" {out} > /dev/null',
        ),
    )
    told = []
    for what, command in steps:
        began = time.perf_counter()
        subprocess.run(["sh", "-c", command], env=os.environ | {"PATTERN": pattern}, check=True)
        told.append((what, time.perf_counter() - began))
    shutil.rmtree(out)
    return told


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path)
    parser.add_argument("--megabytes", type=int, default=2000)
    parser.add_argument("--no-kills", action="store_true")
    parser.add_argument("--no-beside", action="store_true")
    given = parser.parse_args()
    given.folder.mkdir(parents=True, exist_ok=True)
    folder = given.folder.resolve()
    image = folder / f"server-{given.megabytes}.raw"
    if not image.exists():
        print(f"making {image.name} …", flush=True)
        make_image(image, given.megabytes)
    load = os.getloadavg()[0]
    size = image.stat().st_size / 1e6
    case = new_case(folder, image)  # which also brings the image into the page cache
    log = folder / "process.log"
    log.unlink(missing_ok=True)
    seen = whole_run(case, log)
    made = tables(case)
    entries = json.loads(next(case.glob("raw/*/inventory/manifest.json")).read_text())["items"]
    print(
        f"{size:.0f} MB of image, {len(entries)} items, {len(os.sched_getaffinity(0))} cores, load before {load:.1f}"
    )
    print(f"{'':44}{'seconds':>9}{'MB/s':>8}{'CPU s':>8}{'peak MiB':>10}{'sum of RSS':>12}")
    print(
        f"{'stocktake process':44}{seen.seconds:>9.1f}{size / seen.seconds:>8.1f}{seen.busy:>8.1f}"
        f"{seen.proportional:>10.0f}{seen.resident:>12.0f}"
    )
    for one, resident in seen.at_peak.items():
        print(f"    at the peak: {resident:5d} MiB {one}")
    bad = []
    if size / seen.seconds < LEAST_SPEED:
        bad.append(f"below {LEAST_SPEED} MB/s")
    if seen.proportional > MOST_MEMORY:
        bad.append(f"above {MOST_MEMORY} MiB")
    if not given.no_beside:
        whole = 0.0
        for what, seconds in beside(image, folder):
            whole += seconds
            print(f"{what:44}{seconds:>9.1f}{size / seconds:>8.1f}")
        print(f"{'these together':44}{whole:>9.1f}{size / whole:>8.1f}")
    if not given.no_kills:
        case = new_case(folder, image)
        stood, again = killed(case, log, seen.seconds, (0.1, 0.3, 0.5, 0.7))
        same = tables(case) == made
        print(f"killed four times: {stood} units stood before the last run, {again} of them were made again")
        print(f"tables {'are the same' if same else 'DIFFER'}: {len(made)} parts")
        if again:
            bad.append("finished units were made again")
        if not same:
            bad.append("the tables differ after kills")
    if bad:
        raise SystemExit("; ".join(bad))


if __name__ == "__main__":
    main()
