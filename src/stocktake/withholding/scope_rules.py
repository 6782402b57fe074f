"""How it is told whether a row of a canonical table is in the scope of an authority: ``scope.toml``, read."""

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from stocktake.commerce.model import TABLES
from stocktake.errors import UserError
from stocktake.review.scope import Scope

# What says how a case was read, and holds nothing of what was read.
NEVER_OUT = ("completeness", "problems", "sources", "held_back")


@dataclass(frozen=True)
class Rule:
    """One table's rule; the head of ``scope.toml`` says what its parts mean. Pairs are (table, column)."""

    follows: tuple[tuple[str, str], ...]
    about: tuple[str, ...]
    site: str | None
    site_of: tuple[str, str] | None
    date: str | None
    standing: bool
    named_by: tuple[tuple[str, str], ...]


@cache
def rules() -> dict[str, Rule]:
    """The rule of every canonical table that can be out of a scope, parents before what follows them.

    A table that the file does not name has neither date nor site, and so is out of what limits either.
    """
    stated = tomllib.loads(files(__package__).joinpath("scope.toml").read_text("utf-8"))
    order = [*stated, *(table for table in TABLES if table not in stated)]
    return {table: _rule(stated.get(table, {})) for table in order if table not in NEVER_OUT}


def _rule(stated: dict[str, Any]) -> Rule:
    def pair(one: str) -> tuple[str, str]:
        table, _, column = one.partition(".")
        return table, column

    return Rule(
        follows=tuple(pair(one) for one in stated.get("follows", ())),
        about=tuple(stated.get("about", ())),
        site=stated.get("site"),
        site_of=pair(stated["site_of"]) if "site_of" in stated else None,
        date=stated.get("date"),
        standing=stated.get("standing", False),
        named_by=tuple(pair(one) for one in stated.get("named_by", ())),
    )


def check_kinds(scope: Scope) -> None:
    """Raise UserError where the scope leaves out a kind of data that there is not."""
    for kind in scope.without:
        if kind.partition(":")[0] not in rules():
            raise UserError(
                f"{kind!r} is no kind of data that can be left out; there are {', '.join(sorted(rules()))}, "
                "and what one family of readers gave, as in messages:mail."
            )
