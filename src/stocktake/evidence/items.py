"""The items of an exhibit: the files in it, archives opened, compression unwrapped."""

import io
import os
import stat
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from stocktake.evidence.archives import Listed, archive, is_document, seekable, tar_members, zip_members
from stocktake.evidence.identify import HEAD_BYTES, identify, is_utf16_text
from stocktake.evidence.opening import Limits, Opening, Unwrap
from stocktake.evidence.streams import Stream, open_regular
from stocktake.evidence.unwrapping import compression

# What SQLite keeps beside a database, without which the database is not what its user last saw.
_BESIDE = ("-wal", "-shm", "-journal")


@dataclass(frozen=True)
class EvidenceProblem:
    """Something in an exhibit that could not be opened. ``severity`` is info, warning or error."""

    exhibit: str
    path: str
    severity: str
    message: str


@dataclass(frozen=True)
class Item:
    """A file in an exhibit, down to where nothing more can be unwrapped.

    ``path`` is the file's path in the exhibit, with the names inside archives after a slash
    (``backup.zip/shop.sql``). Bytes of a name that are no UTF-8, and control characters, stand in it as
    ``\\xNN``. ``container`` says how the item was wrapped, outermost first (``zip,gzip``). ``size`` is its
    length as it is stored, in bytes. ``open`` gives a fresh stream of the unwrapped bytes each time, and can
    be sent to another process. ``file`` is set where the item is a plain file on disk. ``beside`` opens the
    files that SQLite keeps beside a database (by suffix: ``-wal``), where the item lies in an archive.
    """

    exhibit: str
    path: str
    container: str
    size: int | None
    open: Callable[[], Stream]
    file: Path | None
    beside: tuple[tuple[str, Callable[[], Stream]], ...] = ()


Problem = Callable[[EvidenceProblem], None]


def items(
    exhibit_reference: str, location: Path, problem: Problem, limits: Limits | None = None
) -> Iterator[Item]:
    """Yield the items of the exhibit at ``location``, a file or a folder, always in the same order.

    What can't be opened costs one ``problem`` and nothing else. Symbolic links are not followed inside a
    folder, and what is no regular file is never opened.
    """
    search = _Search(exhibit_reference, problem, limits or Limits())
    place = location.resolve()
    if place.is_dir():
        yield from search.folder(place)
    else:
        yield from search.file(place, text(place.name))


def text(name: str) -> str:
    """``name`` as text that can be stored and shown: what is no character of text becomes ``\\xNN``."""
    if name.isprintable():
        return name
    return "".join(_shown(character) for character in name)


def _shown(character: str) -> str:
    code = ord(character)
    if 0xDC80 <= code <= 0xDCFF:  # a byte that is no UTF-8, as os.fsdecode keeps it
        return f"\\x{code - 0xDC00:02x}"
    if code < 0x20 or 0x7F <= code < 0xA0:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if 0xD800 <= code <= 0xDFFF else character


class _Names:
    """Keeps paths apart that would read the same: the second of them gets ``~2``."""

    def __init__(self) -> None:
        self._taken: set[str] = set()

    def unique(self, path: str) -> str:
        found, number = path, 1
        while found in self._taken:
            number += 1
            found = f"{path}~{number}"
        self._taken.add(found)
        return found


@dataclass
class _Search:
    exhibit: str
    problem: Problem
    limits: Limits

    def folder(self, root: Path) -> Iterator[Item]:
        inside: list[str] = []
        outside: list[str] = []
        special: list[str] = []
        waiting: list[tuple[Path, str]] = [(root, "")]
        while waiting:
            folder, path = waiting.pop()
            try:
                entries = sorted(os.scandir(folder), key=lambda entry: os.fsencode(entry.name))
            except OSError as error:
                self._tell(path or ".", "error", f"folder can't be read: {error.strerror}")
                continue
            names = _Names()
            for entry in entries:
                if text(entry.name) == entry.name:
                    names.unique(entry.name)
            folders = []
            for entry in entries:
                shown = text(entry.name)
                shown = path + (shown if shown == entry.name else names.unique(shown))
                try:
                    mode = entry.stat(follow_symlinks=False).st_mode
                except OSError as error:
                    self._tell(shown, "error", f"can't be read: {error.strerror}")
                    continue
                if stat.S_ISDIR(mode):
                    folders.append((Path(entry.path), shown + "/"))
                elif stat.S_ISREG(mode):
                    yield from self.file(Path(entry.path), shown)
                elif stat.S_ISLNK(mode):
                    (inside if _leads_inside(entry.path, root) else outside).append(shown)
                else:
                    special.append(shown)
            waiting.extend(reversed(folders))
        self._tell_many(outside, "warning", "symbolic links lead out of the exhibit or nowhere and were not followed")
        self._tell_many(
            inside, "info", "symbolic links lead to other files of the exhibit, which are read there"
        )
        self._tell_many(special, "warning", "devices, FIFOs or sockets were not opened")

    def file(self, file: Path, path: str) -> Iterator[Item]:
        opening = Opening(file, self.limits)
        try:
            with closing(opening()) as stream:
                size = stream.length if hasattr(stream, "length") else None
        except OSError as error:
            self._tell(path, "error", f"can't be opened: {error.strerror or error}")
            return
        yield from self._unwrapped(opening, path, "", size, _Names(), ())

    def _unwrapped(
        self,
        opening: Opening,
        path: str,
        container: str,
        size: int | None,
        names: _Names,
        beside: tuple[tuple[str, Callable[[], Stream]], ...],
    ) -> Iterator[Item]:
        """Yield what the file that ``opening`` leads to holds: itself, or what can be unwrapped from it."""
        with closing(opening()) as stream:
            head = stream.peek(HEAD_BYTES)
        wrapping = compression(head) or archive(head)
        if wrapping is None and is_utf16_text(head):
            wrapping = "utf-16"
            self._tell(path, "info", "is UTF-16 text, read as UTF-8: offsets count bytes of the UTF-8 text")
        elif wrapping == "tar" and identify(head, path) == "pgdump-tar":
            wrapping = None  # one dump, which its own tool reads as a whole
        whole = Item(
            self.exhibit, path, container, size, opening, None if opening.steps else opening.file, beside
        )
        if wrapping is None:
            yield whole
            return
        if container.count(",") + 1 >= self.limits.depth and container:
            self._tell(
                path, "error", f"is wrapped more than {self.limits.depth} times and was not unwrapped further"
            )
            yield whole
            return
        inner = f"{container},{wrapping}" if container else wrapping
        if wrapping in ("zip", "tar"):
            members = self._members(opening, path, wrapping)
            if wrapping == "zip" and is_document(members):
                yield whole
                return
            yield from self._archive(opening, members, path, inner, names)
        else:
            yield from self._unwrapped(opening.then(Unwrap(wrapping)), path, inner, size, names, ())

    def _members(self, opening: Opening, path: str, kind: str) -> list[Listed]:
        def tell(severity: str, message: str) -> None:
            self._tell(path, severity, message)

        if kind == "tar":
            with closing(opening()) as stream:
                return list(tar_members(stream, self.limits, tell))
        with self._seekable(opening) as file:
            return zip_members(file, self.limits, tell)

    def _seekable(self, opening: Opening) -> IO[bytes]:
        if not opening.steps:
            return io.BufferedReader(io.FileIO(open_regular(opening.file)))
        with closing(opening()) as stream:
            return seekable(stream)

    def _archive(
        self, opening: Opening, members: list[Listed], path: str, container: str, names: _Names
    ) -> Iterator[Item]:
        if not members:
            self._tell(path, "info", "archive holds no file that can be opened")
        by_name = {member.name: member for member in members}
        for member in members:
            beside = tuple(
                (suffix, opening.then(other.step))
                for suffix in _BESIDE
                if (other := by_name.get(member.name + suffix)) is not None
            )
            member_path = names.unique(f"{path}/{text(member.name)}")
            yield from self._unwrapped(
                opening.then(member.step), member_path, container, member.step.stored, names, beside
            )

    def _tell(self, path: str, severity: str, message: str) -> None:
        self.problem(EvidenceProblem(self.exhibit, path, severity, message))

    def _tell_many(self, paths: list[str], severity: str, message: str) -> None:
        if paths:
            self._tell(paths[0], severity, f"{len(paths)} {message}; this is the first")


def _leads_inside(link: str, root: Path) -> bool:
    try:
        return Path(link).resolve().is_relative_to(root)
    except (OSError, RuntimeError):  # a loop of links leads nowhere
        return False
