"""A page inside of another: a frame that holds it as text, and may run its scripts and nothing else."""

from __future__ import annotations

__all__ = ["framed"]


def framed(html: str, height: int) -> str:
    """A whole page for a cell of a notebook, so many pixels high, without access to the notebook around it.

    Examples
    --------
    >>> framed('<b title="a&b">', 400).partition(' srcdoc=')[2]
    '"<b title=&quot;a&amp;b&quot;>"></iframe>'
    """
    text = html.replace("&", "&amp;").replace('"', "&quot;")
    return f'<iframe sandbox="allow-scripts" width="100%" height="{height}" frameborder="0" srcdoc="{text}"></iframe>'
