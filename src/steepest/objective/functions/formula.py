"""Formulas: functions written as text, parsed through a whitelist and evaluated here. Text is never run as code.

A formula may contain numbers, names, ``+ - * / **``, parentheses, the constants pi and e, and the functions sin, cos,
tan, asin, acos, atan, atan2(y, x), sinh, cosh, tanh, exp, expm1, log, log1p, log2, log10, sqrt, abs, min and max.
Anything else is refused, with its position. A formula becomes a tape: its operations in the order of evaluation.

Where a function is not differentiable, a one-sided derivative or subgradient is used: abs has slope 0 at 0, min and max
that of the argument that comes first. Where the slope is infinite (sqrt at 0), the derivative is reported as missing.
"""

from __future__ import annotations

import ast
import math
import re
from collections.abc import Iterable, Iterator
from functools import cached_property
from keyword import iskeyword
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from ...core.errors import UsageError
from ...core.types import Array
from .jets import ALL, FUNCTIONS, Jet, variables

__all__ = ["Formula", "Operation", "read_formula"]

CONSTANTS = {"pi": math.pi, "e": math.e}
LONGEST, DEEPEST, NAME = 2000, 100, 30  # characters of a formula, parentheses in each other, characters of a name
ARGUMENTS = {"atan2": (2, 2), "min": (2, 99), "max": (2, 99)}  # arguments of all other functions: one
BINARY = {ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/", ast.Pow: "**"}
TOKEN = re.compile(r"(?P<number>(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)|(?P<name>[A-Za-z_]\w*)|\*\*|[-+*/(),]", re.ASCII)
READ = "a formula holds numbers, names, + - * / ** and ( )"
MENDS = {"^": "write ** for a power", "=": "write only what is to be minimised", "[": "write x1, x2 for x[1], x[2]"}


class Operation(NamedTuple):
    """One entry of a tape: an operation on the last ``takes`` results, or a number or variable."""

    name: str
    takes: int = 0
    value: Any = 0.0  # of a number; the place of a variable, its name until that is known


class Formula:
    """A function written as text. `read_formula` makes it; calling it gives values.

    Attributes
    ----------
    text : str
    names : tuple of str
        Its d variables, in the order of the coordinates of a point.
    tape : tuple of Operation
    """

    def __init__(self, text: str, names: tuple[str, ...], tape: tuple[Operation, ...]) -> None:
        self.text, self.names, self.tape = text, names, tape

    def __repr__(self) -> str:
        text = self.text if len(self.text) <= 60 else f"{self.text[:60]}..."
        return f"<Formula {text} of {', '.join(self.names) or 'nothing'}>"

    def __call__(self, x: Any) -> Any:
        """Values at points x (..., d)."""
        return self.jet(x, 0).value

    def jet(self, x: ArrayLike, order: int) -> Jet:
        """Values with first and second derivatives at points x (..., d): arrays (...), (d, ...) and (d, d, ...)."""
        x = np.moveaxis(np.asarray(x, np.float64), -1, 0)
        if len(x) != len(self.names):
            raise UsageError(f"a point of this formula is {len(self.names)} numbers, {', '.join(self.names)}")
        with np.errstate(all="ignore"):
            return self._filled(self._played(variables(x, order)), x, order)

    def _played(self, variables: list[Jet]) -> Jet:
        stack: list[Jet] = []
        for name, takes, value in self.tape:
            if name == "variable":
                stack.append(variables[value])
            elif name == "number":
                stack.append(Jet(np.float64(value)))
            else:
                stack[-takes:] = [ALL[name](*stack[-takes:])]
        return stack[0]

    def _filled(self, jet: Jet, x: Array, order: int) -> Jet:
        """A constant's jet: derivatives are zeros of full shape."""
        points, d = x.shape[1:], len(x)
        value = np.broadcast_to(jet.value, points)[()]
        slope = jet.slope if jet.slope is not None or not order else np.zeros((d, *points))
        hessian = jet.hessian if jet.hessian is not None or order < 2 else np.zeros((d, d, *points))
        return Jet(value, slope, hessian)

    @cached_property
    def degree(self) -> float:
        """Degree of the formula as a polynomial; infinite if it is not written as one."""
        stack: list[tuple[float, float | None]] = []  # degree, and the value of a number
        for name, takes, value in self.tape:
            if not takes:
                stack.append((1.0, None) if name == "variable" else (0.0, value))
            else:
                stack[-takes:] = [_degree(name, stack[-takes:])]
        return stack[0][0]


def _degree(name: str, parts: list[tuple[float, float | None]]) -> tuple[float, float | None]:
    degrees = [degree for degree, _ in parts]
    if name == "negative":
        return degrees[0], None if parts[0][1] is None else -parts[0][1]
    if name in ("+", "-"):
        return max(degrees), None
    if name == "*":
        return sum(degrees), None
    if name == "/" and degrees[1] == 0:
        return degrees[0], None
    power = parts[-1][1] if name == "**" else None
    if power is not None and power >= 0 and power == int(min(power, 1e9)):
        return degrees[0] * power, None
    return (0.0 if max(degrees) == 0 else math.inf), None


def read_formula(text: str, names: Iterable[str] | None = None) -> Formula:
    """The function given by a text such as "(x - 3)**2 + 2".

    Parameters
    ----------
    text : str
        At most 2,000 characters, parentheses at most 100 deep.
    names : iterable of str or None
        The variables in the order of the coordinates; None takes those of the text, sorted naturally: x, y, or x1, x2,
        ..., x10.

    Raises
    ------
    UsageError
        If the text is not a formula, with the position of the error, or ``names`` lacks one of its variables.

    Notes
    -----
    Parsing costs some 10 ms at most. A derivative costs about d times the value, second derivatives d^2 times. Forward
    mode: Griewank, A. and Walther, A. (2008). Evaluating Derivatives, 3. doi:10.1137/1.9780898717761

    Examples
    --------
    >>> parabola = read_formula("(x - 3)**2 + 2")
    >>> float(parabola([6.0])), float(parabola.jet([6.0], 1).slope[0])
    (11.0, 6.0)
    """
    if not isinstance(text, str):
        raise UsageError(f"a formula is a text, not {type(text).__name__}")
    text = re.sub(r"[\t\r\n]", " ", text)
    _scan(text)
    tape = tuple(_tape(text))
    found = sorted(sorted({op.value for op in tape if op.name == "variable"}), key=_natural)  # x02 before x2
    order = tuple(found) if names is None else _given(names, found)
    placed = (op._replace(value=order.index(op.value)) if op.name == "variable" else op for op in tape)
    return Formula(text.strip(), order, tuple(placed))


def _natural(name: str) -> list[tuple[int, str, int]]:
    """Sort key that puts x2 before x10."""
    return [(1, "", int(part)) if part.isdigit() else (0, part, 0) for part in re.split(r"(\d+)", name) if part]


def _given(names: Iterable[str], found: list[str]) -> tuple[str, ...]:
    order = tuple(names)
    for name in order:
        if not isinstance(name, str) or not name.isidentifier() or name in CONSTANTS or name in FUNCTIONS:
            raise UsageError(f"{name!r} cannot be a variable's name")
    missing = [name for name in found if name not in order]
    if missing or len(set(order)) < len(order):
        raise UsageError(f"the variables are {', '.join(found)}: names must hold each of them once")
    return order


def _wrong(position: int, what: str) -> UsageError:
    return UsageError(f"formula, position {position + 1}: {what}")


def _scan(text: str) -> None:
    """Refuse characters that are not allowed, before Python's parser reads the text."""
    if not text.strip():
        raise UsageError("the formula is empty: write one such as (x-3)**2+2")
    if len(text) > LONGEST:
        raise UsageError(f"the formula has {len(text):,} characters: at most {LONGEST:,} are read")
    place, before = 0, ""
    open_at: list[int] = []
    while place < len(text):
        if text[place] == " ":
            place, before = place + 1, ""
            continue
        token = TOKEN.match(text, place)
        if token is None:
            raise _wrong(place, f"{text[place]!r} is not read here: {MENDS.get(text[place], READ)}")
        _check_token(token, before)
        _count(token[0], place, open_at)
        place, before = token.end(), token.lastgroup or ""
    if open_at:
        raise _wrong(open_at[-1], "this parenthesis is never closed")


def _check_token(token: re.Match[str], before: str) -> None:
    """Refuse an invalid name, and 2x."""
    kind, text = token.lastgroup, token[0]
    if before == "number" and kind in ("name", "number"):
        raise _wrong(token.start(), f"write * between a number and {text[:NAME]}")
    if kind == "name" and (iskeyword(text) or len(text) > NAME):
        raise _wrong(token.start(), f"{text[:NAME]!r} cannot be a variable's name")


def _count(token: str, place: int, open_at: list[int]) -> None:
    """Keep the positions of open parentheses."""
    if token == "(":
        open_at.append(place)
    elif token == ")" and not open_at:
        raise _wrong(place, "this parenthesis was never opened")
    elif token == ")":
        open_at.pop()
    if len(open_at) > DEEPEST:
        raise _wrong(place, f"parentheses are more than {DEEPEST} deep")


def _tape(text: str) -> Iterator[Operation]:
    """Operations in the order of evaluation; variables still by name."""
    inside = text.strip()
    skipped = text.index(inside)
    try:
        root = ast.parse(inside, mode="eval").body
    except SyntaxError as error:
        raise _wrong(skipped + (error.offset or len(inside) + 1) - 1, "this does not read as a formula") from None
    except (ValueError, MemoryError, RecursionError):
        raise UsageError("the formula does not read as one: it is nested too deeply") from None
    left: list[ast.AST | Operation] = [root]
    while left:
        node = left.pop()
        if isinstance(node, Operation):
            yield node
            continue
        operation, parts = _split(node, skipped)
        left.append(operation)
        left.extend(reversed(parts))


def _split(node: Any, skipped: int) -> tuple[Operation, list[ast.expr]]:
    """Operation and operands of a node of the syntax tree; any node that is not allowed is refused."""
    while isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.UAdd):
        node = node.operand
    at = skipped + node.col_offset
    if isinstance(node, ast.Constant):
        return Operation("number", 0, _number(node.value, at)), []
    if isinstance(node, ast.Name):
        return _named(node.id, at), []
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        return Operation("negative", 1), [node.operand]
    if isinstance(node, ast.BinOp) and type(node.op) in BINARY:
        return Operation(BINARY[type(node.op)], 2), [node.left, node.right]
    if isinstance(node, ast.Call):
        return _call(node, at)
    raise _wrong(at, "this does not read as a formula")


def _number(value: Any, at: int) -> float:
    try:
        number = float(value) if isinstance(value, (int, float)) and not isinstance(value, bool) else math.nan
    except OverflowError:
        number = math.inf
    if not math.isfinite(number):
        raise _wrong(at, "this number is too large: at most 1.7e308")
    return number


def _named(name: str, at: int) -> Operation:
    if name in FUNCTIONS:
        raise _wrong(at, f"{name} is a function: write {name}(...)")
    return Operation("number", 0, CONSTANTS[name]) if name in CONSTANTS else Operation("variable", 0, name)


def _call(node: ast.Call, at: int) -> tuple[Operation, list[ast.expr]]:
    name = node.func.id if isinstance(node.func, ast.Name) else None
    if name is None or name not in FUNCTIONS:
        what = "write * for a product" if name is None else f"{name} is no function"
        raise _wrong(at, f"{what}: write * to multiply; functions are {', '.join(FUNCTIONS)}")
    low, high = ARGUMENTS.get(name, (1, 1))
    if node.keywords or not low <= len(node.args) <= high or any(isinstance(a, ast.Starred) for a in node.args):
        many = f"{low} or more" if high > low else str(low)
        raise _wrong(at, f"{name} takes {many} argument{'s' if high > 1 else ''}")
    return Operation(name, len(node.args)), node.args
