"""Every kind of data, made from one table, with its twin and the answers that it supports."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from data_twin import ClassesTwin, FunctionTwin, Twin

from steepest import losses, make_moments, make_rows
from steepest.core.units import RAW, Units
from steepest.data.classes import Classes
from steepest.data.csr import CSR
from steepest.data.refinement import triangle
from steepest.objective.functions.formula import read_formula
from steepest.objective.functions.function import from_callable, from_formula
from steepest.objective.losses.softmax import Softmax

LOSSES = {"squared_error": losses.SquaredError(), "log_loss": losses.LogLoss(), "poisson": losses.Poisson()}
LOSSES |= {"softmax": Softmax(), "none": None}


# how each answer is asked for
ANSWERS = {
    "value": lambda data, loss, w: data.value(loss, w),
    "value_and_gradient": lambda data, loss, w: data.value_and_gradient(loss, w),
    "transpose_product": lambda data, r: data.transpose_product(r),
    "predictor": lambda data, w: data.predictor(w),
    "in_units": lambda data, units: data.in_units(units),
    "with_rows": lambda data, **given: data.with_rows(**given),
    "columns": lambda data: data.columns(),
    "targets": lambda data: data.targets(),
    "gram": lambda data, weight: data.gram(np.zeros(data.shape[1] + data.outputs), weight),
    "curvature.matrix": lambda data, loss, w: data.curvature(loss, w).matrix(),
    "curvature.diagonal": lambda data, loss, w: data.curvature(loss, w).diagonal(),
    "curvature.product": lambda data, loss, w, v: data.curvature(loss, w).product(v),
    "fold": lambda data, w, judge: data.fold(w, judge),
    "triangle": triangle,
    "longest_row": lambda data: data.longest_row(),
    "take": lambda data, numbers: data.take(numbers),
    "sample": lambda data, m, seed, by_class: data.sample(m, seed, by_class),
    "batches": lambda data, *named: data.batches(*named),
}
FACTS = {"value", "value_and_gradient"}
CURVATURE = {"curvature.matrix", "curvature.diagonal", "curvature.product"}
OF_MOMENTS = FACTS | CURVATURE | {"in_units", "columns"}
OF_CLASSES = set(ANSWERS) - {"gram", "triangle"}
OF_ROWS = set(ANSWERS)
OF_SEVERAL_TARGETS = OF_ROWS - CURVATURE - {"triangle"}
OF_FUNCTIONS = {"value_and_gradient", "curvature.matrix", "curvature.product"}


class Table(NamedTuple):
    """Numbers from a seed, from which every kind is made."""

    X: Any  # (n, d), two in five of them 0
    numbers: Any  # (n, 2)
    labels: Any  # (n, 1), 0 or 1
    classes: Any  # (n, 3), 1 at the row's class
    weight: Any  # (n,), some 0
    offset: Any  # (n,)
    units: Units


def make_table(n, d, seed=7):
    rng = np.random.default_rng(seed)
    X = (rng.standard_normal((n, d)) + 0.5) * (rng.random((n, d)) < 0.6)
    X[0] = 0.25  # no column is empty
    numbers = X @ rng.standard_normal((d, 2)) + rng.standard_normal((n, 2))
    classes = np.eye(3)[np.digitize(numbers[:, 0], [-0.5, 1.0])]
    weight = rng.integers(0, 3, n) + rng.random(n) * (rng.random(n) < 0.5)
    units = Units(rng.standard_normal(d), rng.random(d) + 0.5)
    return Table(X, numbers, (numbers[:, :1] > 0).astype(float), classes, weight, rng.standard_normal(n) / 2, units)


SMALL, LARGE = make_table(4203, 4), make_table(12_001, 10)  # two blocks of any pass, and a table that threads share


def sparse(X):
    indptr = np.concatenate(([0], np.cumsum((X != 0).sum(1)))).astype(np.int64)
    return CSR(X[X != 0], np.nonzero(X)[1].astype(np.int32), indptr, X.shape[1])


def memory_mapped(X, folder):
    np.save(folder / "X.npy", X)
    return np.load(folder / "X.npy", mmap_mode="r")


LAYOUTS: dict[str, Callable[[Any, Any], Any]] = {
    "C": lambda X, _: X,
    "Fortran": lambda X, _: np.asfortranarray(X),
    "float32": lambda X, _: X.astype(np.float32),
    "CSR": lambda X, _: sparse(X),
    "memory-mapped": memory_mapped,
}


class Kind(NamedTuple):
    """One kind of data: how it is made, what it should answer, and which of the answers it has."""

    name: str
    make: Callable[[Table, Any], Any]  # of a table and a folder to write to
    twin: Callable[[Table], Any]
    losses: tuple[str, ...]
    supports: set[str]
    by_threads: bool = True

    def __repr__(self):
        return self.name


def seen_by(table, layout):
    """The columns in double precision, as a layout holds them."""
    return table.X.astype(np.float32).astype(np.float64) if layout == "float32" else table.X


def kind_of(layout, target, weighted, scaled):
    """Rows in one layout, their classes or their moments."""

    def targets(table):
        return {"classes": table.classes, "labels": table.labels}.get(target, table.numbers)

    def units(table):
        return table.units if scaled else RAW

    def make(table, folder):
        given = {"weight": table.weight, "offset": table.offset} if weighted else {}
        rows = make_rows(LAYOUTS[layout](table.X, folder), targets(table), n_jobs=2, **given)
        if target == "moments":
            return make_moments(rows).in_units(units(table))
        rows = rows.in_units(units(table))
        return Classes(*rows) if target == "classes" else rows

    def twin(table):
        n = len(table.X)
        given = (table.weight, table.offset) if weighted else (np.ones(n), np.zeros(n))
        made = ClassesTwin if target == "classes" else Twin
        return made(seen_by(table, layout), targets(table), *given, units(table))

    answered = {"classes": OF_CLASSES, "moments": OF_MOMENTS, "numbers": OF_SEVERAL_TARGETS, "labels": OF_ROWS}[target]
    known = {"classes": ("softmax",), "labels": ("squared_error", "log_loss", "poisson")}.get(
        target, ("squared_error",)
    )
    words = [layout, target, *(["weight", "offset"] if weighted else []), *(["units"] if scaled else [])]
    return Kind(" ".join(words), make, twin, known, answered, target != "moments")


def function_kinds():
    A = np.array([[2.0, 0.3, 0.0], [0.3, 1.0, -0.2], [0.0, -0.2, 3.0]])
    text = "x**4 + y**4 + z**4 + x**2 + 0.5*y**2 + 1.5*z**2 + 0.3*x*y - 0.2*y*z"

    def f(x):
        return float(np.sum(x**4) + x @ A @ x / 2.0)

    for name, made in {"formula": from_formula(read_formula(text)), "callable": from_callable(f, None, 3)}.items():
        yield Kind(name, lambda _, __, made=made: made, lambda _: FunctionTwin(A), ("none",), OF_FUNCTIONS, False)


def kinds():
    """Every kind of data there is."""
    for weighted in (False, True):
        for scaled in (False, True):
            for layout in LAYOUTS:
                yield kind_of(layout, "labels", weighted, scaled)
            for layout in ("C", "CSR"):
                yield kind_of(layout, "numbers", weighted, scaled)
                yield kind_of(layout, "classes", weighted, scaled)
                yield kind_of(layout, "moments", weighted, scaled)
    yield from function_kinds()


KINDS = list(kinds())
