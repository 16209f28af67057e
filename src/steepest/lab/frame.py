"""A page inside of another: a frame that holds it as text, and may run its scripts and nothing else."""

from __future__ import annotations

__all__ = ["framed"]

HEIGHT = 820  # pixels


def framed(html: str) -> str:
    """A whole page for a cell of a notebook, without access to the notebook around it.

    Examples
    --------
    >>> framed('<b title="a&b">')
    '<iframe sandbox="allow-scripts" width="100%" height="820" srcdoc="<b title=&quot;a&amp;b&quot;>"></iframe>'
    """
    text = html.replace("&", "&amp;").replace('"', "&quot;")
    return f'<iframe sandbox="allow-scripts" width="100%" height="{HEIGHT}" srcdoc="{text}"></iframe>'
