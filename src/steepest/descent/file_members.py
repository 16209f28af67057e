"""The members of run and model files: what each may be, and how those of a run fit each other."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..core.schema import COUNT, FLAG, JSON, NUMBER, TEXT, Kind, kind, list_of, object_of, one_of, or_null
from ..data.encoding.recipe_json import recipe_fault

__all__ = ["ARRAYS", "GRADIENT", "OF_COSTS", "VERDICT_PARTS", "WHOLE_NUMBERS", "run_header", "unfit"]

ARRAYS = ("coef", "intercept", "step", "epoch", "learning_rate", "seconds", "cost", "gradient_norm", "cost_step")
GRADIENT = "gradient"  # the array that earlier versions do not have
OF_COSTS = ("cost", "gradient_norm", "cost_step")  # an entry for each evaluated cost, the others for each state
WHOLE_NUMBERS = ("step", "cost_step")


def _are_labels(value: Any) -> bool:
    alike = any(list_of(item)(value, "") is None for item in (TEXT, NUMBER))
    return alike and len(set(value)) == len(value) >= 2


LABELS = or_null(kind(_are_labels, "null or two or more different labels"))
REMEDY = object_of({"words": TEXT}, {"setting": or_null(TEXT), "value": JSON})
VERDICT_NEEDS = {"status": TEXT, "message": TEXT, "notes": list_of(TEXT)}
VERDICT_PARTS = {**VERDICT_NEEDS, "advice": or_null(TEXT), "remedies": list_of(REMEDY)}
VERDICT = object_of(VERDICT_NEEDS, VERDICT_PARTS)
SIGN = kind(lambda value: value in (-1, 0, 1) and not isinstance(value, (bool, float)), "-1, 0 or 1")
EXACT = object_of({"coef": JSON, "intercept": JSON, "cost": or_null(NUMBER)})
TABLE_PARTS = {"targets": list_of(TEXT), "offset": TEXT, "exposure": TEXT, "encoding": recipe_fault}
TABLE = object_of({}, {"target": or_null(TEXT), "weights": or_null(TEXT), "classes": LABELS, **TABLE_PARTS})
WHOLE = kind(lambda value: isinstance(value, int) and not isinstance(value, bool), "a whole number")
META = object_of(
    {},
    {
        **dict.fromkeys(("loss", "loss_formula", "penalty", "rule", "learning_rate", "sampling", "average"), TEXT),
        **dict.fromkeys(
            ("estimate", "data", "end", "version", "numpy", "function", "slopes", "where", "missing"), TEXT
        ),
        **dict.fromkeys(("rows", "columns", "reported_step", "smoothed", "interior", "polished", "sample_rows"), COUNT),
        **dict.fromkeys(("working_set", "proven_zero"), COUNT),
        **dict.fromkeys(("intercept", "standardized", "interrupted"), FLAG),
        **dict.fromkeys(("tol", "max_iter", "passes"), or_null(NUMBER)),
        "seed": WHOLE,
        "held_out": object_of({"share": NUMBER, "seed": WHOLE, "rows": COUNT}),
        "batch_size": or_null(COUNT),
        "batch_sizes": list_of(COUNT),
        "fixed": list_of(TEXT),
        "penalty_factors": list_of(NUMBER),
        "signs": list_of(SIGN),
        "bounds": list_of(list_of(or_null(NUMBER)), 2),
        "exact": or_null(EXACT),
        "validation": object_of(
            {"step": COUNT, "loss": NUMBER, "rows": COUNT}, {"steps": list_of(COUNT), "costs": list_of(NUMBER)}
        ),
        "table": TABLE,
    },
    JSON,
)


def run_header(form: str, versions: tuple[int, ...], other: Mapping[str, Kind]) -> Kind:
    """The kind of a run file's header; ``other`` is what else may stand there."""
    version = kind(lambda value: value in versions and not isinstance(value, (bool, float)), "a known version")
    members = {"format": one_of([form]), "schema_version": version, "names": list_of(TEXT), "meta": META}
    return object_of({**members, "verdict": or_null(VERDICT)}, other)


def unfit(header: dict[str, Any], arrays: Mapping[str, NDArray[Any]]) -> str | None:
    """What does not fit in a run whose members are each of their kind; None if it is sound."""
    shape = arrays["coef"].shape
    if len(shape) not in (2, 3) or not shape[0]:
        return "coef must have shape (states, columns) or (states, columns, targets)"
    of_function = "function" in header["meta"]
    for name, array in arrays.items():
        expected = _shape(name, shape, arrays["cost"].size, of_function)
        if array.shape != expected:
            return f"{name} must have shape {expected}, not {array.shape}"
        if not np.isfinite(array).all():
            return f"{name} must be finite"
    broken = (text for holds, text in RELATIONS if not holds(arrays))
    return next(broken, None) or _settings_fault(header, arrays)


def _shape(name: str, coef: tuple[int, ...], costs: int, of_function: bool) -> tuple[int, ...]:
    """The shape of an array beside coef (m, d) or (m, d, k)."""
    shapes = {"coef": coef, "intercept": (coef[0], *coef[2:])}
    shapes[GRADIENT] = (costs, coef[1] + (0 if of_function else 1), *coef[2:])
    return shapes.get(name, (costs if name in OF_COSTS else coef[0],))


def _from_zero(name: str) -> tuple[Callable[[Mapping[str, NDArray[Any]]], bool], str]:
    return lambda arrays: bool((arrays[name] >= 0).all()), f"{name} must be from 0"


def _growing(name: str) -> tuple[Callable[[Mapping[str, NDArray[Any]]], bool], str]:
    return lambda arrays: bool((np.diff(arrays[name]) > 0).all()), f"{name} must grow"


RELATIONS = (
    *map(_from_zero, ("step", "cost_step", "epoch", "seconds", "gradient_norm")),
    *map(_growing, WHOLE_NUMBERS),
    (lambda arrays: bool(np.isin(arrays["cost_step"], arrays["step"]).all()), "cost_step must be among step"),
)


def _settings_fault(header: dict[str, Any], arrays: Mapping[str, NDArray[Any]]) -> str | None:
    """What settings say of columns or steps that are not there."""
    meta, d, last = header["meta"], arrays["coef"].shape[1], int(arrays["step"][-1])
    counts = {name: meta.get(name) for name in ("penalty_factors", "signs")} | {"names": header["names"]}
    for name, values in counts.items():
        if values and len(values) != d:
            return f"{name} must have {d} items, not {len(values)}"
    for c in meta.get("fixed", ()):
        if c != "intercept" and not (c.isascii() and c.isdecimal() and int(c) < d):
            return f"meta.fixed has no column {c!r:.40}"
    held_out = meta.get("validation", {})
    if len(held_out.get("steps", ())) != len(held_out.get("costs", ())):
        return "meta.validation must have as many costs as steps"
    exact, shape = meta.get("exact"), arrays["coef"].shape[1:]
    if exact and not (_has_shape(exact["coef"], shape) and _has_shape(exact["intercept"], shape[1:])):
        return f"meta.exact must have coef of shape {shape} and intercept of shape {shape[1:]}"
    return None if meta.get("reported_step", 0) <= last else f"meta.reported_step must be at most {last}"


def _has_shape(values: Any, shape: tuple[int, ...]) -> bool:
    """Whether JSON is numbers nested in lists of this shape."""
    if not shape:
        return NUMBER(values, "") is None
    return isinstance(values, list) and len(values) == shape[0] and all(_has_shape(v, shape[1:]) for v in values)
