"""Decisions as an attorney meets them: recorded, taken back, found again, never lost, never altered unseen."""

from __future__ import annotations

import stat
import threading
from pathlib import Path

import pytest

from quorum_watch.errors import EvidenceError, InputError, QuorumWatchError, UsageError
from quorum_watch.review.audit import verify
from quorum_watch.review.backup import back_up, purge_runs
from quorum_watch.review.log import ReviewLog, current_decisions
from quorum_watch.vocabulary import Disposition, Edition
from tests.review.conftest import finding

CALL = {"time": "2026-10-20T18:00:00-05:00", "channel": "call", "from": "ann", "to": ["bob"], "text": "Said by phone."}


def decide(log: ReviewLog, which=None, what=Disposition.NO_CONCERN, **more):
    chosen = {"basis": "one-way notice; no replies", "privileged": True} | more
    return log.record(which or finding(), what, **chosen)


def test_a_decision_is_found_again_after_closing(place, log, clock):
    decide(log, what="refer", note="ask for calls", second_reviewer="R. Roe")
    log.close()
    with ReviewLog.open(place, actor="somebody else", clock=clock) as again:
        found = again.standing(finding()).decision
    assert (found.disposition, found.basis) == (Disposition.REFER, "one-way notice; no replies")
    assert found.note == "ask for calls"
    assert (found.actor, found.second_reviewer, found.privileged) == ("J. Doe, attorney", "R. Roe", True)
    plain = current_decisions(place)
    assert plain["7f3a"]["disposition"] == "refer"
    assert plain["7f3a"]["at"] == found.at


def test_the_newest_decision_stands_and_undo_brings_the_one_before_back(log):
    decide(log, what="training")
    decide(log, what="refer")
    assert log.standing(finding()).decision.disposition == "refer"
    assert log.undo(finding()).disposition == "training"
    assert log.undo(finding()) is None
    with pytest.raises(UsageError, match="QW-E114"):
        log.undo(finding())
    # Nothing was erased: two decisions, two withdrawals.
    assert [e.action for e in log.history(finding())] == ["decide"] * 2 + ["withdraw decision"] * 2


def test_a_finding_that_grew_says_so_and_one_that_vanished_is_listed(log):
    decide(log, finding(full="before"))
    assert not log.standing(finding(full="before")).changed
    assert log.standing(finding(full="after")).changed
    assert [d.finding for d in log.unmatched([finding(seed="other")])] == ["QW-7F3A"]
    assert log.unmatched([finding(full="after")]) == ()


@pytest.mark.parametrize(
    "wrong",
    [
        {"basis": "  "},
        {"what": "guilty"},
    ],
)
def test_a_decision_without_reason_or_of_unknown_kind_is_refused_and_nothing_is_kept(log, wrong):
    before = log.head()
    with pytest.raises(UsageError):
        decide(log, **wrong)
    assert log.head() == before


def test_nobody_works_without_a_name(place):
    with pytest.raises(UsageError, match="QW-E113"):
        ReviewLog.open(place, actor="  ")


def test_notes_can_be_added_and_taken_back(log):
    first = log.note(finding(), "Ask the clerk for the call list.", privileged=False)
    log.note(finding(seed="b", name="QW-B"), "Other.", privileged=True)
    assert [n.text for n in log.notes(finding())] == ["Ask the clerk for the call list."]
    log.withdraw_note(first.seq)
    assert log.notes(finding()) == ()
    assert len(log.notes()) == 1


def test_hostile_text_is_kept_as_text(log):
    words = "'); drop table disposition; -- <script>alert(1)</script> \u202e =cmd|' \x00 \x1b[2J \ud800"
    found = decide(log, basis=words, note=words)
    assert "drop table" in found.basis
    assert "\x00" not in found.basis
    assert "\x1b" not in log.standing(finding()).decision.note
    assert log.current()["7f3a"].basis == found.basis


def test_a_legal_hold_stops_every_purge_until_it_is_lifted(log, tmp_path):
    folder = tmp_path / "runs"
    folder.mkdir()
    lines = []
    for k in range(5):
        (folder / f"r{k}").mkdir()
        lines.append(f'{{"run": "r{k}", "previous": {f"""{chr(34)}r{k - 1}{chr(34)}""" if k else "null"}}}\n')
    (folder / "index.jsonl").write_text("".join(lines), encoding="utf-8")
    log.place_hold("Smith v. City", "letter of 3 November")
    with pytest.raises(InputError, match="QW-E262"):
        purge_runs(folder, log, keep=1)
    assert len(list(folder.glob("r*"))) == 5
    log.lift_hold("Smith v. City", "closed on 9 November")
    assert log.holds() == ()
    # The run that the newest was compared with stays: without it the newest could not be made again.
    assert purge_runs(folder, log, keep=1) == ("r0", "r1", "r2")
    assert sorted(p.name for p in folder.iterdir() if p.is_dir()) == ["r3", "r4"]


def test_clearing_needs_a_decision_that_still_fits(log):
    with pytest.raises(UsageError):
        log.clear(finding())
    decide(log)
    with pytest.raises(UsageError):
        log.clear(finding(full="grown"))
    assert log.clear(finding()) == "no_concern"
    assert log.cleared() == (("QW-7F3A", "7f3a", "aaaa", "no_concern"),)
    decide(log, what="refer")  # a new decision ends the clearance made for the old one
    assert log.cleared() == ()
    log.undo(finding())
    log.withdraw_clearance(finding())
    assert log.cleared() == ()


def test_an_attached_interaction_can_be_taken_back(log):
    kept = log.attach(CALL, reason="told by the clerk on 2 November")
    assert [(h.row, h.reason) for h in log.attached()] == [(CALL, "told by the clerk on 2 November")]
    log.detach(kept.name)
    assert log.attached() == ()
    with pytest.raises(UsageError):
        log.detach(kept.name)


def test_every_act_is_in_the_chain_and_the_chain_holds(place, log):
    decide(log)
    log.undo(finding())
    log.note(finding(), "x", privileged=False)
    log.place_hold("h", "r")
    log.lift_hold("h", "over")
    printed = log.record_edition(Edition.PRIVILEGED, run="r1", sha256="0" * 64, recipient="City attorney")
    log.attach(CALL, reason="r")
    log.note_act("unmask", "everybody", {"why": "second pass"})
    found = verify(place, [printed, log.head()])
    assert found.faults == ()
    assert found.entries == 9  # eight acts and the beginning
    assert found.head == log.head()


UPDATE = "update disposition set disposition = 'refer'"
DELETE = "delete from disposition"
REPLACE = (
    "insert or replace into disposition select seq, seed, full_print, finding, run, 'refer', basis, privileged, note, "
    "second_reviewer, withdraws from disposition"
)
UPSERT = (
    "insert into disposition select seq, seed, full_print, finding, run, 'refer', basis, privileged, note, "
    "second_reviewer, withdraws from disposition where true on conflict (seq) do update set disposition = 'refer'"
)


@pytest.mark.parametrize("statement", [UPDATE, DELETE, REPLACE, UPSERT, "truncate disposition"])
def test_a_row_cannot_be_changed_removed_or_replaced(place, log, raw, statement):
    if isinstance(place, Path) == statement.startswith("truncate") or (statement is REPLACE and isinstance(place, str)):
        pytest.skip("not in this dialect")
    decide(log)
    with pytest.raises(Exception, match="only grows"):
        raw(place, statement)
    assert log.standing(finding()).decision.disposition == "no_concern"
    assert verify(place).faults == ()


@pytest.mark.parametrize(
    ("table", "change"),
    [
        ("disposition", "update disposition set disposition = 'refer' where seq = 2"),
        ("disposition", "delete from disposition where seq = 2"),
        ("audit_event", "update audit_event set actor = 'nobody' where seq = 2"),
        ("audit_event", "update audit_event set body_json = '{}' where seq = 3"),
    ],
)
def test_an_insider_who_removes_the_guards_is_found_out(place, log, raw, table, change):
    decide(log)
    decide(log, what="refer")
    log.close()
    drop = "" if isinstance(place, Path) else f" on {table}"
    raw(place, f"drop trigger {table}_no_update{drop}")
    if isinstance(place, Path):
        raw(place, f"drop trigger {table}_no_delete")
    raw(place, change)
    faults = verify(place).faults
    assert any("guard" in f.what for f in faults)
    assert any("guard" not in f.what for f in faults)
    assert all(f.code == "QW-E253" for f in faults)
    with pytest.raises(EvidenceError, match="QW-E253"):
        ReviewLog.open(place, actor="attorney")


def test_a_tail_cut_off_whole_is_found_through_the_printed_head(place, log, raw):
    decide(log)
    decide(log, what="refer")
    printed = log.head()
    log.close()
    drop = "" if isinstance(place, Path) else " on {}"
    for table in ("disposition", "audit_event"):
        raw(place, f"drop trigger {table}_no_{'delete' if isinstance(place, Path) else 'update'}{drop.format(table)}")
    raw(place, "delete from disposition where seq = 3", "delete from audit_event where seq = 3")
    if isinstance(place, Path):  # a careful insider puts the guards back
        from quorum_watch.review.migrations import guard_statements

        for table, keys in (("disposition", ("seq",)), ("audit_event", ("seq", "hash"))):
            raw(place, guard_statements("sqlite", table, keys)[1])
        assert verify(place).faults == ()  # the chain alone cannot tell
    faults = verify(place, [printed]).faults
    assert [f.code for f in faults if f.code == "QW-E260"]
    assert any("cut off" in f.what for f in faults)


def test_a_newer_database_is_refused_unchanged(place, log, raw):
    log.close()
    raw(place, "insert into _migrations values ('9999 from the future', '2030-01-01')")
    with pytest.raises(InputError, match="QW-E252"):
        ReviewLog.open(place, actor="attorney")
    with pytest.raises(InputError, match="QW-E252"):
        current_decisions(place)


def test_two_people_write_at_once_and_nothing_is_lost(place, log):
    log.close()
    failures = []

    def work(who: str) -> None:
        try:
            with ReviewLog.open(place, actor=who) as mine:
                for k in range(25):
                    decide(mine, finding(f"QW-{who}{k}", f"{who}{k}"))
        except QuorumWatchError as error:
            failures.append(error)

    people = [threading.Thread(target=work, args=(who,)) for who in ("a", "b")]
    for p in people:
        p.start()
    for p in people:
        p.join()
    assert failures == []
    assert len(current_decisions(place)) == 50
    assert verify(place).faults == ()


def test_a_backup_made_while_working_verifies_and_is_never_overwritten(place, log, tmp_path, clock):
    decide(log)
    target = tmp_path / "backup.sqlite"
    made = back_up(place, target)
    assert made.head == log.head()
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    assert verify(target, [made.head]).faults == ()
    assert current_decisions(target) == current_decisions(place)
    with pytest.raises(InputError, match="QW-E263"):
        back_up(place, target)
    with ReviewLog.open(target, actor="restored", clock=clock) as restored:
        decide(restored, finding(seed="new"))
    assert len(list(tmp_path.glob(".*"))) == 0  # nothing half-made is left


def test_no_decisions_is_an_empty_mapping(place):
    assert current_decisions(place) == {}


def test_two_reviewers_of_one_finding_both_stay_in_the_log(place, log, clock):
    decide(log)
    with ReviewLog.open(place, actor="R. Roe", clock=clock) as other:
        decide(other, what="refer", basis="second look")
        assert [(e.actor, e.action) for e in other.history(finding())] == [
            ("J. Doe, attorney", "decide"),
            ("R. Roe", "decide"),
        ]
    assert log.standing(finding()).decision.actor == "R. Roe"
