"""Why a text has the topics it has: the words, their lists and points, what was held back, and the likely matters."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from quorum_watch.language.matters import Matter, decide
from quorum_watch.language.pipeline import Topics, component, cues_of
from quorum_watch.language.scope import judge_scope
from quorum_watch.language.settings import load_settings
from quorum_watch.language.topics import choose_topics, rank_topics
from quorum_watch.language.voice import Reader


@dataclass(frozen=True, slots=True)
class Word:
    """Words of the text that speak for a topic: where, which term of which list, how many points."""

    topic: str
    start: int
    end: int
    exact: str
    term: str
    kind: str
    points: int


@dataclass(frozen=True, slots=True)
class Explanation:
    """Everything the topic stage sees in one text, without its conversation."""

    topics: tuple[str, ...]
    held_back: tuple[tuple[str, int], ...]
    words: tuple[Word, ...]
    matter: str
    matters: tuple[tuple[str, float, str], ...]
    scope: str
    cues: tuple[tuple[str, str], ...]
    language: str
    outcome: str
    zones: tuple[tuple[str, int, int], ...]

    def lines(self) -> list[str]:
        """The explanation as lines for a terminal."""
        if self.language != "en":
            return [f"not analysed: the text looks like language {self.language}"]
        rows = [f"topics: {', '.join(self.topics) or 'none'}   scope by its own words: {self.scope}"]
        rows += [
            f"  {w.topic:22} {w.points} point{'s' * (w.points != 1):1}  {w.exact!r} ({w.kind}: {w.term})"
            for w in self.words
        ]
        rows += [f"  held back: {t} has {p} of {load_settings().topics.floor} points" for t, p in self.held_back]
        rows += [f"  matter {m}: chance {c:.2f}, words {w}" for m, c, w in self.matters]
        rows += [f"  {kind}: {term}" for kind, term in self.cues]
        rows += [f"  not the writer's own: {label} {start}-{end}" for label, start, end in self.zones]
        if self.outcome != "analysed":
            rows.append(f"  {self.outcome}")
        return rows


def explain_text(text: str, *, matters: Sequence[Matter] = (), lexicon_overlay: Path | None = None) -> Explanation:
    """Explain one text.

    >>> explain_text("rezone the mill lot").topics
    ('zoning',)
    """
    reader = Reader(matters=matters, lexicon_overlay=lexicon_overlay)
    seen = reader.see(text)
    rules = load_settings().topics
    process = {t.code for t in component(reader.nlp, "qw_topics", Topics).lexicon.topics if t.kind == "process"}
    chosen = choose_topics(seen.points, floor=rules.floor, share=rules.share)
    ranked = [t for t in rank_topics(seen.points, process, discount=rules.process_discount) if t in chosen]
    link, others = decide(seen.matches)
    listed = [m for m in (link, *others) if m is not None]
    cues = cues_of(seen.doc)
    scope = judge_scope(
        linked=link is not None, points=max(seen.points.values(), default=0), strong=seen.strong, cues=cues
    )
    words = tuple(
        Word(h.topic, *seen.span(h.start, h.end), term=h.term, kind=h.kind, points=h.weight) for h in seen.hits
    )
    tokens = [t.text for t in seen.doc]
    return Explanation(
        topics=tuple(ranked),
        held_back=tuple((t, p) for t, p in seen.points.items() if t not in ranked),
        words=words,
        matter=link.matter if link is not None else "",
        matters=tuple((m.matter, m.chance, ", ".join(dict.fromkeys(tokens[n] for n in m.words))) for m in listed),
        scope=scope.value,
        cues=tuple((c.kind, c.term) for c in cues),
        language=seen.language,
        outcome=seen.tamed.outcome,
        zones=tuple((z.label, z.start, z.end) for z in seen.zones),
    )
