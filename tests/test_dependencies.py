"""What the program imports is what installing it brings: the tests' own environment has more."""

import ast
import re
import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

ROOT = Path(__file__).parent.parent
_STUBS = {"_typeshed"}  # there for type checkers alone


def imported() -> dict[str, Path]:
    """The packages that stocktake's modules import, and a module that does."""
    found: dict[str, Path] = {}
    for path in sorted((ROOT / "src").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                names = [node.module]
            else:
                continue
            for name in names:
                parts = name.split(".")
                # dissect is a folder that many distributions fill, each with a package of its own name
                found.setdefault(".".join(parts[:2]) if parts[0] == "dissect" else parts[0], path)
    return found


def test_every_import_is_a_dependency():
    with (ROOT / "pyproject.toml").open("rb") as file:
        stated = tomllib.load(file)["project"]["dependencies"]
    named = {re.match(r"[\w.-]+", one)[0].lower().replace("_", "-") for one in stated}
    distributions = packages_distributions()
    for package, path in imported().items():
        if package in sys.stdlib_module_names | _STUBS | {"stocktake"}:
            continue
        brought = {one.lower().replace("_", "-") for one in [package, *distributions.get(package, ())]}
        assert brought & named, f"{path.name} imports {package}, which installing stocktake does not bring"
