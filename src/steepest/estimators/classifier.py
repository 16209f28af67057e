"""GDClassifier: logistic regression by gradient descent."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.utils.class_weight import compute_sample_weight
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import check_is_fitted, validate_data

from ..errors import DataError
from .rim import Rim

__all__ = ["GDClassifier"]


class GDClassifier(Rim, ClassifierMixin, BaseEstimator):  # type: ignore[misc]  # scikit-learn is untyped
    """Logistic regression of two classes by gradient descent: P(classes_[1]) = 1 / (1 + exp(-X . coef_ - intercept_)).

    Minimises mean log loss + alpha/2 |w|^2 over the rows; scikit-learn's ``LogisticRegression(C)`` has
    alpha = 1 / (n C). With default settings nothing is penalised, the columns may have any scale, and classes that a
    plane separates are reported as such, since they have no finite optimum.

    Parameters
    ----------
    loss : "log_loss" or a loss record
        log(1 + exp(-s z)), s = -1 or 1.
    alpha : float >= 0
        Strength of the penalty alpha ((1 - l1_ratio)/2 |coef|^2 + l1_ratio |coef|_1) added to the *mean* loss; 0
        penalises nothing.
    l1_ratio : float from 0 to 1
        Share of the L1 part: 0 is ridge, 1 is lasso, with exact zeros.
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
        Readings of the table (epochs) at most.
    tol : float >= 0 or None
        Stop when the certified gap is at most tol x the cost of the constant model. 0: until it is below its own
        rounding; None: run all ``max_iter``.
    record : "auto", True, int or False
        Which steps the trajectory keeps: up to 64 MB, every, every k-th, first and last.
    start : (d + 1,) array or None
        Coefficients first, intercept last; None is 0.
    warm_start : bool
        Start from the last fit's answer.
    class_weight : dict, "balanced" or None
        Weight of each class, times the rows' own.
    random_state : int, RandomState or None
        Names the order of rows; None is 0.
    n_jobs : int or None
        Threads; None is all cores (one inside a joblib worker), the answer is the same bits for any number.
    progress : bool
        Show a bar on stderr after half a second.

    Attributes
    ----------
    coef_ : (1, d) array
    intercept_ : (1,) array
    classes_ : (2,) array
        Sorted labels; the second is the positive one.
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
    SeparationWarning, DivergenceWarning, NotConvergedWarning
        All are scikit-learn ConvergenceWarnings.

    Notes
    -----
    Cost with default settings: about ten readings of the table, ``trajectory_.meta["passes"]``, and some n d^2 flops
    for the certificate (d <= 1,500); on small tables n d^2 flops in each of some eight steps.

    Examples
    --------
    >>> import numpy as np
    >>> x = np.array([1, 3, 4, 5, 6, 7, 8, 10.0])[:, None]
    >>> model = GDClassifier(alpha=0.01).fit(x, ["no", "no", "yes", "no", "yes", "yes", "yes", "yes"])
    >>> model.predict([[2.0], [9.0]]).tolist(), model.verdict_.status
    (['no', 'yes'], 'converged')
    """

    _labels = True

    def __init__(
        self,
        loss: Any = "log_loss",
        *,
        alpha: float = 0.0,
        l1_ratio: float = 0.0,
        fit_intercept: bool = True,
        rule: Any = "auto",
        learning_rate: Any = "auto",
        batch_size: int | None = None,
        sampling: str = "shuffle",
        average: Any = "auto",
        estimate: Any = "own_rows",
        standardize: Any = "auto",
        fixed: tuple[Any, ...] = (),
        max_iter: int = 1000,
        tol: float | None = 1e-10,
        record: Any = "auto",
        start: Any = None,
        warm_start: bool = False,
        class_weight: Any = None,
        random_state: Any = None,
        n_jobs: int | None = None,
        progress: bool = False,
    ) -> None:
        self.loss = loss
        self.alpha = alpha
        self.l1_ratio = l1_ratio
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
        self.class_weight = class_weight
        self.random_state = random_state
        self.n_jobs = n_jobs
        self.progress = progress

    def fit(self, X: Any, y: Any, sample_weight: Any = None, offset: Any = None) -> GDClassifier:
        """Fit to a table.

        Parameters
        ----------
        X : (n, d) array, sparse matrix or data frame
        y : (n,) array
            Two labels of any kind.
        sample_weight : (n,) array, optional
            Weight of each row in the mean, >= 0.
        offset : (n,) array, optional
            A known part of each linear predictor, added to X . w + b.
        """
        X, y, sample_weight = self._table(X, y, sample_weight)
        check_classification_targets(y)
        self.classes_ = np.unique(y)
        if len(self.classes_) != 2:
            listed = ", ".join(map(repr, self.classes_[:5].tolist()))
            raise DataError(
                "Only binary classification is supported: the labels must be two classes, "
                f"found {len(self.classes_)} class{'es' * (len(self.classes_) > 1)}: {listed}"
            )
        if self.class_weight is not None:
            by_class = compute_sample_weight(self.class_weight, y)
            sample_weight = by_class if sample_weight is None else sample_weight * by_class
        run = self._descend(X, (y == self.classes_[1]).astype(np.float64), sample_weight, offset)
        self.coef_, self.intercept_ = run.coef.T.copy(), run.intercept.copy()
        self._say()
        return self

    def decision_function(self, X: Any) -> NDArray[np.float64]:
        """Linear predictors X . coef_ + intercept_, (n,); positive predicts classes_[1]."""
        check_is_fitted(self)
        X = validate_data(self, X, accept_sparse="csr", dtype=[np.float64, np.float32], reset=False)
        z: NDArray[np.float64] = X @ self.coef_[0] + self.intercept_[0]
        return z

    def predict(self, X: Any) -> NDArray[Any]:
        """The likelier label of each row, (n,)."""
        z = self.decision_function(X)
        labels: NDArray[Any] = self.classes_[(z > 0).astype(int)]
        return labels

    def predict_proba(self, X: Any) -> NDArray[np.float64]:
        """Probabilities of both classes, (n, 2)."""
        return np.exp(self.predict_log_proba(X))

    def predict_log_proba(self, X: Any) -> NDArray[np.float64]:
        """Logarithms of the probabilities of both classes, (n, 2); they neither overflow nor cancel."""
        z = self.decision_function(X)
        return -np.logaddexp(0.0, np.column_stack((z, -z)))

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.sparse = True
        tags.classifier_tags.multi_class = False
        return tags
