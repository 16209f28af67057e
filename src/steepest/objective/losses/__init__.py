"""Losses l(z, y) of one row, with its linear predictor z = x . w + b and its target y.

A loss is a record with three methods: ``value``, ``slope`` (the derivative by z) and ``second_derivative``. They are
written in NumPy for both arrays and numbers, with np.where instead of ``if``. The decorator ``@loss`` takes the facts:
``curvature`` (largest second derivative by z, infinite if unbounded), ``quadratic`` (moments can replace the rows),
``labels`` (targets are the classes 0 and 1), ``attained`` (it is made of linear and quadratic pieces, or grows on both
sides, so that every table has an optimum), ``positive`` (targets are >= 0, or > 0 where the loss of 0 is infinite),
``nonsmooth`` (the slope jumps) and ``formula`` (the meaning of a printed cost).

Two more methods give duality gaps; a loss without them is certified by second derivatives. They are
``conjugate(theta, y)`` = sup over z of theta z - l(z, y), which may be infinite, and ``domain(y)``, the ends of the
interval where the conjugate is finite, which contains 0. The automatic mode uses these methods of a loss, if present:
``constant(mean)``, the best constant z, from the mean target; ``inverse(z)``, the prediction, else z itself;
``third_ratio(z, y)``, a bound of the third derivative in units of the second, for predictors up to 1/2 from z;
``easier(far)``, losses to begin with; and of a non-smooth loss ``jumps(y)``, where its slope jumps and by how much, if
it is piecewise linear, and ``smoothed(width)``, a smooth approximation. Where the minimum may not be attained,
``end_slopes(y)``, the slopes as z -> -inf and z -> inf, say for which rows the loss falls without end; without it they
are the ends of the domain, or else slopes far out.

Notes
-----
Parameters of the methods. What they return is shaped like the first one; ``domain`` and ``end_slopes`` return two such
arrays, ``jumps``, ``easier`` and ``smoothed`` what is said above:

z : float or (n, k) array
    Linear predictors.
y : float or array shaped like z
    Targets, in the units of the table; 0 and 1 for two classes.
theta : float or array shaped like z
    Slopes at which the conjugate is taken.
mean : float or (k,) array
    Weighted mean of the targets.
far : float
    Size of the largest residual at the start, in the units of the target.
width : float > 0
    Width of the parabola in place of a jump, in units of z.

Examples
--------
>>> from steepest import GDRegressor, losses
>>> losses.Huber(1.0).slope(5.0, 2.0).item()
1.0
>>> losses.Poisson().inverse(0.0).item(), losses.Huber(1.0).easier(16.0), losses.LogLoss().saturated(1.0)
(1.0, [Huber(delta=16.0), Huber(delta=4.0)], 0.0)
>>> GDRegressor(loss=losses.Huber(1.0)).fit([[0.0], [1.0], [2.0]], [0.0, 1.0, 2.0]).coef_.round(6).tolist()
[1.0]
"""

from __future__ import annotations

from . import amounts, classes, counts, perceptron, piecewise_linear, probit, robust, squares
from .amounts import *  # noqa: F403
from .classes import *  # noqa: F403  # what a file names in its __all__ is a loss
from .counts import *  # noqa: F403
from .perceptron import *  # noqa: F403
from .piecewise_linear import *  # noqa: F403
from .probit import *  # noqa: F403
from .robust import *  # noqa: F403
from .squares import *  # noqa: F403

__all__ = [
    *(*squares.__all__, *robust.__all__, *piecewise_linear.__all__, *counts.__all__, *amounts.__all__),
    *(*classes.__all__, *probit.__all__, *perceptron.__all__),
]
