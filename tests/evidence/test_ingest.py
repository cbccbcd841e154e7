"""What a clerk notices of ingest: nothing lost, nothing twice, nothing half done."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from quorum_watch.errors import EvidenceError, InputError
from quorum_watch.evidence import Reading, ingest, intake, load
from quorum_watch.evidence.lock import hold_lock
from quorum_watch.vocabulary import Channel, Defect, Reason
from tests.evidence.fakes import READING, Lines, Registry, line, read, tree, write


def mixed(inbox: Path) -> None:
    write(
        inbox / "a.lines",
        line(key="<1@x>"),
        line(key="<2@x>", at=60, text="Shall we talk about the bridge before Tuesday?"),
        line(at=None),
        line(at=None, defects=["bad_date"]),
        {"reject": "truncated"},
        {"reject": "draft", "outcome": "ignored"},
        {"reject": "duplicate_member", "outcome": "duplicate"},
    )
    write(inbox / "b.lines", line(key="<1@x>"), {"fail": 1}, line(key="<never@x>"))
    (inbox / "notes.bin").write_bytes(b"\x00\x01")
    (inbox / "empty.eml").write_bytes(b"")
    (inbox / ".DS_Store").write_bytes(b"x")


def test_every_record_ends_as_exactly_one_outcome(tmp_path: Path) -> None:
    mixed(tmp_path / "inbox")
    told = read(tmp_path).coverage().to_json()
    assert told["totals"] == {
        **{"found": 12, "rows": 2, "duplicates": 2, "ignored": 2, "restricted": 0, "quarantined": 6}
    }
    by_file = {s["file"]: s for s in told["sources"]}
    assert by_file["inbox/a.lines"]["reasons"] == {
        **{"bad_date": 1, "draft": 1, "duplicate_member": 1, "no_date": 1, "truncated": 1}
    }
    assert by_file["inbox/b.lines"]["reasons"] == {"reader_failed": 1}
    assert by_file["inbox/notes.bin"]["reasons"] == {"unknown_format": 1}
    assert by_file["inbox/empty.eml"]["reasons"] == {"zero_byte": 1}
    assert by_file["inbox/.DS_Store"]["reasons"] == {"system_file": 1}
    assert told["channels"] == {"email": 2}


def test_running_twice_changes_nothing(tmp_path: Path) -> None:
    mixed(tmp_path / "inbox")
    read(tmp_path)
    before = tree(tmp_path / "evidence")
    result = ingest(tmp_path / "inbox", tmp_path / "evidence", READING, registry=Registry())
    assert (result.batch, result.added, result.known) == ("", (), 5)
    assert tree(tmp_path / "evidence") == before


def test_same_input_same_bytes(tmp_path: Path) -> None:
    for name in ("one", "two"):
        mixed(tmp_path / name / "inbox")
        read(tmp_path / name)
    assert tree(tmp_path / "one" / "evidence") == {
        **tree(tmp_path / "two" / "evidence"),
        ".lock": tree(tmp_path / "one" / "evidence")[".lock"],
        **{k: v for k, v in tree(tmp_path / "one" / "evidence").items() if k.endswith("received.json")},
    }


def test_a_record_comes_back_as_it_went_in(tmp_path: Path) -> None:
    item = line(key="<1@x>", cc=["Cy Dahl"], text="Grüße\x00 \U0001f600 " + "x" * 9)
    file = write(tmp_path / "inbox" / "a.lines", item)
    registry = Registry()
    source = registry.open_source(file, tmp_path / "inbox")
    from quorum_watch.sources.interface import Context

    (sent,) = Lines().read(source, Context("America/Chicago"))
    (stored,) = read(tmp_path)
    assert stored.record == sent
    assert stored.source.file == "inbox/a.lines"
    assert stored.source.row_sha256 == sent.sha256


def test_a_lone_surrogate_is_repaired_and_marked(tmp_path: Path) -> None:
    write(tmp_path / "inbox" / "a.lines", line(text="broken \ud83d here", to=["\ud83d"]))
    (stored,) = read(tmp_path)
    assert stored.record.text == "broken \ufffd here"
    assert Defect.CHARSET_GUESSED in stored.record.defects


def test_a_changed_file_is_a_new_source_and_the_old_one_stays(tmp_path: Path) -> None:
    write(tmp_path / "inbox" / "a.lines", line(key="<1@x>"))
    read(tmp_path)
    write(tmp_path / "inbox" / "a.lines", line(key="<1@x>"), line(key="<2@x>", at=600, text="One more thought."))
    coverage = read(tmp_path).coverage()
    assert [(s.file, s.found) for s in coverage.sources] in (
        [("inbox/a.lines", 1), ("inbox/a.lines", 2)],
        [("inbox/a.lines", 2), ("inbox/a.lines", 1)],
    )
    assert coverage.totals["rows"] == 2
    assert coverage.totals["duplicates"] == 1


def test_the_same_bytes_under_a_second_name_are_copies(tmp_path: Path) -> None:
    for name in ("z.lines", "a.lines"):
        write(tmp_path / "inbox" / name, line(key="<1@x>"), {"reject": "truncated"})
    evidence = read(tmp_path)
    first, second = evidence.coverage().sources
    assert (first.file, first.rows, first.quarantined) == ("inbox/a.lines", 1, 1)
    assert (second.file, second.found, second.duplicates) == ("inbox/z.lines", 2, 2)
    (stored,) = evidence
    assert [(c.source.file, c.rule) for c in stored.copies] == [("inbox/z.lines", "same_file")]


def test_order_of_arrival_does_not_matter(tmp_path: Path) -> None:
    files = {
        "b.lines": [line(key="<1@x>"), line(at=3600, bcc=["cy@example.gov"], text="The bridge can wait.")],
        "a.lines": [line(key="<1@x>", bcc=["di@example.gov"])],
        "c.lines": [line(at=3600, bcc=["cy@example.gov"], text="The bridge can wait.")],
    }
    told = []
    for n, order in enumerate((("a.lines", "b.lines", "c.lines"), ("c.lines", "b.lines", "a.lines"))):
        for name in order:
            write(tmp_path / str(n) / "inbox" / name, *files[name])
            evidence = read(tmp_path / str(n))
        told.append((list(evidence), evidence.coverage()))
    assert told[0] == told[1]
    assert len(told[0][0]) == 2


def test_new_settings_read_again_and_replace(tmp_path: Path) -> None:
    write(tmp_path / "inbox" / "a.lines", line(key="<1@x>"))
    before = list(read(tmp_path))
    again = read(tmp_path, replace(READING, answers=(("whatsapp_date_order", "month_first"),)))
    assert list(again) == before
    assert again.coverage().totals["found"] == 1
    assert len(again.batches) == 2
    back = read(tmp_path)
    assert back.coverage().totals["found"] == 1


def test_a_second_name_survives_what_replaces_the_first(tmp_path: Path) -> None:
    for name in ("a.lines", "z.lines"):
        write(tmp_path / "inbox" / name, line(key="<1@x>"), {"reject": "truncated"})
    read(tmp_path)
    (tmp_path / "inbox" / "z.lines").unlink()
    evidence = read(tmp_path, replace(READING, answers=(("order", "day_first"),)))
    assert [(s.file, s.found) for s in evidence.coverage().sources] == [("inbox/a.lines", 2), ("inbox/z.lines", 2)]
    (stored,) = evidence
    assert {stored.source.file, *(c.source.file for c in stored.copies)} == {"inbox/a.lines", "inbox/z.lines"}


def test_a_file_that_could_not_be_opened_is_read_when_it_can(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(path: Path) -> str:
        raise PermissionError(path.name)

    write(tmp_path / "inbox" / "a.lines", line(key="<1@x>"))
    monkeypatch.setattr(intake, "hash_file", refuse)
    assert read(tmp_path).coverage().reasons == {"unreadable_file": 1}
    before = tree(tmp_path / "evidence")
    read(tmp_path)
    assert tree(tmp_path / "evidence") == before
    monkeypatch.undo()
    totals = read(tmp_path).coverage().totals
    assert (totals["found"], totals["rows"]) == (1, 1)


def test_a_reader_that_lacked_a_library_is_asked_again(tmp_path: Path) -> None:
    class Lacking(Lines):
        def read(self, file, context):  # type: ignore[no-untyped-def]
            from quorum_watch.model import Rejected
            from quorum_watch.vocabulary import Outcome

            yield Rejected("file", "", Outcome.QUARANTINED, Reason.READER_MISSING)

    write(tmp_path / "inbox" / "a.lines", line(), line(at=900, text="Another matter altogether."))
    assert read(tmp_path, registry=Registry(Lacking())).coverage().totals["quarantined"] == 1
    before = tree(tmp_path / "evidence")
    read(tmp_path, registry=Registry(Lacking()))
    assert tree(tmp_path / "evidence") == before
    totals = read(tmp_path).coverage().totals
    assert (totals["found"], totals["rows"], totals["quarantined"]) == (2, 2, 0)


def test_a_reaction_without_a_time_is_kept_where_it_answers_something(tmp_path: Path) -> None:
    like = {"channel": "social_reaction", "event": "reaction", "at": None, "text": "like", "subject": ""}
    post = line(key="p1", channel="social_post", text="The bridge is open again.")
    for name in ("a.lines", "b.lines"):  # the second export of the same page adds nothing
        write(tmp_path / "inbox" / name, post, line(**like, answers="p1"), line(**like), line(key=name))
    evidence = read(tmp_path)
    assert [s.record.when is None for s in evidence] == [False, False, True]
    assert evidence.coverage().totals == {
        **{"found": 8, "rows": 3, "duplicates": 3, "ignored": 0, "restricted": 0, "quarantined": 2}
    }
    assert evidence.coverage().period is not None


def test_a_reader_that_looks_around_reads_again_when_a_neighbour_arrives(tmp_path: Path) -> None:
    class Counting(Lines):
        reads_beside = True

        def read(self, file, context):  # type: ignore[no-untyped-def]
            for item in super().read(file, context):
                yield replace(item, text=f"{len(list(file.path.parent.iterdir()))} files in all")

    write(tmp_path / "inbox" / "box" / "a.lines", line())
    assert [s.record.text for s in read(tmp_path, registry=Registry(Counting()))] == ["1 files in all"]
    write(tmp_path / "inbox" / "box" / "b.lines", line(at=1800))
    found = read(tmp_path, registry=Registry(Counting()))
    assert [s.record.text for s in found] == ["2 files in all"] * 2
    assert found.coverage().totals["found"] == 2


def test_restricted_words_are_not_stored(tmp_path: Path) -> None:
    class Rule:
        reason = Reason.PRIVILEGED

        def matches(self, name: str) -> bool:
            return name.startswith("counsel/")

    write(tmp_path / "inbox" / "counsel" / "a.lines", line(text="Ultramarine one"), line(text="Ultramarine two"))
    write(
        tmp_path / "inbox" / "mail.lines",
        line(sender="Counsel@example.gov", text="Ultramarine three", subject="Ultramarine"),
        line(to=["bo.reed@example.gov", "counsel@example.gov"], text="Ultramarine four"),
        line(text="This one is ordinary."),
    )
    reading = Reading("UTC", restricted=(Rule(),), restricted_addresses=("counsel@Example.gov",))
    evidence = read(tmp_path, reading)
    coverage = {s.file: s for s in evidence.coverage().sources}
    assert (coverage["inbox/counsel/a.lines"].found, coverage["inbox/counsel/a.lines"].restricted) == (1, 1)
    assert (coverage["inbox/mail.lines"].rows, coverage["inbox/mail.lines"].restricted) == (1, 2)
    assert coverage["inbox/counsel/a.lines"].reasons == (("privileged", 1),)
    for batch in evidence.batches:
        import pyarrow.parquet as pq

        for file in ("records.parquet", "rejected.parquet"):
            assert "Ultramarine" not in json.dumps(pq.read_table(batch.path / file).to_pylist(), default=str)


def test_nothing_outside_the_inbox_is_read(tmp_path: Path) -> None:
    secret = write(tmp_path / "secret.lines", line())
    write(tmp_path / "inbox" / "real.lines", line(key="<1@x>"))
    (tmp_path / "inbox" / "link.lines").symlink_to(secret)
    (tmp_path / "inbox" / "folder").symlink_to(tmp_path)
    (tmp_path / "inbox" / "twin.lines").symlink_to(tmp_path / "inbox" / "real.lines")
    (tmp_path / "inbox" / "dead.lines").symlink_to(tmp_path / "nowhere")
    sources = {s.file: s for s in read(tmp_path).coverage().sources}
    assert sources["inbox/link.lines"].reasons == (("path_escape", 1),)
    assert sources["inbox/folder"].reasons == (("path_escape", 1),)
    assert sources["inbox/dead.lines"].reasons == (("unreadable_file", 1),)
    assert sources["inbox/twin.lines"].duplicates == 1


def test_an_empty_inbox_is_an_empty_account(tmp_path: Path) -> None:
    (tmp_path / "inbox").mkdir()
    coverage = read(tmp_path).coverage()
    assert coverage.totals["found"] == 0
    assert coverage.period is None


def test_a_missing_inbox_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        read(tmp_path)
    assert caught.value.code == "QW-E230"


def test_two_writers_are_told_apart(tmp_path: Path) -> None:
    write(tmp_path / "inbox" / "a.lines", line())
    (tmp_path / "evidence").mkdir()
    with hold_lock(tmp_path / "evidence"), pytest.raises(EvidenceError) as caught:
        read(tmp_path)
    assert caught.value.code == "QW-E220"
    assert len(read(tmp_path)) == 1


def test_a_file_still_being_copied_stops_everything(tmp_path: Path) -> None:
    class Growing(Lines):
        def read(self, file, context):  # type: ignore[no-untyped-def]
            yield from super().read(file, context)
            with file.path.open("a") as handle:
                handle.write(json.dumps(line(at=9999)) + "\n")

    write(tmp_path / "inbox" / "a.lines", line())
    with pytest.raises(EvidenceError) as caught:
        read(tmp_path, registry=Registry(Growing()))
    assert caught.value.code == "QW-E228"
    assert list((tmp_path / "evidence").glob("*batch*")) == []


def test_own_ids_are_kept_where_they_are_unique(tmp_path: Path) -> None:
    same = {"key": "m1", "text": "Call me about the bridge."}
    write(tmp_path / "inbox" / "a.own", line(**same), line(key="m2", at=5), line(key="m3", at=5))
    evidence = read(tmp_path)
    assert sorted(s.id for s in evidence) == ["m1", "m2", "m3"]
    write(tmp_path / "inbox" / "b.own", line(key="m1", at=7200, text="Not the same m1."))
    before = evidence.fingerprint()
    evidence = read(tmp_path)
    assert evidence.fingerprint() != before
    ids = [s.id for s in evidence]
    assert sorted(i for i in ids if len(i) == 2) == ["m2", "m3"]
    assert len(set(ids)) == 4
    by_text = {s.record.text: s for s in evidence}
    for text in ("Call me about the bridge.", "Not the same m1."):
        assert evidence.find("m1", by_text[text].source) == by_text[text].id
    assert not any(Defect.ID_REUSED in s.record.defects for s in evidence)


def test_progress_tells_files_and_items(tmp_path: Path) -> None:
    write(tmp_path / "inbox" / "a.lines", *(line(at=n * 60, text=f"Number {n}") for n in range(200)))
    seen = []
    ingest(tmp_path / "inbox", tmp_path / "evidence", READING, registry=Registry(), progress=seen.append)
    assert seen[-1].items == 200
    assert (seen[-1].files_done, seen[-1].files_total) == (1, 1)
    assert [p.items for p in seen] == sorted(p.items for p in seen)


def test_events_come_in_the_order_of_time(tmp_path: Path) -> None:
    many = (line(key=f"<{n}@x>", at=(n * 7919) % 5000 * 60, text=f"Number {n}") for n in range(4500))
    write(tmp_path / "inbox" / "a.lines", *many)
    times = [s.record.when.at for s in read(tmp_path) if s.record.when]
    assert times == sorted(times)
    assert len(times) == 4500
    assert load(tmp_path / "evidence").coverage().channels == ((Channel.EMAIL.value, 4500),)
