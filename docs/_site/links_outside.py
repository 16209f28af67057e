"""A link of a page to a file outside of docs/ becomes the name of that file: the site has pages, not the repository."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from docutils import nodes


def setup(app: Any) -> dict[str, bool]:
    """Look at links that lead to no page."""
    app.connect("missing-reference", _plain)
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def _plain(app: Any, env: Any, node: Any, inside: Any) -> Any:
    target = str(node.get("reftarget", ""))
    page = Path(env.doc2path(node.get("refdoc", env.docname)))
    if node.get("reftype") != "myst" or not (page.parent / target).exists():
        return None
    return nodes.literal(text=inside.astext())
