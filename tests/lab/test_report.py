"""``steepest report``: the recorded states, exactly; the same problem for other rates; numbers without scripts."""

from __future__ import annotations

import json
from base64 import b64decode

import numpy as np
import pytest
from click.testing import CliRunner
from tools.translate.page import generated

from lab.conftest import EIGHT
from lab.test_page_file import payload_of
from steepest import Trajectory
from steepest.cli import main
from steepest.lab.recording import MOST_STATES, Recording
from steepest.lab.settings import NOT_OFFERED

BUDGET = 200_000  # bytes of a report without its table


def run(*arguments):
    done = CliRunner().invoke(main, [*map(str, arguments)])
    assert done.exit_code in (0, 4), done.output
    return done


@pytest.fixture
def fitted(tmp_path):
    """Fits the eight points as told; returns the paths of the run and of its table."""

    def fit(*arguments, table=EIGHT, kind="linear"):
        (tmp_path / "t.csv").write_text(table)
        run("fit", kind, tmp_path / "t.csv", "-t", "y", *arguments, "--trajectory", tmp_path / "run.npz", "--force")
        return tmp_path / "run.npz", tmp_path / "t.csv"

    return fit


@pytest.fixture
def report(tmp_path, built):  # noqa: ARG001 - without the built page no file can be written
    """Writes a report and returns its path."""

    def write(*files):
        run("report", *files, "-o", tmp_path / "report.html", "--force")
        return tmp_path / "report.html"

    return write


def arrays(recording):
    return {name: np.frombuffer(b64decode(recording[name]), "<f8") for name in ("path", "step", "cost")}


def test_the_states_are_the_recorded_ones_to_the_bit(fitted, report):
    file, _ = fitted("--learning-rate", "0.01", "--steps", "5000")
    held, path = payload_of(report(file))["recording"], Trajectory.load(file)
    found = arrays(held)
    places = np.searchsorted(path.step, found["step"])
    assert len(places) <= MOST_STATES
    assert {0, 1, 2, 3, 5000} <= set(found["step"].astype(int).tolist())
    assert found["path"].reshape(len(places), 2).tolist() == path.x[places].tolist()
    assert found["cost"].tolist() == path.cost[places].tolist()
    assert held["names"] == ["x", "intercept"]
    assert held["verdict"]["message"] == path.verdict.message


def test_a_short_run_is_kept_whole(fitted, report):
    file, _ = fitted("--learning-rate", "0.01", "--steps", "120")
    assert arrays(payload_of(report(file))["recording"])["step"].tolist() == list(range(121))


def test_a_cost_that_was_not_evaluated_is_not_made_up(fitted, report):
    file, _ = fitted("--learning-rate", "0.01", "--steps", "3000", "--batch-size", "1")
    cost = arrays(payload_of(report(file))["recording"])["cost"]
    assert 0 < np.isnan(cost).sum() < len(cost)


def test_the_answer_of_a_diverged_run_is_among_its_states(fitted, report):
    file, _ = fitted("--learning-rate", "0.07", "--steps", "5000")
    held = payload_of(report(file))["recording"]
    found = arrays(held)
    assert held["verdict"]["status"] == "diverged"
    assert held["reported"] in found["step"]
    assert np.isfinite(found["path"]).all()


def test_the_table_comes_with_the_settings_that_go_on(fitted, report):
    held = payload_of(report(*fitted("--learning-rate", "0.01", "--steps", "50", "--rule", "momentum:beta=0.5")))
    expected = {
        "task": "table",
        "data": "own",
        "target": "y",
        "features": ["x"],
        "loss": "squared_error",
        "rules": ["momentum:beta=0.5"],
        "rate": 0.01,
        "schedule": "constant",
        "steps": 50,
        "batch": 0,
        "sampling": "shuffle",
        "seed": 0,
        "standardize": False,
        "start": [0.0, 0.0],
    }
    assert held["settings"] == expected
    assert held["table"]["rows"] == 8


def test_classes_keep_the_order_of_the_run(fitted, report):
    table = "x,y\n1,no\n2,yes\n3,no\n4,yes\n"
    file = report(*fitted("--learning-rate", "0.1", "--positive", "no", table=table, kind="logistic"))
    assert payload_of(file)["table"]["columns"][1] == {"name": "y", "values": [1, 0, 1, 0], "classes": ["yes", "no"]}


@pytest.mark.usefixtures("built")
def test_a_problem_that_the_page_does_not_know_is_replayed_alone(fitted, tmp_path):
    files = fitted("--learning-rate", "0.01", "--steps", "50", "--alpha", "0.5")
    done = run("report", *files, "-o", tmp_path / "report.html")
    assert "note: the page replays the run and tries no other rate: it has a penalty" in done.stderr
    assert set(payload_of(tmp_path / "report.html")) == {"version", "home", "recording"}


@pytest.mark.usefixtures("built")
def test_a_rule_that_the_page_lacks_is_replayed_alone(fitted, tmp_path, page):
    done = run("report", *fitted("--rule", "newton"), "-o", tmp_path / "report.html")
    assert "note: the page replays the run and tries no other rate: the page does not offer its rule" in done.stderr
    held = payload_of(tmp_path / "report.html")
    assert set(held) == {"version", "home", "recording"}
    assert page.open(tmp_path / "report.html").get_by_test_id("verdict").is_visible()


def test_what_the_page_lacks_is_what_has_no_translation():
    assert {each.name for each in generated()[1] if each.reason} == NOT_OFFERED


def test_a_run_on_a_formula_brings_the_formula(tmp_path, report):
    file = tmp_path / "f.npz"
    run("minimize", "(x-3)**2+2", "--start=6", "--rule=plain", "--learning-rate=0.25", "--trajectory", file)
    held = payload_of(report(file))
    assert held["settings"]["formula"] == "(x-3)**2+2"
    assert held["settings"]["start"] == [6.0]
    assert held["recording"]["names"] == ["x"]


@pytest.mark.parametrize("columns", [1, 4, 40])
def test_no_report_is_large(tmp_path, report, columns):
    rng = np.random.default_rng(columns)
    X = rng.standard_normal((60, columns))
    head = ",".join(f"c{j}" for j in range(columns))
    rows = "\n".join(",".join(map(str, [*x, sum(x) + rng.standard_normal()])) for x in X.tolist())
    (tmp_path / "t.csv").write_text(f"{head},y\n{rows}\n")
    file = tmp_path / "run.npz"
    run("fit", "linear", tmp_path / "t.csv", "-t", "y", "--learning-rate=0.01", "--steps=20000", "--trajectory", file)
    assert len(report(file).read_bytes()) <= BUDGET
    whole = report(file, tmp_path / "t.csv")
    held = payload_of(whole)["table"]
    assert len(whole.read_bytes()) - len(json.dumps(held, separators=(",", ":"))) <= BUDGET


def test_without_scripts_verdict_picture_and_numbers_remain(fitted, report, visit):
    file, _ = fitted("--learning-rate", "0.01", "--steps", "4000")
    shown = visit(java_script_enabled=False)
    text = shown.open(report(file), ready=None).locator("noscript").inner_text()
    path = Trajectory.load(file)
    assert path.verdict.message in text
    assert f"{path.coef[-1, 0]:.10g}" in text
    assert "4,000" in text
    assert shown.page.locator("noscript svg polyline").count() == 1
    assert len(shown.page.pdf()) > 10_000
    assert shown.messages == []


def test_the_page_asks_for_nothing_and_says_nothing(page, fitted, report):
    file = report(*fitted("--learning-rate", "0.01", "--steps", "500"))
    page.open(file)
    assert page.requests == [file.as_uri()]
    assert page.messages == []


@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_small_page_can_be_used_by_all(fitted, report, visit, width, scheme):
    from axe_playwright_python.sync_playwright import Axe

    file, _ = fitted("--learning-rate", "0.01", "--steps", "500")
    shown = visit(viewport={"width": width, "height": 900}, color_scheme=scheme)
    page = shown.open(report(file))
    found = Axe().run(page).response["violations"]
    assert [(one["id"], [node["html"][:90] for node in one["nodes"]]) for one in found] == []
    assert page.evaluate("() => document.documentElement.scrollWidth") <= width
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")  # one state back
    assert page.get_by_test_id("cursor").inner_text() == "499"


def test_a_table_of_other_rows_is_refused_in_words(fitted, tmp_path):
    file, table = fitted("--learning-rate", "0.01", "--steps", "5")
    table.write_text("x,y\n1,4\n3,3\n4,7\n")
    done = CliRunner().invoke(main, ["report", str(file), str(table), "-o", str(tmp_path / "r.html")])
    assert done.exit_code == 3
    assert "3 rows, but the run was fitted to 8: name the table of the run" in done.output


def test_two_runs_are_refused_in_words(fitted, tmp_path):
    file, _ = fitted("--learning-rate", "0.01", "--steps", "50")
    done = CliRunner().invoke(main, ["report", str(file), str(file), "-o", str(tmp_path / "r.html")])
    assert done.exit_code == 2
    assert "a report is of a recorded run, and its table" in done.stderr


def test_states_after_an_overflow_are_left_out():
    path = np.array([[0.0], [1e200], [np.inf], [np.nan]])
    cost = np.array([1.0, np.nan, np.inf, np.nan])
    kept = Recording("plain", ("x",), path, np.arange(4), cost, 0, {}).finite()
    assert kept.path.tolist() == [[0.0], [1e200]]
    assert json.dumps(kept.member(), allow_nan=False)
