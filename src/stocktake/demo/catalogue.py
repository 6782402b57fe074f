"""What the two made-up shops sell (`catalogue.toml`): most goods in both, under other names."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from importlib import resources
from typing import Any


@dataclass(frozen=True)
class Variation:
    """One weight of a listing; price in pence."""

    label: str
    price: int
    grams: str


@dataclass(frozen=True)
class Listing:
    """Goods as the truth knows them. Prices in pence; a tier is (least quantity, price of one in pence)."""

    key: str
    category: str
    woo_title: str
    oc_title: str
    description: str
    substance: str
    price: int
    grams: str
    tiers: tuple[tuple[int, int], ...]
    percent_tiers: tuple[tuple[int, int], ...]
    variations: tuple[Variation, ...]
    popularity: int


_DATA = tomllib.loads((resources.files("stocktake.demo") / "catalogue.toml").read_text(encoding="utf-8"))
CATEGORIES: dict[str, str] = _DATA["categories"]


def _variations(gram: int, weights: str) -> tuple[Variation, ...]:
    """The weights of that name, rounded to 50 pence."""
    if not weights:
        return ()
    return tuple(
        Variation(label, round(gram * float(grams) * (100 - off) / 100 / 50) * 50, grams)
        for label, grams, off in _DATA["weights"][weights]
    )


def _listing(row: dict[str, Any]) -> Listing:
    return Listing(
        key=row["key"],
        category=row["category"],
        woo_title=row.get("quillbarrow", ""),
        oc_title=row.get("pedlarsgate", ""),
        description=f"{row['description']} {_DATA['stealth']}",
        substance=row["substance"],
        price=row["price"],
        grams=row["grams"],
        tiers=tuple((least, price) for least, price in row.get("tiers", ())),
        percent_tiers=tuple((least, off) for least, off in row.get("percent_tiers", ())),
        variations=_variations(row["price"], row.get("weights", "")),
        popularity=row["popularity"],
    )


LISTINGS: tuple[Listing, ...] = tuple(_listing(row) for row in _DATA["listings"])
