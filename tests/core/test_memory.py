"""Memory: amounts as text, and what is free of the machine and of a control group."""

from __future__ import annotations

import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from steepest.core import memory, unpacking
from steepest.core.errors import UsageError
from steepest.core.memory import byte_size, free_memory, size_text


@pytest.mark.parametrize(
    ("text", "size"),
    [("1", 1), ("64MB", 64e6), ("64M", 64e6), ("0.5 GiB", 2**29), ("2g", 2e9), ("10kB", 1e4), (7, 7), ("1TB", 1e12)],
)
def test_an_amount_is_read(text, size):
    assert byte_size(text) == size


@pytest.mark.parametrize("text", ["", "MB", "-1", "0", "1e9", "64 apples", "0.1", "nan", None, True, "1,5GB"])
def test_other_text_is_refused(text):
    with pytest.raises(UsageError, match="not an amount of memory: write 512MB or 2GB"):
        byte_size(text)


@given(st.integers(min_value=1, max_value=10**15))
def test_a_size_is_shown_with_three_digits(size):
    number, unit = size_text(size).split()
    scale = {"bytes": 1, "kB": 1e3, "MB": 1e6, "GB": 1e9, "TB": 1e12}[unit]
    assert float(number) * scale == pytest.approx(size, rel=5e-3)


def test_free_memory_is_known_or_unlimited(monkeypatch):
    assert free_memory() > 1e6

    def refuse(*_, **__):
        raise OSError

    monkeypatch.setattr("builtins.open", refuse)
    monkeypatch.setattr(memory, "_free_of_group", lambda: float("inf"))
    assert free_memory() > 1e6
    monkeypatch.setattr(os, "sysconf", refuse, raising=False)
    assert free_memory() == float("inf")
    assert unpacking.most_unpacked(10) == unpacking.FREE


@pytest.mark.parametrize(
    ("files", "left"),
    [
        ({"memory.max": "500", "memory.current": "400", "memory.stat": "inactive_file 150\nactive_file 50"}, 300),
        ({"memory.max": "max", "memory.current": "400", "memory.stat": "anon 1"}, float("inf")),
        ({"memory.max": "500", "memory.current": "900", "memory.stat": "anon 1"}, 0),
        ({"memory.max": "what", "memory.current": "900", "memory.stat": "anon 1"}, float("inf")),
        ({}, float("inf")),
    ],
)
def test_the_limit_of_a_control_group_counts_without_copies_of_files(files, left, tmp_path):
    for name, text in files.items():
        (tmp_path / name).write_text(text)
    assert memory._left(tmp_path, "memory.max", "memory.current") == left
