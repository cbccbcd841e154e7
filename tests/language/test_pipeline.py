"""The spaCy pipeline: components by name, span groups, saving and loading."""

from __future__ import annotations

from pathlib import Path

import spacy

from quorum_watch.language.pipeline import build_pipeline, hits_of, matches_of
from tests.language.samples import LICENSE, REZONING

TEXTS = [
    "the mill rd rezone tmrw",
    "Fine.\n> the water bill",
    "pizza and beer",
    "I'm a yes on the anchor liquor license",
]


def rows(nlp, texts=TEXTS):
    return [
        (
            [(s.start_char, s.end_char, s.label_, s.id_) for s in doc.spans["topics"]],
            [(s.start_char, s.label_) for s in doc.spans["matters"]],
            [(m.matter, m.chance) for m in matches_of(doc)],
            [h.term for h in hits_of(doc)],
        )
        for doc in nlp.pipe(texts)
    ]


def test_components_are_registered_and_named_in_the_config():
    nlp = build_pipeline()
    assert nlp.pipe_names == ["qw_zones", "qw_names", "qw_norm", "qw_topics", "qw_matters", "qw_scope"]
    assert "qw_topics" in spacy.blank("en").factory_names


def test_spans_say_topic_and_term():
    doc = build_pipeline()("rezone it and fix the water main")
    assert [(s.text, s.label_, s.id_) for s in doc.spans["topics"] if s.label_ in ("zoning", "utilities")] == [
        ("rezone", "zoning", "strong:rezon*"),
        ("water main", "utilities", "strong:water main"),
    ]
    assert doc[0].norm_ == "rezoning"


def test_quoted_words_are_a_zone_and_show_no_topic():
    doc = build_pipeline()("Fine.\n> the water bill")
    assert [s.label_ for s in doc.spans["zones"]] == ["quoted"]
    assert "utilities" not in {s.label_ for s in doc.spans["topics"]}
    unquoted = build_pipeline()("the water bill")
    assert "utilities" in {s.label_ for s in unquoted.spans["topics"]}


def test_a_saved_pipeline_loads_by_spacy_and_reads_the_same(tmp_path: Path):
    overlay = tmp_path / "topics.toml"
    overlay.write_text('[topics.parks]\nstrong = ["pizza oven"]\n', "utf-8")
    nlp = build_pipeline(lexicon_overlay=overlay, matters=(REZONING, LICENSE), names=("Ann Parks",))
    nlp.to_disk(tmp_path / "model")
    again = spacy.load(tmp_path / "model")
    texts = [*TEXTS, "the pizza oven", "Ann Parks said"]
    assert rows(again, texts) == rows(nlp, texts)
    assert rows(again, texts)[4][0][0][2] == "parks"
    assert rows(again, texts)[5][0] == []


def test_docs_survive_bytes_and_batches_give_what_single_calls_give():
    nlp = build_pipeline(matters=(REZONING,))
    single = [nlp(t) for t in TEXTS]
    for doc, batch in zip(single, nlp.pipe(TEXTS, batch_size=2), strict=True):
        assert hits_of(doc) == hits_of(batch)
        copy = spacy.tokens.Doc(nlp.vocab).from_bytes(doc.to_bytes())
        assert hits_of(copy) == hits_of(doc)
        assert matches_of(copy) == matches_of(doc)
