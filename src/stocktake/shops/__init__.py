"""Shops as folders: how each shop software is recognised, and how its tables map to the canonical model."""
