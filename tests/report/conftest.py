"""One small invented city, analysed once for all tests of the reports."""

from __future__ import annotations

import pytest

from quorum_watch import pipeline
from quorum_watch.report.material import material_of
from tests.city.fixtures import small_city


@pytest.fixture(scope="session")
def small_run(tmp_path_factory):
    folder, _ = small_city(tmp_path_factory.mktemp("report"))
    return pipeline.analyze(folder)


@pytest.fixture(scope="session")
def material(small_run):
    return material_of(small_run)
