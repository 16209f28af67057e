"""Finish: the last step of an automatic run, which its certificate has solved for."""

from __future__ import annotations

import numpy as np

from ..descent.early_stopping import Callback, callback_stop
from ..descent.trajectory import Trajectory
from ..optimality.certificate import Certificate
from .certified_stop import CertifiedStop

__all__ = ["finish"]


def finish(
    path: Trajectory, certified: CertifiedStop, known: Certificate | None, callback: Callback | None
) -> tuple[Trajectory, Certificate | None]:
    """The trajectory with Newton's step from its certified end, and the certificate there; else both as they are.

    The step was evaluated when the run was certified. A ``callback`` gets its end as it gets every state.
    """
    ended = path.meta["end"] == "certified"
    if known or not ended or certified.end is None or certified.end[0].t != path.step[-1]:
        return path, known
    (last, end), units = certified.end, certified.plan.data.units
    if callback is not None:
        state = last._replace(t=last.t + 1, epoch=last.epoch + 1, w=end.w, eta=1.0, cost=end.cost)
        state = state._replace(gradient_norm=end.certificate.gradient_norm, gradient=end.gradient)
        callback_stop(callback, units)(state._replace(change=last.cost - end.cost))
    return path.extended(units.raw(end.w)[None], np.array([end.cost]), end.gradient[None]), end.certificate
