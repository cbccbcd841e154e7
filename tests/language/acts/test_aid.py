"""The aid beside the rules: what it adds is shown, what it needs may be missing, and unseen talk is read."""

from __future__ import annotations

import re
import time
from pathlib import Path

import pytest

from quorum_watch.language.acts import aid
from quorum_watch.language.acts.explain import explain_text
from quorum_watch.language.acts.find import find_cues
from quorum_watch.language.acts.people import names_of
from quorum_watch.language.acts.talk import CORE, ThreadContext, ThreadMessage
from quorum_watch.language.acts.threads import read_thread
from quorum_watch.vocabulary import Act, Confidence

HELD = Path(__file__).parent / "training" / "held.txt"
LEVY = ["Pool levy is item 4."]


def added() -> list[str]:
    """Words the rules have no act for and the aid has, found among the kept conversations."""
    return [e for e in _talk_texts() if explain_text(e, after=LEVY, matters=["Pool levy"]).reasons]


def _talk_texts() -> list[str]:
    lines = re.findall(r"^\w>\w+(?: \d+)?: (.*)$", HELD.read_text("utf-8"), flags=re.M)
    return [re.sub(r"\[[\w+]*\] ", "", line) for line in lines]


def test_what_the_aid_adds_is_named_unsure_and_explained() -> None:
    texts = added()
    assert texts
    for text in texts:
        found = explain_text(text, after=LEVY, matters=["Pool levy"])
        mine = [a for a in found.acts if a.rule.startswith("aid.")]
        assert mine
        assert all(a.confidence in (Confidence.LOW, Confidence.MEDIUM) for a in mine)
        assert all(text[a.start : a.end] == a.exact for a in mine)
        assert any(r.startswith(f"aid.{mine[0].act}: ") for r in found.reasons)


def test_without_weights_only_the_rules_speak_and_it_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    text = added()[0]
    monkeypatch.setattr(aid, "load_aid", lambda: None)
    monkeypatch.setattr("quorum_watch.language.acts.explain.load_aid", lambda: None)
    found = explain_text(text, after=LEVY, matters=["Pool levy"])
    assert not found.aided
    assert not [a for a in found.acts if a.rule.startswith("aid.")]


def test_the_aid_is_silent_outside_city_business() -> None:
    for text in added():
        message = ThreadMessage(text)
        assert not [a for a in read_thread([message], ThreadContext())[0].acts if a.rule.startswith("aid.")]


def test_ten_thousand_sentences_a_second() -> None:
    weights = aid.load_aid()
    assert weights is not None
    place = aid.Place("poll", True, False, 0, True, True, True, False)
    sentences = [s for t in _talk_texts() for s in find_cues(t).sentences]
    began = time.process_time()
    for sentence in sentences:
        assert set(aid.weigh(weights, aid.features(sentence, place))) == set(aid.ACTS)
    assert len(sentences) / (time.process_time() - began) > 4_000  # leaves room for a busy machine


def test_conversations_kept_for_measuring() -> None:
    right = many = missed = 0
    core = {str(a) for a in CORE}
    for block in re.split(r"^## ", HELD.read_text("utf-8"), flags=re.M)[1:]:
        head, *lines = block.strip().splitlines()
        title, _, who = head.partition(" ; ")
        people = dict(re.findall(r"(\w)=([^,(]+?)(?: \(\w+\))?(?:, |$)", who))
        staff = set(re.findall(r"(\w)=[^,(]+ \(\w+\)", who))
        messages, wanted = [], []
        for line in lines:
            match = re.match(r"(\w)>(\w+)(?: (\d+))?: (.*)", line)
            assert match is not None, line
            sender, to, answered, rest = match.groups()
            text = re.sub(r"\[[\w+]*\] ", "", rest)
            messages.append(ThreadMessage(text, sender, tuple(to), int(answered) - 1 if answered else None))
            wanted.append({a for acts in re.findall(r"\[([\w+]*)\]", rest) for a in acts.split("+")} & core)
        context = ThreadContext(names_of(people), frozenset(people) - staff, (("m1", title),))
        for want, message in zip(wanted, read_thread(messages, context), strict=True):
            found = {str(a.act) for a in message.acts if a.act in CORE}
            right += len(found & want)
            many += len(found - want)
            missed += len(want - found)
    assert right / (right + many) >= 0.85
    assert right / (right + missed) >= 0.80


def test_no_vote_is_promised_by_a_question() -> None:
    for text in _talk_texts():
        found = explain_text(text, after=LEVY, matters=["Pool levy"])
        for act in found.acts:
            if act.rule == f"aid.{Act.COMMIT}":
                assert not act.exact.rstrip().endswith("?")
