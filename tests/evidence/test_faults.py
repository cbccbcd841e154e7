"""Killed, full, read-only: evidence is the old state or the new one, and the message says what to do."""

from __future__ import annotations

import errno
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest

from quorum_watch.errors import EvidenceError
from quorum_watch.evidence import audit_evidence, batch, ingest, load
from tests.evidence.fakes import READING, Lines, Registry, line, read, tree, write

ROOT = Path(__file__).resolve().parents[2]
INGEST = """
import sys
from pathlib import Path
from quorum_watch.evidence import batch
from tests.evidence.fakes import read
batch.GROUP_ROWS = 50
print("ready", flush=True)
read(Path(sys.argv[1]))
print("done", flush=True)
"""


def start(folder: Path) -> subprocess.Popen[str]:
    process = subprocess.Popen([sys.executable, "-c", INGEST, str(folder)], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    return process


@pytest.mark.skipif(sys.platform == "win32", reason="kill -9 is a POSIX signal")
def test_killed_at_any_moment_leaves_the_old_or_the_new_state(tmp_path: Path) -> None:
    write(tmp_path / "inbox" / "old.lines", line(key="<old@x>"))
    read(tmp_path)
    old = batches(tmp_path)
    lines = [line(key=f"<{n}@x>", at=n * 60, text=f"Number {n} " * 30) for n in range(4000)]
    write(tmp_path / "inbox" / "new.lines", *lines)
    dice = random.Random(7)
    begun = time.monotonic()
    killed = 0
    for _ in range(15):
        process = start(tmp_path)
        time.sleep(dice.random() * 0.45)
        process.send_signal(signal.SIGKILL)
        process.wait()
        killed += 1
        now = batches(tmp_path)
        assert {k: now[k] for k in old} == old
        evidence = load(tmp_path / "evidence")
        assert len(evidence) in (1, 4001)
        evidence.coverage()
        if len(evidence) == 4001:  # it got through: begin again from the old state
            for path in (tmp_path / "evidence").iterdir():
                if path.is_dir() and not any(name.startswith(path.name) for name in old):
                    for file in path.iterdir():
                        file.unlink()
                    path.rmdir()
        if time.monotonic() - begun > 25:
            break
    assert killed >= 5
    evidence = read(tmp_path)
    assert len(evidence) == 4001
    assert not list((tmp_path / "evidence").glob(".incoming-*"))
    assert audit_evidence(tmp_path / "inbox", tmp_path / "evidence", registry=Registry()).faults == ()


def batches(folder: Path) -> dict[str, bytes]:
    return {k: v for k, v in tree(folder / "evidence").items() if k.startswith("batch-")}


def test_leftovers_are_swept(tmp_path: Path) -> None:
    write(tmp_path / "inbox" / "a.lines", line())
    left = tmp_path / "evidence" / ".incoming-1"
    left.mkdir(parents=True)
    (left / "records.parquet").write_bytes(b"half")
    result = ingest(tmp_path / "inbox", tmp_path / "evidence", READING, registry=Registry())
    assert result.swept == 1
    assert not left.exists()


@pytest.mark.parametrize("after", [0, 3_000, 30_000])
def test_a_full_disk_keeps_the_old_state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, after: int) -> None:
    write(tmp_path / "inbox" / "a.lines", line(key="<1@x>"))
    read(tmp_path)
    before = tree(tmp_path / "evidence")
    dice = random.Random(1)
    lines = [line(key=f"<{n}@x>", at=n, text=dice.randbytes(300).hex()) for n in range(2, 400)]
    write(tmp_path / "inbox" / "b.lines", *lines)
    written = 0
    real = batch._Hashed.write

    def write_until_full(self, data):  # type: ignore[no-untyped-def]
        nonlocal written
        if not self._dropped:
            written += len(bytes(data))
            if written > after:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return real(self, data)

    monkeypatch.setattr(batch, "GROUP_ROWS", 50)
    monkeypatch.setattr(batch._Hashed, "write", write_until_full)
    with pytest.raises(EvidenceError) as caught:
        read(tmp_path)
    assert caught.value.code == "QW-E221"
    assert "No space left" in str(caught.value)
    assert "disk space" in caught.value.faults[0].remedy
    assert tree(tmp_path / "evidence") == before
    monkeypatch.undo()
    assert len(read(tmp_path)) == 399


@pytest.mark.skipif(sys.platform == "win32", reason="file size limits are POSIX")
def test_a_real_write_failure_keeps_the_old_state(tmp_path: Path) -> None:
    """The system itself refuses to let a file grow; no write is simulated."""
    dice = random.Random(2)
    write(tmp_path / "inbox" / "b.lines", *(line(at=n, text=dice.randbytes(300).hex()) for n in range(2000)))
    limited = f"import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (90_000, 90_000))\n{INGEST}"
    done = subprocess.run(
        [sys.executable, "-c", limited, str(tmp_path)], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert "QW-E221" in done.stderr
    assert [p.name for p in (tmp_path / "evidence").iterdir()] == [".lock"]


@pytest.mark.skipif(sys.platform == "win32", reason="folder permissions are POSIX")
def test_a_read_only_folder_is_told_in_words() -> None:
    with tempfile.TemporaryDirectory() as name:
        place = Path(name)
        place.chmod(0o755)
        write(place / "inbox" / "a.lines", line())
        read(place)
        write(place / "inbox" / "b.lines", line(at=60))
        folder = place / "evidence"
        before = tree(folder)
        folder.chmod(0o555)
        (folder / ".lock").chmod(0o444)
        user = os.geteuid()
        if user == 0:  # the superuser may write anywhere, so become somebody else for a moment
            os.seteuid(65534)
        try:
            with pytest.raises(EvidenceError) as caught:
                ingest(place / "inbox", folder, READING, registry=Registry())
        finally:
            os.seteuid(user)
            folder.chmod(0o755)
        assert caught.value.code == "QW-E221"
        assert "Permission denied" in str(caught.value)
        assert tree(folder) == before


def test_no_message_text_in_errors(tmp_path: Path) -> None:
    write(tmp_path / "inbox" / "a.lines", {"fail": 1})
    evidence = read(tmp_path)
    ((_, item),) = evidence.rejected()
    assert item.detail == "ValueError"


def test_memory_does_not_grow_with_the_box(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Rows alive at once are bounded by one row group, whatever the number of messages."""
    alive: list[int] = []
    real = batch._Table.add

    def count(self, row):  # type: ignore[no-untyped-def]
        real(self, row)
        alive.append(len(self._rows))

    monkeypatch.setattr(batch._Table, "add", count)
    monkeypatch.setattr(batch, "GROUP_CHARS", 10_000)

    class Endless(Lines):
        def read(self, file, context):  # type: ignore[no-untyped-def]
            (item,) = super().read(file, context)
            for _ in range(3000):
                yield item

    write(tmp_path / "inbox" / "a.lines", line(text="x" * 1000))
    ingest(tmp_path / "inbox", tmp_path / "evidence", READING, registry=Registry(Endless()))
    assert len(alive) == 3000
    assert max(alive) <= 10
