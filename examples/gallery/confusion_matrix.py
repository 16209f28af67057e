"""The confusion matrix: which classes are taken for which.

Three synthetic kinds of weather by temperature and pressure. Each row of the matrix is a true class, and its shares sum
to 1; the diagonal is predicted right.
"""

import numpy as np

from steepest import GDClassifier
from steepest.plots import ConfusionMatrixDisplay


def picture() -> ConfusionMatrixDisplay:
    rng = np.random.default_rng(6)
    kinds = np.repeat(["cloudy", "rainy", "sunny"], [120, 60, 120])
    centre = {"cloudy": (0.0, 0.0), "rainy": (-1.2, -1.4), "sunny": (1.8, 1.2)}
    X = np.array([centre[kind] for kind in kinds]) + rng.normal(size=(300, 2))
    return ConfusionMatrixDisplay.from_estimator(GDClassifier(alpha=0.01).fit(X, kinds), X, kinds)


if __name__ == "__main__":
    picture().save("confusion_matrix.svg", force=True)
