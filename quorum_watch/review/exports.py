"""What leaves the desk as a plain file: the privilege log and the signed list of findings cleared for release."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from quorum_watch.review.audit import canonical
from quorum_watch.review.log import ReviewLog
from quorum_watch.review.tables import to_csv
from quorum_watch.vocabulary import Reason
from quorum_watch.wording import say

RELEASE = "quorum-watch/release/1"
#: The usual columns of a privilege log.
LOG_COLUMNS = ("id", "date", "author", "recipients", "type", "basis", "description")


def privilege_log(log: ReviewLog, document: Mapping[str, Any]) -> str:
    """The privilege log of a run as CSV: what is withheld, by whom, for whom and on what ground; never what it says.

    It lists decisions and notes marked privileged, and source files that were kept out as privileged without being
    read. A description names the finding and its subject, so that the claim can be judged, and nothing of the advice.
    """
    about = {f["fingerprint"]["seed"]: f["subject"]["label"] for f in document["findings"]}
    labels = {f["id"]: f["subject"]["label"] for f in document["findings"]}
    rows: list[tuple[object, ...]] = []
    for d in sorted(log.current().values(), key=lambda d: d.seq):
        if d.privileged:
            values = {"id": d.finding, "subject": about.get(d.seed, say("review.log.gone"))}
            rows.append(
                (
                    f"D-{d.seq}", d.at[:10], d.actor, d.second_reviewer or say("review.log.file"),
                    say("review.log.decision"), say("review.log.ground"), say("review.log.about_decision", values),
                )
            )  # fmt: skip
    for n in log.notes():
        if n.privileged:
            values = {"id": n.finding, "subject": labels.get(n.finding, say("review.log.gone"))}
            rows.append(
                (
                    f"N-{n.seq}", n.at[:10], n.actor, say("review.log.file"), say("review.log.note"),
                    say("review.log.ground"), say("review.log.about_note", values),
                )
            )  # fmt: skip
    for k, s in enumerate(document["coverage"]["sources"], start=1):
        count = s["reasons"].get(Reason.PRIVILEGED.value, 0)
        if count:
            unread = say("review.log.unread")
            described = say("review.log.about_source", {"file": s["file"], "count": count})
            rows.append((f"S-{k}", unread, unread, unread, s["kind"], say("review.log.marked"), described))
    return to_csv(LOG_COLUMNS, rows)


def release_list(log: ReviewLog, document: Mapping[str, Any], *, at: str) -> str:
    """Findings cleared for release, as JSON: ids and one status word each, with who signed it and the log's head.

    ``sha256`` is taken over the list without it; a changed list no longer fits its own hash or the log.
    """
    present = {f["fingerprint"]["seed"]: f for f in document["findings"]}
    cleared = [c for c in log.cleared() if c[1] in present and present[c[1]]["fingerprint"]["full"] == c[2]]
    content: dict[str, Any] = {
        "schema": RELEASE,
        "run": document["run"]["id"],
        "signed_by": log.actor,
        "signed_at": at,
        "audit_head": log.head(),
        "released": [
            {"finding": present[seed]["id"], "full": full, "status": say(f"review.disposition.{word}")}
            for _, seed, full, word in cleared
        ],
    }
    content["sha256"] = hashlib.sha256(canonical(content).encode()).hexdigest()
    return json.dumps(content, ensure_ascii=False, indent=2) + "\n"


def release_fits(content: Mapping[str, Any]) -> bool:
    """Whether a release list still has the content it was signed with."""
    rest = {k: v for k, v in content.items() if k != "sha256"}
    return bool(content.get("sha256") == hashlib.sha256(canonical(rest).encode()).hexdigest())
