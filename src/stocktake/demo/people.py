"""The made-up buyers: who they are, where they live, and under which names and addresses they buy."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from stocktake.demo import words
from stocktake.demo.identifiers import onion_v3

if TYPE_CHECKING:
    from collections.abc import Iterable
    from random import Random


@dataclass(frozen=True)
class Address:
    """A postal address as a buyer typed it."""

    first: str
    last: str
    line1: str
    line2: str
    city: str
    postcode: str
    country: str = "GB"
    company: str = ""


@dataclass
class Person:
    """One human being. `emails` and `phones` are what they give; the first of each is their usual one."""

    key: int
    first: str
    last: str
    home: Address
    second_home: Address | None
    emails: list[str]
    phones: list[str]
    ip: str
    user_agent: str
    has_key: bool
    moved_after: float  # share of the case's time after which the second home is in use
    card: tuple[str, str]
    names: list[str]
    appetite: int  # at most so many orders a site

    @property
    def wholesale(self) -> bool:
        """Whether the group treats them as a trade customer."""
        return self.appetite > 24


def _digits(phone: str) -> str:
    return phone.replace(" ", "").replace("+44", "0")


def _inward(random: Random) -> str:
    letters = "ABDEFGHJLNPQRSTUWXYZ"
    return f"{random.randrange(1, 10)}{random.choice(letters)}{random.choice(letters)}"


def _street(random: Random) -> str:
    return f"{random.choice(words.STREET_STEMS)} {random.choice(words.STREET_KINDS)}"


_TOWN_WEIGHTS = [weight for _, weight, _ in words.TOWNS]


def british_address(random: Random, first: str, last: str) -> Address:
    """A random address: the district fits the town, the rest is chance."""
    town, _, districts = random.choices(words.TOWNS, _TOWN_WEIGHTS)[0]
    line1, line2 = f"{random.randrange(1, 180)} {_street(random)}", ""
    kind = random.random()
    if kind < 0.14:
        line1, line2 = f"Flat {random.randrange(1, 40)}", line1
    elif kind < 0.2:
        line1 = f"{line1.split(' ', 1)[0]}{random.choice('ABC')} {line1.split(' ', 1)[1]}"
    elif kind < 0.24:
        line1, line2 = (
            f"Room {random.randrange(1, 30)}, {random.choice(words.STREET_STEMS)} House",
            _street(random),
        )
    postcode = f"{random.choice(districts.split())} {_inward(random)}"
    return Address(first, last, line1, line2, town, postcode)


def foreign_address(random: Random, first: str, last: str) -> Address:
    """An address outside the United Kingdom, for the few who order from there."""
    country, city, postcode = random.choice(
        (
            ("IE", "Dublin", "D08 X0X0"),
            ("IE", "Cork", "T12 X0X0"),
            ("DE", "Köln", "50667"),
            ("NL", "Utrecht", "3511 AA"),
            ("FR", "Lyon", "69001"),
            ("ES", "Málaga", "29001"),
            ("US", "Portland", "97201"),
        )
    )
    return Address(first, last, f"{random.randrange(1, 90)} {_street(random)}", "", city, postcode, country)


def _ip(random: Random) -> str:
    if random.random() < 0.3:
        return f"10.8.{random.randrange(4)}.{random.randrange(2, 250)}"
    if random.random() < 0.04:
        return f"2001:db8:{random.randrange(1, 99):x}::{random.randrange(1, 65000):x}"
    return f"{random.choice(('192.0.2', '198.51.100', '203.0.113'))}.{random.randrange(1, 255)}"


def _plain(name: str) -> str:
    return "".join(letter for letter in name.lower() if "a" <= letter <= "z") or "anon"


def _handle(random: Random) -> str:
    tail = str(random.randrange(1, 999)) if random.random() < 0.75 else ""
    noun = random.choice(words.HANDLE_NOUNS)
    return random.choice(words.HANDLES) + random.choice(("", "_", "-")) + noun + tail


class Population:
    """Makes people, no two of whom share an e-mail address, a handle or, but for housemates, a number.

    `known` are there already.
    """

    def __init__(self, random: Random, known: Iterable[Person] = ()) -> None:
        self.random = random
        self.people: list[Person] = list(known)
        self._taken = {text for person in self.people for text in (*person.names, *person.emails)}
        given = {_digits(phone) for person in self.people for phone in person.phones}
        self._numbers: dict[str, list[str]] = {}
        for place, start in words.PHONE_RANGES.items():
            numbers = [f"{start}{number:03d}" for number in range(1000)]
            numbers = [number for number in numbers if number not in given]
            random.shuffle(numbers)
            self._numbers[place] = numbers

    def _phone(self, town: str) -> str:
        """A number of the ranges that Ofcom keeps for drama; empty once they are used up."""
        random = self.random
        places = [place for place in self._numbers if self._numbers[place]]
        wanted = town if town in places and random.random() < 0.5 else "mobile"
        if wanted not in places:
            wanted = random.choice(places) if places else ""
        if not wanted:
            return ""
        number = self._numbers[wanted].pop()
        style = random.random()
        if style < 0.55:
            return number
        if style < 0.75:
            return f"{number[:5]} {number[5:]}"
        return f"+44{number[1:]}" if style < 0.9 else f"+44 {number[1:5]} {number[5:]}"

    def _unused(self, text: str, end: str = "") -> str:
        found, number = text, 1
        while found + end in self._taken:
            number += 1
            found = f"{text}{number}"
        self._taken.add(found + end)
        return found + end

    def _email(self, first: str, last: str, handle: str) -> str:
        random = self.random
        host = random.choice(words.MAIL_HOSTS)
        if random.random() < 0.03:
            host = onion_v3(f"mail {random.randrange(3)}")
        style = random.random()
        if style < 0.3:
            name = f"{_plain(first)}.{_plain(last)}"
        elif style < 0.5:
            name = f"{_plain(first)[0]}{_plain(last)}{random.randrange(1, 99)}"
        elif style < 0.65:
            name = f"{_plain(first)}{random.randrange(1970, 2006)}"
        else:
            name = handle
        return self._unused(name, f"@{host}")

    def new_person(self) -> Person:
        """One more person."""
        random = self.random
        first, last = random.choice(words.FIRST_NAMES), random.choice(words.LAST_NAMES)
        rare = random.random()
        if rare < 0.012:
            first = random.choice(words.ACCENTED_NAMES)
        elif rare < 0.02:
            first, last = random.choice(words.WIDE_NAMES), random.choice(words.WIDE_LAST_NAMES)
        home = british_address(random, first, last)
        if random.random() < 0.015:
            home = foreign_address(random, first, last)
        phone = self._phone(home.city)
        if self.people and random.random() < 0.02:  # a housemate, who now and then gives the other's number
            mate = random.choice(self.people)
            last = mate.last if random.random() < 0.4 else last
            home = replace(mate.home, first=first, last=last)
            phone = mate.phones[0] if random.random() < 0.3 else phone
        handles = [self._unused(_handle(random)) for _ in range(2)]
        person = Person(
            key=len(self.people) + 1,
            first=first,
            last=last,
            home=home,
            second_home=british_address(random, first, last) if random.random() < 0.12 else None,
            emails=[self._email(first, last, handle) for handle in handles],
            phones=[phone, self._phone(home.city) if random.random() < 0.35 else phone],
            ip=_ip(random),
            user_agent=random.choice(words.USER_AGENTS),
            has_key=random.random() < 0.05,
            moved_after=0.2 + 0.6 * random.random(),
            card=(
                random.choices(("visa", "mastercard", "amex"), (60, 36, 4))[0],
                f"{random.randrange(10000):04d}",
            ),
            names=handles,
            appetite=min(1 + int(random.paretovariate(1.1)), 64),
        )
        self.people.append(person)
        return person


SHORT_NAMES = {
    "Andrew": "Andy", "Anthony": "Tony", "Benjamin": "Ben", "Catherine": "Cath", "Charlotte": "Charlie",
    "Christopher": "Chris", "Daniel": "Dan", "David": "Dave", "Edward": "Eddie", "James": "Jim",
    "Jonathan": "Jon",
    "Joshua": "Josh", "Matthew": "Matt", "Michael": "Mike", "Nicola": "Nic", "Patrick": "Paddy",
    "Philip": "Phil",
    "Rebecca": "Becky", "Richard": "Rich", "Robert": "Rob", "Samantha": "Sam", "Stephen": "Steve",
    "Thomas": "Tom", "Timothy": "Tim", "Victoria": "Vicky", "William": "Will",
}  # fmt: skip


def _slip(random: Random, text: str) -> str:
    """One slip of the finger."""
    if len(text) < 4:
        return text
    at = random.randrange(1, len(text) - 1)
    kind = random.randrange(4)
    if kind == 0:
        return text[:at] + text[at + 1 :]
    if kind == 1:
        return text[:at] + text[at] + text[at:]
    if kind == 2:
        return text[: at - 1] + text[at] + text[at - 1] + text[at + 1 :]
    return text.lower()


def as_typed(random: Random, address: Address) -> Address:
    """The address with the slips and habits of someone filling in a form."""
    typed = address
    if random.random() < 0.03:
        typed = replace(typed, line1=_slip(random, typed.line1))
    if random.random() < 0.02:
        typed = replace(typed, last=_slip(random, typed.last))
    if random.random() < 0.03:
        typed = replace(typed, first=SHORT_NAMES.get(typed.first, typed.first[0]))
    if random.random() < 0.03:
        typed = replace(typed, first=typed.first.lower(), last=typed.last.lower())
    if random.random() < 0.015:
        typed = replace(typed, city=typed.city.upper())
    if random.random() < 0.015:
        typed = replace(typed, city=_slip(random, typed.city))
    return replace(typed, postcode=_typed_postcode(random.random(), typed.postcode))


def _typed_postcode(habit: float, postcode: str) -> str:
    if habit < 0.06:
        return postcode.replace(" ", "")
    if habit < 0.12:
        return postcode.lower()
    if habit < 0.14:
        return postcode.replace(" ", "").lower()
    if habit < 0.15:
        return postcode.replace("0", "O").replace("1", "I")
    return "" if habit < 0.155 else postcode
