"""Running the page: one process, no access log, connections that dawdle are closed."""

from __future__ import annotations

import asyncio
import ipaddress
import logging
from typing import Any

import h11
import uvicorn
from starlette.types import ASGIApp
from uvicorn.protocols.http.h11_impl import H11Protocol

from quorum_watch.selfcheck.config import ServeConfig, refuse_unsafe


class Prompt(H11Protocol):
    """HTTP/1.1 with a deadline for the headers: a connection that never finishes asking is closed."""

    header_seconds: float = 10.0
    #: The only other computer that may connect, where a proxy ends HTTPS: past it, nothing would be encrypted.
    only_peer: str = ""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._deadline: asyncio.TimerHandle | None = None

    def connection_made(self, transport: Any) -> None:
        """Start the clock; turn away whoever comes past the proxy."""
        super().connection_made(transport)
        if self.only_peer and not self._may_connect():
            transport.abort()
            return
        self._arm()

    def _may_connect(self) -> bool:
        try:
            peer = ipaddress.ip_address((self.client or ("",))[0].partition("%")[0])
        except ValueError:
            return False
        plain = getattr(peer, "ipv4_mapped", None) or peer
        here = ipaddress.ip_address((self.server or ("",))[0].partition("%")[0])
        return plain == ipaddress.ip_address(self.only_peer) or (here.is_loopback and plain.is_loopback)

    def data_received(self, data: bytes) -> None:
        """Stop the clock once the headers are complete; start it for a next request's."""
        super().data_received(data)
        if self.conn.their_state is h11.IDLE and self.conn.our_state is h11.IDLE:
            self._arm()
        else:
            self._disarm()

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop the clock."""
        self._disarm()
        super().connection_lost(exc)

    def _arm(self) -> None:
        if self._deadline is None:
            self._deadline = self.loop.call_later(self.header_seconds, self._close)

    def _disarm(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _close(self) -> None:
        self._deadline = None
        if not self.transport.is_closing():
            self.transport.close()


def make_server(app: ASGIApp, config: ServeConfig) -> uvicorn.Server:
    """A server for the page, after :func:`~quorum_watch.selfcheck.config.refuse_unsafe` had its say."""
    refuse_unsafe(config)
    only = config.trusted_proxy if not config.encrypted else ""
    protocol = type("Prompt", (Prompt,), {"header_seconds": config.header_seconds, "only_peer": only})
    for name in ("uvicorn", "uvicorn.error", "uvicorn.access", "asyncio"):
        logging.getLogger(name).setLevel(logging.CRITICAL + 1)
    settings = uvicorn.Config(
        app,
        host=config.host.strip("[]"),
        port=config.port,
        http=protocol,
        ws="none",
        lifespan="off",
        log_config=None,
        log_level="critical",
        access_log=False,
        server_header=False,
        date_header=False,
        proxy_headers=bool(config.trusted_proxy),
        forwarded_allow_ips=config.trusted_proxy or "",
        limit_concurrency=config.connections,
        timeout_keep_alive=5,
        timeout_graceful_shutdown=5,
        h11_max_incomplete_event_size=config.header_bytes,
        ssl_certfile=str(config.certificate) if config.certificate else None,
        ssl_keyfile=str(config.key) if config.key else None,
    )
    return uvicorn.Server(settings)
