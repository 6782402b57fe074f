"""Web captures as they are opened: WARC, ARC, HAR and MHTML hold pages as an archive holds files.

A *record* is one entry of such a file: a response with its URL and time, or something that is told of it (a
request, what the crawler was). Records that have a body become items; `record_names` gives each its name
inside of the capture, made of time and URL, so that the item and who reads the capture call it the same.
"""

import hashlib
import re
import zlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import quote

from stocktake.evidence.names import Names, text
from stocktake.evidence.opening import Limits, Opening, Step

# Faults of single records that are told one by one; of the rest the number is.
MOST_TOLD = 20
LONGEST_NAME = 240
CAPTURE_FORMS = frozenset(("warc", "arc", "har", "mhtml"))

Tell = Callable[[str, str], None]

_WARC = re.compile(rb"WARC/\d{1,2}\.\d{1,2}\r?\n")
_ARC = re.compile(rb"filedesc:[^\r\n]{0,4000} \d{8,17} \S{1,200} -?\d{1,18}\r?\n")
_HAR = re.compile(
    rb'(?:\xef\xbb\xbf)?\s{0,64}\{\s{0,64}"log"\s{0,64}:\s{0,64}\{(?s:.{0,60000}?)"(?:creator|entries|pages|browser)"'
)
_SAFE = "/?&=:;@!$'()*+,.~-_[]"


@dataclass(frozen=True)
class Capture:
    """Where and when something was captured, as the capture states it.

    ``at`` is UTC, None where it is not stated. ``status`` is HTTP's, ``media_type`` what the server said.
    """

    url: str
    at: datetime | None = None
    status: int | None = None
    media_type: str = ""

    @property
    def is_page(self) -> bool:
        """Whether the server called it a page of HTML."""
        return self.media_type in ("text/html", "application/xhtml+xml")


@dataclass(frozen=True)
class Record:
    """One entry of a capture file.

    ``offset`` and ``length`` are bytes of the file as it is stored, where the entry has a range of its own
    there: for a WARC packed record by record, of the packed record. ``steps`` lead from the file's opening to
    the body, ``None`` where there is none; ``size`` is the body's length as kept. ``digest`` is ``agrees``,
    ``differs``, or empty where none was stated or none checked. ``note`` says what is wrong with the entry.
    """

    kind: str
    capture: Capture
    offset: int | None = None
    length: int | None = None
    steps: tuple[Step, ...] | None = None
    size: int | None = None
    record_id: str = ""
    ip: str = ""
    digest: str = ""
    note: str = ""


def capture_format(head: bytes) -> str | None:
    """``warc``, ``arc``, ``har`` or ``mhtml`` where ``head`` (64 KiB) begins one; packed by gzip too."""
    if head[:3] == b"\x1f\x8b\x08":
        try:
            inner = zlib.decompressobj(31).decompress(head[: 1 << 14], 1 << 14)
        except zlib.error:
            return None
        return "warc" if _WARC.match(inner) else "arc" if _ARC.match(inner) else None
    if _WARC.match(head):
        return "warc"
    if _ARC.match(head):
        return "arc"
    if head[:1] in b"{ \t\r\n\xef" and _HAR.match(head):
        return "har"
    from stocktake.evidence import mhtml

    return "mhtml" if mhtml.is_mhtml(head) else None


def records(
    form: str, opening: Opening, limits: Limits, tell: Tell, *, check_digests: bool = True
) -> Iterator[Record]:
    """Yield the entries of the capture of that format that ``opening`` leads to, in their order.

    ``tell`` takes (severity, message) for what can't be read, or does not agree with what is stated of it.
    """
    from stocktake.evidence import har, mhtml, warc

    if form in ("warc", "arc"):
        yield from warc.records(form, opening, limits, tell, check_digests=check_digests)
    elif form == "har":
        yield from har.records(opening, limits, tell)
    else:
        yield from mhtml.records(opening, limits, tell)


def record_names(found: Iterable[Record]) -> Iterator[tuple[str, Record]]:
    """Name the records that have a body; the names of all others are empty."""
    names = Names()
    for record in found:
        yield (names.unique(_name(record.capture)) if record.steps is not None else ""), record


def _name(capture: Capture) -> str:
    """``20250620T101112Z/host/path?query``: safe as a path, and never one that leads out."""
    at = f"{capture.at:%Y%m%dT%H%M%SZ}" if capture.at else "undated"
    shown = re.sub(r"^[A-Za-z][A-Za-z0-9+.-]*://", "", capture.url).lstrip("/")
    quoted = quote(shown, safe="%" + _SAFE, errors="backslashreplace")
    parts = ["%2e" * len(part) if part in (".", "..") else part for part in quoted.split("/")]
    name = "/".join(parts) or "unnamed"
    if len(name) > LONGEST_NAME:
        name = f"{name[:LONGEST_NAME]}~{hashlib.sha256(name.encode()).hexdigest()[:16]}"
    return text(f"{at}/{name}")


class Faults:
    """Tells faults of single records, the first ones each and the others by their number."""

    def __init__(self, tell: Tell) -> None:
        self._tell = tell
        self._told = 0
        self._kinds: dict[tuple[str, str], int] = {}

    def fault(self, severity: str, what: str, of: str) -> None:
        """Tell that ``what`` is wrong with the record ``of``."""
        self._told += 1
        if self._told <= MOST_TOLD:
            self._tell(severity, f"{of}: {what}")
        else:
            self._kinds[severity, what] = self._kinds.get((severity, what), 0) + 1

    def rest(self) -> None:
        """Tell how many there were beyond the first ones."""
        for (severity, what), number in list(self._kinds.items())[:MOST_TOLD]:
            self._tell(severity, f"{number} more records: {what}")


_STATED_TIME = re.compile(
    r"(\d{4})(?:-?(\d\d)(?:-?(\d\d)(?:[T ]?(\d\d):?(\d\d)(?::?(\d\d)(?:\.(\d{1,9}))?)?)?)?)?"
    r"\s*(Z|[+-]\d\d:?\d\d)?"
)


def stated_time(stated: str) -> datetime | None:
    """A time as captures state it (ISO 8601, or its 4 to 14 digits); without a zone it is UTC."""
    found = _STATED_TIME.match(stated.strip())
    if not found:
        return None
    year, month, day, hour, minute, second, fraction, zone = found.groups()
    text = (
        f"{year}-{month or '01'}-{day or '01'}T{hour or '00'}:{minute or '00'}:{second or '00'}"
        f".{(fraction or '0')[:6]:0<6}{zone if zone and zone != 'Z' else '+00:00'}"
    )
    try:
        return datetime.fromisoformat(text).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


_SAVED_BY = re.compile(
    rb"<!--\s{0,20}saved from url=\(\d{4}\)(?P<url>[^\s<>]{1,4000}?)\s*-->"
    rb"|<!--\s{0,20}Page saved with SingleFile\s{1,20}url:\s{0,20}(?P<single>[^\s<>]{1,4000})"
    rb"\s{1,20}saved date:\s{0,20}(?P<saved>[^\r\n(]{1,80})"
    rb"|<!--\s{0,20}Mirrored from (?P<mirrored>[^\s<>]{1,4000}) by HTTrack[^>]{0,200}?,\s{1,4}"
    rb"(?P<at>[A-Z][a-z]{2}, \d{1,2} [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d GMT)"
)


def saved_page(head: bytes) -> Capture | None:
    """What a page that a browser or mirroring tool saved says of itself; None where it says nothing.

    Read are the marks of Chromium and Internet Explorer (``saved from url``), SingleFile and HTTrack. Times
    are taken where the mark states a zone.
    """
    start = head[:4096]
    if b"<!--" not in start:
        return None
    found = _SAVED_BY.search(head[: 1 << 14])
    if found is None:
        return None
    url = found["url"] or found["single"] or found["mirrored"]
    if found["mirrored"] and b"://" not in url:
        url = b"http://" + url
    if url.startswith(b"about:"):
        return None
    at = None
    if found["saved"]:
        at = _zoned(found["saved"].decode("ascii", "replace"), "%a %b %d %Y %H:%M:%S GMT%z")
    elif found["at"]:
        at = _zoned(
            found["at"].decode("ascii", "replace").replace("GMT", "+0000"), "%a, %d %b %Y %H:%M:%S %z"
        )
    return Capture(text(url.decode("utf-8", "backslashreplace")), at, None, "text/html")


def _zoned(stated: str, form: str) -> datetime | None:
    try:
        return datetime.strptime(stated.strip(), form).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
