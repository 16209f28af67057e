"""The decision boundary: the line on which both classes have probability 1/2, and the probability around it.

Synthetic days, calm or windy, by temperature and humidity. Near the line the colour is grey: there P is near 0.5.
"""

import numpy as np

from steepest import GDClassifier
from steepest.plots import DecisionBoundaryDisplay


def picture() -> DecisionBoundaryDisplay:
    rng = np.random.default_rng(3)
    days = np.repeat(["calm", "windy"], 40)
    X = [12, 50] + rng.normal(size=(80, 2)) * [2, 4] + np.outer(days == "windy", [3, 7])
    model = GDClassifier().fit(X, days)
    return DecisionBoundaryDisplay.from_estimator(model, X, days, names=["temperature", "humidity"], target="day")


if __name__ == "__main__":
    picture().save("decision_boundary.svg", force=True)
