"""How right the mapping is that stocktake infers for a database that no folder recognises.

    python benchmarks/inference.py             the tables of docs/inference.md
    python benchmarks/inference.py --train     learn the weights anew from all that may be learned from
    python benchmarks/inference.py -v NAME …   what was missed and what was wrong, for these

Measured are (1) every shop software that has a folder and a schema in the tests, its recognition switched off,
by the weights that stand or, with --learned, by weights learned from all the others; (2) schemas that were looked at while the model was made; (3) schemas that
were not: they are marked `seen = false`, and were written down when the model was finished.
"""

import argparse
import json
import lzma
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.resources import files
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from scipy.optimize import minimize

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

import known_shops
import made_up_shop
from mapping_measure import Measured, Wanted, from_folder, measure
from shop_case import new_case, take_in
from stocktake.case import Case
from stocktake.engine.duck import connect
from stocktake.records.catalogue import raw_tables
from stocktake.shops.folders import ShopSoftware, supported
from stocktake.shops.inference import proposal as proposing
from stocktake.shops.inference import scoring
from stocktake.shops.inference.model import PARTS, roles
from stocktake.shops.inference.profile import Profile, profile
from stocktake.shops.inference.proposal import Proposal, propose
from stocktake.shops.recognition import Recognition, recognise

TABLES = ("orders", "order_lines", "accounts", "postal_addresses", "payments", "listings", "shipments", "messages",
          "reviews", "price_tiers")  # fmt: skip
AIMED = TABLES[:5]
WEIGHTS = Path(scoring.__file__).parent / "weights.toml"
DEMO = {"woocommerce": "quillbarrow-2025-07-15.sql.xz", "opencart": "pedlarsgate-2025-07-15.sql.zst"}
PRIOR = 100.0  # how strongly learned weights are held to those that stand


@dataclass
class Shop:
    """One database to be inferred: what it is, where it lies, what is right."""

    name: str
    title: str
    group: str
    profile: Profile
    wanted: list[Wanted]


@contextmanager
def shops(names: list[str]) -> Iterator[list[Shop]]:
    """All of them, looked at."""
    made = []
    with tempfile.TemporaryDirectory(prefix="inference-") as folder:
        for software in supported():
            if names and software.name not in names:
                continue
            found = _known(software, Path(folder) / software.name)
            if found is not None:
                case, shop = found
                connection = connect()
                looked = profile(connection, raw_tables(case, "KC/1"))
                wanted = from_folder(software, shop, connection)
                made.append(Shop(software.name, software.title, "known", looked, wanted))
        for schema in made_up_shop.schemas():
            if names and schema.name not in names:
                continue
            case = _case(Path(folder) / f"schema-{schema.name}", made_up_shop.dump(schema))
            looked = profile(connect(), raw_tables(case, "KC/1"))
            group = "seen" if schema.seen else "unseen"
            made.append(Shop(schema.name, schema.title, group, looked, schema.wanted))
        yield made


def _case(folder: Path, dump: bytes) -> Case:
    folder.mkdir(parents=True)
    case = new_case(folder)
    take_in(case, dump)
    return case


def _known(software: ShopSoftware, folder: Path) -> tuple[Case, Recognition] | None:
    """A case with a shop of this software, full of made-up trade; None where the tests have no schema of it."""
    if software.name in DEMO:
        case = _case(folder / "demo", _demo(DEMO[software.name]))
    else:
        text = known_shops.schema_text(software.name, "x_")
        if text is None:
            return None
        empty = _case(folder / "schema", text.encode())
        found = [shop for shop in recognise(empty, "KC/1") if shop.software == software.name]
        if not found:
            return None
        schema = known_shops.filled(software, found[0], raw_tables(empty, "KC/1"))
        case = _case(folder / "filled", made_up_shop.dump(schema))
    found = [shop for shop in recognise(case, "KC/1") if shop.software == software.name]
    return (case, found[0]) if found else None


def _demo(name: str) -> bytes:
    home = files("stocktake.demo") / "exhibit"
    parts = sorted((e for e in home.iterdir() if e.name.startswith(name)), key=lambda e: e.name)
    packed = b"".join(part.read_bytes() for part in parts)
    if name.endswith(".xz"):
        return lzma.decompress(packed)
    import zstandard

    return zstandard.ZstdDecompressor().decompressobj().decompress(packed)


# ---------------------------------------------------------------------------------------------------- learning


@dataclass
class Examples:
    """Rows of features with whether they were right."""

    features: list[dict[str, float]]
    right: list[bool]


def examples(shop: Shop) -> dict[str, Examples]:
    """What one shop teaches: its columns in the slots of their table, and its tables in every role."""
    right: dict[tuple[str, str], set[tuple[str, str, str | None]]] = {}
    for one in shop.wanted:
        right.setdefault((one.table, one.column), set()).update(one.right)
    role_of = {entity.name: _true_role(entity, shop.wanted) for entity in shop.profile.entities}
    entities = {entity.name: entity for entity in shop.profile.entities}
    targets = {
        table: [entities[name] for name, role in role_of.items() if role == table]
        for table in ("orders", "accounts", "listings")
    }
    first = proposing.roles_of(shop.profile, {})
    pointed = proposing.pointed_at(shop.profile, first)
    columns, tables = Examples([], []), Examples([], [])
    for entity in shop.profile.entities:
        for table, role in roles().items():
            scored = proposing.score(shop.profile, entity, role.slots.values(), role.own, targets)
            assigned = proposing.assign(scored)
            likely = {one.slot.name: scoring.chance(one.log_odds) for one in assigned}
            linked = max((one.overlap or 0.0 for one in assigned if one.slot.ref), default=0.0)
            stated, _ = scoring.role_features(
                entity, role, likely, linked, pointed.get((entity.name, table), 0.0)
            )
            tables.features.append(stated)
            tables.right.append(role_of[entity.name] == table)
            if role_of[entity.name] == table:
                for one in scored:
                    place = one.column.place
                    known = right.get((table, one.slot.canonical), set())
                    is_right = any(
                        place.table == t and place.column == c and k in (None, place.key) for t, c, k in known
                    )
                    if is_right and one.slot.name in PARTS and one.name.score == 0.0:
                        continue
                    if one.slot.name in ("kind", "pgp_key"):
                        continue
                    columns.features.append(one.features)
                    columns.right.append(is_right)
    return {"column": columns, "table": tables}


def _true_role(entity, wanted: list[Wanted]) -> str | None:
    """The canonical table most of whose wanted columns stand in the entity."""
    counted: dict[str, tuple[int, int]] = {}
    places = {(c.place.table, c.place.column, c.place.key) for c in entity.columns}
    for one in wanted:
        if one.needed:
            hit = any(((t, c, k) in places and t == entity.table.label) or (k is not None and (t, c, k) in places)
                      for t, c, k in one.right)  # fmt: skip
            found, all_ = counted.get(one.table, (0, 0))
            counted[one.table] = (found + hit, all_ + 1)
    best = max(
        counted, key=lambda table: counted[table][0] * (1.3 if table == "orders" else 1.0), default=None
    )
    return (
        best
        if best is not None and counted[best][0] >= 2 and counted[best][0] >= 0.1 * counted[best][1]
        else None
    )


def learn(taught: list[dict[str, Examples]]) -> dict[str, dict[str, float]]:
    """Weights that explain the examples, each shop weighing the same, held to those that stand."""
    learned = {}
    for model, stated in scoring.weights().items():
        if model in ("least", "stated"):
            learned[model] = dict(stated)
            continue
        names = list(stated)
        rows, right, share = [], [], []
        for shop in taught:
            given = shop[model]
            for stated_row, is_right in zip(given.features, given.right, strict=True):
                rows.append([1.0 if name == "constant" else stated_row.get(name, 0.0) for name in names])
                right.append(is_right)
                share.append(200.0 / len(given.right))
        matrix, truth, weight = np.array(rows), np.array(right, dtype=float), np.array(share)
        start = np.array([stated[name] for name in names])

        def cost(at, matrix=matrix, truth=truth, weight=weight, start=start):
            odds = matrix @ at
            loss = np.logaddexp(0.0, odds) - truth * odds
            slope = matrix.T @ (weight * (1 / (1 + np.exp(-odds)) - truth)) + PRIOR * (at - start)
            return float(weight @ loss + PRIOR / 2 * np.sum((at - start) ** 2)), slope

        bounds = [(None, None) if name == "constant" else (0, None) if value > 0 else (None, 0)
                  for name, value in stated.items()]  # fmt: skip
        found = minimize(cost, start, jac=True, bounds=bounds, method="L-BFGS-B")
        learned[model] = dict(zip(names, (round(float(value), 3) for value in found.x), strict=True))
    return learned


@contextmanager
def weighing(weights: dict[str, dict[str, float]]) -> Iterator[None]:
    """Infer with other weights than those of the package."""
    kept = scoring.weights
    for module in (scoring, proposing):
        module.weights = lambda: weights
    try:
        yield
    finally:
        for module in (scoring, proposing):
            module.weights = kept


def write(weights: dict[str, dict[str, float]]) -> None:
    lines = ["# Learned by benchmarks/inference.py --train; read in scoring.py."]
    for model, stated in weights.items():
        lines += ["", f"[{model}]", *(f"{name} = {value}" for name, value in stated.items())]
    WEIGHTS.write_text("\n".join(lines) + "\n", "utf-8")


# -------------------------------------------------------------------------------------------------- other matchers


def task(shop: Shop, made: Proposal) -> list[dict[str, Any]]:
    """What a matcher of two tables can do of the work: a raw table whose part is told, and its own columns.

    Keys and values, serialised columns and tables beside a row are left out, here as there.
    """
    found = []
    for entity in shop.profile.entities:
        role = _true_role(entity, shop.wanted)
        if role is None or entity.within is not None:
            continue
        own = [c for c in entity.columns if c.place.key is None and c.place.table == entity.table.label]
        columns = {column.place.column: [str(value) for value in column.values] for column in own}
        right = [
            {"column": one.column, "raw": raw, "needed": one.needed}
            for one in shop.wanted
            if one.table == role
            and (
                raw := [c for t, c, k in one.right if t == entity.table.label and k is None and c in columns]
            )
        ]
        proposed = sorted(
            {(choice.slot.canonical, choice.column.place.column)
            for mapping in made.of(role)
            if mapping.entity.table.label == entity.table.label
            for choice in mapping.choices.values()
            if choice.column.place.key is None and choice.column.place.table == entity.table.label
            and not choice.of_order and choice.slot.canonical not in ("kind", "pgp_fingerprint")}
        )  # fmt: skip
        found.append({"group": shop.group, "shop": shop.name, "table": role, "raw": entity.name,
                      "columns": columns, "right": right, "proposed": proposed})  # fmt: skip
    return found


# ---------------------------------------------------------------------------------------------------- measuring


def row(title: str, found: Measured) -> str:
    return (
        f"| {title} | "
        + " | ".join(f"{found.of(table).f1:.2f}" if _counts(found, table) else "" for table in TABLES)
        + " |"
    )


def _counts(found: Measured, table: str) -> bool:
    return found.of(table).wanted > 0


def header(first: str) -> str:
    return f"| {first} | {' | '.join(TABLES)} |\n|---|{'---|' * len(TABLES)}"


def totals(found: Measured) -> str:
    lines = ["| canonical table | precision | recall | F1 | columns wanted |", "|---|---|---|---|---|"]
    for table in TABLES:
        score = found.of(table)
        lines.append(
            f"| {table} | {score.precision:.3f} | {score.recall:.3f} | {score.f1:.3f} | {score.wanted} |"
        )
    return "\n".join(lines)


def by_column(found: Measured) -> str:
    lines = ["| canonical column | precision | recall | F1 | wanted |", "|---|---|---|---|---|"]
    for (table, column), score in sorted(
        found.scores.items(), key=lambda one: (TABLES.index(one[0][0]), one[0][1])
    ):
        if table in AIMED and score.wanted:
            lines.append(
                f"| {table}.{column} | {score.precision:.2f} | {score.recall:.2f} | {score.f1:.2f} | {score.wanted} |"
            )
    return "\n".join(lines)


def chances(shop: Shop, made: Proposal) -> list[tuple[float, bool]]:
    """The chance that is stated for each proposed column, and whether the column is right."""
    right: dict[tuple[str, str], set[tuple[str, str, str | None]]] = {}
    for one in shop.wanted:
        right.setdefault((one.table, one.column), set()).update(one.right)
    return [
        (
            choice.chance,
            (place.table, place.column, place.key) in right.get((mapping.table, slot.canonical), ()),
        )
        for mapping in made.mappings
        for choice in mapping.choices.values()
        for place, slot in [(choice.column.place, choice.slot)]
        if slot.name not in ("kind", "pgp_key")
    ]


def by_chance(stated: list[tuple[float, bool]]) -> str:
    lines = ["| stated chance | columns | share that is right |", "|---|---|---|"]
    for least, most in pairwise((0.0, 0.6, 0.8, 0.9, 0.95, 0.99, 1.01)):
        here = [right for chance, right in stated if least <= chance < most]
        if here:
            lines.append(
                f"| {least:.2f} to {min(most, 1.0):.2f} | {len(here)} | {sum(here) / len(here):.2f} |"
            )
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("names", nargs="*")
    parser.add_argument("-v", "--verbose", action="store_true")
    parser.add_argument("--train", action="store_true")
    parser.add_argument(
        "--learned", action="store_true", help="leave each known shop out of what weights are learned from"
    )
    parser.add_argument("--columns", action="store_true", help="a row a canonical column too")
    parser.add_argument("--export", type=Path, help="write what benchmarks/inference_peers.py compares")
    options = parser.parse_args()
    with shops(options.names) as every:
        learning = options.train or options.learned
        teach = {shop.name: examples(shop) for shop in every if shop.group != "unseen"} if learning else {}
        if options.train:
            write(learn(list(teach.values())))
            print(f"Learned from {len(teach)} shops; written to {WEIGHTS.name}.")
            return
        tasks: list[dict[str, Any]] = []
        for group, title in (("known", "Left out"), ("seen", "Looked at"), ("unseen", "Not looked at")):
            of_group = [shop for shop in every if shop.group == group]
            if not of_group:
                continue
            together, stated = Measured(), list[tuple[float, bool]]()
            print(f"\n{header(title)}")
            for shop in of_group:
                others = [taught for name, taught in teach.items() if name != shop.name]
                weights = learn(others) if options.learned and group == "known" else scoring.weights()
                with weighing(weights):
                    began = time.perf_counter()
                    made = propose(shop.profile)
                    took = time.perf_counter() - began
                stated += chances(shop, made)
                tasks += task(shop, made) if options.export else []
                found = measure(shop.wanted, made)
                together.add(found)
                print(row(shop.title, found), flush=True)
                if options.verbose:
                    print(f"{took:.1f} s", *(f"  missed {one}" for one in found.missed), sep="\n")
                    print(*(f"  wrong {one}" for one in found.wrong), sep="\n")
            print(f"\n{totals(together)}")
            if options.columns:
                print(f"\n{by_column(together)}\n\n{by_chance(stated)}")
        if options.export:
            options.export.write_text(json.dumps(tasks), "utf-8")


if __name__ == "__main__":
    main()
