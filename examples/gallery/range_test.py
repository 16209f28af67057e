"""A range test: one short descent whose learning rate grows at every step, until the cost rises.

The cost falls and then rises: above the stability limit every step increases it. The suggested rate is well below.
"""

from steepest import find_learning_rate, stability_limit
from steepest.plots import LearningRateDisplay

X = [[1.0], [3.0], [4.0], [5.0], [6.0], [7.0], [8.0], [10.0]]
Y = [4.0, 3.0, 7.0, 7.0, 8.0, 10.0, 8.0, 11.0]


def picture() -> LearningRateDisplay:
    return LearningRateDisplay.from_range_test(find_learning_rate(X, Y), limit=stability_limit(X))


if __name__ == "__main__":
    picture().save("range_test.svg", force=True)
