"""Damaged files through the whole of ingest: no crash, no hang, every item accounted for, every row found again.

    python -m tests.benchmarks.mutate_ingest [--inputs 10000] [--seed 1]

Bases are generated letters, a small mbox, an interchange file and a calendar entry; each input is one of them after one
to four of: bits flipped, bytes cut off, a stretch repeated, header lines doubled, NULs put in, line ends mixed.
"""

from __future__ import annotations

import argparse
import random
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from tests.benchmarks.bench_ingest import write_box

ROW = (
    b'{"id": "m%d", "time": "2026-03-02T11:00:00-06:00", "channel": "call", "from": "Ann Moss", "to": ["Bo Reed"], '
    b'"text": "About the bridge."}\n'
)
EVENT = b"""\
BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//x//EN\r\nMETHOD:REQUEST\r\nBEGIN:VEVENT\r\nUID:lunch@example.gov\r
DTSTAMP:20260302T160000Z\r\nDTSTART:20260303T180000Z\r\nSUMMARY:Lunch\r\nORGANIZER:mailto:ann@example.gov\r
ATTENDEE;PARTSTAT=ACCEPTED:mailto:bo@example.gov\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"""


def bases(folder: Path) -> list[tuple[str, bytes]]:
    """What is damaged: (extension, bytes)."""
    write_box(folder / "base", 40)
    box = (folder / "base").read_bytes()
    letters = [part.split(b"\n", 1)[1] for part in box.split(b"\nFrom ")]
    small = b"\nFrom ".join(box.split(b"\nFrom ")[:4])
    rows = b"".join(ROW % n for n in range(5))
    return [*((".eml", letter) for letter in letters), *[(".mbox", small), (".jsonl", rows), (".ics", EVENT)] * 6]


def damage(data: bytes, dice: random.Random) -> bytes:
    """The bytes after one to four kinds of damage."""
    for _ in range(dice.randint(1, 4)):
        data = dice.choice(DAMAGES)(data, dice)
    return data


def _flip(data: bytes, dice: random.Random) -> bytes:
    out = bytearray(data)
    for _ in range(dice.randint(1, 30) if out else 0):
        out[dice.randrange(len(out))] ^= 1 << dice.randrange(8)
    return bytes(out)


def _cut(data: bytes, dice: random.Random) -> bytes:
    return data[: dice.randrange(len(data) + 1)]


def _repeat(data: bytes, dice: random.Random) -> bytes:
    start = dice.randrange(len(data) + 1)
    return data[:start] + data[start : start + dice.randint(1, 3_000)] * dice.randint(2, 6) + data[start:]


def _double_headers(data: bytes, dice: random.Random) -> bytes:
    head, gap, body = data.partition(b"\n\n")
    lines = head.split(b"\n")
    for _ in range(dice.randint(1, 4)):
        lines.insert(dice.randrange(len(lines) + 1), dice.choice(lines))
    return b"\n".join(lines) + gap + body


def _nuls(data: bytes, dice: random.Random) -> bytes:
    for _ in range(dice.randint(1, 5)):
        place = dice.randrange(len(data) + 1)
        data = data[:place] + b"\x00" * dice.randint(1, 4) + data[place:]
    return data


def _line_ends(data: bytes, dice: random.Random) -> bytes:
    return b"".join(part + dice.choice((b"\n", b"\r\n", b"\r")) for part in data.split(b"\n"))


Damage = Callable[[bytes, random.Random], bytes]
DAMAGES: tuple[Damage, ...] = (_flip, _cut, _repeat, _double_headers, _nuls, _line_ends)


def campaign(inputs: int, seed: int) -> dict[str, float]:
    """Ingest damaged files and check the account and every row; the figures, or an ``AssertionError``."""
    from quorum_watch.evidence import Reading, audit_evidence, ingest, load

    dice = random.Random(seed)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        inbox, evidence = folder / "inbox", folder / "evidence"
        inbox.mkdir()
        choices = bases(folder)
        for n in range(inputs):
            extension, data = dice.choice(choices)
            (inbox / f"{n:06}{extension}").write_bytes(damage(data, dice))
        begun = time.perf_counter()
        last, slowest = begun, 0.0

        def watch(_: object) -> None:
            nonlocal last, slowest
            now = time.perf_counter()
            slowest, last = max(slowest, now - last), now

        ingest(inbox, evidence, Reading("America/Chicago"), progress=watch)
        seconds = time.perf_counter() - begun
        coverage = load(evidence).coverage()
        totals = coverage.totals
        assert len(coverage.sources) == inputs
        assert totals["found"] == sum(n for key, n in totals.items() if key != "found")
        assert coverage.reasons.get("reader_failed", 0) == 0, "a reader raised"
        audit = audit_evidence(inbox, evidence, sample=1.0)
        assert audit.faults == (), audit.faults[0]
        return {**{k: float(v) for k, v in totals.items()}, "seconds": seconds, "slowest": slowest}


def main() -> None:
    """Run a campaign and print its figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--inputs", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    told = parser.parse_args()
    found = campaign(told.inputs, told.seed)
    print(f"{told.inputs} damaged files: " + ", ".join(f"{key} {value:g}" for key, value in found.items()))


if __name__ == "__main__":
    main()
