"""The committed samples: one of each edition and format, made from the invented city.

``python -m tests.report.samples`` writes ``reports/sample/`` again; a test compares it byte for byte.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from pathlib import Path

from quorum_watch import pipeline
from quorum_watch.report.editions import Reviewed, build_report
from quorum_watch.report.formats import FORMATS, write
from quorum_watch.report.material import material_of
from quorum_watch.report.period import parse_period

ROOT = Path(__file__).resolve().parents[2]
SAMPLE = ROOT / "reports" / "sample"
#: Edition, period, recipient. A month keeps the attorney's sample small; its pictures are the bulk of it.
CHOSEN = (
    ("public", "2026-Q1", ""),
    ("privileged", "2026-03", ""),
    ("member", "2026-Q1", "odessa-farrowgrove"),
)


def make(folder: Path) -> dict[str, bytes]:
    """Every sample file by its path below ``reports/sample``; the city is analysed in ``folder``."""
    city = folder / "city"
    shutil.copytree(ROOT / "data" / "sample", city)
    material = material_of(pipeline.analyze(city))
    files: dict[str, bytes] = {}
    for kind, period, recipient in CHOSEN:
        edition = build_report(material, parse_period(period), kind, recipient=recipient, reviewed=Reviewed({}))
        made = write(edition, FORMATS, f"report-{period}-{kind}")
        files |= {f"{kind}/{name}": data for name, data in made.items()}
    return files


def main() -> None:
    """Write the samples."""
    with tempfile.TemporaryDirectory() as made:
        files = make(Path(made))
    if SAMPLE.exists():
        shutil.rmtree(SAMPLE)
    for name, data in files.items():
        target = SAMPLE / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)
    sys.stdout.write(f"{len(files)} files, {sum(map(len, files.values())) // 1024} KiB\n")


if __name__ == "__main__":
    main()
