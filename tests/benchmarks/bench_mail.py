"""How fast mail becomes records, against plain ``mailbox`` + ``email`` on the same box in the same run.

    python tests/benchmarks/bench_mail.py [--messages 5000] [--seed 7] [--repeat 3]

The box is invented and made from the seed: two thirds plain text, a quarter with an HTML twin, some with attachments,
some HTML only, quoted replies, transport headers, long recipient lists. Prints messages a second, megabytes a second,
the ratio, and peak memory for the box and for one ten times as large, each in a process of its own.
"""

# ruff: noqa: E501 - a sample message reads best as it would arrive

from __future__ import annotations

import argparse
import base64
import json
import mailbox
import random
import resource
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from email.header import decode_header, make_header
from email.utils import getaddresses, parsedate_to_datetime
from pathlib import Path

NAMES = [
    "Avery",
    "Blake",
    "Casey",
    "Dana",
    "Ellis",
    "Frankie",
    "Gale",
    "Harper",
    "Indra",
    "Jules",
    "Kit",
    "Lane",
    "Morgan",
    "Nico",
    "Oakley",
    "Parker",
]
LASTS = [
    "Alder",
    "Birch",
    "Cedar",
    "Dogwood",
    "Elm",
    "Fir",
    "Gum",
    "Hazel",
    "Ironwood",
    "Juniper",
    "Kapok",
    "Larch",
    "Maple",
    "Nutmeg",
    "Oak",
    "Pine",
]
WORDS = [
    "the",
    "council",
    "may",
    "discuss",
    "at",
    "its",
    "regular",
    "meeting",
    "next",
    "week",
    "whether",
    "to",
    "amend",
    "an",
    "ordinance",
    "about",
    "parking",
    "on",
    "the",
    "north",
    "side",
    "of",
    "the",
    "river",
    "and",
    "staff",
    "will",
    "bring",
    "figures",
    "on",
    "cost",
    "and",
    "on",
    "public",
    "comment",
    "so",
    "far",
    "received",
    "please",
    "read",
    "the",
    "memo",
    "before",
    "then",
    "and",
    "call",
    "me",
    "or",
    "the",
    "clerk",
    "with",
    "questions",
    "thanks",
    "again",
    "for",
    "your",
    "time",
    "and",
    "for",
    "your",
    "work",
]


def make_message(pick: random.Random, number: int) -> bytes:
    """One invented message."""
    people = [
        (f"{pick.choice(NAMES)} {pick.choice(LASTS)}", f"p{pick.randrange(200)}@city.example")
        for _ in range(pick.choice((1, 1, 2, 3, 8, 15)))
    ]
    sender = (f"{pick.choice(NAMES)} {pick.choice(LASTS)}", f"p{pick.randrange(200)}@city.example")
    when = datetime(2025, 1, 1, tzinfo=UTC) + timedelta(minutes=17 * number)
    stamp = when.strftime("%a, %d %b %Y %H:%M:%S -0600")
    forms = ("{1}", "{0} <{1}>", '"{0}" <{1}>')
    to = ", ".join(pick.choice(forms).format(*p) for p in people)
    head = [f"From {sender[1]} {when.strftime('%a %b %d %H:%M:%S %Y')}", "Return-Path: <bounce@lists.example>"]
    for hop in range(pick.randrange(2, 6)):
        head.append(
            f"Received: from relay{hop}.example (relay{hop}.example [192.0.2.{hop}])\n\tby mx{hop}.example with ESMTP id {number:x}{hop}\n\tfor <council@city.example>; {stamp}"
        )
    head += [
        f"From: {sender[0]} <{sender[1]}>",
        f"To: {to}",
        f"Date: {stamp}",
        f"Message-ID: <{number}.{pick.randrange(10**9)}@city.example>",
    ]
    if pick.random() < 0.5:
        head += [
            f"Cc: {pick.choice(forms).format(*pick.choice(people))}",
            f"In-Reply-To: <{number - 1}.x@city.example>",
            f"References: <0.x@city.example>\n <{number - 1}.x@city.example>",
        ]
    subject = " ".join(pick.choices(WORDS, k=6))
    head += [
        f"Subject: {subject}"
        if pick.random() < 0.9
        else "Subject: =?utf-8?q?R=C3=A9ponse_" + subject.replace(" ", "_")[:40] + "?=",
        "MIME-Version: 1.0",
        "X-Mailer: Invented 1.0",
    ]

    def paragraph() -> str:
        return "\n".join(" ".join(pick.choices(WORDS, k=12)) for _ in range(pick.randrange(3, 12)))

    text = "\n\n".join(paragraph() for _ in range(pick.randrange(2, 9)))
    if pick.random() < 0.4:
        quoted = "\n".join("> " + line for line in paragraph().split("\n"))
        text += f"\n\nOn {when.strftime('%a, %b %d, %Y at %I:%M %p')}, {sender[0]} <{sender[1]}> wrote:\n{quoted}\n"
    kind = pick.random()
    if kind < 0.64:
        return ("\n".join([*head, "Content-Type: text/plain; charset=utf-8", "", text, "", ""])).encode()
    html = "<html><body>" + "".join(f"<p>{p}</p>" for p in text.split("\n\n")) + "</body></html>"
    if kind < 0.67:
        return ("\n".join([*head, "Content-Type: text/html; charset=utf-8", "", html, "", ""])).encode()
    mark = f"b{number}"
    parts = f"--{mark}\nContent-Type: text/plain; charset=utf-8\n\n{text}\n--{mark}\nContent-Type: text/html; charset=utf-8\n\n{html}\n--{mark}--\n"
    if kind < 0.92:
        return (
            "\n".join([*head, f'Content-Type: multipart/alternative; boundary="{mark}"', "", parts, "", ""])
        ).encode()
    data = base64.encodebytes(pick.randbytes(pick.randrange(20_000, 120_000))).decode()
    outer = f"--o{mark}\nContent-Type: multipart/alternative; boundary={mark}\n\n{parts}\n--o{mark}\nContent-Type: application/pdf; name=a.pdf\nContent-Transfer-Encoding: base64\nContent-Disposition: attachment; filename=a.pdf\n\n{data}\n--o{mark}--\n"
    return ("\n".join([*head, f"Content-Type: multipart/mixed; boundary=o{mark}", "", outer, "", ""])).encode()


def make_box(path: Path, messages: int, seed: int) -> None:
    """Write an invented mailbox file."""
    pick = random.Random(seed)
    with path.open("wb") as out:
        for number in range(messages):
            out.write(make_message(pick, number))


def read_ours(path: Path) -> int:
    """Everything: records with recipients, cross-check, quotes, hash, locator."""
    from quorum_watch.model import Record
    from quorum_watch.sources import registry
    from quorum_watch.sources.interface import Context

    file = registry.open_source(path, path.parent)
    return sum(isinstance(item, Record) for item in registry.read_items(file, Context("America/Chicago")))


def read_plain(path: Path) -> int:
    """What a reader without further care does: ``mailbox``, compat32, addresses, date, subject, text body."""
    count = 0
    for message in mailbox.mbox(path, create=False):
        getaddresses([str(v) for n in ("from", "to", "cc", "bcc") for v in message.get_all(n, [])])
        parsedate_to_datetime(message["date"])
        str(make_header(decode_header(message["subject"])))
        _ = message["message-id"], message["in-reply-to"], message["references"]
        for part in message.walk():
            if part.get_content_maintype() == "text":
                part.get_payload(decode=True).decode(part.get_content_charset() or "ascii", "replace")
        count += 1
    return count


def measure(reader: str, path: Path, repeat: int) -> tuple[int, float]:
    """Messages and the best processor time of several runs."""
    read = {"ours": read_ours, "plain": read_plain}[reader]
    best = float("inf")
    count = 0
    for _ in range(repeat):
        start = time.process_time()
        count = read(path)
        best = min(best, time.process_time() - start)
    return count, best


def peak_memory(path: Path) -> float:
    """Peak resident memory in MB of a process that reads the box once."""
    out = subprocess.run(
        [sys.executable, __file__, "--only-read", str(path)], capture_output=True, check=True, text=True
    )
    return float(json.loads(out.stdout)["peak_mb"])


def main() -> None:
    """Print the figures as JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--messages", type=int, default=5000)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--only-read", type=Path)
    parser.add_argument("--memory", action="store_true", help="also read a box ten times as large")
    options = parser.parse_args()
    if options.only_read:
        read_ours(options.only_read)
        print(json.dumps({"peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}))
        return
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "box.mbox"
        make_box(path, options.messages, options.seed)
        megabytes = path.stat().st_size / 1e6
        count, ours = measure("ours", path, options.repeat)
        plain_count, plain = measure("plain", path, options.repeat)
        figures = {
            "messages": count,
            "same_count": count == plain_count,
            "megabytes": round(megabytes, 1),
            "messages_per_second": round(count / ours),
            "megabytes_per_second": round(megabytes / ours, 1),
            "plain_messages_per_second": round(plain_count / plain),
            "ratio": round(plain / ours, 2),
            "peak_mb": round(peak_memory(path)),
        }
        if options.memory:
            make_box(path, 10 * options.messages, options.seed)
            figures["peak_mb_ten_times"] = round(peak_memory(path))
        print(json.dumps(figures, indent=1))


if __name__ == "__main__":
    main()
