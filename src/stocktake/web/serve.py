"""``stocktake serve``: the pages on loopback until they are stopped."""

import errno
import select
import signal
import socket
import sys
from collections.abc import Callable
from contextlib import suppress
from threading import Event, Thread

import uvicorn

from stocktake.case import Case
from stocktake.errors import UserError
from stocktake.web.app import application
from stocktake.web.session import Door

HOST = "127.0.0.1"
DEFAULT_PORT = 8765


def serve(case: Case, port: int | None, announce: Callable[[str], None]) -> None:
    """Serve ``case`` on 127.0.0.1 until interrupted; ``announce`` gets the login link, a line at a time.

    Without a ``port`` it is 8765, or a free one where that is taken; a ``port`` that is given and can't be
    had is a UserError. On a terminal, Enter gives a new login link.
    """
    listening = _listen(port)
    address = f"http://{HOST}:{listening.getsockname()[1]}"
    door = Door()
    token = door.new_token()
    app = application(case, token, door=door, announce=announce)
    server = uvicorn.Server(
        uvicorn.Config(
            app,
            log_config=None,
            access_log=False,
            proxy_headers=False,
            server_header=False,
            lifespan="off",
            ws="none",
            limit_concurrency=100,
            timeout_graceful_shutdown=3,
        )
    )
    stopped = Event()
    announce(f"Case {case.settings.reference} is served on this machine only, at {address}")
    announce(f"Log in once with: {address}/login?token={token}")
    if sys.stdin is not None and sys.stdin.isatty():
        announce("Press Enter for a new login link, Ctrl-C to stop.")
        Thread(target=_give_links, args=(door, address, announce, stopped), daemon=True).start()
    else:
        announce("Ctrl-C stops it.")
    # uvicorn ends cleanly on either signal and then raises it again for its caller: both end here.
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        with suppress(KeyboardInterrupt):
            server.run(sockets=[listening])
    finally:
        signal.signal(signal.SIGTERM, before)
        stopped.set()
        listening.close()
        app.state.desk.tables.close()


def _listen(port: int | None) -> socket.socket:
    for wanted in (port,) if port is not None else (DEFAULT_PORT, 0):
        if not 0 <= wanted <= 65535:
            raise UserError(f"{wanted} is not a port: ports are numbers up to 65535.")
        listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listening.bind((HOST, wanted))
            listening.listen(64)
        except OSError as error:
            listening.close()
            if error.errno == errno.EADDRINUSE and port is None:
                continue
            reason = "is taken by another program" if error.errno == errno.EADDRINUSE else error.strerror
            raise UserError(f"Port {wanted} can't be used: it {reason}.") from error
        return listening
    raise UserError("No port on loopback is free.")


def _give_links(door: Door, address: str, announce: Callable[[str], None], stopped: Event) -> None:
    while not stopped.is_set():
        readable, _, _ = select.select([sys.stdin], [], [], 0.5)
        if readable:
            if not sys.stdin.readline():
                return
            announce(f"A new link, good once: {address}/login?token={door.new_token()}")
