"""The samples that readers see are what the program makes today."""

from __future__ import annotations

from tests.report.samples import SAMPLE, make


def test_committed_samples_are_what_the_program_makes(tmp_path):
    made = make(tmp_path)
    kept = {p.relative_to(SAMPLE).as_posix(): p.read_bytes() for p in sorted(SAMPLE.rglob("*")) if p.is_file()}
    assert set(made) == set(kept), "run: python -m tests.report.samples"
    changed = sorted(name for name in made if made[name] != kept[name])
    assert not changed, f"run: python -m tests.report.samples ({', '.join(changed[:5])})"
