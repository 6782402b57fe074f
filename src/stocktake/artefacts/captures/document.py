"""A captured page as a tree: bytes to text by what is stated of them, text to elements. Nothing is run."""

import codecs
import re
from typing import Any

from lxml import etree, html

# Of a longer page only the beginning is looked at.
LARGEST_PAGE = 16 << 20
_CHARSET = re.compile(rb"""(?i)<meta[^>]{0,200}?charset\s{0,10}=\s{0,10}["']?\s{0,10}([\w:.-]{1,40})""")
_MARKS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))


def decoded(page: bytes) -> str:
    """The page's text: UTF-8 where it is that, else what it says itself, else Windows-1252."""
    for mark, name in _MARKS:
        if page.startswith(mark):
            return page[len(mark) :].decode(name, "replace")
    try:
        return page.decode("utf-8")
    except UnicodeDecodeError:
        pass
    stated = _CHARSET.search(page[:4096])
    for name in (stated[1].decode("ascii", "replace") if stated else "", "cp1252"):
        try:
            if codecs.lookup(name).name not in ("utf-8", "utf-16", "utf-16-le", "utf-16-be"):
                return page.decode(name, "replace")
        except (LookupError, ValueError, UnicodeError):
            continue
    return page.decode("utf-8", "replace")


def parsed(page: bytes) -> Any:
    """The page's root element, None where there is nothing to be read in it."""
    text = decoded(page[:LARGEST_PAGE])
    parser = html.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True, no_network=True)
    try:
        return html.document_fromstring(text.encode("utf-8", "replace"), parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError, ValueError, AssertionError):
        return None


def said(element: Any, without: Any = None) -> str:
    """The text of an element as a reader sees it, white space made one, but for what ``without`` finds."""
    left_out = set(without(element)) if without is not None else set()
    pieces: list[str] = []
    skip = None
    for event, one in etree.iterwalk(element, events=("start", "end")):
        if event == "start":
            if skip is None and (one in left_out or one.tag in ("script", "style", "template")):
                skip = one
            if skip is None:
                pieces.append(one.text or "")
                if one.tag in _APART:
                    pieces.insert(-1, " ")
        else:
            if skip is one:
                skip = None
            if skip is None and one is not element:
                pieces.append((" " if one.tag in _APART else "") + (one.tail or ""))
    return " ".join("".join(pieces).split())


_APART = frozenset(
    [
        "address",
        "article",
        "br",
        "dd",
        "div",
        "dl",
        "dt",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "hr",
        "li",
        "ol",
        "option",
        "p",
        "pre",
        "section",
        "table",
        "tbody",
        "td",
        "th",
        "tr",
        "ul",
    ]
)
