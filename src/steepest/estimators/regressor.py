"""GDRegressor: least squares by gradient descent."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator, RegressorMixin

from ..core.setting_types import AverageLike, ByColumn, EstimateLike, Keep, LossLike, RuleLike, StepLike
from ..core.types import Array
from ..descent.states import State
from ..descent.trajectory import Trajectory
from .callbacks import Answer, Task, watched
from .in_parts import CHUNKS, in_memory, or_in_parts
from .linear_estimator import LinearEstimator
from .multiclass import each_target
from .number_predictions import NumberPredictions

__all__ = ["GDRegressor"]


class GDRegressor(NumberPredictions, LinearEstimator, RegressorMixin, BaseEstimator):  # type: ignore[misc]  # scikit-learn is untyped
    """Linear regression by gradient descent: y is predicted as ``X coef_ + intercept_``.

    Minimises F(w) = mean loss(x_i . w + b, y_i) + ``alpha ((1 - l1_ratio)/2 |w|^2 + l1_ratio |w|_1)`` over the rows.
    With default settings the columns may have any scale, and the run ends when the answer is certified to ``tol``.

    Parameters
    ----------
    loss : name or record of `steepest.losses`, default "squared_error"
        (z - y)^2 / 2, or "mse", (z - y)^2, with the same optimum but twice the cost and half the rates; "quantile",
        "huber:delta=1.35" and others. For counts and amounts ("poisson", "gamma") the prediction is exp(z).
    alpha : float >= 0, default 0.0
        Weight of the penalty ``alpha ((1 - l1_ratio)/2 |w|^2 + l1_ratio |w|_1)``, which is added to the *mean* loss.
    l1_ratio : float from 0 to 1, default 0.0
        Share of the L1 penalty: 0 is ridge; 1 is the lasso, whose zeros are exact.
    penalty_factors : None, (d,) array or dict {name or index: factor >= 0}
        The penalty weight of column j is alpha times factor_j. The default factor is 1; columns with factor 0 are not
        penalised. Factors are not rescaled.
    signs : None, "+", "-" or dict {name or index: "+" or "-"}
        Sign constraints, >= 0 or <= 0, of all coefficients or of those named; the intercept is never constrained.
    fit_intercept : bool, default True
        Whether to fit an intercept; it is never penalised.
    rule : "auto", name such as "momentum:beta=0.95", or record of `steepest.rules`, default "auto"
        Direction of a step. "auto": for the rate "auto" over all rows, the method with the lowest estimated cost for
        the table (normal equations, Newton, a preconditioner from a sample, L-BFGS); otherwise plain.
    learning_rate : "auto", number or record of `steepest.steps`, default "auto"
        A number is a constant rate, on the raw columns. "auto": 1/L on standardised columns, or 1 for a preconditioned
        rule. The answer is always for the raw columns.
    batch_size : int or None
        Rows per step: None is all rows (batch), 1 is stochastic, more are a mini-batch.
    sampling : {"shuffle", "replacement", "sequential"}, default "shuffle"
        Order of the rows, if batch_size is a number.
    average : "auto", bool, name or record, default "auto"
        Which average of the points ``coef_`` is: a record of `steepest.averages`; True is the mean of all points, False
        the last. "auto": `Weighted`, in which late points count more, for batches at the rate "auto", else the last.
    estimate : name or record, default "own_rows"
        How a batch estimates the gradient over all rows: a record of `steepest.estimates`, such as "saga".
    standardize : "auto" or bool, default "auto"
        Whether to descend on columns of mean 0 and standard deviation 1. The objective is the same.
    fixed : tuple of names or indices, default ()
        Coefficients fixed at their start; "intercept" is allowed.
    max_iter, max_updates : int, int or None, defaults 1000 and None
        Limits in epochs (passes over the data) and in updates (None: no limit); the earlier one counts.
    tol : float >= 0 or None, default 1e-10
        Stop when the certified gap is at most tol times the cost of the constant model. 0: until it is below its
        rounding error. None: run all ``max_iter``. A validation loss improves by more than this.
    early_stopping : bool, default False
        Whether to stop when the loss on held-out rows no longer improves. The answer is the point of lowest such loss.
    validation_fraction : float between 0 and 1, default 0.1
        Share of the held-out rows, drawn by ``random_state``.
    n_iter_no_change : int >= 1, default 5
        Epochs without an improvement after which the run ends.
    callback : callable State -> bool or None
        Called with each state (or epoch, or round): raw ``w`` (d + 1, k), ``cost`` and so on. True ends the run.
    record : "auto", True, int or False, default "auto"
        Which steps are kept: "auto", up to 64 MB; True, every step; k, every k-th; False, first and last.
    start : (d + 1,) array or None
        Start: the coefficients, then the intercept; None is 0.
    warm_start : bool, default False
        Start from the last fit's answer.
    random_state : int, RandomState or None
        Seed of the order of rows; None is 0.
    n_jobs : int or None
        Number of threads; None is all cores (one inside a joblib worker). The answer has the same bits for any number.
    progress : bool, default False
        Show a bar with cost, gap, rate and a bound of the time left, after half a second, on stderr or in a notebook.

    Attributes
    ----------
    coef_ : (d,) array, (k, d) of y (n, k)
        By raw columns; zeros of an L1 penalty are exact.
    intercept_ : float, (k,) array of y (n, k)
        In the units of the target.
    trajectory_ : Trajectory
        Every recorded step, in raw units.
    certificate_ : Certificate
        Bound or estimate of the gap to the minimum.
    verdict_ : Verdict
        What happened, in words.
    n_iter_, n_features_in_, feature_names_in_
        Epochs of the descent; number and names of the columns.

    Raises
    ------
    DataError, UsageError
        Both are ValueErrors; one line says what is wrong and how to fix it.

    Warns
    -----
    DivergenceWarning, NotConvergedWarning : scikit-learn's ConvergenceWarnings

    Notes
    -----
    Cost: up to 1,500 columns two passes over the data and n d^2 flops, then d^2 a step; beyond, one pass a step.

    References
    ----------
    Nocedal, J. and Wright, S. (2006). Numerical Optimization. doi:10.1007/978-0-387-40065-5 Friedman, J., Hastie, T.
    and Tibshirani, R. (2010). Regularization paths for generalized linear models via coordinate descent. J. Stat.
    Softw. 33(1). doi:10.18637/jss.v033.i01

    Examples
    --------
    >>> import numpy as np
    >>> x = np.array([1, 3, 4, 5, 6, 7, 8, 10.0])[:, None]
    >>> y = np.array([4, 3, 7, 7, 8, 10, 8, 11.0])
    >>> model = GDRegressor().fit(x, y)
    >>> round(float(model.coef_[0]), 6), round(float(model.intercept_), 6), model.verdict_.status
    (0.844828, 2.603448, 'converged')
    >>> textbook = GDRegressor(learning_rate=0.01, max_iter=4000, tol=None).fit(x, y)
    >>> len(textbook.trajectory_), round(float(textbook.coef_[0]), 6)
    (4001, 0.845011)
    """

    intercept_: float | Array
    trajectory_: Trajectory

    def __init__(
        self,
        loss: LossLike = "squared_error",
        *,
        alpha: float = 0.0,
        l1_ratio: float = 0.0,
        penalty_factors: ByColumn = None,
        signs: ByColumn = None,
        fit_intercept: bool = True,
        rule: RuleLike = "auto",
        learning_rate: StepLike = "auto",
        batch_size: int | None = None,
        sampling: str = "shuffle",
        average: AverageLike | bool = "auto",
        estimate: EstimateLike = "own_rows",
        standardize: bool | str = "auto",
        fixed: Iterable[int | str] = (),
        max_iter: int = 1000,
        max_updates: int | None = None,
        tol: float | None = 1e-10,
        record: Keep = "auto",
        start: ArrayLike | None = None,
        warm_start: bool = False,
        random_state: Any = None,
        n_jobs: int | None = None,
        progress: bool = False,
        early_stopping: bool = False,
        validation_fraction: float = 0.1,
        n_iter_no_change: int = 5,
        callback: Callable[[State], object] | None = None,
    ) -> None:
        self.loss = loss
        self.alpha = alpha
        self.l1_ratio = l1_ratio
        self.penalty_factors = penalty_factors
        self.signs = signs
        self.fit_intercept = fit_intercept
        self.rule = rule
        self.learning_rate = learning_rate
        self.batch_size = batch_size
        self.sampling = sampling
        self.average = average
        self.estimate = estimate
        self.standardize = standardize
        self.fixed = fixed
        self.max_iter = max_iter
        self.max_updates = max_updates
        self.tol = tol
        self.record = record
        self.start = start
        self.warm_start = warm_start
        self.random_state = random_state
        self.n_jobs = n_jobs
        self.progress = progress
        self.early_stopping = early_stopping
        self.validation_fraction = validation_fraction
        self.n_iter_no_change = n_iter_no_change
        self.callback = callback

    @or_in_parts
    def fit(
        self, X: Any, y: Any = None, sample_weight: Any = None, offset: Any = None, validation: object = None
    ) -> Self:
        """Fit to a table.

        Parameters
        ----------
        X : (n, d) array, sparse matrix, data frame, collection of Dask or Spark, or a table in parts (`steepest.scan`)
            The columns, of any scale; a collection of Dask is computed once.
        y : (n,) or (n, k) array, collection of Dask if X is one, or names of columns; optional for a table in parts
            Targets; several are fitted at once. A table in parts has its own.
        sample_weight : (n,) array, or as y, optional
            Weight of each row in the mean, >= 0.
        offset : (n,) array, or as y, optional
            A known part of each prediction, added to X . w + b.
        validation : (Xv, yv), optional
            Held-out rows for early stopping, in place of a split of the table; ``early_stopping`` need not be True.

        Raises
        ------
        DataError, UsageError
            If the table or a setting cannot be used. Both are ValueErrors.
        """
        X, y, sample_weight = self._table(X, y, sample_weight, several=True)

        def descend(task: Task | None) -> Answer:
            run = self._descend(X, y, sample_weight, offset, validation, task=task)
            return run.coef, run.intercept

        watched(self, (X, y, sample_weight), one_target if np.ndim(y) == 1 else each_target, descend)
        self._say()
        return self

    @staticmethod
    def _numbers(y: Any) -> Any:
        return y

    @in_memory(CHUNKS)
    def partial_fit(self, X: Any, y: Any, sample_weight: Any = None) -> Self:
        """Continue with one chunk of a stream: any number of rows, each used once.

        Each call continues with the parameters, the rule's memory, the count of updates (and thus the place in a
        schedule of learning rates), the mean of points, and mean and variance of each column. The settings are those of
        the first call, until a `fit`. After a `fit` a stream continues from that answer.

        With the rate "auto" columns are standardised by the running means and variances, batches have 32 rows (a
        smaller chunk is one batch), and the rate is c/L, where c = 1/2 and L is the mean curvature of the batches so
        far, but at most 1/L of the longest row. Any other rate is used as given, on raw columns.

        Parameters
        ----------
        X : (n, d) array, sparse matrix or data frame
            The rows of the chunk; their columns are the same in every call.
        y : (n,) array
            Targets.
        sample_weight : (n,) array, optional
            Weight of each row, >= 0; the mean weight of the stream so far counts as 1.

        Raises
        ------
        DataError, UsageError
            The chunk is then rejected, and the estimator is unchanged.

        Notes
        -----
        Sets ``coef_``, ``intercept_``, ``n_iter_`` (chunks so far), ``t_`` (updates so far), ``trajectory_`` (of this
        chunk; record="auto" keeps its first and last point) and ``loss_curve_`` (mean loss of each chunk before its
        steps). Cost: some three passes over the chunk.
        """
        X, y, sample_weight = self._table(X, y, sample_weight, finite=True, reset="coef_" not in vars(self))
        w = self._advance(X, y, sample_weight)
        self.coef_, self.intercept_ = w[:-1, 0].copy(), float(w[-1, 0])
        return self

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.sparse = True
        tags.target_tags.multi_output = True
        return tags


def one_target(coef: NDArray[np.float64], intercept: NDArray[np.float64]) -> dict[str, Any]:
    """The attributes of a single target, from its coefficients (d, 1) and intercept (1,)."""
    return {"coef_": coef[:, 0].copy(), "intercept_": float(intercept[0])}
