"""Contraction: by what a step multiplies the distance to the minimum, along one eigendirection of the Hessian.

The sentence of `Contraction.sentence` is that of the lab page too: ``front/`` spells the same words, so change both.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from ..core.records import to_name
from ..core.setting_types import RuleLike
from ..methods.method import read_rule
from .curvature import stability_of
from .forecast import transition

__all__ = ["NEAR", "Contraction", "contraction", "factor_text"]

NEAR = 1e-6  # share of the distance that `Contraction.steps` leaves
MULTIPLIES = "Each step multiplies the distance to the minimum by {}."
PLAIN = "1 - {} x {} = {}"
WITH_MEMORY = "{} in the long run"


class Contraction(NamedTuple):
    """What one step does to the distance to the minimum, along an eigenvector of the Hessian, on a quadratic.

    With a plain step of rate eta along a curvature lambda the distance e becomes (1 - eta lambda) e. A rule with memory
    multiplies (e, memory) by a matrix; its factor is the largest absolute eigenvalue of that.

    Attributes
    ----------
    curvature, rate : float
    factor : float
        1 - eta lambda for plain steps, negative where the step overshoots; for rules with memory >= 0. The distance
        grows beyond 1.
    rule : str
    """

    curvature: float
    rate: float
    factor: float
    rule: str = "plain"

    @property
    def steps(self) -> float:
        """Steps to come within 1e-6 of the distance; infinite if it does not shrink."""
        size = abs(self.factor)
        if size >= 1.0:
            return math.inf
        return 1.0 if size == 0.0 else max(1.0, float(math.ceil(math.log(NEAR) / math.log(size) * (1.0 - 1e-12))))

    @property
    def sentence(self) -> str:
        """The reason in one sentence.

        Examples
        --------
        >>> contraction(37.5, 1.0).sentence
        'Each step multiplies the distance to the minimum by 1 - 37.5 x 1 = -36.5.'
        """
        factor = factor_text(self.factor)
        told = PLAIN.format(f"{self.curvature:.4g}", f"{self.rate:.4g}", factor)
        return MULTIPLIES.format(told if self.rule == "plain" else WITH_MEMORY.format(factor))

    def along(self, direction: str) -> str:
        """The sentence, of one direction among others.

        Examples
        --------
        >>> contraction(37.5, 1.0).along("the steepest direction")
        'Along the steepest direction, each step multiplies the distance to the minimum by 1 - 37.5 x 1 = -36.5.'
        """
        return f"Along {direction}, e{self.sentence[1:]}"


def contraction(curvature: float, rate: float, rule: RuleLike = "plain") -> Contraction:
    """What a step of a rule with `stability` does along an eigenvector with this curvature.

    Parameters
    ----------
    curvature : float
        Eigenvalue of the Hessian.
    rate : float
        Constant learning rate.
    rule : record or name
        One that has `stability`: plain, momentum or nesterov.

    Raises
    ------
    UsageError
        If the rule has none.

    Examples
    --------
    >>> found = contraction(37.5, 0.02)
    >>> round(found.factor, 12), found.steps
    (0.25, 10.0)
    >>> round(contraction(37.5, 0.02, "momentum").factor, 6)  # the root of beta, where the motion oscillates
    0.948683
    """
    known = read_rule(rule)
    stability_of(known)  # refuses a rule without
    if not known.slots:
        return Contraction(curvature, rate, 1.0 - rate * curvature)
    size = np.abs(np.linalg.eigvals(transition(known, np.array([rate * curvature]))[0])).max()
    return Contraction(curvature, rate, float(size), to_name(type(known)))


def factor_text(factor: float) -> str:
    """A factor with four digits, or as many as tell it from 1.

    Examples
    --------
    >>> factor_text(-36.5), factor_text(1 - 1.25e-7)
    ('-36.5', '0.999999875')
    """
    away = abs(abs(factor) - 1.0)
    if not 0.0 < away < 1e-3:
        return f"{factor:.4g}"
    return f"{factor:.{min(15, 2 - math.floor(math.log10(away)))}f}".rstrip("0")
