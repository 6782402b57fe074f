"""The list of intercepted parcels, as a police force would keep it, and which order each parcel was."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from stocktake.demo import clock, identifiers
from stocktake.errors import UserError

if TYPE_CHECKING:
    from collections.abc import Callable

    from stocktake.demo.trade import Order, Trade

COLUMNS = (
    "Reference",
    "Date/time intercepted",
    "Place",
    "Postcode on label",
    "Weight (g)",
    "Tracking number",
    "Note",
)


@dataclass(frozen=True)
class Parcel:
    """One line of the list. `order` is the truth; None where the parcel came from neither shop."""

    reference: str
    intercepted: datetime | None
    place: str
    postcode: str
    weight_g: str
    tracking: str
    note: str
    order: Order | None
    damage: str = ""

    def cells(self) -> tuple[str, ...]:
        """The line as written, its time on the British clock."""
        when = (
            clock.london(self.intercepted).strftime("%d/%m/%Y %H:%M") if self.intercepted else "not recorded"
        )
        return (self.reference, when, self.place, self.postcode, self.weight_g, self.tracking, self.note)


def _pick(orders: list[Order], near: datetime, wanted: Callable[[Order], bool], taken: list[Order]) -> Order:
    """The order posted nearest to a day that is as wanted and not yet picked."""
    fit = [
        order for order in orders if order.shipped and not order.test and wanted(order) and order not in taken
    ]
    if not fit:
        raise UserError("The scale is too small: no order fits a parcel of the list.")
    found = min(fit, key=lambda order: abs(order.shipped - near) if order.shipped else timedelta.max)
    taken.append(found)
    return found


def _sent(order: Order) -> datetime:
    if order.shipped is None:
        raise ValueError(f"order {order.number} was never posted")
    return order.shipped


def _mistyped(number: str) -> str:
    """In groups, in small letters, and with the letter O for nought."""
    return f"{number[:2]} {number[2:6]} {number[6:10].replace('0', 'O')} {number[10:]}".lower()


def intercepted(trade: Trade) -> list[Parcel]:
    """The parcels; the first is the one that the case began with."""
    taken: list[Order] = []

    def british(order: Order) -> bool:
        return (
            bool(order.tracking) and order.shipping.country == "GB" and " " in order.shipping.postcode.strip()
        )

    def plain(order: Order) -> bool:
        return british(order) and order.state in ("completed", "processing")

    def untracked(order: Order) -> bool:
        return (
            not order.tracking and order.shipping.country == "GB" and " " in order.shipping.postcode.strip()
        )

    def day(year: int, month: int, date: int) -> datetime:
        return datetime(year, month, date, 12, tzinfo=UTC)

    first = _pick(trade.woo, day(2025, 1, 22), plain, taken)
    second = _pick(trade.opencart, day(2025, 2, 11), plain, taken)
    damaged = _pick(trade.woo, day(2025, 3, 6), plain, taken)
    letter = _pick(trade.woo, day(2025, 3, 31), untracked, taken)
    misread = _pick(trade.opencart, day(2025, 4, 15), plain, taken)
    refunded = _pick(trade.woo, day(2025, 5, 20), lambda order: british(order) and bool(order.refunds), taken)
    same = _pick(
        trade.woo, day(2025, 6, 3), lambda order: plain(order) and order.person is not first.person, taken
    )
    late = _pick(trade.opencart, day(2025, 6, 30), plain, taken)
    hours = timedelta(hours=1)
    return [
        Parcel("SB/2025/0041", _sent(first) + 9 * hours, "Saltersby Mail Centre",
        first.shipping.postcode.upper(), str(first.weight_g + 2),
               first.tracking,
               "X-ray, vac-sealed pouch inside MBB. Opened under warrant. Return address is a vacant unit.",
               first),
        Parcel("SB/2025/0057", _sent(second) + 14 * hours, "Saltersby Mail Centre", second.shipping.postcode,
        str(second.weight_g),
               second.tracking, "Same typeface on label as 0041", second),
        Parcel("SB/2025/0063", _sent(damaged) + 11 * hours, "Quernstone Delivery Office",
        damaged.shipping.postcode, str(damaged.weight_g - 3),
               damaged.tracking[:6] + "???" + damaged.tracking[9:],
               "Label torn and wet, three digits not legible", damaged, "number damaged"),
        Parcel("SB/2025/0070", _sent(letter) + 26 * hours, "Quernstone Delivery Office",
        letter.shipping.postcode.replace(" ", "").lower(),
               str(letter.weight_g + 1), "", "Large letter, 2nd class stamp, no tracking", letter,
               "no number"),
        Parcel("SB/2025/0078", _sent(misread) + 8 * hours, "Saltersby Mail Centre",
        misread.shipping.postcode, f"{misread.weight_g}.0",
               _mistyped(misread.tracking),
               "number typed from photograph", misread, "number mistyped"),
        Parcel("SB/2025/0082", day(2025, 5, 2), "Saltersby Mail Centre", "ZZ99 7XQ", "212",
        identifiers.s10("RN", 77_340_218),
               "Found with the others, different packing. May not be connected.", None),
        Parcel("SB/2025/0091", _sent(refunded) + 30 * hours, "Saltersby Mail Centre (returns)",
        refunded.shipping.postcode,
               str(refunded.weight_g), refunded.tracking, "Return to sender, addressee gone away", refunded),
        Parcel("SB/2025/0096", _sent(same) + 12 * hours, "Wrenhollow Sorting Office", same.shipping.postcode,
        "", same.tracking,
               "=0041? \"same hand\", weight not taken", same, "weight missing"),
        Parcel("SB/2025/0103", None, "Wrenhollow Sorting Office", late.shipping.postcode,
        str(late.weight_g + 4), late.tracking,
               "Time not recorded; handed in after weekend", late, "time missing"),
    ]  # fmt: skip


def as_csv(parcels: list[Parcel]) -> bytes:
    """The list as spreadsheet programs save it: UTF-8 with a byte order mark, CRLF."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    writer.writerows(parcel.cells() for parcel in parcels)
    return out.getvalue().encode("utf-8-sig")
