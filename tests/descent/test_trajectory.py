"""Trajectories: what is kept, how it is written and read, what is refused."""

from __future__ import annotations

import csv
import io
import json
import pickle
import tracemalloc
import zipfile
from dataclasses import replace

import numpy as np
import pytest
from conftest import COMPILED, X8, Y8, linear_table, needs_compiler
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from short_fit import fit

from steepest import (
    Method,
    Problem,
    Trajectory,
    descend,
    epochs,
    make_rows,
    minimize,
    penalties,
    record,
    until,
    updates,
)
from steepest.core.checksum import BLANK, sealed
from steepest.core.errors import DataError, FileError, SteepestError, UsageError
from steepest.descent import recording

FORMATS = [".npz", ".json", ".parquet"]
in_one_folder = settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def short(batch_size=None, k=1, **settings):
    X, y = linear_table(1)
    y = np.column_stack([y * (c + 1) for c in range(k)]) if k > 1 else y
    states = descend(Problem(), Method("momentum", 0.01, batch_size), make_rows(X / abs(X).max(0), y))
    return record(until(states, epochs(20)), names=("a", "b", "c"), meta={"note": "grüß dich"}, **settings)


PATHS = {
    "batch": short,
    "sampled": lambda: short(batch_size=7),
    "two targets": lambda: short(k=2),
    "judged": lambda: fit(make_rows(X8, Y8), Problem(), learning_rate=0.01, max_iter=50).trajectory,
    "overflow": lambda: fit(make_rows(X8, Y8), Problem(), learning_rate=1).trajectory,
    "one state": lambda: record(until(descend(Problem(), Method(), make_rows(X8, Y8)), updates(0))),
}


@pytest.mark.parametrize("ending", FORMATS)
@pytest.mark.parametrize("make", PATHS.values(), ids=PATHS)
def test_saved_and_loaded_bit_for_bit(tmp_path, make, ending):
    path = make()
    path.save(tmp_path / f"run{ending}")
    again = Trajectory.load(tmp_path / f"run{ending}")
    for name in (
        "coef",
        "intercept",
        "step",
        "epoch",
        "learning_rate",
        "seconds",
        "cost",
        "gradient_norm",
        "cost_step",
    ):
        before, after = getattr(path, name), getattr(again, name)
        assert before.dtype == after.dtype
        assert before.shape == after.shape
        assert before.tobytes() == after.tobytes(), name
    assert again.names == path.names
    assert again.meta == json.loads(json.dumps(path.meta)) == path.meta
    assert again.verdict == path.verdict
    assert repr(again) == repr(path)


def test_floats_at_the_edge_survive(tmp_path):
    path = short()
    path.coef[3] = [5e-324, -0.0, 1.7976931348623157e308]
    path.coef[4] = [0.1 + 0.2, 1 / 3, -1e-200]
    for ending in FORMATS:
        path.save(tmp_path / f"run{ending}")
        assert Trajectory.load(tmp_path / f"run{ending}").coef.tobytes() == path.coef.tobytes()


@pytest.mark.parametrize("make", [short, PATHS["sampled"]], ids=["batch", "sampled"])
def test_csv_holds_the_table_and_says_that_it_is_no_more(tmp_path, make):
    path = make()
    path.save(tmp_path / "run.csv")
    header, *lines = csv.reader(io.StringIO((tmp_path / "run.csv").read_text(encoding="utf-8")))
    assert header == ["step", "epoch", "seconds", "learning_rate", "cost", "gradient_norm", "a", "b", "c", "intercept"]
    assert len(lines) == len(path)
    assert [float(line[6]) for line in lines] == path.coef[:, 0].tolist()
    assert [float(line[4]) for line in lines if line[4]] == path.cost.tolist()
    with pytest.raises(UsageError, match=r"holds the table only"):
        Trajectory.load(tmp_path / "run.csv")


def test_to_frame():
    path = short()
    frame = path.to_frame()
    assert list(frame.columns[-4:]) == ["a", "b", "c", "intercept"]
    assert frame["cost"].tolist() == path.cost.tolist()
    assert len(frame) == len(path) == 21
    assert path[3]["coef"].tolist() == frame.loc[3, ["a", "b", "c"]].tolist()
    table = short(batch_size=7).table()
    assert np.isfinite(table["cost"]).sum() == len(short(batch_size=7).cost)
    assert {"w0", "w5", "intercept0", "intercept1"} <= set(short(k=2).table())


def test_nothing_is_overwritten_and_other_endings_are_refused(tmp_path):
    path = short()
    file = tmp_path / "run.npz"
    file.write_bytes(b"mine")
    with pytest.raises(FileError, match=r"run\.npz"):
        path.save(file)
    assert file.read_bytes() == b"mine"
    path.save(file, force=True)
    assert len(Trajectory.load(file)) == len(path)
    with pytest.raises(UsageError, match=r"\.npz, \.json, \.parquet"):
        path.save(tmp_path / "run.pkl")
    with pytest.raises(FileError):
        path.save(tmp_path / "no such folder" / "run.npz")
    with pytest.raises(FileError):
        Trajectory.load(tmp_path / "nothing.npz")
    assert sorted(p.name for p in tmp_path.iterdir()) == ["run.npz"]


class Bomb:
    def __reduce__(self):
        return (pytest.fail, ("code in a file was executed",))


def hostile():
    header = json.dumps({"format": "steepest-trajectory", "schema_version": 1})
    objects = io.BytesIO()
    np.savez(objects, header=np.array([Bomb()], object))
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as held:
        held.writestr("header.npy", pickle.dumps(Bomb()))
    yield "a pickle", pickle.dumps(Bomb())
    yield "a pickle inside npz", objects.getvalue()
    yield "a pickle named header", archive.getvalue()
    yield "empty", b""
    yield "text", b"temperature visitors\n18 287\n"
    yield "an empty object", b"{}"
    yield "a list", b"[1, 2]"
    yield "half a header", header.encode()
    yield "deeply nested", b"[" * 100_000
    yield "another version", json.dumps({"format": "steepest-trajectory", "schema_version": 2}).encode()
    yield "not utf-8", b"\xff\xfe{}"


@pytest.mark.parametrize("ending", FORMATS)
@pytest.mark.parametrize("content", [c for _, c in hostile()], ids=[name for name, _ in hostile()])
def test_a_file_that_is_no_trajectory_is_refused_with_one_line(tmp_path, content, ending):
    file = tmp_path / f"run{ending}"
    file.write_bytes(content)
    with pytest.raises(DataError) as caught:
        Trajectory.load(file)
    assert str(caught.value).startswith(f"run{ending}: not a trajectory")
    assert "\n" not in str(caught.value)


def loaded(file):
    """The trajectory in a file, or the line that refuses it."""
    try:
        return Trajectory.load(file)
    except SteepestError as error:
        return str(error)


@pytest.mark.parametrize("ending", FORMATS)
@in_one_folder
@given(data=st.data())
def test_truncated_and_damaged_files_are_refused_or_read(tmp_path, ending, data):
    """Whatever is changed, the answer is a trajectory or one line, never another error."""
    file = tmp_path / f"run{ending}"
    if not (tmp_path / "good").exists():
        short().save(file, force=True)
        (tmp_path / "good").write_bytes(file.read_bytes())
    content = bytearray((tmp_path / "good").read_bytes())
    cut = data.draw(st.integers(0, len(content)))
    if data.draw(st.booleans()):
        content = content[:cut]
    else:
        content[cut : cut + 8] = data.draw(st.binary(min_size=1, max_size=8))
    file.write_bytes(content)
    again = loaded(file)
    assert len(again.step) == len(again) if isinstance(again, Trajectory) else "\n" not in again


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("step", [0, 1]),
        ("coef", [[1, 2], [3]]),
        ("cost", "many"),
        ("names", 3),
        ("meta", 3),
        ("verdict", {"status": "converged"}),
        ("verdict", {"status": "x", "message": "", "advice": "", "notes": [], "run": "rm"}),
        ("intercept", None),
    ],
)
def test_a_json_file_with_a_wrong_part_is_refused(tmp_path, key, value):
    file = tmp_path / "run.json"
    short().save(file)
    body = json.loads(file.read_text(encoding="utf-8"))
    file.write_bytes(sealed(json.dumps({**body, key: value, "checksum": BLANK}).encode()))
    with pytest.raises(DataError, match=rf"^run\.json: not a trajectory \({key}"):
        Trajectory.load(file)


# ------------------------------------------------------------------ what is kept


@pytest.mark.parametrize(
    ("keep", "steps"),
    [
        (True, list(range(101))),
        ("auto", list(range(101))),
        (30, [0, 30, 60, 90, 100]),
        (50, [0, 50, 100]),
        (1000, [0, 100]),
        (False, [0, 100]),
    ],
)
def test_modes(keep, steps):
    states = until(descend(Problem(), Method(), make_rows(X8, Y8)), updates(100))
    assert record(states, keep=keep).step.tolist() == steps


@pytest.mark.parametrize("keep", [0, -1, 2.5, "all"])
def test_modes_that_make_no_sense(keep):
    with pytest.raises(UsageError, match="record must be"):
        record(until(descend(Problem(), Method(), make_rows(X8, Y8)), updates(3)), keep=keep)


def test_record_wants_a_descent():
    with pytest.raises(UsageError, match="record takes a descent"):
        record(iter([]))
    with pytest.raises(UsageError, match="decorated with @loss, @rule or @step"):
        record(type("Halving", (), {}))


@pytest.mark.parametrize("batch_size", [None, pytest.param(1, marks=needs_compiler)])
def test_a_million_steps_stay_within_64_megabytes(batch_size):
    steps = 1_000_000 if batch_size else 20_000
    rng = np.random.default_rng(0)
    X = rng.standard_normal((200, 50 if batch_size else 600))
    rows = make_rows(X, X[:, 0] + rng.standard_normal(200))
    data = rows if batch_size else rows._replace(X=np.zeros((1, 600)), y=np.ones((1, 1)), total=1.0)
    endless = descend(Problem(), Method("plain", 1e-4, batch_size), data, compiled=COMPILED)
    record(until(endless, updates(10)))  # compile before memory is watched
    states = until(endless, updates(steps))
    tracemalloc.start()
    path = record(states)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert path.coef.nbytes + path.intercept.nbytes <= 1 << 26
    assert peak < 3.2 * (1 << 26)
    assert path.step[[0, -1]].tolist() == [0, steps]
    gaps = np.diff(path.step)
    assert gaps[0] == 1
    assert (np.diff(gaps[:-1]) >= 0).all()  # ever sparser
    assert len(path) > 1000
    if batch_size:
        assert len(path.cost) <= 200
        assert path.cost_step[[0, -1]].tolist() == [0, steps]


def test_auto_is_every_step_up_to_the_limit_and_half_of_it_beyond(monkeypatch):
    monkeypatch.setattr(recording, "RECORD_NUMBERS", 2000)  # 1,000 states of two parameters
    rows = make_rows(X8, Y8)
    for steps in (999, 1000, 1001, 5000, 100_000):
        path = record(until(descend(Problem(), Method("plain", 0.01, 8, "sequential"), rows), updates(steps)))
        assert len(path) == steps + 1 if steps <= 1000 else 300 <= len(path) <= 1001


def test_in_raw_units_whatever_the_descent_saw():
    X, y = linear_table(2)
    path = fit(make_rows(X, y), Problem(), rule="accelerated").trajectory
    assert path.meta["standardized"]
    cost = [np.mean((X @ w + b - y) ** 2) / 2 for w, b in zip(path.coef, path.intercept, strict=True)]
    np.testing.assert_allclose(path.cost, cost, rtol=1e-9)
    norms = [np.linalg.norm([*X.T @ r, r.sum()]) / len(y) for r in path.coef @ X.T + path.intercept[:, None] - y]
    np.testing.assert_allclose(path.gradient_norm[:5], norms[:5], rtol=1e-9)


def test_the_cost_of_a_sampled_run_is_that_of_all_rows():
    X, y = linear_table(2)
    states = descend(Problem("mse"), Method("plain", 1e-4, 4), make_rows(X, y))
    path = record(until(states, updates(1000)))
    at = np.searchsorted(path.step, path.cost_step)
    assert len(at) <= 200
    cost = [np.mean((X @ path.coef[i] + path.intercept[i] - y) ** 2) for i in at]
    np.testing.assert_allclose(path.cost, cost, rtol=1e-12)


def test_meta_is_json_and_says_what_was_run():
    meta = fit(
        make_rows(X8, Y8), Problem("mse"), rule="momentum:beta=0.5", learning_rate=0.01, max_iter=5
    ).trajectory.meta
    assert json.loads(json.dumps(meta)) == meta
    expected = {
        "loss": "mse",
        "rule": "momentum:beta=0.5",
        "learning_rate": "constant:eta=0.01",
        "rows": 8,
        "columns": 1,
    }
    assert {key: meta[key] for key in expected} == expected
    assert {"version", "numpy", "seed", "end", "passes", "reported_step", "loss_formula", "interrupted"} <= set(meta)


def test_seconds_and_epochs_grow():
    path = short(batch_size=7)
    assert path.seconds[0] == 0
    assert (np.diff(path.seconds) > 0).all()
    assert path.epoch[-1] == 20
    assert path.step[-1] == 20 * 9
    assert path.learning_rate[:2].tolist() == [0, 0.01]


# ------------------------------------------------------------------ the gradient


def gradients(path, X, y, slope=lambda z, y: z - y):
    """Derivatives of the mean loss where the cost was evaluated, by NumPy, intercept last."""
    at = np.searchsorted(path.step, path.cost_step)
    s = [slope(X @ path.coef[i] + path.intercept[i], y) for i in at]
    return np.array([[*X.T @ r / len(y), r.mean()] for r in s])


MADE = {
    "batch": lambda rows: record(until(descend(Problem(), Method("momentum", 0.01), rows), updates(9))),
    "batches": lambda rows: record(until(descend(Problem(), Method("adam", 0.01, 7), rows), epochs(4))),
    "thinned": lambda rows: record(until(descend(Problem(), Method("plain", 0.01), rows), updates(99)), keep=30),
    "the ends": lambda rows: record(until(descend(Problem(), Method("plain", 0.01), rows), updates(99)), keep=False),
    "an average": lambda rows: record(
        until(descend(Problem(), Method("plain", 0.01, average="polyak_ruppert"), rows), updates(9))
    ),
    "standardised": lambda rows: fit(rows, Problem(), rule="accelerated", max_iter=9).trajectory,
    "auto": lambda rows: fit(rows, Problem()).trajectory,
    "early stopping": lambda rows: fit(rows, Problem(), learning_rate=0.01, max_iter=9, validation=rows).trajectory,
    "callback": lambda rows: record(until(descend(Problem(), Method(), rows), lambda s: s.t == 5)),
}


@pytest.mark.parametrize("make", MADE.values(), ids=MADE)
def test_the_gradient_is_kept_where_the_cost_was_evaluated(make):
    X, y = linear_table(1)
    path = make(make_rows(X, y))
    expected = gradients(path, X, y)
    np.testing.assert_allclose(path.gradient, expected, rtol=1e-7, atol=1e-10 * np.abs(expected).max())
    np.testing.assert_allclose(np.linalg.norm(path.gradient, axis=1), path.gradient_norm, rtol=1e-12)


def test_the_gradient_of_log_loss_two_targets_lasso_and_a_function():
    X, y = linear_table(1)
    labels = (y > np.median(y)).astype(float)
    path = fit(make_rows(X, labels), Problem("log_loss"), learning_rate=0.1, max_iter=5).trajectory
    slope = lambda z, y: 1 / (1 + np.exp(-z)) - y  # noqa: E731
    np.testing.assert_allclose(path.gradient, gradients(path, X, labels, slope), rtol=1e-9)
    both = short(k=2)
    assert both.gradient.shape == (21, 4, 2)
    rows = make_rows(X, y)
    flat = fit(rows, Problem(penalty=penalties.L1(100.0)), learning_rate=0.01, max_iter=5).trajectory
    assert (flat.gradient[:, :3] == 0).all()  # the subgradient of least norm, at coefficients of 0
    run = minimize("(x - 3)**2 + 2*y**2", [6, 1], learning_rate=0.1, steps=2)
    np.testing.assert_allclose(run.gradient, np.column_stack((2 * (run.x[:, 0] - 3), 4 * run.x[:, 1])), rtol=1e-12)


def test_the_gradient_follows_the_states():
    path = short()
    assert len(path.upto(4).gradient) == 5
    assert path.upto(4).then(path).gradient.tobytes() == path.gradient.tobytes()
    unknown = replace(path, gradient=None)
    for joined in (path.upto(4).then(unknown), unknown.upto(4), unknown.extended(np.ones((1, 4, 1)), *np.ones((2, 1)))):
        assert joined.gradient is None


@pytest.mark.parametrize("ending", FORMATS)
@pytest.mark.parametrize("make", [*PATHS.values(), lambda: minimize("x**2 + y**2", [1, 2])], ids=[*PATHS, "function"])
def test_the_gradient_is_saved_and_loaded(tmp_path, make, ending):
    path = make()
    path.save(tmp_path / f"run{ending}")
    again = Trajectory.load(tmp_path / f"run{ending}")
    assert again.gradient.shape == path.gradient.shape
    assert again.gradient.tobytes() == path.gradient.tobytes()
    replace(path, gradient=None).save(tmp_path / f"bare{ending}")
    assert Trajectory.load(tmp_path / f"bare{ending}").gradient is None


def test_a_file_of_version_2_has_no_gradient(tmp_path):
    file = tmp_path / "run.json"
    short().save(file)
    body = {**json.loads(file.read_text(encoding="utf-8")), "schema_version": 2, "checksum": BLANK}
    file.write_bytes(sealed(json.dumps(body).encode()))
    with pytest.raises(DataError, match="version 2 has no gradient"):
        Trajectory.load(file)
    del body["gradient"]
    file.write_bytes(sealed(json.dumps(body).encode()))
    assert Trajectory.load(file).gradient is None


def test_a_gradient_of_another_shape_is_refused(tmp_path):
    path = short()
    for wrong in (path.gradient[1:], path.gradient[:, 1:], path.gradient * np.nan):
        with pytest.raises(DataError, match="gradient must"):
            replace(path, gradient=wrong).save(tmp_path / "run.npz")


def test_parameters_and_gradients_share_the_memory(monkeypatch):
    monkeypatch.setattr(recording, "RECORD_NUMBERS", 4000)  # 1,000 states of two parameters and two slopes
    rows = make_rows(X8, Y8)
    for steps in (999, 1001, 5000):
        path = record(until(descend(Problem(), Method("plain", 0.01), rows), updates(steps)))
        assert len(path) == steps + 1 if steps <= 1000 else 300 <= len(path) <= 1001
        assert len(path.gradient) == len(path)


@pytest.mark.parametrize("settings", [{"learning_rate": 0.1, "standardize": True, "max_iter": 5}, {}])
def test_the_gradient_is_0_for_a_fixed_coefficient_of_scaled_columns(settings):
    X, y = linear_table(1)
    path = fit(make_rows(X + 50.0, y), Problem(fixed=(1,)), start=[0, 0.5, 0, 0], tol=None, **settings).trajectory
    expected = gradients(path, X + 50.0, y)
    expected[:, 1] = 0
    np.testing.assert_allclose(path.gradient, expected, rtol=1e-6, atol=1e-8 * np.abs(expected).max())
    np.testing.assert_allclose(np.linalg.norm(path.gradient, axis=1), path.gradient_norm, rtol=1e-12)
