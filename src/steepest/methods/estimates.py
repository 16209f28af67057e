"""Gradient estimates of stochastic descent: the gradient of the mean loss, estimated from the rows of a batch.

An estimate is an ``@estimate`` record with two methods. ``slots(n, d)`` says how many arrays (d + 1, k) it stores, zero
at the start. ``gradient(loss, rows, numbers, at, stored)`` is the estimate at ``at``, (d + 1, k), from the ``rows`` of
the batch as a table and their ``numbers``, and brings ``stored`` up to date. An estimate that needs the full gradient
from time to time has a third method, ``renews(t, seed, share)``, which is true before an update that needs it;
``share`` is the batch size divided by the number of rows. The point of the last full gradient is in ``stored[0]`` and
the gradient in ``stored[1]``.

All of them are unbiased: their expectation over the batches is the gradient over all rows. They do not include the
penalty, whose gradient is always exact.

Notes
-----
Parameters of the methods:

n, d : int
    Rows and columns of the whole table.
loss : record of `steepest.losses`
    The loss, with its ``slope``.
rows : table of m rows
    The batch: ``predictor(w)``, ``gradient(loss, w)``, ``transpose_product(r)`` and the targets ``y``.
numbers : (m,) array of int
    Row numbers of the batch in the whole table.
at : (d + 1, k) array
    The point, intercept last, in the units of the columns.
stored : (slots, d + 1, k) array
    What is stored, updated in place.
t, seed : int or array, int
    The update, and the seed of the run.
share : float
    Batch size divided by the number of rows.

Examples
--------
>>> from steepest import Method
>>> Method("plain", 0.1, batch_size=1, estimate="saga").estimate
SAGA()
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..core.record_kinds import estimate
from ..core.record_types import BatchRows, Loss
from ..core.types import Array
from .sampling import mix

__all__ = ["SAGA", "LooplessSVRG", "OwnRows"]


@estimate
class OwnRows(NamedTuple):
    """The mean gradient over the rows of the batch; its variance does not vanish at the optimum.

    g = mean over the batch of l'_i(z_i) x_i. Cost: one pass over the batch.

    References
    ----------
    Robbins, H. and Monro, S. (1951). A stochastic approximation method. Ann. Math. Statist. 22(3).
    doi:10.1214/aoms/1177729586

    Examples
    --------
    >>> OwnRows().slots(1000, 20)
    0
    """

    def slots(self, n: int, d: int) -> int:
        """0: no memory is needed."""
        return 0

    def gradient(self, loss: Loss, rows: BatchRows, numbers: NDArray[np.int64], at: Array, stored: Array) -> Array:
        """Mean over the rows, (d + 1, k)."""
        return rows.gradient(loss, at)


@estimate
class SAGA(NamedTuple):
    """SAGA: the gradient of the batch, minus the stored gradients of its rows, plus the mean of all stored gradients.

    g = mean over the batch of (l'_i(z_i) - s_i) x_i + G, with s_i the last slope of row i (one number a target) and G
    the mean of s_i x_i over all n rows, both 0 at the start. Since s_i tends to the slope at the optimum, the noise
    tends to 0: with a constant rate of 1 / (3 L), where L is the largest curvature of one row, the mean squared
    distance falls at least by the factor 1 - min(1 / (4 n), mu / (3 L)) a step of one row. Memory: n k numbers. Cost:
    three products with the rows of the batch.

    References
    ----------
    Defazio, A., Bach, F. and Lacoste-Julien, S. (2014). SAGA: a fast incremental gradient method with support for
    non-strongly convex composite objectives. NeurIPS. arXiv:1407.0202

    Examples
    --------
    >>> SAGA().slots(1000, 20)
    49
    """

    def slots(self, n: int, d: int) -> int:
        """One slot for G, and enough for n slopes per target."""
        return 1 - (-n // (d + 1))

    def gradient(self, loss: Loss, rows: BatchRows, numbers: NDArray[np.int64], at: Array, stored: Array) -> Array:
        """The estimate, (d + 1, k); a row that comes twice in a batch is stored once."""
        k = at.shape[1]
        table = stored[1:].reshape(-1, k)
        fresh = loss.slope(rows.predictor(at), rows.y)
        change = fresh - table[numbers]
        g: Array = rows.transpose_product(change) + stored[0]
        once = np.zeros((len(numbers), 1))
        once[np.unique(numbers, return_index=True)[1]] = 1.0
        table[numbers] = fresh
        stored[0] += rows.transpose_product(once * change) * len(numbers) / rows.tally[1]
        return g


@estimate
class LooplessSVRG(NamedTuple):
    """Loopless SVRG: the gradient of the batch, minus that at an older point, plus the full gradient there.

    g = mean over the batch of (l'_i(z_i) - l'_i(z_i of the older point)) x_i + G. Before each update, with probability
    p, the older point is replaced by the current one, which costs one pass over the data. With a constant rate of 1 /
    (6 L), where L is the largest curvature of one row, the distance falls at least by the factor max(1 - mu / (6 L), 1
    - p / 2) a step, in expectation and in the paper's distance. Memory: two points.

    Parameters
    ----------
    p : float, 0 <= p <= 1, default 0.0
        Probability; 0 stands for batch size / n, with which full gradients cost as much as the steps.

    Raises
    ------
    UsageError
        When it is used, if p is not from 0 to 1.

    References
    ----------
    Kovalev, D., Horvath, S. and Richtarik, P. (2020). Don't jump through hoops and remove those loops: SVRG and
    Katyusha are better without the outer loop. ALT. arXiv:1901.08689

    Examples
    --------
    >>> import numpy as np
    >>> float(LooplessSVRG(p=0.5).renews(np.arange(1, 10_001), 0, 0.01).mean())
    0.5079
    """

    p: float = 0.0

    def slots(self, n: int, d: int) -> int:
        """The older point, and the gradient there."""
        return 2

    def renews(self, t: Any, seed: int, share: float) -> Any:
        """Whether the older point is replaced before update t: a pure function of t and seed."""
        draw = mix(mix(t ^ 0x3C6EF372) ^ mix(mix(seed) ^ (seed >> 32)))
        return draw < (self.p or min(1.0, share)) * 2.0**32

    def gradient(self, loss: Loss, rows: BatchRows, numbers: NDArray[np.int64], at: Array, stored: Array) -> Array:
        """The estimate, (d + 1, k)."""
        change = loss.slope(rows.predictor(at), rows.y) - loss.slope(rows.predictor(stored[0]), rows.y)
        g: Array = rows.transpose_product(change) + stored[1]
        return g

    def check(self) -> str | None:
        """Say what is wrong with the settings, or None."""
        return None if 0 <= self.p <= 1 else f"looplesssvrg needs a chance p from 0 to 1, not {self.p!r}"
