"""Partial slopes: on the plane 8 rpm + 3 load + 5, moving only rpm climbs 8 for each 1, moving only load climbs 3.

At every point of a plane these two slopes are the same; on a curved surface they are those of the lines that touch it.
Together they are the gradient, (3, 8) by (load, rpm), which points up the steepest way.
"""

from steepest.plots import PlaneSlopesDisplay


def picture() -> PlaneSlopesDisplay:
    return PlaneSlopesDisplay.from_function("8*rpm + 3*load + 5", at={"rpm": 2, "load": 7}, width=4)


if __name__ == "__main__":
    picture().save("partial_slopes.svg", force=True)
