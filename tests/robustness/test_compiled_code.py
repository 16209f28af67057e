"""What goes wrong with compiled code: yesterday's machine code, forks, workers of joblib, nowhere to write."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import needs_compiler

import steepest

PACKAGE = Path(steepest.__file__).parent
pytestmark = needs_compiler

PASS = """
import numpy as np
from steepest import make_rows
from steepest.data.full_pass import slope_leaves
from steepest.objective.losses import MSE
rows = make_rows(np.ones((9000, 1)), np.zeros(9000), n_jobs=2)
def cost():
    compiled = rows.summation._replace(compiled=True)
    return float(slope_leaves(rows, MSE(), np.array([[2.0], [1.0]]), compiled)[:, 0].sum()) / 9000
"""

STEP = """
import numpy as np
from steepest.kernels.compiler import compiled
from steepest.kernels.minibatch import sampled_steps
from steepest.objective.losses import SquaredError
from steepest.objective.penalties import NoPenalty
from steepest.methods.averages import LastPoint
from steepest.methods.steps import Constant
from mine import Mine
records = SquaredError(), NoPenalty(), Mine(), Constant(1.0), LastPoint()
at = np.zeros((1, 2))
compiled(sampled_steps, *records)(
    *records, np.ones((1, 1)), np.ones((1, 1)), None, None, None, None, 1.0, np.ones(2), np.ones(2), 0, 1, 0, 0, 0, 1,
    1, at, np.zeros((0, 1, 2)), np.zeros(1, np.int64), np.empty((1, 1)), np.empty((1, 1, 2)), np.empty(1),
)
print(at[0, 0])
"""

RULE = """
from typing import NamedTuple
from steepest.core.record_kinds import record, rule
@rule(slots=0)
@record
class Mine(NamedTuple):
    factor: float = 1.0
    def direction(self, g, memory, t):
        return FACTOR * g
"""


def run(code, folder, path=PACKAGE.parent, **env):
    """Run a script in a process of its own, every warning an error; give what it printed."""
    keep = {k: v for k, v in os.environ.items() if not k.startswith(("STEEPEST_", "NUMBA_", "XDG_"))}
    env = keep | {"STEEPEST_CACHE_DIR": str(folder / "cache"), "PYTHONPATH": f"{path}{os.pathsep}{folder}"} | env
    forks = "ignore:This process:DeprecationWarning"  # Python 3.12 on: a fork beside threads, which is the point
    command = [sys.executable, "-B", "-W", "error", "-W", forks, "-c", code]
    done = subprocess.run(command, env=env, capture_output=True, text=True, timeout=120, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout.strip()


def cache_files(folder):
    return sorted(path.relative_to(folder) for path in folder.rglob("*.nb[ci]"))


# ------------------------------------------------------------------ yesterday's machine code


def test_a_users_rule_that_was_edited_acts_at_once(tmp_path):
    (tmp_path / "mine.py").write_text(RULE.replace("FACTOR", "1.0"))
    assert run(STEP, tmp_path) == "1.0"
    (tmp_path / "mine.py").write_text(RULE.replace("FACTOR", "5.0"))
    assert run(STEP, tmp_path) == "5.0"
    assert not [path for path in cache_files(tmp_path) if "sampled_steps" in path.name]


def test_a_loss_of_the_package_that_was_edited_acts_at_once(tmp_path):
    copy = tmp_path / "copy"
    shutil.copytree(PACKAGE, copy / "steepest", ignore=shutil.ignore_patterns("__pycache__"))
    assert run(PASS + "print(cost())", tmp_path, copy) == "9.0"
    kept = cache_files(tmp_path / "cache")
    assert len(kept) == 2
    source = copy / "steepest" / "objective" / "losses" / "squares.py"
    stamp = source.stat().st_mtime
    text = source.read_text(encoding="utf-8")
    assert "        return (z - y) * (z - y)" in text
    source.write_text(text.replace("        return (z - y) * (z - y)", "        return 2 * (z - y) * (z - y)"))
    os.utime(source, (stamp, stamp))  # as an installer that keeps times
    assert run(PASS + "print(cost())", tmp_path, copy) == "18.0"
    assert len(cache_files(tmp_path / "cache")) == 4
    assert len({path.parts[1] for path in cache_files(tmp_path / "cache")}) == 2


def test_a_second_process_compiles_nothing(tmp_path):
    compiles = "from steepest.kernels import compiler, full_pass; k = compiler.compiled(full_pass.block_pass, MSE())\n"
    script = PASS + compiles + "cost(); print(sum(k.stats.cache_hits.values()), sum(k.stats.cache_misses.values()))"
    assert [run(script, tmp_path), run(script, tmp_path)] == ["0 1", "1 0"]


def test_machine_code_filed_under_another_signature_is_not_run(tmp_path):
    """Two processes that save at once number their files alike; the index of one may name the code of the other."""
    single = PASS.replace("np.ones((9000, 1))", "np.ones((9000, 1), np.float32)")
    assert run(PASS + "print(cost())", tmp_path) == "9.0"
    assert run(single + "print(cost())", tmp_path) == "9.0"
    first, second = sorted((tmp_path / "cache").rglob("*.nbc"))
    swap = first.read_bytes()
    first.write_bytes(second.read_bytes())
    second.write_bytes(swap)
    assert run(PASS + "print(cost())", tmp_path) == "9.0"


# ------------------------------------------------------------------ forks and workers


def test_a_fork_after_the_pool_was_used_can_go_on(tmp_path):
    script = """
import multiprocessing, sys
def child():
    sys.exit(0 if cost() == 9.0 else 3)
cost()
process = multiprocessing.get_context("fork").Process(target=child)
process.start()
process.join(60)
alive = process.is_alive()
if alive:
    process.kill()
print(alive, process.exitcode, cost())
"""
    if not hasattr(os, "fork"):
        pytest.skip("this system does not fork")
    assert run(PASS + script, tmp_path) == "False 0 9.0"


@pytest.mark.parametrize("backend", ["loky", "threading", "multiprocessing"])
def test_workers_of_joblib_use_one_thread_each(backend, tmp_path):
    pytest.importorskip("joblib")
    (tmp_path / "work.py").write_text(
        PASS + "from steepest.core.threads import thread_count\n"
        "def work(_):\n    return cost(), thread_count(), make_rows([[1.0]], [1.0]).threads, thread_count(2)\n"
    )
    script = f"""
from joblib import Parallel, delayed
from steepest.core.threads import thread_count
from work import work
if __name__ == "__main__":
    work(0)
    print(set(Parallel(n_jobs=2, backend={backend!r})(delayed(work)(i) for i in range(4))), thread_count())
"""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    assert run(script, tmp_path) == f"{{(9.0, 1, 1, 2)}} {cores}"


@pytest.mark.parametrize(("n_jobs", "variable", "threads"), [(3, "5", 3), (None, "5", 5), (None, "0", 1)])
def test_threads_by_argument_then_by_variable(n_jobs, variable, threads, tmp_path):
    script = f"from steepest.core.threads import thread_count; print(thread_count({n_jobs}))"
    assert run(script, tmp_path, STEEPEST_NUM_THREADS=variable) == str(threads)


# ------------------------------------------------------------------ nowhere to write


def test_without_a_home_it_compiles_in_each_process(tmp_path):
    """A home that is a file: nothing can be made in it, by root either, as on a read-only install without a home."""
    (tmp_path / "file").write_text("")
    copy = tmp_path / "copy"
    shutil.copytree(PACKAGE, copy / "steepest", ignore=shutil.ignore_patterns("__pycache__"))
    nowhere = {"STEEPEST_CACHE_DIR": "", "HOME": str(tmp_path / "file")}
    assert run(PASS + "print(cost())", tmp_path, copy, **nowhere) == "9.0"
    assert cache_files(tmp_path) == []


def test_without_any_home_at_all(tmp_path):
    script = PASS + "import pathlib\nfrom unittest import mock\n"
    script += "lost = mock.patch('os.path.expanduser', side_effect=lambda path: path)\n"
    assert run(script + "with lost:\n    print(cost())", tmp_path, STEEPEST_CACHE_DIR="") == "9.0"


def test_a_full_disk_costs_time_only(tmp_path):
    script = """
import errno, os
from unittest import mock
full = OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
with mock.patch("numba.core.caching.IndexDataCacheFile.save", side_effect=full) as save:
    print(cost(), save.call_count)
"""
    assert run(PASS + script, tmp_path) == "9.0 1"


def test_a_damaged_cache_costs_time_only(tmp_path):
    assert run(PASS + "print(cost())", tmp_path) == "9.0"
    for path in (tmp_path / "cache").rglob("*.nb[ci]"):
        path.write_bytes(path.read_bytes()[:100])
    assert run(PASS + "print(cost())", tmp_path) == "9.0"
