"""A finding together with what it was made from, so that "what if" is answered by counting again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from quorum_watch.assess.gates import Episode
from quorum_watch.assess.measure import Ground, Story, without
from quorum_watch.assess.sight import Sight
from quorum_watch.model import Finding


@dataclass(frozen=True)
class Assessed:
    """A finding with the episode and story it was made from, so that questions about it can be answered by counting."""

    finding: Finding
    episode: Episode
    story: Story
    measure: str
    number: int
    facts: Mapping[str, int]
    ground: Ground
    sights: tuple[Sight, ...]

    def without(self, step: int) -> int:
        """How many people the measure counts had step ``step`` (1-based) not been in the record.

        Raises
        ------
        IndexError
            If the finding has no such step.
        """
        if not 1 <= step <= len(self.story.events):
            raise IndexError(step)
        return without(self.measure, self.sights, self.ground, self.story.events[step - 1]).count
