"""Advice as plain text, for a terminal and for the text of the printed page."""

from __future__ import annotations

import textwrap

from quorum_watch.model import Factor
from quorum_watch.selfcheck.draft import Advice
from quorum_watch.vocabulary import FactorKind, Weighs
from quorum_watch.wording import say

_SHAPES = {"stop": "[STOP]", "change": "[!]", "no_concern": "[ok]", "cannot_tell": "[?]"}
WIDTH = 78


def as_text(advice: Advice, *, why: bool = False, width: int = WIDTH) -> str:
    """The advice for a terminal: the answer, the arithmetic, what to do; with ``why`` also reasons and limits."""
    lines = [f"{_SHAPES[advice.verdict.value]} {advice.headline}", ""]
    lines += [_fold(s, "", width) for s in advice.arithmetic[: None if why else 2]]
    if advice.arithmetic:
        lines.append("")
    lines += [_fold(s, "- ", width) for s in advice.do]
    if advice.remove:
        lines += ["", _fold(f"{say('check.text.remove')}: {', '.join(advice.remove)}", "", width)]
    if advice.keep:
        lines.append(_fold(f"{say('check.text.keep')}: {', '.join(advice.keep)}", "", width))
    if advice.call.phone or advice.call.name:
        lines += ["", " ".join(p for p in (say("check.text.call"), advice.call.name, advice.call.phone) if p)]
    if why:
        lines += _reasons(advice, width)
        lines += ["", say("check.text.not_seen"), *(_fold(s, "- ", width) for s in advice.not_seen)]
        lines += ["", *(_fold(s, "", width) for s in (advice.law, advice.banner) if s)]
    else:
        lines += ["", *(_fold(s, "", width) for s in (advice.not_seen[0], advice.banner) if s)]
    return "\n".join([*lines, "", say("check.text.nothing_saved")])


def _reasons(advice: Advice, width: int) -> list[str]:
    lines: list[str] = []
    for weighs in (Weighs.AGAINST, Weighs.FOR, Weighs.UNKNOWN):
        chosen = [f for f in advice.why if f.weighs is weighs]
        if chosen:
            lines += ["", say(f"check.text.weighs_{weighs}")]
            lines += [_fold(f"{f.because} ({source_of(f)})", "- ", width) for f in chosen]
    return lines


def source_of(factor: Factor) -> str:
    """The citation of a factor with what must be said beside it."""
    marks = [factor.citation.cite]
    if not factor.citation.verified:
        marks.append(say("check.text.unverified_mark"))
    if factor.kind is FactorKind.POLICY:
        marks.append(say("check.text.policy_mark"))
    return "; ".join(marks)


def _fold(text: str, mark: str, width: int) -> str:
    return textwrap.fill(text, width, initial_indent=mark, subsequent_indent=" " * len(mark))
