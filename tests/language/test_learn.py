"""Learning from an agenda, suggesting terms, the labelling sheet, and the commands around them."""

from __future__ import annotations

import json
import random
from pathlib import Path

import pytest
from click.testing import CliRunner

from quorum_watch.cli.topics import command
from quorum_watch.errors import InputError
from quorum_watch.language import read_interactions
from quorum_watch.language.learn import learn, read_agenda
from quorum_watch.language.lexicon import load_lexicon
from quorum_watch.language.sheet import draw_messages, measure, read_sheet, write_sheet
from quorum_watch.language.survey import suggest_terms, survey
from quorum_watch.language.topicmodel import Featurizer, load_model, save_model, speak, telling_words
from tests.language.samples import message

LEXICON = load_lexicon()
LOCAL = {
    "parks": ("Gnarlwood", "Brimblefen", "Tussock Hollow"),
    "utilities": ("Zephyr basin", "Quellmouth works", "Ostrander interceptor"),
    "licensing": ("Vorpal lounge", "Kestrel tap", "Ironbark inn"),
}


def agenda_file(path: Path, *, noise: bool = False, size: int = 240) -> Path:
    """An invented agenda whose topics show by local names only; with ``noise`` they show by nothing."""
    pick = random.Random(3)
    rows = ["opened,title,topic"]
    for n in range(size):
        topic = pick.choice(sorted(LOCAL))
        name = pick.choice(LOCAL[pick.choice(sorted(LOCAL)) if noise else topic])
        what = pick.choice(("approve", "consider", "review", "extend"))
        rows.append(f"20{20 + n * 6 // size}-0{1 + n % 9}-01,{what} {name} {_nonsense(pick)},{topic}")
    path.write_text("\n".join(rows) + "\n", "utf-8")
    return path


def _nonsense(pick: random.Random) -> str:
    return "".join(pick.choice("bcdfgklmnprst") + pick.choice("aeiou") for _ in range(4))


@pytest.fixture(scope="module")
def learned(tmp_path_factory):
    return learn(read_agenda(agenda_file(tmp_path_factory.mktemp("agenda") / "matters.csv"), LEXICON), LEXICON)


def test_a_model_better_than_the_lexicon_on_later_items_is_accepted(learned):
    assert learned.accepted
    assert learned.trained.macro_f1 > 0.95 > learned.lexicon.macro_f1
    assert learned.model.provenance["agenda_sha256"] == learned.agenda.sha256
    assert learned.split.startswith("learned up to 20")


def test_a_model_that_is_not_better_is_refused(tmp_path):
    path = tmp_path / "matters.csv"
    terms = {"parks": "dog park fence", "utilities": "water main repair", "licensing": "liquor license renewal"}
    pick = random.Random(5)
    rows = [
        f"20{20 + n // 40}-01-01,{terms[t]} {_nonsense(pick)},{t}"
        for n in range(240)
        for t in [pick.choice(sorted(terms))]
    ]
    path.write_text("opened,title,topic\n" + "\n".join(rows), "utf-8")
    done = learn(read_agenda(path, LEXICON), LEXICON)
    assert not done.accepted
    assert done.model is None
    assert "not better" in done.reason


def test_a_model_worse_on_labelled_messages_is_refused(tmp_path):
    informal = [(f"so the Kestrel tap thing {n}", frozenset[str]()) for n in range(20)]
    done = learn(read_agenda(agenda_file(tmp_path / "m.csv"), LEXICON), LEXICON, informal=informal)
    assert not done.accepted
    assert "labelled" in done.reason


def test_too_few_items_are_not_learned_from(tmp_path):
    done = learn(read_agenda(agenda_file(tmp_path / "m.csv", size=30), LEXICON), LEXICON)
    assert not done.accepted
    assert "too few" in done.reason


def test_committees_stand_for_the_topic_their_name_shows(tmp_path):
    path = tmp_path / "agenda.csv"
    path.write_text(
        "date,title,committee\n2024-01-01,a,Plan Commission\n2024-01-02,b,Library Board\n2024-01-03,c,Xyzzy\n", "utf-8"
    )
    agenda = read_agenda(path, LEXICON)
    assert dict(agenda.mapped) == {"Plan Commission": "zoning", "Library Board": "library_arts", "Xyzzy": ""}
    assert [e.topic for e in agenda.examples] == ["zoning", "library_arts"]
    assert agenda.left_out


def test_a_file_without_titles_is_refused(tmp_path):
    (tmp_path / "x.csv").write_text("a,b\n1,2\n", "utf-8")
    with pytest.raises(InputError, match="QW-E215"):
        read_agenda(tmp_path / "x.csv", LEXICON)


def test_a_saved_model_says_the_same_and_shows_its_words(learned, tmp_path):
    save_model(learned.model, tmp_path / "model")
    again = load_model(tmp_path / "model")
    features = Featurizer(LEXICON)
    texts = ["what about the Kestrel tap", "Quellmouth works again", "nothing at all"]
    assert speak(again, texts, features) == speak(learned.model, texts, features)
    assert speak(again, texts, features)[:2] == ["licensing", "utilities"]
    assert "kestrel" in " ".join(telling_words(again, texts[0], "licensing"))
    (tmp_path / "model" / "weights.npz").write_bytes(b"broken")
    with pytest.raises(InputError, match="QW-E217"):
        load_model(tmp_path / "model")


def test_the_stage_uses_an_installed_model_only_where_the_lexicon_is_silent(learned, tmp_path):
    save_model(learned.model, tmp_path / "model")
    texts = ["what about the Kestrel tap then", "the dog park by the Kestrel tap", "ok"]
    messages = [message(n, t, thread=f"t{n}") for n, t in enumerate(texts)]
    local, known, short = read_interactions(messages, model=tmp_path / "model")
    assert {t.topic for t in local.topics} == {"licensing"}
    for span in local.topics:
        assert span.rule == "model only" or (
            span.rule.startswith("model:") and texts[0][span.start : span.end] == span.exact != ""
        )
    assert {t.topic for t in known.topics} == {"parks"}
    assert not short.topics


def test_suggested_terms_are_those_that_stand_out_and_are_new(tmp_path):
    items = read_agenda(agenda_file(tmp_path / "m.csv"), LEXICON).examples
    found = suggest_terms([(e.text, e.topic) for e in items], LEXICON)
    assert {"gnarlwood", "brimblefen"} <= {s.phrase for s in found if s.topic == "parks"}
    assert all(s.elsewhere == 0 for s in found)
    assert "approve" not in {s.phrase for s in found}
    assert not {s.phrase for s in suggest_terms([("dog park", "parks")] * 20 + [("levy", "budget")] * 20, LEXICON)} & {
        "dog park",
        "levy",
    }


def test_the_sheet_is_the_same_each_time_and_harmless_in_a_spreadsheet():
    messages = [message(n, f"=HYPERLINK({n})" if n % 2 else f"text {n}") for n in range(50)]
    drawn = draw_messages(messages, 20)
    assert drawn == draw_messages(messages[::-1], 20)
    sheet = write_sheet(drawn)
    assert len(sheet.splitlines()) == 21
    assert ",=" not in sheet


def test_a_filled_sheet_measures_precision_and_recall_with_intervals():
    messages = [
        message(1, "the dog park", thread="a"),
        message(2, "pizza and beer after the packers game", thread="b"),
        message(3, "the water bill", thread="c"),
    ]
    readings = {r.interaction: r for r in read_interactions(messages)}
    sheet = "id,topics,scope\ni1,parks,business\ni2,none,not_business\ni3,utilities;budget,business\ni9,parks,\ni8,,\n"
    quality = measure(read_sheet(sheet, LEXICON.codes, "sheet.csv"), readings)
    assert quality.labelled == 3
    assert (quality.precision.right, quality.precision.of) == (2, 2)
    assert (quality.recall.right, quality.recall.of) == (2, 3)
    assert quality.unknown_ids == ("i9",)
    low, high = quality.recall.interval
    assert 0 < low < 2 / 3 < high < 1
    assert quality.scope.share == 1.0


def test_every_fault_of_a_sheet_is_reported():
    with pytest.raises(InputError) as caught:
        read_sheet("id,topics,scope\na,prks,\nb,parks,busines\n", LEXICON.codes, "sheet.csv")
    assert [f.where for f in caught.value.faults] == ["sheet.csv line 2", "sheet.csv line 3"]


def test_the_survey_counts_every_message_once_and_shows_what_nothing_explains():
    texts = ["the dog park", "agreed", "frobnitz again", "the frobnitz", "Я против этого"]
    messages = [
        message(n, t, thread="t" if n < 2 else f"t{n}", reply=0 if n == 1 else None) for n, t in enumerate(texts)
    ]
    found = survey(messages, read_interactions(messages), LEXICON)
    assert found.messages == 5
    assert (found.with_topic, found.inherited_only, found.abstained) == (1, 1, 3)
    assert ("frobnitz", 2) in found.unexplained
    assert ("not_analysed:ru", 1) in found.outcomes
    assert any(t.term == "dog park" and "dog park" in t.examples[0] for t in found.terms)


def workspace(root: Path) -> Path:
    (root / "roster").mkdir(parents=True)
    (root / "inbox").mkdir()
    (root / "workspace.toml").write_text('name = "X"\njurisdiction = "us-wi"\ntimezone = "America/Chicago"\n', "utf-8")
    (root / "roster/people.csv").write_text("person_id,name,role\na,Ann Lee,member\nb,Bob Ray,member\n", "utf-8")
    (root / "roster/bodies.csv").write_text("body_id,name,kind,seats\ncc,Council,common_council,5\n", "utf-8")
    (root / "roster/memberships.csv").write_text("person_id,body_id,start\na,cc,2020-01-01\nb,cc,2020-01-01\n", "utf-8")
    (root / "roster/accounts.csv").write_text("person_id,kind,value\na,name,Ann Lee\nb,name,Bob Ray\n", "utf-8")
    agenda_file(root / "agenda.csv")
    row = {
        "time": "2026-03-02T10:00:00-06:00",
        "channel": "text",
        "from": "a",
        "to": ["b"],
        "text": "where are you on the dog park",
    }
    (root / "inbox/interactions.jsonl").write_text(json.dumps({"id": "1", **row}) + "\n", "utf-8")
    return root


def run(*args: str) -> str:
    done = CliRunner().invoke(command, list(args))
    assert done.exit_code == 0, done.output
    return done.stdout


def test_the_commands_explain_report_learn_suggest_and_label(tmp_path):
    root = workspace(tmp_path / "city")
    assert "'dog park' (strong: dog park)" in run("explain", "the dog park")
    assert (
        json.loads(run("explain", "el aumento de los impuestos para la ciudad", "--format", "json"))["language"] == "es"
    )
    assert json.loads(run("report", str(root), "--format", "json"))["messages"] == 1
    told = json.loads(run("learn", str(root), "--agenda", str(root / "agenda.csv"), "--format", "json"))
    assert told["accepted"]
    assert told["installed"]
    assert json.loads((root / "language/model/provenance.json").read_text("utf-8"))["examples"] == 240
    assert "gnarlwood" in run("suggest", str(root), "--agenda", str(root / "agenda.csv"))
    run("label", str(root), "--out", str(tmp_path / "sheet.csv"))
    filled = (tmp_path / "sheet.csv").read_text("utf-8-sig").replace("dog park,,", "dog park,parks,business")
    (tmp_path / "sheet.csv").write_text(filled, "utf-8")
    assert (
        json.loads(run("label", str(root), "--in", str(tmp_path / "sheet.csv"), "--format", "json"))["recall"]["share"]
        == 1.0
    )
