"""All rows, three rows and one row a step on the same map, 400 steps each at the learning rate 0.01.

The gradient over a few rows is an unbiased estimate of the gradient over all rows. The smaller the batch, the larger
its variance, and the more the path fluctuates across the valley. Along the valley all three are equally fast, but a
step on one row costs an eighth of a step on all eight.
"""

import warnings

from steepest import GDRegressor, NotConvergedWarning, Trajectory
from steepest.plots import CostSurfaceDisplay

X = [[1.0], [3.0], [4.0], [5.0], [6.0], [7.0], [8.0], [10.0]]
Y = [4.0, 3.0, 7.0, 7.0, 8.0, 10.0, 8.0, 11.0]
BATCHES = {"stochastic (1 row)": 1, "mini-batch (3 rows)": 3, "batch (8 rows)": None}
STEPS = 400


def run(batch_size: int | None) -> Trajectory:
    """The path of so many rows a step."""
    per_epoch = -(-len(X) // batch_size) if batch_size else 1
    settings = {"learning_rate": 0.01, "batch_size": batch_size, "max_iter": STEPS // per_epoch, "tol": None}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", NotConvergedWarning)
        return GDRegressor(**settings).fit(X, Y).trajectory_


def picture() -> CostSurfaceDisplay:
    """Three paths on the map of the cost."""
    return CostSurfaceDisplay.from_trajectory({label: run(size) for label, size in BATCHES.items()}, X, Y)


if __name__ == "__main__":
    picture().save("batch_stochastic_minibatch.svg", force=True)
