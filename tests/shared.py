"""Where the shared test material lies: beside the checkout. Tests that need it skip, saying so, where it is absent."""

from __future__ import annotations

from pathlib import Path

import pytest

SHARED = Path(__file__).resolve().parents[1].parent / "shared"


def shared(*parts: str) -> Path:
    """The path of a piece of shared material, or a skip that names it."""
    path = SHARED.joinpath(*parts)
    if not path.exists():
        pytest.skip(f"shared material not beside the checkout: {'/'.join(parts)}")
    return path
