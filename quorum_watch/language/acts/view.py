"""One sentence and its cues, as the scene looks at them."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from quorum_watch.language.acts.find import Cue, Sentence, find_cues
from quorum_watch.language.acts.talk import State, ThreadContext, ThreadMessage
from quorum_watch.model import ActSpan, MatterId, PersonId
from quorum_watch.vocabulary import Act, Confidence, Polarity


@dataclass(slots=True)
class View:
    """One sentence with its best cue per act; ``taken`` says that the message took a side before it."""

    sentence: Sentence
    number: int
    cues: list[Cue]
    taken: bool
    best: dict[Act, Cue] = field(default_factory=dict)
    kinds: dict[str, Cue] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Rank the cues: the surest first, outright ones before answers."""
        for cue in sorted(self.cues, key=lambda c: (-c.confidence.rank, c.kind == "answer", c.rule)):
            self.best.setdefault(cue.act, cue)
        self.kinds = {c.kind: c for c in self.cues if c.kind}

    @property
    def words(self) -> str:
        """The spelled-out words of the sentence."""
        return self.sentence.words

    @property
    def length(self) -> int:
        """Its words, the two end marks included."""
        return len(self.sentence.words.split())

    @property
    def outright(self) -> Cue | None:
        """A position said in so many words, rather than as an answer or a deferral."""
        cue = self.best.get(Act.COMMIT)
        return cue if cue is not None and cue.kind not in ("answer", "defer") else None


def flip(polarity: Polarity) -> Polarity:
    """The other way; no direction stays none."""
    return {Polarity.FOR: Polarity.AGAINST, Polarity.AGAINST: Polarity.FOR}.get(polarity, polarity)


def merge(spans: list[ActSpan]) -> list[ActSpan]:
    """Sorted, without repeats of one act, person and direction on the same words."""
    seen: dict[tuple[object, ...], ActSpan] = {}
    for span in spans:
        seen.setdefault((span.start, span.end, span.act, span.attributed_to, span.polarity, span.about), span)
    return sorted(seen.values(), key=lambda s: (s.start, s.end, s.act, s.attributed_to or "", s.polarity))


def quoted_relays(message: ThreadMessage, context: ThreadContext, matter: MatterId | None) -> list[ActSpan]:
    """Positions inside quoted words are relays about whoever wrote them, never the sender's own."""
    spans: list[ActSpan] = []
    text = message.raw or message.text
    for start, end, person in message.quoted:
        for cue in find_cues(text[start:end], context.names).cues:
            if cue.act is Act.COMMIT and cue.kind not in ("answer", "defer"):
                a, b = start + cue.start, start + cue.end
                whole = (a, b, text[a:b], cue.polarity, matter, person, "quoted." + cue.rule, Confidence.LOW)
                spans.append(ActSpan(Act.RELAY, *whole))
    return spans


def toward_question(parent: State | None, commit: Cue) -> Polarity:
    """Which way an answer points: "yes" to "will you vote it down?" is against; "same" repeats what it answers."""
    if parent is None:
        return commit.polarity
    if not parent.asked and parent.polarity is not Polarity.NONE and commit.polarity is Polarity.FOR:
        return parent.polarity
    if parent.asked and parent.polarity is Polarity.AGAINST:
        return flip(commit.polarity)
    return commit.polarity


def seated(span: ActSpan, context: ThreadContext, sender: PersonId | None) -> ActSpan:
    """Only a member promises a vote: the same words of a resident or of staff are an opinion."""
    if span.act is not Act.COMMIT or not context.members or sender is None or sender in context.members:
        return span
    return replace(span, act=Act.AGREE if span.rule.startswith("answer.yes") else Act.OPINION)
