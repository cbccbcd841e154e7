"""Write an invented city of any seed and size, or the committed sample.

python -m tests.benchmarks.make_city data/sample                      the sample, as committed
python -m tests.benchmarks.make_city OUT --seed 7 --size 20000        another city
python -m tests.benchmarks.make_city OUT --seed 7 --formats sms,ics   with other file formats besides
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.city import SAMPLE_SEED, SAMPLE_SIZE, generate
from tests.city.generate import COUNCILS
from tests.city.writers import DEFAULT_FORMATS


def main(arguments: list[str] | None = None) -> int:
    """Run the command; returns its exit code."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("out", type=Path, help="the workspace folder; inbox and roster of an earlier city are replaced")
    parser.add_argument("--seed", type=int, default=SAMPLE_SEED)
    parser.add_argument("--size", type=int, default=SAMPLE_SIZE, help="about how many ordinary messages")
    parser.add_argument("--council", type=int, default=12, help=f"seats of the council, for example {COUNCILS}")
    parser.add_argument("--plants", help="planted chains by name, comma separated; empty for none")
    parser.add_argument("--innocents", help="look-alikes by name, comma separated; empty for none")
    parser.add_argument("--formats", default="", help="formats besides the usual ones: sms, ics, messenger, rsmf")
    args = parser.parse_args(arguments)

    def named(text: str | None) -> list[str] | None:
        return None if text is None else [n for n in text.split(",") if n]

    formats = DEFAULT_FORMATS | frozenset(named(args.formats) or [])
    key = generate(
        args.seed,
        args.size,
        args.out,
        council=args.council,
        plants=named(args.plants),
        innocents=named(args.innocents),
        formats=formats,
    )
    print(
        f"{args.out}: {key.messages} messages, {key.ordinary} of them ordinary; {len(key.planted)} planted chains, "
        f"{len(key.innocents)} look-alikes"
    )
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
