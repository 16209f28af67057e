"""The lab: one HTML page where a descent is tried by hand; its built assets, what writes the page, what serves it.

Knows nothing of fits: tables, runs and answers are handed in. Calling the module makes a page, ``steepest.lab(X, y)``.
Imports ``objective``, ``methods`` and ``core``. Begin with ``page.py``.

Examples
--------
>>> import steepest
>>> steepest.lab(formula="(x - 3)**2 + 2", learning_rate=0.25).payload.settings["rate"]
0.25
"""

from __future__ import annotations

import sys
from types import ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .page import Page

__all__: list[str] = []


class _Room(ModuleType):
    """The module of this room, which can be called; docs/decisions/0014-the-lab.md says why."""

    def __call__(self, *data: Any, **settings: Any) -> Page:
        """See `steepest.lab.in_python.lab`."""
        from .in_python import lab  # NumPy is loaded when a page is made

        return lab(*data, **settings)


sys.modules[__name__].__class__ = _Room
