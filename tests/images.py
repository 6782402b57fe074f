"""Disk images made by real tools for the tests: file systems filled, wrapped in the formats of images."""

import os
import shutil
import struct
import subprocess
import zlib
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from stocktake.evidence import EvidenceProblem, Item, Limits, items

PACKAGES = {
    "qemu-img": "qemu-utils",
    "qemu-io": "qemu-utils",
    "mke2fs": "e2fsprogs",
    "debugfs": "e2fsprogs",
    "mkfs.vfat": "dosfstools",
    "mcopy": "mtools",
    "mkntfs": "ntfs-3g",
    "ntfscp": "ntfs-3g",
    "mkfs.btrfs": "btrfs-progs",
    "mkfs.xfs": "xfsprogs",
    "mkfs.exfat": "exfatprogs",
    "fsck.exfat": "exfatprogs",
    "ewfacquire": "ewf-tools",
    "cryptsetup": "cryptsetup-bin",
    "sfdisk": "fdisk",
    "xorriso": "xorriso",
    "mdadm": "mdadm",
    "pvck": "lvm2",
    "7z": "p7zip-full",
    "cpio": "cpio",
    "xz": "xz-utils",
}


def run(program: str, *arguments: object, data: bytes = b"", cwd: Path | None = None) -> bytes:
    """Run a program and return what it printed; a missing one fails with how to install it."""
    found = shutil.which(program, path=f"{os.environ['PATH']}:/usr/sbin:/sbin")
    assert found, f"This test needs {program}: apt-get install {PACKAGES.get(program, program)}"
    done = subprocess.run(
        [found, *map(os.fspath, map(str, arguments))], input=data, capture_output=True, check=False, cwd=cwd
    )
    assert done.returncode == 0, f"{program} {arguments}: {done.stderr.decode(errors='replace')}"
    return done.stdout


@dataclass
class Opened:
    """What was found: items by path, their hashes, and the problems."""

    items: dict[str, Item]
    sha256: dict[str, str]
    faults: dict[str, list[str]]
    problems: list[EvidenceProblem]

    def said(self, severity: str | None = None) -> list[str]:
        return [p.message for p in self.problems if severity in (None, p.severity)]


def opened(location: Path, *passphrases: bytes, limits: Limits | None = None) -> Opened:
    """Open an exhibit and read every item in it to its end."""
    problems: list[EvidenceProblem] = []
    found = Opened({}, {}, {}, problems)
    for item in items("T/1", location, problems.append, limits, passphrases=passphrases):
        assert item.path not in found.items
        found.items[item.path] = item
        with closing(item.open()) as stream:
            digest = sha256()
            while block := stream.read1():
                digest.update(block)
            found.sha256[item.path] = digest.hexdigest()
            found.faults[item.path] = [fault.message for fault in stream.faults]
    return found


def folder(home: Path) -> Path:
    """A small server's files: nested, empty, sparse, linked, long, with names that are no text."""
    tree = home / "tree"
    (tree / "var" / "log" / "nginx").mkdir(parents=True)
    (tree / "etc").mkdir()
    (tree / "etc" / "hostname").write_bytes(b"shop1\n")
    (tree / "etc" / "localtime").symlink_to("/usr/share/zoneinfo/Europe/London")
    (tree / "empty").touch()
    lines = b"".join(b"192.0.2.%d - - GET /%d\n" % (n % 250, n) for n in range(40_000))
    (tree / "var" / "log" / "nginx" / "access.log").write_bytes(lines)
    (tree / "var" / "random").write_bytes(
        b"".join(sha256(b"%d" % n).digest() for n in range(1 << 16))  # 2 MiB that do not compress
    )
    with (tree / "var" / "sparse").open("wb") as sparse:
        sparse.seek(3 << 20)
        sparse.write(b"end")
    os.link(tree / "etc" / "hostname", tree / "etc" / "hostname.again")
    (tree / "etc" / "naïve €.txt").write_bytes(b"name\n")
    Path(os.fsdecode(os.fsencode(tree) + b"/etc/\xff\xfe")).write_bytes(b"broken\n")
    os.mkfifo(tree / "var" / "fifo")
    return tree


def hashes(tree: Path, *, plain: bool = False) -> dict[str, str]:
    """SHA-256 of every file below ``tree`` by its path; a link's is that of where it leads."""
    found: dict[str, str] = {}
    for top, _, names in os.walk(tree):
        for name in names:
            path = Path(top, name)
            shown = str(path.relative_to(tree)).encode("utf-8", "surrogateescape").decode("utf-8", "replace")
            shown = shown.replace("\ufffd\ufffd", "\\xff\\xfe")
            if path.is_symlink():
                if not plain:
                    found[shown] = sha256(os.fsencode(path.readlink())).hexdigest()
            elif path.is_file():
                found[shown] = sha256(path.read_bytes()).hexdigest()
    return found


def ext(tree: Path | None, image: Path, size: str = "12M", kind: str = "ext4") -> Path:
    """An ext file system with the files of ``tree``."""
    with image.open("wb") as file:
        file.truncate(int(size[:-1]) << 20)
    run("mke2fs", "-q", "-F", "-t", kind, *(("-d", tree) if tree else ()), image)
    return image


def below(found: dict[str, str], prefix: str) -> dict[str, str]:
    """The part of ``found`` that lies below ``prefix``, by the rest of the path."""
    return {path[len(prefix) + 1 :]: value for path, value in found.items() if path.startswith(prefix + "/")}


def luks(plain: bytes, image: Path, passphrase: bytes, kind: str, sector: int = 512) -> Path:
    """A LUKS volume that holds ``plain``, with a volume key that cryptsetup was given."""
    key = sha256(b"one").digest() + sha256(b"two").digest()
    key_file = image.with_suffix(".key")
    key_file.write_bytes(key)
    start = (16 << 20) if kind == "luks2" else (2 << 20)
    with image.open("wb") as file:
        file.truncate(start + len(plain))
    cost: tuple[object, ...] = ()
    if kind == "luks2":
        cost = ("--pbkdf-memory", "32768", "--pbkdf", "argon2id", "--sector-size", sector)
    iterations = "4" if kind == "luks2" else "1000"
    run(
        *("cryptsetup", "luksFormat", "-q", "--type", kind, "--cipher", "aes-xts-plain64"),
        *("--key-size", "512", "--volume-key-file", key_file, "--pbkdf-force-iterations", iterations),
        *cost,
        *(image, "-"),
        data=passphrase,
    )
    dump = run("cryptsetup", "luksDump", image).decode()
    lines = [line.split() for line in dump.splitlines()]
    (offset,) = [int(w[1]) for w in lines if w[:1] == ["offset:"] and w[-1] == "[bytes]"] or [
        int(w[2]) * 512 for w in lines if w[:2] == ["Payload", "offset:"]
    ]
    with image.open("r+b") as file:
        file.truncate(offset + len(plain))
        file.seek(offset)
        for at in range(0, len(plain), sector):
            tweak = (at // 512).to_bytes(16, "little")
            cipher = Cipher(algorithms.AES(key), modes.XTS(tweak)).encryptor()
            file.write(cipher.update(plain[at : at + sector]) + cipher.finalize())
    return image


def raid_member(
    data: bytes,
    role: int,
    image: Path,
    *,
    level: int = 1,
    disks: int = 2,
    layout: int = 0,
    chunk: int = 0,
    events: int = 7,
) -> Path:
    """A member of an md array with ``data`` on it (superblock 1.2, include/uapi/linux/raid/md_p.h of Linux)."""
    data_offset, sectors = 2048, len(data) // 512
    head = bytearray(256 + 2 * disks)
    struct.pack_into("<IIII", head, 0, 0xA92B4EFC, 1, 0, 0)
    head[16:32] = bytes(range(16))
    head[32:64] = b"shop1:0".ljust(32, b"\0")
    struct.pack_into("<QiIQIII", head, 64, 1_600_000_000, level, layout, sectors, chunk // 512, disks, 0)
    struct.pack_into("<QQQQI", head, 128, data_offset, sectors, 8, 0, role)
    head[168:184] = bytes([role + 1]) * 16
    struct.pack_into("<QQQII", head, 192, 1_600_000_000, events, (1 << 64) - 1, 0, disks)
    struct.pack_into(f"<{disks}H", head, 256, *range(disks))
    total = sum(struct.unpack(f"<{len(head) // 4}I", bytes(head[: len(head) // 4 * 4])))
    total += sum(struct.unpack("<H", bytes(head[-2:]))) if len(head) % 4 else 0
    struct.pack_into("<I", head, 216, (total & 0xFFFFFFFF) + (total >> 32) & 0xFFFFFFFF)
    with image.open("wb") as file:
        file.truncate(data_offset * 512 + len(data))
        file.seek(4096)
        file.write(head)
        file.seek(data_offset * 512)
        file.write(data)
    return image


def striped_members(data: bytes, level: int, disks: int, chunk: int = 64 << 10) -> list[bytes]:
    """What lies on each disk of RAID 0, 5 and 6 (left-symmetric) or 10 (two near copies) of ``data``."""
    pieces = [data[at : at + chunk].ljust(chunk, b"\0") for at in range(0, len(data), chunk)]
    members = [bytearray() for _ in range(disks)]
    if level == 10:
        for number, piece in enumerate(pieces):
            for copy in (0, 1):
                members[(2 * number + copy) % disks] += piece
        return [bytes(member) for member in members]
    wide = disks - {0: 0, 5: 1, 6: 2}[level]
    pieces += [bytes(chunk)] * (-len(pieces) % wide)
    for row in range(len(pieces) // wide):
        stripe = pieces[row * wide : (row + 1) * wide]
        if level == 0:
            for number, piece in enumerate(stripe):
                members[number] += piece
            continue
        parity = disks - 1 - row % disks
        for number, piece in enumerate(stripe):
            members[(parity + level - 4 + number) % disks] += piece
        total = 0
        for piece in stripe:
            total ^= int.from_bytes(piece, "little")
        members[parity] += total.to_bytes(chunk, "little")
        if level == 6:  # the second parity is not needed where no disk is missing
            members[(parity + 1) % disks] += bytes(chunk)
    return [bytes(member) for member in members]


def exfat_file(image: Path, name: str, content: bytes) -> None:
    """Put a file of a few clusters, that lie one after the other, into an empty exFAT volume's root.

    As Microsoft's exFAT specification has it (7.4, 7.6, 7.7); fsck.exfat is asked whether it agrees.
    """
    volume = bytearray(image.read_bytes())
    heap, root = struct.unpack_from("<I", volume, 88)[0], struct.unpack_from("<I", volume, 96)[0]
    sector, cluster = 1 << volume[108], 1 << (volume[108] + volume[109])
    where = {}

    def place(number: int) -> int:
        return heap * sector + (number - 2) * cluster

    at = place(root)
    while volume[at]:
        where[volume[at]] = at
        at += 32
    bitmap = place(struct.unpack_from("<I", volume, where[0x81] + 20)[0])
    count = -(-len(content) // cluster)
    first = root + 1
    for number in range(first, first + count):
        volume[bitmap + (number - 2 >> 3)] |= 1 << (number - 2 & 7)
    volume[place(first) : place(first) + len(content)] = content
    text = name.encode("utf-16-le")
    names = [text[n : n + 30].ljust(30, b"\0") for n in range(0, len(text), 30)]
    stamp = (2024 - 1980) << 25 | 5 << 21 | 17 << 16 | 13 << 11 | 45 << 5 | 15
    file = bytearray(
        struct.pack("<BBHHHIII", 0x85, 1 + len(names), 0, 0x20, 0, stamp, stamp, stamp).ljust(32, b"\0")
    )
    hashed = 0
    for byte in name.upper().encode("utf-16-le"):
        hashed = ((hashed << 15 | hashed >> 1) + byte) & 0xFFFF
    stream = struct.pack(
        "<BBBBHHQIIQ", 0xC0, 3, 0, len(name), hashed, 0, len(content), 0, first, len(content)
    )
    entries = file + stream + b"".join(b"\xc1\0" + part for part in names)
    total = 0
    for number, byte in enumerate(entries):
        if number not in (2, 3):
            total = ((total << 15 | total >> 1) + byte) & 0xFFFF
    struct.pack_into("<H", entries, 2, total)
    volume[at : at + len(entries)] = entries
    image.write_bytes(volume)
    run("fsck.exfat", "-n", image)


_LVM_INITIAL = 0xF597A6CF


def _lvm_crc(data: bytes) -> int:
    crc = _LVM_INITIAL
    return zlib.crc32(data, crc ^ 0xFFFFFFFF) ^ 0xFFFFFFFF


def striped_group(data: bytes, images: tuple[Path, Path], stripe: int = 64 << 10) -> None:
    """Two physical volumes of LVM2 with one striped and one linear volume, as lvm2's format text has them.

    The layout is that of lib/format_text/layout.h in lvm2; pvck is asked whether it agrees.
    """
    extent = 1 << 20
    size = -(-len(data) // (2 * extent)) * extent  # on each of the two
    ids = ["aaaaaa-aaaa-aaaa-aaaa-aaaa-aaaa-aaaaa1", "aaaaaa-aaaa-aaaa-aaaa-aaaa-aaaa-aaaaa2"]
    pe_start = 2048
    extents = size // extent
    linear = 1
    pvs = "".join(
        f'pv{n} {{\nid = "{ids[n]}"\ndevice = "/dev/sd{n}"\nstatus = ["ALLOCATABLE"]\nflags = []\n'
        f"dev_size = {pe_start + (extents + linear) * extent // 512}\npe_start = {pe_start}\n"
        f"pe_count = {extents + linear}\n}}\n"
        for n in range(2)
    )
    text = (
        'vg0 {\nid = "vvvvvv-vvvv-vvvv-vvvv-vvvv-vvvv-vvvvvv"\nseqno = 2\nformat = "lvm2"\n'
        'status = ["RESIZEABLE", "READ", "WRITE"]\nflags = []\n'
        f"extent_size = {extent // 512}\nmax_lv = 0\nmax_pv = 0\nmetadata_copies = 0\n"
        f"physical_volumes {{\n{pvs}}}\n"
        "logical_volumes {\n"
        'data {\nid = "llllll-llll-llll-llll-llll-llll-llllll"\nstatus = ["READ", "WRITE", "VISIBLE"]\n'
        "flags = []\nsegment_count = 1\n"
        f'segment1 {{\nstart_extent = 0\nextent_count = {2 * extents}\ntype = "striped"\nstripe_count = 2\n'
        f'stripe_size = {stripe // 512}\nstripes = [\n"pv0", 0,\n"pv1", 0\n]\n}}\n}}\n'
        'first {\nid = "llllll-llll-llll-llll-llll-llll-lllll1"\nstatus = ["READ", "WRITE", "VISIBLE"]\n'
        "flags = []\nsegment_count = 1\n"
        'segment1 {\nstart_extent = 0\nextent_count = 1\ntype = "striped"\nstripe_count = 1\n'
        f'stripes = [\n"pv0", {extents}\n]\n}}\n}}\n'
        "}\n}\n"
        'contents = "Text Format Volume Group"\nversion = 1\ndescription = ""\n'
        'creation_host = "shop1"\ncreation_time = 1600000000\n'
    ).encode() + b"\0"
    area, area_size = 4096, (1 << 20) - 4096
    padded = data.ljust(2 * size, b"\0")
    for n, image in enumerate(images):
        header = ids[n].replace("-", "").encode() + struct.pack(
            "<Q", pe_start * 512 + (extents + linear) * extent
        )
        header += struct.pack("<QQQQ", pe_start * 512, 0, 0, 0) + struct.pack("<QQQQ", area, area_size, 0, 0)
        label = b"LVM2 001" + header
        body = struct.pack("<I", 32) + label
        sector = (b"LABELONE" + struct.pack("<Q", 1) + struct.pack("<I", 0) + body).ljust(512, b"\0")
        sector = sector[:16] + struct.pack("<I", _lvm_crc(sector[20:])) + sector[20:]
        locations = struct.pack("<QQII", 512, len(text), _lvm_crc(text), 0) + bytes(24)
        mda = (b" LVM2 x[5A%r0N*>" + struct.pack("<IQQ", 1, area, area_size) + locations).ljust(508, b"\0")
        mda = struct.pack("<I", _lvm_crc(mda)) + mda
        with image.open("wb") as file:
            file.truncate(pe_start * 512 + (extents + linear) * extent)
            file.seek(512)
            file.write(sector)
            file.seek(area)
            file.write(mda + text)
            file.seek(pe_start * 512)
            for at in range(n * stripe, len(padded), 2 * stripe):
                file.write(padded[at : at + stripe])
        assert b"vg0" in run("pvck", "--dump", "metadata", image)


def all_files(location: Path) -> Iterator[Path]:
    """Every regular file below a folder."""
    yield from sorted(path for path in location.rglob("*") if path.is_file())
