"""No network at run time: the main job runs with every socket refused, and so does the import of every module."""

from __future__ import annotations

import socket
import subprocess
import sys

import pytest

from quorum_watch import pipeline
from tests.city.fixtures import small_city

_GUARD = """
import socket, sys
class Refused(RuntimeError): pass
def audit(event, args):
    if event in {"socket.connect", "socket.getaddrinfo", "socket.gethostbyname", "socket.bind", "socket.sendto"}:
        raise Refused(event)
sys.addaudithook(audit)
"""


def test_the_guard_would_notice():
    code = _GUARD + "socket.create_connection(('127.0.0.1', 9))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert "Refused" in done.stderr


@pytest.mark.parametrize("command", ["analyze", "ingest", "export"])
def test_the_main_job_opens_no_connection(command, tmp_path):
    city, _ = small_city(tmp_path)
    code = (
        _GUARD + f"sys.argv = ['quorum-watch', {command!r}, {str(city)!r}]\nfrom quorum_watch.cli import main\nmain()"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "Refused" not in done.stderr


def test_an_edition_is_built_without_a_connection(tmp_path, monkeypatch):
    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("a socket was opened")

    city, _ = small_city(tmp_path)
    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    run = pipeline.analyze(city)
    from quorum_watch.report import render_overview

    assert "<html" in render_overview(run.document, {})
