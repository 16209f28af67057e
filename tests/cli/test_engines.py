"""--engine: processes and clusters by their address give the answers of threads here, or one line."""

from __future__ import annotations

import contextlib
import json
import logging
import shlex
import socket
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner, Result

from steepest import GDRegressor, scan
from steepest.cli import main
from steepest.core.errors import DataError, FileError, SteepestError
from steepest.parts.engines import address
from steepest.parts.engines.chosen import engine_at
from steepest.parts.engines.dask import versions
from steepest.parts.engines.task import files_of_workers
from steepest.parts.works import Grams

pa = pytest.importorskip("pyarrow")
parquet = pytest.importorskip("pyarrow.parquet")
distributed = pytest.importorskip("distributed")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path, rng = tmp_path_factory.mktemp("engines"), np.random.default_rng(0)
    (path / "good").mkdir()
    for i in range(2):
        a, b = rng.normal(size=(2, 9_000))
        y = (a - b + rng.logistic(size=9_000) > 0) * 1
        parquet.write_table(pa.table({"a": a, "b": b, "y": y}), path / f"good/{i}.parquet", row_group_size=1_000)
    return path


@pytest.fixture(scope="module", autouse=True)
def _model(folder: Path) -> None:
    """A model in the file here.json."""
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        assert run("fit logistic good -t y -o here.json").exit_code == 0


@pytest.fixture(autouse=True)
def _there(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder)


def run(line: str) -> Result:
    return CliRunner().invoke(main, shlex.split(line))


def refusal(line: str) -> str:
    done = run(line)
    assert done.exit_code in (1, 2)
    assert done.stdout == ""
    return done.stderr


def test_a_cluster_gives_what_threads_give(cluster: Any) -> None:
    engine = f"--engine dask:{cluster.scheduler_address}"
    answers = []
    for name, more in (("here", ""), ("there", engine)):
        done = run(f"fit logistic good -t y -o {name}.json --force {more}")
        assert done.exit_code == 0, done.output
        assert run(f"predict {name}.json good -o {name}.csv --force {more}").exit_code == 0
        scores = run(f"evaluate {name}.json good --json {more}")
        answers.append((Path(f"{name}.json").read_bytes(), Path(f"{name}.csv").read_bytes(), json.loads(scores.stdout)))
    assert answers[0] == answers[1]


def test_a_command_leaves_the_cluster_as_it_was(cluster: Any) -> None:
    before = set(cluster.scheduler.clients)
    assert run(f"fit logistic good -t y --engine dask:{cluster.scheduler_address}").stderr == ""
    assert set(cluster.scheduler.clients) <= before
    assert logging.root.manager.disable == 0


def test_after_ctrl_c_the_cluster_goes_on(cluster: Any) -> None:
    with pytest.raises(KeyboardInterrupt):
        interrupted(f"dask:{cluster.scheduler_address}")
    assert run(f"fit logistic good -t y --engine dask:{cluster.scheduler_address}").exit_code == 0


def interrupted(place: str) -> None:
    with engine_at(place) as engine:
        table = scan("good", "y", engine=engine)
        table.told = lambda _: (_ for _ in ()).throw(KeyboardInterrupt)
        _ = table.survey


@pytest.mark.parametrize("command", ["fit logistic good -t y", "predict here.json good", "evaluate here.json good"])
@pytest.mark.parametrize("engine", ["dask", "dask:", "local", "local:0", "local:x", "spark", ""])
def test_an_unknown_engine_is_refused_with_the_known_ones(command: str, engine: str) -> None:
    assert "is not known: write local:4 for 4 processes, dask:tcp://HOST:PORT" in refusal(
        f"{command} --engine '{engine}'"
    )


@pytest.mark.parametrize("place", ["foo", "tcp://127.0.0.1", "tcp://localhost:port", "ftp://host:1"])
def test_an_address_that_is_none_is_refused(place: str) -> None:
    found = refusal(f"fit logistic good -t y --engine dask:{place}")
    assert found.endswith("write dask:tcp://HOST:PORT\n")
    assert found.count("\n") == 1


@contextlib.contextmanager
def server(reply: bytes) -> Iterator[int]:
    """The port of a server that sends this to whoever comes."""
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def serve() -> None:
            with contextlib.suppress(OSError):
                while True:
                    there, _ = listening.accept()
                    with there:
                        there.sendall(reply)

        threading.Thread(target=serve, daemon=True).start()
        yield listening.getsockname()[1]


@pytest.mark.parametrize("reply", [b"", b"HTTP/1.1 400 Bad Request\r\n\r\n", b"\x00" * 64])
def test_a_server_that_is_no_scheduler_is_one_line(reply: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(address, "ANSWER", 0.7)
    with server(reply) as port:
        found = refusal(f"fit logistic good -t y --engine dask:tcp://127.0.0.1:{port}")
    assert found == f"error: tcp://127.0.0.1:{port}: {address.NO_SCHEDULER}\n"


def test_an_address_where_nothing_is_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(address, "ANSWER", 0.7)
    found = refusal("fit logistic good -t y --engine dask:tcp://127.0.0.1:9")
    assert found == f"error: tcp://127.0.0.1:9: {address.NO_SCHEDULER}\n"
    assert address.__dict__["PATIENCE"] == 30


def test_a_worker_is_no_scheduler(cluster: Any) -> None:
    worker = next(iter(cluster.scheduler.workers))
    assert f"{worker}: no scheduler of Dask" in refusal(f"fit logistic good -t y --engine dask:{worker}")


def test_a_scheduler_without_workers_is_waited_for_and_then_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(address, "PATIENCE", 0.6)
    with distributed.LocalCluster(n_workers=0, dashboard_address=":0", silence_logs=50) as empty:
        waiting, found = refusal(f"fit logistic good -t y --engine dask:{empty.scheduler_address}").splitlines()
        assert waiting.startswith(f"{empty.scheduler_address} has no workers yet: waiting ")
        assert found.endswith(f"start one by: dask worker {empty.scheduler_address}")


def test_a_cluster_with_another_version_is_refused(cluster: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(versions, "__version__", "9.9")
    monkeypatch.setattr(versions, "_known", set())
    found = refusal(f"fit logistic good -t y --engine dask:{cluster.scheduler_address}")
    assert found.startswith("error: the scheduler has steepest ")
    assert ": install 9.9 there" in found


def test_without_dask_the_line_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    assert "pip install 'steepest[dask]'" in refusal("fit logistic good -t y --engine dask:tcp://127.0.0.1:8786")


def test_a_file_that_workers_lack_is_one_line_that_says_so(client: Any, tmp_path: Path) -> None:
    parquet.write_table(pa.table({"a": np.arange(9_000.0), "y": np.arange(9_000.0)}), tmp_path / "t.parquet")
    table = scan(tmp_path / "t.parquet", "y", engine=client)
    (tmp_path / "t.parquet").unlink()
    with pytest.raises(SteepestError, match=r"no such file.*; the workers need it there too"):
        table.sums(Grams(np.zeros(2)))


def test_what_a_worker_says_of_files_keeps_its_kind() -> None:
    with pytest.raises(FileError, match="workers need it there too"), files_of_workers():
        raise FileError("t.csv: no such file")
    with pytest.raises(DataError, match="no copy of it") as caught, files_of_workers():
        raise DataError("changed after the table was scanned: scan it again", file="t.csv")
    assert caught.value.file == "t.csv"
    with pytest.raises(DataError, match=r"^t\.csv: missing value$"), files_of_workers():
        raise DataError("missing value", file="t.csv")


def test_predictions_by_workers_name_a_file_that_they_lack(client: Any, tmp_path: Path) -> None:
    parquet.write_table(pa.table({"a": np.arange(9_000.0), "y": np.arange(9_000.0)}), tmp_path / "t.parquet")
    table = scan(tmp_path / "t.parquet", "y", engine=client)
    model = GDRegressor().fit(table)
    (tmp_path / "t.parquet").unlink()
    with pytest.raises(SteepestError, match=r"no such file.*; the workers need it there too"):
        np.asarray(model.predict(table))
