"""`front/src/engine/engine.gen.ts` is what the translator writes now, and what it cannot translate it names."""

from __future__ import annotations

import ast
import inspect
import re

import numpy as np
import pytest
from tools.translate.__main__ import PATH
from tools.translate.errors import TranslationError
from tools.translate.expressions import Expressions
from tools.translate.page import generated
from tools.translate.statements import Function

from steepest import losses, rules, steps
from steepest.core.records import to_name

TEXT, RECORDS = generated()


def test_the_generated_file_is_up_to_date():
    assert PATH.read_text(encoding="utf-8") == TEXT, "run python -m tools.translate"


def test_every_record_is_translated_or_has_a_reason():
    named = [to_name(getattr(module, name)) for module in (rules, losses, steps) for name in module.__all__]
    assert sorted(each.name for each in RECORDS) == sorted(named)
    assert all(bool(each.text) != bool(each.reason) for each in RECORDS)
    assert sum(bool(each.text) for each in RECORDS) >= 40


def test_reasons_are_in_words():
    reasons = {each.name: each.reason for each in RECORDS if each.reason}
    assert reasons["newton"] == "needs second derivatives of the cost"
    assert reasons["anderson"] == "needs whole arrays"
    assert reasons["backtracking"] == "searches along each step"
    assert all(re.fullmatch(r"[a-z][a-z_, ]+", reason) for reason in reasons.values())
    for name, reason in reasons.items():
        assert f'name: "{name}"' in TEXT
        assert f'reason: "{reason}"' in TEXT


def test_facts_are_those_of_python():
    for name in losses.__all__:
        record = getattr(losses, name)
        found = re.search(rf'^  name: "{to_name(record)}",$.*?^}};$', TEXT, re.DOTALL | re.MULTILINE)
        if found is None:
            continue
        curvature = "Infinity" if record.curvature == np.inf else repr(float(record.curvature))
        assert f"  curvature: {curvature},\n" in found[0]
        for fact in ("quadratic", "labels", "positive", "attained", "nonsmooth"):
            assert f"  {fact}: {str(getattr(record, fact)).lower()},\n" in found[0]
        for field, value in record._field_defaults.items():
            assert f"{field}: {value!r}" in found[0]


def test_the_file_has_no_any_and_runs_no_text():
    assert not re.search(r"\bany\b(?! )|\beval\b|new Function", re.sub(r'"[^"]*"|//.*|/\*.*?\*/', "", TEXT))


def _reads_a_file(x):
    return open(x)  # noqa: PTH123


def _loops_without_end(x):
    while x > 0:
        x = x - 1
    return x


def _uses_keywords(x):
    return np.sum(x, axis=0)


def _unpacks(x):
    a, b = x
    return a + b


def _takes_a_part(x):
    return x[1:] + x[:-1]


def _is_in(x):
    return x in (1, 2)


def _says(x):
    return x + "x"


def _multiplies_matrices(x):
    return x @ x


def _asks_another(x):
    return x.real


REFUSED = {
    _reads_a_file: "open(x)",
    _loops_without_end: "while x > 0:",
    _uses_keywords: "np.sum(x, axis=0)",
    _unpacks: "a, b = x",
    _takes_a_part: "x[1:]",
    _is_in: "x in (1, 2)",
    _says: "'x'",
    _multiplies_matrices: "x @ x",
    _asks_another: "x.real",
}


@pytest.mark.parametrize("function", REFUSED, ids=lambda function: function.__name__)
def test_a_construct_without_translation_is_refused_by_name_and_line(function):
    with pytest.raises(TranslationError) as error:
        Function(function, {}).arrow()
    line = inspect.getsourcelines(function)[1] + 1
    assert str(error.value).startswith(f"line {line}: {REFUSED[function]!r} ")


def expression(text, **values):
    """The translation of one expression of x, y and z."""
    expressions = Expressions(values, {}, set())
    expressions.local.update("xyz")
    return expressions.text(ast.parse(text, mode="eval").body)


@pytest.mark.parametrize(
    ("python", "typescript"),
    [
        ("x - (y - z)", "x - (y - z)"),
        ("(x - y) - z", "x - y - z"),
        ("x / (y * z)", "x / (y * z)"),
        ("-(x + y) * z", "-(x + y) * z"),
        ("-x ** 2", "-Math.pow(x, 2)"),
        ("x % y", "remainder(x, y)"),
        ("x // y", "quotient(x, y)"),
        ("np.where(x > 0, x, y) + z", "(x > 0 ? x : y) + z"),
        ("(x > 0) & (y == z)", "x > 0 && y === z"),
        ("0 < x < y", "0 < x && x < y"),
        ("(x * 3) & MASK", "Math.imul(x, 3) >>> 0"),
        ("(x + 3) & MASK", "x + 3 >>> 0"),
        ("x ^ (x >> 16)", "(x ^ x >>> 16) >>> 0"),
        ("(x * y) >> 32", "Math.floor(x * y / 4294967296)"),
        ("np.clip(x, 0.5, SIZE)", "Math.min(Math.max(x, 0.5), 2.5)"),
    ],
)
def test_expressions(python, typescript):
    assert expression(python, MASK=0xFFFFFFFF, SIZE=2.5) == typescript
