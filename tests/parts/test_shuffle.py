"""The order of an epoch: a permutation of all rows, a function of seed and epoch alone, and as good as any shuffle."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from steepest import make_rows
from steepest.core.errors import UsageError
from steepest.data.csr import CSR
from steepest.parts.engines.here import Here
from steepest.parts.epochs import Epochs
from steepest.parts.parts import Parts
from steepest.parts.shuffle import BUFFER_BLOCKS, Shuffle, shuffle_of
from steepest.parts.sources.memory import MemorySource
from steepest.parts.sources.source import Piece

MEMORY = 64 << 20


class Cut(MemorySource):
    """A table in memory in pieces that end at given rows."""

    def __init__(self, rows, ends, seeks=True):
        super().__init__(rows, tuple(f"x{j}" for j in range(rows.shape[1])))
        self.ends, self.seeks = [0, *sorted(ends), rows.shape[0]], seeks

    @property
    def pieces(self):
        return tuple(Piece("", i, b - a) for i, (a, b) in enumerate(zip(self.ends[:-1], self.ends[1:], strict=True)))

    def read(self, piece, start, size):
        from steepest.data.regroup import rows_between

        for low in range(self.ends[piece] + start, self.ends[piece + 1], size):
            yield rows_between(self.rows, low, min(self.ends[piece + 1], low + size))


def numbered(n, ends=(), seeks=True, memory=MEMORY):
    """Rows whose only column is their number."""
    X = np.arange(n, dtype=float)[:, None]
    return Parts(Cut(make_rows(X, X[:, 0]), ends, seeks), memory, Here(1))


def epoch_of(parts, shuffle, epoch, batch=1):
    """The rows of an epoch as they are read, and the sizes of their groups."""
    groups = Epochs(parts, shuffle, batch)
    read = [groups.group(epoch, i).ordered().X[:, 0].astype(int) for i in range(len(groups.bounds(epoch)) - 1)]
    return np.concatenate(read), [len(some) for some in read]


def blocks_of(n, rows, together, seed=0):
    return Shuffle(np.append(np.arange(0, n, rows), n), together, seed)


@settings(max_examples=40, deadline=None)
@given(
    n=st.integers(1, 700),
    rows=st.sampled_from([1, 2, 8, 64]),
    together=st.integers(1, 70),
    seed=st.integers(0, 2**40),
    epoch=st.integers(0, 3),
    batch=st.integers(1, 90),
    ends=st.sets(st.integers(1, 600), max_size=5),
)
def test_an_epoch_has_every_row_once_in_an_order_of_its_own(n, rows, together, seed, epoch, batch, ends):
    shuffle = blocks_of(n, rows, together, seed)
    order = shuffle.numbers(epoch)
    assert np.array_equal(np.sort(order), np.arange(n))
    read, sizes = epoch_of(numbered(n, {e for e in ends if e < n}), shuffle, epoch, batch)
    assert np.array_equal(read, order)
    assert all(size % min(batch, n) == 0 for size in sizes[:-1])
    assert sum(sizes) == n


def test_orders_differ_by_seed_and_epoch():
    n = 600
    orders = {tuple(blocks_of(n, 4, 64, seed).numbers(epoch)) for seed in (0, 1, 2**33) for epoch in range(4)}
    assert len(orders) == 12 - 4 * (2**33 & 0xFFFFFFFF == 0)


def test_rows_of_a_buffer_come_from_its_blocks_only_and_are_shuffled():
    n, rows, together = 64 * 300, 16, 64
    order = blocks_of(n, rows, together).numbers(0)
    for low in range(0, n, rows * together):
        blocks, counts = np.unique(order[low : low + rows * together] // rows, return_counts=True)
        assert len(blocks) <= together
        assert (counts == rows).all()
        assert np.ptp(blocks) > n / rows / 2  # from all over the table
    assert np.mean(np.diff(order) == 1) < 0.01


@pytest.mark.parametrize("d", [1, 5, 50, 400, 3000])
def test_blocks_are_about_200_kb_and_64_make_a_buffer(d):
    rows = make_rows(np.zeros((70_000 if d < 400 else 500, d)), np.zeros(70_000 if d < 400 else 500))
    shuffle = shuffle_of(Parts(Cut(rows, ()), 1 << 30, Here(1)), 0)
    size = int(np.diff(shuffle.starts)[0])
    assert shuffle.together == BUFFER_BLOCKS == 64
    assert size == rows.shape[0] or size & (size - 1) == 0
    assert size == rows.shape[0] or 140_000 < size * 8 * (d + 1) < 290_000


def test_blocks_of_a_sparse_table_go_by_its_stored_numbers():
    n, d = 9000, 10_000
    X = CSR(np.ones(10 * n), np.tile(np.arange(10), n), np.arange(0, 10 * n + 1, 10), d)
    shuffle = shuffle_of(Parts(Cut(make_rows(X, np.zeros(n)), ()), MEMORY, Here(1)), 0)
    assert int(np.diff(shuffle.starts)[0]) == 2048  # of 128 bytes, not of 80,000


def test_little_memory_makes_blocks_smaller_or_is_refused():
    rows = make_rows(np.zeros((3000, 100)), np.zeros(3000))
    small = shuffle_of(Parts(Cut(rows, ()), 4 << 20, Here(1)), 0)
    assert 4 * 64 * np.diff(small.starts)[0] * 808 <= 4 << 20
    with pytest.raises(UsageError, match="bytes of memory"):
        shuffle_of(Parts(Cut(rows, ()), 100_000, Here(1)), 0)


def test_a_source_that_cannot_seek_is_read_by_whole_pieces():
    ends = range(100, 10_000, 100)
    parts = numbered(10_000, ends, seeks=False, memory=4 * 16 * 100 * 5)
    shuffle = shuffle_of(parts, 0)
    assert np.array_equal(shuffle.starts, [0, *ends, 10_000])
    assert shuffle.together == 5
    read, _ = epoch_of(parts, shuffle, 1)
    assert np.array_equal(read, shuffle.numbers(1))


def test_groups_can_be_asked_for_in_any_order():
    parts, shuffle = numbered(5000, (700, 1900)), blocks_of(5000, 16, 8)
    groups = Epochs(parts, shuffle, 24)
    order = shuffle.numbers(1)
    for i in (3, 4, 1, 0, 5, 5, len(groups.bounds(1)) - 2):
        low, high = groups.bounds(1)[i : i + 2]
        assert np.array_equal(groups.group(1, i).ordered().X[:, 0], order[low:high])
    assert np.array_equal(groups.group(2, 0).ordered().X[:, 0], shuffle.numbers(2)[: groups.bounds(2)[1]])
