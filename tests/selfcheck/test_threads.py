"""Messages somebody else wrote, about to be answered; and what a thread already carries."""

from __future__ import annotations

from pathlib import Path

import pytest

from quorum_watch.selfcheck.draft import Advice
from quorum_watch.selfcheck.reading import compose, looks_like_mail, read_raw
from quorum_watch.vocabulary import Verdict
from tests.selfcheck.city import TODAY, place_of
from tests.shared import shared


def answer(raw: str, asking: str = "ann-abel") -> Advice:
    place = place_of()
    draft = read_raw(raw.encode(), asking=asking, roster=place.roster, timezone=place.timezone)
    return place.check(draft, asking=asking, on=TODAY)


def mail(sender: str, to: str, text: str, subject: str = "Levy", extra: str = "") -> str:
    return f"From: {sender}\nTo: {to}\nDate: Mon, 8 Jun 2026 09:15:00 -0500\nSubject: {subject}\n{extra}\n{text}\n"


def test_answering_a_resident_who_wrote_to_everybody() -> None:
    """Reply to the resident alone: the answer names them, and only what reaches members is to be taken off."""
    sam = "Sam Snow <sam.snow@home.example>"
    advice = answer(mail(sam, "council@harrow.example", "Please vote for the crosswalk."))
    assert advice.verdict is Verdict.STOP
    assert "Reply only to Sam Snow." in advice.do
    assert advice.keep == ("sam.snow@home.example",)
    assert advice.remove == ("council@harrow.example",)


def test_a_colleague_who_polls_is_not_to_be_answered_by_mail() -> None:
    advice = answer(mail("gus.glen@harrow.example", "ann.abel@harrow.example", "Where do you stand on the levy?"))
    assert advice.verdict is Verdict.CHANGE
    assert not any(line.startswith("Reply only to") for line in advice.do)


def test_a_question_about_a_date_may_be_answered() -> None:
    question = "Does Wednesday at 5 work for everyone?"
    advice = answer(mail("nell.nash@harrow.example", "council@harrow.example", question))
    assert advice.verdict is Verdict.NO_CONCERN
    assert "date and time" in advice.do[0]


def test_a_hidden_list_of_recipients_is_a_doubt() -> None:
    advice = answer(mail("nell.nash@harrow.example", "undisclosed-recipients:;", "The report is attached.", extra=""))
    assert advice.verdict is Verdict.CANNOT_TELL


def test_an_unknown_sender_who_wrote_to_the_member_is_kept_in_sight() -> None:
    advice = answer(mail("Pat Public <pat@elsewhere.example>", "ann.abel@harrow.example", "The crosswalk is a danger."))
    assert advice.verdict is Verdict.CANNOT_TELL
    assert advice.unknown == ("pat@elsewhere.example",)


def test_an_attached_message_counts_its_people(tmp_path: Path) -> None:
    inner = mail("gus.glen@harrow.example", "hal.holt@harrow.example, ivy.inch@harrow.example, jon.jute@harrow.example",
                 "I think the levy is too high.")  # fmt: skip
    outer = (
        "From: ann.abel@harrow.example\nTo: eve.east@harrow.example\nSubject: Fwd\nMIME-Version: 1.0\n"
        'Content-Type: multipart/mixed; boundary="b"\n\n--b\nContent-Type: text/plain\n\nSee below.\n'
        f"--b\nContent-Type: message/rfc822\n\n{inner}\n--b--\n"
    )
    advice = answer(outer)
    assert advice.verdict is Verdict.STOP
    assert len(advice.bodies[0].people) == 6


@pytest.mark.parametrize(
    ("text", "mail_like"),
    [("To: a@b.example\nSubject: x\n\nhi", True), ("Subject: x\nTo: a@b.example\n\nhi", True),
     ("Hello: there\n\nhi", False), ("I think\nTo: be honest", False), ("", False)],
)  # fmt: skip
def test_pasted_headers_are_told_from_words(text: str, mail_like: bool) -> None:
    assert looks_like_mail(text) is mail_like


def test_two_bodies_are_both_told_and_the_numbers_are_the_profiles() -> None:
    place = place_of()
    draft = compose(text="I think the levy is too high.", to=["ben-birch", "cora-clay"])
    advice = place.check(draft, asking="ann-abel", on=TODAY)
    by_body = {b.body: b for b in advice.bodies}
    assert (len(by_body["finance"].people), by_body["finance"].of, by_body["finance"].deciding) == (3, 5, 3)
    assert (len(by_body["common-council"].people), by_body["common-council"].deciding) == (3, 6)
    assert by_body["finance"].reached
    assert not by_body["common-council"].reached
    assert "3 of 5 members of the Finance Committee" in advice.arithmetic[0]


@pytest.mark.corpus
def test_labelled_messages_on_the_merits_are_rarely_let_through() -> None:
    """Each message alone, without the conversation that would explain a "yes": below one in twenty-five slips."""
    from tests.benchmarks.eval_selfcheck import answers

    found = answers(shared("language", "threads.jsonl"))
    merits, quiet = found["merits"], found["quiet"]
    assert merits["no_concern"] / sum(merits.values()) < 0.04
    assert quiet["stop"] / sum(quiet.values()) < 0.10
    assert quiet["no_concern"] / sum(quiet.values()) > 0.5
