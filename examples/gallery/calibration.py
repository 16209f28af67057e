"""Calibration: how many of the rows with a probability near 0.3 are of the class, and so for all probabilities.

The logit of these synthetic rows is quadratic, and the model linear: its probabilities are too high at both ends.
"""

import numpy as np

from steepest import GDClassifier
from steepest.plots import CalibrationDisplay


def picture() -> CalibrationDisplay:
    rng = np.random.default_rng(4)
    x = rng.normal(size=(800, 1))
    z = 1.5 + 1.5 * x[:, 0] - x[:, 0] ** 2
    fate = np.where(z + rng.logistic(size=800) > 0, "sold", "kept")
    return CalibrationDisplay.from_estimator(GDClassifier().fit(x, fate), x, fate, target="fate")


if __name__ == "__main__":
    picture().save("calibration.svg", force=True)
