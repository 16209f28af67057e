"""Standard errors of softmax: those of the differences from the first class, which alone are determined."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ..core.errors import UsageError
from ..core.types import Array
from ..core.units import standard_units
from ..data.classes import Classes
from ..data.counted import weighing
from ..data.rows import Rows
from ..objective.objective import coordinates_of
from ..objective.problem import Problem
from .recession import recession
from .recession_text import describe

__all__ = ["class_standard_errors"]

MOST = 5000  # parameters whose Hessian is formed
FARTHEST = 0.1  # largest distance of an answer from the optimum, in standard errors, and change of a predictor
RANK = 1e-13  # eigenvalues of the Hessian of unit diagonal below this times their number are those of dependent columns


def class_standard_errors(rows: Rows, problem: Problem, w: Array, names: tuple[str, ...]) -> Array:
    """Standard errors (k, d + 1) of w_c - w_1 for the answer w (d + 1, k), raw, intercept last; 0 for the first class.

    Without a penalty only differences between classes are determined, since z_c + s has the probabilities of z_c. As
    statsmodels' ``MNLogit`` and ``multinom`` of R's nnet do, they are those from the first class. The covariance is the
    inverse of the information of all other classes together,

        sum_i m_i (diag(p_i) - p_i p_i') (x) a_i a_i',  p_i without the first class, a_i = (x_i, 1), m_i the weights,

    which are counts. A coefficient that is fixed has 0. The Hessian is formed for standardised columns: some
    16 - 2 log10(kappa) digits are correct, for the condition number kappa of these. Cost: two passes and
    n ((d + 1) k)^2 flops.

    Raises
    ------
    UsageError
        If the problem has a penalty or signs, there are too many parameters, columns are linearly dependent, classes
        are separated, or w is farther than a tenth of a standard error from the optimum.

    References
    ----------
    Agresti, A. (2013). Categorical Data Analysis, section 8.1. ISBN 978-0-470-46363-5

    Examples
    --------
    >>> from steepest import make_rows
    >>> from steepest.objective.losses.softmax import Softmax
    >>> X, y = np.zeros((10, 0)), np.repeat([0, 1, 2], [5, 3, 2])
    >>> w = np.log([[5.0, 3.0, 2.0]])
    >>> class_standard_errors(Classes(*make_rows(X, np.eye(3)[y])), Problem(Softmax()), w, ()).round(6).ravel().tolist()
    [0.0, 0.730297, 0.83666]
    """
    _check(problem, rows)
    given = Classes(*weighing(rows))
    stats, coordinates = given.columns(), coordinates_of(problem, rows.shape[1])
    shift = stats.mean if coordinates.free_intercept and not rows.sparse else None
    units = standard_units(stats.mean, stats.variance, shift)
    scaled, at = Classes(*given.in_units(units)), units.scaled(w)
    free = np.flatnonzero(coordinates.free[:, 0])
    root = _root(scaled.curvature(problem.loss, at).matrix().reshape(*w.shape, *w.shape), free)
    if root is None:
        raise _refused(given, problem, w, names, "columns depend on each other")
    g = scaled.value_and_gradient(problem.loss, at)[1]
    p = np.einsum("jcm,m->jc", root, np.einsum("jcm,jc->m", root, g))
    far = given.total * float(np.sum(g * p)) > FARTHEST**2
    if far or np.abs(scaled.with_rows(offset=None).predictor(p)).max() > FARTHEST:
        raise _refused(given, problem, w, names)
    raw = units.raw(root.reshape(len(w), -1)).reshape(root.shape)
    return np.asarray(np.linalg.norm(raw, axis=2).T / np.sqrt(given.total), np.float64)


def _root(H: Array, free: NDArray[np.int64]) -> Array | None:
    """A root (d + 1, k, m) of the inverse of H (d + 1, k, d + 1, k), free coordinates of all classes but the first.

    None if these depend on each other.
    """
    k = H.shape[1]
    others = np.arange(1, k)
    m = len(free) * len(others)
    own = H[np.ix_(free, others, free, others)].reshape(m, m)
    size = np.sqrt(np.maximum(np.diag(own), 0.0))
    if not size.all():
        return None
    values, vectors = np.linalg.eigh(own / size / size[:, None])
    if values.min(initial=1.0) <= RANK * m:
        return None
    root = np.zeros((len(H), k, m))
    root[np.ix_(free, others)] = (vectors / np.sqrt(values) / size[:, None]).reshape(len(free), len(others), m)
    return root


def _check(problem: Problem, rows: Rows) -> None:
    if any(problem.signs) or not problem.unpenalised:
        what, mend = ("a constraint on signs", "signs=None") if any(problem.signs) else ("a penalty", "alpha=0")
        raise UsageError(f"{what} moves the answer and leaves it no standard errors: fit with {mend}")
    m = (rows.shape[1] + 1) * rows.outputs
    if m > MOST:
        raise UsageError(f"standard errors are known for up to {MOST:,} parameters, here are {m:,}: use fewer columns")


def _refused(rows: Rows, problem: Problem, w: Array, names: tuple[str, ...], why: str = "") -> UsageError:
    """The error to raise: separated classes if they are, else ``why``."""
    found = recession(problem, rows, w).recession
    if found is not None:
        text = describe(found, problem, rows, names)
        return UsageError(f"{text}: there is no finite optimum, and so no standard errors")
    mend = "leave one out" if why else "fit these very rows and weights, with tol=0"
    return UsageError(f"no standard errors: {why or 'the answer is not the optimum on these rows'}: {mend}")
