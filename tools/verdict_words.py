"""Translate the sentences of a verdict, and the templates of its reason, for the page: front/src/judge/words.gen.ts.

The sentences have one author, Python. Their syntax trees are formatted strings, choices and comparisons, which
TypeScript has too; the page only spells the numbers in its own way, by the `Spelling` it hands in.

    python tools/verdict_words.py            # writes the file
    python tools/verdict_words.py --check    # fails if the file is not what would be written
"""

from __future__ import annotations

import ast
import json
import re
import sys
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
SOURCES = ROOT / "src" / "steepest" / "optimality"
TARGET = ROOT / "front" / "src" / "judge" / "words.gen.ts"
HEAD = """\
// The sentences of a verdict and of its reason. Written by tools/verdict_words.py from verdict_text.py and
// contraction.py in src/steepest/optimality: edit these.

import type { Evidence } from "./evidence";
import type { Spelling } from "./spelling";

"""
FACTORY = """
/** The sentences of a verdict, with numbers spelled by `show`. */
export const sentences = (show: Spelling) => {
"""
OPERATORS = {ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">=", ast.Eq: "===", ast.NotEq: "!==", ast.Is: "==="}
OPERATORS |= {ast.IsNot: "!==", ast.And: "&&", ast.Or: "||", ast.Add: "+", ast.Sub: "-", ast.Mult: "*"}
CALLS = {"math.isfinite": "Number.isFinite", "math.isinf": "!Number.isFinite", "count": "show.about"}
TYPES = {"Evidence": "Evidence", "float | None": "number | null", "str": "string", "float": "number"}
FORMATS = {"g": "show.general", "e": "show.power"}


def camel(name: str) -> str:
    """A Python name as TypeScript spells it.

    Examples
    --------
    >>> camel("_against_limit")
    'againstLimit'
    """
    return re.sub(r"_(\w)", lambda found: found[1].upper(), name.lstrip("_"))


class Translator:
    """Expressions and statements of the sentences, in TypeScript; ``whole`` names what is a whole number."""

    def __init__(self, whole: set[str]) -> None:
        self.whole = whole
        self.changing: set[str] = set()  # variables of the function at hand that are assigned more than once

    def function(self, node: ast.FunctionDef) -> str:
        """A function within the factory."""
        given = ", ".join(f"{a.arg}: {TYPES[ast.unparse(a.annotation or a)]}" for a in node.args.args)
        returns = TYPES[ast.unparse(node.returns or node)]
        self.changing = _changing(node)
        declared = f"    let {', '.join(sorted(self.changing))};\n" if self.changing else ""
        body = declared + "".join(self.statement(s) for s in node.body)
        doc = ast.get_docstring(node)
        comment = f"  /** {doc} */\n" if doc else ""
        return f"{comment}  function {camel(node.name)}({given}): {returns} {{\n{body}  }}\n"

    def statement(self, node: ast.stmt, pad: str = "    ") -> str:
        """A statement, indented."""
        match node:
            case ast.Expr(ast.Constant()):
                return ""
            case ast.Return(ast.expr() as value):
                return f"{pad}return {self.bare(value)};\n"
            case ast.Assign([target], value):
                return self.assignment(target, value, pad)
            case ast.If(test, body, rest):
                head = f"{pad}if ({self.bare(test)}) {self.block(body, pad)}"
                if not rest:
                    return head + "\n"
                if len(rest) == 1 and isinstance(rest[0], ast.If):
                    return f"{head} else {self.statement(rest[0], pad).lstrip()}"
                return f"{head} else {self.block(rest, pad)}\n"
        raise NotImplementedError(ast.unparse(node))

    def block(self, body: list[ast.stmt], pad: str) -> str:
        """Statements in braces."""
        return "{\n" + "".join(self.statement(s, pad + "  ") for s in body) + pad + "}"

    def assignment(self, target: ast.expr, value: ast.expr, pad: str) -> str:
        """New values of variables."""
        names = _names(target)
        word = "" if self.changing & set(names) else "const "
        left = f"[{', '.join(names)}]" if len(names) > 1 else names[0]
        return f"{pad}{word}{left} = {self.bare(value)};\n"

    def bare(self, node: ast.expr) -> str:
        """An expression without the parentheses around it."""
        text = self.expression(node)
        composed = isinstance(node, ast.IfExp | ast.BoolOp | ast.BinOp | ast.Compare)
        return text[1:-1] if composed and text.startswith("(") else text

    def expression(self, node: ast.expr) -> str:
        """An expression; what is composed is in parentheses."""
        match node:
            case ast.Constant(value):
                return _literal(value)
            case ast.Name(name):
                return camel(name)
            case ast.Attribute(ast.Name("Sense"), name):
                return _literal(name.lower())
            case ast.Attribute(value, name):
                return f"{self.expression(value)}.{camel(name)}"
            case ast.JoinedStr(parts):
                return "`" + "".join(self.part(p) for p in parts) + "`"
            case ast.IfExp(test, then, other):
                return f"({self.expression(test)} ? {self.expression(then)} : {self.expression(other)})"
            case ast.BoolOp(op, values):
                return "(" + f" {OPERATORS[type(op)]} ".join(map(self.expression, values)) + ")"
            case ast.BinOp(left, op, right):
                return f"({self.expression(left)} {OPERATORS[type(op)]} {self.expression(right)})"
            case ast.UnaryOp(ast.Not(), value):
                return f"!{self.expression(value)}"
            case ast.Compare():
                return self.comparison(node)
            case ast.Tuple(values):
                return "[" + ", ".join(map(self.expression, values)) + "]"
            case ast.Call(function, values):
                name = ast.unparse(function)
                return f"{CALLS.get(name) or camel(name)}({', '.join(map(self.expression, values))})"
            case ast.Subscript(value, index):
                return self.item(value, index)
            case ast.Dict(keys, values):
                pairs = zip(keys, values, strict=True)
                return "({" + ", ".join(f"{self.expression(k or v)}: {self.expression(v)}" for k, v in pairs) + "})"
        raise NotImplementedError(ast.unparse(node))

    def item(self, value: ast.expr, index: ast.expr) -> str:
        """An element; of an array also the last."""
        if isinstance(index, ast.UnaryOp):
            return f"{self.expression(value)}.at({ast.unparse(index)})!"
        mark = "!" if isinstance(index, ast.Constant) else ""
        return f"{self.expression(value)}[{self.expression(index)}]{mark}"

    def comparison(self, node: ast.Compare) -> str:
        """Comparisons in a row; a string that is compared holds numbers as Python prints them."""
        first = [node.left, *node.comparators]
        found = []
        for left, op, right in zip(first, node.ops, node.comparators, strict=False):
            a, b = self.compared(left), self.compared(right)
            if isinstance(op, ast.In | ast.NotIn):
                found.append(f"{'!' if isinstance(op, ast.NotIn) else ''}{b}.includes({a})")
            else:
                found.append(f"{a} {OPERATORS[type(op)]} {b}")
        return "(" + " && ".join(found) + ")"

    def compared(self, node: ast.expr) -> str:
        """A side of a comparison."""
        return re.sub(r"show\.whole\(([\w.]+)\)", r"\1", self.expression(node))

    def part(self, node: ast.expr) -> str:
        """A part of a formatted string."""
        if isinstance(node, ast.Constant):
            return str(node.value).replace("\\", "\\\\").replace("`", "\\`").replace("${", "\\${")
        assert isinstance(node, ast.FormattedValue)
        text = self.expression(node.value)
        if node.format_spec is not None:
            digits, kind = re.fullmatch(r"\.(\d)([ge])", ast.unparse(node.format_spec)[2:-1]).groups()  # type: ignore[union-attr]
            return f"${{{FORMATS[kind]}({text}, {digits})}}"
        return f"${{show.whole({text})}}" if ast.unparse(node.value) in self.whole else f"${{{text}}}"


def _literal(value: object) -> str:
    """A string, a number, true, false or null."""
    return json.dumps(value)


def _names(target: ast.expr) -> list[str]:
    return [ast.unparse(name) for name in (target.elts if isinstance(target, ast.Tuple) else [target])]


def _changing(node: ast.FunctionDef) -> set[str]:
    """Variables that are assigned more than once, and those that are assigned together with one."""
    groups = [_names(s.targets[0]) for s in ast.walk(node) if isinstance(s, ast.Assign)]
    often = Counter(name for group in groups for name in group)
    return {name for group in groups if any(often[n] > 1 for n in group) for name in group}


def _whole_numbers() -> set[str]:
    """The attributes of Evidence that are whole numbers, as expressions of the sentences."""
    tree = ast.parse((SOURCES / "evidence.py").read_text(encoding="utf-8"))
    evidence = next(c for c in tree.body if isinstance(c, ast.ClassDef) and c.name == "Evidence")
    methods = (m for m in evidence.body if isinstance(m, ast.FunctionDef) and m.returns is not None)
    return {f"e.{m.name}" for m in methods if m.returns is not None and ast.unparse(m.returns) == "int"}


def _constants() -> str:
    """The templates of contraction.py: strings with {} where numbers are."""
    tree = ast.parse((SOURCES / "contraction.py").read_text(encoding="utf-8"))
    found = [s for s in tree.body if isinstance(s, ast.Assign) and isinstance(s.value, ast.Constant)]
    strings = [(ast.unparse(s.targets[0]), ast.literal_eval(s.value)) for s in found]
    return "".join(f"export const {name} = {_literal(text)};\n" for name, text in strings if isinstance(text, str))


def translated() -> str:
    """The text of the file."""
    tree = ast.parse((SOURCES / "verdict_text.py").read_text(encoding="utf-8"))
    functions = [f for f in tree.body if isinstance(f, ast.FunctionDef)]
    translator = Translator(_whole_numbers())
    public = ", ".join(camel(f.name) for f in functions if not f.name.startswith("_"))
    body = "\n".join(map(translator.function, functions))
    return f"{HEAD}{_constants()}{FACTORY}{body}\n  return {{ {public} }};\n}};\n"


def main() -> int:
    """Write the file, or compare it."""
    text = translated()
    if "--check" in sys.argv:
        return int(TARGET.read_text(encoding="utf-8") != text)
    TARGET.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
