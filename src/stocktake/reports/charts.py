"""What charts are drawn from: scales with round steps, and the classes that order states are shown in."""

from collections.abc import Sequence
from decimal import Decimal

# Order states as a reader weighs them, darkest first. Every state of the vocabulary is in one class.
STATUS_CLASSES = {
    "Shipped, completed or refunded in part": ("completed", "shipped", "part_refunded"),
    "Paid, not yet sent": ("paid", "processing"),
    "Refunded or disputed": ("refunded", "disputed"),
    "Not paid, cancelled or unknown": (
        "pending", "cancelled", "failed", "trashed", "abandoned", "unknown", None,
    ),
}  # fmt: skip


_MOST_LABELS = 24


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
    """What stands under each month's bar: its name, over the year where that begins; empty where there is no
    room for all.
    """
    names = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
    every = next(step for step in (1, 2, 3, 4, 6, 12, len(months)) if len(months) <= _MOST_LABELS * step)
    labels = []
    for n, month in enumerate(months):
        number = int(month[5:]) - 1
        if number % every:
            labels.append("")
        else:
            labels.append(f"{names[number]}\n{month[:4]}" if number == 0 or n < every else names[number])
    return labels
