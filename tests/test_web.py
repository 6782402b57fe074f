import asyncio
import csv
import io
import os
import re
import signal
import socket
import subprocess
import sys
import threading
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

import duckdb
import httpx
import pytest
from starlette.applications import Starlette

from browser import served
from stocktake.case import Case
from stocktake.commerce.tables import manifest_path, open_case
from stocktake.custody import ledger
from stocktake.errors import UserError
from stocktake.findings.figures import evaluate
from stocktake.web import chart, data, table
from stocktake.web import format as shown
from stocktake.web.app import application
from stocktake.web.serve import serve
from web_case import ACCOUNT, HOSTILE, LISTING, MESSAGE, ORDER, SITE, made_case

ORIGIN = "http://127.0.0.1:8765"
LOOKS = ["/orders", "/accounts", f"/order?id={ORDER}", f"/account?id={ACCOUNT}", f"/listing?id={LISTING}"]
BY_CARD = "order_id IN (SELECT order_id FROM payments WHERE method = 'card')"
PAGES = ["/", *LOOKS, "/listings", "/problems", "/completeness", "/exhibits", "/why", f"/why?id={MESSAGE}"]
PAGES += ["/files", "/files?state=changed"]


def moment(*parts: int) -> datetime:
    """A time as DuckDB gives it: UTC that carries no zone."""
    return datetime(*parts, tzinfo=UTC).replace(tzinfo=None)


class Visitor:
    """Asks an application as a browser would: keeps cookies, follows no redirect by itself."""

    def __init__(self, app: Starlette, token: str | None = "token"):
        self.app, self.cookies = app, httpx.Cookies()
        if token:
            assert self.get(f"/login?token={token}").status_code == 303

    def ask(self, method: str, path: str, **given) -> httpx.Response:
        async def once() -> httpx.Response:
            transport = httpx.ASGITransport(self.app, raise_app_exceptions=False)
            async with httpx.AsyncClient(
                transport=transport, base_url=ORIGIN, cookies=self.cookies, timeout=60
            ) as client:
                answer = await client.request(method, path, **given)
                self.cookies = client.cookies
                return answer

        return asyncio.run(once())

    def get(self, path: str, identifier: str | None = None, **given) -> httpx.Response:
        if "?id=" in path and "%3A" not in path:  # written here as it is, not as an address
            path, _, identifier = path.partition("?id=")
        if identifier is not None:
            given["params"] = {"id": identifier}
        return self.ask("GET", path, **given)


@pytest.fixture(scope="module")
def case(tmp_path_factory) -> Case:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_DATA_HOME", str(tmp_path_factory.getbasetemp() / "installation"))
        return made_case(tmp_path_factory.mktemp("web") / "made.case")


@pytest.fixture
def visitor(case) -> Visitor:
    return Visitor(application(case, "token"))


def consultations(case: Case) -> list[ledger.Entry]:
    return [entry for entry in ledger.entries(case) if entry.action == "consultation"]


# The door


def test_login_works_once(case):
    app = application(case, "token")
    first = Visitor(app)
    assert first.get("/").status_code == 200
    again = Visitor(app, None).get("/login?token=token")
    assert again.status_code == 403
    assert "stocktake serve" in again.text
    assert "set-cookie" not in again.headers


def test_cookie_is_out_of_reach_of_scripts_and_other_sites(case):
    cookie = Visitor(application(case, "t"), None).get("/login?token=t").headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=strict" in cookie


@pytest.mark.parametrize("token", ["", "wrong", "tokén", "t" * 5000])
def test_wrong_token_is_refused(case, token):
    answer = Visitor(application(case, "token"), None).get("/login", params={"token": token})
    assert answer.status_code == 403


def test_a_look_ahead_does_not_use_the_link_up(case):
    app = application(case, "token")
    assert Visitor(app, None).ask("HEAD", "/login?token=token").status_code == 200
    assert Visitor(app).get("/").status_code == 200


@pytest.mark.parametrize("path", [*PAGES, "/orders.csv", "/nowhere", "/why/bytes?id=source:KC/1/x/1"])
def test_nothing_is_shown_without_a_session(case, path):
    answer = Visitor(application(case, "token"), None).get(path)
    assert answer.status_code == 403
    assert "Not logged in" in answer.text
    assert "Lantern Teas" not in answer.text


def test_a_made_up_cookie_is_no_session(case):
    stranger = Visitor(application(case, "token"), None)
    stranger.cookies.set("stocktake_session_8765", "guess", domain="127.0.0.1")
    assert stranger.get("/").status_code == 403


def test_logging_out_ends_the_session(visitor):
    kept = dict(visitor.cookies)
    assert visitor.ask("POST", "/leave").status_code == 200
    visitor.cookies = httpx.Cookies(kept)
    assert visitor.get("/").status_code == 403


@pytest.mark.parametrize("path", [*PAGES, "/orders.csv", "/static/style.css", "/nowhere", "/orders?page=x"])
def test_every_answer_is_guarded_by_headers(visitor, path):
    headers = visitor.get(path).headers
    policy = headers["content-security-policy"]
    for rule in (
        "default-src 'none'", "script-src 'self'", "style-src 'self'", "frame-ancestors 'none'",
        "base-uri 'none'", "form-action 'self'",
    ):  # fmt: skip
        assert rule in policy
    assert "unsafe" not in policy
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["cache-control"] == "no-store"


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:8765", "127.0.0.1", "127.0.0.1:80", "localhost.evil:8765", ""]
)
def test_another_host_name_is_refused(visitor, host):
    answer = visitor.get("/orders", headers={"host": host})
    assert answer.status_code == 400
    assert "order" not in answer.text.lower()


def test_every_loopback_name_is_accepted(visitor):
    for host in ("127.0.0.1:8765", "localhost:8765", "LOCALHOST:8765", "[::1]:8765"):
        assert visitor.get("/why", headers={"host": host}).status_code in (200, 403)
        assert visitor.get("/static/style.css", headers={"host": host}).status_code == 200


def test_a_form_of_another_site_is_refused(visitor):
    for headers in (
        {"origin": "http://127.0.0.1:9999"},
        {"origin": "null"},
        {"origin": "null", "sec-fetch-site": "same-site"},
        {"sec-fetch-site": "cross-site"},
    ):
        assert visitor.ask("POST", "/session", headers=headers, data={"reason": "x"}).status_code == 403
        assert visitor.ask("POST", "/leave", headers=headers).status_code == 403
    for headers in ({"origin": ORIGIN}, {"origin": "null", "sec-fetch-site": "same-origin"}):
        assert visitor.ask("POST", "/session", headers=headers, data={"reason": "x"}).status_code == 303


@pytest.mark.parametrize("path", ["/session", "/leave"])
def test_nothing_changes_by_get(visitor, path):
    assert visitor.get(path).status_code == 405


# The pages


@pytest.mark.parametrize("path", PAGES)
def test_hostile_text_is_text(visitor, path):
    answer = visitor.get(path)
    assert answer.status_code == 200
    text = answer.text
    assert "<script>window" not in text
    assert "<img" not in text
    assert "<svg onload" not in text
    assert 'onerror="window' not in text
    assert not re.search(r"""(href|src|action)=["']?\s*javascript:""", text)
    assert "<b>666" not in text
    seen = re.sub(r'<option value="[^"]*"', "", text)  # what a filter sends back must be as it was
    assert not set(seen) & set("\u202e\u2066\u200b\x00\x1b")


def test_hostile_text_is_shown_in_full_with_what_hides_in_it(visitor):
    text = visitor.get("/why", MESSAGE).text
    assert "&lt;script&gt;window.ran = 1&lt;/script&gt;" in text
    for code in ("U+202E", "U+2066", "U+200B", "U+0000", "U+001B"):
        assert f">{code}</span>" in text


def test_no_link_leads_off_the_pages(visitor):
    for path in PAGES:
        for address in re.findall(r'(?:href|src|action)="([^"]*)"', visitor.get(path).text):
            assert address.startswith(("/", "#")), (path, address)
            assert not address.startswith("//")


def test_overview_has_the_figures_of_the_report(case, visitor):
    text = visitor.get("/").text
    with open_case(case) as connection:
        for row in evaluate(connection, "takings", ["currency"]):
            assert f'title="{row.reference}">{shown.money(row["amount"], row["currency"])}<' in text
        orders = evaluate(connection, "orders", []).rows[0]
    assert f'title="{orders.reference}">{orders["count"]}<' in text


def test_every_figure_on_the_overview_can_be_followed(visitor):
    addresses = set(re.findall(r'class="figure" href="([^"]+)"', visitor.get("/").text))
    assert len(addresses) > 30
    for address in list(addresses)[::7]:
        assert visitor.get(address.replace("&amp;", "&")).status_code == 200, address


def test_one_order_has_all_that_hangs_on_it(case, visitor):
    with open_case(case) as connection:
        order_id, = connection.execute(
            "SELECT order_id FROM messages JOIN shipments USING (order_id) JOIN reviews USING (order_id) "
            "WHERE order_id <> ? ORDER BY 1 LIMIT 1", [ORDER]
        ).fetchone()  # fmt: skip
        sources = connection.execute(
            "SELECT row_key, \"offset\", length FROM sources WHERE source_id IN ("
            "SELECT source_id FROM orders WHERE order_id = $id UNION SELECT source_id FROM order_lines "
            "WHERE order_id = $id UNION SELECT source_id FROM shipments WHERE order_id = $id)",
            {"id": order_id},
        ).fetchall()  # fmt: skip
    text = visitor.get("/order", order_id).text
    for part in ("High Street", "Sent today.", "Good.", "recorded", "counted", "GB</bdi>"):
        assert part in text
    for _, offset, length in sources:
        assert f"{offset:,}" in text
        assert f">{length}<" in text


def test_the_very_bytes_of_a_row_are_shown(case, visitor):
    source = "source:KC/1/orders/<b>666</b>"
    with open_case(case) as connection:
        path, offset, length = connection.execute(
            'SELECT path, "offset", length FROM sources WHERE source_id = ?', [source]
        ).fetchone()
    dump = (case.path.parent / path).read_bytes()
    wanted = dump[offset : offset + length]
    text = visitor.get("/why/bytes", source)
    assert text.headers["content-type"].startswith("text/plain")
    assert bytes.fromhex("".join(line[12:61] for line in text.text.splitlines())) == wanted
    page = visitor.get("/why", source).text
    assert "The row as text" in page
    assert HOSTILE.split("<")[0] not in page


def test_bytes_of_a_changed_exhibit_do_not_pass_as_the_row(tmp_path):
    case = made_case(tmp_path / "changed.case", orders=2)
    (tmp_path / "KC-1.sql").write_bytes(b"short")
    visitor = Visitor(application(case, "token"))
    assert "not the file that was read" in visitor.get("/why/bytes", "source:KC/1/orders/<b>666</b>").text


def test_times_are_the_case_s_with_utc_beside_them(visitor):
    text = visitor.get("/orders?text=1059").text
    assert (
        '<time datetime="2026-06-13T13:30:00Z" title="2026-06-13 13:30:00 UTC">13 Jun 2026, 14:30:00 BST'
        in text
    )


def test_exhibits_page_has_hashes_and_the_ledger_s_head(case, visitor):
    text = visitor.get("/exhibits").text
    head = ledger.head(case)
    assert head.head in text
    assert head.signature in text
    with open_case(case) as connection:
        for (digest,) in connection.execute("SELECT DISTINCT sha256 FROM sources").fetchall():
            assert digest in text


def test_completeness_marks_what_does_not_balance(visitor):
    text = visitor.get("/completeness").text
    assert text.count("does not balance") == 1
    assert "not used by any mapping" in text


# Filters, sorting, paging


def rows_shown(text: str) -> list[str]:
    body = text.partition("<tbody>")[2].partition("</tbody>")[0]
    return re.findall(r'href="/(?:order|account|listing)\?id=([^"]+)"', body)


def asked_by_sql(case: Case, sql: str) -> list[str]:
    with open_case(case) as connection:
        return [httpx.QueryParams({"id": row[0]})["id"] for row in connection.execute(sql).fetchall()]


@pytest.mark.parametrize(
    ("query", "condition"),
    [
        ({}, "true"),
        ({"status": "completed"}, "status = 'completed'"),
        ({"site": SITE}, f"site_id = '{SITE}'"),
        ({"method": "crypto"}, "order_id IN (SELECT order_id FROM payments WHERE method = 'crypto')"),
        (
            {"from": "2026-01-01", "to": "2026-03-31"},
            "placed_at >= '2026-01-01' AND placed_at < '2026-03-31 23:00'",  # summer time began on 29 March
        ),
        ({"text": "1043"}, "number LIKE '%1043%'"),
        ({"text": "USER7@"}, "account_id IN (SELECT account_id FROM accounts WHERE email LIKE 'user7@%')"),
        (
            {"text": "sw1a1aa"},
            "order_id IN (SELECT order_id FROM postal_addresses WHERE postcode = 'SW1A 1AA')",
        ),
        ({"text": "LE1 1AA"}, f"order_id = '{ORDER.replace(chr(39), chr(39) * 2)}'"),
        (
            {"status": "completed", "method": "card", "site": SITE},
            f"status = 'completed' AND site_id = '{SITE}' AND {BY_CARD}",
        ),
        ({"text": "' OR 1=1 --"}, "false"),
        ({"text": "%"}, f"order_id = '{ORDER.replace(chr(39), chr(39) * 2)}'"),
        ({"status": "no such status"}, "false"),
    ],
)
def test_filters_let_through_what_sql_does(case, visitor, query, condition):
    wanted = set(asked_by_sql(case, f"SELECT order_id FROM orders WHERE {condition}"))
    found = []
    for page in range(1, 4):
        answer = visitor.get("/orders", params=query | {"page": str(page)})
        if answer.status_code != 200:
            break
        found += [
            httpx.URL("/?id=" + each).params["id"]
            for each in rows_shown(answer.text)
            if each.startswith("order")
        ]
    assert len(found) == len(set(found))
    assert set(found) == wanted
    count = visitor.get("/orders", params=query).text
    assert f"{len(wanted)} order" in count


@pytest.mark.parametrize(
    ("sort", "order"),
    [
        ("total", "total NULLS LAST, order_id"),
        ("-total", "total DESC NULLS LAST, order_id"),
        ("number", "try_cast(number AS BIGINT) NULLS LAST, number, order_id"),
        ("placed_at", "placed_at NULLS LAST, order_id"),
    ],
)
def test_sorting_is_that_of_sql_and_pages_join_up(case, visitor, sort, order):
    wanted = asked_by_sql(case, f"SELECT order_id FROM orders ORDER BY {order}")
    found = []
    for page in ("1", "2"):
        text = visitor.get("/orders", params={"sort": sort, "page": page}).text
        found += [
            httpx.URL("/?id=" + each).params["id"] for each in rows_shown(text) if each.startswith("order")
        ]
    assert found == wanted


@pytest.mark.parametrize(
    "query",
    [
        "page=0", "page=-1", "page=x", "page=1e3", "page=99", "page=" + "9" * 30, "sort=password_hash",
        "sort=total;DROP", "sort=-", "from=2024-13-01", "from=yesterday", "to=9999-12-31", "nonsense=1",
        "status=a&status=b", "text=" + "x" * 300, "text=%00", "page=%C2%B2",
    ],
)  # fmt: skip
def test_a_bad_parameter_is_told_plainly(visitor, query):
    answer = visitor.get("/orders?" + query)
    assert answer.status_code == 400
    assert "This can’t be asked for" in answer.text or "This can&#39;t be asked for" in answer.text
    assert "Traceback" not in answer.text


@pytest.mark.parametrize("path", ["/order", "/account", "/listing", "/why/bytes"])
def test_pages_of_one_thing_need_its_id(visitor, path):
    assert visitor.get(path).status_code == 400
    assert visitor.get(path, params=[("id", "a:b"), ("id", "c:d")]).status_code == 400
    assert visitor.get(path, "no id at all").status_code == 400


@pytest.mark.parametrize(
    ("path", "identifier"),
    [
        ("/order", "order:KC/1/wp_orders/999"),
        ("/order", ACCOUNT),
        ("/account", "account:KC/9/x/1"),
        ("/listing", "listing:KC/1/x/%"),
        ("/why", "order:KC/1/wp_orders/999"),
        ("/why", "figure:no-such-figure"),
        ("/why", "figure:orders-by-status/no-such-status/and/too/many/keys"),
        ("/why/bytes", "source:KC/1/x/1"),
    ],
)
def test_an_unknown_id_is_not_found(visitor, path, identifier):
    answer = visitor.get(path, identifier)
    assert answer.status_code == 404
    assert "Not in this case" in answer.text


def test_no_page_under_an_unknown_address(visitor):
    assert visitor.get("/nowhere").status_code == 404
    assert visitor.get("/static/../app.py").status_code == 404
    assert visitor.get("/static/%2e%2e/app.py").status_code == 404


# Downloads


def test_csv_has_the_filtered_rows(case, visitor):
    answer = visitor.get("/orders.csv?status=completed")
    assert "attachment" in answer.headers["content-disposition"]
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    with open_case(case) as connection:
        wanted = connection.execute(
            "SELECT order_id, total FROM orders WHERE status = 'completed' "
            "ORDER BY placed_at DESC NULLS LAST, order_id"
        ).fetchall()
    assert [(row["order_id"], Decimal(row["total"])) for row in rows] == wanted
    assert {row["site_name"] for row in rows} == {"Green Lantern Teas", "Lantern Botanicals"}


def test_password_hashes_are_not_in_the_download(visitor):
    assert "password" not in visitor.get("/accounts.csv").text


@pytest.mark.parametrize(
    ("value", "cell"),
    [
        ("=1+1", "'=1+1"),
        ("+44 20", "'+44 20"),
        ("-2", "'-2"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\tx", "'\tx"),
        ("\rx", "'\rx"),
        ("\nx", "'\nx"),
        ("  =1", "'  =1"),
        ("\uff1d1", "'\uff1d1"),
        ("plain = text", "plain = text"),
        ("", ""),
        (None, ""),
        (Decimal("-12.500000000000000000"), "-12.5"),
        (Decimal("1E+2"), "100"),
        (True, "true"),
        (moment(2026, 1, 2, 3, 4, 5), "2026-01-02 03:04:05"),
    ],
)
def test_no_cell_is_a_formula(value, cell):
    assert shown.csv_cell(value) == cell


def test_hostile_cells_are_disarmed_in_the_download(tmp_path):
    case = made_case(tmp_path / "formula.case", orders=3)
    part = case.tables / "orders" / "KC-1" / "part-00000.parquet"
    with duckdb.connect() as connection:
        connection.execute(
            f"COPY (SELECT * REPLACE ('=HYPERLINK(\"http://x\")' AS customer_note) FROM '{part}') "
            f"TO '{part}.new' (FORMAT parquet)"
        )
    Path(f"{part}.new").replace(part)
    text = Visitor(application(case, "token")).get("/orders.csv").text
    assert "\"'=HYPERLINK(" in text
    assert ',"=HYPERLINK' not in text


# The ledger


def test_each_look_at_people_s_data_is_recorded(case, visitor):
    visitor.ask("POST", "/session", data={"name": "DC 7", "reason": "enquiry 12"})
    before = len(consultations(case))
    for path in LOOKS:
        visitor.get(path)
    visitor.get("/orders?status=completed")
    visitor.get("/orders.csv?status=completed")
    visitor.get("/why", MESSAGE)
    made = consultations(case)[before:]
    assert [entry.detail["page"] for entry in made] == [
        "/orders", "/accounts", "/order", "/account", "/listing", "/orders", "/orders.csv", "/why",
    ]  # fmt: skip
    assert {entry.reason for entry in made} == {"enquiry 12"}
    assert {entry.detail["name"] for entry in made} == {"DC 7"}
    assert made[2].detail["ids"] == [ORDER]
    assert made[5].detail["query"] == {"status": "completed"}
    assert len(made[0].detail["ids"]) == table.ROWS
    assert made[6].detail["rows"] == made[5].detail["rows"]
    assert made[6].detail["download"] is True


def test_pages_without_people_s_data_are_not_recorded(case, visitor):
    before = len(consultations(case))
    for path in ("/", "/listings", "/problems", "/completeness", "/exhibits", "/why", "/orders?page=x"):
        visitor.get(path)
    assert len(consultations(case)) == before


def test_what_cannot_be_recorded_is_not_shown(case, visitor, monkeypatch):
    def full(*_, **__):
        raise UserError("The ledger can't be written, so nothing was done: No space left on device.")

    monkeypatch.setattr(ledger, "record", full)
    answer = visitor.get("/orders")
    assert answer.status_code == 503
    assert "No space left on device" in answer.text
    assert "user2" not in answer.text
    assert visitor.get("/orders.csv").status_code == 503


def test_a_reason_too_long_is_refused(visitor):
    assert visitor.ask("POST", "/session", data={"reason": "x" * 501}).status_code == 400
    assert visitor.ask("POST", "/session", data={"reason": "x" * 50_000}).status_code == 400


# The tables under the pages


def test_an_empty_case_has_pages_too(empty_case):
    visitor = Visitor(application(empty_case, "token"))
    for path in (
        "/",
        "/orders",
        "/accounts",
        "/listings",
        "/problems",
        "/completeness",
        "/exhibits",
        "/orders.csv",
    ):
        assert visitor.get(path).status_code == 200, path


def test_pages_follow_the_tables_when_a_case_is_processed_again(tmp_path):
    case = made_case(tmp_path / "again.case", orders=5)
    visitor = Visitor(application(case, "token"))
    before = visitor.get("/orders").text
    assert "Lantern Botanicals" in before
    manifest_path(case, "KC/2").unlink()
    after = visitor.get("/orders").text
    assert "Lantern Botanicals" not in after
    assert "Green Lantern Teas" in after


def test_a_part_that_is_gone_is_no_traceback(tmp_path):
    case = made_case(tmp_path / "gone.case", orders=5)
    told: list[str] = []
    visitor = Visitor(application(case, "token", announce=told.append))
    (case.tables / "orders" / "KC-1" / "part-00000.parquet").unlink()
    answer = visitor.get("/orders")
    assert answer.status_code in (500, 503)
    assert "Traceback" not in answer.text
    assert "tables/" not in answer.text


def test_a_slow_question_is_stopped(case):
    tables = data.Tables(case)
    with pytest.raises(data.TooSlowError), tables.cursor(0.2) as cursor:
        cursor.execute(
            "SELECT count(*) FROM range(10000000) a, range(1000000) b WHERE (a.range * b.range) % 7 = 3"
        )
    with tables.cursor() as cursor:
        assert cursor.execute("SELECT 1").fetchone() == (1,)
    tables.close()


def test_the_connection_reads_the_case_s_parts_and_nothing_else(case, tmp_path):
    (tmp_path / "secret.csv").write_text("a\n1\n")
    tables = data.Tables(case)
    with pytest.raises(duckdb.PermissionException), tables.cursor() as cursor:
        cursor.execute(f"SELECT * FROM read_csv('{tmp_path / 'secret.csv'}')")
    with pytest.raises(duckdb.Error), tables.cursor() as cursor:
        cursor.execute("SET enable_external_access = true")
    tables.close()


def test_pages_answer_while_a_slow_one_is_at_work(case):
    tables = data.Tables(case)
    slow = threading.Thread(target=lambda: _slow(tables))
    slow.start()
    try:
        assert Visitor(application(case, "token")).get("/orders").status_code == 200
    finally:
        slow.join()
        tables.close()


def _slow(tables: data.Tables) -> None:
    with pytest.raises(data.TooSlowError), tables.cursor(3) as cursor:
        cursor.execute(
            "SELECT count(*) FROM range(10000000) a, range(1000000) b WHERE (a.range * b.range) % 7 = 3"
        )


# How values are shown


@pytest.mark.parametrize(
    ("amount", "currency", "text"),
    [
        (Decimal("1234.5"), "GBP", "£1,234.50"),
        (Decimal("-0.05"), "EUR", "\u2212€0.05"),
        (Decimal("0.123456780000000000"), "BTC", "0.12345678 BTC"),
        (Decimal("3.456"), "USD", "$3.456"),
        (Decimal(7), None, "7.00"),
        (None, "GBP", ""),
    ],
)
def test_money_is_exact(amount, currency, text):
    assert shown.money(amount, currency) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (moment(1, 1, 1), "1 Jan 1, 11:39:04 LMT"),
        (moment(9999, 12, 31, 23, 59, 59), "31 Dec 9999"),
        ("12024-01-01 00:00:00", "12024-01-01"),
    ],
)
def test_wild_times_are_shown(value, text):
    assert text in shown.moment(value, ZoneInfo("Pacific/Auckland"))


def test_an_emoji_of_several_is_left_whole_and_a_lone_joiner_is_not():
    family = "\U0001f468\u200d\U0001f469"
    assert shown.visible_text(family) == family
    assert shown.visible_text("a\u200db") == "a[U+200D]b"
    assert "U+D800" in shown.visible("\ud800")


def test_chart_fills_gaps_and_stacks_below_the_line():
    drawn = chart.columns(
        [
            chart.Value("2024-11", "A", Decimal(10), "r1"),
            chart.Value("2024-11", "B", Decimal(5), "r2"),
            chart.Value("2025-02", "A", Decimal(-4), "r3"),
        ],
        ["A", "B"],
    )
    assert drawn is not None
    first, below, second = drawn.parts
    assert first.y + first.height == pytest.approx(drawn.zero)
    assert second.y + second.height == pytest.approx(first.y)
    assert below.y == pytest.approx(drawn.zero)
    pitch = (drawn.right - drawn.left) / 4
    assert below.x - first.x == pytest.approx(3 * pitch, abs=0.02)
    assert [mark.label for mark in drawn.marks][-1] == "15"


def test_chart_of_wild_months_stays_small():
    values = [
        chart.Value(month, "A", Decimal(1), "r") for month in ("0001-01", "1970-01", "2024-03", "9999-12")
    ]
    drawn = chart.columns(values, ["A"])
    assert drawn is not None
    assert len(drawn.parts) == 4


# Serving


def test_serve_ends_cleanly_on_either_signal(case):
    script = (
        "import sys; from pathlib import Path; from stocktake.case import Case; "
        "from stocktake.web.serve import serve; "
        "serve(Case.open(Path(sys.argv[1])), None, lambda line: print(line, flush=True)); print('ended')"
    )
    for ending in (signal.SIGINT, signal.SIGTERM):
        command = [sys.executable, "-c", script, str(case.path)]
        with subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        ) as server:
            assert server.stdout is not None
            link = next(line for line in server.stdout if "/login?token=" in line).split()[-1]
            with httpx.Client(follow_redirects=True) as client:
                assert client.get(link).status_code == 200
            server.send_signal(ending)
            rest, complaints = server.communicate(timeout=20)
        assert server.returncode == 0
        assert rest.endswith("ended\n")
        assert complaints == ""
        assert not list(case.path.glob(".spill-*"))


def test_enter_in_the_terminal_gives_a_new_link_and_ends_the_old(case):
    script = (
        "import sys; from pathlib import Path; from stocktake.case import Case; "
        "from stocktake.web.serve import serve; "
        "serve(Case.open(Path(sys.argv[1])), 0, lambda line: print(line, flush=True))"
    )
    ours, theirs = os.openpty()
    command = [sys.executable, "-c", script, str(case.path)]
    with subprocess.Popen(command, stdin=theirs, stdout=subprocess.PIPE, text=True) as server:
        try:
            assert server.stdout is not None
            links = (line.split()[-1] for line in server.stdout if "/login?token=" in line)
            first = next(links)
            os.write(ours, b"\n")
            second = next(links)
            assert httpx.get(first).status_code == 403
            assert httpx.get(second).status_code == 303
        finally:
            server.terminate()
            os.close(ours)
            os.close(theirs)


def test_served_on_loopback_only_and_each_cookie_has_its_port(case):
    with served(case.path) as (address, link):
        port = int(address.rpartition(":")[2])
        with httpx.Client() as client:
            answer = client.get(link)
        assert f"stocktake_session_{port}=" in answer.headers["set-cookie"]
        assert "server" not in answer.headers
        own = next(
            (info[4][0] for info in socket.getaddrinfo(socket.gethostname(), None, socket.AF_INET)
             if not info[4][0].startswith("127.")), None,
        )  # fmt: skip
        if own:
            with pytest.raises(OSError, match="refused"), socket.create_connection((own, port), 2):
                pass


def test_a_given_port_that_is_taken_is_told(case):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(UserError, match=f"Port {port} can't be used"):
            serve(case, port, print)
    with pytest.raises(UserError, match="not a port"):
        serve(case, 70000, print)
