"""Memory of a fit beyond the table itself, each in a process of its own (Linux: it reads /proc)."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from benchmarks.measure import Row, size_of

LAYOUTS = {
    "rows contiguous": "X = draw(np.float64)",
    "columns contiguous": "X = draw(np.float64, order='F')",
    "float32": "X = draw(np.float32)",
    "memory-mapped": "X = mapped()",
}
FITS = {
    "squared error, automatic": "fit(make_rows(X, y), Problem('squared_error'))",
    "log loss, automatic": "fit(make_rows(X, labels), Problem('log_loss', L2(1e-6)))",
    "log loss, 3 full passes": "fit(make_rows(X, labels), Problem('log_loss'), limits=Limits(3, tol=None))",
    "log loss, an epoch of batch 1": (
        "fit(make_rows(X, labels), Problem('log_loss'), "
        "Settings(learning_rate=0.01, batch_size=1), Limits(1, tol=None))"
    ),
}
SCRIPT = """
import threading, time
import numpy as np
from steepest import Problem, make_rows
from steepest.solve.fit import fit
from steepest.solve.settings import Limits, Settings
from steepest.penalties import L2

n, d = {n}, {d}

def draw(dtype, order="C", out=None):
    X = np.empty((n, d), dtype, order) if out is None else out
    rng = np.random.default_rng(0)
    for low in range(0, n, 50_000):
        X[low : low + 50_000] = rng.standard_normal((min(n - low, 50_000), d))
    return X

def mapped():
    out = np.lib.format.open_memmap({file!r}, "w+", np.float64, (n, d))
    draw(None, out=out)
    out.flush()
    return np.load({file!r}, mmap_mode="r")

def in_use():
    with open("/proc/self/status") as status:
        return next(int(line.split()[1]) * 1024 for line in status if line.startswith("RssAnon"))

def watch():
    global most
    while not done:
        most = max(most, in_use())
        time.sleep(0.001)

{layout}
y = X[:, 0].astype(np.float64)
labels = (y + np.random.default_rng(1).standard_normal(n) > 0).astype(np.float64)
whole = n, X, y, labels
X, y, labels = X[:200_000].copy("K"), y[:200_000], labels[:200_000]
X.flags.writeable = whole[1].flags.writeable
{fit}  # compiles for this layout
n, X, y, labels = whole
before = most = in_use()
done = False
watcher = threading.Thread(target=watch)
watcher.start()
{fit}
done = True
watcher.join()
print(most - before, X.nbytes // 10 + 3 * 8 * n)
"""


def rows() -> Iterator[Row]:
    """Each layout and kind of fit; the ratio is the memory used over the memory allowed."""
    for n, d in ((1_000_000, 100), (4_000_000, 20)):
        for layout, make in LAYOUTS.items():
            for name, fit in FITS.items():
                used, allowed = _measured(n, d, make, fit)
                figures = f"{used / 1e6:.0f} MB; 10 % of the table and 3 numbers a row are {allowed / 1e6:.0f} MB"
                what = f"memory, {size_of(n, d)}, {layout}, {name}: share of what is allowed"
                yield Row(what, f"{100 * used / allowed:.0f} %", figures, "<= 100 %")


def _measured(n: int, d: int, layout: str, fit: str) -> tuple[int, int]:
    with tempfile.TemporaryDirectory() as folder:
        code = SCRIPT.format(n=n, d=d, layout=layout, fit=fit, file=str(Path(folder, "X.npy")))
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(done.stderr)
    used, allowed = done.stdout.split()
    return int(used), int(allowed)
