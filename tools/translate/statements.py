"""Statements and functions: a Python function to a function of TypeScript."""

from __future__ import annotations

import ast
import inspect
import textwrap
from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any

from .errors import TranslationError
from .expressions import NONE, Expressions

__all__ = ["Function"]

TYPES = {"int": "number", "float": "number", "LinkValue": "number", "Array": "number", "None": "void"}
INDENT = "  "


class Function:
    """One function to translate.

    Parameters
    ----------
    source : callable
        A Python function.
    known : mapping of str to str
        Functions that are translated, by their names in Python and in TypeScript.
    whole : iterable of str
        Parameters that are whole arrays (numbers by coordinate, or a list of such).
    """

    def __init__(self, source: Callable[..., Any], known: Mapping[str, str], whole: tuple[str, ...] = ()) -> None:
        self.tree = _tree(source)
        self.expressions = Expressions(source.__globals__, known, set(whole))
        self.parameters = [each.arg for each in self.tree.args.args]
        self.expressions.local.update(self.parameters)
        self.assigned = Counter(_targets(self.tree))

    def arrow(self, indent: str = "") -> str:
        """The function as an arrow: a value where it is one expression."""
        body = self._body()
        head = f"({', '.join(self._used())}) =>"
        if len(body) == 1 and isinstance(body[0], ast.Return) and body[0].value is not None:
            return f"{head} {self._value(body[0].value)}"
        return f"{head} {{\n{self._block(body, indent + INDENT)}{indent}}}"

    def _used(self) -> list[str]:
        """The parameters up to the last that is used; those before it that are not begin with an underscore."""
        names = {node.id for part in self._body() for node in ast.walk(part) if isinstance(node, ast.Name)}
        last = max((place for place, name in enumerate(self.parameters) if name in names), default=-1)
        return [name if name in names else f"_{name.lstrip('_')}" for name in self.parameters[: last + 1]]

    def declaration(self, name: str) -> str:
        """The function as an exported declaration with the types of its annotations."""
        given = ", ".join(f"{each.arg}: {_type(each.annotation)}" for each in self.tree.args.args)
        about = f"/** {_about(self.tree)} */\n"
        head = f"export function {name}({given}): {_type(self.tree.returns)}"
        return f"{about}{head} {{\n{self._block(self._body(), INDENT)}}}\n"

    def _body(self) -> list[ast.stmt]:
        first = self.tree.body[0]
        documented = isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant)
        return self.tree.body[1:] if documented else self.tree.body

    def _block(self, body: list[ast.stmt], indent: str) -> str:
        before = set(self.expressions.local)
        lines = "".join(self._statement(node, indent) for node in body)
        self.expressions.local &= before | set(self.parameters)  # names of a block end with it
        return lines

    def _statement(self, node: ast.stmt, indent: str) -> str:
        translate = getattr(self, f"_{type(node).__name__.lower()}", None)
        if translate is None:
            raise TranslationError(node, NONE)
        text: str = translate(node, indent)
        return text

    def _sums(self, indent: str) -> str:
        """The sums that the statement to come needs."""
        lines = "".join(f"{indent}{line}\n" for line in self.expressions.sums)
        self.expressions.sums.clear()
        return lines

    def _value(self, node: ast.expr) -> str:
        """A value to keep: a whole array is made anew, coordinate by coordinate."""
        text = self.expressions.text(node)
        return f"each(g.length, (j) => {text})" if self.expressions.is_whole(node) else text

    def _return(self, node: ast.Return, indent: str) -> str:
        if node.value is None:
            return f"{indent}return;\n"
        value = self._value(node.value)
        return f"{self._sums(indent)}{indent}return {value};\n"

    def _expr(self, node: ast.Expr, indent: str) -> str:
        return f"{indent}{self.expressions.text(node.value)};\n"

    def _assign(self, node: ast.Assign, indent: str) -> str:
        target, value = node.targets[0], node.value
        if len(node.targets) > 1 or isinstance(target, ast.Tuple) != isinstance(value, ast.Tuple):
            raise TranslationError(node, NONE)
        if isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple):
            return self._together(target.elts, value.elts, indent)
        if _is_count(target, value):
            name = ast.unparse(target).partition("[")[0]
            return f"{indent}for (let k = 0; k < {name}.length; k++) {name}[k] = k;\n"
        return self._one(target, value, indent)

    def _annassign(self, node: ast.AnnAssign, indent: str) -> str:
        if node.value is None:
            raise TranslationError(node, "has no value")
        return self._one(node.target, node.value, indent)

    def _together(self, targets: list[ast.expr], values: list[ast.expr], indent: str) -> str:
        """Several assignments at once; elements of arrays are read before one is written."""
        if all(isinstance(target, ast.Name) for target in targets):
            return "".join(self._one(*pair, indent) for pair in zip(targets, values, strict=True))
        names = [f"new{place}" for place in range(len(values))]
        reads = "".join(f"{indent}const {name} = {self._value(v)};\n" for name, v in zip(names, values, strict=True))
        pairs = zip(targets, names, strict=True)
        return reads + "".join(f"{indent}{self.expressions.text(target)} = {name};\n" for target, name in pairs)

    def _one(self, target: ast.expr, value: ast.expr, indent: str) -> str:
        text, expressions = self._value(value), self.expressions
        before = self._sums(indent)
        if not isinstance(target, ast.Name):
            return f"{before}{indent}{self._element(target)} = {text};\n"
        if expressions.is_whole(value):
            expressions.whole.add(target.id)
        new = target.id not in expressions.local
        expressions.local.add(target.id)
        kind = ("const " if self.assigned[target.id] == 1 else "let ") if new else ""
        return f"{before}{indent}{kind}{target.id} = {text};\n"

    def _element(self, target: ast.expr) -> str:
        """An element to write: of a memory of whole arrays it is one of the arrays."""
        return self.expressions.text(target).removesuffix("[j]")

    def _augassign(self, node: ast.AugAssign, indent: str) -> str:
        return self._one(node.target, ast.copy_location(ast.BinOp(node.target, node.op, node.value), node), indent)

    def _if(self, node: ast.If, indent: str) -> str:
        test = self.expressions.text(node.test)
        before, then = self._sums(indent), self._block(node.body, indent + INDENT)
        text = f"{before}{indent}if ({test}) {{\n{then}{indent}}}"
        if len(node.orelse) == 1 and isinstance(node.orelse[0], ast.If):
            return f"{text} else {self._if(node.orelse[0], indent).lstrip()}"
        if node.orelse:
            text += f" else {{\n{self._block(node.orelse, indent + INDENT)}{indent}}}"
        return text + "\n"

    def _for(self, node: ast.For, indent: str) -> str:
        if not isinstance(node.target, ast.Name) or node.orelse:
            raise TranslationError(node, NONE)
        name, head = node.target.id, ""
        if isinstance(node.iter, ast.Name):
            head = f"const {name} of {node.iter.id}"
        elif isinstance(node.iter, ast.Call) and ast.unparse(node.iter.func) == "range":
            head = self._range(name, [self.expressions.text(each) for each in node.iter.args])
        else:
            raise TranslationError(node, NONE)
        self.expressions.local.add(name)
        text = f"{indent}for ({head}) {{\n{self._block(node.body, indent + INDENT)}{indent}}}\n"
        self.expressions.local.discard(name)
        return text

    def _range(self, name: str, ends: list[str]) -> str:
        first, end = ("0", *ends) if len(ends) == 1 else ends[:2]
        by = ends[2] if len(ends) == 3 else "1"
        change = {"1": f"{name}++", "-1": f"{name}--"}.get(by, f"{name} += {by}")
        return f"let {name} = {first}; {name} {'>' if by.startswith('-') else '<'} {end}; {change}"


def _tree(source: Callable[..., Any]) -> ast.FunctionDef:
    """The syntax tree of a function, with the line numbers of its file."""
    lines, first = inspect.getsourcelines(source)
    tree = ast.parse(textwrap.dedent("".join(lines))).body[0]
    if not isinstance(tree, ast.FunctionDef):
        raise TranslationError(tree, "is not a function")
    ast.increment_lineno(tree, first - 1)
    return tree


def _targets(tree: ast.FunctionDef) -> list[str]:
    """Names that are assigned, once for each time."""
    return [node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)]


def _is_count(target: ast.expr, value: ast.expr) -> bool:
    """Whether this is ``order[:] = np.arange(n)``, with n its length."""
    return (
        isinstance(target, ast.Subscript) and isinstance(target.slice, ast.Slice) and "np.arange" in ast.unparse(value)
    )


def _type(annotation: ast.expr | None) -> str:
    words = "None" if annotation is None else ast.unparse(annotation)
    if words.startswith("NDArray"):
        return "Int32Array"
    if words not in TYPES:
        raise TranslationError(annotation or ast.Constant(None), "is a type without a translation")
    return TYPES[words]


def _about(tree: ast.FunctionDef) -> str:
    return (ast.get_docstring(tree) or "").partition("\n")[0].replace("``", "")
