"""The page's engine gives the published figures of the eight points, and the limits that theory gives."""

from __future__ import annotations

import numpy as np
import pytest

from .engine_support import ask, numbers, question

EIGHT = np.array([1.0, 3, 4, 5, 6, 7, 8, 10])[:, None], np.array([4.0, 3, 7, 7, 8, 10, 8, 11])
CLASSES = np.array([0.0, 0, 0, 1, 1, 1, 1, 1])


def last(*table, **how):
    """The last state of a descent."""
    (answer,) = ask("descend", [question(*table, **how)])
    return numbers(answer["path"], table[0].shape[1] + 1)[-1]


def test_both_parameters_after_4000_steps():
    found = last(*EIGHT, rate=0.01, steps=4000, start=(0, 0))
    np.testing.assert_allclose(found, [0.8450107631510549, 2.6022056448336817], rtol=1e-12)


def test_a_rate_of_1_diverges_by_the_published_numbers():
    (answer,) = ask("descend", [question(*EIGHT, rate=1, steps=5, start=(0, 2.6), fixed=(False, True))])
    published = [0, 31.700000000000003, -1125.3500000000001, 41106.975000000006, -1500372.8875000002, 54763642.09375]
    assert numbers(answer["path"], 2)[:, 0].tolist() == published


@pytest.mark.parametrize(("rate", "steps", "slope"), [(0.001, 1000, 0.8453333333333318), (0.05, 100, 0.845332)])
def test_one_parameter(rate, steps, slope):
    found = last(*EIGHT, rate=rate, steps=steps, start=(0, 2.6), fixed=(False, True))
    assert found[0] == pytest.approx(slope, rel=1e-6 if rate == 0.05 else 1e-12)


def test_logistic_with_a_fixed_intercept():
    x, _ = EIGHT
    case = {"loss": "log_loss", "rate": 1, "steps": 1000, "start": (0, -67.57), "fixed": (False, True)}
    assert last(x, CLASSES, **case)[0] == pytest.approx(15.017184591647284, rel=1e-12)


def test_means_over_seeds_of_stochastic_descent():
    asked = [
        question(*EIGHT, rate=0.001, steps=1000, start=(0, 2.6), fixed=(False, True), seed=seed, batch=batch)
        for batch in (1, 3)
        for seed in range(100)
    ]
    slopes = np.array([numbers(answer["path"], 2)[-1, 0] for answer in ask("descend", asked)]).reshape(2, 100)
    assert np.abs(slopes.mean(1) - 0.845333).max() < 4 * 0.02 / 10
    assert (slopes.std(1) < 0.03).all()


LIMITS = {
    "plain": 2.0,
    "momentum": 2 * 1.9,
    "momentum:beta=0.5": 3.0,
    "nesterov": 2 * 1.9 / 2.8,
    "nesterov:beta=0.5": 1.5,
}


def test_the_limit_of_a_rule_parts_settling_from_divergence():
    rng = np.random.default_rng(5)
    asked, kinds = [], []
    for table in range(50):
        x = rng.normal(rng.uniform(-3, 3), rng.uniform(0.2, 5), (int(rng.integers(5, 40)), 1))
        y = x[:, 0] * rng.normal() + rng.normal(size=len(x))
        rows = np.column_stack((x, np.ones(len(x))))
        largest = np.linalg.eigvalsh(rows.T @ rows / len(x))[-1]
        for rule, product in LIMITS.items():
            for share in (0.99, 1.01):
                asked.append(question(x, y, rule=rule, rate=share * product / largest, steps=4000, start=(1, -1)))
                kinds.append((table, rule, share))
    for (table, rule, share), answer in zip(kinds, ask("descend", asked), strict=True):
        cost = numbers(answer["cost"])
        grows = answer["end"] == "overflow" or cost[-1] > 10 * cost[0]
        assert grows == (share > 1), (table, rule, share)


def test_the_limits_of_the_page_are_those_of_python():
    from steepest.core.records import from_name
    from steepest.methods import rules

    (found,) = ask("stability", [list(LIMITS)])
    assert found == [from_name(rule, rules, "rule").stability for rule in LIMITS]
    assert found == pytest.approx(list(LIMITS.values()))
