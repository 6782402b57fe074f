"""apk's database of installed packages (Alpine): ``lib/apk/db/installed``.

Source: Alpine's "Apk spec" and apk-tools' database.c. Stanzas of one-letter fields: ``P`` name, ``V``
version, ``F`` a folder, and after it for each file ``R`` its name and ``Z`` its digest, ``Q1`` and SHA-1 in
base64. What lies in ``etc`` is kept when it was changed.
"""

import base64
import binascii
import re
from typing import BinaryIO

from stocktake.artefacts.gathering import Gathering
from stocktake.artefacts.lines import LONGEST, lines
from stocktake.artefacts.software.tables import FAMILY, TABLES
from stocktake.records.raw import UnitWriter

LINE = re.compile(rb"[A-Za-z]:[^\n]*\n")
_ROOT = re.compile(r"(?:usr/)?lib/apk/db/installed$")


def read(stream: BinaryIO, path: str, unit: UnitWriter) -> None:
    """Write a row a file that a package declares with a digest."""
    rows = Gathering(unit, FAMILY, TABLES)
    package = version = folder = name = ""
    for line in lines(stream):
        if line.length >= LONGEST:
            continue
        field, colon, value = line.text.partition(":")
        if not colon:
            package, version, folder, name = "", "", "", ""
        elif field == "P":
            package = value
        elif field == "V":
            version = value
        elif field == "F":
            folder = value
        elif field == "R":
            name = value
        elif field == "Z" and name and (digest := _sha1(value)):
            whole = f"{folder}/{name}" if folder else name
            rows.add(
                "declared_files", root=_ROOT.sub("", path), path=whole, algorithm="sha1", digest=digest,
                package=package, version=version, origin="apk", configuration=whole.startswith("etc/"),
                file=path, _offset=line.offset, _length=line.length,
            )  # fmt: skip
            name = ""
    rows.finish()


def _sha1(stated: str) -> str | None:
    if not stated.startswith("Q1"):
        return None
    try:
        digest = base64.b64decode(stated[2:], validate=True)
    except (binascii.Error, ValueError):
        return None
    return digest.hex() if len(digest) == 20 else None
