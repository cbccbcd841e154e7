"""Where topics and acts meet: a conversation goes to the act rules with its likely matters, and acts come back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from quorum_watch.language.acts.find import Cues, find_cues
from quorum_watch.language.acts.threads import ThreadContext, ThreadMessage, names_of, own_words, read_thread
from quorum_watch.language.matters import Matter
from quorum_watch.language.segment import Own, Placed
from quorum_watch.language.settings import load_settings
from quorum_watch.model import ActSpan, Interaction, MatterId, PersonId
from quorum_watch.vocabulary import Scope


@dataclass(frozen=True, slots=True)
class Heard:
    """Acts of one message, and whether the act rules take it for private talk."""

    acts: tuple[ActSpan, ...] = ()
    private: bool = False


class Words(Protocol):
    """A text as seen: what is left of it without other people's words, and what the act rules found in it before."""

    cues: Cues | None

    @property
    def own_text(self) -> str: ...  # noqa: D102


#: Quoted stretches and who is said to have written them.
Quotes = tuple[tuple[int, int, PersonId | None], ...]


def _fresh(i: Interaction, thread: Sequence[Interaction], place: dict[str, int]) -> Quotes:
    """Quotations that carry words to somebody who had not seen them.

    An answer that still has the question below it relays nothing to the one who asked. What was quoted is news to a
    recipient who neither wrote it nor, as far as the records show, got the message answered.
    """
    if not i.quoted:
        return ()
    at = place.get(i.in_reply_to or "")
    parent = thread[at] if at is not None else None
    knew = {parent.sender, *parent.persons()} if parent is not None else set()
    told = set(i.persons()) - {i.sender}
    return tuple((q.start, q.end, q.person) for q in i.quoted if told - knew - {q.person})


class Ear:
    """Finds the acts of conversations for one workspace."""

    def __init__(
        self,
        people: Sequence[tuple[str, str, tuple[str, ...]]],
        matters: Sequence[Matter],
        members: frozenset[PersonId] = frozenset(),
    ) -> None:
        names = names_of({person: name for person, name, _ in people})
        for person, _, aliases in people:
            for alias in aliases:
                names.setdefault(alias.lower(), person)
        self.names, self.members = names, members
        self.titles = {m.matter_id: m.title for m in matters}

    def hear(
        self, thread: Sequence[Interaction], words: Sequence[Words], own: Sequence[Own], placed: dict[str, Placed]
    ) -> list[Heard]:
        """Acts of every message of a conversation in time order; none for coded or unreadable messages."""
        place = {i.id: n for n, i in enumerate(thread)}
        messages = [
            self._message(i, w, o, placed[i.id], place, _fresh(i, thread, place))
            for i, w, o in zip(thread, words, own, strict=True)
        ]
        context = ThreadContext(names=self.names, members=self.members, matters=self._likely(own, placed))
        cues = [self._cues(w, m) for w, m in zip(words, messages, strict=True)]
        heard = []
        for o, done, i in zip(own, read_thread(messages, context, cues), thread, strict=True):
            if not o.readable or o.fixed is not None:
                heard.append(Heard())
                continue
            # Words are quoted from the message as written, not as tamed.
            acts = tuple(replace(a, exact=i.text[a.start : a.end]) for a in done.acts)
            heard.append(Heard(acts, not done.state.business and done.state.clear))
        return heard

    def _cues(self, words: Words, message: ThreadMessage) -> Cues:
        """What the act rules find in a text on its own; found once per text, however often it is written."""
        if not message.text:
            return find_cues("", self.names)
        if words.cues is None:
            words.cues = find_cues(own_words(message), self.names)
        return words.cues

    def _message(
        self, i: Interaction, words: Words, own: Own, placed: Placed, place: dict[str, int], quoted: Quotes
    ) -> ThreadMessage:
        certain = placed.matter_from in ("own", "again") or "own" in placed.topics.values()
        private = own.aside or sum(c.kind == "social" for c in own.cues) >= load_settings().scope.social
        scope = Scope.BUSINESS if placed.scope is Scope.BUSINESS and certain else None
        if placed.scope is Scope.NOT_BUSINESS and private:
            scope = Scope.NOT_BUSINESS
        return ThreadMessage(
            text=words.own_text if own.readable and own.fixed is None else "",
            sender=i.sender,
            recipients=i.persons(),
            reply_to=place.get(i.in_reply_to or ""),
            scope=scope,
            matter=placed.matter,
            quoted=quoted,
            raw=i.text if quoted else "",
        )

    def _likely(self, own: Sequence[Own], placed: dict[str, Placed]) -> tuple[tuple[MatterId, str], ...]:
        """Matters this conversation is about or may be about; the only one open, where none is named."""
        weight: dict[MatterId, float] = {}
        for o in own:
            here = placed[o.id]
            if here.matter is not None:
                weight[here.matter] = weight.get(here.matter, 0.0) + 1.0
            for match in (*here.also, *here.possible):
                weight[match.matter] = weight.get(match.matter, 0.0) + match.chance
            if len(o.open_matters) == 1:
                weight.setdefault(o.open_matters[0], 0.0)
        best = sorted(weight, key=lambda m: (-weight[m], m))[: load_settings().thread.likely_matters]
        return tuple((m, self.titles[m]) for m in best if m in self.titles)
