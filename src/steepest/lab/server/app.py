"""The server as an ASGI application: the page, and one route that computes. No route names a file."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable
from secrets import compare_digest
from typing import Any

from starlette.requests import ClientDisconnect, Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.types import Receive, Scope, Send

from ...core.errors import SteepestError
from .guard import Refusal, refusal

__all__ = ["App", "Compute"]

Compute = Callable[[dict[str, Any], Callable[[], bool]], dict[str, Any]]  # of a request, and whether time is up

MOST_BYTES = 8_000_000  # of a request
SECONDS = 10.0  # of a computation
HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "frame-ancestors 'none'",  # besides the policy in the page itself
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


class App:
    """One page and what it may ask.

    Parameters
    ----------
    html : str
        The page.
    compute : callable
        Takes the JSON of a request and a function that says whether its time is up, and returns the JSON of the reply;
        its errors are told to the reader.
    port : int
    code : str
        Part of the page's address, so that other users of the machine do not get the table.
    token : str
        What the page sends with each request.
    seconds : float
    """

    def __init__(
        self,
        html: str,
        compute: Compute,
        port: int,
        code: str,
        token: str,
        seconds: float = SECONDS,
    ) -> None:
        self.html, self.compute, self.port, self.code, self.token = html, compute, port, code, token
        self.seconds = seconds
        self.busy = False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request; nothing but HTTP is spoken."""
        if scope["type"] != "http":
            if scope["type"] == "websocket":
                await send({"type": "websocket.close", "code": 1008})
            return
        request = Request(scope, receive)
        response = await self._answer(request)
        response.headers.update(HEADERS)
        await response(scope, receive, send)

    async def _answer(self, request: Request) -> Response:
        refused = refusal(request.method, request.headers, self.port, self.token)
        if refused is not None:
            return _said(refused)
        route = (request.method, request.scope["raw_path"].decode("ascii", "replace"))
        if route == ("GET", "/"):
            return self._page(request)
        return await self._fit(request) if route == ("POST", "/fit") else _said(Refusal(404, "there is no such page"))

    def _page(self, request: Request) -> Response:
        if not compare_digest(request.query_params.get("page", "").encode(), self.code.encode()):
            return _said(Refusal(403, "open the address that the terminal shows"))
        return HTMLResponse(self.html)

    async def _fit(self, request: Request) -> Response:
        asked = await _json(request)
        if isinstance(asked, Refusal):
            return _said(asked)
        if self.busy:
            return _said(Refusal(429, "one computation at a time: wait until the last one ends"))
        self.busy = True
        running = asyncio.get_running_loop().run_in_executor(None, self._computed, asked)
        try:
            return await asyncio.wait_for(asyncio.shield(running), self.seconds)
        except TimeoutError:
            return _said(Refusal(503, f"not done in {self.seconds:g} seconds: choose fewer steps, or try again"))

    def _computed(self, asked: dict[str, Any]) -> Response:
        end = time.monotonic() + self.seconds
        try:
            return JSONResponse(self.compute(asked, lambda: time.monotonic() > end))
        except SteepestError as error:
            return _said(Refusal(422, str(error)))
        finally:
            self.busy = False


async def _json(request: Request) -> dict[str, Any] | Refusal:
    """The body as a JSON object."""
    large = Refusal(413, f"a request has at most {MOST_BYTES:,} bytes")
    if int(request.headers.get("content-length", "0") or 0) > MOST_BYTES:
        return large
    body = bytearray()
    try:
        async for part in request.stream():
            body += part
            if len(body) > MOST_BYTES:
                return large
        found = json.loads(body)
    except (ValueError, RecursionError, ClientDisconnect):
        found = None
    return found if isinstance(found, dict) else Refusal(400, "a request is a JSON object")


def _said(refused: Refusal) -> Response:
    return JSONResponse({"error": refused.error}, refused.status)
