"""The page as one HTML file: no request, no other file, and no script or style but those whose hashes it states."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from ..core.files import write_new
from ..core.html_text import safe
from .assets import asset
from .frame import framed
from .packing import packed
from .payload import Payload
from .policy import policy

__all__ = ["Page"]

HEIGHTS = {"lab": 860, "replay": 600}  # of a frame, in pixels
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
<script type="application/octet-stream" id="packed">{packed}</script>
<script>{unpack}</script>
</body>
</html>
"""


class Page(NamedTuple):
    """A page: what it opens with, and what stands in for it where no script runs.

    Attributes
    ----------
    payload : Payload
    title : str
        Of the window.
    still : str
        HTML without scripts and styles.
    """

    payload: Payload
    title: str
    still: str

    def html(self) -> str:
        """The file; FileError if the page was not built."""
        name = self.payload.bundle
        script, unpack, style = asset(f"{name}.js"), asset("unpack.js"), asset(f"{name}.css")
        return PAGE.format(
            policy=policy((script, unpack), (style,), connect=self.payload.home == "server"),
            title=safe(self.title),
            style=style,
            still=self.still,
            payload=self.payload.text(),
            packed=packed(script),
            unpack=unpack,
        )

    def save(self, path: str | Path, *, force: bool = False) -> int:
        """Write the page to a file, and return its size in bytes.

        Raises
        ------
        FileError
            If the file exists (unless ``force``) or cannot be written; no partial file remains.
        """
        text = self.html().encode()
        write_new(path, lambda file: file.write(text), force=force)
        return len(text)

    def _repr_html_(self) -> str:
        page = self._replace(payload=self.payload._replace(home="notebook"))
        return framed(page.html(), HEIGHTS[self.payload.bundle])
