"""What a document consists of, before it is typeset: sections of numbered paragraphs, tables and charts.

A *text* is a list of pieces: plain strings and `Piece`. Texts reach the typesetter as data, so no text from
evidence is ever read as a command.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal


@dataclass(frozen=True)
class Piece:
    """Part of a text that is set in its own way.

    ``strong``; ``mono`` for ids, hashes and commands; ``soft`` for what is of less weight; ``ref`` for the
    label of a figure (``F12``), which leads to its line in the annex.
    """

    style: Literal["strong", "mono", "soft", "ref"]
    text: str


Text = Sequence[str | Piece]


def pieces(*parts: str | Piece) -> Text:
    """The parts, one after the other."""
    return parts


@dataclass(frozen=True)
class Heading:
    """A heading inside of a section."""

    text: str


@dataclass(frozen=True)
class Paragraph:
    """A numbered paragraph."""

    text: Text


@dataclass(frozen=True)
class Quote:
    """Words taken over as they stand, set in from the margin; each text is a paragraph of its own."""

    texts: Sequence[Text]


@dataclass(frozen=True)
class Facts:
    """Names and what stands for them, in two columns; ``title`` is set over them."""

    rows: Sequence[tuple[str, Text]]
    title: Text = ()


@dataclass(frozen=True)
class Column:
    """A table's column. ``width`` is a share of the room left (1.0) or None for as wide as its texts."""

    title: str
    align: Literal["left", "right"] = "left"
    width: float | None = None


@dataclass(frozen=True)
class Row:
    """A table's row. ``kind``: a plain one; a ``group`` heading over all columns, which is repeated where its
    rows run on to another page; a ``span``, of one text over all columns but the last; a ``total``.
    """

    cells: Sequence[Text]
    kind: Literal["plain", "group", "span", "total"] = "plain"
    anchor: str = ""  # label of the figure whose line in the annex this is


@dataclass(frozen=True)
class Table:
    """A table with a caption; its head is repeated on every page that it runs on to.

    ``note`` is small print under the last row. ``small`` sets it closer, for tables of many rows.
    """

    caption: str
    columns: Sequence[Column]
    rows: Sequence[Row]
    small: bool = False
    note: Text = ()


@dataclass(frozen=True)
class Series:
    """One kind of bar. ``shade`` is 0 (darkest) to 3 (lightest)."""

    name: str
    shade: int
    values: Sequence[float]


@dataclass(frozen=True)
class Chart:
    """Bars by month, stacked. Values are for drawing alone; the figures stand in the table beside it.

    ``ticks`` are (value, text) of the lines across, lowest first; the first and the last bound the chart.
    ``alternative`` says in words what the chart shows.
    """

    caption: str
    labels: Sequence[str]
    series: Sequence[Series]
    ticks: Sequence[tuple[float, str]]
    alternative: str


@dataclass(frozen=True)
class Beside:
    """Two small tables next to each other."""

    blocks: Sequence[Table]


Block = Heading | Paragraph | Quote | Facts | Table | Chart | Beside


@dataclass(frozen=True)
class Section:
    """A section, numbered in the order of the document; annexes have letters and start a page."""

    title: str
    blocks: Sequence[Block]
    annex: bool = False


@dataclass(frozen=True)
class Document:
    """The whole. ``made`` (UTC) goes into the file's own data, ``footer`` and ``running`` on every page."""

    kind: str
    title: str
    subtitle: str
    marking: str
    running: str
    footer: str
    made: datetime
    cover: Sequence[tuple[str, Text]]
    sections: Sequence[Section] = field(default_factory=list)


_OBJECTS = (
    Piece, Heading, Paragraph, Quote, Facts, Column, Row, Table, Series, Chart, Beside, Section, Document,
)  # fmt: skip


def as_data(part: object) -> object:
    """``part`` as JSON can hold it: every block is an object whose ``block`` names what it is."""
    if isinstance(part, _OBJECTS):
        return {"block": type(part).__name__.lower()} | {
            name: as_data(value) for name, value in vars(part).items()
        }
    if isinstance(part, datetime):
        return part.isoformat()
    if isinstance(part, list | tuple):
        return [as_data(item) for item in part]
    return part
