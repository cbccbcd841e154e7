"""``qw_acts``: the spaCy component, and what the rest of the language stage calls.

The component writes ``doc.spans["acts"]`` - what a message does on its own words (label: act, id: the rule that fired)
- and keeps everything the thread reader needs as JSON text in ``doc.user_data["qw_acts"]``, so that docs survive
``DocBin``, ``nlp.to_disk`` and ``spacy.load``. Which cues are acts in their conversation is decided by
``read_acts``; ``find_acts`` reads a single message as if it stood alone.

>>> import spacy
>>> nlp = spacy.blank("en")
>>> _ = nlp.add_pipe("qw_acts")
>>> doc = nlp("I'll vote for the rezoning.")
>>> [(span.text, span.label_, span.id_) for span in doc.spans["acts"]]
[("I'll vote for the rezoning", 'commit', 'commit.will-support')]
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from pathlib import Path

from spacy.language import Language
from spacy.tokens import Doc, Span

from quorum_watch.language.acts.find import Cue, Cues, Sentence, find_cues
from quorum_watch.language.acts.people import names_of
from quorum_watch.language.acts.talk import ThreadContext, ThreadMessage
from quorum_watch.language.acts.threads import read_thread
from quorum_watch.model import ActSpan, Interaction, MatterId, PersonId
from quorum_watch.vocabulary import Act, Confidence, Polarity, Scope

#: A person as the language stage knows them: id, name, other names they go by.
Person = tuple[PersonId, str, tuple[str, ...]]
#: Zones whose words are somebody else's positions; those of other zones are nobody's.
_OTHERS = ("quoted", "forwarded")


class Acts:
    """``qw_acts``: finds the cues of acts in the writer's own words."""

    def __init__(self, people: Iterable[Person] = ()) -> None:
        self.set_people(people)

    def set_people(self, people: Iterable[Person]) -> None:
        """Know these people by name, so that "Bob is on board" can be attributed."""
        self.people = tuple((p, n, tuple(a)) for p, n, a in people)
        self.names = names_of({p: n for p, n, _ in self.people}, {p: a for p, _, a in self.people})

    def __call__(self, doc: Doc) -> Doc:
        """Find the cues of ``doc`` and mark the acts it shows on its own."""
        cues = find_cues(own_text(doc), self.names)
        doc.user_data["qw_acts"] = pack(cues)
        alone = read_thread((ThreadMessage(doc.text),), ThreadContext(self.names), (cues,))[0].acts
        spans = []
        for act in alone:
            span = doc.char_span(act.start, act.end, label=str(act.act), span_id=act.rule, alignment_mode="expand")
            if span is not None:
                spans.append(span)
        doc.spans["acts"] = spans
        return doc

    def to_disk(self, path: str | Path, *, exclude: Sequence[str] = ()) -> None:  # noqa: ARG002
        """Write the people known by name."""
        Path(path).with_suffix(".json").write_text(json.dumps(self.people, ensure_ascii=False), "utf-8")

    def from_disk(self, path: str | Path, *, exclude: Sequence[str] = ()) -> Acts:  # noqa: ARG002
        """Read the people known by name."""
        self.set_people(json.loads(Path(path).with_suffix(".json").read_text("utf-8")))
        return self


@Language.factory("qw_acts", assigns=["doc.spans"])
def make_acts(nlp: Language, name: str) -> Acts:  # noqa: ARG001
    """Factory of ``qw_acts``."""
    return Acts()


def own_text(doc: Doc) -> str:
    """The text of ``doc`` with every zone that is not the writer's own blanked, offsets unchanged."""
    text = doc.text
    zones: Iterable[Span] = doc.spans["zones"] if "zones" in doc.spans else ()  # noqa: SIM401
    for zone in zones:
        if zone.label_ != "own":
            text = text[: zone.start_char] + re.sub(r"\S", " ", zone.text) + text[zone.end_char :]
    return text


def pack(cues: Cues) -> str:
    """Cues as JSON text."""
    return json.dumps(
        {
            "sentences": [[s.start, s.end, s.asks, s.words, s.people] for s in cues.sentences],
            "cues": [
                [c.act, c.start, c.end, c.polarity, c.confidence, c.rule, c.kind, c.where, c.sentence, c.asks, c.people]
                for c in cues.cues
            ],
        },
        ensure_ascii=False,
    )


def unpack(text: str) -> Cues:
    """The inverse of ``pack``.

    >>> unpack(pack(find_cues("count me in"))) == find_cues("count me in")
    True
    """
    data = json.loads(text)
    return Cues(
        tuple(Sentence(a, b, asks, words, tuple(people)) for a, b, asks, words, people in data["sentences"]),
        tuple(
            Cue(Act(act), a, b, Polarity(way), Confidence(sure), rule, kind, where, number, asks, tuple(people))
            for act, a, b, way, sure, rule, kind, where, number, asks, people in data["cues"]
        ),
    )


def cues_of_doc(doc: Doc) -> Cues:
    """The cues the component stored; found now if it did not run."""
    stored = doc.user_data.get("qw_acts")
    return unpack(stored) if isinstance(stored, str) else find_cues(own_text(doc))


def find_acts(doc: Doc, context: ThreadContext | None = None) -> tuple[ActSpan, ...]:
    """What a processed message does if it stands alone; offsets are code points of ``doc.text``."""
    message = ThreadMessage(doc.text)
    return read_thread((message,), context or ThreadContext(), (cues_of_doc(doc),))[0].acts


def read_acts(
    thread: Sequence[Interaction],
    docs: Sequence[Doc],
    context: ThreadContext,
    placed: Sequence[tuple[Scope | None, MatterId | None]] = (),
) -> tuple[tuple[ActSpan, ...], ...]:
    """The acts of every message of one conversation, given in time order with its processed docs.

    ``placed`` holds what is known of each message's scope and matter (``None`` where it is not). ``about`` of the
    result is the matter where known; ``exact`` is cut from the text as written.
    """
    place = {i.id: n for n, i in enumerate(thread)}
    messages: list[ThreadMessage] = []
    for number, (i, doc) in enumerate(zip(thread, docs, strict=True)):
        scope, matter = placed[number] if placed else (None, None)
        parent = place.get(i.in_reply_to) if i.in_reply_to is not None else None
        messages.append(
            ThreadMessage(
                text=i.text[: len(doc.text)] if len(i.text) >= len(doc.text) else doc.text,
                sender=i.sender or i.sender_address or i.sender_raw or None,
                recipients=i.persons(),
                reply_to=parent if parent is not None and parent < number else None,
                scope=scope,
                matter=matter,
                quoted=_quoted(i, doc, context),
            )
        )
    return tuple(m.acts for m in read_thread(messages, context, [cues_of_doc(d) for d in docs]))


def _quoted(i: Interaction, doc: Doc, context: ThreadContext) -> tuple[tuple[int, int, PersonId | None], ...]:
    """Quoted stretches of a message and who is said to have written them."""
    claimed: list[tuple[int, int, PersonId | None]] = []
    for q in i.quoted:
        words = q.sender.name.lower().split() if q.sender is not None else []
        persons = {context.names[w] for w in words if w in context.names}
        claimed.append((q.start, q.end, persons.pop() if len(persons) == 1 else None))
    spans: Iterable[Span] = doc.spans["zones"] if "zones" in doc.spans else ()  # noqa: SIM401
    result: list[tuple[int, int, PersonId | None]] = []
    for zone in spans:
        if zone.label_ in _OTHERS:
            owner = next((p for a, b, p in claimed if a < zone.end_char and zone.start_char < b), None)
            result.append((zone.start_char, zone.end_char, owner))
    return tuple(result)


def make_context(
    people: Iterable[Person], members: Iterable[PersonId], matters: Iterable[tuple[MatterId, str]]
) -> ThreadContext:
    """A ``ThreadContext`` from the roster's people, those with a seat, and the pending matters ``(id, title)``."""
    known = tuple(people)
    names = names_of({p: n for p, n, _ in known}, {p: a for p, _, a in known})
    return ThreadContext(names, frozenset(members), tuple(matters))
