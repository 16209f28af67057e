"""Finish: the last step of an automatic run, which its certificate has solved for."""

from __future__ import annotations

import numpy as np

from ..descent.trajectory import Trajectory
from ..optimality.certificate import Certificate
from .certified_stop import CertifiedStop

__all__ = ["finish"]


def finish(
    path: Trajectory, certified: CertifiedStop, known: Certificate | None
) -> tuple[Trajectory, Certificate | None]:
    """The trajectory with Newton's step from its certified end, and the certificate there; else both as they are.

    Only for preconditioned methods: other paths stay those of their rule. Cost: one pass over the rows.
    """
    if known or certified.end is None or certified.end[0] != path.step[-1]:
        return path, known
    _, before, end = certified.end
    w = certified.plan.data.units.raw(np.stack((before, end.w)))
    norms = np.array([path.gradient_norm[-1], end.certificate.gradient_norm])
    later = Trajectory.of(w, np.array([path.cost[-1], end.cost]), norms)
    return path.then(later.shifted(int(path.step[-1]), float(path.epoch[-1]), float(path.seconds[-1]))), end.certificate
