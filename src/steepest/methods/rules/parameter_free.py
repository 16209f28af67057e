"""Rules that need no tuned learning rate: two that estimate the distance to go, and one that needs no schedule."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ...core.record_kinds import rule
from ...core.types import Gradient, Memory
from .adaptive import refusal

__all__ = ["DoWG", "Prodigy", "ScheduleFree"]

TINY = 1e-300  # in place of a denominator of 0, whose numerator is 0 too


@rule(slots=2, sees=("rate", "point"))
class ScheduleFree(NamedTuple):
    """Plain steps z, their mean x, and gradients between the two: as fast as a tuned schedule of known length.

    z <- z - eta g, x <- x + c (z - x) with c = eta^2 over the sum of all eta^2 so far (1/t for a constant eta), and
    gradients are taken at y = (1 - beta) z + beta x. The answer is x; y is the point that moves: p = (1 - beta) g +
    beta (x - z) c / eta, with x before and z after the step. Cost: 10 flops a coordinate.

    Parameters
    ----------
    beta : float, 0 < beta <= 1, default 0.9
        Place of y between z and x: near 0 the answer is the plain mean of plain steps (Polyak-Ruppert), 1 is primal
        averaging.

    Raises
    ------
    UsageError
        When it is used, if a setting is out of its range.

    References
    ----------
    Defazio, A. et al. (2024). The road less scheduled. NeurIPS. arXiv:2405.15682

    Examples
    --------
    >>> import numpy as np
    >>> rule, memory = ScheduleFree(0.5), np.array([0.0, 0.0, 0.1, 3.0])
    >>> round(float(rule.direction(2.0, memory, 1)), 6), round(float(rule.answer(2.8, memory)), 6)
    (2.0, 2.8)
    """

    beta: float = 0.9

    def direction(self, g: Gradient, memory: Memory, t: int) -> Gradient:
        """z <- z - eta g; p = (1 - beta) g + beta (x - z) c / eta, with x from y and z before the step."""
        rate, y = memory[2], memory[3]
        if t == 1:
            memory[0] = y
        x = y + (1.0 / self.beta - 1.0) * (y - memory[0])
        memory[0] = memory[0] - rate * g
        memory[1] = memory[1] + rate * rate
        return (1.0 - self.beta) * g + self.beta * (x - memory[0]) * (rate / np.maximum(memory[1], TINY))

    def answer(self, at: Gradient, memory: Memory) -> Gradient:
        """x = y + (1 / beta - 1) (y - z)."""
        return at + (1.0 / self.beta - 1.0) * (at - memory[0])

    @property
    def memory_share(self) -> float:
        """Share of the last direction that is kept: beta."""
        return self.beta

    def check(self) -> str | None:
        """Say what is wrong with the settings, or None."""
        return None if 0 < self.beta <= 1 else f"schedule_free needs 0 < beta <= 1, not {self.beta!r}"


@rule(slots=3, elementwise=False, sees=("point",))
class DoWG(NamedTuple):
    """Steepest descent whose length comes from the distance travelled: p = g r^2 / sqrt(v); meant for eta 1.

    r is the largest distance ``|w - w_0|`` so far, r0 at least, and ``v <- v + r^2 |g|^2``. The steps do not change
    when the objective is multiplied by a constant. Cost: 8 flops a coordinate.

    Parameters
    ----------
    r0 : float > 0, default 0.01
        First guess of the distance to the optimum; a guess that is too small costs a logarithm of its error. The
        first step is this long.
    eps : float >= 0, default 0.0
        Added to sqrt(v); 1e-4 in the authors' code and optax, absent in the paper.

    Raises
    ------
    UsageError
        When it is used, if a setting is out of its range.

    References
    ----------
    Khaled, A., Mishchenko, K. and Jin, C. (2023). DoWG unleashed: an efficient universal parameter-free gradient
    descent method. NeurIPS. arXiv:2305.16284

    Examples
    --------
    >>> import numpy as np
    >>> DoWG(r0=0.5).direction(np.array([3.0, -4.0]), np.zeros((4, 2)), 1)
    array([ 0.3, -0.4])
    """

    r0: float = 1e-2
    eps: float = 0.0

    def direction(self, g: Gradient, memory: Memory, t: int) -> Gradient:
        """p = g r^2 / (sqrt(v) + eps); the slots are w_0, r^2 and v."""
        if t == 1:
            memory[0] = memory[3]
        moved = memory[3] - memory[0]
        memory[1] = np.maximum(np.maximum(memory[1], np.sum(moved * moved)), self.r0 * self.r0)
        memory[2] = memory[2] + memory[1] * np.sum(g * g)
        return g * (memory[1] / np.maximum(np.sqrt(memory[2]) + self.eps, TINY))

    def check(self) -> str | None:
        """Say what is wrong with the settings, or None."""
        right = 0 < self.r0 < np.inf and 0 <= self.eps < np.inf
        return None if right else f"dowg needs r0 > 0 and eps >= 0, not {self.r0!r} and {self.eps!r}"


@rule(slots=6, elementwise=False, sees=("rate", "point"))
class Prodigy(NamedTuple):
    """Adam that estimates its own step: d grows to the distance to the optimum, and p = d m / (sqrt(v) + d eps).

    m <- beta1 m + (1 - beta1) d g, v <- beta2 v + (1 - beta2) d^2 g^2. With beta3 = sqrt(beta2), r <- beta3 r + eta d^2
    g . (w_0 - w) and s <- beta3 s + eta d^2 g, and ``d <- max(d, r / |s|_1)`` for the next step. Meant for eta 1, or a
    schedule that falls from 1. Cost: 24 flops a coordinate.

    Parameters
    ----------
    beta1, beta2, eps : float, defaults 0.9, 0.999 and 1e-08
        As in `Adam`.
    d0 : float > 0, default 1e-06
        First d, well below the largest distance a coordinate has to go.
    corrected : 0 or 1, default 0
        Whether eta is multiplied by sqrt(1 - beta2^t) / (1 - beta1^t), Adam's correction: 0 in the paper, 1 in optax.

    Raises
    ------
    UsageError
        When it is used, if a setting is out of its range.

    References
    ----------
    Mishchenko, K. and Defazio, A. (2024). Prodigy: an expeditiously adaptive parameter-free learner. ICML.
    arXiv:2306.06101

    Examples
    --------
    >>> import numpy as np
    >>> memory = np.zeros((8, 1))
    >>> p = Prodigy(beta1=0.0, beta2=0.75, d0=0.5).direction(np.array([3.0]), memory, 1)
    >>> round(float(p[0]), 6)
    1.0
    """

    beta1: float = 0.9
    beta2: float = 0.999
    eps: float = 1e-8
    d0: float = 1e-6
    corrected: int = 0

    def direction(self, g: Gradient, memory: Memory, t: int) -> Gradient:
        """p = d m / (sqrt(v) + d eps); the slots are w_0, m, v, s, r and d."""
        if t == 1:
            memory[0] = memory[7]
        d = np.maximum(memory[5], self.d0)
        share = np.sqrt(1.0 - self.corrected * self.beta2**t) / (1.0 - self.corrected * self.beta1**t)
        memory[1] = self.beta1 * memory[1] + (1.0 - self.beta1) * d * g
        memory[2] = self.beta2 * memory[2] + (1.0 - self.beta2) * d * d * g * g
        weight, kept = share * memory[6] * d * d, np.sqrt(self.beta2)
        memory[3] = kept * memory[3] + weight * g
        memory[4] = kept * memory[4] + weight * np.sum(g * (memory[0] - memory[7]))
        memory[5] = np.maximum(d, memory[4] / np.maximum(np.sum(np.abs(memory[3])), TINY))
        return share * d * memory[1] / (np.sqrt(memory[2]) + d * self.eps)

    def check(self) -> str | None:
        """Say what is wrong with the settings, or None."""
        if self.corrected not in (0, 1) or not 0 < self.d0 < np.inf:
            return f"prodigy needs corrected 0 or 1 and d0 > 0, not {self.corrected!r} and {self.d0!r}"
        return refusal(self, "beta1", "beta2")
