"""Carrying a subject along a conversation, and cutting the conversation where its subject changes.

"Agreed, do it" is about whatever it answers. A short reply takes matter and topics from the message it answers; a
message that turns to private talk takes none; one that names another matter, or turns with a phrase of its own ("by the
way") to another topic, opens a new segment.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from quorum_watch.language.matters import Match
from quorum_watch.language.scope import CORE, IDLE, Cue, judge_scope
from quorum_watch.language.settings import load_settings
from quorum_watch.model import MatterId
from quorum_watch.vocabulary import Act, Scope


@dataclass(slots=True)
class Placed:
    """What a message is about, given its conversation.

    ``topics`` maps each topic to how it is known: ``own``, ``matter``, ``also`` (a second matter), ``possible``
    (a matter not certain enough to be linked), ``thread`` (inherited), ``only_open``. ``passed`` are those that answers
    inherit; passing remarks are not handed on.
    ``matter_from`` is ``own``, ``again`` (speaks of the matter its thread is about) or ``thread``.
    """

    scope: Scope
    topics: dict[str, str] = field(default_factory=dict)
    matter: MatterId | None = None
    matter_from: str = ""
    possible: tuple[Match, ...] = ()
    segment: int = 0
    passed: tuple[str, ...] = ()
    also: tuple[Match, ...] = ()

    @property
    def known(self) -> bool:
        """Whether a subject is known that a reply could inherit."""
        return self.matter is not None or bool(self.topics)


@dataclass(frozen=True, slots=True)
class Own:
    """What one message shows by its own words (and its subject line).

    ``points`` counts the message's own words, ``subject_points`` the subject line, ``strong`` its strong terms.
    ``link`` is the matter it is linked to, ``also`` further ones named beside it,
    ``matches`` all it shares words with.
    ``private`` says that what it does is plainly private (from the acts), ``aside`` that its subject line is.
    ``elsewhere`` says that it speaks of another government's business.
    """

    id: str
    points: Mapping[str, int]
    subject_points: Mapping[str, int]
    strong: int
    link: Match | None
    link_field: str
    matches: tuple[Match, ...]
    also: tuple[Match, ...]
    cues: tuple[Cue, ...]
    acts: frozenset[Act]
    parent: str | None
    private: bool = False
    aside: bool = False
    elsewhere: bool = False
    readable: bool = True
    bare: bool = False
    open_matters: tuple[MatterId, ...] = ()
    language: str = "en"
    model_topic: str = ""
    fixed: Placed | None = None


def place_thread(
    thread: Sequence[Own], topic_of: Mapping[MatterId, str], possible: Mapping[str, tuple[Match, ...]]
) -> dict[str, Placed]:
    """Settle subject and scope of every message of one conversation, given in time order.

    ``topic_of`` gives the topic of a matter, ``possible`` the matters a message may be about where none is certain.
    """
    pooled = _pool(thread)
    placed: dict[str, Placed] = {}
    subject_of: dict[str, Placed] = {}
    segment = 0
    previous: str | None = None
    for own in thread:
        parent = own.parent if own.parent in placed else previous
        context = subject_of.get(parent) if parent is not None else None
        private_parent = parent is not None and placed[parent].scope is Scope.NOT_BUSINESS
        here = _place(own, context, topic_of, pooled=pooled, private_parent=private_parent)
        here.possible = () if here.matter else possible.get(own.id, ())
        if previous is not None and _departs(here, context):
            segment += 1
        here.segment = segment if not context or _departs(here, context) else placed[parent or own.id].segment
        placed[own.id] = here
        # A private aside keeps the business subject alive for the next message that returns to it.
        if here.known or context is None:
            subject_of[own.id] = here
        else:
            subject_of[own.id] = context
        previous = own.id
    _fill_backwards(thread, placed)
    _fill_with_only_subject(thread, placed)
    _settle_alone(thread, placed, topic_of)
    return placed


def _departs(here: Placed, context: Placed | None) -> bool:
    if context is None or not context.known or not here.known:
        return False
    if here.matter or context.matter:
        return here.matter != context.matter
    return not set(here.passed) & set(context.passed)


def _pool(thread: Sequence[Own]) -> frozenset[MatterId]:
    """Matters that several messages of a conversation point to, each too weakly alone."""
    rules = load_settings().link
    doubt: dict[MatterId, float] = {}
    for own in thread:
        best = next((m for m in own.matches if own.readable and own.fixed is None), None)
        if best is not None and best.chance >= rules.again:
            doubt[best.matter] = doubt.get(best.matter, 1.0) * (1.0 - best.chance)
    return frozenset(m for m, d in doubt.items() if 1.0 - d >= rules.link)


def _place(
    own: Own,
    context: Placed | None,
    topic_of: Mapping[MatterId, str],
    *,
    pooled: frozenset[MatterId],
    private_parent: bool,
) -> Placed:
    rules = load_settings()
    if own.fixed is not None:
        return own.fixed
    if not own.readable:
        return Placed(Scope.UNCLEAR)
    topics = _own_topics(own)
    top = max((own.points[t] for t in topics if t in own.points), default=0)
    if own.link is not None and own.link_field == "text":
        return _linked(own, own.link.matter, "own", topic_of)
    best = own.matches[0] if own.matches else None
    again = None
    if context is not None and context.matter is not None:
        again = next((m for m in own.matches if m.matter == context.matter), None)
        if again is not None and again.chance < rules.link.again:
            again = None
    in_thread = context is not None and context.known and not private_parent
    # A subject line about business is like a question already asked.
    headed = any(n >= rules.topics.floor for n in own.subject_points.values())
    headed = headed or (own.link is not None and own.link_field == "subject")
    scope = judge_scope(
        linked=again is not None,
        points=top,
        strong=own.strong,
        cues=own.cues,
        acts=own.acts,
        private=own.private,
        in_thread=in_thread or headed,
    )
    if again is not None and context is not None and context.matter is not None:
        return _linked(own, context.matter, "again", topic_of)
    if own.elsewhere and own.link is None and not topics:
        return Placed(Scope.NOT_BUSINESS)
    private = any(c.kind == "social" for c in own.cues)
    if own.aside and (private or not in_thread) and top < rules.scope.business:
        # Under "Chili cook-off ballot" a vote is a vote on chili.
        return Placed(Scope.NOT_BUSINESS)
    if scope is Scope.NOT_BUSINESS:
        return Placed(scope)
    settled = in_thread and context is not None and context.matter is not None
    if best is not None and best.matter in pooled and best.chance >= rules.link.again and not settled:
        return _linked(own, best.matter, "again", topic_of)
    if own.link is not None:  # by the subject line
        return _linked(own, own.link.matter, "own", topic_of)
    if context is not None and context.known:
        turned = any(c.kind == "shift" for c in own.cues) and top >= rules.thread.shift_points
        apart = (
            bool(topics) and not set(topics) & set(context.passed) and (turned or top >= 2 * rules.thread.shift_points)
        )
        if not topics and own.acts and own.acts <= IDLE:
            # "Thursday at four?" in the midst of business is neither.
            return Placed(Scope.UNCLEAR)
        if not apart and _may_inherit(own, topics, private_parent=private_parent):
            return _inherit(own, context, topics, scope)
    # Where only one matter is open, less is needed to think of it.
    least = rules.link.again if own.open_matters else rules.link.topic
    if best is not None and best.chance >= least and topic_of.get(best.matter):
        # Not certain enough to name the matter, but enough to name its topic.
        found = {topic_of[best.matter]: "possible"}
        for extra in topics:
            if own.points.get(extra, 0) >= rules.topics.beside_topic:
                found.setdefault(extra, "own")
        return Placed(scope, found, passed=tuple(found)[:1])
    if topics:
        return Placed(scope, dict.fromkeys(topics, "own"), passed=topics)
    if own.model_topic:
        return Placed(scope, {own.model_topic: "model"}, passed=(own.model_topic,))
    return Placed(Scope.NOT_BUSINESS if private_parent and own.bare else scope)


def _own_topics(own: Own) -> tuple[str, ...]:
    rules = load_settings().topics
    points = dict(own.subject_points)
    for topic, n in own.points.items():
        points[topic] = points.get(topic, 0) + n
    if not points:
        return ()
    top = max(points.values())
    kept = [(t, n) for t, n in points.items() if n >= rules.floor and n >= rules.share * top]
    return tuple(t for t, _ in sorted(kept, key=lambda item: -item[1]))


def _linked(own: Own, matter: MatterId, how: str, topic_of: Mapping[MatterId, str]) -> Placed:
    topic = topic_of.get(matter, "")
    topics: dict[str, str] = {topic: "matter"} if topic else {}
    also = own.also if how == "own" else ()
    for match in also:
        second = topic_of.get(match.matter, "")
        if second:
            topics.setdefault(second, "also")
    rules = load_settings().topics
    passed = tuple(topics) or _own_topics(own)
    for extra in _own_topics(own):
        if own.points.get(extra, 0) >= (rules.beside_matter if topic else rules.floor):
            topics.setdefault(extra, "own")
    return Placed(Scope.BUSINESS, topics, matter, how, passed=passed, also=also)


def _may_inherit(own: Own, topics: tuple[str, ...], *, private_parent: bool) -> bool:
    """An answer to private talk takes up the older subject only if it says something about business."""
    if not private_parent:
        return True
    return bool(topics or own.acts & CORE or any(c.kind in ("procedure", "shift") for c in own.cues))


def _inherit(own: Own, context: Placed, topics: tuple[str, ...], scope: Scope) -> Placed:
    inherited = dict.fromkeys(context.passed, "thread")
    rules = load_settings().topics
    floor = rules.beside_matter if context.matter else rules.beside_topic
    for topic in topics:
        if (topic in inherited and own.points.get(topic, 0)) or own.points.get(topic, 0) >= floor:
            inherited[topic] = "own"
    # Agreement in a thread about business is business, however short.
    settled = Scope.BUSINESS if Scope.BUSINESS in (context.scope, scope) else Scope.UNCLEAR
    how = "thread" if context.matter else ""
    return Placed(settled, inherited, context.matter, how, passed=context.passed, also=context.also)


def _fill_backwards(thread: Sequence[Own], placed: dict[str, Placed]) -> None:
    """A question that names nothing is about what its first answers are about ("where we at?" - "yes on the levy")."""
    for own in reversed(thread):
        here = placed[own.id]
        idle = bool(own.acts) and own.acts <= IDLE
        if here.known or here.scope is Scope.NOT_BUSINESS or not own.readable or idle or own.private:
            continue
        answer = next((placed[o.id] for o in thread if o.parent == own.id and placed[o.id].known), None)
        if answer is None and own.acts & CORE:
            at = thread.index(own)
            answer = next((placed[o.id] for o in thread[at + 1 : at + 4] if placed[o.id].known), None)
        if answer is not None and answer.scope is Scope.BUSINESS:
            here.topics, here.passed = dict.fromkeys(answer.passed, "thread"), answer.passed
            here.matter, here.matter_from, here.scope = answer.matter, "thread" if answer.matter else "", answer.scope


def _fill_with_only_subject(thread: Sequence[Own], placed: dict[str, Placed]) -> None:
    """Where a conversation has one subject only, what is said or asked in it without naming one is about that."""
    subjects = {(p.matter, p.passed): p for p in placed.values() if p.known and p.scope is Scope.BUSINESS}
    if len(subjects) != 1:
        return
    (subject,) = subjects.values()
    opened = False
    for own in thread:
        here = placed[own.id]
        opened = opened or here.known
        if not opened and not own.acts & CORE:
            continue
        speaks = bool(own.acts - IDLE) and not own.private and own.readable and own.fixed is None
        if speaks and not here.known and here.scope is not Scope.NOT_BUSINESS:
            here.topics, here.passed = dict.fromkeys(subject.passed, "thread"), subject.passed
            here.matter, here.matter_from = subject.matter, "thread" if subject.matter else ""
            here.scope = Scope.BUSINESS


def _settle_alone(thread: Sequence[Own], placed: dict[str, Placed], topic_of: Mapping[MatterId, str]) -> None:
    """Where members count votes and only one matter is open that day, it is listed as possible and lends its topic."""
    for own in thread:
        here = placed[own.id]
        if here.known or len(own.open_matters) != 1 or not own.readable or here.scope is Scope.NOT_BUSINESS:
            continue
        parent = placed.get(own.parent or "")
        follows = parent is not None and "only_open" in parent.topics.values()
        if own.acts & CORE or follows:
            (matter,) = own.open_matters
            topic = topic_of.get(matter, "")
            if topic:
                here.topics = {topic: "only_open"}
            here.possible = (Match(matter, 0.0, 0.0, ()),)
