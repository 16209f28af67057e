"""Predicted: rows with the predictions of an answer, and the base class of Displays of both."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple, Self

import numpy as np

from ...core.errors import DataError, UsageError
from ...core.types import Array
from ...data.layout import column
from ...data.make_rows import make_rows
from ...data.rows import Rows
from ...descent.trajectory import Trajectory
from ...solve.fitted import Linear
from ...solve.model import Model
from ..drawing.style import Picture
from ..drawing.words import status_words, verdict_words
from .answer import Answer, answer_of
from .frames import Frame, Named
from .several import Several, outputs, several_of

__all__ = ["OfRows", "Predicted", "predicted_of"]


class Predicted(NamedTuple):
    """Rows with the predictions of an answer.

    Attributes
    ----------
    answer : Answer
    rows : Rows
    z : (n,) array
        Linear predictors.
    y : (n,) array
        Targets; labels as 0 and 1.
    target : str
        Name of the target.
    verdict : str
        The verdict, in one line.
    status : str
        Its status; "" where there is no verdict.
    """

    answer: Answer
    rows: Rows
    z: Array
    y: Array
    target: str
    verdict: str
    status: str = ""

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the columns; the only one of an unnamed table is x."""
        return ("x",) if self.answer.names == ("x0",) else self.answer.names

    @property
    def single(self) -> bool:
        """Whether the prediction depends on one column only."""
        return len(self.names) == 1 and self.rows.offset is None

    def column(self, j: int) -> Array:
        """Column j, (n,)."""
        return column(self.rows.X, j)

    def predictions(self) -> Array:
        """Predicted targets (n,): z, or the inverse link of z."""
        return np.asarray(self.answer.loss.inverse(self.z))


class OfRows(Picture):
    """A Display of an answer and rows."""

    @classmethod
    def from_estimator(
        cls,
        fitted: object,
        X: Any,
        y: Any,
        *,
        sample_weight: Any = None,
        offset: Any = None,
        target: str | None = None,
        names: Sequence[str] | None = None,
    ) -> Self:
        """From something fitted and rows, those it was fitted to or others.

        ``from_trajectory`` and ``from_model`` are the same method under other names.

        Parameters
        ----------
        fitted : GDRegressor, GDClassifier or another linear estimator, Trajectory or Model
            With one target, or with classes.
        X : (n, d) array, data frame or sparse matrix
            The columns of the fit.
        y : (n,) array
            Targets or labels.
        sample_weight : (n,) array, optional
            Weights of the rows, as given to ``fit``.
        offset : (n,) array, optional
            Known part of each row's linear predictor.
        target : str, optional
            Name of the target; by default the name of ``y``.
        names : sequence of str, optional
            Names of the columns; by default those of the answer.

        Raises
        ------
        UsageError, DataError
            If the answer has several targets or classes, or other columns than the rows.
        """
        if outputs(fitted) > 1:
            return cls._of_several(several_of(fitted, X, y, sample_weight=sample_weight, offset=offset, names=names))
        given = {"sample_weight": sample_weight, "offset": offset, "target": target, "names": names}
        return cls._of(predicted_of(fitted, X, y, **given))

    from_trajectory = from_estimator
    from_model = from_estimator

    @classmethod
    def _of(cls, found: Predicted) -> Self:
        raise NotImplementedError

    @classmethod
    def _of_several(cls, found: Several) -> Self:
        what = "3 classes or more: draw DecisionBoundaryDisplay, ResidualsDisplay or CostHistoryDisplay"
        what = what if found.classes else "several targets: draw FitDisplay, ResidualsDisplay or CostHistoryDisplay"
        raise UsageError(f"this picture is one of a single target or of two classes, the answer has {what}")


def predicted_of(
    fitted: object,
    X: Any,
    y: Any,
    *,
    sample_weight: Any = None,
    offset: Any = None,
    target: str | None = None,
    names: Sequence[str] | None = None,
) -> Predicted:
    """The answer of something fitted, with rows; see `OfRows.from_estimator`."""
    if not isinstance(fitted, Trajectory | Model) and not isinstance(fitted, Linear):
        what = type(fitted).__name__
        raise UsageError(f"this {what} has no answer: give a fitted GDRegressor or GDClassifier, a run or a model")
    answer = answer_of(fitted)
    _check_names(answer, X)
    answer = answer if names is None else _renamed(answer, names)
    X = np.asarray(X, np.float64) if isinstance(X, Frame) else X
    rows = make_rows(X, _targets(answer, y), weight=sample_weight, offset=offset)
    if rows.shape[1] != len(answer.coef):
        raise UsageError(f"the answer has {len(answer.coef)} coefficients, the table {rows.shape[1]} columns")
    with np.errstate(over="ignore", invalid="ignore"):
        z = rows.predictor(np.append(answer.coef, answer.intercept)[:, None])[:, 0]
    words, status = _verdict(fitted, answer)
    found = Predicted(answer, rows, z, rows.y[:, 0], _target_name(answer, y, target), words, status)
    for what, values in (("target", found.y), ("prediction", found.predictions())):
        if not np.isfinite(values).all():
            raise DataError(f"row {int(np.isfinite(values).argmin()) + 1}: the {what} is not finite: drop such rows")
    return found


def _renamed(answer: Answer, names: Sequence[str]) -> Answer:
    if isinstance(names, str) or len(names) != len(answer.coef):
        raise UsageError(f"names must be {len(answer.coef)} names of columns, not {names!r}")
    return answer._replace(names=tuple(map(str, names)))


def _check_names(answer: Answer, X: Any) -> None:
    named = not answer.names or answer.names[0] != "x0"
    if not named or not isinstance(X, Frame):
        return
    names = tuple(map(str, X.columns))
    if names != answer.names:
        other = next((name for name in names if name not in answer.names), names[0] if names else "")
        raise UsageError(f"the table's columns are not the answer's: {other!r}; give {', '.join(answer.names[:20])}")


def _targets(answer: Answer, y: Any) -> Array:
    shape = np.shape(y)
    if len(shape) != 1 and not (len(shape) == 2 and shape[1] == 1):
        raise UsageError(f"y must be one target a row, not an array of shape {shape}")
    try:
        return answer.numbers(np.ravel(y))
    except (TypeError, ValueError) as error:
        if isinstance(error, DataError):
            raise
        raise DataError("the target must be numbers, not text") from None


def _target_name(answer: Answer, y: Any, target: str | None) -> str:
    if target is not None:
        return target
    name = y.name if isinstance(y, Named) else None
    return name if isinstance(name, str) and name else answer.target


def _verdict(fitted: Any, answer: Answer) -> tuple[str, str]:
    """The verdict in one line, and its status."""
    if answer.trajectory is not None:
        found = answer.trajectory.verdict
        return verdict_words(answer.trajectory), "" if found is None else found.status
    said = fitted.verdict if isinstance(fitted, Model) else {}
    status = str(said.get("status", ""))
    return status_words(status, str(said.get("message", ""))), status
