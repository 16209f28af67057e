"""Cut: the linear predictor over the plane of two columns, with the others at their means."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple, Self

import numpy as np

from ...core.errors import UsageError
from ...core.types import Array
from ...data.layout import means_and_deviations, two_valued
from ...data.rows import Rows
from ..drawing.thinning import evenly
from ..drawing.words import brief, number
from ..landscape.plane import places_of
from .predicted import OfRows, Predicted, predicted_of
from .several import Several, outputs, recorded_target, several_of

__all__ = ["Cut", "OverColumns", "Span", "crossing", "cut_of", "slice_of"]

LOOKED = 5000  # rows from which the limits of the columns are computed
Span = tuple[float, float]


class Cut(NamedTuple):
    """z = a[0] u + a[1] v + rest over two columns u and v with `names`; `words` describes the other columns.

    Of k classes ``a`` is two arrays (k,), and ``rest`` is one.
    """

    a: tuple[Any, Any]
    rest: Any
    names: tuple[str, str]
    words: str = ""


class OverColumns(OfRows):
    """A Display of an answer over two of its columns, with the others at their means."""

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
        columns: Sequence[str] | None = None,
    ) -> Self:
        """From something fitted and rows, those it was fitted to or others.

        ``from_trajectory`` and ``from_model`` are the same method under other names.

        Parameters
        ----------
        fitted : GDRegressor, GDClassifier or another linear estimator, Trajectory or Model
            With two columns or more.
        X, y, sample_weight, offset : as given to ``fit``
        target : str, optional
            Name of the target; by default the name of ``y``.
        names : sequence of str, optional
            Names of the columns; by default those of the answer.
        columns : two str, optional
            Names of the columns of the two axes. By default those with the most influence, ``|coefficient|`` times the
            range of nine of ten rows; columns of two values, such as those of a level, come after all others.

        Raises
        ------
        UsageError, DataError
            If the answer has one column only or several targets, a name is unknown, or the rows have other columns.
        """
        given = {"sample_weight": sample_weight, "offset": offset, "names": names}
        if outputs(fitted) > 1:
            return cls._over_several(several_of(fitted, X, y, **given), target or recorded_target(fitted), columns)
        found = predicted_of(fitted, X, y, target=target, **given)
        cls._check(found)
        if len(found.names) < 2:
            raise UsageError(f"{cls.what} is drawn over two columns, this answer has one: draw {cls.alone}")
        return cls._over(found, *cut_of(found, columns))

    from_trajectory = from_estimator
    from_model = from_estimator
    what = "a surface"
    alone: str  # the Display of an answer with one column

    @classmethod
    def _over_several(cls, found: Several, target: str | None, columns: Sequence[str] | None) -> Self:
        del target, columns  # for a picture of several
        return cls._of_several(found)

    @classmethod
    def _check(cls, found: Predicted) -> None:
        raise NotImplementedError

    @classmethod
    def _over(cls, found: Predicted, places: tuple[int, int], cut: Cut) -> Self:
        raise NotImplementedError


def cut_of(found: Predicted, columns: Sequence[str] | None) -> tuple[tuple[int, int], Cut]:
    """The two columns of the axes, and the predictor over them with the others at their means."""
    intercept = found.answer.intercept
    intercept += 0.0 if found.rows.offset is None else float(found.rows.offset.mean())
    return slice_of(found.rows, found.answer.coef, intercept, found.names, columns)


def slice_of(
    rows: Rows, coef: Array, intercept: float | Array, names: tuple[str, ...], columns: Sequence[str] | None
) -> tuple[tuple[int, int], Cut]:
    """The same for coefficients (d,), or (d, k) of k classes, of which differences decide."""
    mean, spread = means_and_deviations(rows.X)
    influence = np.abs(coef) if coef.ndim == 1 else np.ptp(coef, axis=1)
    influence = influence * _reach(rows, spread)
    levels = two_valued(rows.take(evenly(rows.shape[0], LOOKED)).X)
    strongest = sorted(np.lexsort((-influence, levels, influence == 0))[:2].tolist())
    i, j = strongest if columns is None else places_of(names, columns, "column", 2)
    others = np.delete(np.arange(len(coef)), [i, j])
    rest = intercept + mean[others] @ coef[others]
    words = f"slice with the other {len(others)} columns at their means" if len(others) > 1 else ""
    if len(others) == 1:
        words = f"slice at {brief(names[others[0]], 20)} = {number(float(mean[others[0]]))}"
    one = coef.ndim == 1
    a = (float(coef[i]), float(coef[j])) if one else (coef[i], coef[j])
    return (i, j), Cut(a, float(rest) if one else rest, (names[i], names[j]), words)


def _reach(rows: Rows, spread: Array) -> Array:
    """The range of nine of ten rows along each column; the full range where that is 0 in all columns but one."""
    if rows.sparse:
        return spread
    low, high = np.quantile(rows.X[evenly(len(rows.X), LOOKED)], [0.05, 0.95], axis=0)
    return np.asarray(high - low) if (high > low).sum() > 1 else spread


def crossing(cut: Cut, xlim: Span, ylim: Span) -> Array | None:
    """The two points where the boundary enters and leaves the picture, None where it misses it."""
    (a, b), c = cut.a, cut.rest
    ends = [(u, -(a * u + c) / b) for u in xlim if b != 0] + [(-(b * v + c) / a, v) for v in ylim if a != 0]
    size = np.array([np.ptp(xlim), np.ptp(ylim)])
    low, high = np.array([xlim[0], ylim[0]]) - 1e-9 * size, np.array([xlim[1], ylim[1]]) + 1e-9 * size
    inside = [p for p in np.array(ends).reshape(-1, 2) if (p >= low).all() and (p <= high).all()]
    if not inside:
        return None
    far = max(inside, key=lambda p: float(np.abs((p - inside[0]) / size).sum()))
    return np.array([inside[0], far]) if np.abs(far - inside[0]).sum() > 0 else None
