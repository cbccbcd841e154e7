"""What can happen to the file: killed writers, full disks, cut files, strangers' files. No decision is lost."""

from __future__ import annotations

import os
import random
import shutil
import signal
import sqlite3
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest

from quorum_watch.errors import EvidenceError, InputError
from quorum_watch.review.audit import verify
from quorum_watch.review.log import ReviewLog, current_decisions
from tests.review.conftest import finding

WRITER = """
import sys
from quorum_watch.review.log import ReviewLog
log = ReviewLog.open(sys.argv[1], actor="writer")
start = int(sys.argv[2])
for k in range(start, start + 200):
    f = {"id": f"QW-{k}", "fingerprint": {"seed": f"s{k}", "full": "f"}}
    log.record(f, "training", basis="b" * (1 + k * 37 % 3000), privileged=False)
    print(k, flush=True)
"""


def test_a_writer_killed_at_any_moment_loses_no_decision_it_was_told_of(tmp_path):
    place = tmp_path / "review.sqlite"
    dice = random.Random(8)
    told: set[int] = set()
    for attempt in range(8):
        writer = subprocess.Popen(
            [sys.executable, "-c", WRITER, str(place), str(1000 * attempt)], stdout=subprocess.PIPE, text=True
        )
        assert writer.stdout is not None
        if attempt:  # one run is killed while it makes the file
            writer.stdout.readline()
            told.add(1000 * attempt)
        time.sleep(dice.uniform(0, 0.25))
        os.kill(writer.pid, signal.SIGKILL)
        out, _ = writer.communicate(timeout=20)
        told |= {int(line) for line in out.split("\n")[:-1]}
        if place.exists():
            assert verify(place).faults == ()
    kept = {int(seed[1:]) for seed in current_decisions(place)}
    assert told <= kept
    assert len(kept) <= len(told) + 8  # at most the one in flight each time
    assert len(told) > 20
    with ReviewLog.open(place, actor="next") as log:
        log.record(finding(), "training", basis="after", privileged=False)
    assert verify(place).faults == ()


def _fill(log: ReviewLog, words: str) -> None:
    for k in range(50):
        log.record(finding(seed=f"s{k}"), "training", basis=words, privileged=False)


def _stop_half_way(log: ReviewLog) -> None:
    with log._db.writing():
        log._db.rows("insert into audit_event values (2, 'a', 'b', 'c', 'd', '{}', 'p', 'h')")
        raise RuntimeError


def test_a_full_disk_says_so_and_keeps_everything_before(tmp_path):
    place = tmp_path / "review.sqlite"
    with ReviewLog.open(place, actor="attorney") as log:
        log.record(finding(), "training", basis="first", privileged=False)
        pages = log._db.rows("pragma page_count")[0][0]
        log._db.rows(f"pragma max_page_count = {pages}")
        words = "WORDS OF A MESSAGE " * 200
        with pytest.raises(InputError, match="QW-E254") as told:
            _fill(log, words)
        assert "WORDS" not in str(told.value)
        kept = len(log.current())
        log._db.rows("pragma max_page_count = 100000")
        log.record(finding(seed="later"), "training", basis="room again", privileged=False)
        assert len(log.current()) == kept + 1
    assert verify(place).faults == ()


@pytest.mark.parametrize("size", [0, 100, 4096, 20_000])
def test_a_truncated_file_is_reported_not_taken_for_a_new_one(tmp_path, size):
    place = tmp_path / "review.sqlite"
    with ReviewLog.open(place, actor="attorney") as log:
        for k in range(40):
            log.record(finding(seed=f"s{k}"), "training", basis="b" * 900, privileged=False)
    content = place.read_bytes()
    assert len(content) > 20_000
    place.write_bytes(content[:size])
    with pytest.raises(EvidenceError, match="QW-E251"):
        ReviewLog.open(place, actor="attorney")
    assert {f.code for f in verify(place).faults} == {"QW-E251"}
    assert len(place.read_bytes()) == size  # kept as it is, for whoever looks into it


def test_a_file_gone_with_its_journal_left_is_not_begun_anew(tmp_path):
    place = tmp_path / "review.sqlite"
    log = ReviewLog.open(place, actor="attorney")
    log.record(finding(), "training", basis="b", privileged=False)
    shutil.copy(f"{place}-wal", tmp_path / "kept")
    log.close()
    place.unlink()
    shutil.copy(tmp_path / "kept", f"{place}-wal")
    with pytest.raises(EvidenceError, match="QW-E251"):
        ReviewLog.open(place, actor="attorney")


def test_another_programs_database_is_refused(tmp_path):
    place = tmp_path / "review.sqlite"
    connection = sqlite3.connect(place)
    connection.execute("create table t (a)")
    connection.close()
    with pytest.raises(InputError, match="QW-E258"):
        ReviewLog.open(place, actor="attorney")
    place.write_bytes(b"not a database" * 100)
    with pytest.raises(EvidenceError, match="QW-E251"):
        ReviewLog.open(place, actor="attorney")


def test_the_file_is_for_its_owner_alone(tmp_path):
    place = tmp_path / "review.sqlite"
    with ReviewLog.open(place, actor="attorney") as log:
        log.record(finding(), "training", basis="b", privileged=False)
        for name in tmp_path.iterdir():
            assert stat.S_IMODE(name.stat().st_mode) == 0o600, name.name
    place.chmod(0o644)
    ReviewLog.open(place, actor="attorney").close()
    assert stat.S_IMODE(place.stat().st_mode) == 0o600


def test_a_writer_who_waits_too_long_is_told(tmp_path, monkeypatch):
    from quorum_watch.review import db

    place = tmp_path / "review.sqlite"
    ReviewLog.open(place, actor="attorney").close()
    monkeypatch.setattr(db, "PATIENCE_SECONDS", 0.05)
    with ReviewLog.open(place, actor="a") as first, ReviewLog.open(place, actor="b") as second:
        with first._db.writing(), pytest.raises(InputError, match="QW-E255"):
            second.record(finding(), "training", basis="b", privileged=False)
        second.record(finding(), "training", basis="b", privileged=False)
    assert verify(place).faults == ()


def test_nobody_reading_sees_half_an_entry(tmp_path):
    place = tmp_path / "review.sqlite"
    with ReviewLog.open(place, actor="a") as log, pytest.raises(RuntimeError):
        _stop_half_way(log)
    assert verify(place).entries == 1


def test_opening_a_log_of_thousands_is_quick(tmp_path):
    place = tmp_path / "review.sqlite"
    with ReviewLog.open(place, actor="a") as log:
        log._db.rows("pragma synchronous = off")
        for k in range(2_000):
            log.record(finding(seed=f"s{k % 500}"), "training", basis="b", privileged=False)
    start = time.perf_counter()
    with ReviewLog.open(place, actor="a") as log:
        assert len(log.current()) == 500
    assert time.perf_counter() - start < 1.0


def test_paths_and_values_stay_out_of_errors(tmp_path):
    with pytest.raises(InputError) as told:
        ReviewLog.open(tmp_path / "no" / "review.sqlite", actor="a")
    assert str(tmp_path) not in str(told.value)
    with pytest.raises(InputError) as told:
        ReviewLog.open("postgresql://someone:hunter2@127.0.0.1:1/review", actor="a")
    assert "hunter2" not in str(told.value)
    assert isinstance(Path(tmp_path), Path)
