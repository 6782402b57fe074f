"""The inference beside general schema matchers on what those can do of it.

    python benchmarks/inference.py --export tasks.json
    python -m venv peers && peers/bin/pip install valentine && peers/bin/python benchmarks/inference_peers.py tasks.json

A matcher is given one raw table with sampled values, is *told* which canonical table it is, and matches its
columns with the canonical ones. Those have their names, and as examples what the schemas that were looked at hold
for them, other shops than the one that is matched. That is less than the work: which table is what, keys and values,
serialised columns, addresses inside of orders and references are not asked of them. Each matcher's least score is
the one that suits it best on the schemas that were looked at; it is then applied to all.
"""

import json
import sys
import time
from pathlib import Path
from typing import Any

import pandas as pd
from valentine import valentine_match
from valentine.algorithms import Coma, Cupid, DistributionBased, JaccardDistanceMatcher, SimilarityFlooding

MATCHERS = {
    "COMA (names)": lambda: Coma(use_schema=True, use_instances=False),
    "COMA (names and values)": lambda: Coma(use_schema=True, use_instances=True),
    "Cupid": Cupid,
    "Similarity Flooding": SimilarityFlooding,
    "Jaccard distance of values": JaccardDistanceMatcher,
    "distribution of values": DistributionBased,
}
LEAST = [step / 20 for step in range(19)]
MOST = 200  # values of a column
Pairs = list[tuple[float, str, str]]


def frame(columns: dict[str, list[str]]) -> pd.DataFrame:
    longest = max(len(values[:MOST]) for values in columns.values())
    rows = {
        name: [*values[:MOST], *[None] * (longest - len(values[:MOST]))] for name, values in columns.items()
    }
    return pd.DataFrame(rows, dtype="object")


def examples(tasks: list[dict[str, Any]], table: str, apart: str) -> dict[str, list[str]]:
    """Values of each canonical column of a table, from looked-at schemas but the one that is matched."""
    found: dict[str, list[str]] = {}
    for task in tasks:
        for one in task["right"] if task["table"] == table else ():
            values = found.setdefault(one["column"], [])
            if task["group"] == "seen" and task["shop"] != apart and one["needed"]:
                values += task["columns"][one["raw"][0]][:20]
    return {name: values or [""] for name, values in found.items()}


def pairs(tasks: list[dict[str, Any]], task: dict[str, Any], matcher: Any) -> Pairs:
    raw, canonical = frame(task["columns"]), frame(examples(tasks, task["table"], task["shop"]))
    made = valentine_match([raw, canonical], matcher, df_names=["raw", task["table"]])
    return [(score, pair.target_column, pair.source_column) for pair, score in made.items()]


def one_to_one(scored: Pairs, least: float) -> set[tuple[str, str]]:
    chosen: set[tuple[str, str]] = set()
    for score, column, raw in sorted(scored, reverse=True):
        taken = any(column == one or raw == other for one, other in chosen)
        if score >= least and not taken:
            chosen.add((column, raw))
    return chosen


def f1(tasks: list[dict[str, Any]], chosen: list[set[tuple[str, str]]]) -> tuple[float, float, float]:
    right = proposed = found = wanted = 0
    for task, pairs_ in zip(tasks, chosen, strict=True):
        good = {(one["column"], raw) for one in task["right"] for raw in one["raw"]}
        proposed += len(pairs_)
        right += len(pairs_ & good)
        for one in task["right"]:
            if one["needed"]:
                wanted += 1
                found += any((one["column"], raw) in pairs_ for raw in one["raw"])
    precision, recall = right / max(proposed, 1), found / max(wanted, 1)
    return precision, recall, 2 * precision * recall / max(precision + recall, 1e-9)


def main() -> None:
    tasks = json.loads(Path(sys.argv[1]).read_text("utf-8"))
    groups = ("known", "seen", "unseen")
    print("| matcher | " + " | ".join(f"{group}: precision, recall, F1" for group in groups) + " | seconds |")
    print("|---|---|---|---|---|")
    made = {"stocktake": ([{tuple(one) for one in task["proposed"]} for task in tasks], 0.0)}
    for name, matcher in MATCHERS.items():
        began = time.perf_counter()
        try:
            scored = [pairs(tasks, task, matcher()) for task in tasks]
        except LookupError as error:  # NLTK's word lists are fetched on first use
            print(f"{name}: {str(error).strip().splitlines()[0]}", file=sys.stderr)
            continue
        took = time.perf_counter() - began
        looked_at = [n for n, task in enumerate(tasks) if task["group"] == "seen"]
        best = max(
            LEAST,
            key=lambda least: f1(
                [tasks[n] for n in looked_at], [one_to_one(scored[n], least) for n in looked_at]
            )[2],
        )
        made[f"{name}, from {best}"] = ([one_to_one(one, best) for one in scored], took)
    for name, (chosen, took) in made.items():
        cells = []
        for group in groups:
            here = [n for n, task in enumerate(tasks) if task["group"] == group]
            cells.append(
                "{:.2f}, {:.2f}, {:.2f}".format(*f1([tasks[n] for n in here], [chosen[n] for n in here]))
            )
        print(f"| {name} | {' | '.join(cells)} | {took:.0f} |", flush=True)


if __name__ == "__main__":
    main()
