"""What the page says of a run against Python's verdict on the same run."""

from __future__ import annotations

import importlib.util
import json
import re

import numpy as np
import pytest
from conftest import ROOT

from lab.judge_support import PAGE, as_json, in_python, random_case, random_evidence
from lab.typescript import run_each
from steepest import minimize
from steepest.optimality.contraction import contraction
from steepest.optimality.verdict import TABLE, judge

VERDICTS = 'import { verdictOf as each } from "../test/judge/verdicts";'
EVIDENCES = 'import { judgedEvidence as each } from "../test/judge/verdicts";'
FORMULAS = ["(x - 3)**2 + 2", "2*x + 1", "x**4 - 3*x**2 + x", "x**2 + 10*y**2 + x*y", "(1 - x)**2 + 100*(y - x**2)**2"]
FORMULAS += ["x**2 - y**2", "-x**2", "sin(x)", "exp(-x)", "x**4", "x**3", "sqrt(1 + x**2)", "cos(x)*cos(y)", "x**2 + y"]
FORMULAS += ["(x + y)**2", "1/(1 + x**2)", "exp(x) - x", "x**2*y**2 + x", "x**2", "x*y"]
NO_NUMBER = re.compile(r"NaN|Infinity|undefined|null|\[object")


def words_tool():
    spec = importlib.util.spec_from_file_location("verdict_words", ROOT / "tools" / "verdict_words.py")
    tool = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(tool)
    return tool


def test_the_sentences_of_the_page_are_those_that_python_says():
    tool = words_tool()
    assert tool.TARGET.read_text(encoding="utf-8") == tool.translated(), "run python tools/verdict_words.py"


def test_status_and_sentence_of_2000_evidences_are_pythons():
    found = [random_evidence(seed) for seed in range(2000)]
    verdicts = [judge(evidence) for evidence in found]
    pages = run_each(EVIDENCES, [as_json(evidence) for evidence in found])
    assert {verdict.status for verdict in verdicts} == {row.status for row in TABLE}
    wrong = [(v, page) for v, page in zip(verdicts, pages, strict=True) if [v.status, v.message] != list(page.values())]
    assert not wrong, f"{len(wrong)} differ, the first: {wrong[0]}"


def same_end(page, run):
    """Whether a run of the page ends where Python's does, or overflows as it does."""
    if run.trajectory.meta["end"] == "overflow":
        return page["status"] == "diverged"
    return isinstance(page["cost"], float | int) and abs(page["cost"] - run.trajectory.cost[-1]) <= 1e-6 * page["cost"]


@pytest.fixture(scope="module")
def runs():
    """Cases, what the page says of them, and Python's runs."""
    cases = [random_case(seed) for seed in range(300)]
    return cases, run_each(VERDICTS, cases), [in_python(case) for case in cases]


def test_the_status_of_300_runs_is_pythons_and_never_converged_where_python_does_not_say_it(runs):
    """Runs whose ends differ are other runs: chaos, as of Adam near a minimum, grows from the order of a sum."""
    _, pages, found = runs
    pairs = [(page["status"], run.verdict.status) for page, run in zip(pages, found, strict=True)]
    assert sum(page == python for page, python in pairs) >= 294
    alike = [same_end(page, run) for page, run in zip(pages, found, strict=True)]
    assert sum(alike) >= 290
    assert not [pair for pair, same in zip(pairs, alike, strict=True) if same and pair[0] == "converged" != pair[1]]
    assert len({python for _, python in pairs}) >= 7


def test_the_sentences_of_300_runs_are_pythons_to_the_letter(runs):
    """Not all: where a run is chaotic, or a number overflows, sums in another order differ in what is shown."""
    _, pages, found = runs
    same = [page["message"] == run.verdict.message for page, run in zip(pages, found, strict=True)]
    assert sum(same) >= 0.9 * len(same)


def test_reasons_are_those_of_contraction(runs):
    cases, pages, _ = runs
    told = 0
    for case, page in zip(cases, pages, strict=True):
        settings = case["settings"]
        if "Each step" not in page["why"] and "each step" not in page["why"]:
            continue
        X = np.column_stack([c["values"] for c in case["table"]["columns"][:-1]] + [np.ones(case["table"]["rows"])])
        c = {"mse": 2.0}.get(settings["loss"], 1.0)
        values = np.linalg.eigvalsh(c * X.T @ X / len(X))
        rule, rate = settings["rules"][0], settings["rate"]
        flattest, steepest = (contraction(float(v), rate, rule) for v in values[[0, -1]])
        allowed = {
            flattest.sentence,
            flattest.along("the flattest direction"),
            steepest.along("the steepest direction"),
        }
        assert page["why"] in allowed
        told += 1
    assert told > 50


def test_no_text_of_300_runs_holds_what_is_no_number(runs):
    _, pages, _ = runs
    for page in pages:
        card = page["card"] | {"mend": page["card"]["mend"] or ""}
        assert not NO_NUMBER.search(json.dumps([card, page["lines"]], ensure_ascii=False))


def test_a_diverged_run_is_mended_in_one_click(runs):
    cases, pages, _ = runs
    ill = [(case, page) for case, page in zip(cases, pages, strict=True) if page["status"] == "diverged"]
    mended = [case | {"settings": case["settings"] | page["card"]["mend"]["change"]} for case, page in ill]
    assert len(mended) > 5
    assert "diverged" not in [page["status"] for page in run_each(VERDICTS, mended)]


def test_the_status_of_runs_on_formulas_is_pythons():
    rng, cases, verdicts = np.random.default_rng(3), [], []
    for _ in range(150):
        formula, rule = str(rng.choice(FORMULAS)), str(rng.choice(["plain", "momentum", "nesterov", "adam"]))
        start = np.round(2 * rng.normal(size=2 if "y" in formula else 1), 2).tolist()
        own = {"rules": [rule], "rate": float(10 ** rng.uniform(-3, 0.3)), "steps": int(10 ** rng.uniform(1, 3))}
        form = {"task": "formula", "formula": formula, "start": start, "fixed": [False] * len(start), "features": []}
        cases.append({"table": None, "settings": PAGE | own | form})
        point = start if len(start) > 1 else start[0]
        verdicts.append(minimize(formula, point, rule=rule, learning_rate=own["rate"], steps=own["steps"]).verdict)
    statuses = [page["status"] for page in run_each(VERDICTS, cases)]
    same = [page == verdict.status for page, verdict in zip(statuses, verdicts, strict=True)]
    assert sum(same) >= 147
    assert "converged" not in [page for page, verdict in zip(statuses, verdicts, strict=True) if verdict.status != page]
