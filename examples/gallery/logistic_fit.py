"""A logistic fit of separated classes: no optimum without a penalty, and slope 17.32, intercept -77.95 with a tiny one.

A threshold at 4.5 separates the classes, so a steeper curve always has a lower cost: the left fit is reported as
separable, wherever it was stopped. The right fit adds the penalty alpha/2 slope² with alpha = 1 / (8 x 100,000), which
is C = 100,000 in scikit-learn, and so has a unique optimum.
"""

import warnings

from steepest import GDClassifier, SeparationWarning
from steepest.plots import Panels, SigmoidDisplay

X = [[1.0], [3.0], [4.0], [5.0], [6.0], [7.0], [8.0], [10.0]]
LABELS = [0, 0, 0, 1, 1, 1, 1, 1]


def fit(alpha: float) -> SigmoidDisplay:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", SeparationWarning)  # the picture says so
        model = GDClassifier(alpha=alpha, tol=0).fit(X, LABELS)
    return SigmoidDisplay.from_estimator(model, X, LABELS)


def picture() -> Panels:
    free, penalised = fit(0.0), fit(1 / 8e5)
    finding = f"No penalty, no optimum; with alpha = 1 / 800,000 slope {penalised.a:.2f}, intercept {penalised.b:.2f}"
    return Panels(free, penalised, finding=finding.replace("-", "\N{MINUS SIGN}"))


if __name__ == "__main__":
    picture().save("logistic_fit.svg", force=True)
