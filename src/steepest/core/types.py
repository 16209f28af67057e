"""The types that the rooms share."""

from __future__ import annotations

from enum import Enum

import numpy as np
from numpy.typing import NDArray

__all__ = ["UNIT", "Array", "Preconditioning"]

Array = NDArray[np.float64]
UNIT = float(np.finfo(float).eps) / 2  # relative error of one rounding


class Preconditioning(Enum):
    """What a rule measures its direction in: nothing, or second derivatives of the objective."""

    NONE = None
    DIAGONAL = "diagonal"  # their diagonal at the start
    MATRIX = "matrix"  # all of them at the start, corrected by each step
    HESSIAN = "hessian"  # all of them, renewed before every step

    def __bool__(self) -> bool:
        return self is not Preconditioning.NONE
