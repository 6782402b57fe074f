"""Who asked Pedlarsgate's web server for what in its last four weeks, and how nginx logged it.

Each order of the time has the visit that led to it; the others looked and left. Buyers who came over Tor are
all 127.0.0.1 to nginx; it gives each an address in 10.8.0.0/16 by their cookie, which is what the shop keeps.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from random import Random
from typing import TYPE_CHECKING

from stocktake.demo import clock, words
from stocktake.demo.opencart_orders import METHODS
from stocktake.demo.opencart_stock import CLEARNET, FIRST_PRODUCT, ONION, STAFF, digest

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from stocktake.demo.trade import Order

SINCE = datetime(2025, 6, 23, 22, tzinfo=UTC)  # midnight in Amsterdam
# When the logs were turned over: Mondays at midnight in Amsterdam, the newest last.
ROTATED = tuple(SINCE + timedelta(days=6 + 7 * week) for week in range(4))
FORMAT = (
    '$host $remote_addr $slot [$time_local] "$request" $status $body_bytes_sent '
    '"$http_referer" "$http_user_agent" $request_time'
)
_TOR_BROWSER = words.USER_AGENTS[0]


@dataclass(frozen=True)
class Visit:
    """One request. `host` is empty where no name was asked for; `slot` is the shop's for a Tor user."""

    at: datetime
    host: str
    ip: str
    slot: str
    method: str
    target: str
    status: int
    size: int
    referrer: str
    agent: str
    order: int = 0
    login: str = ""

    @property
    def log(self) -> str:
        """Which of the server's logs it is in."""
        return {ONION: "onion", CLEARNET: "pedlarsgate"}.get(self.host, "default")

    def line(self) -> str:
        """The line of the log."""
        stamp = clock.amsterdam(self.at)
        time = f"{stamp:%d/%b/%Y:%H:%M:%S} {clock.amsterdam_offset(self.at)}"
        request = f"{self.method} {self.target} HTTP/1.1" if self.method else self.target
        rest = f'[{time}] "{request}" {self.status} {self.size} "{self.referrer}" "{self.agent}"'
        if not self.host:
            return f"{self.ip} - - {rest}\n"
        took = int(digest(f"{self.at} {self.target}", 4), 16) % 900 + 4
        return f"{self.host} {self.ip} {self.slot} {rest} {took / 1000:.3f}\n"


@dataclass(frozen=True)
class _Visitor:
    """A browser and the way it came."""

    random: Random
    ip: str
    slot: str
    host: str
    agent: str

    def asks(
        self,
        at: datetime,
        target: str,
        status: int = 200,
        method: str = "GET",
        came_from: str = "",
        order: int = 0,
        login: str = "",
    ) -> Visit:
        """A request of this browser's; `came_from` is a page of the same host."""
        scheme = "http" if self.host == ONION else "https"
        referrer = f"{scheme}://{self.host}{came_from}" if came_from else "-"
        size = self.random.randrange(900, 42_000) if status == 200 else self.random.randrange(5) * 20
        return Visit(
            at,
            self.host,
            self.ip,
            self.slot,
            method,
            target,
            status,
            size,
            referrer,
            self.agent,
            order,
            login,
        )


def _route(name: str, more: str = "") -> str:
    return f"/index.php?route={name}{more}"


def visitor_of(random: Random, order: Order) -> _Visitor:
    """The browser that the order was placed from."""
    if order.ip.startswith("10.8."):
        return _Visitor(random, "127.0.0.1", order.ip, ONION, order.user_agent)
    return _Visitor(random, order.ip, "-", CLEARNET, order.user_agent)


def _looking(visitor: _Visitor, at: datetime, pages: int) -> list[Visit]:
    """The first page, and some goods; `at` is the time of the first request."""
    random = visitor.random
    found = [visitor.asks(at, "/")]
    found.append(visitor.asks(at, "/catalog/view/theme/default/stylesheet/stylesheet.css", came_from="/"))
    found.append(visitor.asks(at, "/image/catalog/logo.png", came_from="/"))
    came_from = "/"
    for _ in range(pages):
        at += timedelta(seconds=random.randrange(6, 70))
        category = _route("product/category", f"&path={random.randrange(20, 30)}")
        product = _route("product/product", f"&product_id={FIRST_PRODUCT + random.randrange(56)}")
        target = category if random.random() < 0.35 else product
        found.append(visitor.asks(at, target, came_from=came_from))
        came_from = target
    return found


def _ordering(random: Random, order: Order) -> list[Visit]:
    """The visit that led to an order. The shop writes the order when the page for confirming is asked for."""
    visitor = visitor_of(random, order)
    steps = [(_route("checkout/cart/add"), "POST"), (_route("checkout/cart"), "GET")]
    steps.append((_route("checkout/checkout"), "GET"))
    if order.account:
        steps.append((_route("checkout/login/save"), "POST"))
        steps.append((_route("checkout/payment_address/save"), "POST"))
    else:
        steps.append((_route("checkout/guest/save"), "POST"))
    steps.append((_route("checkout/shipping_method/save"), "POST"))
    steps.append((_route("checkout/payment_method/save"), "POST"))
    back = [random.randrange(3, 40) for _ in steps]
    at = order.placed - timedelta(seconds=sum(back))
    looked = _looking(visitor, at - timedelta(minutes=random.randrange(2, 14)), random.randrange(1, 6))
    found = [visit for visit in looked if visit.at < at]
    checkout = _route("checkout/checkout")
    for (target, method), wait in zip(steps, back, strict=True):
        came_from = checkout if "/save" in target else found[-1].target
        found.append(visitor.asks(at, target, method=method, came_from=came_from))
        at += timedelta(seconds=wait)
    found.append(
        visitor.asks(order.placed, _route("checkout/confirm"), came_from=checkout, order=order.number)
    )
    if order.state == "abandoned":
        return found
    code = METHODS[order.method][0]
    paid = order.placed + timedelta(seconds=random.randrange(4, 30))
    pay = _route(f"extension/payment/{code}/" + ("confirm" if order.method == "bank" else "send"))
    found.append(
        visitor.asks(paid, pay, method="POST" if order.method == "card" else "GET", came_from=checkout)
    )
    if order.state != "failed":
        done = paid + timedelta(seconds=random.randrange(2, 9))
        found.append(visitor.asks(done, _route("checkout/success"), came_from=checkout))
    return found


def _staff(random: Random, login: str, ip: str, at: datetime, orders: Sequence[Order]) -> list[Visit]:
    """An operator signs in, looks at orders and marks those posted in these hours as shipped."""
    visitor = _Visitor(random, ip, "-", CLEARNET, words.USER_AGENTS[2 if login == "moss" else 5])
    sign_in = "/admin/index.php?route=common/login"
    token = "&user_token=" + digest(f"token {login} {at}", 32)
    found = [visitor.asks(at, "/admin/", 302), visitor.asks(at, sign_in)]
    at += timedelta(seconds=random.randrange(6, 25))
    if random.random() < 0.12:  # a slip of the keyboard
        found.append(visitor.asks(at, sign_in, method="POST", came_from=sign_in))
        at += timedelta(seconds=random.randrange(5, 15))
    found.append(visitor.asks(at, sign_in, 302, "POST", sign_in, login=login))
    dashboard = f"/admin/index.php?route=common/dashboard{token}"
    found.append(visitor.asks(at, dashboard, came_from=sign_in))
    listed = f"/admin/index.php?route=sale/order{token}"
    found.append(visitor.asks(at + timedelta(seconds=5), listed, came_from=dashboard))
    for order in orders:
        info = f"/admin/index.php?route=sale/order/info{token}&order_id={order.number}"
        shipped = order.shipped or order.placed
        history = _route("api/order/history", f"&api_token={token[-26:]}&store_id=0&order_id={order.number}")
        found.append(visitor.asks(shipped - timedelta(seconds=9), info, came_from=listed))
        found.append(visitor.asks(shipped, history, method="POST", came_from=info))
    out = max([at + timedelta(minutes=4), *(visit.at + timedelta(seconds=40) for visit in found)])
    found.append(visitor.asks(out, f"/admin/index.php?route=common/logout{token}", 302))
    return found


_SCANNED = (
    ("GET", "/wp-login.php", 404),
    ("GET", "/.env", 404),
    ("GET", "/.git/config", 403),
    ("POST", "/xmlrpc.php", 404),
    ("GET", "/phpmyadmin/index.php", 404),
    ("", "\\x16\\x03\\x01\\x02\\x00\\x01\\x00\\x01\\xFC\\x03\\x03", 400),
    ("GET", "/", 444),
)


def _scanners(random: Random, day: datetime) -> Iterable[Visit]:
    """Machines that try every address on the net."""
    for _ in range(random.randrange(3, 9)):
        method, target, status = random.choice(_SCANNED)
        at = day + timedelta(seconds=random.randrange(86_400))
        ip = f"203.0.113.{random.randrange(200, 254)}"
        agent = "Mozilla/5.0 (compatible; made-up-scanner/1.0)" if method else "-"
        yield Visit(at, "", ip, "-", method, target, status, 150 if status != 444 else 0, "-", agent)


def _guessing(random: Random, at: datetime) -> Iterable[Visit]:
    """Somebody tries passwords at the door of the administration, one night, and gives up."""
    visitor = _Visitor(random, "203.0.113.222", "-", CLEARNET, "python-requests/2.31.0")
    for number in range(40):
        yield visitor.asks(
            at + timedelta(seconds=3 * number), "/admin/index.php?route=common/login", 200, "POST"
        )


def simulate(seed: str, orders: Sequence[Order]) -> list[Visit]:
    """All requests of the last four weeks in time's order; `orders` are the shop's, deleted ones too."""
    random = Random(f"{seed}/visits")  # noqa: S311 - repeatable on purpose
    found: list[Visit] = []
    there = [order for order in orders if SINCE <= order.placed < clock.SWITCHED_OFF]
    for order in there:
        found += _ordering(random, order)
    for _ in range(2 * len(there)):
        at = SINCE + timedelta(
            seconds=random.randrange(int((clock.SWITCHED_OFF - SINCE).total_seconds()) - 1800)
        )
        over_tor = random.random() < 0.45
        ip = f"{random.choice(('192.0.2', '198.51.100', '203.0.113'))}.{random.randrange(1, 200)}"
        slot = f"10.8.{random.randrange(4)}.{random.randrange(2, 250)}"
        agent = _TOR_BROWSER if over_tor else random.choice(words.USER_AGENTS)
        visitor = _Visitor(
            random,
            "127.0.0.1" if over_tor else ip,
            slot if over_tor else "-",
            ONION if over_tor else CLEARNET,
            agent,
        )
        found += _looking(visitor, at, random.choice((0, 1, 1, 2, 3, 5)))
    day = SINCE
    while day < clock.SWITCHED_OFF:
        found += _scanners(random, day)
        # posted parcels are marked at the time when they were; keeper only looks, in the evening
        for number, (login, *_, ip) in enumerate(STAFF):
            if login == "keeper" and day.weekday() % 2:
                continue
            hours = (7, 15) if login == "moss" else (15, 22) if login == "tab" else (19, 19)
            start, end = day + timedelta(hours=hours[0]), day + timedelta(hours=hours[1])
            posted = [
                order for order in orders if order.shipped and start <= order.shipped < end and not order.test
            ]
            first = min((order.shipped for order in posted if order.shipped), default=end) - timedelta(
                seconds=90
            )
            minute = timedelta(minutes=random.randrange(2, 50), seconds=random.randrange(60))
            at = min(first, start + minute)
            if posted or number == 0 or day.weekday() < 5:
                found += _staff(random, login, ip, at, posted)
        day += timedelta(days=1)
    found += _guessing(random, SINCE + timedelta(days=16, hours=1, minutes=12))
    return sorted(
        (visit for visit in found if SINCE <= visit.at < clock.SWITCHED_OFF),
        key=lambda visit: (visit.at, visit.ip),
    )


def log_files(visits: Sequence[Visit], now: datetime) -> dict[str, tuple[bytes, datetime]]:
    """nginx's access logs by name (`NAME.access.log`, `.1`, `.2` and so on), with the last line's time."""
    found: dict[str, tuple[bytes, datetime]] = {}
    edges = [SINCE, *ROTATED, now]
    for log in ("pedlarsgate", "onion", "default"):
        own = [visit for visit in visits if visit.log == log]
        for back, (start, end) in enumerate(reversed(list(pairwise(edges)))):
            part = [visit for visit in own if start <= visit.at < end]
            name = ("access.log" if log == "default" else f"{log}.access.log") + (f".{back}" if back else "")
            text = "".join(visit.line() for visit in part).encode()
            found[name] = text, part[-1].at if part else start
    return found


def facts(visits: Sequence[Visit]) -> dict[str, object]:
    """What is true of the logs: lines by day in UTC and by host; who signed in; which led to orders."""
    days: dict[str, int] = {}
    hosts: dict[str, int] = {}
    for visit in visits:
        day: date = visit.at.date()
        days[f"{day}"] = days.get(f"{day}", 0) + 1
        hosts[visit.host] = hosts.get(visit.host, 0) + 1
    return {
        "lines": len(visits),
        "by_day_utc": dict(sorted(days.items())),
        "by_host": dict(sorted(hosts.items())),
        "over_tor": sum(visit.ip == "127.0.0.1" for visit in visits),
        "admin_logins": [
            {"at_utc": clock.utc_text(visit.at), "ip": visit.ip, "login": visit.login}
            for visit in visits
            if visit.login
        ],
        "order_visits": [
            {"at_utc": clock.utc_text(visit.at), "order": visit.order, "ip": visit.ip, "slot": visit.slot}
            for visit in visits
            if visit.order
        ],
    }


def error_lines(visits: Sequence[Visit]) -> list[tuple[datetime, str]]:
    """nginx's error log, in local time whose zone it does not say: what was not there, and a slow backend."""
    found = []
    for number, visit in enumerate(visits):
        request = f'request: "{visit.method} {visit.target} HTTP/1.1", host: "{visit.host or "192.0.2.180"}"'
        text = ""
        if visit.status == 404:
            missing = f'open() "/var/www/html{visit.target}" failed (2: No such file or directory)'
            text = f"{missing}, client: {visit.ip}, server: _, {request}"
        elif visit.order and visit.order % 41 == 0:
            text = (
                "upstream timed out (110: Connection timed out) while reading response header from upstream, "
                f"client: {visit.ip}, server: {visit.host}, {request}"
            )
        if text:
            stamp = clock.amsterdam(visit.at)
            found.append((visit.at, f"{stamp:%Y/%m/%d %H:%M:%S} [error] 812#812: *{number + 1} {text}\n"))
    return found
