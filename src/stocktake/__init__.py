"""Stocktake: from what was seized to figures that can go to court."""
