"""A mapping proposed for an unknown database: which of its tables play which canonical tables, and how.

First every entity is scored for every role, with the columns that it would give it (each column one place,
all places at once: the assignment problem). Then again with references: whether a column's values are the
keys of the table that the role points to. What remains is completed by what stands elsewhere: a title in a
table of translations, a street in the order itself.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType

import numpy as np
from scipy.optimize import linear_sum_assignment

from stocktake.records.catalogue import RawTable
from stocktake.shops.inference.model import Role, Slot, roles
from stocktake.shops.inference.profile import Column, Entity, Place, Profile
from stocktake.shops.inference.scoring import (
    Features,
    NameFit,
    chance,
    column_features,
    log_odds_of,
    logit,
    role_features,
    stated,
    weights,
)
from stocktake.shops.inference.words import Token

# What an order's own columns may hold beside the order, and which columns of those tables.
IN_ORDERS = {
    "payments": (
        "method",
        "provider",
        "asset",
        "asset_amount",
        "address",
        "txid",
        "card_brand",
        "card_last4",
    ),
    "shipments": ("tracking_number", "carrier"),
    "order_lines": ("listing_id", "title", "variation", "quantity", "unit_price"),
    "accounts": ("email", "first_name", "last_name", "full_name", "phone"),
}
ADDRESS = ("first_name", "last_name", "full_name", "line1", "house_number", "line2", "city", "region",
           "postcode", "country", "phone", "email")  # fmt: skip
# The concept in a column's name that says whose address it is of.
_WHOSE = {"shipped": "shipping", "recipient": "shipping", "billing": "billing", "paid": "billing",
          "customer": "customer", "user": "customer"}  # fmt: skip


@dataclass(frozen=True)
class Lookup:
    """A small table that has the names of numbers: of states, countries, methods."""

    table: RawTable
    key: str
    name: str


@dataclass(frozen=True)
class Choice:
    """A column that a canonical column is read from.

    ``target`` is the entity and key that it points to; ``lookup`` the table with the names of its numbers.
    ``of_order`` says that the column is the order's, and not of the mapping's own entity.
    """

    slot: Slot
    column: Column
    chance: float
    reason: str
    target: tuple[Entity, Column] | None = None
    lookup: Lookup | None = None
    of_order: bool = False


@dataclass(frozen=True)
class TableMapping:
    """Rows of one entity to rows of one canonical table.

    ``part`` tells apart what one entity gives one canonical table more than once: `shipping`, `billing`.
    """

    table: str
    entity: Entity
    part: str
    chance: float
    reason: str
    choices: dict[str, Choice]

    @property
    def probability(self) -> float:
        """That a row of it is right: the table, and the columns that such a row can't be without."""
        needed = [c.chance for c in self.choices.values() if c.slot.needed >= 0.4]
        return round(float(self.chance * (np.prod(needed) ** (1 / len(needed)) if needed else 1.0)), 3)


@dataclass
class Proposal:
    """What is proposed for one database, best first within each canonical table."""

    profile: Profile
    mappings: list[TableMapping] = field(default_factory=list)

    def of(self, table: str) -> list[TableMapping]:
        """The mappings to one canonical table."""
        return [mapping for mapping in self.mappings if mapping.table == table]

    @property
    def has_shop(self) -> bool:
        """Whether there are orders in it."""
        return bool(self.of("orders"))


@dataclass(frozen=True)
class Scored:
    """A column in a slot, with what speaks for it."""

    log_odds: float
    name: NameFit
    column: Column
    slot: Slot
    target: tuple[Entity, Column] | None
    overlap: float | None
    features: Features


Targets = dict[str, list[Entity]]


def propose(profile: Profile) -> Proposal:
    """The mapping of a database to the canonical tables, as far as each part of it is likely."""
    every = roles()
    first = roles_of(profile, {})
    pointed = pointed_at(profile, first)
    first = roles_of(profile, {}, pointed) if pointed else first
    targets = {table: _best(first, table, 3) for table in ("orders", "accounts", "listings")}
    second = roles_of(profile, targets, pointed)
    chosen = _chosen(second)
    targets = {
        table: [entity for entity, role, _ in chosen if role == table]
        for table in ("orders", "accounts", "listings")
    }
    busy = {entity.name for entity, _, _ in chosen}
    proposal = Proposal(profile)
    for entity, table, likely in chosen:
        whole = _with_satellites(profile, entity, table, busy)
        proposal.mappings += _map(profile, whole, every[table], likely, targets, chosen)
    _take_from_order(proposal)
    proposal.mappings = _sorted(proposal.mappings)
    return proposal


def _take_from_order(proposal: Proposal) -> None:
    """A payment without a currency is in its order's; a line's price may be its total's share."""
    for mapping in proposal.of("order_lines"):
        total = mapping.choices.get("line_total")
        if total is not None and "quantity" in mapping.choices and "unit_price" not in mapping.choices:
            slot = roles()["order_lines"].slots["unit_price"]
            mapping.choices["unit_price"] = replace(
                total, slot=slot, reason=f"by the quantity; {total.reason}"
            )
    currency = next((m.choices["currency"] for m in proposal.of("orders") if "currency" in m.choices), None)
    for mapping in proposal.of("payments"):
        order = mapping.choices.get("order_id")
        if (
            currency is not None
            and "currency" not in mapping.choices
            and order is not None
            and order.target is not None
        ):
            slot = roles()["payments"].slots["currency"]
            told = f"it has none of its own; its order's: {currency.reason}"
            mapping.choices["currency"] = replace(currency, slot=slot, reason=told, of_order=True)


def pointed_at(
    profile: Profile, found: Mapping[tuple[str, str], tuple[float, Entity]]
) -> dict[tuple[str, str], float]:
    """Entities that likely lines of orders, or likely orders, point to by a column called as they are.

    So a shop's goods are found that are called books or machines, and its customers that are called guests.
    """
    pointed: dict[tuple[str, str], float] = {}
    for (_, role), (likely, entity) in found.items():
        if role not in ("order_lines", "orders") or likely < 0.5:
            continue
        at = "listings" if role == "order_lines" else "accounts"
        for column in entity.columns:
            if column.unique or ("integer" not in column.looks and "uuid" not in column.looks):
                continue
            for other in profile.entities:
                key = next((key for key in other.keys if key.place.key is None), None)
                likelihood, best_role = max((found[other.name, table][0], table) for table in roles())
                settled = likelihood > 0.8 and best_role != at
                if other is entity or key is None or settled or not _names(column, other):
                    continue
                if profile.overlap(column.values, other.table, key.place.column) > 0.8:
                    where = (other.name, at)
                    pointed[where] = max(pointed.get(where, 0.0), likely)
    return pointed


def roles_of(
    profile: Profile, targets: Targets, pointed: Mapping[tuple[str, str], float] = MappingProxyType({})
) -> dict[tuple[str, str], tuple[float, Entity]]:
    """The chance of every entity in every role, by entity name and table."""
    found = {}
    for entity in profile.entities:
        for table, role in roles().items():
            scored = score(profile, entity, role.slots.values(), role.own, targets)
            assigned = {one.slot.name: chance(one.log_odds) for one in assign(scored)}
            linked = max((one.overlap or 0.0 for one in assign(scored) if one.slot.ref), default=0.0)
            features, _ = role_features(
                entity, role, assigned, linked, pointed.get((entity.name, table), 0.0)
            )
            found[entity.name, table] = (chance(logit(features, weights()["table"])), entity)
    return found


def _best(found: Mapping[tuple[str, str], tuple[float, Entity]], table: str, most: int) -> list[Entity]:
    ranked = sorted(
        ((likely, entity.name, entity) for (_, role), (likely, entity) in found.items() if role == table),
        key=lambda one: (-one[0], one[1]),
    )
    return [entity for likely, _, entity in ranked[:most] if likely >= 0.3]


def _chosen(
    found: Mapping[tuple[str, str], tuple[float, Entity]],
) -> list[tuple[Entity, str, float]]:
    """Each entity's best role; of orders and of lines one table, and those that are called the same."""
    best: dict[str, tuple[float, str, Entity]] = {}
    for (name, table), (likely, entity) in found.items():
        if likely >= weights()["least"]["table"] and (name not in best or likely > best[name][0]):
            best[name] = (likely, table, entity)
    chosen = []
    for table in roles():
        of_it = sorted(
            ((likely, entity) for likely, role, entity in best.values() if role == table),
            key=lambda one: (-one[0], one[1].name),
        )
        if table in ("orders", "order_lines", "listings") and of_it:
            of_it = [one for one in of_it if one[1].words == of_it[0][1].words]
        chosen += [(entity, table, likely) for likely, entity in of_it]
    return chosen


def score(
    profile: Profile,
    entity: Entity,
    slots: Iterable[Slot],
    own: frozenset[str],
    targets: Targets,
    words: Mapping[Place, Sequence[Token]] | None = None,
) -> list[Scored]:
    """Every column of the entity, or those of ``words``, in every slot it may fill, with its chance."""
    weighed = weights()["column"]
    found = []
    for slot in slots:
        for column in entity.columns:
            if words is not None and column.place not in words:
                continue
            target, overlap = _target(profile, entity, column, slot, targets)
            named = words[column.place] if words is not None else None
            called = (
                target is not None
                and slot.name in ("listing_id", "account_id", "from_account_id")
                and (overlap or 0.0) > 0.7
                and _names(column, target[0])
            )
            features, name = column_features(column, slot, own, named, overlap, names_target=called)
            found.append(Scored(logit(features, weighed), name, column, slot, target, overlap, features))
    return found


def _target(
    profile: Profile, entity: Entity, column: Column, slot: Slot, targets: Targets
) -> tuple[tuple[Entity, Column] | None, float | None]:
    """The entity and key that the column's values are most often found in, of those in the slot's role."""
    if slot.ref is None or not targets.get(slot.ref):
        return None, None
    if max(column.looks.get(look, 0.0) for look in ("integer", "uuid", "code", "handle", "email")) < 0.5:
        return None, 0.0
    best: tuple[float, bool, Entity, Column] | None = None
    for entity_there in targets[slot.ref]:
        if entity_there.name == entity.name:
            continue
        for key in entity_there.keys:
            if key.place.key is not None or entity_there.within is not None:
                continue
            overlap = profile.overlap(column.values, entity_there.table, key.place.column)
            is_key = entity_there.table.key == (key.place.column,)
            if best is None or (overlap, is_key) > (best[0], best[1]):
                best = (overlap, is_key, entity_there, key)
    return ((best[2], best[3]), best[0]) if best else (None, 0.0)


def _names(column: Column, entity: Entity) -> bool:
    """Whether a column is called as the entity is, with `id` or the like."""
    rest = [token for token in column.words if not token & {"id", "number", "when"}]
    return (
        len(rest) < len(column.words)
        and bool(rest)
        and all(any(token & word for word in entity.words) for token in rest)
    )


def _is_likely(one: Scored) -> bool:
    """Whether a column is likely enough to be proposed."""
    return chance(one.log_odds) >= weights()["least"]["column"]


def assign(scored: Sequence[Scored]) -> list[Scored]:
    """Each column to at most one slot and each slot at most one column, so that the whole is most likely."""
    if not scored:
        return []
    places = list(dict.fromkeys(one.column.place for one in scored))
    slots = list(dict.fromkeys((one.slot.table, one.slot.name, id(one.slot)) for one in scored))
    gain = np.zeros((len(places), len(slots)))
    least = log_odds_of(weights()["least"]["column"])
    at = {}
    for one in scored:
        row, column = (
            places.index(one.column.place),
            slots.index((one.slot.table, one.slot.name, id(one.slot))),
        )
        gain[row, column] = max(0.0, one.log_odds - least)
        at[row, column] = one
    rows, columns = linear_sum_assignment(gain, maximize=True)
    return [at[row, column] for row, column in zip(rows, columns, strict=True) if gain[row, column] > 0]


def _map(
    profile: Profile,
    entity: Entity,
    role: Role,
    likely: float,
    targets: Targets,
    chosen: Sequence[tuple[Entity, str, float]],
) -> list[TableMapping]:
    """What one entity gives: the table of its role, and what its rows hold of other tables."""
    parts: list[tuple[str, str, list[Scored]]] = []
    own = score(profile, entity, role.slots.values(), role.own, targets)
    parts.append((role.table, "", own))
    if role.table == "orders":
        has_lines = any(table == "order_lines" for _, table, _ in chosen)
        for table, names in IN_ORDERS.items():
            if table == "order_lines" and has_lines:
                continue
            other = roles()[table]
            slots = [other.slots[name] for name in names]
            parts.append((table, "", score(profile, entity, slots, other.own | role.own, targets)))
    if role.table in ("orders", "accounts"):
        address = roles()["postal_addresses"]
        groups = _groups(entity, role)

        def of_group(whose: str) -> list[Scored]:
            its_own = role.table == "accounts" and not whose
            names = [name for name in ADDRESS if not (its_own and name in IN_ORDERS["accounts"])]
            slots = [replace(address.slots[name]) for name in names]
            return score(profile, entity, slots, address.own, targets, groups[whose])

        if not any(_is_address(of_group(whose)) for whose in ("shipping", "billing") if whose in groups):
            groups.update(_by_affix(groups))
        _with_recipient(entity, groups, lambda whose: _is_address(of_group(whose)))
        whole = [(whose, of_group(whose)) for whose in groups]
        parts += [("postal_addresses", whose, scored) for whose, scored in whole if _is_address(scored)]
    together = [one for _, _, scored in parts for one in scored]
    if role.table == "accounts":  # what is said to be of a billing address is not of the account itself
        elsewhere = {
            p for whose, places in groups.items() if whose and _is_whole(parts, whose) for p in places
        }
        together = [
            one for one in together if one.slot.table != "accounts" or one.column.place not in elsewhere
        ]
    own = [one for one in together if not _is_satellite(one.column, entity)]
    chosen_own = [one for one in assign(own) if _is_likely(one)]
    # What the table says itself goes before what another table says of its rows.
    filled = {(one.slot.table, one.slot.name, id(one.slot)) for one in chosen_own}
    more = [
        one
        for one in together
        if _is_satellite(one.column, entity)
        and (one.slot.table, one.slot.name, id(one.slot)) not in filled
        and one.slot.ref is None
    ]
    taken = {id(one) for one in chosen_own}
    taken |= {
        id(one)
        for one in assign(more)
        if (chance(one.log_odds) >= 0.8 and one.slot.table != "accounts")
        or (chance(one.log_odds) >= 0.8 and role.table == "accounts")
    }
    found, told = [], stated("table", log_odds_of(min(max(likely, 0.001), 0.9999)))
    for table, part, scored in parts:
        choices = {one.slot.name: _choice(profile, one) for one in scored if id(one) in taken}
        found.append(
            TableMapping(table, entity, part, told, _role_reason(entity, role, told), _named(choices))
        )
    return _completed(found)


def _is_whole(parts: Sequence[tuple[str, str, list[Scored]]], whose: str) -> bool:
    return any(table == "postal_addresses" and part == whose for table, part, _ in parts)


def _is_satellite(column: Column, entity: Entity) -> bool:
    """Whether a column stands in another table that has a row for each of the entity's."""
    place = column.place
    return place.table != entity.table.label and place.key is None


def _groups(entity: Entity, role: Role) -> dict[str, dict[Place, Sequence[Token]]]:
    """Columns by whose address they may be part of, with the words of their names that are left."""
    found: dict[str, dict[Place, Sequence[Token]]] = {}
    for column in entity.columns:
        whose, rest = "", list(column.words)
        for token in column.words:
            kind = next((_WHOSE[concept] for concept in sorted(token) if concept in _WHOSE), None)
            if kind and not (role.table == "accounts" and kind == "customer"):
                whose = kind
                if "recipient" not in token:  # which says who it is, and not only whose
                    rest.remove(token)
                break
        found.setdefault(whose, {})[column.place] = rest
    return found


LEAST_ALIKE = 4  # columns that an affix must be shared by to tell an address apart


def _by_affix(
    groups: dict[str, dict[Place, Sequence[Token]]],
) -> dict[str, dict[Place, Sequence[Token]]]:
    """Tell a second address apart by a word that its columns share and no other has: `town` and `town_d`."""
    plain = groups.get("", {})
    spelled = {tuple(words) for words in plain.values()}
    shared: dict[Token, list[Place]] = {}
    for place, words in plain.items():
        for token in (words[0], words[-1]) if len(words) > 1 else ():
            if tuple(word for word in words if word is not token) in spelled:
                shared.setdefault(token, []).append(place)
    for token, places in sorted(shared.items(), key=lambda one: (-len(one[1]), sorted(one[0]))):
        if len(places) >= LEAST_ALIKE:
            second = {p: [word for word in plain[p] if word is not token] for p in places}
            rest = {p: words for p, words in plain.items() if p not in second}
            return {**groups, "": rest, "shipping": {**groups.get("shipping", {}), **second}}
    return groups


def _with_recipient(
    entity: Entity, groups: dict[str, dict[Place, Sequence[Token]]], whole: Callable[[str], bool]
) -> None:
    """Put a recipient's columns to the address that says not whose it is, where they are none themselves."""
    if "" in groups and "shipping" in groups and not whole("shipping"):
        for column in entity.columns:
            if any("recipient" in token for token in column.words) and column.place in groups["shipping"]:
                groups[""][column.place] = groups["shipping"].pop(column.place)


def _is_address(scored: Sequence[Scored]) -> bool:
    likely = {one.slot.name: chance(one.log_odds) for one in assign(scored)}
    least = weights()["least"]["column"]
    street = likely.get("line1", 0.0) >= least
    return street or (likely.get("city", 0.0) >= least and likely.get("postcode", 0.0) >= least)


def _named(choices: dict[str, Choice]) -> dict[str, Choice]:
    """A column `name` beside a first name is the last name; alone it is the whole one."""
    every = roles()
    found = dict(choices)
    if "first_name" not in found and "last_name" in found and "full_name" not in found:
        one = found.pop("last_name")
        found["full_name"] = replace(one, slot=every[one.slot.table].slots["full_name"])
    elif "first_name" in found and "last_name" in found:
        found.pop("full_name", None)  # "title", beside both, is Mr or Ms
    elif "first_name" in found and "full_name" in found and "last_name" not in found:
        one = found.pop("full_name")
        found["last_name"] = replace(one, slot=every[one.slot.table].slots["last_name"])
    return found


def _completed(found: list[TableMapping]) -> list[TableMapping]:
    """Parts that hold enough to stand, with what the order's other parts tell of them."""
    kept = []
    order = next((m for m in found if m.table == "orders"), None)
    for mapping in found:
        names = set(mapping.choices)
        stands = {
            "payments": bool(names & {"method", "txid", "address", "card_last4"})
            or (mapping.part == "" and order is None),
            "shipments": "tracking_number" in names,
            "order_lines": (
                bool(names & {"listing_id", "title"}) and bool(names & {"quantity", "unit_price"})
            )
            or order is None,
            "accounts": bool(names & {"email", "full_name", "last_name", "phone"}),
        }
        if order is None or mapping is order or stands.get(mapping.table, bool(names)):
            kept.append(mapping)
    if order is not None:
        return _shared(order, kept)
    account = next((m for m in kept if m.table == "accounts"), None)
    for mapping in kept:
        if mapping.table == "postal_addresses" and account is not None and not mapping.part:
            of_address = roles()["postal_addresses"].slots
            for slot in IN_ORDERS["accounts"]:
                if slot in account.choices:
                    mapping.choices.setdefault(slot, replace(account.choices[slot], slot=of_address[slot]))
        if mapping.table == "payments" and "method" in mapping.choices:
            every = roles()["payments"].slots
            for slot in ("provider", "asset"):
                mapping.choices.setdefault(slot, replace(mapping.choices["method"], slot=every[slot]))
    return kept


def _shared(order: TableMapping, kept: list[TableMapping]) -> list[TableMapping]:
    """What one column tells of two tables: the order's total is the payment's amount, and so on."""
    contact = next((m for m in kept if m.table == "accounts"), None)
    addresses = [m for m in kept if m.table == "postal_addresses"]
    if contact is None and addresses:
        contact = replace(addresses[0], table="accounts", part="", choices={})
        kept.append(contact)
    for mapping in kept:
        if mapping.table == "payments":
            _copy(mapping, "provider", mapping.choices.get("method"))
            _copy(mapping, "asset", mapping.choices.get("method"))
            _copy(mapping, "status", order.choices.get("status"))
            _copy(mapping, "amount", order.choices.get("total"))
            _copy(mapping, "currency", order.choices.get("currency"))
            _copy(mapping, "at", order.choices.get("paid_at") or order.choices.get("placed_at"))
        if mapping.table == "accounts":
            _copy(mapping, "created_at", order.choices.get("placed_at"))
        if mapping.table == "postal_addresses":
            _copy(mapping, "account_id", order.choices.get("account_id"))
            if contact is not None:
                _copy_person(mapping, contact)
    if contact is not None:
        billing = next((m for m in addresses if m.part in ("billing", "customer", "")), None)
        for source in (m for m in (billing, *addresses) if m is not None):
            _copy_person(contact, source)
    return [mapping for mapping in kept if mapping.choices]


def _copy(mapping: TableMapping, slot: str, given: Choice | None) -> None:
    if given is not None and slot not in mapping.choices:
        mapping.choices[slot] = replace(given, slot=roles()[mapping.table].slots[slot])


def _copy_person(mapping: TableMapping, source: TableMapping) -> None:
    names = ("first_name", "last_name", "full_name")
    named = set(mapping.choices) & set(names)
    for slot in ("email", "phone", *(() if named else names)):
        _copy(mapping, slot, source.choices.get(slot))


def _with_satellites(profile: Profile, entity: Entity, table: str, busy: set[str]) -> Entity:
    """The entity with the columns of tables that hold one row more about each of its rows."""
    if table not in ("orders", "listings", "accounts") or entity.within is not None:
        return entity
    key = next((key for key in entity.keys if key.place.key is None), None)
    columns = list(entity.columns)
    for other in profile.entities:
        if key is None or other.name in busy or other.where or other.within or other.rows > 4 * entity.rows:
            continue
        owner = next((o for o in other.columns if o.place.key is None and _names_key(o, entity)), None)
        translated = any("language" in token for column in other.columns for token in column.words)
        if owner is None or (owner.distinct < 0.9 and not translated):
            continue
        if profile.overlap(owner.values, entity.table, key.place.column) < 0.8:
            continue
        columns += [
            replace(column, place=replace(column.place, owner=owner.place.column), unique=False)
            for column in other.columns
            if column is not owner and column.place.key is None
        ]
    return replace(entity, columns=tuple(columns))


def _names_key(column: Column, entity: Entity) -> bool:
    """Whether a column is called as the entity's key is, or as the entity with `id`."""
    if any(column.place.column.lower() == key.place.column.lower() != "id" for key in entity.keys):
        return True
    concepts = [token for token in column.words if "id" not in token]
    return (
        any("id" in token for token in column.words)
        and bool(concepts)
        and all(any(token & word for word in entity.words) for token in concepts)
    )


def _choice(profile: Profile, one: Scored) -> Choice:
    lookup = _lookup(profile, one.column) if one.slot.name in _NAMED_BY_NUMBER else None
    reason = _reason(one)
    if lookup is not None:
        reason += f"; {lookup.table.label}.{lookup.name} has the names of its numbers"
    return Choice(one.slot, one.column, stated("column", one.log_odds), reason, one.target, lookup)


# Columns that may hold the number of a row that has the name.
_NAMED_BY_NUMBER = frozenset(
    {"currency", "status", "method", "carrier", "country", "region", "category", "provider"}
)
LOOKUP_ROWS = 5000


def _lookup(profile: Profile, column: Column) -> Lookup | None:
    """The small table with the names of a column's numbers: called as the column is, with those numbers."""
    if column.looks.get("integer", 0.0) < 0.9 or not column.values:
        return None
    wanted = {concept for token in column.words for concept in token} - {"id", "order", "number", "when"}
    best: tuple[float, str, Lookup] | None = None
    for entity in profile.entities:
        called = {concept for token in entity.words for concept in token}
        if not wanted & called or entity.rows > LOOKUP_ROWS or entity.where or entity.within:
            continue
        named = [one for one in entity.columns if one.place.key is None and _is_a_name(one)]
        codes = [one for one in entity.columns if "currency" in wanted and one.looks.get("currency", 0) > 0.5]
        name = next(iter([*codes, *named]), None)
        for key in entity.columns:
            if name is None or key.looks.get("integer", 0.0) < 0.9 or not _numbers_rows(key, entity):
                continue
            overlap = profile.overlap(column.values, entity.table, key.place.column)
            likeness = len(wanted & called) / len(wanted | called)
            if overlap >= 0.9 and (best is None or (overlap + likeness, entity.name) > best[:2]):
                lookup = Lookup(entity.table, key.place.column, name.place.column)
                best = (overlap + likeness, entity.name, lookup)
    return best[2] if best else None


def _is_a_name(column: Column) -> bool:
    concepts = {concept for token in column.words for concept in token}
    return (
        bool(concepts & {"name", "title", "status", "text"})
        and "id" not in concepts
        and (
            max(column.looks.get("word", 0.0), column.looks.get("sentence", 0.0)) > 0.8
            and column.looks.get("integer", 0.0) < 0.5
        )
    )


def _numbers_rows(key: Column, entity: Entity) -> bool:
    """Whether a column is the table's number: its key, or the first part of one with a language."""
    return key.unique or key.place.column in entity.table.key


def _reason(one: Scored) -> str:
    """Why, in words."""
    said = []
    if one.name.score > 0:
        said.append(f"its name means {' '.join(one.name.read_as)}")
    else:
        said.append("its name tells nothing")
    looks = [(one.column.looks.get(look, 0.0), look) for look in one.slot.shapes]
    if not one.column.values:
        said.append("it is empty")
    elif looks:
        share, look = max(looks, key=lambda pair: pair[0])
        said.append(f"{share:.0%} of its values look like {_LOOKS.get(look, look)}")
    if one.target is not None and one.overlap is not None:
        said.append(f"{one.overlap:.0%} of its values are keys of {one.target[0].name}")
    return "; ".join(said)


_LOOKS = {
    "word": "a word", "code": "a code", "integer": "whole numbers", "small": "small numbers", "time": "times",
    "unix": "seconds since 1970", "unix_ms": "milliseconds since 1970", "money": "amounts",
    "person": "names", "sentence": "words", "text": "text", "email": "e-mail addresses", "ip": "IP addresses",
    "agent": "browsers", "hash": "password hashes", "phone": "phone numbers", "postcode": "postcodes",
    "street": "streets", "house": "house numbers", "country": "country codes", "currency": "currency codes",
    "wallet": "coin addresses", "txid": "transaction ids", "tracking": "parcel numbers", "flag": "0 or 1",
    "uuid": "UUIDs", "handle": "user names", "last4": "last four digits", "card_brand": "card brands",
    "rating": "ratings", "pgp_public": "PGP keys", "pgp_message": "PGP messages", "satoshi": "coin units",
    "coins": "coin amounts", "asset": "coins", "json": "JSON", "php": "serialised PHP",
}  # fmt: skip


def _role_reason(entity: Entity, role: Role, likely: float) -> str:
    _, name = role_features(entity, role, {}, 0.0)
    called = f"its name means {' '.join(name.read_as)}" if name.score else "its name tells nothing"
    return f"{called}; with its columns it is {role.table} to {likely:.0%}"


def _sorted(mappings: list[TableMapping]) -> list[TableMapping]:
    order = list(roles())
    return sorted(mappings, key=lambda m: (order.index(m.table), -m.probability, m.entity.name, m.part))
