"""The page and the endpoint: a few routes over one pure function. Works without script; keeps nothing.

A request lives in memory and ends with its answer. There is no access log, no query string, no cookie beyond the
session, and no route that reads collected messages or decisions.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from http import HTTPStatus
from importlib import resources
from typing import Any

from anyio import CapacityLimiter, to_thread
from starlette.applications import Starlette
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp

from quorum_watch.selfcheck import outlook, page
from quorum_watch.selfcheck.auth import NOBODY, Action, Actor, Links, Role, can
from quorum_watch.selfcheck.check import cannot_tell
from quorum_watch.selfcheck.config import LINKS, ServeConfig
from quorum_watch.selfcheck.draft import Advice, advice_json
from quorum_watch.selfcheck.forget import forget
from quorum_watch.selfcheck.guard import Guard, Rate, refusal
from quorum_watch.selfcheck.intake import Asked, BadRequestError, asked_by_form, asked_by_json, read_form, read_json
from quorum_watch.selfcheck.keeper import Keeper
from quorum_watch.selfcheck.openapi import document
from quorum_watch.selfcheck.place import Place

GUIDES = ("member", "clerk", "attorney")
_STATIC = {
    "app.css": "text/css", "app.js": "text/javascript", "worker.js": "text/javascript", "icon.svg": "image/svg+xml",
    "icon-192.png": "image/png", "icon-512.png": "image/png",
}  # fmt: skip
_HOUR = 3600
#: Checks worked out at once; more wait their turn within the time limit.
AT_ONCE = 2
Handler = Callable[[Request, Actor], Awaitable[Response]]


@dataclass
class _App:
    """The routes, with what they share."""

    keeper: Keeper
    config: ServeConfig
    links: Links | None

    def __post_init__(self) -> None:
        self.limiter = CapacityLimiter(AT_ONCE)
        self.pages = page.Pages()

    # --- who is asking ------------------------------------------------------------------------------------------------

    @property
    def cookie(self) -> str:
        """The one cookie's name; browsers hold a ``__Host-`` cookie to this host and to HTTPS."""
        return "__Host-check" if self.config.secure else "check"

    def actor(self, headers: Headers, cookies: dict[str, str]) -> Actor:
        """Who sent a request. Without sign-in, whoever sits at this computer is a member."""
        if self.links is None:
            return Actor(Role.MEMBER, self.config.person)
        said = headers.get("authorization", "")
        if said.lower().startswith("bearer "):
            return self.links.actor(said[len("bearer ") :].strip(), "link")
        return self.links.actor(cookies.get(self.cookie, ""), "session")

    def visitor(self, headers: Headers, address: str) -> str:
        """Whom a request counts for: the person who signed in, else the address."""
        cookies = dict(c.strip().split("=", 1) for c in headers.get("cookie", "").split(";") if "=" in c)
        actor = self.actor(headers, cookies)
        return f"person:{actor.person}" if actor.person and self.links else f"address:{address}"

    def only(self, action: Action, handler: Handler) -> Callable[[Request], Awaitable[Response]]:
        """A route that asks :func:`can` before anything else."""

        async def guarded(request: Request) -> Response:
            actor = self.actor(request.headers, request.cookies)
            if can(actor, action):
                return await handler(request, actor)
            api = request.url.path.startswith("/api/")
            if actor == NOBODY:
                if api or request.method == "POST":
                    return refusal(401, "sign_in_lead", api=api)
                return HTMLResponse(self.pages.sign_in(), 401)
            return refusal(403, "not_allowed", api=api)

        return guarded

    # --- pages --------------------------------------------------------------------------------------------------------

    async def home(self, request: Request, actor: Actor) -> Response:  # noqa: ARG002
        """The form."""
        return HTMLResponse(self.pages.check(self._view(actor), None, {}))

    async def check(self, request: Request, actor: Actor) -> Response:
        """The form's answer."""
        place = self.keeper.place
        if place is None:
            return HTMLResponse(self.pages.check(self._view(actor), self.keeper.broken(), {}))
        try:
            form = await read_form(await request.body(), request.headers)
            asked = await asked_by_form(form, place, actor.person)
        except BadRequestError:
            return refusal(400, "bad_request", api=False)
        advice = await self._advise(asked, place)
        return HTMLResponse(self.pages.check(self._view(actor), advice, asked.shown))

    async def api(self, request: Request, actor: Actor) -> Response:
        """The endpoint's answer."""
        if request.headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
            return refusal(415, "bad_request", api=True)
        try:
            data = read_json(await request.body())
        except BadRequestError:
            return refusal(400, "bad_request", api=True)
        place = self.keeper.place
        if place is None:
            return JSONResponse(advice_json(self.keeper.broken()))
        if actor.person and data.get("as") not in (None, "", actor.person):
            return refusal(403, "not_allowed", api=True)
        try:
            asked = await to_thread.run_sync(asked_by_json, data, place, actor.person, limiter=self.limiter)
        except BadRequestError:
            return refusal(400, "bad_request", api=True)
        return JSONResponse(advice_json(await self._advise(asked, place)))

    async def _advise(self, asked: Asked, place: Place) -> Advice:
        on = self.keeper.today(place)
        settings = place.settings(on)
        person = place.person(asked.person, on) if asked.person else None

        def work() -> Advice:
            try:
                return place.check(asked.draft, asking=person, on=on)
            finally:
                forget()

        try:
            async with asyncio.timeout(self.config.check_seconds):
                return await to_thread.run_sync(work, limiter=self.limiter, abandon_on_cancel=True)
        except TimeoutError:
            return cannot_tell("error", settings=settings, profile=place.profile)

    async def guide(self, request: Request, actor: Actor) -> Response:  # noqa: ARG002
        """One of the three guides."""
        which = request.path_params["which"]
        if which not in GUIDES:
            raise HTTPException(404)
        return HTMLResponse(self.pages.guide(which))

    async def status(self, request: Request, actor: Actor) -> Response:  # noqa: ARG002
        """For the clerk: is the roster fresh, which law is used, how many links there are. Nothing of any check."""
        place = self.keeper.place
        counts = self.links.counts() if self.links else {}
        return HTMLResponse(self.pages.status(place, counts))

    # --- signing in ---------------------------------------------------------------------------------------------------

    async def link(self, request: Request) -> Response:
        """A personal link was opened: show one button, so that a mail scanner that follows links signs nobody in."""
        return HTMLResponse(self.pages.sign_in(request.path_params["token"] if self.links else ""))

    async def sign_in(self, request: Request) -> Response:
        """The button was pressed: a session, or one answer for every kind of bad link."""
        if self.links is None:
            return RedirectResponse("/", 303)
        try:
            form = await read_form(await request.body(), request.headers)
        except BadRequestError:
            return refusal(400, "bad_request", api=False)
        session = self.links.session(str(form.get("token", "")), self.config.session_hours * _HOUR)
        if session is None:
            return HTMLResponse(self.pages.sign_in(bad=True), 401)
        response = RedirectResponse("/", 303)
        response.set_cookie(
            self.cookie, session, max_age=self.config.session_hours * _HOUR, httponly=True, samesite="strict",
            secure=self.config.secure, path="/",
        )  # fmt: skip
        return response

    async def sign_out(self, request: Request) -> Response:  # noqa: ARG002
        """Forget the session in this browser."""
        response = RedirectResponse("/sign-in", 303)
        response.delete_cookie(self.cookie, path="/", secure=self.config.secure, httponly=True, samesite="strict")
        return response

    async def sign_in_page(self, request: Request) -> Response:  # noqa: ARG002
        """Where somebody without a session lands."""
        return HTMLResponse(self.pages.sign_in())

    def _view(self, actor: Actor) -> page.View:
        place = self.keeper.place
        on = self.keeper.today(place) if place else None
        return page.View(place, on, actor.person, signed_in=self.links is not None, clerk=actor.role is Role.CLERK)

    # --- files --------------------------------------------------------------------------------------------------------

    async def static(self, request: Request) -> Response:
        """One of the files listed; a path is never put together from what was asked."""
        name = request.path_params["name"]
        if name not in _STATIC:
            raise HTTPException(404)
        data = resources.files(__package__).joinpath("static", name).read_bytes()
        extra = {"service-worker-allowed": "/"} if name == "worker.js" else None
        return Response(data, media_type=_STATIC[name], headers=extra)

    async def manifest(self, request: Request) -> Response:  # noqa: ARG002
        """What a telephone needs to put the page on its home screen."""
        return JSONResponse(page.web_manifest(), media_type="application/manifest+json")

    async def offline(self, request: Request) -> Response:  # noqa: ARG002
        """What is shown without a connection; holds nothing of the city."""
        return HTMLResponse(self.pages.offline())

    async def openapi(self, request: Request) -> Response:  # noqa: ARG002
        """The description of the endpoint."""
        return JSONResponse(document())

    async def office_files(self, request: Request) -> Response:
        """The files of the Outlook add-in."""
        found = outlook.file_of(request.path_params["name"], self.config)
        if found is None:
            raise HTTPException(404)
        return Response(found.data, media_type=found.media_type)

    async def office_allowed(self, request: Request) -> Response:  # noqa: ARG002
        """Which script of Outlook on Windows may call the endpoint."""
        return JSONResponse(outlook.allowed(self.config))


def create_app(
    keeper: Keeper, config: ServeConfig, links: Links | None, now: Callable[[], float]
) -> ASGIApp:
    """The page as an ASGI application behind its guard; ``now`` gives seconds for the rate limit."""
    app = _App(keeper, config, links if config.sign_in == LINKS else None)
    routes = [
        Route("/", app.only(Action.CHECK, app.home)),
        Route("/check", app.only(Action.CHECK, app.check), methods=["POST"]),
        Route("/api/check", app.only(Action.CHECK, app.api), methods=["POST"]),
        Route("/guide/{which}", app.only(Action.READ, app.guide)),
        Route("/clerk", app.only(Action.STATUS, app.status)),
        Route("/sign-in", app.sign_in, methods=["POST"]),
        Route("/sign-in", app.sign_in_page),
        Route("/sign-in/{token}", app.link),
        Route("/sign-out", app.sign_out, methods=["POST"]),
        Route("/static/{name}", app.static),
        Route("/manifest.webmanifest", app.manifest),
        Route("/offline", app.offline),
        Route("/openapi.json", app.openapi),
        Route("/outlook/{name}", app.office_files),
        Route("/.well-known/microsoft-officeaddins-allowed.json", app.office_allowed),
    ]
    handlers: dict[Any, Any] = {HTTPException: _http_error, Exception: _server_error}
    inner = Starlette(routes=routes, exception_handlers=handlers)
    rate = Rate(config.rate, config.burst, now)
    return Guard(inner, config, rate, app.visitor)


async def _http_error(request: Request, error: HTTPException) -> Response:
    key = "not_found" if error.status_code == HTTPStatus.NOT_FOUND else "bad_request"
    response = refusal(error.status_code, key, api=request.url.path.startswith("/api/"))
    for name, value in (error.headers or {}).items():
        response.headers[name] = value
    return response


async def _server_error(request: Request, error: Exception) -> Response:  # noqa: ARG001
    return refusal(500, "bad_request", api=request.url.path.startswith("/api/"))
