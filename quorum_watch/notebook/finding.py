"""One finding on a page: what happened, the words for and against, the numbers and the law, and what was not seen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from quorum_watch import plots
from quorum_watch.assess.measure import MEASURES, without
from quorum_watch.errors import UsageError
from quorum_watch.model import Citation
from quorum_watch.notebook.figures import Figure
from quorum_watch.notebook.page import bullets, heading, link, moment, page, paragraph, table
from quorum_watch.notebook.words import Mask, marked, quoted, weight
from quorum_watch.report.text import visible
from quorum_watch.vocabulary import Act
from quorum_watch.wording import say

if TYPE_CHECKING:
    import pandas as pd

    from quorum_watch.assess.measure import Ground
    from quorum_watch.assess.sight import Sight
    from quorum_watch.model import Event
    from quorum_watch.notebook.run import OpenRun
    from quorum_watch.stories import Told

_ACTS = frozenset(Act)


@dataclass(frozen=True, eq=False)
class FindingView:
    """A finding of an open run. Show it by writing its name; ``json`` is the contract's object.

    Where names are masked, everything it shows and gives is masked, ``json`` included.
    """

    run: OpenRun
    raw: Mapping[str, Any]

    # --- what it is ---------------------------------------------------------------------------------------------------

    @property
    def id(self) -> str:
        """Its speakable id."""
        return str(self.raw["id"])

    @property
    def seed(self) -> str:
        """Fingerprint that stays when the chain grows."""
        return str(self.raw["fingerprint"]["seed"])

    @property
    def full(self) -> str:
        """Fingerprint of every step."""
        return str(self.raw["fingerprint"]["full"])

    @property
    def headline(self) -> str:
        """One line that says what it is about."""
        return self._mask(str(self.raw["headline"]))

    @property
    def json(self) -> dict[str, Any]:
        """The finding as the contract writes it."""
        found = self.run.mask.value(self.raw) if self.run.mask else dict(self.raw)
        return dict(found)

    @property
    def _mask(self) -> Mask:
        return self.run.mask or _as_it_is

    @property
    def _told(self) -> Told | None:
        return self.run.stories.get(self.id)

    # --- displays -----------------------------------------------------------------------------------------------------

    def _repr_html_(self) -> str:
        f = self.raw
        summary = (
            f"{say('concern.' + f['concern'])} · {say('test.' + f['test'])} · {say('pattern.' + f['pattern'])} · "
            f"{say('review.head.facts').lower()}: {say('confidence.' + f['confidence'])} · "
            f"{say('since.' + f['since_last'])}"
        )
        parts = [
            heading(f"{f['id']}: {self.headline}", 3),
            *self.run.banners(),
            paragraph(summary),
            paragraph(say("test_explained." + f["test"]), "quiet"),
            paragraph(f"{say('review.head.why')}: {f['why_this_concern']}"),
            paragraph(self._decision(), "banner"),
            heading(say("review.title.story")),
            *(paragraph(self._mask(s)) for s in f["story"]),
            heading(say("review.title.steps")),
            self._steps(),
            heading(say("review.title.sides")),
            self._sides(),
            heading(say("review.title.numbers")),
            self._numbers(),
            heading(say("review.title.unseen")),
            bullets(self._mask(u) for u in f["unseen"]),
            heading(say("review.title.law")),
            law_table(self._citations()),
        ]
        return page(*parts, label=say("review.title.finding", {"id": self.id}))

    def __repr__(self) -> str:
        return f"{self.id}  {self.headline}"

    def _decision(self) -> str:
        found = self.run.decisions().get(self.seed)
        if found is None:
            return say("review.panel.waiting")
        words = say(
            "review.panel.stands",
            {
                "what": say("review.disposition." + found["disposition"]), "who": found["actor"],
                "at": moment(found["at"]), "basis": found["basis"],
            },
        )  # fmt: skip
        return words + (f" ({say('review.mark.changed')})" if found["full"] != self.full else "")

    def _steps(self) -> Markup:
        head = [say(f"review.head.{h}") for h in ("step", "when", "how", "who", "to", "words", "count")]
        told = self._told
        events: Sequence[Event | None] = told.steps if told else [None] * len(self.raw["steps"])
        if len(events) != len(self.raw["steps"]):
            events = [None] * len(self.raw["steps"])
        rows = [self._step(s, e) for s, e in zip(self.raw["steps"], events, strict=True)]
        return table(say("review.title.steps"), head, rows)

    def _step(self, s: Mapping[str, Any], event: Event | None) -> list[str | Markup]:
        number = str(s["n"]) + (" *" if s["n"] in self.raw["pivotal"] else "")
        doubt = "" if s["time_precision"] == "exact" else f" ({say('review.mark.' + s['time_precision'])})"
        to = ", ".join(self.run.name(p, self.raw) for p in s["to"])
        return [
            number,
            moment(s["at"]) + doubt,
            say(f"channel.{s['channel']}"),
            self.run.name(s["from"], self.raw),
            to,
            self._words(s, event),
            str(s["reached_after"]),
        ]

    def _words(self, s: Mapping[str, Any], event: Event | None) -> Markup:
        spans = [e for e in s["evidence"] if e["says"] in _ACTS and e["exact"].strip()]
        if event is None:
            if not spans:
                return paragraph(say("review.mark.no_words"), "quiet")
            return Markup("").join(Markup('<div class="words">{}</div>').format(quoted(e, self._mask)) for e in spans)
        i = event.interaction
        parts = []
        subject = marked(i.subject, [e for e in spans if e["field"] == "subject"], self._mask)
        if i.subject.strip():
            parts.append(Markup('<div class="words"><strong>{}</strong></div>').format(subject))
        if i.text.strip():
            body = marked(i.text, [e for e in spans if e["field"] == "text"], self._mask)
            parts.append(Markup('<div class="words">{}</div>').format(body))
        fields = {"subject": i.subject, "text": i.text}
        lost = [e for e in spans if fields[e["field"]][e["start"] : e["end"]] != e["exact"]]
        parts += [Markup('<div class="words">{}</div>').format(quoted(e, self._mask)) for e in lost]
        return Markup("").join(parts) if parts else paragraph(say("review.mark.no_words"), "quiet")

    def _sides(self) -> Markup:
        head = [say(f"review.head.{h}") for h in ("weighs", "factor", "source")]
        order = {"against": 0, "for": 1, "unknown": 2}  # what weighs against is read first: the error to fear is haste
        rows = []
        for x in sorted(self.raw["factors"], key=lambda x: order[x["weighs"]]):
            mark = "" if x["verified"] else f" ({say('review.mark.unverified')})"
            rows.append((say(f"weighs.{x['weighs']}"), self._mask(x["because"]), f"{x['citation']}{mark}; {x['kind']}"))
        return table(say("review.title.sides"), head, rows)

    def _numbers(self) -> Markup:
        head = [say(f"review.head.{h}") for h in ("what", "number", "of", "reached", "source")]
        rows = []
        for t in self.raw["thresholds"]:
            rule = f", {say('vote_rule.' + t['vote_rule'])}" if t["vote_rule"] else ""
            state = (
                say("review.mark.reached", {"at": moment(t["crossed_at"])}) if t["reached"]
                else say("review.mark.not_reached")
            )  # fmt: skip
            marks = [m for m, on in (("unverified", not t["verified"]), ("inference", t["inference"]),
                                     ("unsettled", t["unsettled"])) if on]  # fmt: skip
            doubt = f" ({', '.join(say('review.mark.' + m) for m in marks)})" if marks else ""
            what = say(f"threshold.{t['name']}") + rule
            rows.append((what, str(t["value"]), str(t["of"]), state, t["citation"] + doubt))
        notes = dict.fromkeys(a for t in self.raw["thresholds"] for a in t["arithmetic"])
        return table(say("review.title.numbers"), head, rows) + bullets(notes)

    def _citations(self) -> tuple[Citation, ...]:
        known = {a.cite: a.key for a in self.run.case.profile.joined.authorities.values()}
        cites = dict.fromkeys(
            [*(t["citation"] for t in self.raw["thresholds"]), *(x["citation"] for x in self.raw["factors"])]
        )
        found = []
        for cite in cites:
            key = known.get(cite)
            found.append(self.run.case.profile.citation(key) if key else Citation(cite))
        return tuple(found)

    # --- questions ----------------------------------------------------------------------------------------------------

    def law(self) -> LawView:
        """The text of every rule the finding rests on: quote or paraphrase, where it stands, who read it."""
        return LawView(self.id, self._citations())

    def told_sights(self) -> tuple[Sight, ...]:
        """The contacts of the finding's stretch as its body sees them; none where the run kept no messages."""
        return tuple(self._told.sights(self.run.case.roster.seats_ever(self.raw["body"]))) if self._told else ()

    def told_ground(self) -> Ground:
        """The windows and roles the finding was measured with."""
        people = {p.person_id: p.standing.value for p in self.run.case.roster.people}
        if self._told is None:
            raise UsageError("QW-E119", say("review.explore.nothing"), self.id, say("review.explore.remedy"))
        return self._told.ground(people)

    def without(self, step: int) -> WhatIf:
        """The same finding had one message not been sent: is the number still reached? Counts again, from the words.

        Raises ``UsageError`` (QW-E118) for a step the finding does not have, or a run that kept no messages.
        """
        told = self._told
        steps = self.raw["steps"]
        if told is None or not 1 <= step <= len(steps):
            where = f"{self.id} has steps 1 to {len(steps)}"
            remedy = "Choose one of them." if told else "Run 'quorum-watch analyze' again: this run kept no messages."
            raise UsageError("QW-E118", f"Step {step} cannot be left out.", where, remedy)
        people = {p.person_id: p.standing.value for p in self.run.case.roster.people}
        sights = told.sights(self.run.case.roster.seats_ever(self.raw["body"]))
        if told.measure in MEASURES:
            after = without(told.measure, sights, told.ground(people), told.places[step - 1]).people
        else:  # a policy finding counts everybody in the contacts
            kept = [s for k, s in enumerate(sights) if k != told.places[step - 1]]
            after = frozenset().union(*(s.members for s in kept)) if kept else frozenset()
        return WhatIf(self, step, int(self.raw["reach"]), len(after), told.number)

    def plot(self, kind: str = "reach_curve") -> Figure:
        """A picture with its words and its table: ``reach_curve``, ``swimlane``, ``who_knew_when``,
        ``calendar_strip`` or ``network_at``.
        """
        if kind not in plots.KINDS:
            known = ", ".join(plots.KINDS)
            raise UsageError("QW-E118", "There is no such picture.", str(kind)[:40], f"Choose one of: {known}")
        f = self.json
        names = {p: self.run.name(p, None) for s in f["steps"] for p in (s["from"], *s["to"])}
        names = {p: p if self.run.mask else visible(n) for p, n in names.items()}
        return Figure(plots.draw(kind, f, names), f"{self.id}-{kind}")

    def to_frame(self) -> pd.DataFrame:
        """The steps as a table: one row each, times in the city's zone."""
        import pandas as pd

        rows = [
            {
                "step": s["n"], "at": s["at"], "channel": s["channel"], "from": visible(s["from"]),
                "to": visible("; ".join(s["to"])),
                "count": s["reached_after"], "interaction": s["interaction"],
                "says": "; ".join(dict.fromkeys(e["says"] for e in s["evidence"] if weight(e["says"]))),
            }
            for s in self.json["steps"]
        ]  # fmt: skip
        return pd.DataFrame(rows)


@dataclass(frozen=True)
class WhatIf:
    """What the count would be without one step."""

    finding: FindingView
    step: int
    before: int
    after: int
    number: int

    @property
    def still_reached(self) -> bool:
        """Whether the number is reached without the step."""
        return self.after >= self.number

    def words(self) -> tuple[str, ...]:
        """The answer in sentences."""
        values = {"before": self.before, "after": self.after, "step": self.step, "number": self.number}
        if self.before < self.number:
            state = say("review.whatif.already")
        else:
            state = say("review.whatif.still") if self.still_reached else say("review.whatif.below")
        return say("review.whatif.count", values), state, say("review.whatif.limits")

    def _repr_html_(self) -> str:
        title = say("review.title.whatif", {"step": self.step})
        return page(heading(f"{self.finding.id}: {title}"), *(paragraph(w) for w in self.words()), label=title)

    def __repr__(self) -> str:
        return " ".join(self.words())


@dataclass(frozen=True)
class LawView:
    """Citations with their texts."""

    finding: str
    citations: tuple[Citation, ...]

    def _repr_html_(self) -> str:
        title = f"{self.finding}: {say('review.title.law')}"
        return page(heading(title), law_table(self.citations), label=title)

    def __repr__(self) -> str:
        return "\n".join(f"{c.cite}: {c.quote or c.says}" for c in self.citations)


def law_table(citations: Sequence[Citation]) -> Markup:
    """Cites, their words or a paraphrase, and whether somebody read them at the source."""
    head = [say(f"review.head.{h}") for h in ("source", "words", "state")]
    rows = []
    for c in citations:
        words = say("review.mark.quote", {"quote": c.quote}) if c.quote else ""
        if not c.quote:
            words = say("review.mark.no_quote", {"says": c.says or c.title or c.cite})
        state = say("review.mark.verified") if c.verified else say("review.mark.unverified")
        rows.append((link(c.cite, c.url), words, state))
    return table(say("review.title.law"), head, rows)


def _as_it_is(text: str) -> str:
    return text
