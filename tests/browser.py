"""Real Chromium against pages that are really served; and a command that takes pictures of them.

``python tests/browser.py CASE FOLDER`` puts pictures of the case's pages into FOLDER: 1280 and 390 pixels
wide, light and dark. In the place of a case, ``made`` stands for the one that the tests use.
"""

import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

from playwright.sync_api import Browser, sync_playwright

_SERVE = (
    "import sys; from pathlib import Path; from stocktake.case import Case; "
    "from stocktake.web.serve import serve; "
    "serve(Case.open(Path(sys.argv[1])), 0, lambda line: print(line, flush=True))"
)


@contextmanager
def served(case: Path) -> Iterator[tuple[str, str]]:
    """Serve the case in a process of its own; gives the address and the login link."""
    command = [sys.executable, "-c", _SERVE, str(case)]
    with subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True) as server:
        try:
            assert server.stdout is not None
            link = next(line for line in server.stdout if "/login?token=" in line).split()[-1]
            yield link.partition("/login")[0], link
        finally:
            server.terminate()
            server.wait(20)


@contextmanager
def chromium() -> Iterator[Browser]:
    """The distribution's Chromium, headless."""
    program = shutil.which("chromium") or shutil.which("chromium-browser")
    assert program, "These tests need Chromium: apt-get install chromium"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=program,
            args=[
                "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
                "--disable-background-networking", "--disable-component-update", "--disable-sync",
            ],
        )  # fmt: skip
        try:
            yield browser
        finally:
            browser.close()


def pictures(case: Path, folder: Path) -> None:
    """Take pictures of each kind of page."""
    folder.mkdir(parents=True, exist_ok=True)
    with served(case) as (address, link), chromium() as browser:
        context = browser.new_context()
        page = context.new_page()
        page.goto(link)
        first = {}
        for path in ("orders", "accounts", "listings"):
            page.goto(f"{address}/{path}")
            first[path] = page.locator(f"table.rows a[href^='/{path[:-1]}?']").first.get_attribute("href")
        page.goto(address + str(first["orders"]))
        why = page.locator("a.why").first.get_attribute("href")
        addresses = {
            "overview": "/", "orders": "/orders", "order": first["orders"], "accounts": "/accounts",
            "account": first["accounts"], "listings": "/listings", "listing": first["listings"],
            "problems": "/problems", "completeness": "/completeness", "exhibits": "/exhibits", "why": why,
            "figure": "/why?id=" + quote("figure:takings"), "refused": "/orders?page=x",
        }  # fmt: skip
        for width, scheme in ((1280, "light"), (1280, "dark"), (390, "light"), (390, "dark")):
            page.set_viewport_size({"width": width, "height": 900})
            page.emulate_media(color_scheme=scheme)
            for name, path in addresses.items():
                page.goto(address + str(path))
                page.screenshot(path=folder / f"{name}-{width}-{scheme}.png", full_page=True)


if __name__ == "__main__":
    if sys.argv[1] == "made":
        from web_case import made_case

        with tempfile.TemporaryDirectory() as home:
            pictures(made_case(Path(home) / "made.case").path, Path(sys.argv[2]))
    else:
        pictures(Path(sys.argv[1]), Path(sys.argv[2]))
