"""A headless Chromium and axe-core, fetched once by npm into a cache folder; the tests say so and skip without them."""

from __future__ import annotations

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
    """The text of axe-core from the npm registry."""
    shelf = Path(os.environ.get("XDG_CACHE_HOME", tempfile.gettempdir())) / f"quorum-watch-axe-{AXE}"
    script = shelf / "node_modules" / "axe-core" / "axe.min.js"
    if not script.exists():
        npm = shutil.which("npm")
        if npm is None:
            pytest.skip("npm is not installed, so axe-core cannot be fetched")
        shelf.mkdir(parents=True, exist_ok=True)
        command = [
            npm,
            "install",
            "--no-audit",
            "--no-fund",
            "--ignore-scripts",
            "--prefix",
            str(shelf),
            f"axe-core@{AXE}",
        ]
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
        if done.returncode or not script.exists():
            pytest.skip("axe-core could not be fetched by npm")
    return script.read_text(encoding="utf-8")


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
