"""A small file cannot fill the memory: what a compressed file may unpack to is limited."""

from __future__ import annotations

import bz2
import gzip
import lzma
import tracemalloc

import numpy as np
import pytest

from steepest import read_table
from steepest.core import unpacking
from steepest.core.errors import DataError, FileError

PACK = {".gz": gzip.compress, ".bz2": bz2.compress, ".xz": lzma.compress}
TABLE = b"x,y\n" + b"1,2\n" * 400_000  # 1.6 MB


@pytest.fixture
def small(monkeypatch):
    """Limits of a thousandth of their size."""
    monkeypatch.setattr(unpacking, "FREE", 200_000)


def refusal(file, **more):
    tracemalloc.start()
    with pytest.raises(DataError) as caught:
        read_table(file, **more)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    line = str(caught.value)
    assert line.isprintable()
    assert "too many to be a table: if it is one, " in line
    return peak


@pytest.mark.usefixtures("small")
@pytest.mark.parametrize("ending", PACK)
def test_a_file_that_unpacks_to_far_more_is_refused_before_it_is_unpacked(ending, tmp_path):
    file = tmp_path / f"t.csv{ending}"
    file.write_bytes(PACK[ending](TABLE * 3))
    assert refusal(file) < 4e6 + (8 << 20 if ending == ".xz" else 0)  # of 4.8 MB; the dictionary of xz has 8 MiB


def test_a_gigabyte_is_refused_with_the_limits_as_they_are(tmp_path):
    piece = gzip.compress(b"1,2\n" * 8_000_000)  # several streams one after the other are one file
    (tmp_path / "t.csv.gz").write_bytes(gzip.compress(b"x,y\n") + piece * 32)
    assert refusal(tmp_path / "t.csv.gz") < 0.3e9


@pytest.mark.usefixtures("small")
@pytest.mark.parametrize("ending", PACK)
def test_a_table_of_ordinary_numbers_is_read(ending, tmp_path):
    numbers = np.random.default_rng(1).standard_normal((9000, 3))
    text = "a,b,c\n" + "".join(f"{a},{b},{c}\n" for a, b, c in numbers.tolist())
    (tmp_path / f"t.csv{ending}").write_bytes(PACK[ending](text.encode()))
    assert len(text) > 2 * unpacking.FREE
    assert read_table(tmp_path / f"t.csv{ending}").X.tolist() == numbers.tolist()


def test_the_limit_is_a_share_of_the_free_memory(tmp_path, monkeypatch):
    monkeypatch.setattr(unpacking, "free_memory", lambda: 4e6)
    (tmp_path / "t.csv.gz").write_bytes(gzip.compress(TABLE))
    refusal(tmp_path / "t.csv.gz")
    monkeypatch.setattr(unpacking, "free_memory", lambda: 4e7)
    assert len(read_table(tmp_path / "t.csv.gz").X) == 400_000


@pytest.mark.usefixtures("small")
def test_arrays_and_columns_are_limited_too(tmp_path):
    np.savez_compressed(tmp_path / "t.npz", X=np.zeros((500_000, 8)), y=np.zeros(500_000))
    assert refusal(tmp_path / "t.npz") < 4e6
    pa, parquet = pytest.importorskip("pyarrow"), pytest.importorskip("pyarrow.parquet")
    parquet.write_table(pa.table({name: np.zeros(500_000) for name in "abcdefgh"}), tmp_path / "t.parquet")
    assert refusal(tmp_path / "t.parquet") < 4e6
    np.savez(tmp_path / "t2.npz", X=np.zeros((50_000, 8)))
    assert read_table(tmp_path / "t2.npz").X.shape == (50_000, 8)


@pytest.mark.parametrize("cut", [1, 9, 40, 300])
def test_a_file_that_is_cut_short_is_damaged(cut, tmp_path):
    for ending, pack in PACK.items():
        data = pack(np.random.default_rng(0).bytes(4000))
        (tmp_path / f"t.csv{ending}").write_bytes(data[:-cut])
        with pytest.raises(FileError, match="damaged or not a"):
            read_table(tmp_path / f"t.csv{ending}")
