"""Stored runs: what a person is told where they cannot be kept."""

from __future__ import annotations

import pytest

from quorum_watch import runs
from quorum_watch.errors import WorkspaceError


def test_a_runs_folder_that_cannot_be_written_is_said_plainly(tmp_path):
    (tmp_path / "runs").write_text("a file where the folder should be", encoding="utf-8")
    with pytest.raises(WorkspaceError) as caught:
        runs.save(tmp_path / "runs", "abc", {runs.FINDINGS: "{}"}, None)
    assert "QW-E245" in str(caught.value)
    assert str(tmp_path) not in str(caught.value)


def test_writing_a_run_twice_enters_it_once(tmp_path):
    for _ in range(2):
        folder = runs.save(tmp_path / "runs", "abc", {runs.FINDINGS: "{}"}, None)
    assert (folder / runs.FINDINGS).read_text(encoding="utf-8") == "{}"
    assert runs.listed(tmp_path / "runs") == ("abc",)
