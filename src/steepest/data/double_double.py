"""Double-double numbers: a sum of two doubles, the second the rounding of the first; about 32 digits in plain NumPy.

Every function is elementwise on arrays. Names and proofs as in Ogita, Rump and Oishi, "Accurate sum and
dot product", doi 10.1137/030601818.
"""

from __future__ import annotations

import numpy as np

from ..core.types import Array

__all__ = [
    "Halves",
    "Pair",
    "add_products",
    "combination",
    "halves",
    "over",
    "plus",
    "summed",
    "times",
    "two_product",
    "two_sum",
]

Pair = tuple[Array, Array]  # a number and its rounding, whose sum is the value
Halves = tuple[Array, Array]  # the leading 26 bits of a number and the rest: products of halves are exact
SPLITTER = float((1 << 27) + 1)


def two_sum(a: Array, b: Array) -> Pair:
    """a + b as a pair, without error: the rounded sum and its rounding error. Cost: 6 flops.

    Examples
    --------
    >>> two_sum(1e16, 1.0)
    (1e+16, 1.0)
    """
    s = a + b
    of_b = s - a
    rest = a - (s - of_b)
    rest += b - of_b
    return s, rest


def halves(a: Array) -> Halves:
    """Split a number below 1e300 into two of 26 bits each (Veltkamp). Cost: 4 flops.

    Examples
    --------
    >>> halves(2.0**40 + 1)
    (1099511627776.0, 1.0)
    """
    big = SPLITTER * a
    high = big - (big - a)
    return high, a - high


def two_product(a: Array, b: Array, a_halves: Halves | None = None, b_halves: Halves | None = None) -> Pair:
    """Product as a pair, without error except for underflow (Dekker). Cost: 9 flops, and 4 for each split.

    Halves that the caller has are used.

    Examples
    --------
    >>> two_product(1e8 + 1, 1e8 + 1)
    (1.00000002e+16, 1.0)
    """
    a1, a2 = halves(a) if a_halves is None else a_halves
    b1, b2 = halves(b) if b_halves is None else b_halves
    product = a * b
    rest = a1 * b1
    rest -= product
    rest += a1 * b2
    rest += a2 * b1
    rest += a2 * b2
    return product, rest


def plus(a: Pair, b: Pair) -> Pair:
    """Sum of two pairs, to about 32 digits of the larger one. Cost: 14 flops.

    Examples
    --------
    >>> plus((1e16, 1.0), (-1e16, 0.25))
    (1.25, 0.0)
    """
    s, rest = two_sum(a[0], b[0])
    return two_sum(s, rest + (a[1] + b[1]))


def times(a: Pair, b: Array) -> Pair:
    """Product of a pair and a number, to about 32 digits. Cost: 25 flops.

    Examples
    --------
    >>> times((1e16, 0.25), 3.0)
    (3e+16, 0.75)
    """
    product, rest = two_product(a[0], b)
    return two_sum(product, rest + a[1] * b)


def over(a: Pair, b: float) -> Pair:
    """Quotient of a pair and a number, to about 32 digits. Cost: 30 flops.

    Examples
    --------
    >>> [float(part) for part in over((1.0, 0.0), 3.0)]
    [0.3333333333333333, 1.850371707708594e-17]
    """
    quotient = a[0] / b
    product, rest = two_product(quotient, np.asarray(b))
    return two_sum(quotient, (a[0] - product - rest + a[1]) / b)


def summed(a: Pair) -> Pair:
    """Sum of pairs along the last axis, by pairwise summation. Cost: about 8 flops a pair.

    Examples
    --------
    >>> summed((np.array([1e16, 1.0, -1e16]), np.zeros(3)))
    (np.float64(1.0), np.float64(0.0))
    """
    high, low = a
    while (count := high.shape[-1]) > 1:
        m = count // 2
        s, rest = two_sum(high[..., :m], high[..., m : 2 * m])
        rest += low[..., :m]
        rest += low[..., m : 2 * m]
        if count % 2:
            s[..., -1:], last = two_sum(s[..., -1:], high[..., -1:])
            rest[..., -1:] += last + low[..., -1:]
        high, low = s, rest
    return two_sum(high[..., 0], low[..., 0])


def combination(x: Array, x_halves: Halves, w: Pair) -> Pair:
    """Sum of w_j x_j over the columns x_j of a table, given as the rows of x (d, t). Cost: about 20 d t flops.

    Examples
    --------
    >>> x = np.array([[1e9], [3.0]])
    >>> combination(x, halves(x), (np.array([1e9, 0.5]), np.zeros(2)))
    (array([1.e+18]), array([1.5]))
    """
    if not len(x):
        return np.zeros(x.shape[1]), np.zeros(x.shape[1])
    slopes = w[0][:, None]
    product, low = two_product(x, slopes, x_halves, halves(slopes))
    if w[1].any():
        low += x * w[1][:, None]
    return summed((product.T, low.T))


def add_products(sums: Array, x: Array, x_halves: Halves, r: Pair) -> None:
    """Add r x_j for each column x_j, given as the rows of x (d, t), to the pairs ``sums`` (2, d, t).

    Cost: about 20 d t flops.

    Examples
    --------
    >>> sums, x = np.full((2, 1, 1), 0.5), np.array([[1e9]])
    >>> add_products(sums, x, halves(x), (np.array([1e9]), np.zeros(1)))
    >>> sums.ravel().tolist()
    [1e+18, 1.0]
    """
    product, low = two_product(x, r[0], x_halves, halves(r[0]))
    low += x * r[1]
    sums[0], rest = two_sum(sums[0], product)
    low += rest
    sums[1] += low
