"""The normal distribution in its tails, on numbers: from erfc near 0, from the continued fraction beyond."""
# mypy: disable-error-code="no-untyped-def,no-untyped-call"

from __future__ import annotations

import math

from numba.extending import overload, register_jitable

from ..core import normal as plain
from ..core.normal import DENSITY_0, ROOT_2, TAIL

__all__ = ["log_normal_cdf", "normal_excess", "normal_ratio"]

tail_excess = register_jitable(plain.tail_excess)


def log_normal_cdf(x):
    """log Phi(x)."""
    if x < -TAIL:
        return math.log(DENSITY_0 / (tail_excess(-x) - x)) - 0.5 * x * x
    if x > TAIL:
        return math.log1p(-DENSITY_0 * math.exp(-0.5 * x * x) / (x + tail_excess(x)))
    return math.log(0.5 * math.erfc(x / -ROOT_2)) if x < 0.0 else math.log1p(-0.5 * math.erfc(x / ROOT_2))


@register_jitable
def normal_ratio(x):
    """phi(x) / Phi(x)."""
    if x < -TAIL:
        return tail_excess(-x) - x
    density = DENSITY_0 * math.exp(-0.5 * x * x)
    if x > TAIL:
        return density / (1.0 - density / (x + tail_excess(x)))
    t = x / ROOT_2
    return 2.0 * DENSITY_0 * math.exp(-t * t) / math.erfc(-t)


def normal_excess(x):
    """phi(x) / Phi(x) + x."""
    return tail_excess(-x) if x < -TAIL else normal_ratio(x) + x


overload(plain.log_normal_cdf)(lambda x: log_normal_cdf)
overload(plain.normal_ratio)(lambda x: normal_ratio)
overload(plain.normal_excess)(lambda x: normal_excess)
