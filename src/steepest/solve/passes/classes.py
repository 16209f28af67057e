"""A table in parts with three or more classes as data: value, gradient and the joint Hessian come from one pass."""

from __future__ import annotations

import numpy as np

from ...core.record_types import LossRecord
from ...core.types import Array
from ...core.units import Units
from ...data.classes import FEW
from ...data.curvature import MomentsCurvature
from ...data.rows import Rows
from ...descent.descent import descend, until
from ...descent.stops import updates
from ...methods import rules, steps
from ...methods.method import Method
from ...objective.data import MATRIX_COLUMNS, Curvature
from ...objective.losses import SquaredError
from ...objective.objective import Objective
from ...objective.problem import Problem
from ...optimality.null_model import constant_cost
from ...optimality.softmax_duality import newton_by_matrix
from ...parts.parts import Parts
from ...parts.works import ClassCurves, Products
from .curved import Curved, Look

__all__ = ["CurvedClasses", "confirmed_decrement", "forms_joint_hessian", "has_decrement", "optimum_of_sample"]

STEPS = 30  # most Newton steps on the sample; only separated classes need so many
SHARE = 0.01  # change of the cost, relative to it, below which a sample is near its optimum: times unknowns over rows
FIT = 1.5  # mean loss of separated rows, relative to the constant model: times unknowns over rows
PART, EACH = 8, 40  # the first steps are taken over 1 / PART of a sample, if it has EACH rows for each unknown


def forms_joint_hessian(parts: Parts) -> bool:
    """Whether the Hessian of all classes, ((d + 1) k)^2 numbers, is small enough to be summed in each pass."""
    return 0 < (parts.shape[1] + 1) * parts.coding.classes <= FEW


def optimum_of_sample(some: Rows, problem: Problem, start: Array | None) -> Array:
    """The optimum (d + 1, k) of some rows, to their own accuracy. Cost: some Newton steps over them.

    Rows whose classes are separated have none: the start is then where their loss is what so many parameters explain
    by chance.
    """
    (m, d), k = some.shape, some.outputs
    w = np.zeros((d + 1, k)) if start is None else start
    few = m >= PART * EACH * (d + 1) * k
    for part in ([some.sample(m // PART, 0, problem.loss.labels)] if few else []) + [some]:
        w = _optimum(part, problem, w)
    return w


def _optimum(some: Rows, problem: Problem, w: Array) -> Array:
    chance = w.size / len(some.y)
    near, least = SHARE * chance, FIT * chance * constant_cost(problem, some) if problem.loss.labels else -np.inf
    states = descend(problem, Method(rules.Newton(), steps.Backtracking()), some, start=w)
    for state in until(
        states, updates(STEPS), lambda s: s.t > 0 and (abs(s.change) <= near * s.cost or s.cost <= least)
    ):
        w = state.w
    return w


def has_decrement(parts: Parts) -> bool:
    """Whether a matrix of all classes is small enough to be solved with, be it that of the sample."""
    return (parts.shape[1] + 1) * parts.coding.classes <= MATRIX_COLUMNS


def confirmed_decrement(objective: Objective, table: CurvedClasses, w: Array) -> float | None:
    """g' H^-1 g by the Hessian H of all rows, where that of the sample, S, is known; None without a minimum nearby.

    With v = S^-1 g and r = g - H v it is 2 g'v - v'H v + r'H^-1 r. S replaces H in the last term, which is of second
    order in the distance of the two. Cost: one pass.
    """
    g = objective(w)[1]
    delta, _, fall = newton_by_matrix(objective, w, g)
    if fall is None:
        return None
    (sums,) = table.parts.sums(Products(objective.loss, w, delta, table.units))
    product = sums[1:].reshape(w.shape[1], -1).T / table.total * table.units.scales(len(w) - 1)[:, None]
    product += objective.l2 * delta
    rest = newton_by_matrix(objective, w, g + product)[2]
    return None if rest is None else float(-2.0 * np.vdot(g, delta) - np.vdot(delta, product)) + rest


class CurvedClasses(Curved):
    """The table; see `Curved`."""

    def in_units(self, units: Units) -> CurvedClasses:
        """The same rows in other units."""
        return CurvedClasses(self.parts, self.survey, units, self.curves)

    def curvature(self, loss: LossRecord, w: Array) -> Curvature:
        """The Hessian at w, where it is small; else that of the sample. Cost: one pass, if it is not known.

        Of a squared loss it is the mean of the squares of the rows, which the survey knows.
        """
        if isinstance(loss, SquaredError) and self.survey.location is not None:
            return MomentsCurvature(self._squares(*self.survey.location[:2]))
        if not forms_joint_hessian(self.parts):
            return self.some.in_units(self.units).curvature(loss, w)
        found = self._looks.get(w.tobytes()) or self._look(loss, w)
        assert found.hessian is not None
        return MomentsCurvature(found.hessian.copy())

    def _squares(self, mean: Array, spread: Array) -> Array:
        """The mean of a a' over the rows a = (x, 1), in these units."""
        away = np.append(mean if self.units.shift is None else mean - self.units.shift, 1.0)
        scale, squares = self.units.scales(len(mean)), away[:, None] * away
        squares[:-1, :-1] += spread
        return np.asarray(squares * scale[:, None] * scale)

    def _look(self, loss: LossRecord, w: Array) -> Look:
        sums, matrix = self.parts.sums(ClassCurves(loss, w, self.units))
        return self._kept(w, Look(*self._means(sums), matrix / self.total, None))
