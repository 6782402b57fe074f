"""The documents say what is there."""

import re
import tokenize
from importlib.resources import files
from pathlib import Path

import pytest
import typer

from stocktake.cli import app
from stocktake.commerce.model import TABLES
from stocktake.shops.folders import supported

ROOT = Path(__file__).parent.parent
DOCUMENTS = [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").glob("*.md"))]


def commands():
    return sorted(typer.main.get_command(app).commands.items())


@pytest.mark.parametrize(("name", "command"), commands())
def test_every_command_has_help_and_stands_in_the_readme(name, command):
    assert command.help
    for parameter in command.params:
        assert getattr(parameter, "help", None), f"{name} {parameter.name}"
    assert f"| `{name} " in (ROOT / "README.md").read_text("utf-8")


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_links_lead_somewhere(document):
    text = document.read_text("utf-8")
    for target in re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", text):
        if "://" not in target:
            assert (document.parent / target).exists(), target


def test_the_architecture_names_every_package():
    text = (ROOT / "docs" / "architecture.md").read_text("utf-8")
    packages = [
        entry.name
        for entry in files("stocktake").iterdir()
        if entry.is_dir() and not entry.name.startswith("_")
    ]
    for package in packages:
        assert f"`{package}`" in text, package


def test_every_canonical_table_begins_with_what_it_is_about():
    for table, columns in TABLES.items():
        assert {"exhibit", "source_id", "basis"} <= set(columns), table


def test_every_shop_stands_in_the_documents():
    text = (ROOT / "README.md").read_text("utf-8")
    for shop in supported():
        assert shop.title in text, shop.title


def test_no_file_names_a_package_index_or_a_machine():
    for path in [
        *DOCUMENTS,
        ROOT / "pyproject.toml",
        *ROOT.glob("requirements*.lock"),
        *ROOT.glob("script/*"),
    ]:
        text = path.read_text("utf-8")
        assert not re.search(
            r"--(extra-)?index-url|pypi\.org|/root/|/home/", text.replace("--no-emit-index-url", "")
        ), path


def test_no_pattern_has_a_possessive_quantifier():
    """Python 3.11.2, which Debian 12 has, matches them wrongly when groups repeat."""
    for path in (ROOT / "src").rglob("*.py"):
        with path.open("rb") as file:
            for token in tokenize.tokenize(file.readline):
                if token.type == tokenize.STRING and re.match(r"[bB]?[rR][bB]?['\"]", token.string):
                    found = re.search(r"[^\\\[(|][*+?}]\+|\(\?>", token.string)
                    assert not found, f"{path.name}:{token.start[0]} {found}"
