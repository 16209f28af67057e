"""A table as one would write it first: dense, in double precision, every answer the formula itself over all rows.

No blocks, no threads, no kernels, and losses of its own: what a kind of data answers is held against this.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from steepest.core.units import RAW, Units


def sigmoid(z):
    return 1.0 / (1.0 + np.exp(-z))


# value, slope and second derivative by z of one target by itself
LOSSES = {
    "squared_error": (lambda z, y: (z - y) ** 2 / 2.0, lambda z, y: z - y, lambda z, y: np.ones_like(z)),
    "log_loss": (
        lambda z, y: np.log1p(np.exp(z)) - y * z,
        lambda z, y: sigmoid(z) - y,
        lambda z, y: sigmoid(z) * (1.0 - sigmoid(z)),
    ),
    "poisson": (  # half the deviance
        lambda z, y: np.exp(z) - y * z - y + y * np.log(np.maximum(y, 1e-300)),
        lambda z, y: np.exp(z) - y,
        lambda z, y: np.exp(z),
    ),
}


@dataclass(frozen=True)
class Twin:
    """n rows of d columns with k targets; z_i = ((x_i - shift) * scale) w + b + offset_i."""

    X: Any  # (n, d)
    y: Any  # (n, k)
    weight: Any  # (n,)
    offset: Any  # (n,)
    units: Units = RAW

    @property
    def shape(self):
        return self.X.shape

    @property
    def outputs(self):
        return self.y.shape[1]

    @property
    def total(self):
        return self.weight.sum()

    @property
    def table(self):
        """Rows in the units of the descent, with a column of ones: (n, d + 1)."""
        X = self.X if self.units.shift is None else self.X - self.units.shift
        X = X if self.units.scale is None else X * self.units.scale
        return np.column_stack((X, np.ones(len(X))))

    def in_units(self, units):
        return replace(self, units=units)

    def with_rows(self, *, offset=None, weight=None, targets=None):
        given = {"offset": offset, "weight": weight, "y": targets}
        return replace(self, **{name: values for name, values in given.items() if values is not None})

    def take(self, numbers):
        return replace(
            self, X=self.X[numbers], y=self.y[numbers], weight=self.weight[numbers], offset=self.offset[numbers]
        )

    def predictor(self, w):
        return self.table @ w + self.offset[:, None]

    def value(self, loss, w):
        cost = self.weight[:, None] * LOSSES[loss][0](self.predictor(w), self.y)
        return cost.sum() / self.total

    def value_and_gradient(self, loss, w):
        return self.value(loss, w), self.transpose_product(LOSSES[loss][1](self.predictor(w), self.y))

    def transpose_product(self, r):
        return self.table.T @ (self.weight[:, None] * r) / self.total

    def curvature(self, loss, w):
        """Second derivatives (d + 1, d + 1) for one target, or for each of several where the loss is a square."""
        second = LOSSES[loss][2](self.predictor(w), self.y)[:, :1]
        return self.table.T @ (self.weight[:, None] * second * self.table) / self.total

    def columns(self):
        mean = self.weight @ self.X / self.total
        return mean, self.weight @ (self.X - mean) ** 2 / self.total

    def targets(self):
        return self.y.min(0), self.y.max(0), self.weight @ self.y / self.total

    def gram(self, weight):
        """Sum of weight x x' over the rows x = [columns, targets - offset, 1], in the user's own units."""
        full = np.column_stack((self.X, self.y - self.offset[:, None], np.ones(len(self.X))))
        return full.T @ (weight[:, None] * full)

    def fold(self, W, judge):
        """What a judge makes of the predictors without offsets, all rows at once."""
        products, weight, totals = judge(0, len(self.X), self.table @ W)
        return products @ self.table, weight @ self.table**2, np.array(totals)

    def longest_row(self):
        return (self.weight * (self.table**2).sum(1)).max() * len(self.X) / self.total


@dataclass(frozen=True)
class ClassesTwin(Twin):
    """Targets are 1 at the row's class, 0 elsewhere; the loss is softmax, which couples them."""

    def probabilities(self, w):
        z = np.exp(self.predictor(w))
        return z / z.sum(1, keepdims=True)

    def value(self, loss, w):
        return -(self.weight * (self.y * np.log(self.probabilities(w))).sum(1)).sum() / self.total

    def value_and_gradient(self, loss, w):
        return self.value(loss, w), self.transpose_product(self.probabilities(w) - self.y)

    def curvature(self, loss, w):
        """Second derivatives ((d + 1) k, (d + 1) k), coordinate j of class c at place j k + c."""
        p = self.probabilities(w)
        between = p[:, :, None] * (np.eye(self.outputs) - p[:, None, :])  # diag(p) - p p' of each row
        H = np.einsum("n,ni,nj,nab->iajb", self.weight, self.table, self.table, between, optimize=True)
        return H.reshape(w.size, w.size) / self.total


@dataclass(frozen=True)
class FunctionTwin:
    """f(x) = sum_j x_j^4 + x' A x / 2 with everything written out."""

    A: Any  # (d, d)

    @property
    def shape(self):
        return 1, len(self.A) - 1

    def value_and_gradient(self, loss, w):
        x = w[:, 0]
        return np.sum(x**4) + x @ self.A @ x / 2.0, (4.0 * x**3 + self.A @ x)[:, None]

    def curvature(self, loss, w):
        return np.diag(12.0 * w[:, 0] ** 2) + self.A


def slope_by_differences(f, w, step=1e-5):
    """Central differences of f at w (d + 1, k), one coordinate at a time: error about 1e-9."""
    g = np.zeros_like(w)
    for place in np.ndindex(*w.shape):
        there, back = w.copy(), w.copy()
        there[place] += step
        back[place] -= step
        g[place] = (f(there) - f(back)) / (2.0 * step)
    return g


class Watched(np.ndarray):
    """An array that counts what is read of it, along its first axis, in ``seen[0]``.

    A block that is taken again at once is still in the cache and counts as one; the whole array counts each time.
    """

    @staticmethod
    def of(array):
        watched = np.asarray(array).view(Watched)
        watched.seen, watched.last = [0], [None]
        return watched

    def __array_finalize__(self, parent):
        self.seen, self.last = getattr(parent, "seen", [0]), getattr(parent, "last", [None])

    def _note(self, key, count):
        if key is None or key != self.last[0] or count == len(self):
            self.seen[0] += count
        self.last[0] = key

    def __getitem__(self, key):
        part = np.asarray(self)[key]
        first = key[0] if isinstance(key, tuple) else key
        if isinstance(first, slice):
            self._note(str(first), len(range(*first.indices(len(self)))))
        else:
            self._note(None, np.size(first))
        return part

    def __array_ufunc__(self, ufunc, method, *inputs, **settings):
        self._note(None, len(self))
        return getattr(ufunc, method)(*(np.asarray(i) if isinstance(i, Watched) else i for i in inputs), **settings)

    def __array_function__(self, function, types, args, settings):
        self._note(None, len(self))
        plain = [np.asarray(a) if isinstance(a, Watched) else a for a in args]
        return function(*plain, **{k: np.asarray(v) if isinstance(v, Watched) else v for k, v in settings.items()})
