"""Secrets in configuration and commands: known again by a keyed fingerprint, never kept.

The fingerprint is HMAC-SHA-256 (RFC 2104) with the exhibit's own SHA-256 as key, its first 16 hexadecimal digits:
the same secret twice in one exhibit is seen to be the same, and a list of likely secrets cannot be looked up in it
without the exhibit.
"""

import hashlib
import hmac
import re
from typing import Any

from stocktake.records.raw import UnitWriter

_VALUE = r"(?:'[^'\n]*'|\"[^\"\n]*\"|[^\s'\";|&]+)"
_FORMS = [
    re.compile(
        rf"(--?(?:password|passwd|passphrase|pass|pwd|token|secret|api-?key)(?:=|\s+))({_VALUE})()", re.IGNORECASE
    ),
    re.compile(rf"(\b(?:mysql\w*|mariadb[\w-]*)\b[^\n|;&]*?\s-p)({_VALUE})()"),
    re.compile(
        rf"(\b\w*(?:PASSWORD|PASSWD|PASSPHRASE|SECRET|TOKEN|API_?KEY|PGPASS|MYSQL_PWD)\w*=)({_VALUE})()", re.IGNORECASE
    ),
    re.compile(r"(\b[a-z][a-z0-9+.-]*://[^\s:/@]*:)([^\s@/]+)(@)", re.IGNORECASE),
    re.compile(rf"(\bsshpass\s+-p\s*)({_VALUE})()"),
    re.compile(rf"(\b(?:curl|wget)\b[^\n|;&]*?\s(?:-u|--user)[ =]?[^\s:]+:)({_VALUE})()"),
    re.compile(r"(\bIDENTIFIED\s+(?:WITH\s+\S+\s+)?BY\s+)('[^']*'|\"[^\"]*\")()", re.IGNORECASE),
    re.compile(r"(\becho\s+['\"]?[\w.-]+:)([^'\"|\s]+)(['\"]?\s*\|\s*(?:sudo\s+)?chpasswd)"),
    re.compile(r"(\bAuthorization:\s*(?:Basic|Bearer)\s+)([A-Za-z0-9._~+/=-]+)()", re.IGNORECASE),
]
_NAMES = re.compile(
    r"PASS|PWD|SECRET|TOKEN|SALT|PRIVATE|SEED|MNEMONIC|CREDENTIAL|(?:^|_)(?:AUTH|NONCE|API|ACCESS|ENCRYPTION)?_?KEY(?:$|_)",
    re.IGNORECASE,
)


def fingerprint(unit: UnitWriter, secret: str) -> str:
    """The keyed fingerprint of a secret in this unit's exhibit."""
    key = str(unit.facts.get("exhibit_sha256", "")).encode()
    return hmac.new(key, secret.encode("utf-8", "surrogatepass"), hashlib.sha256).hexdigest()[:16]


def is_secret_name(name: str) -> bool:
    """Whether a setting of this name holds a secret."""
    return _NAMES.search(name) is not None


def masked(unit: UnitWriter, text: str) -> str:
    """``text`` with the passwords and tokens of commands and addresses replaced by their fingerprints."""

    def mask(found: "re.Match[str]") -> Any:
        value = found[2]
        inner = value[1:-1] if value[:1] in "'\"" and value[-1:] == value[:1] and len(value) > 1 else value
        if not inner or inner.startswith(("$", "<secret ")):
            return found[0]
        return f"{found[1]}<secret {fingerprint(unit, inner)}>{found[3]}"

    for form in _FORMS:
        text = form.sub(mask, text)
    return text
