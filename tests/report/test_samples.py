"""The samples that readers see are what the program makes today."""

from __future__ import annotations

import io
import zipfile

from tests.report.samples import SAMPLE, make


def content(name: str, data: bytes) -> object:
    """The bytes; of a Word file its parts, because another zlib packs the same parts into other bytes."""
    if not name.endswith(".docx"):
        return data
    with zipfile.ZipFile(io.BytesIO(data)) as box:
        return [(part, box.read(part)) for part in box.namelist()]


def test_committed_samples_are_what_the_program_makes(tmp_path):
    made = make(tmp_path)
    kept = {p.relative_to(SAMPLE).as_posix(): p.read_bytes() for p in sorted(SAMPLE.rglob("*")) if p.is_file()}
    assert set(made) == set(kept), "run: python -m tests.report.samples"
    changed = sorted(name for name in made if content(name, made[name]) != content(name, kept[name]))
    assert not changed, f"run: python -m tests.report.samples ({', '.join(changed[:5])})"
