"""Google Vault's sidecars: counts compared, errors carried over, members read, checksums verified."""

# ruff: noqa: E501 - a sample message reads best as it would arrive

from __future__ import annotations

import hashlib
import zipfile
from pathlib import Path

import pytest

from quorum_watch.model import Record, Rejected
from quorum_watch.sources import registry
from quorum_watch.sources.interface import Context, Item
from quorum_watch.vocabulary import Outcome, Reason, Role

MAIL = b"From 1@xxx Mon Mar  2 09:00:00 +0000 2026\nFrom: dana@x.example\nTo: kim@x.example\nDate: Mon, 2 Mar 2026 09:00:00 -0600\n\nHi\n"


def read(folder: Path, name: str, data: bytes) -> list[Item]:
    path = folder / name
    path.write_bytes(data)
    file = registry.open_source(path, folder)
    reader = registry.detect(file)
    assert reader is not None
    assert reader.kind == "vault"
    items = list(registry.read_items(file, Context("America/Chicago")))
    for item in items:
        assert hashlib.sha256(reader.fetch(file, item.locator)).hexdigest() == item.sha256
    return items


@pytest.fixture(params=["folder", "zip"])
def export(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """Three messages in a box, loose or in the zip Vault makes."""
    box = tmp_path / "mail-1.mbox"
    box.write_bytes(MAIL * 3)
    if request.param == "zip":
        with zipfile.ZipFile(tmp_path / "export-1.zip", "w") as archive:
            archive.write(box, "mail-1.mbox")
        box.unlink()
    return tmp_path


@pytest.mark.parametrize(
    ("count", "outcome", "reason"),
    [(3, Outcome.IGNORED, Reason.SIDECAR), (5, Outcome.QUARANTINED, Reason.COUNT_MISMATCH)],
)
def test_declared_counts_are_compared(export: Path, count: int, outcome: Outcome, reason: Reason) -> None:
    (item,) = read(export, "export-results-count.csv", b"Account,Count\na@x.example,%d\nb@x.example,1\n" % (count - 1))
    assert isinstance(item, Rejected)
    assert (item.outcome, item.reason) == (outcome, reason)
    assert f"declares {count} messages" in item.detail
    assert "hold 3" in item.detail


@pytest.mark.parametrize(("documents", "reason"), [(3, Reason.SIDECAR), (2, Reason.COUNT_MISMATCH)])
def test_metadata_documents_are_compared(export: Path, documents: int, reason: Reason) -> None:
    xml = (
        b"<?xml version='1.0'?><Root DataInterchangeType='Update'><Batch><Documents>"
        + b"<Document DocID='1'/>" * documents
        + b"</Documents></Batch></Root>"
    )
    (item,) = read(export, "export-metadata.xml", xml)
    assert isinstance(item, Rejected)
    assert item.reason is reason


@pytest.mark.parametrize(
    ("xml", "reason"),
    [
        (
            b"<!DOCTYPE r [<!ENTITY a 'b'>]><Root DataInterchangeType='Update'><Document>&a;</Document></Root>",
            Reason.XML_ENTITY,
        ),
        (b"<Root DataInterchangeType='Update'><Document></Root>", Reason.XML_INVALID),
    ],
)
def test_hostile_or_broken_metadata(tmp_path: Path, xml: bytes, reason: Reason) -> None:
    (item,) = read(tmp_path, "metadata.xml", xml)
    assert isinstance(item, Rejected)
    assert item.reason is reason


@pytest.mark.parametrize(
    "name", ["error.csv", "export-account-exceptions.csv", "export-failed-group-membership-lookups.csv"]
)
def test_what_the_vendor_lost_shows_line_by_line(tmp_path: Path, name: str) -> None:
    items = read(tmp_path, name, b"Document ID,Account,Error\n1,a@x.example,failed\n2,b@x.example,failed\n")
    assert [i.reason for i in items if isinstance(i, Rejected)] == [Reason.EXPORT_ERROR, Reason.EXPORT_ERROR]
    (none,) = read(tmp_path, name, b"Document ID,Account,Error\n")
    assert isinstance(none, Rejected)
    assert none.outcome is Outcome.IGNORED


def test_group_members_are_joins_with_their_time(tmp_path: Path) -> None:
    one, two = read(
        tmp_path,
        "x-group-membership.csv",
        b"Group,Member,Joined,Role\nall@x.example,dana@x.example,2026-01-05T10:00:00Z,MEMBER\nall@x.example,kim@x.example,,OWNER\n",
    )
    assert isinstance(one, Record)
    assert one.sender is not None
    assert (one.event, one.sender.address, one.recipients[0].address, one.recipients[0].role) == (
        "join",
        "dana@x.example",
        "all@x.example",
        Role.GROUP_MEMBER,
    )
    assert isinstance(two, Rejected)
    assert two.reason is Reason.NO_DATE


def test_checksums_are_verified(tmp_path: Path) -> None:
    (tmp_path / "a.mbox").write_bytes(MAIL)
    good = hashlib.md5(MAIL).hexdigest()
    (fine,) = read(tmp_path, "export.md5", f"{good}  a.mbox\n".encode())
    (wrong,) = read(tmp_path, "export.md5", f"{'0' * 32}  a.mbox\n{good}  gone.mbox\n".encode())
    assert isinstance(fine, Rejected)
    assert isinstance(wrong, Rejected)
    assert (fine.reason, wrong.reason) == (Reason.SIDECAR, Reason.MANIFEST_MISMATCH)
    assert wrong.detail == "0 files agree, 1 differ, 1 are not here"
