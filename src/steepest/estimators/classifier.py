"""GDClassifier: logistic regression and other linear classifiers by gradient descent, for two or more classes."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator, ClassifierMixin

from ..core.errors import UsageError
from ..core.setting_types import AverageLike, ByColumn, EstimateLike, Keep, LossLike, RuleLike, StepLike
from ..core.types import Array
from ..descent.states import State
from ..solve.fit import Run
from .callbacks import Answer, Task, watched
from .class_predictions import ClassPredictions
from .in_parts import CHUNKS, in_memory, or_in_parts
from .labels import chunk_target, classes_of, numbers, row_weights
from .linear_estimator import LinearEstimator
from .multiclass import each_target, fit_each, refuse_together

__all__ = ["GDClassifier"]


class GDClassifier(ClassPredictions, LinearEstimator, ClassifierMixin, BaseEstimator):  # type: ignore[misc]  # scikit-learn is untyped
    """Logistic regression by gradient descent: ``P(classes_[1]) = 1 / (1 + exp(-X coef_ - intercept_))``, or softmax.

    Minimises mean log loss + ``alpha/2 |w|^2`` over the rows; scikit-learn's ``LogisticRegression(C)`` has alpha = 1 /
    (n C). By default there is no penalty, and the columns may have any scale. Classes that a plane separates are
    reported, since they have no finite optimum.

    Parameters
    ----------
    loss : name or record of `steepest.losses`, default "log_loss"
        log(1 + exp(-s z)), s = -1 or 1; or "probit", "hinge", "squared_hinge", "modified_huber", "perceptron". The
        hinge losses have no probabilities.
    alpha : float >= 0, default 0.0
        Weight of the penalty ``alpha ((1 - l1_ratio)/2 |w|^2 + l1_ratio |w|_1)``, which is added to the *mean* loss.
    l1_ratio : float from 0 to 1, default 0.0
        Share of the L1 penalty: 0 is ridge; 1 is the lasso, whose zeros are exact.
    penalty_factors : None, (d,) array or dict {name or index: factor >= 0}
        The penalty weight of column j is alpha times factor_j. The default is 1. Factors are not rescaled.
    signs : None, "+", "-" or dict {name or index: "+" or "-"}
        Sign constraints, >= 0 or <= 0, of all coefficients or of those named; the intercept is never constrained.
    fit_intercept : bool, default True
        Whether to fit an intercept; it is never penalised.
    rule : "auto", name such as "momentum:beta=0.95", or record of `steepest.rules`, default "auto"
        Direction of a step. "auto": the method of lowest estimated cost; "plain" on batches or at a given rate.
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
        How a batch estimates the full gradient: a record of `steepest.estimates`, such as "saga".
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
    validation_fraction, n_iter_no_change : float between 0 and 1, int >= 1, defaults 0.1 and 5
        Share of the held-out rows, stratified by class; epochs without an improvement after which the run ends.
    callback : callable State -> bool or None
        Called with each state (or epoch, or round): raw ``w`` (d + 1, k), ``cost`` and so on. True ends the run.
    multi_class : {"softmax", "ovr"}, default "softmax"
        For k > 2 classes: one fit with P(c) = exp(z_c) / sum exp(z), or one fit of each class against the rest.
    record : "auto", True, int or False, default "auto"
        Which steps are kept: "auto", up to 64 MB; True, every step; k, every k-th; False, first and last.
    start : (d + 1,) array or None
        Start: the coefficients, then the intercept; None is 0.
    warm_start : bool, default False
        Start from the last fit's answer.
    class_weight : dict, "balanced" or None
        Weights of the classes, by which the rows' weights are multiplied; "balanced" makes the class totals equal.
    random_state : int, RandomState or None
        Seed of the order of rows; None is 0.
    n_jobs : int or None
        Number of threads; None is all cores (one inside a joblib worker). The answer has the same bits for any number.
    progress : bool, default False
        Show a bar with cost, gap, rate and a bound of the time left, after half a second, on stderr or in a notebook.

    Attributes
    ----------
    coef_ : (1, d) array, (k, d) of k > 2 classes
        By raw columns; zeros of an L1 penalty are exact.
    intercept_ : (1,) or (k,) array
        Log odds where all columns are 0.
    classes_ : (k,) array
        Sorted labels; of two the second is the positive one.
    trajectory_ : Trajectory
        Every recorded step, in raw units; of "ovr" a list, one for each class.
    certificate_, verdict_ : Certificate, Verdict
        Bound or estimate of the gap to the minimum; what happened, in words.
    n_iter_, n_features_in_, feature_names_in_
        Epochs of the descent; number and names of the columns.

    Raises
    ------
    DataError, UsageError
        Both are ValueErrors; one line says what is wrong and how to fix it.

    Warns
    -----
    SeparationWarning, DivergenceWarning, NotConvergedWarning
        All are scikit-learn ConvergenceWarnings.

    Notes
    -----
    Cost by default: about ten passes over the data, ``trajectory_.meta["passes"]``, and some n d^2 flops for the
    certificate (d <= 1,500); on small tables n d^2 flops in each of some eight steps.

    References
    ----------
    Cox, D. R. (1958). The regression analysis of binary sequences. J. R. Statist. Soc. B 20(2).
    doi:10.1111/j.2517-6161.1958.tb00292.x
    Nocedal, J. and Wright, S. (2006). Numerical Optimization. doi:10.1007/978-0-387-40065-5

    Examples
    --------
    >>> import numpy as np
    >>> x = np.array([1, 3, 4, 5, 6, 7, 8, 10.0])[:, None]
    >>> model = GDClassifier(alpha=0.01).fit(x, ["no", "no", "yes", "no", "yes", "yes", "yes", "yes"])
    >>> model.predict([[2.0], [9.0]]).tolist(), model.verdict_.status
    (['no', 'yes'], 'converged')
    """

    _labels = True
    classes_: NDArray[Any]
    intercept_: Array

    def __init__(
        self,
        loss: LossLike = "log_loss",
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
        class_weight: Any = None,
        random_state: Any = None,
        n_jobs: int | None = None,
        progress: bool = False,
        early_stopping: bool = False,
        validation_fraction: float = 0.1,
        n_iter_no_change: int = 5,
        callback: Callable[[State], object] | None = None,
        multi_class: str = "softmax",
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
        self.class_weight = class_weight
        self.random_state = random_state
        self.n_jobs = n_jobs
        self.progress = progress
        self.early_stopping = early_stopping
        self.validation_fraction = validation_fraction
        self.n_iter_no_change = n_iter_no_change
        self.callback = callback
        self.multi_class = multi_class

    @or_in_parts
    def fit(
        self, X: Any, y: Any = None, sample_weight: Any = None, offset: Any = None, validation: object = None
    ) -> Self:
        """Fit to a table.

        Parameters
        ----------
        X : (n, d) array, sparse matrix, data frame, collection of Dask or Spark, or a table in parts (`steepest.scan`)
            A collection of Dask is computed once, and its rows then stay in the memory of its workers.
        y : (n,) array, Series or array of Dask if X is of Dask, or name of a column; optional for a table in parts
            Two or more labels of any kind.
        sample_weight : (n,) array, or as y, optional
            Weight of each row in the mean, >= 0.
        offset : (n,) array, or as y, optional
            A known part of each linear predictor, added to X . w + b.
        validation : (Xv, yv), optional
            Held-out rows for early stopping, in place of a split of the table; ``early_stopping`` need not be True.

        Raises
        ------
        DataError, UsageError
            If the table or a setting cannot be used. Both are ValueErrors.
        """
        X, y, sample_weight = self._table(X, y, sample_weight)
        self.classes_ = classes_of(y)
        refuse_together(self, y, sample_weight, offset)
        table = (X, y, sample_weight)
        sample_weight = row_weights(self.class_weight, y, sample_weight)
        together = len(self.classes_) == 2 or self.multi_class == "softmax"
        if not together and (self.early_stopping or validation is not None):
            raise UsageError("multi_class='ovr' has no early stopping: take 'softmax', or fit each class by itself")
        targets = self._numbers(y)

        def one(c: int, start: Any, task: Task | None) -> Run:
            return self._descend(X, targets[:, c], sample_weight, None, start=start, task=task)

        def descend(task: Task | None) -> Answer:
            if not together:
                return fit_each(self, one, task)
            run = self._descend(X, targets, sample_weight, offset, validation, task=task)
            return run.coef, run.intercept

        watched(self, table, each_target, descend, parts=1 if together else len(self.classes_))
        self._say()
        return self

    def _numbers(self, y: Any) -> NDArray[np.float64]:
        return numbers(y, self.classes_)

    @in_memory(CHUNKS)
    def partial_fit(self, X: Any, y: Any, sample_weight: Any = None, classes: object = None) -> Self:
        """Continue with one chunk of a stream: any number of rows, each used once.

        Each call continues with the parameters, the rule's memory, the count of updates (the place in a schedule), the
        mean of points, and mean and variance of each column. The first call sets the settings, until a `fit`, from
        which a stream continues.

        With the rate "auto" columns are standardised by the running means and variances, batches have 32 rows (a
        smaller chunk is one batch), and the rate is c/L, where c = 1/2 and L is the mean curvature of the batches so
        far, but at most 1/L of the longest row. Any other rate is used as given, on raw columns.

        Parameters
        ----------
        X : (n, d) array, sparse matrix or data frame
            The rows of the chunk; their columns are the same in every call.
        y : (n,) array
            Labels, of those in ``classes``.
        sample_weight : (n,) array, optional
            Weight of each row, >= 0; the mean weight of the stream so far counts as 1.
        classes : (k,) array, optional
            All labels; needed in the first call.

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
        target, sample_weight = chunk_target(self, y, sample_weight, classes)
        w = self._advance(X, target, sample_weight)
        self.coef_, self.intercept_ = w[:-1].T.copy(), w[-1].copy()
        return self

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.sparse = True
        return tags
