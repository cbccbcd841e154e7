"""Quoted and forwarded blocks: *claimed* earlier messages, found and kept, never cut away.

No reply splitter is good enough to discard with, so the text stays whole and the blocks are spans of it. What a block
says about itself ("On ... Dana Lee wrote:", Outlook's From/Sent/To lines) is read into a sender, recipients and a time,
all of low trust. Blocks nest: a chain quoted three deep gives three spans, each inside the one before.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from quorum_watch.mail.addresses import read_parties, split_addresses
from quorum_watch.mail.dates import read_date
from quorum_watch.model import Party, Quoted, When
from quorum_watch.vocabulary import AccountKind, Role

MAX_DEPTH = 10
MAX_BLOCKS = 500

_WROTE = r"(?:wrote|writes|escribió|a écrit|schrieb|ha scritto|escreveu|schreef|skrev|написала?|пишет)"
_VERBS = (
    "wrote",
    "writes",
    "escribió",
    "écrit",
    "schrieb",
    "scritto",
    "escreveu",
    "schreef",
    "skrev",
    "написал",
    "пишет",
)
_HINTS = (*_VERBS, "from:", "from*:", "original message", "original appointment", "forwarded", "reenviado", "de:")
_MARKED = re.compile(r"^[ \t]{0,4}>", re.M)
_MARK = re.compile(r"[ \t]{0,4}>")
_SEPARATOR = re.compile(
    r"\s*(?:-{2,}\s*)?(?P<f>(?:begin )?forwarded (?:message|by .{1,80})|original (?:message|appointment)|reply message"
    r"|mensaje original|mensaje reenviado)\s*(?:-{2,}|:)?\s*$",
    re.I,
)
_RULE = re.compile(r"\s*[_\-]{8,}\s*$")
_LABEL = re.compile(
    r"\s*\*?\s*(From|Sent|Date|To|Cc|Bcc|Subject|Reply-To|Importance|Attachments|De|Enviado|Para|Asunto|When|Where|Required|Optional)\s*:\s*\*?\s*(.*)$",
    re.I,
)
_FIELDS = {"de": "from", "enviado": "sent", "para": "to", "asunto": "subject"}
_ATTRIBUTION = re.compile(
    rf"\s*(?:-{{2,4}}\s*)?(?:On|El|Am|Le|Il|Em|Op|Den)\s+(?P<head>.{{4,300}}?)\s*{_WROTE}\s*:\s*$", re.S
)
_LOOSE = re.compile(rf"\s*(?P<head>.{{2,300}}?)\s*{_WROTE}(?:\s+on\s+(?P<date>.{{6,60}}?))?\s*:\s*$", re.S)
_CLOCK = (
    r"\d{1,2}[:.]\d{2}(?:[:.]\d{2})?(?:[\s\u202f]*[AaPp]\.?[Mm]\.?)?"
    r"(?:\s*(?:UTC|GMT)?[+-]\d{2}:?\d{2}|\s+[A-Z]{3,4}\b)?"
)
#: A date with its clock time, or else a date alone, and then who.
_HEADS = (
    re.compile(rf"(?P<date>.{{4,80}}?\s{_CLOCK}(?:\s*\([A-Z]{{2,5}}\))?)[,;]?\s+(?P<who>.+)$", re.S),
    re.compile(r"(?P<date>.{4,80}?(?:\b\d{4}|/\d{2}))[,;]?\s+(?P<who>.+)$", re.S),
)


@dataclass(frozen=True, slots=True)
class _Line:
    """One line at one level of quoting: where it begins and ends in the whole text, and its words without marks."""

    start: int
    end: int
    words: str


@dataclass(frozen=True, slots=True)
class _Claim:
    """What a block says about itself; ``lines`` is how many lines that took; ``strong`` needs no ``>`` after it."""

    lines: int
    kind: str = "reply"
    sender: Party | None = None
    recipients: tuple[Party, ...] = ()
    when: When | None = None
    strong: bool = True


def find_quotes(text: str, zone: str, marked: tuple[tuple[int, int], ...] = ()) -> tuple[Quoted, ...]:
    """Spans of earlier messages in a body, outer before inner, in order of position.

    ``zone`` is the workspace's zone, used for times of attributions that name none (their source stays ``none``);
    ``marked`` are spans an HTML body put in quoting elements.

    >>> text = "Agreed.\\n\\nOn Mon, Mar 2, 2026 at 9:15 AM, Dana Lee <dana@x.example> wrote:\\n> I will vote no.\\n"
    >>> found = find_quotes(text, "UTC")
    >>> [(q.kind, q.sender.name, q.start, q.end) for q in found]
    [('reply', 'Dana Lee', 9, 91)]
    """
    lower = text.lower()
    claims = any(hint in lower for hint in _HINTS)
    if not marked and not claims and not (">" in text and _MARKED.search(text)):
        return ()
    lines: list[_Line] = []
    at = 0
    for words in text.split("\n"):
        lines.append(_Line(at, at + len(words), words))
        at += len(words) + 1
    out: list[Quoted] = []
    _scan(lines, zone, out, 0)
    for start, stop in marked:
        end = min(stop, len(text))
        if start < end and not any(q.start <= start and end <= q.end for q in out):
            out.append(Quoted(start, end, "reply"))
    return tuple(sorted(set(out), key=lambda q: (q.start, -q.end, q.kind)))


def _scan(lines: list[_Line], zone: str, out: list[Quoted], depth: int) -> None:
    """Find the blocks of one level; each is scanned again for what it quotes itself."""
    i = 0
    count = len(lines)
    near = _find_likely(lines)
    while i < count and len(out) < MAX_BLOCKS and depth < MAX_DEPTH:
        words = lines[i].words
        if ">" in words and _MARK.match(words):
            i = _take_run(lines, i, i, None, zone, out, depth)
            continue
        claim = _read_claim(lines, i, zone) if i in near else None
        if claim is None:
            i += 1
            continue
        body = i + claim.lines
        while body < count and not lines[body].words.strip() and body < i + claim.lines + 3:
            body += 1
        if body < count and _MARK.match(lines[body].words):
            i = _take_run(lines, i, body, claim, zone, out, depth)
        elif claim.strong:
            # No marks follow: everything below is the earlier message. Older ones further down nest inside it.
            end = _last_words(lines, i, count)
            out.append(Quoted(lines[i].start, end, claim.kind, claim.sender, claim.recipients, claim.when))
            lines, i, count, depth = lines[i + claim.lines :], 0, count - i - claim.lines, depth + 1
            near = _find_likely(lines)
        else:
            i += 1


def _find_likely(lines: list[_Line]) -> set[int]:
    """Lines at which a claim can begin: up to three above a line that ends in a colon, labels, and drawn rules."""
    near: set[int] = set()
    for n, line in enumerate(lines):
        words = line.words
        if not words:
            continue
        if words[0] in "-_" or "orward" in words or "riginal" in words or "FORWARD" in words or "eenviado" in words:
            near.add(n)
        if ":" in words:
            if words.rstrip().endswith(":"):
                near.update(range(max(0, n - 3), n + 1))
            elif ":" in words[:24]:
                near.add(n)
    return near


def _take_run(
    lines: list[_Line], first: int, run: int, claim: _Claim | None, zone: str, out: list[Quoted], depth: int
) -> int:
    """One run of marked lines, with the attribution before it or at its top; returns the index after it."""
    end = run
    inner: list[_Line] = []
    while end < len(lines) and (mark := _MARK.match(lines[end].words)):
        line = lines[end]
        cut = mark.end() + (1 if line.words[mark.end() : mark.end() + 1] == " " else 0)
        inner.append(_Line(line.start + cut, line.end, line.words[cut:]))
        end += 1
    skip = 0
    if claim is None or claim.sender is None:
        top = next((n for n, x in enumerate(inner) if x.words.strip()), 0)
        found = _read_claim(inner, top, zone) if inner else None
        if found is not None:
            skip = top + found.lines
            kind = claim.kind if claim else found.kind
            claim = _Claim(found.lines, kind, found.sender, found.recipients, found.when)
    claim = claim or _Claim(0)
    out.append(Quoted(lines[first].start, lines[end - 1].end, claim.kind, claim.sender, claim.recipients, claim.when))
    _scan(inner[skip:], zone, out, depth + 1)
    return end


def _last_words(lines: list[_Line], first: int, count: int) -> int:
    n = count - 1
    while n > first and not lines[n].words.strip():
        n -= 1
    return lines[n].end


def _read_claim(lines: list[_Line], i: int, zone: str) -> _Claim | None:
    """What the lines from ``i`` on say about an earlier message, if they say anything."""
    words = lines[i].words
    separator = _SEPARATOR.match(words) if len(words) < 200 else None
    if separator or _RULE.match(words):
        top = i + 1
        while top < len(lines) and top < i + 4 and not lines[top].words.strip():
            top += 1
        block = _read_block(lines, top, zone)
        forward = bool(
            (separator and "forward" in separator["f"].lower()) or (separator and "reenviado" in separator["f"].lower())
        )
        if block is not None:
            kind = "forward" if forward else block.kind
            return _Claim(top - i + block.lines, kind, block.sender, block.recipients, block.when)
        return _Claim(1, "forward" if forward else "reply") if separator else None
    block = _read_block(lines, i, zone)
    return block if block is not None else _read_attribution(lines, i, zone)


def _read_block(lines: list[_Line], i: int, zone: str) -> _Claim | None:
    """Outlook's header lines: at least three labels together, one of them From."""
    fields: dict[str, str] = {}
    name = ""
    n = i
    while n < len(lines) and n < i + 40:
        words = lines[n].words
        label = _LABEL.match(words) if len(words) < 20000 else None
        if label:
            name = label[1].lower()
            name = _FIELDS.get(name, name)
            if name in fields:
                break
            fields[name] = label[2].strip()
        elif not words.strip() or not name or name in ("subject", "from"):
            break
        else:
            fields[name] += " " + words.strip()
        n += 1
    if "from" not in fields or len(fields.keys() & {"sent", "date", "to", "cc", "subject"}) < 2:
        return None
    recipients: list[Party] = []
    for field, role in (("to", Role.TO), ("cc", Role.CC), ("bcc", Role.BCC)):
        if fields.get(field):
            recipients += read_parties([_without_links(fields[field])], role, "quoted", limit=500).parties
    read = read_date(_without_links(fields.get("sent") or fields.get("date") or ""), zone)
    forward = re.match(r"\s*(?:fw|fwd)\s*:", fields.get("subject", ""), re.I)
    return _Claim(n - i, "forward" if forward else "reply", _read_person(fields["from"]), tuple(recipients), read.when)


def _read_attribution(lines: list[_Line], i: int, zone: str) -> _Claim | None:
    """``On DATE, NAME wrote:`` on one to four lines; a looser form counts only before marked lines."""
    text = ""
    for n in range(i, min(i + 4, len(lines))):
        words = lines[n].words.strip()
        if not words or len(words) > 400:
            return None
        if n > i and _MARK.match(lines[n].words):
            return None
        text = f"{text} {words}".strip()
        if not words.endswith(":"):
            continue
        match = _ATTRIBUTION.match(text)
        if match:
            head = next((h for pattern in _HEADS if (h := pattern.match(match["head"]))), None)
            who = head["who"] if head else match["head"]
            when = read_date(head["date"].strip(" ,"), zone).when if head else None
            return _Claim(n - i + 1, "reply", _read_person(who), (), when, strong=head is not None)
        loose = _LOOSE.match(text)
        if loose and (n == i or re.search(r"[\d@]", lines[i].words)):
            when = read_date(loose["date"], zone).when if loose["date"] else None
            return _Claim(n - i + 1, "reply", _read_person(loose["head"]), (), when, strong=False)
        return None
    return None


def _without_links(text: str) -> str:
    return re.sub(r"[\[<]mailto:[^\]>]{1,200}[\]>]", lambda m: f"<{m[0][8:-1]}>", text).replace("*", "")


def _read_person(text: str) -> Party | None:
    """Who an attribution names: an address where one is given, else the name alone."""
    text = re.sub(
        r"\s+via\s+.{1,80}$|\[mailto:([^\]]{1,200})\]", lambda m: f" <{m[1]}>" if m[1] else "", text.strip(" ,*\t")
    )
    if not text or len(text) > 400:
        return None
    boxes = split_addresses(text) if "@" in text else []
    box = next((b for b in boxes if b.address), None)
    if box is not None:
        return Party(text, box.address, box.name, AccountKind.EMAIL, evidence="quoted")
    return Party(text, "", " ".join(text.split()).strip(' "'), AccountKind.NAME, evidence="quoted")
