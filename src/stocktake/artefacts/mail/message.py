"""One message (RFC 5322, MIME: RFC 2045 to 2049) to rows, by Python's ``email``, whatever it holds."""

import hashlib
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.headerregistry import HeaderRegistry
from email.message import Message
from email.utils import getaddresses, parsedate_to_datetime
from functools import lru_cache
from html.parser import HTMLParser
from ipaddress import ip_address
from typing import Any

from stocktake.artefacts.gathering import Gathering, utc
from stocktake.artefacts.keys.openpgp import recipients

MOST_BYTES = 64 << 20  # of one message
_MOST_TEXT = 4 << 20  # of a body that is kept
_MOST_PARTS = 1000
_MOST_PEOPLE = 2000
_DEEPEST = 50
_MOST_CONTAINERS = 200

_CONTAINER = re.compile(rb"^content-type:\s*(?:multipart|message)/", re.IGNORECASE | re.MULTILINE)
_IN_BRACKETS = re.compile(r"\[(?:IPv6:)?([0-9A-Fa-f.:]{3,45})\]|\(([0-9A-Fa-f.:]{7,45})\)")
_BY = re.compile(r"\bby ([A-Za-z0-9._-]{1,253})")
_ROLES = {"From": "from", "To": "to", "Cc": "cc", "Bcc": "bcc", "Reply-To": "reply-to", "Sender": "sender"}

# Headers of free text, which the library takes apart word by word to put the same together again.
_FREE = {
    "received", "return-path", "delivered-to", "x-original-to", "references", "in-reply-to", "subject",
    "user-agent", "x-mailer", "x-originating-ip",
}  # fmt: skip
_registry = HeaderRegistry()


@lru_cache(8192)
def _parsed(name: str, value: str) -> Any:
    """What the library makes of a header; in a mail box the same ones come again and again."""
    if name.lower() in _FREE and value.isascii() and "=?" not in value:
        return value
    return _registry(name, value)


_POLICY = policy.default.clone(header_factory=_parsed)


def add(
    raw: bytes, number: int, rows: Gathering, *, file: str | None = None, via: str = "", **known: Any
) -> None:
    """Rows of one message, the ``number``-th of its unit.

    ``known`` are columns that its container states, ``via`` a Received header that it would have had.
    """
    place = {key: known.pop(key) for key in ("_offset", "_length") if key in known}
    if len(raw) > MOST_BYTES or len(_CONTAINER.findall(raw)) > _MOST_CONTAINERS:
        told = "a message is cut where it is too long or too deep to be read whole"
        rows.unit.problem(told, offset=place.get("_offset"), length=place.get("_length"))
        raw = _shortened(raw)
    try:
        message = message_from_bytes(raw, policy=_POLICY)
    except Exception:  # of many kinds; the headers are then read without the body
        rows.unit.problem("a message can't be taken apart; its headers are kept", offset=place.get("_offset"))
        message = message_from_bytes(raw.partition(b"\n\n")[0] + b"\n\n", policy=_POLICY)
    body, kind = _body(message)
    encrypted = list(recipients(body or ""))
    attachments = 0
    for name, media_type, content in _attachments(message):
        attachments += 1
        encrypted += recipients(content) if b"-----BEGIN PGP MESSAGE" in content else []
        rows.add(
            "mail_attachments", message=number, name=name, type=media_type, size=len(content),
            sha256=hashlib.sha256(content).hexdigest(), file=file, **place,
        )  # fmt: skip
    recorded = _header(message, "Date")
    at, zone = _moment(recorded)
    received = _all(message, "Received")
    row = {
        "message_id": _id(_header(message, "Message-ID")),
        "date_recorded": recorded, "at": at, "zone_minutes": zone,
        "received_at": _moment((received[0].rpartition(";")[2] if received else "").strip())[0],
        **_hops(received),
        "from_": _header(message, "From"), "to_": _header(message, "To"), "cc": _header(message, "Cc"),
        "bcc": _header(message, "Bcc"), "reply_to": _header(message, "Reply-To"),
        "envelope_from": _header(message, "Return-Path"),
        "envelope_to": _header(message, "Delivered-To") or _header(message, "X-Original-To"),
        "subject": _header(message, "Subject"), "in_reply_to": _id(_header(message, "In-Reply-To")),
        "references_": _header(message, "References"), "received_ips": _addresses(message, [via, *received]),
        "software": _header(message, "User-Agent") or _header(message, "X-Mailer"),
        "body": body, "body_type": kind, "encrypted_to": " ".join(dict.fromkeys(encrypted)) or None,
        "attachments": attachments, "file": file,
    }  # fmt: skip
    rows.add("mail_messages", **(row | {k: v for k, v in known.items() if v is not None}), **place)
    for header, role in _ROLES.items():
        for name, address in _people(message, header):
            rows.add(
                "mail_participants", message=number, role=role, address=address, name=name or None, **place
            )


def _shortened(raw: bytes) -> bytes:
    """The head of a message, and as much of its body as is read."""
    cut = raw[: 1 << 20]
    found = [match.start() for match in _CONTAINER.finditer(cut)]
    if len(found) > _MOST_CONTAINERS:
        cut = cut[: found[_MOST_CONTAINERS]]
    return cut[: cut.rfind(b"\n") + 1]


def _header(message: Message, name: str) -> str | None:
    found = _all(message, name)
    return found[0] if found else None


def _all(message: Message, name: str) -> list[str]:
    """Every header of the name, decoded where it can be, else as it stands."""
    found = []
    for one, raw in message.raw_items():
        if one.lower() != name.lower():
            continue
        try:
            # a date that it can't read the library gives as nothing
            value = str(raw if name == "Date" else message.policy.header_fetch_parse(one, raw))
        except Exception:  # malformed headers make the library fail in many ways
            value = str(raw)
        found.append(
            " ".join(value.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace").split())
        )
    return found


def _moment(recorded: str | None) -> tuple[datetime | None, int | None]:
    """A date as UTC, and its zone in minutes; without a zone it is taken as UTC (RFC 5322: -0000)."""
    if not recorded:
        return None, None
    try:
        stated = parsedate_to_datetime(recorded[:200])
        offset = stated.utcoffset()
        if offset is None:
            return stated, None
        return utc(stated.astimezone(UTC)), int(offset.total_seconds() // 60)
    except (ValueError, TypeError, OverflowError, IndexError):
        return None, None


def _hops(received: list[str]) -> dict[str, Any]:
    """Which host wrote the newest Received header, and which other host the newest of its own, and when."""
    by = [found[1].lower() if (found := _BY.search(line)) else None for line in received[:50]]
    if not by or by[0] is None:
        return {}
    for host, line in zip(by[1:], received[1:], strict=False):
        if host not in (None, by[0], "localhost"):
            at = _moment(line.rpartition(";")[2].strip())[0]
            return {"received_by": by[0], "handed_on_by": host, "handed_on_at": at}
    return {"received_by": by[0]}


def _id(text: str | None) -> str | None:
    found = re.search(r"<([^<>\s]{1,998})>", text or "")
    return found[1] if found else (text or "").strip() or None


def _people(message: Message, header: str) -> Iterator[tuple[str, str]]:
    values = [value for value in _all(message, header) if value]
    try:
        pairs = getaddresses(values, strict=False)
    except TypeError:  # Pythons before the parameter
        pairs = getaddresses(values)
    except Exception:
        return
    for name, address in pairs[:_MOST_PEOPLE]:
        if re.fullmatch(r"[^\s@<>\"]{1,254}@[^\s@<>\"]{1,253}", address):
            yield name, address


def _addresses(message: Message, received: list[str]) -> str | None:
    """The IP addresses that the message came through, newest first, and the one that a web mail states."""
    told = [*received, *(f"[{one.strip('[] ')}]" for one in _all(message, "X-Originating-IP"))]
    found = []
    for line in told:
        for pair in _IN_BRACKETS.findall(line):
            try:
                found.append(str(ip_address(pair[0] or pair[1])))
            except ValueError:
                continue
    return " ".join(dict.fromkeys(found)) or None


def _parts(message: Message) -> Iterator[Message]:
    """The parts that are no containers, in order; messages inside are parts as a whole."""
    waiting = [(message, 0)]
    given = 0
    while waiting and given < _MOST_PARTS:
        part, depth = waiting.pop(0)
        inner = part.get_payload()
        if part.get_content_maintype() == "multipart" and isinstance(inner, list) and depth < _DEEPEST:
            waiting = [(one, depth + 1) for one in inner if isinstance(one, Message)] + waiting
            continue
        given += 1
        yield part


def _body(message: Message) -> tuple[str | None, str | None]:
    """The text that a reader sees: plain where there is one, else HTML without its markup."""
    html: str | None = None
    for part in _parts(message):
        if _is_attached(part):
            continue
        kind = part.get_content_type()
        if kind == "text/plain":
            return _text(part), "plain"
        if kind == "text/html" and html is None:
            html = _without_markup(_text(part))
    return html, "html" if html is not None else None


def _is_attached(part: Message) -> bool:
    try:
        return part.get_content_disposition() == "attachment"
    except Exception:  # a header that the library can't read
        return False


def _text(part: Message) -> str:
    content = _content(part)[:_MOST_TEXT]
    try:
        charset = part.get_content_charset() or "utf-8"
        return content.decode("utf-8" if charset == "us-ascii" else charset, "backslashreplace")
    except (LookupError, ValueError, TypeError):  # no such character set
        return content.decode("utf-8", "backslashreplace")
    except Exception:  # a header that the library can't read
        return content.decode("latin-1")


def _content(part: Message) -> bytes:
    try:
        inner = part.get_payload(decode=True)
        if isinstance(inner, bytes):
            return inner
        whole = part.get_payload()
        return b"\n".join(one.as_bytes(policy=policy.compat32) for one in whole if isinstance(one, Message))
    except Exception:  # a part that the library can't decode or write
        return b""


def _attachments(message: Message) -> Iterator[tuple[str | None, str, bytes]]:
    seen_text = False
    for part in _parts(message):
        kind = part.get_content_type()
        try:
            name = part.get_filename()
        except Exception:  # a header that the library can't read
            name = None
        if kind in ("text/plain", "text/html") and not name and not _is_attached(part):
            seen_text = True
            continue
        if kind == "multipart/mixed" and not seen_text and not part.get_payload():
            continue
        yield name[:500] if name else None, kind, _content(part)


class _Stripper(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.pieces: list[str] = []
        self._hidden = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        del attrs
        if tag in ("script", "style", "head"):
            self._hidden += 1
        elif tag in ("br", "p", "div", "tr", "li", "h1", "h2", "h3", "blockquote"):
            self.pieces.append("\n")

    def handle_endtag(self, tag: str) -> None:
        if tag in ("script", "style", "head") and self._hidden:
            self._hidden -= 1

    def handle_data(self, data: str) -> None:
        if not self._hidden:
            self.pieces.append(data)


def _without_markup(html: str) -> str:
    stripper = _Stripper()
    try:
        stripper.feed(html[: 1 << 20])
        stripper.close()
    except Exception:  # the parser gives up on some malformed declarations
        return html
    lines = (" ".join(line.split()) for line in "".join(stripper.pieces).splitlines())
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()
