"""The spaCy pipeline: zones, names, folded words, topics, matters and scope cues, each a registered component.

``spacy.blank("en")`` cuts the text; the components write named span groups: ``doc.spans["zones"]``, ``["names"]``,
``["topics"]`` (label: topic, id: the term that fired), ``["matters"]`` (label: matter) and ``["cues"]``. Points and
scores stand in ``doc.user_data`` under ``qw_points`` and ``qw_matches``. Everything is offline and serialises with
``nlp.to_disk``; importing this module registers the factories (entry point group ``spacy_factories``).
"""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from importlib import resources
from pathlib import Path
from typing import TypeVar

import spacy
from spacy.attrs import ORTH
from spacy.language import Language
from spacy.tokens import Doc, Span

from quorum_watch.language.lexicon import Lexicon, load_lexicon
from quorum_watch.language.matters import Match, Matter, MatterIndex, features, nearest, weigh_matches
from quorum_watch.language.scope import Cue, CueFinder
from quorum_watch.language.settings import load_settings
from quorum_watch.language.topics import TopicFinder, TopicHit, count_points, is_shouted
from quorum_watch.language.words import fold
from quorum_watch.language.zones import cut_zones

C = TypeVar("C")

#: Mark in ``doc.user_data`` of a caller that reads the rows there and needs no span groups.
LIGHT = "qw_light"
#: Put in place of words that take no part: other people's words, names, signatures.
HIDDEN = "\u2022"


@functools.cache
def _cutter() -> Language:
    return spacy.blank("en")


def cut_words(text: str) -> list[str]:
    """Words of a short text as the pipeline's tokenizer cuts them.

    >>> cut_words("the TIF district")
    ['the', 'TIF', 'district']
    """
    return [token.text for token in _cutter().make_doc(text)]


def visible_words(doc: Doc) -> list[str]:
    """Words of ``doc`` with hidden ones (quoted text, names) replaced; one entry per token."""
    words: list[str] | None = doc.user_data.get("qw_words")
    return words if words is not None else [t.text for t in doc]


def text_of(doc: Doc) -> str:
    """The text of ``doc``, from beside it where the caller put it: joining the tokens again is slow."""
    text: str | None = doc.user_data.get("qw_text")
    return doc.text if text is None else text


class Zones:
    """``qw_zones``: marks what is not the writer's own (``doc.user_data["qw_quoted"]`` may name known blocks)."""

    def __init__(self, names: Iterable[str] = ()) -> None:
        self.set_names(names)

    def set_names(self, names: Iterable[str]) -> None:
        """Know these names, so that salutations and signatures are told."""
        self.names = tuple(sorted({n for n in names if n.strip()}))
        words = {w.lower() for n in self.names for w in re.findall(r"[^\W\d_]+(?:['’-][^\W\d_]+)*", n)}
        self._words = frozenset(w for w in words if len(w) > 1)

    def __call__(self, doc: Doc) -> Doc:
        """Process one doc."""
        zones = cut_zones(text_of(doc), doc.user_data.get("qw_quoted", ()), self._words)
        if zones:
            spans = [_span(doc, z.start, z.end, z.label) for z in zones]
            doc.spans["zones"] = [s for s in spans if s is not None]
        return doc

    def to_disk(self, path: str | Path, *, exclude: Sequence[str] = ()) -> None:  # noqa: ARG002
        """Write the names."""
        Path(path).with_suffix(".json").write_text(json.dumps(self.names), "utf-8")

    def from_disk(self, path: str | Path, *, exclude: Sequence[str] = ()) -> Zones:  # noqa: ARG002
        """Read the names."""
        self.set_names(json.loads(Path(path).with_suffix(".json").read_text("utf-8")))
        return self


def _span(doc: Doc, start: int, end: int, label: str) -> Span | None:
    return doc.char_span(start, end, label=label, alignment_mode="expand")


class Names:
    """``qw_names``: marks names of known people, so that Alder Parks is not a park."""

    def __init__(self, names: Iterable[str] = ()) -> None:
        self.set_names(names)

    def set_names(self, names: Iterable[str]) -> None:
        """Use these names (first and last name, or whatever people go by)."""
        self.names = tuple(sorted({n for n in names if n.strip()}))
        self._parts = {p for n in self.names for p in n.replace(",", " ").split() if p[:1].isupper() and len(p) > 1}
        self._hashes: set[int] | None = None

    def __call__(self, doc: Doc) -> Doc:
        """Process one doc."""
        if self._parts:
            known = {doc.vocab.strings.add(p) for p in self._parts} if self._hashes is None else self._hashes
            self._hashes = known
            if found := [n for n, orth in enumerate(doc.to_array(ORTH).tolist()) if orth in known]:
                doc.spans["names"] = [Span(doc, n, n + 1, label="NAME") for n in found]
        return doc

    def to_disk(self, path: str | Path, *, exclude: Sequence[str] = ()) -> None:  # noqa: ARG002
        """Write the names."""
        Path(path).with_suffix(".json").write_text(json.dumps(self.names), "utf-8")

    def from_disk(self, path: str | Path, *, exclude: Sequence[str] = ()) -> Names:  # noqa: ARG002
        """Read the names."""
        self.set_names(json.loads(Path(path).with_suffix(".json").read_text("utf-8")))
        return self


class Norm:
    """``qw_norm``: the folded form of a word as its ``norm_``, and the words of the text that count.

    The form is set once per word of the vocabulary, not per token, so it costs next to nothing.
    """

    def __init__(self) -> None:
        self._words: dict[int, str] = {}

    def __call__(self, doc: Doc) -> Doc:
        """Process one doc."""
        known = self._words
        words = []
        for orth in doc.to_array(ORTH).tolist():
            word = known.get(orth)
            if word is None:
                word = self._learn(doc, orth)
            words.append(word)
        for group in ("zones", "names"):
            if group in doc.spans:
                for span in doc.spans[group]:
                    words[span.start : span.end] = [HIDDEN] * (span.end - span.start)
        doc.user_data["qw_words"] = words
        return doc

    def _learn(self, doc: Doc, orth: int) -> str:
        if len(self._words) > 200_000:
            self._words.clear()
        lexeme = doc.vocab[orth]
        word: str = lexeme.text
        lexeme.norm_ = fold(word)
        self._words[orth] = word
        return word


class Topics:
    """``qw_topics``: terms of the lexicon as spans; points per topic in ``doc.user_data["qw_points"]``."""

    def __init__(self, lexicon: Lexicon) -> None:
        self.use(lexicon)

    def use(self, lexicon: Lexicon) -> None:
        """Replace the lexicon."""
        self.lexicon = lexicon
        self._finder = TopicFinder(lexicon, cut_words)

    def find(self, words: Sequence[str], text: str) -> list[TopicHit]:
        """Topic hits of a text given both as words and as written."""
        return self._finder.find(words, shouted=is_shouted(text))

    def __call__(self, doc: Doc) -> Doc:
        """Process one doc."""
        hits = self.find(visible_words(doc), text_of(doc))
        if LIGHT not in doc.user_data:
            doc.spans["topics"] = [Span(doc, h.start, h.end, label=h.topic, span_id=f"{h.kind}:{h.term}") for h in hits]
        doc.user_data["qw_hits"] = hits
        doc.user_data["qw_points"] = count_points(hits)
        return doc

    def to_disk(self, path: str | Path, *, exclude: Sequence[str] = ()) -> None:  # noqa: ARG002
        """Write the lexicon in use, overlay included."""
        Path(path).with_suffix(".json").write_text(json.dumps(asdict(self.lexicon), ensure_ascii=False), "utf-8")

    def from_disk(self, path: str | Path, *, exclude: Sequence[str] = ()) -> Topics:  # noqa: ARG002
        """Read a lexicon written by ``to_disk``."""
        self.use(Lexicon.from_plain(json.loads(Path(path).with_suffix(".json").read_text("utf-8"))))
        return self


@dataclass(frozen=True, slots=True)
class _StoredMatter:
    matter_id: str
    title: str
    topic: str


class Matters:
    """``qw_matters``: pending matters a message shares words with, in ``doc.user_data["qw_matches"]``."""

    def __init__(self) -> None:
        self.use(())

    def use(self, matters: Sequence[Matter], names: Iterable[str] = ()) -> None:
        """Compare with these matters; ``names`` are those of people and bodies, which name no matter by themselves."""
        self.matters = tuple(_StoredMatter(m.matter_id, m.title, m.topic) for m in matters)
        self.names = tuple(sorted({w for n in names for w in re.findall(r"[^\W\d_]+", n) if len(w) > 1}))
        self.index = MatterIndex(self.matters, cut_words, self.names)
        self._most = load_settings().matters.pool_most
        self._topic_of = {m.matter_id: m.topic for m in self.matters}

    def __call__(self, doc: Doc) -> Doc:
        """Process one doc."""
        words = visible_words(doc)
        # Doubled spaces are tokens too; words must count as neighbours all the same.
        kept = [n for n, w in enumerate(words) if not w.isspace()] if self.matters else []
        text = features([words[n] for n in kept])
        found = self.index.match_features(text, most=self._most) if text else []
        found = [m._replace(words=tuple([kept[n] for n in m.words])) for m in found]
        # Which of them were open on the day is known later; the weighing is then done again among those.
        doc.user_data["qw_pool"] = (found, len(text))
        matches = weigh_matches(nearest(found), len(text), doc.user_data.get("qw_points", {}), self._topic_of)
        doc.user_data["qw_matches"] = matches
        if LIGHT not in doc.user_data:
            doc.spans["matters"] = [Span(doc, n, n + 1, label=m.matter) for m in matches for n in m.words]
        return doc

    def to_disk(self, path: str | Path, *, exclude: Sequence[str] = ()) -> None:  # noqa: ARG002
        """Write the matters."""
        plain = {"matters": [asdict(m) for m in self.matters], "names": self.names}
        Path(path).with_suffix(".json").write_text(json.dumps(plain, ensure_ascii=False), "utf-8")

    def from_disk(self, path: str | Path, *, exclude: Sequence[str] = ()) -> Matters:  # noqa: ARG002
        """Read the matters."""
        plain = json.loads(Path(path).with_suffix(".json").read_text("utf-8"))
        self.use([_StoredMatter(**row) for row in plain["matters"]], plain["names"])
        return self


class Cues:
    """``qw_scope``: words of procedure, private life, scheduling and change of subject, as spans ``cues``."""

    def __init__(self) -> None:
        self._finder = CueFinder(cut_words)

    def __call__(self, doc: Doc) -> Doc:
        """Process one doc."""
        cues = self._finder.find(visible_words(doc))
        if LIGHT not in doc.user_data:
            doc.spans["cues"] = [Span(doc, c.start, c.end, label=c.kind, span_id=c.term) for c in cues]
        doc.user_data["qw_cues"] = cues
        return doc


@Language.factory("qw_zones", assigns=["doc.spans"])
def make_zones(nlp: Language, name: str) -> Zones:  # noqa: ARG001
    """Factory of ``qw_zones``."""
    return Zones()


@Language.factory("qw_names", assigns=["doc.spans"])
def make_names(nlp: Language, name: str) -> Names:  # noqa: ARG001
    """Factory of ``qw_names``."""
    return Names()


@Language.factory("qw_norm", assigns=["token.norm"])
def make_norm(nlp: Language, name: str) -> Norm:  # noqa: ARG001
    """Factory of ``qw_norm``."""
    return Norm()


@Language.factory("qw_topics", default_config={"overlay": None}, assigns=["doc.spans"])
def make_topics(nlp: Language, name: str, overlay: str | None) -> Topics:  # noqa: ARG001
    """Factory of ``qw_topics``; ``overlay`` is a workspace's ``topics.toml``."""
    return Topics(load_lexicon(Path(overlay) if overlay else None))


@Language.factory("qw_matters", assigns=["doc.spans"])
def make_matters(nlp: Language, name: str) -> Matters:  # noqa: ARG001
    """Factory of ``qw_matters``."""
    return Matters()


@Language.factory("qw_scope", assigns=["doc.spans"])
def make_cues(nlp: Language, name: str) -> Cues:  # noqa: ARG001
    """Factory of ``qw_scope``."""
    return Cues()


def build_pipeline(
    *,
    lexicon_overlay: Path | None = None,
    matters: Sequence[Matter] = (),
    names: Iterable[str] = (),
    bodies: Iterable[str] = (),
) -> Language:
    """The pipeline of ``config.cfg`` for one workspace.

    ``lexicon_overlay`` is the workspace's ``topics.toml``, ``matters`` the matters to link to, ``names`` those of
    people, which must not be taken for topics, ``bodies`` those of bodies. Raises ``InputError`` for faults of the
    overlay.
    """
    with resources.as_file(resources.files(__package__) / "config.cfg") as path:
        config = spacy.util.load_config(path)
    nlp: Language = spacy.util.load_model_from_config(config, auto_fill=True, validate=True)
    if lexicon_overlay is not None:
        component(nlp, "qw_topics", Topics).use(load_lexicon(lexicon_overlay))
    known = tuple(names)
    component(nlp, "qw_zones", Zones).set_names(known)
    component(nlp, "qw_names", Names).set_names(known)
    component(nlp, "qw_matters", Matters).use(matters, (*known, *bodies))
    return nlp


def component(nlp: Language, name: str, kind: type[C]) -> C:
    """A component of the pipeline by name, checked to be of ``kind``."""
    found = nlp.get_pipe(name)
    assert isinstance(found, kind)
    return found


def hits_of(doc: Doc) -> list[TopicHit]:
    """Topic hits of a processed doc, also of one read back from bytes."""
    return [h if isinstance(h, TopicHit) else TopicHit(*h) for h in doc.user_data.get("qw_hits", ())]


def matches_of(doc: Doc) -> list[Match]:
    """Matter matches of a processed doc, also of one read back from bytes."""
    rows = doc.user_data.get("qw_matches", ())
    return [m if isinstance(m, Match) else Match(m[0], m[1], m[2], tuple(m[3]), *m[4:]) for m in rows]


def cues_of(doc: Doc) -> list[Cue]:
    """Scope cues of a processed doc, also of one read back from bytes."""
    return [c if isinstance(c, Cue) else Cue(*c) for c in doc.user_data.get("qw_cues", ())]
