"""What decoders of streams are given, and how they say that they can't go on."""

from stocktake.evidence.streams import Stream

CHUNK = 1 << 16


class DamageError(Exception):
    """The coded data can't be read on."""


class CutOffError(DamageError):
    """The coded data end too early; all that can be had of them has been given."""

    def __init__(self) -> None:
        super().__init__("the file was cut off")


class Feed:
    """Coded bytes in chunks of one size, but byte by byte between two places where care is needed."""

    def __init__(self, source: Stream, careful: range = range(0)) -> None:
        self.source = source
        self.careful = careful
        self.fed = 0
        self.last_chunk = range(0)

    def chunk(self, size: int = CHUNK) -> bytes:
        """Return the next bytes, ``size`` of them or fewer; b"" at the end."""
        piece = self.source.read(1 if self.fed in self.careful else size)
        if piece:
            self.last_chunk = range(self.fed, self.fed + len(piece))
        self.fed += len(piece)
        return piece
