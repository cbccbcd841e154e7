"""What the drafted words do: their acts, their scope, and the special vote they speak of.

The rules are those of the language stage; only the cutting into words is done here, so that a check from the shell
need not wait for the whole pipeline to load. Nothing is remembered between two drafts.
"""

from __future__ import annotations

import functools
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources

from quorum_watch.language.acts.threads import ThreadContext, ThreadMessage, names_of, read_thread
from quorum_watch.language.foreign import detect_language
from quorum_watch.language.lexicon import WEIGHTS, load_lexicon
from quorum_watch.language.scope import CueFinder, judge_scope
from quorum_watch.language.tame import tame
from quorum_watch.language.topics import TopicFinder, TopicHit, count_points, is_shouted
from quorum_watch.language.words import flatten
from quorum_watch.language.zones import cut_zones
from quorum_watch.model import PersonId
from quorum_watch.roster import Roster
from quorum_watch.selfcheck.draft import Draft
from quorum_watch.vocabulary import MERITS, AccountKind, Act, Scope

_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)?|[^\w\s]")
_SENTENCE = re.compile(r"[^.!?\n]+")
#: A sentence about money is about more than a date, whatever else stands in it.
_MONEY = re.compile(r"\$ ?\d|\b(?:million|thousand|percent|dollars?)\b", re.IGNORECASE)
#: Words up to which a sentence of its own ("Hi all", "Thanks, Dana") needs no act.
LONG_SENTENCE = 4
#: The topic every body's name shows and none is limited to.
_GENERAL = "governance"
_OTHERS = ("quoted", "forwarded")


@dataclass(frozen=True, slots=True)
class Words:
    """What was read: acts of the person's own words, acts standing in quoted words, scope, and what was not read.

    ``blank`` says there are no own words; ``language`` is the language they are in; ``partly`` that some were not
    read. ``proposals`` are the special votes the words name, as the law profile calls them. ``loose``
    says that a whole sentence does nothing the rules know, ``held_loose`` the same of the quoted words.
    """

    acts: frozenset[Act] = frozenset()
    quoted_acts: frozenset[Act] = frozenset()
    scope: Scope = Scope.UNCLEAR
    blank: bool = True
    language: str = "en"
    partly: bool = False
    topics: tuple[str, ...] = ()
    proposals: tuple[str, ...] = ()
    loose: bool = False
    held_loose: bool = False


@functools.cache
def _finders() -> tuple[TopicFinder, CueFinder]:
    return TopicFinder(load_lexicon(), _cut), CueFinder(_cut)


def forget_words() -> None:
    """Let the finders forget every word they have seen in a text; their lexicons stay."""
    topics, cues = _finders()
    for finder in (topics, cues):
        finder._phrases.forget()


@functools.cache
def _proposal_words() -> tuple[tuple[str, re.Pattern[str]], ...]:
    raw = tomllib.loads(resources.files(__package__).joinpath("proposals.toml").read_text("utf-8"))
    return tuple(
        (name, re.compile("|".join(rf"\b(?:{words})\b" for words in patterns), re.IGNORECASE))
        for name, patterns in sorted(raw["proposals"].items())
    )


def _cut(text: str) -> list[str]:
    return _WORD.findall(flatten(text))


def spoken_names(roster: Roster) -> Mapping[str, PersonId]:
    """Names by which people of the roster are spoken of, in lower case."""
    aliases: dict[str, list[str]] = {}
    for account in roster.accounts:
        if account.kind is AccountKind.NAME:
            aliases.setdefault(account.person_id, []).append(account.raw or account.value)
    return names_of({p.person_id: p.name for p in roster.people}, {k: tuple(v) for k, v in aliases.items()})


def read_words(draft: Draft, names: Mapping[str, PersonId], asking: PersonId | None) -> Words:
    """Read one draft; quoted words are read apart from the person's own."""
    tamed = tame(draft.text)
    text = tamed.text
    zones = cut_zones(text, [(b.start, b.end, "reply") for b in draft.blocks])
    own = text
    for zone in zones:
        own = own[: zone.start] + re.sub(r"\S", " ", own[zone.start : zone.end]) + own[zone.end :]
    held = "\n".join(text[z.start : z.end] for z in zones if z.label in _OTHERS)
    held = re.sub(r"(?m)^[ \t]*>+ ?", "", held)
    if draft.received:  # somebody else wrote all of it; the person has not said anything yet
        held, own = text, ""
    language = detect_language(own)
    plain = own.strip()
    subject = tame(draft.subject).text
    scope, topics = _weigh(plain, subject, held, frozenset(), private=False)
    thread = []
    if held.strip():
        thread.append(ThreadMessage(held, sender="\0quoted"))
    # Words to a colleague are read as business unless they show private life; the other way round views would be lost.
    sure = Scope.NOT_BUSINESS if scope is Scope.NOT_BUSINESS else Scope.BUSINESS
    thread.append(ThreadMessage(own, sender=asking, reply_to=0 if thread else None, scope=sure))
    done = read_thread(thread, ThreadContext(names))
    acts = frozenset(a.act for a in done[-1].acts)
    quoted = frozenset(a.act for a in done[0].acts) if held.strip() else frozenset()
    private = not done[-1].state.business and done[-1].state.clear
    scope, topics = _weigh(plain, subject, held, acts, private=private)
    whole = f"{subject}\n{plain}\n{held}"
    return Words(
        acts=acts,
        quoted_acts=quoted,
        scope=scope,
        blank=not plain,
        language=language,
        partly=tamed.outcome != "analysed",
        topics=topics,
        loose=_loose(own, [(a.start, a.end) for a in done[-1].acts]),
        held_loose=bool(held.strip()) and _loose(held, [(a.start, a.end) for a in done[0].acts]),
        proposals=tuple(name for name, words in _proposal_words() if words.search(whole)),
    )


def _loose(own: str, acts: list[tuple[int, int]]) -> bool:
    """Whether a sentence of some length does nothing the rules know; what is not known is not taken for harmless."""
    for found in _SENTENCE.finditer(own):
        start, end = found.span()
        known = any(a < end and start < b for a, b in acts) and not _MONEY.search(found.group())
        if not known and len(_WORD.findall(found.group())) > LONG_SENTENCE:
            return True
    return False


def speaks_of_other_work(topics: tuple[str, ...], body_name: str) -> bool:
    """Whether every topic of a draft is a plain subject that is not the one a body bears in its name.

    Budgets, contracts and the like are everybody's work, and a body whose name shows no topic has none of its own.

    >>> [speaks_of_other_work((topic,), "Personnel Committee") for topic in ("parks", "budget")]
    [True, False]
    """
    lexicon = _finders()[0].lexicon
    points = count_points(_finders()[0].find(_cut(body_name)))
    own = {t for t, n in points.items() if n >= WEIGHTS["normal"]} - {_GENERAL}
    plain = bool(topics) and all(lexicon[t].kind == "subject" for t in topics)
    return plain and bool(own) and not own & set(topics)


def _weigh(own: str, subject: str, held: str, acts: frozenset[Act], *, private: bool) -> tuple[Scope, tuple[str, ...]]:
    """Scope of the draft; quoted business makes an answer business, and merits are never taken for private talk."""
    scope, topics = _judge(f"{subject}\n{own}" if subject else own, acts, private=private)
    if scope is Scope.NOT_BUSINESS and any(_turns(m.group()) for m in _SENTENCE.finditer(own)):
        scope = Scope.UNCLEAR  # a greeting that turns to business
    if held.strip() and scope is not Scope.BUSINESS:
        quoted, found = _judge(held, frozenset(), private=False)
        topics = (*topics, *(t for t in found if t not in topics))
        if quoted is Scope.BUSINESS:
            scope = Scope.BUSINESS
        elif quoted is Scope.UNCLEAR and scope is Scope.NOT_BUSINESS:
            scope = Scope.UNCLEAR
    if scope is Scope.NOT_BUSINESS and acts & (MERITS - {Act.OPINION, Act.AGREE, Act.DISAGREE, Act.DELIBERATE}):
        scope = Scope.UNCLEAR
    return scope, topics


def _judge(text: str, acts: frozenset[Act], *, private: bool) -> tuple[Scope, tuple[str, ...]]:
    topics, cues = _finders()
    words = _cut(text)
    hits = topics.find(words, shouted=is_shouted(text))
    points = count_points(hits)
    scope = judge_scope(
        linked=False,
        points=max(points.values(), default=0),
        strong=_strong(hits),
        cues=(told := cues.find(words)),
        acts=acts,
        private=private,
    )
    if scope is Scope.NOT_BUSINESS and not any(c.kind == "social" for c in told):
        scope = Scope.UNCLEAR  # nothing private was said; silence about the city is not enough here
    return scope, tuple(sorted(points, key=lambda t: (-points[t], t)))


def _turns(sentence: str) -> bool:
    """Whether one sentence of a private message has a strong word of a topic and none of private life."""
    topics, cues = _finders()
    words = _cut(sentence)
    hits = topics.find(words)
    return any(h.weight >= WEIGHTS["strong"] for h in hits) and not any(c.kind == "social" for c in cues.find(words))


def _strong(hits: list[TopicHit]) -> int:
    return len({h.term for h in hits if h.kind in ("strong", "case") and h.weight > 1})


__all__ = ["Words", "forget_words", "read_words", "speaks_of_other_work", "spoken_names"]
