"""Data frames with text, dates and gaps as tables of numbers: a scikit-learn transformer.

Examples
--------
>>> from steepest import tables
>>> tables.TableEncoder().fit([["red"], ["blue"], ["red"]]).get_feature_names_out().tolist()
['x0=blue']
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import issparse
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.utils.validation import _check_feature_names, _check_n_features, check_is_fitted

from ..core.errors import DataError, UsageError
from ..data.encoding.faults import CellError
from ..data.encoding.recipe import learn
from ..data.encoding.settings import Settings, Unknown, names_of, settings_of
from ..data.encoding.text_column import Column
from ..data.layout import as_scipy
from ..data.readers.cells import is_missing
from ..data.readers.columns import Wanted, holds_text, listed, numbers_of, text_of_column
from ..solve.model import read_model
from .table_checks import columns, is_of_dates

__all__ = ["TableEncoder"]

TABLE = "the table"


class TableEncoder(TransformerMixin, BaseEstimator):  # type: ignore[misc]  # scikit-learn has no types
    """Turn the columns of a data frame into numbers: text into categories, dates into days, gaps into means.

    A column of text with levels a, b, c becomes a column of 0 and 1 for each level but the reference, called "NAME=b".
    Numbers stay as they are. The command line encodes tables in the same way.

    Parameters
    ----------
    drop : str or sequence of str, default ()
        Columns that are left out.
    missing : {"error", "mean", "indicator"}, default "error"
        Missing values are refused; or become the mean of their column, or its most frequent level; or the same with a
        column "NAME missing", or a level "(missing)", that marks them. Means are those of ``fit``.
    categories : str or sequence of str, default ()
        Columns of numbers to be read as categories.
    reference : dict from column to level, optional
        The level without a column of its own. By default the false one of two such as no and yes, else the most
        frequent one, of several the first in the alphabet.
    min_count : int, default 1
        Levels with fewer rows in ``fit`` are pooled into one, "(other)", and the next rarest until it has so many.
    dates : str, sequence of str, or dict from column to parts, optional
        Columns of dates, and what is taken of them: of days (the default: since the first date of ``fit``), year,
        month, weekday, hour, joined by "+". All but days and year are categories.
    date_format : str, optional
        As ``datetime.strptime`` takes it. By default the one that reads all dates of the column.
    terms : str, default ""
        Powers and products of columns, such as "carat^2, carat:depth". It is parsed, never run as code.
    unknown : {"error", "other"}, default "error"
        ``transform`` refuses levels that ``fit`` has not seen; or takes them as "(other)", or as the reference where
        no levels were pooled, with a warning.

    Attributes
    ----------
    recipe_ : Recipe
        The rule of each column.
    decided_ : tuple of str
        What was decided, a line for each column that is not simply used.
    feature_names_in_, n_features_in_
        Names, if X had some, and number of the columns.

    Raises
    ------
    DataError
        If a column or cell cannot be used.
    UsageError
        If a setting is invalid.

    See Also
    --------
    sklearn.preprocessing.OneHotEncoder : categories alone, with more choices.

    Notes
    -----
    The result is a dense array, or a SciPy CSR matrix if it has more than 64 columns of mostly zeros. Cost: O(n) for
    each column.

    Examples
    --------
    >>> import numpy as np
    >>> from steepest import tables
    >>> X = np.array([["red", 1.5], ["blue", 2.0], ["red", 4.0]], dtype=object)
    >>> encoder = tables.TableEncoder().fit(X)
    >>> encoder.get_feature_names_out().tolist()
    ['x0=blue', 'x1']
    >>> encoder.transform(X).tolist()
    [[0.0, 1.5], [1.0, 2.0], [0.0, 4.0]]
    """

    def __init__(
        self,
        *,
        drop: str | Sequence[str] = (),
        missing: str = "error",
        categories: str | Sequence[str] = (),
        reference: Mapping[str, str] | None = None,
        min_count: int = 1,
        dates: str | Sequence[str] | Mapping[str, str] | None = None,
        date_format: str | None = None,
        terms: str = "",
        unknown: str = "error",
    ) -> None:
        self.drop = drop
        self.missing = missing
        self.categories = categories
        self.reference = reference
        self.min_count = min_count
        self.dates = dates
        self.date_format = date_format
        self.terms = terms
        self.unknown = unknown

    def fit(self, X: Any, y: Any = None) -> TableEncoder:
        """Find out how each column becomes numbers.

        Parameters
        ----------
        X : data frame or array (n, d)
            The columns whose coding is learnt.
        y : ignored, optional
            Accepted as in scikit-learn.
        """
        settings = self._settings()
        names, table = _columns_of(X, {*settings.categories, *settings.reference, *settings.dates})
        kept = _kept(names, names_of(self.drop))
        learnt = _placed(lambda: learn([names[j] for j in kept], [table[j] for j in kept], settings))
        self.recipe_, self.decided_ = learnt
        _check_feature_names(self, X, reset=True)
        _check_n_features(self, X, reset=True)
        self._names = self.recipe_.names
        return self

    @classmethod
    def load(cls, path: str | Path, *, unknown: str = "error") -> TableEncoder:
        """The fitted encoder of a model file; before the estimator of the same file it makes a pipeline.

        Parameters
        ----------
        path : str or Path
            A model file, of ``save`` or of ``steepest fit -o``.
        unknown : {"error", "other"}, default "error"
            As of the encoder.

        Raises
        ------
        DataError
            If the file is damaged or is not a model file.
        FileError
            If it cannot be read.

        Examples
        --------
        ``make_pipeline(TableEncoder.load("model.json"), GDRegressor.load("model.json"))`` predicts a data frame.
        """
        ours = cls(unknown=unknown)
        ours._settings()
        ours.recipe_, ours.decided_ = read_model(path).recipe, ()
        ours._names = ours.recipe_.names
        ours.feature_names_in_ = np.array(ours.recipe_.columns, object)
        ours.n_features_in_ = len(ours.recipe_.columns)
        return ours

    def transform(self, X: Any) -> Any:
        """The table of numbers, an array (n, m) or a CSR matrix.

        Parameters
        ----------
        X : data frame or array (n, d)
            With the columns of ``fit``.
        """
        check_is_fitted(self)
        names, table = _columns_of(X, self.recipe_.text_columns)
        if "feature_names_in_" not in vars(self):
            _check_n_features(self, X, reset=False)
        table = [table[j] for j in _places(names, self.recipe_.columns)]
        met = Unknown(self.unknown)
        found, _ = _placed(lambda: self.recipe_.encode(table, met))
        for note in met.notes:
            warnings.warn(note, UserWarning, stacklevel=2)
        return as_scipy(found)

    def get_feature_names_out(self, input_features: object = None) -> NDArray[Any]:
        """Names of the columns of the result (m,).

        Parameters
        ----------
        input_features : ignored, optional
            Accepted as in scikit-learn; names are those of ``fit``.
        """
        check_is_fitted(self)
        return np.array(self._names, dtype=object)

    def _settings(self) -> Settings:
        Unknown(self.unknown)
        if self.missing == "drop":
            raise UsageError("a transformer cannot drop rows: use missing='mean' or 'indicator', or drop them before")
        return settings_of(
            missing=self.missing,
            categories=self.categories,
            reference=self.reference,
            min_count=self.min_count,
            dates=self.dates,
            date_format=self.date_format,
            terms=self.terms,
        )

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.string = tags.input_tags.categorical = True
        tags.input_tags.allow_nan = self.missing != "error"
        return tags


def _columns_of(X: Any, text: frozenset[str] | set[str]) -> tuple[tuple[str, ...], list[Column]]:
    """Names and columns of a table; those in ``text`` are text, the others by what they hold."""
    if issparse(X):
        raise UsageError("a sparse matrix has numbers only: it needs no encoder")
    pairs = list(columns(X)) or [(f"x{j}", column) for j, column in enumerate(_two_dimensional(X).T)]
    if not len(pairs[0][1]):
        raise DataError(f"{TABLE} has no rows, shape (0, {len(pairs)}) while a minimum of 1 is required")
    return tuple(name for name, _ in pairs), [_column(name, column, name in text) for name, column in pairs]


def _two_dimensional(X: Any) -> NDArray[Any]:
    table = np.asarray(X)
    if table.ndim != 2 or not table.shape[1]:
        what = (
            f"0 feature(s) (shape={table.shape}) while a minimum of 1 is required" if table.ndim == 2 else "1-D array"
        )
        raise DataError(f"{TABLE} is no table: {what}. Reshape your data")
    return table


def _column(name: str, column: Any, text: bool) -> Column:
    """A column of a data frame or array as numbers, or as text."""
    values = np.asarray(column)
    if values.dtype.kind == "c":
        raise DataError("Complex data not supported", column=name)
    if values.dtype.kind == "M":
        gaps, values = np.isnat(values), np.datetime_as_string(values.astype("datetime64[us]")).astype(object)
        values[gaps], text = None, True
    elif values.dtype.kind not in "biuf":
        values = np.asarray(column, object)
        values = np.array([None if _is_gap(cell) else cell for cell in values.tolist()], object)
        text = text or is_of_dates(column) or holds_text(values.tolist())
    wanted = Wanted(name, f"correct it, or use categories={name!r} if the column is text", text, gaps=True)
    return (text_of_column if text else numbers_of)(values, wanted, TABLE)


def _is_gap(cell: Any) -> bool:
    """Whether a cell is missing, for pandas too."""
    return type(cell).__name__ in ("NAType", "NaTType") or is_missing(cell)


def _kept(names: tuple[str, ...], drop: tuple[str, ...]) -> list[int]:
    """Where the columns stand that are not dropped."""
    _places(names, drop)
    return [j for j, name in enumerate(names) if name not in drop]


def _places(names: tuple[str, ...], wanted: tuple[str, ...]) -> list[int]:
    """Where each wanted column stands."""
    places = {name: j for j, name in enumerate(names)}
    missing = [name for name in wanted if name not in places]
    if missing:
        raise DataError(f"{TABLE} has no column {missing[0]!r}: it has {listed(names)}")
    return [places[name] for name in wanted]


def _placed(call: Any) -> Any:
    """The answer of ``call``; the error of a cell names its row."""
    try:
        return call()
    except CellError as error:
        row = "" if error.row is None else f"row {error.row + 1}: "
        raise DataError(f"{row}{error.problem}", column=error.column, answer=error.answer) from None
