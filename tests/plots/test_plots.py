"""Pictures for a memo: the same in a photocopy, in words, and as a table."""

from __future__ import annotations

import io
import re
from datetime import datetime

import pytest

from quorum_watch import plots


def step(n, sender, to, hour, channel="email", reached=0, day=1):
    at = f"2026-03-{day:02d}T{hour:02d}:00:00-06:00"
    return {"n": n, "at": at, "time_precision": "exact", "from": sender, "to": to, "channel": channel,
            "reached_after": reached}  # fmt: skip


FINDING = {
    "id": "QW-1", "reach": 4, "first": "2026-03-01T09:00:00-06:00", "last": "2026-03-05T12:00:00-06:00",
    "members": {"spoke": ["ann", "bob"], "received": ["cy"], "could_have_seen": ["dee"]},
    "thresholds": [
        {"name": "quorum", "value": 4, "inference": False}, {"name": "half", "value": 3, "inference": False},
        {"name": "pass", "value": 6, "inference": False}, {"name": "deny_quorum", "value": 2, "inference": True},
    ],
    "steps": [
        step(1, "ann", ["bob"], 9, reached=2), step(2, "bob", ["cy"], 10, reached=3),
        step(3, "eve", ["cy", "dee"], 10, reached=3), step(4, "cy", ["dee"], 12, "call", 4, day=5),
    ],
}  # fmt: skip
NAMES = {"ann": "Ann $\\frac{Lee}$ <b>", "bob": "Bob"}


def image(ax):
    out = io.BytesIO()
    ax.figure.savefig(out, format="rgba", dpi=60)
    return out.getvalue()


@pytest.mark.parametrize("kind", plots.KINDS)
def test_every_picture_has_words_a_table_and_the_same_bytes_twice(kind):
    ax = plots.draw(kind, FINDING, NAMES)
    head, rows = plots.table_of(ax)
    assert plots.words_of(ax).endswith(".")
    assert rows
    assert all(len(r) == len(head) for r in rows)
    assert plots.to_svg(ax) == plots.to_svg(plots.draw(kind, FINDING, NAMES))
    assert "<b>" not in plots.to_svg(ax)


@pytest.mark.parametrize("kind", plots.KINDS)
def test_nothing_is_told_by_colour(kind):
    """Every pixel is a shade of grey: a photocopy loses nothing."""
    data = image(plots.draw(kind, FINDING, NAMES))
    pixels = zip(data[0::4], data[1::4], data[2::4], strict=True)
    assert all(max(p) - min(p) <= 2 for p in pixels)


def test_a_given_axes_is_drawn_on():
    from matplotlib.figure import Figure

    for draw in (plots.reach_curve, plots.swimlane, plots.who_knew_when, plots.calendar_strip, plots.network_at):
        ax = Figure().add_subplot()
        assert draw(FINDING, ax) is ax


def test_the_crossing_is_told_in_words_and_inferences_are_left_to_the_table():
    words = plots.words_of(plots.reach_curve(FINDING))
    assert "3 (half of the members) at step 2" in words
    assert "4 (a quorum) at step 4" in words
    assert "enough to pass" not in words
    assert "deny" not in words


def knew(at=None):
    _, rows = plots.table_of(plots.who_knew_when(FINDING, at=at))
    return {(hearer, speaker): int(n) for hearer, speaker, n, _ in rows}


def test_who_knew_when_follows_time_and_not_the_order_of_lines():
    found = knew()
    assert found["cy", "ann"] == 2  # Ann to Bob, then Bob to Cy
    assert ("ann", "bob") not in found
    assert ("dee", "bob") in found  # Cy heard Bob at ten and spoke with Dee on the fifth
    assert found["cy", "dee"] == 4  # a call goes both ways
    assert ("eve", "cy") not in found
    # At one instant nothing is passed on: Eve's words of ten o'clock do not carry Bob's of ten o'clock.
    assert found["dee", "bob"] == 4


def test_who_knew_when_stops_at_the_moment_asked():
    found = knew(datetime.fromisoformat("2026-03-01T09:30:00-06:00"))
    assert found == {("bob", "ann"): 1}
    early = plots.who_knew_when(FINDING, at=datetime.fromisoformat("2026-02-01T00:00:00-06:00"))
    assert plots.words_of(early).startswith("Nobody")
    assert plots.table_first(early)


def test_the_network_counts_contacts_up_to_a_moment():
    ax = plots.network_at(FINDING, at=datetime.fromisoformat("2026-03-01T23:00:00-06:00"))
    _, rows = plots.table_of(ax)
    assert ("cy", "dee", "1") not in rows
    assert ("eve", "cy", "1") in rows


def test_the_calendar_counts_days():
    ax = plots.calendar_strip(FINDING)
    _, rows = plots.table_of(ax)
    assert rows == (("1 March 2026", "3"), ("5 March 2026", "1"))
    assert re.search(r"on 2 days .* most on one day: 3", plots.words_of(ax))
