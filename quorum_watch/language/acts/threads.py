"""From cues to acts: read a conversation in time order.

"Yes" is a vote, a dinner or a time, depending on what it answers. Each message is read with the state its predecessors
left: is the talk about City business, and what was asked? The rules here are few and each is stated once:

1. A message belongs to business or to private life by its own words; without any it stays where its parent was.
2. The question a reply answers is the one its parent asks, else the one its parent was answering.
3. A position counts as ``commit`` when it is said outright, or when it answers a poll or a request.
4. When a vote was asked for *by message*, positions are votes: ``decide``.
5. Hedged talk is ``opinion``; talk about keeping things for the meeting is ``caution`` and hides lesser acts.
6. What others think is ``relay``, one per person named; about people without a seat it is ``inform``.
7. A question that people answer by taking positions is a ``poll``, however it was worded.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from quorum_watch.language.acts.find import Cues, Sentence, find_cues
from quorum_watch.language.acts.people import names_of
from quorum_watch.language.acts.scene import Scene
from quorum_watch.language.acts.signs import CIVIC, CIVIC_THING, WEAK_CIVIC
from quorum_watch.language.acts.talk import (
    CORE,
    MessageActs,
    State,
    ThreadContext,
    ThreadMessage,
    stem,
    title_words,
)
from quorum_watch.model import MatterId
from quorum_watch.vocabulary import Act, Confidence, Scope

__all__ = ["MessageActs", "State", "ThreadContext", "ThreadMessage", "names_of", "own_words", "read_thread"]

#: A message this short speaks of one thing: its title word counts for all its sentences.
_BRIEF = 14
#: Words (two end marks included) of an answer in a few words.
_CURT = 9
_NO_ANSWERS = frozenset({Act.SOCIAL, Act.SCHEDULE, Act.MINISTERIAL, Act.CAUTION})


def read_thread(
    messages: Sequence[ThreadMessage], context: ThreadContext, cues: Sequence[Cues] | None = None
) -> tuple[MessageActs, ...]:
    """Read a conversation in time order; the result has one entry per message.

    ``cues`` may hold what ``find_cues`` gave for each message (from a cache); it is computed where missing.

    >>> poll = ThreadMessage("Where are you on the Mill Road rezoning?", "ann")
    >>> context = ThreadContext(matters=(("m1", "Rezoning of 1420 Mill Road"),))
    >>> answer = read_thread([poll, ThreadMessage("same as last time, yes", "bob", reply_to=0)], context)[1]
    >>> [(str(a.act), str(a.polarity), a.about) for a in answer.acts]
    [('commit', 'for', 'm1')]
    """
    found = cues if cues is not None else [find_cues(own_words(m), context.names) for m in messages]
    reader = _Reader(context, title_words(context.matters))
    answered, curt = _answered(messages, found)
    # A conversation of several messages that together speak of a pending matter is about it throughout.
    signs = sum(reader.points(c)[0] + _outright(c) for c in found)
    reader.pooled = len(messages) > 1 and bool(context.matters) and (signs >= 2 or curt)
    return tuple(reader.read(n, m, found[n], is_answered=n in answered) for n, m in enumerate(messages))


def own_words(message: ThreadMessage) -> str:
    """The text with quoted words blanked, offsets unchanged."""
    text = message.text
    for start, end, _ in message.quoted:
        text = text[:start] + re.sub(r"\S", " ", text[start:end]) + text[end:]
    return text


def _outright(cues: Cues) -> bool:
    """Does a message hold a position, a request or a count said in so many words?"""
    return any(c.act in CORE and c.confidence is Confidence.HIGH and c.kind != "ballot" for c in cues.cues)


def _answered(messages: Sequence[ThreadMessage], cues: Sequence[Cues]) -> tuple[frozenset[int], bool]:
    """Messages that somebody answered by taking a position, or two people by a few words: what they ask is a poll.

    The second value says whether there are any of the latter kind.
    """
    result: set[int] = set()
    curt: dict[int, set[str]] = {}
    for number, message in enumerate(messages):
        parent = message.reply_to if message.reply_to is not None else number - 1
        if not 0 <= parent < number or messages[parent].sender == message.sender:
            continue
        first = [c for c in cues[number].cues if c.sentence == 0]
        opening = cues[number].sentences[0]
        short = message.reply_to is not None and len(opening.words.split()) <= _CURT and not opening.asks
        if short and not any(c.act in _NO_ANSWERS for c in first):
            curt.setdefault(parent, set()).add(message.sender or str(number))
        took = [c for c in first if c.act is Act.COMMIT and not c.asks and c.rule != "answer.same"]
        agrees = any(c.act is Act.AGREE for c in first)
        if took and not (agrees and all(c.kind == "answer" for c in took)):
            result.add(parent)
    many = {parent for parent, who in curt.items() if len(who) > 1}
    return frozenset(result | many), bool(many)


@dataclass(slots=True)
class _Reader:
    """Reads the messages of one conversation one after another; holds nothing but the context and the states so far."""

    context: ThreadContext
    stems: dict[str, MatterId]
    states: list[State] = field(default_factory=list)
    pooled: bool = False

    def read(self, number: int, message: ThreadMessage, cues: Cues, *, is_answered: bool) -> MessageActs:
        """The acts of the next message; its state is kept for those that answer it."""
        parent = self._parent(number, message)
        matter = message.matter or self._matter(cues.sentences) or (parent.matter if parent else None)
        if matter is None and len(self.context.matters) == 1:
            matter = self.context.matters[0][0]
        business, clear = self._business(message, cues, parent)
        own = self.points(cues)[1]
        known = message.matter is not None or message.scope is Scope.BUSINESS
        scene = Scene(
            message=message,
            context=self.context,
            stems=self.stems,
            business=business,
            clear=clear,
            near=own or known or self.pooled or parent is not None,
            brief_on_matter=own and len(message.text.split()) <= _BRIEF,
            parent=parent,
            matter=matter,
            title=next((t for m, t in self.context.matters if m == matter), ""),
            answered=is_answered,
        )
        acts = scene.decide(cues)
        state = scene.state(acts)
        self.states.append(state)
        return MessageActs(tuple(acts), state, tuple(scene.reasons))

    def _parent(self, number: int, message: ThreadMessage) -> State | None:
        if message.reply_to is not None and 0 <= message.reply_to < number:
            return self.states[message.reply_to]
        return self.states[number - 1] if number else None

    def _matter(self, sentences: Sequence[Sentence]) -> MatterId | None:
        counts: dict[MatterId, int] = {}
        for sentence in sentences:
            for word in set(sentence.words.split()):
                matter = self.stems.get(stem(word))
                if matter is not None:
                    counts[matter] = counts.get(matter, 0) + 1
        return max(sorted(counts), key=lambda m: counts[m]) if counts else None

    def points(self, cues: Cues) -> tuple[int, bool, bool]:
        """How much a message's words speak of City business; whether they touch a pending matter, or civic words."""
        own = {stem(w) for s in cues.sentences for w in s.words.split()} & self.stems.keys()
        civic = any(CIVIC.search(s.words) for s in cues.sentences)
        weak = {w for s in cues.sentences for w in WEAK_CIVIC.findall(s.words)}
        return 2 * len(own) + 2 * civic + len(weak), bool(own), civic

    def _business(self, message: ThreadMessage, cues: Cues, parent: State | None) -> tuple[bool, bool]:
        """Is the message about City business, and do its own words or its conversation make that clear?"""
        if message.scope is Scope.BUSINESS:
            return True, True
        if message.scope is Scope.NOT_BUSINESS:
            return False, True
        points, own, civic = self.points(cues)
        if self.pooled and points:
            points = max(points, 2)
        pastime = any(c.kind == "pastime" for c in cues.cues)
        outright = any(c.act in CORE and c.confidence is Confidence.HIGH for c in cues.cues)
        pending = bool(self.context.matters)
        if own and points >= 2:
            return True, True
        if parent is None:
            if pastime and not (pending and (civic or outright)):
                return False, True
            clear = (points >= 2 and (civic or pending)) or (self.pooled and not pastime)
            return (pending or civic) and not (pastime and not civic), clear
        if pastime and not civic and not outright and not (parent.business and parent.asked):
            return False, True
        things = own or any(CIVIC_THING.search(s.words) for s in cues.sentences)
        if not parent.business and pending and things and not pastime:
            return True, True
        return parent.business, parent.clear or self.pooled or (civic and pending)
