"""Say what this machine lacks for tests that were skipped, and how to add it. Run at the end of ``make test``."""

from __future__ import annotations

import importlib.util
import shutil
import sys
from pathlib import Path

#: what is looked for (programs, or modules written ``module:name``), what it enables, how to add it
_NEEDS = (
    (("chromium", "chromium-browser", "google-chrome"), "tests in a real browser", "Debian package chromium"),
    (("pdftotext",), "reading issued PDF files by a second program", "Debian package poppler-utils"),
    (("psql",), "the decision log on a server", "Debian package postgresql"),
    (("bash",), "the blocks of the guides", "Debian package bash"),
    (("git",), "comparing the wheel with the list of files", "Debian package git"),
    (("module:playwright",), "tests in a real browser", "make setup"),
    (("module:pypff", "module:extract_msg"), "Outlook files", "make setup"),
)


def _there(name: str) -> bool:
    kind, _, rest = name.rpartition(":")
    return importlib.util.find_spec(rest) is not None if kind else shutil.which(name) is not None


def main() -> None:
    """Print one line for each thing that is missing, or that nothing is."""
    lacking = [(names[0], what, how) for names, what, how in _NEEDS if not any(map(_there, names))]
    if not (Path(__file__).resolve().parents[2] / "shared").exists():
        lacking.append(("../shared", "tests on the shared corpora and decisions", "put the folder beside the checkout"))
    for name, what, how in lacking:
        sys.stdout.write(f"skipped: {what} ({name.removeprefix('module:')} is not here). To enable: {how}\n")
    sys.stdout.write("" if lacking else "nothing was left out for want of a program or folder\n")


if __name__ == "__main__":
    main()
