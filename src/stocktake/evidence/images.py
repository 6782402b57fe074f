"""Disk images: which format a file is in, which files belong to it, and how its disk is read.

Formats: raw; Expert Witness (``ewf.py``); qcow2 (QEMU docs/interop/qcow2.txt); VMDK ("Virtual Disk Format
5.0", VMware); VHD and VHDX (MS-VHDX, "Virtual Hard Disk Image Format Specification", Microsoft); VDI
(VirtualBox). An image that only holds what changed against another file is refused: that file is named in
the evidence, and nothing that evidence names is opened.
"""

import re
import struct
from collections.abc import Callable, Iterable, Sequence

from stocktake.evidence.ewf import MAGIC as EWF_MAGIC
from stocktake.evidence.ewf import Ewf, EwfError
from stocktake.evidence.views import MappedView, SliceView, StreamView, View, ZeroView

SECTOR = 512
_DESCRIPTOR = b"# Disk DescriptorFile"
_DESCRIPTOR_BYTES = 1 << 20
_EXTENT = re.compile(
    rb'^(?:RW|RDONLY|NOACCESS)\s+(\d+)\s+(FLAT|VMFS|SPARSE|VMFSSPARSE|ZERO)(?:\s+"([^"]+)"(?:\s+(\d+))?)?',
    re.MULTILINE,
)


class ImageError(Exception):
    """The image can't be read; the message says why in words for the examiner."""


def image_format(head: bytes) -> str | None:
    """Name of the image format that ``head`` (the first 64 KiB of a file, or more) begins, or None.

    ``raw`` is told by what a disk begins with: a partition table, or a file system, volume group member,
    array member or encrypted volume that this package knows.
    """
    if head.startswith(EWF_MAGIC):
        return "ewf"
    if head.startswith(b"EVF2\r\n\x81\0"):
        return "ewf2"
    if head[:4] == b"QFI\xfb":
        return "qcow2"
    if head[:4] == b"KDMV" or head.startswith(_DESCRIPTOR):
        return "vmdk"
    if head[:4] == b"COWD":
        return "vmdk"
    if head[:8] == b"vhdxfile":
        return "vhdx"
    if head[:8] == b"conectix":
        return "vhd"
    if head[64:68] == b"\x7f\x10\xda\xbe":
        return "vdi"
    return "raw" if volume_kind(head) or has_partitions(head) else None


def volume_kind(head: bytes) -> str | None:
    """What ``head`` (the first 64 KiB of a volume, or 68 KiB for Btrfs) shows the volume to be, or None.

    A kind is ``ext``, ``xfs``, ``btrfs``, ``ntfs``, ``fat``, ``exfat``, ``iso9660``, ``luks``, ``lvm2``,
    ``md``, ``swap``, ``bitlocker`` or ``apfs``.
    """
    for kind, shown in _KINDS:
        if shown(head):
            return kind
    return None


def _is_ext(head: bytes) -> bool:
    log_block, blocks, per_group = (
        int.from_bytes(head[at : at + 4], "little") for at in (0x418, 0x404, 0x420)
    )
    return log_block <= 6 and blocks > 0 and per_group > 0


def _is_fat(head: bytes) -> bool:
    if head[:1] not in (b"\xeb", b"\xe9"):
        return False
    size, cluster, reserved, fats = (int(value) for value in struct.unpack_from("<HBHB", head, 11))
    return (
        size in (512, 1024, 2048, 4096)
        and cluster in (1, 2, 4, 8, 16, 32, 64, 128)
        and reserved > 0
        and fats in (1, 2)
        and (head[21] == 0xF0 or head[21] >= 0xF8)
    )


def _is_lvm2(head: bytes) -> bool:
    return any(
        head[at : at + 8] == b"LABELONE" and head[at + 24 : at + 32] == b"LVM2 001"
        for at in range(0, 2048, SECTOR)
    )


def _is_md(head: bytes) -> bool:
    return any(head[at : at + 8] == b"\xfc\x4e\x2b\xa9\x01\0\0\0" for at in (0, 4096))


def _is_boot_sector(head: bytes, name: bytes) -> bool:
    return head[510:512] == b"\x55\xaa" and head[3:11] == name


_KINDS: tuple[tuple[str, Callable[[bytes], bool]], ...] = (
    ("luks", lambda head: head[:6] == b"LUKS\xba\xbe"),
    ("lvm2", _is_lvm2),
    ("md", _is_md),
    ("xfs", lambda head: head[:4] == b"XFSB"),
    ("ext", lambda head: head[0x438:0x43A] == b"\x53\xef" and _is_ext(head)),
    ("btrfs", lambda head: head[0x10040:0x10048] == b"_BHRfS_M"),
    ("bitlocker", lambda head: head[3:11] == b"-FVE-FS-"),
    ("ntfs", lambda head: _is_boot_sector(head, b"NTFS    ")),
    ("exfat", lambda head: _is_boot_sector(head, b"EXFAT   ")),
    ("fat", lambda head: head[510:512] == b"\x55\xaa" and _is_fat(head)),
    ("iso9660", lambda head: head[32769:32774] == b"CD001"),
    ("swap", lambda head: head[4086:4096] in (b"SWAPSPACE2", b"SWAP-SPACE")),
    ("apfs", lambda head: head[32:36] == b"NXSB"),
)


def has_partitions(head: bytes) -> bool:
    """Tell whether ``head`` begins a disk with a partition table (MBR or GPT) that has an entry."""
    if any(head[at : at + 8] == b"EFI PART" for at in (512, 4096)):
        return True
    if head[510:512] != b"\x55\xaa" or len(head) < 1024:
        return False
    used = 0
    for at in range(446, 510, 16):
        state, kind = head[at], head[at + 4]
        start, count = struct.unpack_from("<II", head, at + 8)
        if not kind and not start and not count:
            continue
        if state not in (0, 0x80) or not kind or not start or not count:
            return False
        used += 1
    return used > 0


def extents(descriptor: bytes) -> list[tuple[int, str, str, int]]:
    """Extents that a VMDK descriptor names: bytes, kind, file name without folders, offset in that file."""
    return [
        (
            int(sectors) * SECTOR,
            kind.decode(),
            re.split(r"[/\\]", name.decode("utf-8", "surrogateescape"))[-1],
            int(start or 0) * SECTOR,
        )
        for sectors, kind, name, start in _EXTENT.findall(descriptor[:_DESCRIPTOR_BYTES])
    ]


_EWF_NAME = re.compile(r"(?i)^(.+)\.([els])([0-9]{2}|[a-z]{2})$")
_EWF_LATE_NAME = re.compile(r"(?i)^(.+)\.([f-z])([a-z]{2})$")
_NUMBERED = re.compile(r"^(.+)\.([0-9]{3,4})$")


def segment_names(first: str, format_name: str, beside: Iterable[str]) -> list[str]:
    """Names of the files that with ``first`` make one image, in order, out of the names ``beside`` it."""
    if format_name == "ewf" and (named := _EWF_NAME.match(first)):
        stem, letter = named[1], named[2].lower()
        found = [
            name
            for name in beside
            if (other := _EWF_NAME.match(name)) and other[1] == stem and other[2].lower() == letter
        ]
        if any(name[-2:].lower() == "zz" for name in found):  # after EZZ comes FAA
            found += [
                name
                for name in beside
                if (other := _EWF_LATE_NAME.match(name)) and other[1] == stem and other[2].lower() > letter
            ]
        return sorted(found, key=lambda name: (name[-3].lower(), name[-2].isalpha(), name[-2:].lower()))
    if format_name == "raw" and (named := _NUMBERED.match(first)) and int(named[2]) <= 1:
        numbers = {
            int(other[2]): name
            for name in beside
            if (other := _NUMBERED.match(name)) and other[1] == named[1] and len(other[2]) == len(named[2])
        }
        at, found = int(named[2]), []
        while at in numbers:
            found.append(numbers[at])
            at += 1
        return found
    return [first]


Tell = Callable[[str, str], None]


def open_disk(format_name: str, files: Sequence[tuple[str, View]], tell: Tell) -> tuple[View, dict[str, str]]:
    """Return the disk in an image, and the hashes that the image states of it (``md5``, ``sha1``; hex).

    ``files`` are the image's files by name, in order. ``tell`` takes (severity, message) for what is
    missing, damaged or left out. Raises ImageError where nothing of the disk can be read; the libraries
    raise whatever they raise.
    """
    if format_name == "raw":
        return _raw([view for _, view in files]), {}
    if format_name == "ewf":
        return _ewf([view for _, view in files], tell)
    files = [(name, _Whole(view)) for name, view in files]
    first = files[0][1]
    if format_name == "qcow2":
        return _qcow2(first, tell), {}
    if format_name == "vmdk":
        return _vmdk(files, tell), {}
    if format_name == "vhd":
        return _vhd(first), {}
    if format_name == "vhdx":
        return _vhdx(first, tell), {}
    if format_name == "vdi":
        return _vdi(first), {}
    raise ImageError(f"{_SAID.get(format_name, format_name)} images are not read")


_SAID = {"ewf2": "Expert Witness 2 (Ex01)"}


class _Whole(View):
    """A file that must have every sector asked for: libraries let what follows a gap take its place."""

    def __init__(self, view: View) -> None:
        super().__init__(view.size)
        self._view = view

    def pread(self, offset: int, size: int) -> bytes:
        found = self._view.pread(offset, size)
        # Compressed data may end short of a sector's end; they are asked for with an end rounded up.
        if len(found) < size and not offset % SECTOR and not size % SECTOR:
            raise ImageError(f"its file ends at byte {self.size}: it was cut off")
        return found

    def read(self, size: int = -1) -> bytes:
        if size is None or size < 0:
            return super().read(size)
        found = self.pread(self._at, size)
        self._at += len(found)
        return found


def _raw(views: list[View]) -> View:
    return views[0] if len(views) == 1 else MappedView([(view, 0, view.size) for view in views])


def _ewf(views: list[View], tell: Tell) -> tuple[View, dict[str, str]]:
    try:
        disk = Ewf(views)
    except EwfError as error:
        raise ImageError(str(error)) from error
    for complaint in dict.fromkeys(disk.complaints):
        tell("error", complaint)
    if disk.bad_sectors:
        total = sum(count for _, count in disk.bad_sectors)
        start = disk.bad_sectors[0][0]
        tell(
            "warning",
            f"{total} sectors could not be read when the image was taken, the first is {start}; "
            "zeros stand in their place",
        )
    return disk, disk.hashes


def _qcow2(view: View, tell: Tell) -> View:
    head = view.pread(0, 104)
    if len(head) < 72:
        raise ImageError("its header is cut off")
    version, backing = struct.unpack_from(">IQ", head, 4)
    if version not in (2, 3):
        raise ImageError(f"qcow version {version} is not read")
    if backing:
        raise ImageError(
            "it only holds changes against another image (its backing file), which is not opened"
        )
    if struct.unpack_from(">I", head, 32)[0]:
        raise ImageError("it is encrypted by QEMU, which is not read")
    incompatible = struct.unpack_from(">Q", head, 72)[0] if version == 3 and len(head) >= 80 else 0
    if incompatible & 16:  # dissect.hypervisor 3.21 runs out of memory over them
        raise ImageError("it has extended L2 entries, which are not read; convert it with qemu-img")
    if incompatible & 4:
        raise ImageError("its data lie in another file, which is not opened")
    if incompatible & 2:
        tell("warning", "the image is marked as corrupt by the program that wrote it")
    if incompatible & 1:
        tell("info", "the image was not closed cleanly (its dirty bit is set)")
    (l1_entries,) = struct.unpack_from(">I", head, 36)
    (snapshots,) = struct.unpack_from(">I", head, 60)
    if l1_entries * 8 > 64 << 20:
        raise ImageError("its header makes no sense")
    if snapshots:
        tell("warning", f"the image holds {snapshots} snapshots of earlier states, which were not read")
    from dissect.hypervisor.disk.qcow2 import QCow2

    image = QCow2(view)
    return StreamView(image.open(), image.size)


def _vmdk(files: Sequence[tuple[str, View]], tell: Tell) -> View:
    name, first = files[0]
    if first.pread(0, 4) in (b"KDMV", b"COWD"):
        return _sparse_extent(first)
    views = dict(files[1:])
    descriptor = first.pread(0, min(first.size, _DESCRIPTOR_BYTES))
    if (parent := re.search(rb"(?m)^parentCID\s*=\s*([0-9a-fA-F]+)", descriptor)) and parent[
        1
    ].lower() != b"ffffffff":
        raise ImageError("it only holds changes against another image, which is not opened")
    pieces: list[tuple[View, int, int]] = []
    for size, kind, extent, start in extents(descriptor):
        if kind == "ZERO":
            pieces.append((ZeroView(size), 0, size))
            continue
        if extent not in views:
            raise ImageError(f"its extent {extent!r} is missing")
        if kind in ("FLAT", "VMFS"):
            if views[extent].size < start + size:
                tell("error", f"its extent {extent!r} is {start + size - views[extent].size} bytes too short")
            pieces.append((SliceView(views[extent], start, size), 0, size))
        else:
            pieces.append((_sparse_extent(views[extent]), 0, size))
    if not pieces:
        raise ImageError(f"{name!r} names no extent")
    return MappedView(pieces)


def _sparse_extent(view: View) -> View:
    from dissect.hypervisor.disk.vmdk import SparseDisk

    view.seek(0)
    disk = SparseDisk(view)
    described = disk.descriptor
    if described is not None and described.attr.get("parentCID", "ffffffff").lower() != "ffffffff":
        raise ImageError("it only holds changes against another image, which is not opened")
    return _Sectors(disk.read_sectors, disk.sector_count * SECTOR)


class _Sectors(View):
    """What a library reads by sectors."""

    def __init__(self, read_sectors: Callable[[int, int], bytes], size: int) -> None:
        super().__init__(size)
        self._read_sectors = read_sectors

    def pread(self, offset: int, size: int) -> bytes:
        size = min(size, self.size - offset)
        if size <= 0:
            return b""
        first, inside = divmod(offset, SECTOR)
        found = self._read_sectors(first, (inside + size + SECTOR - 1) // SECTOR)
        return found if not inside and len(found) == size else found[inside : inside + size]


def _vhd(view: View) -> View:
    footer = view.pread(view.size - SECTOR, SECTOR)
    if footer[:8] != b"conectix":
        footer = view.pread(0, SECTOR)
        if footer[:8] == b"conectix" and struct.unpack_from(">Q", footer, 16)[0] != 0xFFFFFFFFFFFFFFFF:
            raise ImageError("it was cut off: its last sector is not what the format has there")
        raise ImageError("it has no footer")
    (kind,) = struct.unpack_from(">I", footer, 60)
    if kind == 2:
        (size,) = struct.unpack_from(">Q", footer, 48)
        return SliceView(view, 0, size)
    if kind != 3:
        raise ImageError("it only holds changes against another image, which is not opened")
    from dissect.hypervisor.disk.vhd import VHD

    disk = VHD(view)
    return _Sectors(disk.disk.read_sectors, disk.disk.size)


def _vhdx(view: View, tell: Tell) -> View:
    from dissect.hypervisor.disk.vhdx import VHDX

    view.seek(0)
    disk = VHDX(view)
    if disk.has_parent:
        raise ImageError("it only holds changes against another image, which is not opened")
    if any(bytes(disk.header.log_guid)):
        tell("warning", "the image was not closed cleanly; its log of last changes was not played back")
    return StreamView(disk, disk.size)


def _vdi(view: View) -> View:
    from dissect.hypervisor.disk.vdi import VDI, VDIStream

    image = VDI(view)
    if int(image.type) == 4:
        raise ImageError("it only holds changes against another image, which is not opened")
    size = image.block_size
    if size < SECTOR or size > 64 << 20 or image.number_of_blocks * size < image.size:
        raise ImageError("its header makes no sense")

    class ByBlock(VDIStream):  # type: ignore[misc]
        """dissect.hypervisor 3.21 reads on past a block's end as if the next one followed it on disk."""

        def _read(self, offset: int, length: int) -> bytes:
            end = offset + length
            return b"".join(
                super(ByBlock, self)._read(at, min(size, end - at)) for at in range(offset, end, size)
            )

    return StreamView(ByBlock(image), image.size)
