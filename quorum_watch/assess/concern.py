"""How facts become concern: the documented rules of ``concern.yaml``, read top to bottom, the first that holds decides.

No weights, no sums. A rule's ``when`` lines compare named facts; the finding names the rule that fired, so that the
answer to "why this concern?" is one sentence a lawyer can look up and correct.

>>> Comparison.parse("gathered >= deciding").holds({"gathered": 5, "deciding": 5})
True
>>> Comparison.parse("2 * asked > controlling").holds({"asked": 3, "controlling": 6})
False
"""

from __future__ import annotations

import hashlib
import operator
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources

import yaml

from quorum_watch.errors import LawError
from quorum_watch.vocabulary import Concern, Test

_OPERATORS: dict[str, Callable[[int, int], bool]] = {
    ">=": operator.ge, "<=": operator.le, ">": operator.gt, "<": operator.lt, "==": operator.eq,
}  # fmt: skip
_LINE = re.compile(r"^\s*(?:(\d+)\s*\*\s*)?([a-z_]+)\s*(>=|<=|==|>|<)\s*([a-z_]+|\d+)\s*$")


@dataclass(frozen=True, slots=True)
class Comparison:
    """One line of a rule: ``[k *] fact op fact-or-number``."""

    times: int
    left: str
    sign: str
    right: str

    @classmethod
    def parse(cls, text: str) -> Comparison:
        """Read a line; raises :class:`ValueError` for anything else."""
        match = _LINE.match(text)
        if match is None:
            raise ValueError(text)
        return cls(int(match[1] or 1), match[2], match[3], match[4])

    def holds(self, facts: Mapping[str, int]) -> bool:
        """Whether the comparison holds for these facts."""
        right = int(self.right) if self.right.isdigit() else facts[self.right]
        return _OPERATORS[self.sign](self.times * facts[self.left], right)

    @property
    def names(self) -> tuple[str, ...]:
        """The facts it uses."""
        return (self.left,) if self.right.isdigit() else (self.left, self.right)


@dataclass(frozen=True, slots=True)
class Rule:
    """One documented rule; ``basis`` names the factors (law.md 5.2) it rests on."""

    id: str
    test: Test
    concern: Concern
    measure: str
    when: tuple[Comparison, ...]
    because: str
    basis: tuple[str, ...]


@cache
def rules() -> tuple[Rule, ...]:
    """The shipped rules, in order.

    Raises
    ------
    LawError
        If the file names an unknown fact or cannot be read.
    """
    raw = yaml.safe_load(resources.files(__package__).joinpath("concern.yaml").read_text(encoding="utf-8"))
    known = set(raw["facts"])
    found = []
    for entry in raw["rules"]:
        when = tuple(Comparison.parse(line) for line in entry["when"])
        unknown = {name for line in when for name in line.names} - known
        if unknown:
            where = f"assess/concern.yaml, rule {entry['id']}"
            raise LawError("QW-E430", f"A rule uses facts nobody computes: {sorted(unknown)}.", where, "Define them.")
        found.append(
            Rule(
                entry["id"],
                Test(entry["test"]),
                Concern(entry["concern"]),
                entry["measure"],
                when,
                entry["because"],
                tuple(entry["basis"]),
            )
        )
    return tuple(found)


@cache
def described_facts() -> tuple[tuple[str, str], ...]:
    """Every fact a rule may use, with its one-line description."""
    raw = yaml.safe_load(resources.files(__package__).joinpath("concern.yaml").read_text(encoding="utf-8"))
    return tuple(raw["facts"].items())


def decide(test: Test, facts: Mapping[str, int]) -> Rule | None:
    """The first rule of ``test`` whose every line holds, or ``None``: then there is nothing worth a finding."""
    return next((r for r in rules() if r.test is test and all(line.holds(facts) for line in r.when)), None)


def fingerprint_of_rules() -> str:
    """SHA-256 of the rules file, so that a run says under which rules it was made."""
    return hashlib.sha256(resources.files(__package__).joinpath("concern.yaml").read_bytes()).hexdigest()
