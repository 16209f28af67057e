"""What a page needs to go on where a recorded run ends: its problem, rule and rate, if the page offers that problem."""

from __future__ import annotations

from types import ModuleType
from typing import TYPE_CHECKING, Any

import numpy as np

from ..core.errors import UsageError
from ..core.records import from_name
from ..lab.settings import NOT_OFFERED, in_short
from ..methods import rules, steps
from ..objective import losses

if TYPE_CHECKING:
    from .trajectory import Trajectory

__all__ = ["obstacle", "settings_of"]

PLAIN = {  # settings of a run whose problem is the page's own: the mean loss over the rows
    "penalty": ("no_penalty", "it has a penalty"),
    "signs": ([], "it has constraints on signs"),
    "fixed": ([], "it has fixed coefficients"),
    "intercept": (True, "it has no intercept"),
    "average": ("last_point", "its answer is an average of the points"),
    "estimate": ("own_rows", "its gradients are not those of its own rows"),
}
OF_ROWS = {
    "weights": "its rows have weights",
    "offset": "it has an offset",
    "exposure": "it has an exposure",
}


RECORDS: dict[str, ModuleType] = {"rule": rules, "learning rate": steps, "loss": losses}


def obstacle(run: Trajectory) -> str | None:
    """Why the page cannot descend on the problem of a run as the run did, or None."""
    known = run.meta.get("table") or {}
    found = [reason for name, (plain, reason) in PLAIN.items() if run.meta.get(name, plain) != plain]
    found += [reason for name, reason in OF_ROWS.items() if known.get(name) is not None]
    found += [
        f"the page does not offer its {what}" for what, module in RECORDS.items() if not _offered(run, what, module)
    ]
    return next(iter(found), None)


def _offered(run: Trajectory, what: str, module: ModuleType) -> bool:
    """Whether the engine of the page has the rule, learning rate or loss of a run."""
    spec = run.meta.get(what.replace(" ", "_"))
    if spec is None:
        return True
    try:
        return in_short(spec, module, what).partition(":")[0] not in NOT_OFFERED
    except UsageError:  # one of the user's own
        return False


def settings_of(run: Trajectory) -> dict[str, Any]:
    """The same problem, rule and rate; of a table without its columns."""
    meta = run.meta
    found: dict[str, Any] = {"steps": int(run.step[-1]), "seed": meta.get("seed", 0)}
    found |= {"rules": [in_short(meta["rule"], rules, "rule")]} if "rule" in meta else {}
    spec = meta.get("learning_rate", "constant")
    rate = from_name(spec, steps, "learning rate")
    found |= {"rate": rate.eta} if "eta" in rate._fields else {}
    found |= {"schedule": in_short(spec, steps, "learning rate", "eta")}
    if "function" in meta:
        return found | {"task": "formula", "formula": meta["function"], **_start(run)}
    standardized = bool(meta.get("standardized"))
    loss = in_short(meta["loss"], losses, "loss")
    found |= {"task": "table", "data": "own", "loss": loss, "standardize": standardized}
    found |= {"batch": meta.get("batch_size") or 0, "sampling": meta.get("sampling", "shuffle")}
    return found | ({} if standardized else _start(run))


def _start(run: Trajectory) -> dict[str, list[float]]:
    return {"start": run.x[0].tolist()} if np.isfinite(run.x[0]).all() else {}
