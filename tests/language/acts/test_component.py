"""The spaCy component: spans with names of rules, and docs that survive every way of being saved."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import spacy
from spacy.tokens import Doc, DocBin

from quorum_watch.language.acts.component import (
    Acts,
    cues_of_doc,
    find_acts,
    make_context,
    own_text,
    read_acts,
)
from quorum_watch.model import Contact, Interaction, Quoted, SourceRef
from quorum_watch.vocabulary import Act, Audience, Channel, Polarity, Role, TimePrecision

PEOPLE = (("p1", "Robert Jones", ()), ("p2", "Ann Ruiz", ("annie r",)), ("p3", "seat-3", ()))


def pipeline() -> spacy.language.Language:
    nlp = spacy.blank("en")
    component = nlp.add_pipe("qw_acts")
    assert isinstance(component, Acts)
    component.set_people(PEOPLE)
    return nlp


def spans(doc: Doc) -> list[tuple[str, str, str]]:
    return [(s.text, s.label_, s.id_) for s in doc.spans["acts"]]


def test_spans_show_the_words_and_the_rule() -> None:
    doc = pipeline()("Bob is a yes on the rezoning vote. See you Tuesday at six.")
    found = spans(doc)
    assert ("relay", "relay.is-for") in [(label, rule) for _, label, rule in found]
    assert all(text and text in doc.text for text, _, _ in found)
    relay = next(a for a in find_acts(doc, make_context(PEOPLE, (), ())) if a.act is Act.RELAY)
    assert relay.attributed_to == "p1"
    assert doc.text[relay.start : relay.end] == relay.exact


def test_saved_docs_and_pipelines_read_the_same(tmp_path: Path) -> None:
    nlp = pipeline()
    texts = ["Annie told me she is voting no on the levy.", "ill vote for the rezoning 👍", "", "works for me"]
    docs = list(nlp.pipe(texts))
    restored = list(
        DocBin(docs=docs, store_user_data=True)
        .from_bytes(DocBin(docs=docs, store_user_data=True).to_bytes())
        .get_docs(nlp.vocab)
    )
    assert [spans(d) for d in restored] == [spans(d) for d in docs]
    assert [cues_of_doc(d) for d in restored] == [cues_of_doc(d) for d in docs]
    nlp.to_disk(tmp_path / "model")
    again = spacy.load(tmp_path / "model")
    assert [spans(d) for d in again.pipe(texts)] == [spans(d) for d in docs]
    assert [cues_of_doc(d) for d in again.pipe(texts)] == [cues_of_doc(d) for d in docs]


def test_other_peoples_words_are_blanked() -> None:
    nlp = pipeline()
    doc = nlp.make_doc("> I vote no\nI agree")
    doc.spans["zones"] = [doc.char_span(0, 11, label="quoted")]
    assert own_text(doc) == "           \nI agree"


def test_a_conversation_through_interactions() -> None:
    nlp = pipeline()
    texts = [
        ("m1", "p1", "Where are you on the Mill Road rezoning?", None, ()),
        ("m2", "p2", "> I'll vote against the rezoning.\nThat is Bob in March. I'm a yes on it.", "m1", ((0, 33),)),
    ]
    thread, docs = [], []
    for n, (key, sender, text, parent, quotes) in enumerate(texts):
        thread.append(
            Interaction(
                id=key,
                at=datetime(2026, 3, 2, 16, n, tzinfo=UTC),
                precision=TimePrecision.EXACT,
                channel=Channel.EMAIL,
                audience=Audience.PRIVATE,
                sender=sender,
                sender_raw=sender,
                sender_address=sender,
                contacts=(Contact("x", "x", "p2" if sender == "p1" else "p1", Role.TO),),
                subject="",
                text=text,
                quoted=tuple(Quoted(a, b, "reply") for a, b in quotes),
                in_reply_to=parent,
                thread="t",
                coded=None,
                event="message",
                source=SourceRef("f", "0", "bytes=0-1"),
            )
        )
        doc = nlp.make_doc(text)
        doc.spans["zones"] = [s for s in (doc.char_span(a, b, label="quoted") for a, b in quotes) if s is not None]
        docs.append(nlp.get_pipe("qw_acts")(doc))
    context = make_context(PEOPLE, ("p1", "p2"), (("m1", "Rezoning of 1420 Mill Road"),))
    first, second = read_acts(thread, docs, context)
    assert [a.act for a in first] == [Act.POLL]
    assert {(a.act, a.polarity) for a in second} >= {(Act.RELAY, Polarity.AGAINST), (Act.COMMIT, Polarity.FOR)}
    assert all(texts[1][2][a.start : a.end] == a.exact for a in second)
    assert all(a.about == "m1" for a in second)
