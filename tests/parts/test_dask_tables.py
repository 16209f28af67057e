"""Collections of Dask as tables: the bits of a table in memory for all partitions, and what is refused."""

from __future__ import annotations

import hashlib
import os
import signal
from threading import Timer
from time import sleep
from typing import Any

import numpy as np
import pytest

from steepest import GDClassifier, GDRegressor, scan
from steepest.core.errors import SteepestError
from steepest.errors import DataError, UsageError

pd, dask, distributed = (pytest.importorskip(name) for name in ("pandas", "dask", "distributed"))
dd, da = pytest.importorskip("dask.dataframe"), pytest.importorskip("dask.array")

pytestmark = pytest.mark.usefixtures("client")

N, COLUMNS = 30_011, list("abcde")
RNG = np.random.default_rng(0)
X = RNG.normal(size=(N, 5)) * [1.0, 10.0, 0.1, 1.0, 3.0] + [0.0, 40.0, 1.0, 0.0, 0.0]
Z = (X - [0.0, 40.0, 1.0, 0.0, 0.0]) @ [1.0, 0.2, 0.0, -1.0, 0.3] + 0.3
LABELS = (Z + RNG.logistic(size=N) > 0).astype(int)
WEIGHT = RNG.integers(0, 4, N).astype(float)
OFFSET = RNG.normal(size=N)
FRAME = pd.DataFrame(X, columns=COLUMNS).assign(y=LABELS, w=WEIGHT, o=OFFSET, k=np.digitize(Z, [-1.0, 1.0]), z=Z)
FRAME.index = RNG.integers(0, 99, N)  # of no use, and not unique


def of_sizes(frame: Any, sizes: Any) -> Any:
    """A data frame in partitions of these sizes, whose divisions nobody knows."""
    ends = np.cumsum([0, *sizes])
    bounds = list(zip(ends[:-1].tolist(), ends[1:].tolist(), strict=True))
    return dd.from_map(lambda ab: frame.iloc[ab[0] : ab[1]], bounds, meta=frame.iloc[:0])


def even(frame: Any, count: int) -> Any:
    return dd.from_pandas(frame, npartitions=count, sort=False)


def answer(model: Any) -> str:
    """A hash of the answer and its certificate, to the last bit."""
    arrays = [model.coef_, np.atleast_1d(model.intercept_)]
    digest = hashlib.sha256(b"".join(np.ascontiguousarray(a, np.float64).tobytes() for a in arrays))
    digest.update(repr((model.certificate_, str(model.verdict_), model.n_iter_)).encode())
    return digest.hexdigest()


@pytest.fixture(scope="module")
def known():
    """The answer of a table in memory."""
    return answer(GDClassifier().fit(scan(X, LABELS)))


@pytest.mark.parametrize("count", [1, 3, 13, 17])
def test_the_bits_are_those_of_memory_for_every_number_of_partitions(known, count):
    table = even(FRAME, count)
    assert answer(GDClassifier().fit(table[COLUMNS], table["y"])) == known


def test_the_bits_are_those_of_memory_in_300_partitions(known):
    table = even(FRAME, 300)[[*COLUMNS, "y"]]
    assert answer(GDClassifier().fit(table, "y")) == known


@pytest.mark.parametrize("sizes", [(0, 1, 0, 4095, 1, 4097, 21_817, 0), (4096, 8192, 17_723), (30_010, 1)], ids=str)
def test_sizes_of_partitions_change_no_bit(known, sizes):
    table = of_sizes(FRAME, sizes)
    assert table.known_divisions is False
    assert answer(GDClassifier().fit(table[COLUMNS], table["y"])) == known


def test_without_a_client_dask_computes_the_partitions_here(known, monkeypatch):
    def none() -> None:
        raise ValueError("there is no client")

    monkeypatch.setattr(distributed, "default_client", none)
    table = of_sizes(FRAME, (0, 10_000, 20_011))
    assert answer(GDClassifier().fit(table[COLUMNS], table["y"])) == known
    assert answer(GDClassifier().fit(scan(table[[*COLUMNS, "y"]], "y", cache=False))) == known


@pytest.mark.parametrize(
    ("model", "target"),
    [
        (GDRegressor(), "z"),
        (GDRegressor(alpha=0.1, l1_ratio=1.0), "z"),
        (GDClassifier(alpha=1e-3), "k"),
        (GDClassifier(class_weight="balanced"), "y"),
        (GDClassifier(alpha=1e-3, multi_class="ovr"), "k"),
        (GDRegressor(learning_rate=0.1, batch_size=64, max_iter=1, tol=None, standardize=True, average=False), "z"),
    ],
    ids=str,
)
def test_every_kind_of_fit_has_the_bits_of_memory(model, target):
    y = FRAME[target].to_numpy()
    alone = answer(model.fit(scan(X, y, weights=WEIGHT, offset=OFFSET if target == "z" else None)))
    table = of_sizes(FRAME, (9_000, 13_000, 8_011))
    offset = table["o"] if target == "z" else None
    assert answer(model.fit(table[COLUMNS], table[target], sample_weight=table["w"], offset=offset)) == alone
    named = scan(table, target, COLUMNS, weights="w", offset="o" if target == "z" else None)
    assert answer(model.fit(named)) == alone


def test_arrays_in_uneven_chunks_have_the_bits_of_memory(known):
    table = da.from_array(X, chunks=((9_000, 1, 21_010), (2, 3)))
    assert answer(GDClassifier().fit(table, da.from_array(LABELS, chunks=7_000))) == known
    weighted = GDClassifier().fit(table, da.from_array(LABELS), sample_weight=da.from_array(WEIGHT[:, None]))
    assert answer(weighted) == answer(GDClassifier().fit(scan(X, LABELS, weights=WEIGHT)))


def test_arrays_after_a_choice_of_rows_have_the_bits_of_memory():
    table, y = da.from_array(X, chunks=(9_000, 3)), da.from_array(LABELS, chunks=9_000)
    some = table[:, 0] > 0.3
    known = answer(GDClassifier().fit(scan(X[X[:, 0] > 0.3], LABELS[X[:, 0] > 0.3])))
    assert answer(GDClassifier().fit(table[some], y[some])) == known


def test_rows_that_were_filtered_have_the_bits_of_memory():
    table = even(FRAME, 13)
    some = table[table.a > 0.3]
    known = answer(GDClassifier().fit(scan(X[X[:, 0] > 0.3], LABELS[X[:, 0] > 0.3])))
    assert answer(GDClassifier().fit(some[COLUMNS], some["y"])) == known


def test_single_precision_stays_that():
    single = FRAME.astype(dict.fromkeys(COLUMNS, "float32"))
    table = scan(even(single, 3)[[*COLUMNS, "y"]], "y")
    known = scan(X.astype(np.float32), LABELS)
    assert next(table.source.read(0, 0, 5)).X.dtype == np.float32
    assert answer(GDClassifier().fit(table)) == answer(GDClassifier().fit(known))
    assert next(table.source.read(2, 0, 5)).X.dtype == np.float32


def odd_columns() -> Any:
    """Text, categories, dates, gaps and nullable types."""
    rng, n = np.random.default_rng(1), 9_001
    numbers = pd.Series(rng.normal(size=n)).where(rng.random(n) > 0.1)
    whole = pd.array(rng.integers(0, 9, n), "Int64")
    whole[::7] = pd.NA
    text = np.array(["red", "green", "blue"])[rng.integers(0, 3, n)]
    return pd.DataFrame(
        {
            "number": numbers,
            "whole": whole,
            "flag": pd.array(rng.random(n) > 0.5, "boolean"),
            "text": pd.Series(text, dtype="string"),
            "kind": pd.Categorical(text[::-1], ["unused", "blue", "green", "red"]),
            "day": pd.Timestamp("2020-01-01") + pd.to_timedelta(rng.integers(0, 900, n), "D"),
            "label": np.array(["no", "yes"])[rng.integers(0, 2, n)],
        }
    )


@pytest.mark.parametrize("missing", ["mean", "indicator", "drop"])
def test_text_dates_and_gaps_have_the_bits_of_a_frame_in_memory(missing):
    frame = odd_columns()
    settings = {"missing": missing, "dates": "day", "categories": ["kind"]}
    known = scan(frame, "label", **settings)
    table = scan(of_sizes(frame, (0, 4_000, 1_001, 4_000)), "label", **settings)
    assert table.names == known.names
    assert table.recipe == known.recipe
    model = GDClassifier(alpha=0.01)
    assert answer(model.fit(table)) == answer(model.fit(known))


def test_names_that_are_tuples_are_those_of_a_frame_in_memory():
    frame = FRAME[["a", "b", "y"]].head(300)
    frame.columns = pd.MultiIndex.from_tuples([("price", 1), ("price", 2), ("label", 0)])
    named, target = scan(frame, "('label', '0')"), "('label', '0')"
    table = scan(of_sizes(frame, (0, 200, 100)), target)
    assert table.names == named.names == ("('price', '1')", "('price', '2')")
    model = GDClassifier(alpha=0.1).fit(table)
    assert answer(model) == answer(GDClassifier(alpha=0.1).fit(named))
    assert len(model.predict(of_sizes(frame, (200, 100))[[*frame.columns[:2]]]).compute()) == 300


def test_a_client_that_is_not_the_default_one_and_an_error_with_its_cause(monkeypatch):
    def none() -> None:
        raise ValueError("there is no client")

    monkeypatch.setattr(distributed, "default_client", none)
    with own_cluster(processes=False) as cluster, distributed.Client(cluster, set_as_default=False) as client:
        assert scan(even(FRAME, 3), "y", engine=client).shape == (N, 9)
        with pytest.raises(DataError, match="it cannot be computed") as caught:
            scan(even(FRAME, 4)[[*COLUMNS, "y"]].map_partitions(raising), "y", engine=client)
    cause = caught.value.__cause__
    assert isinstance(cause, RuntimeError)
    assert cause.__traceback__ is not None


def test_a_column_without_values_in_a_partition_has_the_type_of_the_others():
    frame = odd_columns()[["number", "text", "label"]].astype({"text": object})
    frame.loc[:2_999, "text"] = None
    frame.loc[3_000:, "text"] = frame.loc[3_000:, "text"].fillna("red")
    with dask.config.set({"dataframe.convert-string": False}):
        table = scan(of_sizes(frame, (3_000, 6_001)), "label", missing="indicator")
    known = scan(frame, "label", missing="indicator")
    assert answer(GDClassifier(alpha=0.01).fit(table)) == answer(GDClassifier(alpha=0.01).fit(known))


def without_types(bounds: tuple[int, int]) -> Any:
    """Rows from and to; where there is none, columns of objects."""
    low, high = bounds
    some = FRAME[[*COLUMNS, "y"]].iloc[low:high]
    return some if high > low else some.astype(object)


@pytest.mark.parametrize("empty", [0, 9_000, N], ids=["first", "between", "last"])
def test_a_partition_without_rows_has_any_types(known, empty):
    bounds = [(low, high) for low, high in ((0, empty), (empty, empty), (empty, N)) if high > low or low == empty]
    table = dd.from_map(without_types, bounds, meta=FRAME[[*COLUMNS, "y"]].iloc[:0])
    assert answer(GDClassifier().fit(table, "y")) == known


def test_partitions_are_computed_once_for_all_fits(tmp_path):
    def counted(frame: Any) -> Any:
        if len(frame):
            (tmp_path / f"{os.getpid()}-{len(list(tmp_path.iterdir()))}-{frame['a'].iloc[0]}").touch()
        return frame

    table = scan(even(FRAME, 5)[[*COLUMNS, "y"]].map_partitions(counted, meta=FRAME[[*COLUMNS, "y"]].iloc[:0]), "y")
    for alpha in (0.0, 0.1):
        GDClassifier(alpha=alpha).fit(table)
    assert len(list(tmp_path.iterdir())) == 5


def own_cluster(**more: Any) -> Any:
    settings = {"dashboard_address": ":0", "memory_limit": 0, "protocol": "tcp", "silence_logs": 50}
    return distributed.LocalCluster(n_workers=2, threads_per_worker=1, **settings, **more)


def test_rows_that_got_lost_are_made_again(known):
    def restarted(*_: object) -> None:
        table.told = None
        client.restart()

    with own_cluster() as cluster, distributed.Client(cluster) as client:
        table = scan(even(FRAME, 5)[[*COLUMNS, "y"]], "y", engine=client)
        _ = table.survey
        client.restart()
        assert answer(GDClassifier().fit(table)) == known
        os.kill(next(iter(client.run(os.getpid).values())), signal.SIGKILL)
        assert answer(GDClassifier().fit(table)) == known
        table._survey, table.told = None, restarted  # after the first part of the next pass
        assert answer(GDClassifier().fit(table)) == known


def slow(frame: Any) -> Any:
    sleep(0.1)
    return frame


def test_a_scheduler_that_goes_while_partitions_are_computed_is_one_line():
    table = even(FRAME, 40)[[*COLUMNS, "y"]]
    with own_cluster(processes=False) as cluster, distributed.Client(cluster) as client:
        Timer(0.5, cluster.close).start()
        with pytest.raises(SteepestError, match=r"client of Dask|scheduler is gone") as caught:
            scan(table.map_partitions(slow, meta=table._meta), "y", engine=client)
        assert "\n" not in str(caught.value)


def raising(frame: Any) -> Any:
    if len(frame) and frame["a"].iloc[-1] == X[-1, 0]:
        raise RuntimeError("the user's\nfunction")
    return frame


T = even(FRAME, 4)
REFUSED = {
    "a Series": (lambda: (T["a"], T["y"]), "Series of Dask is no table: give a data frame"),
    "two columns of one name": (
        lambda: (even(pd.DataFrame(X[:, :2], columns=["a", "a"]), 4), T["y"]),
        "two columns are called 'a': rename one",
    ),
    "several classes": (lambda: (T[COLUMNS], T[["y", "k"]]), "classes are one target, not 2"),
    "the target as a feature": (lambda: (T[["a", "y"]], T["y"]), "column 'y' is a feature and of the target too"),
    "no rows": (lambda: (T[T.a > 99][COLUMNS], T[T.a > 99]["y"]), "the table has no rows"),
    "a function that raises": (
        lambda: (T[COLUMNS].map_partitions(raising), T["y"]),
        r"partition 3: it cannot be computed \(RuntimeError: the user's function\)",
    ),
    "other partitions": (
        lambda: (T[COLUMNS], even(FRAME, 3)["y"]),
        "the table has 4 partitions but the target 3: give",
    ),
    "other lengths": (
        lambda: (T[COLUMNS], T["y"][T["y"] == 1]),
        r"partition \d: the table has 7,50\d rows but the target \d+: give collections with the same partitions",
    ),
    "a target in memory": (
        lambda: (T[COLUMNS], LABELS),
        r"target in memory \(ndarray\).*give a Series or an array of Dask",
    ),
    "no target": (lambda: (T[COLUMNS],), "the table has no target"),
    "a gap": (lambda: (T[["a"]].where(T["a"] < 3.5), T["y"]), r"partition \d, row [\d,]+, column 'a': missing value"),
    "infinity": (
        lambda: (T[["a"]].replace(X[9_000, 0], np.inf), T["y"]),
        r"partition 1, row 1,498, column 'a': inf is not finite",
    ),
    "a name in an array": (lambda: (da.from_array(X), "y"), "an array has no column 'y': give the target as an array"),
    "one dimension": (lambda: (da.from_array(Z), da.from_array(LABELS)), "two dimensions, rows and columns, not 1"),
    "another length": (lambda: (da.from_array(X), da.from_array(LABELS[1:])), "30,011 rows but the target 30010: give"),
}


@pytest.mark.parametrize("what", REFUSED)
def test_what_cannot_be_used_is_refused_in_one_line(what):
    make, words = REFUSED[what]
    with pytest.raises((DataError, UsageError), match=words) as caught:
        GDClassifier().fit(*make())
    assert "\n" not in str(caught.value)


def test_a_column_of_objects_is_refused():
    frame = FRAME[["a", "y"]].assign(o=pd.Series([1, "x", 2.5] * 10_003 + [1, 2], dtype=object).to_numpy())
    with pytest.raises(DataError, match=r"partition 0, row 1, column 'o': text that holds numbers, such as '1'"):
        GDClassifier().fit(even(frame, 3), "y")
    with dask.config.set({"dataframe.convert-string": False}), pytest.raises(DataError, match="no column of one type"):
        GDClassifier().fit(even(frame, 3), "y")


def test_a_missing_file_is_named(tmp_path):
    for i in range(3):
        FRAME[i * 10_000 : (i + 1) * 10_000].to_parquet(tmp_path / f"{i}.parquet")
    table = dd.read_parquet(tmp_path)
    (tmp_path / "1.parquet").unlink()
    with pytest.raises(DataError, match=r"partition \d: it cannot be computed \(FileNotFoundError: .*1.parquet"):
        GDClassifier().fit(table[COLUMNS], table["y"])


def test_an_executor_is_no_engine_for_a_collection():
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(1) as executor, pytest.raises(UsageError, match="ThreadPoolExecutor cannot work on"):
        scan(T, "y", engine=executor)
