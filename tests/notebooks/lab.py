"""JupyterLab as ``quorum-watch review`` starts it, and headless Chromium to drive it; or a reason to skip."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

TOKEN = "a-token-for-this-test-only"
_ARGS = [
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip


def _free_port() -> int:
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return int(s.getsockname()[1])


@contextmanager
def lab(city: Path, home: Path) -> Iterator[str]:
    """The address of JupyterLab on a workspace, with settings of its own in ``home``."""
    pytest.importorskip("jupyterlab", reason="JupyterLab is not installed (extra: review)")
    config = home / "config"
    config.mkdir(parents=True)
    (config / "jupyter_server_config.json").write_text(json.dumps({"ServerApp": {"allow_root": True}}))
    settings = home / "settings" / "@jupyterlab" / "notebook-extension"
    settings.mkdir(parents=True)
    # Every cell stays in the page, so that a test can find what is far below.
    (settings / "tracker.jupyterlab-settings").write_text(json.dumps({"windowingMode": "none"}))
    port = _free_port()
    places = {"JUPYTER_CONFIG_DIR": config, "JUPYTER_DATA_DIR": home / "data", "JUPYTER_RUNTIME_DIR": home / "run",
              "JUPYTERLAB_SETTINGS_DIR": home / "settings", "IPYTHONDIR": home / "ipython"}  # fmt: skip
    environment = {**os.environ, "JUPYTER_TOKEN": TOKEN, **{k: str(v) for k, v in places.items()}}
    command = [sys.executable, "-m", "quorum_watch", "review", str(city), "--no-browser", "--port", str(port)]
    with (home / "log").open("wb") as log:
        server = subprocess.Popen(command, env=environment, stdout=log, stderr=log, start_new_session=True)
    address = f"http://127.0.0.1:{port}"
    try:
        _wait(address, server, home / "log")
        yield address
    finally:
        os.killpg(server.pid, 15)
        try:
            server.wait(timeout=15)
        except subprocess.TimeoutExpired:
            os.killpg(server.pid, 9)
            server.wait(timeout=15)


def _wait(address: str, server: subprocess.Popen[bytes], log: Path) -> None:
    for _ in range(150):
        if server.poll() is not None:
            pytest.fail(f"JupyterLab ended: {log.read_text()[-2000:]}")
        try:
            urllib.request.urlopen(f"{address}/api?token={TOKEN}", timeout=2).read()
            return
        except (urllib.error.URLError, OSError):
            time.sleep(0.2)
    pytest.fail("JupyterLab did not answer within 30 seconds")


@contextmanager
def browser() -> Iterator[Any]:
    """A fresh page in headless Chromium."""
    api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed (extra: dev)")
    program = shutil.which("chromium")
    if program is None:
        pytest.skip("Chromium is not installed (Debian package chromium); the panel's other tests ran without it")
    with api.sync_playwright() as play:
        chromium = play.chromium.launch(executable_path=program, args=_ARGS)
        try:
            yield chromium.new_page(viewport={"width": 1400, "height": 1000})
        finally:
            chromium.close()
