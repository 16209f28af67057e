"""The sigmoid: any number becomes a probability, and its slope is P (1 − P), 1/4 at most.

Beyond -5 and 5 the curve is flat: there a row on its own side hardly pulls at the coefficients any more.
"""

from steepest.plots import SigmoidDisplay


def picture() -> SigmoidDisplay:
    return SigmoidDisplay()


if __name__ == "__main__":
    picture().save("sigmoid.svg", force=True)
