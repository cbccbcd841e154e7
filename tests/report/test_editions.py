"""What the editions say, and what they never say."""

from __future__ import annotations

import re

import pytest

from quorum_watch.report.blocks import Grid, Heading, Link, plain
from quorum_watch.report.editions import KINDS, build_report
from quorum_watch.report.material import Issue, facts_of, own_messages
from quorum_watch.report.period import parse_period
from quorum_watch.report.render_html import render_html
from quorum_watch.report.small import publish, withheld
from tests.report.invented import grade, reviewed, run_of, sentences

YEAR = parse_period("2026")
REFUSED = ("violation", "guilty", "suspect", "score", "ai", "compliant", "safe", "illegal", "unlawful")


def edition_of(material, kind, period=YEAR, **more):
    return build_report(material, period, kind, recipient="p-0-1" if kind == "member" else "", **more)


def text_of(edition):
    return re.sub(r"<[^>]+>", " ", render_html(edition).decode())


def grid(edition, key):
    return next(g for g in edition.grids() if g.key == key)


def cells(found: Grid) -> dict[str, str]:
    return {plain(r[0]): plain(r[-1]) for r in found.rows}


@pytest.mark.parametrize("kind", KINDS)
def test_every_edition_states_what_it_is(kind):
    material = run_of([7], 6)
    text = text_of(edition_of(material, kind, issue=Issue(audit_head="12:abcdef")))
    assert "1 January 2026 to 31 December 2026" in text
    assert "5 January 2026" in text  # the day the roster was checked
    assert material.profile.banner in text.replace("&#39;", "'")
    assert "abcdef012345" in text
    assert "12:abcdef" in text
    assert "City Attorney" in text
    assert "555-0100" in text


def test_summary_counts_are_those_of_the_tables_and_of_the_findings():
    material = run_of([7, 9], 20)
    edition = edition_of(material, "privileged")
    facts = facts_of(material, YEAR)
    assert facts.tally.total == 20 == sum(facts.tally.concern.values()) == sum(facts.tally.body.values())
    assert sum(facts.tally.pattern.values()) == 20
    assert sum(int(n) for n in cells(grid(edition, "bodies")).values()) == 20
    assert f"Look first: {facts.tally.concern['look_first']}" in re.sub(r"\s+", " ", text_of(edition))


def test_every_number_of_the_privileged_edition_leads_to_what_it_counts():
    edition = edition_of(run_of([7, 9], 20), "privileged")
    opened = grid(edition, "opened")
    behind = {
        a: len([w for w in r[-1] if isinstance(w, Link)]) for a, r in zip(opened.anchors, opened.rows, strict=True)
    }
    anchors = {b.anchor for b in edition.blocks if isinstance(b, Heading)}
    anchors |= {a for g in edition.grids() for a in g.anchors}
    links = [
        w for b in edition.blocks for group in ([b.words] if hasattr(b, "words") else getattr(b, "items", ())
         if not isinstance(b, Grid) else [c for r in b.rows for c in r]) for w in group if isinstance(w, Link)
    ]  # fmt: skip
    assert links
    for link in links:
        if link.to.startswith("#"):
            assert link.to[1:] in anchors
        if link.to.startswith("#open-"):
            assert int(link.text) == behind[link.to[1:]]


def test_a_finding_belongs_to_every_period_its_steps_touch():
    material = run_of([7], 12)
    whole = facts_of(material, YEAR).tally.total
    months = [facts_of(material, parse_period(f"2026-{m:02}")).tally.total for m in range(1, 13)]
    assert whole == 12
    assert sum(months) >= 12
    assert facts_of(material, parse_period("2025")).tally.total == 0


def test_decisions_reach_the_privileged_edition_and_no_other():
    material = run_of([7], 6)
    more = reviewed(material)
    assert "one-way notice" in text_of(edition_of(material, "privileged", reviewed=more))
    for kind in ("public", "member"):
        text = text_of(edition_of(material, kind, reviewed=more))
        assert "one-way notice" not in text
        assert "J. Doe" not in text
        assert "a note" not in text


def test_the_public_edition_names_no_member_and_no_uncleared_finding():
    material = run_of([7, 9], 30)
    text = text_of(edition_of(material, "public"))
    assert not re.search(r"Person \d", text)
    assert "QW-" not in text
    assert "vote for it" not in text


def test_small_counts_are_not_shown_and_cannot_be_worked_out():
    material = run_of([7, 9, 5, 5, 5, 5], 13)
    facts = facts_of(material, YEAR)
    shown = cells(grid(edition_of(material, "public"), "bodies"))
    hidden = [n for n, s in zip(sorted(facts.tally.body.values()), shown, strict=False) if not s.isdigit()]
    assert all(int(s) == 0 or int(s) >= 3 for s in shown.values() if s.isdigit())
    assert len(hidden) != 1


@pytest.mark.parametrize("minimum", [2, 3, 5])
def test_what_subtraction_gives_is_never_small(minimum):
    import itertools

    for counts in itertools.product(range(5), repeat=4):
        named = {str(k): n for k, n in enumerate(counts)}
        hidden, total = withheld(named, minimum), sum(counts)
        assert all(n == 0 or n >= minimum for k, n in named.items() if k not in hidden)
        if hidden and total >= minimum:
            assert len(hidden) > 1 or sum(n for n in counts) == sum(named[h] for h in hidden)
            assert sum(named[h] for h in hidden) >= minimum
        assert publish(named, minimum).keys() == named.keys()


def test_the_minimum_is_the_workspace_s_to_set():
    from dataclasses import replace

    material = run_of([7], 8)
    settings = replace(material.workspace.settings, report=(("minimum_count", "20"),))
    strict = replace(material, workspace=replace(material.workspace, settings=settings))
    assert "They show contact patterns: 8 in all" in text_of(edition_of(material, "public"))
    assert "fewer than 20 in all" in text_of(edition_of(strict, "public"))


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(("sizes", "findings"), [([7], 0), ([7], 9), ([12, *[5] * 39], 90), ([300], 5), ([], 0)])
def test_any_size_of_city(kind, sizes, findings):
    if kind == "member" and not sizes:
        pytest.skip("a member edition needs a member")
    material = run_of(sizes, findings)
    edition = edition_of(material, kind)
    text = text_of(edition)
    if sizes and kind != "member":
        assert len(grid(edition, "bodies").rows) == len(sizes)
    if not findings and kind != "member":
        assert "No contact pattern was found in this period" in text
        assert "does not mean that there was none" in text or "does not mean there was none" in text
    if sizes == [300] and kind == "privileged":
        assert "300" in text


@pytest.mark.parametrize("kind", KINDS)
def test_plain_words(kind, material):
    person = material.roster.people[0].person_id
    edition = build_report(material, YEAR, kind, recipient=person if kind == "member" else "")
    text = sentences(edition)
    found = {w for w in REFUSED if re.search(rf"\b{w}s?\b", text, re.IGNORECASE)}
    assert not found
    if kind != "privileged":
        assert grade(text) <= 6.0


def test_reading_grade_is_measured_as_people_measure_it():
    assert grade("The cat sat on the mat. It was a big red cat.") < 2
    hard = (
        "The governmental body's deliberations notwithstanding, constitutional authorities unanimously determined that."
    )
    assert grade(hard) > 15


def test_a_member_s_edition_depends_on_their_messages_alone(small_run, material):
    from dataclasses import replace

    senders = [i.sender for i in small_run.interactions if i.sender]
    person = max(sorted(set(senders)), key=lambda p: len(own_messages(material, p, YEAR)))
    period = parse_period(str(small_run.interactions[0].at.year))
    kept = [(i, r) for i, r in zip(small_run.interactions, small_run.readings, strict=True) if i.sender == person]
    alone = replace(
        material,
        document={**material.document, "findings": [], "coverage": material.document["coverage"]},
        interactions=tuple(i for i, _ in kept),
        readings=tuple(r for _, r in kept),
        drawn={},
    )
    first = build_report(material, period, "member", recipient=person)
    second = build_report(alone, period, "member", recipient=person)
    assert render_html(first) == render_html(second)


def test_an_unknown_member_is_refused():
    from quorum_watch.errors import UsageError

    with pytest.raises(UsageError, match="QW-E161"):
        build_report(run_of([7], 1), YEAR, "member", recipient="nobody")


def test_examples_come_from_patterns_that_are_shown():
    material = run_of([7], 40)
    titles = [b.text for b in edition_of(material, "public").blocks if isinstance(b, Heading) and b.level == 3]
    assert len(titles) >= 3


def test_a_correction_names_what_it_replaces():
    text = text_of(edition_of(run_of([7], 1), "public", issue=Issue(corrects="f" * 64, correction=2)))
    assert "correction 2" in text
    assert "f" * 64 in text


def test_settings_of_reports_are_checked():
    from dataclasses import replace

    from quorum_watch.errors import WorkspaceError

    material = run_of([7], 2)
    settings = replace(
        material.workspace.settings, report=(("minimum_cuont", "3"), ("examples", "few"), ("title", "T"))
    )
    wrong = replace(material, workspace=replace(material.workspace, settings=settings))
    with pytest.raises(WorkspaceError) as caught:
        edition_of(wrong, "public")
    assert [f.code for f in caught.value.faults] == ["QW-E204", "QW-E206"]


def test_a_title_of_the_city_s_own():
    from dataclasses import replace

    material = run_of([7], 2)
    settings = replace(material.workspace.settings, report=(("title", "Quarterly contact report"),))
    own = replace(material, workspace=replace(material.workspace, settings=settings))
    assert edition_of(own, "public").title == "Quarterly contact report"


def test_a_period_without_records_is_said_to_be_so():
    material = run_of([7], 2)  # collected from 5 January to the end of December 2026
    inside = text_of(edition_of(material, "public", parse_period("2026-05")))
    assert "records do not reach" not in inside
    assert "records do not reach over the whole period" in text_of(edition_of(material, "public", parse_period("2026")))
    for kind in KINDS:
        assert "can say nothing about it" in text_of(edition_of(material, kind, parse_period("2027-Q1")))


def test_a_message_is_listed_once_however_many_bodies_it_touches(material):
    person = max(material.roster.by_id, key=lambda p: (sum(i.sender == p for i in material.interactions), p))
    for year in ("2025", "2026"):
        period = parse_period(year)
        found = own_messages(material, person, period)
        zone = material.workspace.zone
        sent = [i.at.astimezone(zone) for i in material.interactions if i.sender == person]
        assert len(found) <= sum(period.holds(at.date()) for at in sent)
        assert {m.at for m in found} <= set(sent)
