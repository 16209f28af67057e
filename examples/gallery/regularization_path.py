"""The regularisation path of the lasso: as the penalty becomes weaker, one column after the other joins.

The two dashed lines are the choices by cross-validation: the best mean error, and the largest alpha within one standard
error of it.
"""

import numpy as np

from steepest import GDRegressorCV
from steepest.plots import RegularizationPathDisplay

X = np.random.default_rng(0).standard_normal((60, 20))
Y = X[:, :4] @ [3.0, -2.0, 1.0, 0.5] + 2.0 * np.random.default_rng(1).standard_normal(60)


def picture() -> RegularizationPathDisplay:
    model = GDRegressorCV(l1_ratio=1.0, rule="1se", eps=0.01).fit(X, Y)
    return RegularizationPathDisplay.from_estimator(model, X, Y)


if __name__ == "__main__":
    picture().save("regularization_path.svg", force=True)
