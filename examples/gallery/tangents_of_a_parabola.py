"""Slopes set the lengths of the steps: (x − 3)² + 2 has the slopes 6, 2 and 0 at x = 6, 4 and 3.

Left: the three tangents, of which the last one, at the minimum, is horizontal. Right: gradient descent from x = 6 with
the learning rate 1/3. Each step is a third of the slope, so the steps shrink with the slope.
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
