"""The cost of every step, at three learning rates.

With the smallest rate the cost has hardly changed after 100 steps; with the largest it is close to the minimum. Above
the stability limit, 0.0522, the cost would grow. The dashed line is the minimum cost.
"""

from steepest import GDRegressor
from steepest.plots import CostHistoryDisplay

x = [[1.0], [3.0], [4.0], [5.0], [6.0], [7.0], [8.0], [10.0]]
y = [4.0, 3.0, 7.0, 7.0, 8.0, 10.0, 8.0, 11.0]


def picture() -> CostHistoryDisplay:
    """The costs of three fits of the eight points, 100 steps each."""
    runs = {}
    for rate in (0.0001, 0.001, 0.03):
        model = GDRegressor(learning_rate=rate, max_iter=100, tol=None).fit(x, y)
        runs[f"learning rate {rate}"] = model.trajectory_
    return CostHistoryDisplay.from_trajectory(runs)


if __name__ == "__main__":
    picture().save("cost_history.svg", force=True)
