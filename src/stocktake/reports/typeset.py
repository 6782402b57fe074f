"""A document to PDF: typst, with the template and fonts shipped here and nothing else."""

import json
import tempfile
from datetime import UTC
from importlib.resources import files
from pathlib import Path
from typing import Literal

import typst

from stocktake.errors import UserError
from stocktake.reports.document import Document, as_data
from stocktake.reports.fonts import FONTS

# ISO 19005-2, level A: the file holds all that is needed to show it, for as long as it is kept, and its order
# and alternative texts for those who have it read out; ISO 14289-1 asks for the latter too.
_STANDARDS: list[Literal["a-2a", "ua-1"]] = ["a-2a", "ua-1"]


def typeset(document: Document, out: Path) -> Path:
    """Write ``document`` to ``out`` as PDF/A-2a and PDF/UA-1; the same document gives the same bytes.

    The typesetter sees a folder of its own with the template and the document's data, no other file, no
    system font and no network. Raises UserError where ``out`` can't be written.
    """
    template = (files(__package__) / "templates" / "document.typ").read_bytes()
    fonts = typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[FONTS])
    with tempfile.TemporaryDirectory(prefix="stocktake-report-") as folder:
        root = Path(folder)
        (root / "document.typ").write_bytes(template)
        (root / "document.json").write_text(json.dumps(as_data(document), ensure_ascii=True), "ascii")
        compiler = typst.Compiler(
            root / "document.typ",
            root=root,
            font_paths=fonts,
            package_path=root / "none",
            package_cache_path=root / "none",
        )
        made = compiler.compile(
            format="pdf",
            pdf_standards=[*_STANDARDS],
            timestamp=document.made.astimezone(UTC).replace(microsecond=0),
        )
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        beside = out.with_name(f".{out.name}.new")
        beside.write_bytes(made if isinstance(made, bytes) else b"")
        return beside.replace(out)
    except OSError as error:
        raise UserError(f"The report can't be written to {out}: {error.strerror or error}.") from error
