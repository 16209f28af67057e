"""The ROC curve of held-out rows: how many rows of a class are found, and how many others are taken for it.

Every cut-off of the probability is a point of the curve. The area below it, AUC, is the probability that a row of the
class ranks above one of the others. The rows, synthetic, were held out of the fit.
"""

import numpy as np

from steepest import GDClassifier, held_out_rows
from steepest.plots import RocCurveDisplay


def picture() -> RocCurveDisplay:
    rng = np.random.default_rng(5)
    X = rng.normal(size=(600, 3))
    late = np.where(X @ [1.4, -0.8, 0.0] + rng.logistic(size=600) > 1.2, "late", "in time")
    rows = held_out_rows(600, 0.3, labels=late)
    fitted = np.setdiff1d(np.arange(600), rows)
    model = GDClassifier().fit(X[fitted], late[fitted])
    return RocCurveDisplay.from_estimator(model, X[rows], late[rows], target="train")


if __name__ == "__main__":
    picture().save("roc_curve.svg", force=True)
