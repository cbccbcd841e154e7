"""How often the core acts fire on ordinary mail, read one text at a time.

    python -m tests.benchmarks.false_alarms TEXTS.txt [--mbox FILE ...] [--show]

Each text is read twice: in a place with no pending matter, and in one with three. Quoted lines of mail are cut first.
"""

from __future__ import annotations

import argparse
import mailbox
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from quorum_watch.language.acts.threads import ThreadContext, ThreadMessage, read_thread

CORE = ("poll", "commit", "relay", "seek_support", "decide")
MATTERS = (
    ("m1", "Rezoning of 1420 Mill Road from R-1 to R-3"),
    ("m2", "2026 budget amendment, fire department overtime"),
    ("m3", "Liquor license for the Rusty Anchor"),
)


def sentences(path: Path) -> Iterator[str]:
    """Labelled sentences: a label, a tab, the text."""
    for line in path.read_text("utf-8", errors="replace").splitlines():
        yield line.partition("\t")[2] or line


def bodies(path: Path) -> Iterator[str]:
    """Plain-text bodies of a mailbox without quoted lines and what follows a signature mark."""
    for message in mailbox.mbox(path):
        part = next((p for p in message.walk() if p.get_content_type() == "text/plain"), None)
        if part is None:
            continue
        payload = part.get_payload(decode=True)
        text = payload.decode("utf-8", errors="replace") if isinstance(payload, bytes) else ""
        text = text.partition("\n-- \n")[0]
        yield "\n".join(line for line in text.splitlines() if not line.lstrip().startswith((">", "|")))[:4000]


def main() -> None:
    """Print the rates."""
    parser = argparse.ArgumentParser()
    parser.add_argument("texts", type=Path)
    parser.add_argument("--mbox", type=Path, nargs="*", default=[])
    parser.add_argument("--show", action="store_true")
    args = parser.parse_args()
    sets = {"sentences": list(sentences(args.texts))}
    if args.mbox:
        sets["mail"] = [b for path in args.mbox for b in bodies(path)]
    for name, texts in sets.items():
        for label, matters in (("no matter pending", ()), ("three matters pending", MATTERS)):
            counts: Counter[str] = Counter()
            context = ThreadContext(matters=matters)
            for text in texts:
                acts = read_thread([ThreadMessage(text)], context)[0].acts
                core = {str(a.act) for a in acts} & set(CORE)
                counts.update(core)
                counts["any core act"] += bool(core)
                if core and args.show:
                    for a in acts:
                        if str(a.act) in CORE:
                            print(f"  {label}: {a.act} <{a.rule}> {a.exact[:160]!r}")
            rates = ", ".join(f"{k} {v * 1000 / max(1, len(texts)):.2f}" for k, v in sorted(counts.items()))
            print(f"{name} ({len(texts)}), {label}: per 1,000: {rates}")


if __name__ == "__main__":
    main()
