"""What a caller may give for a setting: a record, its name, or where that says it a number."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

from .record_types import AverageRecord, EstimateRecord, LossRecord, RuleRecord, StepRecord
from .types import Array

__all__ = ["AverageLike", "ByColumn", "EstimateLike", "Keep", "LossLike", "RuleLike", "StepLike"]

LossLike: TypeAlias = LossRecord | str
RuleLike: TypeAlias = RuleRecord | str
StepLike: TypeAlias = StepRecord | str | float
AverageLike: TypeAlias = AverageRecord | str
EstimateLike: TypeAlias = EstimateRecord | str
ByColumn: TypeAlias = Mapping[Any, Any] | Sequence[float] | Array | str | None  # a setting of each column
Keep: TypeAlias = str | int  # which states are kept: "auto", True, False or every k-th
