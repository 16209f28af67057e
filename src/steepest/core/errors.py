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
    """Anything the package refuses to do; ``exit_code`` is the command line's exit status."""

    exit_code = 1
    told = ""  # what is wrong and where, without the answer
    answer: Answer | None = None  # what to write instead

    def __str__(self) -> str:
        return visible(str(self.args[0])) if self.args else ""  # names in it may be those of a hostile file

    def spelled(self, spell: Callable[[str, Any], str]) -> str:
        """The message with settings in the syntax of ``spell``."""
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
    """The cost grew without bound: the learning rate is above the stability limit."""


class SeparationWarning(UserWarning):
    """There is no finite optimum: classes are separated, or counts are 0 along some direction, without a penalty."""


class NotConvergedWarning(UserWarning):
    """The run ended before the gap reached ``tol``."""
