"""The canonical model: one shape for every shop."""
