"""Pictures of large fits: time and memory of drawing one, in a process that already has the fit (Linux)."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator

from benchmarks.measure import Row

WANTED = "< 3 s, < 300 MB"
PREPARED = """
import threading, time, warnings
import numpy as np
warnings.simplefilter("ignore")
import matplotlib.figure, matplotlib.backends.backend_agg, mpl_toolkits.mplot3d
from steepest import GDClassifier, GDRegressor, plots
from steepest.plots.drawing.style import blank, picture_bytes
rng = np.random.default_rng(0)

def in_use():
    with open("/proc/self/status") as status:
        return next(int(line.split()[1]) for line in status if line.startswith("RssAnon")) / 1024

def watch():
    global most
    while True:
        most = max(most, in_use())
        time.sleep(0.001)
"""
FITS = {
    "1M x 20, squared loss": """
X = rng.standard_normal((1_000_000, 20)); y = X @ rng.standard_normal(20) + rng.standard_normal(len(X))
model = GDRegressor().fit(X, y)
""",
    "1M x 20, log loss": """
X = rng.standard_normal((1_000_000, 20)); y = X @ rng.standard_normal(20) + 3 * rng.standard_normal(len(X)) > 0
model = GDClassifier().fit(X, y)
""",
    "100,000 steps": """
X = rng.standard_normal((1000, 3)); y = X @ rng.standard_normal(3) + rng.standard_normal(len(X))
model = GDRegressor(learning_rate=1e-4, max_iter=100_000, tol=None).fit(X, y)
""",
}
DRAWN = """
before = most = in_use()
threading.Thread(target=watch, daemon=True).start()
began = time.perf_counter()
picture = {picture}
figure = blank(picture.size)
picture.draw(figure)
picture_bytes(figure, "png", picture.finding, picture.alt_text)
print(time.perf_counter() - began, most - before)
"""
PICTURES = (
    ("1M x 20, squared loss", "FitDisplay"),
    ("1M x 20, squared loss", "ResidualsDisplay"),
    ("1M x 20, squared loss", "CostCurveDisplay"),
    ("1M x 20, squared loss", "CostSurfaceDisplay"),
    ("1M x 20, log loss", "SigmoidDisplay"),
    ("1M x 20, log loss", "DecisionBoundaryDisplay"),
    ("1M x 20, log loss", "CostCurveDisplay"),
    ("1M x 20, log loss", "CostSurfaceDisplay"),
    ("100,000 steps", "CostHistoryDisplay"),
    ("100,000 steps", "CostCurveDisplay"),
    ("100,000 steps", "CostSurfaceDisplay"),
)


def rows() -> Iterator[Row]:
    """Each picture as a PNG of 200 dots an inch; the time of the fit is what it is compared with."""
    for fit, display in PICTURES:
        rowless = display == "CostHistoryDisplay"
        picture = f"plots.{display}.from_estimator(model{'' if rowless else ', X, y'})"
        seconds, megabytes = _drawn(PREPARED + FITS[fit] + DRAWN.format(picture=picture))
        fitted, _ = _drawn(PREPARED + FITS[fit].replace("model =", "began = time.perf_counter(); model =") + DONE)
        figures = f"{seconds:.2f} s, {megabytes:.0f} MB"
        yield Row(f"{fit}: {display}, time in fits", f"{seconds / fitted:.2g}x", figures, WANTED)


DONE = "\nprint(time.perf_counter() - began, 0)\n"


def _drawn(program: str) -> tuple[float, float]:
    """Seconds and MB that a program prints; the better of two processes."""
    found = []
    for _ in range(2):
        done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
        found.append(tuple(map(float, done.stdout.split())))
    return min(seconds for seconds, _ in found), min(megabytes for _, megabytes in found)
