"""The content security policy of a page: nothing is loaded, and nothing runs but the texts whose hashes it states."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterable
from hashlib import sha256

__all__ = ["policy"]


def policy(scripts: Iterable[str], styles: Iterable[str], connect: bool = False) -> str:
    """The policy as the content of a meta element or header.

    Parameters
    ----------
    scripts, styles : iterable of str
        The texts that may run, and that may style.
    connect : bool
        Whether the page may call the server that it came from.

    Examples
    --------
    >>> policy([""], []).split("; ")[:2]
    ["default-src 'none'", "script-src 'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU='"]
    """
    sources = {"default-src": "'none'", "script-src": _hashes(scripts), "style-src": _hashes(styles)}
    sources |= {"img-src": "data: blob:", "base-uri": "'none'", "form-action": "'none'"}
    sources |= {"connect-src": "'self'"} if connect else {}
    return "; ".join(f"{name} {value}" for name, value in sources.items())


def _hashes(texts: Iterable[str]) -> str:
    found = (b64encode(sha256(text.encode()).digest()).decode() for text in texts)
    return " ".join(f"'sha256-{one}'" for one in found)
