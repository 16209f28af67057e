"""Expressions: a Python syntax tree to the text of TypeScript, with as few parentheses as the grammar allows."""

from __future__ import annotations

import ast
import math
from collections.abc import Mapping
from typing import Any

from .errors import TranslationError

__all__ = ["NONE", "Expressions"]

ATOM, UNARY, PRODUCT, SUM, SHIFT, ORDER, EQUAL, AND, XOR, OR, BOTH, EITHER, CHOICE = range(15, 2, -1)  # as they bind
BINARY = {
    ast.Add: ("+", SUM), ast.Sub: ("-", SUM), ast.Mult: ("*", PRODUCT), ast.Div: ("/", PRODUCT),
    ast.BitAnd: ("&", AND), ast.BitXor: ("^", XOR),
}  # fmt: skip
COMPARED = {
    ast.Lt: ("<", ORDER), ast.LtE: ("<=", ORDER), ast.Gt: (">", ORDER), ast.GtE: (">=", ORDER),
    ast.Eq: ("===", EQUAL), ast.NotEq: ("!==", EQUAL),
}  # fmt: skip
MATH = {
    "sqrt": "sqrt", "abs": "abs", "absolute": "abs", "maximum": "max", "minimum": "min", "max": "max", "min": "min",
    "exp": "exp", "log": "log", "log2": "log2", "log1p": "log1p", "expm1": "expm1", "sign": "sign", "cos": "cos",
    "floor": "floor", "int": "trunc",
}  # fmt: skip
LIBRARIES = ("np", "math")
NONE = "has no translation"
WORD = 0xFFFFFFFF  # a mask of 32 bits

Piece = tuple[str, int]  # text, and how tightly its outermost operator binds


class Expressions:
    """The expressions of one function.

    Whole numbers are below 2^32 and their products below 2^53, so that they are exact as numbers of JavaScript.

    Parameters
    ----------
    values : mapping
        What global names stand for: numbers are written out.
    known : mapping of str to str
        Functions that are translated, by their names in Python and in TypeScript.
    whole : set of str
        Names of whole arrays; an expression with one of them is that of coordinate j.
    """

    def __init__(self, values: Mapping[str, Any], known: Mapping[str, str], whole: set[str]) -> None:
        self.values, self.known, self.whole, self.local = values, known, whole, set[str]()
        self.sums: list[str] = []  # those of the statement so far, each a loop of its own before it
        self.count = 0

    def text(self, node: ast.expr, least: int = 0) -> str:
        """The expression, in parentheses if it binds less tightly than ``least``."""
        text, binds = self._piece(node)
        return text if binds >= least else f"({text})"

    def _piece(self, node: ast.expr) -> Piece:
        translate = getattr(self, f"_{type(node).__name__.lower()}", None)
        if translate is None:
            raise TranslationError(node, NONE)
        piece: Piece = translate(node)
        return piece

    def is_whole(self, node: ast.AST) -> bool:
        """Whether an expression is an array; sums over coordinates are numbers."""
        if isinstance(node, ast.Call) and self._is_sum(node):
            return False
        if isinstance(node, ast.Name):
            return node.id in self.whole
        return any(self.is_whole(part) for part in ast.iter_child_nodes(node))

    def _constant(self, node: ast.Constant) -> Piece:
        if isinstance(node.value, bool) or not isinstance(node.value, (int, float)):
            raise TranslationError(node, "is not a number")
        return self._number(node.value)

    def _number(self, value: float) -> Piece:
        size = "Infinity" if math.isinf(value) else repr(abs(value))
        return (f"-{size}", UNARY) if value < 0 else (size, ATOM)

    def _name(self, node: ast.Name) -> Piece:
        if node.id in self.local:
            return (f"{node.id}[j]" if node.id in self.whole else node.id), ATOM
        value = self.values.get(node.id)
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            raise TranslationError(node, "is neither a local name nor a number")
        return self._number(value)

    def _attribute(self, node: ast.Attribute) -> Piece:
        owner = node.value.id if isinstance(node.value, ast.Name) else None
        constants = {"pi": "Math.PI", "inf": "Infinity"}
        if owner == "self":
            return f"self.{node.attr}", ATOM
        if owner in LIBRARIES and node.attr in constants:
            return constants[node.attr], ATOM
        raise TranslationError(node, "is unknown here")

    def _list(self, node: ast.List | ast.Tuple) -> Piece:
        return f"[{', '.join(map(self.text, node.elts))}]", ATOM

    _tuple = _list

    def _subscript(self, node: ast.Subscript) -> Piece:
        if isinstance(node.slice, ast.Slice):
            raise TranslationError(node, "needs whole arrays")
        name = node.value.id if isinstance(node.value, ast.Name) else ""
        if name not in self.local:
            raise TranslationError(node, "is not an element of a local array")
        return f"{name}[{self.text(node.slice)}]" + ("[j]" if name in self.whole else ""), ATOM

    def _binop(self, node: ast.BinOp) -> Piece:
        left, right = node.left, node.right
        if isinstance(node.op, ast.Pow):
            return f"Math.pow({self.text(left)}, {self.text(right)})", ATOM
        if isinstance(node.op, (ast.FloorDiv, ast.Mod)):
            name = "quotient" if isinstance(node.op, ast.FloorDiv) else "remainder"
            return f"{name}({self.text(left)}, {self.text(right)})", ATOM
        if isinstance(node.op, ast.RShift):
            return self._shifted(left, right)
        if isinstance(node.op, (ast.BitAnd, ast.BitOr)) and _is_condition(left) and _is_condition(right):
            both = isinstance(node.op, ast.BitAnd)
            return self._joined("&&" if both else "||", BOTH if both else EITHER, [left, right])
        if isinstance(node.op, ast.BitAnd) and self._is_mask(right):
            return self._word(left)
        if type(node.op) not in BINARY:
            raise TranslationError(node, NONE)
        sign, binds = BINARY[type(node.op)]
        text = f"{self.text(left, binds)} {sign} {self.text(right, binds + 1)}"
        return (f"({text}) >>> 0", SHIFT) if isinstance(node.op, ast.BitXor) else (text, binds)

    def _shifted(self, left: ast.expr, right: ast.expr) -> Piece:
        """A shift to the right: of a product, which may exceed 32 bits, it is a division."""
        if isinstance(left, ast.BinOp) and isinstance(left.op, ast.Mult):
            divisor = 1 << int(self.text(right))
            return f"Math.floor({self.text(left, PRODUCT)} / {divisor})", ATOM
        return f"{self.text(left, SHIFT)} >>> {self.text(right, SHIFT + 1)}", SHIFT

    def _word(self, node: ast.expr) -> Piece:
        """The last 32 bits."""
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mult):
            return f"Math.imul({self.text(node.left)}, {self.text(node.right)}) >>> 0", SHIFT
        return f"{self.text(node, SHIFT)} >>> 0", SHIFT

    def _is_mask(self, node: ast.expr) -> bool:
        return isinstance(node, ast.Name) and self.values.get(node.id) == WORD

    def _unaryop(self, node: ast.UnaryOp) -> Piece:
        sign = {ast.USub: "-", ast.UAdd: "+", ast.Not: "!"}.get(type(node.op))
        if sign is None:
            raise TranslationError(node, NONE)
        return f"{sign}{self.text(node.operand, UNARY + 1)}", UNARY

    def _compare(self, node: ast.Compare) -> Piece:
        ends, parts = [node.left, *node.comparators], []
        for left, operator, right in zip(ends, node.ops, ends[1:], strict=False):
            if type(operator) not in COMPARED:
                raise TranslationError(node, NONE)
            sign, binds = COMPARED[type(operator)]
            parts.append(f"{self.text(left, binds + 1)} {sign} {self.text(right, binds + 1)}")
        return " && ".join(parts), EQUAL if len(parts) == 1 else BOTH

    def _boolop(self, node: ast.BoolOp) -> Piece:
        both = isinstance(node.op, ast.And)
        return self._joined("&&" if both else "||", BOTH if both else EITHER, node.values)

    def _joined(self, sign: str, binds: int, nodes: list[ast.expr]) -> Piece:
        return f" {sign} ".join(self.text(node, binds + 1) for node in nodes), binds

    def _ifexp(self, node: ast.IfExp) -> Piece:
        return self._choice(node.test, node.body, node.orelse)

    def _choice(self, test: ast.expr, then: ast.expr, other: ast.expr) -> Piece:
        return f"{self.text(test, CHOICE + 1)} ? {self.text(then, CHOICE + 1)} : {self.text(other, CHOICE + 1)}", CHOICE

    def _call(self, node: ast.Call) -> Piece:
        library = isinstance(node.func, ast.Attribute)
        if node.keywords or (library and ast.unparse(node.func).partition(".")[0] not in LIBRARIES):
            raise TranslationError(node, NONE)
        name = ast.unparse(node.func).rpartition(".")[2]
        if self._is_sum(node):
            return self._sum(node.args[0]), ATOM
        if name == "where" and library:
            return self._choice(*node.args)
        if name == "float":
            return self._piece(node.args[0])
        if name == "empty" and library:
            return f"new Int32Array({self.text(node.args[0])})", ATOM
        if name == "len":
            return f"{self.text(node.args[0], ATOM)}.length", ATOM
        if name == "clip":
            value, low, high = map(self.text, node.args)
            return f"Math.min(Math.max({value}, {low}), {high})", ATOM
        called = self.known.get(name) if not library else None
        called = called or (f"Math.{MATH[name]}" if name in MATH else None)
        if called is None:
            raise TranslationError(node, f"calls {name}, which {NONE}")
        return f"{called}({', '.join(map(self.text, node.args))})", ATOM

    def _sum(self, node: ast.expr) -> str:
        """The name of a sum over the coordinates."""
        text = self.text(node)
        self.count += 1
        self.sums.append(f"const sum{self.count} = sum(g.length, (j) => {text});")
        return f"sum{self.count}"

    def _is_sum(self, node: ast.Call) -> bool:
        return bool(self.whole) and ast.unparse(node.func) == "np.sum"


def _is_condition(node: ast.expr) -> bool:
    """Whether an expression is true or false."""
    if isinstance(node, ast.BinOp) and isinstance(node.op, (ast.BitAnd, ast.BitOr)):
        return _is_condition(node.left) and _is_condition(node.right)
    return isinstance(node, (ast.Compare, ast.BoolOp))
