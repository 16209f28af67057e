"""A function with two valleys: where a descent ends depends on where it starts.

x^4 / 4 - x^2 + x / 4 + y^2 has the global minimum on the left, a local one on the right, and a ridge between them.
Steps follow the negative gradient, so each run ends in the valley on whose side of the ridge it starts.
"""

from steepest import minimize
from steepest.plots import CostSurfaceDisplay

FUNCTION = "x**4/4 - x**2 + x/4 + y**2"
STARTS = {"from (0.4, 1.5)": (0.4, 1.5), "from (-0.2, 1.5)": (-0.2, 1.5)}


def picture() -> CostSurfaceDisplay:
    """Two starts on the map of one function."""
    runs = {label: minimize(FUNCTION, start, learning_rate=0.1, steps=100) for label, start in STARTS.items()}
    return CostSurfaceDisplay.from_trajectory(runs)


if __name__ == "__main__":
    picture().save("contour_function.svg", force=True)
