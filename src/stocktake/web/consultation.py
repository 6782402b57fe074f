"""The record of who looked at what, and why: one ledger entry a page that shows people's data.

Data Protection Act 2018, section 62(1)(c) and (2): logs of consultation, with the justification, date and
time, and as far as possible the identity of the person who consulted. The entry is written before the
page is answered: what can't be recorded is not shown.
"""

from collections.abc import Iterable
from typing import Any

from stocktake.case import Case
from stocktake.custody import ledger
from stocktake.web.session import Session


def record(
    case: Case, session: Session, page: str, query: dict[str, str], ids: Iterable[str] = (), **facts: Any
) -> None:
    """Record that ``session`` looks at ``page``: what it asked for and the ids that it is shown."""
    shown = list(ids)
    details: dict[str, Any] = {"by": "serve", "session": session.number, "page": page}
    if query:
        details["query"] = query
    if shown:
        details["ids"] = shown
    if session.name:
        details["name"] = session.name
    ledger.record(case, "consultation", details | facts, reason=session.reason)
