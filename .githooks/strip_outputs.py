"""Refuse staged notebooks that hold outputs, or clean notebooks. Standard library only: runs with any Python 3.

Usage: strip_outputs.py --staged | strip_outputs.py --clean FILE...
"""

import json
import subprocess
import sys
from pathlib import Path


def _staged():
    listed = subprocess.run(
        ["git", "diff", "--cached", "--name-only", "--diff-filter=ACMR", "-z", "--", "*.ipynb"],
        check=True, capture_output=True,
    ).stdout  # fmt: skip
    for name in filter(None, listed.decode("utf-8", "surrogateescape").split("\0")):
        yield name, subprocess.run(["git", "show", f":{name}"], check=True, capture_output=True).stdout


def _dirty(book):
    code = [c for c in book.get("cells", []) if c.get("cell_type") == "code"]
    return any(c.get("outputs") or c.get("execution_count") for c in code) or "widgets" in book.get("metadata", {})


def _clean(path):
    book = json.loads(path.read_text(encoding="utf-8"))
    for cell in book.get("cells", []):
        if cell.get("cell_type") == "code":
            cell["outputs"], cell["execution_count"] = [], None
    book.get("metadata", {}).pop("widgets", None)
    path.write_text(json.dumps(book, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def main(arguments):
    """Return 0 where every notebook is clean."""
    if arguments[:1] == ["--clean"]:
        for name in arguments[1:]:
            _clean(Path(name))
        return 0
    bad = []
    for name, content in _staged():
        try:
            dirty = _dirty(json.loads(content))
        except ValueError:
            dirty = True
        bad += [name] if dirty else []
    for name in bad:
        sys.stderr.write(f"{name}: holds outputs. Clean it: python .githooks/strip_outputs.py --clean {name}\n")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
