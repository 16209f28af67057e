"""What leaves the page: files that open, and commands and programs that give the page's own numbers."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pytest
from axe_playwright_python.sync_playwright import Axe
from conftest import ROOT
from PIL import Image

from steepest import Trajectory, lab

STEEPEST = 'steepest() { "$PYTHON" -c "from steepest.cli import main; main()" "$@"; }\n'
LESSONS = {
    each["name"]: each["settings"]
    for each in json.loads((ROOT / "src" / "steepest" / "lab" / "lessons.json").read_text(encoding="utf-8"))["lessons"]
}
STATES = [  # lessons, and what the reader changes
    ("learning-rates", ""),
    ("mini-batch", "&steps=200&seed=3"),
    ("separable-classes", ""),
    ("standardize", "&start=100,300&batch=4"),
    ("another-table", "&moved=7:y:13.5,0:x:2"),
    ("momentum", "&schedule=inverse_scaling"),
    ("start-point", "&start=-4,4"),
    ("start-point", "&start=0,0.5&fixed=false,true"),
    ("no-minimum", "&formula=-2*x"),
]


@pytest.fixture
def opened(page, lab_file):
    """Opens the page at a fragment, with the exports shown; returns playwright's Page."""

    def open_at(fragment="", *arguments, **table):
        found = page.open(lab_file(*arguments, **table), fragment)
        found.click("[data-testid=export]")
        return found

    yield open_at
    assert page.messages == []


def saved(page: Any, kind: str, folder: Any) -> Any:
    with page.expect_download() as download:
        page.click(f"[data-testid=save-{kind}]")
    path = folder / download.value.suggested_filename
    download.value.save_as(path)
    return path


def ends(page: Any) -> list[list[float]]:
    """The last parameters of each run, in the columns' own units."""
    return page.evaluate(
        "() => { const { runs, objective } = steepestLab.scene;"
        " return runs.map((run) => [...objective.raw(run.path.subarray(run.path.length - run.size))]); }"
    )


def in_shell(script: str, folder: Any) -> subprocess.CompletedProcess[str]:
    known = {**os.environ, "PYTHON": sys.executable, "PYTHONPATH": str(ROOT / "src"), "NUMBA_DISABLE_JIT": "1"}
    return subprocess.run(
        ["bash", "-c", STEEPEST + script], cwd=folder, env=known, capture_output=True, text=True, check=False
    )


@pytest.mark.parametrize(("lesson", "change"), STATES)
def test_command_and_program_give_the_last_parameters(lesson, change, opened, tmp_path):
    page = opened(f"#lesson={lesson}{change}")
    (tmp_path / "page.py").write_text(page.input_value("[data-testid=text-python]"), encoding="utf-8")
    done = in_shell(page.input_value("[data-testid=text-command]"), tmp_path)
    by_command = [Trajectory.load(file).x[-1] for file in sorted(tmp_path.glob("run*.npz"))]
    program = in_shell('"$PYTHON" page.py', tmp_path)
    by_program = [json.loads(line) for line in program.stdout.splitlines()]
    assert len(by_command) == len(by_program) == len(ends(page)), done.stderr + program.stderr
    for one, other, end in zip(by_command, by_program, ends(page), strict=True):
        np.testing.assert_allclose(one, end[: len(one)], rtol=1e-9, atol=1e-9)
        np.testing.assert_allclose(other, end[: len(other)], rtol=1e-9, atol=1e-9)


HOSTILE = "'; touch owned; '$(touch owned)`touch owned`\"</script>"
TABLE = f'"{HOSTILE.replace(chr(34), chr(34) * 2)}, a comma","=y"\n1,4\n3,3\n4,7\n5,9\n'


@pytest.mark.parametrize("change", ["", "&moved=0:%3Dy:5"])
def test_names_of_columns_and_files_are_not_executed(change, opened, tmp_path):
    name = "a b'$(touch owned).csv"
    page = opened(f"#data=own&target=%3Dy&rate=0.01&steps=5{change}", "-t", "=y", table=TABLE, name=name)
    end = ends(page)[0]
    for words in (page.input_value("[data-testid=text-command]"), '"$PYTHON" page.py'):
        (tmp_path / "page.py").write_text(page.input_value("[data-testid=text-python]"), encoding="utf-8")
        done = in_shell(words, tmp_path)
        found = Trajectory.load(tmp_path / "run.npz").x[-1] if "run.npz" in words else json.loads(done.stdout)
        np.testing.assert_allclose(found, end, rtol=1e-9, err_msg=done.stderr)
    assert not (tmp_path / "owned").exists()


def long_table(rows):
    x = np.random.default_rng(3).normal(size=(rows, 2)).round(3)
    return "a,b,y\n" + "".join(f"{a},{b},{round(2 * a - b + 0.3, 3)}\n" for a, b in x)


OWN = {
    "300 rows": (long_table(300), "y", "squared_error"),
    "a sample of 5,001 rows": (long_table(5001), "y", "squared_error"),
    "labels": ("x,said\n1,yes\n2,yes\n3,no\n4,yes\n5,no\n6,no\n", "said", "log_loss"),
    "labels as numbers": ("x,said\n1,yes\n2,yes\n3,no\n4,yes\n5,no\n6,no\n", "said", "squared_error"),
    "semicolons": ("x;y\n1;4\n3;3\n4;7\n", "y", "huber:delta=0.5"),
}


@pytest.mark.parametrize("name", OWN)
def test_tables_of_the_readers_own(name, opened, tmp_path):
    table, target, loss = OWN[name]
    state = f"#data=own&target={target}&features={table[0]}&loss={loss}&rate=0.02&steps=20"
    page = opened(state, "-t", target, table=table)
    (end,) = ends(page)
    done = in_shell(page.input_value("[data-testid=text-command]"), tmp_path)
    found = Trajectory.load(tmp_path / "run.npz").x[-1]
    np.testing.assert_allclose(found, end, rtol=1e-9, err_msg=done.stderr)
    (tmp_path / "page.py").write_text(page.input_value("[data-testid=text-python]"), encoding="utf-8")
    done = in_shell('"$PYTHON" page.py', tmp_path)
    np.testing.assert_allclose(json.loads(done.stdout), end, rtol=1e-9, err_msg=done.stderr)


GAPS = """x,colour,sold,y
1,red,2024-01-02,2
2,blue,2024-02-03,4
,red,2024-03-01,5
4,green,2024-05-05,9
5,red,2024-06-07,9
"""
READ = {  # tables that a command without these options reads otherwise, or not at all
    "text": ("x,colour,y\n1,red,3\n2,blue,4\n3,red,7\n4,green,9\n", ()),
    "rows by a condition": (long_table(300), ("--where", "a > 0")),
    "gaps left out": (GAPS, ("-x", "x", "--missing", "drop")),
    "gaps marked": (GAPS, ("-x", "x,colour", "--missing", "indicator")),
    "dates": (GAPS, ("-x", "sold", "--date", "sold")),
    "powers": (long_table(300), ("--with", "a^2, a:b")),
    "decimal commas": ("x;y\n1,5;4\n3,5;3\n4,5;7\n", ("--decimal", ",")),
    "two of three labels": ("x,y\n1,a\n2,b\n3,c\n4,a\n5,b\n6,c\n7,b\n", ("--where", "y != c")),
}


@pytest.mark.parametrize("name", READ)
def test_tables_that_were_read_with_options(name, opened, tmp_path):
    table, options = READ[name]
    page = opened("", "-t", "y", *options, "--steps", "20", "--learning-rate", "0.0001", table=table)
    (end,) = ends(page)
    done = in_shell(page.input_value("[data-testid=text-command]"), tmp_path)
    assert done.returncode == 0, done.stderr
    np.testing.assert_allclose(Trajectory.load(tmp_path / "run.npz").x[-1], end, rtol=1e-9, atol=1e-12)
    (tmp_path / "page.py").write_text(page.input_value("[data-testid=text-python]"), encoding="utf-8")
    done = in_shell('"$PYTHON" page.py', tmp_path)
    np.testing.assert_allclose(json.loads(done.stdout), end, rtol=1e-9, atol=1e-12, err_msg=done.stderr)


def test_pictures_open(opened, tmp_path):
    page = opened("#lesson=momentum")
    with Image.open(saved(page, "png", tmp_path)) as picture:
        assert picture.size[0] >= 2400
        assert len(picture.convert("RGB").resize((64, 40)).getcolors(2560)) > 50
    svg = saved(page, "svg", tmp_path)
    texts = [text.text for text in ElementTree.parse(svg).iter("{http://www.w3.org/2000/svg}text")]
    for label in ("slope of x", "intercept", "step", "cost above the minimum", "x", "y", "cost"):
        assert label in texts
    titles = [page.inner_text(f"[data-testid=title-{panel}]") for panel in ("data", "map", "cost", "step")]
    assert set(titles) <= {*texts}
    assert " style=" not in svg.read_text(encoding="utf-8")


@pytest.mark.parametrize("kind", ["gif", "gif-map", "gif-data"])
def test_a_gif_of_60_frames_has_at_most_500_kb(kind, opened, tmp_path):
    path = saved(opened("#lesson=in-motion"), kind, tmp_path)
    assert path.stat().st_size <= 500_000
    with Image.open(path) as motion:
        assert motion.n_frames == 60
        assert motion.info["loop"] == 0


def test_the_csv_is_the_table_of_steps(opened, tmp_path):
    page = opened("#lesson=standardize&steps=30&cursor=3")
    rows = [line.split(",") for line in saved(page, "csv", tmp_path).read_text(encoding="utf-8").splitlines()]
    page.click("[data-testid=export-close]")
    page.click("[data-testid=steps-details] summary")
    page.wait_for_selector("[data-testid=steps-table] tr[aria-rowindex='6']")  # tables are made when they are opened
    assert rows[0] == page.locator("[data-testid=steps-table] thead th").all_inner_texts()
    assert len(rows) == 32
    for step in range(5):
        cells = page.locator(f"[data-testid=steps-table] tr[aria-rowindex='{step + 2}'] data")
        assert rows[step + 1] == [cell.get_attribute("value") for cell in cells.all()]


def test_the_saved_page_opens_in_the_same_state(opened, visit, tmp_path):
    page = opened(
        "#data=own&target=y&rate=0.02&steps=30&cursor=7&moved=2:y:9",
        "-t",
        "y",
        table="x,y\n1,4\n3,3\n4,7\n",
        name="<b>.csv",
    )
    copy = visit()
    again = copy.open(saved(page, "html", tmp_path))
    state = "() => JSON.stringify([steepestLab.settings, steepestLab.scene.runs[0].path])"
    assert again.evaluate(state) == page.evaluate(state)
    assert again.locator("[data-testid=data] option").first.inner_text() == "<b>.csv"
    assert len(copy.requests) == 1
    assert copy.messages == []


def test_a_link_holds_the_data_only_if_ticked(opened, visit):
    page = opened(
        "#data=own&target=y&rate=0.02&steps=30&cursor=7", "-t", "y", table="x,y\n1.25,4\n3,3\n4,7\n", name="mine.csv"
    )
    bare = page.input_value("[data-testid=text-link]")
    assert "1.25" not in bare
    page.check("[data-testid=link-data]")
    full = page.input_value("[data-testid=text-link]")
    assert "1.25" in full
    page.click("[data-testid=export-close]")
    state = "() => JSON.stringify([steepestLab.settings, steepestLab.scene.runs[0].path])"
    for link in (bare, full):
        again = visit().page
        again.goto(link)
        again.wait_for_selector("#lab > *", state="attached")
        assert again.evaluate(state) == page.evaluate(state)
        assert same_pictures(page, again)


def same_pictures(*pages):
    """Whether the four canvases hold the same pixels."""
    pixels = "() => [...document.querySelectorAll('canvas')].map((canvas) => canvas.toDataURL())"
    for page in pages:
        page.wait_for_timeout(200)  # a frame or two
    first, second = (page.evaluate(pixels) for page in pages)
    return first == second and len({*first}) == 4


@pytest.mark.parametrize("kind", ["command", "python", "link"])
def test_copying_says_that_it_was_done(kind, opened):
    page = opened("#lesson=two-parameters")
    page.click(f"[data-testid=copy-{kind}]")
    page.wait_for_function("() => document.querySelector('[data-testid=export-said]').textContent.startsWith('Copied')")


def test_a_report_saved_as_a_page_replays_the_same_states(page, visit, built, tmp_path):  # noqa: ARG001
    (tmp_path / "t.csv").write_text("x,y\n1,4\n3,3\n4,7\n", encoding="utf-8")
    done = in_shell(
        "steepest fit linear t.csv -t y --learning-rate 0.01 --steps 30 --trajectory run.npz"
        "; steepest report run.npz t.csv -o report.html",
        tmp_path,
    )
    found = page.open(tmp_path / "report.html")
    assert done.returncode == 0, done.stderr
    found.click("[data-testid=export]")
    again = visit().open(saved(found, "html", tmp_path))
    state = "() => JSON.stringify([steepestLab.settings, Object.values(steepestLab.scene.runs[0].path)])"
    assert again.evaluate(state) == found.evaluate(state)
    assert again.locator("#payload").evaluate("element => JSON.parse(element.textContent).home") == "report"


def test_a_cell_of_a_notebook_says_that_it_saves_no_files(page, built, tmp_path):  # noqa: ARG001
    frame = lab(X=[[1.0], [2.0], [4.0]], y=[1.0, 3.0, 4.0])._repr_html_()
    (tmp_path / "cell.html").write_text(f"<!doctype html><title>cell</title><body>{frame}", encoding="utf-8")
    cell = page.open(tmp_path / "cell.html", ready=None).frame_locator("iframe")
    cell.locator("[data-testid=export]").click()
    assert "saves no files" in cell.locator("[data-testid=export-dialog]").inner_text()
    assert cell.locator("[data-testid=save-png]").count() == 0
    assert cell.locator("[data-testid=text-link]").count() == 0
    assert cell.locator("[data-testid=text-command]").input_value().startswith("cat > page.csv")


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (1280, "dark"), (390, "light")])
def test_axe_finds_nothing_in_the_dialog(width, scheme, visit, lab_file):
    one = visit(viewport={"width": width, "height": 844}, color_scheme=scheme, bypass_csp=True)
    found = one.open(lab_file("-t", "y", table="x,y\n1,4\n3,3\n4,7\n"))
    found.click("[data-testid=export]")
    assert Axe().run(found).violations_count == 0
    box = found.locator("[data-testid=export-dialog]")
    assert box.evaluate("dialog => dialog.scrollWidth <= dialog.clientWidth && dialog.clientWidth <= innerWidth")
