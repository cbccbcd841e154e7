"""What moved between two runs, two laws or two dates, and why.

Findings are matched by their seed fingerprint (body, test, subject, first step), which survives growth; a finding whose
first step moved is matched by body, test and subject where that is unambiguous.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from quorum_watch.vocabulary import SinceLast
from quorum_watch.wording import say

Document = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Change:
    """One finding in two runs: its state, both ids (``""`` where it is in one only), and reasons in words."""

    state: SinceLast
    before: str
    after: str
    headline: str
    why: tuple[str, ...]


def compare_documents(before: Document, after: Document) -> tuple[Change, ...]:
    """Every finding of either run, in the order of the later run, then those only in the earlier one.

    Parameters
    ----------
    before, after
        Run objects as the contract writes them (``findings.json``).
    """
    older = {f["fingerprint"]["seed"]: f for f in before["findings"]}
    pairs: list[tuple[Document | None, Document]] = []
    for f in after["findings"]:
        pairs.append((older.pop(f["fingerprint"]["seed"], None), f))
    leftover = _by_kind(older.values())
    for k, (old, new) in enumerate(pairs):
        twins = leftover.get(_kind(new), [])
        if old is None and len(twins) == 1:
            pairs[k] = (twins.pop(), new)
            older.pop(pairs[k][0]["fingerprint"]["seed"], None)  # type: ignore[index]
    changes = [_change(old, new) for old, new in pairs]
    gone = [
        Change(SinceLast.ABSENT, f["id"], "", f["headline"], (say("compare.absent"),)) for _, f in sorted(older.items())
    ]
    return (*changes, *gone)


def law_changes(before: Document, after: Document) -> tuple[str, ...]:
    """What differs in the law the two runs were made under, in words."""
    a, b = before["run"]["profile"], after["run"]["profile"]
    lines = []
    if a["id"] != b["id"] or a["overlay"] != b["overlay"]:
        lines.append(say("compare.profile", {"before": _law(a), "after": _law(b)}))
    if before["run"].get("law_as_of") != after["run"].get("law_as_of"):
        day = {"before": before["run"].get("law_as_of") or say("compare.each_day")}
        lines.append(say("compare.as_of", day | {"after": after["run"].get("law_as_of") or say("compare.each_day")}))
    return tuple(lines)


def _law(profile: Mapping[str, Any]) -> str:
    return str(profile["id"]) + (f" + {profile['overlay']}" if profile["overlay"] else "")


def _kind(f: Document) -> tuple[str, str, str]:
    return f["body"], f["test"], f["subject"]["matter"] or ",".join(f["subject"]["topics"])


def _by_kind(findings: Any) -> dict[tuple[str, str, str], list[Document]]:
    table: dict[tuple[str, str, str], list[Document]] = {}
    for f in findings:
        table.setdefault(_kind(f), []).append(f)
    return table


def _change(old: Document | None, new: Document) -> Change:
    if old is None:
        return Change(SinceLast.NEW, "", new["id"], new["headline"], (say("compare.new"),))
    why = _differences(old, new)
    state = SinceLast.UPDATED if why else SinceLast.UNCHANGED
    return Change(state, old["id"], new["id"], new["headline"], tuple(why))


def _differences(old: Document, new: Document) -> list[str]:
    lines = []
    for field in ("concern", "confidence"):
        if old[field] != new[field]:
            values = {"before": say(f"{field}.{old[field]}"), "after": say(f"{field}.{new[field]}")}
            lines.append(say(f"compare.{field}", values))
    if old["pattern"] != new["pattern"]:
        values = {"before": say(f"pattern.{old['pattern']}"), "after": say(f"pattern.{new['pattern']}")}
        lines.append(say("compare.pattern", values))
    if old["reach"] != new["reach"]:
        lines.append(say("compare.reach", {"before": old["reach"], "after": new["reach"]}))
    mine, theirs = _steps(old), _steps(new)
    added, removed = len(theirs - mine), len(mine - theirs)
    if added or removed:
        lines.append(say("compare.steps", {"added": added, "removed": removed}))
    lines += _numbers(old["thresholds"], new["thresholds"])
    if old["why_this_concern"] != new["why_this_concern"] and old["concern"] != new["concern"]:
        lines.append(say("compare.rule", {"rule": new["why_this_concern"]}))
    return lines


def _steps(f: Document) -> set[str]:
    return {s["interaction"] for s in f["steps"]}


def _numbers(old: Sequence[Mapping[str, Any]], new: Sequence[Mapping[str, Any]]) -> list[str]:
    def table(rows: Sequence[Mapping[str, Any]]) -> dict[tuple[str, str], Mapping[str, Any]]:
        return {(t["name"], t["vote_rule"] or ""): t for t in rows}

    a, b = table(old), table(new)
    lines = []
    for key in sorted(a.keys() | b.keys()):
        before, after = a.get(key), b.get(key)
        name = say(f"threshold.{key[0]}") + (f", {say(f'vote_rule.{key[1]}')}" if key[1] else "")
        if before is None and after is not None:
            values = {"name": name, "value": after["value"], "of": after["of"], "citation": after["citation"]}
            lines.append(say("compare.number_new", values))
        elif after is None and before is not None:
            lines.append(say("compare.number_gone", {"name": name, "citation": before["citation"]}))
        elif (
            before is not None
            and after is not None
            and (before["value"], before["of"]) != (after["value"], after["of"])
        ):
            values = {"name": name, "before": before["value"], "after": after["value"], "citation": after["citation"]}
            lines.append(say("compare.number", values))
    return lines
