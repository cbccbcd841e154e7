"""Law is data: no share, number of members, window, deadline or citation stands in Python, and no rule stands idle."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from fractions import Fraction
from functools import cache
from pathlib import Path

import pytest

from quorum_watch.rules import load_profile
from quorum_watch.rules.overlay import shipped
from quorum_watch.rules.phrases import phrases
from quorum_watch.rules.schema import catalogue

PACKAGE = Path(__file__).resolve().parents[2] / "quorum_watch"
#: Where the law is applied; elsewhere numbers mean bytes, columns and the like.
LAW = sorted([*PACKAGE.glob("rules/*.py"), *PACKAGE.glob("assess/*.py"), *PACKAGE.glob("selfcheck/*.py")])
EVERYWHERE = sorted(PACKAGE.rglob("*.py"))
CITATION = re.compile(
    r"\bWis\. ?Stat|\bGov(?:ernment|\.) Code|\b\d+ (?:Wis|N\.W|So|P|Mich|Mass)\.? ?(?:2d|3d)\b|\b\d+ ILCS\b|"
    r"\bR\.?C\.? \d|"
    r"\bc\.? ?30A\b|\b13D\.\d|\bNRS \d|\bMCL \d|§ ?\d|\b(?:19\.8[0-9]|62\.11|65\.90|66\.10015|286\.011|54952)\b"
)
#: The numbers arithmetic itself needs: nothing, one, and the two sides of a tie or of a pair.
ARITHMETIC = {-1, 0, 1, 2}


def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def docstrings(module: ast.Module) -> set[int]:
    found = set()
    for node in ast.walk(module):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef) and node.body:
            first = node.body[0]
            if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant):
                found.add(id(first.value))
    return found


def constants(path: Path) -> Iterator[ast.Constant]:
    module = tree(path)
    skip = docstrings(module)
    yield from (n for n in ast.walk(module) if isinstance(n, ast.Constant) and id(n) not in skip)


def at(path: Path, node: ast.AST) -> str:
    return f"{path.relative_to(PACKAGE.parent)}:{getattr(node, 'lineno', 0)}"


def citations(path: Path) -> list[str]:
    return [at(path, n) for n in constants(path) if isinstance(n.value, str) and CITATION.search(n.value)]


def shares(path: Path) -> list[str]:
    found = []
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Fraction":
            found += [at(path, node)] if any(isinstance(a, ast.Constant) for a in node.args) else []
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div | ast.Mult):
            sides = [s.value for s in (node.left, node.right) if isinstance(s, ast.Constant)]
            found += [at(path, node)] if any(isinstance(s, float) and not s.is_integer() for s in sides) else []
            right = node.right.value if isinstance(node.right, ast.Constant) else None
            found += [at(path, node)] if isinstance(node.op, ast.Div) and right in range(2, 10) else []
    found += [
        at(path, n) for n in constants(path) if isinstance(n.value, str) and re.fullmatch(r"[1-9]/[1-9]", n.value)
    ]
    return found


def numbers(path: Path) -> list[str]:
    """Whole numbers that could be numbers of members, hours or days: in comparisons, arguments of timedelta, sums."""
    found = []
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "timedelta":
            values = [*node.args, *(k.value for k in node.keywords)]
            found += (
                [at(path, node)] if any(isinstance(v, ast.Constant) and v.value not in (0, 1) for v in values) else []
            )
        if isinstance(node, ast.Compare):
            found += [
                at(path, node)
                for c in (node.left, *node.comparators)
                if isinstance(c, ast.Constant) and isinstance(c.value, int | float) and c.value not in ARITHMETIC
            ]
    return found


@pytest.mark.parametrize("path", EVERYWHERE, ids=lambda p: str(p.relative_to(PACKAGE)))
def test_no_citation_stands_in_python(path: Path) -> None:
    assert citations(path) == []


@pytest.mark.parametrize("path", LAW, ids=lambda p: str(p.relative_to(PACKAGE)))
def test_no_share_and_no_number_of_members_stands_in_python(path: Path) -> None:
    assert shares(path) == []
    assert numbers(path) == []


@pytest.mark.parametrize(
    ("code", "finder"),
    [
        ('x = "Wis. Stat. 19.84(3)"', citations),
        ('x = "under 65.90 two thirds"', citations),
        ('c = "5 ILCS 120"', citations),
        ("quorum = Fraction(2, 3)", shares),
        ("half = seats * 0.5", shares),
        ('share = "3/4"', shares),
        ("q = n * 2 / 3", shares),
        ("late = ahead < timedelta(hours=24)", numbers),
        ("if members >= 6: pass", numbers),
    ],
)
def test_the_scan_finds_what_it_looks_for(tmp_path: Path, code: str, finder, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "planted.py"
    file.write_text(code + "\n")
    monkeypatch.setitem(globals(), "PACKAGE", tmp_path / "x")
    assert finder(file)


# --- every rule is used, and every use names a rule ------------------------------------------------------------------


@cache
def literals() -> set[str]:
    """Every text constant of the package, and the constant start of every formatted one (``f"quorum.{kind}"``)."""
    found: set[str] = set()
    for path in EVERYWHERE:
        for node in constants(path):
            if isinstance(node.value, str):
                found.add(node.value)
    return found


def test_every_row_of_the_catalogue_is_read_by_code() -> None:
    """Exactly by name; a family by its prefix (``f"quorum.{kind}"`` or ``family("proposal")``) or one of its names."""
    texts = literals()
    idle = []
    for name in catalogue():
        if name.endswith(".*"):
            prefix = name[:-1]
            used = prefix in texts or prefix[:-1] in texts or any(t.startswith(prefix) for t in texts)
        else:
            used = name in texts
        if not used:
            idle.append(name)
    assert idle == []


def settings() -> list[str]:
    """Settings are read one by one, so each of them must be named in code."""
    families = ("detection.", "conversation.")
    return [n for n in load_profile("us-wi").names if n.startswith(families)]


@pytest.mark.parametrize("name", settings())
def test_every_setting_of_the_search_is_read_by_code(name: str) -> None:
    assert name in literals()


def test_every_use_names_a_parameter() -> None:
    """What code asks a profile for by a constant name exists in a profile or in the catalogue."""
    known = {n for p in (*shipped("profiles"), *shipped("overlays")) for n in load_profile(p).names}
    known |= {n for n in catalogue() if not n.endswith(".*")}
    methods = {"parameter", "optional", "duration", "number", "word"}
    unknown = []
    for path in EVERYWHERE:
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.Call) and getattr(node.func, "attr", "") in methods and node.args:
                first = node.args[0]
                dotted = isinstance(first, ast.Constant) and isinstance(first.value, str) and "." in first.value
                if dotted and first.value not in known:
                    unknown.append(f"{at(path, node)} {first.value}")
    assert unknown == []


def test_the_sentences_state_no_law() -> None:
    """Phrases hold blanks, not numbers of members, shares, hours or citations."""
    for group in phrases().values():
        for sentence in group.values():
            assert not CITATION.search(sentence)
            assert not re.search(r"\b(?:[2-9]|\d\d+)\b|\b(?:half|two thirds|three quarters|twenty-four)\b", sentence), (
                sentence
            )


def test_profiles_write_shares_as_fractions() -> None:
    """A share that is a decimal would silently not be two thirds."""
    for name in shipped("profiles"):
        for rule in load_profile(name).joined.parameters.values():
            for dated in rule.values:
                if "share" in str(dated.raw):
                    for text in re.findall(r"'share': ?'([^']+)'", str(dated.raw)):
                        assert 0 < Fraction(text) <= 1
