"""What was read and what was not: the account every conclusion depends on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from quorum_watch.notebook.page import bullets, heading, page, paragraph, table
from quorum_watch.report.text import visible
from quorum_watch.wording import say

if TYPE_CHECKING:
    import pandas as pd

_COUNTS = ("found", "rows", "duplicates", "ignored", "restricted", "quarantined")
_MOST = 40


@dataclass(frozen=True)
class CoverageView:
    """The run's account of every record; ``json`` is the contract's object."""

    run: str
    json: Mapping[str, Any]

    def summary(self) -> Markup:
        """The sum in one line."""
        return paragraph(say("coverage.sum", self.json["totals"]))

    def to_frame(self) -> pd.DataFrame:
        """One row a source file."""
        import pandas as pd

        columns = ["file", "kind", *_COUNTS]
        rows = [{c: s[c] for c in columns} | {"file": visible(s["file"])} for s in self.json["sources"]]
        return pd.DataFrame(rows, columns=columns)

    def _repr_html_(self) -> str:
        c = self.json
        head = [say(f"review.head.{h}") for h in ("file", "how", *_COUNTS)]
        rows = [(s["file"], s["kind"], *(str(s[n]) for n in _COUNTS)) for s in c["sources"][:_MOST]]
        facts = [f"{say('channel.' + name)}: {n}" for name, n in c["channels"].items()]
        unknown = [(u["account"], str(u["messages"])) for u in c["unknown_accounts"][:_MOST]]
        parts = [heading(say("review.title.coverage")), self.summary()]
        if c["period"]:
            parts.append(paragraph(f"{c['period'][0][:10]} – {c['period'][1][:10]}"))
        parts += [bullets(facts), table(say("review.title.sources"), head, rows)]
        if len(c["sources"]) > _MOST:
            parts.append(paragraph(f"… {len(c['sources']) - _MOST} more: run.coverage.to_frame()", "quiet"))
        if unknown:
            titles = (say("review.head.account"), say("review.head.messages"))
            parts.append(table(f"{say('review.title.unknown')} ({len(c['unknown_accounts'])})", titles, unknown))
        if c["members_without_records"]:
            values = {"n": len(c["members_without_records"])}
            parts.append(paragraph(say("unseen.members_without_records", values)))
        parts.append(paragraph(say("unseen.silence"), "quiet"))
        return page(*parts, label=say("review.title.coverage"))

    def __repr__(self) -> str:
        return say("coverage.sum", self.json["totals"])
