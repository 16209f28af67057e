"""What a cross-validation is asked for, and its outcome: scores by penalty weight, and the choice among them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..core.types import Array

__all__ = ["RULES", "CrossValidation", "Fold", "Grid", "Scorer", "Scoring", "ValidationCurve"]

RULES = ("min", "1se")


Numbers = NDArray[np.int64]


class Fold(NamedTuple):
    """Numbers of the rows to fit, and of those held out."""

    train: Numbers
    test: Numbers


Scorer = Callable[[Array, Numbers], Array]  # raw points (m, d + 1, k) and numbers of held-out rows to scores (m,)


class Scoring(NamedTuple):
    """A scorer by its name."""

    name: str
    score: Scorer


class Grid(NamedTuple):
    """The penalty weights to try.

    Attributes
    ----------
    alphas : int or numbers >= 0
        A number of penalty weights, or the weights. A number is spread in equal ratios from the smallest for which
        every coefficient is 0, on all rows, to ``eps`` times that. For a share of L1 below 0.001 the first is that of
        0.001, and the last is eps^2 times that of the lasso.
    eps : float, 0 < eps < 1
    l1_ratios : numbers from 0 to 1
        Shares of the L1 penalty to try.
    """

    alphas: int | ArrayLike = 100
    eps: float = 1e-3
    l1_ratios: Sequence[float] = (0.0,)


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
    is_loss : bool
        Whether scores are minus a loss.
    """

    curves: tuple[ValidationCurve, ...]
    curve: ValidationCurve
    rule: str
    scoring: str
    is_loss: bool = True

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
            "is_loss": self.is_loss,
            "folds": len(curve.weights),
            "l1_ratio": curve.l1_ratio,
            "worst_gap": self.worst_gap if np.isfinite(self.worst_gap) else None,
        }
