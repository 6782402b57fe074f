"""What case.toml holds."""

import tomllib
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import available_timezones

import tomli_w

from stocktake.errors import UserError


@dataclass(frozen=True)
class Settings:
    """Facts of the case that people state; nothing in it is computed.

    ``time_zone`` is an IANA name: the zone in which pages and reports show times. ``created`` is UTC.
    ``marking`` is the line of protective marking that stands on every page of a report.
    """

    reference: str
    name: str
    lead_force: str
    authority: str
    time_zone: str
    created: datetime
    marking: str = "For the investigation only"

    def __post_init__(self) -> None:
        for text in (self.reference, self.name, self.lead_force, self.authority, self.marking):
            try:
                text.encode("utf-8")
            except UnicodeEncodeError as error:
                raise UserError(f"{text!a} holds characters that are no text.") from error
        if not self.reference.strip():
            raise UserError("A case needs a reference: give one with --ref.")
        if self.time_zone not in available_timezones():
            raise UserError(f"{self.time_zone!r} is not a time zone name such as Europe/London.")

    @classmethod
    def read(cls, path: Path) -> "Settings":
        """Read ``case.toml``; a missing or damaged one is a UserError that names it."""
        try:
            stated = tomllib.loads(path.read_text("utf-8"))
        except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
            raise UserError(f"{path} can't be read as a case's settings: {error}") from error
        created = stated.get("created")
        if not isinstance(created, datetime):
            raise UserError(f"{path} names no time of creation, so this is not a case that stocktake made.")
        return cls(
            reference=str(stated.get("reference", "")),
            name=str(stated.get("name", "")),
            lead_force=str(stated.get("lead_force", "")),
            authority=str(stated.get("authority", "")),
            time_zone=str(stated.get("time_zone", "Europe/London")),
            created=created.astimezone(UTC),
            marking=str(stated.get("marking", cls.marking)),
        )

    def write(self, path: Path) -> None:
        """Write ``case.toml``."""
        stated = {
            "reference": self.reference,
            "name": self.name,
            "lead_force": self.lead_force,
            "authority": self.authority,
            "time_zone": self.time_zone,
            "created": self.created,
            "marking": self.marking,
        }
        path.write_text(tomli_w.dumps(stated), "utf-8")
