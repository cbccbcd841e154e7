"""An aid beside the rules: a small linear model that weighs the words of one sentence and its place.

The rules of ``acts.toml`` know turns of phrase; people find others. Where the rules are silent in a conversation that
is clearly about City business, the aid may add a core act, and where they only guess it may take the guess back. It is
a sum of weights over words, neighbouring words and the place of the sentence, learned by
``tests/benchmarks/train_aid.py`` and stored as ``aid_weights.json``; what it adds carries the rule name ``aid.<act>``,
a confidence below high, and the words that counted most. Without the weights file only the rules speak.
"""

from __future__ import annotations

import itertools
import json
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from importlib import resources
from typing import TYPE_CHECKING

from quorum_watch.language.acts.asking import EXPLICIT
from quorum_watch.language.acts.find import Sentence
from quorum_watch.language.acts.signs import NO_TONE
from quorum_watch.language.acts.view import View, flip
from quorum_watch.model import ActSpan
from quorum_watch.vocabulary import Act, Confidence, Polarity

if TYPE_CHECKING:
    from quorum_watch.language.acts.scene import Scene

#: The acts the aid knows. Votes by message are left to the rules, which know where one was asked for.
ACTS = (Act.POLL, Act.COMMIT, Act.RELAY, Act.SEEK_SUPPORT)
_WEIGHTS = "aid_weights.json"
_NAME = re.compile(r"@\d+|%\S+")
_AMOUNT = re.compile(r"[$#]?\d[\d.,:/%-]*(?:k|pct|am|pm|th|st|nd|rd)?")
#: Sentences with at most this many words are also known by the place they stand in.
_BRIEF = 5
#: Words shown for what the aid adds.
_SHOWN = 4


@dataclass(frozen=True, slots=True)
class Place:
    """Where a sentence stands: the question open for it and whether its parent asks it, and its place in the message.

    ``opens`` says that the message answers nothing, ``matter`` that the sentence has a word of a matter's title,
    ``seated`` that the writer may vote, ``answered`` that somebody took a position in reply.
    """

    question: str
    asked: bool
    opens: bool
    number: int
    last: bool
    matter: bool
    seated: bool
    answered: bool


@dataclass(frozen=True, slots=True)
class Aid:
    """The weights: per feature one number for each act, and the limits above and below which the aid speaks."""

    weights: Mapping[str, tuple[float, ...]]
    bias: tuple[float, ...]
    add: Mapping[Act, float]
    drop: Mapping[Act, float]


def features(sentence: Sentence, place: Place) -> list[str]:
    """What the model sees of a sentence, sorted and without repeats.

    >>> from quorum_watch.language.acts.find import find_cues
    >>> one = find_cues("count me").sentences[0]
    >>> features(one, Place("poll", True, False, 0, True, False, True, False))[:4]
    ['<poll!', '<poll!.', '<poll!.3', '<poll!.first']
    """
    words = [_AMOUNT.sub("#", _NAME.sub("@", w)) if w[0] in "@%$#0123456789" else w for w in sentence.words.split()]
    if len(words) > 1 and words[-1] == words[-2] == "|":
        words.pop()
    found = set(words)
    for a, b in itertools.pairwise(words):
        found.add(a + " " + b)
    for a, b, c in zip(words, words[1:], words[2:], strict=False):
        found.add(a + " " + b + " " + c)
    count = sum(w.isalnum() or w == "@" for w in words)
    size = "1" if count < 2 else "3" if count < 4 else "6" if count < 7 else "12" if count < 13 else "13"
    ask = "?" if sentence.asks else "."
    asked = place.question + ("!" if place.asked else "")
    found.update(w + "=" + ask for w in words if w != "|")
    found.update(w + "<" + asked for w in words if w != "|")
    found.update(
        (
            "=" + ask,
            "=size" + size,
            "=size" + size + ask,
            "<" + asked,
            "<" + asked + ask,
            "<" + asked + ask + size,
            "<" + asked + ask + ("first" if place.number == 0 else "later"),
            "=first" if place.number == 0 else "=later",
            "=last" + ask if place.last else "=before" + ask,
        )
    )
    if count <= _BRIEF:
        found.add("".join(words) + "<" + asked)
    for name, holds in (("opens", place.opens), ("matter", place.matter), ("answered", place.answered)):
        if holds:
            found.update(("=" + name, "=" + name + ask))
    if not place.seated:
        found.add("=unseated")
    people = sum(w == "@" for w in words)
    if people:
        found.update(("=people" + ask, "=people" + ("1" if people == 1 else "2")))
    found.discard("|")
    return sorted(found)


def weigh(aid: Aid, seen: Sequence[str]) -> dict[Act, float]:
    """How sure the model is of each act, from 0 to 1."""
    sums = list(aid.bias)
    for feature in seen:
        row = aid.weights.get(feature)
        if row is not None:
            for n, weight in enumerate(row):
                sums[n] += weight
    return {act: 1.0 / (1.0 + math.exp(-max(-30.0, min(30.0, s)))) for act, s in zip(ACTS, sums, strict=True)}


def reasons(aid: Aid, seen: Sequence[str], act: Act) -> tuple[str, ...]:
    """The features that spoke most for ``act``, the strongest first."""
    column = ACTS.index(act)
    rows = [(aid.weights[f][column], f) for f in seen if f in aid.weights]
    return tuple(f for weight, f in sorted(rows, key=lambda r: (-r[0], r[1]))[:_SHOWN] if weight > 0)


def read_weights(text: str) -> Aid:
    """The weights from the text of their file; numbers are stored in hundredths."""
    data = json.loads(text)
    limits = data["limits"]
    return Aid(
        {f: tuple(w / 100 for w in row) for f, row in data["weights"].items()},
        tuple(w / 100 for w in data["bias"]),
        {act: float(limits["add"][act]) for act in ACTS},
        {act: float(limits["drop"][act]) for act in ACTS},
    )


@lru_cache(maxsize=1)
def load_aid() -> Aid | None:
    """The shipped weights, read once; ``None`` where the file is missing: then only the rules speak."""
    file = resources.files(__package__).joinpath(_WEIGHTS)
    return read_weights(file.read_text("utf-8")) if file.is_file() else None


_CORE = frozenset({*ACTS, Act.DECIDE})
#: What a core act found by the aid replaces in its sentence: the rules' fallbacks.
_FALLBACK = frozenset({Act.OPINION, Act.AGREE, Act.DELIBERATE, Act.INFORM, Act.DISAGREE, Act.SOCIAL})
#: Acts the rules are sure enough of that the aid keeps out.
_SETTLED = frozenset({Act.CONCEAL, Act.CAUTION, Act.SIGN, Act.DRAFT, Act.SCHEDULE, Act.MINISTERIAL})
#: Rules that guess from the place of a sentence alone.
_GUESSES = ("answer.in-other-words", "question.", "speaks-of-a-member", "answered-with-positions")


def second_opinion(scene: Scene, view: View, spans: list[ActSpan], *, last: bool) -> list[ActSpan]:
    """What the rules found in one sentence, with core acts added where they are silent and bad guesses taken back."""
    aid = load_aid()
    if aid is None or not (scene.business and scene.clear):
        return spans
    kinds = {s.act for s in spans}
    guesses = [s for s in spans if s.act in _CORE and s.rule.startswith(_GUESSES)]
    if kinds & _SETTLED or (kinds & _CORE and not guesses):
        return spans
    seen = features(view.sentence, place_of(scene, view, last=last))
    chances = weigh(aid, seen)
    if guesses:
        return [s for s in spans if s not in guesses or chances[s.act] > aid.drop[s.act]]
    fitting = [a for a in ACTS if chances[a] >= aid.add[a] and _fits(scene, view, a)]
    if not fitting:
        return spans
    act = max(fitting, key=lambda a: chances[a])
    scene.reasons.append(f"aid.{act}: " + "; ".join(reasons(aid, seen, act)))
    return [s for s in spans if s.act not in _FALLBACK] + _added(scene, view, act)


def place_of(scene: Scene, view: View, *, last: bool) -> Place:
    """Where a sentence of ``scene`` stands."""
    members, sender = scene.context.members, scene.message.sender
    return Place(
        scene.question,
        scene.asked,
        scene.parent is None,
        view.number,
        last,
        scene.has_title_word(view.words),
        not members or sender is None or sender in members,
        scene.answered,
    )


def _fits(scene: Scene, view: View, act: Act) -> bool:
    """Only a statement by somebody with a seat promises; only what is not asked reports."""
    if act is Act.COMMIT:
        members, sender = scene.context.members, scene.message.sender
        return not view.sentence.asks and (not members or sender is None or sender in members)
    return act is not Act.RELAY or not view.sentence.asks


def _added(scene: Scene, view: View, act: Act) -> list[ActSpan]:
    """The spans of an act the aid adds, with direction and person told as the rules tell them."""
    way = Polarity.NONE
    if act is not Act.POLL:
        way = Polarity.AGAINST if NO_TONE.search(view.words) else Polarity.FOR
        parent = scene.parent
        if EXPLICIT.search(view.words):
            way = scene.toward_title(way, view.words)
        elif act is Act.COMMIT and parent is not None and parent.asked and parent.polarity is Polarity.AGAINST:
            way = flip(way)
    whole = view.sentence
    kind = Act.DECIDE if act is Act.COMMIT and scene.question == "ballot" else act
    text = scene.message.text[whole.start : whole.end]
    sure = Confidence.LOW  # a guess never carries a finding alone
    span = ActSpan(kind, whole.start, whole.end, text, way, scene.matter, None, f"aid.{act}", sure)
    if act is Act.RELAY:
        return [replace(span, act=kind, attributed_to=who) for kind, who in scene.whose(view)]
    return [span]
