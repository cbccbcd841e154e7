"""Texts whose bytes were written as characters, turned back where that is certain."""

from __future__ import annotations


class Mended:
    """Mends the texts of one item and remembers whether any needed it."""

    def __init__(self) -> None:
        self.repaired = False

    def text(self, value: str) -> str:
        """The text as its writer wrote it.

        >>> Mended().text("cafÃ©"), Mended().text("café"), Mended().text("naïve – plain")
        ('café', 'café', 'naïve – plain')
        """
        if value.isascii():
            return value
        try:
            plain = value.encode("latin-1").decode("utf-8")
        except (UnicodeEncodeError, UnicodeDecodeError):
            return value  # some character is no byte, or the bytes are no UTF-8: the text was right as it is
        self.repaired = True
        return plain
