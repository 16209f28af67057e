"""Losses: what one row costs, as a function of its linear predictor z = x . w + b and its target y.

A loss is a record with three methods, ``value``, ``slope`` (the derivative by z) and ``second_derivative``, written
once in NumPy for arrays and numbers alike (np.where instead of ``if``), and facts, given to ``@loss``: ``curvature``
(largest second derivative by z, infinite where there is none), ``quadratic`` (moments can stand in for the rows),
``labels`` (targets are the classes 0 and 1), ``attained`` (with labels: its minimum is reached, so that separated
classes have an optimum), ``positive`` (targets are >= 0), ``nonsmooth`` (the slope jumps) and ``formula`` (what a
printed cost means).

Two more methods let a duality gap prove how good an answer is; a loss without them is certified by second derivatives:
``conjugate(theta, y)`` = sup over z of theta z - l(z, y), infinite where that is, and ``domain(y)``, the ends of the
interval where it is finite, which holds 0. The automatic mode also uses, where a loss has them: ``constant(mean)``, the
best z of all rows alike from the mean target; ``inverse(z)``, the prediction, else z itself; ``easier(far)``, losses to
begin with; and of a non-smooth loss ``smoothed(width)``, a smooth one.
"""

from __future__ import annotations

from . import classes, counts, robust, squares
from .classes import *  # noqa: F403  # what a file names in its __all__ is a loss
from .counts import *  # noqa: F403
from .robust import *  # noqa: F403
from .squares import *  # noqa: F403

__all__ = [*squares.__all__, *robust.__all__, *counts.__all__, *classes.__all__]
