"""The sigmoid over two columns: the probability as a surface between the rows at 0 and those at 1.

The days of the decision boundary, calm or windy. Seen from above, this surface is the field of that picture, and the
dashed line its boundary.
"""

import numpy as np

from steepest import GDClassifier
from steepest.plots import SigmoidSurfaceDisplay


def picture() -> SigmoidSurfaceDisplay:
    """Eighty days and their probabilities."""
    rng = np.random.default_rng(3)
    days = np.repeat(["calm", "windy"], 40)
    X = [12, 50] + rng.normal(size=(80, 2)) * [2, 4] + np.outer(days == "windy", [3, 7])
    model = GDClassifier().fit(X, days)
    return SigmoidSurfaceDisplay.from_estimator(model, X, days, names=["temperature", "humidity"], target="day")


if __name__ == "__main__":
    picture().save("sigmoid_surface.png", force=True)
