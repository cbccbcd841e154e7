"""Recipients that can be trusted: a tolerant splitter, and a count that checks it.

The parsers at hand each lose recipients on some input, and the standard library's answer differs between patch levels
of the interpreter. This one is written out here, so the result is the same everywhere, and it never discards: what is
not an address stays as a party known by name only. Two independent steps:

1. :func:`split_addresses` cuts a header into mailboxes, allowing for semicolons, apostrophes, comments, brackets, folds
   inside an address, groups, unclosed quotes and unclosed angles;
2. :func:`count_visible` looks for addresses in the same header by another method. What it sees and the splitter did
   not return is a ``recipient_count_mismatch``, never silence.
"""

from __future__ import annotations

import contextlib
import re
from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from quorum_watch.mail.charset import decode_words
from quorum_watch.model import Party
from quorum_watch.vocabulary import AccountKind, Defect, Role


@dataclass(frozen=True, slots=True)
class Mailbox:
    """One entry of an address header: the words as written, the display name, and the address (``""`` if none)."""

    raw: str
    name: str
    address: str


@dataclass(frozen=True, slots=True)
class AddressList:
    """The parties of one or more headers of one role, and what was doubtful about them."""

    parties: tuple[Party, ...]
    defects: tuple[Defect, ...]


_TOKEN = r"[^\s<>()\[\]\",;:@\\]"
_LOCAL = _TOKEN + "+"
_DOMAIN = rf"(?:{_TOKEN}+|\[[^\]\s]*\])"
#: Possessive, and only from the start of a word: a header of 256 kB must not cost its square.
_VISIBLE = re.compile(rf"(?<!{_TOKEN}){_TOKEN}++@{_DOMAIN}")
_ATOM = re.compile(rf"(?:\"(?:[^\"\\@\n]|\\.){{0,200}}\"|(?<!{_TOKEN}){_TOKEN}++)@{_DOMAIN}", re.S)
_SIMPLE = re.compile(
    r"\s{0,9}(?:\"([^\"\\]{0,200})\"|([^\"<>()\[\]@,;:\\=]{0,200}?))\s{0,9}"
    r"(?:<([\w.+/&-][\w.+'/&-]{0,99}@[\w.-]{1,200})>|(?<![^\s,])([\w.+/&-][\w.+'/&-]{0,99}@[\w.-]{1,200}))\s{0,9}(?:,|$)",
    re.A,
)
_FOLD = re.compile(r"\r?\n[ \t]+|\r(?!\n)[ \t]*|\n")
#: A fold inside the domain of an address: the part after it ends the address and is no address of its own.
_FOLDED_DOMAIN = re.compile(r"(@[\w.-]*)\r?\n[ \t]+((?:[\w-]+\.)*[a-zA-Z]{2,})(?=\s*(?:>|,|;|$))")
_COMMENT = re.compile(r"\((?:[^()\\]|\\.)*+\)")
_LOOSE_DOT = re.compile(r"(@[\w-]+(?:\.[\w-]+)*+)[ \t]+\.[ \t]*(?=\w)")
_AROUND_AT = re.compile(r"(?<!\s)\s*@\s*(?=[\w\[])")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]+")
_UNDISCLOSED = re.compile(
    r"(undisclosed|unlisted|suppressed)[\s_-]*(recipients?|list)|recipients? (list )?(not shown|suppressed)", re.I
)
_SUFFIX = re.compile(r"(?i)(jr|sr|ii|iii|iv|ph\.?d|esq|m\.?d|cpa|aicp|p\.?e)\.?$")
_PREFIX = re.compile(r"^(?:mailto|smtp|e-?mail)\s*:\s*", re.I)
_SPACE = re.compile(r"\s+")
_IN_ANGLES = re.compile(rf"<\s*+{_LOCAL}@{_DOMAIN}\s*+>")


@lru_cache(maxsize=65536)
def normalise_address(address: str) -> str:
    """An e-mail address in the one form used for comparing: lower case, no quotes needed, domain in ASCII (IDNA).

    Dots and ``+tags`` of the local part stay: whether two such accounts are one person is for the roster to say.

    >>> normalise_address("Dana.Lee@City.EXAMPLE."), normalise_address("info@bücher.example")
    ('dana.lee@city.example', 'info@xn--bcher-kva.example')
    """
    local, _, domain = address.strip().rpartition("@")
    local = local.strip(" \t.'")
    if len(local) > 1 and local[0] == local[-1] == '"':
        plain = re.sub(r"\\(.)", r"\1", local[1:-1])
        local = plain if re.fullmatch(_LOCAL, plain) else f'"{plain}"'
    domain = domain.partition("?")[0].strip(" \t.'").lower()  # no domain has a question mark; links have one
    if not domain.isascii():
        with contextlib.suppress(UnicodeError, ValueError):
            domain = domain.encode("idna").decode("ascii")
    return f"{local.lower()}@{domain}" if local and domain else ""


def split_addresses(raw: str) -> list[Mailbox]:
    """Every mailbox of one raw header value, in order, those known by name only included.

    Folds may still be in ``raw``. An entry of a group belongs to the list; an empty group gives one entry with its
    name, because it stands for people whose addresses were withheld.

    >>> [m.address for m in split_addresses("'a@x.example' <a@x.example>; Doe, Jane [Alder] <jane@x.example>")]
    ['a@x.example', 'jane@x.example']
    """
    fast = _split_simple(raw)
    return _split_tolerant(raw) if fast is None else fast


def _split_tolerant(raw: str) -> list[Mailbox]:
    text = _CONTROL.sub("", _FOLD.sub(" ", _FOLDED_DOMAIN.sub(r"\1\2", raw)))
    boxes: list[Mailbox] = []
    for segment in _join_names(_segments(_LOOSE_DOT.sub(r"\1.", _AROUND_AT.sub("@", text)))):
        boxes.extend(_read_segment(segment))
    if not any(b.address for b in boxes) and "=?" in raw:
        decoded = decode_words(text)  # some programs encode the whole list, addresses and separators included
        if "@" in decoded and "=?" not in decoded:
            return _split_tolerant(decoded)
    return boxes


def _split_simple(raw: str) -> list[Mailbox] | None:
    """The common forms at once, or ``None`` where anything is unusual."""
    ats = raw.count("@")
    if not ats or not raw.isascii():
        return None
    boxes: list[Mailbox] = []
    end = 0
    while end < len(raw):
        match = _SIMPLE.match(raw, end)
        if match is None:
            return None
        name = match[1] or match[2] or ""
        if "=?" in name or "@" in name:
            return None
        if "\n" in name or "  " in name:
            name = _SPACE.sub(" ", name)
        start, end = match.span()
        boxes.append(
            Mailbox(
                raw[start:end].strip().rstrip(",").strip(), name.strip(" '"), normalise_address(match[3] or match[4])
            )
        )
    return boxes if len(boxes) == ats else None


def _segments(text: str) -> list[str]:
    """Cut at top-level commas and semicolons; group names are taken off, empty groups kept as a segment."""
    out: list[str] = []
    start = i = 0
    group: str | None = None
    members = 0
    size = len(text)
    closers = _closers(text)
    while i < size:
        char = text[i]
        if char == "\\":
            i += 2
            continue
        if char in '"(<':
            end = closers.get(i)
            if end is not None:
                i = end + 1
                continue
        elif char == "," and _is_last_first(text, start, i):
            pass
        elif char in ",;":
            piece = text[start:i].strip()
            if piece:
                out.append(piece)
                members += 1
            if char == ";":
                if group is not None and not members:
                    out.append(group + ":;")
                group = None
            start = i + 1
        elif (
            char == ":"
            and group is None
            and "@" not in text[start:i]
            and not _PREFIX.match(text[start : i + 1].strip())
        ):
            group, members, start = text[start:i].strip(), 0, i + 1
        i += 1
    piece = text[start:].strip()
    if piece:
        out.append(piece)
    elif group is not None and not members:
        out.append(group + ":;")
    return out


def _is_last_first(text: str, start: int, comma: int) -> bool:
    """Where semicolons separate, ``Lee, Dana`` between two of them is one person."""
    end = text.find(";", comma)
    if end < 0:
        end = len(text) if text.rfind(";", 0, start) >= 0 else -1
    if end < 0 or end - start > 80:
        return False
    piece = text[start:end]
    return piece.count(",") == 1 and not any(c in piece for c in '@<>":')


def _closers(text: str) -> dict[int, int]:
    """Where each quote, comment and angle that is properly closed ends; an opener without a partner is plain text."""
    out: dict[int, int] = {}
    begin = 0
    for _ in range(20):
        unclosed = _pair(text, begin, out, angles_only=False)
        if unclosed < 0:
            return out
        begin = unclosed + 1  # everything after an opener that never closes is read again without it
    _pair(text, begin, out, angles_only=True)
    return out


def _pair(text: str, begin: int, out: dict[int, int], *, angles_only: bool) -> int:
    """Add the pairs found from ``begin`` on; the position of an opener that never closed, or -1."""
    quote = angle = comment = -1
    depth = 0
    i = begin - 1
    size = len(text) - 1
    while i < size:
        i += 1
        char = text[i]
        if char == "\\":
            i += 1
        elif quote >= 0:
            if char == '"':
                out[quote] = i
                quote = -1
        elif char == "(" and not angles_only:
            if not depth:
                comment = i
            depth += 1
        elif depth:
            if char == ")":
                depth -= 1
                if not depth:
                    out[comment] = i
        elif char == '"' and not angles_only:
            quote = i
        elif char == "<":
            angle = i
        elif char in ",;" and angle >= 0:
            # A comma in an angle is a source route (``<@a,@b:c@d>``); elsewhere the angle was left open.
            if char == ";" or not text.startswith("@", angle + 1):
                angle = -1
        elif char == ">" and angle >= 0:
            out[angle] = i
            angle = -1
    return quote if quote >= 0 else comment if depth else -1


def _join_names(segments: list[str]) -> list[str]:
    """Put ``Doe, Jane <jane@...>`` together again where the comma belongs to a name, not between two people."""
    out: list[str] = []
    for segment in segments:
        for _ in range(3):  # "Doe, Jane, Jr." is the longest seen
            if not out or "@" in out[-1] or out[-1].endswith(":;") or not _belongs(out[-1], segment):
                break
            segment = f"{out.pop()}, {segment}"
        out.append(segment)
    return out


def _belongs(before: str, segment: str) -> bool:
    angle = segment.find("<")
    if angle <= 0 or "@" not in segment[angle:] or '"' in before or '"' in segment[:angle]:
        return False
    first = re.sub(r"\([^)]{0,99}\)|\[[^\]]{0,99}\]", " ", segment[:angle]).strip(" '")
    if not first or "@" in first:
        return False
    if _SUFFIX.fullmatch(first) or len(before.split()) == 1 or len(first.split()) == 1:
        return True
    local = segment[angle + 1 :].partition("@")[0].lower()
    return before.split()[-1].lower() in local


def _read_segment(segment: str) -> list[Mailbox]:
    if segment.startswith("(") and _strip_comments(segment).strip() == "":
        return []  # a remark between the entries, and no entry
    if segment.endswith(":;"):
        return [Mailbox(segment, _clean_name(segment[:-2]), "")]
    segment_text = segment
    angles = [(a, b) for a, b in sorted(_closers(segment).items()) if segment[a] == "<"]
    boxes: list[Mailbox] = []
    last = 0
    for a, b in angles:
        address = _angle_address(segment[a + 1 : b])
        name_part = segment[last:a]
        if address:
            boxes.append(Mailbox(segment[last : b + 1].strip(), _clean_name(name_part), address))
            last = b + 1
    rest = segment_text[last:]
    if boxes and "@" not in rest:
        trailing = _clean_name(rest.strip(" >.'"))
        if trailing and not boxes[-1].name:
            boxes[-1] = Mailbox(segment_text.strip(), trailing, boxes[-1].address)
        return boxes
    return boxes + _bare_addresses(rest)


def _angle_address(inner: str) -> str:
    inner = inner.strip(" '\t")
    prefix = _PREFIX.match(inner)
    if prefix:
        inner = inner[prefix.end() :].partition("?")[0]  # a mailto: link may carry a subject
    if "(" in inner:
        inner = _strip_comments(inner)
    if inner.startswith("@") and ":" in inner:
        inner = inner.rpartition(":")[2]
    match = _ATOM.search(inner) if " " not in inner else _ATOM.fullmatch(inner) or _ATOM.search(inner.replace(" ", ""))
    return normalise_address(match[0].strip("'")) if match else ""


def _strip_comments(text: str) -> str:
    for _ in range(10):
        shorter = _COMMENT.sub("", text)
        if shorter == text:
            break
        text = shorter
    return text


def _bare_addresses(text: str) -> list[Mailbox]:
    """Addresses that stand without angles, the words around the only one being its name; or a name without address."""
    text = text.strip()
    plain = re.sub(r"(@[\w-]+) ((?:[\w-]+\.)+[A-Za-z]{2,})$", r"\1\2", text)  # a fold inside a domain, already a blank
    found = list(_ATOM.finditer(plain))
    if len(found) > 1:
        comments = sorted((a, b) for a, b in _closers(plain).items() if plain[a] == "(")
        found = [m for m in found if not _inside(comments, m.start())] or found
    if len(found) == 1:
        match = found[0]
        around = (plain[: match.start()] + " " + plain[match.end() :]).strip(" <>'\t")
        return [Mailbox(text, _clean_name(_PREFIX.sub("", around)), _bare(match[0]))]
    if found:
        return [Mailbox(m[0], "", _bare(m[0])) for m in found]
    name = _clean_name(text.strip("<>' "))
    return [Mailbox(text, name, "")] if name else []


def _bare(text: str) -> str:
    return normalise_address(_PREFIX.sub("", text).strip("'").rstrip("."))


def _inside(spans: list[tuple[int, int]], position: int) -> bool:
    i = bisect_left(spans, (position, 0)) - 1
    return i >= 0 and spans[i][0] < position < spans[i][1]


def _clean_name(text: str) -> str:
    """A display name as people read it: encoded words decoded, quotes and comment marks off, spaces single."""
    text = text.strip()
    if not text:
        return ""
    if "=?" in text:
        text = decode_words(text.replace('"', ""))
    text = re.sub(r"\\(.)", r"\1", text)
    if text.startswith("(") and text.endswith(")"):
        text = text[1:-1]
    text = text.replace('"', "")
    return _SPACE.sub(" ", text).strip(" '\t,")


def count_visible(raw: str) -> frozenset[str]:
    """Addresses that can be seen in a raw header value by looking only around each ``@``, normalised.

    >>> sorted(count_visible("a@x.example, <b@x.example"))
    ['a@x.example', 'b@x.example']
    """
    text = _FOLD.sub(" ", _FOLDED_DOMAIN.sub(r"\1\2", _CONTROL.sub("", raw)))
    text = _LOOSE_DOT.sub(r"\1.", _AROUND_AT.sub("@", text))
    if "(" in text:
        # An address in a comment is a remark, and one in the middle of an address hides it; one in angles may be a
        # recipient between two stray brackets, so it stays visible.
        text = " ".join((_strip_comments(text), *_IN_ANGLES.findall(text)))
    if "=?" in text:
        text = decode_words(text)
    return frozenset(a for a in (normalise_address(m[0]) for m in _VISIBLE.finditer(text)) if a)


def read_parties(values: Iterable[str], role: Role, evidence: str = "header", limit: int = 5000) -> AddressList:
    """The parties of every header of one role, repeats taken once, with the marks of doubt.

    ``limit`` is the number of entries of one header that are read; what lies beyond shows as a count mismatch.

    >>> found = read_parties(["Dana Lee <dana@x.example>, Common Council"], Role.TO)
    >>> [(p.name, p.address) for p in found.parties], [d.value for d in found.defects]
    ([('Dana Lee', 'dana@x.example'), ('Common Council', '')], ['name_only_recipient'])
    """
    parties: dict[tuple[str, str], Party] = {}
    defects: dict[Defect, None] = {}
    for value in values:
        simple = _split_simple(value)
        boxes = (_split_tolerant(value) if simple is None else simple)[:limit]
        addresses = {b.address for b in boxes if b.address}
        if simple is None or value.count("@") != len(addresses):
            visible = count_visible(value)
            if not visible <= addresses or (value.count("@") and not addresses):
                defects[Defect.RECIPIENT_COUNT_MISMATCH] = None
        for box in boxes:
            if not box.address:
                if _UNDISCLOSED.search(box.name):
                    defects[Defect.UNDISCLOSED_RECIPIENTS] = None
                    continue
                if box.raw.endswith(":;"):
                    defects[Defect.UNDISCLOSED_RECIPIENTS] = None
                if not box.name:
                    continue
                defects[Defect.NAME_ONLY_RECIPIENT] = None
            key = (box.address, "" if box.address else box.name.casefold())
            if key in parties and (parties[key].name or not box.name):
                continue
            kind = AccountKind.EMAIL if box.address else AccountKind.NAME
            parties[key] = Party(box.raw, box.address, box.name, kind, role, evidence)
    return AddressList(tuple(parties.values()), tuple(defects))
