"""Carrying a subject along a conversation, and cutting the conversation where its subject changes.

"Agreed, do it" is about whatever it answers. A short reply takes matter and topics from the message it answers; a
message that turns to private talk takes none; one that names another matter, or turns with a phrase of its own ("by the
way") to another topic, opens a new segment.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from quorum_watch.language.matters import Match
from quorum_watch.language.scope import CORE, Cue, judge_scope
from quorum_watch.language.settings import load_settings
from quorum_watch.model import MatterId
from quorum_watch.vocabulary import Act, Scope


@dataclass(slots=True)
class Placed:
    """What a message is about, given its conversation.

    ``topics`` maps each topic to how it is known: ``own``, ``matter``, ``thread`` (inherited), ``only_open``.
    ``matter_from`` is ``own``, ``again`` (speaks of the matter its thread is about) or ``thread``.
    """

    scope: Scope
    topics: dict[str, str] = field(default_factory=dict)
    matter: MatterId | None = None
    matter_from: str = ""
    possible: tuple[Match, ...] = ()
    segment: int = 0

    @property
    def known(self) -> bool:
        """Whether a subject is known that a reply could inherit."""
        return self.matter is not None or bool(self.topics)


@dataclass(frozen=True, slots=True)
class Own:
    """What one message shows by its own words (and its subject line).

    ``points`` counts the message's own words, ``subject_points`` the subject line; ``strong`` its distinct strong terms.
    ``link`` is the matter it is linked to, ``matches`` all it shares words with, best first.
    """

    id: str
    points: Mapping[str, int]
    subject_points: Mapping[str, int]
    strong: int
    link: Match | None
    link_field: str
    matches: tuple[Match, ...]
    cues: tuple[Cue, ...]
    acts: frozenset[Act]
    parent: str | None
    readable: bool = True
    bare: bool = False
    open_matters: tuple[MatterId, ...] = ()
    language: str = "en"
    fixed: Placed | None = None


def place_thread(
    thread: Sequence[Own], topic_of: Mapping[MatterId, str], possible: Mapping[str, tuple[Match, ...]]
) -> dict[str, Placed]:
    """Settle subject and scope of every message of one conversation, given in time order.

    ``topic_of`` gives the topic of a matter, ``possible`` the matters a message may be about where none is certain.
    """
    placed: dict[str, Placed] = {}
    subject_of: dict[str, Placed] = {}
    segment = 0
    previous: str | None = None
    for own in thread:
        parent = own.parent if own.parent in placed else previous
        context = subject_of.get(parent) if parent is not None else None
        private_parent = parent is not None and placed[parent].scope is Scope.NOT_BUSINESS
        here = _place(own, context, topic_of, private_parent=private_parent)
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
    _settle_alone(thread, placed, topic_of)
    return placed


def _departs(here: Placed, context: Placed | None) -> bool:
    if context is None or not context.known or not here.known:
        return False
    if here.matter or context.matter:
        return here.matter != context.matter
    return not set(here.topics) & set(context.topics)


def _place(own: Own, context: Placed | None, topic_of: Mapping[MatterId, str], *, private_parent: bool) -> Placed:
    rules = load_settings()
    if own.fixed is not None:
        return own.fixed
    if not own.readable:
        return Placed(Scope.UNCLEAR)
    topics = _own_topics(own)
    top = max((own.points[t] for t in topics if t in own.points), default=0)
    if own.link is not None and own.link_field == "text":
        return _linked(own, own.link.matter, "own", topic_of)
    again = None
    if context is not None and context.matter is not None:
        again = next((m for m in own.matches if m.matter == context.matter), None)
        if again is not None and again.score < rules.thread.link_again:
            again = None
    in_thread = context is not None and context.known and not private_parent
    scope = judge_scope(
        linked=again is not None, points=top, strong=own.strong, cues=own.cues, acts=own.acts, topic_in_thread=in_thread
    )
    if again is not None and context is not None and context.matter is not None:
        return _linked(own, context.matter, "again", topic_of)
    if scope is Scope.NOT_BUSINESS:
        return Placed(scope)
    if own.link is not None:  # by the subject line
        return _linked(own, own.link.matter, "own", topic_of)
    if context is not None and context.known:
        turned = any(c.kind == "shift" for c in own.cues) and top >= rules.thread.shift_points
        apart = (
            bool(topics) and not set(topics) & set(context.topics) and (turned or top >= 2 * rules.thread.shift_points)
        )
        if not apart and _may_inherit(own, topics, private_parent=private_parent):
            return _inherit(own, context, topics, scope)
    if topics and scope is not Scope.NOT_BUSINESS:
        return Placed(scope, dict.fromkeys(topics, "own"))
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
    floor = load_settings().topics.beside_matter if topic else load_settings().topics.floor
    for extra in _own_topics(own):
        if extra != topic and own.points.get(extra, 0) >= floor:
            topics[extra] = "own"
    return Placed(Scope.BUSINESS, topics, matter, how)


def _may_inherit(own: Own, topics: tuple[str, ...], *, private_parent: bool) -> bool:
    """An answer to private talk takes up the older subject only if it says something about business."""
    if not private_parent:
        return True
    return bool(topics or own.acts & CORE or any(c.kind in ("procedure", "shift") for c in own.cues))


def _inherit(own: Own, context: Placed, topics: tuple[str, ...], scope: Scope) -> Placed:
    inherited = dict.fromkeys(context.topics, "thread")
    floor = load_settings().topics.beside_matter if context.matter else load_settings().topics.floor
    for topic in topics:
        if topic in inherited and own.points.get(topic, 0):
            inherited[topic] = "own"
        elif own.points.get(topic, 0) >= floor:
            inherited[topic] = "own"
    # Agreement in a thread about business is business, however short.
    settled = Scope.BUSINESS if context.scope is Scope.BUSINESS or scope is Scope.BUSINESS else Scope.UNCLEAR
    return Placed(settled, inherited, context.matter, "thread" if context.matter else "")


def _fill_backwards(thread: Sequence[Own], placed: dict[str, Placed]) -> None:
    """A question that names nothing is about what its first answers are about ("where we at?" - "yes on the levy")."""
    for own in reversed(thread):
        here = placed[own.id]
        if here.known or here.scope is not Scope.UNCLEAR or not own.readable:
            continue
        answer = next((placed[o.id] for o in thread if o.parent == own.id and placed[o.id].known), None)
        if answer is None and own.acts & CORE:
            at = thread.index(own)
            answer = next((placed[o.id] for o in thread[at + 1 : at + 4] if placed[o.id].known), None)
        if answer is not None and answer.scope is Scope.BUSINESS:
            here.topics = dict.fromkeys(answer.topics, "thread")
            here.matter, here.matter_from, here.scope = answer.matter, "thread" if answer.matter else "", answer.scope


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
