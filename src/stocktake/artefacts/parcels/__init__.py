"""Lists of intercepted parcels: what a person says is one, `stocktake add CASE FILE --parcels`."""

from typing import BinaryIO

from stocktake.evidence import Item
from stocktake.records import parcel_list
from stocktake.records.raw import UnitWriter


def recognise(head: bytes, path: str) -> str | None:  # noqa: ARG001
    """Never: that a spreadsheet lists parcels is for a person to say."""
    return None


def read(kind: str, stream: BinaryIO, item: Item, unit: UnitWriter) -> None:  # noqa: ARG001
    """Read the list into the raw table ``parcels``, its columns named as the list names them."""
    parcel_list.read(stream, unit)
