"""Four rules in a long valley, 100 steps each.

The curvature across the valley is 25 times that along it. Plain descent must take steps short enough for the steep
direction, and so it is slow along the valley. Momentum and Nesterov accelerate along the valley and overshoot the
minimum. Adam scales both coordinates separately and takes a nearly straight path.
"""

from steepest import minimize
from steepest.plots import CostSurfaceDisplay

VALLEY = "(x**2 + 25*y**2)/2"
RULES = {
    "plain": ("plain", 0.03),
    "momentum": ("momentum", 0.01),
    "Nesterov": ("nesterov", 0.01),
    "Adam": ("adam", 0.2),
}


def picture() -> CostSurfaceDisplay:
    """Four paths on one map."""
    runs = {
        label: minimize(VALLEY, (-4.0, 1.5), rule=rule, learning_rate=rate, steps=100)
        for label, (rule, rate) in RULES.items()
    }
    return CostSurfaceDisplay.from_trajectory(runs)


if __name__ == "__main__":
    picture().save("rules_compared.svg", force=True)
