"""A topic model learned from an agenda: its features, its chances, the words behind them, how it is kept."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np

from quorum_watch.errors import InputError
from quorum_watch.language.lexicon import Lexicon
from quorum_watch.language.pipeline import cut_words
from quorum_watch.language.settings import load_settings
from quorum_watch.language.topics import TopicFinder, count_points, is_shouted, rank_topics
from quorum_watch.language.zones import cut_zones

#: Least contribution (TF-IDF times weight) by which a word is shown as speaking for a topic.
TELLING = 0.15


@dataclass(frozen=True)
class Model:
    """A linear model over TF-IDF features: vocabulary, rarity, weights (features x topics), intercepts."""

    topics: tuple[str, ...]
    vectorizers: tuple[Any, ...]
    weights: np.ndarray
    intercepts: np.ndarray
    floor: float
    provenance: Mapping[str, Any] = field(default_factory=dict)


class Featurizer:
    """Lexicon points and own words of a text."""

    def __init__(self, lexicon: Lexicon) -> None:
        self.lexicon = lexicon
        self.process = frozenset(t.code for t in lexicon.topics if t.kind == "process")
        self._finder = TopicFinder(lexicon, cut_words)

    def points(self, text: str) -> dict[str, int]:
        """Lexicon points of a text without its boilerplate."""
        return count_points(self._finder.find(cut_words(self.own(text)), shouted=is_shouted(text)))

    def own(self, text: str) -> str:
        """The text without quoted words and boilerplate."""
        for zone in cut_zones(text):
            text = text[: zone.start] + " " * (zone.end - zone.start) + text[zone.end :]
        return text

    def best(self, text: str, allowed: Sequence[str] | None = None) -> str:
        """The lexicon's first topic of a text, ``""`` if it has none; of ``allowed`` ones only, if given."""
        points = self.points(text)
        ranked = rank_topics(points, self.process, discount=load_settings().topics.process_discount)
        return next((t for t in ranked if allowed is None or t in allowed), "")


def mask_numbers(text: str) -> str:
    """Lower case, every digit a zero: file numbers and sums must not be learned."""
    return "".join("0" if c.isdigit() else c for c in text.lower())


def point_features(texts: Sequence[str], features: Featurizer) -> Any:
    """Lexicon points of each text, scaled to at most 1; a sparse matrix (texts, topics of the lexicon)."""
    from scipy.sparse import csr_matrix

    codes = {t.code: n for n, t in enumerate(features.lexicon.topics)}
    rows = np.zeros((len(texts), len(codes)), dtype=np.float32)
    for n, text in enumerate(texts):
        for topic, points in features.points(text).items():
            rows[n, codes[topic]] = min(points, 12) / 12
    return csr_matrix(rows)


def stack_features(*parts: Any) -> Any:
    """Feature matrices side by side."""
    from scipy.sparse import hstack

    return hstack(parts, format="csr")


def topic_chances(model: Model, texts: Sequence[str], features: Featurizer) -> np.ndarray:
    """Chance of each topic for each text; shape (texts, topics)."""
    own = [mask_numbers(features.own(t)) for t in texts]
    matrix = stack_features(*(v.transform(own) for v in model.vectorizers), point_features(texts, features))
    logits = matrix @ model.weights + model.intercepts
    logits = logits - logits.max(axis=1, keepdims=True)
    chances = np.exp(logits)
    return np.asarray(chances / chances.sum(axis=1, keepdims=True))


def first_topic(chances: np.ndarray, topics: Sequence[str]) -> str:
    """The likeliest topic of one row of chances."""
    return topics[int(chances.argmax())]


def speak(model: Model, texts: Sequence[str], features: Featurizer) -> list[str]:
    """The model's topic of each text where it is sure enough, else ``""``."""
    return [
        first_topic(row, model.topics) if row.max() >= model.floor else ""
        for row in topic_chances(model, texts, features)
    ]


def telling_words(model: Model, text: str, topic: str, *, most: int = 3) -> list[str]:
    """Words and pairs of words of ``text`` that speak most for a topic by the model; empty if none does."""
    words, _ = model.vectorizers
    row = words.transform([mask_numbers(text)]).tocoo()
    column = model.weights[: len(words.vocabulary_), model.topics.index(topic)]
    names = {int(v): str(k) for k, v in words.vocabulary_.items()}
    weighed = [(float(x * column[j]), names[int(j)]) for j, x in zip(row.col, row.data, strict=True) if column[j] > 0]
    return [name for weight, name in sorted(weighed, key=lambda p: (-p[0], p[1]))[:most] if weight > TELLING]


def save_model(model: Model, folder: Path) -> None:
    """Write a model as plain arrays and JSON: no code is ever loaded from it."""
    folder.mkdir(parents=True, exist_ok=True)
    words, chars = model.vectorizers
    plain = {
        "topics": model.topics,
        "floor": model.floor,
        "words": {str(k): int(v) for k, v in words.vocabulary_.items()},
        "chars": {str(k): int(v) for k, v in chars.vocabulary_.items()},
    }
    (folder / "model.json").write_text(json.dumps(plain, ensure_ascii=False, sort_keys=True) + "\n", "utf-8")
    (folder / "provenance.json").write_text(
        json.dumps(dict(model.provenance), indent=2, sort_keys=True) + "\n", "utf-8"
    )
    arrays = BytesIO()
    np.savez_compressed(
        arrays, weights=model.weights, intercepts=model.intercepts, words_idf=words.idf_, chars_idf=chars.idf_
    )
    (folder / "weights.npz").write_bytes(arrays.getvalue())


def load_model(folder: Path) -> Model:
    """Read a model written by ``save_model``.

    Raises:
        InputError: QW-E217 the folder holds no usable model.
    """
    from sklearn.feature_extraction.text import TfidfVectorizer

    try:
        plain = json.loads((folder / "model.json").read_text("utf-8"))
        provenance = json.loads((folder / "provenance.json").read_text("utf-8"))
        with np.load(folder / "weights.npz", allow_pickle=False) as arrays:
            words = TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True, vocabulary=plain["words"], dtype=np.float32)
            chars = TfidfVectorizer(
                analyzer="char_wb", ngram_range=(3, 5), sublinear_tf=True, vocabulary=plain["chars"], dtype=np.float32
            )
            words.idf_, chars.idf_ = arrays["words_idf"], arrays["chars_idf"]
            weights, intercepts = arrays["weights"], arrays["intercepts"]
    except (OSError, ValueError, KeyError) as error:
        what = "The installed topic model cannot be read."
        raise InputError("QW-E217", what, folder.name, "Run: quorum-watch topics learn WORKSPACE") from error
    return Model(tuple(plain["topics"]), (words, chars), weights, intercepts, float(plain["floor"]), provenance)
