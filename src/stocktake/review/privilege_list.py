"""The privilege list: a TOML file that a person writes, and what it means as expressions to search by.

A word is found as a whole word, a phrase across any gap, a domain with all that are under it. The same list
is made into an expression over text (columns of tables, in the dialect of RE2 that DuckDB speaks too), and
one over bytes (files), in which a word is found as ASCII, UTF-8 and UTF-16LE.
"""

import re
import tomllib
from dataclasses import dataclass
from functools import cached_property
from importlib.resources import files

from stocktake.errors import UserError

# Between the words of a phrase: blanks and what stands for them in dumps, markup, addresses and names.
_GAPS = r"[\s_+.,;:'\"-]|\\[nrt]|&nbsp;|&#160;|=\r?\n|%20|<[a-z/]{1,4}>"
_TEXT_GAPS = f"[\u00a0\u2010-\u2019]|{_GAPS}"
_BYTE_GAPS = rf"\xc2?\xa0|\xe2\x80[\x90-\x99]|{_GAPS}"
_MOST_GAPS = 6
_KEYS = ("domains", "addresses", "words", "paths", "look_past")
_MOST_BYTES = 4 << 20
# So many terms go into one expression; more would outgrow what RE2 lets one have.
_TERMS_AT_ONCE = 100


@dataclass(frozen=True)
class Term:
    """One line of the list: ``kind`` is domain, address, word or path, ``text`` as it was written."""

    kind: str
    text: str

    @property
    def reason(self) -> str:
        """The term as it is named where something is held because of it."""
        return f"{self.kind} “{self.text}”"

    @cached_property
    def expression(self) -> str:
        """The term as an expression over text, without flags; that of a path is over a whole path."""
        if self.kind == "path":
            return _glob(self.text)
        return self._wrapped([re.escape(word) for word in self._words], f"(?:{_TEXT_GAPS})")

    @cached_property
    def byte_expression(self) -> str:
        """The term over bytes as text in Latin-1, in ASCII or UTF-8 and in UTF-16LE."""
        narrow = ["".join(_either_case(c, "utf-8") for c in word) for word in self._words]
        wide = ["".join(_either_case(c, "utf-16-le") for c in word) for word in self._words]
        gap = r"(?:[\s_.,;:'\"\xa0+-]\x00)"
        return f"{self._wrapped(narrow, f'(?:{_BYTE_GAPS})')}|{self._wrapped(wide, gap, wide=True)}"

    @property
    def longest(self) -> int:
        """Bytes that a match can have at most."""
        return 8 * len(self.text) + 16 * _MOST_GAPS * len(self._words) + 8

    @cached_property
    def _words(self) -> list[str]:
        return (
            re.sub("[-'\u2019]", " ", self.text.rstrip("*")).split() if self.kind == "word" else [self.text]
        )

    def _wrapped(self, words: list[str], gap: str, *, wide: bool = False) -> str:
        """The words one after the other, and not in the middle of a longer one."""
        phrase = f"{gap}{{1,{_MOST_GAPS}}}".join(words)
        other = "[^0-9A-Za-z-]" if self.kind == "domain" else "[^0-9A-Za-z_]"
        before = rf"(?:^|[^\x00]|{other}\x00)" if wide else f"(?:^|{other})"
        return f"{before}{phrase}{'' if self.text.endswith('*') else f'(?:{other}|$)'}"


@dataclass(frozen=True)
class PrivilegeList:
    """A list as it was read."""

    terms: tuple[Term, ...]
    look_past: tuple[str, ...] = ()

    @cached_property
    def in_text(self) -> tuple[Term, ...]:
        """The terms that are looked for in text; the others are of paths."""
        return tuple(term for term in self.terms if term.kind != "path")

    @cached_property
    def expressions(self) -> list[str]:
        """Expressions over text, any of which is met where a term is."""
        return _joined([term.expression for term in self.in_text])

    @cached_property
    def byte_expressions(self) -> list[str]:
        """The same over bytes."""
        return _joined([term.byte_expression for term in self.in_text])

    def named(self, matched: str | bytes) -> str:
        """The reason that a match of one of the expressions gives: the first term that it meets."""
        text = matched.decode("latin-1") if isinstance(matched, bytes) else matched
        for term in self.in_text:
            expression = term.byte_expression if isinstance(matched, bytes) else term.expression
            if re.search(expression, text, re.IGNORECASE):
                return term.reason
        return "the list"

    def met_by_path(self, path: str) -> str | None:
        """The reason for which an item of this path is held; None where its path meets nothing."""
        for term in self.terms:
            wanted = f"(?s:{term.expression})\\Z" if term.kind == "path" else term.expression
            find = re.match if term.kind == "path" else re.search
            if find(wanted, path, re.IGNORECASE):
                return f"path, {term.reason}"
        return None

    def looks_past(self, path: str) -> bool:
        """Whether an item's content is not looked at."""
        return any(re.fullmatch(_glob(one), path, re.IGNORECASE | re.DOTALL) for one in self.look_past)


def template() -> str:
    """A list to begin with: generic words, and no firm."""
    return files(__package__).joinpath("privilege.toml").read_text("utf-8")


def read(stored: bytes, name: str) -> PrivilegeList:
    """The list in these bytes. ``name`` is what a UserError calls it."""
    if len(stored) > _MOST_BYTES:
        raise UserError(f"{name} has more than {_MOST_BYTES >> 20} MiB, so it is no privilege list.")
    try:
        stated = tomllib.loads(stored.decode("utf-8"))
    except (UnicodeDecodeError, tomllib.TOMLDecodeError, RecursionError) as error:
        said = " ".join(str(error).split())
        raise UserError(f"{name} can't be read as a privilege list (TOML): {said}.") from error
    if unknown := sorted(set(stated) - set(_KEYS)):
        raise UserError(f"{name} has the key {unknown[0]!r}; a privilege list has {', '.join(_KEYS)}.")
    values: dict[str, list[str]] = {}
    for key in _KEYS:
        listed = stated.get(key, [])
        if not isinstance(listed, list) or not all(isinstance(one, str) for one in listed):
            raise UserError(f"{name}: {key} must be a list of texts.")
        values[key] = [_sound(key, one.strip(), name) for one in listed]
    kinds = {"domains": "domain", "addresses": "address", "words": "word", "paths": "path"}
    terms = [Term(kind, text) for key, kind in kinds.items() for text in dict.fromkeys(values[key])]
    if not terms:
        raise UserError(f"{name} names nothing: no domain, address, word or path.")
    return PrivilegeList(tuple(terms), tuple(values["look_past"]))


def _sound(key: str, text: str, name: str) -> str:
    """One entry, if it means something that is not next to everything."""
    text = text.removeprefix("@") if key == "domains" else text
    letters = sum(character.isalnum() for character in text)
    if letters < 3 or len(text) > 300 or not text.isprintable():
        raise UserError(f"{name}: {text!a} in {key} is too short, too long or no text: it needs 3 letters.")
    if key == "domains" and not re.fullmatch(r"[\w-]+(\.[\w-]+)+", text):
        raise UserError(f"{name}: {text!r} is no domain such as firm.example.")
    if key == "addresses" and not re.fullmatch(r"[^@\s]+@[^@\s]+", text):
        raise UserError(f"{name}: {text!r} is no e-mail address.")
    if key == "words" and "*" in text.rstrip("*"):
        raise UserError(f"{name}: {text!r} has a star that is not at its end.")
    return text


def _joined(expressions: list[str]) -> list[str]:
    return [
        "(?i)" + "|".join(f"(?:{one})" for one in expressions[start : start + _TERMS_AT_ONCE])
        for start in range(0, len(expressions), _TERMS_AT_ONCE)
    ]


def _glob(pattern: str) -> str:
    signs = {"*": ".*", "?": "."}
    return "".join(signs.get(sign) or re.escape(sign) for sign in pattern)


def _either_case(character: str, encoding: str) -> str:
    """A character's bytes, in Latin-1 and escaped; beyond ASCII in either case, which bytes do not tell."""
    forms = {character} if character.isascii() else {character.lower(), character.upper()}
    spelled = ["".join(f"\\x{byte:02x}" if byte > 126 or byte < 32 else re.escape(chr(byte))
                       for byte in form.encode(encoding)) for form in sorted(forms)]  # fmt: skip
    return spelled[0] if len(spelled) == 1 else f"(?:{'|'.join(spelled)})"
