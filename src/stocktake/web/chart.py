"""Stacked columns by month: the geometry alone; a template draws it as SVG."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from math import ceil, floor

from stocktake.web.format import month_name, number

WIDTH, HEIGHT = 640, 240
_LEFT, _RIGHT, _TOP, _BOTTOM = 64, 28, 10, 26
MOST_SERIES = 6
MOST_MONTHS = 240


@dataclass(frozen=True)
class Part:
    """One value drawn: a rectangle and what it stands for. Lengths are in units of the view box."""

    series: str
    colour: int
    month: str
    value: Decimal
    reference: str
    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True)
class Tick:
    """A place on an axis and its label."""

    at: float
    label: str


@dataclass(frozen=True)
class Chart:
    """``series`` are names and colours; ``left`` and ``right`` are where the plot begins and ends, ``zero``
    the height of its base line.
    """

    series: tuple[tuple[str, int], ...]
    parts: tuple[Part, ...]
    marks: tuple[Tick, ...]
    months: tuple[Tick, ...]
    left: float
    right: float
    zero: float
    left_out: int  # months that found no room


@dataclass(frozen=True)
class Value:
    """What one series has in one month (``2024-03``)."""

    month: str
    series: str
    value: Decimal
    reference: str


def columns(values: Sequence[Value], order: Sequence[str]) -> Chart | None:
    """Stack ``values`` by month, one series upon the other; None where there is nothing to draw.

    ``order`` has every series, also of charts beside this one: the place in it is the series' colour.

    Months between the first and the last that have no value are there, empty.
    """
    values = [each for each in values if each.value]
    if not values:
        return None
    months = _every_month(sorted({each.month for each in values}))
    left_out = max(0, len(months) - MOST_MONTHS)
    months = months[left_out:]
    place = {month: at for at, month in enumerate(months)}
    values = [each for each in values if each.month in place]
    colour = {name: min(at, MOST_SERIES - 1) for at, name in enumerate(order)}
    names = [name for name in order if any(each.series == name for each in values)]

    tops = [Decimal(0)] * len(months)
    bottoms = [Decimal(0)] * len(months)
    for each in values:
        stack = tops if each.value > 0 else bottoms
        stack[place[each.month]] += each.value
    step = _step(max(tops) - min(bottoms))
    high, low = ceil(max(tops) / step), floor(min(bottoms) / step)
    scale = (HEIGHT - _TOP - _BOTTOM) / float((high - low) * step)
    zero = _TOP + float(high * step) * scale
    pitch = (WIDTH - _LEFT - _RIGHT) / len(months)
    width = max(1.0, min(pitch * 0.72, 48.0))

    parts = []
    up = [0.0] * len(months)
    down = [0.0] * len(months)
    for each in sorted(values, key=lambda each: (names.index(each.series), each.month)):
        at = place[each.month]
        length = abs(float(each.value)) * scale
        if each.value > 0:
            up[at] += length
            y = zero - up[at]
        else:
            y = zero + down[at]
            down[at] += length
        x = _LEFT + pitch * at + (pitch - width) / 2
        parts.append(
            Part(
                series=each.series,
                colour=colour[each.series],
                month=month_name(each.month),
                value=each.value,
                reference=each.reference,
                x=round(x, 2),
                y=round(y, 2),
                width=round(width, 2),
                height=round(length, 2),
            )
        )
    return Chart(
        series=tuple((name, colour[name]) for name in names),
        parts=tuple(parts),
        marks=tuple(
            Tick(round(zero - float(at * step) * scale, 2), number(at * step)) for at in range(low, high + 1)
        ),
        months=_month_ticks(months, pitch),
        left=_LEFT,
        right=WIDTH - _RIGHT,
        zero=round(zero, 2),
        left_out=left_out,
    )


def _every_month(months: list[str]) -> list[str]:
    first, last = (int(m[:4]) * 12 + int(m[5:7]) - 1 for m in (months[0], months[-1]))
    # Dates can be wild (1970, 2038): gaps are only drawn where they fit.
    if last - first >= MOST_MONTHS:
        return months
    return [f"{at // 12:04}-{at % 12 + 1:02}" for at in range(first, last + 1)]


def _step(span: Decimal) -> Decimal:
    """The distance of marks that gives four to eight of them: 1, 2 or 5 times a power of ten."""
    power = Decimal(1).scaleb(span.adjusted() - 1)
    for factor in (1, 2, 5, 10, 20):
        if span / (power * factor) <= 7:
            return power * factor
    return power * 50


def _month_ticks(months: list[str], pitch: float) -> tuple[Tick, ...]:
    every = 1
    for wide in (1, 2, 3, 6, 12, 24, 60):
        every = wide
        if pitch * wide >= 62:
            break
    ticks = []
    for at, month in enumerate(months):
        if (int(month[:4]) * 12 + int(month[5:7]) - 1) % every == 0:
            ticks.append(Tick(round(_LEFT + pitch * (at + 0.5), 2), month_name(month)))
    return tuple(ticks)
