"""The page for tests: in the process (Starlette's client) or on a real port, with a clock of its own."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from starlette.testclient import TestClient

from quorum_watch.selfcheck.auth import Links
from quorum_watch.selfcheck.config import ServeConfig
from quorum_watch.selfcheck.keeper import Keeper
from quorum_watch.selfcheck.server import make_server
from quorum_watch.selfcheck.web import create_app
from tests.selfcheck.city import TODAY, folder_of


@dataclass
class Clock:
    at: float = 1_780_000_000.0

    def __call__(self) -> float:
        return self.at


@dataclass
class Site:
    config: ServeConfig
    clock: Clock = field(default_factory=Clock)
    links: Links | None = None
    city: str = ""

    def client(self, **headers: str) -> TestClient:
        keeper = Keeper(folder_of(self.city), lambda _: TODAY)
        app = create_app(keeper, self.config, self.links, self.clock)
        scheme = "https" if self.config.secure else "http"
        name = self.config.public_name or "127.0.0.1"
        return TestClient(app, base_url=f"{scheme}://{name}", headers=headers, raise_server_exceptions=True)


def open_site(city: str = "") -> Site:
    """Without sign-in, on this computer; the rate is wide, as the tests ask quickly."""
    return Site(ServeConfig(rate=10_000.0, burst=100_000), city=city)


def signed_site(folder: Path, *, rate: float = 10_000.0, burst: int = 100_000) -> Site:
    """With personal links, behind HTTPS."""
    config = ServeConfig(
        host="192.0.2.1", sign_in="links", public_name="check.harrow.example", trusted_proxy="192.0.2.2",
        rate=rate, burst=burst,
    )  # fmt: skip
    site = Site(config)
    site.links = Links(folder, site.clock)
    return site


def free_port() -> int:
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return int(s.getsockname()[1])


@contextlib.contextmanager
def running(*, city: str = "", person: str = "", **changes: float) -> Iterator[str]:
    """A real server in a thread; gives its address."""
    from dataclasses import replace

    config = replace(ServeConfig(port=free_port(), person=person, rate=10_000.0, burst=100_000), **changes)  # type: ignore[arg-type]
    keeper = Keeper(folder_of(city), lambda _: TODAY)
    server = make_server(create_app(keeper, config, None, time.monotonic), config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    for _ in range(200):
        if server.started:
            break
        time.sleep(0.05)
    try:
        yield f"http://127.0.0.1:{config.port}"
    finally:
        server.should_exit = True
        thread.join(10)
