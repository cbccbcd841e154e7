"""Notebooks as they lie in version control: thin, taught in words, and without a single output."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest

ROOT = Path(__file__).resolve().parents[2]
BOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
HOOK = ROOT / ".githooks" / "pre-commit"


def _code(book):
    return [c for c in book.cells if c.cell_type == "code"]


def test_the_five_are_there():
    assert [b.stem for b in BOOKS] == [
        "00_start_here", "10_review_findings", "20_period_report", "30_what_the_law_file_says",
        "90_how_well_it_works",
    ]  # fmt: skip


@pytest.mark.parametrize("path", BOOKS, ids=lambda p: p.stem)
def test_nothing_of_a_run_is_stored(path):
    book = nbformat.read(path, as_version=4)
    nbformat.validate(book)
    for cell in _code(book):
        assert cell.outputs == []
        assert cell.execution_count is None
    assert "widgets" not in book.metadata


@pytest.mark.parametrize("path", BOOKS, ids=lambda p: p.stem)
def test_a_notebook_is_thin_and_begins_with_what_can_be_changed(path):
    book = nbformat.read(path, as_version=4)
    cells = _code(book)
    assert len(cells) <= 15
    assert book.cells[0].cell_type == "markdown"
    assert book.cells[0].source.startswith("# ")
    first = ast.parse(cells[0].source)
    assert "parameters" in cells[0].metadata.get("tags", [])
    assert all(isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant) for node in first.body)
    refused = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.For, ast.While, ast.Lambda, ast.comprehension)
    for cell in cells:
        assert not [n for n in ast.walk(ast.parse(cell.source)) if isinstance(n, refused)], cell.source
    prose = sum(len(c.source) for c in book.cells if c.cell_type == "markdown")
    assert prose > sum(len(c.source) for c in cells), "a notebook teaches in words"


def test_the_hook_stops_a_notebook_with_an_output(tmp_path):
    def git(*args: str) -> subprocess.CompletedProcess[str]:
        identity = ("-c", "user.name=t", "-c", "user.email=t@example.org", "-c", f"core.hooksPath={HOOK.parent}")
        return subprocess.run(["git", *identity, *args], cwd=tmp_path, capture_output=True, text=True, check=False)

    assert git("init", "-q").returncode == 0
    book = nbformat.read(BOOKS[0], as_version=4)
    clean, full = tmp_path / "clean.ipynb", tmp_path / "full.ipynb"
    nbformat.write(book, clean)
    git("add", "clean.ipynb")
    done = git("commit", "-q", "-m", "Clean")
    assert done.returncode == 0, done.stderr
    _code(book)[0].outputs = [nbformat.v4.new_output("stream", text="SECRET WORDS")]
    nbformat.write(book, full)
    git("add", "full.ipynb")
    done = git("commit", "-q", "-m", "Full")
    assert done.returncode != 0
    assert "full.ipynb" in done.stderr
    assert "SECRET" not in done.stderr
    # Cleaning with the same script makes it pass.
    subprocess.run([sys.executable, HOOK.with_name("strip_outputs.py"), "--clean", full], check=True)
    git("add", "full.ipynb")
    assert git("commit", "-q", "-m", "Clean now").returncode == 0
