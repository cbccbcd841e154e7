"""Text by strangers, made harmless to read: nothing hidden, nothing that turns the line around."""

from __future__ import annotations

import unicodedata

#: Format characters that people need to read their own script and emoji; everything else of that class is shown.
_KEPT = frozenset("\u200c\u200d\ufe0e\ufe0f")


def visible(text: str) -> str:
    r"""Control and format characters written out, line ends kept as spaces.

    >>> visible("Budget\u202egnp.exe\x07")
    'Budget[U+202E]gnp.exe[U+0007]'
    """
    return "".join(_shown(c) for c in text)


def _shown(c: str) -> str:
    if c in "\n\r\t":
        return " "
    hidden = unicodedata.category(c) in ("Cc", "Cf", "Cs", "Co", "Zl", "Zp") or _noncharacter(ord(c))
    if hidden and c not in _KEPT:
        return f"[U+{ord(c):04X}]"
    return c


def _noncharacter(point: int) -> bool:
    """Code points that no text may hold (and that XML refuses)."""
    return point & 0xFFFE == 0xFFFE or 0xFDD0 <= point <= 0xFDEF


def clip(text: str, most: int = 300) -> str:
    """At most ``most`` characters, with a mark that something follows.

    >>> clip("abcdef", 4)
    'abc…'
    """
    return text if len(text) <= most else text[: most - 1] + "…"
