"""GDRegressor: least squares by gradient descent."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator, RegressorMixin
from sklearn.utils.validation import check_is_fitted, validate_data

from ..core.types import Array, AverageLike, ByColumn, EstimateLike, Keep, LossLike, RuleLike, StepLike
from ..descent.states import State
from ..descent.trajectory import Trajectory
from ..objective.problem import read_loss
from .callbacks import Answer, Task, watched
from .linear_estimator import Rim
from .multiclass import each_target
from .sparsity import predictors

__all__ = ["GDRegressor"]


class GDRegressor(Rim, RegressorMixin, BaseEstimator):  # type: ignore[misc]  # scikit-learn is untyped
    """Linear regression by gradient descent: y is predicted as X . coef_ + intercept_.

    Minimises mean loss(x_i . w + b, y_i) + alpha/2 |w|^2 over the rows. With default settings the columns may have any
    scale, and the run ends when the answer is certified to ``tol``.

    Parameters
    ----------
    loss : {"squared_error", "mse", "huber", "quantile", "epsilon_insensitive", "poisson"}, others or a record
        (z - y)^2 / 2, or (z - y)^2: the same answer, but costs and rates differ by 2; "huber:delta=1.35",
        "quantile:q=0.5" and the others as `steepest.losses` has them; "poisson" predicts exp(X . coef_ + intercept_).
    alpha : float >= 0
        Strength of the penalty alpha ((1 - l1_ratio)/2 |coef|^2 + l1_ratio |coef|_1) added to the *mean* loss; 0
        penalises nothing.
    l1_ratio : float from 0 to 1
        Share of the L1 part: 0 is ridge, 1 is lasso, with exact zeros.
    penalty_factors : None, (d,) array or dict {name or index: factor >= 0}
        Column j is penalised by alpha factor_j, 1 where none is given, 0 not at all; factors are never rescaled.
    signs : None, "+", "-" or dict {name or index: "+" or "-"}
        Coefficients that must be >= 0 or <= 0: all of them, or those named; never the intercept.
    fit_intercept : bool
        Whether to fit an intercept; it is never penalised.
    rule : "auto", name such as "momentum:beta=0.95", or record of `steepest.rules`
        Direction of a step. "auto": where the rate is "auto" over all rows, whichever way to the optimum is cheapest
        for the table (moments, Newton, the metric of a sample, secants); else plain.
    learning_rate : "auto", number or record of `steepest.steps`
        A number is the textbook: that rate, on the columns as they are. "auto": columns standardised on the way (never
        in the answer) and the step 1/L, or 1 where the rule measures in the curvature.
    batch_size : int or None
        Rows a step: None all (batch), 1 stochastic, more mini-batch.
    sampling : {"shuffle", "replacement", "sequential"}
        In what order rows come, where batch_size is a number.
    average : "auto", bool, name or record
        What ``coef_`` is made of: a record of `steepest.averages`; True is the mean of all points, False the last one.
        "auto" weights late points more (`Weighted`) where batches are descended at the rate "auto".
    estimate : name or record
        What a batch takes for the gradient of all rows: a record of `steepest.estimates`, such as "saga".
    standardize : "auto" or bool
        Whether to descend on columns of mean 0 and standard deviation 1; changes the way, never the objective.
    fixed : tuple of names or indices
        Coefficients kept at their start, "intercept" among them.
    max_iter : int
        Readings of the table (epochs) at most; over all rows an epoch is one update.
    tol : float >= 0 or None
        Stop when the certified gap is at most tol x the cost of the constant model. 0: until it is below its own
        rounding; None: run all ``max_iter``. A validation loss improves where it falls by more than tol x that cost.
    early_stopping : bool
        Whether to hold rows back, stop when the loss over them falls no more, and keep the answer where it was least.
    validation_fraction : float between 0 and 1
        Share of the rows held back, drawn by ``random_state``.
    n_iter_no_change : int >= 1
        Epochs without an improvement of the validation loss after which the run ends.
    callback : callable State -> bool or None
        Asked at the start and after each update (sampled rows: epoch; loss with kinks, "auto": round), with ``w``
        (d + 1, k) for the columns as they are, ``t``, ``epoch``, ``cost`` and so on; True ends the run.
    record : "auto", True, int or False
        Which steps the trajectory keeps: up to 64 MB, every, every k-th, first and last.
    start : (d + 1,) array or None
        Coefficients first, intercept last; None is 0.
    warm_start : bool
        Start from the last fit's answer.
    random_state : int, RandomState or None
        Names the order of rows; None is 0.
    n_jobs : int or None
        Threads; None is all cores (one inside a joblib worker), the answer is the same bits for any number.
    progress : bool
        Show a bar with cost, gap, rate and time left after half a second, on stderr or in a notebook.

    Attributes
    ----------
    coef_ : (d,) array, (k, d) of y (n, k)
    intercept_ : float, (k,) array of y (n, k)
    trajectory_ : Trajectory
        Every recorded step, in raw units.
    certificate_ : Certificate
        How far the cost is from its least value.
    verdict_ : Verdict
        What happened, in words.
    n_iter_, n_features_in_, feature_names_in_

    Raises
    ------
    DataError, UsageError
        Both are ValueErrors; one line that names what is wrong and the mend.

    Warns
    -----
    DivergenceWarning, NotConvergedWarning
        Both are scikit-learn ConvergenceWarnings.

    Notes
    -----
    Cost: up to 1,500 columns two readings of the table and n d^2 flops, then d^2 a step; beyond, one reading a step.

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

    def fit(self, X: Any, y: Any, sample_weight: Any = None, offset: Any = None, validation: Any = None) -> Self:
        """Fit to a table.

        Parameters
        ----------
        X : (n, d) array, sparse matrix or data frame
        y : (n,) or (n, k) array
        sample_weight : (n,) array, optional
            Weight of each row in the mean, >= 0.
        offset : (n,) array, optional
            A known part of each prediction, added to X . w + b.
        validation : (Xv, yv), optional
            Rows to stop by, in place of some held back: see ``early_stopping``, which then need not be True.
        """
        X, y, sample_weight = self._table(X, y, sample_weight, y_numeric=True, multi_output=True)

        def descend(task: Task | None) -> Answer:
            run = self._descend(X, y, sample_weight, offset, validation, task=task)
            return run.coef, run.intercept

        watched(self, (X, y, sample_weight), one_target if np.ndim(y) == 1 else each_target, descend)
        self._say()
        return self

    @staticmethod
    def _numbers(y: Any) -> Any:
        return y

    def partial_fit(self, X: Any, y: Any, sample_weight: Any = None) -> Self:
        """Go on with the rows of one chunk of a stream, any number of them, each seen once.

        Kept from call to call: parameters, the rule's memory, the count of updates (so the place in a schedule of
        learning rates), the mean of points, and mean and variance of each column. The settings are those of the first
        call, until a `fit`. After a `fit` it goes on from that answer.

        With the rate "auto" columns are standardised by what was seen of them so far, batches have 32 rows (a smaller
        chunk is one batch), and a step goes c/L far, with c = 1/2 and L the mean curvature of the batches so far, but
        no farther than 1/L of the longest row. A number or schedule as rate is used as it is, on raw columns.

        Parameters
        ----------
        X : (n, d) array, sparse matrix or data frame
        y : (n,) array
        sample_weight : (n,) array, optional
            Weight of each row, >= 0; the mean weight of the stream so far counts as 1.

        Raises
        ------
        DataError, UsageError
            The chunk is then not taken: the estimator is as before.

        Notes
        -----
        Sets ``coef_``, ``intercept_``, ``n_iter_`` (chunks so far), ``t_`` (updates so far), ``trajectory_`` (of this
        chunk; record="auto" keeps its first and last point) and ``loss_curve_`` (mean loss of each chunk before its
        steps). Cost: some four readings of the chunk.
        """
        X, y, sample_weight = self._table(
            X, y, sample_weight, finite=True, y_numeric=True, reset=not hasattr(self, "coef_")
        )
        w = self._advance(X, y, sample_weight)
        self.coef_, self.intercept_ = w[:-1, 0].copy(), float(w[-1, 0])
        return self

    def predict(self, X: Any) -> NDArray[np.float64]:
        """Predictions z = X . coef_ + intercept_, (n,) or (n, k); exp(z) where the loss is "poisson"."""
        check_is_fitted(self)
        X = validate_data(self, X, accept_sparse="csr", dtype=[np.float64, np.float32], reset=False)
        prediction = predictors(X, self.coef_, self.intercept_)
        found: NDArray[np.float64] = read_loss(self.loss).inverse(prediction)
        return found

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.sparse = True
        tags.target_tags.multi_output = True
        return tags


def one_target(coef: NDArray[np.float64], intercept: NDArray[np.float64]) -> dict[str, Any]:
    """The attributes of a single target, by its coefficients (d, 1) and intercept (1,)."""
    return {"coef_": coef[:, 0].copy(), "intercept_": float(intercept[0])}
