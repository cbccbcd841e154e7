"""What moved between two runs, on a page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from quorum_watch.comparing import Change, compare_documents, law_changes
from quorum_watch.notebook.page import heading, page, paragraph, table
from quorum_watch.wording import say

if TYPE_CHECKING:
    import pandas as pd

_STATES = ("new", "updated", "unchanged", "absent")


@dataclass(frozen=True)
class Comparison:
    """Every finding of either run with its state and the reasons; what changed in the law stands first."""

    law: tuple[str, ...]
    changes: tuple[Change, ...]

    @classmethod
    def of(cls, before: Mapping[str, Any], after: Mapping[str, Any]) -> Comparison:
        """Compare two run objects."""
        return cls(law_changes(before, after), compare_documents(before, after))

    def counts(self) -> dict[str, int]:
        """How many findings are new, updated, unchanged, absent."""
        return {state: sum(c.state == state for c in self.changes) for state in _STATES}

    def to_frame(self) -> pd.DataFrame:
        """One row a finding."""
        import pandas as pd

        rows = [(c.state.value, c.before, c.after, c.headline, " ".join(c.why)) for c in self.changes]
        return pd.DataFrame(rows, columns=["state", "before", "after", "headline", "why"])

    def _repr_html_(self) -> str:
        head = [say(f"review.head.{h}") for h in ("state", "before", "after", "what", "why")]
        rows = [
            (say(f"since.{c.state.value}"), c.before, c.after, c.headline, " ".join(c.why))
            for c in self.changes
            if c.state != "unchanged"
        ]
        title = say("review.title.compare")
        parts = [heading(title), *(paragraph(line) for line in self.law)]
        parts.append(paragraph(say("review.compare.moved", self.counts())))
        parts.append(table(title, head, rows) if rows else paragraph(say("review.compare.none")))
        return page(*parts, label=title)

    def __repr__(self) -> str:
        return say("review.compare.moved", self.counts())
