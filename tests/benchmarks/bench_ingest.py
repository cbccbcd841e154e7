"""Ingest against plain ``mailbox`` + ``email`` on the same generated box, in one run.

    python -m tests.benchmarks.bench_ingest [--messages 5000] [--times-ten]

Prints messages per CPU-second of both, their ratio, and the peak memory of ingest (a process of its own), with
``--times-ten`` also for a box ten times as large. The goals are those of the ingest specification, section 8.8: at
least 1,500 messages a second, no slower than the plain reader, less than 300 MB whatever the size of the box.
"""

from __future__ import annotations

import argparse
import json
import random
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

WORDS = ["the", "of", "and", "to", "council", "budget", "library", "bridge", "street", "hours", "meeting", "agenda"]
WORDS += ["water", "sewer", "park", "levy", "draft", "letter", "clerk", "please", "thursday", "would", "not", "think"]
WORDS += ["should", "item", "vote", "plan", "question", "north", "ward", "resident", "traffic", "zoning", "report"]
GOAL_RATE, GOAL_MEMORY_MB = 1_500, 300


def write_box(path: Path, messages: int, seed: int = 20260302) -> None:
    """An mbox like list mail: transport headers, replies with quotes, a third MIME with HTML, some attachments."""
    dice = random.Random(seed)
    people = [(f"Person{n} Family{n}", f"person{n}@city{n % 7}.example.gov") for n in range(60)]
    with path.open("w", encoding="utf-8") as box:
        for n in range(messages):
            (name, address), *others = dice.sample(people, dice.randint(2, 9))
            when = time.gmtime(1_770_000_000 + n * 311)
            stamp = time.strftime("%a, %d %b %Y %H:%M:%S -0600", when)
            box.write(f"From {address} {time.strftime('%a %b %d %H:%M:%S %Y', when)}\n")
            for hop in range(dice.randint(2, 5)):
                box.write(f"Received: from relay{hop}.example.net (relay{hop}.example.net [192.0.2.{hop}])\n")
                box.write(f"\tby mx{hop}.example.gov with ESMTPS id {dice.randbytes(8).hex()};\n\t{stamp}\n")
            box.write(f"Message-ID: <{n}.{dice.randbytes(8).hex()}@example.gov>\nDate: {stamp}\n")
            box.write(f"From: {name} <{address}>\n")
            half = len(others) // 2 + 1
            box.write("To: " + ",\n\t".join(f'"{o}" <{a}>' for o, a in others[:half]) + "\n")
            if others[half:]:
                box.write("Cc: " + ", ".join(f"{o} <{a}>" for o, a in others[half:]) + "\n")
            box.write(f"Subject: {'Re: ' * dice.randint(0, 1)}{' '.join(dice.choices(WORDS, k=5))}\n")
            if n and dice.random() < 0.6:
                box.write(
                    f"In-Reply-To: <{n - 1}@example.gov>\nReferences: <{n - 2}@example.gov>\n\t<{n - 1}@example.gov>\n"
                )
            box.write("MIME-Version: 1.0\nX-Mailer: Invented 1.0\n" + _body(dice) + "\n\n")


def _body(dice: random.Random) -> str:
    lines = [" ".join(dice.choices(WORDS, k=12)) for _ in range(dice.randint(8, 60))]
    quoted = [f"> {' '.join(dice.choices(WORDS, k=11))}" for _ in range(dice.randint(0, 40))]
    text = "\n".join([*lines, "", "On Monday somebody wrote:", *quoted])
    if dice.random() < 0.66:
        return f"Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: 8bit\n\n{text}"
    mark = dice.randbytes(9).hex()
    page = "<html><body>" + "".join(f"<p>{x}</p>\n" for x in lines) + "</body></html>"
    parts = [f"Content-Type: text/plain; charset=utf-8\n\n{text}", f"Content-Type: text/html; charset=utf-8\n\n{page}"]
    if dice.random() < 0.3:
        data = dice.randbytes(9_000).hex()
        parts.append(
            "Content-Type: application/pdf; name=a.pdf\nContent-Transfer-Encoding: base64\n\n"
            + "\n".join(data[i : i + 76] for i in range(0, len(data), 76))
        )
    inside = "".join(f"--{mark}\n{part}\n" for part in parts)
    return f'Content-Type: multipart/alternative; boundary="{mark}"\n\n{inside}--{mark}--\n'


def read_plainly(box: Path) -> int:
    """What a script without this project does: every field and the text body of every message."""
    import mailbox
    from email.header import decode_header, make_header
    from email.utils import getaddresses, parsedate_to_datetime

    count = 0
    for message in mailbox.mbox(box):
        for field in ("from", "to", "cc"):
            getaddresses([str(make_header(decode_header(v))) for v in message.get_all(field, [])])
        parsedate_to_datetime(message["date"])
        str(make_header(decode_header(message["subject"] or "")))
        for part in message.walk():
            if part.get_content_type() == "text/plain":
                payload = part.get_payload(decode=True)
                assert isinstance(payload, bytes)
                payload.decode(part.get_content_charset() or "utf-8", "replace")
        count += 1
    return count


def read_into_evidence(folder: Path) -> int:
    """The whole way into evidence."""
    from quorum_watch.evidence import Reading, ingest

    result = ingest(folder / "inbox", folder / "evidence", Reading("America/Chicago"))
    return sum(s.found for s in result.added)


def measure_alone(what: str, folder: Path) -> dict[str, float]:
    """Run one of the two in a process of its own: CPU seconds, messages, peak memory in MB."""
    done = subprocess.run(
        [sys.executable, __file__, "--run", what, str(folder)], capture_output=True, text=True, check=True
    )
    answer: dict[str, float] = json.loads(done.stdout)
    return answer


def run(what: str, folder: Path) -> None:
    """The inner process."""
    begun = time.process_time()
    count = read_plainly(folder / "inbox" / "box.mbox") if what == "plain" else read_into_evidence(folder)
    seconds = time.process_time() - begun
    print(json.dumps({"count": count, "seconds": seconds, "peak_mb": peak_megabytes()}))


def peak_megabytes() -> float:
    """Peak memory of this process alone; ``ru_maxrss`` of a child may begin at its parent's size on Linux."""
    status = Path("/proc/self/status")
    if status.exists():
        line = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM"))
        return int(line.split()[1]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def compare(messages: int) -> dict[str, float]:
    """Both on one box, ingest first on a cold evidence folder; rates are messages per CPU-second."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "inbox").mkdir()
        write_box(folder / "inbox" / "box.mbox", messages)
        size = (folder / "inbox" / "box.mbox").stat().st_size / 1e6
        ours, plain = measure_alone("ingest", folder), measure_alone("plain", folder)
        assert ours["count"] == plain["count"] == messages
        return {
            **{"messages": messages, "megabytes": size, "ingest_rate": messages / ours["seconds"]},
            **{"plain_rate": messages / plain["seconds"], "peak_mb": ours["peak_mb"]},
        }


def main() -> None:
    """Measure and print; exit 1 where a goal is missed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--messages", type=int, default=5_000)
    parser.add_argument("--times-ten", action="store_true")
    parser.add_argument("--run", nargs=2, metavar=("WHAT", "FOLDER"), help=argparse.SUPPRESS)
    told = parser.parse_args()
    if told.run:
        run(told.run[0], Path(told.run[1]))
        return
    missed = False
    for messages in (told.messages, *([told.messages * 10] if told.times_ten else [])):
        found = compare(messages)
        ratio = found["ingest_rate"] / found["plain_rate"]
        print(
            f"{messages} messages, {found['megabytes']:.0f} MB: ingest {found['ingest_rate']:.0f}/s, "
            f"plain {found['plain_rate']:.0f}/s, ratio {ratio:.2f}, peak {found['peak_mb']:.0f} MB"
        )
        missed |= found["ingest_rate"] < GOAL_RATE or ratio < 1 or found["peak_mb"] > GOAL_MEMORY_MB
    sys.exit(1 if missed else 0)


if __name__ == "__main__":
    main()
