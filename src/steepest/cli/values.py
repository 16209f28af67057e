"""The kinds of values that options take: text turned into numbers, names, pairs and words."""

from __future__ import annotations

import csv
import math
import re
from typing import Any

import click

from .parameter_types import ParameterType, WordChoice

__all__ = [
    "ALPHA",
    "AT",
    "BATCH",
    "COLUMNS",
    "COUNT",
    "FIX",
    "KIND",
    "NUMBER",
    "NUMBERS",
    "RATE",
    "TARGETS",
    "TOL",
    "Alpha",
    "Assignments",
    "Batch",
    "ClassWeight",
    "Columns",
    "Kind",
    "Number",
    "Numbers",
    "Rate",
    "Targets",
    "Values",
    "Word",
]


class Number(ParameterType):
    """A finite number."""

    name = "number"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> object:
        """Turn the text of a number into a float."""
        return self.number(value, param, ctx) if isinstance(value, str) else value

    def number(self, text: str, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """The number that a text spells."""
        try:
            number = math.nan if "_" in text else float(text)
        except ValueError:
            number = math.nan
        mend = f": write {text.replace(',', '.')}" if re.fullmatch(r"[+-]?\d+,\d+", text) else ""
        return number if math.isfinite(number) else self.fail(f"{text!r} is not a finite number{mend}", param, ctx)


class Word(Number):
    """A finite number, or one word instead."""

    def __init__(self, word: str) -> None:
        self.word = word

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> object:
        """Keep the word, else turn the text into a float."""
        return value if value == self.word else super().convert(value, param, ctx)


class Alpha(Number):
    """A finite number, or "cv" or "cv:1se" for a choice by cross-validation."""

    name = "alpha"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> object:
        """Keep the words, else turn the text into a float."""
        return value if value in ("cv", "cv:1se") else super().convert(value, param, ctx)


class Rate(Word):
    """A finite number, "auto", or a schedule such as "inverse_scaling:eta=0.1"."""

    name = "rate"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> object:
        """Keep a text that starts like the name of a schedule; the core looks it up."""
        text = str(value)
        named = text[:1].isalpha() and text.lower() not in ("nan", "inf", "infinity")
        return value if named else super().convert(value, param, ctx)


class Batch(ParameterType):
    """A number of rows, or "all" for None."""

    name = "batch"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> object:
        """Turn the text into an int, "all" into None."""
        if value == "all":
            return None
        number = click.INT.convert(value, param, ctx)
        return number if number >= 1 else self.fail(f"{value} is not 'all' or a whole number >= 1", param, ctx)


class Columns(ParameterType):
    """Names separated by commas; a name with a comma in it stands in double quotes."""

    name = "columns"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> object:
        """Turn the text into a tuple of names."""
        return self.items(value, param, ctx) if isinstance(value, str) else value

    def items(self, text: str, param: click.Parameter | None, ctx: click.Context | None) -> tuple[str, ...]:
        """The texts between the commas."""
        try:
            names = tuple(name.strip() for name in next(csv.reader([text], skipinitialspace=True), []))
        except csv.Error:  # a line end
            names = ()
        return names if names and all(names) else self.fail(f"{text!r} has an empty name", param, ctx)


class Targets(Columns):
    """A name as text, or several as a tuple."""

    name = "targets"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> object:
        """Turn the text into a tuple of names if it has a comma."""
        names = super().convert(value, param, ctx) if isinstance(value, str) and "," in value else value
        return names[0] if isinstance(names, tuple) and len(names) == 1 else names


class Numbers(Columns):
    """Numbers separated by commas."""

    name = "numbers"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> object:
        """Turn the text into a tuple of floats."""
        return tuple(NUMBER.number(item, param, ctx) for item in self.items(value, param, ctx))


class Assignments(Columns):
    """NAME=NUMBER, once or several times separated by commas."""

    name = "assignments"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> object:
        """Turn the text into a dict from names to floats."""
        if not isinstance(value, str):
            return value
        found: dict[str, float] = {}
        for item in self.items(value, param, ctx):
            name, equals, number = item.rpartition("=")
            name = name.strip()
            if not equals or not name:
                self.fail(f"{item!r} is not NAME=NUMBER", param, ctx)
            if name in found:
                self.fail(f"{name!r} is given twice", param, ctx)
            found[name] = NUMBER.number(number.strip(), param, ctx)
        return found


class Values(Columns):
    """NAME=VALUE, once or several times separated by commas; a value is a number or text."""

    name = "values"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> object:
        """Turn the text into a dict from names to texts."""
        if not isinstance(value, str):
            return value
        pairs = [item.partition("=") for item in self.items(value, param, ctx)]
        found = {name.strip(): text.strip() for name, _, text in pairs}
        for name, equals, text in pairs:
            if not equals or not name.strip() or not text.strip():
                self.fail(f"{name + equals + text!r} is not COL=VALUE", param, ctx)
        if len(found) < len(pairs):
            self.fail("a column is given twice", param, ctx)
        return found


class Kind(WordChoice):
    """The kind of a fit: linear or logistic."""

    def __init__(self) -> None:
        super().__init__(("linear", "logistic"))

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Keep one of the kinds; what others call them is answered."""
        if value not in self.choices:
            from .suggestions import spelled_kind

            raise click.UsageError(spelled_kind(value, self.choices), ctx)
        return str(value)


class ClassWeight(Assignments):
    """The word balanced, or LABEL=WEIGHT, separated by commas."""

    name = "class weight"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> object:
        """Turn the text into a dict from labels to weights, unless it is "balanced"."""
        return value if value == "balanced" else super().convert(value, param, ctx)


NUMBER, NUMBERS, COLUMNS, TARGETS = Number(), Numbers(), Columns(), Targets()
COUNT = click.IntRange(min=1)
RATE, TOL, BATCH, ALPHA = Rate("auto"), Word("none"), Batch(), Alpha()
FIX, AT = Assignments(), Values()
KIND = Kind()
