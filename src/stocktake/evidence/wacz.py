"""WACZ: a zip of WARC files, whose package states the hash of each (https://specs.webrecorder.net/wacz/1.1.1/)."""

import hashlib
import json
from collections.abc import Callable, Mapping
from contextlib import closing
from typing import Any

from stocktake.evidence.names import text
from stocktake.evidence.opening import Opening

PACKAGE = "datapackage.json"
_PACKAGE_BYTES = 64 << 20


def check_package(members: Mapping[str, Opening], tell: Callable[[str, str], None]) -> None:
    """Hold the hashes that a WACZ states of its files against their bytes; each wrong one is told.

    ``members`` are the openings of the zip's files by their names. A zip that is no WACZ is left alone.
    """
    if PACKAGE not in members or not any(name.startswith("archive/") for name in members):
        return
    with closing(members[PACKAGE]()) as stream:
        stated = stream.read(_PACKAGE_BYTES)
    try:
        package: Any = json.loads(stated)
        listed = [(str(one["path"]), str(one["hash"])) for one in package["resources"]]
    except (ValueError, KeyError, TypeError, RecursionError):
        tell("warning", f"{PACKAGE} of the WACZ can't be read, so its files' hashes were not checked")
        return
    for name, digest in listed:
        algorithm, _, value = digest.partition(":")
        if name not in members:
            tell("warning", f"the WACZ lists {text(name[:300])!r}, which is not in it")
        elif algorithm in ("sha256", "md5") and _hash(members[name], algorithm) != value.lower():
            tell("warning", f"the hash of {text(name[:300])!r} is not the one that the WACZ states")


def _hash(opening: Opening, algorithm: str) -> str:
    found = hashlib.new(algorithm, usedforsecurity=False)
    with closing(opening()) as stream:
        while block := stream.read1():
            found.update(block)
    return found.hexdigest()
