"""Moving pictures: each frame shows the state it names, files are whole and the same, bad input is refused."""

from __future__ import annotations

import base64
import io
import os
import re
import stat
import time
import warnings

import numpy as np
import pytest
from conftest import LABELS8, X8, Y8
from hypothesis import given, settings
from hypothesis import strategies as st
from pictures_judge import draw, faults

pytest.importorskip("matplotlib")
pytest.importorskip("PIL")

from PIL import Image

from steepest import GDClassifier, GDRegressor, Method, Problem, descend, make_rows, minimize, record, until, updates
from steepest.core.errors import FileError, UsageError
from steepest.plots import animate
from steepest.plots.animation.cost_panels import BallPanel, CostPanel, PathPanel
from steepest.plots.animation.row_panels import LinePanel, PredictionPanel, inside
from steepest.plots.drawing.words import verdict_words

near = pytest.approx
quick = settings(max_examples=15, deadline=None, derandomize=True)


def eight_run(steps=200, rate=0.01, batch_size=None):
    states = descend(Problem(), Method("plain", rate, batch_size), make_rows(X8, Y8))
    return record(until(states, updates(steps)), names=["x"])


def parabola(steps=8, rate=0.25):
    return minimize("(x-3)**2+2", 6, learning_rate=rate, steps=steps)


def placed(motion):
    """The same with its panels on a figure."""
    assert motion.figure_ is not None
    return motion


def moved(motion, i):
    for panel in placed(motion).panels:
        panel.move(i)
    return motion.panels


def still(image, i):
    image.seek(i)
    return np.asarray(image.convert("RGB")).astype(int)


# What the frames show


def test_line_cost_and_path_move_in_step():
    run = eight_run()
    motion = animate(run, X8, Y8)
    assert [type(panel) for panel in motion.panels] == [LinePanel, CostPanel, PathPanel]
    for i in (0, 7, len(motion.steps) - 1):
        step = motion.steps[i]
        w, b = run.coef[step, 0], run.intercept[step]
        line, cost, path = moved(motion, i)
        assert line.line.get_ydata() == near(w * line.x + b)
        assert [cost.ball.get_xdata()[0], cost.ball.get_ydata()[0]] == near([step, run.cost[step]])
        assert len(cost.line.get_xdata()) == step + 1
        assert [path.ball.get_xdata()[0], path.ball.get_ydata()[0]] == near([w, b])
        assert path.trail.get_xdata()[0] == near(0)
        assert motion.captions[i].partition("\n")[0] == f"step {step:,} of 200: cost {run.cost[step]:.4g}"


def test_the_last_frame_tells_the_verdict_and_two_frames_tell_why():
    motion = animate(eight_run(), X8, Y8)
    said = " ".join(motion.captions[-1].split())
    assert said.partition(": cost ")[2].partition(" ")[2] == verdict_words(eight_run())
    assert all("\n" not in caption for caption in motion.captions[:-1])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        short = animate(GDRegressor().fit(X8, Y8), X8, Y8)
    assert len(short.steps) == 2
    assert "--learning-rate" in short.alt_text
    assert "--learning-rate" not in motion.alt_text


def test_the_contour_is_the_cost():
    panel = placed(animate(eight_run(), X8, Y8)).panels[2]
    i, j = 11, 30
    w, b = panel.x[j], panel.y[i]
    assert panel.z[i, j] == near(np.mean((w * X8[:, 0] + b - Y8) ** 2) / 2)
    assert panel.least == near([0.8448275862, 2.6034482759], rel=1e-6)


def test_frames_are_even_in_the_logarithm_of_the_step():
    motion = animate(eight_run(4000), X8, Y8, frames=60)
    assert (motion.steps[0], motion.steps[-1]) == (0, 4000)
    assert len(motion.steps) <= 60
    late = np.diff(np.log1p(motion.steps[-20:].astype(float)))
    assert late == near(np.full(19, late.mean()), rel=0.05)


@quick
@given(steps=st.integers(1, 90), frames=st.integers(2, 70))
def test_frames_rise_from_the_start_to_the_end(steps, frames):
    motion = animate(eight_run(steps, 0.005), X8, Y8, frames=frames)
    assert (motion.steps[0], motion.steps[-1]) == (0, steps)
    assert (np.diff(motion.steps) > 0).all()
    assert len(motion.steps) <= max(frames, 2)
    assert len(motion.captions) == len(motion.steps)


def test_a_ball_rolls_on_the_curve_of_a_function():
    run = parabola()
    ball, cost = animate(run).panels
    assert (type(ball), type(cost)) == (BallPanel, CostPanel)
    motion = animate(run)
    for i in (0, 3, 8):
        ball, _ = moved(motion, i)
        x = run.x[i, 0]
        assert [ball.ball.get_xdata()[0], ball.ball.get_ydata()[0]] == near([x, (x - 3) ** 2 + 2])
    assert ball.y == near((ball.x - 3) ** 2 + 2)


def test_a_callable_function_needs_to_be_given():
    run = minimize(lambda p: float(p[0] ** 2 + 3 * p[1] ** 2), [1.0, 1.0], steps=20)
    with pytest.raises(UsageError, match="give the function as f"):
        animate(run)
    motion = animate(run, f=lambda p: float(p[0] ** 2 + 3 * p[1] ** 2))
    assert isinstance(motion.panels[0], PathPanel)


def test_a_held_intercept_leaves_a_ball_on_the_cost_curve():
    model = GDClassifier(learning_rate=1, max_iter=300, tol=None, start=[0, -67.57], fixed=("intercept",))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model.fit(X8, LABELS8)
    motion = animate(model, X8, LABELS8)
    line, _, ball = moved(motion, -1)
    assert isinstance(ball, BallPanel)
    w = model.trajectory_.coef[-1, 0]
    assert line.line.get_ydata() == near(1 / (1 + np.exp(67.57 - w * line.x)), abs=1e-12)
    assert "slice at intercept = \N{MINUS SIGN}67.57" in motion.alt_text


def test_more_columns_show_predictions():
    rng = np.random.default_rng(0)
    X = rng.normal(size=(4000, 4))
    y = X @ [1.0, -2, 0.5, 3] + rng.normal(size=4000)
    model = GDRegressor(learning_rate=0.1, max_iter=40, tol=None).fit(X, y)
    motion = animate(model, X, y)
    panel = moved(motion, -1)[0]
    assert isinstance(panel, PredictionPanel)
    kept = np.linspace(0, 3999, 1000).astype(int)
    assert panel.dots.get_xdata() == near(y[kept])
    assert panel.dots.get_ydata() == near(X[kept] @ model.trajectory_.coef[-1] + model.trajectory_.intercept[-1])
    assert "1,000 of 4,000 rows drawn" in motion.alt_text


def test_labels_of_two_classes_show_probabilities():
    rng = np.random.default_rng(1)
    X = rng.normal(size=(300, 2))
    y = np.where(X @ [1.0, -1] + rng.normal(size=300) > 0, "yes", "no")
    model = GDClassifier(learning_rate=0.5, max_iter=30, tol=None)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model.fit(X, y)
    panel = moved(animate(model, X, y), -1)[0]
    assert panel.dots.get_ydata() == near(model.predict_proba(X)[:, 1], abs=1e-9)
    assert (np.abs(panel.dots.get_xdata() - (y == "yes")) <= 0.3).all()


def test_a_diverging_run_leaves_the_picture_and_breaks_nothing():
    model = GDRegressor(learning_rate=0.1, max_iter=100, tol=None)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model.fit(X8, Y8)
    motion = animate(model, X8, Y8)
    assert motion.finding.startswith("The cost rose from 29.5 to")
    assert len(motion.frames) == len(motion.steps)
    _, cost, path = moved(motion, -1)
    assert max(map(abs, (*path.x, *path.y))) < 1e3
    assert np.isnan(path.trail.get_xdata()[-1])
    assert cost.ball.axes.get_ylim()[1] < 1e6
    assert "Diverged" in motion.alt_text


def test_a_stochastic_line_jumps_about():
    motion = animate(eight_run(300, 0.005, 1), X8, Y8)
    line = placed(motion).panels[0]
    turns = np.sign(np.diff(line.lines[-20:, -1]))
    assert (turns > 0).any()
    assert (turns < 0).any()


@given(st.floats(allow_nan=True, allow_infinity=True), st.floats(-10, 10), st.floats(0.1, 100))
def test_nothing_drawn_is_farther_than_a_thousand_widths(value, low, width):
    found = inside(np.array([value]), low, low + width)
    assert np.isfinite(found).all()
    assert np.abs(found - low).max() <= 1002 * width


# Files


def test_gif_has_the_frames_and_holds_the_last(tmp_path):
    motion = animate(parabola(), fps=10)
    motion.save(tmp_path / "a.gif")
    image = Image.open(io.BytesIO((tmp_path / "a.gif").read_bytes()))
    times = []
    for i in range(image.n_frames):
        image.seek(i)
        times.append(image.info["duration"])
    assert image.n_frames == 9
    assert times[:-1] == [100] * 8
    assert times[-1] >= 1000
    assert image.info["loop"] == 0
    for i in (0, 8):
        drawn = motion.frames[i].astype(int)
        assert np.abs(still(image, i) - drawn).mean() < 4  # 160 colours stand in for all
    assert np.abs(still(image, 0) - still(image, 8)).mean() > 0.2


def test_the_same_descent_is_the_same_bytes(tmp_path):
    animate(eight_run(60), X8, Y8, tmp_path / "a.gif", frames=8)
    animate(eight_run(60), X8, Y8, tmp_path / "b.gif", frames=8)
    assert (tmp_path / "a.gif").read_bytes() == (tmp_path / "b.gif").read_bytes()


def test_a_file_is_not_replaced_unless_forced(tmp_path):
    target = tmp_path / "a.gif"
    target.write_text("mine")
    motion = animate(parabola())
    with pytest.raises(FileError, match="exists"):
        motion.save(target)
    assert target.read_text() == "mine"
    motion.save(target, force=True)
    assert target.read_bytes()[:6] == b"GIF89a"
    assert [entry.name for entry in tmp_path.iterdir()] == ["a.gif"]


def test_notebooks_show_it_moving():
    text = animate(parabola(3))._repr_html_()
    found = re.fullmatch(r'<img alt="([^"]+)" style="max-width:100%" src="data:image/gif;base64,([^"]+)">', text)
    assert found is not None
    assert "The cost fell from 11" in found[1]
    assert Image.open(io.BytesIO(base64.b64decode(found[2]))).n_frames == 4


def test_mp4_without_ffmpeg_is_refused_in_a_line(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(UsageError, match=r"needs the program ffmpeg.*write a \.gif"):
        animate(parabola()).save(tmp_path / "a.mp4")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(os.name == "nt", reason="the stand-in is a shell script")
def test_mp4_is_what_ffmpeg_makes_of_the_frames(tmp_path, monkeypatch):
    """A stand-in for ffmpeg keeps what it is given: raw frames, the last one held."""
    programs = tmp_path / "bin"
    programs.mkdir()
    program = programs / "ffmpeg"
    program.write_text('#!/bin/sh\nfor last; do :; done\n/bin/cat > "$last"\n')
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("PATH", str(programs))
    motion = animate(parabola(3), fps=10)
    motion.save(tmp_path / "a.mp4")
    height, width, _ = motion.frames[0].shape
    data = np.frombuffer((tmp_path / "a.mp4").read_bytes(), np.uint8).reshape(-1, height, width, 3)
    assert len(data) == 4 + 14
    assert (data[0] == motion.frames[0]).all()
    assert (data[-1] == motion.frames[-1]).all()
    program.write_text("#!/bin/sh\necho no such encoder >&2\nexit 1\n")
    with pytest.raises(UsageError, match="no such encoder"):
        motion.save(tmp_path / "b.mp4")
    assert not (tmp_path / "b.mp4").exists()


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: animate(eight_run()), "give X and y"),
        (lambda: animate(eight_run(), X8[:, [0, 0]], Y8), "column"),
        (lambda: animate(parabola(), frames=1), "frames must be a whole number from 2"),
        (lambda: animate(parabola(), frames=True), "frames must be"),
        (lambda: animate(parabola(), frames=2.5), "frames must be"),
        (lambda: animate(parabola(), frames=10**6), "frames must be"),
        (lambda: animate(parabola(), fps=0), "fps must be a number from 0.1"),
        (lambda: animate(parabola(), fps=float("nan")), "fps must be"),
        (lambda: animate(parabola(), fps="12"), "fps must be"),
        (lambda: animate(parabola(0)), "nothing to animate"),
        (lambda: animate("run.npz"), "one of a run"),
        (lambda: animate(parabola()).save("a.webm"), r"ends in \.gif or \.mp4"),
        (lambda: animate(parabola(), None, None, "a.png"), r"ends in \.gif or \.mp4"),
    ],
)
def test_bad_animations_are_refused_in_a_line(call, words):
    with pytest.raises(UsageError, match=words) as caught:
        call()
    assert "\n" not in str(caught.value)


def test_several_targets_have_a_panel_of_rows_and_one_of_the_cost():
    model = GDRegressor(learning_rate=0.001, max_iter=5, tol=None)
    targets = np.column_stack((Y8, 100 - 3 * Y8))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model.fit(X8, targets)
    motion = animate(model, X8, targets)
    rows, cost = motion.panels
    scaled = ((model.predict(X8) - targets.mean(0)) / targets.std(0)).T.ravel()
    assert rows.predicted[-1] == near(scaled)
    assert rows.actual == near(((targets - targets.mean(0)) / targets.std(0)).T.ravel())
    assert cost.costs == near(model.trajectory_.cost)


def test_classes_have_the_probability_of_their_own_class():
    rng = np.random.default_rng(2)
    X, y = rng.standard_normal((60, 2)), rng.integers(0, 3, 60)
    model = GDClassifier(alpha=0.1).fit(X, np.array(["a", "b", "c"])[y])
    motion = animate(model, X, np.array(["a", "b", "c"])[y])
    rows, cost = motion.panels
    assert rows.predicted[0] == near(np.full(60, 1 / 3))
    assert rows.predicted[-1] == near(model.predict_proba(X)[np.arange(60), y])
    assert rows.actual.tolist() == y.tolist()
    assert rows.classes == ("a", "b", "c")
    assert cost.cost_name == "mean log loss + penalty"


# How it looks, and what it takes


@pytest.mark.parametrize("share", [1.0, 0.5])
def test_no_text_leaves_the_canvas_or_meets_another(share):
    for motion in (animate(eight_run(4000), X8, Y8), animate(parabola())):
        assert faults(draw(motion, share)) == []


def test_the_default_is_quick_and_small():
    run = eight_run(4000)
    start = time.process_time()
    motion = animate(run, X8, Y8)
    size = len(motion.gif)
    assert size < 3e6
    assert time.process_time() - start < 10 * 3  # 2 to 4 s; machines differ


def test_a_large_table_and_a_long_run_are_thinned():
    rng = np.random.default_rng(3)
    X = rng.normal(size=(200_000, 1))
    y = 3 * X[:, 0] + rng.normal(size=200_000)
    states = descend(Problem(), Method("plain", 1e-4), make_rows(X[:500], y[:500]))
    run = record(until(states, updates(50_000)))
    start = time.process_time()
    motion = animate(run, X, y)
    line, _, path = placed(motion).panels
    assert len(line.points) == 1000
    assert len(path.path) < 2000
    assert time.process_time() - start < 5 * 3


def test_weights_count_in_the_cost_that_is_drawn():
    weight = np.arange(1.0, 9.0)
    model = GDRegressor(fixed=("intercept",), start=(0.0, 2.6), learning_rate=0.001, max_iter=50, tol=None)
    model.fit(X8, Y8, sample_weight=weight)
    ball = animate(model, X8, Y8, sample_weight=weight, frames=5).panels[-1]
    assert isinstance(ball, BallPanel)
    assert ball.path[[0, -1], 1] == near(model.trajectory_.cost[[0, -1]], rel=1e-9)
    unweighted = animate(model, X8, Y8, frames=5).panels[-1]
    assert abs(unweighted.path[0, 1] - model.trajectory_.cost[0]) > 1
