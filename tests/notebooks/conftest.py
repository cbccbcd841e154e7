"""A small analysed city with hostile words in it, opened."""

from __future__ import annotations

import shutil

import pytest

from quorum_watch.notebook import analyze, open_run
from tests.review.cities import hostile_city


@pytest.fixture(scope="session")
def hostile(tmp_path_factory):
    city = hostile_city(tmp_path_factory.mktemp("desk"))
    analyze(city)
    return city


@pytest.fixture
def run(hostile, tmp_path):
    city = tmp_path / "city"
    shutil.copytree(hostile, city)
    return open_run(city)
