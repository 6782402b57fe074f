"""Secrets in configuration and commands: known again by a keyed fingerprint, never kept.

The fingerprint is that of ``artefacts.fingerprints``, under the case's key: the same secret twice in a case
is seen to be the same, and a list of likely secrets can't be tried on it without the key.
"""

import re
from typing import Any

from stocktake.artefacts.fingerprints import fingerprint
from stocktake.records.raw import UnitWriter

_VALUE = r"(?:'[^'\n]{0,500}'|\"[^\"\n]{0,500}\"|[^\s'\";|&]{1,500})"
_FORMS = [
    re.compile(form, re.IGNORECASE)
    for form in (
        r"(--?(?:password|passwd|passphrase|pass|pwd|token|secret|api-?key)(?:=|\s+))(VALUE)()",
        r"(\b(?:mysql\w*|mariadb[\w-]*)\b[^\n|;&]{0,300}?\s-p)(VALUE)()",
        r"(\b\w{0,60}?(?:PASSWORD|PASSWD|PASSPHRASE|SECRET|TOKEN|API_?KEY|MYSQL_PWD)\w{0,60}=)(VALUE)()",
        r"(\b[a-z][a-z0-9+.-]{0,20}://[^\s:/@]{0,200}:)([^\s@/]{1,500})(@)",
        r"(\bsshpass\s+-p\s*)(VALUE)()",
        r"(\b(?:curl|wget)\b[^\n|;&]{0,300}?\s(?:-u|--user)[ =]?[^\s:]{1,200}:)(VALUE)()",
        r"(\bIDENTIFIED\s+(?:WITH\s+\S+\s+)?BY\s+)('[^']{0,500}'|\"[^\"]{0,500}\")()",
        r"(\becho\s+['\"]?[\w.-]{1,64}:)([^'\"|\s]{1,500})(['\"]?\s*\|\s*(?:sudo\s+)?chpasswd)",
        r"(\bAuthorization:\s*(?:Basic|Bearer)\s+)([A-Za-z0-9._~+/=-]{1,2000})()",
    )
    for form in (form.replace("VALUE", _VALUE),)
]
_LIKELY = re.compile(
    r"pass|pwd|token|secret|key|-p|://|curl|wget|identified|authorization|echo", re.IGNORECASE
)
_NAMES = re.compile(
    r"PASS|PWD|SECRET|TOKEN|SALT|PRIVATE|SEED|MNEMONIC|CREDENTIAL"
    r"|(?:^|_)(?:AUTH|NONCE|API|ACCESS|ENCRYPTION)?_?KEY(?:$|_)",
    re.IGNORECASE,
)


def of(unit: UnitWriter, secret: str) -> str:
    """The keyed fingerprint of a password or token; ``not kept`` where there is no key."""
    return fingerprint("password", secret.encode("utf-8", "surrogatepass"), unit) or "not kept"


def is_secret_name(name: str) -> bool:
    """Whether a setting of this name holds a secret."""
    return _NAMES.search(name) is not None


def masked(unit: UnitWriter, text: str) -> str:
    """``text`` with the passwords and tokens of commands and addresses replaced by their fingerprints."""

    def mask(found: "re.Match[str]") -> Any:
        value = found[2]
        inner = value[1:-1] if value[:1] in "'\"" and value[-1:] == value[:1] and len(value) > 1 else value
        if not inner or inner.startswith(("$", "<secret")):
            return found[0]
        return f"{found[1]}<secret {of(unit, inner)}>{found[3]}"

    if not _LIKELY.search(text):
        return text
    for form in _FORMS:
        text = form.sub(mask, text)
    return text
