"""What an attorney sees in a notebook: complete, escaped, accessible, and masked where asked."""

from __future__ import annotations

import json
import re
import shutil
from html.parser import HTMLParser

import pytest

from quorum_watch import plots
from quorum_watch.errors import InputError, UsageError
from quorum_watch.model import Event
from quorum_watch.notebook import analyze, compare, open_run
from quorum_watch.notebook.words import marked
from quorum_watch.review.log import ReviewLog
from tests.review.cities import HOSTILE, SCRIPT

RAW = re.compile(r"[\u202a-\u202e\u2066-\u2069\x1b\x07]")


class Page(HTMLParser):
    """The tags and texts of a display, as a browser would build them."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data):
        self.words.append(data)

    @property
    def text(self) -> str:
        return "".join(self.words)


def hostile_finding(run):
    return next(f for f in run.findings if any("hostile" in s["source"]["file"] for s in f.raw["steps"]))


def displays(run):
    f = hostile_finding(run)
    yield from (run, run.findings, run.coverage, f, f.law(), f.without(1), *(f.plot(kind) for kind in plots.KINDS))


def test_hostile_words_are_inert_in_every_display(run):
    for view in [*displays(run), *displays(run.masked())]:
        html = view._repr_html_()
        page = Page(html)
        assert not {t for t, _ in page.tags} & {"script", "img", "iframe", "object", "form", "input", "meta", "base"}
        assert not [a for _, attrs in page.tags for a in attrs if a.lower().startswith("on")]
        links = [v for _, a in page.tags for k, v in a.items() if k in ("href", "src", "xlink:href")]
        assert not [v for v in links if not v.startswith(("https:", "http:", "#"))]
        assert not RAW.search(html)


def test_the_words_themselves_are_shown_as_text(run):
    text = Page(hostile_finding(run)._repr_html_()).text
    assert SCRIPT in text
    assert "[U+202E]gnp.exe" in text
    assert "$\\frac{1}{0}$" in text


def test_a_finding_shows_everything_it_rests_on(run):
    f = run.findings[0]
    page = Page(f._repr_html_())
    raw = f.raw
    for sentence in [*raw["story"], *raw["unseen"], raw["why_this_concern"], *(x["because"] for x in raw["factors"])]:
        assert sentence in page.text
    for t in raw["thresholds"]:
        assert t["citation"] in page.text
        assert all(a in page.text for a in t["arithmetic"])
    for s in raw["steps"]:
        for e in s["evidence"]:
            assert " ".join(e["exact"].split())[:30] in " ".join(page.text.split())
    marks = [a["class"] for t, a in page.tags if t == "mark"]
    assert "for" in marks
    assert "for attorney review" in page.text
    # What weighs against a closer look is read first.
    weighs = re.findall(r"against a closer look|for a closer look", f._sides())
    assert weighs == sorted(weighs)


def test_tables_can_be_read_aloud(run):
    for view in displays(run):
        html = view._repr_html_()
        page = Page(html)
        tables = sum(t == "table" for t, _ in page.tags)
        assert sum(t == "caption" for t, _ in page.tags) == tables
        heads = [a for t, a in page.tags if t == "th"]
        assert all(a.get("scope") in ("col", "row") for a in heads)
        pictures = [a for t, a in page.tags if t == "svg"]
        assert all(a.get("role") == "img" and a.get("aria-label") for a in pictures)
        levels = [int(t[1]) for t, _ in page.tags if re.fullmatch("h[1-6]", t)]
        assert levels == sorted(levels)
        assert page.tags[1][0] == "section"
        assert page.tags[1][1]["aria-label"]


@pytest.mark.parametrize("size", [0, 3_000])
def test_marks_stand_on_the_right_words_however_long_the_message(size):
    text = "a" * size + " I will vote yes. Meet at noon. " + "b" * size
    spans = [
        {"start": text.index("I will"), "end": text.index(" Meet"), "exact": "I will vote yes.", "says": "commit"},
        {"start": (at := text.index("Meet")), "end": at + 13, "exact": "Meet at noon.", "says": "schedule"},
        {"start": 0, "end": 4, "exact": "elsewhere", "says": "commit"},
    ]
    spans = [s | {"by_hand": False, "prefix": "", "suffix": "", "field": "text"} for s in spans]
    html = str(marked(text, spans, lambda t: t))
    assert '<mark class="for">I will vote yes.</mark>' in html
    assert '<mark class="against">Meet at noon.</mark>' in html
    assert html.count("<mark") == 2  # a span whose words are not there marks nothing
    assert len(html) < 1_500 or size == 0


def test_overlapping_marks_lose_no_words():
    text = "please vote yes on it and keep this quiet"
    spans = [
        {"start": 0, "end": 21, "exact": text[:21], "says": "seek_support"},
        {"start": 7, "end": 41, "exact": text[7:41], "says": "conceal"},
    ]
    spans = [s | {"by_hand": False, "prefix": "", "suffix": "", "field": "text"} for s in spans]
    html = str(marked(text, spans, lambda t: t))
    assert re.sub(r'<span class="says">.*?</span>|<[^>]+>', "", html) == text


# --- masks ------------------------------------------------------------------------------------------------------------


def test_no_name_or_account_is_left_in_a_masked_run(run):
    masked = run.masked()
    secrets = {*run.names, *run.names.values(), *(a.value for a in run.case.roster.accounts)}
    secrets |= {w for n in run.names.values() for w in n.split() if len(w) > 3}
    frame = masked.findings.to_frame().to_csv()
    pages = [v._repr_html_() for f in masked.findings for v in (f, *(f.plot(k) for k in plots.KINDS))]
    pages += [masked._repr_html_(), masked.coverage._repr_html_(), frame]
    pages += [json.dumps(f.json) + f.to_frame().to_csv() + repr(f) for f in masked.findings]
    for page in pages:
        assert not [s for s in secrets if re.search(rf"(?<!\w){re.escape(s)}(?!\w)", page)]


def test_masks_are_the_same_everywhere_and_unmasking_is_logged(run):
    masked = run.masked()
    assert masked.mask.people == open_run(run.case.workspace.root).masked().mask.people
    assert len(set(masked.mask.people.values())) == len(masked.mask.people)
    with ReviewLog.open(run.review, actor="J. Doe") as log:
        with pytest.raises(UsageError):
            masked.unmasked(log, why=" ")
        assert log.head().startswith("1:")
        plain = masked.unmasked(log, why="second pass")
        assert plain.mask is None
        acts = [(e.action, json.loads(e.body).get("why")) for e in log.history()]
    assert ("unmask", "second pass") in acts


# --- lists ------------------------------------------------------------------------------------------------------------


def test_facets_count_and_narrow(run):
    findings = run.findings
    for name, counts in findings.facets().items():
        assert sum(counts.values()) == len(findings)
        for value, n in counts.items():
            assert len(findings.where(**{name: value})) == n
    assert len(findings.where(concern="look_first")) <= len(findings)
    with pytest.raises(UsageError, match="QW-E118"):
        findings.where(body="nowhere")
    assert findings[findings[0].id[3:].lower()].id == findings[0].id
    with pytest.raises(InputError, match="QW-E234"):
        findings["QW-0"]
    assert list(findings.to_frame()["id"]) == [f.id for f in findings]


def test_a_decision_shows_in_every_list_and_says_when_the_finding_changed(run):
    f = run.findings[0]
    with ReviewLog.open(run.review, actor="J. Doe") as log:
        log.record(f, "training", basis="talk at the retreat", privileged=False)
    assert run.findings.to_frame().set_index("id").loc[f.id, "decided"] == "training"
    assert "talk at the retreat" in f._repr_html_()
    grown = json.loads(json.dumps(f.raw))
    grown["fingerprint"]["full"] = "0" * 64
    from quorum_watch.notebook.finding import FindingView

    assert "changed since the decision" in FindingView(run, grown)._repr_html_()


# --- what if ----------------------------------------------------------------------------------------------------------


def test_without_a_step_agrees_with_what_the_finding_calls_pivotal(run):
    checked = 0
    for f in run.findings:
        for s in f.raw["steps"]:
            answer = f.without(step=s["n"])
            if answer.before >= answer.number and f.raw["test"] != "policy":
                assert answer.still_reached == (s["n"] not in f.raw["pivotal"]), (f.id, s["n"])
                checked += 1
    assert checked
    for wrong in (0, len(f.raw["steps"]) + 1):
        with pytest.raises(UsageError, match="QW-E118"):
            f.without(step=wrong)


def test_opening_gives_what_analysing_gave(run):
    again = analyze(run.case.workspace.root)
    assert again.document == run.document
    assert again.stories == run.stories
    assert all(isinstance(e, Event) for t in run.stories.values() for e in t.events)


def test_another_law_on_the_same_messages(run):
    same = compare(run, law_as_of="2026-01-01")
    assert sum(same.counts().values()) >= len(run.findings)
    other = run.compare(law="us-ca")
    assert other.law
    assert "us-ca" in other._repr_html_()
    with pytest.raises(UsageError):
        run.compare()


def test_a_call_attached_by_hand_is_assessed_marked_and_taken_back(run):
    f = hostile_finding(run)
    asker = f.raw["steps"][0]["from"]
    matter = f.raw["subject"]["matter"]
    others = sorted({p for s in f.raw["steps"] for p in s["to"]} - {asker})
    row = {
        "time": "2025-09-05T09:00:00-05:00", "channel": "call", "from": asker, "to": others[:1],
        "coded_acts": ["commit"], "coded_matter": matter, "text": "By phone: yes.",
    }  # fmt: skip
    with ReviewLog.open(run.review, actor="J. Doe") as log:
        with pytest.raises(UsageError, match="QW-E115"):
            run.attach({"time": "yesterday", "channel": "call", "from": asker}, reason="heard", log=log)
        assert log.attached() == ()
        again = run.attach(row, reason="told by the clerk", log=log)
        assert again.id != run.id
        assert "attached by hand" in again.findings._repr_html_()
        sources = {s["source"]["file"] for g in again.findings for s in g.raw["steps"]}
        assert "review.sqlite" in sources
        assert open_run(run.case.workspace.root).document == run.document  # the stored run is as it was
        log.detach(again.attached[0].name)
        assert run.with_attached(log).document == run.document


def test_a_run_that_kept_no_messages_still_shows_its_findings(run, tmp_path):
    city = tmp_path / "old"
    shutil.copytree(run.case.workspace.root, city)
    (city / "runs" / run.id / "messages.jsonl").unlink()
    f = open_run(city).findings[0]
    assert '<mark class="for">' in f._repr_html_()
    with pytest.raises(UsageError, match="analyze"):
        f.without(step=1)


def test_nothing_analysed_yet_says_what_to_run(tmp_path, hostile):
    city = tmp_path / "city"
    shutil.copytree(hostile, city, ignore=shutil.ignore_patterns("runs"))
    with pytest.raises(InputError, match="QW-E233"):
        open_run(city)


def test_pandas_styler_is_not_used_anywhere():
    """It does not escape what it prints."""
    from tests.notebooks.test_stored import ROOT

    files = [*(ROOT / "quorum_watch").rglob("*.py"), *(ROOT / "notebooks").glob("*.ipynb")]
    assert not [f.name for f in files if re.search(r"\bStyler\b|\.style\.", f.read_text(encoding="utf-8"))]
    assert HOSTILE


def test_opening_reads_what_the_run_kept_and_none_of_the_mail(run):
    """So the time it takes cannot grow with messages that no finding rests on."""
    root = run.case.workspace.root
    shutil.rmtree(root / "evidence")
    shutil.rmtree(root / "inbox")
    shutil.rmtree(root / ".cache", ignore_errors=True)
    again = open_run(root)
    assert again.findings[0]._repr_html_() == run.findings[0]._repr_html_()
    assert again.findings[0].without(1) is not None
