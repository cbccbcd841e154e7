"""One altered byte anywhere is found, named, and comes with what to do."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from quorum_watch.errors import EvidenceError
from quorum_watch.evidence import audit_evidence, ingest, load
from quorum_watch.evidence.batch import MANIFEST, RECORDS, REJECTED
from tests.evidence.fakes import READING, Lines, Registry, line, read, write


@pytest.fixture
def city(tmp_path: Path) -> Path:
    write(
        tmp_path / "inbox" / "a.lines", *(line(key=f"<{n}@x>", at=n * 60, text=f"Number {n} " * 9) for n in range(300))
    )
    write(tmp_path / "inbox" / "b.lines", line(key="<b@x>", at=9**6, text="Another"), {"reject": "truncated"})
    read(tmp_path)
    return tmp_path


def audit(folder: Path, sample: float = 1.0):  # type: ignore[no-untyped-def]
    return audit_evidence(folder / "inbox", folder / "evidence", sample=sample, registry=Registry())


def flip(path: Path, place: int) -> None:
    data = bytearray(path.read_bytes())
    data[place] ^= 1
    path.write_bytes(bytes(data))


def test_untouched_evidence_has_no_faults(city: Path) -> None:
    result = audit(city)
    assert (result.rows, result.rows_checked, result.not_checked, result.faults) == (301, 301, 0, ())


def test_the_sample_is_the_same_for_everybody_and_touches_every_source(city: Path) -> None:
    once, twice = audit(city, 0.01), audit(city, 0.01)
    assert once == twice
    assert 2 <= once.rows_checked < 30


@pytest.mark.parametrize("name", ["a.lines", "b.lines"])
def test_one_altered_source_byte_is_found(city: Path, name: str) -> None:
    path = city / "inbox" / name
    for place in (10, path.stat().st_size // 2, path.stat().st_size - 1):
        flip(path, place)
        (fault,) = audit(city, 0.0).faults
        assert (fault.code, fault.where) == ("QW-E225", f"inbox/{name}")
        assert "original" in fault.remedy
        flip(path, place)
    assert audit(city).faults == ()


@pytest.mark.parametrize(("name", "code"), [(RECORDS, "QW-E223"), (REJECTED, "QW-E223"), (MANIFEST, "QW-E222")])
def test_one_altered_byte_of_a_batch_is_found(city: Path, name: str, code: str) -> None:
    (batch,) = (city / "evidence").glob("batch-*")
    size = (batch / name).stat().st_size
    for place in range(0, size, max(1, size // 20)):
        flip(batch / name, place)
        (fault,) = audit(city, 0.0).faults
        assert (fault.code, fault.where) == (code, f"evidence/{batch.name}/{name}")
        flip(batch / name, place)


def test_a_changed_manifest_stops_loading_too(city: Path) -> None:
    (batch,) = (city / "evidence").glob("batch-*")
    data = json.loads((batch / MANIFEST).read_text())
    data["sources"][0]["rows"] -= 1
    (batch / MANIFEST).write_text(json.dumps(data))
    with pytest.raises(EvidenceError) as caught:
        load(city / "evidence")
    assert caught.value.code == "QW-E222"


def test_a_damaged_parquet_file_is_an_error_and_no_traceback(city: Path) -> None:
    (batch,) = (city / "evidence").glob("batch-*")
    data = (batch / RECORDS).read_bytes()
    (batch / RECORDS).write_bytes(data[: len(data) // 2])
    with pytest.raises(EvidenceError) as caught:
        load(city / "evidence")
    assert caught.value.code == "QW-E223"
    (batch / RECORDS).unlink()
    assert [f.code for f in audit(city).faults] == ["QW-E223"]


def test_a_missing_source_is_reported_and_a_moved_one_is_not(city: Path) -> None:
    (city / "inbox" / "b.lines").rename(city / "inbox" / "renamed.lines")
    assert audit(city).faults == ()
    (city / "inbox" / "renamed.lines").unlink()
    result = audit(city)
    assert [(f.code, f.where) for f in result.faults] == [("QW-E226", "inbox/b.lines")]
    assert result.not_checked == 1


def test_a_row_that_cannot_be_fetched_again_is_named(city: Path) -> None:
    class Lying(Lines):
        def fetch(self, file, locator):  # type: ignore[no-untyped-def]
            raise OSError("words that must not be shown")

    result = audit_evidence(city / "inbox", city / "evidence", sample=0.0, registry=Registry(Lying()))
    assert {f.code for f in result.faults} == {"QW-E227"}
    assert len(result.faults) == 2
    assert not any("must not be shown" in str(f) for f in result.faults)


def test_every_batch_is_checked_and_every_fault_told_at_once(city: Path) -> None:
    write(city / "inbox" / "c.lines", line(key="<c@x>", text="A third file"))
    ingest(city / "inbox", city / "evidence", READING, registry=Registry())
    for batch in (city / "evidence").glob("batch-*"):
        flip(batch / RECORDS, 100)
    (city / "inbox" / "c.lines").unlink()
    assert [f.code for f in audit(city).faults] == ["QW-E223", "QW-E223"]
