"""Which language a text is written in, as far as it matters: English is analysed, anything else is reported as not.

A script other than Latin decides by itself; Latin languages are told apart by their function words. A text too short
to tell is taken as English: "ok", "si" and emoji must not vanish from the analysis.
"""

from __future__ import annotations

import functools
import tomllib
from collections.abc import Sequence
from importlib import resources

#: First code point, last code point, ISO 639 code. Scripts used by one language in practice, or its commonest one.
_SCRIPTS = (
    (0x0370, 0x03FF, "el"),
    (0x0400, 0x052F, "ru"),
    (0x0530, 0x058F, "hy"),
    (0x0590, 0x05FF, "he"),
    (0x0600, 0x077F, "ar"),
    (0x0900, 0x097F, "hi"),
    (0x0980, 0x09FF, "bn"),
    (0x0A00, 0x0A7F, "pa"),
    (0x0B80, 0x0BFF, "ta"),
    (0x0E00, 0x0E7F, "th"),
    (0x0E80, 0x0EFF, "lo"),
    (0x1000, 0x109F, "my"),
    (0x10A0, 0x10FF, "ka"),
    (0x1200, 0x137F, "am"),
    (0x1780, 0x17FF, "km"),
    (0x3040, 0x30FF, "ja"),
    (0x3400, 0x9FFF, "zh"),
    (0xAC00, 0xD7AF, "ko"),
)
#: How much of a text is looked at.
_SAMPLE = 4_000


@functools.cache
def _profiles() -> tuple[frozenset[str], tuple[tuple[str, frozenset[str]], ...]]:
    raw = tomllib.loads((resources.files(__package__) / "languages.toml").read_text("utf-8"))["words"]
    english = frozenset(raw.pop("en"))
    return english, tuple((code, frozenset(words) - english) for code, words in sorted(raw.items()))


def detect_language(text: str, words: Sequence[str] | None = None) -> str:
    """ISO 639 code of the language of ``text``: ``en`` unless there is good reason to say otherwise.

    ``words`` may be given if the text has been cut into lower-case words already.

    >>> detect_language("no estoy de acuerdo con el aumento de los impuestos")
    'es'
    >>> detect_language("si"), detect_language("я за"), detect_language("I'm a yes")
    ('en', 'ru', 'en')
    """
    if not text.isascii():
        code = _by_script(text[:_SAMPLE])
        if code:
            return code
    tokens = words if words is not None else text[:_SAMPLE].lower().replace(",", " ").replace(".", " ").split()
    if len(tokens) < 4:
        return "en"
    english, others = _profiles()
    own = sum(1 for w in tokens if w in english)
    if own * 4 >= len(tokens):
        return "en"
    best, most = "en", 0
    for code, profile in others:
        count = sum(1 for w in tokens if w in profile)
        if count > most:
            best, most = code, count
    return best if most >= 2 and most > 2 * own and most * 5 >= len(tokens) else "en"


def _by_script(text: str) -> str:
    counts: dict[str, int] = {}
    latin = 0
    for char in text:
        point = ord(char)
        if point < 0x0250 or not char.isalpha():
            latin += point < 0x0250 and char.isalpha()
            continue
        for first, last, code in _SCRIPTS:
            if first <= point <= last:
                counts[code] = counts.get(code, 0) + 1
                break
    if not counts:
        return ""
    # Kana beside Han is Japanese.
    if "ja" in counts and "zh" in counts:
        counts["ja"] += counts.pop("zh")
    code, most = max(sorted(counts.items()), key=lambda item: item[1])
    return code if most > latin else ""
