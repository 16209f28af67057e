"""Options that several commands share, and the kinds of values they take."""

from __future__ import annotations

import csv
import math
import re
from collections.abc import Callable
from typing import Any, TypeVar

import click

__all__ = [
    "AT",
    "BATCH",
    "COLUMNS",
    "FIX",
    "KIND",
    "NUMBER",
    "NUMBERS",
    "RATE",
    "TOL",
    "descent_options",
    "force_option",
    "json_option",
    "loss_options",
    "table_options",
]

Command = TypeVar("Command", bound=Callable[..., Any])


class Number(click.ParamType[Any]):
    """A finite number."""

    name = "number"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Turn the text of a number into a float."""
        if not isinstance(value, str):
            return value
        try:
            number = math.nan if "_" in value else float(value)
        except ValueError:
            number = math.nan
        mend = f": write {value.replace(',', '.')}" if re.fullmatch(r"[+-]?\d+,\d+", value) else ""
        return number if math.isfinite(number) else self.fail(f"{value!r} is not a finite number{mend}", param, ctx)


class Word(Number):
    """A finite number, or one word instead."""

    def __init__(self, word: str) -> None:
        self.word = word

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Keep the word, else turn the text into a float."""
        return value if value == self.word else super().convert(value, param, ctx)


class Rate(Word):
    """A finite number, "auto", or a schedule such as "inverse_scaling:eta=0.1"."""

    name = "rate"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Keep a text that starts like the name of a schedule; the core looks it up."""
        text = str(value)
        named = text[:1].isalpha() and text.lower() not in ("nan", "inf", "infinity")
        return value if named else super().convert(value, param, ctx)


class Batch(click.ParamType[Any]):
    """A number of rows, or "all" for None."""

    name = "batch"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Turn the text into an int, "all" into None."""
        if value == "all":
            return None
        number = click.INT.convert(value, param, ctx)
        return number if number >= 1 else self.fail(f"{value} is not 'all' or a whole number >= 1", param, ctx)


class Columns(click.ParamType[Any]):
    """Names separated by commas; a name with a comma in it stands in double quotes."""

    name = "columns"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Turn the text into a tuple of names."""
        if not isinstance(value, str):
            return value
        try:
            names = tuple(name.strip() for name in next(csv.reader([value], skipinitialspace=True), []))
        except csv.Error:  # a line end
            names = ()
        return names if names and all(names) else self.fail(f"{value!r} has an empty name", param, ctx)


class Targets(Columns):
    """A name as text, or several as a tuple."""

    name = "targets"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str | tuple[str, ...]:
        """Turn the text into a tuple of names if it has a comma."""
        if "," not in str(value):
            return str(value)
        names: tuple[str, ...] = super().convert(value, param, ctx)
        return names[0] if len(names) == 1 else names


class Numbers(Columns):
    """Numbers separated by commas."""

    name = "numbers"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Turn the text into a tuple of floats."""
        return tuple(NUMBER.convert(item, param, ctx) for item in super().convert(value, param, ctx))


class Assignments(Columns):
    """NAME=NUMBER, once or several times separated by commas."""

    name = "assignments"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Turn the text into a dict from names to floats."""
        if not isinstance(value, str):
            return value
        found: dict[str, float] = {}
        for item in super().convert(value, param, ctx):
            name, equals, number = item.rpartition("=")
            name = name.strip()
            if not equals or not name:
                self.fail(f"{item!r} is not NAME=NUMBER", param, ctx)
            if name in found:
                self.fail(f"{name!r} is given twice", param, ctx)
            found[name] = NUMBER.convert(number.strip(), param, ctx)
        return found


class Kind(click.Choice[str]):
    """The kind of a fit: linear or logistic."""

    def __init__(self) -> None:
        super().__init__(("linear", "logistic"))

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Keep one of the kinds; what others call them is answered."""
        if value not in self.choices:
            from .suggestions import spelled_kind

            raise click.UsageError(spelled_kind(value, self.choices), ctx)
        return str(value)


NUMBER, NUMBERS, COLUMNS, TARGETS = Number(), Numbers(), Columns(), Targets()
COUNT = click.IntRange(min=1)
RATE, TOL, BATCH = Rate("auto"), Word("none"), Batch()
AT = FIX = Assignments()
KIND = Kind()


def _together(command: Command, *options: Callable[[Any], Any]) -> Command:
    for option in reversed(options):
        command = option(command)
    return command


json_option = click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
force_option = click.option("--force", is_flag=True, help="Overwrite existing files.")


def table_options(command: Command) -> Command:
    """Add the options for reading a text table."""
    return _together(
        command,
        click.option("--no-header", is_flag=True, help="The first row is data; the columns are c1, c2, ..."),
        click.option("--delimiter", metavar="D", help="A character, tab or space. [default: detected]"),
    )


def loss_options(command: Command) -> Command:
    """Add the options of the objective."""
    return _together(
        command,
        click.option("-t", "--target", type=TARGETS, metavar="COL", help="The column to predict; linear: COL,COL too."),
        click.option("-x", "--features", type=COLUMNS, metavar="COL,COL", help="Columns to use. [default: all others]"),
        click.option("--weights", metavar="COL", help="Column of the rows' weights."),
        click.option("--loss", metavar="NAME", help="squared_error ((z - y)^2 / 2), mse, huber, hinge, ..."),
        click.option("--alpha", type=NUMBER, default=0.0, metavar="A", help="Ridge penalty: mean loss + A/2 |w|^2."),
        click.option("--no-intercept", is_flag=True, help="Fit through the origin."),
    )


def descent_options(command: Command) -> Command:
    """Add the options of the method and its stops."""
    return _together(
        command,
        click.option(
            "--learning-rate", type=RATE, default="auto", metavar="auto|RATE", help="auto, 0.001, or a schedule."
        ),
        click.option(
            "--rule", default="auto", metavar="RULE", help="momentum:beta=0.95, adam, ...; or mymodule:MyRule."
        ),
        click.option(
            "--batch-size", type=BATCH, default="all", metavar="all|K", help="Rows per step; K > n means all rows."
        ),
        click.option(
            "--sampling", default="shuffle", metavar="S", help="Order of batches: shuffle, replacement, sequential."
        ),
        click.option("--estimate", default="own_rows", metavar="E", help="own_rows, saga, loopless_svrg."),
        click.option("--average", default="auto", metavar="A", help="auto, last_point, polyak_ruppert, weighted."),
        click.option("--max-iter", type=COUNT, metavar="N", help="At most N passes over the data. [default: 1000]"),
        click.option("--steps", type=COUNT, metavar="N", help="At most N steps; all N unless --tol is given."),
        click.option(
            "--tol", type=TOL, metavar="T|none", help="Stop at a gap of T x the constant model's cost. [1e-10]"
        ),
        click.option("--l1-ratio", type=NUMBER, default=0.0, metavar="R", help="Share of the L1 penalty, from 0 to 1."),
        click.option(
            "--fix", type=FIX, multiple=True, metavar="COL=VALUE", help="Fix a coefficient, or intercept=VALUE."
        ),
        click.option(
            "--start", type=NUMBERS, metavar="W,...,B", help="Where to start: coefficients, then the intercept."
        ),
        click.option(
            "--seed", type=click.IntRange(min=0), default=0, metavar="S", help="Seed of the order of sampled rows."
        ),
    )
