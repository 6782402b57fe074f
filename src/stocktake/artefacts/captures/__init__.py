"""Web captures: WARC (and WACZ), ARC, HAR, MHTML, and pages that a browser saved, to what a shop offered.

`evidence` opens a capture file and makes an item of each answer in it. This family reads the pages among
them: listings, prices by quantity, reviews and vendors, by schema.org's structured data, by the markup of the
usual shop themes (``markup/``), and by selectors that an examiner gave (`taken_in`). Nothing in a page is run
or fetched.
"""

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import BinaryIO

from stocktake.artefacts import Group
from stocktake.evidence import Item
from stocktake.evidence.captures import capture_format, saved_page
from stocktake.records.raw import UnitWriter

SAVED_PAGE = "saved-page"
# What browsers call the folder that goes with a page, in the usual languages.
_FOLDER = re.compile(r"(?P<name>.+)(?:_files|_Dateien|_fichiers|_archivos|_bestanden|_file|_pliki|-filer)")
_HTML = re.compile(rb"(?is)\s{0,2000}(?:<!--.{0,2000}?-->\s{0,2000})?<(?:!doctype\s{1,20}html|html)\b")


def recognise(head: bytes, path: str) -> str | None:  # noqa: ARG001
    """One of warc, arc, har and mhtml, and ``saved-page`` where a page says that it was saved."""
    form = capture_format(head)
    if form is None and saved_page(head) is not None and _HTML.match(head):
        return SAVED_PAGE
    return form


def read(kind: str, stream: BinaryIO, item: Item, unit: UnitWriter) -> None:
    """Read one item of a kind that `recognise` gave."""
    from stocktake.artefacts.captures import reading, selectors

    own = [selectors.read(text, name, own=True) for text, name in unit.selectors]
    if kind == SAVED_PAGE:
        reading.read_page(stream, item, unit, own)
    else:
        reading.read_file(kind, item, unit, own)


def groups(items: Sequence[Item]) -> Iterator[Group]:
    """Pages that a browser saved with a folder of what belongs to them, though they do not say so."""
    folders = {
        f"{home}{named['name']}"
        for item in items
        for home, folder in _folders(item.path)
        if (named := _FOLDER.fullmatch(folder))
    }
    for item in items:
        name, _, ending = item.path.rpartition(".")
        if ending.lower() in ("htm", "html") and name in folders and item.capture is None and _is_page(item):
            yield Group(item.path, SAVED_PAGE, (item,))


def _folders(path: str) -> Iterator[tuple[str, str]]:
    """The folder that a path lies in: what stands before its name, and its name."""
    folder, slash, _ = path.rpartition("/")
    if slash:
        home, inner, name = folder.rpartition("/")
        yield f"{home}{inner}", name


def _is_page(item: Item) -> bool:
    try:
        stream = item.open()
    except OSError:
        return False
    with stream:
        return bool(_HTML.match(stream.peek(1 << 14)))


def read_group(group: Group, unit: UnitWriter, scratch: Path) -> None:
    """Groups of this family are single items, which `read` takes."""
    raise NotImplementedError(group.path)
