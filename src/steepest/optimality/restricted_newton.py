"""Newton's method on the active columns: the optimum of an objective whose other coefficients stay as they are."""

from __future__ import annotations

from typing import NamedTuple, cast

import numpy as np

from ..core.threads import one_blas_thread
from ..core.types import UNIT, Array
from ..data.active_columns import CompiledColumns, Metric
from ..data.transposed import Model
from ..objective.objective import Objective
from ..objective.prox import FORBIDDEN, Sweeps, by_signs, penalty_value, smallest_subgradient
from .newton import Pointwise

__all__ = ["Restricted", "RestrictedPoint"]

STEPS = 50  # most Newton steps
HALVINGS = 40  # most halvings of a step
ARMIJO = 1e-4  # share of the predicted decrease that a step must reach
SWEEPS = (100, 20)  # most coordinate sweeps for a step, and between solutions
SHARE, COARSE = 1e-3, 1e-4  # the longest step of the last sweep, by u: its share of the gap wanted, and most
PRECISE = 1e-3  # decrease of the distance that is wanted of a step if the loss is not squared
FLAT = 1e-3  # share of the curvature bound that a second derivative counts as at least
IDLE = 0.9  # of the distance before an exact step, above which the rest is rounding
SLOW = 0.3  # of the distance before a step, above which the Hessian is computed anew
CLOSE = 0.95  # of the penalty weight: slopes from which a coefficient of 0 may move in a step
COMPILED = 24  # coordinates from which sweeps are compiled, where passes are


class RestrictedPoint(NamedTuple):
    """A point of the active columns, and its values by row."""

    u: Array  # (q,)
    z: Array  # (n,) predictors
    pointwise: Pointwise
    cost: float  # the whole objective
    g: Array  # (q,) gradient of its smooth part
    steps: int


class Restricted:
    """The objective as a function of the coordinates of some active columns.

    Parameters
    ----------
    objective : Objective
        Of one target over rows.
    metric : Metric
        Of some active columns; it is kept from one problem to the next.
    base : (n,) array
        Predictors where all active coordinates are 0: offsets, and what fixed coefficients add.
    rest : float
        Penalty of the other coordinates.
    """

    def __init__(self, objective: Objective, metric: Metric, base: Array, rest: float) -> None:
        self.objective, self.metric, self.base, self.rest = objective, metric, base, rest
        self.active = metric.active
        at, rows = self.active.coordinates, objective.rows
        self.l1, self.l2 = objective.l1[:, at, 0], objective.l2[at, 0]
        self.loss, self.y, self.rows = objective.loss, rows.y[:, 0], rows
        self.share = np.full(len(self.y), 1.0 / rows.total) if rows.weight is None else rows.weight / rows.total
        self.allowed = self.l1 * (self.l1 < FORBIDDEN)
        self.penalised = self.allowed.max(0) > 0

    def _look(self, z: Array) -> Pointwise:
        loss, y = self.loss, self.y
        return Pointwise(z, loss.value(z, y), loss.slope(z, y), loss.second_derivative(z, y))

    def _cost(self, u: Array, losses: Array) -> float:
        penalty = 0.5 * self.l2 * u * u + penalty_value(u, self.allowed)
        return float(self.share @ losses + penalty.sum()) + self.rest

    def _gradient(self, u: Array, slope: Array) -> Array:
        g: Array = self.active.products(self.share * slope) + self.l2 * u
        return g

    def start(self, u: Array) -> RestrictedPoint:
        """The values at u."""
        z = self.base + self.active.times(u)
        known = self._look(z)
        return RestrictedPoint(u, z, known, self._cost(u, known.cost), self._gradient(u, known.slope), 0)

    def minimised(self, u: Array, enough: float) -> RestrictedPoint:
        """The optimum, from u, up to a gap of ``enough``. Cost: n q^2 flops a step; one step for a squared loss."""
        with np.errstate(over="ignore", invalid="ignore"), one_blas_thread(2.0 * len(self.y) * len(u)):
            here = self.start(u)
            far, slow, late = self.distance(here), False, False
            while here.steps < STEPS and far > enough:
                exact = self._renewed(here, slow, late) and slow
                wanted = enough if self.loss.quadratic else max(enough, PRECISE * far)
                there = self._stepped(here, min(max(SHARE * wanted / here.cost, UNIT), COARSE), exact)
                nearer = np.inf if there is None else self.distance(there)
                late, slow, idle = slow, not nearer <= SLOW * far, not nearer < IDLE * far
                if there is not None and not (exact and nearer > far):
                    here, far = there, nearer
                if exact and idle and (late or self.loss.quadratic):
                    break  # the rest is rounding
        return here

    def _renewed(self, here: RestrictedPoint, slow: bool, late: bool) -> bool:
        """Compute the metric anew if there is none, or the last step was slow; return whether it is that of here.

        Where steps need no metric, it is computed only if the last two steps were slow.
        """
        if isinstance(self.active, CompiledColumns) and not (slow and late):
            return False
        if self.loss.quadratic:
            self.metric.weight = self.loss.curvature * self.share
            return True
        if slow or not len(self.metric.weight):
            self.metric.renew(self._weight(here))
            return True
        return False

    def _weight(self, here: RestrictedPoint) -> Array:
        """Second derivatives by row, weighted; not 0 on linear pieces of a loss, where the step would have no end."""
        c, second = self.loss.curvature, here.pointwise.second
        return self.share * (np.maximum(second, FLAT * c) if np.isfinite(c) else second)

    def distance(self, here: RestrictedPoint) -> float:
        """An estimate of the gap that is of first order in the violation of the optimality conditions."""
        violation, penalised = np.abs(smallest_subgradient(here.u, here.g, self.l1)), self.penalised
        over = float((violation[penalised] / self.allowed.max(0)[penalised]).max(initial=0.0))
        free, slope = violation[~penalised].max(initial=0.0), float(self.share @ np.abs(here.pointwise.slope))
        penalty = here.cost - float(self.share @ here.pointwise.cost)
        share = free / slope if slope > 0 else 0.0
        return min(over, 1.0) * (penalty + min(over, 1.0) * here.cost) + min(share, 1.0) * here.cost

    def _stepped(self, here: RestrictedPoint, share: float, exact: bool) -> RestrictedPoint | None:
        """The end of a step in the metric, shortened until the cost falls enough; None if it does not fall."""
        u, delta = here.u, self._delta(here, share, exact)
        fall = float(here.g @ delta + (penalty_value(u + delta, self.allowed) - penalty_value(u, self.allowed)).sum())
        change, size = self.active.times(delta), 1.0
        noise = 8 * UNIT * abs(here.cost)
        for _ in range(HALVINGS):
            to, z = u + size * delta, here.z + size * change
            known = self._look(z)
            cost = self._cost(to, known.cost)
            if cost <= here.cost + ARMIJO * size * fall + noise:
                return RestrictedPoint(to, z, known, cost, self._gradient(to, known.slope), here.steps + 1)
            size *= 0.5
        return None

    def _delta(self, here: RestrictedPoint, share: float, exact: bool) -> Array:
        """The step to the minimum of the model in the metric, over the coordinates that are or may become other than 0.

        If it need not be ``exact`` and sweeps are compiled, by coordinate descent alone, until no step is longer than
        a share of the longest u.
        """
        metric, u, delta = self.metric, here.u, np.zeros(len(here.u))
        if isinstance(self.active, CompiledColumns) and not exact:
            model = Model(self.active.scale, self._weight(here), here.g, self.l1, self.l2)
            return self.active.descended(model, u, SWEEPS[0], max(share, UNIT)) - u
        most = np.where(here.g > 0, self.l1[0], self.l1[1])
        on = np.flatnonzero((u != 0) | (np.abs(here.g) >= CLOSE * most))
        on = on if u.any() else np.arange(len(u))
        H, g, s, sweeps = metric.among(on), here.g[on], self.l1[:, on], self._sweeps(len(on), SWEEPS[exact], share)
        sizes = H.diagonal() * (1 + 4 * len(H) * UNIT) + self.l2[on]
        H.flat[:: len(H) + 1] = np.where(sizes > 0, sizes, 1.0)
        if exact or sweeps is None:
            delta[on] = by_signs(H, H @ u[on] - g, s, u[on], sweeps) - u[on]
        else:
            to = u[on]
            sweeps(to, g.copy(), H, s)
            delta[on] = to - u[on]
        return delta

    def _sweeps(self, q: int, most: int, share: float) -> Sweeps | None:
        """Compiled coordinate sweeps, if passes are compiled and there are enough coordinates."""
        if q < COMPILED or not self.rows.worth_compiling:
            return None
        from ..kernels.compiler import compiled
        from ..kernels.coordinates import coordinate_sweeps

        kernel = compiled(coordinate_sweeps)
        return lambda u, rest, B, s: cast(None, kernel(u, rest, B, np.ascontiguousarray(s), most, max(share, UNIT)))
