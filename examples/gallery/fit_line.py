"""A line through eight points by descent: after 4,000 steps it agrees with the exact line.

The faint lines show the fit at a few log-spaced steps. The slope is nearly right after ten steps, the intercept after
thousands. The learning rate is 0.01, and the start is slope 0 and intercept 0. The exact line, y = 0.8448 x + 2.603, is
dashed.
"""

from steepest import GDRegressor
from steepest.plots import FitDisplay

X = [[1.0], [3.0], [4.0], [5.0], [6.0], [7.0], [8.0], [10.0]]
Y = [4.0, 3.0, 7.0, 7.0, 8.0, 10.0, 8.0, 11.0]


def picture() -> FitDisplay:
    model = GDRegressor(learning_rate=0.01, max_iter=4000, tol=None).fit(X, Y)
    return FitDisplay.from_estimator(model, X, Y)


if __name__ == "__main__":
    picture().save("fit_line.svg", force=True)
