"""The files on a disk: its partitions, encrypted volumes, arrays, volume groups and file systems.

A file's path goes on from the image's with ``volN`` for partition N (``vol1`` where the disk has no
partition table), ``luks`` for what an encrypted volume holds, the array's name for an array (``md0``),
``GROUP/NAME`` for a logical volume, and the file's path there: ``server.qcow2/vol2/vg0/root/etc/passwd``. A
volume group or array over several images stands under the first of its members.
"""

import os
from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from stocktake.evidence.identify import HEAD_BYTES
from stocktake.evidence.image_reader import ReaderError, ask, ask_one, spool_faults
from stocktake.evidence.layers import (
    Array,
    Decrypted,
    Disk,
    InnerFile,
    Layer,
    LogicalVolume,
    Slice,
)
from stocktake.evidence.names import Names, one_name
from stocktake.evidence.opening import FileInImage, Limits, Opening

Tell = Callable[[str, str, str], None]

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MOST_LEVELS = 8
_MOST_VOLUMES = 1024
_MOST_FOLDERS_DEEP = 256
_HEADS_AT_ONCE = 64
_HEADS_BYTES = 4 << 20
_SMALL_VOLUME = 64 << 20
_TOTAL_RATIO = 100
_FILE_SYSTEMS = ("ext", "xfs", "btrfs", "ntfs", "fat", "exfat", "iso9660")
_SAID = {
    "swap": ("info", "is swap space"),
    "empty": ("info", "holds nothing but zeros in its first 64 KiB"),
    "bitlocker": ("error", "sealed: BitLocker, which is not read"),
    "apfs": ("error", "is an APFS volume, which is not read"),
    "unknown": ("info", "holds no file system that is known"),
}


@dataclass(frozen=True)
class FileRecord:
    """What a file system states of a file. Times are UTC, or (``local_times``) of the clock that wrote them.

    ``entry`` is ``file``, ``symlink`` (its bytes are the place it leads to, also in ``target``). ``address``
    is the file's number there (inode). ``recovered`` is None for a live file; for a deleted one ``whole``
    (every block that it named is free), ``assumed`` (FAT: the free blocks that follow the first),
    ``part`` (some of its blocks are other files' now), ``none``.
    """

    entry: str = "file"
    mtime: datetime | None = None
    atime: datetime | None = None
    ctime: datetime | None = None
    crtime: datetime | None = None
    local_times: bool = False
    mode: int | None = None
    uid: int | None = None
    gid: int | None = None
    links: int | None = None
    target: str | None = None
    address: tuple[int, ...] = ()
    deleted: bool = False
    recovered: str | None = None


@dataclass(frozen=True)
class Found:
    """A file on a disk; ``head`` is what it begins with (its first 64 KiB), where that was read."""

    path: str
    container: str
    opening: Opening
    size: int
    head: bytes | None
    record: FileRecord


# The value tells whether anything could be opened.
Finding = Generator[Found, None, bool]


@dataclass
class _Member:
    """A physical volume of a volume group, or a member of an array; ``image`` is the path of its image."""

    image: str
    layer: Layer
    path: str
    container: str
    facts: dict[str, Any]
    level: int


@dataclass
class _Group:
    kind: str
    file: Path
    members: list[_Member] = field(default_factory=list)

    @property
    def missing(self) -> int:
        if self.kind == "md":
            return int(self.members[0].facts["disks"]) - len({m.facts["role"] for m in self.active})
        described = self.described
        return len(set(described["members"]) - {m.facts["pv"] for m in self.members}) if described else 1

    @property
    def active(self) -> list[_Member]:
        return [member for member in self.members if member.facts["role"] is not None]

    @property
    def described(self) -> dict[str, Any] | None:
        known = [member.facts for member in self.members if member.facts.get("group")]
        return max(known, key=lambda facts: int(facts["seqno"]), default=None)


class DiskSearch:
    """Finds the files on the disks of one exhibit.

    ``tell`` takes (path, severity, message). ``passphrases`` are tried on every LUKS volume.
    """

    def __init__(self, tell: Tell, limits: Limits, passphrases: Sequence[bytes] = ()) -> None:
        self._tell = tell
        self._limits = limits
        self._passphrases = tuple(passphrases)
        self._groups: dict[str, _Group] = {}
        self._volumes = 0
        self._entries = 0
        self._file = Path()
        self._image = ""
        self.unopened: set[str] = set()  # images of arrays and groups of which nothing could be opened

    def disk(self, disk: Disk, file: Path, path: str, container: str, *, check_hashes: bool) -> Finding:
        """Yield the files on an image's disk, those of volumes that lie on this disk alone.

        Hashes that the image states are held against its content last, where ``check_hashes``.
        """
        self._file, self._image = file, path
        self._volumes = 0
        inner = f"{container},{disk.format}" if container else disk.format
        seen = self._look(disk, path)
        for fault in spool_faults(disk):
            self._tell(path, fault.severity, fault.message)
        if seen is None:
            return False
        opened = yield from self._volume(disk, path, inner, 0, seen)
        while True:
            ready = [key for key, group in self._groups.items() if group.file == file and not group.missing]
            if not ready:
                break
            for key in ready:
                yield from self._assembled(self._groups.pop(key))
        if seen["hashes"] and check_hashes:
            self._check(disk, path, seen["hashes"])
        elif disk.format == "ewf" and not seen["hashes"]:
            self._tell(
                path, "info", "the image states no hash of its content, or not in the files that are here"
            )
        return opened

    def rest(self) -> Finding:
        """Yield the files of volume groups and arrays that lie on several disks, or miss a part."""
        while self._groups:
            whole = [key for key, group in self._groups.items() if not group.missing]
            yield from self._assembled(self._groups.pop((whole or list(self._groups))[0]))
        return True

    def _look(self, layer: Layer, path: str) -> dict[str, Any] | None:
        try:
            seen, _ = ask_one("look", layer, wait=self._limits.wait)
        except OSError as error:
            self._tell(path, "error", f"can't be opened: {error.strerror or error}")
            return None
        for severity, message in seen["problems"]:
            self._tell(path, severity, message)
        return seen

    def _volume(
        self, layer: Layer, path: str, container: str, level: int, seen: dict[str, Any] | None = None
    ) -> Finding:
        self._volumes += 1
        if level > _MOST_LEVELS or self._volumes > _MOST_VOLUMES:
            self._tell(path, "error", "holds volumes in volumes without end; not followed further")
            return False
        seen = seen or self._look(layer, path)
        if seen is None:
            return False
        kind = seen["kind"]
        if kind == "partitions":
            opened = yield from self._partitions(layer, path, container, level, seen["facts"])
            return opened
        if level == 0:
            path = f"{path}/vol1"
        if kind in _FILE_SYSTEMS:
            opened = yield from self._file_system(layer, kind, path, container, seen["size"])
            return opened
        if kind == "luks":
            opened = yield from self._luks(layer, path, f"{container},luks{seen['facts']['version']}", level)
            return opened
        if kind in ("lvm2", "md"):
            return self._keep(kind, _Member(self._image, layer, path, container, seen["facts"], level))
        severity, message = _SAID[kind]
        if level or severity == "error":
            self._tell(path, severity, f"{message} ({seen['size']} bytes)")
        else:
            self._tell(path, "warning", f"the disk {message}")
        return False

    def _partitions(
        self, layer: Layer, path: str, container: str, level: int, facts: dict[str, Any]
    ) -> Finding:
        opened = False
        taken = Names()
        for number, offset, size, _ in facts["partitions"]:
            inside = taken.unique(f"{path}/vol{number}")
            part = Slice(layer, offset, size)
            found = yield from self._volume(part, inside, f"{container},{facts['scheme']}", level + 1)
            opened = opened or found
        if not facts["partitions"]:
            self._tell(path, "warning", "its partition table has no entry")
        return opened

    def _luks(self, layer: Layer, path: str, container: str, level: int) -> Finding:
        slot, key = None, b""
        if self._passphrases:
            try:
                told, key = ask_one("unlock", layer, self._passphrases, wait=self._limits.unlock_wait)
                slot = told["slot"]
            except ReaderError as error:
                self._tell(path, "error", f"sealed: LUKS, which can't be opened: {error}")
                return False
        if slot is None:
            self._tell(path, "error", "sealed: LUKS, passphrase missing or wrong")
            return False
        opened = yield from self._volume(Decrypted(layer, slot, key), f"{path}/luks", container, level + 1)
        return opened

    def _keep(self, kind: str, member: _Member) -> bool:
        """Put a member by until its volume group or array is together."""
        facts = member.facts
        if kind == "md":
            if facts["role"] is None:
                self._tell(member.path, "info", "is a spare member of a software RAID array")
                return False
            key = f"md:{facts['array']}"
        elif facts["group"] is None:
            # Which group it belongs to, only another physical volume says.
            key = next(
                (
                    name
                    for name, group in self._groups.items()
                    if group.described and facts["pv"] in group.described["members"]
                ),
                f"pv:{facts['pv']}",
            )
        else:
            key = f"lvm2:{facts['group_id']}"
        group = self._groups.setdefault(key, _Group(kind, self._file))
        if group.file != self._file:
            group.file = Path()  # over several images
        group.members.append(member)
        for other in [name for name in self._groups if name.startswith("pv:") and name != key]:
            pv = self._groups[other].members[0].facts["pv"]
            if group.described and pv in group.described["members"]:
                group.members += self._groups.pop(other).members
        return True

    def _assembled(self, group: _Group) -> Iterator[Found]:
        opened = yield from self._array(group) if group.kind == "md" else self._volume_group(group)
        if not opened:
            self.unopened.update(member.image for member in group.members)

    def _array(self, group: _Group) -> Finding:
        newest = max(int(member.facts["events"]) for member in group.members)
        current = [member for member in group.members if int(member.facts["events"]) == newest]
        stale = [member for member in group.members if member not in current]
        first, level = current[0], int(current[0].facts["level"])
        for member in stale:
            self._tell(member.path, "warning", "is an outdated member of a software RAID array; not read")
        lacking = int(first.facts["disks"]) - len({member.facts["role"] for member in current})
        if lacking:
            enough = level == 1  # dissect.volume does not work out what is missing from the parity
            message = (
                f"{lacking} of {first.facts['disks']} members of the software RAID array (level {level}) "
                "are missing"
            )
            self._tell(first.path, "warning" if enough else "error", message)
            if not enough:
                return False
        name = first.facts["name"]
        shown = f"md{name}" if name.isdecimal() or not name else one_name(name)
        members = current[:1] if level == 1 else current
        layer = Array(tuple(member.layer for member in members))
        container = f"{first.container},md-raid{level}" if level >= 0 else f"{first.container},md-linear"
        opened = yield from self._volume(layer, f"{first.path}/{shown}", container, first.level + 1)
        return opened

    def _volume_group(self, group: _Group) -> Finding:
        described, first = group.described, group.members[0]
        if described is None:
            self._tell(
                first.path, "error", "is a physical volume of LVM2 whose volume group is described nowhere"
            )
            return False
        present = {member.facts["pv"] for member in group.members}
        if group.missing:
            self._tell(
                first.path,
                "error",
                f"{group.missing} of {len(described['members'])} physical volumes of the volume group "
                f"{described['group']!r} are missing",
            )
        layers = tuple(member.layer for member in group.members)
        opened = False
        for volume in sorted(described["volumes"], key=lambda one: str(one["name"])):
            path = f"{first.path}/{one_name(described['group'])}/{one_name(volume['name'])}"
            if volume["unread"]:
                kinds = ", ".join(volume["unread"])
                self._tell(path, "error", f"is a logical volume of type {kinds}, which is not read")
            elif not set(volume["needs"]) <= present:
                self._tell(path, "error", "lies on a physical volume that is missing")
            else:
                layer = LogicalVolume(layers, volume["id"])
                found = yield from self._volume(layer, path, f"{first.container},lvm2", first.level + 1)
                opened = opened or found
        return opened

    def _check(self, disk: Disk, path: str, stated: dict[str, str]) -> None:
        """Hold the hashes that the image states against what it holds."""
        try:
            told, _ = ask_one("digest", disk, list(stated), wait=self._limits.wait)
        except OSError as error:
            self._tell(path, "error", f"its stored hashes can't be checked: {error.strerror or error}")
            return
        for (name, hexadecimal), found in zip(stated.items(), told["hashes"], strict=True):
            shown = {"md5": "MD5", "sha1": "SHA-1"}[name]
            if hexadecimal == found:
                self._tell(path, "info", f"the {shown} stored in the image is that of its content: {found}")
            else:
                message = f"the {shown} stored in the image is {hexadecimal}, that of its content is {found}"
                self._tell(path, "error", message)

    def _file_system(self, layer: Layer, kind: str, path: str, container: str, volume_size: int) -> Finding:
        try:
            told, _ = ask_one("mount", layer, kind, wait=self._limits.wait)
        except OSError as error:
            self._tell(path, "error", f"its {kind} file system can't be opened: {error.strerror or error}")
            return False
        facts = told["facts"]
        if facts["size"] > volume_size:
            self._tell(
                path,
                "error",
                f"its file system has {facts['size']} bytes, but only {volume_size} are here: it was cut off",
            )
        if "part_of" in facts:
            message = f"is one of {facts['part_of']} devices of a Btrfs file system; the others are not read"
            self._tell(path, "error", message)
        walk = _Walk(
            tell=self._tell,
            limits=self._limits,
            layer=layer,
            kind=kind,
            local_times=bool(told["facts"]["local_times"]),
            container=f"{container},{told['facts']['name']}",
            most_bytes=max(volume_size, _SMALL_VOLUME),
            file=self._file,
            entries=self._entries,
        )
        yield from walk.files(path, tuple(told["root"]))
        self._entries = walk.entries
        return True


@dataclass
class _Walk:
    """Goes through one file system, folder by folder, each once."""

    tell: Tell
    limits: Limits
    layer: Layer
    kind: str
    local_times: bool
    container: str
    most_bytes: int
    file: Path
    entries: int
    total: int = 0
    special: list[str] = field(default_factory=list)

    def files(self, top: str, root: tuple[int, ...]) -> Iterator[Found]:
        waiting: list[tuple[str, tuple[int, ...], bool, int]] = [(top, root, False, 0)]
        visited = {root}
        while waiting:
            path, address, deleted, deep = waiting.pop()
            folders: list[tuple[str, tuple[int, ...], bool, int]] = []
            batch: list[tuple[str, FileRecord, int]] = []
            names = Names()
            for listed in self._listed(path, address):
                name, kind, where, size, *stated = listed
                self.entries += 1
                if self.entries > self.limits.entries:
                    message = f"holds more than {self.limits.entries} entries; the rest was not read"
                    self.tell(top, "error", message)
                    return
                record = self._record(kind, tuple(where), stated, deleted)
                if kind == "special":
                    self.special.append(f"{path}/{one_name(name)}")
                    continue
                shown = f"{path}/{names.unique(one_name(name))}"
                if kind == "directory":
                    if record.recovered == "none" or self._seen(shown, record, visited, deep):
                        continue
                    folders.append((shown, record.address, record.deleted, deep + 1))
                    continue
                batch.append((shown, record, int(size)))
                if len(batch) >= _HEADS_AT_ONCE:
                    yield from self._found(batch)
                    batch = []
            yield from self._found(batch)
            if self.total > _TOTAL_RATIO * self.most_bytes:
                message = (
                    f"its files are together more than {_TOTAL_RATIO} times its size; the rest was not read"
                )
                self.tell(top, "error", message)
                return
            waiting.extend(reversed(folders))
        if self.special:
            message = f"{len(self.special)} devices, FIFOs or sockets were not opened; this is the first"
            self.tell(self.special[0], "info", message)

    def _seen(self, path: str, record: FileRecord, visited: set[tuple[int, ...]], deep: int) -> bool:
        if record.address in visited:
            if not record.deleted:
                self.tell(path, "error", "is a folder that was met before: the file system leads in a circle")
            return True
        if deep >= _MOST_FOLDERS_DEEP:
            self.tell(path, "error", f"lies more than {_MOST_FOLDERS_DEEP} folders deep and was not opened")
            return True
        visited.add(record.address)
        return False

    def _listed(self, path: str, address: tuple[int, ...]) -> Iterator[list[Any]]:
        try:
            for told, _ in ask("list", self.layer, self.kind, address, wait=self.limits.wait):
                yield from told["entries"]
                if problems := told.get("problems"):
                    more = f" (and {len(problems) - 1} more like it)" if len(problems) > 1 else ""
                    self.tell(path, "error", f"folder {problems[0]}{more}")
        except OSError as error:
            self.tell(path, "error", f"folder can't be read: {error.strerror or error}")

    def _record(self, kind: str, address: tuple[int, ...], stated: list[Any], in_deleted: bool) -> FileRecord:
        modified, accessed, changed, created, mode, uid, gid, links, target, deleted, recovered = stated
        return FileRecord(
            entry=kind,
            mtime=_time(modified),
            atime=_time(accessed),
            ctime=_time(changed),
            crtime=_time(created),
            local_times=self.local_times,
            mode=mode,
            uid=uid,
            gid=gid,
            links=links,
            target=target,
            address=address,
            deleted=deleted or in_deleted,
            recovered=recovered,
        )

    def _found(self, batch: list[tuple[str, FileRecord, int]]) -> Iterator[Found]:
        sizes = [self._size(path, record, size) for path, record, size in batch]
        heads = self._heads(batch, sizes)
        for (path, record, _), size, head in zip(batch, sizes, heads, strict=True):
            self.total += size
            begins = head
            if record.target is not None:
                begins = os.fsencode(record.target)
                step = FileInImage(None, begins)
            elif record.recovered == "none":
                step = FileInImage(None)
            else:
                step = FileInImage(InnerFile(self.layer, self.kind, record.address, size))
            yield Found(path, self.container, Opening(self.file, self.limits, (step,)), size, begins, record)

    def _size(self, path: str, record: FileRecord, size: int) -> int:
        if record.recovered == "none" or record.target is not None:
            return len(os.fsencode(record.target or ""))
        if size > self.most_bytes:
            message = f"is {size} bytes long on a volume of fewer; the first {self.most_bytes} are read"
            self.tell(path, "warning", message)
            return self.most_bytes
        return size

    def _heads(self, batch: list[tuple[str, FileRecord, int]], sizes: list[int]) -> list[bytes | None]:
        """The first bytes of several files at once: asking for each alone takes longer than reading it."""
        heads: list[bytes | None] = []
        at = 0
        while at < len(batch):
            wanted: list[tuple[tuple[int, ...], int]] = []
            room = _HEADS_BYTES
            for (_, record, _), size in zip(batch[at:], sizes[at:], strict=True):
                room -= min(size, HEAD_BYTES)
                if room < 0 and wanted:
                    break
                plain = record.target is None and record.recovered != "none"
                wanted.append((record.address, min(size, HEAD_BYTES) if plain else 0))
            try:
                told, data = ask_one("heads", self.layer, self.kind, wanted, wait=self.limits.wait)
                lengths: list[int | None] = told["lengths"]
            except OSError:
                lengths, data = [None] * len(wanted), b""
            start = 0
            for length, (_, size) in zip(lengths, wanted, strict=True):
                heads.append(data[start : start + length] if length is not None and length == size else None)
                start += length or 0
            at += len(wanted)
        return heads


def _time(nanoseconds: int | None) -> datetime | None:
    """The time with microseconds, None where it is none or beyond what a timestamp holds."""
    if nanoseconds is None:
        return None
    try:
        return _EPOCH + timedelta(microseconds=nanoseconds // 1000)
    except OverflowError:
        return None
