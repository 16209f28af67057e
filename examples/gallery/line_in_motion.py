"""The line, the cost and the path, animated: 4,000 steps of gradient descent on the eight points, from 0, 0.

The slope is nearly right after ten steps; the intercept needs thousands, along a long valley. With the argument
``stochastic`` each step uses one random row, and the line fluctuates.
"""

import sys

from steepest import Method, Problem, Trajectory, descend, make_rows, record, until, updates
from steepest.plots import Animation, animate

X = [[1.0], [3.0], [4.0], [5.0], [6.0], [7.0], [8.0], [10.0]]
Y = [4.0, 3.0, 7.0, 7.0, 8.0, 10.0, 8.0, 11.0]


def descent(batch_size: int | None = None) -> Trajectory:
    method = Method("plain", learning_rate=0.01, batch_size=batch_size, sampling="replacement")
    return record(until(descend(Problem(), method, make_rows(X, Y), seed=1), updates(4000)), names=["x"])


def picture(batch_size: int | None = None) -> Animation:
    return animate(descent(batch_size), X, Y)


if __name__ == "__main__":
    picture(1 if "stochastic" in sys.argv[1:] else None).save("line_in_motion.gif", force=True)
