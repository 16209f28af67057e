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
from ..data.checks import row_count
from ..data.encoding.recipe import Recipe, plain_recipe
from ..data.make_rows import make_rows
from ..data.readers.content import read_content
from ..objective import losses
from ..objective.losses.softmax import log_softmax
from .model_members import FORMAT, HEADER, NotModelError, as_members, from_members, members_in

__all__ = [
    "Model",
    "is_model",
    "loss_of",
    "predict",
    "predicted_at",
    "predictor",
    "probability",
    "probability_at",
    "probable",
    "read_model",
    "refuse_without_probabilities",
    "write_model",
]

Label = str | float


class Model(NamedTuple):
    """A fitted linear or logistic model of d columns with k outputs.

    There is an output for each target, or for each of three or more classes; two classes have one output.

    Attributes
    ----------
    kind : {"linear", "logistic"}
    targets : tuple of str
        Names of the columns predicted: one, unless a linear model has several targets.
    names : tuple of d str
        Names of the columns they are predicted from; none of a fit with the intercept alone.
    coef : tuple of k tuples of d floats
        For each output one coefficient a name.
    intercept : tuple of k floats
    classes : tuple of two or more labels (str or float), or None
        Those of a logistic model; of two the negative and the positive one.
    loss : str
        As `steepest.losses` spells it, such as "squared_error"; of softmax "log_loss".
    settings, verdict, certificate : dict
        How the model was fitted, its verdict and its certificate; not needed for a prediction.
    multi_class : {"softmax", "ovr"} or None
        How probabilities of three or more classes come from their linear predictors.
    offset, exposure : str or None
        Column that is added to each linear predictor, and one whose logarithm is.
    encoding : Recipe or None
        How the columns of a table become the columns called ``names``; None if they are used as they are.
    """

    kind: str
    targets: tuple[str, ...]
    names: tuple[str, ...]
    coef: tuple[tuple[float, ...], ...]
    intercept: tuple[float, ...]
    classes: tuple[Label, ...] | None
    loss: str
    settings: dict[str, Any]
    verdict: dict[str, Any]
    certificate: dict[str, Any]
    multi_class: str | None = None
    offset: str | None = None
    exposure: str | None = None
    encoding: Recipe | None = None

    @property
    def recipe(self) -> Recipe:
        """How the columns of a table become those of the model."""
        return self.encoding or plain_recipe(self.names)

    @property
    def target(self) -> str:
        """The name of the target, or the names of several, for messages."""
        return ", ".join(self.targets)

    @property
    def outputs(self) -> int:
        """Outputs, k: 1 for one target or two classes."""
        return len(self.intercept)

    @property
    def shifted(self) -> bool:
        """Whether each linear predictor has an offset, or the logarithm of an exposure, added to it."""
        return self.offset is not None or self.exposure is not None

    @property
    def members(self) -> dict[str, Any]:
        """The fields as they stand in a model file: those of one output are not nested."""
        return as_members(self._asdict())

    @property
    def w(self) -> NDArray[np.float64]:
        """Parameters (d + 1, k), intercept last."""
        return np.array([(*row, b) for row, b in zip(self.coef, self.intercept, strict=True)]).T


def write_model(model: Model, path: str | Path, force: bool = False) -> None:
    """Write a model file, floats exactly.

    Raises
    ------
    FileError
        If the file exists and ``force`` is false, or it cannot be written; no incomplete file is left behind.
    DataError
        If the model holds what `read_model` would refuse, such as a coefficient that is not finite.
    """
    data = sealed(json_text({**HEADER, **model.members, "checksum": BLANK}).encode())
    try:
        from_members(members_in(data, True))
    except NotModelError as error:
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
        return Model(**from_members(members_in(content.data, has_checksum(content.data, content.name))))
    except NotModelError as error:
        raise DataError(f"{error}: name a file that steepest fit -o wrote", file=content.name) from None


def is_model(path: str | Path) -> bool:
    """Whether a file has the format name of a model file; `read_model` checks the rest."""
    try:
        with Path(path).open("rb") as file:
            return FORMAT.encode() in file.read(200)
    except (OSError, ValueError):
        return False


def predict(model: Model, X: Any, offset: Any = None) -> NDArray[Any]:
    """Predictions for the rows of X (n, d) or CSR: numbers (n,), (n, k) of k targets, or the most probable class (n,).

    A number is z = x . coef + intercept + offset, or exp(z) for the losses "poisson", "gamma" and "tweedie".

    Parameters
    ----------
    model : Model
    X : (n, d) array or CSR
    offset : (n,) array or None
        Offset of each row plus the logarithm of its exposure; needed where the model was fitted with one.

    Raises
    ------
    UsageError
        If X has another number of columns than the model, or the offset is missing or not asked for.
    DataError
        If a prediction is too large for a number.

    Examples
    --------
    >>> line = Model("linear", ("y",), ("x",), ((2.0,),), (1.0,), None, "mse", {}, {}, {})
    >>> predict(line, [[3.0], [4.0]]).tolist()
    [7.0, 9.0]
    """
    return predicted_at(model, predictor(model, X, offset))


def predicted_at(model: Model, z: NDArray[np.float64]) -> NDArray[Any]:
    """What `predict` gives where the linear predictors are z, (n,) or (n, k)."""
    if model.classes is not None:
        labels: NDArray[Any] = np.array(model.classes)[(z > 0).astype(int) if z.ndim == 1 else z.argmax(1)]
        return labels
    loss = loss_of(model)
    with np.errstate(over="ignore"):
        return z if loss is None else _finite(loss.inverse(z))


def probability(model: Model, X: Any, offset: Any = None) -> NDArray[np.float64]:
    """Probabilities for the rows of X (n, d) or CSR: of the positive of two classes (n,), of each of k classes (n, k).

    1 / (1 + exp(-z)) for two classes, Phi(z) for "probit"; for more exp(z_c) / sum exp(z), or with "ovr" the
    probability of each class against the rest, divided by their sum.

    Raises
    ------
    UsageError
        If the model is linear, or as `predict`.

    Examples
    --------
    >>> sigmoid = Model("logistic", ("y",), ("x",), ((2.0,),), (0.0,), (0.0, 1.0), "log_loss", {}, {}, {})
    >>> probability(sigmoid, [[0.0]]).tolist()
    [0.5]
    """
    refuse_without_probabilities(model)
    return probability_at(model, predictor(model, X, offset))


def refuse_without_probabilities(model: Model) -> None:
    """Refuse a model that gives no probabilities.

    Raises
    ------
    UsageError
        With what it is.
    """
    if not probable(model):
        what = f"{model.kind} model" if model.classes is None else f"model by the {model.loss} loss"
        raise UsageError(f"a {what} has no probabilities: only a logistic one has")


def probability_at(model: Model, z: NDArray[np.float64]) -> NDArray[np.float64]:
    """What `probability` gives where the linear predictors are z, (n,) or (n, k)."""
    loss = loss_of(model)
    if z.ndim > 1:
        return np.exp(log_softmax(z if model.multi_class == "softmax" else -np.logaddexp(0.0, -z)))
    found: NDArray[np.float64] = logistic(z) if loss is None else loss.inverse(z)
    return found


def predictor(model: Model, X: Any, offset: Any = None) -> NDArray[np.float64]:
    """Linear predictors z = x . coef + intercept + offset of the rows of X (n, d) or CSR: (n,), or (n, k) of k outputs.

    Raises
    ------
    UsageError
        If X has another number of columns than the model, or the offset is missing or not asked for.
    DataError
        If one is too large for a number.
    """
    _check_offset(model, offset)
    rows = make_rows(X, np.zeros(row_count(X)), offset=offset)
    d = rows.shape[1]
    if d != len(model.names):
        raise UsageError(f"the model takes {len(model.names)} columns, not {d}: {', '.join(model.names[:20])}")
    with np.errstate(over="ignore", invalid="ignore"):
        z = rows.predictor(model.w)
    return _finite(z[:, 0] if model.outputs == 1 else z)


def _check_offset(model: Model, offset: Any) -> None:
    if not model.shifted and offset is not None:
        raise UsageError("the model has no offset: leave it out")
    if model.shifted and offset is None:
        known = (("offset", model.offset), ("exposure", model.exposure))
        words = " and the ".join(f"{what} {name!r}" for what, name in known if name is not None)
        raise UsageError(f"the model was fitted with the {words}: give the offset of each row")


def _finite(z: NDArray[np.float64]) -> NDArray[np.float64]:
    finite = np.isfinite(z).reshape(len(z), -1).all(1)
    if not finite.all():
        row = int(finite.argmin()) + 1
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
