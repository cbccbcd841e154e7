"""The generated parts of ``docs/law.md``: what is modelled, worked numbers, a comparison of states, the scenarios.

``python -m quorum_watch.rules.document docs/law.md`` rewrites what stands between the markers; a test refuses a page
that is out of date, so the documentation cannot say something else than the profiles.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterable, Sequence
from datetime import date
from pathlib import Path

from quorum_watch.rules.arithmetic import BodyFacts
from quorum_watch.rules.cases import Scenario, load_cases
from quorum_watch.rules.overlay import shipped
from quorum_watch.rules.profile import Profile, load_profile
from quorum_watch.rules.register import register, stages
from quorum_watch.rules.schema import catalogue
from quorum_watch.vocabulary import ThresholdName, VoteRule

_MARK = re.compile(r"(<!-- generated: (\w+) -->\n).*?(<!-- end -->)", re.DOTALL)
#: The kinds of body whose numbers the page shows, and the sizes shown of each.
_SHOWN = (("common_council", (12, 11, 10, 7)), ("committee", (7, 6, 5, 4)), ("board", (5, 3)))


def rewrite(page: str) -> str:
    """The page with everything between its markers made anew."""
    return _MARK.sub(lambda m: f"{m[1]}\n{_PARTS[m[2]]().strip()}\n\n{m[3]}", page)


def _day(profile: Profile) -> date:
    return date.fromisoformat(profile.as_of)


def _table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    def line(cells: Sequence[object]) -> str:
        return "| " + " | ".join(str(c).replace("|", "\\|").replace("\n", " ") for c in cells) + " |"

    return "\n".join([line(head), "|" + "---|" * len(head), *(line(r) for r in rows)])


def _stages() -> str:
    return _table(("stage", "what it means"), stages().items())


def _profiles() -> str:
    rows = [(f"`{e.id}`", e.name, e.stage, e.verified_by or "nobody", "; ".join(e.modelled), " ".join(e.gaps))
            for e in register()]
    return _table(("profile", "state", "stage", "verified by", "covers", "known gaps"), rows)


def _states() -> str:
    rows = []
    for name in shipped("profiles"):
        profile = load_profile(name)
        on = _day(profile)
        p = profile.practice(on)
        found = profile.thresholds(BodyFacts("b", "board", 7, 7), VoteRule.ORDINARY, on)
        numbers = ", ".join(f"{t.name} {t.value}" for t in found)
        asked = (p.serial_counted, p.serial_element, p.passive_in_convening, p.unilateral_opinion, p.synchrony,
                 p.intermediary, p.social_public, p.reactions)
        rows.append((f"`{name}`", numbers, *(_marked(v.value, v.verified) for v in asked)))
    head = ("profile", "numbers of a board of 7, ordinary vote", "series counted", "needs besides", "only received",
            "one opinion sent", "synchrony", "go-between", "public social media", "reactions")
    return _table(head, rows)


def _marked(value: object, verified: bool) -> str:
    words = ", ".join(value) if isinstance(value, tuple) else str(value)
    return words.replace("_", " ") + ("" if verified else " ?")


def _numbers() -> str:
    profile = load_profile("us-wi")
    on = _day(profile)
    rows = []
    for kind, sizes in _SHOWN:
        for in_office in sizes:
            seats = max(sizes) if kind == "common_council" and in_office > min(sizes) else in_office
            found = profile.thresholds(BodyFacts(kind, kind, seats, in_office), None, on)
            cells = [_number(found, name, None) for name in (ThresholdName.HALF, ThresholdName.QUORUM)]
            for rule in VoteRule:
                ruled = profile.thresholds(BodyFacts(kind, kind, seats, in_office), rule, on)
                both = (_number(ruled, name, rule) for name in (ThresholdName.PASS, ThresholdName.BLOCK))
                cells.append(" / ".join(both))
            cells.append(_number(found, ThresholdName.DENY_QUORUM, None))
            rows.append((kind.replace("_", " "), seats, in_office, *cells))
    head = ("body", "seats", "in office", "half", "quorum", *(f"{r.replace('_', ' ')}: pass / block" for r in VoteRule),
            "deny a quorum")
    return _table(head, rows)


def _number(found: Iterable[object], name: ThresholdName, rule: VoteRule | None) -> str:
    from quorum_watch.model import Threshold

    for t in found:
        if isinstance(t, Threshold) and t.name is name and t.vote_rule is rule:
            return f"{t.value}*" if t.unsettled else str(t.value)
    return "-"


def _scenarios() -> str:
    parts = []
    for name in ("us-wi", *(n for n in shipped("cases") if n != "us-wi")):
        cases = load_cases(name)
        parts.append(f"### {name}\n\n" + _table(("no.", "facts", "expected", "rests on"), map(_case, cases)))
    return "\n\n".join(parts)


def _case(s: Scenario) -> tuple[str, str, str, str]:
    facts = f"… {s.changes}" if s.variant_of else f"**{s.name}**"
    return str(s.golden or ""), facts, _expected(s), "" if s.variant_of else s.basis


def _expected(s: Scenario) -> str:
    e = s.expected
    words = [f"at least *{e['at_least']}*"] if "at_least" in e else []
    words += [f"at most *{e['at_most']}*"] if "at_most" in e else []
    words += [str(e[k]).replace("_", " ") for k in ("test", "pattern") if k in e]
    words += ["policy note" if e["policy"] else "no policy note"] if "policy" in e else []
    for key, label in (("reached", "reaches"), ("not_reached", "stays below")):
        names = sorted({n.replace("_", " ") for found in e.get(key, {}).values() for n in found})
        words += [f"{label} {', '.join(names)}"] if names else []
    for key in ("notice", "attendance"):
        words += [f"{key}: {e[key]['reason'].replace('_', ' ')}"] if key in e else []
    return "; ".join(words) + (f". {e['why']}" if "why" in e else "")


def _shapes() -> str:
    rows = [(f"`{r.name}`", r.shape, ", ".join(r.options), "yes" if r.local else "")
            for r in sorted(catalogue().values(), key=lambda r: r.name)]
    return _table(("parameter", "shape", "words it may be", "a city may set it"), rows)


_PARTS: dict[str, Callable[[], str]] = {
    "stages": _stages, "profiles": _profiles, "states": _states, "numbers": _numbers, "scenarios": _scenarios,
    "shapes": _shapes,
}


def main(path: str) -> None:
    """Rewrite one page in place."""
    page = Path(path)
    page.write_text(rewrite(page.read_text(encoding="utf-8")), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1])
