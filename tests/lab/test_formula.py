"""Formulas of the page against Python's: the same names, values, derivatives and refusals for the same text."""

from __future__ import annotations

import ast
import json
import random
from keyword import kwlist

import numpy as np
import pytest
from conftest import DATA, ROOT
from fuzz_formulas import HOSTILE, grown, string

from steepest.core.errors import UsageError
from steepest.objective.functions import formula as reader
from steepest.objective.functions.formula import read_formula
from steepest.objective.functions.jets import FUNCTIONS

from .typescript import run_each

READ = """
import { readFormula } from "./formula";
function each(text: string) {
  try { return readFormula(text).names.join(" "); } catch (error: any) { return error.message; }
}
"""
JETS = """
import { readFormula } from "./formula";
function each([text, point]: [string, number[]]) {
  const formula = readFormula(text);
  const slope = new Float64Array(point.length);
  const value = formula.gradient(point, slope);
  return [formula.value(point), value, ...slope, ...formula.hessian(point)];
}
"""
REFUSED = """
|x^2|2x|x y|3(x)|f(x)|x(2)|sin|2*sin + 1|sin(x, y)|atan2(x)|min(x)|sin()|max(*x)|max(**x)|(x + 1|x)|()|x = 2|x[1]|x.y
x // 2|(x)//2|x / / 2|x * * 2|x***2|x, y|x,|(x,)|x,,y|x +|-|1e999|x if y|lambda|1if x|0777|x + 007|1_000|None|'a'|"a"
f'{x}'|x # y|x;y|é|\\|x @ y|__import__('os')|x:=2|1j*x|(x y)|sin(x y)|sin(x, y z)|(1 x)|sin(1 2)|(*x)|*x|**x|(+x y)
sin(,x)|sin(x,,y)|2(x)|(x)(y)|(x+y)(z)|sin(x)(y)|x ()|sin x|exp*2|min(x, *)|(x + )|x ? y|{x}|x % 2|x < y|x & y|3 4|..1
1..2|1.2.3|x!|$x|x`|😀|\u202ex|\u2028x|\x07|\x00|x\ufeff|²|٣*x|\uff58|x\u00a0+1
"""
LONG = ["1" + "0" * 400, "a" * 31, "(" * 101 + "x" + ")" * 101, "x+" * 1000 + "x", "", " \t\n", "😀" * 2001]
BAD = REFUSED.replace("\n", "|").split("|") + LONG
CHAINS = ["-" * 1990 + "x", "+" * 1990 + "x", "x" + "**x" * 600, "x" + "+x" * 900, "2**" + "-" * 999 + "x"]


def said(text):
    """The variables of a formula, or the words of its refusal."""
    try:
        return " ".join(read_formula(text).names)
    except UsageError as error:
        return str(error)


def jets(text, point):
    jet = read_formula(text).jet(point, 2)
    return [float(jet.value), float(jet.value), *jet.slope.tolist(), *jet.hessian.ravel().tolist()]


def compared(cases, tolerance=1e-12):
    """Formulas whose values differ, as shares of their largest; infinities and NaN must be the same."""
    found = run_each(JETS, cases)
    wrong = []
    for (text, point), numbers in zip(cases, found, strict=True):
        known, given = np.array(jets(text, point)), np.array([float(number) for number in numbers])
        size = np.abs(known[np.isfinite(known)]).max(initial=1.0)
        if not np.allclose(given, known, rtol=tolerance, atol=tolerance * size, equal_nan=True):
            wrong.append((text, point, known, given))
    return wrong


def formulas_of_tests():
    """Each text in the tests of formulas that is one, and the published test functions."""
    sources = [ROOT / "tests" / "objective" / f"test_{name}.py" for name in ("formulas", "derivatives")]
    trees = [ast.parse(source.read_text(encoding="utf-8")) for source in sources]
    texts = {node.value for tree in trees for node in ast.walk(tree) if isinstance(node, ast.Constant)}
    known = sorted(text for text in texts if isinstance(text, str) and _is_read(text))
    return known + [one["formula"] for one in json.loads((DATA / "optim.json").read_text())["functions"]]


def _is_read(text):
    try:
        return bool(read_formula(text))
    except UsageError:
        return False


def random_cases(count, seed):
    """Grown formulas, each at a point, that Python's own values do not overflow at."""
    rng, found = random.Random(seed), []
    while len(found) < count:
        text = grown(rng, rng.randrange(1, 5))
        point = [rng.choice([0.0, 1.0, rng.uniform(0.05, 0.95), rng.gauss(0, 2)]) for _ in read_formula(text).names]
        if not np.nanmax(np.abs(jets(text, point)), initial=0.0) > 1e8:
            found.append((text, point))
    return found


def test_every_formula_of_the_tests_has_the_same_values_and_derivatives():
    rng, cases = np.random.default_rng(0), []
    for text in formulas_of_tests():
        d = len(read_formula(text).names)
        cases += [(text, point.tolist()) for point in (rng.uniform(0.05, 0.95, d), rng.normal(size=d), np.zeros(d))]
    assert len(cases) > 300
    assert not compared(cases)


def test_three_hundred_random_formulas_have_the_same_values_and_derivatives():
    assert not compared(random_cases(300, 16))


@pytest.mark.parametrize("name", FUNCTIONS)
def test_every_function_has_the_same_values_at_kinks_and_ends(name):
    points = [-2.0, -1.0, -0.5, -0.0, 0.0, 1e-300, 1e-9, 0.5, 1.0, 2.0, 1e3]
    texts = [f"{name}(x)"] if name not in ("atan2", "min", "max") else [f"{name}(x, 1 - x**2)", f"{name}(x, x)"]
    assert not compared([(text, [x]) for text in [*texts, f"{texts[0]}**2 + x"] for x in points])


def test_powers_have_the_same_values_everywhere():
    texts = [
        "x**y",
        "x**2",
        "x**0.5",
        "x**-1",
        "x**0",
        "x**1",
        "x**3",
        "2**y",
        "0**y",
        "(-1)**y",
        "x/y",
        "1/x",
        "0*x/y",
    ]
    ends = [-3.0, -1.0, -0.5, 0.0, 0.5, 1.0, 2.0, 3.0]
    names = {text: read_formula(text).names for text in texts}
    cases = [(text, [{"x": x, "y": y}[n] for n in names[text]]) for text in texts for x in ends for y in ends]
    assert not compared(cases)


def test_refusals_have_the_words_and_the_position_of_python():
    found = dict(zip(BAD, run_each(READ, BAD), strict=True))
    assert len(found) > 90
    assert found == {text: said(text) for text in BAD}
    assert all("formula" in words for words in found.values())


def test_keywords_are_refused_and_long_chains_read():
    texts = [*kwlist, *(f"x + {word}" for word in kwlist), *CHAINS]
    assert run_each(READ, texts) == [said(text) for text in texts]


def test_five_thousand_strings_are_read_or_refused_alike():
    rng = random.Random(16)
    texts = [*HOSTILE, *(string(rng) for _ in range(5000))]
    refused = [text for text, words in zip(texts, run_each(READ, texts), strict=True) if words != said(text)]
    assert not refused


def test_variables_are_in_natural_order():
    texts = ["x10 + x2 + x1 + a", "b1c2 + b1c10 + b01c3 + b", "_ + x_2 + x_10 + X", "x02 + x2 + x002", "xx + x + x1x"]
    assert run_each(READ, texts) == [said(text) for text in texts]


def test_degrees_are_those_of_python():
    script = 'import { readFormula } from "./formula"; const each = (text: string) => readFormula(text).degree;'
    texts = formulas_of_tests()
    assert list(map(float, run_each(script, texts))) == [read_formula(text).degree for text in texts]


def test_limits_are_those_of_python():
    script = """
import * as words from "./formula/words";
const each = () => [words.LONGEST, words.DEEPEST, words.NAME, words.CONSTANTS];
"""
    assert run_each(script, [0]) == [[reader.LONGEST, reader.DEEPEST, reader.NAME, reader.CONSTANTS]]
