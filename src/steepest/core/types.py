"""The types that the rooms share: arrays, numbers, and the kinds of preconditioning."""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

__all__ = ["UNIT", "Array", "Coefficient", "Gradient", "LinkValue", "Memory", "Preconditioning", "Probe"]

Array: TypeAlias = NDArray[np.float64]
UNIT = float(np.finfo(float).eps) / 2  # relative error of one rounding
LinkValue: TypeAlias = Any  # z, y and what a loss makes of them: arrays in plain NumPy, numbers in compiled code
Gradient: TypeAlias = Any  # g, or one coordinate of it in compiled code
Coefficient: TypeAlias = Any  # raw coefficients: an array, or one of them in compiled code
Memory: TypeAlias = Any  # (slots, ...) arrays shaped like the parameters, or their numbers at one coordinate
Probe: TypeAlias = Callable[[float], tuple[float, float]]  # share of a step -> cost and slope there


class Preconditioning(Enum):
    """What a rule measures its direction in: nothing, or second derivatives of the objective."""

    NONE = None
    DIAGONAL = "diagonal"  # their diagonal at the start
    MATRIX = "matrix"  # all of them at the start, corrected by each step
    HESSIAN = "hessian"  # all of them, renewed before every step

    def __bool__(self) -> bool:
        return self is not Preconditioning.NONE
