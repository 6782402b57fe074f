"""What lies on a disk: partition tables, LUKS, LVM2, software RAID, down to volumes with a file system.

Partition tables are read by The Sleuth Kit, LUKS (1 and 2) and the metadata of LVM2 and md by dissect. Runs
in the process that reads images: what it is given is hostile.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import pytsk3

from stocktake.evidence.images import SECTOR, has_partitions, volume_kind
from stocktake.evidence.views import MappedView, Readable, StreamView, StripedView, View

HEAD_BYTES = 0x10100
_MOST_PARTITIONS = 256
_MD_MAGIC = b"\xfc\x4e\x2b\xa9"


class VolumeError(Exception):
    """A volume can't be read; the message says why in words for the examiner."""


class TskImage(pytsk3.Img_Info):  # type: ignore[misc]
    """A view as The Sleuth Kit reads it."""

    def __init__(self, view: View) -> None:
        self._view = view
        super().__init__(url="", type=pytsk3.TSK_IMG_TYPE_EXTERNAL)

    def close(self) -> None:
        """Leave the view open."""

    def read(self, offset: int, size: int) -> bytes:
        """Return bytes of the view."""
        return self._view.pread(offset, size)

    def get_size(self) -> int:
        """Bytes of the view."""
        return self._view.size


@dataclass
class Seen:
    """What a volume is. ``kind`` is one of ``volume_kind``, ``partitions``, ``empty`` or ``unknown``."""

    kind: str
    facts: dict[str, Any] = field(default_factory=dict)
    problems: list[tuple[str, str]] = field(default_factory=list)


def look(view: View) -> Seen:
    """Tell what a volume holds, from its first and last bytes."""
    head = view.pread(0, HEAD_BYTES)
    if (member := _md_at_end(view)) is not None:
        return member
    kind = volume_kind(head)
    if kind == "md":
        return Seen("md", _md_facts(view))
    if kind == "luks":
        version = int.from_bytes(head[6:8], "big")
        return Seen("luks", {"version": version, "uuid": _text(head[168:208])})
    if kind == "lvm2":
        return Seen("lvm2", _physical_volume(view))
    if kind is None and has_partitions(head):
        return partitions(view)
    if kind is None:
        return Seen("unknown" if any(head) else "empty")
    return Seen(kind)


def _text(raw: bytes) -> str:
    return raw.split(b"\0")[0].decode("ascii", "replace")


def partitions(view: View) -> Seen:
    """Read the partition table: ``scheme``, and ``partitions`` as (number, offset, size, description)."""
    image = TskImage(view)
    try:
        table = pytsk3.Volume_Info(image)
        if table.info.vstype == pytsk3.TSK_VS_TYPE_DOS and _guards_gpt(view):
            table = pytsk3.Volume_Info(image, type=pytsk3.TSK_VS_TYPE_GPT)
    except OSError as error:
        return Seen("unknown", problems=[("error", f"its partition table can't be read: {_said(error)}")])
    scheme = {pytsk3.TSK_VS_TYPE_GPT: "gpt", pytsk3.TSK_VS_TYPE_DOS: "mbr"}.get(table.info.vstype, "other")
    sector = table.info.block_size
    seen = Seen("partitions", {"scheme": scheme, "partitions": []})
    if table.info.is_backup:
        seen.problems.append(("warning", "its first partition table is damaged; the second one was read"))
    logical = 5
    found: list[tuple[int, int, int, str]] = []
    for part in table:
        if not part.flags & pytsk3.TSK_VS_PART_FLAG_ALLOC:
            continue
        offset, size = part.start * sector, part.len * sector
        described = part.desc.decode("utf-8", "replace")
        if scheme == "mbr" and part.table_num > 0:
            number, logical = logical, logical + 1
        else:
            number = part.slot_num + 1
        if len(found) >= _MOST_PARTITIONS:
            seen.problems.append(
                ("error", f"has more than {_MOST_PARTITIONS} partitions; the others were not read")
            )
            break
        if offset >= view.size:
            seen.problems.append(
                ("error", f"ends at byte {view.size}, before partition {number} begins: it was cut off")
            )
            continue
        if offset + size > view.size:
            message = (
                f"ends at byte {view.size}, but partition {number} goes on to byte {offset + size}: "
                "it was cut off, or its partition table is wrong"
            )
            seen.problems.append(("error", message))
        found.append((number, offset, min(size, view.size - offset), described))
    end = 0
    for number, offset, size, _ in sorted(found, key=lambda part: part[1]):
        if offset < end:
            seen.problems.append(("warning", f"partition {number} overlaps another one"))
        end = max(end, offset + size)
    seen.facts["partitions"] = sorted(found)
    return seen


def _guards_gpt(view: View) -> bool:
    """Whether the MBR is the one that keeps others off a disk with a GPT."""
    entries = view.pread(446, 64)
    return any(entries[at + 4] == 0xEE for at in range(0, len(entries) - 15, 16))


def _said(error: Exception) -> str:
    return " ".join(str(error).split())[:300] or type(error).__name__


def unlock(view: View, passphrases: Sequence[bytes]) -> tuple[int, bytes] | None:
    """Return the key slot that one of ``passphrases`` opens and its volume key; None where none does."""
    from dissect.fve.luks import luks

    volume = luks.LUKS(view)
    for passphrase in passphrases:
        for slot, keyslot in volume.keyslots.items():
            try:
                found = luks.derive_passphrase_key(passphrase, keyslot)
                key = volume._unlock_volume_key(found, slot)  # noqa: SLF001 - the library keeps the key
                volume.unlock(key, slot)
            except (ValueError, NotImplementedError, KeyError):
                continue
            return slot, bytes(key)
    return None


def decrypted(view: View, keyslot: int, key: bytes) -> View:
    """What a LUKS volume holds, by its volume key."""
    from dissect.fve.luks.luks import LUKS

    volume = LUKS(view)
    volume.unlock(key, keyslot)
    stream = volume.open()
    return StreamView(stream, stream.size)


def _metadata(view: View) -> tuple[str, dict[str, Any] | None]:
    """The id of a physical volume (without dashes), and the newest description of its group on it."""
    from dissect.volume.lvm.physical import LVM2Device, parse_metadata

    device = LVM2Device(view)
    newest: dict[str, Any] | None = None
    for header, locations in device._metadata_areas:  # noqa: SLF001 - its own reader knows one area only
        if not locations or not 0 < locations[0].size <= header.size <= 1 << 30:
            continue
        start, size = locations[0].offset, locations[0].size
        room = header.size - start
        text = view.pread(header.start + start, min(size, room))
        if size > room:  # the area is a ring
            text += view.pread(header.start + SECTOR, size - room)
        try:
            found = parse_metadata(text.rstrip(b"\0").decode("utf-8", "replace"))
        except Exception:  # noqa: S112 - hostile text; the other area may be sound
            continue
        if newest is None or _group(found)[1].get("seqno", 0) > _group(newest)[1].get("seqno", 0):
            newest = found
    return device.id, newest


def _group(metadata: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    for name, value in metadata.items():
        if isinstance(value, dict) and "extent_size" in value:
            return name, value
    raise VolumeError("its description of the volume group makes no sense")


def _physical_volume(view: View) -> dict[str, Any]:
    identity, metadata = _metadata(view)
    facts: dict[str, Any] = {"pv": identity}
    if metadata is None:
        return facts | {"group": None}
    name, group = _group(metadata)
    members = {key: value["id"].replace("-", "") for key, value in group["physical_volumes"].items()}
    volumes = []
    for volume, described in group.get("logical_volumes", {}).items():
        if "VISIBLE" not in described.get("status", []):
            continue
        segments = [value for value in described.values() if isinstance(value, dict)]
        kinds = sorted({str(segment.get("type", "")).split("+")[0] for segment in segments} - {"striped"})
        needed = sorted(
            {members.get(pv, pv) for segment in segments for pv in segment.get("stripes", [])[::2]}
        )
        volumes.append(
            {"name": volume, "id": described["id"], "unread": kinds, "needs": [] if kinds else needed}
        )
    return facts | {
        "group": name,
        "group_id": group["id"],
        "seqno": group.get("seqno", 0),
        "members": sorted(members.values()),
        "volumes": volumes,
    }


def logical_volume(views: Sequence[View], identity: str) -> View:
    """The logical volume with that id, from the physical volumes at hand; linear and striped segments."""
    by_id: dict[str, View] = {}
    newest: dict[str, Any] | None = None
    for view in views:
        pv, metadata = _metadata(view)
        by_id[pv] = view
        if metadata and (newest is None or _group(metadata)[1]["seqno"] > _group(newest)[1]["seqno"]):
            newest = metadata
    if newest is None:
        raise VolumeError("no physical volume describes its group")
    _, group = _group(newest)
    extent = int(group["extent_size"]) * SECTOR
    members = {
        name: (by_id.get(value["id"].replace("-", "")), int(value["pe_start"]) * SECTOR)
        for name, value in group["physical_volumes"].items()
    }
    volume = next(one for one in group["logical_volumes"].values() if one["id"] == identity)
    segments = sorted(
        (value for value in volume.values() if isinstance(value, dict)),
        key=lambda one: int(one["start_extent"]),
    )
    pieces: list[tuple[View, int, int]] = []
    at = 0
    for segment in segments:
        if int(segment["start_extent"]) != at:
            raise VolumeError("its segments do not follow each other")
        size = int(segment["extent_count"]) * extent
        at += int(segment["extent_count"])
        legs: list[tuple[View, int]] = []
        for name, first in zip(segment["stripes"][::2], segment["stripes"][1::2], strict=True):
            member, start = members[name]
            if member is None:
                raise VolumeError(f"its physical volume {name} is not at hand")
            legs.append((member, start + int(first) * extent))
        if len(legs) == 1:
            pieces.append((legs[0][0], legs[0][1], size))
        else:
            pieces.append((StripedView(legs, int(segment["stripe_size"]) * SECTOR, size), 0, size))
    return MappedView(pieces)


def _md_at_end(view: View) -> Seen | None:
    """A member of an array whose description stands at the end (versions 0.90 and 1.0)."""
    sectors = view.size // SECTOR
    for at in ((sectors & ~127) - 128, (sectors - 16) & ~7):
        if at > 8:
            try:
                head = view.pread(at * SECTOR, 8)
            except Exception:  # noqa: S112 - the end of the disk is missing, not the rest of it
                continue
            if head[:4] == _MD_MAGIC and head[4:] in (bytes(4), b"\1\0\0\0"):
                return Seen("md", _md_facts(view))
    return None


def _md_facts(view: View) -> dict[str, Any]:
    from dissect.volume.md import MDPhysicalDisk

    disk = MDPhysicalDisk(view)
    return {
        "array": str(disk.set_uuid),
        "name": (disk.set_name or "").split(":")[-1],
        "level": disk.level,
        "disks": disk.raid_disks,
        "role": disk.raid_disk,
        "events": disk.events,
    }


def array(views: Sequence[View]) -> View:
    """The data of an array, from the members at hand."""
    from dissect.volume.md import MD

    configuration = MD(list(views)).configurations[0]
    disks = configuration.virtual_disks[0]
    # dissect.volume 3.18 takes the size of one member for that of the array.
    if disks.level in (4, 5, 6, 10):
        member = int(configuration.physical_disks[0].sb.size) * SECTOR
        member -= member % (disks.stripe_size or 1)
        near, far = disks.layout & 0xFF, disks.layout >> 8 & 0xFF
        copies = max(1, near) * max(1, far)
        wide = {4: disks.num_disks - 1, 5: disks.num_disks - 1, 6: disks.num_disks - 2}.get(disks.level)
        disks.size = member * wide if wide is not None else member * disks.num_disks // copies
    return _ByStripe(disks.open(), disks.size, disks.stripe_size)


class _ByStripe(StreamView):
    """Asks for what is left of a stripe at most: dissect.volume 3.18 reads past its end on the same disk."""

    def __init__(self, stream: Readable, size: int, stripe: int) -> None:
        super().__init__(stream, size)
        self._stripe = stripe or size

    def pread(self, offset: int, size: int) -> bytes:
        """Return bytes of the array."""
        end = min(self.size, offset + size)
        found: list[bytes] = []
        while offset < end:
            wanted = min(end - offset, self._stripe - offset % self._stripe)
            piece = super().pread(offset, wanted)
            found.append(piece)
            offset += len(piece)
            if len(piece) < wanted:
                break
        return found[0] if len(found) == 1 else b"".join(found)
