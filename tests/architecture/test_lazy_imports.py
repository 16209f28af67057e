"""What each door loads: a small fit must not wait for what it does not use."""

from __future__ import annotations

import subprocess
import sys

import pytest

HEAVY = ("scipy", "numba", "llvmlite", "rich", "sklearn", "pandas", "pyarrow", "matplotlib", "click", "tqdm")

FIT = """
from steepest import Method, Problem, descend, make_rows, record, until, updates
rows = make_rows([[1.0], [3.0], [5.0]], [4.0, 3.0, 7.0])
path = record(until(descend(Problem(), Method(learning_rate=0.05), rows), updates(100)))
assert len(path) == 101
"""
SAMPLED = """
from steepest import Method, Problem, descend, epochs, make_rows, record, until
rows = make_rows([[1.0], [3.0], [5.0]], [0.0, 0.0, 1.0])
path = record(until(descend(Problem("log_loss"), Method("momentum", 0.05, batch_size=1), rows), epochs(5)))
assert path.step[-1] == 15
"""
AUTO = """
from steepest import Problem, make_rows
from steepest.solve.fit import fit
run = fit(make_rows([[1.0], [3.0], [5.0]], [4.0, 3.0, 7.0]), Problem())
assert run.verdict.status == "converged", run.verdict
"""
FUNCTION = """
from steepest import derivative, minimize
assert derivative("x**2", 4) == 8.0
assert minimize("(x-3)**2 + 2", 6).verdict.status == "converged"
assert minimize(lambda x: (x - 3)**2 + 2, 6, rule="auto").verdict.status == "stationary"
"""
DATA = """
from steepest import read_table
table = read_table({path!r}, target="y")
assert table.X.shape == (2, 1)
"""


def loaded(code):
    """Top-level modules in a fresh process after running the code."""
    probe = f"{code}\nimport sys\nprint(*sorted({{name.partition('.')[0] for name in sys.modules}}))"
    done = subprocess.run([sys.executable, "-W", "error", "-c", probe], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return set(done.stdout.split())


def test_importing_the_package_loads_nothing():
    assert loaded("import steepest").isdisjoint({*HEAVY, "numpy", "json", "dataclasses"})


def test_the_help_of_the_command_line_loads_click_alone():
    code = "import sys\nfrom steepest.cli import main\ntry:\n    main(['--help'])\nexcept SystemExit:\n    print()"
    assert loaded(code).isdisjoint({*HEAVY, "numpy"} - {"click"})


@pytest.mark.parametrize("code", [FIT, SAMPLED, AUTO, FUNCTION], ids=["batch", "sampled", "automatic", "function"])
def test_small_fit_loads_numpy_alone(code):
    assert loaded(code).isdisjoint(HEAVY)


def test_small_text_table_is_read_without_pyarrow(tmp_path):
    path = tmp_path / "small.csv"
    path.write_text("x,y\n1,2\n3,4\n")
    assert loaded(DATA.format(path=str(path))).isdisjoint(HEAVY)


def test_estimators_load_scikit_learn_and_no_compiler():
    code = "from steepest import GDRegressor\nGDRegressor().fit([[1.0], [3.0], [5.0]], [4.0, 3.0, 7.0])"
    assert loaded(code).isdisjoint({"numba", "llvmlite", "rich", "matplotlib", "click"})


def test_estimators_without_scikit_learn_say_how_to_get_it():
    without = "import sys\nsys.modules['sklearn'] = None\n"
    code = f"{without}import steepest\nsteepest.GDRegressor"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert "pip install 'steepest[sklearn]'" in done.stderr.splitlines()[-1]


def test_every_public_name_is_there():
    import steepest

    for name in steepest.__all__:
        assert getattr(steepest, name) is not None


def test_unknown_name_is_refused_as_python_does():
    import steepest

    with pytest.raises(AttributeError, match="module 'steepest' has no attribute 'descent_into_madness'"):
        _ = steepest.descent_into_madness
