"""Which stored rows tell of the same event: three tiers, each recorded, none depending on order.

1. **Message-ID.** Equal EDRM hash *and* agreeing content. One id on different contents is split, and marked.
2. **Content key.** Sender, subject, minute, recipients and text agree.
3. **Suspected copy.** Mail, one of the two without a Message-ID: same sender name, subject and nearly the same text,
   and clocks that differ by whole hours. Chat: same words and sender within two seconds in two custodians' files.

Nothing is hidden: copies are listed with the tier that joined them and with what differs. A letter sent one by one to
several people is never joined: recipients must be able to be the same people.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from itertools import combinations, pairwise

from quorum_watch.evidence.codec import decode_parties
from quorum_watch.evidence.keys import name_key
from quorum_watch.vocabulary import Channel

MESSAGE_ID, CONTENT, SUSPECTED, SAME_FILE = "message_id", "content", "suspected_copy", "same_file"
#: A participant as matching sees one: address, words of the name; either may be "".
_Who = tuple[str, str]
#: So many people that only a word of the name could identify are not compared one by one.
_HARD = 200
CHAT = frozenset({Channel.TEXT.value, Channel.GROUP_CHAT.value})


@dataclass(frozen=True, slots=True)
class MatchRules:
    """The tolerances of matching (ingest specification 7.2).

    ``similarity`` of texts without white space, 0 to 1; ``slack`` seconds by which a shift may miss whole hours, up to
    ``shift`` hours (zones span no more); ``chat`` seconds between two telephones; ``contained`` is the least number of
    characters a text must have to count as the same when an archive only added a footer; ``compared`` bounds the
    characters compared, ``variants`` the texts of one Message-ID compared each with each.
    """

    similarity: float = 0.97
    slack: int = 90
    shift: int = 14
    chat: int = 2
    contained: int = 20
    compared: int = 20_000
    variants: int = 64


@dataclass(frozen=True, slots=True)
class Row:
    """One stored row as far as matching needs it. ``at`` is UTC seconds (0 and not ``dated`` without a time)."""

    n: int
    source: int
    locator: str
    sha256: str
    key: str
    own_id: bool
    channel: str
    at: float
    mih: str
    text: str
    subject: str
    sender: str
    sender_name: str
    content: str
    recipients: str
    order: tuple[str, str]
    dated: bool = True


@dataclass(slots=True)
class Group:
    """Rows of one event. ``tier`` of each row says by which rule it belongs to the others."""

    rows: list[Row]
    reused: bool = False
    strong: dict[int, int] = field(default_factory=dict)


Texts = Callable[[Iterable[int]], dict[int, str]]


def group_rows(rows: Sequence[Row], texts: Texts, rules: MatchRules | None = None) -> list[Group]:
    """The rows as groups, one per event.

    ``texts`` fetches the squeezed texts of row numbers; it is called only for rows whose hashes disagree. The result
    is the same set of groups whatever the order of ``rows``.
    """
    return _Matcher(sorted(rows, key=lambda r: r.order), texts, rules or MatchRules()).groups()


class _Matcher:
    def __init__(self, rows: Sequence[Row], texts: Texts, rules: MatchRules) -> None:
        self.rows, self.fetch, self.rules = rows, texts, rules
        self.parent = list(range(len(rows)))
        self.reused: set[int] = set()
        self.cache: dict[int, str] = {}

    def groups(self) -> list[Group]:
        self._by_message_id()
        keys: dict[int, dict[int, str]] = defaultdict(dict)
        for i, row in enumerate(self.rows):
            if row.key:
                keys[self._find(i)].setdefault(row.source, row.key)
        self._by_content(keys)
        strong = {row.n: self._find(i) for i, row in enumerate(self.rows)}
        self._shifted_mail()
        self._chat_seen_twice()
        found: dict[int, Group] = {}
        for i, row in enumerate(self.rows):
            group = found.setdefault(self._find(i), Group([]))
            group.rows.append(row)
            group.reused |= i in self.reused
            group.strong[row.n] = strong[row.n]
        return list(found.values())

    # --- union --------------------------------------------------------------------------------------------------------

    def _find(self, i: int) -> int:
        while self.parent[i] != i:
            self.parent[i] = self.parent[self.parent[i]]
            i = self.parent[i]
        return i

    def _join(self, i: int, j: int) -> None:
        a, b = sorted((self._find(i), self._find(j)))
        self.parent[b] = a

    # --- tier 1 -------------------------------------------------------------------------------------------------------

    def _by_message_id(self) -> None:
        same: dict[str, list[int]] = defaultdict(list)
        for i, row in enumerate(self.rows):
            if row.mih:
                same[row.mih].append(i)
        doubtful = []
        for members in same.values():
            if len(members) < 2:
                continue
            first = self.rows[members[0]]
            if all(self._plainly_same(first, self.rows[i]) for i in members[1:]):
                for i in members[1:]:
                    self._join(members[0], i)
            else:
                doubtful.append(members)
        self._load(i for members in doubtful for i in members)
        for members in doubtful:
            variants: dict[tuple[str, str, str, float], int] = {}
            for i in members:
                row = self.rows[i]
                self._join(variants.setdefault((row.text, row.subject, row.sender, row.at), i), i)
            for i, j in self._pairs(list(variants.values())):
                if self._find(i) != self._find(j) and self._agrees(i, j):
                    self._join(i, j)
            if len({self._find(i) for i in members}) > 1:
                self.reused.update(members)
        self.cache.clear()

    def _pairs(self, variants: list[int]) -> Iterable[tuple[int, int]]:
        """Every pair; of an id with absurdly many variants only neighbours, so that no input costs its square."""
        if len(variants) <= self.rules.variants:
            return combinations(variants, 2)
        rows = self.rows
        return pairwise(sorted(variants, key=lambda i: (rows[i].subject, rows[i].sender, rows[i].at, rows[i].order)))

    def _plainly_same(self, a: Row, b: Row) -> bool:
        return (a.text, a.subject, a.sender, a.at) == (b.text, b.subject, b.sender, b.at)

    def _agrees(self, i: int, j: int) -> bool:
        """Whether two rows of one Message-ID are one message that archives told differently."""
        a, b = self.rows[i], self.rows[j]
        if abs(a.at - b.at) > self._longest:
            return False
        subject = a.subject == b.subject or bool(a.subject and b.subject and (_within(a.subject, b.subject)))
        if a.text == b.text:
            return subject or len(self.cache[i]) >= 2 * self.rules.contained
        if not subject or not _same_person(a, b) or not self._clocks_agree(a, b):
            return False
        return not a.text or not b.text or self._similar(self.cache[i], self.cache[j], footer=True)

    # --- tier 2 -------------------------------------------------------------------------------------------------------

    def _by_content(self, keys: dict[int, dict[int, str]]) -> None:
        same: dict[str, list[int]] = defaultdict(list)
        for i, row in enumerate(self.rows):
            same[row.content].append(i)
        for _, members in sorted(same.items()):
            slots: list[int] = []
            for i in members:
                root = self._find(i)
                if any(self._find(s) == root for s in slots):
                    continue
                # One file that lists two native ids means two events, however alike they are.
                home = next((s for s in slots if not _conflict(keys[self._find(s)], keys[root])), None)
                if home is None:
                    slots.append(i)
                    continue
                merged = {**keys[root], **keys[self._find(home)]}
                self._join(home, i)
                keys[self._find(home)] = merged

    # --- tier 3 -------------------------------------------------------------------------------------------------------

    def _shifted_mail(self) -> None:
        bare = [i for i, row in enumerate(self.rows) if _mail_text(row) and not row.key]
        if not bare:
            return
        wanted = {name for i in bare for name in _names(self.rows[i])}
        blocks: dict[tuple[str, str, int], list[int]] = defaultdict(list)
        for i, row in enumerate(self.rows):
            if _mail_text(row):
                for who in _names(row) & wanted:
                    blocks[(who, row.subject, self._phase(row.at))].append(i)
        pairs: set[tuple[int, int]] = set()
        for i in bare:
            row = self.rows[i]
            for who in _names(row):
                for phase in (-1, 0, 1):
                    for j in blocks.get((who, row.subject, (self._phase(row.at) + phase) % self._phases), ()):
                        if self._find(i) != self._find(j) and self._clocks_agree(row, self.rows[j]):
                            pairs.add((min(i, j), max(i, j)))
        self._load(k for i, j in pairs if self.rows[i].text != self.rows[j].text for k in (i, j))
        self._join_suspected(sorted(pairs, key=self._likeliest_first))
        self.cache.clear()

    def _likeliest_first(self, pair: tuple[int, int]) -> tuple[bool, float, int, int]:
        a, b = (self.rows[i] for i in pair)
        return (a.text != b.text, abs(a.at - b.at), *pair)

    def _join_suspected(self, pairs: Iterable[tuple[int, int]]) -> None:
        """Join pairs, but never two groups that each have a Message-ID, nor a chain longer than one shift."""
        named: set[int] = set()
        spans: dict[int, tuple[float, float]] = {}
        for i, row in enumerate(self.rows):
            root = self._find(i)
            low, high = spans.get(root, (row.at, row.at))
            spans[root] = (min(low, row.at), max(high, row.at))
            if row.mih:
                named.add(root)
        for i, j in pairs:
            one, two = self._find(i), self._find(j)
            low, high = (f(x) for f, x in zip((min, max), zip(spans[one], spans[two], strict=True), strict=True))
            if one == two or (one in named and two in named) or high - low > self._longest:
                continue
            a, b = self.rows[i], self.rows[j]
            if a.text != b.text and not self._similar(self.cache[i], self.cache[j], footer=False):
                continue
            if may_be_same_people(a.recipients, b.recipients):
                self._join(i, j)
                spans[self._find(i)] = (low, high)
                if one in named or two in named:
                    named.add(self._find(i))

    def _chat_seen_twice(self) -> None:
        blocks: dict[tuple[str, str], list[int]] = defaultdict(list)
        for i, row in enumerate(self.rows):
            if row.channel in CHAT and row.text and row.dated:
                for who in _names(row):
                    blocks[(row.text, who)].append(i)
        for _, members in sorted(blocks.items()):
            members.sort(key=lambda i: (self.rows[i].at, self.rows[i].order))
            for place, i in enumerate(members):
                a = self.rows[i]
                for j in members[place + 1 :]:
                    b = self.rows[j]
                    if b.at - a.at > self.rules.chat:
                        break
                    if a.source == b.source or self._find(i) == self._find(j):
                        continue
                    if may_be_same_people(a.recipients, b.recipients, around=(a.sender, b.sender)):
                        self._join(i, j)

    # --- comparisons --------------------------------------------------------------------------------------------------

    @property
    def _longest(self) -> int:
        return self.rules.shift * 3600 + self.rules.slack

    @property
    def _phases(self) -> int:
        return 3600 // self.rules.slack

    def _phase(self, at: float) -> int:
        return int(at % 3600) // self.rules.slack

    def _clocks_agree(self, a: Row, b: Row) -> bool:
        apart = abs(a.at - b.at)
        off = apart % 3600
        return apart <= self._longest and min(off, 3600 - off) <= self.rules.slack

    def _similar(self, a: str, b: str, *, footer: bool) -> bool:
        from rapidfuzz.fuzz import ratio

        short, long = sorted((a, b), key=len)
        if footer and len(short) >= self.rules.contained and short in long:
            return True
        if len(short) < self.rules.similarity**2 * len(long):
            return False
        limit = self.rules.compared
        cutoff = 100 * self.rules.similarity
        return ratio(short[:limit], long[:limit], score_cutoff=cutoff) >= cutoff

    def _load(self, wanted: Iterable[int]) -> None:
        numbers = {self.rows[i].n: i for i in wanted}
        if numbers:
            for n, text in self.fetch(sorted(numbers)).items():
                self.cache[numbers[n]] = text


def may_be_same_people(a: str, b: str, *, around: tuple[str, str] = ("", "")) -> bool:
    """Whether two recipient columns can name the same people, one of them perhaps more completely.

    Every recipient of the shorter list must be found in the longer, by address, by name, or, where one side has a bare
    name and the other a bare address, by a word of the name in the address. ``around`` are the two senders: in a chat
    each telephone leaves out its owner.
    """
    first, second = _people(a, around[0]), _people(b, around[1])
    short, long = sorted((first, second), key=lambda people: (len(people), sorted(people)))
    left, rest = sorted(short), sorted(long)
    for part in (0, 1):  # addresses first, then names: each person of one list stands for one of the other
        left, rest = _pair_off(left, rest, part)
    if len(left) > _HARD:
        return False
    for one in left:
        hit = next((p for p in rest if _name_in_address(one, p)), None)
        if hit is None:
            return False
        rest.remove(hit)
    return True


def _pair_off(left: list[_Who], rest: list[_Who], part: int) -> tuple[list[_Who], list[_Who]]:
    """Both lists without the people whose address (part 0) or name (part 1) is in both."""
    places: dict[str, list[_Who]] = defaultdict(list)
    for who in reversed(rest):
        if who[part]:
            places[who[part]].append(who)
    gone: set[_Who] = set()
    still = []
    for who in left:
        found = places.get(who[part])
        if found:
            gone.add(found.pop())
        else:
            still.append(who)
    return still, [who for who in rest if who not in gone]


def _name_in_address(a: _Who, b: _Who) -> bool:
    if a[0] and b[0]:
        return False
    box = (a[0] or b[0]).partition("@")[0]
    return any(len(word) > 2 and word in box for word in (a[1] if b[0] else b[1]).split())


def _people(column: str, sender: str) -> set[_Who]:
    people = {(p.address.casefold(), name_key(p.name or ("" if p.address else p.raw))) for p in decode_parties(column)}
    if sender:
        bare = ("", sender.removeprefix("name:")) if sender.startswith("name:") else (sender, "")
        if not any(p[0] == bare[0] != "" or p[1] == bare[1] != "" for p in people):
            people.add(bare)
    return people


def _mail_text(row: Row) -> bool:
    return row.channel == Channel.EMAIL.value and row.text != "" and row.dated


def _names(row: Row) -> set[str]:
    return {who for who in (row.sender, f"name:{row.sender_name}" if row.sender_name else "") if who}


def _same_person(a: Row, b: Row) -> bool:
    return bool(_names(a) & _names(b)) or not (a.sender and b.sender)


def _within(a: str, b: str) -> bool:
    return a in b or b in a


def _conflict(a: dict[int, str], b: dict[int, str]) -> bool:
    return any(b.get(source, key) != key for source, key in a.items())
