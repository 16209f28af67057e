"""The sigmoid maps any number to a probability P; its slope is P (1 − P), at most 1/4.

Outside of -5 to 5 the curve is nearly flat, so a correctly classified row there has almost no gradient.
"""

from steepest.plots import SigmoidDisplay


def picture() -> SigmoidDisplay:
    return SigmoidDisplay()


if __name__ == "__main__":
    picture().save("sigmoid.svg", force=True)
