"""The page as one HTML file: no request, no other file, and no script or style but those whose hashes it states."""

from __future__ import annotations

from base64 import b64encode
from hashlib import sha256

from ..core.html_text import safe
from .assets import asset
from .payload import Payload

__all__ = ["page", "policy"]

PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<link rel="icon" href="data:,">
<title>{title}</title>
<style>{style}</style>
</head>
<body>
<div id="lab"></div>
<noscript>
{still}
</noscript>
<script type="application/json" id="payload">{payload}</script>
<script>{script}</script>
</body>
</html>
"""


def page(payload: Payload, title: str, still: str) -> str:
    """The page that opens with this payload.

    Parameters
    ----------
    payload : Payload
    title : str
        Of the window; escaped here.
    still : str
        HTML that stands in for the page where no script runs. It has no scripts and no styles.

    Raises
    ------
    FileError
        If the page was not built.
    """
    script, style = asset("lab.js"), asset("lab.css")
    stated = policy(script, style, connect=payload.home == "server")
    return PAGE.format(
        policy=stated, title=safe(title), style=style, still=still, payload=payload.text(), script=script
    )


def policy(script: str, style: str, connect: bool = False) -> str:
    """The content security policy of a page with one script and one style.

    Parameters
    ----------
    script, style : str
        Their texts, whose hashes the policy states.
    connect : bool
        Whether the page may call the server that it came from.

    Examples
    --------
    >>> policy("", "").split("; ")[0]
    "default-src 'none'"
    """
    sources = {"default-src": "'none'", "script-src": _hash(script), "style-src": _hash(style)}
    sources |= {"img-src": "data: blob:", "base-uri": "'none'", "form-action": "'none'"}
    sources |= {"connect-src": "'self'"} if connect else {}
    return "; ".join(f"{name} {value}" for name, value in sources.items())


def _hash(text: str) -> str:
    return f"'sha256-{b64encode(sha256(text.encode()).digest()).decode()}'"
