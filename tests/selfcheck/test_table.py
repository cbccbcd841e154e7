"""The table of drafts, through the function: the answer, the words, the arithmetic, and what may never be said."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import Any

import pytest

from quorum_watch.selfcheck.draft import advice_json
from quorum_watch.selfcheck.people import gather
from quorum_watch.selfcheck.render import as_text
from quorum_watch.vocabulary import FactorKind, Verdict, Weighs
from tests.selfcheck.city import TODAY, place_of
from tests.selfcheck.table import advise, draft_of, rows

IDS = [r["id"] for r in rows()]


def test_the_table_is_long_and_covers_every_answer() -> None:
    assert len(rows()) >= 60
    assert len(set(IDS)) == len(IDS)
    counts = Counter(r["verdict"] for r in rows())
    assert all(counts[v.value] >= 10 for v in Verdict), counts


@pytest.mark.parametrize("row", rows(), ids=IDS)
def test_draft_gets_the_expected_answer(row: dict[str, Any]) -> None:
    advice = advise(row)
    assert advice.verdict == row["verdict"], advice.do
    told = " ".join(advice.do)
    assert [s for s in row.get("says", ()) if s not in told] == []
    assert set(row.get("bodies", ())) <= {b.body for b in advice.bodies}
    assert {FactorKind(k) for k in row.get("kinds", ())} <= {f.kind for f in advice.why}


@pytest.mark.parametrize("row", rows(), ids=IDS)
def test_every_answer_is_short_sourced_and_two_sided(row: dict[str, Any]) -> None:
    advice = advise(row)
    assert len(advice.headline.split()) <= 7
    assert advice.do
    assert advice.not_seen
    assert all(f.citation.cite and f.because for f in advice.why)
    if advice.verdict in (Verdict.STOP, Verdict.CHANGE):
        assert any(f.weighs is Weighs.FOR for f in advice.why)
    order = [Weighs.AGAINST, Weighs.FOR, Weighs.UNKNOWN]
    assert [order.index(f.weighs) for f in advice.why] == sorted(order.index(f.weighs) for f in advice.why)


@pytest.mark.parametrize("row", rows(), ids=IDS)
def test_no_answer_tells_how_to_stay_under_a_number(row: dict[str, Any]) -> None:
    """Whoever is to be taken off, it is everybody of the bodies concerned: never one, never 'all but so many'."""
    advice = advise(row)
    text = as_text(advice, why=True).lower()
    assert not [w for w in ("stay under", "remove one", "one fewer", "fewer people", "smaller group") if w in text]
    if advice.verdict in (Verdict.STOP, Verdict.CHANGE):
        draft = draft_of(row)
        staying = tuple(r for r in draft.recipients if r.value not in advice.remove)
        left = replace(draft, recipients=staying, blocks=(), already=())
        place = place_of(row.get("city", ""))
        still_there = gather(left, row["as"], place.roster, TODAY).people
        members = {p for b in advice.bodies if b.includes_asker for p in b.people}
        assert not still_there & members
        assert not set(advice.keep) & set(advice.remove)


REFUSED = ("violat", "guilty", "suspect", "score", " ai ", "complian", "safe", "illegal", "unlawful")


@pytest.mark.parametrize("row", rows(), ids=IDS)
def test_no_refused_word_in_any_answer(row: dict[str, Any]) -> None:
    advice = advise(row)
    own_words = " ".join([advice.headline, *advice.do, *(f.because for f in advice.why), *advice.not_seen]).lower()
    assert [w for w in REFUSED if w in f" {own_words} "] == []


def test_same_paste_same_answer_and_the_draft_is_not_changed() -> None:
    row = rows()[0]
    before = draft_of(row)
    first, second = advice_json(advise(row)), advice_json(advise(row))
    assert first == second
    assert before == draft_of(row)


def test_json_has_the_keys_of_the_contract() -> None:
    document = advice_json(advise(rows()[0]))
    assert document["schema"] == "quorum-watch/advice/1"
    assert {"verdict", "headline", "do", "why", "not_seen"} <= set(document)
    assert {"name", "weighs", "because", "kind", "citation", "verified", "evidence"} <= set(document["why"][0])
