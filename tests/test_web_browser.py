from urllib.parse import quote

import pytest

from browser import chromium, served
from stocktake.case import Case
from stocktake.custody import ledger
from web_case import ACCOUNT, LISTING, MESSAGE, ORDER, made_case

PAGES = [
    "/", "/orders", "/accounts", "/listings", "/files", "/problems", "/completeness", "/exhibits", "/why",
    "/orders?page=x",
    f"/order?id={quote(ORDER)}", f"/account?id={quote(ACCOUNT)}", f"/listing?id={quote(LISTING)}",
    f"/why?id={quote(MESSAGE)}", "/why?id=figure:takings", "/orders?status=completed&method=card&text=m1",
]  # fmt: skip

NAMELESS = """() =>
  [...document.querySelectorAll('input:not([type=hidden]), select, button, a, [role=region], svg')]
    .filter(e => !e.labels?.length && !e.getAttribute('aria-label') && !e.textContent.trim())
    .map(e => e.outerHTML.slice(0, 120))"""


@pytest.fixture(scope="module")
def case(tmp_path_factory) -> Case:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_DATA_HOME", str(tmp_path_factory.getbasetemp() / "installation"))
        return made_case(tmp_path_factory.mktemp("browser") / "made.case")


@pytest.fixture(scope="module")
def place(case):
    """The address of the served case, and a browser context that is logged in to it."""
    with (
        pytest.MonkeyPatch.context() as patch,
        chromium() as browser,
    ):
        patch.setenv("XDG_DATA_HOME", str(case.path.parent / "installation"))
        with served(case.path) as (address, link):
            context = browser.new_context(permissions=["clipboard-read", "clipboard-write"])
            page = context.new_page()
            page.goto(link)
            assert page.url == address + "/"
            page.close()
            yield address, context


@pytest.fixture
def page(place):
    _, context = place
    page = context.new_page()
    yield page
    page.close()


def test_nothing_from_evidence_runs_and_the_policy_is_never_broken(place, page):
    address, _ = place
    told: list[str] = []
    outside: list[str] = []
    page.on("dialog", lambda dialog: (told.append(f"dialog {dialog.message}"), dialog.dismiss()))
    page.on("console", lambda message: told.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: told.append(str(error)))
    page.on(
        "request", lambda request: None if request.url.startswith(address) else outside.append(request.url)
    )
    for path in PAGES:
        page.goto(address + path)
        assert page.evaluate("typeof window.ran") == "undefined", path
        for link in page.locator("a").all():
            assert (link.get_attribute("href") or "").startswith(("/", "#")), path
    # Chromium itself says that the page of a bad parameter came with 400.
    assert [line for line in told if "status of 400" not in line] == []
    assert outside == []


@pytest.mark.parametrize("width", [360, 768, 1280, 2200])
def test_no_page_scrolls_sideways(place, page, width):
    address, _ = place
    page.set_viewport_size({"width": width, "height": 800})
    for path in PAGES:
        page.goto(address + path)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path


def test_hostile_text_reads_as_it_was_written(place, page):
    address, _ = place
    page.goto(f"{address}/order?id={quote(ORDER)}")
    body = page.locator(".message .body").first.inner_text()
    assert "<script>window.ran = 1</script>" in body
    assert "U+202E" in body
    assert "&lt;b&gt;" in body


def test_filter_and_paging_by_hand(place, page):
    address, _ = place
    page.goto(f"{address}/orders")
    assert page.locator("[role=status]").inner_text() == "91 orders"
    page.get_by_role("link", name="Next").click()
    assert page.locator("table.rows tbody tr").count() == 41
    page.get_by_label("Status").select_option("completed")
    page.get_by_role("button", name="Filter").click()
    statuses = page.locator("td.k-status").all_inner_texts()
    assert set(statuses) == {"completed"}
    page.get_by_role("link", name="Total").click()
    assert "sort=" in page.url
    page.get_by_label("Text").fill("1058")
    page.get_by_label("Text").press("Enter")
    assert "Nothing matches" in page.locator("main").inner_text()


def test_bytes_of_a_row_open_in_their_place(place, page):
    address, _ = place
    page.goto(f"{address}/order?id={quote('order:KC/1/wp_orders/5')}")
    button = page.locator("button.bytes").first
    button.click()
    page.locator("pre.hex").filter(has_text="INSERT INTO").wait_for()
    assert button.get_attribute("aria-expanded") == "true"
    button.click()
    assert not page.locator("pre.hex").first.is_visible()


def test_a_hash_can_be_copied(place, page):
    address, _ = place
    page.goto(f"{address}/exhibits")
    wanted = page.locator("code.hash").first.inner_text()
    page.locator("button.copy").first.click()
    page.wait_for_selector("button.copy.done")
    assert page.evaluate("navigator.clipboard.readText()") == wanted


def test_the_reason_is_recorded_with_what_is_looked_at(case, place, page):
    address, _ = place
    page.goto(address + "/#reason")
    page.get_by_label("Name or number").fill("DC 7")
    page.get_by_label("Reason", exact=True).fill("line of enquiry 12")
    with page.expect_navigation():
        page.get_by_role("button", name="Record").click()
    page.goto(f"{address}/account?id={quote(ACCOUNT)}")
    assert "line of enquiry 12" in page.locator("footer").inner_text()
    *_, last = ledger.entries(case)
    assert (last.action, last.reason, last.detail["name"]) == ("consultation", "line of enquiry 12", "DC 7")
    assert last.detail["ids"] == [ACCOUNT]


def test_pages_work_without_script(place, case):
    address, context = place
    plain = context.browser.new_context(java_script_enabled=False)
    plain.add_cookies(context.cookies())
    page = plain.new_page()
    page.goto(f"{address}/order?id={quote('order:KC/1/wp_orders/5')}")
    assert page.locator("button.bytes:visible").count() == 0
    page.locator("table.sources a.why").first.click()
    assert "INSERT INTO" in page.locator("pre.text").first.inner_text()
    plain.close()


def test_the_keyboard_reaches_everything(place, page):
    address, _ = place
    page.goto(f"{address}/orders")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    reached = set()
    for _ in range(30):
        page.keyboard.press("Tab")
        reached.add(page.evaluate("document.activeElement.id || document.activeElement.className"))
    assert {"lookup", "f-text", "f-status", "f-from", "primary", "scroll"} <= reached


def test_every_control_and_table_has_a_name(place, page):
    address, _ = place
    for path in PAGES:
        page.goto(address + path)
        nameless = page.evaluate(NAMELESS)
        assert nameless == [], path
        assert page.locator("h1").count() == 1, path
