"""A disk image of a Linux server: ext4 in LVM2 in a GPT partition, as qcow2 with compressed clusters.

The file system is made by mke2fs and debugfs, the partition table by sfdisk, the image by qemu-img, none of
which needs to mount anything or to be root. lvm2 can't work on a file, so the physical volume is laid out
here as its sources say (lib/format_text/layout.h, lib/label/label.h; text metadata: vgcfgbackup(8)); its own
`pvck` agrees with what is written. The same files and times give the same bytes with the same programs.
"""

from __future__ import annotations

import os
import shutil
import struct
import subprocess
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from stocktake.errors import UserError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime
    from pathlib import Path

_PACKAGES = {"mke2fs": "e2fsprogs", "debugfs": "e2fsprogs", "sfdisk": "fdisk", "qemu-img": "qemu-utils"}
_MIB = 1 << 20
_SECTOR = 512
_LVM_START = 2 * _MIB  # of the partition; a BIOS boot partition lies before it
_EXTENT = 4 * _MIB
_DATA_START = 1 * _MIB  # of the first extent in the physical volume
_AREA = 4096  # of the metadata in the physical volume

DISK_ID = "6F0C2E5A-5A1B-4C62-9D0E-7A41C9B3D210"
_PARTITION_IDS = ("B1A7E2C4-10D3-4E5F-8A6B-0C9D8E7F6A51", "3C5E7A91-B2D4-4F68-9A0C-1E3D5F7B9A62")
_ROOT_ID = "a4d2b1c6-7e3f-4a58-9b0d-2c6e8f1a3b57"
_HASH_SEED = "0f1e2d3c-4b5a-4697-8877-665544332211"
_PV_ID = "pG2sQ1-Xw3e-R4t5-Y6u7-I8o9-P0aS-dF1gH2"
_VG_ID = "jK3lZ4-xC5v-B6n7-M8qW-9eR0-tY1u-I2oP3a"
_LV_IDS = ("sD4fG5-hJ6k-L7zX-8cV9-bN0m-Q1wE-2rT3yU", "iO4pA5-sD6f-G7hJ-8kL9-zX0c-V1bN-2mQ3wE")


@dataclass(frozen=True)
class Attributes:
    """What the file system is to say of a file: permission bits, numbers of owner and group, times in UTC."""

    mode: int
    uid: int
    gid: int
    modified: datetime
    created: datetime


def _run(program: str, *arguments: str | Path, given: str = "", at: datetime | None = None) -> None:
    """Run a program of the system; `at` is what the file system's programs take for now."""
    found = shutil.which(program, path=f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin")
    if found is None:
        raise UserError(f"{program} is missing; it comes with `apt install {_PACKAGES[program]}`.")
    environment = os.environ | ({"E2FSPROGS_FAKE_TIME": str(int(at.timestamp()))} if at else {})
    done = subprocess.run(  # noqa: S603 - a program of the system
        [found, *map(str, arguments)], input=given.encode(), capture_output=True, check=False, env=environment
    )
    said = done.stderr.decode(errors="replace").strip()
    # debugfs ends well whatever happens, and tells its version where errors go
    wrong = [line for line in said.splitlines() if program == "debugfs" and not line.startswith("debugfs 1.")]
    if done.returncode or wrong:
        raise RuntimeError(f"{program} failed: {said}")


def make_ext4(
    tree: Path,
    image: Path,
    size: int,
    attributes: Mapping[str, Attributes],
    deleted: Sequence[str],
    at: datetime,
    removed: datetime,
) -> None:
    """A file system of `size` bytes with the files of `tree`, last written to at `at`.

    `attributes` go by path, without a slash at the front. The files `deleted` are removed at `removed`, so
    that their blocks are free and nobody has written over them.
    """
    with image.open("wb") as file:
        file.truncate(size)
    options = f"hash_seed={_HASH_SEED},root_owner=0:0,lazy_itable_init=0,lazy_journal_init=0"
    _run(
        "mke2fs", "-q", "-F", "-t", "ext4", "-b", "4096", "-I", "256", "-N", "4096", "-m", "1",
        "-J", "size=4", "-L", "root", "-U", _ROOT_ID, "-E", options, "-d", tree, image, at=at,
    )  # fmt: skip
    commands = []
    for path, known in sorted(attributes.items()):
        kept = (tree / path).lstat().st_mode & 0o170000
        fields = {
            "mode": f"0{kept | known.mode:o}",
            "uid": str(known.uid),
            "gid": str(known.gid),
            "mtime": f"@{int(known.modified.timestamp())}",
            "ctime": f"@{int(known.modified.timestamp())}",
            "atime": f"@{int(known.modified.timestamp())}",
            "crtime": f"@{int(known.created.timestamp())}",
        }
        commands += [f"set_inode_field /{path} {field} {value}\n" for field, value in fields.items()]
    _run("debugfs", "-w", "-f", "-", image, given="".join(commands), at=at)
    _run("debugfs", "-w", "-f", "-", image, given="".join(f"rm /{path}\n" for path in deleted), at=removed)
    # What debugfs wrote last dates the whole file system.
    stamp = f"@{int(at.timestamp())}"
    _run(
        "debugfs", "-w", "-R", f"set_super_value wtime {stamp}", image, at=at,
    )  # fmt: skip


def make_image(root: Path, image: Path, work: Path, group: str, host: str, at: datetime) -> None:
    """The disk that has the file system `root` and a volume for swapping, as the qcow2 file `image`."""
    volumes = (("root", root.stat().st_size // _EXTENT), ("swap", 2))
    extents = sum(count for _, count in volumes)
    partition = _DATA_START + extents * _EXTENT
    raw = work / "disk.raw"
    with raw.open("wb") as disk:
        disk.truncate(_LVM_START + partition + _MIB)
    script = (
        f"label: gpt\nlabel-id: {DISK_ID}\nunit: sectors\nfirst-lba: 34\n"
        f"start={_MIB // _SECTOR}, size={_MIB // _SECTOR}, uuid={_PARTITION_IDS[0]}, "
        "type=21686148-6449-6E6F-744E-656564454649\n"
        f"start={_LVM_START // _SECTOR}, size={partition // _SECTOR}, uuid={_PARTITION_IDS[1]}, "
        "type=E6D6D379-F507-44C2-A23C-238F2A3DF928\n"
    )
    _run("sfdisk", "--quiet", "--no-reread", "--no-tell-kernel", raw, given=script)
    with raw.open("r+b") as disk, root.open("rb") as content:
        disk.seek(_LVM_START)
        disk.write(_physical_volume(partition, volumes, group, host, at))
        first = _LVM_START + _DATA_START
        disk.seek(first)
        while block := content.read(_MIB):
            disk.seek(len(block), 1) if not any(block) else disk.write(block)
        disk.seek(first + volumes[0][1] * _EXTENT + 4096 - 10)
        disk.write(b"SWAPSPACE2")
        disk.seek(first + volumes[0][1] * _EXTENT + 1024)
        disk.write(struct.pack("<III", 1, volumes[1][1] * _EXTENT // 4096 - 1, 0))
    _run("qemu-img", "convert", "-q", "-c", "-f", "raw", "-O", "qcow2", raw, image)
    raw.unlink()


def _crc(data: bytes) -> int:
    """LVM2's checksum: CRC-32 with a start value of its own and no inversions (lib/misc/crc.c)."""
    return zlib.crc32(data, 0xF597A6CF ^ 0xFFFFFFFF) ^ 0xFFFFFFFF


def _physical_volume(
    size: int, volumes: Sequence[tuple[str, int]], group: str, host: str, at: datetime
) -> bytes:
    """What stands before the first extent: label, header, and the volume group's description."""
    text = _description(size, volumes, group, host, at).encode() + b"\0"
    header = _PV_ID.replace("-", "").encode() + struct.pack("<Q", size)
    header += struct.pack("<QQQQ", _DATA_START, 0, 0, 0)  # where the extents begin; end of the list
    header += struct.pack("<QQQQ", _AREA, _DATA_START - _AREA, 0, 0)  # where the description is; end
    header += struct.pack("<II", 2, 1) + bytes(16)  # extension of version 2: the volume is in use
    body = struct.pack("<I", 32) + b"LVM2 001" + header
    sector = body.ljust(_SECTOR - 20, b"\0")
    label = b"LABELONE" + struct.pack("<QI", 1, _crc(sector)) + sector
    place = struct.pack("<QQII", _SECTOR, len(text), _crc(text), 0) + bytes(24)
    area = b" LVM2 x[5A%r0N*>" + struct.pack("<IQQ", 1, _AREA, _DATA_START - _AREA) + place
    area = area.ljust(_SECTOR - 4, b"\0")
    area = struct.pack("<I", _crc(area)) + area
    return bytes(_SECTOR) + label + bytes(_AREA - 2 * _SECTOR) + area + text


def _description(size: int, volumes: Sequence[tuple[str, int]], group: str, host: str, at: datetime) -> str:
    stamp = int(at.timestamp())
    listed, start = "", 0
    for (name, count), identity in zip(volumes, _LV_IDS, strict=True):
        listed += (
            f'\n{name} {{\nid = "{identity}"\nstatus = ["READ", "WRITE", "VISIBLE"]\nflags = []\n'
            f'creation_time = {stamp}\ncreation_host = "{host}"\nsegment_count = 1\n\n'
            f'segment1 {{\nstart_extent = 0\nextent_count = {count}\n\ntype = "striped"\nstripe_count = 1\n\n'
            f'stripes = [\n"pv0", {start}\n]\n}}\n}}\n'
        )
        start += count
    return (
        f'{group} {{\nid = "{_VG_ID}"\nseqno = 3\nformat = "lvm2"\nstatus = ["RESIZEABLE", "READ", "WRITE"]\n'
        f"flags = []\nextent_size = {_EXTENT // _SECTOR}\nmax_lv = 0\nmax_pv = 0\nmetadata_copies = 0\n\n"
        f'physical_volumes {{\n\npv0 {{\nid = "{_PV_ID}"\ndevice = "/dev/vda2"\n\n'
        f'status = ["ALLOCATABLE"]\nflags = []\ndev_size = {size // _SECTOR}\n'
        f"pe_start = {_DATA_START // _SECTOR}\npe_count = {start}\n}}\n}}\n\n"
        f"logical_volumes {{\n{listed}}}\n\n}}\n"
        "# Generated by LVM2 version 2.03.16(2) (2022-05-18)\n\n"
        'contents = "Text Format Volume Group"\nversion = 1\n\ndescription = "Write from lvcreate."\n\n'
        f'creation_host = "{host}"\ncreation_time = {stamp}\n\n'
    )
