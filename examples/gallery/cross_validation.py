"""A choice of the penalty: the error on rows held out, by alpha, with one standard error.

Of 20 columns four count. Too strong a penalty loses them, too weak a one fits the noise of the others. Within one
standard error of the best mean the curve is flat, so the largest alpha there gives a simpler model.
"""

import numpy as np

from steepest import GDRegressorCV
from steepest.plots import CrossValidationDisplay

X = np.random.default_rng(0).standard_normal((60, 20))
Y = X[:, :4] @ [3.0, -2.0, 1.0, 0.5] + 2.0 * np.random.default_rng(1).standard_normal(60)


def picture() -> CrossValidationDisplay:
    return CrossValidationDisplay.from_estimator(GDRegressorCV(l1_ratio=1.0, rule="1se", eps=0.01).fit(X, Y))


if __name__ == "__main__":
    picture().save("cross_validation.svg", force=True)
