"""Fits of files that are killed again and again, anywhere, go on to the bits of a fit that was left alone."""

from __future__ import annotations

import multiprocessing
import os
from pathlib import Path
from time import sleep
from typing import Any

import numpy as np
import pytest

from steepest import GDClassifier, GDRegressor, scan
from steepest.core.errors import UsageError
from steepest.parts.engines.here import Here
from steepest.parts.part import Part
from steepest.parts.parts import Parts

pa = pytest.importorskip("pyarrow")
parquet = pytest.importorskip("pyarrow.parquet")

KILLS = int(os.environ.get("STEEPEST_TEST_KILLS", "5"))
N, FILES = 30_011, 8
FITS: dict[str, tuple[Any, str, bool]] = {  # estimator, target, cache
    "logistic": (GDClassifier(class_weight="balanced"), "class", False),
    "each": (GDClassifier(multi_class="ovr"), "kind", True),
    "poisson": (GDRegressor(loss="poisson"), "count", True),
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    rng, path = np.random.default_rng(0), tmp_path_factory.mktemp("killed") / "table"
    X = rng.normal(size=(N, 4))
    z = X.sum(1) + rng.logistic(size=N)
    columns = {**dict(zip("abcd", X.T, strict=True)), "class": (z > 0) * 1, "kind": np.digitize(z, (-1, 1))}
    table = pa.table({**columns, "count": rng.poisson(np.exp(z / 4))})
    path.mkdir()
    for i, low in enumerate(range(0, N, N // FILES + 1)):
        parquet.write_table(table.slice(low, N // FILES + 1), path / f"{i}.parquet", row_group_size=1_000)
    return path


def opened(folder: Path, fit: str, threads: int = 1, checkpoint: Path | None = None) -> Parts:
    target, cache = FITS[fit][1:]
    drop = [name for name in ("class", "kind", "count") if name != target]
    return scan(folder, target, drop=drop, cache=cache, engine=Here(threads), checkpoint=checkpoint)


def answer(table: Parts, fit: str) -> Any:
    model = FITS[fit][0].fit(table)
    return np.append(np.ravel(model.coef_), model.intercept_)


def child(folder: Path, fit: str, threads: int, out: Path) -> None:
    read, log = Part.blocks, (out / "log").open("ab", buffering=0)

    def slow(part: Part, size: int) -> Any:
        sleep(0.01)
        yield from read(part, size)
        log.write(b"x")

    Part.blocks = slow  # type: ignore[method-assign]
    os.environ["STEEPEST_CACHE_DIR"] = str(out)
    found = answer(opened(folder, fit, threads, out / "fit.ckpt"), fit)
    np.save(out / "w.npy", found)


def test_fits_that_are_killed_go_on_to_the_same_bits(folder: Path, tmp_path: Path) -> None:
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["pytest", "steepest", "pyarrow.parquet", "steepest.estimators.parts_methods"])
    kills, rng, expected = 0, np.random.default_rng(), {fit: answer(opened(folder, fit), fit) for fit in FITS}
    while kills < KILLS:
        fit = [*FITS][int(rng.integers(len(FITS)))]
        out = tmp_path / str(len(list(tmp_path.iterdir())))
        out.mkdir()
        while not (out / "w.npy").exists():
            process = context.Process(target=child, args=(folder, fit, int(rng.integers(1, 4)), out))
            process.start()
            process.join(rng.uniform(0.1, 1.0) if kills < KILLS else None)
            if process.exitcode is None:
                process.kill()
                kills += 1
            process.join()
            assert process.exitcode in (0, -9)
        np.testing.assert_array_equal(np.load(out / "w.npy"), expected[fit])
        assert not (out / "fit.ckpt").exists()


def broken_off(table: Parts, fit: str, after: int) -> None:
    told = iter(range(1, after + 1))

    def tell(_: object) -> None:
        if next(told) == after:
            raise KeyboardInterrupt

    table.told = tell
    with pytest.raises(KeyboardInterrupt):
        answer(table, fit)


@pytest.mark.parametrize("fit", FITS)
@pytest.mark.parametrize("after", [1, 2, 4])
def test_a_fit_goes_on_with_another_number_of_threads(folder: Path, tmp_path: Path, fit: str, after: int) -> None:
    saved = tmp_path / "fit.ckpt"
    broken_off(opened(folder, fit, 1, saved), fit, after)
    assert saved.exists()
    again, parts = opened(folder, fit, 4, saved), list[object]()
    again.told = parts.append
    np.testing.assert_array_equal(answer(again, fit), answer(opened(folder, fit), fit))
    assert not saved.exists()


def test_a_checkpoint_of_another_fit_is_refused(folder: Path, tmp_path: Path) -> None:
    saved = tmp_path / "fit.ckpt"
    broken_off(opened(folder, "logistic", 1, saved), "logistic", 9)
    for model, message in (
        (GDClassifier(alpha=0.5, class_weight="balanced"), "penalty is "),
        (GDClassifier(), r"classes is .* there, "),
    ):
        with pytest.raises(UsageError, match=f"fit.ckpt: a checkpoint of another fit: {message}"):
            model.fit(opened(folder, "logistic", 1, saved))
    with pytest.raises(UsageError, match=r"table is .* there"):
        opened(folder, "poisson", 1, saved)


def test_batches_have_no_checkpoint(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="leave it out, or the batch size"):
        GDRegressor(batch_size=9).fit(opened(folder, "poisson", 1, tmp_path / "fit.ckpt"))
