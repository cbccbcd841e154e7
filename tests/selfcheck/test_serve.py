"""The command itself: a real process that serves, links that open and close, configurations that do not start."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from datetime import date
from pathlib import Path

import httpx
import pytest

from tests.selfcheck.city import TOML, write_city
from tests.selfcheck.site import free_port


def run(*args: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "quorum_watch", "serve", *args]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_a_clerks_day_with_links(tmp_path: Path) -> None:
    city = str(write_city(tmp_path / "city"))
    made = run("-w", city, "link", "make", "ann-abel", "--public-name", "check.harrow.example")
    assert re.fullmatch(r"https://check\.harrow\.example/sign-in/[A-Za-z0-9_-]+\.[A-Za-z0-9_-]{43}\n", made.stdout)
    assert run("-w", city, "link", "make", "nobody").returncode == 2
    listed = run("-w", city, "link", "list").stdout
    assert "ann-abel" in listed
    assert "valid" in listed
    assert made.stdout.strip().rpartition("/")[2] not in listed
    assert run("-w", city, "link", "revoke", "ann-abel").stdout == "1 revoked.\n"
    assert "revoked" in run("-w", city, "link", "list").stdout
    assert run("-w", city, "link", "revoke", "ann-abel").returncode == 2
    # the rest of the workspace is as before
    assert sorted(p.name for p in Path(city).iterdir()) == ["roster", "serve", "workspace.toml"]


@pytest.mark.parametrize(
    ("args", "code"),
    [
        (["--host", "0.0.0.0"], "QW-E142"),
        (["--host", "0.0.0.0", "--sign-in", "links", "--public-name", "c.example"], "QW-E143"),
        (["--as", "nobody-at-all"], "QW-E151"),
    ],
)
def test_unsafe_or_wrong_is_refused_at_once(tmp_path: Path, args: list[str], code: str) -> None:
    done = run("-w", str(write_city(tmp_path / "city")), *args)
    assert done.returncode == 2
    assert code in done.stderr
    assert "Traceback" not in done.stderr


def test_a_real_process_answers_says_nothing_and_leaves_nothing(tmp_path: Path) -> None:
    # a real process asks the real clock, so the roster was checked today
    city = write_city(tmp_path / "city", toml=TOML.replace("2026-05-01", date.today().isoformat()))
    before = sorted(tmp_path.rglob("*"))
    port = free_port()
    env = {**os.environ, "TMPDIR": str(tmp_path)}
    server = subprocess.Popen(
        [sys.executable, "-m", "quorum_watch", "serve", "-w", str(city), "--port", str(port), "--as", "ann-abel"],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=env, cwd=tmp_path,
    )  # fmt: skip
    try:
        address = f"http://127.0.0.1:{port}"
        for _ in range(300):
            try:
                httpx.get(f"{address}/offline")
                break
            except httpx.HTTPError:
                time.sleep(0.1)
        secret = "zqsecretqz"
        for _ in range(12):  # within the rate of one visitor
            page = httpx.post(f"{address}/check", data={"to": "council@harrow.example", "paste": f"I think {secret}."})
            assert "Stop. Ask before you send." in page.text
            assert "You are signed in as Ann Abel." in page.text
            httpx.post(f"{address}/api/check", content=secret.encode())
            httpx.get(f"{address}/{secret}?{secret}")
        arguments = Path(f"/proc/{server.pid}/cmdline").read_bytes()
        assert secret.encode() not in arguments
    finally:
        server.terminate()
        out, err = server.communicate(timeout=15)
    assert out == b""
    assert secret.encode() not in err
    assert len(err.splitlines()) == 1  # where it is open, and nothing of any request
    assert sorted(tmp_path.rglob("*")) == before
