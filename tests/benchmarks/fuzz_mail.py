"""Thousands of damaged inputs for every reader of mail and files: no crash, no hang, the accounting exact.

    python tests/benchmarks/fuzz_mail.py [--cases 10000] [--seed 1] [--corpora FOLDER]

Each case takes a sample (made here, or from the folder of published messages), damages it (bits flipped, cut, pieces
doubled or swapped, NULs, line ends mixed, headers repeated), and reads it. Checked: nothing is raised, every item is a
row or coded, the stored hash is that of the bytes the locator returns, mailbox ranges tile the file, two readings
agree, and no case takes longer than the limit of an item.
"""

# ruff: noqa: E501 - a sample message reads best as it would arrive

from __future__ import annotations

import argparse
import hashlib
import io
import json
import random
import re
import tempfile
import time
import zipfile
from collections import Counter
from itertools import pairwise
from pathlib import Path

from quorum_watch.model import Record
from quorum_watch.sources import registry
from quorum_watch.sources.interface import Context

CONTEXT = Context("America/Chicago")
SECONDS = 10.0

HEAD = b'From: Dana Lee <dana@x.example>\nTo: kim@x.example, "Elm, Lou" <lou@x.example>; ben@x.example\nDate: Mon, 2 Mar 2026 09:00:00 -0600\nMessage-ID: <1@x.example>\nSubject: =?utf-8?q?R=C3=A9?= budget\n'
EVENT = b"BEGIN:VCALENDAR\nMETHOD:REQUEST\nBEGIN:VEVENT\nUID:1\nDTSTART;TZID=Central Standard Time:20260302T120000\nRRULE:FREQ=WEEKLY;COUNT=3\nORGANIZER:mailto:dana@x.example\nATTENDEE;PARTSTAT=ACCEPTED:mailto:kim@x.example\nEND:VEVENT\nEND:VCALENDAR\n"
PLAIN = (
    HEAD + b"\nAgreed.\n\nOn Mon, Mar 2, 2026 at 9:15 AM Dana Lee <dana@x.example> wrote:\n> no\n>> yes\nFrom here on\n"
)
MIXED = (
    HEAD
    + b"Content-Type: multipart/mixed; boundary=m\n\n--m\nContent-Type: multipart/alternative; boundary=a\n\n--a\nContent-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: quoted-printable\n\nCaf=C3=A9 =\nsoft\n--a\nContent-Type: text/html\n\n<p>Caf&eacute;<blockquote>old</blockquote></p>\n--a--\n--m\nContent-Type: message/rfc822\n\n"
    + PLAIN
    + b"\n--m\nContent-Type: text/calendar\nContent-Transfer-Encoding: 7bit\n\n"
    + EVENT
    + b'\n--m\nContent-Type: application/pdf; name="a.pdf"\nContent-Transfer-Encoding: base64\n\nSGVsbG8=\n--m--\n'
)
LINE = b"From dana@x.example Mon Mar  2 09:00:00 2026\n"
ROW = (
    json.dumps(
        {
            "id": "a",
            "time": "2026-03-02T09:00:00",
            "channel": "email",
            "from": "dana@x.example",
            "to": ["kim"],
            "text": "no",
        }
    ).encode()
    + b"\n"
)
TABLE = b'id,time,channel,from,to,text\na,2026-03-02T09:00:00,call,dana@x.example,kim;lou,"two\nlines"\nb,2026-03-02,in_person,dana,kim,\n'


def make_zip() -> bytes:
    """A small archive with one of each."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in (("a.eml", PLAIN), ("b.mbox", LINE + PLAIN), ("c.ics", EVENT), ("d.jsonl", ROW)):
            archive.writestr(zipfile.ZipInfo(name), data)
    return out.getvalue()


def load_samples(corpora: Path | None) -> list[tuple[str, bytes]]:
    """Named samples; with a folder, its message files up to 200 kB too."""
    samples = [
        ("plain.eml", PLAIN),
        ("mixed.eml", MIXED),
        ("box.mbox", (LINE + PLAIN + LINE + MIXED) * 3),
        ("c.ics", EVENT),
        ("r.jsonl", ROW * 4),
        ("t.csv", TABLE),
        ("z.zip", make_zip()),
        ("x-results-count.csv", b"Account,Count\na,3\n"),
        ("x-group-membership.csv", b"Group,Member,Joined\na@x.example,b@x.example,2026-01-01\n"),
    ]
    if corpora is not None:
        for path in sorted(corpora.rglob("*")):
            if path.is_file() and path.suffix in (".eml", ".msg", ".mbox", ".zip") and path.stat().st_size < 200_000:
                samples.append((path.name if path.suffix != ".msg" else path.stem + ".eml", path.read_bytes()))
    return samples


def damage(data: bytes, pick: random.Random) -> bytes:
    """One to five kinds of harm."""
    out = bytearray(data)
    for _ in range(pick.randrange(1, 6)):
        if not out:
            return bytes(out)
        at = pick.randrange(len(out))
        kind = pick.randrange(11)
        if kind == 0:
            for _ in range(pick.randrange(1, 20)):
                out[pick.randrange(len(out))] ^= 1 << pick.randrange(8)
        elif kind == 1:
            del out[at:]
        elif kind == 2:
            del out[at : at + pick.randrange(1, 200)]
        elif kind == 3:
            piece = bytes(out[at : at + pick.randrange(1, 300)])
            out[at:at] = piece * pick.randrange(1, 30)
        elif kind == 4:
            out[at:at] = b"\0" * pick.randrange(1, 50)
        elif kind == 5:
            lines = bytes(out).split(b"\n")
            out = bytearray(b"".join(line + pick.choice((b"\n", b"\r\n", b"\r", b"\n\n")) for line in lines))
        elif kind == 6:
            lines = bytes(out).split(b"\n")
            line = pick.choice(lines)
            lines[pick.randrange(len(lines)) : 0] = [line] * pick.randrange(1, 40)
            out = bytearray(b"\n".join(lines))
        elif kind == 7:
            lines = bytes(out).split(b"\n")
            pick.shuffle(lines)
            out = bytearray(b"\n".join(lines))
        elif kind == 8:
            out[at:at] = pick.choice(
                (
                    b"=?utf-8?b?",
                    b"\xff\xfe",
                    b"<<<<",
                    b'"',
                    b"(((",
                    b"--m\n",
                    b"--a--\n",
                    b"From x@y.example Mon Mar  2 09:00:00 2026\nFrom: q\n",
                    b"BEGIN:VEVENT\n",
                    b";;;",
                    b"\xe2\x80\xae",
                )
            )
        elif kind == 9:
            out[at:at] = bytes([pick.randrange(256)]) * pick.randrange(1, 100_000)
        else:
            out[at : at + 50] = pick.randbytes(50)
    return bytes(out)


def check(folder: Path, name: str, data: bytes) -> Counter[str]:
    """Read one case; what came of it. Raises where the promise of the readers is broken."""
    path = folder / name
    path.write_bytes(data)
    file = registry.open_source(path, folder)
    reader = registry.detect(file)
    start = time.process_time()
    items = list(registry.read_items(file, CONTEXT))
    took = time.process_time() - start
    assert took < SECONDS, f"{took:.1f} s"
    assert items, "a file is at least one item"
    again = list(registry.read_items(file, CONTEXT))
    assert again == items, "two readings differ"
    for item in items if reader is not None else ():
        if isinstance(item, Record):
            assert hashlib.sha256(reader.fetch(file, item.locator)).hexdigest() == item.sha256, (
                "the locator returns other bytes"
            )
            assert all(0 <= q.start <= q.end <= len(item.text) for q in item.quoted), "a span lies outside the text"
        elif item.reason.value == "reader_failed":
            raise AssertionError(f"reader failed: {item.detail}")
    if reader is not None and reader.kind == "mbox":
        spans = [tuple(map(int, m.groups())) for i in items if (m := re.fullmatch(r"bytes=(\d+)-(\d+)", i.locator))]
        assert spans[0][0] == 0
        assert spans[-1][1] == len(data)
        assert all(a[1] == b[0] for a, b in pairwise(spans)), "ranges do not tile the file"
    kind = reader.kind if reader else "unknown"
    return Counter({f"{kind}:{'row' if isinstance(i, Record) else i.reason.value}": 1 for i in items})


def run(cases: int, seed: int, samples: list[tuple[str, bytes]]) -> dict[str, object]:
    """Damage and read; the outcome as figures, failures with the seed that makes them again."""
    seen: Counter[str] = Counter()
    failures: list[str] = []
    slowest = 0.0
    with tempfile.TemporaryDirectory() as name:
        for case in range(cases):
            pick = random.Random(seed * 1_000_003 + case)
            sample, data = pick.choice(samples)
            start = time.process_time()
            try:
                seen += check(Path(name), sample, damage(data, pick))
            except Exception as error:
                failures.append(f"case {case} ({sample}): {type(error).__name__}: {str(error)[:200]}")
            slowest = max(slowest, time.process_time() - start)
            (Path(name) / sample).unlink(missing_ok=True)
    return {
        "cases": cases,
        "failures": failures,
        "slowest_seconds": round(slowest, 2),
        "outcomes": dict(sorted(seen.items())),
    }


def main() -> None:
    """Run the campaign and print its figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--corpora", type=Path)
    options = parser.parse_args()
    print(json.dumps(run(options.cases, options.seed, load_samples(options.corpora)), indent=1))


if __name__ == "__main__":
    main()
