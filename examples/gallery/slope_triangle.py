"""Rise over run: the slope of x² between 2 and 4 is 12 / 2 = 6, between 6 and 8 it is 28 / 2 = 14.

The shaded triangles are as wide as the run and as high as the rise. The runs are equal, but the rises are not, since
the curve becomes steeper. A curve has no single slope, only one between two points, or at a point.
"""

from steepest.plots import TangentDisplay


def picture() -> TangentDisplay:
    return TangentDisplay.from_function("x**2", at=[2, 6], dx=2)


if __name__ == "__main__":
    picture().save("slope_triangle.svg", force=True)
