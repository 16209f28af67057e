"""Every error and warning of the package: one line that says what is wrong, where, and how to fix it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from .shown_text import visible

if TYPE_CHECKING:  # the help must not wait for the table of aliases
    from .aliases import Answer

__all__ = [
    "DataError",
    "DivergenceWarning",
    "FileError",
    "NotConvergedWarning",
    "SeparationWarning",
    "SteepestError",
    "UsageError",
]


class SteepestError(Exception):
    """Anything the package refuses to do; ``exit_code`` is the command line's exit status.

    The message is one line: what is wrong, where, and what to do about it. `FileError`, `UsageError` and `DataError`
    are its kinds; they are also OSError, ValueError and ValueError.

    Attributes
    ----------
    exit_code : int
        1 for files, 2 for settings, 3 for data.
    told : str
        What is wrong and where, without the remedy.
    answer : Answer or None
        What to write instead, as data.

    Examples
    --------
    >>> from steepest import SteepestError, minimize
    >>> try:
    ...     minimize("x +", 1.0)
    ... except SteepestError as error:
    ...     print(error.exit_code, isinstance(error, ValueError))
    2 True
    """

    exit_code = 1
    told = ""  # what is wrong and where, without the answer
    answer: Answer | None = None  # what to write instead

    def __str__(self) -> str:
        return visible(str(self.args[0])) if self.args else ""  # names in it may be those of a hostile file

    def spelled(self, spell: Callable[[str, Any], str]) -> str:
        """The message with settings in the syntax of ``spell``.

        Parameters
        ----------
        spell : callable, (str, value) -> str
            Spells a setting and its value, as Python or as an option of the command line.
        """
        return str(self) if self.answer is None else visible(f"{self.told}: {self.answer.spelled(spell)}")

    def _tell(self, told: str, answer: Answer | None) -> None:
        super().__init__(told if answer is None else f"{told}: {answer.in_python}")
        self.told, self.answer = told, answer


class FileError(SteepestError, OSError):
    """A file that cannot be opened, read or written (exit status 1)."""


class UsageError(SteepestError, ValueError):
    """An invalid setting, name or option (exit status 2).

    Parameters
    ----------
    problem : str
        What is wrong, with the remedy unless ``answer`` is one.
    answer : Answer, optional
        What to write instead; the message spells it as Python, the command line as options.
    """

    exit_code = 2

    def __init__(self, problem: str, answer: Answer | None = None) -> None:
        self._tell(problem, answer)
        self.problem = problem


class DataError(SteepestError, ValueError):
    """Data that cannot be used (exit status 3).

    Parameters
    ----------
    problem : str
        What is wrong and how to fix it, without the place.
    file, line, column : optional
        The place: a file name, a line counted from 1 (the header is a line too), a column's name.
    answer : Answer, optional
        A remedy that names settings; each layer spells them in its own syntax.
    """

    exit_code = 3

    def __init__(
        self,
        problem: str,
        *,
        file: str | None = None,
        line: int | None = None,
        column: str | None = None,
        answer: Answer | None = None,
    ) -> None:
        place = [file] if file else []
        place += [f"line {line}"] if line is not None else []
        place += [f"column {column!r}"] if column is not None else []
        self._tell(f"{', '.join(place)}: {problem}" if place else problem, answer)
        self.problem, self.file, self.line, self.column = problem, file, line, column


class DivergenceWarning(UserWarning):
    """The cost grew without bound: the learning rate is above the stability limit.

    Examples
    --------
    >>> import warnings
    >>> from steepest import GDRegressor
    >>> with warnings.catch_warnings(record=True) as told:
    ...     warnings.simplefilter("always")
    ...     _ = GDRegressor(learning_rate=9.0, max_iter=50, tol=None).fit([[1.0], [3.0]], [2.0, 4.0])
    >>> issubclass(told[0].category, DivergenceWarning)
    True
    """


class SeparationWarning(UserWarning):
    """There is no finite optimum: classes are separated, or counts are 0 along some direction, without a penalty.

    Examples
    --------
    >>> import warnings
    >>> from steepest import GDClassifier
    >>> with warnings.catch_warnings(record=True) as told:
    ...     warnings.simplefilter("always")
    ...     _ = GDClassifier().fit([[1.0], [3.0]], ["no", "yes"])
    >>> issubclass(told[0].category, SeparationWarning)
    True
    """


class NotConvergedWarning(UserWarning):
    """The run ended before the gap reached ``tol``.

    Examples
    --------
    >>> import warnings
    >>> from steepest import GDRegressor
    >>> with warnings.catch_warnings(record=True) as told:
    ...     warnings.simplefilter("always")
    ...     _ = GDRegressor(learning_rate=0.01, max_iter=3).fit([[1.0], [3.0]], [2.0, 4.0])
    >>> issubclass(told[0].category, NotConvergedWarning)
    True
    """
