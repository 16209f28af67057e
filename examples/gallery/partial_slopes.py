"""Partial derivatives: the plane 8 rpm + 3 load + 5 rises by 8 per unit of rpm and by 3 per unit of load.

On a plane these two slopes are the same at every point; on a curved surface they are the slopes of the tangents.
Together they are the gradient, (3, 8) by (load, rpm), which points in the direction of steepest ascent.
"""

from steepest.plots import PlaneSlopesDisplay


def picture() -> PlaneSlopesDisplay:
    return PlaneSlopesDisplay.from_function("8*rpm + 3*load + 5", at={"rpm": 2, "load": 7}, width=4)


if __name__ == "__main__":
    picture().save("partial_slopes.svg", force=True)
