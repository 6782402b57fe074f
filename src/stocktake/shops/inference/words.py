"""What a name means: `bestelldatum`, `orderDate` and `date_commande` are the concepts order and date.

The words stand in ``vocabulary.toml``. A word may mean several things (`state`: region or status); then it
has several concepts, and whatever asks picks the one that fits.
"""

import re
import tomllib
import unicodedata
from collections.abc import Sequence
from functools import cache
from importlib.resources import files

_SPELLED = {"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "æ": "ae", "ø": "oe", "å": "a", "ł": "l"}
_LETTERS = str.maketrans(
    _SPELLED | {letter.upper(): two.title() for letter, two in _SPELLED.items() if letter != "ß"}
)
_PARTS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+")
SHORTEST = 3  # letters of a word that is looked for inside a longer one

Token = frozenset[str]  # the concepts of one word; a word that is not known is its own only concept


@cache
def vocabulary() -> dict[str, frozenset[str]]:
    """Every word with its concepts."""
    stated: dict[str, list[str]] = tomllib.loads((files(__package__) / "vocabulary.toml").read_text("utf-8"))[
        "words"
    ]
    words: dict[str, set[str]] = {}
    for concept, forms in stated.items():
        for form in forms:
            words.setdefault(form, set()).add(concept)
    return {word: frozenset(concepts) for word, concepts in words.items()}


@cache
def concept_names() -> frozenset[str]:
    """The names of all concepts."""
    return frozenset(concept for concepts in vocabulary().values() for concept in concepts)


def fold(text: str) -> str:
    """Lower case without accents, umlauts as two letters; case borders stay visible as they were."""
    return unicodedata.normalize("NFKD", text.translate(_LETTERS)).encode("ascii", "ignore").decode()


@cache
def words_of(name: str) -> tuple[str, ...]:
    """The words of a name in order, long ones that are not known cut into known ones."""
    found: list[str] = []
    for part in _PARTS.findall(fold(name)):
        word = part.lower()
        if word.isdigit():
            if found and len(word) == 1:
                found[-1] += word  # address1, address2
            continue
        found += _cut(word)
    return tuple(found)


@cache
def meaning(name: str) -> tuple[Token, ...]:
    """The concepts of each word of a name."""
    found = [_concepts(word) for word in words_of(name)]
    for place in range(len(found) - 1, 0, -1):  # "tax excl" says of an amount that it is net, and not a tax
        if found[place] & {"net", "gross"} and "tax" in found[place - 1]:
            del found[place - 1]
    return tuple(found)


def _concepts(word: str) -> Token:
    known = vocabulary()
    bare = word.rstrip("0123456789")
    number = word[len(bare) :]
    if word in known:
        return known[word]
    found = known.get(bare) or _stem(bare)
    if number and number > "1" and found and found & {"address", "street", "line"}:
        return frozenset({"extra"}) | found
    if not found:
        plain = bare or word
        return frozenset({plain[:-1] if plain.endswith("s") and len(plain) > SHORTEST else plain})
    return found


_ENDINGS = (
    "s", "es", "n", "en", "e", "er", "i", "y", "a", "u", "ed", "ing", "ler", "lar", "leri", "lari",
)  # fmt: skip


def _stem(word: str) -> frozenset[str] | None:
    """A plural or an inflected form of a known word."""
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= SHORTEST:
            found = vocabulary().get(word[: -len(ending)])
            if found:
                return found
    return None


def _cut(word: str) -> list[str]:
    """``bestelldatum`` into ``bestell`` and ``datum``: the fewest known words that are the whole word.

    German puts an s, n or en between. Where the whole can't be made of known words, a known word at its end
    is cut off if what is left is long enough to be a word; else it stays as it is.
    """
    known = vocabulary()
    if word in known or len(word) < 2 * SHORTEST - 1 or _stem(word):
        return [word]
    best: dict[int, list[str]] = {0: []}
    for end in range(SHORTEST - 1, len(word) + 1):
        for start in range(max(0, end - 24), end):
            if start not in best:
                continue
            piece = word[start:end]
            fits = piece in known and (len(piece) >= SHORTEST or end == len(word))
            if not fits and start and piece[0] in "sn" and piece[1:] in known and len(piece) > SHORTEST:
                piece, fits = piece[1:], True
            if fits and (end not in best or len(best[start]) + 1 < len(best[end])):
                best[end] = [*best[start], piece]
    if len(word) in best:
        return best[len(word)]
    return [word]


# Prefixes that say whose or what a value is, however many columns have them.
_TELLING_PREFIXES = frozenset({"billing", "shipped", "recipient", "paid", "vendor"})


def without_prefix(names: Sequence[str]) -> list[str]:
    """Column names without the prefix that most of a table's columns share (`orders_`, `kd_`, `o_`)."""
    prefixes: dict[str, int] = {}
    for name in names:
        head, mark, rest = name.partition("_")
        if mark and rest:
            prefixes[head.lower()] = prefixes.get(head.lower(), 0) + 1
    if not prefixes:
        return list(names)
    prefix = max(prefixes, key=lambda head: prefixes[head])
    tells = {concept for token in meaning(prefix) for concept in token} & _TELLING_PREFIXES
    if len(names) < 3 or prefixes[prefix] < 0.6 * len(names) or tells:
        return list(names)
    return [_rest(name, prefix) for name in names]


def _rest(name: str, prefix: str) -> str:
    """The name without the prefix, unless no more than `id` would be left: `order_id` says whose."""
    if not name.lower().startswith(f"{prefix}_"):
        return name
    rest = name[len(prefix) + 1 :]
    told = {concept for token in meaning(rest) for concept in token}
    return name if told <= {"id", "number", "key"} else rest


@cache
def pattern(stated: str) -> tuple[str, ...]:
    """A pattern of model.toml as concepts: each of its words is a concept's name, or a word for one."""
    found = []
    for word in stated.split():
        if word in concept_names():
            found.append(word)
        else:
            found.append(min(vocabulary().get(word, {word})))
    return tuple(found)
