"""A delivery held against its manifest: count, names, empty files."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.sources.reading import damage, pack, read, refused, rows

MAIL = b"From: a@x.example\nTo: b@x.example\nDate: Mon, 2 Mar 2026 09:00:00 -0600\nMessage-ID: <%d@x.example>\n\nx\n"
FILES = {"1.eml": MAIL % 1, "2.eml": MAIL % 2}
GOOD = b"Date: 2026-03-02\nCount: 2\n1.eml\n2.eml\n"


@pytest.mark.parametrize(
    ("manifest", "files", "found"),
    [
        (GOOD, FILES, [("ignored", "sidecar")]),
        (GOOD.replace(b"Count: 2", b"Count: 3"), FILES, [("quarantined", "manifest_mismatch")]),
        (GOOD, {"1.eml": MAIL % 1}, [("quarantined", "export_error"), ("quarantined", "manifest_mismatch")]),
        (GOOD, {**FILES, "2.eml": b""}, [("quarantined", "export_error"), ("quarantined", "manifest_mismatch")]),
        (GOOD, {**FILES, "3.eml": MAIL % 3}, [("quarantined", "manifest_mismatch")]),
    ],
)
def test_the_three_checks(
    tmp_path: Path, manifest: bytes, files: dict[str, bytes], found: list[tuple[str, str]]
) -> None:
    for name, data in files.items():
        (tmp_path / name).write_bytes(data)
    assert refused(read(tmp_path, "delivery.mf", manifest, "smarsh")) == found


def test_inside_a_zip_and_beside_one(tmp_path: Path) -> None:
    items = read(tmp_path, "delivery.zip", pack({**FILES, "delivery.mf": GOOD}), "zip")
    assert (len(rows(items)), refused(items)) == (2, [("ignored", "sidecar")])
    (tmp_path / "delivery.zip").write_bytes(pack(FILES))
    assert refused(read(tmp_path, "delivery.mf", GOOD, "smarsh")) == [("ignored", "sidecar")]


def test_damaged_manifests_are_accounted_for(tmp_path: Path) -> None:
    damage(tmp_path, "delivery.mf", GOOD, 40)
