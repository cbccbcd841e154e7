"""Whatever arrives, in whatever order: nothing is lost, nothing counted twice, the same evidence in the end."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from quorum_watch.vocabulary import Outcome, Reason
from tests.evidence.fakes import line, read, write

PEOPLE = st.sampled_from(["ann@example.gov", "bo@example.gov", "Dahl, Cy", "Di Lund <di@example.gov>"])
MESSAGES = st.builds(
    line,
    key=st.sampled_from(["", "<1@x>", "<2@x>"]),
    channel=st.sampled_from(["email", "email", "text", "call"]),
    at=st.sampled_from([0, 1, 45, 3600, 3650, 18000, 10**6, None]),
    to=st.lists(PEOPLE, max_size=2),
    bcc=st.lists(PEOPLE, max_size=1),
    text=st.sampled_from(
        ["", "ok", "The bridge is closed until further notice, says the county." * 2, "\ud83d\x00\u202e"]
    ),
    subject=st.sampled_from(["", "Bridge", "Re: [x] Bridge"]),
)
REFUSED = st.builds(
    lambda outcome, reason: {"reject": reason.value, "outcome": outcome.value},
    st.sampled_from([o for o in Outcome if o is not Outcome.ROW]),
    st.sampled_from([Reason.DRAFT, Reason.TRUNCATED]),
)
FILES = st.dictionaries(
    st.sampled_from(["a.lines", "b.lines", "c/d.lines", ".DS_Store"]),
    st.lists(st.one_of(MESSAGES, MESSAGES, MESSAGES, REFUSED, st.just({"fail": 1})), max_size=5),
    min_size=1,
)


@settings(max_examples=40, deadline=None)
@given(FILES, st.randoms(use_true_random=False))
def test_conservation_and_independence_of_order(files: dict[str, list[dict[str, object]]], dice) -> None:  # type: ignore[no-untyped-def]
    with tempfile.TemporaryDirectory() as name:
        whole, parts = Path(name) / "whole", Path(name) / "parts"
        for file, lines in files.items():
            write(whole / "inbox" / file, *lines)
        at_once = read(whole)
        order = list(files)
        dice.shuffle(order)
        for file in order:
            write(parts / "inbox" / file, *files[file])
            bit_by_bit = read(parts)
        totals = at_once.coverage().totals
        expected = 0
        for file, lines in files.items():
            until = next((i + 1 for i, item in enumerate(lines) if "fail" in item), len(lines))
            expected += 1 if file == ".DS_Store" else until
        assert totals["found"] == expected
        assert totals["rows"] == len(at_once)
        events = list(at_once)
        copies = sum(len(s.copies) for s in events)
        assert copies <= totals["duplicates"]
        assert len({s.id for s in events}) == len(events)
        assert events == list(bit_by_bit)
        assert at_once.coverage() == bit_by_bit.coverage()
        assert at_once.fingerprint() == bit_by_bit.fingerprint()
        for stored in events:  # no copy knows an addressee the event does not
            known = {p.address for p in stored.record.recipients}
            for source in (stored.source, *(c.source for c in stored.copies)):
                start, end = (int(x) for x in source.locator.removeprefix("bytes=").split("-"))
                item = json.loads((whole / source.file).read_bytes()[start:end])
                assert {"bo@example.gov", "ann@example.gov"} & {*item["to"], *item["bcc"]} <= known
