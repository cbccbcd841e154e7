"""The pattern file: readable errors, bounded expressions, no rule that cannot fire."""

from __future__ import annotations

import pytest

from quorum_watch.errors import InputError
from quorum_watch.language.acts.normal import spell_out
from quorum_watch.language.acts.patterns import compile_pattern, compile_rules, load_rules


def matches(pattern: str, text: str) -> bool:
    return compile_pattern(pattern, {"YES": ("yes", "you bet")}).regex.search(spell_out(text).words) is not None


def test_the_language_of_patterns() -> None:
    assert matches("i will vote for", "Ill vote for it")
    assert not matches("i will vote for", "I will vote. For now")
    assert matches("^ YES $", "you bet!")
    assert not matches("^ YES $", "you bet your hat")
    assert matches("vote ~2 no", "vote on that no")
    assert not matches("vote ~2 no", "vote on all of that no")
    assert matches("(count|put) me down? in", "count me in")
    assert matches("a not? b", "a b")
    assert matches("a not? b", "a not b")


def test_every_fault_is_reported_at_once() -> None:
    data = {
        "rule": [
            {"name": "one", "act": "vote", "say": ["yes"]},
            {"name": "two", "act": "commit", "say": ["(a b", "NOCLASS x", "~3"]},
            {"name": "two", "act": "commit", "say": ["x"], "colour": "red", "where": "nowhere"},
        ]
    }
    with pytest.raises(InputError) as caught:
        compile_rules(data)
    text = str(caught.value)
    assert len(caught.value.faults) == 7
    for word in ("vocabulary", "parenthesis", "NOCLASS", "must occur", "used twice", "colour", "where"):
        assert word in text


def test_shipped_rules_have_an_anchor_and_a_name_that_says_the_act() -> None:
    rules = load_rules()
    assert len({r.name for r in rules.rules}) == len(rules.rules)
    for rule in rules.rules:
        assert rule.act is not None
        assert rule.say
        assert all(p.anchors for p in (*rule.say, *rule.unless)), rule.name


def test_shipped_file_repeats_no_line() -> None:
    for rule in load_rules().rules:
        lines = [p.source for p in rule.say]
        assert sorted(lines) == sorted(set(lines)), rule.name
