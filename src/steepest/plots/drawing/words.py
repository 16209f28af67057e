"""Texts of titles, axes and descriptions: numbers, counts, formulas and verdicts."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np

from ...core.shown_text import counted
from ...descent.trajectory import Trajectory
from ...optimality.advice import spelled as advised

__all__ = [
    "brief",
    "class_name",
    "cost_below",
    "cost_words",
    "distinct",
    "fall_words",
    "line_words",
    "listed",
    "number",
    "own_side",
    "renumbered",
    "sentences",
    "share_words",
    "spelled",
    "status_words",
    "verdict_words",
]

SMALLEST, EXPONENT = 1e-4, 1e7  # between which a number has no exponent
RAISED = "\u2070\u00b9\u00b2\u00b3\u2074\u2075\u2076\u2077\u2078\u2079"  # digits as powers
POWERS = str.maketrans("-0123456789", "\u207b" + RAISED)
WRITTEN = re.compile(r"(?<![\w.,^*])-?\d+(?:\.\d+)?(?:e[+-]?\d+)?(?![\w^*])")  # a number that stands alone
ABOVE = re.compile(r"\d[\d.,]*(?:e[+-]?\d+)? above")  # a distance from the minimum
HYPHEN = re.compile(r"(?<![a-z]{3})-|-(?![a-z]{3})")  # a minus: not that between two words
LONG, COST = 14, 34  # maximum letters of a name in a formula; of a cost on an axis
FEW = 100  # number of rows above which a share is given in percent


def number(value: float, digits: int = 4) -> str:
    """A number with so many digits, without an exponent between 0.0001 and ten million.

    Examples
    --------
    >>> number(0.84482758), number(50771.3), number(-12345678.0), number(1e-13), number(2.0)
    ('0.8448', '50,771', '−1.235×10⁷', '10⁻¹³', '2')
    """
    size = abs(value)
    if SMALLEST <= size < EXPONENT or not 0 < size < float("inf"):
        text = f"{size:.{digits}g}"
        text = text if "e+" not in text and size < 1000 else f"{size:,.0f}" if "e+" in text else f"{float(text):,}"
        text = text.removesuffix(".0")
    else:
        mantissa, _, power = f"{size:.{digits - 1}e}".partition("e")
        mantissa = mantissa.rstrip("0").rstrip(".") if "." in mantissa else mantissa
        text = f"{'' if mantissa == '1' else mantissa + chr(215)}10{str(int(power)).translate(POWERS)}"
    return ("\N{MINUS SIGN}" if value < 0 else "") + text


def renumbered(text: str) -> str:
    """A text whose numbers are written as `number` does.

    Examples
    --------
    >>> renumbered("after 2000 steps the cost, -1.12e+06, is within 1.0e-13 of 0.50")
    'after 2,000 steps the cost, −1,120,000, is within 10⁻¹³ of 0.50'
    """

    def again(found: re.Match[str]) -> str:
        text = found[0].lstrip("-")
        sign = "\N{MINUS SIGN}" if found[0] != text else ""
        if "e" in text:
            return sign + number(float(text))
        whole, point, rest = text.partition(".")
        return f"{sign}{int(whole):,}{point}{rest}"

    return WRITTEN.sub(again, text)


def share_words(drawn: int, of: int, what: str = "points") -> str:
    """How many of all are drawn, in words; "" if all are.

    Examples
    --------
    >>> share_words(2000, 100_000, "steps"), share_words(8, 8)
    ('2,000 of 100,000 steps drawn', '')
    """
    return "" if drawn >= of else f"{drawn:,} of {of:,} {what} drawn"


def sentences(*parts: str) -> str:
    """Texts joined as sentences.

    Examples
    --------
    >>> sentences("The minimum is dashed.", "", "slice at b = 2", "converged: it is there")
    'The minimum is dashed. Slice at b = 2. Converged: it is there.'
    """
    said = (part.strip() for part in parts)
    return " ".join(part[0].upper() + part[1:] + ("" if part[-1] in ".…" else ".") for part in said if part)


def fall_words(first: float, last: float, steps: int) -> str:
    """The change of a cost, as a sentence.

    Examples
    --------
    >>> fall_words(12.33, 1.073, 400)
    'The cost fell from 12.33 to 1.073 in 400 steps'
    >>> fall_words(1.0, 0.999998, 1), fall_words(3.0, 3.0, 0)
    ('The cost fell from 1 to 0.999998 in 1 step', 'The cost stays at 3 in 0 steps')
    """
    if first == last:
        return f"The cost stays at {number(first)} in {counted(steps, 'step')}"
    before, after = distinct(first, last)
    return f"The cost {'fell' if last < first else 'rose'} from {before} to {after} in {counted(steps, 'step')}"


def distinct(a: float, b: float) -> tuple[str, str]:
    """Two numbers with enough digits to differ.

    Examples
    --------
    >>> distinct(11.0, 2.0), distinct(1.0, 0.999998)
    (('11', '2'), ('1', '0.999998'))
    """
    digits = next((k for k in (4, 7, 10, 13, 17) if number(a, k) != number(b, k)), 4)
    return number(a, digits), number(b, digits)


def own_side(share: float, n: int) -> str:
    """The share of n rows, as a count or in percent.

    Examples
    --------
    >>> own_side(0.875, 8), own_side(0.875, 8000)
    ('7 of 8 rows', '87.5% of 8,000 rows')
    """
    return f"{share:.1%} of {n:,} rows" if n > FEW else f"{round(share * n)} of {n} rows"


def listed(words: Sequence[str], most: int = 4) -> str:
    """Words as an enumeration.

    Examples
    --------
    >>> listed(["0.1", "0.7"]), listed(list("abcdef"), 3)
    ('0.1 and 0.7', 'a, b and 4 more')
    """
    shown = [*words[: most - 1], f"{len(words) - most + 1} more"] if len(words) > most else list(words)
    return " and ".join(filter(None, [", ".join(shown[:-1]), shown[-1]]))


def brief(text: str, length: int = 40) -> str:
    """A name, cut if it is too long."""
    return text if len(text) <= length else text[: length - 1] + "…"


def class_name(label: object, length: int = 16) -> str:
    """A label as its user writes it, 1 rather than 1.0, cut if it is too long.

    Examples
    --------
    >>> class_name(1.0), class_name("yes"), class_name(True)
    ('1', 'yes', 'True')
    """
    whole = isinstance(label, float) and label.is_integer() and abs(label) < EXPONENT
    return brief(f"{label:.0f}" if whole else str(label), length)


def line_words(a: float, b: float, x: str = "x", y: str = "y", inside: str = "{}") -> str:
    """A line as a formula; names too long for one are x and y.

    Examples
    --------
    >>> line_words(0.84482758, -2.6034)
    'y = 0.8448 x − 2.603'
    >>> line_words(2.0, 1.0, "t", "n", "exp({})")
    'n = exp(2 t + 1)'
    """
    x, y = (name if len(name) <= LONG else short for name, short in ((x, "x"), (y, "y")))
    sign = "\N{MINUS SIGN}" if b < 0 else "+"
    return f"{y} = {inside.format(f'{number(a)} {x} {sign} {number(abs(b))}')}"


def spelled(formula: str) -> str:
    """A formula with typographic signs.

    Examples
    --------
    >>> spelled("mean (z - y)^2 / 2"), spelled("2*x**4 + 1"), spelled("x**0.5")
    ('mean (z − y)² / 2', '2·x⁴ + 1', 'x^0.5')
    >>> spelled("exp(-x/5)-y"), spelled("mean cross-entropy")
    ('exp(−x/5)−y', 'mean cross-entropy')
    """
    powers = re.sub(r"(?:\*\*|\^)(\d)(?![\d.])", lambda found: RAISED[int(found[1])], formula)
    return HYPHEN.sub("\N{MINUS SIGN}", powers.replace("**", "^").replace("*", "\N{MIDDLE DOT}"))


def cost_words(name: str, what: str = "cost", length: int = COST) -> str:
    """The label of an axis of costs, with the formula if it is known and not too long."""
    return f"{what}: {name}" if 0 < len(name) <= length else what


def cost_below(name: str, length: int = COST) -> str:
    """The formula of a cost that is too long for an axis, for the heading."""
    return f"cost: {name}" if len(name) > length else ""


def status_words(status: str, message: str) -> str:
    """A verdict in a sentence or two."""
    return renumbered(" ".join((message or status).split()))


def verdict_words(trajectory: Trajectory, least: float | None = None) -> str:
    """The verdict of a run with its advice; "" where it has none.

    Parameters
    ----------
    trajectory : Trajectory
    least : float, optional
        The minimum of the cost, if the picture tells it: then what the cost is above it is that, not an estimate.
    """
    if trajectory.verdict is None:
        return ""
    message = trajectory.verdict.message
    if least is not None and len(trajectory.cost):
        last = np.searchsorted(trajectory.cost_step, trajectory.meta.get("reported_step", trajectory.step[-1]))
        above = float(trajectory.cost[min(int(last), len(trajectory.cost) - 1)]) - least
        message = ABOVE.sub(f"{number(above)} above", message) if above > 0 else message
    found = advised(trajectory.verdict.remedies, lambda setting, value: f"{setting.replace('_', ' ')} {value}")
    advice = "" if found is None else f" Try {renumbered(found)}."
    return status_words(trajectory.verdict.status, message) + advice
