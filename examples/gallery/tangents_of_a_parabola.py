"""Slopes tell how far to go: (x − 3)² + 2 has the slopes 6, 2 and 0 at x = 6, 4 and 3.

Left the three tangents: the last one is level, that is the minimum. Right gradient descent from x = 6 with the learning
rate 1/3: each step is a third of the slope, so the steps shrink as the slope does.
"""

from steepest import minimize
from steepest.plots import Panels, TangentDisplay

PARABOLA = "(x - 3)**2 + 2"


def picture() -> Panels:
    tangents = TangentDisplay.from_function(PARABOLA, at=[6, 4, 3])
    steps = TangentDisplay.from_trajectory(minimize(PARABOLA, 6, learning_rate=1 / 3))
    return Panels(tangents, steps, finding="The nearer the minimum, the smaller the slope, the shorter the step")


if __name__ == "__main__":
    picture().save("tangents_of_a_parabola.svg", force=True)
