"""The page's engine takes the same steps as Python: rules, losses, schedules, batches, units, fixed parameters."""

from __future__ import annotations

import numpy as np
import pytest

from steepest import losses, rules, steps
from steepest.core.records import to_name
from steepest.core.units import standard_units
from steepest.methods.sampling import SAMPLINGS, fill_order

from .engine_support import ask, in_python, numbers, question

RULES = [to_name(getattr(rules, name)) for name in rules.__all__ if not getattr(rules, name).preconditioner]
RULES.remove("anderson")
LOSSES = [to_name(getattr(losses, name)) for name in losses.__all__ if name != "Probit"]
SCHEDULES = [to_name(getattr(steps, name)) for name in steps.__all__ if not getattr(steps, name).looks]
SETTINGS = {"cosine": ":steps=150", "one_cycle": ":steps=190", "cyclical": ":half=30", "warm_up": ":warm=20,steps=180"}
SETTINGS |= {"step_decay": ":every=40", "inverse_scaling": ":power=0.5"}
NEAR, FEW = 1e-9, 50  # steps before any gradient is rounding

random = np.random.default_rng(1)
X = random.uniform(-2, 2, (40, 2))
Y = X @ [0.8, -0.3] + 0.5 + random.normal(0, 0.3, 40)


def target(loss):
    """Targets as a loss needs them."""
    record = getattr(losses, next(name for name in losses.__all__ if to_name(getattr(losses, name)) == loss))
    return (Y > 0.5).astype(float) if record.labels else np.abs(Y) + 0.1 if record.positive else Y


def cases():
    """Every rule with every loss and batch size, each with two of the schedules in turn."""
    found = []
    for r, rule in enumerate(RULES):
        for k, loss in enumerate(LOSSES):
            for b, batch in enumerate((0, 1, 7)):
                for place in (r + k + 3 * b, r + 2 * k + 5 * b + 1):
                    schedule = SCHEDULES[place % len(SCHEDULES)]
                    schedule += SETTINGS.get(schedule, "")
                    found.append({"rule": rule, "loss": loss, "batch": batch, "schedule": schedule})
    return found


def error(found, expected):
    """Largest difference of two paths, relative to the largest number of the second.

    Where numbers overflow, the page ends with the last finite cost, Python's sampled descent with the last point.
    """
    m = len(found)
    assert len(expected) - 1 <= m <= len(expected)
    return np.abs(found - expected[:m]).max() / np.abs(expected[:m]).max()


def errors_of(questions):
    """The error of each case: X, targets, and the rest by name."""
    answers = ask("descend", [question(*table, **case) for *table, case in questions])
    paths = (in_python(*table, **case) for *table, case in questions)
    return [
        error(numbers(answer["path"], table.shape[1] + 1), path)
        for answer, path, (table, *_) in zip(answers, paths, questions, strict=True)
    ]


def test_the_engine_takes_the_steps_of_python():
    # Exceptions are RMSProp and Nadam over all rows where a gradient has become rounding: they divide noise by noise.
    # There Python differs from itself as much, when it adds the rows up in reverse.
    asked = [(X, target(case["loss"]), case) for case in cases()]
    assert len(asked) >= 1100
    assert {case["schedule"].partition(":")[0] for *_, case in asked} == set(SCHEDULES)
    apart = [case for case, e in zip(asked, errors_of(asked), strict=True) if not e <= NEAR]
    assert len(apart) <= 5, [case for *_, case in apart]
    for table, y, case in apart:
        assert (case["rule"], case["batch"]) in {("rmsprop", 0), ("nadam", 0)}
        assert error(in_python(table[::-1], y[::-1], **case), in_python(table, y, **case)) > NEAR


def test_the_rows_are_drawn_in_the_same_order():
    asked = [
        {"batch": batch, "seed": seed, "sampling": sampling, "steps": steps, "n": n}
        for n, steps in ((50, 120), (2048, 60), (2049, 2100), (5000, 40))
        for batch in (1, 7)
        for seed in range(5)
        for sampling in SAMPLINGS
    ]
    tables = {n: (np.arange(n, dtype=float)[:, None], np.zeros(n)) for n in {each["n"] for each in asked}}
    questions = [
        question(*tables[each.pop("n")], **each, start=(0, 0), rate=1e-12) for each in [dict(a) for a in asked]
    ]
    for each, found in zip(asked, ask("rows", questions), strict=True):
        assert found == drawn(each["n"], each["batch"], each["seed"], each["sampling"], each["steps"]), each


def drawn(n, batch, seed, sampling, steps):
    """Rows of each step, as Python's loop takes them."""
    per_epoch, order, found = -(-n // batch), np.empty(n, np.int64), []
    for t in range(steps):
        if t % per_epoch == 0:
            fill_order(order, seed, t // per_epoch, SAMPLINGS.index(sampling))
        place = t % per_epoch * batch
        found.append(order[place : place + batch].tolist())
    return found


def wide():
    """A table of five columns of very different sizes, one of them constant."""
    rng = np.random.default_rng(2)
    columns = rng.normal(size=(30, 5)) * [1.0, 50.0, 0.01, 3.0, 0.0] + [0.0, 1000.0, 0.5, -2.0, 4.0]
    return columns, columns @ [1.0, 0.01, 20.0, -0.5, 0.0] + rng.normal(size=30)


@pytest.mark.parametrize("fixed", [(), (False,) * 5 + (True,), (True, False, True, False, False, False)])
def test_columns_are_scaled_as_with_standardize(fixed):
    columns, y = wide()
    shift = None if fixed[-1:] == (True,) else columns.mean(0)
    units = standard_units(columns.mean(0), columns.var(0) * [1, 1, 1, 1, 0], shift)
    start = (0.1, 0.2, -0.3, 0.4, 0.5, 0.6)
    case = {"fixed": fixed, "start": start, "rate": 0.1, "steps": FEW}
    answers = ask("descend", [question(columns, y, standardize=True, rule=rule, **case) for rule in RULES])
    for rule, answer in zip(RULES, answers, strict=True):
        assert error(numbers(answer["path"], 6), in_python(columns, y, rule=rule, units=units, **case)) <= 1e-9, rule
    ((raw, back),) = ask("raw", [question(columns, y, standardize=True, w=start, fixed=fixed)])
    np.testing.assert_allclose(raw, units.raw(np.array(start)[:, None])[:, 0], rtol=1e-12, atol=1e-14)
    np.testing.assert_allclose(back, start, rtol=1e-9)


@pytest.mark.parametrize("fixed", [(True, False, False), (False, False, True), (True, False, True)])
def test_fixed_parameters_stay(fixed):
    asked = [(X, Y, {"rule": rule, "batch": batch, "fixed": fixed, "steps": FEW}) for rule in RULES for batch in (0, 7)]
    assert max(errors_of(asked)) <= NEAR


def test_rules_take_their_settings():
    specs = "momentum:beta=0.5", "rmsprop:centred=1,alpha=0.9", "adamw:decay=0.3", "nadam:textbook=1", "lion:decay=0.1"
    specs += "schedule_free:beta=0.5", "prodigy:d0=0.001,corrected=1", "dowg:r0=0.1", "amsgrad:textbook=1"
    assert max(errors_of([(X, Y, {"rule": spec, "batch": 7}) for spec in specs])) <= NEAR
    kinds = "huber:delta=0.2", "quantile:q=0.9", "epsilon_insensitive:epsilon=0.3"
    assert max(errors_of([(X, Y, {"loss": spec, "batch": 7}) for spec in kinds])) <= NEAR


def test_a_cost_is_that_of_its_answer():
    (answer,) = ask("descend", [question(X, Y, rule="schedule_free", rate=0.3)])
    path, cost = numbers(answer["path"], 3), numbers(answer["cost"])
    expected = 0.5 * ((X @ path[:, :2].T + path[:, 2] - Y[:, None]) ** 2).mean(0)
    np.testing.assert_allclose(cost, expected, rtol=1e-12)
