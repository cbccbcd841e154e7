"""Analyse many invented cities and compare the findings with what was planted in them.

    python -m tests.benchmarks.grade_cities                       fifty cities, seeds 1 to 50
    python -m tests.benchmarks.grade_cities --cities 5 --show     five, with every miss and false alarm
    python -m tests.benchmarks.grade_cities --sample              the committed sample alone
    python -m tests.benchmarks.grade_cities --only 17 --keep DIR  one seed, its workspace kept for looking into

Each city has its own seed, council of 5 to 15 seats, size, words and chains (``tests.city.vary``). The program is
run as a user runs it, in a process of its own. The last lines are the figures; the exit code is 1 where one of the aims
of the project is missed: every planted chain at ``look`` or above, 95 % at the planted concern, 95 % of ``look_first``
on planted chains, no look-alike at ``look_first``, at most one ``look`` per 1,000 ordinary messages.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.city import SAMPLE_SEED, SAMPLE_SIZE, AnswerKey, Grade, generate, grade, vary
from tests.city.writers import DEFAULT_FORMATS

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True, slots=True)
class Result:
    """One city: its key, its grade and how long the program took; ``error`` where it gave no answer."""

    seed: int
    key: AnswerKey
    grade: Grade
    seconds: float
    error: str = ""


def analyze(workspace: Path) -> tuple[dict[str, object] | None, float, str]:
    """What ``quorum-watch analyze`` prints for a workspace, its seconds, and its complaint if it failed."""
    start = time.perf_counter()
    command = [sys.executable, "-m", "quorum_watch", "analyze", str(workspace), "--format", "json"]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, check=False)
    seconds = time.perf_counter() - start
    if done.returncode:
        return None, seconds, (done.stderr.strip().splitlines() or ["no message"])[-1]
    return json.loads(done.stdout), seconds, ""


def run_city(seed: int, folder: Path, *, sample: bool = False, coded: bool = False) -> Result:
    """Make one city in ``folder``, analyse it and grade the answer."""
    formats = frozenset({"coded"}) if coded else DEFAULT_FORMATS
    if sample:
        key = generate(SAMPLE_SEED, SAMPLE_SIZE, folder, formats=formats)
    else:
        o = vary(seed)
        key = generate(seed, o.size, folder, council=o.council, plants=o.plants, innocents=o.innocents, formats=formats)
    (folder / "answer_key.json").rename(folder.with_name(folder.name + "-key.json"))  # nowhere the program could see it
    run, seconds, error = analyze(folder)
    if run is not None:
        folder.with_name(folder.name + "-findings.json").write_text(json.dumps(run), encoding="utf-8")
    return Result(seed, key, grade(run or {"findings": []}, key), seconds, error)


def total(results: Iterable[Result]) -> Grade:
    """All cities as if they were one."""
    grades = [r.grade for r in results]
    numbers = {
        name: sum(getattr(g, name) for g in grades)
        for name in ("planted", "found", "met", "innocents", "innocents_high", "innocents_above", "high", "high_true",
                     "looks_ordinary", "ordinary")
    }  # fmt: skip
    return Grade(**numbers, misses=tuple(m for g in grades for m in g.misses), alarms=())


def by_kind(results: list[Result]) -> list[str]:
    """For each kind of planted chain, how many there were and how many were missed."""
    planted = Counter(e.kind for r in results for e in r.key.planted)
    missed = Counter(m.kind for r in results for m in r.grade.misses)
    lacks = {k: Counter(x for r in results for m in r.grade.misses if m.kind == k for x in m.lacks) for k in missed}
    return [
        f"  {kind:22} {planted[kind] - missed[kind]:3}/{planted[kind]:<3}"
        + "".join(f"  {n} x {lack}" for lack, n in lacks.get(kind, Counter()).most_common(4))
        for kind in sorted(planted)
    ]


def main(arguments: list[str] | None = None) -> int:
    """Run the campaign; returns its exit code."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--cities", type=int, default=50)
    parser.add_argument("--first", type=int, default=1, help="the first seed")
    parser.add_argument("--only", type=int, help="one seed")
    parser.add_argument("--sample", action="store_true", help="the committed sample and no other")
    parser.add_argument("--coded", action="store_true", help="acts coded by hand: grade all but the language stage")
    parser.add_argument("--show", action="store_true", help="print every miss and false alarm")
    parser.add_argument("--keep", type=Path, help="keep workspaces, keys and findings in this folder")
    args = parser.parse_args(arguments)
    seeds = [SAMPLE_SEED] if args.sample else [args.only] if args.only is not None else list(
        range(args.first, args.first + args.cities))  # fmt: skip
    results = []
    with tempfile.TemporaryDirectory() as temporary:
        for seed in seeds:
            folder = (args.keep or Path(temporary)) / f"city-{seed}"
            result = run_city(seed, folder, sample=args.sample, coded=args.coded)
            results.append(result)
            g = result.grade
            key = result.key
            city = f"seed {seed:5} council {key.council:2} messages {key.messages:5} {result.seconds:6.1f} s"
            found = f"found {g.found}/{g.planted} met {g.met} high {g.high_true}/{g.high}"
            false = f"innocents high {g.innocents_high} looks {g.looks_ordinary}"
            print(f"{city}  {found} {false} {result.error}", flush=True)
            if args.show:
                print("\n".join(str(g).splitlines()[1:]))
    whole = total(results)
    print("\n".join(by_kind(results)))
    print(f"{len(results)} cities, {whole.ordinary} ordinary messages: {str(whole).splitlines()[0]}")
    print(f"recall {whole.recall:.3f}  at concern {whole.recall_at_concern:.3f}  precision at look_first "
          f"{whole.precision_high:.3f}  no answer {sum(bool(r.error) for r in results)}")  # fmt: skip
    aims = (whole.recall == 1, whole.recall_at_concern >= 0.95, whole.precision_high >= 0.95, not whole.innocents_high,
            whole.looks_per_thousand <= 1, not any(r.error for r in results))  # fmt: skip
    return 0 if all(aims) else 1


if __name__ == "__main__":
    raise SystemExit(main())
