"""Salutations and signatures: lines that address or sign, and say nothing.

"Juno," above a message and "Juno" below it are no question to Juno and no view of hers. Such lines stand alone, so they
are found by lines; names count only where they are names of known people.

>>> text = "Dear Ida,\\n\\nI'm a yes.\\n\\nRhoda Quist\\nAlder, District 1"
>>> [text[a:b] for a, b in find_courtesies(text, (), frozenset({"rhoda", "quist"}))]
['Dear Ida,', 'Rhoda Quist\\nAlder, District 1']
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

#: Lines of a signature block, and words of one of them: more is not a signature.
_MOST_LINES, _MOST_WORDS = 6, 9
#: Words of a salutation.
_MOST_GREETED = 7
_LINE = re.compile(r"[^\n\r]+")
_WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")
_OPENING = re.compile(
    r"(?:hi|hey|hello|hiya|howdy|dear|greetings|(?:good )?(?:morning|afternoon|evening)|good day|"
    r"to (?:the|all|my|whom)\b)(?=[\s,:;.!–—-]|$)",
    re.IGNORECASE,
)
#: Whom a salutation addresses besides people by name.
_GROUPS = frozenset(
    [
        *("all", "everyone", "everybody", "folks", "team", "colleagues", "friends", "guys", "gang", "yall"),
        *("alder", "alders", "alderman", "alderpersons", "council", "councilmembers", "trustee", "trustees", "board"),
        *("supervisor", "supervisors", "commissioners", "committee", "members", "mayor", "chair", "chief", "clerk"),
        *("common", "city", "village", "town", "county", "and", "the", "of", "to", "both", "again", "there", "whom"),
        *("neighbors", "it", "may", "concern", "mr", "mrs", "ms", "dr", "madam", "president", "fellow", "my", "ald"),
    ]
)
#: Groups that are addressed by one word alone.
_ALONE = frozenset(["all", "everyone", "everybody", "folks", "team", "colleagues", "friends", "alders", "trustees"])
#: Words that answer and do not address, though they stand alone.
_ANSWERS = frozenset(
    [
        *("yes", "no", "yep", "nope", "agreed", "ok", "okay", "sure", "thanks", "thank", "aye", "nay", "ditto"),
        *("same", "done", "well", "so", "but", "fyi"),
    ]
)
_CLOSING = re.compile(
    r"(?:thanks|thank you|many thanks|thx|best|best regards|kind regards|regards|warm regards|sincerely|cheers|yours|"
    r"yours truly|respectfully|cordially|all the best|take care|talk soon|with thanks)[\s,.!–—-]*$",
    re.IGNORECASE,
)
_POSTSCRIPT = re.compile(r"p\.? ?s\b", re.IGNORECASE)


def find_courtesies(text: str, taken: Sequence[tuple[int, int]], names: Collection[str]) -> list[tuple[int, int]]:
    """Start and end of the salutation and of the signature of a message, those it has.

    ``taken`` are stretches that are not the writer's own; ``names`` holds the words of known names in lower case.
    A message of one line has neither.
    """
    if "\n" not in text:
        return []
    lines: list[tuple[int, int]] = []
    for match in _LINE.finditer(text):
        start, end = match.span()
        if match.group().strip() and not any(a < end and start < b for a, b in taken):
            lines.append((start, end))
    if len(lines) < 2:
        return []
    found = []
    first = lines[0]
    apart = "\n" in text[first[1] : lines[1][0]].replace("\n", "", 1)
    if _greets(text[first[0] : first[1]].strip(), names, apart=apart):
        found.append(first)
        lines = lines[1:]
    signed = _signature(text, lines, names)
    if signed is not None:
        found.append(signed)
    return found


def _greets(line: str, names: Collection[str], *, apart: bool) -> bool:
    """Does a first line only address somebody? ``apart``: an empty line follows it."""
    words = _WORD.findall(line)
    if not words or len(words) > _MOST_GREETED or line.endswith("?"):
        return False
    opening = _OPENING.match(line)
    if opening is not None:
        rest = _WORD.findall(line[opening.end() :])
        return all(w[0].isupper() or w.lower() in _GROUPS or w.lower() in names for w in rest)
    low = [w.lower() for w in words]
    if any(c.isdigit() for c in line) or not (apart or line[-1] in ",:–—-"):
        return False
    if all(w in names for w in low):
        return True
    if apart and len(words) <= 2 and line[-1] in ",:–—-" and all(w[0].isupper() for w in words):
        # "Ramona," of whom the roster knows nothing.
        return not any(w in _ANSWERS for w in low)
    return all(w in names or w in _GROUPS for w in low) and (low[0] in _ALONE or any(w in names for w in low))


def _named(line: str, names: Collection[str]) -> bool:
    """Is a line nothing but a known name?"""
    words = [w.lower() for w in _WORD.findall(line)]
    if any(c.isdigit() or c in "?!:" for c in line):
        return False
    return 0 < len(words) <= 4 and any(w in names for w in words) and all(w in names or len(w) == 1 for w in words)


def _signature(text: str, lines: Sequence[tuple[int, int]], names: Collection[str]) -> tuple[int, int] | None:
    """The signature block at the end of a message's own lines, never the whole message."""
    said = [text[a:b].strip() for a, b in lines]
    signs = [_named(line, names) for line in said]
    for n in range(max(1, len(lines) - _MOST_LINES), len(lines)):
        if not signs[n] or signs[n - 1] or said[n - 1].endswith(":"):
            continue
        last = n
        for after in range(n + 1, len(lines)):
            if _POSTSCRIPT.match(said[after]):
                break
            if signs[after] or said[after].endswith(("?", "!")) or len(said[after].split()) > _MOST_WORDS:
                return None
            last = after
        first = n - 1 if n > 1 and _CLOSING.match(said[n - 1]) else n
        return lines[first][0], lines[last][1]
    return None
