"""Precision and recall of a rare class: what share of the rows named is right, and what share is found.

A model that knows nothing has the base rate, the share of the class, as its precision. Where a class is rare this curve
says more than the ROC curve, which does not depend on the base rate.
"""

import numpy as np

from steepest import GDClassifier
from steepest.plots import PrecisionRecallDisplay


def picture() -> PrecisionRecallDisplay:
    rng = np.random.default_rng(2)
    X = rng.normal(size=(1000, 2))
    tyres = np.where(X @ [1.6, 1.0] + rng.logistic(size=1000) > 3.6, "worn", "fine")
    return PrecisionRecallDisplay.from_estimator(GDClassifier().fit(X, tyres), X, tyres, target="tyre")


if __name__ == "__main__":
    picture().save("precision_recall.svg", force=True)
