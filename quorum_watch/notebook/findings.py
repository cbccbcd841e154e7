"""The findings of a run as a list to work through: faceted, filtered, as a table or a frame."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, overload

from markupsafe import Markup

from quorum_watch.errors import UsageError
from quorum_watch.notebook.page import bullets, heading, page, paragraph, table
from quorum_watch.report.text import visible
from quorum_watch.runs import no_finding
from quorum_watch.wording import has, say

if TYPE_CHECKING:
    import pandas as pd

    from quorum_watch.notebook.finding import FindingView
    from quorum_watch.notebook.run import OpenRun

#: Facet -> how its values are worded.
FACETS: dict[str, str] = {
    "body": "", "subject": "", "test": "test", "pattern": "pattern", "concern": "concern", "confidence": "confidence",
    "since_last": "since", "decided": "",
}  # fmt: skip
_HEADS = {"confidence": "facts", "since_last": "since"}


@dataclass(frozen=True, eq=False)
class Findings(Sequence["FindingView"]):
    """A list of findings. ``run.findings["QW-7F3A"]`` takes one, ``where()`` narrows, ``to_frame()`` gives pandas."""

    run: OpenRun
    chosen: tuple[FindingView, ...]

    def __len__(self) -> int:
        return len(self.chosen)

    def __iter__(self) -> Iterator[FindingView]:
        return iter(self.chosen)

    @overload
    def __getitem__(self, key: int | str) -> FindingView: ...
    @overload
    def __getitem__(self, key: slice) -> Findings: ...
    def __getitem__(self, key: int | str | slice) -> FindingView | Findings:
        """By id (case does not matter, ``QW-`` may be left out), by place, or a part."""
        if isinstance(key, slice):
            return Findings(self.run, self.chosen[key])
        if isinstance(key, int):
            return self.chosen[key]
        wanted = key.upper() if key.upper().startswith("QW-") else f"QW-{key.upper()}"
        for f in self.chosen:
            if f.id == wanted:
                return f
        raise no_finding(wanted, [f.id for f in self.chosen])

    def facets(self) -> dict[str, dict[str, int]]:
        """How many findings have each value of each facet, most first."""
        counts: dict[str, dict[str, int]] = {name: {} for name in FACETS}
        decided = self.run.decisions()
        for f in self.chosen:
            for name, value in self._values(f, decided).items():
                counts[name][value] = counts[name].get(value, 0) + 1
        return {name: dict(sorted(c.items(), key=lambda kv: (-kv[1], kv[0]))) for name, c in counts.items()}

    def where(
        self,
        *,
        body: str = "",
        subject: str = "",
        test: str = "",
        pattern: str = "",
        concern: str = "",
        confidence: str = "",
        since_last: str = "",
        decided: str = "",
    ) -> Findings:
        """Those with the given values (as :meth:`facets` shows them); an unknown value names the known ones."""
        asked = {
            "body": body, "subject": subject, "test": test, "pattern": pattern, "concern": concern,
            "confidence": confidence, "since_last": since_last, "decided": decided,
        }  # fmt: skip
        wanted = {name: value for name, value in asked.items() if value}
        known = self.facets()
        for name, value in wanted.items():
            if value not in known[name] and not _worded(name, value):
                some = "; ".join(list(known[name])[:8]) or "none"
                raise UsageError("QW-E118", f"No finding here has this {name}.", value[:60], f"Known: {some}")
        decisions = self.run.decisions()
        kept = [f for f in self.chosen if all(self._values(f, decisions)[n] == v for n, v in wanted.items())]
        return Findings(self.run, tuple(kept))

    def to_frame(self) -> pd.DataFrame:
        """One row a finding, most pressing first."""
        import pandas as pd

        decided = self.run.decisions()
        rows = []
        for f in self.chosen:
            shown = f.json
            rows.append(
                {
                    "id": f.id, **self._values(f, decided), "reach": shown["reach"], "steps": len(shown["steps"]),
                    "first": shown["first"], "last": shown["last"], "headline": shown["headline"],
                }
            )  # fmt: skip
        rows = [{k: visible(v) if isinstance(v, str) else v for k, v in row.items()} for row in rows]
        columns = ["id", *FACETS, "reach", "steps", "first", "last", "headline"]
        return pd.DataFrame(rows, columns=columns)

    def _values(self, f: FindingView, decided: Mapping[str, Mapping[str, Any]]) -> dict[str, str]:
        found = {name: str(f.raw[name]) for name in FACETS if name in f.raw}
        label = str(f.raw["subject"]["label"])
        found["subject"] = self.run.mask(label) if self.run.mask else label
        found["decided"] = self._decided(f, decided)
        return found

    @staticmethod
    def _decided(f: FindingView, decided: Mapping[str, Mapping[str, Any]]) -> str:
        one = decided.get(f.seed)
        if one is None:
            return say("review.mark.none")
        words = say("review.disposition." + one["disposition"])
        return words if one["full"] == f.full else f"{words}, {say('review.mark.changed')}"

    # --- display ------------------------------------------------------------------------------------------------------

    def parts(self) -> tuple[Markup, ...]:
        """Facets and table, for a page."""
        decided = self.run.decisions()
        head = ("finding", "what", "body", "subject", "pattern", "test", "concern", "facts", "since", "decided")
        rows = []
        for f in self.chosen:
            v = self._values(f, decided)
            rows.append(
                (
                    f.id, f.headline, v["body"], v["subject"], say(f"pattern.{v['pattern']}"), say(f"test.{v['test']}"),
                    say(f"concern.{v['concern']}"), say(f"confidence.{v['confidence']}"),
                    say(f"since.{v['since_last']}"), v["decided"],
                )
            )  # fmt: skip
        counts = [
            f"{say('review.head.' + _HEADS.get(name, name))}: "
            + " · ".join(f"{_wording(name, value)} {n}" for value, n in list(found.items())[:8])
            for name, found in self.facets().items()
            if found
        ]
        title = say("review.title.findings", {"run": self.run.id})
        if not rows:
            return heading(title), paragraph(say("unseen.silence"))
        return (
            heading(say("review.title.facets")),
            bullets(counts),
            table(title, [say(f"review.head.{h}") for h in head], rows),
        )

    def _repr_html_(self) -> str:
        return page(*self.run.banners(), *self.parts(), label=say("review.title.findings", {"run": self.run.id}))

    def __repr__(self) -> str:
        return "\n".join(repr(f) for f in self.chosen) or say("unseen.silence")


def _wording(facet: str, value: str) -> str:
    prefix = FACETS[facet]
    return say(f"{prefix}.{value}") if prefix and has(f"{prefix}.{value}") else value


def _worded(facet: str, value: str) -> bool:
    return bool(FACETS[facet]) and has(f"{FACETS[facet]}.{value}")
