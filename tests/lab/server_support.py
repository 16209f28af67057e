"""A server in a process of its own, and requests as the page would send them or not."""

from __future__ import annotations

import contextlib
import http.client
import json
import socket
import sys
import time
from urllib.parse import urlsplit

COMMAND = [sys.executable, "-c", "import sys; from steepest.cli import main; main(sys.argv[1:])", "lab"]


class Server:
    """A server in a process of its own."""

    def __init__(self, process):
        self.process = process
        self.address = process.stdout.readline().decode().strip()
        parts = urlsplit(self.address)
        self.port, self.query = parts.port, parts.query
        self.token = parts.fragment.removeprefix("t=")

    def ask(self, method="GET", path=None, body=None, **headers):
        """Status, headers and body of one request, as the page would send it unless told otherwise."""
        own = {"host": f"127.0.0.1:{self.port}", "origin": f"http://127.0.0.1:{self.port}"}
        own |= {"sec-fetch-site": "same-origin", "x-steepest-token": self.token}
        sent = own | {name.replace("_", "-"): value for name, value in headers.items()}
        with contextlib.closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)) as link:
            return self._answer(link, method, f"/?{self.query}" if path is None else path, body, sent)

    def _answer(self, link, method, path, body, sent):
        link.putrequest(method, path, skip_host=True, skip_accept_encoding=True)
        data = b"" if body is None else body if isinstance(body, bytes) else json.dumps(body).encode()
        for name, value in (sent | {"content-length": str(len(data))}).items():
            if value is not None:
                link.putheader(name, value)
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            link.endheaders(data)
        with link.getresponse() as answer:
            return answer.status, dict(answer.getheaders()), answer.read()

    def fit(self, **settings):
        """Status and reply of POST /fit."""
        automatic = settings.pop("automatic", False)
        status, _, body = self.ask("POST", "/fit", {"settings": settings, "automatic": automatic})
        return status, json.loads(body)


def ended_within(seconds, port):
    """Whether nobody listens at a port any more."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)):
                return True
        time.sleep(0.05)
    return False
