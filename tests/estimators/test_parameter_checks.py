"""Names and values of parameters: subclasses keep their freedom, and a remedy is one that Python takes."""

from __future__ import annotations

import functools
import inspect
import itertools
import random
import re
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest
from sklearn.base import clone

from steepest import GDClassifier, GDRegressor
from steepest.core.aliases import SETTINGS
from steepest.core.errors import UsageError
from steepest.estimators.parameter_checks import UnknownParameterError

ESTIMATORS = (GDRegressor, GDClassifier)


# ------------------------------------------------------------------ subclasses


@pytest.mark.parametrize("base", ESTIMATORS)
@pytest.mark.parametrize("name", ["alpha", "tol", "max_iter"])
def test_a_subclass_that_takes_any_keyword_is_made(base, name):
    class Passing(base):
        def __init__(self, **settings):
            super().__init__(**settings)

    class Below(Passing):
        pass

    class Added(base):
        def __init__(self, note="", *more, **settings):
            super().__init__(**settings)
            self.note = note

    class Wrapped(base):
        @functools.wraps(base.__init__)
        def __init__(self, *values, **settings):
            settings.pop("unheard", None)
            super().__init__(*values, **settings)

    for cls in (Passing, Below, Added, Wrapped):
        assert vars(cls(**{name: 7}))[name] == 7
    assert Added(note="so", alpha=1).note == "so"
    assert Wrapped(unheard=1).alpha == base().alpha
    with pytest.raises(TypeError, match="unheard"):
        Passing(unheard=1)


@pytest.mark.parametrize("base", ESTIMATORS)
def test_a_subclass_with_names_of_its_own_is_still_checked(base):
    class Own(base):
        def __init__(self, alpha=0.3, *, shape="round"):
            super().__init__(alpha=alpha)
            self.shape = shape

    class Strict(Own):
        def __init__(self, alpha=0.3):
            super().__init__(alpha, shape="square")

    assert clone(Own(shape="oval")).shape == "oval"
    with pytest.raises(UnknownParameterError, match=r"^Own has no parameter 'shap': did you mean shape\?$"):
        Own(shap=1)
    with pytest.raises(UnknownParameterError, match=r"^Strict has no parameter 'shape'"):
        Strict(shape=1)


def test_names_are_found_once_a_class(monkeypatch):
    asked = []
    monkeypatch.setattr("inspect.signature", lambda *_: asked.append(1))
    assert [vars(GDRegressor(alpha=alpha))["alpha"] for alpha in itertools.islice(itertools.count(), 9)] == [*range(9)]
    assert not asked


# ------------------------------------------------------------------ names

TABLE = ["target", "features", "y", "X", "label", "response", "predictors", "columns", "targets", "feature_names"]


def said(cls, name):
    with pytest.raises(UnknownParameterError) as caught:
        cls(**{name: 1})
    return str(caught.value)


@pytest.mark.parametrize("cls", ESTIMATORS)
def test_no_answer_in_python_names_an_option(cls):
    """For whatever has an answer on the command line, and its near misses."""
    rng = random.Random(5)
    known = inspect.signature(cls).parameters
    words = [word for word in SETTINGS if word not in known]
    typos = [word.replace(rng.choice(word), "", 1) for word in words if len(word) > 5]
    for name in {*words, *typos} - {*known}:
        text = said(cls, name)
        assert text.startswith(f"{cls.__name__} has no parameter {name!r}: ")
        assert not re.search(r"(?<!\S)-\w|--", text)
        named = re.match(r".*: (?:use|did you mean) (\w+)", text)
        assert named is None or named[1] in known


@pytest.mark.parametrize("cls", ESTIMATORS)
@pytest.mark.parametrize("name", TABLE)
def test_the_table_is_given_to_fit(cls, name):
    assert said(cls, name) == f"{cls.__name__} has no parameter {name!r}: give it to fit(X, y)"


@pytest.mark.parametrize("name", ["out", "format_json", "history", "overwrite", "point"])
def test_what_only_the_command_line_has_lists_the_parameters(name):
    assert said(GDRegressor, name).startswith(f"GDRegressor has no parameter {name!r}: it has loss, alpha, ")


# ------------------------------------------------------------------ values

X, Y = [[1.0], [2.0], [4.0], [5.0]], [0, 1, 0, 1]
NUMBERS = ["alpha", "tol", "max_iter", "l1_ratio", "batch_size", "n_jobs", "validation_fraction", "n_iter_no_change"]
NO_NUMBERS = [
    "nan", "1e999", "-inf", "Infinity", "many", b"1", 1j, np.str_("many"), np.bytes_(b"1"), np.complex128(1),
    np.datetime64("2024"), np.timedelta64(3), np.timedelta64(3, "D"), np.void(b"1"), Decimal("NaN"), [1.0],
]  # fmt: skip


def refused(cls, name, value):
    with pytest.raises(UsageError) as caught:
        cls(**{name: value}).fit(X, Y)
    return str(caught.value)


@pytest.mark.parametrize("value", NO_NUMBERS, ids=repr)
@pytest.mark.parametrize("name", NUMBERS)
@pytest.mark.parametrize("cls", ESTIMATORS)
def test_what_is_no_number_has_no_remedy_that_is_none(cls, name, value):
    assert re.fullmatch(rf"{name} must be a number( or None)?, not {re.escape(repr(value))}", refused(cls, name, value))


@pytest.mark.parametrize("name", NUMBERS)
def test_a_number_beyond_the_largest_is_refused(name):
    for value in (10**400, -(10**400), Fraction(10**400, 3)):
        assert refused(GDRegressor, name, value).startswith(f"{name} is beyond 1.8e+308, the largest number")


def test_the_number_that_a_text_spells_is_written():
    """For 300 texts: the remedy is short and the same number, and there is none for what is not finite."""
    rng = random.Random(11)
    for _ in range(300):
        number = rng.choice([rng.randint(0, 99), rng.random(), 10.0 ** rng.randint(-320, 308)])
        text = rng.choice([str, np.str_, "{:,.3e}".format, lambda v: str(v).replace(".", ",")])(number)
        answer = refused(GDRegressor, "alpha", text).partition(": write alpha=")[2]
        assert float(answer) == float(text.replace(",", "."))
        assert len(answer) < 25
    assert refused(GDRegressor, "alpha", "1" * 400).endswith("'")


@pytest.mark.parametrize("value", [np.bool_(True), np.float32(0.5), np.int8(1), Fraction(1, 2), np.longdouble(1), True])
def test_numbers_of_any_type_are_taken(value):
    assert GDRegressor(alpha=value).fit(X, Y).verdict_.status == "converged"
