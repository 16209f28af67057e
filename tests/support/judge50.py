"""A judge that owes nothing to the package: least costs to 50 digits, and separation proven by exact margins."""

from __future__ import annotations

import numpy as np
from mpmath.ctx_mp import MPContext
from scipy.optimize import linprog
from scipy.sparse import csr_array, eye_array, hstack

mp = MPContext()  # a context of its own: other tests set the digits of mpmath's
mp.dps = 80  # so that 50 are left of a table whose columns almost depend on each other
ZERO = mp.mpf(0)
TINY, RIDGE, DIGITS, NEAR = (mp.mpf(10) ** -p for p in (60, 45, 50, 30))


def numbers(values):
    return [mp.mpf(float(v)) for v in values]


def dot(a, b):
    return mp.fdot(a, b)


def solved(H, right):
    """A solution of H x = right by pivots of the diagonal; coordinates that depend on others are 0."""
    m, H, x = len(right), [list(row) for row in H], list(right)
    first, order, left = [H[j][j] for j in range(m)], [], list(range(m))
    while left:
        p = max(left, key=lambda j: H[j][j] / first[j] if first[j] > 0 else ZERO)
        if not (first[p] > 0 and H[p][p] > TINY * first[p]):
            break
        left.remove(p)
        order.append((p, list(left)))
        for i in left:
            factor = H[i][p] / H[p][p]
            for j in left:
                H[i][j] -= factor * H[p][j]
            x[i] -= factor * x[p]
    answer = [ZERO] * m
    for p, after in reversed(order):
        answer[p] = (x[p] - dot([H[p][j] for j in after], [answer[j] for j in after])) / H[p][p]
    return answer


class Judge:
    """Mean loss + l2/2 |w|^2 + l1 |w|_1 of a small dense table, intercept last and never penalised."""

    def __init__(self, X, y, weight=None, offset=None, *, labels, l2=0.0, l1=0.0):
        weight = np.ones(len(y)) if weight is None else np.asarray(weight, float)
        table = np.column_stack((X, y, np.zeros(len(y)) if offset is None else offset))[weight > 0]
        rows, which = np.unique(table, axis=0, return_inverse=True)  # a row that is there twice is looked at once
        X, self.labels, (self.n, self.d) = rows[:, :-2], labels, rows[:, :-2].shape
        self.y, self.offset, mass = numbers(rows[:, -2]), numbers(rows[:, -1]), [ZERO] * len(rows)
        for i, m in zip(which.ravel(), numbers(weight[weight > 0]), strict=True):
            mass[i] += m
        self.mass = [m / mp.fsum(mass) for m in mass]
        self.shift = numbers(np.median(X, axis=0))
        spread = np.abs(X - np.median(X, axis=0)).max(0)
        power = [int(np.frexp(s)[1]) if s > 0 else 0 for s in spread]
        self.scale = [mp.ldexp(1, -p) for p in power]
        self.columns = [
            [(x - c) * s for x in numbers(X[:, j])] for j, (c, s) in enumerate(zip(self.shift, self.scale, strict=True))
        ]
        self.columns.append([mp.mpf(1)] * self.n)
        self.rows = list(zip(*self.columns, strict=True))
        self.l2 = [mp.mpf(l2) * s**2 for s in self.scale] + [ZERO]
        self.l1 = [mp.mpf(l1) * s for s in self.scale] + [ZERO]

    def inner(self, coef, intercept):
        """Raw coefficients in the judge's own columns."""
        w = numbers(np.ravel(coef))
        b = mp.mpf(float(np.ravel(intercept)[0])) + dot(w, self.shift)
        return [u / s for u, s in zip(w, self.scale, strict=True)] + [b]

    def raw(self, u):
        w = [v * s for v, s in zip(u[:-1], self.scale, strict=True)]
        return [*w, u[-1] - dot(w, self.shift)]

    def look(self, u, deep=False):
        """Cost, slopes and, if asked, second derivatives by row."""
        z = [dot(row, u) + o for row, o in zip(self.rows, self.offset, strict=True)]
        if self.labels:
            e = [mp.exp(-abs(t)) for t in z]
            loss = [mp.log1p(v) + max(t if y == 0 else -t, ZERO) for v, t, y in zip(e, z, self.y, strict=True)]
            slope = [
                (1 if (t > 0) == (y == 0) else v) / (1 + v) * (1 if y == 0 else -1)
                for v, t, y in zip(e, z, self.y, strict=True)
            ]
            bend = [m * v / (1 + v) ** 2 for m, v in zip(self.mass, e, strict=True)] if deep else None
        else:
            slope = [t - y for t, y in zip(z, self.y, strict=True)]
            loss, bend = [r * r / 2 for r in slope], self.mass
        cost = dot(self.mass, loss) + mp.fsum(
            a * v * v / 2 + b * abs(v) for a, b, v in zip(self.l2, self.l1, u, strict=True)
        )
        weighted = [m * s for m, s in zip(self.mass, slope, strict=True)]
        return cost, weighted, bend

    def gradient(self, u, weighted):
        """Of the smooth part."""
        return [dot(c, weighted) + a * v for c, a, v in zip(self.columns, self.l2, u, strict=True)]

    def hessian(self, bend, on):
        bent = {j: [x * b for x, b in zip(self.columns[j], bend, strict=True)] for j in on}
        H = [[ZERO] * len(on) for _ in on]
        for i, j in enumerate(on):
            for k in range(i + 1):
                H[i][k] = H[k][i] = dot(bent[j], self.columns[on[k]]) + (self.l2[j] if i == k else 0)
        return H

    def curvature(self, u):
        """Second derivatives by each coordinate alone."""
        bend = self.look(u, deep=True)[2]
        return [
            mp.fsum(x * x * b for x, b in zip(c, bend, strict=True)) + a
            for c, a in zip(self.columns, self.l2, strict=True)
        ]

    def cost(self, coef, intercept):
        return self.look(self.inner(coef, intercept))[0]

    def constant(self):
        """Cost of the best constant model, offsets ignored."""
        mean = dot(self.mass, self.y)
        if not self.labels:
            return dot(self.mass, [(y - mean) ** 2 / 2 for y in self.y])
        return -mean * mp.log(mean) - (1 - mean) * mp.log(1 - mean)

    def least(self, coef, intercept):
        """The least cost, a raw point that has it, and whether the conditions of an optimum hold there to 50 digits.

        The search starts at the answer that is judged.
        """
        u, settled = self.inner(coef, intercept), False
        signs = [mp.sign(v) if t else ZERO for v, t in zip(u, self.l1, strict=True)]
        for _ in range(4 * self.d + 4):
            u, cost, settled = self._newton(u, signs)
            g = self.gradient(u, self.look(u)[1])
            over = [abs(v + t * s) - (t if t and s == 0 else 0) for v, t, s in zip(g, self.l1, signs, strict=True)]
            gains = [v * abs(v) / h if h else v for v, h in zip(over, self.curvature(u), strict=True)]
            worst = max(range(len(gains)), key=gains.__getitem__)
            if not settled or gains[worst] <= DIGITS * (cost + NEAR * self.constant()):
                break
            settled = False
            if signs[worst] != 0 or not self.l1[worst]:
                break
            signs[worst] = -mp.sign(g[worst])
        return cost, self.raw(u), settled

    def _newton(self, u, signs):
        """Least point for these signs; one that would change its sign stops at 0."""
        for _ in range(150):
            on = [j for j in range(self.d + 1) if signs[j] != 0 or not self.l1[j]]
            cost, weighted, bend = self.look(u, deep=True)
            g = self.gradient(u, weighted)
            g = [g[j] + self.l1[j] * signs[j] for j in on]
            H = self.hessian(bend, on)
            if any(self.l1):  # where columns depend on each other, go on until one of them is 0
                for i in range(len(on)):
                    H[i][i] *= 1 + RIDGE
            step = solved(H, [-v for v in g])
            fall = -dot(g, step)
            if not fall > NEAR**2 * cost + mp.mpf(10) ** -70:
                return u, cost, True
            way = dict(zip(on, step, strict=True))
            ends = {j: -u[j] / s for j, s in way.items() if self.l1[j] and s * signs[j] < 0}
            length = min([mp.mpf(1), *ends.values()])
            u, length = self._shorter(u, way, length, cost, fall)
            for j in [j for j, end in ends.items() if end <= length]:
                u[j] = signs[j] = ZERO
        return u, cost, False

    def _shorter(self, u, way, length, cost, fall):
        for _ in range(200):
            to = [v + length * way.get(j, 0) for j, v in enumerate(u)]
            if self.look(to)[0] <= cost - length * fall / 1000:
                break
            length /= 2
        return to, length

    def separated(self):
        """The kind of separation, "complete" or "quasi", where a plane is proven to part the classes; else None."""
        sides = [1 if y > 0 else -1 for y in self.y]
        exact = [[s * x for x in row] for s, row in zip(sides, self.rows, strict=True)]
        A = np.array(exact, float)
        A /= np.maximum(np.abs(A).max(0), 1e-300)
        size = np.abs(A).max(1, keepdims=True)
        A /= np.where(size > 0, size, 1.0)
        n, q = A.shape
        limits = hstack([csr_array(-A), eye_array(n)])
        box = [(None, None)] * q + [(0.0, 1.0)] * n
        found = linprog(np.repeat([0.0, -1.0], [q, n]), A_ub=limits, b_ub=np.zeros(n), bounds=box, method="highs-ds")
        if found.status != 0 or -found.fun < 0.5:
            return None
        size = np.maximum(np.abs(np.array(exact, float)).max(0), 1e-300)
        v, strict = numbers(found.x[:q] / size), found.x[q:] > 0.5
        v = _flattened(v, [row for row, s in zip(exact, strict, strict=True) if not s])
        margins = [dot(row, v) for row in exact]
        least = mp.mpf(10) ** -40 * max(map(abs, margins))
        if least == 0 or min(margins) < -least:
            return None
        return "complete" if min(margins) > least else "quasi"


def _flattened(v, rows):
    """V moved to where every one of these rows is 0, by elimination with the largest pivots first."""
    v, rows, pivots = list(v), [list(row) for row in rows], []
    most = max((abs(x) for row in rows for x in row), default=ZERO)
    while rows:
        i, j = max(((i, j) for i in range(len(rows)) for j in range(len(v))), key=lambda ij: abs(rows[ij[0]][ij[1]]))
        pivot = rows.pop(i)
        if abs(pivot[j]) <= TINY * most:
            break
        rows = [[x - row[j] / pivot[j] * p for x, p in zip(row, pivot, strict=True)] for row in rows]
        pivots.append((j, pivot))
    for j, pivot in reversed(pivots):
        v[j] = -dot([p for k, p in enumerate(pivot) if k != j], [x for k, x in enumerate(v) if k != j]) / pivot[j]
    return v
