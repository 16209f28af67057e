"""Standard errors of the coefficients of an unpenalised fit, from a QR factor of the table."""

from __future__ import annotations

import numpy as np

from ..core.errors import UsageError
from ..core.record_types import Loss
from ..core.types import Array
from ..data.rows import Rows
from ..objective.problem import Problem
from .information import information

__all__ = ["refuse_without_likelihood", "standard_errors"]


def standard_errors(rows: Rows, problem: Problem, w: Array, names: tuple[str, ...]) -> Array:
    """Standard errors (d + 1,) of the answer w (d + 1, 1), raw, intercept last; 0 where a coefficient is fixed.

    They are the square roots of the diagonal of s^2 (A'MA)^-1 for a squared loss, with s^2 = sum m_i r_i^2 / (n - p),
    and of (A'MVA)^-1 for a likelihood, with v_i the second derivatives of the loss: q_i (1 - q_i) for log loss. A is
    the table with a column of ones, m the weights, n the number of rows of weight > 0, p the number of free
    coefficients. The products are not formed: the inverse is that of the QR factor of centred columns of length 1.
    About 16 - log10(kappa) digits are correct, for the condition number kappa of these columns. The sum of squares is
    the minimum, not that at w.

    Cost: four passes over the rows, about 2.5 n d^2 flops.

    Raises
    ------
    UsageError
        If the problem is penalised or has another loss, columns are linearly dependent, classes are separated, there
        are too few rows, or w is farther than a tenth of a standard error from the optimum.

    References
    ----------
    McCullagh, P. and Nelder, J. A. (1989). Generalized Linear Models. doi:10.1007/978-1-4899-3242-6
    Golub, G. H. and Van Loan, C. F. (2013). Matrix Computations, section 5.3. doi:10.56021/9781421407944

    Examples
    --------
    >>> from steepest import make_rows
    >>> rows = make_rows([[0.0], [1.0], [2.0]], [0.0, 2.0, 1.0])
    >>> standard_errors(rows, Problem(), np.array([[0.5], [0.5]]), ("x",)).round(6).tolist()
    [0.866025, 1.118034]
    """
    refuse_without_likelihood(problem.loss)
    found = information(rows, problem, w, names)
    return np.asarray(np.sqrt(found.dispersion) * np.linalg.norm(found.raw_root, axis=1), np.float64)


def refuse_without_likelihood(loss: Loss) -> None:
    """Refuse a smooth loss that is no likelihood: its second derivatives tell nothing of variances."""
    if not (loss.quadratic or loss.likelihood or loss.nonsmooth):
        raise UsageError(f"{loss!r} is no likelihood, and without one standard errors are those of cov_type='HC0'")
