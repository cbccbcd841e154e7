"""The words of the self-check: plain enough for everybody, never an accusation, never missing."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from quorum_watch.selfcheck import explain
from quorum_watch.selfcheck.draft import Draft
from quorum_watch.selfcheck.words import read_words
from quorum_watch.vocabulary import Act, Scope, Verdict
from quorum_watch.wording import keys, say

CEILING = 6.0
OWN = [k for k in keys() if k.startswith("check.")]
VALUES = {
    "n": 4, "of": 7, "body": "City Council", "deciding": 4, "rule": "two thirds of all members", "value": 3,
    "who": "Dana Lee", "name": "Dana Lee", "on": "1 May", "what": "half of the members", "law": "state law",
    "valid": 1, "expired": 2, "revoked": 3,
}  # fmt: skip
REFUSED = ("violat", "guilty", "suspect", "score", "complian", "illegal", "unlawful", " ai ", "safe")


def grade(text: str) -> float:
    """Flesch and Kincaid's grade level, with syllables counted as groups of vowels."""
    sentences = [s for s in re.split(r"[.!?]+(?:\s|$)", text) if s.strip()]
    words = re.findall(r"[A-Za-z']+", text)
    syllables = 0
    for word in words:
        low = re.sub(r"(?:e|es|ed)$", "", word.lower()) or word.lower()
        syllables += max(1, len(re.findall(r"[aeiouy]+", low)))
    return 0.39 * len(words) / len(sentences) + 11.8 * syllables / len(words) - 15.59


def test_the_measure_tells_plain_from_statute() -> None:
    assert grade("Take all the other members off. Keep your view for the meeting.") < 4
    assert grade(
        "Notwithstanding the provisions of the preceding subsection, governmental bodies conducting deliberations "
        "electronically are presumptively subject to the notification requirements."
    ) > 15  # fmt: skip


@pytest.mark.parametrize("group", ["check.do", "check.headline", "check.count", "check.outlook"])
def test_advice_reads_at_grade_six_or_below(group: str) -> None:
    for key in [k for k in OWN if k.startswith(group + ".")]:
        text = say(key, VALUES)
        assert grade(text) <= CEILING, (key, text)


def test_reasons_read_at_grade_six_on_the_whole() -> None:
    groups = ("check.why.", "check.not_seen.")
    texts = [say(k, VALUES) for k in OWN if k.startswith(groups) and not k.endswith("screen")]
    assert sum(map(grade, texts)) / len(texts) <= CEILING


def test_no_refused_word_in_the_wording() -> None:
    for key in OWN:
        text = f" {say(key, VALUES).lower()} "
        assert not [w for w in REFUSED if w in text], key


def test_every_verdict_has_words_and_a_shape_of_its_own() -> None:
    shapes = {say(f"check.shape.{v}") for v in Verdict}
    assert len(shapes) == len(Verdict)
    assert all(len(say(f"check.headline.{v}").split()) <= 7 for v in Verdict)


def test_every_reason_has_a_sentence_and_every_sentence_a_use() -> None:
    files = [p for p in Path(explain.__file__).parent.rglob("*") if p.suffix in (".py", ".html", ".js")]
    source = "".join(p.read_text("utf-8") for p in files)
    said = {re.sub(r"\.(one|many)$", "", k) for k in OWN}
    for name in explain._CITED:
        assert f"check.why.{name}" in said, name
    by_value = ("check.text.weighs_", "check.headline.", "check.shape.")
    unused = [k for k in said if k.rpartition(".")[2] not in source and not k.startswith(by_value)]
    assert unused == []


@pytest.mark.parametrize(
    ("text", "acts", "scope"),
    [
        ("Tuesday at 6 works for me.", {Act.SCHEDULE}, None),
        ("I will vote no on the rezoning.", {Act.COMMIT}, Scope.BUSINESS),
        ("Happy birthday! Cake at noon.", {Act.SOCIAL}, Scope.NOT_BUSINESS),
        ("Where do you stand on the levy?", {Act.POLL}, Scope.BUSINESS),
    ],
)
def test_the_language_stage_reads_the_draft(text: str, acts: set[Act], scope: Scope | None) -> None:
    words = read_words(Draft(text=text), {}, "ann")
    assert acts <= words.acts
    assert scope is None or words.scope is scope


def test_quoted_words_are_not_the_writers_own() -> None:
    text = "Thursday works.\n\nOn Mon, Jun 8, 2026, Gus wrote:\n> I will vote no on the rezoning."
    words = read_words(Draft(text=text), {}, "ann")
    assert Act.COMMIT not in words.acts
    assert Act.COMMIT in words.quoted_acts


def test_hostile_text_is_read_in_time_and_said_to_be_partly_read() -> None:
    words = read_words(Draft(text="levy " * 50_000 + "a" * 3000), {}, "ann")
    assert words.partly
