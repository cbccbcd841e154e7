"""The table of drafts as Python values, and how each is handed to the function."""

from __future__ import annotations

import functools
from pathlib import Path
from typing import Any

import yaml

from quorum_watch.selfcheck.draft import Advice, Draft
from quorum_watch.selfcheck.reading import compose
from quorum_watch.vocabulary import Channel, VoteRule
from tests.selfcheck.city import TODAY, place_of


@functools.cache
def rows() -> tuple[dict[str, Any], ...]:
    return tuple(yaml.safe_load(Path(__file__).with_name("drafts.yaml").read_text("utf-8")))


def draft_of(row: dict[str, Any]) -> Draft:
    return compose(
        text=row["text"],
        subject=row.get("subject", ""),
        to=row.get("to", ()),
        cc=row.get("cc", ()),
        bcc=row.get("bcc", ()),
        already=row.get("already", ()),
        outsiders=row.get("outsiders", ()),
        channel=Channel(row.get("channel", "email")),
        vote_rule=VoteRule(row["vote_rule"]) if "vote_rule" in row else None,
        timezone="America/Chicago",
    )


def advise(row: dict[str, Any]) -> Advice:
    place = place_of(row.get("city", ""))
    return place.check(draft_of(row), asking=place.person(row["as"], TODAY), on=TODAY)
