"""What every page does: reach the case, draw a template, answer plainly where something is wrong."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from stocktake.case import Case
from stocktake.web import consultation
from stocktake.web import format as shown
from stocktake.web.data import Tables
from stocktake.web.session import Door, Session


@dataclass(frozen=True)
class Desk:
    """What the pages of one served case share."""

    case: Case
    tables: Tables
    door: Door
    templates: Environment
    zone: ZoneInfo
    announce: Callable[[str], None]


def desk(request: Request) -> Desk:
    """The shared things of the case that is served."""
    found: Desk = request.app.state.desk
    return found


def session(request: Request) -> Session:
    """The session that the request came in by; only for pages behind the door."""
    found: Session = request.state.session
    return found


def templates(case: Case, zone: ZoneInfo) -> Environment:
    """The template environment: everything is escaped, and no character of evidence is unseen."""
    environment = Environment(
        loader=PackageLoader("stocktake.web"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        # Text that no filter took care of: its unseen characters are written out, then it is escaped.
        finalize=lambda value: (
            shown.visible_text(value) if isinstance(value, str) and not isinstance(value, Markup) else value
        ),
    )
    environment.filters |= {
        "money": shown.money,
        "number": shown.number,
        "size": shown.size,
        "month": shown.month_name,
        "moment": lambda value: shown.moment(value, zone),
        "shown": shown.visible,
        "cell": lambda value: shown.visible(value, shown.CELL),
        "exact": escape,  # for attributes that are sent back as they came
        "query": shown.with_query,
    }
    environment.globals |= {"case": case.settings, "id_address": id_address}
    return environment


_PAGES = {"order": "/order", "account": "/account", "listing": "/listing"}


def id_address(identifier: str) -> str:
    """The page that shows most about an id: its own where its kind has one, else where it comes from."""
    kind = identifier.partition(":")[0]
    return shown.with_query(_PAGES.get(kind, "/why"), {"id": identifier})


def page(request: Request, template: str, status: int = 200, **context: Any) -> HTMLResponse:
    """Draw ``template``."""
    given = {"here": request.url.path, "session": getattr(request.state, "session", None)} | context
    text = desk(request).templates.get_template(template).render(given)
    return HTMLResponse(text, status)


def consulted(request: Request, query: dict[str, str], ids: list[str], **facts: Any) -> None:
    """Record the look that ``request`` is, before it is answered."""
    consultation.record(desk(request).case, session(request), request.url.path, query, ids, **facts)


def trouble(request: Request, status: int, title: str, message: str) -> Response:
    """A plain page that says in one sentence what is wrong."""
    return page(request, "trouble.html", status, title=title, message=message)
