"""Every error code has one meaning, and the page of codes says which."""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "quorum_watch"
CODE = re.compile(r"QW-E\d{3}")


@cache
def in_code() -> dict[str, frozenset[str]]:
    """Each code the package can report, and the parts of the package that hold it."""
    found: dict[str, set[str]] = defaultdict(set)
    for path in sorted(PACKAGE.rglob("*.py")):
        part = path.relative_to(PACKAGE).parts[0].removesuffix(".py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and CODE.fullmatch(node.value):
                found[node.value].add(part)
    return {code: frozenset(parts) for code, parts in found.items()}


@cache
def in_docs() -> dict[str, tuple[frozenset[str], str, str]]:
    rows: dict[str, tuple[frozenset[str], str, str]] = {}
    for line in (ROOT / "docs" / "errors.md").read_text(encoding="utf-8").splitlines():
        cells = [c.strip() for c in line.strip().strip("|").split("|")]
        if CODE.fullmatch(cells[0]):
            assert len(cells) == 4, line
            assert cells[0] not in rows, f"{cells[0]} stands twice in docs/errors.md"
            rows[cells[0]] = (frozenset(cells[1].split(", ")), cells[2], cells[3])
    return rows


def test_every_code_is_documented_and_every_documented_code_exists():
    assert sorted(set(in_code()) - set(in_docs())) == []
    assert sorted(set(in_docs()) - set(in_code())) == []


def test_a_code_is_reported_by_the_parts_that_the_page_names_and_no_others():
    """A second part that takes a code for a meaning of its own shows here."""
    differ = {c: sorted(in_code()[c]) for c in in_docs() if c in in_code() and in_code()[c] != in_docs()[c][0]}
    assert differ == {}


def test_every_code_has_a_meaning_of_its_own_and_a_remedy():
    meanings = [meaning for _, meaning, _ in in_docs().values()]
    assert len(meanings) == len(set(meanings))
    assert all(len(meaning) > 10 and len(remedy) > 5 for _, meaning, remedy in in_docs().values())


def test_guides_name_only_codes_that_exist():
    for page in sorted((ROOT / "docs").glob("*.md")):
        unknown = set(CODE.findall(page.read_text(encoding="utf-8"))) - set(in_code())
        assert not unknown, f"{page.name}: {sorted(unknown)}"
