"""Forecast: how far a descent at a constant rate gets on a quadratic, from the spectrum of its Hessian."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ..core.record_types import Rule
from ..core.types import UNIT, Array

__all__ = ["Course", "course_of"]

OCTAVES = 50  # a forecast of more than 2^50 steps counts as infinite: rates times curvatures below 1e-15 are rounding


class Course(NamedTuple):
    """The course of a descent along the eigenvectors of a Hessian, one linear recursion each.

    With e_i the distance from the minimum along eigenvector i and u_i the memory of the rule, (e_i, u_i) is multiplied
    by the matrix M_i in every step, and the gap is the sum of lambda_i e_i^2 / 2.
    """

    curvature: Array  # (m,) eigenvalues
    step: Array  # (m, s, s), the matrices M
    start: Array  # (m, s, k), distance from the minimum and memory at the start
    end: Array  # (m, k), distance at the end

    def gap(self, state: Array) -> float:
        """Cost minus minimum of a state (m, s, k)."""
        return 0.5 * float(self.curvature @ (state[:, 0] ** 2).sum(1))

    def after(self, steps: int) -> Array:
        """The state (m, s, k) after some steps; with sampled steps, its mean."""
        return np.asarray(np.linalg.matrix_power(self.step, steps) @ self.start)

    def left(self, steps: int, target: float, mean: bool = False) -> float:
        """Steps from the end, after ``steps``, until the gap is at most ``target``; infinite where it never is.

        ``mean``: of the mean of sampled steps. A gap counts only where that of the next step is as small too, since
        the rules with momentum pass through the minimum. Cost: some 100 products of all M.
        """
        state = self.after(steps)
        if not mean:
            state[:, 0] = self.end
        powers = [self.step]
        while self._above(powers[-1] @ state, target):
            if len(powers) > OCTAVES:
                return np.inf
            powers.append(powers[-1] @ powers[-1])
        done = 0
        for octave in range(len(powers) - 2, -1, -1):
            ahead = powers[octave] @ state
            if self._above(ahead, target):
                state, done = ahead, done + (1 << octave)
        return done + 1.0

    def _above(self, state: Array, target: float) -> bool:
        return max(self.gap(state), self.gap(self.step @ state)) > target


def course_of(H: Array, g: Array, moved: Array, rule: Rule, rate: float) -> Course:
    """The course of a descent by a rule that is linear, on a quadratic.

    Parameters
    ----------
    H : (p, p) array
        Hessian over the free coordinates.
    g, moved : (p, k) arrays
        Gradient at the end, and the end minus the start.
    rule : Rule
        One with `stability`.
    rate : float
        Its constant learning rate.

    Notes
    -----
    Directions whose curvature is rounding are left out. Cost: about 10 p^3 flops.

    Examples
    --------
    >>> from steepest.methods.rules import Plain
    >>> course = course_of(np.array([[1.0]]), np.array([[4.0]]), np.array([[-4.0]]), Plain(), 0.5)
    >>> float(course.after(1)[0, 0, 0]), course.left(1, 0.5)  # from 8 to 4; from there to 2 and 1
    (4.0, 2.0)
    """
    values, vectors = np.linalg.eigh(H)
    curved = values > 8 * len(values) * UNIT * values[-1:].max(initial=0.0)
    values, along = values[curved], vectors[:, curved].T
    end = along @ g / values[:, None]
    start = np.zeros((len(values), 1 + rule.slots, g.shape[1]))
    start[:, 0] = end - along @ moved
    return Course(values, transition(rule, rate * values), start, end)


def transition(rule: Rule, x: Array) -> Array:
    """The matrices (m, s, s) by which a step multiplies (e, u), for rates times curvatures x (m,).

    They are what the rule makes of unit vectors: it is linear in gradient and memory.
    """
    size = 1 + rule.slots
    matrix = np.empty((len(x), size, size))
    for j, unit in enumerate(np.eye(size)):
        memory = np.repeat(unit[1:, None], len(x), axis=1)
        matrix[:, 0, j] = unit[0] - rule.direction(x * unit[0], memory, 1)
        matrix[:, 1:, j] = memory.T
    return matrix
