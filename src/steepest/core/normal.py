"""The normal distribution in its tails: log Phi(x) and the ratio phi(x) / Phi(x), each to some 1e-14 of itself.

Within 4 of 0 they are SciPy's in plain code, loaded at the first call; compiled code takes erfc. Beyond, both take
Laplace's continued fraction of the upper tail, phi(t) / Phi(-t) = t + 1 / (t + 2 / (t + 3 / (t + ...))).
"""

from __future__ import annotations

import math

import numpy as np

from .types import LinkValue

__all__ = ["log_normal_cdf", "normal_excess", "normal_ratio", "tail_excess"]

ROOT_2, DENSITY_0 = math.sqrt(2.0), 1.0 / math.sqrt(2.0 * math.pi)
TAIL, TERMS = 4.0, 24  # where the tails begin; terms of the continued fraction, whose rest is about that of equal terms


def tail_excess(t: LinkValue) -> LinkValue:
    """phi(t) / Phi(-t) - t for t >= 4, without cancellation: about 1 / t."""
    below = 0.5 * (t + np.sqrt(t * t + 4.0 * TERMS))
    for i in range(TERMS, 1, -1):
        below = t + i / below
    return 1.0 / below


def log_normal_cdf(x: LinkValue) -> LinkValue:
    """log Phi(x), the logarithm of the standard normal distribution function.

    Examples
    --------
    >>> log_normal_cdf(np.array([0.0, -1000.0])).round(6).tolist()
    [-0.693147, -500007.826695]
    """
    from scipy.special import log_ndtr

    t = np.maximum(x, TAIL)
    above = np.log1p(-DENSITY_0 * np.exp(-0.5 * t * t) / (t + tail_excess(t)))
    return np.where(x > TAIL, above, log_ndtr(np.minimum(x, TAIL)))


def normal_ratio(x: LinkValue) -> LinkValue:
    """phi(x) / Phi(x), the derivative of log Phi: about -x in the lower tail, 0 where x > 39.

    Examples
    --------
    >>> normal_ratio(np.array([0.0, -1000.0])).round(6).tolist()
    [0.797885, 1000.001]
    """
    from scipy.special import erfcx

    t = np.maximum(np.abs(x), TAIL)
    size = t + tail_excess(t)
    density = DENSITY_0 * np.exp(-0.5 * t * t)
    beyond = np.where(x > 0.0, density / (1.0 - density / size), size)
    return np.where(np.abs(x) > TAIL, beyond, 2.0 * DENSITY_0 / erfcx(np.clip(x, -TAIL, TAIL) / -ROOT_2))


def normal_excess(x: LinkValue) -> LinkValue:
    """phi(x) / Phi(x) + x: above 0, and about -1 / x in the lower tail.

    Examples
    --------
    >>> normal_excess(np.array([0.0, -1000.0])).round(9).tolist()
    [0.797884561, 0.000999998]
    """
    return np.where(x < -TAIL, tail_excess(np.maximum(-x, TAIL)), normal_ratio(np.maximum(x, -TAIL)) + x)
