"""The model file: one JSON object with all that a prediction needs and how the model was fitted. Never a pickle."""

from __future__ import annotations

from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..core.checksum import BLANK, has_checksum, sealed
from ..core.errors import DataError, UsageError
from ..core.exp_log import logistic
from ..core.files import json_text, write_new
from ..core.record_types import Loss
from ..core.records import from_name
from ..core.schema import NUMBER, OBJECT, TEXT, list_of, object_of, one_of, read_json
from ..data.checks import row_count
from ..data.readers.content import read_content
from ..data.rows import make_rows
from ..descent.file_members import LABELS, META, VERDICT_PARTS
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
VERSION = 2  # the first has no checksum
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
    DataError
        If the model holds what `read_model` would refuse, such as a coefficient that is not finite.
    """
    fields = {"format": FORMAT, "schema_version": VERSION, **model._asdict(), "checksum": BLANK}
    data = sealed(json_text(fields).encode())
    try:
        _model(_fields(data, True))
    except _NotModelError as error:
        raise DataError(f"the model cannot be saved, since it could not be read: {error}") from None
    write_new(path, lambda file: file.write(data), force)


def read_model(path: str | Path) -> Model:
    """Read a model file. No code is executed.

    Raises
    ------
    DataError
        If the file is damaged, is not a model file, or has a member that does not fit: the error names it.
    FileError
        If it cannot be read.
    """
    content = read_content(path)
    try:
        return _model(_fields(content.data, has_checksum(content.data, content.name)))
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

    A number is z = x . coef + intercept, or exp(z) for the losses "poisson", "gamma" and "tweedie".

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
    """Probability (n,) of the positive class, 1 / (1 + exp(-z)) or Phi(z) for "probit", for the rows of X.

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
    loss = loss_of(model)
    found: NDArray[np.float64] = logistic(z) if loss is None else loss.inverse(z)
    return found


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
    """Whether a model gives probabilities: it has classes, and its loss is not a hinge loss."""
    loss = loss_of(model)
    return model.classes is not None and not (loss is not None and loss.attained)


class _NotModelError(Exception):
    """Why a file is not a model file."""


def _fields(data: bytes, has: bool) -> dict[str, Any]:
    """Read the JSON object of a model file, which has a checksum or not."""
    if not data.lstrip().startswith(b"{"):
        raise _NotModelError("not a model file")
    try:
        fields: dict[str, Any] = read_json(data)
    except ValueError as error:
        raise _NotModelError(f"damaged ({error})") from None
    if fields.get("format") != FORMAT:
        raise _NotModelError("JSON, but not a model file")
    version = fields.get("schema_version")
    if version not in (1, VERSION) or isinstance(version, (bool, float)):
        raise _NotModelError(f"version {repr(version)[:40]} of the format, but only 1 and {VERSION} are known")
    if has != (version == VERSION):
        raise _NotModelError("damaged (its checksum is missing)" if not has else "damaged (version 1 has no checksum)")
    return {name: value for name, value in fields.items() if name not in ("format", "schema_version", "checksum")}


def _model(fields: dict[str, Any]) -> Model:
    if fault := MEMBERS(fields, "") or _unfit(fields):
        raise _NotModelError(f"damaged ({fault})")
    names, classes = tuple(fields["names"]), fields["classes"]
    numbers = tuple(float(c) for c in fields["coef"])
    checked = {"names": names, "coef": numbers, "intercept": float(fields["intercept"])}
    return Model(**{**fields, **checked, "classes": None if classes is None else (classes[0], classes[1])})


def _unfit(fields: dict[str, Any]) -> str | None:
    """What members that are each of their kind say against each other."""
    if not 0 < len(set(fields["names"])) == len(fields["names"]):
        return "names must be a list of different names"
    if len(fields["names"]) != len(fields["coef"]):
        return f"{len(fields['names'])} names but {len(fields['coef'])} coefficients"
    if (fields["kind"] == "logistic") != (fields["classes"] is not None):
        return "a logistic model has two classes, a linear one has none"
    return None


MEMBERS = object_of(
    {
        "kind": one_of(KINDS),
        "target": TEXT,
        "names": list_of(TEXT),
        "coef": list_of(NUMBER),
        "intercept": NUMBER,
        "classes": LABELS,
        "loss": TEXT,
        "settings": META,
        "verdict": object_of({}, VERDICT_PARTS),
        "certificate": OBJECT,
    }
)
