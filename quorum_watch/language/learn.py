"""Learning topics from the city's own agenda: train, test on the latest part, refuse what is not better.

Titles with a topic (or a committee that stands for one) teach a linear model over words, pairs of words, letter groups
and the lexicon's own points. It is tried on the latest part of the agenda, which it has not seen, beside the lexicon; a
model that does not beat the lexicon there, or is worse on messages a person labelled, is refused. An installed model
speaks only where the lexicon is silent, and for matters without a topic; no word it relies on, no span: "model only".
"""

from __future__ import annotations

import csv
import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from io import StringIO
from pathlib import Path

import numpy as np

from quorum_watch.errors import InputError
from quorum_watch.language.lexicon import Lexicon
from quorum_watch.language.settings import load_settings
from quorum_watch.language.topicmodel import (
    Featurizer,
    Model,
    first_topic,
    mask_numbers,
    point_features,
    speak,
    stack_features,
    topic_chances,
)

_TEXT = ("title", "text", "name", "subject", "item")
_LABEL = ("topic", "committee", "body", "department", "label")
_DATE = ("date", "opened", "introduced", "year", "vote_on", "closed")


@dataclass(frozen=True, slots=True)
class Example:
    """One agenda item: its words, its topic, and its date as written (sorts as text)."""

    text: str
    topic: str
    date: str


@dataclass(frozen=True, slots=True)
class Agenda:
    """Examples read from a file, with what was left out and why."""

    examples: tuple[Example, ...]
    sha256: str
    mapped: tuple[tuple[str, str], ...] = ()
    left_out: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Scores:
    """Share right and mean F1 over topics, on ``n`` examples."""

    n: int
    accuracy: float
    macro_f1: float


@dataclass(frozen=True)
class Learned:
    """The outcome of learning: the model, its scores beside the lexicon's on the latest part, and the verdict."""

    model: Model | None
    lexicon: Scores
    trained: Scores
    informal_lexicon: Scores | None
    informal_trained: Scores | None
    accepted: bool
    reason: str
    split: str
    agenda: Agenda


def read_agenda(path: Path, lexicon: Lexicon) -> Agenda:
    """Read agenda titles with topics or committees from a CSV file (or ``.tsv``), oldest first.

    A label that is no topic code is taken for a committee: the topic its name shows by the lexicon stands for it.

    Raises:
        InputError: QW-E215 the file has no column for titles or labels, QW-E216 it cannot be read.
    """
    try:
        raw = path.read_bytes()
        text = raw.decode("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(
            "QW-E216", "The agenda file could not be read.", path.name, "Give a CSV file in UTF-8."
        ) from error
    tab = path.suffix.lower() == ".tsv"
    rows = list(
        csv.DictReader(
            StringIO(text), delimiter="\t" if tab else ",", quoting=csv.QUOTE_NONE if tab else csv.QUOTE_MINIMAL
        )
    )
    head = [h.strip().lower() for h in (rows[0] if rows else {}) if h]
    title, label = next((c for c in _TEXT if c in head), ""), next((c for c in _LABEL if c in head), "")
    if not title or not label:
        what = "The agenda file has no column of titles and labels."
        remedy = f"Name them {' or '.join(_TEXT)}; and {' or '.join(_LABEL)}."
        raise InputError("QW-E215", what, path.name, remedy)
    date = next((c for c in _DATE if c in head), "")
    features = Featurizer(lexicon)
    meaning: dict[str, str] = {code: code for code in lexicon.codes}
    mapped: dict[str, str] = {}
    left: Counter[str] = Counter()
    examples = []
    for row in rows:
        plain = {(k or "").strip().lower(): (v or "").strip() for k, v in row.items() if isinstance(v, str | None)}
        text_of, code = plain.get(title, ""), plain.get(label, "").split("|")[0].strip()
        if not text_of or not code:
            left["no title" if code else "no label"] += 1
            continue
        if code not in meaning:
            meaning[code] = mapped[code] = features.best(code)
        if not meaning[code]:
            left[f"label without a topic: {code}"] += 1
            continue
        examples.append(Example(text_of, meaning[code], plain.get(date, "") if date else ""))
    examples.sort(key=lambda e: e.date)
    return Agenda(
        tuple(examples), hashlib.sha256(raw).hexdigest(), tuple(sorted(mapped.items())), tuple(sorted(left.items()))
    )


def learn(
    agenda: Agenda, lexicon: Lexicon, *, informal: Sequence[tuple[str, frozenset[str]]] = (), test_share: float = 0.25
) -> Learned:
    """Train on the older part of the agenda, test on the newest ``test_share``, and judge.

    Titles of the older part are taken out of the newer one (a refiled item would be remembered, not recognised).
    ``informal`` are messages with the topics a person gave them; where there are some, the model must not be worse
    on them than the lexicon alone. The model handed back is trained on the whole agenda.
    """
    rules = load_settings().learn
    features = Featurizer(lexicon)
    examples = agenda.examples
    cut = int(len(examples) * (1 - test_share))
    # A day or year is never split in two.
    while (
        0 < cut < len(examples)
        and examples[cut].date
        and examples[cut - 1].date == examples[cut].date
        and examples[0].date != examples[-1].date
    ):
        cut += 1
    older, seen = examples[:cut], {mask_numbers(e.text) for e in examples[:cut]}
    newer = [e for e in examples[cut:] if mask_numbers(e.text) not in seen]
    counts = Counter(e.topic for e in older)
    nothing = Scores(0, 0.0, 0.0)
    if len(older) < rules.least_examples or len(newer) < rules.least_test or len(counts) < 2:
        reason = f"too few examples: {len(older)} to learn from, {len(newer)} to test on"
        return Learned(None, nothing, nothing, None, None, False, reason, "", agenda)
    split = f"learned up to {older[-1].date or 'item ' + str(cut)}, tested on {len(newer)} later items"
    model = _fit(older, features)
    gold = [e.topic for e in newer]
    base = _score(gold, [features.best(e.text, model.topics) for e in newer])
    trained = _score(
        gold, [first_topic(p, model.topics) for p in topic_chances(model, [e.text for e in newer], features)]
    )
    before = after = None
    if informal:
        texts = [t for t, _ in informal]
        silent = [features.best(t) for t in texts]
        spoken = [s or t for s, t in zip(silent, speak(model, texts, features), strict=True)]
        before, after = _hits(informal, silent), _hits(informal, spoken)
    better = trained.macro_f1 > base.macro_f1 and trained.accuracy >= base.accuracy
    worse = before is not None and after is not None and after.accuracy < before.accuracy - rules.informal_loss
    reason = "better than the lexicon on later items"
    if not better:
        reason = "not better than the lexicon on later items"
    elif worse:
        reason = "worse than the lexicon on messages a person labelled"
    final = _fit(examples, features) if better and not worse else None
    if final is not None:
        provenance = {
            "schema": "quorum-watch/topic-model/1",
            "agenda_sha256": agenda.sha256,
            "lexicon_sha256": lexicon.sha256,
            "examples": len(examples),
            "per_topic": dict(sorted(Counter(e.topic for e in examples).items())),
            "period": [examples[0].date, examples[-1].date],
            "split": split,
            "lexicon": asdict(base),
            "trained": asdict(trained),
        }
        final = Model(final.topics, final.vectorizers, final.weights, final.intercepts, final.floor, provenance)
    return Learned(final, base, trained, before, after, final is not None, reason, split, agenda)


def _fit(examples: Sequence[Example], features: Featurizer) -> Model:
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression

    rules = load_settings().learn
    texts = [mask_numbers(features.own(e.text)) for e in examples]
    words = TfidfVectorizer(
        ngram_range=(1, 2), min_df=2, sublinear_tf=True, max_features=rules.word_features, dtype=np.float32
    )
    chars = TfidfVectorizer(
        analyzer="char_wb",
        ngram_range=(3, 5),
        min_df=3,
        sublinear_tf=True,
        max_features=rules.char_features,
        dtype=np.float32,
    )
    matrix = stack_features(
        words.fit_transform(texts), chars.fit_transform(texts), point_features([e.text for e in examples], features)
    )
    fitted = LogisticRegression(C=rules.c, class_weight="balanced", max_iter=300).fit(
        matrix, [e.topic for e in examples]
    )
    weights = fitted.coef_ if len(fitted.classes_) > 2 else np.vstack([-fitted.coef_, fitted.coef_])
    bias = fitted.intercept_ if len(fitted.classes_) > 2 else np.array([-fitted.intercept_[0], fitted.intercept_[0]])
    return Model(
        tuple(str(c) for c in fitted.classes_),
        (words, chars),
        weights.T.astype(np.float32),
        bias.astype(np.float32),
        rules.floor,
    )


def _score(gold: Sequence[str], predicted: Sequence[str]) -> Scores:
    right: Counter[str] = Counter()
    missed: Counter[str] = Counter()
    wrong: Counter[str] = Counter()
    for g, p in zip(gold, predicted, strict=True):
        if g == p:
            right[g] += 1
        else:
            missed[g] += 1
            wrong[p] += 1
    classes = sorted(set(gold))
    f1 = [2 * right[c] / max(1, 2 * right[c] + missed[c] + wrong[c]) for c in classes]
    return Scores(len(gold), round(sum(right.values()) / max(1, len(gold)), 4), round(sum(f1) / max(1, len(f1)), 4))


def _hits(informal: Sequence[tuple[str, frozenset[str]]], predicted: Sequence[str]) -> Scores:
    right = sum(p in gold if gold else not p for (_, gold), p in zip(informal, predicted, strict=True))
    return Scores(len(informal), round(right / max(1, len(informal)), 4), 0.0)
