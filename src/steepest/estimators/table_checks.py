"""Tables as users have them: text and dates are refused by name, whole numbers that are rounded get a note."""

from __future__ import annotations

import datetime
import sys
from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import issparse
from sklearn.utils.validation import _check_sample_weight, validate_data

from ..core.errors import DataError
from ..core.whole_numbers import EXACT, rounding_note
from ..data.layout import floats

__all__ = [
    "checked",
    "checked_columns",
    "checked_weights",
    "columns",
    "is_of_dates",
    "refuse_missing_labels",
    "refuse_values",
    "rounding_notes",
]

LARGEST = sys.float_info.max
DATES = ("date", "time", "period", "duration")  # how names of such types begin
LABELS = "a regressor needs numbers, GDClassifier takes labels"
ENCODE = "encode it, with steepest.tables.TableEncoder in a pipeline say, or leave it out"
MISSING = ("NoneType", "NAType", "NaTType")


def checked(
    estimator: Any,
    X: Any,
    y: Any,
    *,
    numeric: bool = False,
    several: bool = False,
    finite: bool = True,
    reset: bool = True,
) -> tuple[Any, Any]:
    """A table and its target as scikit-learn's `validate_data` gives them.

    Parameters
    ----------
    estimator : GDRegressor or GDClassifier
    X, y : (n, d) and (n,) data of any kind
    numeric, several : bool
        Whether the target must be numbers, and may have several columns.
    finite : bool
        Whether NaN and infinity are looked for here.
    reset : bool
        Whether names and number of columns are new.

    Raises
    ------
    DataError
        If a column, or a target of numbers, holds dates, text or a number beyond the largest float.
    """
    if _as_they_are(estimator, X, y, finite, reset):
        estimator.n_features_in_ = X.shape[1]
        return X, y
    _refuse_date_columns(X)
    if numeric and is_of_dates(y):
        _refuse_dates("the target")
    try:
        found = validate_data(
            estimator, X, y, accept_sparse="csr", dtype=[np.float64, np.float32], ensure_all_finite=finite, reset=reset,
            y_numeric=numeric, multi_output=several,
        )  # fmt: skip
    except (ValueError, TypeError, OverflowError) as error:
        _refuse_columns(X)
        if "0 feature(s)" in str(error):
            raise DataError(f"{str(error).rstrip('.')}: for the intercept alone give a column of zeros") from None
        if numeric:
            refuse_values("the target", y, LABELS)
        raise
    if numeric and found[1].dtype.kind == "U":
        refuse_values("the target", y, LABELS)
    return found[0], found[1]


def _as_they_are(estimator: Any, X: Any, y: Any, finite: bool, reset: bool) -> bool:
    """Whether `validate_data` would return X and y unchanged: it takes longer than the steps of a small chunk."""
    if not (floats(X) and type(y) is np.ndarray and y.ndim == 1 and len(X) == len(y) and y.dtype.kind in "biuf"):
        return False
    known = vars(estimator)
    fits = "feature_names_in_" not in known and (reset or known.get("n_features_in_") == X.shape[1])
    return bool(fits and np.isfinite(y).all() and (not finite or np.isfinite(X).all()))


def checked_columns(estimator: Any, X: Any) -> NDArray[Any]:
    """A table to predict for, checked in the same way; it may be sparse."""
    _refuse_date_columns(X)
    try:
        found: NDArray[Any] = validate_data(
            estimator, X, accept_sparse="csr", dtype=[np.float64, np.float32], reset=False
        )
    except (ValueError, TypeError, OverflowError):
        _refuse_columns(X)
        raise
    return found


def checked_weights(weight: object, X: Any) -> NDArray[np.float64] | None:
    """Weights of the rows of a table, (n,) and >= 0, not all of them 0; None stays."""
    if weight is None:
        return None
    try:
        found: NDArray[np.float64] = _check_sample_weight(weight, X, dtype=np.float64, ensure_non_negative=True)
    except OverflowError:
        refuse_values("sample_weight", weight, "weights are numbers")
        raise
    return found


def _refuse_date_columns(X: Any) -> None:
    for name, column in columns(X):
        if is_of_dates(column):
            _refuse_dates(f"column {name!r}")


def _refuse_columns(X: Any) -> None:
    for name, column in columns(X):
        refuse_values(
            f"column {name!r}",
            column,
            ENCODE,
        )


def columns(X: Any) -> Iterator[tuple[str, Any]]:
    """Names and columns of a data frame, or of an array or lists of anything but floats; none of a sparse matrix."""
    if issparse(X) or floats(X):
        return
    try:
        names = list(X.columns)
    except AttributeError:
        table = X if isinstance(X, np.ndarray) else _array(X)
        if table.ndim == 2 and table.dtype.kind != "f":
            yield from ((f"x{j}", table[:, j]) for j in range(table.shape[1]))
        return
    if type(X).__module__.startswith("pyarrow"):  # its columns are not their names
        yield from zip(X.column_names, names, strict=True)
        return
    for j, name in enumerate(names):
        yield (name if isinstance(name, str) else f"x{j}"), X[name]


def _array(values: Any) -> NDArray[Any]:
    """Lists as an array of their own numbers and texts; empty where they are ragged."""
    try:
        found = np.asarray(values)
        return np.asarray(values, object) if found.dtype.kind in "US" else found
    except ValueError:
        return np.zeros(0)


def _type_name(column: Any) -> str:
    """The type of a column in lower case, such as "int64" or "timestamp"; "" where it has none."""
    if isinstance(column, np.ndarray):
        return str(column.dtype.name).partition("[")[0]
    for attribute in ("dtype", "type"):
        if attribute in dir(column):
            return str(getattr(column, attribute)).lower().partition("[")[0]
    return ""


def is_of_dates(column: Any) -> bool:
    """Whether the type of a column is one of dates, times or time spans."""
    return _type_name(column).startswith(DATES)


def _refuse_dates(what: str) -> None:
    raise DataError(
        f"{what} holds dates or times: convert it to numbers, such as days since the first date, or put "
        "steepest.tables.TableEncoder before the model, with dates={...}"
    )


def refuse_values(what: str, column: object, mend: str) -> None:
    """Refuse the first text that cannot be read as a number, the first date, and the first number beyond all floats."""
    values = _array(column)
    width = values.shape[1] if values.ndim == 2 else 1
    for i, value in enumerate(values.ravel().tolist()):
        if isinstance(value, datetime.date):
            _refuse_dates(what)
        if isinstance(value, (str, bytes)) and not _is_number(value):
            raise DataError(f"{what} holds text ({value!r} in row {i // width + 1}): {mend}")
        if _is_beyond(value):
            raise DataError(f"{what} holds a number beyond {LARGEST:.2g} (in row {i // width + 1}): rescale it")


def _is_beyond(value: Any) -> bool:
    """Whether a number of Python is larger than all floats."""
    try:
        float(value)
    except OverflowError:
        return True
    except (ValueError, TypeError):
        return False
    return False


def _is_number(text: str | bytes) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def refuse_missing_labels(y: Any) -> None:
    """Refuse a label that is None, NaN or pandas' NA, by its row.

    Examples
    --------
    >>> refuse_missing_labels(["a", None])
    Traceback (most recent call last):
    steepest.core.errors.DataError: the label of row 2 is missing: remove the row or fill it in
    """
    labels = _array(y)
    missing = np.zeros(0, bool)
    if labels.dtype.kind == "f":
        missing = np.isnan(labels.ravel())
    elif labels.dtype.kind == "O" and labels.ndim:
        missing = np.array([_is_missing(label) for label in labels.ravel().tolist()], bool)
    if missing.any():
        raise DataError(f"the label of row {int(missing.argmax()) + 1} is missing: remove the row or fill it in")


def _is_missing(label: Any) -> bool:
    return type(label).__name__ in MISSING or (isinstance(label, float) and label != label)


def rounding_notes(X: Any, y: Any = None) -> tuple[str, ...]:
    """A note for each column of whole numbers, and for the target, that lose digits as floats."""
    found = [f"column {name!r}" for name, column in columns(X) if _rounded(column)]
    found += ["the target"] if y is not None and _rounded(y) else []
    return tuple(map(rounding_note, found))


def _rounded(column: Any) -> bool:
    """Whether a whole number of a column is changed where it becomes a float."""
    if _type_name(column) not in ("int64", "uint64", "object"):
        return False
    numbers = np.asarray(column).ravel()
    if numbers.dtype.kind in "iu":
        numbers = numbers[numbers > EXACT if numbers.dtype.kind == "u" else (numbers > EXACT) | (numbers < -EXACT)]
    elif numbers.dtype.kind != "O":
        return False
    whole = (value for value in numbers.tolist() if isinstance(value, int))
    return any(not _is_beyond(value) and int(float(value)) != value for value in whole)
