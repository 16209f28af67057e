"""Batch size 8, 3 or 1: per epoch, small batches reduce the cost fastest, and then keep fluctuating.

The slope of a line through the eight points, with the intercept fixed at 2.6 and the learning rate 0.005. Batch descent
takes one step per epoch, stochastic descent eight. The gradient of a single row is not 0 at the optimum, so its steps
do not shrink.
"""

from steepest import Method, Problem, Trajectory, descend, epochs, make_rows, record, until
from steepest.plots import ComparisonDisplay

X = [[1.0], [3.0], [4.0], [5.0], [6.0], [7.0], [8.0], [10.0]]
Y = [4.0, 3.0, 7.0, 7.0, 8.0, 10.0, 8.0, 11.0]
SIZES = {"all 8 rows (batch)": None, "3 rows (mini-batch)": 3, "1 row (stochastic)": 1}


def descent(batch_size: int | None) -> Trajectory:
    method = Method("plain", learning_rate=0.005, batch_size=batch_size)
    states = descend(Problem(fixed=("intercept",)), method, make_rows(X, Y), start=[0.0, 2.6], seed=1)
    return record(until(states, epochs(25)))


def picture() -> ComparisonDisplay:
    runs = {label: descent(size) for label, size in SIZES.items()}
    return ComparisonDisplay.from_trajectories(runs, by="epoch", least=0.6314666666666667, excess=True)


if __name__ == "__main__":
    picture().save("batch_sizes.svg", force=True)
