"""The words stand in one place: every sentence is used, every sentence asked for exists, none draws a conclusion."""

from __future__ import annotations

import ast
import re
from enum import StrEnum
from functools import cache
from pathlib import Path

import pytest

import quorum_watch
from quorum_watch import vocabulary
from quorum_watch.wording import has, keys, say
from tests.docs.glossary import PAGE, SHOWN, definitions, page, words

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "quorum_watch"
_PAGES = {".html", ".typ", ".js", ".yaml", ".xml"}
_DOTTED = re.compile(r"[a-z_0-9]+(?:\.[a-z_0-9]+)+")

#: Sentences that nothing reads yet, and why they are kept.
RESERVED = {
    "count.members": "the worked example of say(), run as a doctest",
    "check.not_seen.unverified": "what the self-check says of a profile nobody verified",
    "review.title.decision": "the heading of a decision shown beside its finding",
    "review.title.network": "the caption of the network picture",
}
REFUSED = re.compile(
    r"\b(violations?|violated|guilty|suspects?|suspected|scores?|compliant|safe|illegal|unlawful|probability)\b", re.I
)


@cache
def _asked() -> tuple[frozenset[str], frozenset[str]]:
    """Texts of the package that can be keys, and the beginnings of keys that are completed when the program runs."""
    whole: set[str] = set()
    begun: set[str] = set()
    for path in sorted(PACKAGE.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                (begun if _DOTTED.fullmatch(node.value + "x") and node.value.endswith(".") else whole).add(node.value)
            elif isinstance(node, ast.JoinedStr) and node.values and isinstance(node.values[0], ast.Constant):
                begun.add(str(node.values[0].value))
    for folder, kinds in ((PACKAGE, _PAGES), (ROOT / "notebooks", {".ipynb"})):
        for path in sorted(folder.rglob("*")):
            if path.suffix in kinds:
                whole.update(_DOTTED.findall(path.read_text(encoding="utf-8")))
    return frozenset(whole), frozenset(b for b in begun if "." in b)


def _base(key: str) -> str:
    return re.sub(r"\.(?:one|many)$", "", key)


def test_every_sentence_is_used():
    whole, begun = _asked()
    unused = {
        _base(k) for k in keys()
        if not {k, _base(k)} & whole and not any(k.startswith(b) or _base(k).startswith(b) for b in begun)
    }  # fmt: skip
    assert sorted(unused - set(RESERVED)) == []


def test_reserved_sentences_exist():
    assert [k for k in RESERVED if not has(k)] == []


def test_every_sentence_asked_for_exists():
    missing = []
    for path in sorted(PACKAGE.rglob("*.py")):
        source = path.read_text(encoding="utf-8")
        for node in ast.walk(ast.parse(source)):
            if not (isinstance(node, ast.Call) and getattr(node.func, "id", getattr(node.func, "attr", "")) == "say"):
                continue
            key = node.args[0] if node.args else None
            where = f"{path.relative_to(ROOT)}:{node.lineno}"
            if isinstance(key, ast.Constant) and not has(str(key.value)):
                missing.append(f"{where} {key.value}")
            if isinstance(key, ast.JoinedStr) and isinstance(key.values[0], ast.Constant):
                start = str(key.values[0].value)
                if not any(k.startswith(start) for k in keys()) and f'has(f"{start}' not in source:
                    missing.append(f"{where} {start}…")
    for path in sorted(PACKAGE.rglob("*.html")):
        for key in re.findall(r"""\bsay\(\s*["']([a-z_0-9.]+)["']\s*[,)]""", path.read_text(encoding="utf-8")):
            if not has(key):
                missing.append(f"{path.relative_to(ROOT)} {key}")
    assert missing == []


def test_no_sentence_draws_a_conclusion():
    assert [k for k in keys() if REFUSED.search(say_raw(k))] == []
    assert [k for k in keys() if re.search(r"\bAI\b", say_raw(k))] == []


def say_raw(key: str) -> str:
    """The sentence with its slots unfilled."""

    class Slots(dict[str, object]):
        def __missing__(self, name: str) -> str:
            return name

    return say(key, Slots(_=""))


@pytest.mark.parametrize("name", sorted(words()))
def test_every_word_and_each_of_its_values_is_defined(name):
    assert (words()[name].__doc__ or "").strip()
    assert sorted(definitions().get(name, {})) == sorted(m.value for m in words()[name])
    assert all(meaning.endswith(".") and not REFUSED.search(meaning) for meaning in definitions()[name].values())


def test_nothing_is_defined_that_is_no_word():
    assert sorted(set(definitions()) - set(words())) == []


def test_the_glossary_is_current():
    assert PAGE.read_text(encoding="utf-8") == page(), "run: make pages"


@pytest.mark.parametrize("name", sorted(SHOWN))
def test_every_word_a_reader_meets_has_a_sentence(name):
    words: type[StrEnum] = getattr(vocabulary, name)
    assert [m.value for m in words if not has(f"{SHOWN[name]}.{m.value}")] == []


@pytest.mark.parametrize("name", quorum_watch.__all__)
def test_every_public_name_says_what_it_is(name):
    text = (getattr(quorum_watch, name).__doc__ or "").strip()
    assert len(text) > 20, name
    assert not text.startswith(f"{name}("), f"{name} has only the docstring that dataclasses makes"


def test_law_is_not_worded_in_python():
    """A section sign or a statute's citation in a text of the package stands in the law files instead."""
    cited = re.compile(r"§|\bWis\. Stat\.|\bGov(?:\.|ernment) Code\b")
    found = []
    for path in sorted(PACKAGE.rglob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        docs = {
            id(n.body[0].value) for n in ast.walk(tree)
            if isinstance(n, ast.Module | ast.ClassDef | ast.FunctionDef) and n.body and isinstance(n.body[0], ast.Expr)
        }  # fmt: skip
        for node in ast.walk(tree):
            text = isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docs
            if text and cited.search(node.value):
                found.append(f"{path.relative_to(ROOT)}:{node.lineno}")
    assert found == []
