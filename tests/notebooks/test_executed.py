"""Every notebook runs from top to bottom, on the sample city and on one nobody tuned it for."""

from __future__ import annotations

import shutil
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

from tests.city.fixtures import small_city

ROOT = Path(__file__).resolve().parents[2]
BOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))


def _prepared(folder: Path) -> Path:
    shutil.copytree(ROOT / "notebooks", folder / "notebooks")
    return folder / "notebooks"


@pytest.fixture(scope="module")
def sample(tmp_path_factory):
    folder = tmp_path_factory.mktemp("sample") / "city"
    shutil.copytree(ROOT / "data" / "sample", folder)
    return _prepared(folder)


@pytest.fixture(scope="module")
def other(tmp_path_factory):
    folder, _ = small_city(tmp_path_factory.mktemp("other"), seed=11)
    return _prepared(folder)


def _run(path: Path) -> list[str]:
    """Execute a notebook where it lies and return its HTML outputs."""
    book = nbformat.read(path, as_version=4)
    NotebookClient(book, timeout=240, resources={"metadata": {"path": str(path.parent)}}).execute()
    outputs = [o for c in book.cells if c.cell_type == "code" for o in c.outputs]
    assert not [o for o in outputs if o.output_type == "error"]
    return [o["data"]["text/html"] for o in outputs if "text/html" in o.get("data", {})]


# The first notebook analyses; the others open what it left, so they run in order.
@pytest.mark.slow
@pytest.mark.parametrize("name", [b.name for b in BOOKS])
def test_on_the_sample_city(sample, name):
    pages = _run(sample / name)
    assert pages
    assert not [p for p in pages if "<script" in p.lower()]
    if name.startswith("10"):
        joined = "".join(pages)
        assert "for attorney review" in joined
        assert joined.count("<svg") == 3
        assert 'mark class="for"' in joined


@pytest.mark.slow
@pytest.mark.parametrize("name", [b.name for b in BOOKS])
def test_on_a_second_city(other, name):
    assert _run(other / name)
