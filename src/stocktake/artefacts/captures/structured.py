"""Structured data in a page: JSON-LD, microdata (WHATWG HTML, section 5) and RDFa Lite 1.1, as one shape.

A *node* is a dict: ``@type`` a list of the types' last names (``Product``), every property a list of texts
and nodes. Reading is linear in the page and follows no address.
"""

import json
import re
from collections.abc import Iterator
from typing import Any

from stocktake.artefacts.captures.document import said

Node = dict[str, list[Any]]

MOST_NODES = 20_000
_DEEPEST = 40
_JSON_BYTES = 4 << 20
_ATTRIBUTE = {
    "meta": "content", "a": "href", "area": "href", "link": "href", "img": "src", "source": "src",
    "iframe": "src", "embed": "src", "object": "data", "data": "value", "meter": "value", "time": "datetime",
}  # fmt: skip


def nodes(root: Any) -> Iterator[tuple[str, Node]]:
    """Yield the outermost nodes of a page, each with the name of its syntax, in the order of the page."""
    for script in root.iter("script"):
        if "ld+json" in (script.get("type") or "").lower():
            for node in _json_nodes(script.text or ""):
                yield "JSON-LD", node
    yield from (("microdata", node) for node in _outermost(root, "itemscope", "itemprop", "itemtype"))
    yield from (("RDFa", node) for node in _outermost(root, "typeof", "property", "typeof"))


def every(node: Node, depth: int = 0) -> Iterator[Node]:
    """The node and all in it."""
    yield node
    for values in node.values() if depth < _DEEPEST else ():
        for value in values:
            if isinstance(value, dict):
                yield from every(value, depth + 1)


def types(node: Node) -> set[str]:
    """Last names of the node's types."""
    return {value for value in node.get("@type", ()) if isinstance(value, str)}


def first(node: Node, *names: str) -> str:
    """The first text of the first of these properties that has one; of a node, its name or address."""
    for name in names:
        for value in node.get(name, ()):
            text = value if isinstance(value, str) else first(value, "name", "@id", "url", "@value")
            if text:
                return text
    return ""


def inner(node: Node, name: str) -> list[Node]:
    """The nodes under a property."""
    return [value for value in node.get(name, ()) if isinstance(value, dict)]


def _json_nodes(text: str) -> Iterator[Node]:
    if len(text) > _JSON_BYTES:
        return
    text = text.strip().removeprefix("<!--").removesuffix("-->").strip().rstrip(";")
    text = re.sub(r"^//\s*<!\[CDATA\[|//\s*\]\]>$", "", text).strip()
    try:
        loaded = json.loads(text, strict=False, parse_float=str, parse_int=str, parse_constant=str)
    except (ValueError, RecursionError):
        return
    count = [0]
    waiting = [loaded]
    while waiting:
        value = waiting.pop(0)
        if isinstance(value, list):
            waiting = value + waiting
        elif isinstance(value, dict):
            if "@graph" in value:
                waiting.insert(0, value["@graph"])
            node = _json_node(value, count, 0)
            if node:
                yield node


def _json_node(value: dict[str, Any], count: list[int], depth: int) -> Node:
    node: Node = {}
    count[0] += 1
    if count[0] > MOST_NODES or depth > _DEEPEST:
        return node
    for key, inside in value.items():
        if key in ("@graph", "@context"):
            continue
        name = _last(key)
        for one in inside if isinstance(inside, list) else [inside]:
            if isinstance(one, dict):
                if "@value" in one:
                    node.setdefault(name, []).append(str(one["@value"]))
                elif child := _json_node(one, count, depth + 1):
                    node.setdefault(name, []).append(child)
            elif isinstance(one, bool):
                node.setdefault(name, []).append(str(one).lower())
            elif one is not None and not isinstance(one, list):
                node.setdefault(name, []).append(_last(str(one)) if name == "@type" else str(one))
    return node


def _last(name: str) -> str:
    return name if name.startswith("@") else re.split(r"[/#:]", name.rstrip("/"))[-1]


def _outermost(root: Any, begins: str, names: str, kinds: str) -> Iterator[Node]:
    """Microdata or RDFa: nodes are elements with ``begins``; with ``names`` too they are properties."""
    open_nodes: list[tuple[Any, Node]] = []
    made = 0
    waiting: list[tuple[Any, bool]] = [(root, False)]
    while waiting:
        element, leaving = waiting.pop()
        if leaving:
            if open_nodes and open_nodes[-1][0] is element:
                _, left = open_nodes.pop()
                if not open_nodes:
                    yield left
            continue
        if not isinstance(element.tag, str):
            continue
        is_node = begins in element.attrib
        properties = [_last(name) for name in (element.get(names) or "").split()[:20]]
        if is_node and made < MOST_NODES and len(open_nodes) < _DEEPEST:
            made += 1
            node: Node = {"@type": [_last(kind) for kind in (element.get(kinds) or "").split()]}
            address = element.get("itemid") or element.get("resource")
            if address:
                node["@id"] = [address]
            if open_nodes and properties:
                for name in properties:
                    open_nodes[-1][1].setdefault(name, []).append(node)
            open_nodes.append((element, node))
            waiting.append((element, True))
        elif properties and open_nodes:
            value = _value(element)
            for name in properties:
                open_nodes[-1][1].setdefault(name, []).append(value)
        waiting.extend((child, False) for child in reversed(element))


def _value(element: Any) -> str:
    if element.get("content") is not None:
        return str(element.get("content")).strip()
    attribute = _ATTRIBUTE.get(element.tag)
    stated = element.get(attribute) if attribute else None
    if stated is None and element.get("property") is not None:
        stated = element.get("resource") or element.get("href") or element.get("src")
    return str(stated).strip() if stated is not None else said(element)[:20_000]
