"""Times of the made-up case. Times are kept in UTC; the shops' own clocks show British time."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

WOO_OPENED = datetime(2023, 5, 20, 9, tzinfo=UTC)
OC_OPENED = datetime(2024, 2, 5, 12, tzinfo=UTC)
CLOSED = datetime(2025, 7, 14, 22, tzinfo=UTC)
WOO_DUMPED = datetime(2025, 7, 15, 2, 15, tzinfo=UTC)
OC_DUMPED = datetime(2025, 7, 15, 2, 40, tzinfo=UTC)
SWITCHED_OFF = datetime(2025, 7, 22, 6, 4, 31, tzinfo=UTC)  # the machine of Pedlarsgate, to be imaged


def _last_sunday(year: int, month: int) -> datetime:
    day = date(year, month, 31)
    return datetime(year, month, 31 - (day.weekday() + 1) % 7, 1, tzinfo=UTC)


def london(at: datetime) -> datetime:
    """British wall-clock time, without a zone.

    Summer time runs from 01:00 UTC on the last Sunday of March to that of October.
    """
    summer = _last_sunday(at.year, 3) <= at < _last_sunday(at.year, 10)
    return (at + timedelta(hours=1 if summer else 0)).replace(tzinfo=None)


def amsterdam(at: datetime) -> datetime:
    """Dutch wall-clock time, without a zone: an hour ahead of the British, changing at the same instants."""
    return london(at) + timedelta(hours=1)


def amsterdam_offset(at: datetime) -> str:
    """The offset of Dutch time from UTC as logs write it."""
    hours = round((amsterdam(at) - at.replace(tzinfo=None)).total_seconds()) // 3600
    return f"+{hours:02d}00"


def changeovers() -> list[datetime]:
    """Instants around the changes of the clock, two of which show the same wall-clock time each autumn."""
    return [
        datetime(2023, 10, 29, 0, 30, tzinfo=UTC),
        datetime(2023, 10, 29, 1, 30, tzinfo=UTC),
        datetime(2024, 3, 31, 0, 59, 59, tzinfo=UTC),
        datetime(2024, 3, 31, 1, 0, tzinfo=UTC),
        datetime(2024, 6, 30, 23, 30, tzinfo=UTC),
        datetime(2024, 10, 27, 0, 45, tzinfo=UTC),
        datetime(2024, 10, 27, 1, 45, tzinfo=UTC),
        datetime(2025, 3, 30, 0, 59, 59, tzinfo=UTC),
        datetime(2025, 3, 30, 1, 0, 1, tzinfo=UTC),
        datetime(2025, 5, 31, 23, 10, tzinfo=UTC),
    ]


def text(at: datetime) -> str:
    """`YYYY-MM-DD HH:MM:SS` of a time as it stands."""
    return at.strftime("%Y-%m-%d %H:%M:%S")


def local_text(at: datetime) -> str:
    """The British wall-clock time as text."""
    return text(london(at))


def utc_text(at: datetime) -> str:
    """The UTC time as text, as WordPress keeps in its `_gmt` columns."""
    return text(at.astimezone(UTC))
