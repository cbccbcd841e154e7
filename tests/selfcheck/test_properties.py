"""What must hold for every draft: more people never make it better; order and records are nothing."""

from __future__ import annotations

import shutil
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from quorum_watch.selfcheck.draft import Draft, advice_json
from quorum_watch.selfcheck.place import open_place
from quorum_watch.selfcheck.reading import compose
from quorum_watch.vocabulary import Verdict
from tests.selfcheck.city import ALDERS, OTHERS, TODAY, place_of, write_city

QUICK = settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
PEOPLE = st.lists(
    st.sampled_from([*ALDERS, *OTHERS, "council@harrow.example", "deep@harrow.example", "staff@harrow.example"]),
    unique=True,
    max_size=6,
)
TEXTS = st.sampled_from(
    ["I think the levy is too high.", "Tuesday at 6 works for me.", "How much did the plow cost?",
     "Happy birthday, Dan!", "I will vote no on the rezoning.", "Gus told me he is a no.", "", "FYI the report is out."]
)  # fmt: skip
RANK = [Verdict.NO_CONCERN, Verdict.CHANGE, Verdict.STOP]


def ask(draft: Draft, asking: str = "ann-abel", city: str = "") -> Verdict:
    return place_of(city).check(draft, asking=asking, on=TODAY).verdict


@QUICK
@given(PEOPLE, st.sampled_from(ALDERS[1:]), TEXTS, st.sampled_from([*ALDERS, "max-moor"]))
def test_one_more_member_never_makes_it_better(to: list[str], more: str, text: str, asking: str) -> None:
    before = ask(compose(text=text, to=to), asking)
    after = ask(compose(text=text, to=[*to, more]), asking)
    if before in RANK and after in RANK:
        assert RANK.index(after) >= RANK.index(before)


@QUICK
@given(PEOPLE, TEXTS)
def test_an_unknown_address_never_gives_no_concern(to: list[str], text: str) -> None:
    assert ask(compose(text=text, to=[*to, "who@elsewhere.example"])) in (Verdict.CANNOT_TELL, Verdict.STOP)


@QUICK
@given(PEOPLE, TEXTS)
def test_lines_and_their_order_change_nothing(to: list[str], text: str) -> None:
    one = place_of().check(compose(text=text, to=to), asking="ann-abel", on=TODAY)
    two = place_of().check(compose(text=text, bcc=list(reversed(to))), asking="ann-abel", on=TODAY)
    assert (one.verdict, one.bodies) == (two.verdict, two.bodies)


@QUICK
@given(PEOPLE, TEXTS)
def test_a_stale_roster_never_answers(to: list[str], text: str) -> None:
    assert ask(compose(text=text, to=to), city="stale") is Verdict.CANNOT_TELL


@QUICK
@given(st.sampled_from(ALDERS[4:]), st.sampled_from(ALDERS[4:]), st.sampled_from(ALDERS[4:]), TEXTS)
def test_who_asks_does_not_matter_among_equals(a: str, b: str, to: str, text: str) -> None:
    """Same words, same kind of people: the same answer whoever sends it. (Only hal sits on a second body.)"""
    if "hal-holt" in (a, b, to) or to in (a, b):
        return
    assert ask(compose(text=text, to=[to]), a) == ask(compose(text=text, to=[to]), b)


@settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.binary(max_size=400), st.text(max_size=200))
def test_nothing_raises(raw: bytes, text: str) -> None:
    from quorum_watch.selfcheck.reading import read_raw

    place = place_of()
    for data in (raw, b"To: eve.east@harrow.example\n\n" + raw, f"To: {text}\nSubject: {text}\n\n{text}".encode()):
        draft = read_raw(data, asking="ann-abel", roster=place.roster, timezone=place.timezone)
        assert place.check(draft, asking="ann-abel", on=TODAY).do


def test_records_and_decisions_beside_it_change_nothing(tmp_path: Path) -> None:
    """The same paste gets the same answer whatever the city has collected: nobody can probe for others' mail."""
    empty = write_city(tmp_path / "a")
    full = write_city(tmp_path / "b")
    for folder in ("inbox", "evidence", "runs", "reports"):
        (full / folder).mkdir()
    head = "From: gus.glen@harrow.example\nTo: council@harrow.example\nSubject: levy\n"
    mail = f"{head}Date: 1 Jun 2026 10:00:00 -0500\n\nI vote no."
    (full / "inbox" / "a.eml").write_text(mail, "utf-8")
    (full / "review.sqlite").write_bytes(b"not a database")
    (full / "runs" / "newest.json").write_text('{"findings": [1]}', "utf-8")
    for to in (["eve-east"], ["council@harrow.example"], ["nell-nash"]):
        draft = compose(text="I think the levy is too high.", subject="levy", to=to)
        answers = [advice_json(open_place(f).check(draft, asking="ann-abel", on=TODAY)) for f in (empty, full)]
        assert answers[0] == answers[1]
    shutil.rmtree(full)
