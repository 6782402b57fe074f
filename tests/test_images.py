"""Disk images are read whole: formats, volumes, file systems, what was deleted, damage, hostile bytes."""

import lzma
import os
import pickle
import shutil
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import UTC, datetime
from functools import cache
from hashlib import sha256
from pathlib import Path

import pyewf
import pytest
from dissect.extfs import ExtFS
from dissect.fat import FATFS
from dissect.ntfs import NTFS
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from images import (
    below,
    exfat_file,
    ext,
    folder,
    hashes,
    luks,
    opened,
    raid_member,
    run,
    striped_group,
    striped_members,
)
from stocktake.evidence import Limits, items
from stocktake.evidence.image_reader import ask_one, close_processes
from stocktake.evidence.layers import Disk
from stocktake.evidence.opening import Opening

EVIDENCE = Path(__file__).parents[2] / "shared" / "evidence" / "dfvfs"

# What the volume of dfvfs's test images holds (its own tests say the same of sizes and content).
PASSWORDS = "02a2a6af2f1ecf4720d7d49d640f0d0a269a7ec733e41973bdd34f09dad0e252"


@pytest.fixture(autouse=True)
def no_process_left():
    """Processes that read images end with the test that asked them."""
    yield
    close_processes()


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with ``tree`` and ``ext4.raw``, an ext4 file system that holds it."""
    home = tmp_path_factory.mktemp("server")
    ext(folder(home), home / "ext4.raw")
    return home


def disk_sha256(format_name: str, *files: Path) -> str:
    """SHA-256 of all the bytes of an image's disk, as stocktake reads them."""
    layer = Disk(format_name, tuple((file.name, Opening(file, Limits())) for file in files))
    told, _ = ask_one("digest", layer, ["sha256"])
    return str(told["hashes"][0])


def file_sha256(file: Path) -> str:
    return sha256(file.read_bytes()).hexdigest()


# --- public material of other writers ---------------------------------------------------------------------

VOLUMES = {
    "ext2.E01": {"vol1": "ewf,ext2"},
    "ext2.qcow2": {"vol1": "qcow2,ext2"},
    "ext2.vmdk": {"vol1": "vmdk,ext2"},
    "ext2.vhd": {"vol1": "vhd,ext2"},
    "ext2.raw": {"vol1": "raw,ext2"},
    "ext4.raw": {"vol1": "raw,ext4"},
    "xfs.raw": {"vol1": "raw,xfs"},
    "mbr.raw": {"vol1": "raw,mbr,ext2", "vol5": "raw,mbr,ext4"},
    "gpt.raw": {"vol1": "raw,gpt,ext2", "vol2": "raw,gpt,ext4"},
    "lvm.raw": {"vol1/test_volume_group/test_logical_volume1": "raw,lvm2,ext2"},
    "luks1.raw": {"vol1/luks": "raw,luks1,ext2"},
}


@pytest.mark.skipif(not EVIDENCE.is_dir(), reason="../shared/evidence is absent")
@pytest.mark.parametrize("name", VOLUMES)
def test_images_of_the_shared_evidence_dfvfs(name, tmp_path):
    image, wrapped = EVIDENCE / name, ""
    if not image.exists():
        image, wrapped = EVIDENCE / f"{name}.xz", "xz,"
    found = opened(image, b"luksde-TEST")
    expected = {}
    for volume, container in VOLUMES[name].items():
        for path, size in (
            ("a_link", 24),
            ("passwords.txt", 116),
            ("a_directory/a_file", 53),
            ("a_directory/another_file", 22),
        ):
            expected[f"{image.name}/{volume}/{path}"] = (wrapped + container, size)
    assert {path: (item.container, item.size) for path, item in found.items.items()} == expected
    for volume in VOLUMES[name]:
        passwords = found.items[f"{image.name}/{volume}/passwords.txt"]
        assert found.sha256[passwords.path] == PASSWORDS
        assert passwords.mtime is not None
        assert passwords.mtime.date() == datetime(2021, 7, 22, tzinfo=UTC).date()
        link = found.items[f"{image.name}/{volume}/a_link"]
        assert (link.record.entry, link.record.target) == ("symlink", "a_directory/another_file")
    errors = found.said("error") + found.said("warning")
    assert errors == []
    assert any(found.faults.values()) is False
    if name == "ext2.E01":
        assert found.said("info") == [
            "the MD5 stored in the image is that of its content: 196066add11fb71c4c49cf1bb50d6d24"
        ]


@pytest.mark.skipif(not EVIDENCE.is_dir(), reason="../shared/evidence is absent")
def test_every_format_of_the_shared_evidence_dfvfs_holds_the_same_disk():
    raw = sha256(lzma.decompress((EVIDENCE / "ext2.raw.xz").read_bytes())).hexdigest()
    for name, kind in (("ext2.E01", "ewf"), ("ext2.qcow2", "qcow2"), ("ext2.vmdk", "vmdk")):
        assert disk_sha256(kind, EVIDENCE / name) == raw, name


@pytest.mark.skipif(not EVIDENCE.is_dir(), reason="../shared/evidence is absent")
@pytest.mark.parametrize("passphrases", [(), (b"wrong", b"")])
def test_luks_of_the_shared_evidence_dfvfs_stays_sealed(passphrases):
    found = opened(EVIDENCE / "luks1.raw.xz", *passphrases)
    assert found.said() == ["sealed: LUKS, passphrase missing or wrong"]
    assert list(found.items) == ["luks1.raw.xz"]


# --- formats of images ------------------------------------------------------------------------------------


def qemu(raw: Path, image: Path, kind: str, *options: str) -> list[Path]:
    run("qemu-img", "convert", "-f", "raw", "-O", kind, *options, raw, image)
    return [image]


def scattered_vdi(raw: Path, image: Path) -> list[Path]:
    """A VDI whose blocks lie in another order than on the disk."""
    size = raw.stat().st_size
    run("qemu-img", "create", "-q", "-f", "vdi", image, str(size))
    half = size // 2 >> 20 << 20
    for start, length in ((half, size - half), (0, half)):
        piece = image.with_suffix(".piece")
        piece.write_bytes(raw.read_bytes()[start : start + length])
        commands = f"write -q -s {piece} {start} {length}"
        run("qemu-io", "-f", "vdi", "-c", commands, image)
        piece.unlink()
    return [image]


def flat_vmdk(raw: Path, image: Path) -> list[Path]:
    qemu(raw, image, "vmdk", "-o", "subformat=monolithicFlat")
    return [image, image.with_name(f"{image.stem}-flat.vmdk")]


def split_vmdk(raw: Path, image: Path) -> list[Path]:
    qemu(raw, image, "vmdk", "-o", "subformat=twoGbMaxExtentSparse")
    return [image, image.with_name(f"{image.stem}-s001.vmdk")]


def split_raw(raw: Path, image: Path) -> list[Path]:
    data, parts = raw.read_bytes(), []
    for number in range(1, 5):
        part = image.with_suffix(f".{number:03}")
        part.write_bytes(data[(number - 1) * (3 << 20) : number * (3 << 20)])
        parts.append(part)
    return parts


def e01(*options: str) -> Callable[[Path, Path], list[Path]]:
    def make(raw: Path, image: Path) -> list[Path]:
        run("ewfacquire", "-u", "-q", "-d", "sha1", *options, "-t", image.with_suffix(""), raw)
        return sorted(image.parent.glob(f"{image.stem}.E*"))

    return make


FORMATS: dict[str, tuple[str, str, Callable[[Path, Path], list[Path]]]] = {
    "qcow2": ("qcow2", "i.qcow2", lambda raw, image: qemu(raw, image, "qcow2")),
    "qcow2, compressed": ("qcow2", "i.qcow2", lambda raw, image: qemu(raw, image, "qcow2", "-c")),
    "qcow2, zstd": (
        "qcow2",
        "i.qcow2",
        lambda raw, image: qemu(raw, image, "qcow2", "-c", "-o", "compression_type=zstd"),
    ),
    "qcow2, version 2": (
        "qcow2",
        "i.qcow2",
        lambda raw, image: qemu(raw, image, "qcow2", "-o", "compat=0.10"),
    ),
    "vdi": ("vdi", "i.vdi", lambda raw, image: qemu(raw, image, "vdi")),
    "vdi, static": ("vdi", "i.vdi", lambda raw, image: qemu(raw, image, "vdi", "-o", "static=on")),
    "vdi, scattered": ("vdi", "i.vdi", scattered_vdi),
    "vmdk": ("vmdk", "i.vmdk", lambda raw, image: qemu(raw, image, "vmdk")),
    "vmdk, stream": (
        "vmdk",
        "i.vmdk",
        lambda raw, image: qemu(raw, image, "vmdk", "-o", "subformat=streamOptimized"),
    ),
    "vmdk, flat": ("vmdk", "i.vmdk", flat_vmdk),
    "vmdk, split": ("vmdk", "i.vmdk", split_vmdk),
    "vhd": ("vhd", "i.vhd", lambda raw, image: qemu(raw, image, "vpc", "-o", "force_size=on")),
    "vhd, fixed": (
        "raw",
        "i.vhd",
        lambda raw, image: qemu(raw, image, "vpc", "-o", "subformat=fixed,force_size=on"),
    ),
    "vhdx": ("vhdx", "i.vhdx", lambda raw, image: qemu(raw, image, "vhdx")),
    "vhdx, fixed": ("vhdx", "i.vhdx", lambda raw, image: qemu(raw, image, "vhdx", "-o", "subformat=fixed")),
    "raw, split": ("raw", "i.001", split_raw),
    "ewf, deflated": ("ewf", "i.E01", e01("-c", "best")),
    "ewf, stored": ("ewf", "i.E01", e01("-c", "none")),
    "ewf, split": ("ewf", "i.E01", e01("-c", "fast", "-S", "1MiB")),
    "ewf, EnCase 5": ("ewf", "i.E01", e01("-f", "encase5", "-c", "fast")),
    "ewf, odd chunks": ("ewf", "i.E01", e01("-f", "encase6", "-b", "1024", "-c", "fast")),
}


@pytest.mark.parametrize("name", FORMATS)
def test_a_format_holds_what_its_writer_put_in(name, server, tmp_path):
    kind, first, make = FORMATS[name]
    files = make(server / "ext4.raw", tmp_path / first)
    if name != "vhd, fixed":
        assert disk_sha256(kind, *files) == file_sha256(server / "ext4.raw")
    if kind == "ewf":  # the second reader of what qemu-img does not know
        handle = pyewf.handle()
        handle.open([str(file) for file in files])
        assert sha256(handle.read(handle.get_media_size())).hexdigest() == disk_sha256(kind, *files)
        handle.close()
    found = opened(tmp_path)
    assert below(found.sha256, f"{files[0].name}/vol1") == hashes(server / "tree")
    assert {item.container for item in found.items.values()} == {f"{kind},ext4"}
    assert len(found.items) == len(hashes(server / "tree"))
    assert found.said("error") == found.said("warning") == []
    stored = [said.split()[1] for said in found.said("info") if "stored in the image is that of" in said]
    assert stored == ([] if kind != "ewf" else ["MD5"] if name == "ewf, EnCase 5" else ["MD5", "SHA-1"])


def test_qemu_agrees_on_every_byte_of_a_compressed_image(server, tmp_path):
    image = qemu(server / "ext4.raw", tmp_path / "i.qcow2", "qcow2", "-c")[0]
    run("qemu-img", "convert", "-O", "raw", image, tmp_path / "again.raw")
    assert disk_sha256("qcow2", image) == file_sha256(tmp_path / "again.raw")


def test_one_file_of_a_set_brings_its_siblings_and_says_so(server, tmp_path):
    files = e01("-c", "none", "-S", "2MiB")(server / "ext4.raw", tmp_path / "i.E01")
    assert len(files) > 2
    found = opened(files[0])
    assert below(found.sha256, "i.E01/vol1") == hashes(server / "tree")
    assert f"{len(files) - 1} more lie beside it" in found.said("warning")[0]


def test_numbered_logs_are_no_split_image(tmp_path):
    for number in range(1, 4):
        (tmp_path / f"access.{number:03}").write_bytes(b"GET /%d\n" % number)
    assert list(opened(tmp_path).items) == ["access.001", "access.002", "access.003"]


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("-b", "base.qcow2", "-F", "qcow2"), "only holds changes against another image"),
        (("-o", "data_file=other.bin,data_file_raw=on"), "its data lie in another file"),
        (("-o", "extended_l2=on,cluster_size=128k"), "extended L2 entries, which are not read"),
    ],
)
def test_what_leads_to_another_file_or_can_t_be_read_is_refused(options, said, tmp_path):
    run("qemu-img", "create", "-q", "-f", "qcow2", tmp_path / "base.qcow2", "4M")
    home = tmp_path / "exhibit"
    home.mkdir()
    shutil.copy(tmp_path / "base.qcow2", home)
    run("qemu-img", "create", "-q", "-f", "qcow2", *options, "i.qcow2", "4M", cwd=home)
    found = opened(home / "i.qcow2")
    assert said in found.said("error")[0]
    assert list(found.items) == ["i.qcow2"]


# --- file systems -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["ext2", "ext3", "ext4"])
def test_ext(kind, server, tmp_path):
    image = ext(server / "tree", tmp_path / "i.raw", kind=kind)
    found = opened(image)
    assert below(found.sha256, "i.raw/vol1") == hashes(server / "tree")
    fifo = [problem for problem in found.problems if "FIFO" in problem.message]
    assert [problem.path for problem in fifo] == ["i.raw/vol1/var/fifo"]
    with image.open("rb") as file:
        volume = ExtFS(file)
        for path in ("var/random", "var/sparse", "var/log/nginx/access.log"):
            other = sha256(volume.get(path).open().read()).hexdigest()
            assert other == found.sha256[f"i.raw/vol1/{path}"]
    name = found.items["i.raw/vol1/etc/hostname"].record
    assert (name.links, name.mode, name.deleted) == (2, 0o644, False)
    assert name.mtime == datetime.fromtimestamp(
        int((server / "tree/etc/hostname").stat().st_mtime), UTC
    ).replace(microsecond=name.mtime.microsecond if name.mtime else 0)


def test_xfs(tmp_path):
    image, blob = tmp_path / "i.raw", tmp_path / "blob"
    blob.write_bytes(b"".join(sha256(b"%d" % n).digest() for n in range(40_000)))
    many = "".join(f"file{n:04} ---644 33 33 {blob if n == 7 else '/dev/null'}\n" for n in range(1200))
    proto = tmp_path / "proto"
    proto.write_text(
        f"/dev/null\n0 0\nd--755 0 0\nmany d--755 0 0\n{many}$\nlink l--777 0 0 many/file0007\n$\n"
    )
    with image.open("wb") as file:
        file.truncate(300 << 20)
    run("mkfs.xfs", "-q", "-p", proto, image)
    found = opened(image)
    assert found.said() == []
    assert len(found.items) == 1201
    assert found.sha256["i.raw/vol1/many/file0007"] == file_sha256(blob)
    assert found.items["i.raw/vol1/link"].record.target == "many/file0007"
    assert {item.record.uid for path, item in found.items.items() if "/many/" in path} == {33}


def test_btrfs(server, tmp_path):
    image = tmp_path / "i.raw"
    with image.open("wb") as file:
        file.truncate(120 << 20)
    run("mkfs.btrfs", "-q", "--rootdir", server / "tree", image)
    found = opened(image)
    assert below(found.sha256, "i.raw/vol1") == hashes(server / "tree")
    assert found.said("error") == found.said("warning") == []


def test_ntfs_with_its_streams_and_compression(server, tmp_path):
    image = tmp_path / "i.raw"
    with image.open("wb") as file:
        file.truncate(16 << 20)
    run("mkntfs", "-q", "-F", image)
    for source, name in (("var/random", "random"), ("etc/hostname", "hostname.txt")):
        run("ntfscp", image, server / "tree" / source, name)
    run("ntfscp", "-N", "hidden", image, server / "tree/var/log/nginx/access.log", "hostname.txt")
    found = opened(image)
    expected = hashes(server / "tree")
    assert below(found.sha256, "i.raw/vol1") == {
        "random": expected["var/random"],
        "hostname.txt": expected["etc/hostname"],
        "hostname.txt:hidden": expected["var/log/nginx/access.log"],
    }
    with image.open("rb") as file:
        record = NTFS(file).mft.get("random")
        assert sha256(record.open().read()).hexdigest() == expected["var/random"]


@pytest.mark.parametrize(("kind", "size"), [("12", 2), ("16", 16), ("32", 40)])
def test_fat(kind, size, server, tmp_path):
    image = tmp_path / "i.raw"
    with image.open("wb") as file:
        file.truncate(size << 20)
    run("mkfs.vfat", "-F", kind, image)
    run("mmd", "-i", image, "::logs")
    run("mcopy", "-i", image, server / "tree/var/log/nginx/access.log", "::logs/a long name.log")
    run("mcopy", "-i", image, server / "tree/etc/hostname", "::HOSTNAME")
    found = opened(image)
    expected = hashes(server / "tree")
    assert below(found.sha256, "i.raw/vol1") == {
        "logs/a long name.log": expected["var/log/nginx/access.log"],
        "HOSTNAME": expected["etc/hostname"],
    }
    item = found.items["i.raw/vol1/HOSTNAME"]
    assert item.container == f"raw,fat{kind}"
    assert item.record.local_times
    with image.open("rb") as file:
        other = FATFS(file).get("logs/a long name.log").open().read()
        assert sha256(other).hexdigest() == expected["var/log/nginx/access.log"]


def test_exfat(tmp_path):
    image = tmp_path / "i.raw"
    with image.open("wb") as file:
        file.truncate(8 << 20)
    run("mkfs.exfat", image)
    assert opened(image).items == {}
    content = b"".join(sha256(b"%d" % n).digest() for n in range(1000))
    exfat_file(image, "a name of more than fifteen.bin", content)
    found = opened(image)
    assert found.said() == []
    assert list(found.items) == ["i.raw/vol1/a name of more than fifteen.bin"]
    (item,) = found.items.values()
    assert found.sha256[item.path] == sha256(content).hexdigest()
    assert item.record.local_times
    assert item.mtime == datetime(2024, 5, 17, 13, 45, 30, tzinfo=UTC)


def test_iso_9660(server, tmp_path):
    run("xorriso", "-as", "mkisofs", "-quiet", "-R", "-J", "-o", tmp_path / "i.iso", server / "tree")
    found = opened(tmp_path / "i.iso")
    expected = hashes(server / "tree", plain=True)
    inside = below(found.sha256, "i.iso/vol1")
    for path in ("etc/hostname", "var/random", "var/sparse", "var/log/nginx/access.log", "empty"):
        assert inside[path] == expected[path]


def test_files_inside_are_unwrapped_further(server, tmp_path):
    tree = tmp_path / "tree"
    tree.mkdir()
    (tree / "shop.sql").write_bytes(b"CREATE TABLE `a` (`b` int);\n")
    run("xz", "-k", tree / "shop.sql")
    shutil.copy(server / "ext4.raw", tree / "vm.raw")
    qemu(server / "ext4.raw", tree / "vm.qcow2", "qcow2", "-c")
    inner = run("xz", "-c", server / "ext4.raw")
    (tree / "vm2.raw.xz").write_bytes(inner)
    shutil.make_archive(str(tmp_path / "site"), "zip", server / "tree" / "var" / "log")
    shutil.copy(tmp_path / "site.zip", tree)
    image = qemu(ext(tree, tmp_path / "host.raw", "64M"), tmp_path / "host.qcow2", "qcow2")[0]
    found = opened(image)
    expected = hashes(server / "tree")
    for name, container in (
        ("vm.raw", "qcow2,ext4,raw,ext4"),
        ("vm.qcow2", "qcow2,ext4,qcow2,ext4"),
        ("vm2.raw.xz", "qcow2,ext4,xz,raw,ext4"),
    ):
        assert below(found.sha256, f"host.qcow2/vol1/{name}/vol1") == expected
        assert found.items[f"host.qcow2/vol1/{name}/vol1/empty"].container == container
    assert found.items["host.qcow2/vol1/shop.sql.xz"].container == "qcow2,ext4,xz"
    assert found.sha256["host.qcow2/vol1/shop.sql.xz"] == found.sha256["host.qcow2/vol1/shop.sql"]
    log = found.sha256["host.qcow2/vol1/site.zip/nginx/access.log"]
    assert log == expected["var/log/nginx/access.log"]


def test_an_item_can_be_opened_in_another_process_and_by_many_threads(server, tmp_path):
    image = qemu(server / "ext4.raw", tmp_path / "i.qcow2", "qcow2")[0]
    found = opened(image)

    def again(path: str) -> bool:
        with closing(pickle.loads(pickle.dumps(found.items[path].open))()) as stream:
            return sha256(stream.read()).hexdigest() == found.sha256[path]

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(again, list(found.items) * 10))
    script = "import sys, pickle; s = pickle.load(sys.stdin.buffer)(); sys.stdout.buffer.write(s.read())"
    item = found.items["i.qcow2/vol1/var/random"]
    done = subprocess.run(
        [sys.executable, "-c", script], input=pickle.dumps(item.open), capture_output=True, check=True
    )
    assert sha256(done.stdout).hexdigest() == found.sha256[item.path]


def test_parts_of_a_file_are_read_where_they_lie(server):
    path = "ext4.raw/vol1/var/random"
    whole = (server / "tree/var/random").read_bytes()
    item = next(item for item in items("T/1", server / "ext4.raw", lambda _: None) if item.path == path)
    with closing(item.open()) as stream:
        assert stream.skip(1_500_001) == 1_500_001
        assert stream.read(1000) == whole[1_500_001:1_501_001]
        assert stream.skip(1 << 30) == len(whole) - 1_501_001
        assert stream.read() == b""


# --- volumes ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("label", "numbers"), [("gpt", (1, 2, 3)), ("dos", (1, 5, 6))])
def test_partitions(label, numbers, server, tmp_path):
    image = tmp_path / "i.raw"
    layout = {
        "gpt": "label: gpt\nsize=12M\nsize=12M\nsize=12M\n",
        "dos": "label: dos\nsize=12M\ntype=5\nsize=12M\nsize=12M\n",
    }[label]
    with image.open("wb") as file:
        file.truncate(48 << 20)
    run("sfdisk", "-q", image, data=layout.encode())
    table = run("sfdisk", "-d", image).decode()
    starts = [int(line.split("start=")[1].split(",")[0]) for line in table.splitlines() if "start=" in line]
    if label == "dos":
        starts.pop(1)  # the extended partition itself
    with image.open("r+b") as file:
        for start in starts:
            file.seek(start * 512)
            file.write((server / "ext4.raw").read_bytes())
    found = opened(image)
    for number in numbers:
        assert below(found.sha256, f"i.raw/vol{number}") == hashes(server / "tree")
    scheme = {"gpt": "gpt", "dos": "mbr"}[label]
    assert {item.container for item in found.items.values()} == {f"raw,{scheme},ext4"}
    assert found.said("error") == found.said("warning") == []


def test_a_gpt_whose_first_copy_is_lost_is_told_or_read(server, tmp_path):
    image = tmp_path / "i.raw"
    with image.open("wb") as file:
        file.truncate(20 << 20)
    run("sfdisk", "-q", image, data=b"label: gpt\nsize=12M\n")
    with image.open("r+b") as file:
        file.seek(1 << 20)
        file.write((server / "ext4.raw").read_bytes())
        file.seek(512)
        file.write(bytes(512))
    found = opened(image)
    assert below(found.sha256, "i.raw/vol1") == hashes(server / "tree") or found.said("error")


@pytest.mark.parametrize(("kind", "sector"), [("luks1", 512), ("luks2", 512), ("luks2", 4096)])
def test_luks(kind, sector, server, tmp_path):
    image = luks((server / "ext4.raw").read_bytes(), tmp_path / "i.raw", b"correct horse", kind, sector)
    found = opened(image, b"wrong", b"correct horse")
    assert below(found.sha256, "i.raw/vol1/luks") == hashes(server / "tree")
    assert {item.container for item in found.items.values()} == {f"raw,{kind},ext4"}
    assert b"correct horse".hex() not in repr(found.items)
    key = sha256(b"one").digest()
    assert repr(key)[2:-1] not in repr(next(iter(found.items.values())))
    assert opened(image, b"wrong").said() == ["sealed: LUKS, passphrase missing or wrong"]


def test_lvm2_over_two_images_linear_and_striped(server, tmp_path):
    home = tmp_path / "exhibit"
    home.mkdir()
    striped_group((server / "ext4.raw").read_bytes(), (home / "a.img", home / "b.img"))
    found = opened(home)
    assert below(found.sha256, "a.img/vol1/vg0/data") == hashes(server / "tree")
    assert {item.container for item in found.items.values()} == {"raw,lvm2,ext4"}
    alone = opened(home / "a.img")
    assert sorted(alone.said("error")) == [
        "1 of 2 physical volumes of the volume group 'vg0' are missing",
        "lies on a physical volume that is missing",
    ]


def test_a_mirror_of_two_disks_is_read_once(server, tmp_path):
    data = (server / "ext4.raw").read_bytes()
    home = tmp_path / "exhibit"
    home.mkdir()
    for role in (0, 1):
        member = raid_member(data, role, home / f"sd{role}.img")
        assert b"Checksum" in run("mdadm", "--examine", member)
        assert b"correct" in run("mdadm", "--examine", member)
    found = opened(home)
    assert below(found.sha256, "sd0.img/vol1/md0") == hashes(server / "tree")
    assert len(found.items) == len(hashes(server / "tree"))
    assert found.said("error") == found.said("warning") == []
    alone = opened(home / "sd1.img")
    assert below(alone.sha256, "sd1.img/vol1/md0") == hashes(server / "tree")
    assert alone.said("warning") == ["1 of 2 members of the software RAID array (level 1) are missing"]
    raid_member(data, 1, home / "sd1.img", events=3)
    stale = opened(home)
    assert len(stale.items) == len(hashes(server / "tree"))
    assert "is an outdated member of a software RAID array; not read" in stale.said("warning")


@pytest.mark.parametrize(("level", "disks", "layout"), [(0, 2, 0), (5, 3, 2), (6, 4, 2), (10, 4, 0x102)])
def test_striped_arrays_over_several_disks(level, disks, layout, server, tmp_path):
    home = tmp_path / "exhibit"
    home.mkdir()
    members = striped_members((server / "ext4.raw").read_bytes(), level, disks)
    for role, data in enumerate(members):
        image = home / f"sd{role}.img"
        raid_member(data, role, image, level=level, disks=disks, layout=layout, chunk=64 << 10)
        assert b"correct" in run("mdadm", "--examine", image)
    found = opened(home)
    assert below(found.sha256, "sd0.img/vol1/md0") == hashes(server / "tree")
    assert {item.container for item in found.items.values()} == {f"raw,md-raid{level},ext4"}
    (home / "sd1.img").unlink()
    lacking = opened(home)
    message = f"1 of {disks} members of the software RAID array (level {level}) are missing"
    assert lacking.said("error") == [message]
    assert list(lacking.items) == [f"sd{role}.img" for role in range(disks) if role != 1]


# --- deleted files ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["ext2", "ext4"])
def test_deleted_files_of_ext_are_recovered_where_their_blocks_allow(kind, server, tmp_path):
    image = ext(server / "tree", tmp_path / "i.raw", kind=kind)
    run("debugfs", "-w", "-R", "rm /var/random", image)
    run("debugfs", "-w", "-R", "rm /etc/hostname.again", image)
    found = opened(image)
    gone = found.items["i.raw/vol1/var/random"]
    assert (gone.deleted, gone.record.recovered) == (True, "whole")
    assert found.sha256[gone.path] == hashes(server / "tree")["var/random"]
    other_name = found.items["i.raw/vol1/etc/hostname.again"]  # its content lives on under its other name
    assert (other_name.deleted, other_name.record.recovered) == (True, "none")
    assert found.faults[other_name.path] == ["was deleted, and nothing of its content can be recovered"]
    assert not found.items["i.raw/vol1/etc/hostname"].deleted


def test_a_deleted_file_whose_blocks_were_used_again_is_not_called_whole(tmp_path):
    tree = tmp_path / "tree"
    tree.mkdir()
    (tree / "old").write_bytes(b"o" * (3 << 20))
    image = ext(tree, tmp_path / "i.raw", "8M", "ext2")
    new = tmp_path / "new"
    new.write_bytes(b"n" * (5 << 20))
    # The new file is given an inode of its own, and must take some of the old one's blocks.
    run("debugfs", "-w", "-R", "rm old", image)
    run("debugfs", "-w", "-R", f"write {new} new", image)
    found = opened(image)
    old = [item for item in found.items.values() if item.deleted]
    assert all(item.record.recovered in ("part", "none") for item in old)
    assert found.sha256["i.raw/vol1/new"] == file_sha256(new)


def test_deleted_files_of_fat_are_marked_as_assumed(server, tmp_path):
    image = tmp_path / "i.raw"
    with image.open("wb") as file:
        file.truncate(40 << 20)
    run("mkfs.vfat", "-F", "32", image)
    for name in ("FIRST.BIN", "keeps a long name.bin"):
        run("mcopy", "-i", image, server / "tree/var/random", f"::{name}")
    run("mdel", "-i", image, "::FIRST.BIN", "::keeps a long name.bin")
    found = opened(image)
    names = {path.rpartition("/")[2] for path in found.items}
    assert names == {"_IRST.BIN", "keeps a long name.bin"}
    for path, item in found.items.items():
        assert (item.deleted, item.record.recovered) == (True, "assumed")
        assert found.sha256[path] == hashes(server / "tree")["var/random"]


# --- damage -----------------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def segments(server: Path, tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    home = tmp_path_factory.mktemp("segments")
    return e01("-c", "none", "-S", "2MiB")(server / "ext4.raw", home / "i.E01")


def damaged(segments: list[Path], home: Path) -> list[Path]:
    return [Path(shutil.copy(segment, home)) for segment in segments]


@pytest.mark.parametrize("which", [1, 2, -1])
def test_a_missing_segment_costs_what_lay_in_it(which, segments, server, tmp_path):
    files = damaged(segments, tmp_path)
    files[which].unlink()
    found = opened(tmp_path)
    assert any("missing" in said for said in found.said("error"))
    right = hashes(server / "tree")
    inside = below(found.sha256, "i.E01/vol1")
    same = [path for path in inside if inside[path] == right[path]]
    changed = [path for path in inside if inside[path] != right[path]]
    assert same
    assert all(found.faults[f"i.E01/vol1/{path}"] for path in changed)
    if which == -1:  # the last segment has the hashes
        assert any("states no hash" in said for said in found.said("info"))
    else:
        assert any("can't be checked" in said for said in found.said("error"))


def test_a_damaged_chunk_is_told_and_the_rest_keeps_its_place(segments, server, tmp_path):
    files = damaged(segments, tmp_path)
    piece = (server / "tree/var/random").read_bytes()[1 << 20 : (1 << 20) + 64]
    (hit,) = [file for file in files if piece in file.read_bytes()]
    data = bytearray(hit.read_bytes())
    data[data.index(piece)] ^= 1
    hit.write_bytes(data)
    found = opened(tmp_path)
    path = "i.E01/vol1/var/random"
    assert len(found.faults[path]) == 1
    assert "stand as zeros" in found.faults[path][0]
    inside, right = below(found.sha256, "i.E01/vol1"), hashes(server / "tree")
    assert {name for name in right if inside[name] != right[name]} == {"var/random"}
    with closing(found.items[path].open()) as stream:
        read = stream.read()
    whole = (server / "tree/var/random").read_bytes()
    assert len(read) == len(whole)
    wrong = [n for n in range(0, len(whole), 4096) if read[n : n + 4096] != whole[n : n + 4096]]
    assert wrong == list(range(wrong[0], wrong[0] + 4096 * len(wrong), 4096))
    assert len(wrong) <= 24  # The Sleuth Kit reads 64 KiB at once, and a chunk may lie across two of these


def test_a_stored_hash_that_is_not_the_content_s_is_an_error(server, tmp_path):
    files = e01("-c", "best")(server / "ext4.raw", tmp_path / "i.E01")
    data = bytearray(files[0].read_bytes())
    at = data.rindex(b"digest")
    data[at + 76] ^= 1
    files[0].write_bytes(data)
    found = opened(files[0])
    assert below(found.sha256, "i.E01/vol1") == hashes(server / "tree")
    assert any(said.startswith("the MD5 stored in the image is") for said in found.said("error"))


@pytest.mark.parametrize(
    "name", ["qcow2", "vdi", "vmdk", "vhdx", "vhd", "vmdk, flat", "raw, split", "ewf, stored"]
)
def test_an_image_cut_off_costs_problems_only(name, server, tmp_path):
    _, first, make = FORMATS[name]
    files = make(server / "ext4.raw", tmp_path / first)
    length = files[-1].stat().st_size
    os.truncate(files[-1], length * 3 // 5 // 512 * 512)
    found = opened(tmp_path)
    right = hashes(server / "tree")
    lost = below(found.sha256, f"{files[0].name}/vol1") != right
    assert lost or name in ("vhdx", "vmdk, flat", "raw, split")  # in these the end holds no file
    assert not lost or found.said("error") or any(found.faults.values())
    assert name == "vhdx" or found.said("error") or any(found.faults.values())
    for path, found_hash in below(found.sha256, f"{files[0].name}/vol1").items():
        assert found_hash == right[path] or found.faults[f"{files[0].name}/vol1/{path}"]


def test_a_missing_extent_costs_one_problem(server, tmp_path):
    flat_vmdk(server / "ext4.raw", tmp_path / "i.vmdk")[1].unlink()
    found = opened(tmp_path)
    assert [p.message for p in found.problems] == ["can't be opened: its extent 'i-flat.vmdk' is missing"]
    assert list(found.items) == ["i.vmdk"]


def test_an_extent_outside_the_folder_is_not_opened(server, tmp_path):
    (tmp_path / "secret.bin").write_bytes((server / "ext4.raw").read_bytes())
    home = tmp_path / "exhibit"
    home.mkdir()
    (home / "i.vmdk").write_text(
        f'# Disk DescriptorFile\nversion=1\nCID=1\nparentCID=ffffffff\ncreateType="monolithicFlat"\n'
        f'RW {(12 << 20) // 512} FLAT "../secret.bin" 0\n'
    )
    found = opened(home)
    assert list(found.items) == ["i.vmdk"]
    assert found.said("error") == ["can't be opened: its extent 'secret.bin' is missing"]


def test_a_partition_beyond_the_end_is_told(server, tmp_path):
    image = tmp_path / "i.raw"
    with image.open("wb") as file:
        file.truncate(40 << 20)
    run("sfdisk", "-q", image, data=b"label: dos\nsize=12M\nsize=20M\n")
    with image.open("r+b") as file:
        file.seek(1 << 20)
        file.write((server / "ext4.raw").read_bytes())
        file.truncate(20 << 20)
    found = opened(image)
    assert below(found.sha256, "i.raw/vol1") == hashes(server / "tree")
    assert any("was cut off" in said for said in found.said("error"))


def test_a_folder_that_holds_itself_is_met_once(tmp_path):
    tree = tmp_path / "tree"
    (tree / "a" / "b").mkdir(parents=True)
    (tree / "a" / "file").write_bytes(b"x")
    image = ext(tree, tmp_path / "i.raw", "4M", "ext2")
    run("debugfs", "-w", "-R", "link /a /a/b/round", image)
    found = opened(image)
    assert list(found.items) == ["i.raw/vol1/a/file"]
    assert [p.path for p in found.problems] == ["i.raw/vol1/a/b/round"]
    assert "leads in a circle" in found.said("error")[0]


def test_limits_on_entries_and_size(server, tmp_path):
    found = opened(server / "ext4.raw", limits=Limits(entries=5))
    assert found.said("error") == ["holds more than 5 entries; the rest was not read"]
    tree = tmp_path / "tree"
    tree.mkdir()
    with (tree / "huge").open("wb") as file:
        file.truncate(1 << 40)
    image = ext(tree, tmp_path / "i.raw", "4M")
    huge = next(iter(items("T/1", image, lambda _: None)))
    with closing(huge.open()) as stream:
        assert stream.skip(1 << 41) == 64 << 20


def test_a_process_that_is_too_slow_or_gone_costs_a_problem(server):
    found = opened(server / "ext4.raw", limits=Limits(wait=0.0))
    assert "took more than 0 seconds" in found.said("error")[0]
    found = opened(server / "ext4.raw")
    item = found.items["ext4.raw/vol1/var/random"]
    from stocktake.evidence import image_reader

    with closing(item.open()) as stream:
        assert stream.read(10)
        for process in image_reader._processes._idle:
            process._process.kill()
            process._process.wait()
        assert len(stream.read()) == (2 << 20) - 10  # another one is started


@cache
def small_images() -> dict[str, bytes]:
    """A few small images, whole; made once a test process."""
    import tempfile

    made = {}
    with tempfile.TemporaryDirectory() as name:
        home = Path(name)
        tree = home / "tree"
        (tree / "d").mkdir(parents=True)
        (tree / "d" / "file").write_bytes(b"content\n" * 1000)
        (tree / "link").symlink_to("d/file")
        raw = ext(tree, home / "i.raw", "2M", "ext4")
        made["ext"] = raw.read_bytes()
        made["qcow2"] = qemu(raw, home / "i.qcow2", "qcow2", "-c")[0].read_bytes()
        made["vmdk"] = qemu(raw, home / "i.vmdk", "vmdk")[0].read_bytes()
        made["vhdx"] = qemu(raw, home / "i.vhdx", "vhdx")[0].read_bytes()
        made["ewf"] = e01("-c", "best")(raw, home / "i.E01")[0].read_bytes()
        fat = home / "fat.raw"
        fat.write_bytes(bytes(1 << 20))
        run("mkfs.vfat", "-F", "12", fat)
        run("mcopy", "-i", fat, tree / "d/file", "::FILE.TXT")
        made["fat"] = fat.read_bytes()
        ntfs = home / "ntfs.raw"
        ntfs.write_bytes(bytes(2 << 20))
        run("mkntfs", "-q", "-F", ntfs)
        run("ntfscp", ntfs, tree / "d/file", "file")
        made["ntfs"] = ntfs.read_bytes()
        striped_group(raw.read_bytes(), (home / "a.img", home / "b.img"))
        made["lvm"] = (home / "a.img").read_bytes()
        run("7z", "a", "-bd", home / "a.7z", "tree", cwd=home)
        made["7z"] = (home / "a.7z").read_bytes()
        names = b"tree/d\ntree/d/file\ntree/link\n"
        made["cpio"] = run("cpio", "-o", "--quiet", "-H", "newc", data=names, cwd=home)
        gpt = home / "gpt.raw"
        gpt.write_bytes(bytes(4 << 20))
        run("sfdisk", "-q", gpt, data=b"label: gpt\nsize=2M\n")
        made["gpt"] = gpt.read_bytes()[: 1 << 20] + made["ext"] + gpt.read_bytes()[3 << 20 :]
    return made


@pytest.mark.parametrize(
    "name", ["ext", "qcow2", "vmdk", "vhdx", "ewf", "fat", "ntfs", "lvm", "gpt", "7z", "cpio"]
)
@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_flipped_bytes_end_in_problems_and_never_in_a_crash(name, data, tmp_path):
    image = bytearray(small_images()[name])
    used = [at for at in range(0, len(image), 512) if any(image[at : at + 512])]
    for _ in range(data.draw(st.integers(1, 12))):
        at = data.draw(st.sampled_from(used)) + data.draw(st.integers(0, 511))
        if at < len(image):
            image[at] = data.draw(st.integers(0, 255))
    file = tmp_path / "i.img"
    file.write_bytes(image)
    found = opened(file, limits=Limits(wait=20.0, entries=10_000))
    assert len(found.items) < 10_000
    file.unlink()


# --- archives ---------------------------------------------------------------------------------------------

SEVENZIP = {
    "lzma2": ("-m0=lzma2",),
    "lzma": ("-m0=lzma",),
    "bzip2": ("-m0=bzip2",),
    "ppmd": ("-m0=ppmd",),
    "stored": ("-m0=copy",),
    "deflate": ("-m0=deflate",),
    "x86 filter": ("-m0=bcj", "-m1=lzma2"),
    "not solid": ("-ms=off",),
}


def plain_folder(server: Path, home: Path) -> Path:
    """The server's files without those that 7z and cpio would not keep as they are."""
    tree = home / "plain"
    shutil.copytree(server / "tree" / "var" / "log", tree / "log")
    for name in ("random", "sparse"):
        shutil.copy(server / "tree" / "var" / name, tree)
    (tree / "empty").touch()
    (tree / "log" / "naïve.txt").write_bytes(b"name\n")
    return tree


@pytest.mark.parametrize("method", SEVENZIP)
def test_7z(method, server, tmp_path):
    tree = plain_folder(server, tmp_path)
    archive = tmp_path / "a.7z"
    run("7z", "a", "-bd", *SEVENZIP[method], archive, ".", cwd=tree)
    found = opened(archive)
    assert below(found.sha256, "a.7z") == hashes(tree)
    assert found.said() == []
    assert {item.container for item in found.items.values()} == {"7z"}
    item = found.items["a.7z/random"]
    written = (tree / "random").stat().st_mtime
    assert item.mtime is not None
    assert abs(item.mtime.timestamp() - written) < 2


@pytest.mark.parametrize(("options", "said"), [((), "is encrypted"), (("-mhe=on",), "is encrypted")])
def test_an_encrypted_7z_costs_a_problem(options, said, tmp_path):
    (tmp_path / "file").write_bytes(b"secret\n" * 100)
    run("7z", "a", "-bd", "-psecret", *options, tmp_path / "a.7z", "file", cwd=tmp_path)
    found = opened(tmp_path / "a.7z")
    assert said in found.said("error")[0]
    assert list(found.items) == ["a.7z"]


def test_a_damaged_or_bomb_like_7z_costs_problems(tmp_path):
    (tmp_path / "zeros").write_bytes(bytes(200 << 20))
    run("7z", "a", "-bd", "-m0=lzma2", tmp_path / "bomb.7z", "zeros", cwd=tmp_path)
    found = opened(tmp_path / "bomb.7z", limits=Limits(ratio=100, ratio_after=1 << 20))
    assert "as a bomb does" in found.faults["bomb.7z/zeros"][0]
    (tmp_path / "file").write_bytes(b"".join(sha256(b"%d" % n).digest() for n in range(20_000)))
    run("7z", "a", "-bd", tmp_path / "a.7z", "file", cwd=tmp_path)
    data = bytearray((tmp_path / "a.7z").read_bytes())
    data[300_000] ^= 0xFF
    (tmp_path / "a.7z").write_bytes(data)
    assert opened(tmp_path / "a.7z").faults["a.7z/file"]
    (tmp_path / "a.7z").write_bytes(data[:400_000])
    assert "7z archive can't be read" in opened(tmp_path / "a.7z").said("error")[0]


@pytest.mark.parametrize("kind", ["newc", "crc", "odc", "bin"])
def test_cpio(kind, server, tmp_path):
    tree = server / "tree"
    names = b"\n".join(os.fsencode(path.relative_to(tree)) for path in sorted(tree.rglob("*")))
    archive = tmp_path / "a.cpio"
    archive.write_bytes(run("cpio", "-o", "--quiet", "-H", kind, data=names + b"\n", cwd=tree))
    found = opened(archive)
    assert below(found.sha256, "a.cpio") == hashes(tree, plain=True)
    assert found.said() == ["cpio archive also holds 2 links, devices or FIFOs, which were not opened"]
    cut = tmp_path / "cut.cpio"
    cut.write_bytes(archive.read_bytes()[:-3_000_000])
    assert "was cut off" in opened(cut).said("error")[0]
