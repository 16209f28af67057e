"""A rule in a file of the user's own: the page that shows how is run as it stands, in Python and by command."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from conftest import ROOT

import steepest
from steepest import Method, Problem, descend, make_rows, until, updates
from steepest.cli import main
from steepest.cli.plugins import own_record
from steepest.core.errors import UsageError

PAGE = ROOT / "docs" / "develop" / "adding-a-rule.md"
TABLE = "x,y\n1,4\n3,3\n4,7\n5,7\n6,8\n7,10\n8,8\n10,11\n"


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A folder with the files of the page; its module is forgotten afterwards."""
    for name, text in re.findall(r"```python\n# (\w+\.py)\n(.*?)```", PAGE.read_text(), re.S):
        (tmp_path / name).write_text(text)
    (tmp_path / "table.csv").write_text(TABLE)
    monkeypatch.chdir(tmp_path)
    yield tmp_path
    sys.modules.pop("mine", None)


def test_the_page_runs_in_python(folder):
    path = os.pathsep.join([str(Path(steepest.__file__).parents[1]), str(folder)])
    done = subprocess.run(
        [sys.executable, "use.py"], capture_output=True, text=True, env={**os.environ, "PYTHONPATH": path}
    )
    assert done.stderr == ""
    assert done.stdout == "mine:SignStep:longer=1.1,shorter=0.5\n"


@pytest.mark.usefixtures("folder")
def test_the_page_runs_on_the_command_line():
    line = re.search(r"```sh\nsteepest (.*?)\n```", PAGE.read_text())[1].split()
    out = CliRunner().invoke(main, line)
    assert out.exit_code == 0, out.output
    assert "mine:SignStep" in out.stdout
    assert re.search(r"x +0\.8[0-9]", out.stdout)


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize("batch_size", [1, 3])
def test_plain_and_compiled_take_the_same_steps(batch_size):
    rule = own_record("mine:SignStep", "rule")
    X = np.random.default_rng(0).standard_normal((40, 3))
    rows = make_rows(X, X @ [1.0, 2.0, 3.0])
    paths = [
        np.array(
            [s.w for s in until(descend(Problem(), Method(rule, 0.01, batch_size), rows, compiled=c), updates(60))]
        )
        for c in (False, True)
    ]
    np.testing.assert_allclose(*paths, rtol=1e-12, atol=1e-14)
    assert np.ptp(paths[0][:, 0]) > 0.01


@pytest.mark.parametrize(
    ("spec", "said"),
    [
        ("nowhere:Rule", "there is no module 'nowhere'"),
        ("mine:Nothing", "'mine' has no rule 'Nothing'"),
        ("mine:np", "'mine' has no rule 'np'"),
        ("mine:SignStep:faster=2", "has no field 'faster'"),
        ("mine:SignStep:longer=x", "'x' is not a number"),
        ("broken:Rule", "cannot be loaded: ZeroDivisionError"),
        ("needs:Rule", "needs 'not_there'"),
    ],
)
def test_what_cannot_be_loaded_is_refused_in_one_line(folder, spec, said):
    (folder / "broken.py").write_text("1 / 0\n")
    (folder / "needs.py").write_text("import not_there\n")
    out = CliRunner().invoke(main, ["fit", "linear", "table.csv", "-t", "y", "--rule", spec])
    assert out.exit_code == 2
    assert said in out.stderr
    assert len(out.stderr.strip().splitlines()) == 1


def test_no_file_of_data_can_name_code(folder):
    """A name with a module in it is looked up for flags alone."""
    (folder / "evil.py").write_text("from pathlib import Path\nPath('ran').touch()\n")
    with pytest.raises(UsageError, match="no rule is called 'evil'"):
        Method("evil:Rule")
    assert not (folder / "ran").exists()
