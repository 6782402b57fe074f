"""``python -m stocktake``."""

from stocktake.cli import main

main()
