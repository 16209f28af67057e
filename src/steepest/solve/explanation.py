"""The explanation of one step of a descent: its numbers, as a record. `explain` makes it."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..core.files import plain
from ..core.html_text import safe
from ..core.types import Array
from .explanation_text import text_of

__all__ = ["Batch", "Eigendirection", "Explanation"]


class Batch(NamedTuple):
    """The rows that a step drew.

    Attributes
    ----------
    rows : (m,) array of int
        Their numbers in the table, from 1.
    of : int
        Rows of the table.
    z, y, error : (m,) arrays
        Linear predictor, target, and the derivative of the loss by z: z - y for a squared error, p - y for log loss.
    weight : (m,) array or None
    angle : float
        Degrees between the gradient over these rows and that over all rows.
    """

    rows: NDArray[np.int64]
    of: int
    z: Array
    y: Array
    error: Array
    weight: Array | None
    angle: float


class Eigendirection(NamedTuple):
    """What a step did along one eigenvector of the Hessian at its start.

    Attributes
    ----------
    curvature : float
    vector : (p,) array
        Of length 1; 0 for fixed parameters.
    factor : float or None
        1 - eta lambda, by which a plain step over all rows multiplies the distance to the minimum; None for others.
    measured : float or None
        Slope of the cost along the vector after the step, as a multiple of that before. For a quadratic it is that of
        the distance too. None where the slope is rounding.
    """

    curvature: float
    vector: Array
    factor: float | None
    measured: float | None


class Explanation(NamedTuple):
    """One step of a descent, from state K to state K + 1: after = before - rate x direction.

    Attributes
    ----------
    step : int
        K.
    names : tuple of p str
        Of the parameters; of a table the intercept last.
    before, after : (p,) arrays
        The parameters, in the units of the descent: those of scaled columns if ``scaled``.
    gradient : (p,) array
        Of the objective at ``before``; of a step on a batch over its rows.
    direction : (p,) array
        What the rule made of the gradient; with an L1 penalty or bounds, what is left after them.
    rate : float
        The learning rate of the step.
    cost, cost_after : float
        The objective over all rows.
    by_slope, by_curvature : float, float or None
        The parts of the predicted decrease: rate g . p, and -rate^2 p' H p / 2, with g and H those of all rows.
    directions : tuple of Eigendirection
        Largest curvature first; empty beyond 1,500 columns.
    batch : Batch or None
        None if the step used all rows.
    fixed : tuple of str
        Names of the parameters that are fixed.
    method, rule, loss : str
        The method in words; how the rule makes the direction, "" for plain steps; the loss as in the settings, "" of a
        function.
    remembers, quadratic, scaled, weighted, penalised : bool
        Whether the direction is the gradient plus a share of earlier ones, second derivatives are constant, the columns
        were standardised, the rows have weights, and there is a penalty.
    why : str
        The reason in one sentence.

    Examples
    --------
    >>> from steepest import explain, minimize
    >>> found = explain(minimize("(x - 3)**2 + 2", 6, learning_rate=0.25, steps=4), 0)
    >>> found.before.tolist(), found.direction.tolist(), found.after.tolist(), found.cost_after
    ([6.0], [6.0], [4.5], 4.25)
    """

    step: int
    names: tuple[str, ...]
    before: Array
    after: Array
    gradient: Array
    direction: Array
    rate: float
    cost: float
    cost_after: float
    by_slope: float
    by_curvature: float | None
    directions: tuple[Eigendirection, ...]
    batch: Batch | None
    fixed: tuple[str, ...]
    method: str
    rule: str
    remembers: bool
    loss: str
    quadratic: bool
    scaled: bool
    weighted: bool
    penalised: bool
    why: str

    @property
    def decrease(self) -> float:
        """What the cost fell by; negative where it rose."""
        return self.cost - self.cost_after

    @property
    def predicted(self) -> float | None:
        """The decrease that slope and curvature predict, exact for a quadratic."""
        return None if self.by_curvature is None else self.by_slope + self.by_curvature

    @property
    def function(self) -> bool:
        """Whether a formula was descended, and no rows."""
        return not self.loss

    def as_dict(self) -> dict[str, Any]:
        """All of it for JSON."""
        found = {**self._asdict(), "predicted": self.predicted, "decrease": self.decrease}
        found["batch"] = None if self.batch is None else self.batch._asdict()
        found["directions"] = [each._asdict() for each in self.directions]
        return dict(plain(found))

    def __str__(self) -> str:
        return "\n".join(text_of(self))

    def _repr_html_(self) -> str:
        return f"<pre>{safe(str(self))}</pre>"
