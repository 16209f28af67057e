"""Summaries of columns: of a whole column, or of its parts joined."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from steepest.data.encoding.column_summary import Levels, Numbers, summary_of
from steepest.data.encoding.text_column import taken, text_of

CELLS = st.lists(st.sampled_from(["a", "b", "c", "long text", None]), min_size=1, max_size=40)


def column(cells):
    return text_of([cell or "" for cell in cells], [cell is None for cell in cells])


def same(a: Levels, b: Levels) -> bool:
    arrays = np.array_equal(a.counts, b.counts) and np.array_equal(a.firsts, b.firsts)
    return a.texts == b.texts and arrays and (a.rows, a.gap, a.missing) == (b.rows, b.gap, b.missing)


@given(CELLS, st.integers(0, 40), st.integers(0, 40))
def test_levels_of_parts_join_to_those_of_the_whole(cells, i, j):
    i, j = sorted((min(i, len(cells)), min(j, len(cells))))
    parts = [summary_of(taken(column(cells), np.arange(a, b))) for a, b in ((0, i), (i, j), (j, len(cells)))]
    whole = summary_of(column(cells))
    assert same(parts[0].followed_by(parts[1]).followed_by(parts[2]), whole)
    assert same(parts[0].followed_by(parts[1].followed_by(parts[2])), whole)


@given(CELLS)
def test_levels_say_what_the_cells_say(cells):
    found = summary_of(column(cells))
    there = [cell for cell in cells if cell is not None]
    assert found.texts == tuple(dict.fromkeys(there))
    assert found.counts.tolist() == [there.count(text) for text in found.texts]
    assert found.firsts.tolist() == [cells.index(text) for text in found.texts]
    assert found.missing == cells.count(None)
    assert found.gap == (cells.index(None) if None in cells else None)


def test_texts_that_become_one_are_counted_together():
    found = summary_of(text_of(["b", "a", "c", "a"])).renamed(("x", "y", "x"))
    assert (found.texts, found.counts.tolist(), found.firsts.tolist()) == (("x", "y"), [2, 2], [0, 1])
    assert found.first_of(np.array([False, True])) == 1


def test_numbers_of_parts_join():
    first, then = summary_of(np.array([1.0, 2.0])), summary_of(np.array([np.nan, 6.0, np.nan]))
    assert first.followed_by(then) == Numbers(5, 2, 9.0, 2)
    assert then.followed_by(first).gap == 0
    assert first.followed_by(then).mean == 3.0
