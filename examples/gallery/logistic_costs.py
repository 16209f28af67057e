"""Why a sigmoid is fitted by cross-entropy: squared error is not convex, and flat where the answer is wrong.

Both costs of eight rows with labels 0 0 0 1 1 1 1 1 as functions of the slope, with the intercept fixed at -67.57; each
is divided by its value at slope 0. The squared error has plateaus where its gradient is nearly 0, so that descent makes
almost no progress far from the minimum. The cross-entropy is convex: it lies above each of its tangents. Its gradient
is the mean of (P - y) x.
"""

from steepest.plots import CostShapesDisplay

X = [1.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 10.0]
LABELS = [0, 0, 0, 1, 1, 1, 1, 1]


def picture() -> CostShapesDisplay:
    return CostShapesDisplay.from_rows(X, LABELS, intercept=-67.57, slopes=(0, 30))


if __name__ == "__main__":
    picture().save("logistic_costs.svg", force=True)
