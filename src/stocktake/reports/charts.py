"""What charts are drawn from: scales with round steps, and the classes that order states are shown in."""

from collections.abc import Sequence
from decimal import Decimal

# Order states as a reader weighs them, darkest first. Every state of the vocabulary is in one class.
STATUS_CLASSES = {
    "Shipped or completed": ("completed", "shipped"),
    "Paid, not yet sent": ("paid", "processing", "part_refunded", "disputed"),
    "Refunded": ("refunded",),
    "Not paid, cancelled or unknown": (
        "pending", "cancelled", "failed", "trashed", "abandoned", "unknown", None,
    ),
}  # fmt: skip


def scale(lowest: float, highest: float, *, smallest: Decimal = Decimal(0), steps: int = 4) -> list[float]:
    """Round values that span 0, ``lowest`` and ``highest``, evenly spaced, ``smallest`` or more apart."""
    low, high = Decimal(repr(min(lowest, 0.0))), Decimal(repr(max(highest, 0.0)))
    if low == high:
        return [0.0, 1.0]
    rough = (high - low) / steps
    magnitude = Decimal(1).scaleb(rough.adjusted())
    steps_wanted = (magnitude * factor for factor in (1, 2, 5, 10))
    step = max(smallest, next(wanted for wanted in steps_wanted if wanted >= rough))
    first = (low / step).to_integral_value(rounding="ROUND_FLOOR")
    last = (high / step).to_integral_value(rounding="ROUND_CEILING")
    return [float(step * n) for n in range(int(first), int(last) + 1)]


def months_between(first: str, last: str) -> list[str]:
    """Every calendar month from ``first`` to ``last``, both ``YYYY-MM`` and both included."""
    year, month = int(first[:4]), int(first[5:])
    found = []
    while (text := f"{year:04}-{month:02}") <= last:
        found.append(text)
        year, month = (year, month + 1) if month < 12 else (year + 1, 1)
    return found


def month_labels(months: Sequence[str]) -> list[str]:
    """``Jan 2026`` for the first month and each January, ``Feb`` for the others."""
    names = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
    labels = []
    for n, month in enumerate(months):
        name = names[int(month[5:]) - 1]
        labels.append(f"{name} {month[:4]}" if n == 0 or name == "Jan" else name)
    return labels
