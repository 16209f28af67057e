"""A summary as aligned text and as an HTML table."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from ..core.aligned_text import aligned, on_point
from ..core.errors import UsageError
from ..core.html_text import block, safe, table
from ..core.shown_text import counted, visible

if TYPE_CHECKING:
    from .summary import Coefficient, Summary

__all__ = ["SORTS", "html_of", "lines_of", "ordered"]

SHOWN = 12  # coefficients of a table in a notebook
NAME = 20  # letters of a name
LONGEST = 1e9  # numbers below it have no exponent
MODERATE = 1e5  # numbers below it are written to a fixed number of decimals
WIDEST = 100  # columns of a table with decimal points under each other
SMALLEST = 1e-16  # p-values below it are rounding

SORTS: dict[str, Callable[[Coefficient], object]] = {
    "size": lambda each: -abs(each.standardized or 0.0),
    "name": lambda each: each.name,
    "p": lambda each: math.inf if each.p_value is None else each.p_value,
}


def ordered(found: Summary, sort: str | None, most: int | None = None) -> list[Coefficient | None]:
    """The coefficients in an order, the intercept last; None stands for those that are left out.

    Raises
    ------
    UsageError
        If there is no such order.
    """
    if sort is not None and sort not in SORTS:
        raise UsageError(f"sort must be {', '.join(SORTS)} or None, not {sort!r}")
    last = [each for each in found.coefficients[-1:] if each.name == "intercept"]
    rest = list(found.coefficients[: len(found.coefficients) - len(last)])
    rest = rest if sort is None else sorted(rest, key=SORTS[sort])  # type: ignore[arg-type]  # all keys of one kind
    if most is None or len(rest) <= most:
        return [*rest, *last]
    return [*rest[: most - 1], None, *last]


def lines_of(found: Summary, *, sort: str | None = None, most: int | None = None) -> list[str]:
    """The summary as lines, at most about 100 wide."""
    count = len(found.coefficients) - sum(each.name == "intercept" for each in found.coefficients[-1:])
    title = f"{visible(found.target)} by {counted(count, 'column')}, loss {found.loss}: {_rows(found)}"
    facts = [fact for fact in _facts(found) if fact[1]]
    width = max(len(word) for word, _ in facts) + 3
    said = [word.ljust(width) + text for word, text in facts]
    return [title, "", *_aligned(_table(found, sort, most)), "", *said, *(f"Note: {n}." for n in found.notes)]


def html_of(found: Summary) -> str:
    """The summary as a small HTML table, 12 coefficients at most, every text escaped."""
    head, *rows = _table(found, None, SHOWN)
    said = [f"{word}: {text}" for word, text in _facts(found) if text] + [f"Note: {note}." for note in found.notes]
    title = f"{found.target}, loss {found.loss}: {_rows(found)}"
    return block(title, (), table(head, rows), *(f"<div>{safe(line)}</div>" for line in said))


def _rows(found: Summary) -> str:
    return f"{counted(found.fit.rows, 'row')}, {counted(found.fit.degrees, 'degree')} of freedom"


def _table(found: Summary, sort: str | None, most: int | None) -> list[list[str]]:
    """Cells of the coefficients, below a head."""
    below = 100 * (1 - found.level) / 2
    head = ["", "estimate", "std. error", found.reference.name, "p", f"{below:.4g} %", f"{100 - below:.4g} %"]
    shown = ordered(found, sort, most)
    left_out = len(found.coefficients) - len(shown) + 1
    rows = [[f"... {left_out:,} more", *[""] * 8] if each is None else _cells(each) for each in shown]
    return [[*head, "std. coef", "VIF"], *rows]


def _aligned(cells: list[list[str]]) -> list[str]:
    """Lines of a table, decimal points under each other unless it is then too wide."""
    head, *rows = cells
    names, *numbers = zip(*rows, strict=True)
    columns = [names, *map(on_point, numbers)]
    lines = aligned([head, *zip(*columns, strict=True)], gap="  ")
    return lines if max(map(len, lines)) <= WIDEST else aligned(cells, gap="  ")


def _cells(each: Coefficient) -> list[str]:
    numbers = [_short(each.estimate), _short(each.standard_error, 4), _fixed(each.statistic, 3), p_text(each.p_value)]
    numbers += [_short(each.low, 4), _short(each.high, 4), _fixed(each.standardized, 4), _fixed(each.vif, 2)]
    return [_name(each), *numbers]


def _short(value: float | None, digits: int = 5) -> str:
    """A number to so many digits, without an exponent if it is below a billion; "-" for None."""
    if value is None:
        return "-"
    text = f"{value:.{digits}g}"
    return f"{value:.0f}" if "e+" in text and abs(value) < LONGEST else text


def _fixed(value: float | None, decimals: int) -> str:
    """A number of moderate size to so many decimals."""
    return (
        _short(value, 4) if value is None or abs(value) >= MODERATE else f"{round(value, decimals) + 0.0:.{decimals}f}"
    )


def p_text(value: float | None) -> str:
    """A p-value to three digits.

    Examples
    --------
    >>> p_text(0.0384651), p_text(3.2e-7), p_text(0.0)
    ('0.0385', '3.2e-07', '<1e-16')
    """
    if value is None:
        return "-"
    return f"<{SMALLEST:.0e}" if value < SMALLEST else f"{value:.3g}"


def _equals(value: float | None) -> str:
    """The same after "p"."""
    return p_text(value).replace("<", "< ") if value is not None and value < SMALLEST else f"= {p_text(value)}"


def _facts(found: Summary) -> Sequence[tuple[str, str]]:
    """What is said of the whole model; facts without text do not exist."""
    fit, test = found.fit, found.test
    said = "" if test is None else f"{test.name} {_short(test.statistic, 4)} on {_degrees(test.degrees)}"
    deviance = (
        "" if fit.deviance is None else f"{_short(fit.deviance)}, of the constant model {_short(fit.null_deviance)}"
    )
    criteria = f"{_short(fit.log_likelihood)}, AIC {_short(fit.aic)}, BIC {_short(fit.bic)}"
    return [
        ("fit", _shares(found)),
        ("all slopes", "" if test is None else f"{said}, p {_equals(test.p_value)}"),
        ("deviance", "" if fit.deviance is None else deviance),
        ("log-likelihood", "" if fit.log_likelihood is None else criteria),
        ("condition number", _condition(found)),
        ("standard errors", _errors(found)),
    ]


def _condition(found: Summary) -> str:
    """The condition number, and the column that the others determine most."""
    inflated = max((each for each in found.coefficients if each.vif), key=lambda each: each.vif or 0.0, default=None)
    if found.condition is None:
        return ""
    largest = "" if inflated is None else f"; largest VIF {_short(inflated.vif, 4)}, of {_name(inflated)}"
    return f"{_short(found.condition, 4)} of columns scaled to length 1{largest}"


def _name(each: Coefficient) -> str:
    name = visible(each.name)
    return name if len(name) <= NAME else f"{name[: NAME - 3]}..."


def _degrees(degrees: Sequence[float]) -> str:
    words = " and ".join(f"{k:g}" for k in degrees)
    return f"{words} degree{'s' * (degrees != (1.0,))} of freedom"


def _shares(found: Summary) -> str:
    fit = found.fit
    shares = [("R2", fit.r2), ("adjusted", fit.adjusted_r2), ("pseudo-R2 (McFadden)", fit.pseudo_r2), ("D2", fit.d2)]
    words = [f"{name} {_short(value, 4)}" for name, value in shares if value is not None]
    if found.reference.name == "t" and fit.dispersion is not None:
        words.append(f"residual standard error {_short(math.sqrt(fit.dispersion), 4)}")
    return ", ".join(words)


def _errors(found: Summary) -> str:
    if found.clusters is not None:
        return f"by {found.clusters:,} clusters"
    return "nonrobust, by the information" if found.cov_type == "nonrobust" else f"{found.cov_type}, robust"
