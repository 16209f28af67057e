"""Learning rates compared: 0.001 is slow, 0.05 oscillates and converges to 0.845332, 0.1 and 0.7 diverge.

The slope of a line through the eight points, with the intercept fixed at 2.6. The curvature of the cost is the mean of
x², 37.5, so the stability limit is 2 / 37.5 = 0.0533. Every rate below the limit converges; every rate above it
diverges.
"""

from steepest import Method, Problem, Trajectory, descend, make_rows, record, stability_limit, until, updates
from steepest.plots import ComparisonDisplay

X = [[1.0], [3.0], [4.0], [5.0], [6.0], [7.0], [8.0], [10.0]]
Y = [4.0, 3.0, 7.0, 7.0, 8.0, 10.0, 8.0, 11.0]
START = [0.0, 2.6]  # slope and intercept
LEAST = 0.6314666666666667  # at the slope 0.845333


def descent(rate: float) -> Trajectory:
    method = Method("plain", learning_rate=rate)
    return record(until(descend(Problem(fixed=("intercept",)), method, make_rows(X, Y), start=START), updates(100)))


def picture() -> ComparisonDisplay:
    limit = stability_limit(X, fit_intercept=False)
    runs = {f"rate {rate}": descent(rate) for rate in (0.001, 0.05, 0.1, 0.7)}
    slope = runs["rate 0.05"].coef[-1, 0]
    note = f"stability limit: 2 / 37.5 = {limit:.4f}; rate 0.05 ends at the slope {slope:.6f}"
    return ComparisonDisplay.from_trajectories(runs, least=LEAST, excess=False, note=note)


if __name__ == "__main__":
    picture().save("learning_rates.svg", force=True)
