"""Planted patterns are found with the right people, lines and crossing; their undone versions are not."""

from __future__ import annotations

import pytest

from tests.detect import planted


@pytest.mark.parametrize("pattern", list(planted.PATTERNS))
def test_planted_pattern_is_found_and_its_undone_versions_are_not(pattern):
    for seed in range(20):
        planted.check(pattern, seed)
