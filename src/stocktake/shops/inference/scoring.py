"""How well a column fits a canonical column, and a table a canonical table: a probability with its reasons.

Both are logistic models over a few features that mean the same for every column (how well the name fits, how
many values look right, whether its values are another table's keys). Their weights are in ``weights.toml``.
"""

import math
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from stocktake.shops.inference.model import Pattern, Role, Slot
from stocktake.shops.inference.profile import Column, Entity
from stocktake.shops.inference.words import Token

# Looks that tell much even of a column whose name says nothing.
TELLING = frozenset({
    "email", "ip", "agent", "hash", "pgp_public", "pgp_message", "wallet", "txid", "currency", "phone",
    "postcode", "card_brand", "tracking", "asset", "country", "url",
})  # fmt: skip
MOST_STATED = 0.99  # beyond it there is nothing measured
_OF_TIMES = frozenset({"date", "time"})  # add nothing to what sort of time it is
_OF_AMOUNTS = frozenset({"net", "gross"})
_NEUTRAL = frozenset({"site", "field", "when"})

Features = dict[str, float]


@dataclass(frozen=True)
class NameFit:
    """How a name fits: 0 to 1, the concepts that it was read as, and a concept that speaks against it."""

    score: float
    read_as: Pattern
    against: str | None


def name_fit(
    words: Sequence[Token],
    patterns: Sequence[tuple[Pattern, float]],
    ruled_out: frozenset[str],
    own: frozenset[str],
) -> NameFit:
    """The best of the patterns for a name of these words. ``own`` are concepts that add nothing here."""
    best = NameFit(0.0, (), _against(words, ruled_out - own))
    best_value = -0.3 if best.against else 0.0
    for concepts, strength in patterns:
        rest = _without(words, concepts)
        if rest is None:
            continue
        cost = sum(_cost(token, own | frozenset(concepts)) for token in rest)
        against = _against(rest, ruled_out)
        score = strength * len(concepts) / (len(concepts) + cost)
        value = score - (0.5 if against else 0.0)
        if value > best_value:
            best, best_value = NameFit(score, concepts, against), value
    return best


def _without(words: Sequence[Token], concepts: Pattern) -> list[Token] | None:
    """The words that are left when each concept has taken one; None where one finds none."""
    rest = list(words)
    for concept in concepts:
        taken = next((token for token in sorted(rest, key=len) if concept in token), None)
        if taken is None:
            return None
        rest.remove(taken)
    return rest


def _cost(token: Token, own: frozenset[str]) -> float:
    if token & own:
        return 0.08
    if token & _NEUTRAL:
        return 0.1
    if "id" in token:
        return 0.4
    return 0.8


def _against(words: Sequence[Token], ruled_out: frozenset[str]) -> str | None:
    return next((min(token & ruled_out) for token in words if token <= ruled_out), None)


def column_features(
    column: Column,
    slot: Slot,
    own: frozenset[str],
    words: Sequence[Token] | None = None,
    overlap: float | None = None,
    *,
    names_target: bool = False,
) -> tuple[Features, NameFit]:
    """What speaks for and against the column being ``slot``.

    ``overlap`` is the share of its values that are keys of the table that ``slot`` points to, None where no
    such table is known; ``names_target`` says that it is called as that table is. ``words`` are the name's
    where part of it was read already (the `shipping` of `shipping_city`).
    """
    named = column.words if words is None else words
    cheap = own | _OF_TIMES if "time" in slot.shapes else own
    if "money" in slot.shapes and slot.name not in ("subtotal", "total"):
        cheap |= _OF_AMOUNTS
    name = name_fit(named, slot.names, slot.ruled_out, cheap)
    if names_target and name.score < 0.9:
        name = NameFit(0.9, ("id",), None)
    fit = max((column.looks.get(look, 0.0) for look in slot.shapes), default=0.0)
    telling = max((column.looks.get(look, 0.0) for look in slot.shapes if look in TELLING), default=0.0)
    features = {
        "name": name.score,
        "name_exact": float(name.score > 0.85),
        "name_unknown": float(name.score == 0.0),
        "against": float(name.against is not None),
        "fit": fit if column.values else 0.5,
        "misfit": float(bool(column.values) and fit < 0.15),
        "telling": telling,
        "telling_named": telling * name.score,
        "unfilled": 1.0 - min(1.0, column.filled) if column.filled < 0.5 else 0.0,
        "empty": float(not column.values),
        "key_as_value": float(column.unique and not slot.unique and slot.ref is None and not telling),
        "key_as_ref": float(column.unique and slot.ref is not None),
        "unique": float(slot.unique and column.unique),
        "repeated": float(slot.unique and not column.unique),
        "ref": overlap if slot.ref is not None and overlap is not None else 0.0,
        "ref_missed": float(slot.ref is not None and overlap is not None and overlap < 0.3),
        "strict_unnamed": float(slot.strict and name.score < 0.6),
        "not_hashed": float(slot.name == "password_hash" and column.looks.get("hash", 0.0) < 0.5),
    }
    return features, name


def role_features(
    entity: Entity, role: Role, assigned: Mapping[str, float], linked: float, pointed_at: float = 0.0
) -> tuple[Features, NameFit]:
    """What speaks for and against the entity's rows being rows of ``role``.

    ``assigned`` are the probabilities of the columns that it would get; ``linked`` the best overlap of a
    column of it with the keys of a table that the role points to; ``pointed_at`` the chance of a table that
    would have to point to such a role and points here.
    """
    name = name_fit(
        entity.words, role.names, role.ruled_out, frozenset({"site", "date"})
    )  # "data" is no date here
    needed = sum(slot.needed for slot in role.slots.values())
    got = sum(role.slots[slot].needed * chance for slot, chance in assigned.items() if slot in role.slots)
    features = {
        "name": name.score,
        "name_exact": float(name.score > 0.85),
        "name_unknown": float(name.score == 0.0),
        "against": float(name.against is not None),
        "needed": min(1.0, got / (role.enough * needed)) if needed else 0.0,
        "columns": min(8.0, sum(chance for chance in assigned.values() if chance > 0.3)) / 8,
        "linked": linked,
        "pointed_at": pointed_at,
        "keyless": float(not entity.keys and entity.within is None),
        "narrow": float(len(entity.columns) < 4),
    }
    return features, name


@cache
def weights() -> dict[str, dict[str, float]]:
    """The weights of both models, ``column`` and ``table``, and how likely each must be at ``least``."""
    stated: dict[str, dict[str, float]] = tomllib.loads(
        (files(__package__) / "weights.toml").read_text("utf-8")
    )
    return stated


def logit(features: Features, stated: Mapping[str, float]) -> float:
    """The log of the odds by these weights."""
    return stated["constant"] + sum(stated.get(name, 0.0) * value for name, value in features.items())


def log_odds_of(probability: float) -> float:
    """The log odds of a probability between 0 and 1."""
    return math.log(probability / (1.0 - probability))


def chance(log_odds: float) -> float:
    """The probability of these log odds."""
    return 1.0 / (1.0 + math.exp(-max(-40.0, min(40.0, log_odds))))


def stated(kind: str, log_odds: float) -> float:
    """The probability told of a `column` or a `table`: how often such a chance was right when measured."""
    worth = weights()["stated"]
    return round(min(MOST_STATED, chance(worth[f"{kind}_slope"] * log_odds + worth[f"{kind}_offset"])), 3)
