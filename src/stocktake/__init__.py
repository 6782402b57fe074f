"""Stocktake: from a seized shop's servers to figures that can go to court, each with its source."""

from importlib.metadata import version

__version__ = version("stocktake")
