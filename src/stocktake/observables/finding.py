"""What a check says about one value."""

from typing import NamedTuple

HIGH, MEDIUM, LOW = "high", "medium", "low"

# What became of a checksum: there is none for the kind; this value bears none; it fits; it does not.
NO_CHECKSUM, ABSENT, PASSED, FAILED = "none", "absent", "passed", "failed"


class Finding(NamedTuple):
    """A value of a kind, as far as it can be judged from itself alone.

    ``valid`` is True where a check stood behind it and passed, False where one failed, None where nothing
    that can be done off line tells. ``value`` is what was found; of a secret only what it is. ``used`` is
    how many of the candidate's bytes the value takes, all where None. ``secret`` holds the secret's bytes
    in their plain form until they are turned into a keyed fingerprint; it is written nowhere.
    """

    kind: str
    value: str
    normalised: str | None
    valid: bool | None
    network: str | None = None
    encoding: str | None = None
    checksum: str = NO_CHECKSUM
    confidence: str = HIGH
    used: int | None = None
    secret: bytes | None = None
