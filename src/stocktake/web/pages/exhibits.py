"""What was seized, with its hashes, and the end of the ledger."""

import json
from collections import deque
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from stocktake.case import Case
from stocktake.commerce.tables import read_manifest
from stocktake.custody import exhibit, ledger
from stocktake.web.format import moment, size
from stocktake.web.respond import desk, page

LATEST = 50


def exhibits(request: Request) -> Response:
    """The exhibits and the ledger's head and latest entries. No one's data is on it."""
    at = desk(request)
    latest = deque(ledger.entries(at.case), LATEST)
    return page(
        request,
        "exhibits.html",
        exhibits=[_drawn(at.case, each, request) for each in exhibit.exhibits(at.case)],
        head=ledger.head(at.case),
        entries=[
            {
                "line": entry.line,
                "at": entry.at,
                "actor": entry.actor,
                "action": entry.action,
                "reason": entry.reason,
                "detail": json.dumps(entry.detail, ensure_ascii=False),
            }
            for entry in reversed(latest)
        ],
    )


def _drawn(case: Case, each: exhibit.Exhibit, request: Request) -> dict[str, Any]:
    zone = desk(request).zone
    location = each.location(case)
    files = f" in {each.files:,} files" if each.kind == "folder" else ""
    facts = [
        ("Name", each.name),
        ("Kind", f"{each.kind}, {size(each.size)} ({each.size:,} bytes){files}"),
        ("Use", "list of intercepted parcels" if each.purpose == "parcels" else ""),
        ("Seized at", moment(each.seized_at, zone)),
        ("Seized at, as given", each.seized_at_recorded),
        ("Seized by", each.seized_by),
        ("Seized from", each.seized_from),
        ("Note", each.note),
        ("Taken in", moment(each.added, zone)),
        ("Bytes", ("copied into the case" if each.copied else f"referenced at {location}")
            + ("" if location.exists() else ", but not there now")),
    ]  # fmt: skip
    names = {"sha256": "SHA-256 of its manifest" if each.kind == "folder" else "SHA-256"}
    hashes = [
        (names.get(name, label), value)
        for name, label, value in (
            ("sha256", "SHA-256", each.sha256), ("md5", "MD5", each.md5), ("sha1", "SHA-1", each.sha1),
        )
        if value
    ]  # fmt: skip
    return {
        "reference": each.reference,
        "processed": read_manifest(case, each.reference) is not None,
        "facts": facts,
        "hashes": hashes,
    }
