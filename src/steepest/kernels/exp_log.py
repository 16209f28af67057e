"""exp(-x) and log(1 + e) without calls, branches or tables, so that the compiler vectorises a loop over rows."""
# mypy: disable-error-code="no-untyped-def,no-untyped-call"

from __future__ import annotations

import math

import numpy as np
from numba.extending import overload

from ..core import exp_log as plain

__all__ = ["exp_minus", "log1p_unit"]

LOG2_HIGH, LOG2_LOW = 0.693147180369123816490, 1.90821492927058770002e-10  # log 2 in two parts
E2, E3, E4, E5, E6, E7, E8, E9, E10, E11, E12, E13 = (1.0 / math.factorial(i) for i in range(2, 14))
# atanh(s) / s = sum of s^(2i) / (2i + 1); s = e / (2 + e) <= 1/3, so 17 terms reach 2^-54
A1, A2, A3, A4, A5, A6, A7, A8, A9, A10, A11, A12, A13, A14, A15, A16 = (1.0 / (2 * i + 1) for i in range(1, 17))


def exp_minus(x):
    """exp(-x) for x >= 0: 2^-n times a Taylor polynomial on |r| <= log(2) / 2; 0 beyond 708."""
    t = min(x, 708.0)
    n = np.floor(t * 1.4426950408889634 + 0.5)
    r = (n * LOG2_HIGH - t) + n * LOG2_LOW
    r2 = r * r
    r4 = r2 * r2
    low = (1.0 + r) + r2 * (E2 + r * E3) + r4 * ((E4 + r * E5) + r2 * (E6 + r * E7))
    high = (E8 + r * E9) + r2 * (E10 + r * E11) + r4 * (E12 + r * E13)
    power = np.int64((1023 - np.int64(n)) << 52).view(np.float64)
    result = (low + r4 * r4 * high) * power
    return result if x <= 708.0 else (0.0 if x > 708.0 else x)  # the last is NaN


def log1p_unit(e):
    """log(1 + e) for 0 <= e <= 1, as 2 atanh(e / (2 + e))."""
    s = e / (2.0 + e)
    q = s * s
    q2 = q * q
    q4 = q2 * q2
    q8 = q4 * q4
    low = (A1 + q * A2) + q2 * (A3 + q * A4) + q4 * ((A5 + q * A6) + q2 * (A7 + q * A8))
    high = (A9 + q * A10) + q2 * (A11 + q * A12) + q4 * ((A13 + q * A14) + q2 * (A15 + q * A16))
    return 2.0 * s + 2.0 * s * (q * (low + q8 * high))


overload(plain.exp_minus, jit_options={"forceinline": True})(lambda x: exp_minus)
overload(plain.log1p_unit, jit_options={"forceinline": True})(lambda e: log1p_unit)
