"""What happened: every order of both made-up shops, from basket to parcel or refund. Money in pence."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from random import Random
from typing import TYPE_CHECKING

from stocktake.demo import clock, identifiers, words
from stocktake.demo.catalogue import LISTINGS, Listing, Variation
from stocktake.demo.openpgp import Key
from stocktake.demo.people import Address, Person, Population, as_typed, british_address

if TYPE_CHECKING:
    from collections.abc import Sequence

WALLET = identifiers.ExtendedKey.from_seed("stocktake demo wallet")
OPERATOR_KEY = Key(
    "Keeper (orders) <keeper@saltbox.example.net>",
    datetime(2023, 5, 2, 18, 4, 11, tzinfo=UTC),
    "stocktake demo keeper",
)

# Pounds for one bitcoin, by month from May 2023. Invented, of a plausible size.
_BITCOIN = (
    21800, 21100, 23500, 22600, 20900, 23900, 29400, 33300, 34000, 37800, 52100, 52000,
    51300, 51500, 48600, 46100, 45000, 49700, 67900, 78300, 80900, 77200, 66500, 64300,
    76600, 77900, 86400,
)  # fmt: skip


@dataclass
class Line:
    """A line of an order: price of one as charged."""

    listing: Listing
    variation: Variation | None
    quantity: int
    unit: int

    @property
    def amount(self) -> int:
        """Price of the line before any coupon."""
        return self.quantity * self.unit


@dataclass
class Coin:
    """Bitcoin asked for and received, in satoshi."""

    address: str
    rate: int
    asked: int
    received: list[tuple[datetime, str, int]] = field(default_factory=list)


@dataclass
class Refund:
    """Money given back."""

    at: datetime
    amount: int
    reason: str
    by: str


@dataclass
class Order:
    """One order. `state` is this model's own word; the writers turn it into each shop's."""

    site: str
    number: int
    placed: datetime
    person: Person | None  # None: a test by staff, or a basket left before any name was given
    state: str
    method: str
    billing: Address
    shipping: Address
    email: str
    phone: str
    account: int
    lines: list[Line]
    shipping_code: str
    shipping_title: str
    shipping_cost: int
    coupon: str = ""
    discount: int = 0
    currency: str = "GBP"
    currency_value: str = "1.00000000"
    ip: str = ""
    user_agent: str = ""
    note: str = ""
    card: tuple[str, str] = ("", "")
    paid: datetime | None = None
    completed: datetime | None = None
    shipped: datetime | None = None
    tracking: str = ""
    coin: Coin | None = None
    refunds: list[Refund] = field(default_factory=list)
    test: bool = False
    binned_from: str = ""
    staff_notes: list[tuple[datetime, str, str]] = field(default_factory=list)

    @property
    def subtotal(self) -> int:
        """The lines together, before any coupon."""
        return sum(line.amount for line in self.lines)

    @property
    def total(self) -> int:
        """What the buyer was to pay, in the shop's currency, before refunds."""
        return self.subtotal - self.discount + self.shipping_cost

    @property
    def satoshi(self) -> int:
        """Bitcoin received for it, in satoshi."""
        return sum(amount for *_, amount in self.coin.received) if self.coin else 0

    @property
    def weight_g(self) -> int:
        """What the packed parcel weighs."""
        goods = sum(float((line.variation or line.listing).grams) * line.quantity for line in self.lines)
        return round(goods + 38 + 4 * len(self.lines))


def buyers_money(pence: int, order: Order) -> Decimal:
    """A sum of the shop's currency as the buyer saw it: in the order's currency, rounded to two decimals."""
    amount = Decimal(pence) / 100 * Decimal(order.currency_value)
    return amount.quantize(Decimal("0.01"), ROUND_HALF_UP)


@dataclass
class Trade:
    """Everything both shops did."""

    people: list[Person]
    woo: list[Order]
    opencart: list[Order]
    woo_accounts: dict[
        int, int
    ]  # person's key: number of the account, counted from 1 in order of making; 0 for guests
    oc_accounts: dict[int, int]


_EPOCHS = ((datetime(2024, 4, 1, tzinfo=UTC), 106), (datetime(2025, 1, 15, tzinfo=UTC), 110))
OC_LEVEL = 96
SALE = (datetime(2024, 11, 25, tzinfo=UTC), datetime(2024, 12, 2, tzinfo=UTC))
SALE_KEYS = ("pills-tesla", "vallies", "xanax", "gummies", "thc-cart", "lsd-tabs", "shrooms", "zopi")


def price_at(pence: int, site: str, at: datetime) -> int:
    """A catalogue price as the site asks it at a time, rounded to ten pence."""
    level = 100
    for start, percent in _EPOCHS:
        level = percent if at >= start else level
    share = level * (OC_LEVEL if site == "opencart" else 100)
    return (pence * share + 50_000) // 100_000 * 10


def tiers_at(listing: Listing, site: str, at: datetime) -> list[tuple[int, int]]:
    """The listing's bulk prices: least quantity, price of one in pence."""
    fixed = [(least, price_at(unit, site, at)) for least, unit in listing.tiers]
    base = price_at(listing.price, site, at)
    return fixed + [(least, (base * (100 - off) * 2 + 100) // 200) for least, off in listing.percent_tiers]


def sale_price(listing: Listing, at: datetime) -> int:
    """The price of OpenCart's week of special prices."""
    return price_at(listing.price, "opencart", at) * 9 // 10


def wholesale_price(pence: int) -> int:
    """OpenCart's bulk price for the customer group Wholesale."""
    return pence * 92 // 100


def unit_price(
    listing: Listing,
    variation: Variation | None,
    quantity: int,
    site: str,
    at: datetime,
    wholesale: bool = False,
) -> int:
    """What one costs at that quantity and time."""
    if variation is not None:
        return price_at(variation.price, site, at)
    price = price_at(listing.price, site, at)
    if site == "opencart" and listing.key in SALE_KEYS and SALE[0] <= at < SALE[1]:
        price = sale_price(listing, at)
    for least, unit in tiers_at(listing, site, at):
        if quantity >= least:
            price = min(price, wholesale_price(unit) if wholesale and site == "opencart" else unit)
    return price


def bitcoin_rate(at: datetime) -> int:
    """Pounds for one bitcoin."""
    index = (at.year - 2023) * 12 + at.month - 5
    day = (at.day * 7919 + at.hour * 104729) % 400 - 200
    return _BITCOIN[index] + _BITCOIN[index] * day // 10_000


_MORNING = (0.35, 0.15, 0.08, 0.05, 0.05, 0.1, 0.2, 0.4, 0.6, 0.7, 0.75, 0.8)
_WEEK = (0.8, 0.85, 0.95, 1.0, 0.95, 0.6, 0.65)


def _instants(random: Random, count: int, start: datetime, end: datetime) -> list[datetime]:
    """`count` instants: more each month, more on Thursdays and before weekends, few at night."""
    span = (end - start).total_seconds()
    found = [at for at in clock.changeovers() if start < at < end]
    while len(found) < count:
        at = start + timedelta(seconds=int(span * random.random()))
        growth = 0.25 + 0.75 * ((at - start).total_seconds() / span)
        hour = (
            (0.35, 0.15, 0.08, 0.05, 0.05, 0.1, 0.2, 0.4, 0.6, 0.7, 0.75, 0.8)[at.hour % 12]
            if at.hour < 12
            else 0.9
        )
        day = _WEEK[at.weekday()]
        december = 1.2 if at.month == 12 else 1.0
        if random.random() < growth * hour * day * december / 1.2:
            found.append(at)
    return sorted(found)[:count]


_POPULARITY = {
    "woo": [item.popularity if item.woo_title else 0 for item in LISTINGS],
    "opencart": [item.popularity if item.oc_title else 0 for item in LISTINGS],
}


def _basket(random: Random, site: str, at: datetime, wholesale: bool) -> list[Line]:
    lines: list[Line] = []
    for _ in range(random.choices((1, 2, 3, 4), (70, 21, 7, 2))[0]):
        listing = random.choices(LISTINGS, _POPULARITY[site])[0]
        if any(line.listing is listing for line in lines):
            continue
        variation = None
        if listing.variations:
            variation = random.choices(listing.variations, (18, 34, 24, 13, 11))[0]
            quantity = random.choices((1, 2, 3), (90, 8, 2))[0]
        else:
            quantity = random.choices((1, 2, 3, 5, 10, 20, 25, 50, 100), (46, 20, 9, 10, 8, 2, 2, 2, 1))[0]
            if listing.price >= 6000:
                quantity = min(quantity, 5)
        unit = unit_price(listing, variation, quantity, site, at, wholesale)
        lines.append(Line(listing, variation, quantity, unit))
    return lines


_SHIPPING = {
    "woo": (
        ("flat_rate:1", "Royal Mail Tracked 24", 695, 62),
        ("flat_rate:2", "Special Delivery by 1pm", 995, 12),
        ("flat_rate:4", "Letterbox 2nd Class", 350, 26),
    ),
    "opencart": (
        ("flat.flat", "Royal Mail 24 Tracked", 650, 70),
        ("weight.weight_5", "Royal Mail 48", 450, 30),
    ),
}


def _shipping(random: Random, site: str, goods: int, abroad: bool) -> tuple[str, str, int]:
    if abroad:
        return (
            ("flat_rate:5", "International Tracked", 1495)
            if site == "woo"
            else ("flat.flat", "International Tracked", 1450)
        )
    if goods >= 15_000:
        return (
            ("free_shipping:3", "Free Tracked 24 over £150", 0)
            if site == "woo"
            else ("free.free", "Free Shipping", 0)
        )
    choices = _SHIPPING[site]
    code, title, cost, _ = random.choices(choices, [weight for *_, weight in choices])[0]
    return code, title, cost


COUPONS = {"WELCOME10": 10, "SORRY5": 5, "420": 20, "BULKBUY": 8}


def _method(random: Random, site: str, at: datetime) -> str:
    # Their card account was closed in March 2024; until they had another they took bank transfers.
    if site == "woo" and datetime(2024, 3, 4, tzinfo=UTC) <= at < datetime(2024, 4, 22, tzinfo=UTC):
        return random.choices(("crypto", "bank"), (62, 38))[0]
    weights = (52, 34, 14) if site == "woo" else (28, 58, 14)
    return random.choices(("card", "crypto", "bank"), weights)[0]


_OUTCOMES = {
    "card": (("completed", 900), ("failed", 55), ("cancelled", 14), ("refunded", 20), ("pending", 7),
    ("part_refunded", 24), ("disputed", 8)),
    "crypto": (("completed", 800), ("cancelled", 130), ("underpaid", 16), ("pending", 9), ("refunded", 8),
    ("overpaid", 12)),
    "bank": (("completed", 730), ("cancelled", 185), ("on_hold", 52), ("refunded", 12),
    ("part_refunded", 14)),
}  # fmt: skip


class _Seller:
    """Makes the orders of one site in time's order."""

    def __init__(
        self,
        random: Random,
        site: str,
        population: Population,
        known: Sequence[Person],
        closed: datetime = clock.CLOSED,
    ) -> None:
        self.random = random
        self.site = site
        self.closed = closed
        self.population = population
        self.strangers = list(known)  # buyers of the other site who may come here
        self.bought: dict[int, int] = {}
        self.accounts: dict[int, int] = {}  # person's key: number of the account
        self.made = 0
        self.buyers: list[Person] = []  # once for each order, so that those who bought much buy more
        self.serial = 20_417_000 if site == "woo" else 58_102_000
        self.coins = 0

    def person(self, share_new: float) -> Person:
        random = self.random
        if self.buyers and random.random() > share_new:
            back = min(len(self.buyers), 4000)
            for _ in range(8):
                person = self.buyers[len(self.buyers) - 1 - random.randrange(back)]
                if self.bought.get(person.key, 0) < person.appetite:
                    return person
        if self.strangers and random.random() < 0.36:
            return self.strangers.pop(random.randrange(len(self.strangers)))
        return self.population.new_person()

    def account(self, person: Person) -> int:
        """The person's account here, numbered from 1 as it is made at a first order; 0 for guests."""
        if person.key not in self.accounts:
            wanted = self.random.random() < (0.46 if self.site == "woo" else 0.5)
            self.accounts[person.key] = self.made + 1 if wanted else 0
            self.made += wanted
        return self.accounts[person.key]

    def next_tracking(self, service: str) -> str:
        self.serial += self.random.randrange(1, 4)
        return identifiers.s10(service, self.serial)


def _identity(random: Random, site: str, person: Person) -> tuple[str, str]:
    """E-mail and phone as this person gives them on this site."""
    other = site == "opencart"
    email = person.emails[1] if other and person.key % 9 < 5 else person.emails[0]
    if random.random() < 0.02:
        email = person.emails[1]
    if random.random() < 0.02:
        email = email.title() if random.random() < 0.5 else email.upper()
    phone = person.phones[1] if other else person.phones[0]
    return email, "" if random.random() < 0.05 else phone


def _addresses(random: Random, person: Person, share: float) -> tuple[Address, Address]:
    home = person.second_home if person.second_home and share >= person.moved_after else person.home
    billing = as_typed(random, home)
    if random.random() < 0.045:
        drop = british_address(random, random.choice(words.FIRST_NAMES), random.choice(words.LAST_NAMES))
        return billing, as_typed(random, drop)
    return billing, billing if random.random() < 0.93 else as_typed(random, home)


def _note(random: Random, person: Person, address: Address, number: int) -> str:
    if person.has_key and random.random() < 0.45:
        lines = [
            f"{address.first} {address.last}",
            address.line1,
            address.line2,
            address.city,
            address.postcode,
        ]
        secret = "\n".join(line for line in lines if line)
        return OPERATOR_KEY.encrypt(secret, f"{number} {person.key}".encode())
    if random.random() > 0.09:
        return ""
    note = random.choice(words.CUSTOMER_NOTES)
    return (
        note.format(
            slang=random.choice(words.SLANG),
            phone=person.phones[0],
            carrier=random.choice(("Evri", "DPD", "Yodel")),
        )
        if "{" in note
        else note
    )


_WAIT = {"card": (40, 130), "crypto": (900, 4900), "bank": (7_200, 144_000)}  # seconds until money is in
_PAID = ("completed", "refunded", "part_refunded", "overpaid", "disputed")
_REASONS = (
    "Lost in post",
    "Short weight",
    "Out of stock",
    "Customer moaned",
    "Goodwill",
    "",
    "2 of 3 arrived",
)


def _settle(order: Order, seller: _Seller, outcome: str) -> None:
    """What became of the order: payment, posting, refund."""
    if outcome == "disputed" and order.site == "woo":
        outcome = "completed"  # WooCommerce has no word for a chargeback
    when = order.placed + timedelta(seconds=seller.random.randrange(*_WAIT[order.method]))
    if outcome in _PAID and when >= seller.closed:
        outcome = "on_hold" if order.method == "bank" else "pending"
    if order.method == "crypto":
        _ask_for_coins(order, seller, outcome, when)
    order.state = "completed" if outcome == "overpaid" else outcome
    if outcome in _PAID:
        order.paid = when
        _send(order, seller, when)
        if order.state in ("refunded", "part_refunded"):
            _give_back(order, seller, when)


def _ask_for_coins(order: Order, seller: _Seller, outcome: str, when: datetime) -> None:
    """Each order gets an address of its own; both shops take them from one wallet, far apart."""
    seller.coins += 1
    index = seller.coins if order.site == "woo" else 20_000 + seller.coins
    rate = bitcoin_rate(order.placed)
    asked = order.total * 1_000_000 // rate
    order.coin = Coin(identifiers.deposit_address(WALLET, index), rate, asked)
    share = 100 if outcome in _PAID else 0
    if outcome == "overpaid":
        share = 104
    elif outcome == "underpaid":
        share = seller.random.randrange(40, 93)
    if share:
        paid = asked * share // 100
        order.coin.received.append((when, identifiers.txid(f"{order.site} {order.number}"), paid))


def _send(order: Order, seller: _Seller, paid: datetime) -> None:
    random = seller.random
    sent = paid + timedelta(hours=random.randrange(5, 60))
    if order.state == "refunded" and random.random() < 0.5:
        return  # refunded before it was posted
    if sent >= seller.closed:
        order.state = "processing" if order.state == "completed" else order.state
        return
    order.shipped = order.completed = sent
    service = "MZ" if order.shipping_code == "flat_rate:2" else random.choice(("AB", "AB", "TT"))
    untracked = order.shipping_code in ("flat_rate:4", "weight.weight_5")
    if not untracked and random.random() < 0.94:
        order.tracking = seller.next_tracking(service)


def _give_back(order: Order, seller: _Seller, paid: datetime) -> None:
    random = seller.random
    at = paid + timedelta(days=random.randrange(1, 21), seconds=random.randrange(80_000))
    if at >= seller.closed:
        order.state = "completed" if order.shipped else "processing"
        return
    amount = order.total
    if order.state == "part_refunded":
        amount = max(amount * random.choice((10, 20, 25, 50)) // 100, 100)
    order.refunds.append(Refund(at, amount, random.choice(_REASONS), random.choice(("keeper", "moss"))))


def _euro(random: Random, at: datetime) -> tuple[str, str]:
    month = at.year * 12 + at.month
    if random.random() < 0.66:
        return "EUR", f"1.{1520 + month * 37 % 300:04d}0000"
    return "USD", f"1.{2410 + month * 53 % 700:04d}0000"


def _order(seller: _Seller, number: int, at: datetime, share: float, share_new: float) -> Order:
    random, site = seller.random, seller.site
    person = seller.person(share_new)
    seller.buyers.append(person)
    seller.bought[person.key] = seller.bought.get(person.key, 0) + 1
    billing, shipping = _addresses(random, person, share)
    email, phone = _identity(random, site, person)
    lines = _basket(random, site, at, person.wholesale)
    goods = sum(line.amount for line in lines)
    abroad = shipping.country != "GB"
    code, title, cost = _shipping(random, site, goods, abroad)
    coupon = random.choice(tuple(COUPONS)) if random.random() < 0.06 else ""
    discount = goods * COUPONS[coupon] // 100 if coupon else 0
    method = _method(random, site, at)
    order = Order(
        site=site, number=number, placed=at, person=person, state="pending", method=method, billing=billing,
        shipping=shipping, email=email, phone=phone, account=seller.account(person), lines=lines,
        shipping_code=code, shipping_title=title, shipping_cost=cost, coupon=coupon, discount=discount,
        ip=person.ip if random.random() < 0.8 else f"203.0.113.{random.randrange(1, 255)}",
        user_agent=person.user_agent, note=_note(random, person, shipping, number), card=person.card,
    )  # fmt: skip
    if site == "opencart" and (abroad or random.random() < 0.06):
        order.currency, order.currency_value = _euro(random, at)
    outcomes = _OUTCOMES[method]
    _settle(order, seller, random.choices([o for o, _ in outcomes], [w for _, w in outcomes])[0])
    if order.paid and random.random() < 0.022:
        note = random.choice(words.OPERATOR_NOTES)
        order.staff_notes.append(
            (order.paid + timedelta(hours=2), random.choice(("keeper", "moss", "tab")), note)
        )
    if random.random() < 0.008 and at < clock.CLOSED - timedelta(days=10):
        order.binned_from, order.state = order.state, "trashed" if site == "woo" else "deleted"
    return order


def _test_order(seller: _Seller, number: int, at: datetime) -> Order:
    """An order that the operators placed to try the shop."""
    random = seller.random
    listing = LISTINGS[random.randrange(len(LISTINGS))]
    while not (listing.woo_title and listing.oc_title) or listing.variations:
        listing = LISTINGS[random.randrange(len(LISTINGS))]
    nobody = Address("Test", "Test", "1 Test Street", "", "Testville", "ZZ99 3VZ")
    line = Line(listing, None, 1, unit_price(listing, None, 1, seller.site, at))
    order = Order(
        site=seller.site, number=number, placed=at, person=None, state="completed",
        method=random.choice(("bank", "card")), billing=nobody, shipping=nobody,
        email="keeper@saltbox.example.net",
        phone="07700900000", account=1, lines=[line],
        shipping_code="flat_rate:1" if seller.site == "woo" else "flat.flat",
        shipping_title="Royal Mail Tracked 24", shipping_cost=695, ip="10.8.0.2",
        user_agent=words.USER_AGENTS[0],
        note="TEST pls ignore", card=("visa", "4242"), test=True,
    )  # fmt: skip
    order.paid = at + timedelta(seconds=30)
    order.completed = at + timedelta(seconds=90)
    return order


def _abandoned(seller: _Seller, number: int, at: datetime) -> Order:
    """A checkout that was never finished."""
    order = _order(seller, number, at, 0.5, 0.9)
    seller.buyers.pop()
    bare = Address("", "", "", "", "", "") if seller.random.random() < 0.5 else order.billing
    known = bool(bare.first) and order.person is not None and seller.bought[order.person.key] > 1
    return replace(
        order, account=order.account if known else 0, state="abandoned", paid=None, shipped=None,
        completed=None, tracking="", refunds=[], staff_notes=[], coin=None, binned_from="", billing=bare,
        shipping=bare, note="",
        email=order.email if bare.first else "", phone=order.phone if bare.first else "",
    )  # fmt: skip


def _site_orders(
    seller: _Seller, count: int, start: datetime, share_new: float, abandoned_share: float
) -> list[Order]:
    random = seller.random
    orders: list[Order] = []
    span = (clock.CLOSED - clock.WOO_OPENED).total_seconds()
    number = 500 if seller.site == "woo" else 0
    for index, at in enumerate(_instants(random, count, start, clock.CLOSED)):
        # WordPress numbers its orders together with its pages, pictures and refunds, so numbers have gaps.
        number += random.choices((1, 2, 3, 5), (70, 18, 8, 4))[0] if seller.site == "woo" else 1
        share = (at - clock.WOO_OPENED).total_seconds() / span
        if index in (3, 4, 5, 40) or random.random() < 0.0016:
            orders.append(_test_order(seller, number, at))
        elif random.random() < abandoned_share and (
            seller.site == "opencart" or at > clock.CLOSED - timedelta(days=2)
        ):
            orders.append(_abandoned(seller, number, at))
        else:
            orders.append(_order(seller, number, at, share, share_new))
    return orders


def simulate(seed: str, scale: float = 1.0) -> Trade:
    """All that happened: the same for the same seed and scale, a share of the full number of orders."""
    population = Population(Random(f"{seed}/people"))  # noqa: S311
    # Repeatable on purpose: nothing here is secret.
    woo = _Seller(Random(f"{seed}/woo"), "woo", population, ())  # noqa: S311
    woo_orders = _site_orders(woo, max(int(12_200 * scale), 60), clock.WOO_OPENED, 0.44, 0.3)
    early = [person for person in population.people if person.key % 3]
    opencart = _Seller(Random(f"{seed}/opencart"), "opencart", population, early)  # noqa: S311
    oc_orders = _site_orders(opencart, max(int(4_200 * scale), 60), clock.OC_OPENED, 0.55, 0.07)
    return Trade(population.people, woo_orders, oc_orders, woo.accounts, opencart.accounts)


def carry_on(seed: str, scale: float, trade: Trade) -> Trade:
    """The week after the search, in which Pedlarsgate's machine stayed up: parcels sent, and further orders.

    Returns all of OpenCart's orders as they stood when the machine was switched off; none of WooCommerce's.
    """
    random = Random(f"{seed}/week after")  # noqa: S311 - repeatable on purpose
    seller = _Seller(random, "opencart", Population(random, trade.people), (), clock.SWITCHED_OFF)
    seller.accounts = dict(trade.oc_accounts)
    seller.made = max(seller.accounts.values(), default=0)
    for order in trade.opencart:
        if order.person and order.billing.first:
            seller.buyers.append(order.person)
            seller.bought[order.person.key] = seller.bought.get(order.person.key, 0) + 1
    seller.coins = len(trade.opencart)  # not fewer than were given out
    seller.serial += 3 * len(trade.opencart)
    orders = [_posted_later(order, seller) for order in trade.opencart]
    number = orders[-1].number
    for at in _instants(random, max(int(84 * scale), 12), clock.OC_DUMPED, clock.SWITCHED_OFF):
        number += 1
        if random.random() < 0.07:
            orders.append(_abandoned(seller, number, at))
        else:
            orders.append(_order(seller, number, at, 1.0, 0.3))
    return Trade(seller.population.people, [], orders, {}, seller.accounts)


def _posted_later(order: Order, seller: _Seller) -> Order:
    """An order that was paid and not yet posted on the night of the dump is posted in the days after."""
    if order.state != "processing" or seller.random.random() < 0.15:
        return order
    sent = clock.OC_DUMPED + timedelta(
        hours=seller.random.randrange(6, 60), seconds=seller.random.randrange(3600)
    )
    tracking = seller.next_tracking("AB") if order.shipping_code != "weight.weight_5" else ""
    return replace(order, state="completed", shipped=sent, completed=sent, tracking=tracking)
