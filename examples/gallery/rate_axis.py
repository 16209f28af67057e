"""The learning rate on an axis: too small needs many steps, too large diverges; the limit is 2 / 37.5 = 0.0533.

Plain descent on the slope of a line through the eight points, with the intercept fixed at 2.6, at 40 learning rates.
The best rate is half of the limit: with one parameter it needs a single step.
"""

import numpy as np

from steepest import Method, Problem, Trajectory, descend, make_rows, record, stability_limit, until, updates
from steepest.plots import LearningRateDisplay

X = [[1.0], [3.0], [4.0], [5.0], [6.0], [7.0], [8.0], [10.0]]
Y = [4.0, 3.0, 7.0, 7.0, 8.0, 10.0, 8.0, 11.0]


def descent(rate: float) -> Trajectory:
    method = Method("plain", learning_rate=rate)
    states = descend(Problem(fixed=("intercept",)), method, make_rows(X, Y), start=[0.0, 2.6])
    return record(until(states, updates(500)))


def picture() -> LearningRateDisplay:
    limit = stability_limit(X, fit_intercept=False)
    runs = [descent(rate) for rate in np.geomspace(limit / 50, 2 * limit, 40)]
    return LearningRateDisplay.from_trajectories(runs, least=0.6314666666666667, limit=limit)


if __name__ == "__main__":
    picture().save("rate_axis.svg", force=True)
