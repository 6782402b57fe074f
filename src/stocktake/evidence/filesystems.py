"""File systems, read by The Sleuth Kit (ext, NTFS, FAT, exFAT, ISO 9660) and dissect (XFS, Btrfs).

Runs in the process that reads images: what it is given is hostile. A directory or file is known by its
address: the inode number; on NTFS also the attribute that holds a stream; on Btrfs the subvolume and the
inode number. Times are nanoseconds since 1970 in UTC, and on FAT of the clock that wrote them.
"""

import stat
import struct
from collections import OrderedDict
from collections.abc import Callable, Iterator
from dataclasses import astuple, dataclass
from typing import Any, Protocol

import pytsk3

from stocktake.evidence.views import View
from stocktake.evidence.volumes import TskImage

Address = tuple[int, ...]

SLEUTHKIT = ("ext", "ntfs", "fat", "exfat", "iso9660")
_OPEN_FILES = 16


@dataclass
class Entry:
    """A name in a directory and what it leads to.

    ``kind`` is ``file``, ``directory``, ``symlink`` or ``special``. ``recovered`` is set for what was
    deleted: ``whole`` (every block that it named is free), ``assumed`` (FAT keeps the first block only; the
    following free ones are taken), ``part`` (some blocks are in use by other files now), ``none``.
    """

    name: str
    kind: str
    address: Address
    size: int
    modified: int | None = None
    accessed: int | None = None
    changed: int | None = None
    created: int | None = None
    mode: int | None = None
    uid: int | None = None
    gid: int | None = None
    links: int | None = None
    target: str | None = None
    deleted: bool = False
    recovered: str | None = None

    def as_list(self) -> list[Any]:
        """Return the values in the order of the fields."""
        return list(astuple(self))


class FileSystem(Protocol):
    """An opened file system."""

    facts: dict[str, Any]
    root: Address

    def list(self, address: Address) -> Iterator[Entry | str]:
        """Yield the directory's entries in any order, and a sentence for each that can't be read."""

    def read(self, address: Address, offset: int, size: int) -> bytes:
        """Return bytes of a file; raises what reading raises."""


def open_filesystem(kind: str, view: View) -> FileSystem:
    """Open the file system of that kind on a volume."""
    if kind in SLEUTHKIT:
        return _SleuthKit(kind, view)
    return _Xfs(view) if kind == "xfs" else _Btrfs(view)


class _Opened:
    """The few files that were read last, opened."""

    def __init__(self, opening: Callable[[Address], Any]) -> None:
        self._opening = opening
        self._files: OrderedDict[Address, Any] = OrderedDict()

    def __call__(self, address: Address) -> Any:
        if address in self._files:
            self._files.move_to_end(address)
        else:
            self._files[address] = self._opening(address)
            if len(self._files) > _OPEN_FILES:
                self._files.popitem(last=False)
        return self._files[address]


_TSK_KINDS = {
    pytsk3.TSK_FS_META_TYPE_REG: "file",
    pytsk3.TSK_FS_META_TYPE_DIR: "directory",
    pytsk3.TSK_FS_META_TYPE_LNK: "symlink",
}
_TSK_NAME_KINDS = {
    pytsk3.TSK_FS_NAME_TYPE_REG: "file",
    pytsk3.TSK_FS_NAME_TYPE_DIR: "directory",
    pytsk3.TSK_FS_NAME_TYPE_LNK: "symlink",
    pytsk3.TSK_FS_NAME_TYPE_UNDEF: "file",
}
_TSK_VIRTUAL = (pytsk3.TSK_FS_NAME_TYPE_VIRT, pytsk3.TSK_FS_NAME_TYPE_VIRT_DIR)
_TSK_TYPES = {
    "ext": pytsk3.TSK_FS_TYPE_EXT_DETECT,
    "ntfs": pytsk3.TSK_FS_TYPE_NTFS_DETECT,
    "fat": pytsk3.TSK_FS_TYPE_FAT_DETECT,
    "exfat": pytsk3.TSK_FS_TYPE_EXFAT,
    "iso9660": pytsk3.TSK_FS_TYPE_ISO9660_DETECT,
}
_TSK_NAMES = {
    pytsk3.TSK_FS_TYPE_EXT2: "ext2",
    pytsk3.TSK_FS_TYPE_EXT3: "ext3",
    pytsk3.TSK_FS_TYPE_EXT4: "ext4",
    pytsk3.TSK_FS_TYPE_NTFS: "ntfs",
    pytsk3.TSK_FS_TYPE_FAT12: "fat12",
    pytsk3.TSK_FS_TYPE_FAT16: "fat16",
    pytsk3.TSK_FS_TYPE_FAT32: "fat32",
    pytsk3.TSK_FS_TYPE_EXFAT: "exfat",
    pytsk3.TSK_FS_TYPE_ISO9660: "iso9660",
}
_NTFS_DATA = int(pytsk3.TSK_FS_ATTR_TYPE_NTFS_DATA)
_NTFS_OWN_FILES = 24
_MOST_ERRORS = 100


def _text(name: bytes) -> str:
    return name.decode("utf-8", "surrogateescape")


class _SleuthKit:
    def __init__(self, kind: str, view: View) -> None:
        self._kind = kind
        self._image = TskImage(view)
        self._fs = pytsk3.FS_Info(self._image, offset=0, type=_TSK_TYPES[kind])
        info = self._fs.info
        self.root: Address = (int(info.root_inum),)
        self._block_size = int(info.block_size)
        self.facts = {
            "name": _TSK_NAMES.get(info.ftype, kind),
            "local_times": kind in ("fat", "exfat"),
            "size": int(info.block_count) * int(info.block_size),
        }
        self._opened = _Opened(lambda address: self._fs.open_meta(address[0]))
        self._in_use = {"ext": _ext_block_in_use, "ntfs": self._ntfs_cluster_in_use}.get(kind)
        self._block_in_use = self._in_use(view) if self._in_use else None

    def list(self, address: Address) -> Iterator[Entry | str]:
        directory = iter(self._fs.open_dir(inode=address[0]))
        errors = 0
        live: set[tuple[bytes, int]] = set()
        gone: list[tuple[Any, tuple[bytes, int]]] = []
        while True:
            try:
                file = next(directory)
            except StopIteration:
                break
            except OSError as error:
                errors += 1
                if errors > _MOST_ERRORS:
                    yield "has too many entries that can't be read; the rest of it was left out"
                    break
                yield f"has an entry that can't be read: {error}"
                continue
            name = file.info.name
            if name is None or name.name in (b".", b"..", None) or name.type in _TSK_VIRTUAL:
                continue
            if address == self.root and self._is_own(name):
                continue
            known = (bytes(name.name), int(name.meta_addr))
            if name.flags & pytsk3.TSK_FS_NAME_FLAG_UNALLOC:
                gone.append((file, known))
            else:
                live.add(known)
                yield from self._entries(file)
        seen: set[tuple[bytes, int]] = set()
        for file, known in gone:
            # An older copy of a directory's block may still hold names that live on, or one name twice.
            if known not in live and known not in seen:
                seen.add(known)
                yield from self._entries(file, deleted=True)

    def _is_own(self, name: Any) -> bool:
        """Whether a file in the root is a part of the file system itself."""
        if self._kind == "ntfs":
            return bool(name.meta_addr < _NTFS_OWN_FILES)
        return self._kind == "exfat" and name.name in (b"$ALLOC_BITMAP", b"$UPCASE_TABLE")

    def _entries(self, file: Any, deleted: bool = False) -> Iterator[Entry]:
        name, meta = file.info.name, file.info.meta
        kind = _TSK_NAME_KINDS.get(name.type, "special")
        entry = Entry(_text(name.name), kind, (int(name.meta_addr),), 0, deleted=deleted)
        if deleted and not self._still_its_own(name, meta):
            entry.recovered = "none"
            if kind != "special":
                yield entry
            return
        if meta is not None:
            entry.kind = kind = _TSK_KINDS.get(meta.type, "special")
            entry.size = max(0, int(meta.size))
            entry.modified = _nanoseconds(meta.mtime, meta.mtime_nano)
            entry.accessed = _nanoseconds(meta.atime, meta.atime_nano)
            entry.changed = _nanoseconds(meta.ctime, meta.ctime_nano)
            entry.created = _nanoseconds(meta.crtime, meta.crtime_nano)
            entry.mode, entry.links = int(meta.mode), int(meta.nlink)
            entry.uid, entry.gid = int(meta.uid), int(meta.gid)
            if kind == "symlink":
                entry.target = _text(meta.link or b"")
        if deleted and kind == "file":
            entry.recovered = self._recoverable(file, entry.size)
        yield entry
        if self._kind == "ntfs" and meta is not None:
            yield from self._streams(file, entry)

    def _still_its_own(self, name: Any, meta: Any) -> bool:
        """Whether the record that a deleted name leads to has not been given to another file since."""
        if meta is None or not name.meta_addr or meta.flags & pytsk3.TSK_FS_META_FLAG_ALLOC:
            return False
        if self._kind == "ntfs" and name.meta_seq != meta.seq and name.meta_seq + 1 != meta.seq:
            return False  # the sequence number is counted up when the record is freed, and when it is reused
        kind = _TSK_KINDS.get(meta.type)
        return kind is not None and (
            name.type == pytsk3.TSK_FS_NAME_TYPE_UNDEF or kind == _TSK_NAME_KINDS.get(name.type)
        )

    def _recoverable(self, file: Any, size: int) -> str:
        if size == 0:
            return "none" if self._kind == "ext" else "whole"  # ext3 and ext4 set a deleted file's size to 0
        blocks = taken = 0
        resident = False
        try:
            for attribute in file:
                if self._kind == "ntfs" and (int(attribute.info.type) != _NTFS_DATA or attribute.info.name):
                    continue
                if self._kind == "ext" and int(attribute.info.type) != int(pytsk3.TSK_FS_ATTR_TYPE_DEFAULT):
                    continue
                resident = resident or bool(attribute.info.flags & pytsk3.TSK_FS_ATTR_RES)
                for run in attribute:
                    blocks += run.len
                    if run.flags & (pytsk3.TSK_FS_ATTR_RUN_FLAG_SPARSE | pytsk3.TSK_FS_ATTR_RUN_FLAG_FILLER):
                        continue
                    if self._block_in_use:
                        taken += sum(self._block_in_use(run.addr + at) for at in range(min(run.len, 1 << 20)))
        except OSError:
            return "none"
        if resident:
            return "whole"
        if blocks * self._block_size < size:
            return "part" if blocks else "none"
        if not taken:
            return "whole" if self._block_in_use else "assumed"
        return "none" if taken >= blocks else "part"

    def _streams(self, file: Any, entry: Entry) -> Iterator[Entry]:
        """The named streams of a file on NTFS; ``name:stream``."""
        for attribute in file:
            if int(attribute.info.type) == _NTFS_DATA and attribute.info.name:
                named = f"{entry.name}:{_text(bytes(attribute.info.name))}"
                address = (*entry.address, int(attribute.info.id))
                values = {**entry.__dict__, "name": named, "kind": "file", "address": address, "target": None}
                yield Entry(**(values | {"size": int(attribute.info.size)}))

    def read(self, address: Address, offset: int, size: int) -> bytes:
        file = self._opened(address)
        if len(address) > 1:
            return bytes(file.read_random(offset, size, _NTFS_DATA, address[1]))
        return bytes(file.read_random(offset, size))

    def _ntfs_cluster_in_use(self, _: View) -> Callable[[int], bool]:
        bitmap = self._fs.open_meta(6)  # $Bitmap

        def in_use(cluster: int) -> bool:
            try:
                byte = bitmap.read_random(cluster >> 3, 1)
            except OSError:
                return True
            return bool(byte and byte[0] >> (cluster & 7) & 1)

        return in_use


def _nanoseconds(seconds: int, fraction: int) -> int | None:
    return int(seconds) * 10**9 + (int(fraction) if 0 <= fraction < 10**9 else 0) if seconds else None


def _ext_block_in_use(view: View) -> Callable[[int], bool] | None:
    """Return how to ask the block bitmaps of ext2, ext3, ext4 (kernel, Documentation/filesystems/ext4)."""
    superblock = view.pread(1024, 1024)
    if len(superblock) < 1024:
        return None
    first, log_block = struct.unpack_from("<II", superblock, 20)
    (per_group,) = struct.unpack_from("<I", superblock, 32)
    (incompatible,) = struct.unpack_from("<I", superblock, 96)
    descriptor = struct.unpack_from("<H", superblock, 254)[0] if incompatible & 0x80 else 32
    if incompatible & 0x10 or log_block > 6 or not per_group or not 32 <= descriptor <= 1024:
        return None  # meta_bg keeps its descriptors elsewhere
    block = 1024 << log_block
    bitmaps: OrderedDict[int, bytes] = OrderedDict()

    def in_use(number: int) -> bool:
        group, bit = divmod(number - first, per_group)
        if group not in bitmaps:
            entry = view.pread((first + 1) * block + group * descriptor, descriptor)
            if len(entry) < descriptor:
                return True
            at = int.from_bytes(entry[:4], "little")
            if descriptor >= 64:
                at |= int.from_bytes(entry[32:36], "little") << 32
            uninitialised = int.from_bytes(entry[18:20], "little") & 2
            bitmaps[group] = b"" if uninitialised else view.pread(at * block, block)
            if len(bitmaps) > 64:
                bitmaps.popitem(last=False)
        found = bitmaps[group]
        return bool(found and found[bit >> 3] >> (bit & 7) & 1) if bit >> 3 < len(found) else bool(found)

    return in_use


def _kind_of(mode: int) -> str:
    return {stat.S_IFREG: "file", stat.S_IFDIR: "directory", stat.S_IFLNK: "symlink"}.get(
        stat.S_IFMT(mode), "special"
    )


class _Xfs:
    def __init__(self, view: View) -> None:
        from dissect.xfs import XFS

        self._fs = XFS(view)
        self.root: Address = (int(self._fs.root.inum),)
        size = int(self._fs.sb.sb_dblocks) * int(self._fs.sb.sb_blocksize)
        self.facts = {"name": "xfs", "local_times": False, "size": size}
        self._opened = _Opened(lambda address: self._fs.get_inode(address[0]).open())

    def list(self, address: Address) -> Iterator[Entry | str]:
        for node in self._fs.get_inode(address[0]).iterdir():
            if node.filename in (".", ".."):
                continue
            try:
                yield self._entry(node)
            except Exception as error:
                yield f"has an entry that can't be read: {error}"

    def _entry(self, node: Any) -> Entry:
        inode = node.inode
        mode = int(inode.di_mode)
        kind = _kind_of(mode)
        return Entry(
            node.filename,
            kind,
            (int(node.inum),),
            int(node.size),
            node.mtime_ns,
            node.atime_ns,
            node.ctime_ns,
            node.crtime_ns if inode.di_version >= 3 else None,
            mode & 0o7777,
            int(inode.di_uid),
            int(inode.di_gid),
            int(inode.di_nlink),
            node.link if kind == "symlink" else None,
        )

    def read(self, address: Address, offset: int, size: int) -> bytes:
        stream = self._opened(address)
        stream.seek(offset)
        return bytes(stream.read(size))


class _Btrfs:
    def __init__(self, view: View) -> None:
        from dissect.btrfs import Btrfs

        self._fs = Btrfs(view)
        tree = self._fs.fs_tree
        self.root: Address = (int(tree.objectid), int(tree.root.inum))
        size = int(self._fs.sb.dev_item.total_bytes)
        self.facts = {"name": "btrfs", "local_times": False, "size": size}
        if int(self._fs.sb.num_devices) > 1:
            self.facts["part_of"] = int(self._fs.sb.num_devices)
        self._opened = _Opened(lambda address: self._node(address).open())

    def _node(self, address: Address) -> Any:
        return self._fs.open_subvolume(address[0]).inode(address[1])

    def list(self, address: Address) -> Iterator[Entry | str]:
        for name, node in self._node(address).iterdir():
            if name in (".", ".."):
                continue
            try:
                mode = int(node.mode)
                kind = _kind_of(mode)
                yield Entry(
                    name,
                    kind,
                    (int(node.subvolume.objectid), int(node.inum)),
                    int(node.size),
                    node.mtime_ns,
                    node.atime_ns,
                    node.ctime_ns,
                    node.otime_ns or None,
                    mode & 0o7777,
                    int(node.uid),
                    int(node.gid),
                    int(node.inode.nlink),
                    node.link if kind == "symlink" else None,
                )
            except Exception as error:
                yield f"has an entry that can't be read: {error}"

    def read(self, address: Address, offset: int, size: int) -> bytes:
        stream = self._opened(address)
        stream.seek(offset)
        return bytes(stream.read(size))
