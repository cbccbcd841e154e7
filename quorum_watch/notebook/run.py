"""An analysed workspace as it lies open on the desk: findings, coverage, masks, and "what if".

Opening reads what the run stored, not the mail: it takes as long for a city of a hundred thousand messages as for one
of a thousand with the same findings. Questions that need everything (another law, a contact added) read it then.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any

from markupsafe import Markup

from quorum_watch import pipeline, runs, stories
from quorum_watch.errors import UsageError
from quorum_watch.notebook.attaching import attach_rows
from quorum_watch.notebook.comparing import Comparison
from quorum_watch.notebook.coverage import CoverageView
from quorum_watch.notebook.finding import FindingView
from quorum_watch.notebook.findings import Findings
from quorum_watch.notebook.masked import Mask
from quorum_watch.notebook.page import heading, page, paragraph
from quorum_watch.review.log import HandCoded, ReviewLog, current_decisions
from quorum_watch.stories import Told
from quorum_watch.wording import say

REVIEW = "review.sqlite"


@dataclass(frozen=True, eq=False)
class OpenRun:
    """A run opened for reading: ``findings``, ``coverage``, ``masked()``, ``compare()``, ``attach()``.

    ``document`` is the contract's JSON object; ``review`` is where decisions about it are kept.
    """

    case: pipeline.Case
    document: Mapping[str, Any]
    stories: Mapping[str, Told]
    review: Path | str
    mask: Mask | None = None
    attached: tuple[HandCoded, ...] = ()
    _whole: list[pipeline.Run] = field(default_factory=list, repr=False)
    _plain: OpenRun | None = field(default=None, repr=False)

    @property
    def id(self) -> str:
        """The run's id: a hash of everything it was made from."""
        return str(self.document["run"]["id"])

    @cached_property
    def names(self) -> dict[str, str]:
        """Person id -> name, from the roster."""
        return {p.person_id: p.name for p in self.case.roster.people}

    @property
    def findings(self) -> Findings:
        """Every finding, the ones to look at first in front."""
        return Findings(self, tuple(FindingView(self, f) for f in self.document["findings"]))

    @property
    def coverage(self) -> CoverageView:
        """What was read, what was set aside and why, and what is missing."""
        shown = self.mask.value(self.document["coverage"]) if self.mask else self.document["coverage"]
        return CoverageView(self.id, shown)

    def name(self, person: str, finding: Mapping[str, Any] | None) -> str:
        """How a person is shown: by name (or mask), with a remark where a finding says they are not a member."""
        name = self.mask.people.get(person, self.mask(person)) if self.mask else self.names.get(person, person)
        outside = finding is not None and person not in {m for g in finding["members"].values() for m in g}
        return f"{name} ({say('review.mark.not_a_member')})" if outside else name

    def decisions(self) -> dict[str, dict[str, Any]]:
        """Decisions that stand, by seed fingerprint; empty where none was recorded."""
        return current_decisions(self.review)

    def banners(self) -> tuple[Markup, ...]:
        """What every display of this run must say first: the state of the law profile, masks, attachments."""
        found = [self.document["run"]["profile"]["banner"]]
        if self.mask:
            found.append(say("review.mark.masked"))
        if self.attached:
            found.append(say("review.mark.attached", {"n": len(self.attached)}))
        return tuple(paragraph(text, "banner") for text in found if text)

    def _repr_html_(self) -> str:
        about = self.document["run"]
        title = f"{about['city']}: {about['profile']['title']}"
        inner = (heading(title, 3), *self.banners(), self.coverage.summary(), *self.findings.parts())
        return page(*inner, label=title)

    def __repr__(self) -> str:
        return f"run {self.id}: {len(self.document['findings'])} findings"

    # --- names --------------------------------------------------------------------------------------------------------

    def masked(self) -> OpenRun:
        """The same run with people called by masks, the same person the same mask everywhere."""
        if self.mask:
            return self
        return replace(self, mask=Mask(self.case.roster), _whole=[], _plain=self)

    def unmasked(self, log: ReviewLog, *, why: str) -> OpenRun:
        """The run with names again. Who asked, when and why goes into the decision log first."""
        if self.mask is None or self._plain is None:
            return self
        if not why.strip():
            raise UsageError("QW-E117", "Say why names are needed.", "why", "A few words are enough; they are logged.")
        log.note_act("unmask", f"run {self.id}", {"run": self.id, "why": why})
        return self._plain

    # --- what if ------------------------------------------------------------------------------------------------------

    def whole(self) -> pipeline.Run:
        """Everything read, for questions about all messages; the first call takes as long as an analysis."""
        if self._plain is not None:
            return self._plain.whole()
        if not self._whole:
            self._whole.append(pipeline.reopen(self.case.workspace.root))
        return self._whole[0]

    def compare(self, *, law: str | None = None, law_as_of: date | str | None = None) -> Comparison:
        """The same messages under another law profile, or under the law as of one day: what moves, and why."""
        if law is None and law_as_of is None:
            raise UsageError(
                "QW-E117", "Compare with what?", "compare", "Give law='us-ca', or law_as_of='2018-01-01', or both."
            )
        whole = self.whole()
        day = date.fromisoformat(law_as_of) if isinstance(law_as_of, str) else law_as_of
        other = pipeline.reassess(whole, law=law, law_as_of=day)
        before, after = whole.document, other.document
        if self.mask:
            before, after = self._masked_document(before), self._masked_document(after)
        return Comparison.of(before, after)

    def attach(self, row: Mapping[str, Any], *, reason: str, log: ReviewLog) -> OpenRun:
        """Add a contact that the collection lacks (a call somebody remembers) as a note, and assess again.

        ``row`` is one interaction of the interchange format (``time``, ``channel``, ``from``, ``to`` ...). The note
        carries who attached it and why; ``log.detach(name)`` takes it back. Evidence is not touched, and the stored
        run stays as it is: the result is a run of its own, with a banner.

        Raises ``UsageError`` (QW-E115) where the row cannot be read, before anything is recorded.
        """
        attach_rows(self.whole(), [_candidate(row)])  # refuse what cannot be read before it is recorded
        log.attach(row, reason=reason)
        return self.with_attached(log)

    def with_attached(self, log: ReviewLog) -> OpenRun:
        """This run with every interaction that stands attached by hand; itself where there is none."""
        kept = log.attached()
        if not kept:
            return self._plain if self._plain is not None and self.mask is None else self
        again = attach_rows(self.whole(), kept)
        told = {a.finding.id: Told.of(a) for a in again.assessed}
        return replace(self, document=again.document, stories=told, attached=kept, _whole=[again])

    def _masked_document(self, document: Mapping[str, Any]) -> dict[str, Any]:
        assert self.mask is not None
        return {**document, "findings": [self.mask.value(f) for f in document["findings"]]}


def _candidate(row: Mapping[str, Any]) -> HandCoded:
    return HandCoded(0, "", "", "hand-candidate", row, "")


def open_run(workspace: Path | str, *, run: str | None = None, review: Path | str | None = None) -> OpenRun:
    """Open a stored run of a workspace, the newest unless another is named. Nothing is analysed or written.

    Parameters
    ----------
    workspace
        The city's folder.
    run
        Id of a run; the newest by default.
    review
        Where decisions are kept, if not in the workspace: a path or a ``postgresql://`` address.

    Raises
    ------
    InputError
        QW-E233 where nothing was analysed yet.
    """
    case = pipeline.open_case(workspace)
    root = case.workspace
    chosen = run or runs.latest(root.runs)
    if chosen is None:
        raise runs.no_run(root.runs)
    document = runs.load(root.runs, chosen)
    return OpenRun(case, document, stories.load(root.runs / chosen), review or root.root / REVIEW)


def analyze(
    workspace: Path | str,
    *,
    law: str | None = None,
    progress: Callable[[str, int, int], None] | None = None,
) -> OpenRun:
    """Ingest what is new, analyse everything, keep the run, and open it; see :func:`open_run`."""
    if progress is None:
        found = pipeline.analyze(workspace, law=law)
    else:
        found = pipeline.analyze(workspace, law=law, progress=progress)
    told = {a.finding.id: Told.of(a) for a in found.assessed}
    return OpenRun(found.case, found.document, told, found.case.workspace.root / REVIEW, _whole=[found])


def compare(run: OpenRun, *, law: str | None = None, law_as_of: date | str | None = None) -> Comparison:
    """What the law alone changes: the same messages under another profile or date."""
    return run.compare(law=law, law_as_of=law_as_of)
