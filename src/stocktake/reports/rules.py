"""The rules that figures follow, quoted from the comments at the head of the SQL files that apply them."""

import re
from dataclasses import dataclass
from hashlib import sha256
from importlib.resources import files


@dataclass(frozen=True)
class Rule:
    """A rule in words, part by part, with the file that it stands in and that file's SHA-256."""

    file: str
    sha256: str
    parts: tuple[str, ...]


def commerce_rule(name: str) -> Rule:
    """The comment at the head of ``commerce/NAME``: each numbered point, and what stands around them."""
    text = (files("stocktake") / "commerce" / name).read_text("utf-8")
    lines: list[str] = []
    for line in text.splitlines():
        if not line.startswith("--"):
            break
        lines.append(line[2:])
    parts: list[str] = []
    within_points = False
    for line in lines:
        point = re.match(r"\s*\d+\. ", line)
        indented = line.startswith("    ")
        if point or not parts or (within_points and not indented):
            parts.append(line.strip())
        else:
            parts[-1] += " " + line.strip()
        within_points = bool(point) or (within_points and indented)
    clean = tuple(part.replace("`", "") for part in parts if part)
    return Rule(f"commerce/{name}", sha256(text.encode("utf-8")).hexdigest(), clean)
