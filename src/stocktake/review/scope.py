"""What the authority of a case allows: dates, sites, kinds of data."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from stocktake.errors import UserError


def day(text: str | None) -> date | None:
    """A day as a person gives it; UserError where it is none."""
    try:
        return date.fromisoformat(text) if text else None
    except ValueError as error:
        raise UserError(f"{text!r} is no day such as 2024-01-31.") from error


@dataclass(frozen=True)
class Scope:
    """The limits of one authority; what is empty does not limit.

    ``first`` and ``last`` are days of the case's time zone, both within the scope. ``without`` are kinds of
    data that are not allowed: a canonical table, or ``messages:mail`` for what one family or shop gave of it.
    ``undated`` and ``siteless`` say that rows whose day or site is not known are within it.
    """

    authority: str
    first: date | None = None
    last: date | None = None
    sites: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    undated: bool = False
    siteless: bool = False

    def __post_init__(self) -> None:
        if not self.authority.strip():
            raise UserError(
                "A scope needs the authority that it follows from: give its text with --authority."
            )
        if self.first and self.last and self.first > self.last:
            raise UserError(f"The scope would end ({self.last}) before it begins ({self.first}).")

    @property
    def limited(self) -> bool:
        """Whether anything can be out of it."""
        return bool(self.first or self.last or self.sites or self.without)

    @property
    def to_be_shown(self) -> bool:
        """Whether a row of which nothing is known is out of it: dates or sites limit it."""
        dated = bool(self.first or self.last) and not self.undated
        return dated or (bool(self.sites) and not self.siteless)

    def bounds(self, time_zone: str) -> tuple[datetime | None, datetime | None]:
        """The first moment within the dates, and the first after them, in UTC without a zone."""
        after = self.last + timedelta(days=1) if self.last else None
        first, end = (
            datetime.combine(day, time(), ZoneInfo(time_zone)).astimezone(UTC).replace(tzinfo=None)
            if day
            else None
            for day in (self.first, after)
        )
        return first, end

    @property
    def text(self) -> str:
        """The limits in words."""
        said = []
        if self.first:
            said.append(f"from {self.first}")
        if self.last:
            said.append(f"to {self.last}")
        if self.sites:
            said.append(f"of the site{'s' if len(self.sites) > 1 else ''} {', '.join(self.sites)}")
        if self.without:
            said.append(f"without {', '.join(self.without)}")
        if self.undated:
            said.append("with rows of unknown date")
        if self.siteless:
            said.append("with rows of no site")
        return ", ".join(said) or "everything"

    def stated(self) -> dict[str, Any]:
        """The scope as the ledger holds it."""
        return {
            "authority": self.authority,
            "from": str(self.first) if self.first else None,
            "to": str(self.last) if self.last else None,
            "sites": list(self.sites),
            "without": list(self.without),
            "undated": self.undated,
            "siteless": self.siteless,
        }

    @classmethod
    def of(cls, stated: dict[str, Any]) -> "Scope":
        """The scope that a ledger entry states."""
        return cls(
            authority=str(stated["authority"]),
            first=date.fromisoformat(stated["from"]) if stated["from"] else None,
            last=date.fromisoformat(stated["to"]) if stated["to"] else None,
            sites=tuple(stated["sites"]),
            without=tuple(stated["without"]),
            undated=stated["undated"] is True,
            siteless=stated["siteless"] is True,
        )
