"""What stands in front of every page: host, size, time, rate, origin, headers. Nothing a visitor sends is ever logged.

Pure ASGI, so that a refusal costs nothing: the body is taken into memory up to a limit and a deadline, and handed on
whole. Errors have one shape and never repeat what was sent.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Iterable
from http import HTTPStatus
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from quorum_watch.selfcheck.config import ServeConfig
from quorum_watch.wording import say

#: Where Outlook may put a page of the add-in into a frame of its own.
OUTLOOK_HOSTS = (
    "https://outlook.office.com", "https://outlook.office365.com", "https://outlook.live.com", "https://*.officeapps.live.com",
)  # fmt: skip
OFFICE_SCRIPT = "https://appsforoffice.microsoft.com"
_COMMON = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "cross-origin-opener-policy": "same-origin",
}
_CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; manifest-src 'self'; "
    "worker-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
_CSP_OUTLOOK = (
    f"default-src 'none'; script-src 'self' {OFFICE_SCRIPT}; style-src 'self'; img-src 'self'; connect-src 'self'; "
    f"form-action 'none'; base-uri 'none'; frame-ancestors {' '.join(OUTLOOK_HOSTS)}"
)
_METHODS = frozenset({"GET", "HEAD", "POST"})
#: After these the rest of what was sent is not waited for.
_CLOSING = (HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.REQUEST_ENTITY_TOO_LARGE, HTTPStatus.MISDIRECTED_REQUEST)
_KEPT = 10_000


def refusal(status: int, key: str, *, api: bool) -> Response:
    """An error in its one shape: a sentence of the wording file, and nothing of what was sent."""
    text = say(f"check.page.{key}")
    if api:
        return JSONResponse({"error": {"code": key, "what": text}}, status)
    return PlainTextResponse(f"{text}\n", status)


class Rate:
    """A bucket of requests for each visitor, refilled evenly; the oldest visitors are forgotten."""

    def __init__(self, rate: float, burst: int, now: Callable[[], float]) -> None:
        self._rate, self._burst, self._now = rate, burst, now
        self._left: dict[str, tuple[float, float]] = {}

    def allows(self, who: str) -> bool:
        """Whether one more request of ``who`` is within the rate."""
        now = self._now()
        left, then = self._left.pop(who, (float(self._burst), now))
        left = min(float(self._burst), left + (now - then) * self._rate)
        allowed = left >= 1
        self._left[who] = (left - 1 if allowed else left, now)
        if len(self._left) > _KEPT:
            self._left.pop(next(iter(self._left)))
        return allowed


class Guard:
    """The middleware. ``visitor`` names who is counted: the person who signed in, else the address."""

    def __init__(self, app: ASGIApp, config: ServeConfig, rate: Rate, visitor: Callable[[Headers, str], str]) -> None:
        self.app, self.config, self.rate, self.visitor = app, config, rate, visitor

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, or refuse it."""
        if scope["type"] == "lifespan":
            await self.app(scope, receive, send)
            return
        if scope["type"] != "http":
            return
        sender = self._dress(scope, send)
        refused, body = await self._examine(scope, receive)
        if refused is not None:
            await refused(scope, receive, sender)
            return
        # The page answers every fault itself; its trace may hold what was pasted and ends here.
        with contextlib.suppress(Exception):
            await self.app(scope, _replay(body), sender)

    async def _examine(self, scope: Scope, receive: Receive) -> tuple[Response | None, bytes]:
        headers, path, api = Headers(scope=scope), scope["path"], scope["path"].startswith("/api/")
        if not _known_host(headers.get("host", ""), self.config.names):
            return refusal(421, "bad_request", api=api), b""
        if scope["method"] not in _METHODS:
            return refusal(405, "bad_request", api=api), b""
        if scope["query_string"]:
            return refusal(400, "bad_request", api=api), b""  # nothing is ever asked in an address
        if "\x00" in path or "\\" in path or ".." in path.split("/") or "//" in path:
            return refusal(404, "not_found", api=api), b""
        if scope["method"] != "POST":
            return None, b""
        if not same_site(headers, self.config):
            return refusal(403, "cross_site", api=api), b""
        if not self.rate.allows(self.visitor(headers, (scope.get("client") or ("",))[0])):
            return refusal(429, "too_many", api=api), b""
        declared = headers.get("content-length", "")
        if declared.isdigit() and int(declared) > self.config.body_bytes:
            return refusal(413, "too_large", api=api), b""
        try:
            async with asyncio.timeout(self.config.body_seconds):
                body = await _take(receive, self.config.body_bytes)
        except TimeoutError:
            return refusal(408, "too_slow", api=api), b""
        if body is None:
            return refusal(413, "too_large", api=api), b""
        return None, body

    def _dress(self, scope: Scope, send: Send) -> Send:
        outlook = scope["path"].startswith("/outlook/")
        static = scope["path"].startswith("/static/")

        async def dressed(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in _COMMON.items():
                    headers[name] = value
                headers["content-security-policy"] = _CSP_OUTLOOK if outlook else _CSP
                lasting = static and message["status"] == HTTPStatus.OK
                headers["cache-control"] = "public, max-age=3600" if lasting else "no-store"
                headers["cross-origin-resource-policy"] = "cross-origin" if outlook else "same-origin"
                if not outlook:
                    headers["x-frame-options"] = "DENY"
                if self.config.secure:
                    headers["strict-transport-security"] = "max-age=31536000"
                if message["status"] in _CLOSING:
                    headers["connection"] = "close"
            await send(message)

        return dressed


def _known_host(host: str, names: Iterable[str]) -> bool:
    name = host.rsplit(":", 1)[0] if not host.endswith("]") else host
    return name.lower() in names


def same_site(headers: Headers, config: ServeConfig) -> bool:
    """Whether a post comes from this page, or from a program that carries a token and no cookie."""
    if headers.get("authorization", "").lower().startswith("bearer "):
        return True
    said = headers.get("sec-fetch-site")
    if said is not None:  # set by the browser itself; under no-referrer the origin of a form is "null"
        return said == "same-origin"
    origin = headers.get("origin")
    if origin is None:
        return True
    parts = urlsplit(origin)
    scheme = "https" if config.secure else "http"
    return parts.scheme == scheme and parts.netloc.lower() == headers.get("host", "").lower()


async def _take(receive: Receive, limit: int) -> bytes | None:
    parts: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            return b"".join(parts)
        chunk = message.get("body", b"")
        size += len(chunk)
        if size > limit:
            return None
        parts.append(chunk)
        if not message.get("more_body", False):
            return b"".join(parts)


def _replay(body: bytes) -> Receive:
    told = False

    async def receive() -> Message:
        nonlocal told
        if told:
            return {"type": "http.disconnect"}
        told = True
        return {"type": "http.request", "body": body, "more_body": False}

    return receive
