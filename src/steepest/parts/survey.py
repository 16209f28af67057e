"""Survey: what one pass tells of a table before a fit: moments, ranges, targets, and a sample of the rows."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, cast

import numpy as np

from ..core.errors import DataError
from ..core.types import Array
from ..data.centre import near_shift
from ..data.classes import Classes
from ..data.column_ranges import column_ends, column_ranges
from ..data.column_sums import column_sums, mean_and_variance
from ..data.gram import augmented, gram_leaves, refuse_unless_usable
from ..data.rows import Rows
from ..data.tree import Partial
from ..objective.data import ColumnStats
from .coding import Coding
from .part import Block
from .samples import Drawn, Picks, drawn, joined_samples, rows_of
from .target_values import TargetValues, coded_values, joined_values, target_values, values_of
from .works import leaves_of

if TYPE_CHECKING:
    from .parts import Parts

__all__ = ["Survey", "Surveys", "survey_of"]

GRAM = 256  # columns up to which the Gram matrix costs no more than reading a file
SAMPLE = 60_000  # most rows of the sample
EACH = 40  # fewest rows of the sample for each column; half of it from each class
CLASS = 1024  # rows of each class, unless the columns need more
WEIGHTS = "weights must be >= 0 and not all zero"
TOO_LARGE = "the sum of the weights is too large for a number: divide them by the largest"
ROOM = 1 << 20  # most numbers of the sample, 8 MB, unless the columns need more


class Survey(NamedTuple):
    """What is known of a table."""

    rows: int
    counted: int  # rows of weight > 0
    total: float  # sum of the weights
    first: Array  # (d + k,), the row about which sums were formed: columns, then targets minus offset
    gram: Array | None  # (d + k + 1, d + k + 1) sums of products about it; None where they were not formed
    mean: Array  # (d,)
    variance: Array  # (d,)
    middle: Array  # (k,), means of the targets minus offset
    square: Array  # (k,), variances of the targets minus offset
    least: Array  # (d,), of rows of weight > 0
    most: Array  # (d,)
    offsets: Array  # (2,), least and most
    targets: TargetValues
    sample: Rows  # weighted so that its means estimate those over all rows

    @property
    def columns(self) -> ColumnStats:
        """Mean and variance of each column."""
        return ColumnStats(self.mean, self.variance)

    @property
    def location(self) -> tuple[Array, Array, Array, Array] | None:
        """Means (d,), covariances (d, d) and (d, k) with the target, means of the target, if they were computed."""
        if self.gram is None:
            return None
        d, shifted = len(self.mean), self.gram[-1, :-1] / self.total
        spread = self.gram[:-1, :-1] / self.total - shifted[:, None] * shifted
        return self.mean, spread[:d, :d], spread[:d, d:], self.middle

    @property
    def crossed(self) -> bool:
        """Whether covariances with the targets are known."""
        return self.gram is not None and not np.isnan(self.gram).any()

    def coded(self, coding: Coding) -> Survey:
        """The survey of the same table with other targets, made without a pass, so that products with them are NaN."""
        sample, d = coding(self.sample)._replace(total=self.total), len(self.mean)
        values = coded_values(self.targets, self.sample, coding)
        own = np.append(np.arange(d), len(self.first))
        gram = None
        if self.gram is not None:
            gram = np.full((d + sample.outputs + 1,) * 2, np.nan)
            kept = np.append(np.arange(d), d + sample.outputs)
            gram[np.ix_(kept, kept)] = self.gram[np.ix_(own, own)]
        unknown = np.full(sample.outputs, np.nan)
        first = np.append(self.first[:d], np.zeros(sample.outputs))
        return self._replace(first=first, gram=gram, middle=unknown, square=unknown, targets=values, sample=sample)


class Surveys(NamedTuple):
    """The work of a survey."""

    first: Array  # (d + k,)
    grams: bool
    picks: Picks

    def __call__(self, block: Block) -> list[Partial]:
        """The facts of each leaf."""
        rows, how = block.rows, block.how
        if rows.weight is not None and rows.weight.min() < 0:
            raise DataError(WEIGHTS)
        with np.errstate(over="ignore", invalid="ignore"):
            sums = gram_leaves(rows, self.first, rows.weight, how) if self.grams else None
        values = values_of(rows, block.first, how.leaf)
        samples = drawn(rows, block.first, how.leaf, self.picks)
        found: list[Partial] = []
        for i, leaf in enumerate(leaves_of(rows, how)):
            with np.errstate(over="ignore", invalid="ignore"):
                own = _column_sums(leaf, self.first) if sums is None else sums[i]
            found.append((own, *_ends(leaf), *values[i], *samples[i]))
        return found

    def join(self, a: Partial, b: Partial) -> Partial:
        """The facts of both."""
        ends = np.stack((np.minimum(a[1][0], b[1][0]), np.maximum(a[1][1], b[1][1])))
        values = joined_values(a[3:6], b[3:6])
        sample = joined_samples(Drawn(*a[6:]), Drawn(*b[6:]), self.picks)
        return (a[0] + b[0], ends, a[2] + b[2], *values, *sample)


def survey_of(parts: Parts, grams: bool | None = None, seed: int = 0) -> Survey:
    """The survey of a table. Cost: one pass, in which the Gram matrix takes n (d + 2)^2 flops."""
    n, d = parts.shape
    if n == 0:
        raise DataError("the table has no rows: nothing to fit")
    whole = d <= GRAM if grams is None else grams
    work = Surveys(_first_row(parts, whole), whole, _picks(parts, seed))
    sums = parts.sums(work)
    if not sums[2][1]:
        raise DataError(WEIGHTS, column=parts.source.weights)
    found = _read(work, sums, d)
    return found._replace(sample=Classes(*found.sample)) if parts.coding.classes else found


def _read(work: Surveys, found: Partial, d: int) -> Survey:
    """The survey from its sums."""
    sums, ends, counts = found[:3]
    whole = sums[-1] if work.grams else sums[0]
    if not np.isfinite(total := float(counts[2])):
        raise DataError(TOO_LARGE)
    with np.errstate(invalid="ignore", over="ignore"):
        shifted = whole[:-1] / total
        squares = np.diag(sums)[:-1] if work.grams else sums[1, :-1]
        variance = np.maximum(squares / total - shifted * shifted, 0.0)
    middle = work.first + shifted
    refuse_unless_usable(middle[:d], variance[:d])
    targets = target_values(found[3:6], total)
    sample = rows_of(Drawn(*found[6:]), targets, work.picks, d, total)
    gram, (least, most), offsets = sums if work.grams else None, ends[:, :d], ends[:, d + 1]
    moments = middle[:d], variance[:d], middle[d:], variance[d:]
    n, counted = (int(count) for count in counts[:2])
    return Survey(n, counted, total, work.first, gram, *moments, least, most, offsets, targets, sample)


def _picks(parts: Parts, seed: int) -> Picks:
    """The size of the sample, by the shape of the table alone: with more memory the bits of a fit stay as they are."""
    n, d = parts.shape
    most = max(1, EACH * (d + 1), min(SAMPLE, n // 4, ROOM // (d + 4)))
    return Picks(most, min(most, max(CLASS, EACH * (d + 1) // 2)), n, seed, {})


def _first_row(parts: Parts, grams: bool) -> Array:
    """The first row [x, y - offset] of weight > 0 in the first leaf; of sparse columns only those far from 0."""
    block = next(iter(parts.parts[0].blocks(parts.summation.leaf)))
    rows = block.rows
    i, (d, k) = rows.first, (rows.shape[1], rows.outputs)
    first = augmented(rows, i, i + 1, np.zeros(d + k), np.empty((1, d + k + 1)))[0, :-1]
    if rows.sparse:
        shift = near_shift(rows, mean_and_variance(rows)) if grams else None
        first[:d] = 0.0 if shift is None else shift
    return first


def _column_sums(rows: Rows, first: Array) -> Array:
    """Sums of [x, y - offset] - first, 1, and those of their squares, by weight, (2, d + k + 1)."""
    n, d = rows.shape
    weight = np.ones(n) if rows.weight is None else rows.weight
    y = rows.y - first[d:] if rows.offset is None else rows.y - rows.offset[:, None] - first[d:]
    columns = column_sums(rows, first[:d], rows.weight)
    return np.stack([np.concatenate((x, weight @ y**p, (weight.sum(),))) for p, x in enumerate(columns, 1)])


def _ends(rows: Rows) -> tuple[Array, Array]:
    """Least and most numbers of the columns of rows of weight > 0, of weights, offsets (2, d + 2); counts, weight."""
    (n, d), ends = rows.shape, np.empty((2, rows.shape[1] + 2))
    weight, offset = rows.weight, rows.offset
    counted = n if weight is None else int(np.count_nonzero(weight > 0))
    ends[:, d] = 1.0 if weight is None else (weight.min(), weight.max())
    ends[:, d + 1] = 0.0 if offset is None else (offset.min(), offset.max())
    if counted == n and not rows.sparse:
        ends[:, :d] = column_ends(cast(Array, rows.X))
    else:
        group = np.zeros(n, np.int64) - (0 if weight is None else weight <= 0)
        ends[:, :d] = np.concatenate(column_ranges(rows, group, 1))
    return ends, np.array([n, counted, n if weight is None else weight.sum()], np.float64)
