"""The web application: its addresses, and what stands between them and whoever asks."""

import logging
from collections.abc import Callable, Mapping
from pathlib import Path
from zoneinfo import ZoneInfo

from starlette.applications import Starlette
from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from stocktake.case import Case
from stocktake.errors import UserError
from stocktake.web.data import ChangingError, Tables, TooSlowError
from stocktake.web.pages import accounts, exhibits, held, items, listings, orders, overview, reading, why
from stocktake.web.pages.subject import UnknownIdError
from stocktake.web.respond import Desk, desk, page, session, templates, trouble
from stocktake.web.session import COOKIE, Door
from stocktake.web.table import BadRequestError

_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
    "connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'; "
    "require-trusted-types-for 'script'",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), browsing-topics=()",
    "X-Robots-Tag": "noindex",
}
_LONGEST_FORM = 8 << 10

_NO_SESSION = (
    "These pages open only through the login link that “stocktake serve” printed in its terminal. "
    "A link works once. For a new one press Enter in that terminal, or start “stocktake serve” again."
)


def application(
    case: Case, token: str, *, door: Door | None = None, announce: Callable[[str], None] | None = None
) -> Starlette:
    """The pages of ``case``, for whoever brings ``token`` to ``/login?token=…``, once.

    ``door`` lets the caller give out further tokens; ``announce`` hears one line for each page that fails.
    """
    door = door or Door()
    door.admit(token)
    tables = Tables(case)
    zone = ZoneInfo(case.settings.time_zone)
    app = Starlette(
        routes=[
            Route("/login", login),
            Route("/session", state_reason, methods=["POST"]),
            Route("/leave", leave, methods=["POST"]),
            Route("/", overview.overview),
            Route("/orders", orders.table),
            Route("/orders.csv", orders.download),
            Route("/order", orders.order),
            Route("/accounts", accounts.table),
            Route("/accounts.csv", accounts.download),
            Route("/account", accounts.account),
            Route("/files", items.table),
            Route("/files.csv", items.download),
            Route("/listings", listings.table),
            Route("/listings.csv", listings.download),
            Route("/listing", listings.listing),
            Route("/problems", reading.problems),
            Route("/problems.csv", reading.download_problems),
            Route("/completeness", reading.completeness),
            Route("/held", held.held_back),
            Route("/exhibits", exhibits.exhibits),
            Route("/why", why.why),
            Route("/why/bytes", why.row_bytes),
            Mount("/static", StaticFiles(directory=Path(__file__).parent / "static")),
        ],
        middleware=[Middleware(_Guard)],
        exception_handlers=_HANDLERS,
    )
    app.state.desk = Desk(case, tables, door, templates(case, zone), zone, announce or (lambda _: None))
    return app


class _Guard:
    """Headers on every answer; nothing for another host's name, nothing but the door without a session."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in _HEADERS.items():
                    headers[name] = value
                headers["Cache-Control"] = "no-store"
            await send(message)

        request = Request(scope)
        refusal = _refusal(request)
        await (refusal or self._app)(scope, receive, send_guarded)


def _refusal(request: Request) -> Response | None:
    """What to answer instead, where a request may not go on; where it may, its state has the session."""
    origin = _own_origin(request)
    if origin is None:
        return PlainTextResponse("This server answers only under its own loopback address.\n", 400)
    if request.method not in ("GET", "HEAD") and not _from_own_page(request, origin):
        return PlainTextResponse("A form of another site may not be sent here.\n", 403)
    if request.url.path == "/login" or request.url.path.startswith("/static/"):
        return None
    found = desk(request).door.session(request.cookies.get(_cookie_name(request)))
    if found is None:
        return trouble(request, 403, "Not logged in", _NO_SESSION)
    request.state.session = found
    return None


def _own_origin(request: Request) -> str | None:
    """The origin that the Host header names, if it is this server's own: a page elsewhere whose name was
    pointed at this machine (DNS rebinding) brings another."""
    host = request.headers.get("host", "").lower()
    _, port = request.scope.get("server") or (None, None)
    suffix = f":{port}"
    if port is not None and host in {f"127.0.0.1{suffix}", f"localhost{suffix}", f"[::1]{suffix}"}:
        return f"http://{host}"
    return None


def _from_own_page(request: Request, origin: str) -> bool:
    """Whether a form was sent from one of these pages. SameSite alone lets another port of this machine in.

    Browsers say it in Sec-Fetch-Site; their Origin is null, since no page here gives a referrer.
    """
    said = request.headers.get("sec-fetch-site")
    return said == "same-origin" if said else request.headers.get("origin", origin) == origin


def _cookie_name(request: Request) -> str:
    """Cookies do not tell ports apart, so two served cases need names of their own."""
    return f"{COOKIE}_{(request.scope.get('server') or (None, 0))[1]}"


def login(request: Request) -> Response:
    """Use the token of a login link up, and open a session."""
    token = request.query_params.get("token", "")
    if request.method == "HEAD":  # a look ahead by some program must not use the link up
        return Response(status_code=200)
    opened = desk(request).door.enter(token)
    if opened is None:
        return trouble(request, 403, "This login link does not work", _NO_SESSION)
    response = RedirectResponse("/", 303)
    response.set_cookie(_cookie_name(request), opened.key, httponly=True, samesite="strict", path="/")
    return response


async def state_reason(request: Request) -> Response:
    """Take down who looks and why, for the ledger entries of this session."""
    if int(request.headers.get("content-length") or _LONGEST_FORM + 1) > _LONGEST_FORM:
        raise BadRequestError("What was sent is too long, or its length is not stated.")
    async with request.form(max_files=0, max_fields=4) as form:
        name, reason = str(form.get("name", "")).strip(), str(form.get("reason", "")).strip()
    if len(name) > 100 or len(reason) > 500:
        raise BadRequestError("A name may have 100 characters, a reason 500.")
    looker = session(request)
    looker.name, looker.reason, looker.asked = name, reason, True
    return RedirectResponse("/", 303)


def leave(request: Request) -> Response:
    """End the session."""
    desk(request).door.leave(session(request))
    request.state.session = None
    response = page(request, "trouble.html", title="Logged out", message=_NO_SESSION)
    response.delete_cookie(_cookie_name(request))
    return response


def _bad_request(request: Request, error: Exception) -> Response:
    return trouble(request, 400, "This can't be asked for", str(error))


def _unknown(request: Request, error: Exception) -> Response:
    return trouble(request, 404, "Not in this case", str(error))


def _not_now(request: Request, error: Exception) -> Response:
    return trouble(request, 503, "This can't be shown now", str(error))


def _too_slow(request: Request, _: Exception) -> Response:
    return trouble(
        request, 503, "This took too long",
        "The question was stopped because it took longer than a page may. Narrow the filter and ask again.",
    )  # fmt: skip


def _changing(request: Request, _: Exception) -> Response:
    return trouble(
        request, 503, "The case is being processed",
        "Its tables were exchanged while this page was read. Load the page again when processing has ended.",
    )  # fmt: skip


def _by_status(request: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else 500
    titles: Mapping[int, tuple[str, str]] = {
        404: ("No such page", "There is no page under this address."),
        405: ("Not allowed", "This address can't be asked in this way."),
    }
    unknown = ("This can't be answered", "The request is not one that can be answered.")
    title, message = titles.get(status, unknown)
    return trouble(request, status, title, message)


def _failed(request: Request, error: Exception) -> Response:
    logging.getLogger(__name__).debug("%s failed", request.url.path, exc_info=error)
    desk(request).announce(f"The page {request.url.path} failed: {type(error).__name__}: {error}")
    return trouble(
        request, 500, "This page failed",
        "Something went wrong while this page was made. The terminal of “stocktake serve” says what.",
    )  # fmt: skip


_HANDLERS = {
    BadRequestError: _bad_request,
    UnknownIdError: _unknown,
    UserError: _not_now,
    TooSlowError: _too_slow,
    ChangingError: _changing,
    HTTPException: _by_status,
    Exception: _failed,
}
