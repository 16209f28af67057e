"""``plot`` and ``animate`` from end to end: which argument is what, what is drawn, said, and refused."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import xml.etree.ElementTree as ET
from dataclasses import replace
from pathlib import Path
from typing import Any

import click
import numpy as np
import pytest
from click.testing import CliRunner, Result

from steepest import GDClassifier, minimize, plots
from steepest.cli import main
from steepest.cli.actions.plot import DRAWN
from steepest.cli.kinds import KINDS, ONLY
from steepest.cli.picture_input import sources_of
from steepest.data.samples import sample
from steepest.descent.trajectory import Trajectory
from steepest.solve.model import read_model

pytest.importorskip("matplotlib")

DISPLAYS = {
    "cost-history": "CostHistoryDisplay",
    "cost-curve": "CostCurveDisplay",
    "cost-surface": "CostSurfaceDisplay",
    "cost-slices": "CostSlicesDisplay",
    "fit": "FitDisplay",
    "fit-surface": "FitSurfaceDisplay",
    "residuals": "ResidualsDisplay",
    "coefficients": "CoefficientsDisplay",
    "sigmoid": "SigmoidDisplay",
    "sigmoid-surface": "SigmoidSurfaceDisplay",
    "cost-shapes": "CostShapesDisplay",
    "decision-boundary": "DecisionBoundaryDisplay",
    "cross-validation": "CrossValidationDisplay",
    "regularization-path": "RegularizationPathDisplay",
    "roc-curve": "RocCurveDisplay",
    "precision-recall": "PrecisionRecallDisplay",
    "calibration": "CalibrationDisplay",
    "confusion-matrix": "ConfusionMatrixDisplay",
    "comparison": "ComparisonDisplay",
    "learning-rates": "LearningRateDisplay",
    "tangent": "TangentDisplay",
    "slopes": "PlaneSlopesDisplay",
}
MADE = """
fit linear park.txt -t visitors --learning-rate 0.001 --steps 30 --trajectory run.npz -o line.json
fit linear park.txt -t visitors --learning-rate 0.0001 --steps 30 --trajectory slow.npz
fit linear park.txt -t visitors --trajectory auto.json
fit linear two.csv -t z -x weight,x --alpha cv:1se --l1-ratio 1 --trajectory cv.npz -o cv.json
fit logistic labels.txt -t label --alpha 0.01 --trajectory sigmoid.npz -o sigmoid.json
fit logistic two.csv -t class --weights weight --alpha 0.1 --trajectory two.npz -o two.json
fit linear two.csv -t z -x weight,x --trajectory plane.npz -o plane.json
fit linear two.csv -t z -x weight,x --alpha cv --l1-ratio 1 -o chosen.json
fit linear two.csv -t z -x x --weights weight --learning-rate 0.01 --steps 20 --trajectory weighted.npz
minimize (x-3)**2+2 --start 6 --learning-rate 0.25 --rule plain --trajectory x.npz
minimize (x-3)**2+2*y**2 --start 6,1 --learning-rate 0.1 --rule plain --steps 30 --trajectory xy.npz
"""
TWO = "weight,x,z,class\n1,1,2,no\n5,3,1,no\n1,4,5,yes\n2,5,2,yes\n1,6,8,no\n1,7,3,yes\n9,8,4,yes\n1,10,1,yes\n"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with tables, runs and models."""
    folder = tmp_path_factory.mktemp("plot")
    for name, text in {"park": sample("park"), "labels": sample("eight-labels")}.items():
        (folder / f"{name}.txt").write_text(text)
    (folder / "two.csv").write_text(TWO)
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        for line in MADE.strip().splitlines():
            result = run(line)
            assert result.exit_code == 0, result.output
    classes = GDClassifier(multi_class="softmax").fit([[1.0], [2.0], [3.0], [4.0], [5.0], [6.0]], [0, 1, 2, 2, 1, 0])
    classes.trajectory_.save(folder / "soft.npz")
    (folder / "soft.csv").write_text("x0,y\n1,0\n2,1\n3,2\n4,2\n5,1\n6,0\n")
    (folder / "junk.npz").write_text("junk")
    return folder


@pytest.fixture(autouse=True)
def inside(made: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(made)


def run(line: str, **more: Any) -> Result:
    return CliRunner().invoke(main, line.split(), **more)


def drawn(line: str, tmp_path: Path) -> tuple[dict[str, Any], ET.Element]:
    """The object that --json prints, and the picture."""
    result = run(f"plot {line} -o {tmp_path / 'a.svg'} --json")
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout), ET.parse(tmp_path / "a.svg").getroot()


PICTURES = {
    "cost-history run.npz": r"The cost fell from 126,589 to .* in 30 steps",
    "cost-history run.npz auto.json": "Of 2 runs whitened ends lowest, at 64.82",
    "cost-history xy.npz": r"The cost fell from 11 to .* in 30 steps",
    "cost-curve run.npz park.txt": "Step 1 lowers the cost from 126,589 to ",
    "cost-curve run.npz park.txt --step 30": "Step 30 lowers the cost",
    "cost-curve run.npz park.txt --parameter intercept": "after 30 steps",
    "cost-curve x.npz": ".",
    "cost-surface run.npz park.txt": ".",
    "cost-surface run.npz auto.json park.txt": ".",
    "cost-surface weighted.npz two.csv": ".",
    "cost-surface two.npz two.csv --parameters x,z": ".",
    "cost-surface run.npz park.txt --kind surface": ".",
    "cost-surface xy.npz": ".",
    "fit line.json park.txt": "visitors = 1",
    "fit run.npz park.txt": "visitors = 1.*after 30 steps",
    "fit park.txt run.npz": "visitors = 1.*after 30 steps",
    "residuals line.json park.txt": "14 rows",
    "residuals auto.json park.txt": "14 rows",
    "coefficients auto.json park.txt": "95 % intervals of 1 of 1 coefficient of visitors exclude 0.*temperature",
    "coefficients auto.json park.txt --raw --cov HC3": "the largest is temperature, 28.97",
    "coefficients sigmoid.json labels.txt": "^1 coefficient of P",
    "sigmoid": "steepest at z = 0",
    "sigmoid sigmoid.json labels.txt": r"P = 0\.5 at x = 4\.",
    "sigmoid sigmoid.npz labels.txt": r"P = 0\.5 at x = 4\.",
    "cost-shapes sigmoid.json labels.txt": r"is concave over .* of these slopes",
    "cost-shapes sigmoid.npz labels.txt": r"is concave over .* of these slopes",
    "decision-boundary two.json two.csv": ".",
    "sigmoid-surface two.json two.csv": r"^P\(class = yes\) goes from .* over x and z",
    "sigmoid-surface two.npz two.csv --columns z,x": "over z and x",
    "fit-surface plane.json two.csv --columns x,weight": "A unit of x adds .* to z, a unit of weight adds",
    "fit-surface plane.npz two.csv": "^A unit of weight adds",
    "cost-slices auto.json park.txt": "^One standard error along ",
    "cost-slices plane.json two.csv --parameters x,intercept": "2 of 3 parameters drawn$",
    "cost-slices two.npz two.csv": "^A distance of .* along ",
    "decision-boundary two.npz two.csv --columns z,x": ".",
    "cross-validation chosen.json": "best mean squared error in 5 folds",
    "regularization-path plane.json two.csv": "of 2 coefficients are not 0",
    "roc-curve sigmoid.json labels.txt": r"AUC 1: at P = 0\.5, 100% of 1 are found, and 0% of the others",
    "roc-curve two.npz two.csv": "AUC 0.* of yes are found",
    "precision-recall sigmoid.npz labels.txt": "Average precision 1",
    "calibration two.json two.csv": "Predicted and observed shares of yes differ by",
    "confusion-matrix sigmoid.json labels.txt": "8 of 8 rows are predicted right",
    "cross-validation cv.json": "The best mean squared error in 5 folds is ",
    "cross-validation cv.npz": "The best mean squared error in 5 folds is ",
    "regularization-path cv.json two.csv": "of 2 coefficients are not 0",
    "regularization-path cv.npz two.csv": "of 2 coefficients are not 0",
    "regularization-path sigmoid.json labels.txt": "1 of 1 coefficient",
    "comparison run.npz auto.json": "Of 2 runs whitened",
    "learning-rates run.npz slow.npz": "Of 2 learning rates 0.001 ends lowest",
    "tangent (x-3)**2+2 --at 6": "slope.* 6",
    "tangent x**2 --at 2,2": r"12 / 2 = 6",
    "slopes 2*x+3*y+1 --at 1,2": "2 along x and 3 along y",
}


@pytest.mark.parametrize("line", PICTURES)
def test_a_picture_is_drawn_and_says_its_finding(line: str, tmp_path: Path) -> None:
    found, picture = drawn(line, tmp_path)
    assert list(found) == ["schema_version", "command", "kind", "file", "finding", "alt_text"]
    assert found["kind"] == line.split()[0]
    assert re.search(PICTURES[line], found["finding"])
    assert picture[0].text == found["finding"]
    assert picture[1].text == found["alt_text"]


def test_every_kind_has_a_picture_an_example_and_a_test() -> None:
    assert list(KINDS) == list(DRAWN) == list(DISPLAYS)
    assert {line.split()[0] for line in PICTURES} == set(KINDS)


def test_help_lists_each_kind_with_an_example() -> None:
    text = run("plot --help").stdout
    for kind, example in KINDS.items():
        assert re.search(rf"^ +{kind} +{re.escape(example)}$", text, re.MULTILINE)


@pytest.mark.parametrize("kind", KINDS)
def test_help_of_a_kind_has_its_options_and_its_example_only(kind: str) -> None:
    text = run(f"plot {kind} --help").stdout
    assert f"steepest plot {kind} {KINDS[kind]}" in " ".join(text.split())
    for option, kinds in ONLY.items():
        flag = "--kind" if option == "view" else f"--{option.replace('_', '-')}"
        assert bool(re.search(rf"^ +{flag}\b", text, re.MULTILINE)) == (kind in kinds)
    assert not any(f"  {other} " in text for other in KINDS if other != kind)


@pytest.mark.parametrize("ending", ["svg", "png", "pdf", "SVG"])
def test_result_is_one_line_and_one_file(ending: str, tmp_path: Path) -> None:
    file = tmp_path / f"a.{ending}"
    result = run(f"plot cost-history xy.npz -o {file}")
    assert result.stdout.startswith(f"wrote {file}: The cost fell from 11 to ")
    assert result.stdout.count("\n") == 1
    assert result.stderr == ""
    assert file.read_bytes()[:4] in (b"<?xm", b"\x89PNG", b"%PDF")


def test_a_run_remembers_how_its_table_was_read() -> None:
    known = {name: Trajectory.load(f"{name}.npz").meta["table"] for name in ("run", "two", "weighted")}
    assert known["run"] == {"target": "visitors", "weights": None, "classes": None}
    assert known["two"] == {"target": "class", "weights": "weight", "classes": ["no", "yes"]}
    assert known["weighted"]["weights"] == "weight"
    assert "table" not in read_model("two.json").settings


def test_arguments_are_told_apart_by_what_is_in_them() -> None:
    found = sources_of(["line.json", "auto.json", "park.txt", "run.npz"])
    assert list(found.runs) == ["auto", "run"]
    assert [model.target for model in found.models] == ["visitors"]
    assert found.files == ("park.txt",)


def test_a_table_may_end_like_a_run(tmp_path: Path) -> None:
    table = np.genfromtxt("park.txt", names=True)
    file = tmp_path / "park.npz"
    np.savez(file, X=table["temperature"][:, None], y=table["visitors"], names=np.array(["temperature"]))
    assert sources_of([str(file)]).files == (str(file),)


def test_runs_of_one_name_keep_their_folders(tmp_path: Path) -> None:
    (tmp_path / "run.npz").write_bytes(Path("run.npz").read_bytes())
    assert list(sources_of(["run.npz", str(tmp_path / "run.npz")]).runs) == ["run.npz", str(tmp_path / "run.npz")]


def test_a_run_that_does_not_know_its_target_is_told(tmp_path: Path) -> None:
    old = Trajectory.load("run.npz")
    replace(old, meta={k: v for k, v in old.meta.items() if k != "table"}).save(tmp_path / "old.npz")
    result = run(f"plot fit {tmp_path / 'old.npz'} park.txt -o {tmp_path / 'a.svg'}")
    assert (result.exit_code, result.stderr.count("\n")) == (2, 1)
    assert "name it with -t" in result.stderr
    assert run(f"plot fit {tmp_path / 'old.npz'} park.txt -t visitors -o {tmp_path / 'a.svg'}").exit_code == 0


def test_weights_of_the_run_make_its_cost() -> None:
    from steepest.cli.actions.plot import Flags, _landscape
    from steepest.data.readers.text_format import PLAIN

    flags = Flags("cost-surface", ("weighted.npz", "two.csv"), "a.svg", *[None] * 7, PLAIN, *[None] * 2)
    _, rows = _landscape(flags, "", 9)
    assert rows["sample_weight"].tolist() == [1, 5, 1, 2, 1, 1, 9, 1]
    assert plots.landscape.landscape.landscape_of(Trajectory.load("weighted.npz"), **rows).values(
        Trajectory.load("weighted.npz").x
    ) == pytest.approx(Trajectory.load("weighted.npz").cost)


REFUSED = {
    "cost-histry run.npz": (2, "no kind of picture is called 'cost-histry': did you mean cost-history?"),
    "pie run.npz": (2, "no kind of picture is called 'pie': there is cost-history, "),
    "cost-history": (
        2,
        "cost-history is drawn of one recorded run or more, not of nothing: steepest plot cost-history",
    ),
    "cost-history line.json": (2, "drawn of one recorded run or more"),
    "cost-history run.npz park.txt": (2, "drawn of one recorded run or more"),
    "comparison run.npz": (2, "comparison is drawn of two recorded runs or more"),
    "cost-curve run.npz": (2, "cost-curve is drawn of a recorded run, and the table it was fitted to"),
    "cost-curve run.npz auto.json park.txt": (2, "drawn of a recorded run, and the table"),
    "cost-surface line.json park.txt": (2, "cost-surface is drawn of recorded runs, and the table"),
    "cost-surface xy.npz park.txt": (2, "drawn of recorded runs"),
    "cost-surface soft.npz park.txt": (2, "one target or two classes, this run has more: draw cost-history"),
    "fit soft.npz park.txt": (2, "no column 'x0'"),
    "sigmoid soft.npz soft.csv -t y": (2, "3 classes or more: draw decision-boundary, residuals or cost-history"),
    "fit junk.npz park.txt": (2, "a run or a model, and a table, not of table junk.npz, table park.txt: steepest"),
    "fit sigmoid.json labels.txt": (2, "draw sigmoid"),
    "cost-history run.npz --parameter temperature": (2, "--parameter is for cost-curve, not for cost-history"),
    "cost-curve run.npz park.txt --kind surface": (2, "--kind is for cost-surface, not for cost-curve"),
    "fit line.json park.txt --at 1": (2, "--at is for tangent and slopes, not for fit"),
    "comparison run.npz auto.json -t visitors": (2, "--target names a column, and comparison is drawn without a table"),
    "fit line.json": (2, "fit is drawn of a run or a model, and a table"),
    "fit park.txt labels.txt": (2, "drawn of a run or a model, and a table"),
    "fit line.json labels.txt": (2, "temperature"),
    "fit nothing.json park.txt": (1, "nothing.json: "),
    "fit run.npz nothing.txt": (1, "nothing.txt: "),
    "tangent x**2": (2, "tangent is drawn of a formula and --at X"),
    "tangent x** --at 1": (2, "formula, position 4"),
    "tangent --at 1": (2, "drawn of a formula"),
    "slopes x+y --at 1": (2, "slopes is drawn of a formula and --at X,Y"),
    "sigmoid line.json park.txt": (2, ""),
}


@pytest.mark.parametrize("line", REFUSED)
def test_what_cannot_be_drawn_is_refused_in_one_line(line: str, tmp_path: Path) -> None:
    status, words = REFUSED[line]
    result = run(f"plot {line} -o {tmp_path / 'a.svg'}")
    assert result.exit_code == status, result.output
    assert result.stderr.startswith("error: ")
    assert result.stderr.count("\n") == 1
    assert "internal" not in result.stderr
    assert words in result.stderr
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("output", "status", "words"),
    [
        ("a.jpg", 2, "ends in .svg, .png or .pdf, not 'a.jpg'"),
        ("a", 2, "ends in .svg"),
        ("run.npz", 2, "ends in .svg"),
        ("none/a.svg", 1, "there is no folder 'none'"),
        ("old.svg", 1, "old.svg exists: add --force to overwrite it"),
    ],
)
def test_an_output_is_refused_before_anything_is_read(output: str, status: int, words: str) -> None:
    Path("old.svg").write_text("old")
    result = run(f"plot cost-history nothing.npz -o {output}")
    assert (result.exit_code, words in result.stderr) == (status, True), result.stderr
    assert Path("old.svg").read_text() == "old"


def test_force_overwrites(tmp_path: Path) -> None:
    file = tmp_path / "a.svg"
    file.write_text("old")
    assert run(f"plot cost-history run.npz -o {file} --force").exit_code == 0
    assert file.read_text() != "old"


def test_errors_of_json_are_objects(tmp_path: Path) -> None:
    result = run(f"plot fit line.json -o {tmp_path / 'a.svg'} --json")
    assert json.loads(result.stdout)["error"]["kind"] == "usage"


def test_without_matplotlib_it_says_how_to_get_it(tmp_path: Path) -> None:
    without = "import sys; sys.modules['matplotlib'] = None; from steepest.cli import main; main()"
    call = [sys.executable, "-c", without, "plot", "cost-history", "run.npz", "-o", str(tmp_path / "a.svg")]
    done = subprocess.run(call, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert done.stderr == "error: pictures need Matplotlib: pip install 'steepest[plot]'\n"
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("line", ["--help", "plot --help", "show run.npz"])
def test_other_commands_do_not_load_matplotlib(line: str) -> None:
    code = "import sys, atexit\nfrom steepest.cli import main\n"
    code += "atexit.register(lambda: print('matplotlib' in sys.modules, file=sys.stderr))\nmain()"
    done = subprocess.run([sys.executable, "-c", code, *line.split()], capture_output=True, text=True, check=True)
    assert done.stderr.splitlines()[-1] == "False"


def test_example_of_each_kind_names_only_options_that_are_there() -> None:
    command = main.get_command(click.Context(main), "plot")
    assert command is not None
    known = {word for parameter in command.params for word in parameter.opts}
    assert {word for example in KINDS.values() for word in re.findall(r"--\w+", example)} <= known


@pytest.mark.parametrize("line", ["run.npz park.txt", "x.npz", "sigmoid.npz labels.txt", "weighted.npz two.csv"])
def test_a_run_is_animated(line: str, tmp_path: Path) -> None:
    from PIL import Image

    result = run(f"animate {line} -o {tmp_path / 'a.gif'} --frames 4 --fps 5 --json")
    assert result.exit_code == 0, result.output
    found = json.loads(result.stdout)
    assert list(found) == ["schema_version", "command", "file", "frames", "alt_text"]
    with Image.open(tmp_path / "a.gif") as motion:
        assert 2 <= motion.n_frames <= 5
        assert motion.info["duration"] >= 200


@pytest.mark.parametrize(
    ("line", "status", "words"),
    [
        ("run.npz park.txt -o a.svg", 2, "ends in .gif or .mp4"),
        ("run.npz -o a.gif", 2, "animate takes a recorded run, and the table it was fitted to"),
        ("line.json park.txt -o a.gif", 2, "animate takes a recorded run"),
        ("nothing.npz -o a.gif", 1, "nothing.npz"),
        ("run.npz park.txt -o a.gif --frames 1", 2, "--frames"),
    ],
)
def test_what_cannot_be_animated_is_refused(line: str, status: int, words: str) -> None:
    result = run(f"animate {line}")
    assert (result.exit_code, result.stderr.count("\n")) == (status, 1)
    assert words in result.stderr


def test_a_diverged_run_is_drawn(tmp_path: Path) -> None:
    run(f"fit linear park.txt -t visitors --learning-rate 1 --steps 50 --trajectory {tmp_path / 'd.npz'}")
    for line in ("cost-history {}", "cost-surface {} park.txt", "cost-curve {} park.txt", "comparison {} run.npz"):
        found, _ = drawn(line.format(tmp_path / "d.npz") + " --force", tmp_path)
        assert not re.search(r"\bnan\b", found["alt_text"])


def test_a_minimum_from_python_is_drawn(tmp_path: Path) -> None:
    minimize(lambda v: (v - 1) ** 2, 3.0, rule="plain", learning_rate=0.1, steps=9).save(tmp_path / "f.npz")
    assert run(f"plot cost-history {tmp_path / 'f.npz'} -o {tmp_path / 'a.svg'}").exit_code == 0
    result = run(f"plot cost-curve {tmp_path / 'f.npz'} -o {tmp_path / 'b.svg'}")
    assert (result.exit_code, result.stderr.count("\n")) == (2, 1)
