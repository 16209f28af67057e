"""Apart: how the two or more classes of a table are separated, in words."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from .certificate import separating
from .data.rows import Rows
from .losses import LogLoss
from .problem import Problem
from .separation import describe, separation
from .softmax import Classes

__all__ = ["apart"]

Array = NDArray[np.float64]


def apart(rows: Rows, problem: Problem, raw: Array, names: tuple[str, ...]) -> str | None:
    """How the classes of log loss or softmax are separated, in words; None where that is not proven.

    Of several classes: all from each other at the raw answer (d + 1, k), or one from the rest, which is enough for
    there to be no finite optimum. Other ways of being separated go unnoticed. Cost: that of `separation`, k times.
    """
    if not isinstance(rows, Classes):
        found = separation(problem, rows, raw)
        return None if found is None else describe(found, names)
    k = raw.shape[1]
    if separating(problem, rows, raw):
        return f"the {k} classes are completely separated: in every row its own has the largest linear predictor"
    for c in range(0 if any(problem.signs) else k):
        binary = Rows(*rows._replace(y=rows.y[:, c : c + 1]))
        found = separation(replace(problem, loss=LogLoss()), binary, raw[:, c : c + 1] - raw.mean(1, keepdims=True))
        if found is not None:
            return f"of class {c + 1} of {k} and the rest, {describe(found, names)}"
    return None
