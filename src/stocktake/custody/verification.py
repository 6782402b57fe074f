"""Verification of a case by the installation that holds it.

The checks themselves, and what they can and cannot see, stand in ``verify_case.py``: one file that the other
side can run without stocktake, so that both sides run the same.
"""

import os
from collections.abc import Callable
from pathlib import Path

from stocktake.case import Case
from stocktake.custody import exhibit, signing, verify_case
from stocktake.custody.verify_case import Finding, Verification

__all__ = ["SCRIPT", "Finding", "Verification", "verify"]

# The stand-alone script, to be put beside a case that goes to the other side.
SCRIPT = Path(verify_case.__file__)


def verify(case: Case, progress: Callable[[int, int], None] | None = None) -> Verification:
    """Check the whole case; nothing is written.

    Exhibits are looked for where ``Exhibit.location`` says, and seals by another key than this
    installation's are told. ``progress`` is called with bytes done and bytes to do.
    """
    return verify_case.verify(
        os.fspath(case.path),
        own_key=signing.own_fingerprint(),
        locations=exhibit.moved(case),
        progress=progress,
    )
