"""Typeset documents about a case."""

from collections.abc import Callable, Mapping
from pathlib import Path

from stocktake.case import Case
from stocktake.reports import summary

# What `stocktake report CASE KIND` can make. Each writes a PDF and returns where it is.
KINDS: Mapping[str, Callable[[Case, Path | None], Path]] = {"summary": summary.summary}
