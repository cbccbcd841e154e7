"""What can go wrong, drawn once.

::

    QuorumWatchError                what, where, what to do; a code; an exit code
    +-- UsageError            QW-E1xx  exit 2   the command was asked for something it does not do
    +-- InputError            QW-E2xx  exit 3   a file or folder could not be read
    |   +-- WorkspaceError    QW-E20x           the workspace itself
    |   +-- EvidenceError     QW-E22x           stored evidence is damaged or was changed
    +-- RefusedError          QW-E4xx  exit 4   the roster or the law profile was refused
        +-- RosterError       QW-E40x
        +-- LawError          QW-E42x

A message never contains the text of a message somebody wrote: errors reach logs.

>>> where, remedy = "roster/accounts.csv line 8", "Give one of them the address."
>>> error = RosterError("QW-E404", "Two people share one address.", where, remedy)
>>> print(error)
QW-E404  Two people share one address.
  where: roster/accounts.csv line 8
  do:    Give one of them the address.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong in a file a person wrote: what, where, what to do."""

    code: str
    what: str
    where: str
    remedy: str

    def __str__(self) -> str:
        return f"{self.code}  {self.what}\n  where: {self.where}\n  do:    {self.remedy}"


class QuorumWatchError(Exception):
    """Base of every error a user may see."""

    exit_code = 3

    def __init__(self, code: str, what: str, where: str, remedy: str, more: tuple[Fault, ...] = ()) -> None:
        self.faults: tuple[Fault, ...] = (Fault(code, what, where, remedy), *more)
        super().__init__(str(self))

    @classmethod
    def of(cls, faults: tuple[Fault, ...] | list[Fault]) -> QuorumWatchError:
        """One error that reports every fault at once; ``faults`` must not be empty."""
        first, *rest = faults
        return cls(first.code, first.what, first.where, first.remedy, tuple(rest))

    @property
    def code(self) -> str:
        """Stable code of the first fault."""
        return self.faults[0].code

    def __str__(self) -> str:
        return "\n".join(str(f) for f in self.faults)


class UsageError(QuorumWatchError):
    """The command was asked for something it does not do."""

    exit_code = 2


class InputError(QuorumWatchError):
    """A file or folder could not be read."""


class WorkspaceError(InputError):
    """The folder is not a workspace, or its settings cannot be used."""


class EvidenceError(InputError):
    """Stored evidence is damaged, or differs from its manifest."""


class RefusedError(QuorumWatchError):
    """The roster or the law profile was refused."""

    exit_code = 4


class RosterError(RefusedError):
    """The roster contradicts itself or lacks something required."""


class LawError(RefusedError):
    """A law profile or overlay does not load."""
