"""The coefficients of ten columns with their intervals: which of them differ from 0.

442 diabetics, and how their disease progressed in a year. Coefficients are standardised, so that they can be compared.
The cholesterols s1, s2 and s3 nearly determine each other, which makes their intervals wide: s1 is the largest, but its
interval includes 0. `model.summary(X, y)` has the numbers.
"""

from sklearn.datasets import load_diabetes

from steepest import GDRegressor
from steepest.plots import CoefficientsDisplay


def picture() -> CoefficientsDisplay:
    X, y = load_diabetes(return_X_y=True, as_frame=True)
    return CoefficientsDisplay.from_estimator(GDRegressor().fit(X, y), X, y, target="progression")


if __name__ == "__main__":
    picture().save("coefficients.svg", force=True)
