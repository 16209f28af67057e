"""By what a step multiplies the distance to the minimum: against iterations in NumPy, and as the textbook has it."""

from __future__ import annotations

import math

import numpy as np
import pytest
from conftest import X8, Y8

from steepest import Method, Problem, descend, make_rows, record, stability_limit, until, updates
from steepest.core.errors import UsageError
from steepest.optimality.contraction import contraction, factor_text


def test_the_slope_alone_at_rate_1_is_multiplied_by_minus_36_5():
    """The textbook's first descent: eight points, intercept fixed at 2.6, no learning rate."""
    curvature = float(np.mean(X8**2))
    found = contraction(curvature, 1.0)
    assert (curvature, found.factor, found.steps) == (37.5, -36.5, math.inf)
    assert found.sentence == "Each step multiplies the distance to the minimum by 1 - 37.5 x 1 = -36.5."
    slope = [0.0, 31.700000000000003, -1125.3500000000001, 41106.975000000006, -1500372.8875000002, 54763642.09375]
    best = float(np.mean(X8[:, 0] * (Y8 - 2.6)) / curvature)
    away = np.array(slope) - best
    np.testing.assert_allclose(away[1:] / away[:-1], -36.5, rtol=1e-9)


@pytest.mark.parametrize("rate", [0.001, 0.02, 0.0533, 0.054])
def test_plain_steps_on_one_parameter_shrink_by_the_factor(rate):
    problem = Problem(intercept=False)
    path = record(until(descend(problem, Method("plain", rate), make_rows(X8, Y8)), updates(50)))
    best = float(np.mean(X8[:, 0] * Y8) / 37.5)
    away = path.coef[:, 0] - best
    found = contraction(37.5, rate)
    np.testing.assert_allclose(away[1:8] / away[:7], found.factor, rtol=1e-6)
    reached = np.abs(away) <= 1e-6 * abs(away[0]) * (1 + 1e-9)
    assert math.isinf(found.steps) == (rate > 2 / 37.5)
    if found.steps <= 50:
        assert found.steps == reached.argmax()


@pytest.mark.parametrize("rule", ["momentum:beta=0.5", "momentum", "nesterov:beta=0.5", "nesterov"])
@pytest.mark.parametrize("share", [0.02, 0.3, 0.9, 1.1])
def test_rules_with_memory_shrink_by_the_factor_in_the_long_run(rule, share):
    limit = stability_limit(X8, fit_intercept=False, rule=rule)
    found = contraction(37.5, share * limit, rule)
    assert (found.factor < 1) == (share < 1)
    assert found.sentence.endswith(f"by {factor_text(found.factor)} in the long run.")
    path = record(
        until(descend(Problem(intercept=False), Method(rule, share * limit), make_rows(X8, Y8)), updates(400))
    )
    away = np.log(np.abs(path.coef[:, 0] - float(np.mean(X8[:, 0] * Y8) / 37.5)) + 1e-300)
    usable = away > -25
    late = np.flatnonzero(usable)[len(np.flatnonzero(usable)) // 3 :]
    pace = np.polyfit(late, away[late], 1)[0]
    assert pace == pytest.approx(math.log(found.factor), abs=0.06)


def test_sentences_of_one_direction_and_factors_near_1():
    assert contraction(0.25, 0.5).along("the flattest direction") == (
        "Along the flattest direction, each step multiplies the distance to the minimum by 1 - 0.25 x 0.5 = 0.875."
    )
    assert factor_text(1 - 1e-6 * 0.01) == "0.9999999900"[:-2]
    assert factor_text(1.0) == "1"
    assert factor_text(-1.0002) == "-1.0002"
    assert contraction(1.0, 1.0).steps == 1
    assert contraction(1.0, 2.0).steps == math.inf


def test_a_rule_without_a_limit_is_refused():
    with pytest.raises(UsageError, match="no rule is called"):
        contraction(1.0, 0.1, "adamant")
    with pytest.raises(UsageError, match="no stability limit is known for the rule 'adam'"):
        contraction(1.0, 0.1, "adam")
