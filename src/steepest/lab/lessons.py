"""The lessons of the page: states with three sentences and a question, in the order of the tutorials."""

from __future__ import annotations

import json
from functools import cache
from importlib.resources import files
from typing import Any, NamedTuple

from ..core.aliases import nearest
from ..core.errors import UsageError

__all__ = ["Lesson", "lesson", "lessons"]


class Lesson(NamedTuple):
    """A state of the page and what is said of it.

    Attributes
    ----------
    name : str
        As in ``steepest lab --lesson NAME``.
    title : str
    sentences : tuple of three str
    question, answer : str
    settings : dict
        Members of `Settings` in front/src/types.ts.
    figures : tuple of (str, str)
        Numbers that the lesson says or shows: what each is, and its value.
    """

    name: str
    title: str
    sentences: tuple[str, ...]
    question: str
    answer: str
    settings: dict[str, Any]
    figures: tuple[tuple[str, str], ...]

    @property
    def opened(self) -> dict[str, Any]:
        """The settings of a page that opens with this lesson."""
        return {**self.settings, "lesson": self.name}


@cache
def lessons() -> dict[str, Lesson]:
    """All lessons by name, in their order.

    Examples
    --------
    >>> list(lessons())[:3]
    ['derivative', 'partial-derivatives', 'least-squares']
    """
    found = json.loads((files(__package__) / "lessons.json").read_text(encoding="utf-8"))
    return {each["name"]: _lesson(each, found["figures"][each["name"]]) for each in found["lessons"]}


def lesson(name: str) -> Lesson:
    """The lesson called ``name``.

    Raises
    ------
    UsageError
        If there is no such lesson.

    Examples
    --------
    >>> lesson("no-learning-rate").settings["rate"]
    1
    """
    if name not in lessons():
        near = nearest(name, lessons())
        mend = f"did you mean {near!r}?" if near else f"choose one of {', '.join(lessons())}"
        raise UsageError(f"no lesson is called {name!r}: {mend}")
    return lessons()[name]


def _lesson(member: dict[str, Any], figures: list[dict[str, Any]]) -> Lesson:
    fields = {name: member[name] for name in Lesson._fields if name != "figures"}
    numbers = tuple((each["what"], each["value"]) for each in figures)
    return Lesson(**fields | {"sentences": tuple(member["sentences"]), "figures": numbers})
