"""The secant becomes the tangent: as the run shrinks, the slope of x² from x = 4 on goes from 12 to 8.

Each line goes through (4, 16) and a second point of the curve. As that point approaches (4, 16), the slope approaches
8, the derivative of x² at 4. ``steepest.secants("x**2", 4)`` gives the same slopes as a table, down to dx = 0.0001.
"""

from steepest.plots import TangentDisplay


def picture() -> TangentDisplay:
    return TangentDisplay.from_function("x**2", at=4, dx=[4, 2, 0.5])


if __name__ == "__main__":
    picture().save("secant_to_tangent.svg", force=True)
