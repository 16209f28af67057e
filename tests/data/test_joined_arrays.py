"""Arrays one after the other, and the ends of columns: the same numbers as of NumPy, with fewer copies."""

import numpy as np
import pytest

from steepest.data.column_ranges import column_ends
from steepest.data.regroup import joined_arrays

WHOLE = np.arange(60.0).reshape(20, 3).copy()  # not a view of another array


def test_consecutive_rows_of_one_array_are_not_copied():
    found = joined_arrays([WHOLE[2:5], WHOLE[5:5], WHOLE[5:11]])
    assert np.shares_memory(found, WHOLE)
    np.testing.assert_array_equal(found, WHOLE[2:11])


@pytest.mark.parametrize(
    "parts",
    [
        [WHOLE[2:5], WHOLE[6:9]],  # a gap
        [WHOLE[5:9], WHOLE[2:5]],  # in another order
        [WHOLE[2:5], WHOLE[2:5]],
        [WHOLE[0:4:2], WHOLE[4:8:2]],
        [WHOLE[2:5, :2], WHOLE[5:9, :2]],
        [WHOLE.T[:1], WHOLE.T[1:]],
        [WHOLE[2:5], WHOLE.copy()[5:9]],
        [WHOLE[0:2].view(np.int64), WHOLE[2:3].view(np.int64)],
        [WHOLE, WHOLE],
    ],
)
def test_others_are_joined_as_numpy_joins_them(parts):
    found = joined_arrays(parts)
    np.testing.assert_array_equal(found, np.concatenate(parts))
    assert found.dtype == parts[0].dtype


@pytest.mark.parametrize("n", [1, 31, 32, 33, 64, 1000])
@pytest.mark.parametrize("order", ["C", "F"])
def test_the_ends_of_columns_are_their_least_and_largest_numbers(n, order):
    X = np.asarray(np.random.default_rng(n).standard_normal((n, 5)), np.float32, order=order)
    for found, expected in zip(column_ends(X), (X.min(0), X.max(0)), strict=True):
        np.testing.assert_array_equal(found, expected)
