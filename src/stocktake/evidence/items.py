"""The items of an exhibit: the files in it, archives opened, compression unwrapped."""

import io
import os
import re
import stat
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

from stocktake.evidence.archives import (
    Listed,
    archive,
    cpio_members,
    is_document,
    seekable,
    sevenzip_members,
    tar_members,
    zip_members,
)
from stocktake.evidence.captures import (
    CAPTURE_FORMS,
    Capture,
    capture_format,
    record_names,
    records,
    saved_page,
)
from stocktake.evidence.disks import DiskSearch, FileRecord, Found
from stocktake.evidence.identify import HEAD_BYTES, identify, is_utf16_text
from stocktake.evidence.images import extents, image_format, segment_names
from stocktake.evidence.layers import Disk
from stocktake.evidence.mail import attachments, mail_format
from stocktake.evidence.names import Names, text
from stocktake.evidence.opening import Limits, Opening, Unwrap
from stocktake.evidence.streams import Stream, open_regular
from stocktake.evidence.unwrapping import compression
from stocktake.evidence.wacz import PACKAGE, check_package

# What SQLite keeps beside a database, without which the database is not what its user last saw.
_BESIDE = ("-wal", "-shm", "-journal")
_FOLDER_TOGETHER = 256
_ARCHIVES = ("zip", "tar", "7z", "cpio")
# Names by which the first file of an image in several is known, before its content is looked at.
_FIRST_OF_SET = re.compile(r"(?i)\.(?:[els]01|vmdk|0{2,3}[01])$")


@dataclass(frozen=True)
class EvidenceProblem:
    """Something in an exhibit that could not be opened. ``severity`` is info, warning or error."""

    exhibit: str
    path: str
    severity: str
    message: str


_NO_RECORD = FileRecord()


@dataclass(frozen=True)
class Item:
    """A file in an exhibit, down to where nothing more can be unwrapped.

    ``path`` is the file's path in the exhibit, with the names inside archives after a slash
    (``backup.zip/shop.sql``). Bytes of a name that are no UTF-8, and control characters, stand in it as
    ``\\xNN``. ``container`` says how the item was wrapped, outermost first (``zip,gzip``). ``size`` is its
    length as it is stored, in bytes. ``open`` gives a fresh stream of the unwrapped bytes each time, and can
    be sent to another process. ``file`` is set where the item is a plain file on disk. ``beside`` opens the
    files that SQLite keeps beside a database (by suffix: ``-wal``), where it lies in an archive or image.

    ``record`` is what the file system, or the archive, states of the file that the item was unwrapped from:
    times, owner, whether it was deleted and how far it could be recovered. ``head`` is what the unwrapped
    bytes begin with (64 KiB, or all of them); leave it away before keeping many items.

    ``capture`` is set for what was captured from the web: its URL and time. A capture file is an item itself,
    as it is stored, before what is in it, and so is mail before its attachments; ``holds`` then names the
    format (``warc``, ``arc``, ``har``, ``mhtml``, ``mbox``, ``message``).
    """

    exhibit: str
    path: str
    container: str
    size: int | None
    open: Callable[[], Stream]
    file: Path | None
    beside: tuple[tuple[str, Callable[[], Stream]], ...] = ()
    record: FileRecord = _NO_RECORD
    head: bytes | None = field(default=None, repr=False, compare=False)
    capture: Capture | None = None
    holds: str | None = None

    @property
    def in_capture(self) -> bool:
        """Whether the item lies in a web capture, and so is an answer or a part of one."""
        return not CAPTURE_FORMS.isdisjoint(self.container.split(","))

    @property
    def mtime(self) -> datetime | None:
        """When the file was last written to; see ``record.local_times``."""
        return self.record.mtime

    @property
    def deleted(self) -> bool:
        """Whether the file was deleted and found by what the file system still names."""
        return self.record.deleted


Problem = Callable[[EvidenceProblem], None]


def items(
    exhibit_reference: str,
    location: Path,
    problem: Problem,
    limits: Limits | None = None,
    *,
    passphrases: Sequence[bytes] = (),
    check_hashes: bool = True,
) -> Iterator[Item]:
    """Yield the items of the exhibit at ``location``, a file or a folder, always in the same order.

    What can't be opened costs one ``problem`` and nothing else. Symbolic links are not followed inside a
    folder, and what is no regular file is never opened. ``passphrases`` are tried on encrypted volumes.
    Hashes that an image states are held against its content, which reads all of it, where ``check_hashes``.
    """
    search = _Search(exhibit_reference, problem, limits or Limits(), tuple(passphrases), check_hashes)
    place = location.resolve()
    if place.is_dir():
        yield from search.folder(place)
    else:
        yield from search.exhibit_file(place)
    yield from search.rest()


@dataclass(frozen=True)
class _Wrapped:
    """A file that may hold others: how to get at it, what it is called, and how deep it is wrapped.

    ``others`` are the further files of an image in several; ``head`` is what it begins with, where known.
    """

    opening: Opening
    path: str
    container: str
    size: int | None
    record: FileRecord
    depth: int = 0
    beside: tuple[tuple[str, Callable[[], Stream]], ...] = ()
    head: bytes | None = None
    others: tuple[Path, ...] = ()
    capture: Capture | None = None


@dataclass
class _Search:
    exhibit: str
    problem: Problem
    limits: Limits
    passphrases: tuple[bytes, ...]
    check_hashes: bool

    def __post_init__(self) -> None:
        self.disks = DiskSearch(self._tell, self.limits, self.passphrases)
        self.wholes: dict[str, Item] = {}  # images that something was found in, or may be in the end

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
            names = Names()
            for entry in entries:
                if text(entry.name) == entry.name:
                    names.unique(entry.name)
            folders = []
            sets, later = self._sets(folder, [entry.name for entry in entries])
            for entry in entries:
                if entry.name in later:
                    continue
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
                    yield from self.file(Path(entry.path), shown, sets.get(entry.name, ()))
                elif stat.S_ISLNK(mode):
                    (inside if _leads_inside(entry.path, root) else outside).append(shown)
                else:
                    special.append(shown)
            waiting.extend(reversed(folders))
        self._tell_many(
            outside, "warning", "symbolic links lead out of the exhibit or nowhere and were not followed"
        )
        self._tell_many(
            inside, "info", "symbolic links lead to other files of the exhibit, which are read there"
        )
        self._tell_many(special, "warning", "devices, FIFOs or sockets were not opened")

    def exhibit_file(self, file: Path) -> Iterator[Item]:
        """Yield the items of an exhibit that is one file, with the other files of its set beside it."""
        path = text(file.name)
        try:
            beside = sorted((entry.name for entry in file.parent.iterdir()), key=os.fsencode)
        except OSError:
            beside = [file.name]
        sets, _ = self._sets(file.parent, beside, file.name)
        others = sets.get(file.name, ())
        if others:
            self._tell(
                path,
                "warning",
                f"is one file of a set; {len(others)} more lie beside it and were read with it, but only "
                "this one's hash is recorded: add the folder that holds them all",
            )
        yield from self.file(file, path, others)

    def file(self, file: Path, path: str, others: tuple[Path, ...] = ()) -> Iterator[Item]:
        """Yield what a file holds; ``others`` are the further files of an image in several."""
        opening = Opening(file, self.limits)
        try:
            with closing(opening()) as stream:
                size = stream.length if hasattr(stream, "length") else None
            stated = file.stat()
        except OSError as error:
            self._tell(path, "error", f"can't be opened: {error.strerror or error}")
            return
        record = FileRecord(mtime=datetime.fromtimestamp(stated.st_mtime_ns // 1000 / 1e6, UTC))
        yield from self._unwrapped(_Wrapped(opening, path, "", size, record, others=others), Names())

    def rest(self) -> Iterator[Item]:
        """Yield the items of volumes that lie on several images of the exhibit."""
        yield from self._found_on_disks(self.disks.rest(), 1)
        for path in sorted(self.disks.unopened):
            yield self.wholes[path]

    def _sets(
        self, folder: Path, names: list[str], only: str | None = None
    ) -> tuple[dict[str, tuple[Path, ...]], set[str]]:
        """The files that make one image with another: by the first one's name; and the others' names."""
        sets: dict[str, tuple[Path, ...]] = {}
        later: set[str] = set()
        for name in names:
            if name in later or (only is not None and name != only) or not _FIRST_OF_SET.search(name):
                continue
            try:
                with closing(Opening(folder / name, self.limits)()) as stream:
                    head = stream.peek(HEAD_BYTES)
            except OSError:
                continue
            kind = image_format(head)
            if kind == "vmdk" and (named := extents(head)):
                wanted = {extent for _, _, extent, _ in named if extent}
                found = [other for other in names if other in wanted and other != name]
            elif kind in ("ewf", "raw"):
                found = [other for other in segment_names(name, kind, names) if other != name]
            else:
                found = []
            if found:
                sets[name] = tuple(folder / other for other in found)
                later.update(found)
        return sets, later

    def _unwrapped(self, wrapped: "_Wrapped", names: Names) -> Iterator[Item]:
        """Yield what a file holds: itself, or what can be unwrapped from it."""
        opening, path, container = wrapped.opening, wrapped.path, wrapped.container
        head = _head(opening) if wrapped.head is None else wrapped.head
        form = capture_format(head)
        if form is not None and wrapped.record.entry != "symlink":
            yield from self._captured(wrapped, form, head)
            return
        mail = mail_format(head)
        if mail is not None and wrapped.record.entry != "symlink":
            yield from self._mailed(wrapped, mail, head)
            return
        wrapping = compression(head) or archive(head)
        image = image_format(head) if wrapping is None else None
        if wrapping is None and image is None and is_utf16_text(head):
            wrapping = "utf-16"
            self._tell(path, "info", "is UTF-16 text, read as UTF-8: offsets count bytes of the UTF-8 text")
        elif wrapping == "tar" and identify(head, path) == "pgdump-tar":
            wrapping = None  # one dump, which its own tool reads as a whole
        whole = self._whole(wrapped, head)
        if (wrapping is None and image is None) or wrapped.record.entry == "symlink":
            yield whole
            return
        if wrapped.depth >= self.limits.depth:
            self._tell(
                path, "error", f"is wrapped more than {self.limits.depth} times and was not unwrapped further"
            )
            yield whole
            return
        if image is not None:
            disk = Disk(image, tuple((one.name, Opening(one, self.limits)) for one in wrapped.others))
            disk = replace(disk, files=((path.rpartition("/")[2], opening), *disk.files))
            found = self.disks.disk(disk, opening.file, path, container, check_hashes=self.check_hashes)
            opened = yield from self._found_on_disks(found, wrapped.depth + 1)
            if opened:
                self.wholes[path] = replace(whole, head=None)
            else:
                yield whole
            return
        inner = f"{container},{wrapping}" if container else str(wrapping)
        if wrapping in _ARCHIVES:
            members = self._members(opening, path, wrapping)
            if wrapping == "zip" and is_document(members):
                yield whole
                return
            if not members:
                self._tell(path, "info", "archive holds no file that can be opened")
                yield whole
            yield from self._archive(wrapped, members, inner, names)
        else:
            inside = opening.then(Unwrap(str(wrapping)))
            yield from self._unwrapped(
                replace(
                    wrapped,
                    opening=inside,
                    container=inner,
                    depth=wrapped.depth + 1,
                    head=None,
                    beside=(),
                    others=(),
                ),
                names,
            )

    def _whole(self, wrapped: "_Wrapped", head: bytes) -> Item:
        return Item(
            self.exhibit,
            wrapped.path,
            wrapped.container,
            wrapped.size,
            wrapped.opening,
            None if wrapped.opening.steps else wrapped.opening.file,
            wrapped.beside,
            wrapped.record,
            head[:HEAD_BYTES],
            wrapped.capture or saved_page(head),
        )

    def _captured(self, wrapped: "_Wrapped", form: str, head: bytes) -> Iterator[Item]:
        """Yield a web capture and what it holds: what was answered, each under its time and address."""
        opening, path, container = wrapped.opening, wrapped.path, wrapped.container
        yield replace(self._whole(wrapped, head), holds=form)
        if wrapped.depth >= self.limits.depth:
            self._tell(path, "error", f"is wrapped more than {self.limits.depth} times and was not opened")
            return

        def tell(severity: str, message: str) -> None:
            self._tell(path, severity, message)

        inner = ",".join(filter(None, (container, "gzip" if compression(head) else "", form)))
        deleted = FileRecord(deleted=wrapped.record.deleted, recovered=wrapped.record.recovered)
        # Digests are held against the bytes where the records are read (artefacts.captures).
        found = records(form, opening, self.limits, tell, check_digests=False)
        for name, record in record_names(found):
            if record.steps is None:
                continue
            inside = opening
            for step in record.steps:
                inside = inside.then(step)
            body = _Wrapped(
                inside,
                f"{path}/{name}",
                inner,
                record.size,
                deleted,
                wrapped.depth + 1,
                capture=record.capture,
            )
            yield from self._unwrapped(body, Names())

    def _mailed(self, wrapped: "_Wrapped", form: str, head: bytes) -> Iterator[Item]:
        """Yield mail as it is stored, and what was sent along with it."""
        yield replace(self._whole(wrapped, head), holds=form)
        if wrapped.depth >= self.limits.depth:
            self._tell(
                wrapped.path,
                "error",
                f"is wrapped more than {self.limits.depth} times; attachments were not read",
            )
            return

        def tell(severity: str, message: str) -> None:
            self._tell(wrapped.path, severity, message)

        record = FileRecord(deleted=wrapped.record.deleted, recovered=wrapped.record.recovered)
        names = Names()
        for attached in attachments(form, wrapped.opening, self.limits, tell):
            inside = wrapped.opening
            for step in attached.steps:
                inside = inside.then(step)
            path = names.unique(f"{wrapped.path}/{attached.name}")
            container = ",".join(filter(None, (wrapped.container, form)))
            yield from self._unwrapped(
                _Wrapped(inside, path, container, attached.size, record, wrapped.depth + 1), Names()
            )

    def _found_on_disks(self, found: Generator[Found, None, bool], depth: int) -> Generator[Item, None, bool]:
        """Yield the items in the files on a disk; files beside a database in the same folder go with it."""
        waiting: list[Found] = []
        folder = None
        while True:
            try:
                one = next(found)
            except StopIteration as end:
                opened: bool = end.value
                break
            if one.path.rpartition("/")[0] != folder or len(waiting) >= _FOLDER_TOGETHER:
                yield from self._folder_of_disk(waiting, depth)
                waiting, folder = [], one.path.rpartition("/")[0]
            waiting.append(one)
        yield from self._folder_of_disk(waiting, depth)
        return opened

    def _folder_of_disk(self, files: list[Found], depth: int) -> Iterator[Item]:
        by_path = {one.path: one.opening for one in files}
        for one in files:
            beside = tuple(
                (suffix, by_path[one.path + suffix]) for suffix in _BESIDE if one.path + suffix in by_path
            )
            wrapped = _Wrapped(
                one.opening, one.path, one.container, one.size, one.record, depth, beside, one.head
            )
            yield from self._unwrapped(wrapped, Names())

    def _members(self, opening: Opening, path: str, kind: str) -> list[Listed]:
        def tell(severity: str, message: str) -> None:
            self._tell(path, severity, message)

        if kind == "7z":
            return list(sevenzip_members(opening, self.limits, tell))
        if kind in ("tar", "cpio"):
            listed = tar_members if kind == "tar" else cpio_members
            with closing(opening()) as stream:
                return list(listed(stream, self.limits, tell))
        with self._seekable(opening) as file:
            return zip_members(file, self.limits, tell)

    def _seekable(self, opening: Opening) -> IO[bytes]:
        if not opening.steps:
            return io.BufferedReader(io.FileIO(open_regular(opening.file)))
        with closing(opening()) as stream:
            return seekable(stream)

    def _archive(
        self, wrapped: "_Wrapped", members: list[Listed], container: str, names: Names
    ) -> Iterator[Item]:
        opening, path = wrapped.opening, wrapped.path
        by_name = {member.name: member for member in members}
        if self.check_hashes and PACKAGE in by_name:
            inside_of = {name: _opening(opening, member) for name, member in by_name.items()}
            check_package(inside_of, lambda severity, message: self._tell(path, severity, message))
        for member in members:
            beside = tuple(
                (suffix, _opening(opening, other))
                for suffix in _BESIDE
                if (other := by_name.get(member.name + suffix)) is not None
            )
            record = FileRecord(
                mtime=member.modified,
                local_times=member.local_time,
                deleted=wrapped.record.deleted,
                recovered=wrapped.record.recovered,
            )
            inside = _Wrapped(
                _opening(opening, member),
                names.unique(f"{path}/{text(member.name)}"),
                container,
                member.step.stored,
                record,
                wrapped.depth + 1,
                beside,
            )
            yield from self._unwrapped(inside, names)

    def _tell(self, path: str, severity: str, message: str) -> None:
        self.problem(EvidenceProblem(self.exhibit, path, severity, message))

    def _tell_many(self, paths: list[str], severity: str, message: str) -> None:
        if paths:
            self._tell(paths[0], severity, f"{len(paths)} {message}; this is the first")


def _head(opening: Opening) -> bytes:
    with closing(opening()) as stream:
        head = stream.peek(HEAD_BYTES)
        if len(head) == HEAD_BYTES and not any(head):
            head = stream.peek(HEAD_BYTES + 4096)  # Btrfs begins its description there
    return head


def _opening(archive_opening: Opening, member: Listed) -> Opening:
    for step in member.before:
        archive_opening = archive_opening.then(step)
    return archive_opening.then(member.step)


def _leads_inside(link: str, root: Path) -> bool:
    try:
        return Path(link).resolve().is_relative_to(root)
    except (OSError, RuntimeError):  # a loop of links leads nowhere
        return False
