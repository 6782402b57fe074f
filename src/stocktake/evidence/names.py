"""Names found in evidence, as text that can be stored and shown, and paths kept apart."""


def text(name: str) -> str:
    """``name`` as text that can be stored and shown: what is no character of text becomes ``\\xNN``."""
    if name.isprintable():
        return name
    return "".join(_shown(character) for character in name)


def _shown(character: str) -> str:
    code = ord(character)
    if 0xDC80 <= code <= 0xDCFF:  # a byte that is no UTF-8, as os.fsdecode keeps it
        return f"\\x{code - 0xDC00:02x}"
    if code < 0x20 or 0x7F <= code < 0xA0:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if 0xD800 <= code <= 0xDFFF else character


def one_name(name: str) -> str:
    """``name`` as one part of a path: a slash, which only a hostile file system names, is ``\\x2f``."""
    return text(name).replace("/", "\\x2f") or "\\x"


class Names:
    """Keeps paths apart that would read the same: the second of them gets ``~2``."""

    def __init__(self) -> None:
        self._taken: set[str] = set()

    def unique(self, path: str) -> str:
        """Return ``path``, or what it is called where it is taken."""
        found, number = path, 1
        while found in self._taken:
            number += 1
            found = f"{path}~{number}"
        self._taken.add(found)
        return found
