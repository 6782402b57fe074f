"""The summary report: its pages against stored text, its figures against their sources, hostile evidence."""

import dataclasses
import os
import re
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pyarrow.parquet as pq
import pypdf
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from canonical import canonical_tables, shop_rows
from stocktake.case import Case, Settings
from stocktake.commerce.model import ORDER_STATUSES
from stocktake.commerce.tables import install
from stocktake.custody import exhibit as custody
from stocktake.custody import ledger
from stocktake.errors import UserError
from stocktake.findings.figures import explain
from stocktake.reports import KINDS, accounts
from stocktake.reports import summary as report
from stocktake.reports.charts import STATUS_CLASSES, month_labels, months_between, scale
from stocktake.reports.document import Document, Paragraph, Piece, Section, as_data
from stocktake.reports.rules import Rule, commerce_rule
from stocktake.reports.summary import compose, summary
from stocktake.reports.typeset import typeset
from stocktake.reports.wording import count, listed, money, number, shown, size

GOLDEN = Path(__file__).parent / "golden" / "summary.txt"
MADE = datetime(2026, 11, 24, 9, 30, 15, tzinfo=UTC)
HEAD = ledger.Head(count=41, head="5e1f" * 16, fingerprint="ab12 cd34 " * 4, signature="0f" * 64)

SEIZED = [
    custody.Exhibit(
        reference="KC/1", kind="file", purpose="evidence", note="Dump of the live database",
        seized_at=datetime(2026, 6, 18, 5, 40, tzinfo=UTC), seized_at_recorded="2026-06-18T06:40",
        seized_by="DC 4410 K. Carver", seized_from="Rack 3, hosting premises, Northport",
        added=datetime(2026, 11, 20, 10, 0, tzinfo=UTC), source="/mnt/evidence/shop.sql.gz",
        path="../shop.sql.gz", copied=False, name="shop.sql.gz", size=5_242_880, files=1,
        sha256="a1" * 32, md5="b2" * 16, sha1="c3" * 20,
    ),
    custody.Exhibit(
        reference="KC/2", kind="folder", purpose="evidence", note="", seized_at=None, seized_at_recorded="",
        seized_by="", seized_from="", added=datetime(2026, 11, 20, 10, 5, tzinfo=UTC),
        source="/mnt/evidence/www", path="../www", copied=False, name="www", size=3001, files=2,
        sha256="d4" * 32, md5="e5" * 16, sha1="f6" * 20,
    ),
]  # fmt: skip


def new_case(folder, **changes):
    stated = {
        "reference": "OP-LANTERN/26", "name": "Operation Lantern", "lead_force": "Northshire Police",
        "authority": "Warrant of the Northshire Magistrates' Court, 2 November 2026",
        "time_zone": "Europe/London", "created": datetime(2026, 11, 20, 9, 0, tzinfo=UTC),
    }  # fmt: skip
    return Case.create(folder / "op.case", Settings(**stated | changes))


@pytest.fixture(scope="module")
def case(tmp_path_factory):
    return new_case(tmp_path_factory.mktemp("report"))


@pytest.fixture(scope="module")
def shop():
    with canonical_tables(shop_rows()) as connection:
        yield connection


def pages(path):
    return [page.extract_text() for page in pypdf.PdfReader(path).pages]


def test_the_pages_are_those_stored(case, shop, tmp_path, monkeypatch):
    """``STOCKTAKE_GOLDEN=write`` stores them anew; look at the difference before you keep it."""
    rule = Rule("commerce/rule.sql", "99" * 32, ("The first that fits decides:", "1. What is paid counts."))
    monkeypatch.setattr(report, "commerce_rule", lambda _: rule)
    monkeypatch.setattr(report, "_account", lambda: "examiner")
    monkeypatch.setattr(report, "version", lambda _: "0")
    document, _ = compose(case, shop, HEAD, MADE, SEIZED)
    text = "\n\f\n".join(pages(typeset(document, tmp_path / "report.pdf"))) + "\n"
    text = re.sub(r"SHA-256 [0-9a-f]{16}…", "SHA-256 (of the SQL)", text)
    if os.environ.get("STOCKTAKE_GOLDEN") == "write":
        GOLDEN.parent.mkdir(exist_ok=True)
        GOLDEN.write_text(text, "utf-8")
    assert text.split("\f") == GOLDEN.read_text("utf-8").split("\f")


def test_every_figure_printed_leads_back_to_its_rows(case, shop, tmp_path):
    document, refs = compose(case, shop, HEAD, MADE, SEIZED)
    assert len(refs.printed) > 100
    text = "".join("".join(pages(typeset(document, tmp_path / "report.pdf"))).split())
    annex = as_data(next(section for section in document.sections if section.title == "Sources of figures"))
    counted = {
        row["cells"][1][0]["text"]: row["cells"][2][0]
        for row in annex["blocks"][-1]["rows"]
        if row["kind"] == "plain"
    }
    assert list(counted) != []
    assert set(counted) == set(refs.printed)
    for reference in refs.printed:
        assert reference in text
        assert number(explain(shop, reference).count) == counted[reference]


def test_every_label_has_its_line_in_the_annex(case, shop):
    document, refs = compose(case, shop, HEAD, MADE, SEIZED)
    labels, anchors = set(), set()
    waiting = [as_data(document)]
    while waiting:
        part = waiting.pop()
        if isinstance(part, dict):
            labels |= {part["text"]} if part.get("style") == "ref" else set()
            anchors |= {part["anchor"]} if part.get("anchor") else set()
            waiting += part.values()
        elif isinstance(part, list):
            waiting += part
    assert labels == anchors == {f"F{n}" for n in range(1, len(refs.printed) + 1)}


def test_the_same_case_gives_the_same_bytes(case, shop, tmp_path, monkeypatch):
    made = []
    for name, zone in (("one.pdf", "UTC"), ("two.pdf", "Asia/Tokyo")):
        monkeypatch.setenv("TZ", zone)
        document, _ = compose(case, shop, HEAD, MADE, SEIZED)
        made.append(typeset(document, tmp_path / name).read_bytes())
    assert made[0] == made[1]


def test_the_file_is_made_to_be_kept(case, shop, tmp_path):
    document, _ = compose(case, shop, HEAD, MADE, SEIZED)
    reader = pypdf.PdfReader(typeset(document, tmp_path / "report.pdf"))
    metadata = reader.xmp_metadata
    assert metadata is not None
    stated = metadata.stream.get_data().decode("utf-8") if hasattr(metadata, "stream") else str(metadata)
    assert "pdfaid:part>2<" in stated or b"pdfaid:part>2<" in (tmp_path / "report.pdf").read_bytes()
    assert reader.metadata.title == "Operation Lantern: Case OP-LANTERN/26"
    assert reader.metadata.creation_date == MADE
    fonts = {
        str(font.get_object()["/BaseFont"]).split("+")[1].split("-")[0]
        for page in reader.pages
        for font in page["/Resources"]["/Font"].values()
    }
    assert fonts <= {"SourceSerif4", "SourceSans3", "SourceCodePro", "DejaVuSans"}
    assert {round(float(side)) for page in reader.pages for side in page.mediabox[2:]} == {595, 842}


def test_a_case_from_disk(tmp_path, monkeypatch):
    monkeypatch.setenv("STOCKTAKE_KEY", str(tmp_path / "key.pem"))
    case = new_case(tmp_path)
    ledger.record(case, "new", {})
    seized = tmp_path / "shop.sql"
    seized.write_bytes(b"INSERT")
    for reference in ("KC/1", "KC/2", "KC/3"):
        custody.add(case, seized, reference=reference)
    with canonical_tables(shop_rows()) as connection:
        for exhibit in ("KC/1", "KC/2"):
            made = tmp_path / exhibit.replace("/", "-")
            for table, rows in shop_rows().items():
                if rows:
                    (made / table).mkdir(parents=True)
                    found = connection.execute(f"SELECT * FROM {table} WHERE exhibit = ?", [exhibit])
                    pq.write_table(found.to_arrow_table(), made / table / "part-00000.parquet")
            install(case, exhibit, made)
    head = ledger.head(case)
    path = summary(case)
    assert path.parent == case.reports
    assert head.head[:8] in path.name
    first = path.read_bytes()
    assert summary(case, tmp_path / "again.pdf").read_bytes() == first
    text = "\n".join(pages(path))
    assert head.head in "".join(text.split())
    assert "Not processed: KC/3." in text
    assert "Green Lantern Teas" in text
    ledger.record(case, "consultation", {})
    assert summary(case) != path
    assert not list(case.reports.glob(".*"))


def test_a_case_with_nothing_in_it(tmp_path):
    case = new_case(tmp_path, lead_force="", authority="", name="")
    text = " ".join("\n".join(pages(summary(case))).split())
    assert "No exhibit has been taken into this case yet." in text
    assert "No shop was recognised" in text


def test_an_exhibit_that_was_not_read(case, tmp_path):
    with canonical_tables({}) as connection:
        document, _ = compose(case, connection, HEAD, MADE, SEIZED)
    text = " ".join("\n".join(pages(typeset(document, tmp_path / "report.pdf"))).split())
    assert "No table has been read from them" in text
    assert "Not processed: KC/1 and KC/2." in text
    assert "The accounts balance" not in text


def test_accounts_that_do_not_balance_are_told(case, tmp_path):
    rows = shop_rows()
    entry = next(row for row in rows["completeness"] if row["table_name"] == "wp_posts")
    entry["found"] += 5
    with canonical_tables(rows) as connection:
        document, _ = compose(case, connection, HEAD, MADE, SEIZED)
    text = " ".join("\n".join(pages(typeset(document, tmp_path / "report.pdf"))).split())
    assert "The accounts do not balance in 1 place" in text
    assert "KC/1, wp_posts: 49 rows found, 3 used, 41 set aside" in text
    assert "The accounts balance" not in text


FREE_TEXT = {
    "sites": {"name", "software", "software_version", "tagline", "currency", "time_zone", "admin_email"},
    "site_names": {"host", "kind", "evidence"},
    "listings": {"title", "currency", "status"},
    "price_tiers": {"currency", "customer_group"},
    "orders": {"currency", "status"},
    "order_lines": {"title", "currency"},
    "takings": {"currency", "reason", "method"},
    "completeness": {"reason", "table_name"},
    "problems": {"message", "path", "stage", "severity"},
}

HOSTILE = [
    '#eval("1+1") #include "/etc/passwd" $x^2$ *bold* _it_ `raw` @ref <label> = Heading',
    '"]; #panic("x") //', "\\u{1F600} \\", "=HYPERLINK(\"http://x\")", "<script>alert(1)</script>",
    "\u202egnp.exe\u202c \u2066x", "\x00\x01\x1b[31m\x7f\x9b", "😀🏴󠁧󠁢󠁥󠁮󠁧󠁿👩‍👩‍👧", "中文標題 한국어 ไทย हिन्दी",
    "עברית العربية", "Zалго" + "\u0301" * 200, "\ud800\udfff \udcff", "\ufffe\uffff\U0010ffff\ue000",
    "a" * 1_000_000, "no-break" * 400, "", " ", "\n\n\r\t", "£ € – ’ Łódź Београд",
]  # fmt: skip


@pytest.mark.parametrize("everywhere", HOSTILE, ids=lambda text: ascii(text[:12]))
def test_hostile_text_is_shown_and_does_nothing(tmp_path, everywhere):
    rows = shop_rows(orders=6)
    stored = everywhere.encode("utf-8", "replace").decode("utf-8")  # a table can't hold a lone surrogate
    for table in FREE_TEXT:
        for row in rows[table]:
            row.update({column: stored for column in row if column in FREE_TEXT[table]})
    case = new_case(tmp_path, name=stored, lead_force=stored, authority=stored, marking=stored)
    seized = [
        dataclasses.replace(
            SEIZED[0], note=everywhere, seized_by=everywhere, seized_from=everywhere, name=everywhere
        )
    ]
    with canonical_tables(rows) as connection:
        document, _ = compose(case, connection, HEAD, MADE, seized)
    path = typeset(document, tmp_path / "report.pdf")
    cover = pypdf.PdfReader(path).pages[0].extract_text()
    assert "Contents" in cover
    assert path.stat().st_size < 5_000_000
    if "#eval" in everywhere:
        assert '#eval("1+1") #include "/etc/passwd"' in " ".join(cover.split())


@settings(max_examples=25, deadline=None)
@given(st.lists(st.text(max_size=200), min_size=1, max_size=8))
def test_any_text_at_all_can_be_typeset(tmp_path_factory, texts):
    parts = [shown(text) or "(empty)" for text in texts]
    section = Section(parts[0], [Paragraph(parts), Paragraph([Piece("mono", part) for part in parts])])
    document = Document(
        kind="Test", title=parts[0], subtitle=parts[-1], marking=parts[0], running=parts[0],
        footer=parts[-1], made=MADE, cover=[(parts[0], parts)], sections=[section],
    )  # fmt: skip
    assert typeset(document, tmp_path_factory.mktemp("wild") / "x.pdf").stat().st_size > 1000


def test_wild_dates_and_sums(case, tmp_path):
    rows = shop_rows(orders=8)
    for n, order in enumerate(rows["orders"]):
        order["placed_at"] = [datetime(1, 1, 1), datetime(9999, 12, 31), None][n % 3]
        order["total"] = Decimal(99999999999999999999)
        order["status"] = [*ORDER_STATUSES, None, "of its own"][n % 15]
    for n, taking in enumerate(rows["takings"]):
        taking["at"] = [datetime(1, 1, 1), datetime(9999, 12, 31), None][n % 3]
        taking["amount"] = Decimal(-99999999999999999999) if n % 2 else None
    with canonical_tables(rows) as connection:
        document, refs = compose(case, connection, HEAD, MADE, SEIZED)
        for reference in refs.printed:
            explain(connection, reference)
    text = "\n".join(pages(typeset(document, tmp_path / "report.pdf")))
    assert "0001-01" in text
    assert "9999-12" in text


def test_a_long_case_stays_short(case, tmp_path, monkeypatch):
    monkeypatch.setattr(report, "MOST_EXHIBITS", 10)
    monkeypatch.setattr(accounts, "MOST_ROWS", 50)
    monkeypatch.setattr(accounts, "MOST_PROBLEMS", 40)
    rows = shop_rows(orders=3)
    rows["problems"] = [
        {"problem_id": f"problem:KC/1/x/{n}", "exhibit": "KC/1", "path": "a.sql", "stage": "records",
         "severity": "warning", "message": f"Row {n} can't be read."}
        for n in range(900)
    ]  # fmt: skip
    rows["completeness"] = [
        {"exhibit": "KC/1", "table_name": f"t{n}", "measure": "rows", "found": n, "mapped": 0,
         "set_aside": n, "reason": "no mapping"}
        for n in range(900)
    ]  # fmt: skip
    with canonical_tables(rows) as connection:
        document, _ = compose(case, connection, HEAD, MADE, SEIZED * 10)
    text = pages(typeset(document, tmp_path / "report.pdf"))
    assert len(text) < 30
    whole = " ".join("\n".join(text).split())
    assert "860 more problems are not printed" in whole
    assert "850 more lines not printed" in whole
    assert "10 more exhibits not printed here" in whole
    assert "1 table without a row: t0" in whole


def test_a_place_that_can_t_be_written_is_one_sentence(case, shop, tmp_path):
    (tmp_path / "file").write_text("")
    document, _ = compose(case, shop, HEAD, MADE, SEIZED)
    with pytest.raises(UserError, match="can't be written"):
        typeset(document, tmp_path / "file" / "report.pdf")


def test_the_rule_in_words_is_the_one_in_the_sql():
    rule = commerce_rule("judged_orders.sql")
    points = [part for part in rule.parts if re.match(r"\d+\. ", part)]
    assert [int(point.split(".")[0]) for point in points] == list(range(1, len(points) + 1))
    assert len(points) >= 4
    assert not any("--" in part or "SELECT" in part for part in rule.parts)


def test_numbers_and_words():
    assert number(1234567) == "1,234,567"
    assert number(Decimal("-1234.500")) == "\u22121,234.5"
    assert number(Decimal("0E+5")) == "0"
    assert money(Decimal("1234.5"), "GBP") == "£1,234.50"
    assert money(Decimal("-0.005"), "EUR") == "\u2212€0.01"
    assert money(Decimal("-0.001"), "GBP") == "£0.00"
    assert money(Decimal("0.12345678"), "BTC") == "0.12345678\u00a0BTC"
    assert money(Decimal(5), None) == "5.00\u00a0no currency stated"
    assert money(None, "GBP") == "–"
    assert count(1, "order") == "1\u00a0order"
    assert count(2, "entry", "entries") == "2\u00a0entries"
    assert size(5_242_880) == "5,242,880\u00a0bytes (5.2 MB)"
    assert listed(["a", "b", "c"]) == "a, b and c"
    assert shown("a\u202eb\x00\n c") == "a[U+202E]b[U+0000] c"
    assert shown("x" * 161) == "x" * 160 + " […]"
    assert shown(None) == ""


def test_scales_have_round_steps_and_hold_all():
    assert scale(0, 10) == [0, 5, 10]
    assert scale(0, 3, smallest=Decimal(1)) == [0, 1, 2, 3]
    assert scale(0, 0) == [0, 1]
    assert scale(-30, 120) == [-50, 0, 50, 100, 150]
    assert scale(0, 0.1 + 0.2)[-1] >= 0.3
    assert len(scale(0, 1e20)) <= 7


def test_months_run_on_over_the_year():
    assert months_between("2025-11", "2026-02") == ["2025-11", "2025-12", "2026-01", "2026-02"]
    assert month_labels(["2025-11", "2025-12", "2026-01"]) == ["Nov\n2025", "Dec", "Jan\n2026"]
    long = month_labels(months_between("2023-02", "2026-01"))
    assert long[:4] == ["", "Mar\n2023", "", "May"]
    assert long[-1] == "Jan\n2026"


def test_every_status_has_its_place_in_the_chart():
    placed = [status for statuses in STATUS_CLASSES.values() for status in statuses]
    assert set(placed) == {*ORDER_STATUSES, None}
    assert len(placed) == len(set(placed))


def test_the_kinds_of_report():
    assert KINDS["summary"] is summary
