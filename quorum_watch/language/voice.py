"""Reading one conversation: every message by its own words first, then all of them together."""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from importlib import resources
from pathlib import Path

from spacy.tokens import Doc

import quorum_watch
from quorum_watch.language.acts.find import Cues
from quorum_watch.language.ear import Ear
from quorum_watch.language.foreign import detect_language
from quorum_watch.language.learned import LearnedTopics
from quorum_watch.language.matters import Match, Matter, as_links, decide, nearest, weigh_matches
from quorum_watch.language.pipeline import (
    LIGHT,
    Topics,
    build_pipeline,
    component,
    cues_of,
    hits_of,
    matches_of,
    visible_words,
)
from quorum_watch.language.segment import Own, Placed, place_thread
from quorum_watch.language.settings import load_settings
from quorum_watch.language.tame import Tamed, tame
from quorum_watch.language.topics import TopicHit
from quorum_watch.language.zones import Zone
from quorum_watch.model import ActSpan, Coded, Interaction, MatterId, Reading, TopicSpan
from quorum_watch.vocabulary import Act, Confidence, Scope

#: The act rules' way of saying that nothing else fitted; no evidence of private talk by itself.
PRIVATE_RULE = "thread.private"
#: Words a message must have for the learned model to speak.
LEAST_WORDS = 4
#: Texts remembered within a run, and how long they may be: bounded, so that memory stays flat.
REMEMBERED_TEXTS, REMEMBERED_CHARS = 4_000, 300


@functools.cache
def fingerprint_of_stage() -> str:
    """SHA-256 over the rules, word lists and code of the language stage: any change of them makes readings new."""
    digest = hashlib.sha256()
    folder = resources.files(__package__)
    for part in (folder, folder / "acts"):
        for file in sorted((f for f in part.iterdir() if f.is_file()), key=lambda f: f.name):
            if file.name.endswith((".py", ".toml", ".json", ".cfg")):
                digest.update(f"{file.name}\0".encode() + file.read_bytes())
    return digest.hexdigest()


class Seen:
    """One text as the pipeline saw it, kept only while its conversation is read."""

    __slots__ = (
        "cues", "doc", "hits", "language", "matches", "points", "pool", "raw", "strong", "tamed", "words", "zones"
    )  # fmt: skip

    def __init__(self, raw: str, tamed: Tamed, doc: Doc) -> None:
        self.raw, self.tamed, self.doc = raw, tamed, doc
        self.zones: tuple[Zone, ...] = (
            tuple(Zone(z.start_char, z.end_char, z.label_) for z in doc.spans["zones"]) if "zones" in doc.spans else ()
        )
        self.hits: list[TopicHit] = hits_of(doc)
        self.points: dict[str, int] = doc.user_data["qw_points"]
        self.matches: list[Match] = matches_of(doc)
        self.pool: tuple[Sequence[Match], int] = doc.user_data.get("qw_pool", ((), 0))
        self.cues: Cues | None = None
        self.words = [w.lower() for w in visible_words(doc) if w[:1].isalnum()]
        self.language = detect_language(tamed.text, self.words)
        self.strong = len({h.term for h in self.hits if h.kind in ("strong", "case") and h.weight > 1})

    @property
    def own_text(self) -> str:
        """The sender's own words as tamed; other zones are blanked, offset for offset."""
        text = self.tamed.text
        for zone in self.zones:
            text = text[: zone.start] + " " * (zone.end - zone.start) + text[zone.end :]
        return text

    def span(self, first: int, last: int) -> tuple[int, int, str]:
        """Start, end and exact text (of the message as written) of the tokens ``first`` to ``last`` (exclusive)."""
        tokens = self.doc[first:last]
        return tokens.start_char, tokens.end_char, self.raw[tokens.start_char : tokens.end_char]


class Reader:
    """The language stage for one workspace; reads one conversation at a time and remembers nothing between them."""

    def __init__(
        self,
        *,
        people: Sequence[tuple[str, str, tuple[str, ...]]] = (),
        bodies: Sequence[tuple[str, str]] = (),
        matters: Sequence[Matter] = (),
        lexicon_overlay: Path | None = None,
        model: Path | None = None,
        members: frozenset[str] = frozenset(),
    ) -> None:
        names = [n for _, name, aliases in people for n in (name, *aliases)]
        self.nlp = build_pipeline(
            lexicon_overlay=lexicon_overlay, matters=matters, names=names, bodies=[n for _, n in bodies]
        )
        self.people = tuple(people)
        self.matters = {m.matter_id: m for m in matters}
        self.topic_of = {m.matter_id: m.topic for m in matters}
        self.learned = LearnedTopics(model, component(self.nlp, "qw_topics", Topics).lexicon) if model else None
        if self.learned is not None:
            self.topic_of = {m: t or self.learned.topic(self.matters[m].title) for m, t in self.topic_of.items()}
        self._dates = {m.matter_id: (getattr(m, "opened", None), getattr(m, "closed", None)) for m in matters}
        self._dated = any(opened or closed for opened, closed in self._dates.values())
        self._lead = timedelta(days=load_settings().matters.lead_days)
        self._elsewhere = self._topics_elsewhere(bodies)
        self.ear = Ear(people, matters, members)
        self._day: date | None = None
        self._day_open: tuple[MatterId, ...] = ()
        self._remembered: dict[str, Seen] = {}
        self.version = self._describe((people, bodies, sorted(members)), matters)

    def _describe(self, known: object, matters: Sequence[Matter]) -> str:
        lexicon = component(self.nlp, "qw_topics", Topics).lexicon
        rows = [(m.matter_id, m.title, m.topic, *map(str, self._dates[m.matter_id])) for m in matters]
        learned = self.learned.sha256 if self.learned is not None else ""
        parts = (quorum_watch.__version__, fingerprint_of_stage(), lexicon.sha256, learned, known, rows)
        return hashlib.sha256(repr(parts).encode()).hexdigest()

    def _topics_elsewhere(self, bodies: Sequence[tuple[str, str]]) -> frozenset[str]:
        """Topics that are another government's here: no body handles them and no matter has them."""
        if not bodies:
            return frozenset()
        lexicon = component(self.nlp, "qw_topics", Topics).lexicon
        handled = {b.lower() for t in lexicon.topics if t.code in load_settings().topics.elsewhere for b in t.bodies}
        names = [name.lower() for _, name in bodies]
        return frozenset(
            t
            for t in load_settings().topics.elsewhere
            if t not in self.topic_of.values() and not any(h in n or n in h for h in handled for n in names)
        )

    def see(self, raw: str, quoted: Sequence[tuple[int, int, str]] = ()) -> Seen:
        """Run the pipeline over one text; offsets stay those of ``raw``."""
        tamed = tame(raw)
        doc = self.nlp.make_doc(tamed.text)
        doc.user_data["qw_text"] = tamed.text
        doc.user_data[LIGHT] = True
        if quoted:
            doc.user_data["qw_quoted"] = list(quoted)
        for _, part in self.nlp.pipeline:
            doc = part(doc)
        return Seen(raw, tamed, doc)

    def read_thread(self, thread: Sequence[Interaction]) -> tuple[Reading, ...]:
        """Readings of one conversation given in time order, in that order."""
        seen = [self._see_message(i) for i in thread]
        own = [self._own(i, s) for i, s in zip(thread, seen, strict=True)]
        possible = {i.id: self._possible(i, s) for i, s in zip(thread, seen, strict=True)}
        first = place_thread(own, self.topic_of, possible)
        done = self.ear.hear(thread, [s for s, _ in seen], own, first)
        own = [
            replace(o, acts=frozenset(a.act for a in d.acts if a.rule != PRIVATE_RULE), private=d.private)
            for o, d in zip(own, done, strict=True)
        ]
        placed = place_thread(own, self.topic_of, possible)
        return tuple(
            self._reading(i, s, o, d.acts, placed[i.id]) for i, s, o, d in zip(thread, seen, own, done, strict=True)
        )

    def _see_message(self, i: Interaction) -> tuple[Seen, Seen | None]:
        text = (
            self._see_again(i.text) if not i.quoted else self.see(i.text, [(q.start, q.end, q.kind) for q in i.quoted])
        )
        return text, self._see_again(i.subject) if i.subject else None

    def _see_again(self, raw: str) -> Seen:
        """Short texts recur ("yes", "works for me", a subject line); what was seen in them is remembered."""
        known = self._remembered.get(raw)
        if known is None:
            known = self.see(raw)
            if len(raw) <= REMEMBERED_CHARS:
                if len(self._remembered) >= REMEMBERED_TEXTS:
                    self._remembered.clear()
                self._remembered[raw] = known
        return known

    def _open(self, seen: Seen, day: date) -> list[Match]:
        """Matches with matters open on the day, weighed among themselves; one named by its number counts at any time.

        Where none is open, those count that were to open soon: matters are talked about before they are filed.
        """
        pool, size = seen.pool
        if not self._dated or not pool:
            return seen.matches
        kept = [m for m in pool if m.exact or self._is_open(m.matter, day)]
        if not kept:
            soon = day + self._lead
            kept = [m for m in pool if self._is_open(m.matter, day, until=soon)]
        return weigh_matches(nearest(kept), size, seen.points, self.topic_of)

    def _own(self, i: Interaction, seen: tuple[Seen, Seen | None]) -> Own:
        text, subject = seen
        day = i.at.date()
        mine = self._open(text, day)
        (link, also), field = decide(mine), "text"
        if link is None and subject is not None:
            (link, also), field = decide(self._open(subject, day)), "subject"
        open_matters = self._open_on(day)
        cues = tuple(cues_of(text.doc))
        return Own(
            id=i.id,
            points=self._here(text.points),
            subject_points=self._here(subject.points) if subject else {},
            strong=text.strong,
            link=link,
            link_field=field,
            matches=tuple(mine),
            also=also if link is not None else (),
            cues=cues,
            acts=frozenset(),
            parent=i.in_reply_to,
            readable=text.language == "en",
            bare=len(text.words) <= 4 and not text.hits,
            aside=subject is not None and link is None and self._is_private(subject, day),
            elsewhere=any(text.points.get(t, 0) >= load_settings().topics.floor for t in self._elsewhere),
            open_matters=open_matters if len(open_matters) == 1 else (),
            language=text.language,
            model_topic=self._learned_topic(text, subject),
            fixed=self._coded(i.coded) if i.coded is not None else None,
        )

    def _here(self, points: Mapping[str, int]) -> Mapping[str, int]:
        """Topic points without those of other governments' topics."""
        if self._elsewhere.isdisjoint(points):
            return points
        return {t: n for t, n in points.items() if t not in self._elsewhere}

    def _is_private(self, subject: Seen, day: date) -> bool:
        """Does a subject line speak of private life, and of no matter and no body's work but voting?"""
        kinds = [c.kind for c in cues_of(subject.doc)]
        return "social" in kinds and not any(m.chance >= load_settings().link.again for m in self._open(subject, day))

    def _learned_topic(self, text: Seen, subject: Seen | None) -> str:
        """What the city's own model says where the lexicon is silent, ``""`` where it says nothing either."""
        if (
            self.learned is None
            or text.points
            or (subject is not None and subject.points)
            or len(text.words) < LEAST_WORDS
        ):
            return ""
        return self.learned.topic(text.own_text)

    def _open_on(self, day: date) -> tuple[MatterId, ...]:
        if self._day != day:
            self._day, self._day_open = day, tuple(m for m in self.matters if self._is_open(m, day))
        return self._day_open

    def _is_open(self, matter: MatterId, day: date, *, until: date | None = None) -> bool:
        """Is a matter open on the day, or opened by ``until``?"""
        opened, closed = self._dates[matter]
        return (closed is None or day <= closed) and (opened is None or opened <= (until or day))

    def _possible(self, i: Interaction, seen: tuple[Seen, Seen | None]) -> tuple[Match, ...]:
        text, subject = seen
        day = i.at.date()
        listed = decide(self._open(text, day))[1]
        if not listed and subject is not None:
            listed = decide(self._open(subject, day))[1]
        return listed

    def _coded(self, coded: Coded) -> Placed:
        topic = coded.topic or (self.topic_of.get(coded.matter, "") if coded.matter else "")
        if topic or coded.matter:
            scope = Scope.BUSINESS
        elif coded.acts and set(coded.acts) <= {Act.SOCIAL, Act.SCHEDULE}:
            scope = Scope.NOT_BUSINESS
        else:
            scope = Scope.UNCLEAR
        return Placed(scope, {topic: "coded"} if topic else {}, coded.matter, "coded" if coded.matter else "")

    def _reading(
        self, i: Interaction, seen: tuple[Seen, Seen | None], own: Own, acts: tuple[ActSpan, ...], placed: Placed
    ) -> Reading:
        text, subject = seen
        if i.coded is not None:
            whole = (0, len(i.text), i.text)
            coded = tuple(
                ActSpan(a, *whole, about=i.coded.matter, rule="coded", confidence=Confidence.HIGH)
                for a in i.coded.acts or ()
            )
            topics = tuple(TopicSpan(t, *whole, rule="coded") for t in placed.topics)
            return Reading(
                i.id, coded, topics, placed.scope, placed.matter, by_hand=True, outcome="coded", segment=placed.segment
            )
        if not own.readable:
            outcome = f"not_analysed:{own.language}"
            return Reading(i.id, (), (), Scope.UNCLEAR, language=own.language, outcome=outcome, segment=placed.segment)
        outcome = text.tamed.outcome if i.text.strip() else "no_text"
        listed = placed.also if placed.matter_from == "own" else placed.possible
        links = tuple(link for m in listed for link in as_links((m,), visible_words(_source_of(m, text, subject).doc)))
        return Reading(
            i.id,
            acts,
            self._topic_spans(text, subject, own, placed),
            placed.scope,
            placed.matter,
            links,
            outcome=outcome,
            segment=placed.segment,
        )

    def _topic_spans(self, text: Seen, subject: Seen | None, own: Own, placed: Placed) -> tuple[TopicSpan, ...]:
        spans: list[TopicSpan] = []
        for topic, how in placed.topics.items():
            shown: list[TopicSpan] = []
            if how in ("matter", "also", "possible"):
                meant = placed.matter
                if how != "matter":
                    pool = placed.also if how == "also" else own.matches
                    meant = next((m.matter for m in pool if self.topic_of.get(m.matter) == topic), None)
                shown = self._matter_spans(topic, meant, text, subject, own, placed)
            if how not in ("thread", "only_open", "model") and not shown:
                shown = [
                    TopicSpan(
                        topic,
                        *source.span(h.start, h.end),
                        rule=f"{h.kind}:{h.term}",
                        weight=float(h.weight),
                        field=name,
                    )
                    for source, name in ((text, "text"), (subject, "subject"))
                    if source is not None
                    for h in source.hits
                    if h.topic == topic
                ]
            if how == "model" and self.learned is not None:
                shown = [
                    TopicSpan(topic, *place, rule=f"model:{word}")
                    for word, place in self.learned.show(text.own_text, topic)
                ] or [TopicSpan(topic, 0, 0, "", rule="model only")]
            spans.extend(shown or [TopicSpan(topic, 0, 0, "", inherited=True, rule=how if how != "own" else "thread")])
        return tuple(spans)

    def _matter_spans(
        self, topic: str, matter: MatterId | None, text: Seen, subject: Seen | None, own: Own, placed: Placed
    ) -> list[TopicSpan]:
        source, name, matches = text, "text", own.matches
        if placed.matter_from == "own" and own.link_field == "subject" and subject is not None:
            source, name, matches = subject, "subject", (*subject.matches, *subject.pool[0])
        match = next((m for m in matches if m.matter == matter), None)
        if match is None:
            return []
        spans = []
        for first, last in _runs(match.words):
            start, end, exact = source.span(first, last)
            spans.append(
                TopicSpan(topic, start, end, exact, rule=f"matter:{match.matter}", weight=match.chance, field=name)
            )
        return spans


def _runs(numbers: Sequence[int]) -> list[tuple[int, int]]:
    """Neighbouring token numbers as (first, one past the last)."""
    runs: list[tuple[int, int]] = []
    for n in sorted(set(numbers)):
        if runs and n == runs[-1][1]:
            runs[-1] = (runs[-1][0], n + 1)
        else:
            runs.append((n, n + 1))
    return runs


def _source_of(match: Match, text: Seen, subject: Seen | None) -> Seen:
    """Whether a match was found in the text or in the subject line: its word numbers count there."""
    in_text = any(m.matter == match.matter and m.words == match.words for m in (*text.matches, *text.pool[0]))
    return text if in_text or subject is None else subject
