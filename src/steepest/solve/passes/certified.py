"""The certificates of a fit in passes: they come from the sums of the pass that gave value and gradient."""

from __future__ import annotations

from ...core.types import Array
from ...objective.data import MATRIX_COLUMNS
from ...objective.problem import Problem
from ...optimality.certificate import Certificate
from ...optimality.duality import provable
from ...optimality.preconditioner import Preconditioner
from ...parts.survey import Survey
from ..certified_stop import CertifiedStop
from .curved import Curved
from .plan import PassPlan

__all__ = ["CertifiedPasses"]


class CertifiedPasses(CertifiedStop):
    """The certified stop of a fit of a table in parts.

    Parameters
    ----------
    problem : Problem
    survey : Survey
    found : PassPlan
    target, scale : float
        The gap to reach, and the cost of the constant model.
    preconditioner : Preconditioner
        That of the descent.
    """

    def __init__(
        self,
        problem: Problem,
        survey: Survey,
        found: PassPlan,
        target: float,
        scale: float,
        preconditioner: Preconditioner,
    ) -> None:
        super().__init__(problem, survey.sample, found.plan, target, scale, preconditioner)
        self.rounding = found.rounding

    @property
    def cheap(self) -> bool:
        """Whether each pass gives second derivatives, so that a certificate costs nothing."""
        data: object = self.plan.data
        return not isinstance(data, Curved) or data.curves

    def certificate(self, w: Array) -> Certificate:
        """A certificate of w (d + 1, k), in the units of the descent, with the rounding of a cost by moments."""
        if self._unknown(w):
            g = self.objective.raw_gradient(self.objective(w)[1])
            return Certificate(None, "none", float((g * g).sum() ** 0.5))
        found = super().certificate(w)
        return _rounded(found, self.rounding)

    def _unknown(self, w: Array) -> bool:
        """Whether there is no certificate: no matrix of second derivatives, and no proof."""
        if not self.plan.data.supports.any_loss:
            return False
        if self.problem.nonsmooth or self.plan.data.supports.joint or w.shape[1] > 1:
            return True
        return self.objective.d > MATRIX_COLUMNS and not provable(self.problem)

    def recedes(self, cost: float, raw: Array) -> bool:
        """Whether the loss of every row falls without end along a raw point with this cost. Cost: one pass."""
        return False


def _rounded(found: Certificate, rounding: float) -> Certificate:
    if found.gap is None or rounding == 0.0:
        return found
    return found._replace(gap=found.gap + rounding, rounding=found.rounding + rounding)
