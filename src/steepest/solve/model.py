"""The model file: one JSON object with all that a prediction needs and how the model was fitted. Never a pickle."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..core.errors import DataError, UsageError
from ..core.files import json_text, write_new
from ..core.record_types import Loss
from ..core.records import from_name
from ..data.checks import row_count
from ..data.readers.content import read_content
from ..data.rows import make_rows
from ..objective import losses

__all__ = [
    "Model",
    "is_model",
    "loss_of",
    "predict",
    "predictor",
    "probability",
    "probable",
    "read_model",
    "write_model",
]

FORMAT = "steepest-model"
SCHEMA_VERSION = 1
KINDS = ("linear", "logistic")

Label = str | float


class Model(NamedTuple):
    """A fitted linear or logistic model.

    Attributes
    ----------
    kind : {"linear", "logistic"}
    target : str
        Name of the column predicted.
    names : tuple of str
        Names of the columns it is predicted from.
    coef : tuple of float
        One coefficient a name.
    intercept : float
    classes : tuple of two labels (str or float), or None
        The negative and the positive class of a logistic model.
    loss : str
        As `steepest.losses` spells it, such as "squared_error".
    settings, verdict, certificate : dict
        How the model was fitted, its verdict and its certificate; not needed for a prediction.
    """

    kind: str
    target: str
    names: tuple[str, ...]
    coef: tuple[float, ...]
    intercept: float
    classes: tuple[Label, Label] | None
    loss: str
    settings: dict[str, Any]
    verdict: dict[str, Any]
    certificate: dict[str, Any]


def write_model(model: Model, path: str | Path, force: bool = False) -> None:
    """Write a model file, floats exactly.

    Raises
    ------
    FileError
        If the file exists and ``force`` is false, or it cannot be written; no incomplete file is left behind.
    """
    text = json_text({"format": FORMAT, "schema_version": SCHEMA_VERSION, **model._asdict()})
    write_new(path, lambda file: file.write(text.encode()), force)


def read_model(path: str | Path) -> Model:
    """Read a model file. No code is executed.

    Raises
    ------
    DataError
        If the file is anything but a model file of this version.
    FileError
        If it cannot be read.
    """
    content = read_content(path)
    try:
        return _model(_fields(content.data))
    except _NotModelError as error:
        raise DataError(f"{error}: name a file that steepest fit -o wrote", file=content.name) from None


def is_model(path: str | Path) -> bool:
    """Whether a file has the format name of a model file; `read_model` checks the rest."""
    try:
        with Path(path).open("rb") as file:
            return FORMAT.encode() in file.read(200)
    except (OSError, ValueError):
        return False


def predict(model: Model, X: Any) -> NDArray[Any]:
    """Predictions (n,) for the rows of X (n, d) or CSR: numbers, or the more probable class of each row.

    A number is z = x . coef + intercept, or exp(z) for the loss "poisson".

    Raises
    ------
    UsageError
        If X has another number of columns than the model.
    DataError
        If a prediction is too large for a number.

    Examples
    --------
    >>> line = Model("linear", "y", ("x",), (2.0,), 1.0, None, "mse", {}, {}, {})
    >>> predict(line, [[3.0], [4.0]]).tolist()
    [7.0, 9.0]
    """
    z = predictor(model, X)
    if model.classes is not None:
        labels: NDArray[Any] = np.array(model.classes)[(z > 0).astype(int)]
        return labels
    loss = loss_of(model)
    with np.errstate(over="ignore"):
        return z if loss is None else _finite(loss.inverse(z))


def probability(model: Model, X: Any) -> NDArray[np.float64]:
    """Probability (n,) of the positive class, 1 / (1 + exp(-z)), for the rows of X (n, d) or CSR.

    Raises
    ------
    UsageError
        If the model is linear, or X has another number of columns.

    Examples
    --------
    >>> sigmoid = Model("logistic", "y", ("x",), (2.0,), 0.0, (0.0, 1.0), "log_loss", {}, {}, {})
    >>> probability(sigmoid, [[0.0]]).tolist()
    [0.5]
    """
    if not probable(model):
        what = f"{model.kind} model" if model.classes is None else f"model by the {model.loss} loss"
        raise UsageError(f"a {what} has no probabilities: only a logistic one has")
    z = predictor(model, X)
    e: NDArray[np.float64] = np.exp(-np.abs(z))
    return np.where(z < 0, e, 1.0) / (1.0 + e)


def predictor(model: Model, X: Any) -> NDArray[np.float64]:
    """Linear predictors z = x . coef + intercept (n,) of the rows of X (n, d) or CSR.

    Raises
    ------
    UsageError
        If X has another number of columns than the model.
    DataError
        If one is too large for a number.
    """
    rows = make_rows(X, np.zeros(row_count(X)))
    n, d = rows.shape
    if d != len(model.names):
        raise UsageError(f"the model takes {len(model.names)} columns, not {d}: {', '.join(model.names[:20])}")
    with np.errstate(over="ignore", invalid="ignore"):
        z = rows.predictor(np.array([*model.coef, model.intercept])[:, None])[:, 0] if n else np.zeros(0)
    return _finite(z)


def _finite(z: NDArray[np.float64]) -> NDArray[np.float64]:
    if not np.isfinite(z).all():
        row = int(np.isfinite(z).argmin()) + 1
        raise DataError(f"row {row}: the prediction is too large for a number: look at its values and the coefficients")
    return z


def loss_of(model: Model) -> Loss | None:
    """The loss named in the model, or None if it is a user's own."""
    try:
        found: Loss = from_name(model.loss, losses, "loss")
    except UsageError:
        return None
    return found


def probable(model: Model) -> bool:
    """Whether a model's linear predictors are log odds: it has classes, and its loss is not a hinge loss."""
    loss = loss_of(model)
    return model.classes is not None and not (loss is not None and loss.attained)


class _NotModelError(Exception):
    """Why a file is not a model file."""


def _fields(data: bytes) -> dict[str, Any]:
    """Read the JSON object of a model file."""
    if not data.lstrip().startswith(b"{"):
        raise _NotModelError("not a model file")
    try:
        fields = json.loads(data.decode(), object_pairs_hook=_unique, parse_constant=_no_constant)
    except RecursionError:
        raise _NotModelError("not a model file (nested too deeply)") from None
    except ValueError as error:
        raise _NotModelError(f"damaged ({error})") from None
    if fields.get("format") != FORMAT:
        raise _NotModelError("JSON, but not a model file")
    if fields.get("schema_version") != SCHEMA_VERSION or isinstance(fields["schema_version"], bool):
        version = repr(fields.get("schema_version"))[:40]
        raise _NotModelError(f"version {version} of the format, but only {SCHEMA_VERSION} is known")
    return {name: value for name, value in fields.items() if name not in ("format", "schema_version")}


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) < len(pairs):
        raise _NotModelError("damaged (a key appears twice)")
    return members


def _no_constant(name: str) -> None:
    raise _NotModelError(f"damaged ({name} is not a number)")


def _model(fields: dict[str, Any]) -> Model:
    missing = [name for name in Model._fields if name not in fields]
    unknown = [name for name in fields if name not in Model._fields]
    if missing or unknown:
        raise _NotModelError(f"damaged ({'no' if missing else 'unknown'} field {repr((missing + unknown)[0])[:40]})")
    for name, (fits, what) in _FIELDS.items():
        if not fits(fields[name]):
            raise _NotModelError(f"damaged ({name} must be {what})")
    model = Model(**fields)
    if len(model.names) != len(model.coef):
        raise _NotModelError(f"damaged ({len(model.names)} names but {len(model.coef)} coefficients)")
    if (model.kind == "logistic") != (model.classes is not None):
        raise _NotModelError("damaged (a logistic model has two classes, a linear one has none)")
    classes = None if model.classes is None else (model.classes[0], model.classes[1])
    numbers = tuple(float(c) for c in model.coef)
    return model._replace(names=tuple(model.names), coef=numbers, intercept=float(model.intercept), classes=classes)


def _is_text(value: Any) -> bool:
    return isinstance(value, str)


def _is_number(value: Any) -> bool:
    try:
        return isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value)
    except OverflowError:  # a whole number beyond the largest float
        return False


def _is_names(value: Any) -> bool:
    return isinstance(value, list) and all(map(_is_text, value)) and len(set(value)) == len(value) > 0


def _is_classes(value: Any) -> bool:
    if value is None:
        return True
    alike = isinstance(value, list) and (all(map(_is_text, value)) or all(map(_is_number, value)))
    return alike and len(value) == 2 and value[0] != value[1]


def _is_object(value: Any) -> bool:
    return isinstance(value, dict)


_FIELDS: dict[str, tuple[Callable[[Any], bool], str]] = {
    "kind": (lambda value: _is_text(value) and value in KINDS, "linear or logistic"),
    "target": (_is_text, "text"),
    "names": (_is_names, "a list of different names"),
    "coef": (lambda value: isinstance(value, list) and all(map(_is_number, value)), "a list of finite numbers"),
    "intercept": (_is_number, "a finite number"),
    "classes": (_is_classes, "null or two different labels"),
    "loss": (_is_text, "text"),
    "settings": (_is_object, "an object"),
    "verdict": (_is_object, "an object"),
    "certificate": (_is_object, "an object"),
}
