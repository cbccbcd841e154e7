"""Build an edition from a run's material: the one call behind the command, the notebook and the tests."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from quorum_watch.errors import UsageError
from quorum_watch.report.blocks import Edition
from quorum_watch.report.content import Decision, LogEntry, Released, within
from quorum_watch.report.material import Issue, Material, facts_of, own_messages, roster_day, sent_in_all
from quorum_watch.report.member import build_member
from quorum_watch.report.period import Period
from quorum_watch.report.privileged import Chosen, build_privileged
from quorum_watch.report.public import build_public

KINDS = ("public", "privileged", "member")


@dataclass(frozen=True, slots=True)
class Reviewed:
    """What the attorney's desk adds.

    ``decisions`` (by finding seed, newest first) and ``log`` reach the privileged edition alone; ``released`` and
    ``list_hash`` come from the release list and reach the public one.
    """

    decisions: Mapping[str, Sequence[Decision]]
    log: Sequence[LogEntry] = ()
    released: Sequence[Released] = ()
    list_hash: str = ""


NOTHING = Reviewed({})


def build_report(
    material: Material,
    period: Period,
    kind: str,
    *,
    recipient: str = "",
    reviewed: Reviewed = NOTHING,
    issue: Issue | None = None,
) -> Edition:
    """One edition of one period.

    Parameters
    ----------
    kind
        ``public``, ``privileged`` or ``member``.
    recipient
        For the member edition the person's id; for the privileged one whom it is for (a name or an id).

    Raises
    ------
    UsageError
        ``QW-E161`` for a member edition for somebody the roster does not name.
    """
    facts = facts_of(material, period, issue)
    if kind == "public":
        ids = {f["id"] for f in within(material.document["findings"], period)}
        released = [r for r in reviewed.released if r.finding in ids]
        return build_public(facts, roster_day(material, period), released, reviewed.list_hash)
    if kind == "member":
        if recipient not in material.roster.by_id:
            known = ", ".join(sorted(material.roster.by_id)[:6])
            raise UsageError("QW-E161", "The roster has no person of that id.", "--for", f"Use an id such as: {known}.")
        messages = own_messages(material, recipient, period)
        return build_member(facts, material.roster.name(recipient), messages, sent_in_all(material, recipient, period))
    now = {f["fingerprint"]["seed"] for f in material.document["findings"]}
    gone = [f for f in within(material.before, period) if f["fingerprint"]["seed"] not in now and f["test"] != "policy"]
    names = {p.person_id: p.name for p in material.roster.people}
    chosen = Chosen(within(material.document["findings"], period), gone, names, reviewed.decisions, reviewed.log,
                    material.drawn)  # fmt: skip
    whom = material.roster.name(recipient) if recipient else material.workspace.contact.name or "City Attorney"
    return build_privileged(facts, roster_day(material, period), chosen, whom)
