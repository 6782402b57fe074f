"""The fonts that documents are set in, each with its licence beside it; no other font is ever used."""

from pathlib import Path

FONTS = Path(__file__).parent
