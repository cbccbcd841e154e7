"""A jurisdiction's law as of any day: parameters, citations, thresholds, and a record of which rules were used.

A profile is asked, never told: every number of members, share, window and deadline the program uses is the answer to
``profile.parameter(name, on=day)``, so that the rule behind a number can be printed beside it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from quorum_watch.errors import LawError
from quorum_watch.model import Citation, Threshold
from quorum_watch.rules.overlay import Joined, join, read_file
from quorum_watch.rules.schema import Authority, FactorRule, Parameter, Stage, Status, nearest
from quorum_watch.vocabulary import Channel, FactorKind, VoteRule

if TYPE_CHECKING:
    from quorum_watch.rules.arithmetic import BodyFacts
    from quorum_watch.rules.practice import Practice


@dataclass(frozen=True, slots=True)
class Value:
    """What a parameter says on a day.

    ``value`` has the type of its shape (whole number, :class:`datetime.timedelta`, text, tuple of words ...) and is
    ``None`` where the rule is repealed or not yet in force. ``raw`` is the same as the file wrote it. ``assumed``
    is true where the day lies before the first day on which the text is known to have been in force: the earliest text
    known is used, and the output says so.
    """

    name: str
    value: Any
    raw: Any
    unit: str
    description: str
    citation: Citation
    references: tuple[Citation, ...]
    rule: str
    not_used: str
    unsettled: str
    status: Status
    since: date | None
    assumed: bool
    note: str = ""
    origin: str = ""

    @property
    def verified(self) -> bool:
        """Whether the controlling words were read at their source."""
        return self.status is Status.VERIFIED

    @property
    def inference(self) -> bool:
        """Whether the rule is this project's own reading or setting."""
        return self.status is Status.INFERENCE

    @property
    def in_force(self) -> bool:
        """Whether the rule says anything on that day."""
        return self.value is not None


@dataclass(frozen=True, slots=True)
class Profile:
    """The law of one state, with a city's overlay where there is one. Made by :func:`load_profile`."""

    joined: Joined
    _used: set[str] = field(default_factory=set, compare=False, repr=False)

    @property
    def id(self) -> str:
        """Such as ``us-wi``."""
        return self.joined.state.id

    @property
    def overlay_id(self) -> str:
        """Name of the local overlay, or nothing."""
        top = self.joined.sheets[-1]
        return top.id if top.kind == "overlay" else ""

    @property
    def title(self) -> str:
        """The profile's title, with the overlay's where there is one."""
        titles = [s.title for s in self.joined.sheets if s.kind != "settings"]
        return " with ".join(titles)

    @property
    def stage(self) -> Stage:
        """``verified``, ``text-checked`` or ``draft``; never better than the state profile's own."""
        return self.joined.state.stage

    @property
    def verified_by(self) -> str:
        """The attorney who verified it; nothing if nobody did."""
        return self.joined.state.verified_by

    @property
    def checked_by(self) -> str:
        """Who read the sources the rules name; not a verification."""
        return self.joined.state.checked_by

    @property
    def verified_on(self) -> str:
        """The day of that verification."""
        return self.joined.state.verified_on

    @property
    def banner(self) -> str:
        """What every output must print; empty only for a verified profile."""
        return "" if self.stage is Stage.VERIFIED else self.joined.state.banner

    @property
    def as_of(self) -> str:
        """The day up to which the text was looked for."""
        return self.joined.state.as_of

    @property
    def names(self) -> tuple[str, ...]:
        """All parameter names, in order."""
        return tuple(sorted(self.joined.parameters))

    @property
    def used(self) -> frozenset[str]:
        """The parameters asked for since loading (or since :meth:`fresh`)."""
        return frozenset(self._used)

    def fresh(self) -> Profile:
        """The same law with nothing yet used."""
        return Profile(self.joined)

    def __contains__(self, name: object) -> bool:
        return name in self.joined.parameters

    def parameter(self, name: str, on: date) -> Value:
        """What ``name`` says on the day ``on``.

        Raises :class:`~quorum_watch.errors.LawError` (``QW-E429``) for a name the profile does not have.
        """
        self._used.add(name)
        return self._read(name, on)

    def _read(self, name: str, on: date) -> Value:
        found = self._rule(name)
        dated = None
        for entry in found.values:
            if entry.start <= on:
                dated = entry
        assumed = dated is None and not found.values[0].known_start
        if assumed:
            dated = found.values[0]
        references = tuple(self._cite(key) for key in found.references)
        return Value(
            name=name, value=dated.value if dated else None, raw=dated.raw if dated else None, unit=found.unit,
            description=found.description, references=references, rule=name, not_used=found.not_used,
            citation=replace(references[0], verified=found.status is Status.VERIFIED), unsettled=found.unsettled,
            status=found.status, since=dated.start if dated else None, assumed=assumed,
            note=dated.note if dated else "", origin=found.origin,
        )

    def optional(self, name: str, on: date) -> Value | None:
        """Like :meth:`parameter`, but ``None`` where the profile has no such rule or it is not in force that day."""
        if name not in self.joined.parameters:
            return None
        value = self.parameter(name, on)
        return value if value.in_force else None

    def duration(self, name: str, on: date) -> timedelta:
        """A window or deadline; raises :class:`LawError` where the rule is not one or is not in force."""
        value = self.parameter(name, on).value
        if not isinstance(value, timedelta):
            raise LawError("QW-E429", f"'{name}' is not a duration in force on {on}.", self._rule(name).where,
                           "Ask for a parameter of that shape, or for another day.")
        return value

    def number(self, name: str, on: date) -> int:
        """A plain whole number; raises :class:`LawError` where the rule is not one or is not in force."""
        value = self.parameter(name, on).value
        if not isinstance(value, int) or isinstance(value, bool):
            raise LawError("QW-E429", f"'{name}' is not a number in force on {on}.", self._rule(name).where,
                           "Ask for a parameter of that shape, or for another day.")
        return value

    def word(self, name: str, on: date) -> str:
        """One of the words the catalogue lists; raises :class:`LawError` where the rule is not in force."""
        value = self.parameter(name, on).value
        if not isinstance(value, str):
            raise LawError("QW-E429", f"'{name}' says nothing on {on}.", self._rule(name).where,
                           "Ask for another day.")
        return value

    def family(self, prefix: str, on: date) -> tuple[Value, ...]:
        """Every rule of a family (``proposal`` for ``proposal.*``) that is in force on a day, in order of name.

        Looking is not using: ask :meth:`parameter` for those that are used.
        """
        names = (n for n in self.names if n.startswith(prefix + "."))
        return tuple(v for v in (self._read(n, on) for n in names) if v.in_force)

    # --- citations ---------------------------------------------------------------------------------------------------

    def citation(self, key: str) -> Citation:
        """The citation of a factor (``E1`` ...), a parameter or an authority, with its quote and verified mark.

        Raises :class:`LawError` for a key nobody defined: a factor without a citation cannot be printed.
        """
        if key in self.joined.factors:
            factor = self.joined.factors[key]
            return self._cite(factor.references[0])
        if key in self.joined.parameters:
            found = self.joined.parameters[key]
            return replace(self._cite(found.references[0]), verified=found.status is Status.VERIFIED)
        if key in self.joined.authorities:
            return self._cite(key)
        raise LawError("QW-E429", f"No factor, parameter or authority is named '{key}'.", self.joined.state.source,
                       "Define it in the profile." + nearest(key, sorted(self.joined.factors)))

    def factor(self, key: str) -> FactorRule:
        """The rule behind a factor: its name, legal hook and kind. Raises :class:`LawError` for an unknown key."""
        if key not in self.joined.factors:
            raise LawError("QW-E429", f"No factor is named '{key}'.", self.joined.state.source,
                           "Define it under 'factors'." + nearest(key, sorted(self.joined.factors)))
        return self.joined.factors[key]

    def factors(self, kind: FactorKind | None = None) -> tuple[FactorRule, ...]:
        """All factor rules (of one kind), in order of key."""
        return tuple(f for _, f in sorted(self.joined.factors.items()) if kind is None or f.kind is kind)

    def authority(self, key: str) -> Authority:
        """A source as the profile records it."""
        return self.joined.authorities[key]

    def unverified(self, rules: Iterable[str] | None = None) -> tuple[str, ...]:
        """Which of the rules used (or of ``rules``: parameter or factor names) rest on words nobody read at the source.

        Sentences such as ``quorum.board: Wis. Stat. ... (unverified)``, sorted, ready to print.
        """
        lines = set()
        for name in self._used if rules is None else rules:
            if name in self.joined.parameters:
                found = self.joined.parameters[name]
                status, first = found.status, found.references[0]
            elif name in self.joined.factors:
                first = self.joined.factors[name].references[0]
                status = self.joined.authorities[first].status
            else:
                continue
            if status is not Status.VERIFIED:
                lines.add(f"{name}: {self.joined.authorities[first].cite} ({status})")
        return tuple(sorted(lines))

    def status(self, name: str) -> Status:
        """What was read for a parameter."""
        return self._rule(name).status

    def _rule(self, name: str) -> Parameter:
        try:
            return self.joined.parameters[name]
        except KeyError:
            families = {n.partition(".")[0] for n in self.joined.parameters}
            known = nearest(name, sorted({*self.joined.parameters, *families}))
            raise LawError("QW-E429", f"The profile {self.id} has no parameter '{name}'.{known}",
                           self.joined.state.source, "Correct the name, or add the parameter.") from None

    def _cite(self, key: str) -> Citation:
        a = self.joined.authorities[key]
        return Citation(a.cite, a.title, a.url or a.document, a.quote, a.status is Status.VERIFIED, a.says)

    # --- numbers (quorum_watch.rules.arithmetic does the work) -------------------------------------------------------

    def thresholds(self, body: BodyFacts, vote_rule: VoteRule | None, on: date) -> tuple[Threshold, ...]:
        """The numbers of the law for a :class:`~quorum_watch.rules.arithmetic.BodyFacts` on a day.

        With ``vote_rule=None`` (proposal not known) the numbers of every vote rule that could apply, never one guessed.
        """
        from quorum_watch.rules.arithmetic import work_out

        return work_out(self, body, vote_rule, on)

    def practice(self, on: date) -> Practice:
        """What the law makes of contacts on a day: serial rule, passive recipients, synchrony, social media ..."""
        from quorum_watch.rules.practice import Practice

        return Practice(self, on)

    def meeting_numbers(self, thresholds: Iterable[Threshold], channel: Channel | None = None) -> tuple[Threshold, ...]:
        """The thresholds that satisfy the numbers test by themselves (on a channel)."""
        from quorum_watch.rules.practice import meeting_numbers

        return meeting_numbers(self, thresholds, channel)

    def serial_targets(self, thresholds: Iterable[Threshold], on: date) -> tuple[Threshold, ...]:
        """The thresholds a series of contacts must reach, lowest first."""
        from quorum_watch.rules.practice import serial_targets

        return serial_targets(self, thresholds, on)

    def effect(self, threshold: Threshold) -> str:
        """What reaching a threshold does: ``presumption``, ``meeting_numbers`` or ``watch``."""
        from quorum_watch.rules.practice import effect

        return effect(self, threshold)


def load_profile(name: str, *, overlay: Path | str | None = None) -> Profile:
    """Load a shipped profile (``us-wi``), or a shipped overlay by its name, with a city's overlay on top if given.

    Raises :class:`~quorum_watch.errors.LawError` (exit code 4) with every fault found: what, where, what to do.

    >>> load_profile("us-wi").id
    'us-wi'
    """
    return Profile(join(name, overlay))


def check_file(path: Path | str) -> Profile:
    """Load a rule file from disk with what it extends; raises :class:`LawError` with every fault found."""
    return Profile(read_file(path))
