"""Cross-validation: how well the optimum of each penalty weight predicts rows that were held out, and which to take."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..core.errors import UsageError
from ..core.types import Array
from ..data.checks import check_rows
from ..data.counted import counted
from ..data.rows import Rows
from ..objective.penalties import elastic
from ..objective.problem import Problem
from ..optimality.null_model import constant_cost
from .fold_paths import FoldPath, paths_of_folds
from .regularization_path import alpha_grid, given_alphas
from .settings import Limits

__all__ = ["RULES", "CrossValidation", "Fold", "Scorer", "ValidationCurve", "cross_validate", "held_out_loss"]

RULES = ("min", "1se")
TOL = 1e-6  # tolerance of the paths where none is asked for

Numbers = NDArray[np.int64]


class Fold(NamedTuple):
    """Numbers of the rows to fit, and of those held out."""

    train: Numbers
    test: Numbers


Scorer = Callable[[Array, Numbers], Array]  # raw points (m, d + 1, k) and numbers of held-out rows to scores (m,)


class ValidationCurve(NamedTuple):
    """Scores on held-out rows by penalty weight, for one share of the L1 penalty.

    Attributes
    ----------
    l1_ratio : float
    alphas : (m,) array
        Penalty weights, decreasing.
    scores : (m, K) array
        Score of each fold; higher is better.
    weights : (K,) array
        Share of each fold in the mean.
    gaps : (m, K) array
        Certified gap of each optimum, in units of the constant model's cost; inf where there is no certificate.
    """

    l1_ratio: float
    alphas: Array
    scores: Array
    weights: Array
    gaps: Array

    @property
    def mean(self) -> Array:
        """Mean score over the folds, (m,)."""
        found: Array = self.scores @ self.weights
        return found

    @property
    def standard_error(self) -> Array:
        """Standard error of that mean, (m,): the standard deviation of the folds by the root of their number.

        It takes the folds as independent, which they are not quite.
        """
        K = len(self.weights)
        spread = np.square(self.scores - self.mean[:, None]) @ self.weights
        found: Array = np.sqrt(spread / max(K - 1, 1))
        return found

    def chosen(self, rule: str = "min") -> int:
        """Place of the chosen penalty weight.

        "min": that of the best mean score. "1se": the largest whose mean score is within one standard error of it.

        References
        ----------
        Breiman, L., Friedman, J., Olshen, R. and Stone, C. (1984). Classification and Regression Trees, section 3.4.3.
        doi:10.1201/9781315139470. Hastie, T., Tibshirani, R. and Friedman, J. (2009). The Elements of Statistical
        Learning, section 7.10. doi:10.1007/978-0-387-84858-7

        Examples
        --------
        >>> scores = np.array([[-4.0, -4.0], [-1.9, -2.2], [-1.0, -3.0]])
        >>> curve = ValidationCurve(1.0, np.array([3.0, 2.0, 1.0]), scores, np.full(2, 0.5), np.zeros((3, 2)))
        >>> curve.chosen("min"), curve.chosen("1se")
        (2, 1)
        """
        mean = self.mean
        best = int(np.argmax(mean))
        if rule == "min":
            return best
        return int(np.argmax(mean >= mean[best] - self.standard_error[best]))


class CrossValidation(NamedTuple):
    """The curves of all shares of the L1 penalty, and the choice.

    Attributes
    ----------
    curves : tuple of ValidationCurve
    curve : ValidationCurve
        That of the chosen share.
    rule : {"min", "1se"}
    scoring : str
        What a score is.
    """

    curves: tuple[ValidationCurve, ...]
    curve: ValidationCurve
    rule: str
    scoring: str

    @property
    def place(self) -> int:
        """Place of the chosen penalty weight on its curve."""
        return self.curve.chosen(self.rule)

    @property
    def alpha(self) -> float:
        """The chosen penalty weight."""
        return float(self.curve.alphas[self.place])

    @property
    def l1_ratio(self) -> float:
        """The chosen share of the L1 penalty."""
        return self.curve.l1_ratio

    @property
    def worst_gap(self) -> float:
        """The largest gap of all folds and penalty weights, in units of the constant model's cost."""
        return max(float(curve.gaps.max()) for curve in self.curves)

    @property
    def at_end(self) -> bool:
        """Whether the best score is at an end of the penalty weights, so that a better one may be beyond."""
        return len(self.curve.alphas) > 1 and self.curve.chosen() in (0, len(self.curve.alphas) - 1)

    def as_dict(self) -> dict[str, Any]:
        """The chosen curve as plain numbers, for files."""
        curve = self.curve
        return {
            "alphas": curve.alphas.tolist(),
            "mean": curve.mean.tolist(),
            "standard_error": curve.standard_error.tolist(),
            "best": curve.chosen("min"),
            "one_standard_error": curve.chosen("1se"),
            "rule": self.rule,
            "scoring": self.scoring,
            "folds": len(curve.weights),
            "l1_ratio": curve.l1_ratio,
            "worst_gap": self.worst_gap if np.isfinite(self.worst_gap) else None,
        }


def cross_validate(
    rows: Rows,
    problem: Problem,
    folds: Iterable[Fold],
    *,
    alphas: int | ArrayLike = 100,
    eps: float = 1e-3,
    l1_ratios: Sequence[float] = (0.0,),
    rule: str = "min",
    limits: Limits = Limits(tol=TOL),
    scorer: Scorer | None = None,
    scoring: str = "",
) -> CrossValidation:
    """Choose the penalty weight by cross-validation.

    For each fold the optima of mean loss + alpha ((1 - l1_ratio)/2 |coef|^2 + l1_ratio |coef|_1) on the rows to fit are
    found for all alphas, each with its certificate, and scored on the rows held out.

    Cost: for a squared loss of one target with a penalty on each of up to 2,500 columns, n d^2 flops twice for the
    products of the columns in all folds, and then nothing that grows with n but the predictions. Otherwise that of a
    path for each fold (`alpha_path`, or fits that start from the last one) on a copy of its rows.

    Parameters
    ----------
    rows : Rows
        Of one target, or `Classes`.
    problem : Problem
        Its penalty is not used; its factors and signs are.
    folds : sequence of Fold
    alphas : int or numbers >= 0
        A number of penalty weights, or the weights. A number is spread in equal ratios from the smallest for which
        every coefficient is 0, on all rows, to ``eps`` times that. For a share of L1 below 0.001 the first is that of
        0.001, and the last is eps^2 times that of the lasso.
    eps : float, 0 < eps < 1
    l1_ratios : numbers from 0 to 1
        Shares of the L1 penalty to try.
    rule : {"min", "1se"}
        The best mean score, or the largest alpha within one standard error of it, for the l1_ratio of the best one.
    limits : Limits
    scorer : callable, optional
        By default minus the mean loss; for a squared loss minus the mean squared error.
    scoring : str
        What the scorer is called.

    Raises
    ------
    UsageError
        If the rule is another, there are fewer than two folds, or no alphas can be found.

    Examples
    --------
    >>> from steepest import make_rows
    >>> from steepest.data.folds import folds, other_rows
    >>> X = np.arange(12.0)[:, None] % 5
    >>> rows = make_rows(X, 2 * X[:, 0] + np.tile([0.5, -0.5, 0.1], 4))
    >>> parts = [Fold(other_rows(12, test), test) for test in folds(12, 3)]
    >>> found = cross_validate(rows, Problem(), parts, alphas=[10.0, 1.0, 0.1, 0.01], l1_ratios=(1.0,))
    >>> found.alpha, round(float(found.curve.mean[found.place]), 3), found.worst_gap < 1e-10
    (0.01, -0.182, True)
    """
    if rule not in RULES:
        raise UsageError(f"rule must be 'min' or '1se', the rule of choice, not {rule!r}")
    parts = list(folds)
    if len(parts) < 2:
        raise UsageError(f"cross-validation needs 2 folds or more, not {len(parts)}")
    check_rows(counted(rows), problem)
    weights = _fold_weights(rows, parts)
    score = held_out_loss(rows, problem) if scorer is None else scorer
    curves = []
    for l1_ratio in l1_ratios:
        of_ratio = replace(problem, penalty=elastic(1.0, l1_ratio))
        wanted = alpha_grid(rows, of_ratio, alphas, eps) if isinstance(alphas, int) else given_alphas(alphas)
        scores, gaps = np.empty((2, len(wanted), len(parts)))
        for k, path in enumerate(paths_of_folds(rows, of_ratio, [part.train for part in parts], wanted, limits)):
            scores[:, k], gaps[:, k] = score(path.points, parts[k].test), _relative(path, of_ratio, rows, parts[k])
        curves.append(ValidationCurve(float(l1_ratio), wanted, scores, weights, gaps))
    best = max(curves, key=lambda curve: curve.mean.max())
    return CrossValidation(tuple(curves), best, rule, scoring if scorer else _words(problem))


def held_out_loss(rows: Rows, problem: Problem) -> Scorer:
    """The scorer by the loss: minus its mean over the held-out rows, by weight; minus the mean squared error."""
    loss = problem.loss
    unit = 2.0 / loss.curvature if loss.quadratic else 1.0

    def score(points: Array, numbers: Numbers) -> Array:
        part = rows.take(numbers)
        if part.supports.joint:
            part = part.with_rows(total=float(len(numbers) if part.weight is None else part.weight.sum()))
            return np.array([-part.value(loss, w) for w in points])
        z, weight = part.with_rows(offset=None).predictor(points[:, :, 0].T), part.weight
        z = z if part.offset is None else z + part.offset[:, None]
        found: Array = -unit * np.average(loss.value(z, part.y[:, :1]), axis=0, weights=weight)
        return found

    return score


def _words(problem: Problem) -> str:
    """What the default score is called, without its sign."""
    return "mean squared error" if problem.loss.quadratic else str(problem.loss.formula)


def _fold_weights(rows: Rows, parts: Sequence[Fold]) -> Array:
    """Shares of the folds in the mean: alike, or by the weights of their held-out rows if rows have weights."""
    sums = np.ones(len(parts))
    if rows.weight is not None:
        sums = np.array([rows.weight[part.test].sum() for part in parts])
    return sums / sums.sum()


def _relative(path: FoldPath, problem: Problem, rows: Rows, part: Fold) -> Array:
    """Gaps in units of the cost of the constant model for the rows fitted."""
    some = rows.take(part.train) if path.scale is None else rows
    scale = constant_cost(problem, some) if path.scale is None else path.scale
    return path.gaps / (scale or 1.0)
