"""The layers between files on disk and a file system, as recipes: image, partition, encryption, volume group.

A layer is a value that can be compared, kept and sent to another process, and holds no open file. The
process that reads images (`image_process`) opens them; nothing in this module does.
"""

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Union

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stocktake.evidence.opening import Opening


@dataclass(frozen=True)
class Range:
    """``size`` bytes from ``offset`` on of an open file, by its descriptor."""

    descriptor: int
    offset: int
    size: int


@dataclass(frozen=True)
class InnerFile:
    """A file in a file system (kind ``filesystem``, e.g. ``ext``) on ``volume``, by its address there."""

    volume: "Layer"
    filesystem: str
    address: tuple[int, ...]
    size: int


@dataclass(frozen=True)
class Disk:
    """What an image holds: its format, and the files that carry it, in order, with their names.

    For ``raw`` the files follow one another. For ``ewf`` they are the segments, for ``vmdk-descriptor`` the
    descriptor and the extents that it names.
    """

    format: str
    files: tuple[tuple[str, Union["Opening", Range, InnerFile]], ...]


@dataclass(frozen=True)
class Slice:
    """``size`` bytes from ``offset`` on of another layer: a partition."""

    of: "Layer"
    offset: int
    size: int


@dataclass(frozen=True)
class Decrypted:
    """What a LUKS volume holds, by its volume key."""

    of: "Layer"
    keyslot: int
    key: bytes = field(repr=False)


@dataclass(frozen=True)
class LogicalVolume:
    """A logical volume of an LVM2 volume group, by its id; ``of`` are the physical volumes at hand."""

    of: tuple["Layer", ...]
    identity: str


@dataclass(frozen=True)
class Array:
    """A Linux software RAID (md) array; ``of`` are the members at hand."""

    of: tuple["Layer", ...]


Layer = Disk | Slice | Decrypted | LogicalVolume | Array


def sources(layer: Layer | InnerFile) -> "Iterator[Opening]":
    """Yield the files that the layer comes from in the end, each once for every time it is named."""
    if isinstance(layer, Disk):
        for _, source in layer.files:
            if isinstance(source, InnerFile):
                yield from sources(source)
            elif not isinstance(source, Range):
                yield source
    elif isinstance(layer, InnerFile):
        yield from sources(layer.volume)
    elif isinstance(layer, LogicalVolume | Array):
        for one in layer.of:
            yield from sources(one)
    else:
        yield from sources(layer.of)


def resolved(layer: Layer, ranges: "dict[Opening, Range | InnerFile]") -> Layer:
    """Return ``layer`` with every file that has an entry in ``ranges`` replaced by it, however deep."""
    if isinstance(layer, Disk):
        return replace(layer, files=tuple((name, _resolved(source, ranges)) for name, source in layer.files))
    if isinstance(layer, LogicalVolume | Array):
        return replace(layer, of=tuple(resolved(one, ranges) for one in layer.of))
    return replace(layer, of=resolved(layer.of, ranges))


def _resolved(
    source: "Opening | Range | InnerFile", ranges: "dict[Opening, Range | InnerFile]"
) -> "Opening | Range | InnerFile":
    if isinstance(source, Range):
        return source
    if not isinstance(source, InnerFile):
        source = ranges[source]
    if isinstance(source, InnerFile):
        return replace(source, volume=resolved(source.volume, ranges))
    return source
