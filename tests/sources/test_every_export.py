"""Every kind of export in one inbox, as folders and packed: read, stored, audited row by row, nothing read twice."""

from __future__ import annotations

from pathlib import Path

from quorum_watch.evidence import Reading, ingest, load
from quorum_watch.evidence.audit import audit_evidence
from tests.benchmarks.fuzz_chats import samples
from tests.sources import test_facebook, test_google_chat, test_slack, test_whatsapp, test_x_archive
from tests.sources.reading import pack

KINDS = {
    *("sms", "facebook", "slack", "google_chat", "x_archive", "whatsapp", "imessage", "signal", "youtube"),
    *("teams", "rsmf", "load_file", "edrm", "smarsh", "zip"),
}
MESSENGER = {"messages/inbox/a/message_1.json": test_facebook.chat(test_facebook.GROUP, test_facebook.MESSAGES)}


def fill(inbox: Path, made: Path) -> None:
    for name, data in samples(made).items():
        path = inbox / "lee-dana" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    packed = {
        "slack.zip": pack(test_slack.EXPORT),
        "takeout.zip": pack(test_google_chat.EXPORT),
        "twitter.zip": pack(test_x_archive.EXPORT),
        "facebook-dana.zip": pack(MESSENGER),
        "phone.zip": pack({"chat.db": (inbox / "lee-dana/chat.db").read_bytes()}),
        "WhatsApp Chat - Budget.zip": pack({"_chat.txt": test_whatsapp.GROUP}),
    }
    for name, data in packed.items():
        (inbox / name).write_bytes(data)


def test_everything_is_read_stored_and_found_again(tmp_path: Path) -> None:
    inbox, evidence = tmp_path / "inbox", tmp_path / "evidence"
    inbox.mkdir()
    fill(inbox, tmp_path)
    result = ingest(inbox, evidence, Reading("America/Chicago"))
    assert {s.kind for s in result.added} == KINDS
    for source in result.added:
        parts = source.rows + source.duplicates + source.ignored + source.restricted + source.quarantined
        assert source.found == parts > 0
        assert "reader_failed" not in source.reasons
        assert "unknown_format" not in source.reasons, source.file
    stored = list(load(evidence))
    assert len(stored) > 60
    assert len({s.id for s in stored}) == len(stored)
    audit = audit_evidence(inbox, evidence, sample=1.0)
    assert audit.faults == ()
    again = ingest(inbox, evidence, Reading("America/Chicago"))
    assert (again.added, again.known) == ((), result.files)


def test_answering_a_question_reads_only_what_waits_for_it(tmp_path: Path) -> None:
    inbox, evidence = tmp_path / "inbox", tmp_path / "evidence"
    inbox.mkdir()
    (inbox / "WhatsApp Chat with Kim Elm.txt").write_bytes(test_whatsapp.AMBIGUOUS)
    first = ingest(inbox, evidence, Reading("America/Chicago"))
    assert (first.added[0].rows, first.added[0].quarantined) == (0, 2)
    told = Reading("America/Chicago", answers=(("whatsapp_date_order", "month_first"),))
    second = ingest(inbox, evidence, told)
    assert (second.added[0].rows, second.added[0].quarantined) == (2, 0)
    assert len(list(load(evidence))) == 2


def test_a_changed_list_of_people_reads_a_slack_day_again(tmp_path: Path) -> None:
    inbox, evidence = tmp_path / "inbox", tmp_path / "evidence"
    for name, data in test_slack.EXPORT.items():
        (inbox / name).parent.mkdir(parents=True, exist_ok=True)
        if "users" not in name:
            (inbox / name).write_bytes(data)
    ingest(inbox, evidence, Reading("America/Chicago"))
    (inbox / "team/users.json").write_bytes(test_slack.EXPORT["team/users.json"])
    again = ingest(inbox, evidence, Reading("America/Chicago"))
    assert {s.file.rpartition("/")[2] for s in again.added} >= {"users.json", "2026-03-02.json"}
    senders = {s.record.sender.name for s in load(evidence) if s.record.sender}
    assert "Dana Lee" in senders
