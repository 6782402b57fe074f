"""PHP's serialize(): how WordPress and older OpenCart keep structures in a text column."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

Value = str | int | float | bool | None | Mapping[Any, "Value"] | Sequence["Value"]


def serialize(value: Value) -> str:
    """The text that PHP writes for `value`; string lengths count UTF-8 bytes."""
    if value is None:
        return "N;"
    if isinstance(value, bool):
        return f"b:{int(value)};"
    if isinstance(value, int):
        return f"i:{value};"
    if isinstance(value, float):
        return f"d:{value!r};"
    if isinstance(value, str):
        return f's:{len(value.encode())}:"{value}";'
    items = value.items() if isinstance(value, Mapping) else enumerate(value)
    pairs = [serialize(key) + serialize(item) for key, item in items]
    return f"a:{len(pairs)}:{{{''.join(pairs)}}}"
