"""Running the server: on this machine alone, at a port that the system chooses, until its terminal is gone."""

from __future__ import annotations

import asyncio
import os
import socket
from collections.abc import Callable
from secrets import token_urlsafe

import uvicorn

from .app import App, Compute

__all__ = ["serve"]

SECRET = 24  # bytes of the token and of the page's address
WATCH = 0.5  # seconds between two looks at the terminal


def serve(html: str, compute: Compute, ready: Callable[[str], object]) -> None:
    """Serve a page until Ctrl-C, or until the process that started this one is gone.

    Parameters
    ----------
    html : str
    compute : callable
        See `App`.
    ready : callable
        Told the address of the page once it can be opened.
    """
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        port = listening.getsockname()[1]
        code, token = token_urlsafe(SECRET), token_urlsafe(SECRET)
        app = App(html, compute, port, code, token)
        config = uvicorn.Config(
            app, log_level="error", access_log=False, ws="none", lifespan="off", server_header=False, date_header=False
        )
        address = f"http://127.0.0.1:{port}/?page={code}#t={token}"
        asyncio.run(_run(uvicorn.Server(config), listening, lambda: ready(address)))


async def _run(server: uvicorn.Server, listening: socket.socket, ready: Callable[[], object]) -> None:
    parent = os.getppid()
    running = asyncio.create_task(server.serve([listening]))
    while not (server.started or running.done()):
        await asyncio.sleep(0.01)
    ready()
    while not running.done() and os.getppid() == parent:
        await asyncio.wait([running], timeout=WATCH)
    server.should_exit = server.force_exit = True
    await running
