"""Summary: each coefficient with its standard error, test and interval, and how well the whole model fits."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from ..core.errors import UsageError
from ..core.files import data_frame, plain
from ..core.records import to_spec
from ..core.types import Array
from ..data.rows import Rows
from ..objective.data import MATRIX_COLUMNS
from ..objective.objective import coordinates_of
from ..objective.problem import Problem
from ..optimality.collinearity import Collinearity, collinearity
from ..optimality.covariance import covariance, read_kind
from ..optimality.goodness_of_fit import GoodnessOfFit, goodness_of_fit
from ..optimality.information import Information, information
from ..optimality.standard_errors import refuse_without_likelihood
from .reference_distribution import Reference
from .slope_test import SlopeTest, exact, slope_test
from .summary_text import html_of, lines_of

if TYPE_CHECKING:
    from pandas import DataFrame

__all__ = ["Coefficient", "Fitted", "Summary", "check_level", "refuse_status", "summarize"]

SEPARABLE = (
    "there is no finite optimum, and so no standard errors: leave out the columns or levels that the verdict names, "
    "or fit with alpha above 0 to predict"
)
FINISHED = ("converged", "stationary")


class Coefficient(NamedTuple):
    """One row of a summary; None where a number does not exist.

    Attributes
    ----------
    name : str
    estimate, standard_error : float
        The standard error is None where the coefficient is fixed.
    statistic, p_value : float or None
        estimate / standard error, and the probability of one as far from 0 if the true coefficient is 0.
    low, high : float or None
        Ends of the interval.
    standardized : float or None
        Change of the predictor for one standard deviation of the column; for a squared loss in standard deviations of
        the target. None for the intercept.
    vif : float or None
        Variance inflation factor, see `Collinearity`.
    """

    name: str
    estimate: float
    standard_error: float | None = None
    statistic: float | None = None
    p_value: float | None = None
    low: float | None = None
    high: float | None = None
    standardized: float | None = None
    vif: float | None = None


class Fitted(NamedTuple):
    """A fit of one target or two classes: its rows and problem, the answer w (d + 1, 1), raw, and names."""

    rows: Rows
    problem: Problem
    w: Array
    names: tuple[str, ...]
    target: str = "y"


class Summary(NamedTuple):
    """What a fit says of each coefficient and of the whole model. ``str`` gives it as a table.

    Attributes
    ----------
    target, loss : str
    coefficients : tuple of Coefficient
        In the order of the columns, the intercept last, if there is one.
    fit : GoodnessOfFit
    test : SlopeTest or None
    covariance : (d + 1, d + 1) array
        Of the raw coefficients, intercept last.
    cov_type : str
    clusters : int or None
    reference : Reference
        Normal, or t with its degrees of freedom.
    level : float
        Of the intervals.
    condition : float or None
        Condition number, see `Collinearity`.
    notes : tuple of str
    """

    target: str
    loss: str
    coefficients: tuple[Coefficient, ...]
    fit: GoodnessOfFit
    test: SlopeTest | None
    covariance: Array
    cov_type: str
    clusters: int | None
    reference: Reference
    level: float
    condition: float | None
    notes: tuple[str, ...] = ()

    def __str__(self) -> str:
        return self.text()

    def _repr_html_(self) -> str:
        return html_of(self)

    def text(self, *, sort: str | None = None, most: int | None = None) -> str:
        """The summary as lines of aligned text.

        Parameters
        ----------
        sort : {None, "size", "name", "p"}
            Order of the coefficients: that of the columns, falling |standardized|, by name, or rising p-value.
        most : int, optional
            Maximum number of coefficients shown; None is all.
        """
        return "\n".join(lines_of(self, sort=sort, most=most))

    def as_dict(self) -> dict[str, Any]:
        """All numbers but the covariance as plain values, as ``steepest summary --json`` prints them."""
        found = {name: value for name, value in self._asdict().items() if name not in ("covariance", "reference")}
        found |= {"fit": self.fit._asdict(), "test": None if self.test is None else self.test._asdict()}
        found |= {"coefficients": [each._asdict() for each in self.coefficients]}
        found |= {"distribution": self.reference.name, "degrees": self.reference.degrees}
        values: dict[str, Any] = plain(found)
        return values

    def to_frame(self) -> DataFrame:
        """The coefficients as a pandas DataFrame, a row for each, by name.

        Raises
        ------
        UsageError
            If pandas is not installed.
        """
        columns = zip(Coefficient._fields, zip(*self.coefficients, strict=True), strict=True)
        found: DataFrame = data_frame(dict(columns)).set_index("name").astype(float)
        return found


def summarize(fitted: Fitted, *, cov_type: str = "nonrobust", groups: object = None, level: float = 0.95) -> Summary:
    """Summary of a fit.

    Statistics are estimate / standard error, compared with t of n - p degrees of freedom for a squared loss (clusters -
    1 by clusters), with the normal distribution for others.

    Parameters
    ----------
    fitted : Fitted
        Weights have R's meaning: variances of a squared loss are s^2 / weight, whose scale does not matter; a
        likelihood counts a row of weight 3 three times, but n is the number of rows.
    cov_type : str
        "nonrobust", "HC0" to "HC3" or "cluster", see `covariance`.
    groups : (n,) array of labels, optional
    level : float between 0 and 1
        Of the intervals.

    Raises
    ------
    UsageError, DataError
        As `information` and `covariance`.

    Notes
    -----
    Cost: some eight passes over the rows, 2.5 n d^2 flops, twice that for a likelihood; memory of (d + 1)^2 numbers.

    Examples
    --------
    >>> from steepest import make_rows
    >>> rows = make_rows([[0.0], [1.0], [2.0]], [0.0, 2.0, 1.0])
    >>> found = summarize(Fitted(rows, Problem(), np.array([[0.5], [0.5]]), ("x",)))
    >>> x = found.coefficients[0]
    >>> round(x.standard_error, 4), round(x.p_value, 4), round(found.fit.r2, 4)
    (0.866, 0.6667, 0.25)
    """
    kind, level = read_kind(cov_type, groups), check_level(level)
    problem, w = fitted.problem, fitted.w
    if kind == "nonrobust":
        refuse_without_likelihood(problem.loss)
    found = information(fitted.rows, problem, w, fitted.names)
    spread = covariance(found, w, kind, groups)
    fit, shared = goodness_of_fit(found, problem, w), collinearity(found, problem)
    degrees = spread.degrees if spread.clusters is None else spread.clusters - 1
    reference = Reference(float(degrees) if found.loss.quadratic else None)
    return Summary(
        fitted.target,
        to_spec(problem.loss),
        _coefficients(fitted, _columns(fitted, found, spread.matrix, reference.quantile(level), shared), reference),
        fit,
        slope_test(found, problem, w, spread, fit, reference),
        spread.matrix,
        kind,
        spread.clusters,
        reference,
        level,
        None if shared is None else shared.condition,
        _notes(found, fit, shared),
    )


def check_level(level: object) -> float:
    """A level between 0 and 1."""
    if not (isinstance(level, (int, float)) and 0 < level < 1):
        raise UsageError(f"level must be a number between 0 and 1, such as 0.95, not {level!r}")
    return float(level)


def refuse_status(status: str) -> None:
    """Refuse a fit whose verdict is not that it converged; "" is unknown.

    Raises
    ------
    UsageError
        With the status of the run.
    """
    if status and status not in FINISHED:
        mend = {"separable": SEPARABLE}
        other = "standard errors are those of an optimum: fit again, with tol=0 and more steps or learning rate auto"
        raise UsageError(f"no summary of a fit that is {status}: {mend.get(status, other)}")


class Columns(NamedTuple):
    """Numbers by coefficient, each (d + 1,); NaN where there is none."""

    errors: Array
    low: Array
    high: Array
    standardized: Array
    inflation: Array


def _columns(
    fitted: Fitted, found: Information, matrix: Array, quantile: float, shared: Collinearity | None
) -> Columns:
    d, b = len(fitted.names), fitted.w[:, 0]
    free = coordinates_of(fitted.problem, d).moves
    errors = np.where(free, np.sqrt(np.maximum(np.diag(matrix), 0.0)), np.nan)
    inflation = np.full(d, np.nan) if shared is None else shared.inflation
    reach = quantile * errors
    sizes = b[:-1] * _deviations(found)
    return Columns(errors, b - reach, b + reach, np.append(sizes, np.nan), np.append(inflation, np.nan))


def _coefficients(fitted: Fitted, columns: Columns, reference: Reference) -> tuple[Coefficient, ...]:
    """The rows of the table; without an intercept that is fixed at 0."""
    b, errors = fitted.w[:, 0], columns.errors
    statistic = np.divide(b, errors, out=np.full_like(b, np.nan), where=errors > 0)
    numbers = [errors, statistic, reference.p_values(statistic), *columns[1:]]
    rows = zip((*fitted.names, "intercept"), b.tolist(), np.transpose(numbers).tolist(), strict=True)
    made = [Coefficient(name, value, *map(_known, others)) for name, value, others in rows]
    return tuple(made if fitted.problem.intercept else made[:-1])


def _known(value: float) -> float | None:
    return value if math.isfinite(value) else None


def _deviations(found: Information) -> Array:
    """Weighted standard deviation of each column, for a squared loss over that of the target."""
    rows = found.rows
    deviations = np.sqrt(np.maximum(rows.columns().variance, 0.0))
    if not found.loss.quadratic:
        return np.asarray(deviations)
    y = rows.y[:, 0]
    spread = float(np.sqrt(np.average((y - np.average(y, weights=rows.weight)) ** 2, weights=rows.weight)))
    return np.asarray(deviations / spread if spread > 0 else np.full_like(deviations, np.nan))


def _notes(found: Information, fit: GoodnessOfFit, shared: Collinearity | None) -> tuple[str, ...]:
    notes = []
    if found.loss.quadratic and exact(fit):
        notes.append("the fit is exact up to rounding, so that standard errors and tests say nothing")
    if shared is None:
        notes.append(f"VIF and condition number are left out: there are more than {MATRIX_COLUMNS:,} columns")
    return tuple(notes)
