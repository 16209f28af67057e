"""Who may speak to the server: the page that it served, on this machine, with its token."""

from __future__ import annotations

from collections.abc import Mapping
from secrets import compare_digest
from typing import NamedTuple

__all__ = ["Refusal", "refusal"]

LOOPBACK = ("127.0.0.1", "localhost")
OWN = ("same-origin", "none")  # values of Sec-Fetch-Site: the page itself, and a person who opens its address


class Refusal(NamedTuple):
    """A status of HTTP, and a line for the reader."""

    status: int
    error: str


def refusal(method: str, headers: Mapping[str, str], port: int, token: str) -> Refusal | None:
    """Why a request is not answered, or None. Names of headers are in lower case.

    The host is compared with a list, because a page elsewhere whose name is made to lead to this machine sends its own
    name as host and as origin.

    Examples
    --------
    >>> refusal("GET", {"host": "127.0.0.1:8000"}, 8000, "t") is None
    True
    >>> refusal("GET", {"host": "evil.example:8000"}, 8000, "t")
    Refusal(status=403, error='this server answers its own page only: unknown host')
    """
    hosts = [f"{name}:{port}" for name in LOOPBACK]
    origins = [f"http://{host}" for host in hosts]
    if headers.get("host") not in hosts:
        return _forbidden("unknown host")
    if headers.get("sec-fetch-site", "none") not in OWN:
        return _forbidden("a request of another site")
    if headers.get("origin", origins[0] if method == "GET" else None) not in origins:
        return _forbidden("unknown origin")
    if method == "POST" and not compare_digest(headers.get("x-steepest-token", "").encode(), token.encode()):
        return _forbidden("wrong token: open the address that the terminal shows")
    return None


def _forbidden(reason: str) -> Refusal:
    return Refusal(403, f"this server answers its own page only: {reason}")
