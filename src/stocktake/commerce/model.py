"""The canonical tables, read from model.toml.

Shape: ``TABLES[table][column] = DuckDB type``, columns in order, those of ``[common]`` last.
"""

import tomllib
from importlib.resources import files

_model: dict[str, dict[str, str]] = tomllib.loads((files(__package__) / "model.toml").read_text("utf-8"))
_common = _model.pop("common")

TABLES: dict[str, dict[str, str]] = {table: columns | _common for table, columns in _model.items()}

ORDER_STATUSES = (
    "pending", "paid", "processing", "shipped", "completed", "cancelled", "refunded", "part_refunded",
    "failed", "disputed", "trashed", "abandoned", "unknown",
)  # fmt: skip
