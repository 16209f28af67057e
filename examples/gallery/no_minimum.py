"""Where there is no minimum: 2x + 1 has the slope 2 everywhere, so every step is as long as the one before.

Gradient descent never ends here. The verdict says so, instead of reporting the last point as an answer.
"""

from steepest import minimize
from steepest.plots import TangentDisplay


def picture() -> TangentDisplay:
    return TangentDisplay.from_trajectory(minimize("2*x + 1", 6, learning_rate=0.5, steps=8))


if __name__ == "__main__":
    picture().save("no_minimum.svg", force=True)
