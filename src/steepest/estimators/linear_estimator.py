"""The layer between the estimators and ``solve/fit.py``: parameters in, attributes and warnings out."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from contextlib import nullcontext
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..core.errors import UsageError
from ..core.progress import Bar
from ..core.types import Array
from ..data.classes import Classes
from ..data.counted import weighing
from ..data.held_out import split
from ..data.make_rows import make_rows
from ..data.rows import Rows
from ..objective.column_settings import factors_of, signs_of
from ..objective.penalties import elastic
from ..objective.problem import Problem
from ..optimality.certificate import Certificate
from ..optimality.verdict import Verdict
from ..solve.fit import Run, fit
from ..solve.settings import Limits, Settings, Watch
from .callbacks import Callbacks, Task, asked
from .convergence import WARNINGS, NotConvergedWarning
from .in_parts import or_in_parts
from .inference import Inference
from .model_file import ModelFile
from .multiclass import softmax_of
from .notebook import Notebook
from .parameter_checks import ParameterNames, check_values
from .partial_fit import Streaming, seed_of
from .sklearn_exchange import Exchange
from .sparsity import Sparsity, dense
from .table_checks import checked, checked_weights, refuse_missing_labels, refuse_values, rounding_notes
from .validation_split import given

__all__ = ["LinearEstimator"]


class LinearEstimator(Notebook, ParameterNames, Exchange, ModelFile, Inference, Streaming, Callbacks, Sparsity):
    """The parts that both estimators share; a mixin beside scikit-learn's own classes."""

    _labels = False  # whether targets are classes
    coef_: Array
    intercept_: float | Array
    certificate_: Certificate
    verdict_: Verdict
    n_features_in_: int

    def _table(
        self, X: Any, y: Any, sample_weight: Any, *, finite: bool = False, reset: bool = True, several: bool = False
    ) -> tuple[Any, Any, NDArray[np.float64] | None]:
        """Check a table without copying it; numbers that are not finite are found later, in the column means."""
        if self._labels:
            refuse_missing_labels(y)
        self._roundings = rounding_notes(X, None if self._labels else y)
        numeric = not self._labels
        X, y = checked(self, X, y, numeric=numeric, several=several, finite=finite, reset=reset)
        return X, y, checked_weights(sample_weight, X)

    @or_in_parts
    def score(self, X: Any, y: Any = None, sample_weight: Any = None) -> float:
        """R2 of a regressor and accuracy of a classifier, as scikit-learn has them, by weights >= 0.

        Parameters
        ----------
        X, y, sample_weight : as given to ``fit``
        """
        try:
            return float(super().score(X, y, checked_weights(sample_weight, X)))  # type: ignore[misc]  # a mixin
        except OverflowError:
            refuse_values("the target", y, "scores need numbers")
            raise

    def _rows(self: Any, X: Any, y: NDArray[np.float64], weight: Any, offset: Any = None) -> Rows:
        """The rows of weight > 0 of a checked table; of more than two classes as `Classes`."""
        check_values(self)
        rows = weighing(make_rows(X, y, weight=weight, offset=offset, n_jobs=self.n_jobs))
        return Classes(*rows) if self._labels and rows.y.shape[1] > 1 else rows

    def _names(self: Any) -> tuple[str, ...]:
        return tuple(vars(self).get("feature_names_in_", [f"x{j}" for j in range(self.n_features_in_)]))

    def _settings(self: Any) -> Settings:
        """The parameters of the method."""
        asked = {name: getattr(self, name) for name in Settings.__dataclass_fields__ if name != "seed"}
        return Settings(**asked, seed=seed_of(self.random_state))

    def _descend(
        self: Any,
        X: Any,
        y: NDArray[np.float64],
        weight: Any,
        offset: Any,
        validation: Any = None,
        start: Any = None,
        task: Task | None = None,
    ) -> Run:
        """Fit and set the attributes of every fit; after Ctrl-C too, before KeyboardInterrupt is raised."""
        rows = self._rows(X, y, weight, offset)
        self._total, loss = rows.total, softmax_of(self) if rows.supports.joint else None
        rows, held_out = self._held_out(rows, validation)
        solve = partial(fit, rows, names=self._names())
        run: Run = self._solved(solve, loss, start=start, task=task, held_out=held_out, notes=self._roundings)
        return run

    def _solved(
        self: Any,
        solve: Callable[..., Run],
        loss: Any = None,
        *,
        start: Any = None,
        task: Task | None = None,
        held_out: Rows | None = None,
        notes: tuple[str, ...] = (),
        unit: str = "epochs",
    ) -> Run:
        """Call ``solve``, a fit of some data, as the parameters say, and set the attributes of every fit."""
        with Bar(unit) if self.progress else nullcontext() as bar:
            run = solve(
                problem=self._problem(self._names(), loss),
                settings=self._settings(),
                limits=Limits(self.max_iter, self.max_updates, self.tol),
                start=self._start() if start is None else start,
                watch=Watch(self.record, bar, asked(self.callback, task), held_out, self.n_iter_no_change),
            ).noted(notes)
        self._forget_stream()
        self.trajectory_, self.certificate_, self.verdict_ = run.trajectory, run.certificate, run.verdict
        self.n_iter_ = max(1, int(np.ceil(run.trajectory.epoch[-1])))
        return run

    def _held_out(self: Any, rows: Rows, validation: Any) -> tuple[Rows, Rows | None]:
        """Training rows, and held-out rows if there are any."""
        if validation is not None:
            held_out = given(self, validation, self._numbers)
            return rows, type(rows)(*held_out)
        if not self.early_stopping:
            return rows, None
        return split(rows, self.validation_fraction, seed_of(self.random_state), labels=self._labels)

    def _problem(self: Any, names: tuple[str, ...], loss: Any = None) -> Problem:
        fixed = tuple(self._coordinate(c, names) for c in self.fixed)
        problem = Problem(
            self.loss if loss is None else loss,
            elastic(self.alpha, self.l1_ratio),
            bool(self.fit_intercept),
            fixed,
            factors_of(self.penalty_factors, names),
            signs_of(self.signs, names),
        )
        if problem.loss.labels is not self._labels:
            other = "GDRegressor" if self._labels else "GDClassifier"
            raise UsageError(f"loss={self.loss!r} is not one of {type(self).__name__}: use {other}")
        return problem

    @staticmethod
    def _coordinate(c: Any, names: tuple[str, ...]) -> Any:
        if not isinstance(c, str) or c == "intercept":
            return c
        if c not in names:
            raise UsageError(f"fixed: no column is called {c!r}: there are {', '.join(names)}")
        return names.index(c)

    def _start(self: Any) -> Any:
        if self.start is not None or not (self.warm_start and "coef_" in vars(self)):
            return self.start
        return np.vstack((np.atleast_2d(dense(self.coef_)).T, np.reshape(self.intercept_, (1, -1))))

    def _say(self: Any) -> None:
        """Issue the warning of the verdict; raise KeyboardInterrupt after Ctrl-C, now that the attributes are set."""
        warning = WARNINGS[self.verdict_.status]
        path = self.trajectory_[0] if isinstance(self.trajectory_, list) else self.trajectory_
        if path.meta["interrupted"]:
            raise KeyboardInterrupt
        if path.meta["end"] in ("validation", "callback"):  # as the user asked
            return
        if warning is not None and not (self.tol is None and warning is NotConvergedWarning):
            warnings.warn(str(self.verdict_), warning, stacklevel=4)
