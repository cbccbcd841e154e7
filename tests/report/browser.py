"""A headless Chromium, and axe-core, fetched once by npm into a cache folder; tests skip and say so without them."""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

AXE = "4.10.3"
FLAGS = [
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip


def axe_source() -> str:
    """The text of axe-core: from the npm registry, else the copy inside the package axe-playwright-python."""
    fetched = _from_npm()
    if fetched is not None:
        return fetched.read_text(encoding="utf-8")
    spec = importlib.util.find_spec("axe_playwright_python")
    if spec is None or spec.origin is None:
        pytest.skip("axe-core is neither to be had by npm nor in the package axe-playwright-python")
    return Path(spec.origin).with_name("axe.min.js").read_text(encoding="utf-8")


def _from_npm() -> Path | None:
    """Where npm put axe-core, kept between runs; ``None`` without npm or without its registry."""
    shelf = Path(os.environ.get("XDG_CACHE_HOME", tempfile.gettempdir())) / f"quorum-watch-axe-{AXE}"
    script = shelf / "node_modules" / "axe-core" / "axe.min.js"
    npm = shutil.which("npm")
    if not script.exists() and npm is not None:
        shelf.mkdir(parents=True, exist_ok=True)
        what = ["--no-audit", "--no-fund", "--ignore-scripts", "--prefix", str(shelf), f"axe-core@{AXE}"]
        try:
            subprocess.run([npm, "install", *what], capture_output=True, check=False, timeout=120)
        except (OSError, subprocess.TimeoutExpired):
            return None
    return script if script.exists() else None


@contextmanager
def chromium() -> Iterator[object]:
    """A browser without a network; skips where Debian's chromium is not installed."""
    path = shutil.which("chromium") or shutil.which("chromium-browser")
    if path is None:
        pytest.skip("chromium is not installed (Debian package chromium)")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=path, args=FLAGS)
        try:
            yield browser
        finally:
            browser.close()
