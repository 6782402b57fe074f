"""The labels of figures in a document (F1, F2 …) and the annex that leads from each back to its source."""

from collections.abc import Sequence
from hashlib import sha256

from stocktake.findings.figures import Figure, FigureRow
from stocktake.reports.document import Column, Paragraph, Piece, Row, Section, Table, Text, pieces
from stocktake.reports.wording import number


class References:
    """Numbers each figure's reference when it is first printed."""

    def __init__(self) -> None:
        self._labels: dict[str, str] = {}
        self._by_figure: dict[Figure, dict[str, int]] = {}

    def __call__(self, figure: Figure, row: FigureRow) -> Piece:
        """The label of ``row``; the same reference has the same label all over the document."""
        label = self._labels.setdefault(row.reference, f"F{len(self._labels) + 1}")
        self._by_figure.setdefault(figure, {})[row.reference] = int(row["count"])
        return Piece("ref", label)

    @property
    def printed(self) -> Sequence[str]:
        """Every reference printed, in the order of labels."""
        return list(self._labels)

    def annex(self) -> Section:
        """One line a label, grouped by the SQL file that makes the figure."""
        rows: list[Row] = []
        for figure in sorted(self._by_figure, key=lambda figure: figure.title):
            digest = sha256(figure.sql.encode("utf-8")).hexdigest()
            heading: Text = [
                f"{figure.title}: {figure.unit}  ",
                Piece("mono", figure.file),
                Piece("soft", f"  SHA-256 {digest[:16]}…"),
            ]
            rows.append(Row([heading], kind="group"))
            rows += [
                Row([[self._labels[printed]], [Piece("mono", printed)], [number(counted)]],
                    anchor=self._labels[printed])
                for printed, counted in self._by_figure[figure].items()
            ]  # fmt: skip
        columns = [Column("Figure"), Column("Reference", width=1.0), Column("Rows counted", align="right")]
        return Section(
            "Sources of figures",
            [
                Paragraph(
                    pieces(
                        "Each figure in this document has a label. This table gives its full reference, the "
                        "file of SQL that makes it, and how many rows of the case it counts. The command ",
                        Piece("mono", "stocktake why CASE REFERENCE"),
                        " gives the SQL, the figure as it is now, and the rows; for the id of any row it "
                        "gives the place in the exhibit and the bytes that stand there.",
                    )
                ),
                Paragraph(
                    pieces(
                        "In a reference, a star stands for every value of that key; signs that would be "
                        "mistaken for its own are written by their code (",
                        Piece("mono", "%2F"),
                        " is a slash). Line breaks and spaces in a copied reference do no harm.",
                    )
                ),
                Table("Figures and their sources", columns, rows, small=True),
            ],
            annex=True,
        )
