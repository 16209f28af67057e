"""Support of scikit-learn's own callbacks (1.9 or later). The only module that depends on them.

scikit-learn's module is imported when callbacks are set, not before: that takes 24 ms where rich is installed.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any, NamedTuple

from ..core.errors import UsageError
from ..core.types import Array

__all__ = ["Callbacks", "Task", "asked", "watched"]

Answer = tuple[Array, Array]  # coefficients (d, k) and intercepts (k,), raw
TASKS = 1000  # maximum number of tasks of one descent: each stays in memory, and scikit-learn's bar sums over all


class Callbacks:
    """Support of scikit-learn's callbacks, a mixin of both estimators."""

    def set_callbacks(self: Any, *callbacks: Any) -> Any:
        """Set scikit-learn's callbacks, such as ``sklearn.callback.ProgressBar()``; without arguments, remove them.

        A ``fit`` is a task, and so is each of its steps (with batches: each epoch); if more than 1,000 are planned, a
        task comprises two or more of them. The last task is the work after the last step: refinement and certificate. A
        callback whose ``on_fit_task_end`` returns True ends the fit. ``partial_fit`` calls none.

        Parameters
        ----------
        *callbacks : instances of ``sklearn.callback.FitCallback``
            They are told of the start and the end of every task.

        Returns
        -------
        The estimator itself.

        Raises
        ------
        UsageError
            If scikit-learn is older than 1.9.
        TypeError
            If an argument is not a callback.

        Examples
        --------
        >>> from sklearn.callback import ScoringMonitor
        >>> from steepest import GDRegressor
        >>> scores = ScoringMonitor(scoring="r2")
        >>> model = GDRegressor(learning_rate=0.1, max_iter=3, tol=None).set_callbacks(scores)
        >>> model = model.fit([[0.0], [1.0], [2.0]], [0.0, 1.0, 3.0])
        >>> [round(float(row["r2"]), 3) for row in scores.get_logs().data]
        [0.435, -0.324, 0.154, 0.435, 0.435]
        """
        try:
            from sklearn.callback import CallbackSupportMixin
        except ImportError:
            raise UsageError("set_callbacks needs scikit-learn 1.9 or later: use the parameter callback") from None
        return CallbackSupportMixin.set_callbacks(self, *callbacks)


class Given(NamedTuple):
    """Further data for the callbacks of a fit."""

    estimator: Any
    X: Any
    y: Any
    metadata: dict[str, Any]


class Task:
    """A task of a fit, with its steps as subtasks. It is called like any ``callback``."""

    def __init__(self, context: Any, given: Given, attributes: Callable[[Array, Array], dict[str, Any]] | None) -> None:
        self.context, self.given, self.attributes = context, given, attributes
        self.every, self.most = _every(given.estimator.max_iter), _most(given.estimator.max_iter) or TASKS
        self.states = self.steps = 0
        self.open: Any = None  # the current step

    def __call__(self, state: Any) -> bool:
        """End a step with this state, ``w`` raw, and begin the next; returns whether a callback stops the run."""
        due = self.states % self.every == 0
        self.states += 1
        if not due or self.steps >= self.most:
            return False
        stop = self._end(self.attributes and partial(self._attributes, state.w))
        if not stop:
            self._begin()
        return stop

    def close(self) -> None:
        """End the task after the last step; the answer is that of the estimator."""
        self._end(self.attributes and dict)

    @contextmanager
    def part(self, name: str) -> Iterator[Task]:
        """A descent that is one part of a fit: its steps do not give an estimator that can predict."""
        context = self.context.subcontext(task_name=name, max_subtasks=_most(self.given.estimator.max_iter))
        context.call_on_fit_task_begin(**self.given._asdict())
        task = Task(context, self.given, None)
        yield task
        task.close()
        context.call_on_fit_task_end(**self.given._asdict())

    def _attributes(self, w: Array) -> dict[str, Any]:
        assert self.attributes is not None
        return self.attributes(w[:-1], w[-1])

    def _begin(self) -> None:
        self.steps += 1
        self.open = self.context.subcontext(task_name="step")
        self.open.call_on_fit_task_begin(**self.given._asdict())

    def _end(self, attributes: Any) -> bool:
        ended, self.open = self.open, None
        if ended is None:
            return False
        return bool(ended.call_on_fit_task_end(**self.given._asdict(), reconstruction_attributes=attributes))


def watched(
    estimator: Any,
    table: tuple[Any, Any, Any],
    attributes: Callable[[Array, Array], dict[str, Any]],
    descend: Callable[[Task | None], Answer],
    *,
    parts: int = 1,
) -> None:
    """Descend with callbacks, and set the attributes from coefficients (d, k) and intercepts (k,).

    Parameters
    ----------
    estimator : GDRegressor, GDClassifier
    table : X, y, weights or None, as scikit-learn's scorers take them
    attributes : callable
        Makes ``coef_`` and ``intercept_`` of coefficients and intercepts.
    descend : callable
        Called with the task, or None where no callback is set.
    parts : int
        Number of descents.
    """
    if not vars(estimator).get("_skl_callbacks"):
        vars(estimator).update(attributes(*descend(None)))
        return
    from sklearn.callback import with_callbacks

    with_callbacks(_told)(estimator, table, attributes, descend, parts)


def _told(estimator: Any, table: Any, attributes: Any, descend: Any, parts: int) -> None:
    from sklearn.callback import CallbackSupportMixin

    X, y, weight = table
    given = Given(estimator, X, y, {} if weight is None else {"sample_weight": weight})
    most = _most(estimator.max_iter) if parts == 1 else parts
    root = CallbackSupportMixin._init_callback_context(estimator, max_subtasks=most)
    root.call_on_fit_task_begin(**given._asdict())
    task = Task(root, given, attributes)
    vars(estimator).update(attributes(*descend(task)))
    task.close()
    root.call_on_fit_task_end(**given._asdict(), reconstruction_attributes={})


def asked(callback: Any, task: Task | None) -> Any:
    """The callback of a fit: the user's own function, the task, or both."""
    if task is None or not (callback is None or callable(callback)):  # the fit refuses an object that is not callable
        return callback
    return task if callback is None else lambda state: bool(callback(state)) | task(state)


def _every(max_iter: Any) -> int:
    """Number of steps per task."""
    return max(1, math.ceil(max_iter / TASKS)) if _known(max_iter) else 1


def _most(max_iter: Any) -> int | None:
    """Maximum number of tasks, including the one after the last step; None if unknown."""
    return math.ceil(max_iter / _every(max_iter)) + 1 if _known(max_iter) else None


def _known(max_iter: Any) -> bool:
    return isinstance(max_iter, (int, float)) and 0 < max_iter < math.inf
