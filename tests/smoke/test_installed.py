"""What an installed package must do, with any set of its extras: a copy of this folder runs outside of the checkout.

Nothing of the checkout is imported, not even for the tests. Where an extra is missing, what needs it must end in one
line that names it.
"""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
import sysconfig
import urllib.request
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest

import steepest

CHECKOUT = (Path(__file__).parents[2] / "src" / "steepest").is_dir()
COMMAND = shutil.which("steepest", path=sysconfig.get_path("scripts"))
X = np.array([1.0, 3, 4, 5, 6, 7, 8, 10])[:, None]
Y = np.array([4.0, 3, 7, 7, 8, 10, 8, 11])
SLOPE, INTERCEPT = 49 / 58, 151 / 58  # of the least squares of these rows
LINES = "x,y,kind\n" + "".join(f"{x:g},{y:g},{'ab'[int(y > 7)]}\n" for x, y in zip(X[:, 0], Y, strict=True))
TABLE = "x,y\n" + "".join(f"{x:g},{y:g}\n" for x, y in zip(X[:, 0], Y, strict=True))


class CommandError(Exception):
    """A command that ended with an error; its text is what stood on standard error."""


@pytest.fixture(autouse=True)
def tables(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two small tables in the working folder."""
    monkeypatch.chdir(tmp_path)
    Path("t.csv").write_text(TABLE)
    Path("lines.csv").write_text(LINES)


@contextmanager
def extra(name: str, *modules: str) -> Iterator[None]:
    """The block works where the modules of an extra are installed; else it ends in one line that says how."""
    if all(find_spec(module) for module in modules):
        yield
        return
    with pytest.raises((ImportError, steepest.SteepestError, CommandError)) as caught:
        yield
    (line,) = str(caught.value).strip().splitlines()
    assert line.endswith(f"pip install 'steepest[{name}]'")


def run(words: str, exit_code: int = 0) -> str:
    """Standard output of the installed command."""
    assert COMMAND, "the command is not installed"
    done = subprocess.run([COMMAND, *words.split()], capture_output=True, text=True, check=False, timeout=300)
    if done.returncode != exit_code:
        raise CommandError(done.stderr)
    return done.stdout


@pytest.mark.skipif(CHECKOUT, reason="of the copy outside of the checkout alone")
def test_the_package_is_the_installed_one() -> None:
    assert Path(steepest.__file__).is_relative_to(sysconfig.get_path("purelib"))
    assert run("--version").split()[-1] == version("steepest") == steepest.__version__


def test_the_command_line_from_a_table_to_predictions() -> None:
    shown = run("fit linear t.csv -t y -o m.json --at x=2")
    assert "Converged after 1 step" in shown
    assert json.loads(Path("m.json").read_text())
    last = run("predict m.json t.csv").split()[-1].split(",")[-1]
    assert float(last) == pytest.approx(10 * SLOPE + INTERCEPT, rel=1e-9)
    assert "R2" in run("evaluate m.json t.csv")
    assert "x" in run("show m.json")


def test_classes_by_name_from_a_table() -> None:
    shown = run("fit logistic lines.csv -t kind -x x --alpha 0.1 --json")
    assert json.loads(shown)["verdict"]["status"] == "converged"


def test_a_formula_is_minimised() -> None:
    assert "Converged" in run("minimize (x-3)**2+2 --start 6 --learning-rate 0.25")
    path = steepest.minimize("(x - 3)**2 + 2", 6, learning_rate=0.25)
    assert path.coef[-1] == pytest.approx(3.0, abs=1e-3)


def test_a_misspelt_command_is_one_line() -> None:
    with pytest.raises(CommandError, match=r"\Aerror: [^\n]*fit[^\n]*\n\Z"):
        run("fti linear t.csv")


def test_compiled_steps_are_those_of_the_interpreter() -> None:
    rows = steepest.make_rows(X, Y)
    method = steepest.Method("adam", 0.05, batch_size=1)
    ends = [
        steepest.record(
            steepest.until(steepest.descend(steepest.Problem(), method, rows, compiled=compiled), steepest.epochs(5))
        ).coef[-1]
        for compiled in (False, True)
    ]
    np.testing.assert_allclose(*ends, rtol=1e-12)


def test_estimators() -> None:
    with extra("sklearn", "sklearn"):
        model = steepest.GDRegressor().fit(X, Y)
        assert [model.coef_[0], model.intercept_] == pytest.approx([SLOPE, INTERCEPT])
        labels = steepest.GDClassifier(alpha=0.1).fit(X, Y > 7).predict(X)
        assert (labels == (Y > 7)).mean() > 0.8


def test_estimators_in_a_pipeline() -> None:
    with extra("sklearn", "sklearn"):
        regressor = steepest.GDRegressor(alpha=0.01)
        from sklearn.model_selection import cross_val_score
        from sklearn.pipeline import make_pipeline
        from sklearn.preprocessing import StandardScaler

        assert np.isfinite(cross_val_score(make_pipeline(StandardScaler(), regressor), X, Y, cv=2)).all()


def test_parquet_is_written_and_read() -> None:
    with extra("tables", "pyarrow"):
        run("fit linear t.csv -t y --learning-rate 0.01 --steps 10 --trajectory r.parquet")
        path = steepest.Trajectory.load("r.parquet")
        assert len(path) == 11


def write_parquet() -> None:
    """The table as Parquet; without pyarrow, its first bytes alone."""
    Path("t.parquet").write_bytes(b"PAR1")
    if find_spec("pyarrow"):
        import pyarrow as pa
        import pyarrow.parquet as pq

        pq.write_table(pa.table({"x": X[:, 0], "y": Y}), "t.parquet")


def test_a_parquet_table_is_fitted() -> None:
    write_parquet()
    with extra("tables", "pyarrow"):
        assert "Converged" in run("fit linear t.parquet -t y")


@pytest.mark.parametrize(
    "command", ["fit linear t.csv -t y --cache no --memory 100M", "fit linear t.parquet -t y --cache no"]
)
def test_a_table_in_files_is_fitted_in_passes(command: str) -> None:
    write_parquet()
    with extra("files", "pyarrow"):
        assert "Converged" in run(command)


def test_a_table_at_an_address() -> None:
    with extra("files", "pyarrow", "fsspec"):
        table = steepest.scan(f"local://{Path('t.csv').resolve()}", target="y")
        assert steepest.GDRegressor().fit(table).coef_[0] == pytest.approx(SLOPE)


def test_frames_of_pandas_have_their_names() -> None:
    if not find_spec("pandas"):
        with pytest.raises(steepest.SteepestError, match="pip install pandas"):
            steepest.Trajectory.to_frame(path_of_ten_steps())
        return
    import pandas as pd

    assert len(path_of_ten_steps().to_frame()) == 11
    model = steepest.GDRegressor().fit(pd.DataFrame({"x": X[:, 0]}), pd.Series(Y, name="y"))
    assert list(model.feature_names_in_) == ["x"]


def path_of_ten_steps() -> steepest.Trajectory:
    """A short run at a given learning rate."""
    states = steepest.descend(steepest.Problem(), steepest.Method(learning_rate=0.01), steepest.make_rows(X, Y))
    return steepest.record(steepest.until(states, steepest.updates(10)))


def test_pictures() -> None:
    run("fit linear t.csv -t y -o m.json")
    run("fit linear t.csv -t y --learning-rate 0.01 --steps 10 --trajectory r.npz")
    with extra("plot", "matplotlib"):
        run("plot fit m.json t.csv -o fit.svg")
        assert ET.parse("fit.svg").getroot().tag.endswith("svg")
        run("plot cost-surface r.npz t.csv -o s.png")
        assert Path("s.png").read_bytes().startswith(b"\x89PNG")


def test_the_lab_is_one_page() -> None:
    run("lab t.csv -t y -o lab.html")
    page = Path("lab.html").read_text(encoding="utf-8")
    assert 'id="payload"' in page
    assert "<script src" not in page


def test_the_lab_is_served() -> None:
    with extra("lab", "starlette", "uvicorn"):
        assert COMMAND
        with subprocess.Popen(
            [COMMAND, "lab", "t.csv", "-t", "y", "--serve"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        ) as process:
            assert process.stdout
            assert process.stderr
            address = process.stdout.readline().strip()
            if not address:
                raise CommandError(process.stderr.read())
            try:
                with urllib.request.urlopen(address, timeout=60) as page:
                    assert b'id="payload"' in page.read()
            finally:
                process.send_signal(signal.SIGINT)
                process.wait(60)


def test_an_exported_graph_predicts_the_same() -> None:
    with extra("onnx" if find_spec("sklearn") else "sklearn", "sklearn", "skl2onnx", "onnxruntime"):
        steepest.onnx.register()
        import onnxruntime
        import skl2onnx

        model = steepest.GDRegressor().fit(X, Y)
        graph = skl2onnx.to_onnx(model, X[:1]).SerializeToString()
        session = onnxruntime.InferenceSession(graph, providers=["CPUExecutionProvider"])
        np.testing.assert_allclose(session.run(None, {"X": X})[0][:, 0], model.predict(X), rtol=1e-9)


def test_a_fit_on_a_cluster() -> None:
    if not find_spec("distributed"):
        with extra("dask", "distributed"):
            run("fit linear t.csv -t y --engine dask:tcp://127.0.0.1:1")
        return
    from distributed import Client, LocalCluster

    settings = {"n_workers": 1, "threads_per_worker": 1, "dashboard_address": ":0", "processes": False}
    with LocalCluster(**settings) as cluster, Client(cluster) as client:
        model = steepest.GDRegressor().fit(steepest.scan("t.csv", target="y", engine=client))
        assert model.coef_[0] == pytest.approx(SLOPE)
