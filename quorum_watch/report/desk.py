"""What the attorney's desk hands over, as plain data: decisions by finding, the privilege log, the release list."""

from __future__ import annotations

import csv
import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from io import StringIO
from pathlib import Path
from typing import Any

from quorum_watch.errors import Fault, InputError
from quorum_watch.report.content import Decision, LogEntry, Released
from quorum_watch.vocabulary import Reason
from quorum_watch.wording import has, say

_WORD = re.compile(r"[a-z][a-z_ -]{0,39}", re.ASCII)
_ID = re.compile(r"QW-[0-9A-F]{4,64}", re.ASCII)


def decisions_of(
    found: Mapping[str, Mapping[str, Any]], document: Mapping[str, Any]
) -> dict[str, tuple[Decision, ...]]:
    """Standing decisions by finding seed, from the decision log's plain form.

    Parameters
    ----------
    found
        By seed: ``disposition``, ``at``, ``actor``, ``basis``, ``note``, ``privileged``, ``full`` (the fingerprint of
        the finding as it was), and perhaps ``second_reviewer``.
    """
    now = {f["fingerprint"]["seed"]: f["fingerprint"]["full"] for f in document["findings"]}
    return {
        seed: (
            Decision(
                disposition=_spoken(str(d["disposition"])),
                at=str(d["at"]),
                by=" / ".join(x for x in (str(d["actor"]), str(d.get("second_reviewer") or "")) if x),
                basis=str(d.get("basis") or ""),
                note=str(d.get("note") or ""),
                privileged=bool(d.get("privileged")),
                changed=seed in now and d.get("full", now[seed]) != now[seed],
            ),
        )
        for seed, d in sorted(found.items())
    }


def _spoken(word: str) -> str:
    key = f"review.disposition.{word}"
    return say(key) if has(key) else word.replace("_", " ")


def log_rows(text: str) -> tuple[LogEntry, ...]:
    """The rows of a privilege log in CSV, with the columns the desk exports."""
    return tuple(
        LogEntry(r["id"], r["date"], r["type"], r["author"], r["recipients"], r["basis"], r["description"])
        for r in csv.DictReader(StringIO(text.removeprefix("\ufeff")))
    )


def log_of(
    document: Mapping[str, Any], decisions: Mapping[str, Sequence[Decision]], recipient: str
) -> tuple[LogEntry, ...]:
    """The privilege log: decisions marked privileged, and files kept out as privileged without being opened."""
    entries = []
    for f in document["findings"]:
        for d in decisions.get(f["fingerprint"]["seed"], ()):
            if d.privileged:
                about = say("report.log.decision", {"id": f["id"]})
                entries.append(LogEntry(f["id"], d.at[:10], say("report.log.kind_decision"), d.by, recipient,
                                        say("report.log.basis_advice"), about))  # fmt: skip
    for s in document["coverage"]["sources"]:
        count = s["reasons"].get(Reason.PRIVILEGED.value, 0)
        if count:
            unknown = say("report.log.unopened")
            entries.append(LogEntry(s["file"], unknown, s["kind"], unknown, unknown, say("report.log.basis_folder"),
                                    say("report.log.records", {"n": count})))  # fmt: skip
    return tuple(entries)


def read_release_list(path: Path, document: Mapping[str, Any]) -> tuple[tuple[Released, ...], str]:
    """The findings an attorney cleared, as they stand in the run, and the SHA-256 of the list.

    The file is JSON (``{"released": [{"finding": "QW-7F3A", "status": "no concern"}]}``; ``id``, ``word`` and ``full``
    are understood too) or CSV with the columns ``finding`` and ``status``. Only ids and one plain status word cross
    over. A finding that is not in the run, or that has changed since it was cleared (``full``), is left out.

    Raises
    ------
    InputError
        ``QW-E238`` for a file that cannot be read, ``QW-E239`` with every row that is not an id and a plain word, and
        for a list whose own hash (``sha256``) does not fit it.
    """
    try:
        data = path.read_bytes()
        rows, fits = _rows(data.decode("utf-8-sig"))
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise InputError(
            "QW-E238", f"The release list cannot be read ({type(error).__name__}).", path.name,
            "Write it with: quorum-watch review WORKSPACE export --cleared",
        ) from None  # fmt: skip
    now = {f["id"]: f["fingerprint"]["full"] for f in document["findings"]}
    faults, released = [], []
    if not fits:
        remedy = "Export it again; a signed list is never edited by hand."
        faults.append(Fault("QW-E239", "The release list was changed after it was signed.", path.name, remedy))
    for number, (name, word, full) in enumerate(rows, 1):
        word = word.strip().lower().replace("_", " ")
        if not _ID.fullmatch(name) or not _WORD.fullmatch(word):
            remedy = "A row is a finding's id and one plain word, such as: QW-7F3A, no concern"
            faults.append(Fault("QW-E239", "A row of the release list is not an id and a plain word.",
                                f"{path.name} row {number}", remedy))  # fmt: skip
        elif name in now and full in ("", now[name]):
            released.append(Released(name, word))
    if faults:
        raise InputError.of(faults)
    return tuple(sorted(set(released), key=lambda r: r.finding)), hashlib.sha256(data).hexdigest()


def _rows(text: str) -> tuple[list[tuple[str, str, str]], bool]:
    """Each row as id, word and fingerprint, and whether the list still has the hash it was signed with."""
    if not text.lstrip().startswith(("{", "[")):
        return [(r["finding"], r["status"], r.get("full") or "") for r in csv.DictReader(StringIO(text))], True
    found = json.loads(text)
    fits = True
    if isinstance(found, dict) and "sha256" in found:
        rest = {k: v for k, v in found.items() if k != "sha256"}
        said = json.dumps(rest, ensure_ascii=True, sort_keys=True, separators=(",", ":"))
        fits = hashlib.sha256(said.encode()).hexdigest() == found["sha256"]
    entries = found if isinstance(found, list) else found["released"] if "released" in found else found["cleared"]
    rows = [
        (str(e.get("finding") or e["id"]), str(e.get("status") or e["word"]), str(e.get("full") or "")) for e in entries
    ]
    return rows, fits
