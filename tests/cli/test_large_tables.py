"""Tables in files that are larger than the memory given: the right answer, little memory, one line for bad input."""

from __future__ import annotations

import json
import os
import shlex
import signal
import subprocess
import sys
import time
from concurrent.futures import Executor
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner, Result

from steepest.cli import main
from steepest.cli.parts_options import PartsChoice, is_address
from steepest.parts.engines import address

pa = pytest.importorskip("pyarrow")
parquet = pytest.importorskip("pyarrow.parquet")
csv = pytest.importorskip("pyarrow.csv")
N = 9_000
PROGRAM = "from steepest.cli import main; main()"
WATCHED = """
import re, sys, threading, time
most = 0
def anonymous():
    return int(re.search(r"RssAnon:\\s+(\\d+)", open("/proc/self/status").read())[1]) * 1024
def watch():
    global most
    while True:
        most = max(most, anonymous())
        time.sleep(0.002)
import numpy, pyarrow.parquet, steepest.solve.passes.fit, steepest.cli.actions.fit_in_parts
from steepest.cli import main
try:
    main(["fit", "linear", sys.argv[2], "-t", "y", "--cache", "no", "--json"])  # loads what is loaded late
except SystemExit:
    pass
begin = anonymous()
threading.Thread(target=watch, daemon=True).start()
try:
    main(["fit", "linear", sys.argv[1], "-t", "y", "--memory", "10MB", "--json"])
except SystemExit:
    pass
print(most - begin, file=sys.stderr)
"""
USED = """
import re, sys, threading, time
most = 0
def anonymous():
    return int(re.search(r"RssAnon:\\s+(\\d+)", open("/proc/self/status").read())[1]) * 1024
def watch():
    global most
    while True:
        most = max(most, anonymous())
        time.sleep(0.002)
from steepest.cli import main
def run(*words):
    try:
        main([*words])
    except SystemExit as done:
        assert not done.code
def both(table, out):
    run("evaluate", sys.argv[1], table, "--memory", "10MB", "--json")
    run("predict", sys.argv[1], table, "--memory", "10MB", "--keep", "x0", "-o", out)
both(sys.argv[3], sys.argv[4] + "0/")  # loads what is loaded late
begin = anonymous()
threading.Thread(target=watch, daemon=True).start()
both(sys.argv[2], sys.argv[4] + "1/")
both(sys.argv[2], sys.argv[4] + "2.parquet")
print(most - begin, file=sys.stderr)
"""


def table(seed: int = 0, n: int = N, **more: Any) -> Any:
    rng = np.random.default_rng(seed)
    a, b = rng.normal(size=(2, n))
    y = (a - b + rng.logistic(size=n) > 0).astype(int)
    return pa.table({"a": a, "b": b, "y": y, **more})


def put(folder: str, *tables: Any) -> None:
    Path(folder).mkdir()
    for i, each in enumerate(tables):
        parquet.write_table(each, f"{folder}/{i}.parquet", row_group_size=4_000)


def changed(column: str, row: int, value: Any) -> Any:
    """A table with one cell changed."""
    found = table()
    cells = found[column].to_pylist()
    cells[row] = value
    return found.set_column(found.column_names.index(column), column, pa.array(cells))


@pytest.fixture(scope="module")
def tables(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folders with tables, most of them bad."""
    folder = tmp_path_factory.mktemp("tables")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        put("good", table(), table(1))
        put("lacks", table(), table().drop(["b"]))
        put("types", table(), table().set_column(1, "b", pa.array(["x"] * N)))
        put("null", table(), changed("b", 5_000, None))
        put("infinite", table(), changed("b", 5_000, float("inf")))
        put("third", table(), changed("y", 7, 2))
        put("one", table(y=np.zeros(N, int)))
        put("texts", table(note=[f"text {i}" for i in range(N)]))
        put("kinds", table(kind=np.array(["x", "y", "z"])[np.arange(N) % 3]))
        Path("nothing").mkdir()
        put("damaged", table())
        whole = Path("damaged/0.parquet").read_bytes()
        Path("damaged/0.parquet").write_bytes(whole[: len(whole) // 2])
        parquet.write_table(pa.concat_tables([table(), table(1)]), "single.parquet")
    return folder


@pytest.fixture(autouse=True)
def _there(tables: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tables)


@pytest.fixture
def _started(processes: Executor, monkeypatch: pytest.MonkeyPatch) -> None:
    """--engine local:N means processes that are there."""
    monkeypatch.setattr(address, "_processes", lambda _: (processes, lambda: None))


def run(line: str) -> Result:
    return CliRunner().invoke(main, shlex.split(line))


def answer(line: str) -> dict[str, Any]:
    done = run(f"{line} --json")
    assert done.exit_code == 0, done.output
    found: dict[str, Any] = json.loads(done.stdout)
    return found


REFUSED = {
    "fit logistic 'nix/*.parquet' -t y": ("nix/*.parquet: no file has such a name", 1),
    "fit logistic nothing -t y": ("nothing: no table in this folder", 1),
    "fit logistic lacks -t y": ("1.parquet: no column is called 'b'", 3),
    "fit logistic types -t y": ("column 'b': the type is string, but double in", 3),
    "fit logistic null -t y": ("1.parquet, row group 2, row 5,001, column 'b': missing value", 3),
    "fit logistic infinite -t y": ("1.parquet, row group 2, row 5,001, column 'b': inf is not finite", 3),
    "fit logistic third -t y --positive 1": ("--positive is for two classes, here are 3 (0, 1, 2)", 2),
    "fit logistic third -t y --loss hinge": ("here are 3: add --multi-class ovr", 2),
    "fit logistic one -t y": ("only one label (0): logistic regression needs two or more", 3),
    "fit logistic good -t a": ("too many for classes", 3),
    "fit logistic texts -t y": ("column 'note': 9,000 different texts in 9,000 rows are no categories", 3),
    "fit logistic damaged -t y": ("0.parquet: damaged or not a Parquet file", 1),
    "fit linear good -t z": ("has no column 'z': it has a, b, y", 2),
    "fit linear good": ("good: which column is the target? Name it with -t, one of a, b, y", 2),
    "fit linear good -t y --memory 1k": ("1 kB of memory is too little for 2 columns", 2),
    "fit linear good -t y --memory much": ("'much' is not an amount of memory", 2),
    "fit linear good -t y --batch-size 9 --checkpoint a.ckpt": ("leave it out, or --batch-size", 2),
    "fit linear good -t y --resume": ("name it with --checkpoint FILE", 2),
    "fit linear good -t y --engine dask:x": (
        "the engine dask:x: missing port number in address 'x': write dask:tcp://HOST:PORT",
        2,
    ),
    "fit linear good -t y --cv 3": ("--cv needs the rows in memory", 2),
    "fit linear good -t y --alpha cv": ("--alpha cv needs the rows in memory", 2),
    "fit linear good -t y --test 0.2": ("--test needs the rows in memory", 2),
    "fit linear good -t y --where 'a > 1'": ("--where needs the rows in memory", 2),
    "fit linear good -t y --loss quantile:q=0.5": ("give a learning rate", 2),
    "fit linear good -t y --batch-size 32 --estimate saga": ("a number for each row in memory", 2),
    "fit linear good single.csv -t y": ("unexpected extra argument (single.csv)", 2),
    "scan good -t z": ("has no column 'z'", 2),
}


@pytest.mark.parametrize(("line", "words", "status"), [(line, *said) for line, said in REFUSED.items()])
def test_bad_input_is_refused_in_one_line(line: str, words: str, status: int) -> None:
    before = sorted(Path().rglob("*"))
    done = run(line)
    assert words in done.stderr
    assert done.stderr.startswith("error: ")
    assert done.stderr.count("\n") == 1
    assert done.stdout == ""
    assert done.exit_code == status
    assert sorted(Path().rglob("*")) == before


def test_a_folder_a_pattern_and_files_are_one_table() -> None:
    ways = ["good", "'good/*.parquet'", "good/0.parquet good/1.parquet"]
    found = [answer(f"fit logistic {way} -t y") for way in ways]
    assert [one["coef"] for one in found] == [found[0]["coef"]] * 3
    assert [one["source"] for one in found] == ["good", "good/*.parquet", "good/0.parquet and 1 more file"]
    assert {one["rows"] for one in found} == {2 * N}
    assert found[0]["verdict"]["status"] == "converged"
    whole = answer("fit logistic single.parquet -t y --tol 1e-14")
    assert found[0]["coef"] == pytest.approx(whole["coef"], rel=1e-4)


def test_a_file_is_read_in_passes_if_it_is_larger_than_the_memory() -> None:
    size = Path("single.parquet").stat().st_size
    assert not PartsChoice(size).takes(("single.parquet",))
    assert PartsChoice(size - 1).takes(("single.parquet",))
    assert not PartsChoice().takes(("single.parquet",))
    assert not PartsChoice(1).takes(("-",))
    assert not PartsChoice(1).takes(("none.parquet",))
    assert PartsChoice(checkpoint="a").takes(("single.parquet",))
    assert all(map(is_address, ("good", "go*", "s3://a/b")))
    assert not any(map(is_address, ("single.parquet", "x\0")))


def test_lines_and_members_are_those_of_a_table_in_memory() -> None:
    ours, theirs = (run(f"fit linear {name} -t y --at a=1,b=2").stdout for name in ("good", "single.parquet"))
    heads = [[line.split("  ")[0] for line in text.splitlines()[1:]] for text in (ours, theirs)]
    heads[1].remove("R2")  # which takes a pass of its own
    assert heads[0] == heads[1]
    assert answer("fit linear good -t y").keys() == answer("fit linear single.parquet -t y").keys()


def test_threads_processes_and_the_cache_have_the_same_bits(tmp_path: Path) -> None:
    ways = ["", "--engine local:2", f"--cache {tmp_path / 'cache'}", "--cache no", "--memory 8MB"]
    found = [answer(f"fit logistic good -t y {way}") for way in ways]
    assert [one["coef"] for one in found] == [found[0]["coef"]] * len(ways)
    assert [one["certificate"] for one in found] == [found[0]["certificate"]] * len(ways)
    assert list((tmp_path / "cache").iterdir())


def test_class_weights_and_the_positive_label() -> None:
    plain, turned = (answer(f"fit logistic good -t y {more}") for more in ("", "--positive 0"))
    assert turned["classes"] == [1.0, 0.0]
    assert turned["coef"] == pytest.approx([-x for x in plain["coef"]], rel=1e-6)
    ours, theirs = (answer(f"fit logistic {name} -t y --class-weight 0=1,1=4") for name in ("good", "single.parquet"))
    assert ours["coef"] == pytest.approx(theirs["coef"], rel=1e-4)


def test_a_model_predicts_and_is_scored(tmp_path: Path) -> None:
    model, out = tmp_path / "model.json", tmp_path / "out"
    assert run(f"fit logistic kinds good/0.parquet -t y -x a,b -o {model}").exit_code == 0
    ours, theirs = (answer(f"evaluate {model} {name}")["measures"] for name in ("good", "single.parquet"))
    for name in ("accuracy", "balanced_accuracy", "log_loss", "d2", "brier", "auc", "average_precision"):
        assert ours[name] == pytest.approx(theirs[name], rel=1e-9), name
    assert ours["confusion"] == theirs["confusion"]
    assert run(f"predict {model} good").stdout == run(f"predict {model} single.parquet").stdout
    for ending in (".csv", ".parquet"):
        assert run(f"predict {model} good --keep a --proba -o {out}{ending}").exit_code == 0
    written = parquet.read_table(f"{out}.parquet")
    assert written.column_names == ["a", "probability_0", "probability_1"]
    assert written.num_rows == 2 * N
    assert len(Path(f"{out}.csv").read_text().splitlines()) == 2 * N + 1
    assert run(f"predict {model} good -o {out}/").exit_code == 0
    assert sum(parquet.read_table(file).num_rows for file in out.iterdir()) == 2 * N
    assert "is not empty" in run(f"predict {model} good -o {out}/").stderr


def test_categories_are_kept_in_the_model(tmp_path: Path) -> None:
    model = tmp_path / "model.json"
    found = answer(f"fit logistic kinds -t y -o {model}")
    assert found["names"] == ["a", "b", "kind=y", "kind=z"]
    ours, theirs = (answer(f"evaluate {model} {name}") for name in ("kinds", "kinds/0.parquet"))
    assert ours["measures"]["log_loss"] == pytest.approx(theirs["measures"]["log_loss"], rel=1e-12)


def test_scan_says_what_a_table_holds() -> None:
    done = run("scan kinds -t y")
    assert done.exit_code == 0
    assert done.stdout.startswith("kinds: 9,000 rows, 3 features, ")
    assert [line.split() for line in done.stdout.splitlines()[3:7]] == [
        ["a", "feature", "double", "0"],
        ["b", "feature", "double", "0"],
        ["y", "target", "int64", "0"],
        ["kind", "feature", "string", "0"],
    ]
    assert [column["nulls"] for column in answer("scan null -t y")["columns"]] == [0, 1, 0]
    found = answer("scan good -t y --plan")
    assert found["plan"]["cpu_seconds"]["logistic"] > found["plan"]["cpu_seconds"]["linear"] > 0
    assert answer("scan good -t y")["classes"].keys() == {"0", "1"}


def test_a_plan_measures_files_and_no_cache_of_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    csv.write_csv(pa.table({"x": np.arange(9_000.0), "y": np.arange(9_000) % 2}), tmp_path / "t.csv")
    monkeypatch.setattr("steepest.parts.cache.policy.Cached", None)
    assert answer(f"scan {tmp_path / 't.csv'} -t y --plan")["plan"]["pass_seconds"]["decoding"] > 0


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="memory is read from /proc")
def test_memory_is_bounded(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    w, names = rng.normal(size=20), [*(f"x{j}" for j in range(20)), "y"]
    with parquet.ParquetWriter(tmp_path / "large.parquet", pa.schema([(name, pa.float64()) for name in names])) as out:
        for _ in range(12):
            X = rng.normal(size=(100_000, 20))
            block = pa.table([*X.T, X @ w + 1.0 + rng.normal(size=len(X))], names=names)
            out.write_table(block, row_group_size=50_000)
    parquet.write_table(block.slice(0, 20_000), tmp_path / "small.parquet", row_group_size=50_000)
    assert (tmp_path / "large.parquet").stat().st_size > 190e6
    call = [sys.executable, "-c", WATCHED, str(tmp_path / "large.parquet"), str(tmp_path / "small.parquet")]
    plain = {**os.environ, "NUMBA_DISABLE_JIT": "1"}  # the compiler's own memory is that of no table
    done = subprocess.run(call, capture_output=True, text=True, check=False, env=plain)
    assert done.returncode == 0, done.stderr
    assert int(done.stderr.splitlines()[-1]) <= 150e6
    found = json.loads(done.stdout[done.stdout.index("}\n{") + 2 :])
    assert found["coef"] == pytest.approx(w, abs=0.01)
    assert found["verdict"]["status"] == "converged"


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="memory is read from /proc")
def test_memory_of_scores_and_predictions_is_bounded(tmp_path: Path) -> None:
    rng, names, n = np.random.default_rng(0), ["x0", "x1", "y"], 100_000
    with parquet.ParquetWriter(tmp_path / "large.parquet", pa.schema([(name, pa.float64()) for name in names])) as out:
        for _ in range(80):
            X = rng.normal(size=(n, 2))
            block = pa.table([*X.T, X.sum(1) + rng.normal(size=n)], names=names)
            out.write_table(block, row_group_size=n // 2)
    (tmp_path / "small").mkdir()
    parquet.write_table(block.slice(0, 20_000), tmp_path / "small" / "0.parquet")
    model = tmp_path / "model.json"
    assert run(f"fit linear {tmp_path / 'small' / '0.parquet'} -t y -o {model}").exit_code == 0
    call = [sys.executable, "-c", USED, *map(str, (model, tmp_path / "large.parquet", tmp_path / "small", tmp_path))]
    call[-1] += "/out"
    done = subprocess.run(call, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert int(done.stderr.splitlines()[-1]) <= 60e6  # the predictions are 64 MB, and so are the keys
    assert parquet.read_table(tmp_path / "out1").num_rows == parquet.read_table(tmp_path / "out2.parquet").num_rows


def test_an_interrupted_fit_is_resumed(tmp_path: Path) -> None:
    saved, line = tmp_path / "fit.ckpt", "fit logistic good -t y --learning-rate 1e-9 --max-iter 100000 --tol none"
    call = [sys.executable, "-c", PROGRAM, *line.split(), "--checkpoint", str(saved)]
    running = subprocess.Popen(call, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    for _ in range(600):
        if saved.exists() or running.poll() is not None:
            break
        time.sleep(0.05)
    time.sleep(0.2)
    running.send_signal(signal.SIGINT)
    _, said = running.communicate(timeout=60)
    assert running.returncode == 130
    assert f"the state of the fit is in {saved}: give the same command with --resume to continue" in said
    there = run(f"{line} --checkpoint {saved}")
    assert "exists: add --resume to continue from it, or --force to begin anew" in there.stderr
    other = run(f"fit logistic good -t y --checkpoint {saved} --resume")
    assert "a checkpoint of another fit" in other.stderr
    assert other.exit_code == 2


def test_a_checkpoint_goes_when_the_fit_is_complete(tmp_path: Path) -> None:
    saved = tmp_path / "fit.ckpt"
    plain = answer("fit logistic good -t y")
    assert answer(f"fit logistic good -t y --checkpoint {saved}")["coef"] == plain["coef"]
    assert not saved.exists()
    assert answer(f"fit logistic good -t y --checkpoint {saved} --resume")["coef"] == plain["coef"]


def test_a_ranking_of_rounded_scores_says_how_far_it_may_be(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    model = tmp_path / "model.json"
    assert run(f"fit logistic good -t y -o {model}").exit_code == 0
    exact = answer(f"evaluate {model} good")["measures"]
    assert "auc_within" not in exact
    monkeypatch.setattr("steepest.solve.passes.class_sums.MOST", 1 << 10)
    found = answer(f"evaluate {model} good")["measures"]
    for name in ("auc", "average_precision"):
        assert 0 < abs(found[name] - exact[name]) <= found[f"{name}_within"] < 0.01
    lines = run(f"evaluate {model} good").stdout.splitlines()
    assert sum(": scores are rounded)" in line and "(within " in line for line in lines) == 2


def test_an_index_that_is_left_out_is_noted_once(tmp_path: Path) -> None:
    table = tmp_path / "a.csv"
    table.write_text('"","x","y"\n' + "".join(f'"{i}",{i % 7},{i % 5}\n' for i in range(1, 40)))
    ours, theirs = (answer(f"fit linear {name} -t y")["verdict"]["notes"] for name in (f"'{table}*'", table))
    assert ours == theirs
    assert len(ours) == 1
    assert "the index of the rows, column c1, is left out" in ours[0]


def test_levels_unknown_to_the_fit_are_refused_with_their_place_or_taken_as_others(tmp_path: Path) -> None:
    model, odd, n = tmp_path / "model.json", tmp_path / "odd", 400
    rows = parquet.read_table("kinds/0.parquet").slice(0, n)
    parquet.write_table(rows, tmp_path / "known.parquet")
    assert run(f"fit logistic {tmp_path / 'known.parquet'} -t y -o {model}").exit_code == 0
    kinds = rows["kind"].to_pylist()
    kinds[251] = "new"
    rows = rows.set_column(rows.column_names.index("kind"), "kind", pa.array(kinds))
    odd.mkdir()
    parquet.write_table(rows, odd / "0.parquet", row_group_size=100)
    csv.write_csv(rows, tmp_path / "odd.csv")
    for name, place in ((odd, "0.parquet, row group 3, row 252, "), (f"'{odd}.cs[v]'", "odd.csv, line 253, ")):
        for command in ("predict", "evaluate"):
            done = run(f"{command} {model} {name}")
            assert f"{place}column 'kind': 'new' is not among the levels of the fit" in done.stderr
            assert done.stderr.count("\n") == 1
        theirs = run(f"predict {model} {odd / '0.parquet'} --proba --unknown other").stdout.split()[1:]
        ours = run(f"predict {model} {name} --proba --unknown other").stdout.split()[1:]
        for one, other in zip(ours, theirs, strict=True):
            assert list(map(float, one.split(","))) == pytest.approx(list(map(float, other.split(","))), rel=1e-12)
        measures = (answer(f"evaluate {model} {name} --unknown other")["measures"] for name in (name, f"{odd}.csv"))
        assert next(measures)["log_loss"] == pytest.approx(next(measures)["log_loss"], rel=1e-12)


@pytest.mark.usefixtures("_started")
@pytest.mark.parametrize(
    ("file", "options"),
    [("levels.csv", "--cache no"), ("levels.csv", ""), ("levels.jsonl", ""), ("levels.parquet", "--cache kept")],
)
def test_every_format_keeps_its_recipe_in_the_model(tmp_path: Path, file: str, options: str) -> None:
    levels = np.array(["x", "y", "z"])[np.random.default_rng(3).integers(3, size=900)]
    data = table(n=900, kind=pa.array(levels))
    if file.endswith(".csv"):
        csv.write_csv(data, file)
    elif file.endswith(".jsonl"):
        Path(file).write_text("".join(json.dumps(row) + "\n" for row in data.to_pylist()))
    else:
        parquet.write_table(data, file)
    model = tmp_path / "model.json"
    found = answer(f"fit linear {file} -t y --engine local:1 -o {model} {options}")
    assert len(found["names"]) == 4
    assert json.loads(model.read_text())["encoding"]
    ours, theirs = (run(f"predict {model} {name}") for name in (file, f"'{file[:-1]}?'"))  # a pattern goes over parts
    assert (ours.exit_code, ours.stdout) == (0, theirs.stdout)
    assert "kind: " in run(f"fit linear {file} -t y --engine local:1 {options}").stdout


def test_text_formats_and_exposures_pass_through(tmp_path: Path) -> None:
    rng = np.random.default_rng(4)
    rows = zip(rng.normal(size=300), rng.uniform(1, 9, 300), rng.poisson(3, 300), strict=True)
    lines = "\n".join(f"{a:.4f};{size:.4f};{y}".replace(".", ",") for a, size, y in rows)
    Path("german.txt").write_text(f"a;size;n\n{lines}\n")
    how, model = "--delimiter ';' --decimal , --header", tmp_path / "model.json"
    line = f"-t n --loss poisson --exposure size {how}"
    ours, theirs = (answer(f"fit linear {name} {line}") for name in ("'german.t?t'", "german.txt"))
    assert ours["coef"] == pytest.approx(theirs["coef"], abs=1e-7)
    assert run(f"fit linear 'german.t?t' {line} -o {model}").exit_code == 0
    ours, theirs = (run(f"predict {model} {name} {how}").stdout for name in ("'german.t?t'", "german.txt"))
    assert ours == theirs
    ours, theirs = (answer(f"evaluate {model} {name} {how}") for name in ("'german.t?t'", "german.txt"))
    assert ours["measures"]["d2"] == pytest.approx(theirs["measures"]["d2"], rel=1e-12)
    done = run(f"fit linear good -t y {how}")
    assert (done.exit_code, done.stderr.count("\n")) == (2, 1)
    assert "decimal and thousands are for delimited text, this is Parquet" in done.stderr


@pytest.mark.usefixtures("_started")
@pytest.mark.parametrize("cache", ["no", "kept_large"])
def test_rounded_whole_numbers_are_noted_once(cache: str) -> None:
    if not Path("large.parquet").exists():
        numbers = 2**53 + np.arange(300)
        parquet.write_table(pa.table({"a": numbers, "y": np.sin(np.arange(300))}), "large.parquet")
    said = run(f"fit linear large.parquet -t y --engine local:1 --cache {cache}").stdout
    assert said.count("whole numbers beyond 2^53 are rounded") == 1


def test_a_cache_without_room_is_noted(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    done = run(f"fit linear good -t y --cache {tmp_path}/file")
    assert done.exit_code == 0
    assert "Note: no cache in " in done.stdout
