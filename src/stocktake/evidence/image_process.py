"""The process that reads images: it is asked on its standard input and answers on its standard output.

Images are hostile, and the libraries that read them are partly written in C and partly trusting. So they
run in a process of their own: a crash, an endless loop or a hunger for memory costs that process and one
problem, not the run. It can write no file, and takes no more memory than its limit.
"""

import contextlib
import hashlib
import json
import os
import pickle
import resource
import select
import sys
import time
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from typing import Any, BinaryIO

from stocktake.evidence import filesystems, images, sevenzip, volumes
from stocktake.evidence.image_protocol import ANSWER, QUESTION, Answer
from stocktake.evidence.layers import (
    Decrypted,
    Disk,
    Layer,
    LogicalVolume,
    Range,
    Slice,
)
from stocktake.evidence.views import FileView, SliceView, View

_MEMORY = 4 << 30
_IDLE_SECONDS = 120.0
_ENTRIES_AT_ONCE = 4096
_OPEN_LAYERS = 64
_ZEROED = 4096


class _InnerView(View):
    """A file in a file system, which is itself an image."""

    def __init__(self, filesystem: filesystems.FileSystem, address: tuple[int, ...], size: int) -> None:
        super().__init__(size)
        self._filesystem = filesystem
        self._address = address

    def pread(self, offset: int, size: int) -> bytes:
        size = min(size, self.size - offset)
        return self._filesystem.read(self._address, offset, size) if size > 0 else b""


class _Reader:
    """Opens layers and file systems once, and answers questions about them."""

    def __init__(self) -> None:
        self._views: OrderedDict[Layer, View] = OrderedDict()
        self._systems: OrderedDict[tuple[Layer, str], filesystems.FileSystem] = OrderedDict()
        self._told: dict[Layer, list[tuple[str, str]]] = {}
        self._hashes: dict[Layer, dict[str, str]] = {}

    def _view(self, layer: Layer) -> View:
        view = self._views.get(layer)
        if view is None:
            view = self._open(layer)
            self._views[layer] = view
            if len(self._views) > _OPEN_LAYERS:
                self._views.popitem(last=False)
        self._views.move_to_end(layer)
        return view

    def _open(self, layer: Layer) -> View:
        if isinstance(layer, Disk):
            told = self._told[layer] = []
            files = [(name, self._source(source)) for name, source in layer.files]
            view, self._hashes[layer] = images.open_disk(
                layer.format, files, lambda severity, message: told.append((severity, message))
            )
            return view
        if isinstance(layer, Slice):
            return SliceView(self._view(layer.of), layer.offset, layer.size)
        if isinstance(layer, Decrypted):
            return volumes.decrypted(self._view(layer.of), layer.keyslot, layer.key)
        members = [self._view(one) for one in layer.of]
        if isinstance(layer, LogicalVolume):
            return volumes.logical_volume(members, layer.identity)
        return volumes.array(members)

    def _source(self, source: Any) -> View:
        if isinstance(source, Range):
            return FileView(source.descriptor, source.offset, source.size)
        return _InnerView(self._system(source.volume, source.filesystem), source.address, source.size)

    def _system(self, layer: Layer, kind: str) -> filesystems.FileSystem:
        key = (layer, kind)
        if key not in self._systems:
            self._systems[key] = filesystems.open_filesystem(kind, self._view(layer))
            if len(self._systems) > _OPEN_LAYERS:
                self._systems.popitem(last=False)
        self._systems.move_to_end(key)
        return self._systems[key]

    def look(self, layer: Layer) -> Iterator[Answer]:
        """What a volume is; with ``told`` and ``hashes`` where it is an image's disk."""
        view = self._view(layer)
        seen = volumes.look(view)
        yield (
            {
                "kind": seen.kind,
                "size": view.size,
                "facts": seen.facts,
                "problems": [*self._told.get(layer, []), *seen.problems],
                "hashes": self._hashes.get(layer, {}),
            },
            b"",
        )

    def unlock(self, layer: Layer, passphrases: Sequence[bytes]) -> Iterator[Answer]:
        """The key slot and volume key of a LUKS volume (the key as raw bytes), or slot None."""
        found = volumes.unlock(self._view(layer), passphrases)
        yield ({"slot": None}, b"") if found is None else ({"slot": found[0]}, found[1])

    def mount(self, layer: Layer, kind: str) -> Iterator[Answer]:
        """Facts of the file system on a volume, and the address of its root."""
        system = self._system(layer, kind)
        yield {"facts": system.facts, "root": system.root}, b""

    def list(self, layer: Layer, kind: str, address: tuple[int, ...]) -> Iterator[Answer]:
        """The entries of a directory, ordered by name, those deleted last; in several answers."""
        entries: list[filesystems.Entry] = []
        problems: list[str] = []
        try:
            for found in self._system(layer, kind).list(address):
                if isinstance(found, str):
                    problems.append(found)
                else:
                    entries.append(found)
        except Exception as error:
            problems.append(f"can't be listed to its end: {_said(error)}")
        entries.sort(key=lambda entry: (entry.deleted, entry.name.encode("utf-8", "surrogateescape")))
        for at in range(0, len(entries), _ENTRIES_AT_ONCE):
            yield (
                {
                    "entries": [entry.as_list() for entry in entries[at : at + _ENTRIES_AT_ONCE]],
                    "more": True,
                },
                b"",
            )
        yield {"entries": [], "problems": problems[:50]}, b""

    def heads(
        self, layer: Layer, kind: str, wanted: Sequence[tuple[tuple[int, ...], int]]
    ) -> Iterator[Answer]:
        """The first bytes of several files; a length of None for each that can't be read."""
        system = self._system(layer, kind)
        lengths: list[int | None] = []
        heads: list[bytes] = []
        for address, size in wanted:
            try:
                head = system.read(address, 0, size) if size else b""
            except Exception:
                lengths.append(None)
                continue
            lengths.append(len(head))
            heads.append(head)
        yield {"lengths": lengths}, b"".join(heads)

    def read(
        self, layer: Layer, kind: str, address: tuple[int, ...], offset: int, size: int
    ) -> Iterator[Answer]:
        """Bytes of a file; what can't be read stands as zeros, with the first place, length and reason."""
        system = self._system(layer, kind)
        try:
            yield {}, system.read(address, offset, size)
            return
        except Exception as error:
            reason = _said(error)
        pieces: list[bytes] = []
        first = lost = 0
        at = offset
        while at < offset + size:
            wanted = min(_ZEROED - at % _ZEROED, offset + size - at)
            try:
                piece = system.read(address, at, wanted)
            except Exception:
                piece = b""
            if len(piece) < wanted:
                first = first or at + 1
                lost += wanted - len(piece)
                piece = piece.ljust(wanted, b"\0")
            pieces.append(piece)
            at += wanted
        yield {"lost": lost, "first": first - 1, "reason": reason}, b"".join(pieces)

    def digest(self, layer: Layer, names: Sequence[str]) -> Iterator[Answer]:
        """Hashes of all the bytes of a volume; says ``more`` from time to time while it goes on."""
        view = self._view(layer)
        hashes = [hashlib.new(name, usedforsecurity=False) for name in names]
        at, told = 0, time.monotonic()
        while at < view.size:
            block = view.pread(at, 1 << 20)
            if not block:
                break
            for one in hashes:
                one.update(block)
            at += len(block)
            if time.monotonic() - told > 5:
                told = time.monotonic()
                yield {"more": True}, b""
        yield {"hashes": [one.hexdigest() for one in hashes], "size": at}, b""

    def list_7z(self, layer: Layer) -> Iterator[Answer]:
        """What a 7z archive holds."""
        yield sevenzip.listing(self._view(layer)), b""

    def unpack_7z(self, layer: Layer, folder: int) -> Iterator[Answer]:
        """The unpacked bytes of a folder in a 7z archive, and how many packed bytes were taken for them."""
        for block, fed in sevenzip.unpack(self._view(layer), folder):
            yield {"more": True, "fed": fed}, block
        yield {}, b""


def _said(error: BaseException) -> str:
    return " ".join(str(error).split())[:300] or type(error).__name__


def _answers(reader: _Reader, question: tuple[Any, ...]) -> Iterator[Answer]:
    verb, *arguments = question
    try:
        yield from getattr(reader, verb)(*arguments)
    except (images.ImageError, volumes.VolumeError) as error:
        yield {"error": str(error)}, b""
    except MemoryError:
        yield {"error": "it asks for more memory than reading an image may take"}, b""
    except RecursionError:
        yield {"error": "it leads in a circle"}, b""
    except Exception as error:
        yield {"error": f"{type(error).__name__}: {_said(error)}"}, b""


def _read_exactly(stream: BinaryIO, size: int) -> bytes | None:
    data = stream.read(size)
    return data if len(data) == size else None


def _limit() -> None:
    for what, most in (
        (resource.RLIMIT_AS, _MEMORY),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        hard = resource.getrlimit(what)[1]
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(what, (most if hard == resource.RLIM_INFINITY else min(most, hard),) * 2)


def main() -> None:
    """Answer questions until there are no more, or none came for a while."""
    _limit()
    os.environ["TZ"] = "UTC"  # FAT's times have no zone, and are given as they stand
    time.tzset()
    questions, answers = sys.stdin.buffer, sys.stdout.buffer
    reader = _Reader()
    while select.select([questions], [], [], _IDLE_SECONDS)[0]:
        head = _read_exactly(questions, QUESTION.size)
        body = _read_exactly(questions, QUESTION.unpack(head)[0]) if head else None
        if body is None:
            return
        for facts, data in _answers(reader, pickle.loads(body)):  # noqa: S301 - from the process above
            told = json.dumps(facts, separators=(",", ":")).encode()
            answers.write(ANSWER.pack(len(told), len(data)) + told)
            answers.write(data)
            answers.flush()


if __name__ == "__main__":
    main()
