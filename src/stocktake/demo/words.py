"""The word lists of the demo (`words.toml`).

A person, an address or a text is a random combination of these. One that meets a real person or address is
chance: the inward part of a postcode is any three characters of valid form.
"""

from __future__ import annotations

import tomllib
from importlib import resources

_LISTS = tomllib.loads((resources.files("stocktake.demo") / "words.toml").read_text(encoding="utf-8"))

FIRST_NAMES: list[str] = _LISTS["first_names"].split()
LAST_NAMES: list[str] = _LISTS["last_names"].split()
ACCENTED_NAMES: list[str] = _LISTS["accented_names"]
WIDE_NAMES: list[str] = _LISTS["wide_names"]
WIDE_LAST_NAMES: list[str] = _LISTS["wide_last_names"]
PHONE_RANGES: dict[str, str] = _LISTS["phone_ranges"]
STREET_STEMS: list[str] = _LISTS["street_stems"].split()
STREET_KINDS: list[str] = _LISTS["street_kinds"].split()
TOWNS: list[tuple[str, int, str]] = [(town, *facts) for town, facts in _LISTS["towns"].items()]
MAIL_HOSTS: list[str] = _LISTS["mail_hosts"]
HANDLES: list[str] = _LISTS["handles"].split()
HANDLE_NOUNS: list[str] = _LISTS["handle_nouns"].split()
USER_AGENTS: list[str] = _LISTS["user_agents"]
SLANG: list[str] = _LISTS["slang"]
CUSTOMER_NOTES: list[str] = _LISTS["customer_notes"]
OPERATOR_NOTES: list[str] = _LISTS["operator_notes"]
REVIEWS: list[tuple[int, str]] = [(stars, text) for stars, text in _LISTS["reviews"]]
